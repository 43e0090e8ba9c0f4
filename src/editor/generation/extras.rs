//! What a request takes from the document and from files beside its frame: words of layers, a style picture.

use crate::document::composite::composite_layers;
use crate::document::rgba8::Alpha;
use crate::document::{Document, Layer, LayerId};
use crate::generate::engine::Job;
use crate::generate::request::MAX_REGIONS;
use crate::generate::{RegionPrompt, Request};
use crate::geom::Rect;
use image::{GrayImage, RgbaImage};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Key of the note of a layer that holds words which apply where it has paint.
pub const WORDS_NOTE: &str = "words";
/// Longest words of a layer, bytes.
pub const MAX_WORDS: usize = 2000;
/// A region that covers less of the frame than this (in percent) says nothing.
const LEAST_PERCENT: u64 = 2;
/// Longest side at which a style picture is looked at, pixels: only its colours count.
const STYLE_SIDE_PX: u32 = 512;

/// The words of a layer; "" if it has none.
pub fn words_of(layer: &Layer) -> &str {
    layer.notes.get(WORDS_NOTE).map_or("", String::as_str)
}

/// Puts the words of layers into a job for `frame`, in the words of a style.
pub(super) fn add_regions(job: &mut Job, doc: &Document, frame: Rect, template: &str) {
    let (mut regions, mut masks) = (Vec::new(), Vec::new());
    // From above: what covers a layer takes its place.
    let mut covered = vec![0u8; frame.area() as usize];
    let worded = doc.layers().iter().rev().filter(|l| l.visible && !words_of(l).trim().is_empty());
    for layer in worded.take(MAX_REGIONS) {
        let mut alpha = coverage(layer, frame);
        for (a, above) in alpha.iter_mut().zip(&mut covered) {
            let own = u32::from(*a) * u32::from(255 - *above) / 255;
            *above = above.saturating_add(own as u8);
            *a = own as u8;
        }
        let sum: u64 = alpha.iter().map(|v| u64::from(*v)).sum();
        if sum * 100 < LEAST_PERCENT * 255 * alpha.len() as u64 {
            continue;
        }
        if let Some(mask) = GrayImage::from_raw(frame.width(), frame.height(), alpha) {
            let prompt = super::options::in_style(template, words_of(layer));
            regions.push(RegionPrompt { prompt, weight: 1.0, mask: None });
            masks.push(Arc::new(mask));
        }
    }
    (job.request.regions, job.inputs.regions) = (regions, masks);
}

/// How much of each pixel of the frame a layer covers.
pub(super) fn coverage(layer: &Layer, frame: Rect) -> Vec<u8> {
    // Its words apply where it has paint, however faintly it is laid over the rest.
    let mut alone = Layer { opacity: 1.0, clipping: false, ..layer.clone() };
    alone.id = LayerId(0);
    let tiles = alone.tiles();
    let rgba = composite_layers(&[Arc::new(alone)], &tiles).to_rgba8(frame, Alpha::Straight);
    rgba.chunks_exact(4).map(|px| px[3]).collect()
}

/// A style picture that was read, small.
#[derive(Clone, Debug)]
pub struct StylePicture {
    /// Its file.
    pub path: PathBuf,
    /// It, at most 512 pixels wide and high.
    pub picture: Arc<RgbaImage>,
}

/// Reads a style picture.
///
/// # Errors
/// In words, with the way out.
pub(super) fn read_style(path: &Path) -> Result<StylePicture, String> {
    let picture = crate::io::load_picture(path)
        .map_err(|e| format!("{e}. Choose another style picture, or clear the style slot."))?;
    let (w, h) = picture.dimensions();
    let scale = (f64::from(STYLE_SIDE_PX) / f64::from(w.max(h))).min(1.0);
    let side = |v: u32| ((f64::from(v) * scale) as u32).max(1);
    let small = if scale < 1.0 { image::imageops::thumbnail(&picture, side(w), side(h)) } else { picture };
    Ok(StylePicture { path: path.to_path_buf(), picture: Arc::new(small) })
}

/// Puts a style picture into a job; `known` is the one that was read last.
pub(super) fn add_style(
    job: &mut Job,
    path: Option<&Path>,
    amount: f32,
    known: Option<StylePicture>,
) -> Result<(), String> {
    let Some(path) = path else { return Ok(()) };
    let style = match known.filter(|k| k.path == path) {
        Some(style) => style,
        None => read_style(path)?,
    };
    let hash = format!("{:08x}", crc32fast::hash(style.picture.as_raw()));
    job.request.style = Some(crate::generate::Source { path: path.display().to_string(), hash });
    job.request.style_amount = amount;
    job.inputs.style = Some(style.picture);
    Ok(())
}

/// A request for an enlarged picture: `factor` 1 repaints at its own size.
pub(super) fn enlarged(request: Request, factor: u32, strength: f32) -> Request {
    Request { upscale: factor, strength, ..request }
}
