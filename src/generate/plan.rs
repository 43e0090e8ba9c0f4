//! From a request to passes and back to a picture, as pure steps:
//! [`plan`] -> [`Plan::first_pass`] -> (backend) -> [`Plan::after_first`] -> [`Next::Done`], or
//! [`Next::Second`] -> (backend) -> [`Plan::after_second`].
//!
//! What a request asks for is read off its inputs; there are no modes to choose:
//! - no picture: a new one of the request's size;
//! - a picture: all of it is repainted with the request's strength (scaled to cover another size, never stretched);
//! - either of them clearly larger than what the model was trained on: first small, then once more for the detail;
//! - a mask: what is white changes, greys are strengths, with a ring around it as [`region`](super::region) says;
//! - empty canvas (transparent pixels of the picture, or outpaint margins): it is filled from noise whatever the
//!   strength, and every opaque pixel that no mask covers stays byte-identical;
//! - `plain`: the mask as it is and nothing else, for comparison with reference pipelines.

mod check;
mod extras;
mod masked;
mod mend;
mod tiles;
mod whole;

pub use mend::Mend;
pub use tiles::Tiles;

pub use check::{BLACK, MAX_PROMPT_CHARS, MAX_STEPS, WHITE, check};

use image::{GrayImage, RgbaImage};

use super::backend::{GenerateError, ModelFacts, Pass};
use super::picture::{Mask, Picture};
use super::region::{outpaint, resample, stitch};
use super::request::{Encode, Inputs, Request};
use crate::geom::Rect;
use crate::sampling::RngKind;
use extras::Extras;
use masked::Masked;
use whole::Whole;

/// Everything about one picture that is decided before the model runs.
#[derive(Clone, Debug)]
pub struct Plan {
    first: Pass,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    /// The model's picture is the result.
    Whole { whole: Box<Whole>, origin: (i64, i64) },
    /// The model's pixels replace those of a two-valued mask of the canvas' size.
    Plain { canvas: RgbaImage, mask: Mask },
    /// Context, soft masks, colour match, perhaps a second pass.
    Masked(Box<Masked>),
}

/// What follows the first pass.
#[derive(Clone, Debug)]
pub enum Next {
    /// Another pass at higher resolution; its picture goes to [`Plan::after_second`].
    Second(Box<Pass>),
    /// The finished picture.
    Done(RgbaImage),
}

/// Plans picture number `index` of a batch (seed + index, wrapping). `init` is the request's picture before
/// outpaint margins are added; `mask` has its size: white = change, grey = change with less strength, black (up to
/// [`BLACK`]) = keep.
pub fn plan(
    request: &Request,
    facts: &ModelFacts,
    init: Option<&RgbaImage>,
    mask: Option<&GrayImage>,
    index: u64,
) -> Result<Plan, GenerateError> {
    plan_with(request, facts, init, mask, &Inputs::default(), index)
}

/// [`plan`] with the pixels of everything that the request names.
pub fn plan_inputs(
    request: &Request,
    facts: &ModelFacts,
    inputs: &Inputs,
    index: u64,
) -> Result<Plan, GenerateError> {
    plan_with(request, facts, inputs.init.as_deref(), inputs.mask.as_deref(), inputs, index)
}

fn plan_with(
    request: &Request,
    facts: &ModelFacts,
    init: Option<&RgbaImage>,
    mask: Option<&GrayImage>,
    inputs: &Inputs,
    index: u64,
) -> Result<Plan, GenerateError> {
    let asked = (request.width, request.height);
    let picture = init.map_or(asked, RgbaImage::dimensions);
    check(request, init.map(|i| i.dimensions()), mask)?;
    let extras = Extras::new(request, inputs, picture)?;
    if !request.regions.is_empty() && init.is_some() {
        check::same_size(request, picture)?;
    }
    let whole = |init: Option<Picture>, extras: Extras| {
        let (whole, first) = Whole::new(request, facts, init, extras, index);
        Plan { first, work: Work::Whole { whole: Box::new(whole), origin: request.origin } }
    };
    let Some(init) = init else { return Ok(whole(None, extras)) };
    let empty = !request.outpaint.is_zero() || init.pixels().any(|p| p[3] < 255);
    if mask.is_none() && !empty {
        let rgb = image::DynamicImage::ImageRgba8(init.clone()).to_rgb8();
        let mut picture = resample::cover(&Picture::from_rgb8(&rgb), request.width, request.height);
        extras.stylise(&mut picture, None);
        return Ok(whole(Some(picture), extras));
    }
    check::same_size(request, init.dimensions())?;
    let canvas = outpaint::grow_canvas(init, &request.outpaint);
    if request.plain {
        return plain(request, canvas, mask, index);
    }
    let mask = mask.map(check::clean);
    let masked = Masked::new(request, facts, canvas, mask.as_ref(), extras, index)?;
    Ok(Plan { first: masked.first_pass(request, index), work: Work::Masked(Box::new(masked)) })
}

impl Plan {
    /// The pass to run first.
    pub fn first_pass(&self) -> Pass {
        self.first.clone()
    }

    /// What comes of the first pass' picture.
    ///
    /// # Panics
    /// When `picture` has another size than the pass asked for.
    pub fn after_first(&self, picture: Picture) -> Next {
        let size = (picture.width, picture.height);
        assert_eq!(size, (self.first.width, self.first.height), "the backend returned another size");
        match &self.work {
            Work::Whole { whole, origin } => whole.after_first(&self.first, *origin, picture),
            Work::Plain { canvas, mask } => {
                let mut out = canvas.clone();
                stitch::paste(&mut out, Rect::from_size(0, 0, size.0, size.1), &picture, mask);
                Next::Done(out)
            }
            Work::Masked(masked) => masked.after_first(&self.first, picture),
        }
    }

    /// The finished picture from the second pass'.
    ///
    /// # Panics
    /// When no second pass was asked for, or `picture` has another size than it asked for.
    pub fn after_second(&self, picture: Picture) -> RgbaImage {
        match &self.work {
            Work::Masked(masked) => masked.after_second(picture),
            Work::Whole { whole, .. } => whole.after_second(&picture),
            Work::Plain { .. } => panic!("no second pass was planned"),
        }
    }

    /// How to mend the seam of the finished picture; `None` where there is none.
    pub fn mend(&self, image: &RgbaImage, native_px: u32) -> Option<Mend> {
        match &self.work {
            Work::Masked(masked) => masked.mend(&self.first, image, native_px),
            Work::Whole { .. } | Work::Plain { .. } => None,
        }
    }

    /// `image` with what the pass of `mend` made of its seam; pixels of paste mask 0 stay.
    ///
    /// # Panics
    /// When the plan has no seam to mend.
    pub fn mended(&self, mend: &Mend, image: &RgbaImage, picture: &Picture) -> RgbaImage {
        match &self.work {
            Work::Masked(masked) => masked.mended(mend, image, picture),
            Work::Whole { .. } | Work::Plain { .. } => panic!("no mending was planned"),
        }
    }

    /// Width and height of the finished picture.
    pub fn size(&self) -> (u32, u32) {
        match &self.work {
            Work::Whole { whole, .. } => whole.dimensions(),
            Work::Plain { canvas, .. } => canvas.dimensions(),
            Work::Masked(masked) => masked.canvas().dimensions(),
        }
    }

    /// What the model looks at, in pixels of the finished picture: where previews belong.
    pub fn context(&self) -> Rect {
        match &self.work {
            Work::Masked(masked) => masked.context(),
            _ => Rect::from_size(0, 0, self.size().0, self.size().1),
        }
    }

    /// What the second pass paints, in pixels of the finished picture; the context if there is none.
    pub fn second_rect(&self) -> Rect {
        match &self.work {
            Work::Masked(masked) => masked.second_rect(),
            Work::Whole { .. } | Work::Plain { .. } => self.context(),
        }
    }

    /// How far each pixel of the finished picture is replaced: 0 is kept, byte for byte.
    pub fn paste_mask(&self) -> Mask {
        match &self.work {
            Work::Whole { whole, .. } => {
                let (width, height) = whole.dimensions();
                Mask::filled(width, height, 1.0)
            }
            Work::Plain { mask, .. } => mask.clone(),
            Work::Masked(masked) => masked.paste_mask(),
        }
    }

    /// Whether a second pass will follow the first.
    pub fn has_second_pass(&self) -> bool {
        match &self.work {
            Work::Masked(masked) => masked.has_second_pass(),
            Work::Whole { whole, .. } => whole.has_second_pass(),
            Work::Plain { .. } => false,
        }
    }
}

/// A pass over `size` pixels from noise, with what the request says.
fn base_pass(request: &Request, index: u64, size: (u32, u32), masked: bool) -> Pass {
    Pass {
        model: request.model.clone(),
        prompt: request.prompt.clone(),
        negative: request.negative.clone(),
        width: size.0,
        height: size.1,
        steps: request.steps,
        cfg_scale: request.cfg_scale,
        guidance_rescale: request.guidance_rescale,
        few_step: request.few_step,
        sampler: request.sampler,
        schedule: request.schedule,
        seed: request.seed.wrapping_add(index),
        rng: request.rng,
        clip_skip: request.clip_skip,
        strength: request.strength,
        sample_posterior: sample_posterior(request, masked),
        origin: request.origin,
        init: None,
        mask: None,
        binary_mask: false,
        regions: Vec::new(),
        bare: request.plain,
        savings: Vec::new(),
        toward: request.toward.clone(),
    }
}

/// Whether latents are drawn from the posterior; see [`Encode::Auto`].
fn sample_posterior(request: &Request, masked: bool) -> bool {
    match request.encode {
        Encode::Mean => false,
        Encode::Sample => true,
        Encode::Auto => equals_reference(request, masked),
    }
}

/// Whether the run is meant to equal a reference pipeline's.
fn equals_reference(request: &Request, masked: bool) -> bool {
    request.rng == RngKind::Torch && (!masked || request.plain)
}

/// The canvas corner in world pixels: the picture's, less what was added left and above.
fn canvas_origin(request: &Request) -> (i64, i64) {
    let (x, y) = request.origin;
    (x - i64::from(request.outpaint.left), y - i64::from(request.outpaint.top))
}

/// The request's picture as it is, mid grey where it is empty, and a mask of two values.
fn plain(
    request: &Request,
    canvas: RgbaImage,
    mask: Option<&GrayImage>,
    index: u64,
) -> Result<Plan, GenerateError> {
    let (width, height) = canvas.dimensions();
    let mut values = Mask::filled(width, height, 0.0);
    let mut data = Vec::with_capacity(values.data.len() * 3);
    for (i, (x, y, pixel)) in canvas.enumerate_pixels().enumerate() {
        let white = masked::mask_at(mask, request, x, y) >= 128;
        values.data[i] = f32::from(u8::from(white || pixel[3] < 128));
        data.extend((0..3).map(|c| if pixel[3] == 0 { 0.5 } else { f32::from(pixel[c]) / 255.0 }));
    }
    if !values.any() {
        return Err(check::empty_mask());
    }
    let first = Pass {
        origin: canvas_origin(request),
        init: Some(Picture { width, height, data }),
        mask: Some(values.clone()),
        binary_mask: true,
        ..base_pass(request, index, (width, height), true)
    };
    Ok(Plan { first, work: Work::Plain { canvas, mask: values } })
}

fn opaque(picture: &Picture) -> RgbaImage {
    image::DynamicImage::ImageRgb8(picture.to_rgb8()).into_rgba8()
}
