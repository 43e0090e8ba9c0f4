//! DPM-Solver++(2S) with ancestral noise, and its SDE form with Brownian noise (Lu et al. 2022, arXiv 2211.01095; the
//! forms of k-diffusion): two model calls per step, the second half way in log sigma.

use super::course::{Call, Course, Run, Solver, exp, exp_m1, ln, zip};
use super::euler::ancestral_step;
use super::predict::x0_exploding;
use super::second_order::{doubled, two_call_course};
use crate::sampling::noise::brownian::BrownianPath;
use crate::sampling::noise::{Draw, NoiseSource};
use crate::sampling::settings::Settings;
use crate::sampling::spacing::k_levels;
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, SamplingError, StepOutput};

/// The noise level half way, in log sigma, from `from` to `to`.
fn half_way(from: f32, to: f32) -> f32 {
    let (t, t_next) = (-ln(from), -ln(to));
    exp(-(t + (t_next - t) * 0.5))
}

/// The exact solution from noise level `from` to `to` if the clean latents were `x0` throughout.
fn drift(sample: &[f32], x0: &[f32], from: f32, to: f32) -> Vec<f32> {
    let (t, t_next) = (-ln(from), -ln(to));
    let (keep, pull) = (exp(-t_next) / exp(-t), exp_m1(t - t_next));
    zip(sample, x0, |x, x0| keep * x - pull * x0)
}

/// Euler's step to the end, where the logarithm of sigma is infinite.
fn land(sample: &[f32], x0: &[f32], sigma: f32) -> Vec<f32> {
    zip(sample, x0, |x, x0| x + (x - x0) / sigma * -sigma)
}

/// Builds DPM-Solver++(2S) ancestral. There is no such class in diffusers; levels are laid out as for ancestral Euler.
pub fn two_s_ancestral(settings: &Settings, table: &Table, steps: usize) -> Box<dyn Sampler> {
    let levels = k_levels(settings, table, steps, true);
    let sigmas = levels.sigmas_f32();
    // The second call aims at the level that the deterministic part reaches, below that of the next step.
    let midpoints: Vec<f32> =
        sigmas.windows(2).take(steps - 1).map(|w| half_way(w[0], exact_ancestral(w[0], w[1]).0)).collect();
    let times: Vec<f32> = levels.timesteps.iter().map(|t| *t as f32).collect();
    let mut timesteps = vec![times[0]];
    for (midpoint, time) in midpoints.iter().zip(&times[1..]) {
        timesteps.push(table.time_of(f64::from(*midpoint)) as f32);
        timesteps.push(*time);
    }
    let course = two_call_course(settings, &sigmas, timesteps, Some(&midpoints), steps);
    let levels = doubled(&sigmas);
    Box::new(Run { course, solver: TwoS { prediction: settings.prediction, levels, held: None } })
}

/// [`ancestral_step`] with at most the noise of the level that is left.
fn ancestral(from: f32, to: f32) -> (f32, f32) {
    let (_, up) = ancestral_step(from, to);
    let up = up.min(to);
    ((to * to - up * up).max(0.0).sqrt(), up)
}

/// The same without the cancellation: the share that stays is `to / from`. No reference asks for less.
fn exact_ancestral(from: f32, to: f32) -> (f32, f32) {
    let (from, to) = (f64::from(from), f64::from(to));
    let share = to / from;
    ((to * share) as f32, (to * (1.0 - share * share).max(0.0).sqrt()) as f32)
}

struct TwoS {
    prediction: PredictionType,
    /// Noise levels of the steps, one per model call.
    levels: Vec<f32>,
    /// Between the two calls of a step: its latents.
    held: Option<Vec<f32>>,
}

impl Solver for TwoS {
    fn begin(&mut self, _: usize) {
        self.held = None;
    }

    fn step(&mut self, course: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput {
        let i = call.i;
        let sigma = course.sigmas[i];
        let pred_x0 = x0_exploding(self.prediction, call, sigma);
        let prev_sample = match self.held.take() {
            None if self.levels[i + 1] == 0.0 => land(call.sample, &pred_x0, sigma),
            None => {
                self.held = Some(call.sample.to_vec());
                drift(call.sample, &pred_x0, sigma, course.sigmas[i + 1])
            }
            Some(start) => {
                let (from, to) = (self.levels[i - 1], self.levels[i]);
                let (down, up) = exact_ancestral(from, to);
                let mut next = drift(&start, &pred_x0, from, down);
                let fresh = noise.normal(Draw::Step(i as u32, 0), call.shape);
                next.iter_mut().zip(&fresh).for_each(|(x, n)| *x += n * up);
                next
            }
        };
        StepOutput { prev_sample, pred_x0 }
    }
}

/// Builds DPM-Solver++ SDE. Its Brownian path is that of `seed` and spans the whole schedule.
///
/// # Errors
/// [`SamplingError::Steps`] when two steps share a noise level: there is no noise between them.
pub fn sde(
    settings: &Settings,
    table: &Table,
    steps: usize,
    seed: u64,
) -> Result<Box<dyn Sampler>, SamplingError> {
    let levels = k_levels(settings, table, steps, false);
    let sigmas = levels.sigmas_f32();
    if sigmas.windows(2).any(|w| w[0] <= w[1]) {
        let why =
            "the schedule would visit a noise level twice; use fewer steps or another schedule".to_owned();
        return Err(SamplingError::Steps { steps, why });
    }
    let mut timesteps = vec![levels.timesteps[0] as f32];
    for (w, time) in levels.sigmas.windows(2).zip(&levels.timesteps[1..]) {
        // Double precision, unlike the levels themselves.
        let (t, t_next) = (-w[0].ln(), -w[1].ln());
        timesteps.push(table.time_of((-(t + (t_next - t) * 0.5)).exp()) as f32);
        timesteps.push(*time as f32);
    }
    let midpoints: Vec<f32> = sigmas.windows(2).take(steps - 1).map(|w| half_way(w[0], w[1])).collect();
    let course = two_call_course(settings, &sigmas, timesteps, Some(&midpoints), steps);
    let solver = Sde {
        prediction: settings.prediction,
        path: BrownianPath::new(seed, f64::from(sigmas[steps - 1]), f64::from(sigmas[0])),
        levels: doubled(&sigmas),
        held: None,
    };
    Ok(Box::new(Run { course, solver }))
}

struct Sde {
    prediction: PredictionType,
    path: BrownianPath,
    /// Noise levels of the steps, one per model call.
    levels: Vec<f32>,
    /// Between the two calls of a step: its latents.
    held: Option<Vec<f32>>,
}

impl Solver for Sde {
    fn begin(&mut self, _: usize) {
        self.held = None;
    }

    fn step(&mut self, course: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput {
        let i = call.i;
        let sigma = course.sigmas[i];
        let pred_x0 = x0_exploding(self.prediction, call, sigma);
        let (start, level, target) = match self.held.take() {
            None if self.levels[i + 1] == 0.0 => {
                let prev_sample = land(call.sample, &pred_x0, sigma);
                return StepOutput { prev_sample, pred_x0 };
            }
            None => {
                self.held = Some(call.sample.to_vec());
                (call.sample.to_vec(), sigma, course.sigmas[i + 1])
            }
            // There and back through the logarithm, as diffusers has it: the path is sensitive to the last bit.
            Some(start) => (start, self.levels[i - 1], exp(ln(self.levels[i]))),
        };
        let from = exp(ln(level));
        let (down, up) = ancestral(from, target);
        let fresh = self.path.noise(from, target, call.shape, noise);
        let mut prev_sample = drift(&start, &pred_x0, level, down);
        prev_sample.iter_mut().zip(&fresh).for_each(|(x, n)| *x += n * up);
        StepOutput { prev_sample, pred_x0 }
    }
}
