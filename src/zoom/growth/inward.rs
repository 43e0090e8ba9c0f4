//! Inward: detail for a part of the innermost level.

use super::{Blank, Goal, Step, picture_of, request_for};
use crate::document::Document;
use crate::document::level::{MAX_FACTOR, MIN_FACTOR};
use crate::generate::engine::{Inputs, Job};
use crate::generate::{GenerateError, Request};
use crate::geom::Rect;
use std::sync::Arc;

/// How much of an enlarged part is made anew, unless something else is asked for: enough to sharpen, too little to
/// invent another picture.
pub const DEPTH_STRENGTH: f32 = 0.4;

/// The part of `page` around `wanted` that a page of the same size can be the detail of: of the page's shape, inside it,
/// at most a [`MAX_FACTOR`]th and at least a [`MIN_FACTOR`]th as wide.
pub fn part_of(page: Rect, wanted: Rect) -> Rect {
    let (w, h) = (f64::from(page.width()), f64::from(page.height()));
    let share = (f64::from(wanted.width()) / w).max(f64::from(wanted.height()) / h);
    let share = share.clamp(1.0 / MAX_FACTOR, 1.0 / MIN_FACTOR);
    let (w, h) = ((w * share).round().max(1.0) as i32, (h * share).round().max(1.0) as i32);
    let at = |a: i32, b: i32, size: i32, low: i32, high: i32| {
        ((i64::from(a) + i64::from(b) - i64::from(size)).div_euclid(2) as i32).clamp(low, high - size)
    };
    let x = at(wanted.x0, wanted.x1, w, page.x0, page.x1);
    let y = at(wanted.y0, wanted.y1, h, page.y0, page.y1);
    Rect::new(x, y, x + w, y + h)
}

/// Plans a level inside the innermost one, see [`Blank::inward`], repainted with the strength of `base`.
///
/// # Errors
/// [`GenerateError::Request`].
pub fn deeper(doc: &Document, wanted: Rect, base: &Request) -> Result<Step, GenerateError> {
    let blank = Blank::inward(doc, wanted)?;
    let init = Arc::new(picture_of(blank.pixels(), blank.page));
    let request = request_for(base, blank.page, base.strength);
    let job = Job { request, index: 0, inputs: Inputs { init: Some(init), ..Inputs::default() } };
    Ok(Step { job, goal: Goal::Inward { blank: Box::new(blank) } })
}
