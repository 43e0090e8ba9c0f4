//! What `build` makes of samplers, schedules, configurations and step counts.

use scumble::sampling::noise::{Draw, source};
use scumble::sampling::{RngKind, Sampler, SamplerKind, SamplingError, ScheduleKind, SchedulerConfig, build};
use serde_json::json;

use super::reference::{SHAPE, model};
use super::schedules::config as stored_config;
use super::stored::{Stored, deviation};

fn config(fields: serde_json::Value) -> SchedulerConfig {
    let mut all = json!({"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn every_schedule() -> impl Iterator<Item = Option<ScheduleKind>> {
    std::iter::once(None).chain(ScheduleKind::ALL.iter().copied().map(Some))
}

/// Runs `sampler` from `start` with a model that knows the clean latents `x0`; `prediction` names its language.
fn denoise_perfectly(sampler: &mut dyn Sampler, prediction: &str, x0: &[f32], rng: RngKind) -> Vec<f32> {
    let mut rng = source(rng, 3, (-1, 4));
    let noise = rng.normal(Draw::Init, SHAPE);
    let first = sampler.init_noise_sigma();
    let mut sample: Vec<f32> = noise.iter().map(|n| n * first).collect();
    sampler.begin(0);
    for i in 0..sampler.timesteps().len() {
        // The latents in the model's own scaling are alpha * x0 + sigma * noise.
        let mut scaled = sample.clone();
        sampler.scale_model_input(&mut scaled, i);
        let level = f64::from(sampler.sigmas()[i]);
        let (alpha, sigma) = if level.is_finite() {
            (1.0 / (level * level + 1.0).sqrt(), level / (level * level + 1.0).sqrt())
        } else {
            (0.0, 1.0)
        };
        let output: Vec<f32> = scaled
            .iter()
            .zip(x0)
            .map(|(x, x0)| {
                let (x, x0) = (f64::from(*x), f64::from(*x0));
                let noise = (x - alpha * x0) / sigma;
                (match prediction {
                    "epsilon" => noise,
                    "v_prediction" => alpha * noise - sigma * x0,
                    _ => x0,
                }) as f32
            })
            .collect();
        let out = sampler.step(i, &output, &sample, SHAPE, &mut *rng);
        sample = out.prev_sample;
        let guess = deviation(&out.pred_x0, x0);
        assert!(guess < 0.03, "step {i}: pred_x0 misses by {guess}");
    }
    sample
}

#[test]
fn a_perfect_denoiser_lands_on_the_picture() {
    let x0 = source(RngKind::Torch, 1, (0, 0)).normal(Draw::Init, SHAPE);
    for kind in SamplerKind::ALL {
        for schedule in every_schedule() {
            // PNDM's whole stride is not the distance of linspace's timesteps; diffusers lives with that.
            if (*kind, schedule) == (SamplerKind::Pndm, Some(ScheduleKind::Normal)) {
                continue;
            }
            for prediction in ["epsilon", "v_prediction", "sample"] {
                // One step of linspace or leading is timestep 0: TCD, which stops there, has nothing to do.
                let one = if *kind == SamplerKind::Tcd && schedule.is_some() { 2 } else { 1 };
                for steps in [one, 2, 4, 9, 20] {
                    for rng in RngKind::ALL {
                        let config = config(
                            json!({"prediction_type": prediction, "skip_prk_steps": true, "set_alpha_to_one": true}),
                        );
                        let mut sampler = match build(*kind, schedule, &config, steps, 3) {
                            Ok(sampler) => sampler,
                            Err(SamplingError::Schedule { .. }) => {
                                assert!(matches!(
                                    kind,
                                    SamplerKind::Pndm | SamplerKind::Lcm | SamplerKind::Tcd
                                ));
                                continue;
                            }
                            Err(SamplingError::Config { .. }) if *kind == SamplerKind::Pndm => continue,
                            Err(e) => panic!("{kind} {schedule:?} {prediction} {steps}: {e}"),
                        };
                        let what = format!("{kind} {schedule:?} {prediction} {steps} {rng}");
                        // TCD stops at the first training timestep, a little noise is left there. PNDM mixes answers
                        // of different times, which only noise is the same at.
                        let limit = match kind {
                            SamplerKind::Tcd => 0.08,
                            SamplerKind::Lcm => 0.01,
                            SamplerKind::Pndm if prediction != "epsilon" => 0.2,
                            SamplerKind::Pndm => 0.02,
                            _ => 2e-3,
                        };
                        let last = denoise_perfectly(&mut *sampler, prediction, &x0, *rng);
                        let miss = deviation(&last, &x0);
                        assert!(miss < limit, "{what}: {miss}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_course_is_well_formed() {
    for kind in SamplerKind::ALL {
        for schedule in every_schedule() {
            for steps in [1, 2, 5, 25, 50] {
                let config = config(json!({"skip_prk_steps": true, "steps_offset": 1}));
                let Ok(sampler) = build(*kind, schedule, &config, steps, 0) else { continue };
                let (times, sigmas) = (sampler.timesteps(), sampler.sigmas());
                let what = format!("{kind} {schedule:?} {steps}");
                assert_eq!(sigmas.len(), times.len() + 1, "{what}");
                assert!(times.iter().all(|t| (0.0..1000.0).contains(t)), "{what}: {times:?}");
                // Diffusers rounds DPM2's Karras times, not those half way.
                assert!(times.windows(2).all(|w| w[0] >= w[1] - 0.5), "{what}: {times:?}");
                assert!(sigmas.iter().all(|s| s.is_finite()), "{what}");
                assert!(sampler.init_noise_sigma() > 0.0, "{what}");
                // Whatever the level, a picture that is done stays as it is.
                assert_eq!(sampler.add_noise(&[1.0, 2.0], &[5.0, 5.0], times.len()), [1.0, 2.0], "{what}");
            }
        }
    }
}

#[test]
fn schedules_are_the_switches_of_the_classes() {
    use SamplerKind::*;
    let trailing = json!({"timestep_spacing": "trailing"});
    for kind in SamplerKind::ALL {
        for (schedule, switch, kinds) in [
            (ScheduleKind::Normal, json!({"timestep_spacing": "linspace"}), SamplerKind::ALL),
            (ScheduleKind::SgmUniform, json!({"timestep_spacing": "trailing"}), SamplerKind::ALL),
            (ScheduleKind::DdimUniform, json!({"timestep_spacing": "leading"}), SamplerKind::ALL),
            (
                ScheduleKind::Karras,
                json!({"use_karras_sigmas": true}),
                &[Euler, Heun, Dpm2, Dpmpp2m, DpmppSde, UniPc],
            ),
            (
                ScheduleKind::Beta,
                json!({"use_beta_sigmas": true}),
                &[Euler, Heun, Dpm2, Dpmpp2mSde, DpmppSde, UniPc],
            ),
            (
                ScheduleKind::Exponential,
                json!({"use_exponential_sigmas": true}),
                &[Euler, Heun, Dpm2, Dpmpp2m, UniPc],
            ),
        ] {
            if !kinds.contains(kind) || matches!(kind, Lcm | Tcd) {
                continue;
            }
            let mut switched = trailing.clone();
            switched.as_object_mut().unwrap().extend(switch.as_object().unwrap().clone());
            let a = build(*kind, Some(schedule), &config(trailing.clone()), 12, 0).unwrap();
            let b = build(*kind, None, &config(switched), 12, 0).unwrap();
            assert_eq!(a.timesteps(), b.timesteps(), "{kind} {schedule}");
            assert_eq!(a.sigmas(), b.sigmas(), "{kind} {schedule}");
            assert_eq!(a.init_noise_sigma(), b.init_noise_sigma(), "{kind} {schedule}");
        }
    }
    // A timestep spacing replaces the re-spacing that the folder asks for.
    let karras = config(json!({"use_karras_sigmas": true}));
    let normal = build(Euler, Some(ScheduleKind::Normal), &karras, 12, 0).unwrap();
    assert_eq!(normal.sigmas(), build(Euler, None, &config(json!({})), 12, 0).unwrap().sigmas());
    // One re-spacing replaces another.
    let beta = build(Euler, Some(ScheduleKind::Beta), &karras, 12, 0).unwrap();
    let want = build(Euler, None, &config(json!({"use_beta_sigmas": true})), 12, 0).unwrap();
    assert_eq!(beta.sigmas(), want.sigmas());
}

#[test]
fn re_spaced_ddim_visits_the_levels_of_euler() {
    for schedule in
        [ScheduleKind::Karras, ScheduleKind::Exponential, ScheduleKind::Beta, ScheduleKind::Simple]
    {
        let config = config(json!({"timestep_spacing": "trailing"}));
        let euler = build(SamplerKind::Euler, Some(schedule), &config, 12, 0).unwrap();
        for kind in [SamplerKind::Ddim, SamplerKind::Ddpm, SamplerKind::EulerA] {
            let other = build(kind, Some(schedule), &config, 12, 0).unwrap();
            assert!(deviation(other.timesteps(), euler.timesteps()) < 1e-6, "{kind} {schedule}");
            assert!(deviation(other.sigmas(), euler.sigmas()) < 1e-5, "{kind} {schedule}");
        }
    }
}

#[test]
fn simple_picks_evenly_from_the_table() {
    for kind in SamplerKind::ALL.iter().filter(|kind| **kind != SamplerKind::Pndm) {
        let sampler = build(*kind, Some(ScheduleKind::Simple), &config(json!({})), 8, 0).unwrap();
        let whole: Vec<f32> = match sampler.timesteps().len() {
            8 => sampler.timesteps().to_vec(),
            _ => sampler.timesteps().iter().copied().step_by(2).collect(),
        };
        assert_eq!(whole, [999.0, 874.0, 749.0, 624.0, 499.0, 374.0, 249.0, 124.0], "{kind}");
    }
}

#[test]
fn two_s_ancestral_follows_its_formulas() {
    let stored = Stored::open("two_s.safetensors");
    for steps in [1, 2, 10] {
        let mut sampler = build(SamplerKind::Dpmpp2sA, None, &stored_config("sdxl"), steps, 0).unwrap();
        let levels = stored.f32(&format!("{steps}.sigmas"));
        let miss = deviation(sampler.sigmas(), &levels);
        assert!(miss < 1e-6, "{steps} steps: {miss:.1e} {:?} {levels:?}", sampler.sigmas());
        let mut rng = source(RngKind::Torch, 7, (0, 0));
        let first = sampler.init_noise_sigma();
        let mut sample: Vec<f32> = rng.normal(Draw::Init, SHAPE).iter().map(|n| n * first).collect();
        sampler.begin(0);
        for i in 0..sampler.timesteps().len() {
            sample = sampler.step(i, &model(&sample, i), &sample, SHAPE, &mut *rng).prev_sample;
        }
        let miss = deviation(&sample, &stored.f32(&format!("{steps}.last")));
        assert!(miss < 2e-6, "{steps} steps: {miss:.1e}");
    }
}

#[test]
fn strength_cuts_as_the_pipelines_do() {
    let start = |kind, steps, strength| {
        build(kind, None, &config(json!({})), steps, 0).unwrap().start_for_strength(strength)
    };
    assert_eq!(start(SamplerKind::Ddim, 10, 1.0), 0);
    // 0.7 in single precision is a little less than seven tenths.
    assert_eq!(start(SamplerKind::Ddim, 10, 0.7), 3);
    assert_eq!(start(SamplerKind::Euler, 50, 0.58), 50 - (50.0f64 * 0.58) as usize);
    assert_eq!(start(SamplerKind::Heun, 10, 0.5), 10);
    assert_eq!(start(SamplerKind::Dpm2, 10, 0.2), 16);
    assert_eq!(start(SamplerKind::Ddim, 10, 0.05), 10);
    for kind in SamplerKind::ALL {
        let sampler = build(*kind, None, &config(json!({"skip_prk_steps": true})), 6, 0).unwrap();
        assert_eq!(sampler.start_for_strength(0.0), sampler.timesteps().len(), "{kind}");
        assert_eq!(sampler.start_for_strength(1.0), 0, "{kind}");
        assert_eq!(sampler.start_for_strength(7.0), 0, "{kind}");
        assert_eq!(sampler.start_for_strength(f32::NAN), sampler.timesteps().len(), "{kind}");
    }
}

#[test]
fn a_second_run_is_like_the_first() {
    for kind in SamplerKind::ALL {
        let mut sampler = build(*kind, None, &config(json!({"skip_prk_steps": true})), 5, 9).unwrap();
        let mut run = |start: usize| {
            let mut rng = source(RngKind::Philox, 9, (0, 0));
            let mut sample = rng.normal(Draw::Init, SHAPE);
            sampler.begin(start);
            for i in start..sampler.timesteps().len() {
                sample = sampler.step(i, &model(&sample, i), &sample, SHAPE, &mut *rng).prev_sample;
            }
            sample
        };
        let first = run(0);
        let later = run(4);
        assert_eq!(first, run(0), "{kind}");
        assert_ne!(first, later, "{kind}");
    }
}

#[test]
fn pictures_of_a_batch_do_not_touch_each_other() {
    let shape = [2, 4, 4, 4];
    for kind in SamplerKind::ALL {
        let run = |seed: u64, shape: [usize; 4], inputs: &[f32]| {
            let config =
                config(json!({"thresholding": true, "sample_max_value": 2.0, "skip_prk_steps": true}));
            let mut sampler = build(*kind, None, &config, 5, seed).unwrap();
            let mut rng = source(RngKind::Torch, seed, (0, 0));
            let mut sample = rng.normal(Draw::Init, shape);
            sampler.begin(0);
            for i in 0..sampler.timesteps().len() {
                let output: Vec<f32> = sample.iter().zip(inputs).map(|(x, c)| 0.2 * x + c).collect();
                sample = sampler.step(i, &output, &sample, shape, &mut *rng).prev_sample;
            }
            sample
        };
        let inputs = source(RngKind::Torch, 4, (0, 0)).normal(Draw::Init, shape);
        let both = run(20, shape, &inputs);
        let second = run(21, [1, 4, 4, 4], &inputs[64..]);
        assert_eq!(both[64..], second, "{kind}");
    }
}
