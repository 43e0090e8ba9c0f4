//! `scheduler_config.json` as foreign input.

use scumble::sampling::{SamplerKind, SamplingError, SchedulerConfig, build};
use serde_json::{Value, json};

fn config(fields: Value) -> SchedulerConfig {
    serde_json::from_value(fields).unwrap()
}

fn sigmas(kind: SamplerKind, fields: Value) -> Vec<f32> {
    build(kind, None, &config(fields), 10, 0).unwrap().sigmas().to_vec()
}

fn refusal(kind: SamplerKind, fields: Value, steps: usize) -> SamplingError {
    match build(kind, None, &config(fields.clone()), steps, 0) {
        Ok(_) => panic!("{kind} takes {fields} with {steps} steps"),
        Err(e) => e,
    }
}

fn refused_field(kind: SamplerKind, fields: Value) -> &'static str {
    match refusal(kind, fields.clone(), 10) {
        SamplingError::Config { field, .. } => field,
        other => panic!("{kind} {fields}: {other}"),
    }
}

#[test]
fn absent_fields_take_the_defaults_of_the_chosen_class() {
    use SamplerKind::*;
    let empty = json!({});
    for (kind, betas) in [
        (
            Ddim,
            json!({"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear", "timestep_spacing": "leading"}),
        ),
        (Euler, json!({"beta_start": 0.0001, "beta_end": 0.02, "timestep_spacing": "linspace"})),
        (Heun, json!({"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "linear"})),
        (Lcm, json!({"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"})),
    ] {
        assert_eq!(sigmas(kind, empty.clone()), sigmas(kind, betas), "{kind}");
    }
    // Fields of other classes do not count: Heun knows no zero terminal SNR, ancestral Euler no Karras sigmas.
    assert_eq!(sigmas(Heun, json!({"rescale_betas_zero_snr": true})), sigmas(Heun, empty.clone()));
    assert_eq!(sigmas(EulerA, json!({"use_karras_sigmas": true})), sigmas(EulerA, empty.clone()));
    // null is what Python writes for None; listed defaults were never set.
    assert_eq!(
        sigmas(Euler, json!({"trained_betas": null, "sigma_min": null})),
        sigmas(Euler, empty.clone())
    );
    let listed = json!({"timestep_spacing": "trailing", "_use_default_values": ["timestep_spacing"]});
    assert_eq!(sigmas(Euler, listed), sigmas(Euler, empty));
}

#[test]
fn folders_name_their_sampler() {
    for (class, want) in [
        ("PNDMScheduler", SamplerKind::Pndm),
        ("DDIMScheduler", SamplerKind::Ddim),
        ("EulerAncestralDiscreteScheduler", SamplerKind::EulerA),
        ("KDPM2AncestralDiscreteScheduler", SamplerKind::Dpm2),
        ("SomethingNewScheduler", SamplerKind::Dpmpp2m),
    ] {
        assert_eq!(config(json!({"_class_name": class})).default_sampler(), want, "{class}");
    }
    let sde = json!({"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++"});
    assert_eq!(config(sde).default_sampler(), SamplerKind::Dpmpp2mSde);
    assert_eq!(SchedulerConfig::default().default_sampler(), SamplerKind::Dpmpp2m);
}

#[test]
fn nonsense_is_refused_by_name() {
    use SamplerKind::*;
    for (kind, fields, want) in [
        (Euler, json!({"num_train_timesteps": 0}), "num_train_timesteps"),
        (Euler, json!({"num_train_timesteps": 4_000_000_000u64}), "num_train_timesteps"),
        (Euler, json!({"num_train_timesteps": "1000"}), "num_train_timesteps"),
        (Euler, json!({"num_train_timesteps": -5}), "num_train_timesteps"),
        (Euler, json!({"beta_start": 1.5}), "beta_start"),
        (Euler, json!({"beta_end": "much"}), "beta_end"),
        (Euler, json!({"beta_schedule": "sigmoid"}), "beta_schedule"),
        (Euler, json!({"prediction_type": "flow_prediction"}), "prediction_type"),
        (Euler, json!({"timestep_spacing": 3}), "timestep_spacing"),
        (Euler, json!({"steps_offset": -1}), "steps_offset"),
        (Euler, json!({"use_karras_sigmas": "yes"}), "use_karras_sigmas"),
        (Euler, json!({"use_karras_sigmas": true, "use_beta_sigmas": true}), "use_beta_sigmas"),
        (Euler, json!({"final_sigmas_type": "other"}), "final_sigmas_type"),
        (Euler, json!({"trained_betas": [0.1, 0.2]}), "trained_betas"),
        (Euler, json!({"trained_betas": vec![0.5; 1000]}), "trained_betas"),
        (Euler, json!({"trained_betas": [0.1, "x"]}), "trained_betas"),
        (Dpmpp2m, json!({"use_flow_sigmas": true}), "use_flow_sigmas"),
        (Dpmpp2m, json!({"solver_order": 9}), "solver_order"),
        (Dpmpp2m, json!({"variance_type": "learned_range"}), "variance_type"),
        (Ddpm, json!({"variance_type": "learned"}), "variance_type"),
        (UniPc, json!({"solver_p": {"a": 1}}), "solver_p"),
        (Pndm, json!({"prediction_type": "sample"}), "prediction_type"),
        (
            Ddim,
            json!({"rescale_betas_zero_snr": true, "timestep_spacing": "trailing"}),
            "rescale_betas_zero_snr",
        ),
        (Lcm, json!({"num_train_timesteps": 20, "original_inference_steps": 50}), "original_inference_steps"),
    ] {
        assert_eq!(refused_field(kind, fields.clone()), want, "{kind} {fields}");
    }
    // What the file says is quoted, but not all of a large file.
    let message = refusal(Euler, json!({"beta_schedule": "x".repeat(100_000)}), 10).to_string();
    assert!(message.contains("beta_schedule") && message.len() < 300, "{message}");
}

#[test]
fn steps_have_limits() {
    use SamplerKind::*;
    for (kind, fields, steps) in [
        (Euler, json!({}), 0),
        (Euler, json!({}), 1001),
        (Ddim, json!({"num_train_timesteps": 10}), 11),
        // Timestep 1000 of 1000.
        (Ddim, json!({"steps_offset": 1}), 1000),
        (Lcm, json!({}), 51),
        (Lcm, json!({"original_inference_steps": 8}), 9),
        (Pndm, json!({"skip_prk_steps": false}), 3),
        // The stride would be 0.
        (Dpmpp2m, json!({"timestep_spacing": "leading"}), 1000),
        (UniPc, json!({}), 1000),
    ] {
        let e = refusal(kind, fields.clone(), steps);
        assert!(matches!(e, SamplingError::Steps { .. }), "{kind} {fields} {steps}: {e}");
    }
    for kind in SamplerKind::ALL {
        let config =
            config(json!({"num_train_timesteps": 1, "skip_prk_steps": true, "original_inference_steps": 1}));
        match build(*kind, None, &config, 1, 0) {
            Ok(sampler) => assert!(!sampler.timesteps().is_empty(), "{kind}"),
            Err(e) => assert!(matches!(e, SamplingError::Steps { .. }), "{kind}: {e}"),
        }
    }
}

#[test]
fn any_step_count_builds_or_says_why() {
    // Trailing timesteps of 61 steps round to one too many in diffusers.
    for spacing in ["linspace", "leading", "trailing"] {
        for train in [1, 2, 7, 100, 1000] {
            for kind in SamplerKind::ALL {
                let steps: Vec<usize> =
                    if train < 1000 { (1..=train).collect() } else { vec![61, 103, 499, 998, 999, 1000] };
                for steps in steps {
                    let config = config(json!({
                        "num_train_timesteps": train, "timestep_spacing": spacing, "original_inference_steps": train,
                    }));
                    if let Ok(sampler) = build(*kind, None, &config, steps, 0) {
                        let times = sampler.timesteps();
                        let top = train as f32;
                        assert!(
                            times.iter().all(|t| (0.0..top).contains(t)),
                            "{kind} {spacing} {train} {steps}: {times:?}"
                        );
                        assert!(
                            sampler.sigmas().iter().all(|s| s.is_finite()),
                            "{kind} {spacing} {train} {steps}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn beta_levels_are_quantiles_of_scipy() {
    // scipy.stats.beta.ppf(1 - np.linspace(0, 1, 10), 0.6, 0.6): the levels between the ends, scaled to 0..1.
    let want = [
        1.0,
        0.9529081824509575,
        0.8543989028585846,
        0.7245867092223766,
        0.5768252368393632,
        0.42317476316063685,
        0.2754132907776235,
        0.14560109714141556,
        0.047091817549042465,
        0.0,
    ];
    let got = sigmas(SamplerKind::Euler, json!({"use_beta_sigmas": true}));
    let (max, min) = (f64::from(got[0]), f64::from(got[9]));
    for (level, want) in got.iter().zip(want) {
        let ratio = (f64::from(*level) - min) / (max - min);
        assert!((ratio - want).abs() < 1e-6, "{ratio} {want}");
    }
}
