//! Results that wait to be taken or left.

use super::notes::{REQUEST_NOTE, note_request};
use crate::color::Rgba;
use crate::document::edit::{self, Place};
use crate::document::{Document, Layer, LayerId, Pixels};
use crate::editor::opened::DocId;
use crate::generate::engine::Mended;
use crate::generate::region::seam::{self, SeamScore};
use crate::generate::{Mask, Picture, Request};
use crate::geom::Rect;
use crate::paint::preset;
use crate::paint::restroke;
use image::{GrayImage, RgbaImage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which candidate; never used twice while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateId(pub u64);

/// A finished picture.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub id: CandidateId,
    /// The document that it is for.
    pub document: DocId,
    /// Index of the level that it is for.
    pub level: usize,
    /// What it was made from; its seed is this picture's own.
    pub request: Request,
    /// Where it lies.
    pub frame: Rect,
    /// What it adds to the canvas: clear where the picture is kept.
    pub pixels: Pixels,
    /// The frame as it looks with it, 8-bit RGBA.
    pub picture: Arc<RgbaImage>,
    /// Which call made it: the pictures of one call bear one number.
    pub batch: u64,
    /// The seam where new meets kept; none if nothing was kept.
    pub seam: Option<SeamScore>,
    /// What came of mending its seam.
    pub mended: Option<Mended>,
    /// Seconds that it took.
    pub secs: f64,
}

/// Key of the note of a kept candidate that holds what is no part of its request.
const FACTS_NOTE: &str = "candidate";

/// What is kept of a candidate beside its pixels and its request.
#[derive(Serialize, Deserialize)]
struct Facts {
    #[serde(default)]
    level: usize,
    frame: Rect,
    batch: u64,
    seam: Option<SeamScore>,
    secs: f64,
}

impl Candidate {
    /// A name for a file of it: its words and its seed.
    pub fn file_name(&self) -> String {
        let fits = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-');
        let words: String = self.request.prompt.chars().filter(fits).take(40).collect();
        let words = if words.trim().is_empty() { "picture" } else { words.trim() };
        format!("{words} {}.png", self.request.seed)
    }

    /// The layer that accepting it adds; its id is not yet the document's.
    pub fn layer(&self) -> Layer {
        let words: String = self.request.prompt.chars().take(40).collect();
        let name = if words.is_empty() { "Generated".into() } else { words };
        let mut layer =
            Layer::raster(LayerId(0), format!("{name} ({})", self.request.seed), self.pixels.clone());
        note_request(&mut layer, &self.request);
        layer
    }

    /// It as a document by itself, to be kept beside the journal: what it adds over the frame as it looks with it.
    pub fn to_document(&self) -> Document {
        let page = self.own_page();
        let mut doc = Document::new(page);
        let picture = Pixels::from_rgba8(page, self.picture.as_raw()).unwrap_or_default();
        let mut added = self.layer();
        let facts = Facts {
            level: self.level,
            frame: self.frame,
            batch: self.batch,
            seam: self.seam,
            secs: self.secs,
        };
        if let Ok(text) = serde_json::to_string(&facts) {
            added.notes.insert(FACTS_NOTE.into(), text);
        }
        // Of an enlarged picture the picture is what counts; what it adds lies beneath.
        added.visible = !self.is_enlarged();
        for mut layer in [Layer::raster(LayerId(0), "As it looks", picture), added] {
            layer.id = doc.next_layer_id();
            edit::add(&mut doc, layer, Place { parent: None, index: usize::MAX });
        }
        doc
    }

    /// Reads what [`Candidate::to_document`] made; `None` if it is something else.
    pub fn from_document(id: CandidateId, document: DocId, doc: &Document) -> Option<Self> {
        let [picture, added] = doc.layers().as_slice() else { return None };
        let request: Request = serde_json::from_str(added.notes.get(REQUEST_NOTE)?).ok()?;
        let Facts { level, frame, batch, seam, secs } =
            serde_json::from_str(added.notes.get(FACTS_NOTE)?).ok()?;
        let page = doc.page;
        if (page.x0, page.y0) != (frame.x0, frame.y0) || page.area() > crate::io::MAX_PIXELS {
            return None;
        }
        let rgba = picture.pixels()?.to_rgba8(page, crate::document::rgba8::Alpha::Straight);
        let picture = Arc::new(RgbaImage::from_raw(page.width(), page.height(), rgba)?);
        let pixels = added.pixels()?.clone();
        Some(Self { id, document, level, request, frame, pixels, picture, batch, seam, mended: None, secs })
    }

    /// Whether its picture has more pixels than its frame.
    pub fn is_enlarged(&self) -> bool {
        self.picture.dimensions() != (self.frame.width(), self.frame.height())
    }

    /// The page of its picture by itself: the frame, or larger.
    pub fn own_page(&self) -> Rect {
        Rect::from_size(self.frame.x0, self.frame.y0, self.picture.width(), self.picture.height())
    }
}

/// What a picture adds to the canvas at `frame`: its colours where `paste` is above 0, fully opaque, because the
/// blend with what was there is already in them; nothing elsewhere, so that what is kept stays as it is.
pub fn pasted(frame: Rect, picture: &RgbaImage, paste: &GrayImage) -> Pixels {
    let mut rgba = picture.as_raw().clone();
    for (px, m) in rgba.chunks_exact_mut(4).zip(paste.as_raw()) {
        px[3] = if *m == 0 { 0 } else { 255 };
        if *m == 0 {
            px[..3].fill(0);
        }
    }
    let mut pixels = Pixels::from_rgba8(frame, &rgba).unwrap_or_default();
    let tiles: Vec<_> = pixels.tiles().map(|(pos, _)| pos).collect();
    pixels.compact(tiles);
    pixels
}

/// The same laid down in strokes of a brush at the canvas' resolution, see [`picture_in_strokes`].
pub fn in_strokes(
    frame: Rect,
    picture: &RgbaImage,
    paste: &GrayImage,
    brush: &str,
    seed: u64,
) -> Option<Pixels> {
    Some(pasted(frame, &picture_in_strokes(frame, picture, paste, brush, seed)?, paste))
}

/// A picture of `frame` in strokes of the brush with that name; `None` if there is no such brush. Where the paste mask is
/// soft, strokes and the picture cross-fade, so that the rim stays as it was made; where it is 0, nothing changes.
pub fn picture_in_strokes(
    frame: Rect,
    picture: &RgbaImage,
    paste: &GrayImage,
    brush: &str,
    seed: u64,
) -> Option<RgbaImage> {
    let brush = preset::built_in().into_iter().find(|b| b.name.eq_ignore_ascii_case(brush))?;
    let settings = restroke::Settings { brush, seed, ..restroke::Settings::default() };
    let painted = restroke::repaint(frame, picture.as_raw(), 1.0, &settings)?;
    let strokes = painted.to_rgba8(frame, crate::document::rgba8::Alpha::Straight);
    let mut mixed = picture.clone();
    for ((px, stroke), m) in mixed.chunks_exact_mut(4).zip(strokes.chunks_exact(4)).zip(paste.as_raw()) {
        // Fully strokes only well inside of what is new.
        let k = f32::from(*m) / 255.0 * f32::from(stroke[3]) / 255.0;
        for c in 0..3 {
            px[c] = (f32::from(px[c]) + (f32::from(stroke[c]) - f32::from(px[c])) * k + 0.5) as u8;
        }
    }
    Some(mixed)
}

/// The seam of a picture; `None` if nothing of it was kept, or all.
pub fn seam_of(picture: &RgbaImage, paste: &GrayImage) -> Option<SeamScore> {
    let (kept, new) = (paste.as_raw().contains(&0), paste.as_raw().iter().any(|v| *v > 0));
    if !kept || !new || picture.dimensions() != paste.dimensions() {
        return None;
    }
    let rgb = image::DynamicImage::ImageRgba8(picture.clone()).to_rgb8();
    let mask = Mask::from_gray8(paste);
    let score = seam::score(&Picture::from_rgb8(&rgb), &mask, 0.0);
    (score.pairs > 0).then_some(score)
}

/// A rough picture in the frame: `preview` covers `rect` of it (pixels of the frame).
pub fn rough(frame: Rect, preview: &Picture, rect: Rect, paste: Option<&GrayImage>) -> Pixels {
    if rect.is_empty() || preview.width == 0 || preview.height == 0 {
        return Pixels::default();
    }
    let (w, h) = (rect.width() as usize, rect.height() as usize);
    let mut rgba = vec![0u8; w * h * 4];
    let (pw, ph) = (preview.width as usize, preview.height as usize);
    for y in 0..h {
        let (y0, y1, ty) = between(y, h, ph);
        for x in 0..w {
            let (fx, fy) = (rect.x0 as u32 + x as u32, rect.y0 as u32 + y as u32);
            let taken =
                paste.filter(|p| fx < p.width() && fy < p.height()).map_or(255, |p| p.get_pixel(fx, fy)[0]);
            if taken == 0 {
                continue;
            }
            let (x0, x1, tx) = between(x, w, pw);
            let at = |x: usize, y: usize, c: usize| preview.data[(y * pw + x) * 3 + c];
            let out = &mut rgba[(y * w + x) * 4..][..4];
            for (c, out) in out[..3].iter_mut().enumerate() {
                let top = at(x0, y0, c) + (at(x1, y0, c) - at(x0, y0, c)) * tx;
                let bottom = at(x0, y1, c) + (at(x1, y1, c) - at(x0, y1, c)) * tx;
                *out = ((top + (bottom - top) * ty).clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            }
            out[3] = taken;
        }
    }
    Pixels::from_rgba8(rect.translate(frame.x0, frame.y0), &rgba).unwrap_or_default()
}

/// For pixel `i` of `n`: the two of `m` around it and the way between them.
fn between(i: usize, n: usize, m: usize) -> (usize, usize, f32) {
    let at = ((i as f32 + 0.5) * m as f32 / n as f32 - 0.5).clamp(0.0, (m - 1) as f32);
    let low = at.floor() as usize;
    (low, (low + 1).min(m - 1), at - low as f32)
}

/// A colour that a veil of the change mask has.
pub const VEIL: Rgba = Rgba::rgb(0.93, 0.2, 0.55);
