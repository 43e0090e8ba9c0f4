//! Euler's method and its ancestral form (Karras et al. 2022, arXiv 2206.00364, algorithm 2 without churn; the
//! ancestral step is that of k-diffusion).

use super::course::{Call, Course, Mixing, Run, Solver, ln, zip, zip3};
use super::predict::x0_exploding;
use crate::sampling::noise::{Draw, NoiseSource};
use crate::sampling::settings::{Settings, Spacing};
use crate::sampling::spacing::{Levels, k_levels};
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, StepOutput};

/// Standard deviation of pure noise at the start. Leading timesteps stop short of the last one, so the noise that
/// stands in for it is the wider one of training.
pub fn init_noise_sigma(settings: &Settings, sigmas: &[f32]) -> f32 {
    let max = sigmas.iter().copied().fold(0.0, f32::max);
    match settings.spacing {
        Spacing::Leading => (max * max + 1.0).sqrt(),
        Spacing::Linspace | Spacing::Trailing | Spacing::Simple => max,
    }
}

/// The course of `levels` with one model call per step.
fn course(settings: &Settings, levels: &Levels, steps: usize) -> Course {
    let sigmas = levels.sigmas_f32();
    Course {
        timesteps: levels.timesteps.iter().map(|t| *t as f32).collect(),
        init_noise_sigma: init_noise_sigma(settings, &sigmas),
        mixing: Mixing::Exploding(sigmas.clone()),
        sigmas,
        steps,
        order: 1,
    }
}

/// Builds Euler.
pub fn euler(settings: &Settings, table: &Table, steps: usize) -> Box<dyn Sampler> {
    let mut course = course(settings, &k_levels(settings, table, steps, true), steps);
    if settings.continuous {
        course.timesteps = course.sigmas[..steps].iter().map(|sigma| 0.25 * ln(*sigma)).collect();
    }
    Box::new(Run { course, solver: Euler { prediction: settings.prediction } })
}

struct Euler {
    prediction: PredictionType,
}

impl Solver for Euler {
    fn begin(&mut self, _: usize) {}

    fn step(&mut self, course: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let (sigma, next) = (course.sigmas[call.i], course.sigmas[call.i + 1]);
        let pred_x0 = x0_exploding(self.prediction, call, sigma);
        let dt = next - sigma;
        let prev_sample = zip(call.sample, &pred_x0, |x, x0| x + (x - x0) / sigma * dt);
        StepOutput { prev_sample, pred_x0 }
    }
}

/// Splits the way to noise level `to` into a deterministic part, down to `.0`, and fresh noise of deviation `.1`.
pub fn ancestral_step(from: f32, to: f32) -> (f32, f32) {
    let up = (to * to * (from * from - to * to) / (from * from)).sqrt();
    // Rounding may push the difference below zero where nearly all noise is replaced.
    let down = (to * to - up * up).max(0.0).sqrt();
    (down, up)
}

/// Builds ancestral Euler.
pub fn euler_ancestral(settings: &Settings, table: &Table, steps: usize) -> Box<dyn Sampler> {
    let mut course = course(settings, &k_levels(settings, table, steps, true), steps);
    if settings.continuous {
        course.timesteps = course.sigmas[..steps].iter().map(|sigma| 0.25 * ln(*sigma)).collect();
    }
    Box::new(Run { course, solver: EulerAncestral { prediction: settings.prediction } })
}

struct EulerAncestral {
    prediction: PredictionType,
}

impl Solver for EulerAncestral {
    fn begin(&mut self, _: usize) {}

    fn step(&mut self, course: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput {
        let (sigma, next) = (course.sigmas[call.i], course.sigmas[call.i + 1]);
        let pred_x0 = x0_exploding(self.prediction, call, sigma);
        let (down, up) = ancestral_step(sigma, next);
        let dt = down - sigma;
        // Drawn even for the last step, where its weight is 0: the stream goes on as in diffusers.
        let fresh = noise.normal(Draw::Step(call.i as u32, 0), call.shape);
        let prev_sample = zip3(call.sample, &pred_x0, &fresh, |x, x0, n| x + (x - x0) / sigma * dt + n * up);
        StepOutput { prev_sample, pred_x0 }
    }
}
