//! One job from its request to its picture, on whatever thread calls.

use std::sync::Arc;

use image::{GrayImage, RgbaImage};

use super::Job;
use crate::generate::backend::{Backend, GenerateError, ModelFacts, Monitor, Pass, Timings};
use crate::generate::picture::{Mask, Picture};
use crate::generate::plan::{self, Next, Tiles};
use crate::generate::region::seam::SeamScore;
use crate::generate::region::{resample, seam};

/// What came of mending a seam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mended {
    /// The seam before.
    pub before: SeamScore,
    /// The seam that the second try made.
    pub after: SeamScore,
    /// Whether the second try was better and was taken.
    pub kept: bool,
}

/// Plans a job, runs its passes, puts the picture together. A job that was stopped makes no picture, however late
/// that was.
///
/// # Errors
/// [`GenerateError`].
pub fn execute(
    backend: &mut dyn Backend,
    job: &Job,
    monitor: &mut dyn Monitor,
    timings: &mut Timings,
) -> Result<Made, GenerateError> {
    if job.request.along_border {
        return super::along_border(backend, job, monitor, timings);
    }
    let facts = backend.describe(&job.request.model)?;
    let index = u64::from(job.index);
    if job.request.upscale > 0 {
        let tiles = Tiles::new(&job.request, &facts, &job.inputs, index)?;
        return paint_tiles(tiles, facts, backend, monitor, timings);
    }
    let plan = plan::plan_inputs(&job.request, &facts, &job.inputs, index)?;
    go_on(monitor)?;
    let paste = Arc::new(to_gray8(&plan.paste_mask()));
    let passes = if plan.has_second_pass() { 2 } else { 1 };
    monitor.pass(plan.context(), &paste, 1, passes);
    let picture = run(backend, &plan.first_pass(), monitor, timings)?;
    go_on(monitor)?;
    let image = match plan.after_first(picture) {
        Next::Done(image) => image,
        Next::Second(pass) => {
            go_on(monitor)?;
            monitor.pass(plan.second_rect(), &paste, 2, 2);
            plan.after_second(run(backend, &pass, monitor, timings)?)
        }
    };
    go_on(monitor)?;
    let (image, mended) = if job.request.mend_seam {
        mend(&plan, image, &paste, passes + 1, &facts, backend, monitor, timings)?
    } else {
        (image, None)
    };
    Ok(Made { image, paste, facts, mended })
}

/// Repaints the seam of `image` if it shows, and takes that if it shows less then.
#[expect(clippy::too_many_arguments, reason = "all of a job's surroundings, used once")]
fn mend(
    plan: &plan::Plan,
    image: RgbaImage,
    paste: &Arc<GrayImage>,
    number: u32,
    facts: &ModelFacts,
    backend: &mut dyn Backend,
    monitor: &mut dyn Monitor,
    timings: &mut Timings,
) -> Result<(RgbaImage, Option<Mended>), GenerateError> {
    let mask = plan.paste_mask();
    let score = |image: &RgbaImage| {
        let rgb = image::DynamicImage::ImageRgba8(image.clone()).to_rgb8();
        seam::score(&Picture::from_rgb8(&rgb), &mask, seam::LEVEL)
    };
    let before = score(&image);
    let Some(mend) = plan.mend(&image, facts.native_px).filter(|_| before.is_visible()) else {
        return Ok((image, None));
    };
    monitor.pass(mend.rect(), paste, number, number);
    let picture = run(backend, mend.pass(), monitor, timings)?;
    go_on(monitor)?;
    let second = plan.mended(&mend, &image, &picture);
    let after = score(&second);
    let kept = after.badness() < before.badness();
    Ok((if kept { second } else { image }, Some(Mended { before, after, kept })))
}

/// Paints the tiles of an enlarged picture one after the other.
fn paint_tiles(
    mut tiles: Tiles,
    facts: ModelFacts,
    backend: &mut dyn Backend,
    monitor: &mut dyn Monitor,
    timings: &mut Timings,
) -> Result<Made, GenerateError> {
    let paste = tiles.paste().clone();
    for number in 0..tiles.len() {
        go_on(monitor)?;
        monitor.pass(tiles.rect(number), &paste, number as u32 + 1, tiles.len() as u32);
        let picture = run(backend, &tiles.pass(number), monitor, timings)?;
        tiles.take(number, picture);
    }
    go_on(monitor)?;
    Ok(Made { image: tiles.finish(), paste, facts, mended: None })
}

/// Runs a pass as it fits into memory: if need be smaller, and enlarged afterwards.
fn run(
    backend: &mut dyn Backend,
    pass: &Pass,
    monitor: &mut dyn Monitor,
    timings: &mut Timings,
) -> Result<Picture, GenerateError> {
    let fit = backend.fit(pass)?;
    if fit.savings.is_empty() {
        return backend.run(pass, monitor, timings);
    }
    monitor.thrift(&fit);
    let (width, height) = (pass.width, pass.height);
    let picture = backend.run(&pass.in_less(&fit), monitor, timings)?;
    Ok(resample::resize(&picture, width, height))
}

/// What [`execute`] makes.
#[derive(Clone, Debug)]
pub struct Made {
    /// The finished picture.
    pub image: RgbaImage,
    /// Of the same size: what is new in it, 0 = kept byte for byte.
    pub paste: Arc<GrayImage>,
    /// Facts of the model.
    pub facts: ModelFacts,
    /// What came of mending the seam.
    pub mended: Option<Mended>,
}

/// To 8 bits; only what is exactly 0 becomes 0.
pub(in crate::generate) fn to_gray8(mask: &Mask) -> GrayImage {
    let value = |v: &f32| if *v > 0.0 { (v * 255.0).round().clamp(1.0, 255.0) as u8 } else { 0 };
    let raw = mask.data.iter().map(value).collect();
    GrayImage::from_raw(mask.width, mask.height, raw).unwrap_or_default()
}

fn go_on(monitor: &dyn Monitor) -> Result<(), GenerateError> {
    if monitor.cancelled() { Err(GenerateError::Cancelled) } else { Ok(()) }
}
