//! All that decides a picture, as data: it can be queued, compared, stored in a layer or a PNG, and replayed.

use std::sync::Arc;

use image::{GrayImage, RgbaImage};
use serde::{Deserialize, Serialize};

use super::region::context::Context;
use crate::sampling::{RngKind, SamplerKind, ScheduleKind};

/// What fills the masked area before it is encoded (../ANCHORS 2.4: at full strength the model should not see
/// what is to go away, but something that leads it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// `border` when the mask spans the whole width or height or the canvas has empty areas, else `blur`;
    /// `original` below full strength (empty areas excepted).
    #[default]
    Auto,
    /// Leave the picture as it is.
    Original,
    /// Heavy blur of the surroundings into the area.
    Blur,
    /// Continue the border inward, then blur.
    Border,
    /// Mid grey.
    Neutral,
    /// Coloured noise (seeded).
    Noise,
}

/// How an `AutoencoderKL` turns a picture into latents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encode {
    /// `sample` where the run is meant to equal a diffusers pipeline (`--rng torch` without mask, or with
    /// `--plain`), else `mean`.
    #[default]
    Auto,
    /// The mean of the posterior: the same latents every time.
    Mean,
    /// A draw from the posterior by the request's generator, as diffusers does.
    Sample,
}

/// Pixels to add on each side of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Margins {
    /// Left.
    pub left: u32,
    /// Top.
    pub top: u32,
    /// Right.
    pub right: u32,
    /// Bottom.
    pub bottom: u32,
}

impl Margins {
    /// Whether nothing is added.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// A picture that a request starts from: where it was, and what it held, so that a replay can tell whether it
/// still is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Path as given.
    pub path: String,
    /// Hash of the decoded pixels, hexadecimal.
    pub hash: String,
}

/// How a result is laid down. The engine leaves it to whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// As the model made it.
    #[default]
    None,
    /// In strokes of the brush of that name, at the resolution of the canvas.
    Strokes(String),
}

/// Words that apply in a part of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionPrompt {
    /// The whole prompt for that part: nothing of the request's own is added to it.
    pub prompt: String,
    /// How strongly it asserts itself where regions overlap and at soft edges, above 0 up to [`MAX_REGION_WEIGHT`].
    #[serde(default = "one")]
    pub weight: f32,
    /// Where it applies (white; grey shares with what else there is): as large as the initial picture, without one as
    /// the request.
    #[serde(default)]
    pub mask: Option<Source>,
}

/// Most regions of a request: every one is a further run of the network in each step.
pub const MAX_REGIONS: usize = 16;
/// Largest [`RegionPrompt::weight`].
pub const MAX_REGION_WEIGHT: f32 = 8.0;

/// The pixels a request refers to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// Initial picture.
    pub init: Option<Arc<RgbaImage>>,
    /// Mask, white = change.
    pub mask: Option<Arc<GrayImage>>,
    /// Where each of the request's regions applies, in their order: white, of the initial picture's size (without
    /// one the request's).
    pub regions: Vec<Arc<GrayImage>>,
    /// Picture whose colours are taken on; of any size.
    pub style: Option<Arc<RgbaImage>>,
}

/// Everything that decides a picture. Same request, same model, same device: same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Model folder or catalog id (`starter`).
    pub model: String,
    /// What to paint.
    pub prompt: String,
    /// What the prompt was before its wildcards were rolled; empty if it has none. For people and replays by hand: the
    /// picture is that of `prompt`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// What to avoid.
    #[serde(default)]
    pub negative: String,
    /// Output width in pixels (before outpaint margins are added).
    pub width: u32,
    /// Output height in pixels (before outpaint margins are added).
    pub height: u32,
    /// Number of solver steps for a whole run; image-to-image of strength s does about s of them.
    pub steps: u32,
    /// Classifier-free guidance scale; 1 runs a single forward pass.
    pub cfg_scale: f32,
    /// Rescale of guided output towards the conditional one's contrast (Lin et al. 2023), 0..=1.
    #[serde(default)]
    pub guidance_rescale: f32,
    /// Take the model's few-step network (`unet_student/`): no guidance, and LCM unless a solver is named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub few_step: bool,
    /// Solver; `None`: the one that the model's scheduler_config.json names.
    #[serde(default)]
    pub sampler: Option<SamplerKind>,
    /// Schedule; `None`: what scheduler_config.json says.
    #[serde(default)]
    pub schedule: Option<ScheduleKind>,
    /// Seed. Item k of a batch is the picture of seed + k (wrapping).
    pub seed: u64,
    /// Random generator.
    pub rng: RngKind,
    /// Layers of the text encoder to leave out at its end, as diffusers counts: 0 none, 1 the last one.
    #[serde(default)]
    pub clip_skip: u32,
    /// Denoising strength 0..=1: how much of an initial picture may change.
    #[serde(default = "one")]
    pub strength: f32,
    /// Posterior mean or sample.
    #[serde(default)]
    pub encode: Encode,
    /// What fills the masked area before encoding.
    #[serde(default)]
    pub fill: Fill,
    /// How much of the picture the model looks at when only a part is to change.
    #[serde(default)]
    pub context: Context,
    /// Switch the refinements off: whole picture as context, binary mask, no fill, no colour match, no second pass.
    #[serde(default)]
    pub plain: bool,
    /// Extend the initial picture.
    #[serde(default)]
    pub outpaint: Margins,
    /// The frame's top left corner on the canvas in pixels (for `RngKind::Canvas`).
    #[serde(default)]
    pub origin: (i64, i64),
    /// Initial picture.
    #[serde(default)]
    pub init: Option<Source>,
    /// Mask, white = change.
    #[serde(default)]
    pub mask: Option<Source>,
    /// Words for parts of the picture; `prompt` applies where none of them does.
    #[serde(default)]
    pub regions: Vec<RegionPrompt>,
    /// Picture whose colours the result takes on.
    #[serde(default)]
    pub style: Option<Source>,
    /// How far it takes them on, 0..=1.
    #[serde(default = "one")]
    pub style_amount: f32,
    /// Enlarges the initial picture 2 or 4 times and repaints it tile by tile with the request's strength (0.3 is
    /// usual); 1 does so at its own size; 0 is off.
    #[serde(default)]
    pub upscale: u32,
    /// Repaints the seam of a masked picture once more where its score is bad, and keeps that if it is better.
    #[serde(default)]
    pub mend_seam: bool,
    /// Repaints nothing but a band along the border of the mask: what hides a seam that the picture has already. Empty
    /// canvas stays empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub along_border: bool,
    /// How the picture is laid down afterwards.
    #[serde(default)]
    pub finish: Finish,
    /// Somewhere between two pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toward: Option<Toward>,
}

/// A second prompt and seed, and how far the request is on the way to them: words are mixed as embeddings, noise on the
/// arc between both draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Toward {
    /// What to paint at the end of the way.
    pub prompt: String,
    /// Seed at the end of the way; `None` keeps the request's.
    #[serde(default)]
    pub seed: Option<u64>,
    /// 0 = the request's own prompt and seed, 1 = these.
    pub t: f32,
}

fn one() -> f32 {
    1.0
}

impl Default for Request {
    fn default() -> Self {
        Self {
            model: "starter".into(),
            prompt: String::new(),
            template: String::new(),
            negative: String::new(),
            width: 512,
            height: 512,
            steps: 20,
            cfg_scale: 7.0,
            guidance_rescale: 0.0,
            few_step: false,
            sampler: None,
            schedule: None,
            seed: 0,
            rng: RngKind::Torch,
            clip_skip: 0,
            strength: 1.0,
            encode: Encode::Auto,
            fill: Fill::Auto,
            context: Context::Auto,
            plain: false,
            outpaint: Margins::default(),
            origin: (0, 0),
            init: None,
            mask: None,
            regions: Vec::new(),
            style: None,
            style_amount: 1.0,
            upscale: 0,
            mend_seam: false,
            along_border: false,
            finish: Finish::None,
            toward: None,
        }
    }
}
