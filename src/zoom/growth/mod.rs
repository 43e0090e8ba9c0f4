//! How levels are made: what a model is asked for, and what becomes of its answer.
//!
//! A [`Step`] is made from a document, its [`Step::job`] goes to the engine, and [`Step::finish`] puts the picture that
//! comes back into the document. Nothing here runs a model or waits for one.
//!
//! Outward, the page is shrunk as a frame would show it, placed on an empty page of the same size, and the ring around it
//! is outpainted, beginning inside the page's rim, which is left out. The shrunk picture stays a layer of its own: when the inner level is repainted, only that layer is
//! laid anew. Inward, a part of the page is enlarged, refined at low strength, and corrected until, shrunk again, it is
//! what it was.

mod blank;
mod hold;
pub mod inward;
mod outward;
mod ring;
mod stack;

pub use blank::{Blank, detail_start, held, made_layer};
pub use hold::{Held, TOLERANCE};
pub use inward::{DEPTH_STRENGTH, deeper};
pub use outward::{Copies, outward, refresh_copies, shrunk_page, stale_copies, surroundings, trimmed_page};
pub use ring::{Ring, close_ring, is_closed};
pub use stack::{first_level, stack};

use super::pyramid::Light;
use crate::color::linear_to_srgb;
use crate::document::{Content, Document, LayerId, Pixels, levels};
use crate::generate::engine::Job;
use crate::generate::{GenerateError, Request, Toward, metadata};
use crate::geom::Rect;
use image::RgbaImage;
use rayon::prelude::*;

/// A level that is being made.
#[derive(Clone, Debug)]
pub struct Step {
    /// What the engine is asked for.
    pub job: Job,
    goal: Goal,
}

#[derive(Clone, Debug)]
enum Goal {
    Outward { blank: Box<Blank> },
    Inward { blank: Box<Blank> },
    Ring(Ring),
}

/// What is said when levels changed while the ring was being closed.
pub const OTHER_LEVELS: &str = "the levels are others than those that the ring was made for";

impl Step {
    /// The ring, if that is what it closes.
    pub fn ring(&self) -> Option<&Ring> {
        match &self.goal {
            Goal::Ring(ring) => Some(ring),
            Goal::Outward { .. } | Goal::Inward { .. } => None,
        }
    }

    /// Puts the finished picture into `doc`, which must have the levels that the step was made from. Returns how well
    /// an inner level is held to its parent.
    ///
    /// # Errors
    /// [`GenerateError::Run`] when the picture has another size than was asked for.
    pub fn finish(self, doc: &mut Document, picture: &RgbaImage) -> Result<Option<Held>, GenerateError> {
        let note = metadata::note(&self.job.request);
        let (words, seed) = (self.job.request.prompt, self.job.request.seed);
        match self.goal {
            Goal::Outward { blank } => {
                let pixels = pixels_of(blank.page, picture)?;
                let id = blank.insert(doc, &words, seed);
                paint(doc, doc.levels.len() - 1, id, pixels, note);
                Ok(None)
            }
            Goal::Inward { blank } => {
                let pixels = pixels_of(blank.page, picture)?;
                let id = blank.insert(doc, &words, seed);
                let (pixels, held) = held(doc, 0, &pixels)?;
                paint(doc, 0, id, pixels, note);
                Ok(Some(held))
            }
            Goal::Ring(ring) => {
                let pixels = pixels_of(ring.page(), picture)?;
                match ring.lay(doc, pixels, note) {
                    true => Ok(None),
                    false => Err(GenerateError::Request(OTHER_LEVELS.into())),
                }
            }
        }
    }
}

/// Gives a layer of a level its pixels and the note of the request that made them.
fn paint(doc: &mut Document, level: usize, id: LayerId, pixels: Pixels, note: String) {
    levels::change_layer(doc, level, id, &mut |layer| {
        layer.content = Content::Raster(pixels.clone());
        layer.notes.insert(metadata::REQUEST_NOTE.into(), note.clone());
    });
}

/// The words of level `index` of `count` when `words` are spread over them: one each where there are as many,
/// otherwise the two between which it lies and how far it is from the first to the second.
pub fn words_at(words: &[String], index: usize, count: usize) -> (String, Option<Toward>) {
    let last = words.len().saturating_sub(1);
    let at = if words.len() == count || count < 2 {
        index.min(last) as f64
    } else {
        index.min(count - 1) as f64 * last as f64 / (count - 1) as f64
    };
    let first = (at.floor() as usize).min(last);
    let t = (at - first as f64) as f32;
    let word = |i: usize| words.get(i).cloned().unwrap_or_default();
    if t < 0.02 {
        return (word(first), None);
    }
    if t > 0.98 {
        return (word(first + 1), None);
    }
    (word(first), Some(Toward { prompt: word(first + 1), seed: None, t }))
}

/// The request for a picture of `page` on level number `level`.
fn request_for(base: &Request, page: Rect, strength: f32) -> Request {
    Request {
        width: page.width(),
        height: page.height(),
        strength,
        origin: (i64::from(page.x0), i64::from(page.y0)),
        init: None,
        mask: None,
        ..base.clone()
    }
}

/// A picture that fills `page`, as pixels.
fn pixels_of(page: Rect, picture: &RgbaImage) -> Result<Pixels, GenerateError> {
    let fits = picture.dimensions() == (page.width(), page.height());
    let pixels = fits.then(|| Pixels::from_rgba8(page, picture.as_raw())).flatten();
    pixels.ok_or_else(|| {
        let (w, h) = picture.dimensions();
        GenerateError::Run(format!(
            "the model made {w}x{h} pixels for a page of {}x{}",
            page.width(),
            page.height()
        ))
    })
}

/// Light to the pixels of `rect`, 16 bits a channel.
fn pixels_of_light(rect: Rect, light: &[Light]) -> Pixels {
    let deep = |px: &Light| -> [u16; 4] {
        let alpha = px[3].clamp(0.0, 1.0);
        if alpha <= 0.0 {
            return [0; 4];
        }
        let a = (alpha * 65_535.0).round();
        let c = |v: f32| (linear_to_srgb((v / px[3]).clamp(0.0, 1.0)) * a).round().min(a) as u16;
        [c(px[0]), c(px[1]), c(px[2]), a as u16]
    };
    let deep: Vec<[u16; 4]> = light.par_iter().map(deep).collect();
    let plane = |c: usize| -> Vec<u16> { deep.iter().map(|px| px[c]).collect() };
    let planes = [plane(0), plane(1), plane(2), plane(3)];
    let mut pixels = Pixels::default();
    pixels.write(rect, planes.each_ref().map(|p| p.as_slice()));
    pixels
}

/// What is seen of `pixels` in `page`, 8 bits a channel, straight alpha.
fn picture_of(pixels: &Pixels, page: Rect) -> RgbaImage {
    let rgba = pixels.to_rgba8(page, crate::document::rgba8::Alpha::Straight);
    RgbaImage::from_raw(page.width(), page.height(), rgba).unwrap_or_default()
}
