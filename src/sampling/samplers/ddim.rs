//! DDIM with eta 0 (Song et al. 2020, arXiv 2010.02502) and DDPM (Ho et al. 2020, arXiv 2006.11239).

use super::course::{Call, Course, Mixing, Run, Solver, zip, zip3};
use super::predict::{noise_preserving, x0_preserving};
use crate::sampling::noise::{Draw, NoiseSource};
use crate::sampling::settings::{Bound, Respacing, Settings, Spacing, Variance};
use crate::sampling::spacing::{k_levels, table_timesteps};
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, SamplingError, StepOutput};

/// One step: from which share of signal to which.
#[derive(Clone, Copy, Debug)]
struct Hop {
    /// Share of signal before.
    alpha: f32,
    /// Share of signal after.
    next: f32,
}

/// Lays out the hops of `steps` steps with their times.
///
/// DDIM does not look at the next timestep but goes a fixed stride back, as the class does; without a diffusers
/// counterpart (simple spacing, re-spaced sigmas) and for DDPM a step ends where the next one begins.
fn hops(
    settings: &Settings,
    table: &Table,
    steps: usize,
    last: f32,
    fixed_stride: bool,
) -> Result<(Vec<f32>, Vec<Hop>), SamplingError> {
    let (timesteps, alphas): (Vec<f32>, Vec<f32>) = if settings.respacing == Respacing::None {
        let timesteps = table_timesteps(settings, table.len(), steps)?;
        if fixed_stride && settings.spacing != Spacing::Simple {
            let stride = table.len() / steps;
            let hops = timesteps
                .iter()
                .map(|t| Hop {
                    alpha: table.alphas_cumprod[*t],
                    next: t.checked_sub(stride).map_or(last, |next| table.alphas_cumprod[next]),
                })
                .collect();
            return Ok((timesteps.iter().map(|t| *t as f32).collect(), hops));
        }
        timesteps.iter().map(|t| (*t as f32, table.alphas_cumprod[*t])).unzip()
    } else {
        let levels = k_levels(settings, table, steps, false);
        let alphas = levels.sigmas.iter().map(|s| (1.0 / (s * s + 1.0)) as f32).collect();
        (levels.timesteps.iter().map(|t| *t as f32).collect(), alphas)
    };
    let next = alphas.iter().copied().skip(1).chain([last]);
    let hops = alphas.iter().copied().zip(next).map(|(alpha, next)| Hop { alpha, next }).collect();
    Ok((timesteps, hops))
}

/// The course of `hops`. Their first noise level is infinite for zero terminal SNR.
///
/// # Errors
/// When there is no signal at all at a step but the model predicts noise: then nothing can be divided by.
fn course(
    settings: &Settings,
    timesteps: Vec<f32>,
    hops: &[Hop],
    last: f32,
    steps: usize,
) -> Result<Course, SamplingError> {
    let alphas: Vec<f32> = hops.iter().map(|hop| hop.alpha).collect();
    check_signal(settings, &alphas)?;
    Ok(table_course(timesteps, alphas, last, steps))
}

/// The course of a solver that works on shares of signal: noise levels from them.
pub fn table_course(timesteps: Vec<f32>, alphas: Vec<f32>, last: f32, steps: usize) -> Course {
    let sigmas = alphas.iter().chain([&last]).map(|a| ((1.0 - a) / a).sqrt()).collect();
    Course { timesteps, sigmas, mixing: Mixing::Alphas(alphas), init_noise_sigma: 1.0, steps, order: 1 }
}

/// Refuses a noise-predicting model where the schedule has no signal left.
pub fn check_signal(settings: &Settings, alphas: &[f32]) -> Result<(), SamplingError> {
    if settings.prediction == PredictionType::Epsilon && alphas.contains(&0.0) {
        return Err(SamplingError::Config {
            field: "rescale_betas_zero_snr",
            value: "true".into(),
            why:
                "a model that predicts noise cannot start from noise alone; v_prediction or sample is needed"
                    .into(),
        });
    }
    Ok(())
}

/// Builds DDIM.
pub fn ddim(settings: &Settings, table: &Table, steps: usize) -> Result<Box<dyn Sampler>, SamplingError> {
    let last = if settings.set_alpha_to_one { 1.0 } else { table.alphas_cumprod[0] };
    let (timesteps, hops) = hops(settings, table, steps, last, true)?;
    let course = course(settings, timesteps, &hops, last, steps)?;
    let solver = Ddim { hops, prediction: settings.prediction, bound: settings.bound };
    Ok(Box::new(Run { course, solver }))
}

struct Ddim {
    hops: Vec<Hop>,
    prediction: PredictionType,
    bound: Bound,
}

impl Solver for Ddim {
    fn begin(&mut self, _: usize) {}

    fn step(&mut self, _: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let Hop { alpha, next } = self.hops[call.i];
        let scales = (alpha.sqrt(), (1.0 - alpha).sqrt());
        let mut pred_x0 = x0_preserving(self.prediction, call, scales);
        let noise = noise_preserving(self.prediction, call, scales);
        self.bound.apply(&mut pred_x0, call.shape);
        let (signal, level) = (next.sqrt(), (1.0 - next).sqrt());
        let prev_sample = zip(&pred_x0, &noise, |x, n| signal * x + level * n);
        StepOutput { prev_sample, pred_x0 }
    }
}

/// Builds DDPM.
pub fn ddpm(settings: &Settings, table: &Table, steps: usize) -> Result<Box<dyn Sampler>, SamplingError> {
    let (timesteps, hops) = hops(settings, table, steps, 1.0, false)?;
    let course = course(settings, timesteps, &hops, 1.0, steps)?;
    let solver =
        Ddpm { hops, prediction: settings.prediction, bound: settings.bound, variance: settings.variance };
    Ok(Box::new(Run { course, solver }))
}

struct Ddpm {
    hops: Vec<Hop>,
    prediction: PredictionType,
    bound: Bound,
    variance: Variance,
}

impl Solver for Ddpm {
    fn begin(&mut self, _: usize) {}

    fn step(&mut self, course: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput {
        let Hop { alpha, next } = self.hops[call.i];
        let (beta_prod, beta_prod_next) = (1.0 - alpha, 1.0 - next);
        let step_alpha = alpha / next;
        let step_beta = 1.0 - step_alpha;
        let mut pred_x0 = x0_preserving(self.prediction, call, (alpha.sqrt(), beta_prod.sqrt()));
        self.bound.apply(&mut pred_x0, call.shape);
        // Formula (7): the posterior's mean.
        let x0_share = next.sqrt() * step_beta / beta_prod;
        let sample_share = step_alpha.sqrt() * beta_prod_next / beta_prod;
        if course.timesteps[call.i] <= 0.0 {
            let prev_sample = zip(&pred_x0, call.sample, |x0, x| x0_share * x0 + sample_share * x);
            return StepOutput { prev_sample, pred_x0 };
        }
        let posterior = (beta_prod_next / beta_prod * step_beta).max(1e-20);
        let deviation = match self.variance {
            Variance::Small | Variance::SmallLog => posterior.sqrt(),
            Variance::Large => step_beta.sqrt(),
        };
        let fresh = noise.normal(Draw::Step(call.i as u32, 0), call.shape);
        let prev_sample =
            zip3(&pred_x0, call.sample, &fresh, |x0, x, n| x0_share * x0 + sample_share * x + deviation * n);
        StepOutput { prev_sample, pred_x0 }
    }
}
