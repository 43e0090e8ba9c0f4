//! Latent consistency sampling (Luo et al. 2023, arXiv 2310.04378) and trajectory consistency sampling (Zheng et al.
//! 2024, arXiv 2402.19159).

use super::course::{Call, Course, Run, Solver, zip};
use super::ddim::{check_signal, table_course};
use super::predict::{noise_preserving, x0_preserving};
use crate::sampling::noise::{Draw, NoiseSource};
use crate::sampling::settings::{Bound, Settings};
use crate::sampling::spacing::table_timesteps;
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, SamplingError, ScheduleKind, StepOutput};

/// The timesteps: evenly picked from those of distillation or, with a `schedule`, where it puts them.
fn timesteps(
    settings: &Settings,
    table: &Table,
    steps: usize,
    schedule: Option<ScheduleKind>,
) -> Result<Vec<usize>, SamplingError> {
    if schedule.is_some() {
        return table_timesteps(settings, table.len(), steps);
    }
    let original = settings.original_steps;
    if original > table.len() {
        return Err(SamplingError::Config {
            field: "original_inference_steps",
            value: original.to_string(),
            why: format!("at most num_train_timesteps ({}) make sense", table.len()),
        });
    }
    if steps > original {
        let why = format!("this model was distilled for at most {original} (original_inference_steps)");
        return Err(SamplingError::Steps { steps, why });
    }
    let stride = table.len() / original;
    let pick = original as f64 / steps as f64;
    Ok((0..steps).map(|i| (original - (i as f64 * pick) as usize) * stride - 1).collect())
}

/// Builds LCM.
pub fn lcm(
    settings: &Settings,
    table: &Table,
    steps: usize,
    schedule: Option<ScheduleKind>,
) -> Result<Box<dyn Sampler>, SamplingError> {
    let timesteps = timesteps(settings, table, steps, schedule)?;
    let alphas: Vec<f32> = timesteps.iter().map(|t| table.alphas_cumprod[*t]).collect();
    check_signal(settings, &alphas)?;
    let boundary = timesteps
        .iter()
        .map(|t| {
            // sigma_data is 0.5. At timestep 0, where distillation never was but some schedules end, the function would
            // return the latents as they are: a step for nothing that leaves their noise.
            let scaled = (*t).max(1) as f32 * settings.timestep_scaling as f32;
            let power = scaled * scaled + 0.25;
            (0.25 / power, scaled / power.sqrt())
        })
        .collect();
    let solver =
        Lcm { prediction: settings.prediction, bound: settings.bound, alphas: alphas.clone(), boundary };
    let course = table_course(timesteps.iter().map(|t| *t as f32).collect(), alphas, 1.0, steps);
    Ok(Box::new(Run { course, solver }))
}

struct Lcm {
    prediction: PredictionType,
    bound: Bound,
    alphas: Vec<f32>,
    /// Shares of the latents and of the guess in the consistency function, per step.
    boundary: Vec<(f32, f32)>,
}

impl Solver for Lcm {
    fn begin(&mut self, _: usize) {}

    fn step(&mut self, _: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput {
        let alpha = self.alphas[call.i];
        let mut x0 = x0_preserving(self.prediction, call, (alpha.sqrt(), (1.0 - alpha).sqrt()));
        self.bound.apply(&mut x0, call.shape);
        let (c_skip, c_out) = self.boundary[call.i];
        let denoised = zip(&x0, call.sample, |x0, x| c_out * x0 + c_skip * x);
        let prev_sample = match self.alphas.get(call.i + 1) {
            None => denoised.clone(),
            Some(next) => {
                let fresh = noise.normal(Draw::Step(call.i as u32, 0), call.shape);
                let (signal, level) = (next.sqrt(), (1.0 - next).sqrt());
                zip(&denoised, &fresh, |x, n| signal * x + level * n)
            }
        };
        StepOutput { prev_sample, pred_x0: denoised }
    }
}

/// Builds TCD with eta 0, which is what diffusers' pipelines pass unless told otherwise: no fresh noise.
pub fn tcd(
    settings: &Settings,
    table: &Table,
    steps: usize,
    schedule: Option<ScheduleKind>,
) -> Result<Box<dyn Sampler>, SamplingError> {
    let timesteps = timesteps(settings, table, steps, schedule)?;
    let mut alphas: Vec<f32> = timesteps.iter().map(|t| table.alphas_cumprod[*t]).collect();
    check_signal(settings, &alphas)?;
    let last = table.alphas_cumprod[0];
    let course = table_course(timesteps.iter().map(|t| *t as f32).collect(), alphas.clone(), last, steps);
    alphas.push(last);
    Ok(Box::new(Run { course, solver: Tcd { prediction: settings.prediction, alphas } }))
}

struct Tcd {
    prediction: PredictionType,
    /// Share of signal at each step and at the end.
    alphas: Vec<f32>,
}

impl Solver for Tcd {
    fn begin(&mut self, _: usize) {}

    fn step(&mut self, _: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let (alpha, next) = (self.alphas[call.i], self.alphas[call.i + 1]);
        let scales = (alpha.sqrt(), (1.0 - alpha).sqrt());
        let pred_x0 = x0_preserving(self.prediction, call, scales);
        let noise = noise_preserving(self.prediction, call, scales);
        let (signal, level) = (next.sqrt(), (1.0 - next).sqrt());
        let prev_sample = zip(&pred_x0, &noise, |x0, n| signal * x0 + level * n);
        StepOutput { prev_sample, pred_x0 }
    }
}
