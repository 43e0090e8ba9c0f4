//! What the engine thread asks of whatever runs a model.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// Somewhere between two pictures.
    pub toward: Option<Toward>,
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
    /// finished picture's size) will be taken.
    fn pass(&mut self, rect: Rect, paste: &Mask) {
        let _ = (rect, paste);
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
    /// Name of its architecture, for people.
    pub arch: String,
}
