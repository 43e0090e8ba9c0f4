//! A seam that a picture has already, of a collage say: a band along it is repainted, on both sides.

use std::sync::Arc;

use image::{GrayImage, Luma, RgbaImage};

use super::execute::{Made, Mended, execute};
use super::{Inputs, Job};
use crate::generate::backend::{Backend, GenerateError, Monitor, Timings};
use crate::generate::picture::{Mask, Picture};
use crate::generate::region::seam::{self, SeamScore};
use crate::generate::region::{band, masks};
use crate::generate::request::Request;

/// How much may change at the border where nobody says otherwise: enough for an edge to become paint, too little for what
/// it is the edge of to become something else.
pub const BORDER_STRENGTH: f32 = 0.6;

fn fail<T>(text: &str) -> Result<T, GenerateError> {
    Err(GenerateError::Request(text.into()))
}

/// Runs a job whose request says `along_border`: as one with a mask of its own, see [`band::along`]. What is empty stays
/// empty, and its edge is no seam.
///
/// # Errors
/// [`GenerateError`]; [`GenerateError::Request`] where the mask has no border.
pub fn along_border(
    backend: &mut dyn Backend,
    job: &Job,
    monitor: &mut dyn Monitor,
    timings: &mut Timings,
) -> Result<Made, GenerateError> {
    let (Some(init), Some(region)) = (&job.inputs.init, &job.inputs.mask) else {
        return fail("to mend a border takes a picture and a mask that is white on one side of it");
    };
    if !job.request.outpaint.is_zero() || job.request.upscale > 0 {
        return fail("a border is mended in a picture as it is: extend or enlarge it before or afterwards");
    }
    if init.dimensions() != region.dimensions() {
        let ((w, h), (mw, mh)) = (init.dimensions(), region.dimensions());
        return fail(&format!("the mask is {mw}x{mh} but the picture is {w}x{h}: make them the same size"));
    }
    let facts = backend.describe(&job.request.model)?;
    let line = Mask::from_gray8(region);
    let paper = on_paper(init);
    let Some(mut band) = band::along(&line, masks::unit(facts.native_px)) else {
        return fail("the mask has no border within the picture: it must be white on one side of the seam");
    };
    for (value, px) in band.data.iter_mut().zip(init.pixels()) {
        *value *= f32::from(u8::from(px[3] == 255));
    }
    if !band.any() {
        return fail("only empty canvas lies along the border: there is no seam to mend");
    }
    let inputs = Inputs {
        init: Some(Arc::new(paper.clone())),
        mask: Some(Arc::new(super::execute::to_gray8(&band))),
        ..job.inputs.clone()
    };
    let request = Request { along_border: false, mend_seam: false, ..job.request.clone() };
    let Made { mut image, paste, facts, .. } =
        execute(backend, &Job { request, inputs, ..job.clone() }, monitor, timings)?;
    let (before, after) = (scored(&paper, &line), scored(&image, &line));
    let mut paste: GrayImage = (*paste).clone();
    for ((was, px), new) in init.pixels().zip(image.pixels_mut()).zip(paste.pixels_mut()) {
        if was[3] < 255 {
            (*px, *new) = (*was, Luma([0]));
        }
    }
    let mended = Some(Mended { before, after, kept: after.badness() < before.badness() });
    Ok(Made { image, paste: Arc::new(paste), facts, mended })
}

fn scored(image: &RgbaImage, line: &Mask) -> SeamScore {
    let rgb = image::DynamicImage::ImageRgba8(image.clone()).to_rgb8();
    seam::score(&Picture::from_rgb8(&rgb), line, seam::LEVEL)
}

/// The picture over white, opaque.
fn on_paper(picture: &RgbaImage) -> RgbaImage {
    let mut out = picture.clone();
    for px in out.pixels_mut().filter(|px| px[3] < 255) {
        let a = u32::from(px[3]);
        for c in 0..3 {
            px[c] = ((u32::from(px[c]) * a + 255 * (255 - a) + 127) / 255) as u8;
        }
        px[3] = 255;
    }
    out
}
