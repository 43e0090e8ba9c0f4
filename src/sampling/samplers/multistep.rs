//! DPM-Solver++ multistep and its SDE form (Lu et al. 2022, arXiv 2211.01095).

use std::collections::VecDeque;

use super::course::{Call, Course, Mixing, Run, Solver, alpha_sigma, exp, ln, zip};
use super::predict::x0_at;
use crate::sampling::noise::{Draw, NoiseSource};
use crate::sampling::settings::{Bound, Respacing, Settings, SolverType};
use crate::sampling::spacing::{Levels, multistep_levels};
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, SamplingError, StepOutput};

/// The course of `levels` for a solver that keeps the latents' variance.
///
/// # Errors
/// [`SamplingError::Steps`] when two steps share a noise level: the solvers divide by the distance.
pub fn course(levels: &Levels, steps: usize) -> Result<Course, SamplingError> {
    let sigmas = levels.sigmas_f32();
    // The very last one may repeat: re-spaced levels reach the table's smallest, which can be the end as well.
    if sigmas[..levels.timesteps.len()].windows(2).any(|w| w[0] <= w[1]) {
        let why =
            "the schedule would visit a noise level twice; use fewer steps or another schedule".to_owned();
        return Err(SamplingError::Steps { steps, why });
    }
    Ok(Course {
        timesteps: levels.timesteps.iter().map(|t| *t as f32).collect(),
        mixing: Mixing::Preserving(sigmas.clone()),
        sigmas,
        init_noise_sigma: 1.0,
        steps,
        order: 1,
    })
}

/// Builds DPM-Solver++ multistep, as SDE when `sde`.
pub fn multistep(
    settings: &Settings,
    table: &Table,
    steps: usize,
    sde: bool,
) -> Result<Box<dyn Sampler>, SamplingError> {
    // Diffusers rounds the times of Karras' and Lu's noise levels, unless the schedule is the cosine one, and cuts the
    // fraction off the others.
    let round = matches!(settings.respacing, Respacing::Karras | Respacing::Lu) && !settings.is_cosine();
    let course = course(&multistep_levels(settings, table, steps, round), steps)?;
    let solver = Multistep {
        prediction: settings.prediction,
        bound: settings.bound,
        order: settings.solver_order,
        solver_type: settings.solver_type,
        lower_order_final: settings.lower_order_final,
        first_order_end: settings.euler_at_final || settings.final_sigma_zero,
        sde,
        guesses: VecDeque::new(),
    };
    Ok(Box::new(Run { course, solver }))
}

struct Multistep {
    prediction: PredictionType,
    bound: Bound,
    order: usize,
    solver_type: SolverType,
    lower_order_final: bool,
    first_order_end: bool,
    sde: bool,
    /// Clean latents of the present step and, behind them, of up to two earlier ones.
    guesses: VecDeque<Vec<f32>>,
}

/// Log signal-to-noise ratio (half of it) at the noise-to-signal ratio `sigma`.
pub fn lambda(sigma: f32) -> f32 {
    let (alpha, sigma) = alpha_sigma(sigma);
    ln(alpha) - ln(sigma)
}

impl Solver for Multistep {
    fn begin(&mut self, _: usize) {
        self.guesses.clear();
    }

    fn step(&mut self, course: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput {
        let i = call.i;
        let sigmas = &course.sigmas;
        let mut x0 = x0_at(self.prediction, call, sigmas[i]);
        if let Bound::Threshold { .. } = self.bound {
            self.bound.apply(&mut x0, call.shape);
        }
        self.guesses.push_front(x0);
        self.guesses.truncate(self.order);
        let known = self.guesses.len();

        let count = course.timesteps.len();
        let few = self.lower_order_final && count < 15;
        let standstill = sigmas[i] == sigmas[i + 1];
        let order = if standstill || i + 1 == count && (self.first_order_end || few) {
            1
        } else if i + 2 == count && few {
            known.min(2)
        } else {
            known
        };

        let (alpha_t, sigma_t) = alpha_sigma(sigmas[i + 1]);
        let (_, sigma_s) = alpha_sigma(sigmas[i]);
        let (lambda_t, lambda_s) = (lambda(sigmas[i + 1]), lambda(sigmas[i]));
        let h = lambda_t - lambda_s;
        // The SDE's formulas are the ODE's with 2h in place of h, a damped sample and fresh noise.
        let hh = if self.sde { -2.0 * h } else { -h };
        let keep = if self.sde { sigma_t / sigma_s * exp(-h) } else { sigma_t / sigma_s };
        let decay = exp(hh);
        let w0 = alpha_t * (1.0 - decay);
        let fresh = self.sde.then(|| noise.normal(Draw::Step(i as u32, 0), call.shape));

        let m0 = &self.guesses[0];
        let mut prev_sample = zip(call.sample, m0, |x, m| keep * x + w0 * m);
        if order > 1 {
            let m1 = &self.guesses[1];
            let h0 = lambda_s - lambda(sigmas[i - 1]);
            let r0 = h0 / h;
            // The weight of the first difference: half of the guess' own, or the exact integral of a line.
            let line = alpha_t * ((decay - 1.0) / -hh + 1.0);
            if order == 2 {
                let w1 = match self.solver_type {
                    SolverType::Heun => line,
                    SolverType::Midpoint | SolverType::Bh1 | SolverType::Bh2 => 0.5 * w0,
                };
                let scale = 1.0 / r0;
                add(&mut prev_sample, &zip(m0, m1, |a, b| scale * (a - b)), w1);
            } else {
                let m2 = &self.guesses[2];
                let r1 = (lambda(sigmas[i - 1]) - lambda(sigmas[i - 2])) / h;
                let d10 = zip(m0, m1, |a, b| (1.0 / r0) * (a - b));
                let d11 = zip(m1, m2, |a, b| (1.0 / r1) * (a - b));
                let d1 = zip(&d10, &d11, |a, b| a + (r0 / (r0 + r1)) * (a - b));
                let d2 = zip(&d10, &d11, |a, b| (1.0 / (r0 + r1)) * (a - b));
                let w2 = if self.sde {
                    alpha_t * ((1.0 - decay + hh) / (hh * hh) - 0.5)
                } else {
                    -(alpha_t * ((decay - 1.0 - hh) / (hh * hh) - 0.5))
                };
                add(&mut prev_sample, &d1, line);
                add(&mut prev_sample, &d2, w2);
            }
        }
        if let Some(fresh) = fresh {
            let level = sigma_t * (1.0 - exp(-2.0 * h)).sqrt();
            add(&mut prev_sample, &fresh, level);
        }
        StepOutput { prev_sample, pred_x0: m0.clone() }
    }
}

fn add(sum: &mut [f32], term: &[f32], weight: f32) {
    sum.iter_mut().zip(term).for_each(|(s, t)| *s += weight * t);
}
