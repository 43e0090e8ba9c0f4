//! A scheduler configuration as the class of one sampler reads it: every field checked, defaults filled in.

use serde_json::Value;

use super::config::error;
use super::{BetaSchedule, PredictionType, SamplerKind, SamplingError, SchedulerConfig};

/// More training timesteps than any model has; bounds what a foreign file can make us allocate.
const MAX_TRAIN_TIMESTEPS: usize = 100_000;

/// Where the timesteps of `steps` steps lie (table 2 of Lin et al. 2023, arXiv 2305.08891).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// From the last timestep to the first, evenly.
    Linspace,
    /// Multiples of a whole stride, counted from the start: never reaches the last timestep.
    Leading,
    /// Counted down from the last timestep.
    Trailing,
    /// Evenly picked indices of the model's sigma table, from the noisiest down (not a diffusers spacing).
    Simple,
}

/// How noise levels are re-spaced between the largest and the smallest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Respacing {
    /// As the timesteps have them.
    None,
    /// Karras et al. 2022, equation 5 with rho 7.
    Karras,
    /// Even in log sigma.
    Exponential,
    /// Quantiles of Beta(0.6, 0.6) (Lee et al. 2024, arXiv 2407.12173).
    Beta,
    /// Even in log SNR (Lu et al. 2022); only DPM-Solver++ multistep.
    Lu,
}

/// How Euler finds a sigma between two table entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// Linear in sigma at the timestep.
    Linear,
    /// Even in log sigma over the whole table, whatever the timesteps are.
    LogLinear,
}

/// Second-order formula of a multistep solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SolverType {
    /// Midpoint (DPM-Solver++).
    Midpoint,
    /// Heun (DPM-Solver++).
    Heun,
    /// B(h) = h (UniPC).
    Bh1,
    /// B(h) = exp(h) - 1 (UniPC).
    Bh2,
}

/// The noise that DDPM adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variance {
    /// The posterior variance.
    Small,
    /// The posterior's standard deviation, by way of its logarithm.
    SmallLog,
    /// beta.
    Large,
}

/// What keeps the guessed clean latents within bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Nothing.
    None,
    /// Clipped to plus and minus this.
    Clip(f32),
    /// Dynamic thresholding (Saharia et al. 2022): scaled by this quantile, at least 1 and at most `max`.
    Threshold {
        /// The quantile, 0..=1.
        ratio: f64,
        /// Largest threshold.
        max: f32,
    },
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `num_train_timesteps`.
    pub train_steps: usize,
    pub betas: Betas,
    pub prediction: PredictionType,
    /// Added to leading timesteps.
    pub steps_offset: usize,
    pub spacing: Spacing,
    pub respacing: Respacing,
    /// Smallest level of re-spaced ones, instead of what the timesteps give.
    pub sigma_min: Option<f64>,
    /// Largest level of re-spaced ones, instead of what the timesteps give.
    pub sigma_max: Option<f64>,
    pub interpolation: Interpolation,
    /// The model is told `log(sigma) / 4` instead of a timestep (EDM).
    pub continuous: bool,
    /// `rescale_betas_zero_snr`: the last training timestep is pure noise.
    pub zero_snr: bool,
    pub bound: Bound,
    /// The last step ends without noise rather than at the first training timestep.
    pub set_alpha_to_one: bool,
    /// PNDM starts without Runge-Kutta.
    pub skip_prk_steps: bool,
    /// `final_sigmas_type` is zero, not the table's smallest.
    pub final_sigma_zero: bool,
    pub solver_order: usize,
    pub solver_type: SolverType,
    /// Lower orders towards the end (of fewer than 15 steps for DPM-Solver++).
    pub lower_order_final: bool,
    /// First order in the last step.
    pub euler_at_final: bool,
    /// Timesteps with a smaller log SNR are left out.
    pub lambda_min_clipped: Option<f64>,
    /// UniPC extrapolates clean latents, not noise.
    pub predict_x0: bool,
    /// Steps after which UniPC does not correct.
    pub disable_corrector: Vec<f64>,
    pub variance: Variance,
    /// Steps that an LCM was distilled for.
    pub original_steps: usize,
    /// Scale of time in the consistency function.
    pub timestep_scaling: f64,
}

/// The betas of training.
#[derive(Clone, Debug)]
pub enum Betas {
    /// A formula.
    Schedule(BetaSchedule, f64, f64),
    /// A list.
    Trained(Vec<f64>),
}

/// What the diffusers class of a sampler knows and assumes.
struct Class {
    kind: SamplerKind,
}

impl Class {
    fn one_of(&self, kinds: &[SamplerKind]) -> bool {
        kinds.contains(&self.kind)
    }

    /// Has switches for Karras, exponential and beta sigmas. Ancestral Euler has none in diffusers, so its
    /// configuration cannot switch them; DPM-Solver++(2S) follows it.
    fn respaces(&self) -> bool {
        use SamplerKind::*;
        self.one_of(&[Euler, Heun, Dpm2, Dpmpp2m, Dpmpp2mSde, DpmppSde, UniPc])
    }

    fn rescales_zero_snr(&self) -> bool {
        use SamplerKind::*;
        self.one_of(&[Ddim, Ddpm, Euler, EulerA, Dpmpp2sA, Dpmpp2m, Dpmpp2mSde, UniPc, Lcm, Tcd])
    }

    fn multistep(&self) -> bool {
        self.one_of(&[SamplerKind::Dpmpp2m, SamplerKind::Dpmpp2mSde])
    }

    fn default_betas(&self) -> (BetaSchedule, f64, f64) {
        use SamplerKind::*;
        match self.kind {
            Heun | Dpm2 | DpmppSde => (BetaSchedule::Linear, 0.00085, 0.012),
            Lcm | Tcd => (BetaSchedule::ScaledLinear, 0.00085, 0.012),
            _ => (BetaSchedule::Linear, 0.0001, 0.02),
        }
    }

    fn default_spacing(&self) -> Spacing {
        use SamplerKind::*;
        match self.kind {
            Ddim | Ddpm | Pndm | Lcm | Tcd => Spacing::Leading,
            _ => Spacing::Linspace,
        }
    }

    /// Whether the class clips, and whether it does so when the file says nothing.
    fn default_clip(&self) -> Option<bool> {
        use SamplerKind::*;
        match self.kind {
            Ddim | Ddpm => Some(true),
            Heun | Lcm | Tcd => Some(false),
            _ => None,
        }
    }

    fn thresholds(&self) -> bool {
        use SamplerKind::*;
        // TCD knows the field but never applies it; clipping it does not apply either.
        self.one_of(&[Ddim, Ddpm, Lcm, Dpmpp2m, Dpmpp2mSde, UniPc])
    }
}

impl Settings {
    /// Reads `config` as diffusers' `SchedulerClass.from_config(config)` does for the class of `kind`: fields that the
    /// class does not know are ignored, absent ones take its defaults.
    ///
    /// # Errors
    /// [`SamplingError::Config`] for values that make no sense or are not supported.
    pub fn read(config: &SchedulerConfig, kind: SamplerKind) -> Result<Self, SamplingError> {
        let class = Class { kind };
        let train_steps = config.count("num_train_timesteps", (1, MAX_TRAIN_TIMESTEPS))?.unwrap_or(1000);
        let settings = Self {
            train_steps,
            betas: read_betas(config, &class, train_steps)?,
            prediction: config
                .choice(
                    "prediction_type",
                    &[
                        ("epsilon", PredictionType::Epsilon),
                        ("v_prediction", PredictionType::VPrediction),
                        ("sample", PredictionType::Sample),
                    ],
                )?
                .unwrap_or(PredictionType::Epsilon),
            steps_offset: config.count("steps_offset", (0, MAX_TRAIN_TIMESTEPS))?.unwrap_or(0),
            spacing: config
                .choice(
                    "timestep_spacing",
                    &[
                        ("linspace", Spacing::Linspace),
                        ("leading", Spacing::Leading),
                        ("trailing", Spacing::Trailing),
                    ],
                )?
                .unwrap_or(class.default_spacing()),
            respacing: read_respacing(config, &class)?,
            sigma_min: None,
            sigma_max: None,
            interpolation: Interpolation::Linear,
            continuous: false,
            zero_snr: class.rescales_zero_snr() && config.switch("rescale_betas_zero_snr")?.unwrap_or(false),
            bound: read_bound(config, &class)?,
            set_alpha_to_one: config.switch("set_alpha_to_one")?.unwrap_or(kind != SamplerKind::Pndm),
            skip_prk_steps: config.switch("skip_prk_steps")?.unwrap_or(false),
            final_sigma_zero: true,
            solver_order: 2,
            solver_type: SolverType::Midpoint,
            lower_order_final: config.switch("lower_order_final")?.unwrap_or(true),
            euler_at_final: config.switch("euler_at_final")?.unwrap_or(false),
            lambda_min_clipped: None,
            predict_x0: config.switch("predict_x0")?.unwrap_or(true),
            disable_corrector: Vec::new(),
            variance: Variance::Small,
            original_steps: config.count("original_inference_steps", (1, MAX_TRAIN_TIMESTEPS))?.unwrap_or(50),
            timestep_scaling: config.number("timestep_scaling", (1e-6, 1e6))?.unwrap_or(10.0),
        };
        settings.read_sigma_fields(config, &class)?.read_solver_fields(config, &class)
    }

    fn read_sigma_fields(mut self, config: &SchedulerConfig, class: &Class) -> Result<Self, SamplingError> {
        use SamplerKind::{Euler, UniPc};
        let range = (1e-6, 1e6);
        if class.one_of(&[Euler, UniPc]) {
            self.sigma_min = config.number("sigma_min", range)?;
            self.sigma_max = config.number("sigma_max", range)?;
        }
        if class.one_of(&[Euler]) {
            let table = [("linear", Interpolation::Linear), ("log_linear", Interpolation::LogLinear)];
            self.interpolation =
                config.choice("interpolation_type", &table)?.unwrap_or(Interpolation::Linear);
            let table = [("discrete", false), ("continuous", true)];
            let continuous = config.choice("timestep_type", &table)?.unwrap_or(false);
            self.continuous = continuous && self.prediction == PredictionType::VPrediction;
        }
        if class.multistep() || class.one_of(&[Euler, UniPc]) {
            let table = [("zero", true), ("sigma_min", false)];
            self.final_sigma_zero = config.choice("final_sigmas_type", &table)?.unwrap_or(true);
        }
        if class.multistep() {
            self.lambda_min_clipped = config.number("lambda_min_clipped", (-1e3, 1e3))?;
        }
        Ok(self)
    }

    fn read_solver_fields(mut self, config: &SchedulerConfig, class: &Class) -> Result<Self, SamplingError> {
        use SamplerKind::{Ddpm, UniPc};
        use SolverType::*;
        // Each multistep class reads the other's solver types as its own default.
        if class.multistep() {
            self.solver_order = config.count("solver_order", (1, 3))?.unwrap_or(2);
            let table = [
                ("midpoint", Midpoint),
                ("heun", Heun),
                ("bh1", Midpoint),
                ("bh2", Midpoint),
                ("logrho", Midpoint),
            ];
            self.solver_type = config.choice("solver_type", &table)?.unwrap_or(Midpoint);
        }
        if class.one_of(&[UniPc]) {
            self.solver_order = config.count("solver_order", (1, 6))?.unwrap_or(2);
            let table = [("bh1", Bh1), ("bh2", Bh2), ("midpoint", Bh2), ("heun", Bh2), ("logrho", Bh2)];
            self.solver_type = config.choice("solver_type", &table)?.unwrap_or(Bh2);
            self.disable_corrector =
                config.numbers("disable_corrector", (0.0, 1e6), MAX_TRAIN_TIMESTEPS)?.unwrap_or_default();
            if let Some(value) = config.given("solver_p") {
                return Err(error("solver_p", value, "a predictor of another class is not supported".into()));
            }
            if let Some(value) = config.given("shift_terminal") {
                return Err(error("shift_terminal", value, "flow matching models are not supported".into()));
            }
        }
        if class.one_of(&[Ddpm]) {
            let table = [
                ("fixed_small", Variance::Small),
                ("fixed_small_log", Variance::SmallLog),
                ("fixed_large", Variance::Large),
            ];
            self.variance = config.choice("variance_type", &table)?.unwrap_or(Variance::Small);
        } else if class.multistep()
            && let Some(value) = config.given("variance_type")
            && value.as_str().is_some_and(|text| text.starts_with("learned"))
        {
            return Err(error(
                "variance_type",
                value,
                "models that predict a variance are not supported".into(),
            ));
        }
        Ok(self)
    }

    /// The betas follow the cosine.
    pub fn is_cosine(&self) -> bool {
        matches!(self.betas, Betas::Schedule(BetaSchedule::SquaredCosCapV2, ..))
    }
}

fn read_betas(config: &SchedulerConfig, class: &Class, train_steps: usize) -> Result<Betas, SamplingError> {
    // A beta of 0 or 1 puts a noise level at exactly 0 or infinity.
    let range = (1e-12, 1.0 - 1e-9);
    if let Some(list) = config.numbers("trained_betas", range, MAX_TRAIN_TIMESTEPS)? {
        if list.len() != train_steps {
            let why = format!("as many as num_train_timesteps ({train_steps}) are needed");
            return Err(error("trained_betas", &Value::from(format!("{} numbers", list.len())), why));
        }
        return Ok(Betas::Trained(list));
    }
    let (schedule, start, end) = class.default_betas();
    let table = [
        ("linear", BetaSchedule::Linear),
        ("scaled_linear", BetaSchedule::ScaledLinear),
        ("squaredcos_cap_v2", BetaSchedule::SquaredCosCapV2),
    ];
    let schedule = config.choice("beta_schedule", &table)?.unwrap_or(schedule);
    let start = config.number("beta_start", range)?.unwrap_or(start);
    let end = config.number("beta_end", range)?.unwrap_or(end);
    Ok(Betas::Schedule(schedule, start, end))
}

fn read_respacing(config: &SchedulerConfig, class: &Class) -> Result<Respacing, SamplingError> {
    if !class.respaces() {
        return Ok(Respacing::None);
    }
    if class.multistep() || class.kind == SamplerKind::UniPc {
        config.refuse("use_flow_sigmas", "flow matching models are not supported")?;
        config.refuse("use_dynamic_shifting", "flow matching models are not supported")?;
    }
    // Lu's spacing is no rival of the other three in diffusers: Karras sigmas win over it, it wins over the rest.
    let mut chosen = Respacing::None;
    for (key, respacing) in [
        ("use_karras_sigmas", Respacing::Karras),
        ("use_exponential_sigmas", Respacing::Exponential),
        ("use_beta_sigmas", Respacing::Beta),
    ] {
        if config.switch(key)?.unwrap_or(false) {
            if chosen != Respacing::None {
                return Err(error(
                    key,
                    &Value::Bool(true),
                    "only one kind of sigmas can be switched on".into(),
                ));
            }
            chosen = respacing;
        }
    }
    if class.multistep() && chosen != Respacing::Karras && config.switch("use_lu_lambdas")?.unwrap_or(false) {
        chosen = Respacing::Lu;
    }
    Ok(chosen)
}

fn read_bound(config: &SchedulerConfig, class: &Class) -> Result<Bound, SamplingError> {
    if class.thresholds() && config.switch("thresholding")?.unwrap_or(false) {
        return Ok(Bound::Threshold {
            ratio: config.number("dynamic_thresholding_ratio", (0.0, 1.0))?.unwrap_or(0.995),
            max: config.number("sample_max_value", (1e-3, 1e6))?.unwrap_or(1.0) as f32,
        });
    }
    let Some(default) = class.default_clip() else { return Ok(Bound::None) };
    if config.switch("clip_sample")?.unwrap_or(default) && class.kind != SamplerKind::Tcd {
        let range = config.number("clip_sample_range", (1e-6, 1e6))?.unwrap_or(1.0);
        return Ok(Bound::Clip(range as f32));
    }
    Ok(Bound::None)
}
