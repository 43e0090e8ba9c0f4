//! The frame: what the model sees, and beyond which nothing changes.

use crate::document::Document;
use crate::geom::Rect;

/// How frames snap, canvas pixels.
pub const SNAP_PX: i32 = 64;
/// The same with a modifier held.
pub const FINE_SNAP_PX: i32 = 8;
/// Shortest side of a frame.
pub const MIN_SIDE_PX: i32 = 16;

/// Where the frame lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Frame {
    /// It follows the selection with its surroundings, or the change mask, or else the page.
    #[default]
    Follow,
    /// It stays where it was put.
    Fixed(Rect),
}

impl Frame {
    /// The rectangle for a document. `native_px` is the side that the model was trained on.
    pub fn rect(&self, doc: &Document, native_px: u32) -> Rect {
        match self {
            Frame::Fixed(rect) => *rect,
            Frame::Follow => {
                let bounds = |mask: &Option<crate::document::Mask>| {
                    mask.as_ref()
                        .filter(|m| m.background() == [0])
                        .map(|m| m.content_bounds())
                        .unwrap_or_default()
                };
                let marked = bounds(&doc.selection).union(&bounds(&doc.change)).intersect(&doc.page);
                if marked.is_empty() { doc.page } else { around(marked, doc.page, native_px) }
            }
        }
    }
}

/// What is marked with surroundings for the model to go by: half its size on every side, at least the model's own
/// square, inside the page and on multiples of 8.
fn around(marked: Rect, page: Rect, native_px: u32) -> Rect {
    let pad = ((marked.width() + marked.height()) / 4).max(32) as i32;
    let axis = |a: i32, b: i32, lo: i32, hi: i32| {
        let length = (b - a + 2 * pad).max(native_px as i32).min(hi - lo);
        let start = (a + b - length) / 2;
        let start = start.clamp(lo, hi - length);
        (start.div_euclid(8) * 8, start + length)
    };
    let (x0, x1) = axis(marked.x0, marked.x1, page.x0, page.x1);
    let (y0, y1) = axis(marked.y0, marked.y1, page.y0, page.y1);
    Rect::new(x0.max(page.x0), y0.max(page.y0), x1, y1)
}

/// Moves the edges to the nearest multiples of `step` (1 = free), keeping at least [`MIN_SIDE_PX`].
pub fn snapped(rect: Rect, step: i32) -> Rect {
    let near = |v: i32| (v + step / 2).div_euclid(step) * step;
    let (x0, y0) = (near(rect.x0), near(rect.y0));
    let least = MIN_SIDE_PX.max(step);
    Rect::new(x0, y0, near(rect.x1).max(x0 + least), near(rect.y1).max(y0 + least))
}

/// The frames that fill `new` where it reaches beyond `old`, in the order in which they are to be made: each holds at
/// least a third of what is known when its turn comes, and neighbours overlap. First left and right of the old rows,
/// then above and below over the whole width.
pub fn extension(old: Rect, new: Rect, native_px: u32) -> Vec<Rect> {
    let new = new.union(&old);
    let wide = Rect { x0: new.x0, x1: new.x1, ..old };
    let mut frames = Vec::new();
    // Of a side `depth` deep: strips from the edge outward, each as deep as what it leans on allows.
    let strips = |depth: i32, known: i32| {
        let step = known.max(native_px as i32).min(2 * native_px as i32 + known / 2).min(2 * known.max(8));
        let n = ((depth + step - 1) / step).max(1);
        (0..n).map(move |i| (depth * i / n, depth * (i + 1) / n))
    };
    let lean = |deep: i32| (deep / 2).max(native_px as i32 / 4).max(16);
    let mut along = |from: i32, to: i32, across: (i32, i32), upright: bool| {
        // Frames along the side are about as long as they are deep, and overlap by a third.
        let deep = across.1 - across.0;
        let length = (to - from).min((deep * 3 / 2).max(native_px as i32));
        let n = if length >= to - from {
            1
        } else {
            ((to - from - length) * 3 + 2 * length - 1) / (2 * length) + 1
        };
        for i in 0..n {
            let start = if n == 1 { from } else { from + (to - from - length) * i / (n - 1) };
            frames.push(if upright {
                Rect::new(across.0, start, across.1, start + length)
            } else {
                Rect::new(start, across.0, start + length, across.1)
            });
        }
    };
    let known_x = old.width() as i32;
    for (a, b) in strips(old.x0 - new.x0, known_x).filter(|(a, b)| b > a) {
        let edge = old.x0 - a;
        along(old.y0, old.y1, (old.x0 - b, (edge + lean(b - a)).min(old.x1)), true);
    }
    for (a, b) in strips(new.x1 - old.x1, known_x).filter(|(a, b)| b > a) {
        let edge = old.x1 + a;
        along(old.y0, old.y1, ((edge - lean(b - a)).max(wide.x0), old.x1 + b), true);
    }
    let known_y = old.height() as i32;
    for (a, b) in strips(old.y0 - new.y0, known_y).filter(|(a, b)| b > a) {
        let edge = old.y0 - a;
        along(wide.x0, wide.x1, (old.y0 - b, (edge + lean(b - a)).min(old.y1)), false);
    }
    for (a, b) in strips(new.y1 - old.y1, known_y).filter(|(a, b)| b > a) {
        let edge = old.y1 + a;
        along(wide.x0, wide.x1, ((edge - lean(b - a)).max(new.y0), old.y1 + b), false);
    }
    frames
}
