//! UniPC (Zhao et al. 2023, arXiv 2302.04867): a multistep predictor, and a corrector that uses the next step's model
//! call to improve the present one.

use std::collections::VecDeque;

use super::course::{Call, Course, Run, Solver, alpha_sigma, exp_m1, zip};
use super::multistep::{course, lambda};
use super::predict::{noise_preserving, x0_at};
use crate::sampling::noise::NoiseSource;
use crate::sampling::settings::{Respacing, Settings, SolverType};
use crate::sampling::spacing::multistep_levels;
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, SamplingError, StepOutput};

/// Builds UniPC.
///
/// # Errors
/// [`SamplingError::Steps`] when two steps share a noise level.
pub fn unipc(settings: &Settings, table: &Table, steps: usize) -> Result<Box<dyn Sampler>, SamplingError> {
    let karras = settings.respacing == Respacing::Karras;
    let mut levels = multistep_levels(settings, table, steps, karras);
    if settings.respacing != Respacing::None && !settings.final_sigma_zero {
        levels.last = levels.sigmas[levels.sigmas.len() - 1] as f32;
    }
    let course = course(&levels, steps)?;
    let solver = UniPc { settings: settings.clone(), guesses: VecDeque::new(), last: None };
    Ok(Box::new(Run { course, solver }))
}

struct UniPc {
    settings: Settings,
    /// What the solver extrapolates, clean latents or noise: of the present step and, behind it, of earlier ones.
    guesses: VecDeque<Vec<f32>>,
    /// Latents and order of the step before.
    last: Option<(Vec<f32>, usize)>,
}

/// The update from noise level `from` to `to`: `keep * x + pull * m0 + push * (weighted differences)`.
struct Update {
    /// Of latents.
    keep: f32,
    /// Of the latest guess.
    pull: f32,
    /// Of the differences of guesses.
    push: f32,
    /// Signed length of the step in log SNR.
    hh: f32,
    /// `exp(hh) - 1`.
    phi: f32,
    /// `B(h)` of the paper.
    b: f32,
}

impl UniPc {
    fn update(&self, from: f32, to: f32) -> Update {
        let ((alpha_t, sigma_t), (alpha_s, sigma_s)) = (alpha_sigma(to), alpha_sigma(from));
        let h = lambda(to) - lambda(from);
        let x0 = self.settings.predict_x0;
        let hh = if x0 { -h } else { h };
        let phi = exp_m1(hh);
        let b = if self.settings.solver_type == SolverType::Bh1 { hh } else { phi };
        let (keep, scale) = if x0 { (sigma_t / sigma_s, alpha_t) } else { (alpha_t / alpha_s, sigma_t) };
        Update { keep, pull: -(scale * phi), push: -(scale * b), hh, phi, b }
    }

    /// Positions of the earlier guesses, in units of the step, and their differences to the latest one over them.
    /// `back` is the index of the noise level of the latest guess.
    fn differences(
        &self,
        course: &Course,
        back: usize,
        order: usize,
        update: &Update,
    ) -> (Vec<f32>, Vec<Vec<f32>>) {
        let here = lambda(course.sigmas[back]);
        let h = if self.settings.predict_x0 { -update.hh } else { update.hh };
        (1..order)
            .map(|k| {
                let position = (lambda(course.sigmas[back - k]) - here) / h;
                (position, zip(&self.guesses[k], &self.guesses[0], |m, m0| (m - m0) / position))
            })
            .unzip()
    }

    /// The predictor: from the level of index `i` to the next.
    fn predict(&self, course: &Course, i: usize, sample: &[f32], order: usize) -> Vec<f32> {
        let update = self.update(course.sigmas[i], course.sigmas[i + 1]);
        let mut next = zip(sample, &self.guesses[0], |x, m| update.keep * x + update.pull * m);
        let (positions, differences) = self.differences(course, i, order, &update);
        let weights = if order == 2 { vec![0.5] } else { weights(&positions, &update, order - 1) };
        add_weighted(&mut next, &differences, &weights, update.push);
        next
    }

    /// The corrector: the step to index `i` again, from `start`, now with the guess `now` made at its end.
    fn correct(&self, course: &Course, i: usize, start: &[f32], order: usize, now: &[f32]) -> Vec<f32> {
        let update = self.update(course.sigmas[i - 1], course.sigmas[i]);
        let mut next = zip(start, &self.guesses[0], |x, m| update.keep * x + update.pull * m);
        let (mut positions, mut differences) = self.differences(course, i - 1, order, &update);
        positions.push(1.0);
        differences.push(zip(now, &self.guesses[0], |m, m0| m - m0));
        let weights = if order == 1 { vec![0.5] } else { weights(&positions, &update, order) };
        add_weighted(&mut next, &differences, &weights, update.push);
        next
    }
}

impl Solver for UniPc {
    fn begin(&mut self, _: usize) {
        self.guesses.clear();
        self.last = None;
    }

    fn step(&mut self, course: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let (i, prediction) = (call.i, self.settings.prediction);
        let mut pred_x0 = x0_at(prediction, call, course.sigmas[i]);
        self.settings.bound.apply(&mut pred_x0, call.shape);
        let guess = if self.settings.predict_x0 {
            pred_x0.clone()
        } else {
            noise_at(prediction, call, course.sigmas[i])
        };
        let corrected = match self.last.take() {
            Some((start, order)) if !self.settings.disable_corrector.contains(&(i as f64 - 1.0)) => {
                self.correct(course, i, &start, order, &guess)
            }
            _ => call.sample.to_vec(),
        };
        self.guesses.push_front(guess);
        self.guesses.truncate(self.settings.solver_order);

        let left = course.timesteps.len() - i;
        let mut order = self.settings.solver_order.min(self.guesses.len());
        // Straight to zero noise the higher orders are not defined.
        if self.settings.lower_order_final || course.sigmas[i + 1] == 0.0 {
            order = order.min(left);
        }
        let prev_sample = self.predict(course, i, &corrected, order);
        self.last = Some((corrected, order));
        StepOutput { prev_sample, pred_x0 }
    }
}

fn noise_at(prediction: PredictionType, call: &Call, sigma: f32) -> Vec<f32> {
    noise_preserving(prediction, call, alpha_sigma(sigma))
}

/// `sum += push * (weights . terms)`, left out where there is no term: at the end `push` may be infinite.
fn add_weighted(sum: &mut [f32], terms: &[Vec<f32>], weights: &[f32], push: f32) {
    if terms.is_empty() {
        return;
    }
    for (k, s) in sum.iter_mut().enumerate() {
        let total: f32 = terms.iter().zip(weights).map(|(term, w)| w * term[k]).sum();
        *s += push * total;
    }
}

/// Weights of `count` differences at `positions`, so that the update is exact for polynomials (section 3 of the paper).
fn weights(positions: &[f32], update: &Update, count: usize) -> Vec<f32> {
    let mut phi_k = update.phi / update.hh - 1.0;
    let mut factorial = 1.0f32;
    let mut matrix = Vec::with_capacity(count);
    for k in 0..count {
        let mut row: Vec<f32> = positions[..count].iter().map(|p| p.powi(k as i32)).collect();
        row.push(phi_k * factorial / update.b);
        matrix.push(row);
        factorial *= (k + 2) as f32;
        phi_k = phi_k / update.hh - 1.0 / factorial;
    }
    solve(matrix)
}

/// Solves a small linear system, given as rows with the right side at their end (elimination with row pivoting).
fn solve(mut rows: Vec<Vec<f32>>) -> Vec<f32> {
    let n = rows.len();
    for c in 0..n {
        let pivot = (c..n).max_by(|a, b| rows[*a][c].abs().total_cmp(&rows[*b][c].abs())).unwrap_or(c);
        rows.swap(c, pivot);
        let (done, rest) = rows.split_at_mut(c + 1);
        let top = &done[c];
        for row in rest {
            let factor = row[c] / top[c];
            row.iter_mut().zip(top).skip(c).for_each(|(v, t)| *v -= factor * t);
        }
    }
    let mut x = vec![0.0; n];
    for r in (0..n).rev() {
        let known: f32 = (r + 1..n).map(|c| rows[r][c] * x[c]).sum();
        x[r] = (rows[r][n] - known) / rows[r][r];
    }
    x
}
