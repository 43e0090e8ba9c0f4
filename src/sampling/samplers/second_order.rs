//! Heun's method (Karras et al. 2022, arXiv 2206.00364, algorithm 1) and DPM-Solver-2 in its k-diffusion form (Lu et
//! al. 2022, arXiv 2206.00927): two model calls per step, one in the last.

use super::course::{Call, Course, Mixing, Run, Solver, exp, ln, zip, zip3};
use super::euler::init_noise_sigma;
use super::predict::x0_exploding;
use crate::sampling::noise::NoiseSource;
use crate::sampling::settings::{Bound, Respacing, Settings};
use crate::sampling::spacing::k_levels;
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, StepOutput};

/// Every value but the first and the last twice: the second call of a step stands at the next step's level.
pub fn doubled(values: &[f32]) -> Vec<f32> {
    let last = values.len() - 1;
    let mut out = Vec::with_capacity(values.len() * 2);
    for (i, v) in values.iter().enumerate() {
        out.push(*v);
        if i > 0 && i < last {
            out.push(*v);
        }
    }
    out
}

/// The course of a solver with two calls per step. `levels` are the noise levels of the steps with the end, `times`
/// belong to all model calls, `midpoints` are the noise levels of the second calls where they lie between two steps.
/// Noise is added at the level of the step, not of the midpoint: diffusers does so.
pub fn two_call_course(
    settings: &Settings,
    levels: &[f32],
    timesteps: Vec<f32>,
    midpoints: Option<&[f32]>,
    steps: usize,
) -> Course {
    let mixing = doubled(levels);
    let mut sigmas = mixing.clone();
    for (k, midpoint) in midpoints.unwrap_or_default().iter().enumerate() {
        sigmas[2 * k + 1] = *midpoint;
    }
    let init_noise_sigma = init_noise_sigma(settings, &mixing);
    Course { timesteps, sigmas, mixing: Mixing::Exploding(mixing), init_noise_sigma, steps, order: 2 }
}

/// Builds Heun.
pub fn heun(settings: &Settings, table: &Table, steps: usize) -> Box<dyn Sampler> {
    let levels = k_levels(settings, table, steps, true);
    let times: Vec<f32> = levels.timesteps.iter().map(|t| *t as f32).collect();
    let mut timesteps = doubled(&times);
    // The last time stands twice as well: the final step has one call, the one before it two.
    if steps > 1 {
        timesteps.push(times[steps - 1]);
    }
    let course = two_call_course(settings, &levels.sigmas_f32(), timesteps, None, steps);
    let solver = Heun { prediction: settings.prediction, bound: settings.bound, held: None };
    Box::new(Run { course, solver })
}

struct Heun {
    prediction: PredictionType,
    bound: Bound,
    /// Between the two calls of a step: its latents and their derivative.
    held: Option<(Vec<f32>, Vec<f32>)>,
}

impl Solver for Heun {
    fn begin(&mut self, _: usize) {
        self.held = None;
    }

    fn step(&mut self, course: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let sigma = course.sigmas[call.i];
        let mut pred_x0 = x0_exploding(self.prediction, call, sigma);
        self.bound.apply(&mut pred_x0, call.shape);
        let slope = zip(call.sample, &pred_x0, |x, x0| (x - x0) / sigma);
        let prev_sample = match self.held.take() {
            None => {
                let dt = course.sigmas[call.i + 1] - sigma;
                let next = zip(call.sample, &slope, |x, d| x + d * dt);
                self.held = Some((call.sample.to_vec(), slope));
                next
            }
            Some((start, first)) => {
                let dt = sigma - course.sigmas[call.i - 1];
                zip3(&start, &first, &slope, |x, d1, d2| x + (d1 + d2) / 2.0 * dt)
            }
        };
        StepOutput { prev_sample, pred_x0 }
    }
}

/// Builds DPM2.
pub fn dpm2(settings: &Settings, table: &Table, steps: usize) -> Box<dyn Sampler> {
    let mut levels = k_levels(settings, table, steps, true);
    if settings.respacing == Respacing::Karras {
        levels.timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
    }
    let sigmas = levels.sigmas_f32();
    // Half way in log sigma. The last step has no second call: it goes straight to the end.
    let midpoints: Vec<f32> = sigmas
        .windows(2)
        .take(steps - 1)
        .map(|w| {
            let (from, to) = (ln(w[0]), ln(w[1]));
            exp(from - (from - to) * 0.5)
        })
        .collect();
    let mut timesteps = vec![levels.timesteps[0] as f32];
    for (midpoint, time) in midpoints.iter().zip(&levels.timesteps[1..]) {
        timesteps.push(table.time_of_f32(*midpoint));
        timesteps.push(*time as f32);
    }
    let course = two_call_course(settings, &sigmas, timesteps, Some(&midpoints), steps);
    Box::new(Run { course, solver: Dpm2 { prediction: settings.prediction, held: None } })
}

struct Dpm2 {
    prediction: PredictionType,
    /// Between the two calls of a step: its latents.
    held: Option<Vec<f32>>,
}

impl Solver for Dpm2 {
    fn begin(&mut self, _: usize) {
        self.held = None;
    }

    fn step(&mut self, course: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let sigmas = &course.sigmas;
        let sigma = sigmas[call.i];
        let pred_x0 = x0_exploding(self.prediction, call, sigma);
        let slope = zip(call.sample, &pred_x0, |x, x0| (x - x0) / sigma);
        let prev_sample = match self.held.take() {
            None => {
                let dt = sigmas[call.i + 1] - sigma;
                self.held = Some(call.sample.to_vec());
                zip(call.sample, &slope, |x, d| x + d * dt)
            }
            Some(start) => {
                let dt = sigmas[call.i + 1] - sigmas[call.i - 1];
                zip(&start, &slope, |x, d| x + d * dt)
            }
        };
        StepOutput { prev_sample, pred_x0 }
    }
}
