//! Requests that make no sense, and what to do about them.

use image::GrayImage;

use crate::generate::backend::GenerateError;
use crate::generate::request::Request;
use crate::io::{MAX_PIXELS, MAX_SIDE};

/// Longest prompt, characters.
pub const MAX_PROMPT_CHARS: usize = 20_000;
/// Mask values up to this are black, from [`WHITE`] on white: a mask that was saved as JPEG must not change the whole
/// picture a little, and 2 % of a strength is none.
pub const BLACK: u8 = 5;
/// See [`BLACK`].
pub const WHITE: u8 = 250;
/// Most steps.
pub const MAX_STEPS: u32 = 1000;

fn fail<T>(text: String) -> Result<T, GenerateError> {
    Err(GenerateError::Request(text))
}

/// Checks a request with the size of its picture and its mask. Cheap: may be asked before anything is loaded.
pub fn check(
    request: &Request,
    init: Option<(u32, u32)>,
    mask: Option<&GrayImage>,
) -> Result<(), GenerateError> {
    numbers(request)?;
    let toward = request.toward.as_ref().map_or(&request.prompt, |toward| &toward.prompt);
    let texts =
        [("prompt", &request.prompt), ("negative prompt", &request.negative), ("second prompt", toward)];
    for (what, text) in texts {
        let chars = text.chars().count();
        if chars > MAX_PROMPT_CHARS {
            return fail(format!(
                "the {what} has {chars} characters; at most {MAX_PROMPT_CHARS} are allowed: shorten it"
            ));
        }
    }
    if init.is_none() && mask.is_some() {
        return fail("a mask needs a picture to apply to: give one with --init (-i)".into());
    }
    if init.is_none() && !request.outpaint.is_zero() {
        return fail("outpainting needs a picture to extend: give one with --init (-i)".into());
    }
    upscale(request, init)?;
    size("the requested picture", request.width.into(), request.height.into())?;
    let Some((width, height)) = init else { return Ok(()) };
    size("the initial picture", width.into(), height.into())?;
    let m = &request.outpaint;
    let grown = |a: u32, b: u32, c: u32| u64::from(a) + u64::from(b) + u64::from(c);
    size("the extended picture", grown(width, m.left, m.right), grown(height, m.top, m.bottom))?;
    if let Some(mask) = mask {
        if mask.dimensions() != (width, height) {
            let (mw, mh) = mask.dimensions();
            return fail(format!(
                "the mask is {mw}x{mh} but the picture is {width}x{height}: make them the same size"
            ));
        }
        if !mask.as_raw().iter().any(|&v| v > BLACK) && m.is_zero() {
            return Err(empty_mask());
        }
    }
    Ok(())
}

/// With a mask or empty canvas the picture keeps its size.
pub(super) fn same_size(request: &Request, init: (u32, u32)) -> Result<(), GenerateError> {
    if (request.width, request.height) == init {
        return Ok(());
    }
    fail(format!(
        "a size of {}x{} was asked for but the picture is {}x{}: with a mask, transparent areas or outpainting \
         the size is the picture's, so leave the size out",
        request.width, request.height, init.0, init.1
    ))
}

pub(super) fn empty_mask() -> GenerateError {
    GenerateError::Request(
        "the mask is empty, so nothing would change: paint white what should change (black is kept)".into(),
    )
}

/// A mask with clean blacks and whites.
pub(super) fn clean(mask: &GrayImage) -> GrayImage {
    let mut out = mask.clone();
    for v in out.iter_mut() {
        *v = match *v {
            0..=BLACK => 0,
            WHITE.. => 255,
            grey => grey,
        };
    }
    out
}

/// Enlarging and repainting in tiles.
fn upscale(request: &Request, init: Option<(u32, u32)>) -> Result<(), GenerateError> {
    if !matches!(request.upscale, 0 | 1 | 2 | 4) {
        return fail(format!(
            "a picture can be made 1, 2 or 4 times as large, not {} times",
            request.upscale
        ));
    }
    if request.upscale == 0 {
        return Ok(());
    }
    let Some((width, height)) = init else {
        return fail("enlarging needs a picture: give one with --init (-i)".into());
    };
    if !request.outpaint.is_zero() || request.plain {
        return fail("enlarging goes with neither outpainting nor --plain: do one after the other".into());
    }
    let grown = |side: u32| u64::from(side) * u64::from(request.upscale);
    size("the enlarged picture", grown(width), grown(height))
}

fn numbers(request: &Request) -> Result<(), GenerateError> {
    let Request { steps, cfg_scale, strength, guidance_rescale, .. } = *request;
    if steps == 0 || steps > MAX_STEPS {
        return fail(format!("{steps} steps were asked for: use 1 to {MAX_STEPS}"));
    }
    if !(0.0..=1.0).contains(&strength) {
        return fail(format!("strength {strength} is not between 0 (keep all) and 1 (ignore the picture)"));
    }
    if let Some(toward) = &request.toward
        && !(0.0..=1.0).contains(&toward.t)
    {
        return fail(format!("{} of the way to the second prompt is not between 0 and 1", toward.t));
    }
    if !cfg_scale.is_finite() || cfg_scale < 0.0 {
        return fail(format!(
            "guidance scale {cfg_scale} must be a number of at least 0 (7 is usual, 1 is off)"
        ));
    }
    if !(0.0..=1.0).contains(&guidance_rescale) {
        return fail(format!("guidance rescale {guidance_rescale} is not between 0 (off) and 1"));
    }
    Ok(())
}

fn size(what: &str, width: u64, height: u64) -> Result<(), GenerateError> {
    if width == 0 || height == 0 {
        return fail(format!("{what} would be {width}x{height}: both sides must be at least 1 pixel"));
    }
    if width > u64::from(MAX_SIDE) || height > u64::from(MAX_SIDE) {
        return fail(format!("{what} would be {width}x{height}: a side may be at most {MAX_SIDE} pixels"));
    }
    if width * height > MAX_PIXELS {
        return fail(format!(
            "{what} would be {width}x{height}, {:.1} megapixels: at most {} are allowed",
            (width * height) as f64 / 1048576.0,
            MAX_PIXELS / 1048576
        ));
    }
    Ok(())
}
