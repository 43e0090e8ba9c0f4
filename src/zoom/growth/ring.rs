//! The ring: the innermost level is made to hold the outermost in its middle, so that the zoom never ends. With one level
//! it is the classic picture that holds itself: a shrunken copy in the middle, and a ring around it made anew.

use super::outward::shrunk_page;
use super::{Goal, Step, pixels_of, request_for};
use crate::document::composite::flatten_rgba8;
use crate::document::rgba8::Alpha;
use crate::document::{Document, Layer, Placement, edit};
use crate::generate::engine::{Inputs, Job};
use crate::generate::region::context::Context;
use crate::generate::{GenerateError, Request};
use crate::geom::Rect;
use image::{GrayImage, Luma, RgbaImage};
use std::sync::Arc;

/// Width of the ring that is made anew, by the side of the copy or by the room around it, whichever is less: the border
/// of the page has to stay what the next level outward shows.
const RING: f64 = 0.5;

/// Key of the note on the layer that closes the ring.
const RING_NOTE: &str = "scumble-ring";

/// Whether the innermost level holds the outermost.
pub fn is_closed(doc: &Document) -> bool {
    let mut found = false;
    let innermost = doc.levels.first().map_or(&[][..], |level| &level.layers);
    innermost.iter().for_each(|layer| layer.walk(&mut |l| found |= l.notes.contains_key(RING_NOTE)));
    found
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
    Ok(Step { job: Job { request, index: 0, inputs }, goal: Goal::Ring { place, page } })
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

pub(super) fn finish(
    doc: &mut Document,
    place: Placement,
    page: Rect,
    picture: &RgbaImage,
) -> Result<(), GenerateError> {
    let pixels = pixels_of(page, picture)?;
    let shown = doc.level;
    doc.level = 0;
    let mut layer = Layer::raster(doc.next_layer_id(), "Ring", pixels);
    layer.notes.insert(RING_NOTE.into(), "1".into());
    let above = edit::Place::above(doc, None);
    edit::add(doc, layer, above);
    doc.level = shown;
    if let Some(outermost) = doc.levels.last_mut() {
        outermost.place = place;
    }
    Ok(())
}
