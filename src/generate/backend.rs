//! What the engine thread asks of whatever runs a model.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use image::GrayImage;

use super::memory::{Fit, Saving};
use super::picture::{Mask, Picture};
use super::request::Toward;
use crate::geom::Rect;
use crate::sampling::{RngKind, SamplerKind, ScheduleKind};

/// A flag that stops a job; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the job to stop. It does within one sampling step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// It was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The request makes no sense; says which part and what to do.
    #[error("{0}")]
    Request(String),
    /// The model could not be found, read or understood; names the file.
    #[error("{0}")]
    Model(String),
    /// The run failed (memory, device, a defect).
    #[error("{0}")]
    Run(String),
}

/// A rough look at the picture in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Small or full size, not the picture's: scale it to the frame.
    pub picture: Picture,
}

/// One sampling run at the model's own size: everything about canvas, context and pasting is already decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// Model folder or catalog id.
    pub model: String,
    /// What to paint.
    pub prompt: String,
    /// What to avoid.
    pub negative: String,
    /// Width in pixels (any; the backend pads to what the model needs and crops back).
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Steps of a whole run.
    pub steps: u32,
    /// Guidance scale.
    pub cfg_scale: f32,
    /// Guidance rescale.
    pub guidance_rescale: f32,
    /// Take the few-step network, without guidance.
    pub few_step: bool,
    /// Solver.
    pub sampler: Option<SamplerKind>,
    /// Schedule.
    pub schedule: Option<ScheduleKind>,
    /// Seed of this very picture.
    pub seed: u64,
    /// Generator.
    pub rng: RngKind,
    /// Text layers left out.
    pub clip_skip: u32,
    /// Denoising strength.
    pub strength: f32,
    /// Draw from the VAE's posterior instead of taking its mean.
    pub sample_posterior: bool,
    /// Top left corner on the canvas in pixels.
    pub origin: (i64, i64),
    /// Initial picture of `width` x `height`; `None` starts from noise.
    pub init: Option<Picture>,
    /// What may change: 1 from the first step, grey later in the run (differential diffusion), 0 never.
    pub mask: Option<Mask>,
    /// Treat the mask as two-valued, as the reference inpainting pipelines do.
    pub binary_mask: bool,
    /// Words for parts of the picture.
    pub regions: Vec<PassRegion>,
    /// Just this picture, without the margin that some models are given: for comparison with reference pipelines.
    pub bare: bool,
    /// What is given up to need less memory.
    pub savings: Vec<Saving>,
    /// Somewhere between two pictures.
    pub toward: Option<Toward>,
}

/// Words for a part of a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct PassRegion {
    /// The whole prompt for it.
    pub prompt: String,
    /// How far it applies at each pixel, 0..=1, of the pass' size: the regions of a pixel and the main prompt, which
    /// has what is left, share it so that the sum is 1.
    pub share: Mask,
}

/// Where the time of a run went, in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timings {
    /// Loading weights (0 when the model was there).
    pub load_s: f64,
    /// Text encoding (0 when cached).
    pub text_s: f64,
    /// VAE encoding.
    pub encode_s: f64,
    /// Each sampling step.
    pub step_s: Vec<f64>,
    /// VAE decoding.
    pub decode_s: f64,
}

/// Hears of a run while it runs, and can stop it.
pub trait Monitor {
    /// Whether to stop now. Asked many times within a step.
    fn cancelled(&self) -> bool;
    /// Whether previews are looked at (they cost a little).
    fn wants_preview(&self) -> bool {
        true
    }
    /// A pass begins: it paints `rect` of the finished picture (pixels from its top left), of which `paste` (of the
    /// finished picture's size) will be taken. It is pass `number` (from 1) of `of`, as far as is known.
    fn pass(&mut self, rect: Rect, paste: &Arc<GrayImage>, number: u32, of: u32) {
        let _ = (rect, paste, number, of);
    }
    /// Memory is short: the pass that begins is run as `fit` says.
    fn thrift(&mut self, fit: &Fit) {
        let _ = fit;
    }
    /// A stage begins: "loading", "reading words", "encoding", "painting", "decoding".
    fn stage(&mut self, name: &'static str);
    /// Step `step` of `steps` is done (counted from 1), in `secs`.
    fn step(&mut self, step: u32, steps: u32, secs: f64, preview: Option<Preview>);
}

/// What runs a model. The engine thread owns one.
pub trait Backend: Send {
    /// Runs one pass. `monitor` is told of every step.
    fn run(
        &mut self,
        pass: &Pass,
        monitor: &mut dyn Monitor,
        timings: &mut Timings,
    ) -> Result<Picture, GenerateError>;

    /// What a pass needs to know of a model before it is planned.
    fn describe(&mut self, model: &str) -> Result<ModelFacts, GenerateError>;

    /// How the pass fits into memory. Backends that do not know run it as it is.
    fn fit(&mut self, pass: &Pass) -> Result<Fit, GenerateError> {
        let _ = pass;
        Ok(Fit { scale: 1.0, ..Fit::default() })
    }
}

/// What planning needs to know of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFacts {
    /// Side of the square that it was trained on, pixels.
    pub native_px: u32,
    /// Sizes are padded to multiples of this (the VAE's scale factor).
    pub multiple_px: u32,
    /// Whether it takes mask and masked picture as input (9-channel inpainting).
    pub inpainting: bool,
    /// Strength at which empty canvas is painted over its fill, 0..=1: 1 for models that were trained to invent what
    /// is missing, less for those that continue a picture only where they are led.
    pub hole_strength: f32,
    /// How much of the guidance empty canvas is painted with, 0..=1.
    pub hole_guidance: f32,
    /// Name of its architecture, for people.
    pub arch: String,
}
