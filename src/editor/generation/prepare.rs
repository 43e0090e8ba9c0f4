//! What a job takes along: the frame flattened, what may change in it, and its words as they are rolled.

use super::options::Scope;
use super::wildcards;
use crate::document::composite::flatten_rgba8;
use crate::document::rgba8::Alpha;
use crate::document::{Document, LayerId, edit};
use crate::generate::Request;
use crate::generate::engine::{Inputs, Job};
use crate::geom::Rect;
use image::{GrayImage, RgbaImage};
use std::path::Path;
use std::sync::Arc;

/// The document without paint beyond `known`, but for that of the topmost layer `extension`.
pub(super) fn only_known(mut doc: Document, known: Rect, extension: LayerId) -> Document {
    let filled = doc.layer(extension).cloned();
    edit::remove(&mut doc, extension);
    edit::crop(&mut doc, known);
    if let Some(layer) = filled {
        edit::add(&mut doc, layer, edit::Place { parent: None, index: usize::MAX });
    }
    doc
}

/// The request with its wildcards rolled, where files have a part in them.
pub(super) fn roll_words(request: Request, folder: Option<&Path>) -> Result<Request, String> {
    if !wildcards::names_files(&request.prompt) {
        return Ok(request);
    }
    let template = request.prompt.clone();
    let prompt = wildcards::roll(&template, request.seed, &mut |name| wildcards::lines_of(folder, name))?;
    Ok(Request { prompt, template, ..request })
}

/// As [`prepare`], but with all of `whole`, which holds the frame, for the model to look at.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_within(
    doc: &Document,
    frame: Rect,
    whole: Rect,
    request: Request,
    scope: Scope,
) -> Result<Job, String> {
    let mut job = prepare(doc, frame, request, scope)?;
    if whole == frame {
        return Ok(job);
    }
    let (w, h) = (whole.width(), whole.height());
    let (dx, dy) = ((frame.x0 - whole.x0) as u32, (frame.y0 - whole.y0) as u32);
    let mut rgba = flatten_rgba8(doc, whole, Alpha::Straight);
    for (i, px) in rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = (whole.x0 + (i as u32 % w) as i32, whole.y0 + (i as u32 / w) as i32);
        // Empty canvas outside of the frame is not to be filled: it is shown as paper.
        if !frame.contains(x, y) && px[3] < 255 {
            let a = u32::from(px[3]);
            px[..3].iter_mut().for_each(|v| *v = ((u32::from(*v) * a + 255 * (255 - a) + 127) / 255) as u8);
            px[3] = 255;
        }
    }
    let init = RgbaImage::from_raw(w, h, rgba).ok_or("The page is too large.")?;
    let mut mask = GrayImage::new(w, h);
    for y in 0..frame.height() {
        for x in 0..frame.width() {
            // Empty canvas in the frame needs no mask: it is filled all the same.
            let value = job.inputs.mask.as_ref().map_or(0, |m| m.get_pixel(x, y)[0]);
            mask.put_pixel(x + dx, y + dy, image::Luma([value]));
        }
    }
    job.request.width = w;
    job.request.height = h;
    job.inputs = Inputs { init: Some(Arc::new(init)), mask: Some(Arc::new(mask)), ..Inputs::default() };
    Ok(job)
}

/// The request and the pixels for the engine: the frame flattened, and what may change in it.
///
/// # Errors
/// In words, when there is nothing to change.
pub fn prepare(doc: &Document, frame: Rect, mut request: Request, scope: Scope) -> Result<Job, String> {
    let rgba = flatten_rgba8(doc, frame, Alpha::Straight);
    let empty = rgba.chunks_exact(4).any(|px| px[3] < 255);
    let gray = |mask: &crate::document::Mask| mask.to_gray8(frame);
    if scope == Scope::Empty && !empty {
        return Err("There is no empty canvas here.".into());
    }
    let marks = scope != Scope::Empty;
    let painted = doc.change.as_ref().filter(|_| marks).map(gray).filter(|v| v.iter().any(|v| *v > 0));
    let selected = doc.selection.as_ref().filter(|_| marks).map(gray);
    let (painted, selected) =
        if scope == Scope::Others { (None, Some(others(painted, selected)?)) } else { (painted, selected) };
    let mask = match (painted, selected) {
        (Some(mut painted), selected) => {
            for (v, s) in painted.iter_mut().zip(selected.iter().flatten()) {
                *v = ((u32::from(*v) * u32::from(*s) + 127) / 255) as u8;
            }
            // The greatest strength is that of the run, the others are parts of it.
            let most = painted.iter().copied().max().unwrap_or(0);
            if most == 0 {
                return Err("The change mask lies outside of the selection: nothing would change.".into());
            }
            request.strength = f32::from(most) / 255.0;
            painted
                .iter_mut()
                .for_each(|v| *v = ((u32::from(*v) * 255 + u32::from(most) / 2) / u32::from(most)) as u8);
            Some(painted)
        }
        (None, Some(selected)) if selected.iter().any(|v| *v > 0) => Some(selected),
        (None, Some(_)) => {
            return Err("The selection lies outside of the frame: nothing would change.".into());
        }
        (None, None) if empty && scope != Scope::Frame => None,
        (None, None) => Some(vec![255; frame.area() as usize]),
    };
    let (w, h) = (frame.width(), frame.height());
    let init = RgbaImage::from_raw(w, h, rgba).ok_or("The frame is too large.")?;
    let mask = mask.and_then(|values| GrayImage::from_raw(w, h, values));
    request.width = w;
    request.height = h;
    let inputs = Inputs { init: Some(Arc::new(init)), mask: mask.map(Arc::new), ..Inputs::default() };
    Ok(Job { request, index: 0, inputs })
}

/// The request and the pixels for a band along the border of what is selected, or else of what the active layer covers.
///
/// # Errors
/// In words, when there is no border.
pub(super) fn prepare_border(doc: &Document, frame: Rect, mut request: Request) -> Result<Job, String> {
    let (w, h) = (frame.width(), frame.height());
    let selected = doc.selection.as_ref().map(|mask| mask.to_gray8(frame));
    let layer = doc.active.and_then(|id| doc.layer(id)).filter(|layer| layer.visible);
    let region = selected.or_else(|| layer.map(|layer| super::extras::coverage(layer, frame)));
    let two_sided = |v: &Vec<u8>| v.iter().any(|v| *v > 127) && v.iter().any(|v| *v <= 127);
    let Some(region) = region.filter(two_sided) else {
        return Err(NO_BORDER.into());
    };
    let rgba = flatten_rgba8(doc, frame, Alpha::Straight);
    let init = RgbaImage::from_raw(w, h, rgba).ok_or("The frame is too large.")?;
    let mask = GrayImage::from_raw(w, h, region).ok_or("The frame is too large.")?;
    (request.width, request.height) = (w, h);
    let inputs = Inputs { init: Some(Arc::new(init)), mask: Some(Arc::new(mask)), ..Inputs::default() };
    Ok(Job { request, index: 0, inputs })
}

/// What is said where there is no seam to mend.
pub(in crate::editor) const NO_BORDER: &str =
    "There is no border to mend here: select what was pasted, or choose its layer.";

/// Everything that neither mask marks.
fn others(painted: Option<Vec<u8>>, selected: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let kept = match (painted, selected) {
        (Some(a), Some(b)) => a.iter().zip(&b).map(|(a, b)| *a.max(b)).collect(),
        (Some(kept), None) | (None, Some(kept)) => kept,
        (None, None) => {
            return Err("Select or paint what is to stay: all else becomes the background.".into());
        }
    };
    let others: Vec<u8> = kept.iter().map(|v| 255 - v).collect();
    if others.iter().all(|v| *v == 0) {
        return Err("All of the frame is marked as what stays: nothing would change.".into());
    }
    Ok(others)
}
