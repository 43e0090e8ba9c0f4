//! Outward: the surroundings of a level, and what follows when it changes.

use super::{Blank, Goal, Step, picture_of, pixels_of_light, request_for};
use crate::document::{Damage, Document, Pixels, Placement, Slot, edit, levels};
use crate::generate::engine::{Inputs, Job};
use crate::generate::region::context::Context;
use crate::generate::{GenerateError, Request};
use crate::geom::{Point, Rect};
use crate::zoom::frame::FEATHER;
use crate::zoom::pyramid::Pyramid;
use std::sync::Arc;

/// The page of a level as it is seen on the next one outward, where `place` puts it: the whole pixels that it covers,
/// and where they lie. Filtered as frames are.
pub fn shrunk_page(doc: &Document, level: usize, place: &Placement) -> (Pixels, Rect) {
    let view = doc.at_level(level);
    let page = view.page;
    let [a, b] = place.page_outward(page);
    // A pixel that the page covers in part would be half transparent: it belongs to the surroundings.
    let near = 1e-6;
    let rect = Rect::new(
        (a.x - near).ceil() as i32,
        (a.y - near).ceil() as i32,
        (b.x + near).floor() as i32,
        (b.y + near).floor() as i32,
    );
    if rect.is_empty() {
        return (Pixels::default(), rect);
    }
    let pyramid = Pyramid::new(&view);
    let corner = place.inward(Point::new(f64::from(rect.x0), f64::from(rect.y0)));
    let corner = corner - Point::new(f64::from(page.x0), f64::from(page.y0));
    let size = (rect.width() as usize, rect.height() as usize);
    let light = pyramid.resampled(corner, place.factor, size).unwrap_or_default();
    (pixels_of_light(rect, &light), rect)
}

/// The shrunk picture of a level as it lies on the next one outward: without its rim, so that what is made around it
/// begins inside it. A model's pictures are at their weakest along their border, and frames melt there from level to
/// level over the same width.
pub fn trimmed_page(doc: &Document, level: usize, place: &Placement) -> (Pixels, Rect) {
    let (pixels, rect) = shrunk_page(doc, level, place);
    let rim = |side: u32| (f64::from(side) * FEATHER).round() as i32;
    let (x, y) = (rim(rect.width()), rim(rect.height()));
    let kept = Rect::new(rect.x0 + x, rect.y0 + y, rect.x1 - x, rect.y1 - y);
    if rect.is_empty() || kept.is_empty() {
        return (pixels, rect);
    }
    let planes = pixels.read(kept);
    let mut trimmed = Pixels::default();
    trimmed.write(kept, planes.each_ref().map(|p| p.as_slice()));
    (trimmed, rect)
}

/// Plans the level around the outermost one, see [`Blank::outward`].
///
/// # Errors
/// [`GenerateError::Request`].
pub fn outward(
    doc: &Document,
    factor: f64,
    corner: Option<Point>,
    base: &Request,
) -> Result<Step, GenerateError> {
    let blank = Blank::outward(doc, factor, corner)?;
    let request = Request { context: Context::Whole, ..request_for(base, blank.page, 1.0) };
    let init = Arc::new(picture_of(blank.pixels(), blank.page));
    let job = Job { request, index: 0, inputs: Inputs { init: Some(init), ..Inputs::default() } };
    Ok(Step { job, goal: Goal::Outward { blank: Box::new(blank) } })
}

/// Shrunk pictures that are no longer what their levels look like: in which level, of which layer, and what it is to be.
pub type Copies = Vec<(usize, crate::document::LayerId, Pixels)>;

/// The shrunk pictures that change when `level` has changed: its copy in the next one outward, the copy of that one in
/// the next, and so on, for as long as something changes. Nothing is generated.
pub fn stale_copies(doc: &Document, level: usize) -> Copies {
    let mut doc = doc.clone();
    let mut out = Copies::new();
    for outer in level + 1..doc.levels.len() {
        let Some(id) = levels::inner_copy(&doc.levels[outer]) else { break };
        let place = doc.levels[outer - 1].place;
        let (pixels, _) = trimmed_page(&doc, outer - 1, &place);
        let mut same = false;
        for layer in &doc.levels[outer].layers {
            layer.walk(&mut |layer| {
                same |= layer.id == id && layer.pixels().is_some_and(|old| equal(old, &pixels));
            });
        }
        if same {
            break;
        }
        levels::set_layer_pixels(&mut doc, outer, id, pixels.clone());
        out.push((outer, id, pixels));
    }
    out
}

/// Lays the shrunk pictures anew that depend on `level`, see [`stale_copies`]. Returns the levels that changed.
pub fn refresh_copies(doc: &mut Document, level: usize) -> (Vec<usize>, Damage) {
    let copies = stale_copies(doc, level);
    let changed = copies.iter().map(|copy| copy.0).collect();
    let damage = edit::with_damage(doc, |doc| {
        for (outer, id, pixels) in copies {
            levels::set_layer_pixels(doc, outer, id, pixels);
        }
    });
    (changed, damage)
}

/// Whether two planes hold the same values, shared or not.
fn equal(a: &Pixels, b: &Pixels) -> bool {
    let mut same = true;
    a.diff(b, |pos| {
        let (x, y): (&Slot<4>, &Slot<4>) = (a.slot(pos), b.slot(pos));
        same = same
            && (0..crate::document::TILE as usize * crate::document::TILE as usize)
                .all(|i| x.get(i) == y.get(i));
    });
    same
}

/// Most pixels of [`surroundings`].
const MAX_AROUND_PX: f64 = 16.0 * 1024.0 * 1024.0;

/// What the next level outward shows around the page of `level`, in pixels of that level, and where it lies. Empty where
/// there is no such level. As much of it as a view needs before that level takes over.
pub fn surroundings(doc: &Document, level: usize) -> (Pixels, Rect) {
    let (Some(own), Some(outer)) = (doc.levels.get(level), doc.levels.get(level + 1)) else {
        return (Pixels::default(), Rect::default());
    };
    let (place, page) = (own.place, own.page);
    let [a, b] = {
        let corners = outer.page.corners();
        [place.inward(corners[0]), place.inward(corners[2])]
    };
    let whole = Rect::around(&[a, b]);
    let too_many = (whole.area() as f64 / MAX_AROUND_PX).sqrt();
    let reach = |side: u32| (f64::from(side) * 1.2) as i32;
    let rect = if too_many > 1.0 {
        let near = Rect::new(
            page.x0 - reach(page.width()),
            page.y0 - reach(page.height()),
            page.x1 + reach(page.width()),
            page.y1 + reach(page.height()),
        );
        near.intersect(&whole)
    } else {
        whole
    };
    if rect.is_empty() {
        return (Pixels::default(), Rect::default());
    }
    let corner = place.outward(Point::new(f64::from(rect.x0), f64::from(rect.y0)));
    let corner = corner - Point::new(f64::from(outer.page.x0), f64::from(outer.page.y0));
    let pyramid = Pyramid::new(&doc.at_level(level + 1));
    let size = (rect.width() as usize, rect.height() as usize);
    let light = pyramid.resampled(corner, 1.0 / place.factor, size).unwrap_or_default();
    let mut pixels = pixels_of_light(rect, &light);
    // Empty places of the page are empty.
    pixels.fill_rect(page.intersect(&rect), [0; 4]);
    (pixels, rect)
}
