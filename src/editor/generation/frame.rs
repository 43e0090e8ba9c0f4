//! The frame: what the model sees, and beyond which nothing changes.

use super::options::Sees;
use crate::document::Document;
use crate::editor::tool::grip::{self, Grip, Pull};
use crate::generate::region::{context, masks};
use crate::geom::{Point, Rect};

/// How frames snap, canvas pixels.
pub const SNAP_PX: i32 = 64;
/// The same with a modifier held.
pub const FINE_SNAP_PX: i32 = 8;
/// Shortest side of a frame.
pub const MIN_SIDE_PX: i32 = 16;
/// Longest side of a frame.
pub const MAX_SIDE_PX: u32 = 16_384;

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
    /// The frame of a document.
    pub fn of(doc: &Document) -> Self {
        doc.frame.map_or(Frame::Follow, Frame::Fixed)
    }

    /// The rectangle for a document. `native_px` is the side that the model was trained on.
    pub fn rect(&self, doc: &Document, native_px: u32) -> Rect {
        match self {
            Frame::Fixed(rect) => *rect,
            Frame::Follow => {
                let marked = marked(doc).intersect(&doc.page);
                if marked.is_empty() { doc.page } else { around(marked, doc.page, native_px) }
            }
        }
    }
}

/// What is selected or painted on the change mask.
fn marked(doc: &Document) -> Rect {
    let bounds = |mask: &Option<crate::document::Mask>| {
        mask.as_ref().filter(|m| m.background() == [0]).map(|m| m.content_bounds()).unwrap_or_default()
    };
    bounds(&doc.selection).union(&bounds(&doc.change))
}

/// What the model will look at, before it is known how much of the frame is empty: then it sees more.
pub(super) fn view(doc: &Document, frame: Rect, sees: Sees, strength: f32, native_px: u32) -> Rect {
    let within = marked(doc).intersect(&frame);
    match sees {
        Sees::Page => doc.page.union(&frame),
        Sees::Frame => frame,
        Sees::Auto if within.is_empty() || within == frame => frame,
        Sees::Auto => {
            let canvas = (frame.width(), frame.height());
            let local = within.translate(-frame.x0, -frame.y0);
            let strength = if doc.change.is_some() { 1.0 } else { strength };
            let edge = masks::Edge::default();
            let bounds = context::mask_bounds(local, &edge, strength, native_px, canvas);
            let rule = sees.context();
            context::context(bounds, rule, strength, native_px, canvas).translate(frame.x0, frame.y0)
        }
    }
}

/// How a frame is moved or pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Snap {
    /// To multiples of [`SNAP_PX`] from the corner of the page, or to the page's edges.
    #[default]
    Coarse,
    /// The same with [`FINE_SNAP_PX`].
    Fine,
    /// To whole pixels.
    Free,
}

impl Snap {
    /// Its step in canvas pixels.
    pub const fn step_px(self) -> i32 {
        match self {
            Snap::Coarse => SNAP_PX,
            Snap::Fine => FINE_SNAP_PX,
            Snap::Free => 1,
        }
    }
}

/// The frame that dragging `grip` of `start` by `by` makes. [`Grip::Inside`] moves it.
pub fn dragged(start: Rect, grip: Grip, by: Point, snap: Snap, page: Rect) -> Rect {
    let raw = grip::pulled(start, grip, by, &Pull::free(MAX_SIDE_PX));
    let near = |v: i32, origin: i32, also: [i32; 2]| {
        let step = snap.step_px();
        let stepped = origin + (v - origin + step / 2).div_euclid(step) * step;
        let nearer = |a: i32, b: i32| if b.abs_diff(v) < a.abs_diff(v) { b } else { a };
        also.into_iter().fold(stepped, nearer)
    };
    if snap == Snap::Free {
        return at_least(raw, grip);
    }
    if grip == Grip::Inside {
        // Either side may come to lie on an edge of the page.
        let (w, h) = (raw.width() as i32, raw.height() as i32);
        let x = near(raw.x0, page.x0, [page.x0, page.x1 - w]);
        let y = near(raw.y0, page.y0, [page.y0, page.y1 - h]);
        return Rect::from_size(x, y, raw.width(), raw.height());
    }
    let [left, top, right, bottom] = grip::sides(grip);
    let side = |moves: bool, v: i32, origin: i32, end: i32| {
        if moves { near(v, origin, [origin, end]) } else { v }
    };
    let pulled = Rect {
        x0: side(left, raw.x0, page.x0, page.x1),
        y0: side(top, raw.y0, page.y0, page.y1),
        x1: side(right, raw.x1, page.x0, page.x1),
        y1: side(bottom, raw.y1, page.y0, page.y1),
    };
    at_least(pulled, grip)
}

/// With sides of at least [`MIN_SIDE_PX`]; the sides that the grip does not move stay.
fn at_least(frame: Rect, grip: Grip) -> Rect {
    let [left, top, ..] = grip::sides(grip);
    let axis = |a: i32, b: i32, first: bool| {
        if b - a >= MIN_SIDE_PX {
            (a, b)
        } else if first {
            (b - MIN_SIDE_PX, b)
        } else {
            (a, a + MIN_SIDE_PX)
        }
    };
    let ((x0, x1), (y0, y1)) = (axis(frame.x0, frame.x1, left), axis(frame.y0, frame.y1, top));
    Rect { x0, y0, x1, y1 }
}

/// The page as it would be with the next frame of canvas beside it, where `seen` (the part of the canvas in view) looks
/// past an edge: beyond the edge with most empty canvas in view, if that is at least a quarter of the view.
pub fn next_page(page: Rect, seen: Rect, native_px: u32) -> Option<Rect> {
    if seen.is_empty() || seen.intersect(&page).is_empty() {
        return None;
    }
    let deep = (native_px as i32 / 2).max(SNAP_PX);
    let grown = [
        (page.x0 - seen.x0, seen.width(), Rect { x0: page.x0 - deep, ..page }),
        (page.y0 - seen.y0, seen.height(), Rect { y0: page.y0 - deep, ..page }),
        (seen.x1 - page.x1, seen.width(), Rect { x1: page.x1 + deep, ..page }),
        (seen.y1 - page.y1, seen.height(), Rect { y1: page.y1 + deep, ..page }),
    ];
    let part = |(empty, side, _): &(i32, u32, Rect)| f64::from(*empty) / f64::from((*side).max(1));
    let most = grown.into_iter().max_by(|a, b| part(a).total_cmp(&part(b)))?;
    let fits = most.2.width().max(most.2.height()) <= MAX_SIDE_PX;
    (part(&most) >= 0.25 && fits).then_some(most.2)
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
