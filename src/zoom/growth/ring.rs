//! The ring: the innermost level is made to hold the outermost in its middle, so that the zoom never ends. With one level
//! it is the classic picture that holds itself: a shrunken copy in the middle, and a ring around it made anew.

use super::outward::shrunk_page;
use super::{Goal, Step, request_for};
use crate::document::composite::flatten_rgba8;
use crate::document::edit::{self, Place};
use crate::document::rgba8::Alpha;
use crate::document::{Document, Layer, Pixels, Placement};
use crate::generate::engine::{Inputs, Job};
use crate::generate::region::context::Context;
use crate::generate::{GenerateError, Request, metadata};
use crate::geom::Rect;
use image::{GrayImage, Luma, RgbaImage};
use std::sync::Arc;

/// Width of the ring that is made anew, by the side of the copy or by the room around it, whichever is less: the border
/// of the page has to stay what the next level outward shows.
const RING: f64 = 0.5;

/// Key of the note on the layer that closes the ring: it says where the outermost page lies.
const RING_NOTE: &str = "scumble-ring";

/// Whether the innermost level holds the outermost. It does no longer when another level became the innermost or the
/// outermost, or when the layer that closes the ring is gone.
pub fn is_closed(doc: &Document) -> bool {
    let place = doc.levels.last().map(|level| level.place).unwrap_or_default();
    let here = |note: &str| match serde_json::from_str::<Placement>(note) {
        Ok(noted) => near(&noted, &place),
        // Of a file that does not say where.
        Err(_) => place != Placement::default(),
    };
    let mut found = false;
    let innermost = doc.levels.first().map_or(&[][..], |level| &level.layers);
    innermost.iter().for_each(|layer| {
        layer.walk(&mut |l| found |= l.visible && l.notes.get(RING_NOTE).is_some_and(|note| here(note)));
    });
    found
}

fn near(a: &Placement, b: &Placement) -> bool {
    [(a.factor, b.factor), (a.x, b.x), (a.y, b.y)]
        .iter()
        .all(|(a, b)| (a - b).abs() <= 1e-6 * (1.0 + a.abs()))
}

/// Plans the closing: the outermost page, shrunk by `factor`, in the middle of the innermost.
///
/// # Errors
/// [`GenerateError::Request`].
pub fn close_ring(doc: &Document, factor: f64, base: &Request) -> Result<Step, GenerateError> {
    let inner = doc.at_level(0);
    let outermost = doc.levels.len() - 1;
    let page = inner.page;
    // The copy's width by that of the page it is put on, whatever the sizes of both.
    let ratio = f64::from(doc.levels[outermost].page.width()) / f64::from(page.width());
    let place = Placement::centred(doc.levels[outermost].page, page, factor * ratio);
    let (copy, rect) = shrunk_page(doc, outermost, &place);
    if rect.is_empty() || !page.contains_rect(&rect) {
        return Err(GenerateError::Request("the pages have shapes that do not fit into each other".into()));
    }
    let rgba = flatten_rgba8(&inner, page, Alpha::Straight);
    let mut init = RgbaImage::from_raw(page.width(), page.height(), rgba).unwrap_or_default();
    let small = super::picture_of(&copy, rect);
    let (x0, y0) = ((rect.x0 - page.x0) as u32, (rect.y0 - page.y0) as u32);
    for (x, y, px) in small.enumerate_pixels() {
        init.put_pixel(x0 + x, y0 + y, *px);
    }
    let mask = GrayImage::from_fn(page.width(), page.height(), |x, y| {
        Luma([ring_at(rect, page, page.x0 + x as i32, page.y0 + y as i32)])
    });
    let request = Request { context: Context::Auto, ..request_for(base, page, 1.0) };
    let inputs = Inputs { init: Some(Arc::new(init)), mask: Some(Arc::new(mask)), ..Inputs::default() };
    let ring = Ring { place, page, copy, outer: doc.levels[outermost].page, levels: doc.levels.len() };
    Ok(Step { job: Job { request, index: 0, inputs }, goal: Goal::Ring(ring) })
}

/// A ring that is being closed.
#[derive(Clone, Debug)]
pub struct Ring {
    /// Where the outermost level is to lie in the innermost.
    place: Placement,
    /// The innermost page.
    page: Rect,
    /// The outermost page, shrunk.
    copy: Pixels,
    /// The outermost page and the number of levels.
    outer: Rect,
    levels: usize,
}

impl Ring {
    /// The page on which the model paints.
    pub fn page(&self) -> Rect {
        self.page
    }

    /// The shrunk picture of the outermost level, on that page.
    pub fn copy(&self) -> &Pixels {
        &self.copy
    }

    /// Lays `pixels` over the innermost level: the copy and what leads over to it, with the note of the request that made
    /// it. Returns whether the levels are still those that it was planned for; otherwise nothing is done.
    pub fn lay(&self, doc: &mut Document, pixels: Pixels, request: String) -> bool {
        let pages = (doc.levels.first().map(|l| l.page), doc.levels.last().map(|l| l.page));
        if doc.levels.len() != self.levels || pages != (Some(self.page), Some(self.outer)) {
            return false;
        }
        let shown = doc.level;
        doc.level = 0;
        let mut layer = Layer::raster(doc.next_layer_id(), "Ring", pixels);
        let note = serde_json::to_string(&self.place).unwrap_or_else(|_| "1".into());
        layer.notes.insert(RING_NOTE.into(), note);
        layer.notes.insert(metadata::REQUEST_NOTE.into(), request);
        edit::add(doc, layer, Place { parent: None, index: usize::MAX });
        doc.level = shown;
        if let Some(outermost) = doc.levels.last_mut() {
            outermost.place = self.place;
        }
        true
    }
}

/// How much may change at a pixel: nothing in the copy, all right outside of it, ever less outward.
fn ring_at(copy: Rect, page: Rect, x: i32, y: i32) -> u8 {
    if copy.contains(x, y) {
        return 0;
    }
    let outside = |v: i32, low: i32, high: i32| f64::from((low - v).max(v - high + 1).max(0));
    let (dx, dy) = (outside(x, copy.x0, copy.x1), outside(y, copy.y0, copy.y1));
    let room = (copy.x0 - page.x0).min(copy.y0 - page.y0).max(1);
    let width = f64::from(copy.width().min(copy.height())).min(f64::from(room)) * RING;
    let away = (dx * dx + dy * dy).sqrt() / width;
    // Full over the first half of the ring.
    ((2.0 - 2.0 * away).clamp(0.0, 1.0) * 255.0) as u8
}
