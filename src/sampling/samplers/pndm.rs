//! PNDM / PLMS (Liu et al. 2022, arXiv 2202.09778): linear multistep, started by Runge-Kutta or by one doubled step.

use super::course::{Call, Course, Run, Solver, zip};
use super::ddim::table_course;
use super::predict::x0_preserving;
use crate::sampling::noise::NoiseSource;
use crate::sampling::settings::Settings;
use crate::sampling::spacing::table_timesteps;
use crate::sampling::table::Table;
use crate::sampling::{PredictionType, Sampler, SamplingError, StepOutput};

/// Builds PNDM.
///
/// # Errors
/// [`SamplingError::Steps`] for fewer than 4 steps with the Runge-Kutta start, [`SamplingError::Config`] for models that
/// predict the clean latents.
pub fn pndm(settings: &Settings, table: &Table, steps: usize) -> Result<Box<dyn Sampler>, SamplingError> {
    if settings.prediction == PredictionType::Sample {
        return Err(SamplingError::Config {
            field: "prediction_type",
            value: "sample".into(),
            why: "pndm extrapolates noise; use another sampler, ddim for example".into(),
        });
    }
    let mut rising = table_timesteps(settings, table.len(), steps)?;
    rising.reverse();
    let stride = table.len() / steps;
    let (runge_kutta, multistep) = if settings.skip_prk_steps {
        // The second step is done twice, the second time with the mean of two answers.
        let mut falling = rising.clone();
        if steps > 1 {
            falling.insert(steps - 1, rising[steps - 2]);
        }
        falling.reverse();
        (Vec::new(), falling)
    } else {
        if steps < 4 {
            let why = "pndm's Runge-Kutta start needs at least 4 steps".to_owned();
            return Err(SamplingError::Steps { steps, why });
        }
        let halves: Vec<usize> = rising[steps - 4..].iter().flat_map(|t| [*t, *t + stride / 2]).collect();
        let twice: Vec<usize> = halves[..7].iter().flat_map(|t| [*t, *t]).collect();
        let start = twice[1..13].iter().rev().copied().collect();
        (start, rising[..steps - 3].iter().rev().copied().collect())
    };
    let all: Vec<usize> = runge_kutta.iter().chain(&multistep).copied().collect();
    if let Some(t) = all.iter().find(|t| **t >= table.len()) {
        let why = format!("pndm would ask for timestep {t}, but the model knows 0 to {}", table.len() - 1);
        return Err(SamplingError::Steps { steps, why });
    }
    let final_alpha = if settings.set_alpha_to_one { 1.0 } else { table.alphas_cumprod[0] };
    let alphas = all.iter().map(|t| table.alphas_cumprod[*t]).collect();
    let course = table_course(all.iter().map(|t| *t as f32).collect(), alphas, final_alpha, steps);
    let solver = Pndm {
        prediction: settings.prediction,
        alphas: table.alphas_cumprod.clone(),
        final_alpha,
        stride: stride as i64,
        runge_kutta,
        counter: 0,
        answers: Vec::new(),
        sum: Vec::new(),
        held: None,
    };
    Ok(Box::new(Run { course, solver }))
}

struct Pndm {
    prediction: PredictionType,
    alphas: Vec<f32>,
    final_alpha: f32,
    /// Training timesteps between two steps.
    stride: i64,
    /// Timesteps of the Runge-Kutta calls.
    runge_kutta: Vec<usize>,
    /// Calls since the run began.
    counter: usize,
    /// Up to four latest answers of the model, latest last.
    answers: Vec<Vec<f32>>,
    /// Weighted sum of the answers within a Runge-Kutta step.
    sum: Vec<f32>,
    /// Latents at the start of a step with several calls.
    held: Option<Vec<f32>>,
}

impl Pndm {
    fn alpha(&self, t: i64) -> f32 {
        match usize::try_from(t) {
            Ok(t) => self.alphas[t.min(self.alphas.len() - 1)],
            Err(_) => self.final_alpha,
        }
    }

    /// Formula (9) of the paper: from timestep `t` to `next` along `output`.
    fn transfer(&self, sample: &[f32], t: i64, next: i64, output: &[f32]) -> Vec<f32> {
        let (alpha, alpha_next) = (self.alpha(t), self.alpha(next));
        let (beta, beta_next) = (1.0 - alpha, 1.0 - alpha_next);
        let keep = (alpha_next / alpha).sqrt();
        let divisor = alpha * beta_next.sqrt() + (alpha * beta * alpha_next).sqrt();
        let (signal, level) = (alpha.sqrt(), beta.sqrt());
        let step = alpha_next - alpha;
        let velocity = self.prediction == PredictionType::VPrediction;
        zip(sample, output, |x, out| {
            let noise = if velocity { signal * out + level * x } else { out };
            keep * x - step * noise / divisor
        })
    }

    fn runge_kutta_step(&mut self, t: i64, call: &Call) -> Vec<f32> {
        let next = t - if self.counter.is_multiple_of(2) { self.stride / 2 } else { 0 };
        let start = self.runge_kutta[self.counter / 4 * 4] as i64;
        let mut output = call.output.to_vec();
        match self.counter % 4 {
            0 => {
                self.sum = call.output.iter().map(|v| 1.0 / 6.0 * v).collect();
                self.answers.push(call.output.to_vec());
                self.held = Some(call.sample.to_vec());
            }
            1 | 2 => self.sum = zip(&self.sum, call.output, |s, v| s + 1.0 / 3.0 * v),
            _ => output = zip(&self.sum, call.output, |s, v| s + 1.0 / 6.0 * v),
        }
        let sample = self.held.as_deref().unwrap_or(call.sample);
        self.transfer(sample, start, next, &output)
    }

    fn multistep_step(&mut self, t: i64, call: &Call) -> Vec<f32> {
        let (mut from, mut to) = (t, t - self.stride);
        let mut start = None;
        if self.counter == 1 {
            (from, to) = (t + self.stride, t);
            start = self.held.take();
        } else {
            if self.answers.len() > 3 {
                self.answers.remove(0);
            }
            self.answers.push(call.output.to_vec());
            if self.counter == 0 {
                self.held = Some(call.sample.to_vec());
            }
        }
        let output = match self.answers.as_slice() {
            [a] if self.counter == 1 => zip(call.output, a, |now, a| (now + a) / 2.0),
            [] | [_] => call.output.to_vec(),
            [b, a] => zip(a, b, |a, b| (3.0 * a - b) / 2.0),
            [c, b, a] => combine(&[(a, 23.0), (b, -16.0), (c, 5.0)]).iter().map(|v| v / 12.0).collect(),
            [.., d, c, b, a] => combine(&[(a, 55.0), (b, -59.0), (c, 37.0), (d, -9.0)])
                .iter()
                .map(|v| 1.0 / 24.0 * v)
                .collect(),
        };
        self.transfer(start.as_deref().unwrap_or(call.sample), from, to, &output)
    }
}

fn combine(terms: &[(&Vec<f32>, f32)]) -> Vec<f32> {
    let mut sum: Vec<f32> = terms[0].0.iter().map(|v| terms[0].1 * v).collect();
    for (term, weight) in &terms[1..] {
        sum.iter_mut().zip(*term).for_each(|(s, v)| *s += weight * v);
    }
    sum
}

impl Solver for Pndm {
    fn begin(&mut self, _: usize) {
        self.counter = 0;
        self.answers.clear();
        self.sum.clear();
        self.held = None;
    }

    fn step(&mut self, course: &Course, call: &Call, _: &mut dyn NoiseSource) -> StepOutput {
        let t = course.timesteps[call.i] as i64;
        let alpha = self.alpha(t);
        let pred_x0 = x0_preserving(self.prediction, call, (alpha.sqrt(), (1.0 - alpha).sqrt()));
        let prev_sample = if self.counter < self.runge_kutta.len() {
            self.runge_kutta_step(t, call)
        } else {
            self.multistep_step(t, call)
        };
        self.counter += 1;
        StepOutput { prev_sample, pred_x0 }
    }
}
