//! THE SAMPLER: noise, schedules and solvers of the diffusion equation, on plain `f32` slices.
//!
//! Nothing here knows a network, a tensor library or a device: a solver is given the model's output and
//! returns the next latents. That keeps it testable in seconds against stored reference values, the same
//! on every device, and deterministic.

pub mod config;
pub mod kinds;
pub mod noise;
mod samplers;
mod settings;
mod spacing;
mod special;
mod table;

pub use config::{BetaSchedule, PredictionType, SchedulerConfig};
pub use kinds::{RngKind, SamplerKind, ScheduleKind};
pub use samplers::build;

/// Latents: `shape` is `[batch, channels, height, width]`, `data` row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Latents {
    /// `[batch, channels, height, width]`.
    pub shape: [usize; 4],
    /// Row-major values, `shape.product()` of them.
    pub data: Vec<f32>,
}

impl Latents {
    /// Latents of `shape` holding `data`.
    ///
    /// # Panics
    /// When `data` has another length than `shape` asks for.
    pub fn new(shape: [usize; 4], data: Vec<f32>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), data.len(), "latents: shape and data differ");
        Self { shape, data }
    }

    /// All zero.
    pub fn zeros(shape: [usize; 4]) -> Self {
        Self { shape, data: vec![0.0; shape.iter().product()] }
    }
}

/// A configuration that no sampler can be built from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SamplingError {
    /// A field of `scheduler_config.json` has a value that is not supported or makes no sense.
    #[error("scheduler_config.json: {field} = {value}: {why}")]
    Config {
        /// Name of the field.
        field: &'static str,
        /// Its value, as text.
        value: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// The number of steps does not fit the sampler or schedule.
    #[error("{steps} steps: {why}")]
    Steps {
        /// Steps asked for.
        steps: usize,
        /// What is wrong and what to do.
        why: String,
    },
    /// Sampler and schedule do not go together.
    #[error("sampler {sampler} cannot use schedule {schedule}: {why}")]
    Schedule {
        /// The sampler.
        sampler: SamplerKind,
        /// The schedule.
        schedule: ScheduleKind,
        /// What to use instead.
        why: &'static str,
    },
}

/// A solver, ready for one picture: the schedule is laid out, state is empty.
///
/// It follows the calling order of diffusers' schedulers, so that a reference can be followed step by step:
/// for every `i` in `start..timesteps().len()`: scale a copy of the latents with
/// [`scale_model_input`](Self::scale_model_input), run the model at `timesteps()[i]`, apply guidance, hand the
/// result to [`step`](Self::step). Second-order solvers list a timestep per model call, so `timesteps().len()`
/// may be larger than the number of steps.
pub trait Sampler: Send {
    /// The time of each model call, as the model's time embedding wants it (may be fractional).
    fn timesteps(&self) -> &[f32];

    /// Noise level before each model call, in the variance-exploding convention (sigma = sqrt((1-a)/a)),
    /// with one more entry for the end. `timesteps().len() + 1` values. The first is infinite where a solver without
    /// cap (`ddim`, `ddpm`, `lcm`, `tcd`) starts from a zero terminal SNR.
    fn sigmas(&self) -> &[f32];

    /// Standard deviation that pure noise must have at the start.
    fn init_noise_sigma(&self) -> f32;

    /// Index in `timesteps()` at which image-to-image of `strength` (0..=1) starts; `timesteps().len()` when
    /// nothing is left to do. Diffusers' arithmetic: `max(steps - min(int(steps*strength), steps), 0) * order`.
    fn start_for_strength(&self, strength: f32) -> usize;

    /// Prepares for a run that begins at index `start`: 0 for text-to-image, otherwise one that
    /// [`start_for_strength`](Self::start_for_strength) gives (solvers with two calls per step cannot begin between
    /// them). Call it once before the first step of every run; what an earlier run left behind is forgotten.
    fn begin(&mut self, start: usize);

    /// Noises the clean latents `x0` with `noise` to the level of index `i` (in the sampler's own scaling).
    /// `i == timesteps().len()` returns `x0` unchanged. That is what diffusers' pipelines do to the start of
    /// image-to-image and, at `i + 1` after step `i`, to the kept part of an inpainting. At the second call of a step
    /// `dpm2`, `dpmpp_2s_a` and `dpmpp_sde` use the level at which the step ends, as there, not that of the call.
    ///
    /// # Panics
    /// When `x0` and `noise` differ in length.
    fn add_noise(&self, x0: &[f32], noise: &[f32], i: usize) -> Vec<f32>;

    /// Scales latents as the model's input at index `i`, in place.
    fn scale_model_input(&self, sample: &mut [f32], i: usize);

    /// One solver step from index `i`: `model_output` (after guidance) for `sample` (unscaled) of shape `shape`.
    /// Random draws come from `noise` in diffusers' order. Indices come one after the other from `start` on.
    ///
    /// # Panics
    /// When `model_output` or `sample` is not of `shape`, or `i` is not an index of `timesteps()`.
    fn step(
        &mut self,
        i: usize,
        model_output: &[f32],
        sample: &[f32],
        shape: [usize; 4],
        noise: &mut dyn noise::NoiseSource,
    ) -> StepOutput;
}

/// What one solver step gives.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOutput {
    /// The latents for the next model call.
    pub prev_sample: Vec<f32>,
    /// The model's present guess of the clean latents: what a preview shows.
    pub pred_x0: Vec<f32>,
}
