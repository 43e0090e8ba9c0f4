//! How much of the picture the model looks at, and at which size. Paddings and safe sizes are krita-ai-diffusion's
//! defaults, in proportion to the model's native size.

use serde::{Deserialize, Serialize};

use super::masks::{Edge, diagonal, unit};
use crate::geom::Rect;

/// What the model looks at when only a part is to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The selection and surroundings in proportion, at least the model's own square.
    #[default]
    Auto,
    /// The selection with its transition and little more: most detail, least knowledge of the whole.
    Selection,
    /// The whole picture.
    Whole,
}

/// The selection with its transition and some padding, inside a canvas of `(width, height)`: at least half the
/// model's native side (256 px at 512), a multiple of 16, moved rather than cut at the canvas edge.
pub fn mask_bounds(selection: Rect, edge: &Edge, strength: f32, native_px: u32, canvas: (u32, u32)) -> Rect {
    let (d, unit) = (diagonal(&selection), unit(native_px));
    let transition =
        ((edge.feather * strength * d) as i32).max((edge.min_transition_px * strength * unit).round() as i32);
    let grow = (edge.grow_px * unit).round().max(1.0) as i32;
    let pad = transition + grow + (edge.padding * d) as i32;
    fit(selection.grow(pad), native_px / 2, 16, canvas)
}

/// The surroundings that the model sees at full strength, from [`mask_bounds`]: padded by the larger of 1/16 of
/// the canvas and half the selection, on the long side down to half of that so that it gets squarer; at least the
/// model's native square, a multiple of 8, inside the canvas.
pub fn surroundings(bounds: Rect, native_px: u32, canvas: (u32, u32)) -> Rect {
    let longest = canvas.0.max(canvas.1) as i32;
    let (w, h) = (bounds.width() as i32, bounds.height() as i32);
    let pad = (longest / 16).max((w + h) / 4);
    let along = |long: i32, short: i32| (pad - (long - short).max(0) / 2).max(pad / 2);
    let (px, py) = (along(w, h), along(h, w));
    let grown = Rect::new(bounds.x0 - px, bounds.y0 - py, bounds.x1 + px, bounds.y1 + py);
    fit(grown, native_px, 8, canvas)
}

/// The context for a selection: by `rule`, and at less than full strength only the selection's bounds (what is
/// there leads the model then).
pub fn context(bounds: Rect, rule: Context, strength: f32, native_px: u32, canvas: (u32, u32)) -> Rect {
    match rule {
        Context::Whole => Rect::from_size(0, 0, canvas.0, canvas.1),
        Context::Selection => bounds,
        Context::Auto if strength < 1.0 => bounds,
        Context::Auto => surroundings(bounds, native_px, canvas),
    }
}

/// Grows a context until at least a third of it lies outside `hole`: with less to go by the model does not
/// continue the picture. Stops at the whole canvas.
pub fn with_known_third(mut context: Rect, hole: Rect, canvas: (u32, u32)) -> Rect {
    let whole = Rect::from_size(0, 0, canvas.0, canvas.1);
    while context != whole {
        let known = context.area() - context.intersect(&hole).area();
        if known * 3 >= context.area() {
            break;
        }
        let step = (context.width().max(context.height()) / 8).max(8) as i32;
        context = context.grow(step).intersect(&whole);
    }
    context
}

/// Sides at least `min` and a multiple of `multiple`, around the same centre, then moved into the canvas; cut only
/// where the canvas itself is smaller.
pub fn fit(rect: Rect, min: u32, multiple: u32, canvas: (u32, u32)) -> Rect {
    let axis = |a: i32, b: i32, size: u32| {
        let length = ((b - a).max(0) as u32).max(min).next_multiple_of(multiple.max(1)).min(size) as i32;
        let start = (a + (b - a - length).div_euclid(2)).clamp(0, size as i32 - length);
        (start, start + length)
    };
    let ((x0, x1), (y0, y1)) = (axis(rect.x0, rect.x1, canvas.0), axis(rect.y0, rect.y1, canvas.1));
    Rect::new(x0, y0, x1, y1)
}

/// Moves the edges outward to multiples of `multiple` in world coordinates (the canvas' corner lies at `origin`),
/// as far as the canvas goes: overlapping frames then cut the world into the same latent pixels.
pub fn align(rect: Rect, origin: (i64, i64), multiple: u32, canvas: (u32, u32)) -> Rect {
    let m = i64::from(multiple.max(1));
    let down = |v: i32, o: i64| ((i64::from(v) + o).div_euclid(m) * m - o) as i32;
    let up = |v: i32, o: i64| (-((-(i64::from(v) + o)).div_euclid(m)) * m - o) as i32;
    Rect::new(down(rect.x0, origin.0), down(rect.y0, origin.1), up(rect.x1, origin.0), up(rect.y1, origin.1))
        .intersect(&Rect::from_size(0, 0, canvas.0, canvas.1))
}

/// The size at which a context goes through the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelSize {
    /// Model pixels per canvas pixel, the same both ways: nothing is stretched.
    pub scale: f64,
    /// Width in model pixels; where `scale` is not 1 a multiple of what the model needs, the surplus at the right
    /// and bottom repeats the border.
    pub width: u32,
    /// Height in model pixels.
    pub height: u32,
}

/// Sizes that a model handles well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafeRange {
    /// Shortest good side.
    pub min_side: f64,
    /// Longest good side.
    pub max_side: f64,
    /// Fewest pixels.
    pub min_px: f64,
    /// Most pixels.
    pub max_px: f64,
}

/// The range around a native side: 512..768 px and 512^2..512*768 pixels at 512 (Stable Diffusion 1), 640..1280 and
/// 800^2..1024^2 at 1024 (SDXL), in proportion for others.
pub fn safe_range(native_px: u32) -> SafeRange {
    let n = f64::from(native_px.max(1));
    let [min_side, max_side, min_px, max_px] = if native_px < 1024 {
        [1.0, 1.5, 1.0, 1.5]
    } else {
        [0.625, 1.25, (800.0 / 1024.0) * (800.0 / 1024.0), 1.0]
    };
    SafeRange {
        min_side: min_side * n,
        max_side: max_side * n,
        min_px: min_px * n * n,
        max_px: max_px * n * n,
    }
}

/// Plans the first pass over a context of `width` by `height`: as it is where the model can take it, shrunk where
/// it is clearly too large (the second pass brings the detail), enlarged where both sides are too small.
pub fn model_size(width: u32, height: u32, native_px: u32, multiple_px: u32) -> ModelSize {
    let range = safe_range(native_px);
    let (w, h) = (f64::from(width), f64::from(height));
    let max_scale = (range.max_px / (w * h)).sqrt();
    let min_scale = (range.min_px / (w * h)).sqrt();
    if max_scale < 0.9 && w.max(h) > range.max_side {
        at_scale(width, height, max_scale, multiple_px)
    } else if w.max(h) < range.min_side {
        // A long strip is not enlarged to the full number of pixels: its long side would be out of bounds.
        at_scale(width, height, min_scale.min(range.max_side / w.max(h)), multiple_px)
    } else {
        ModelSize { scale: 1.0, width, height }
    }
}

/// Most pixels of a second pass: more than the model's square (structure is there already), but not without bound.
pub fn second_pass_px(native_px: u32) -> f64 {
    (16.0 * f64::from(native_px).powi(2)).min(6.0e6)
}

/// Plans the second pass over `width` by `height` canvas pixels: 1:1 if at most [`second_pass_px`].
pub fn second_size(width: u32, height: u32, native_px: u32, multiple_px: u32) -> ModelSize {
    let scale = (second_pass_px(native_px) / (f64::from(width) * f64::from(height))).sqrt();
    if scale < 1.0 {
        at_scale(width, height, scale, multiple_px)
    } else {
        ModelSize { scale: 1.0, width, height }
    }
}

fn at_scale(width: u32, height: u32, scale: f64, multiple_px: u32) -> ModelSize {
    let side =
        |v: u32| ((f64::from(v) * scale - 1e-6).ceil().max(1.0) as u32).next_multiple_of(multiple_px.max(1));
    ModelSize { scale, width: side(width), height: side(height) }
}
