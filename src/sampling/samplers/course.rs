//! What all solvers share: the laid-out course of a run, and the frame that turns a solver into a [`Sampler`].

use crate::sampling::noise::NoiseSource;
use crate::sampling::{Sampler, StepOutput};

/// How clean latents and noise are mixed, and how the model wants its input.
#[derive(Clone, Debug)]
pub enum Mixing {
    /// `x0 + sigma * noise` with these sigmas; the model's input is divided by `sqrt(sigma^2 + 1)` (Karras et al. 2022).
    Exploding(Vec<f32>),
    /// `(x0 + sigma * noise) / sqrt(sigma^2 + 1)` with these sigmas.
    Preserving(Vec<f32>),
    /// `sqrt(a) * x0 + sqrt(1-a) * noise` with these `a`.
    Alphas(Vec<f32>),
}

/// The course of a run: one entry per model call.
#[derive(Clone, Debug)]
pub struct Course {
    /// Time of each model call.
    pub timesteps: Vec<f32>,
    /// Noise level before each model call and, one more, of the end.
    pub sigmas: Vec<f32>,
    /// How noise is added.
    pub mixing: Mixing,
    /// Standard deviation of pure noise at the start.
    pub init_noise_sigma: f32,
    /// Steps that were asked for.
    pub steps: usize,
    /// Entries per step, in diffusers' counting.
    pub order: usize,
}

impl Course {
    fn start_for_strength(&self, strength: f32) -> usize {
        // Diffusers multiplies in double precision: 0.7f32 has to become the double that is written 0.7.
        let strength = strength.to_string().parse::<f64>().unwrap_or(1.0);
        let run = ((self.steps as f64 * strength) as usize).min(self.steps);
        match run {
            0 => self.timesteps.len(),
            run => ((self.steps - run) * self.order).min(self.timesteps.len()),
        }
    }

    fn add_noise(&self, x0: &[f32], noise: &[f32], i: usize) -> Vec<f32> {
        assert_eq!(x0.len(), noise.len(), "add_noise: latents and noise differ");
        if i >= self.timesteps.len() {
            return x0.to_vec();
        }
        match &self.mixing {
            Mixing::Exploding(sigmas) => zip(x0, noise, |x, n| x + n * sigmas[i]),
            Mixing::Preserving(sigmas) => {
                let (alpha, sigma) = alpha_sigma(sigmas[i]);
                zip(x0, noise, |x, n| alpha * x + sigma * n)
            }
            Mixing::Alphas(alphas) => {
                let (signal, level) = (alphas[i].sqrt(), (1.0 - alphas[i]).sqrt());
                zip(x0, noise, |x, n| signal * x + level * n)
            }
        }
    }

    fn scale_model_input(&self, sample: &mut [f32], i: usize) {
        if let Mixing::Exploding(_) = self.mixing {
            let scale = (self.sigmas[i] * self.sigmas[i] + 1.0).sqrt();
            sample.iter_mut().for_each(|v| *v /= scale);
        }
    }
}

/// What the model was asked and what it answered at one step.
pub struct Call<'a> {
    /// Index of the model call.
    pub i: usize,
    /// The answer, after guidance.
    pub output: &'a [f32],
    /// The unscaled latents.
    pub sample: &'a [f32],
    /// Shape of both.
    pub shape: [usize; 4],
}

/// The arithmetic of a solver; everything else of a [`Sampler`] is in its [`Course`].
pub trait Solver: Send {
    /// Forgets an earlier run and gets ready to begin at index `start`.
    fn begin(&mut self, start: usize);

    /// One step along `course`.
    fn step(&mut self, course: &Course, call: &Call, noise: &mut dyn NoiseSource) -> StepOutput;
}

/// A solver on its course.
pub struct Run<S> {
    pub course: Course,
    pub solver: S,
}

impl<S: Solver> Sampler for Run<S> {
    fn timesteps(&self) -> &[f32] {
        &self.course.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.course.sigmas
    }

    fn init_noise_sigma(&self) -> f32 {
        self.course.init_noise_sigma
    }

    fn start_for_strength(&self, strength: f32) -> usize {
        self.course.start_for_strength(strength)
    }

    fn begin(&mut self, start: usize) {
        self.solver.begin(start);
    }

    fn add_noise(&self, x0: &[f32], noise: &[f32], i: usize) -> Vec<f32> {
        self.course.add_noise(x0, noise, i)
    }

    fn scale_model_input(&self, sample: &mut [f32], i: usize) {
        self.course.scale_model_input(sample, i);
    }

    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &[f32],
        shape: [usize; 4],
        noise: &mut dyn NoiseSource,
    ) -> StepOutput {
        assert_eq!(shape.iter().product::<usize>(), sample.len(), "sampler step: shape and latents differ");
        assert_eq!(model_output.len(), sample.len(), "sampler step: model output and latents differ");
        self.solver.step(&self.course, &Call { i, output: model_output, sample, shape }, noise)
    }
}

/// `f` of each pair.
pub fn zip(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect()
}

/// `f` of each triple.
pub fn zip3(a: &[f32], b: &[f32], c: &[f32], f: impl Fn(f32, f32, f32) -> f32) -> Vec<f32> {
    a.iter().zip(b).zip(c).map(|((a, b), c)| f(*a, *b, *c)).collect()
}

/// Scales of signal and noise, `(alpha, sigma)` with `alpha^2 + sigma^2 = 1`, at noise-to-signal ratio `sigma`.
pub fn alpha_sigma(sigma: f32) -> (f32, f32) {
    let alpha = 1.0 / (sigma * sigma + 1.0).sqrt();
    (alpha, sigma * alpha)
}

/// Correctly rounded logarithm. Single precision, as PyTorch's scalars are: what is lost in differences of logarithms
/// belongs to the numbers that are to be matched.
pub fn ln(x: f32) -> f32 {
    f64::from(x).ln() as f32
}

/// Correctly rounded exponential.
pub fn exp(x: f32) -> f32 {
    f64::from(x).exp() as f32
}

/// Correctly rounded `exp(x) - 1`.
pub fn exp_m1(x: f32) -> f32 {
    f64::from(x).exp_m1() as f32
}
