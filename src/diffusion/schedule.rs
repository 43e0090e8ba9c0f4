//! Which scheduler settings a run uses.

use serde_json::Value;

use crate::models::Model;
use crate::sampling::{SamplerKind, SchedulerConfig};

/// What a pipeline is asked to do; the reference pipelines mend old scheduler configs differently for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// From noise.
    TextToImage,
    /// From a picture.
    ImageToImage,
    /// Under a mask.
    Inpaint,
}

/// The scheduler settings of `model` as diffusers' Stable Diffusion pipelines mend them when they are loaded:
/// `steps_offset` becomes 1, `clip_sample` false (not for inpainting), `skip_prk_steps` true (inpainting only).
/// Fields that the file lacks are mended only for the file's own scheduler (`sampler` is `None`): switching to
/// another class takes that class' defaults.
pub fn scheduler_config(model: &Model, sampler: Option<SamplerKind>, task: Task) -> SchedulerConfig {
    let mut config = model.scheduler.clone();
    if !model.pipeline_class.starts_with("StableDiffusion") {
        return config;
    }
    let own = sampler.is_none();
    let mut mend = |field: &str, value: Value| {
        if own || config.fields.contains_key(field) {
            config.fields.insert(field.into(), value);
        }
    };
    mend("steps_offset", 1.into());
    match task {
        Task::Inpaint => mend("skip_prk_steps", true.into()),
        Task::TextToImage | Task::ImageToImage => mend("clip_sample", false.into()),
    }
    config
}
