//! The geometry of boxes that are dragged: where their handles are, which one a point is on, and what pulling one
//! makes of a frame of whole pixels. Knows no tool: the page, crops and what extends the page share it.

use crate::geom::{Point, Rect};

/// A part of a box. Corners and edges count clockwise from the top left, edge `i` runs from corner `i` to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// A corner, 0..4.
    Corner(usize),
    /// An edge, 0..4: top, right, bottom, left.
    Edge(usize),
    /// Inside, off all handles.
    Inside,
    /// Outside, off all handles.
    Outside,
}

/// The middles of the edges.
pub fn middles(corners: &[Point; 4]) -> [Point; 4] {
    std::array::from_fn(|i| corners[i].lerp(corners[(i + 1) % 4], 0.5))
}

/// Which part of a box is at `at`. Corners win over edges, and an edge can be taken anywhere within `reach` of it; a
/// box that is too small for that can still be taken inside.
pub fn hit(corners: &[Point; 4], at: Point, reach: f64) -> Grip {
    let side = (0..4).map(|i| corners[i].distance(corners[(i + 1) % 4])).fold(f64::INFINITY, f64::min);
    let inside = contains(corners, at);
    // Within a small box, handles leave the middle third free.
    let reach = if inside { reach.min(side / 3.0) } else { reach };
    let nearest = (0..4).min_by(|&a, &b| corners[a].distance(at).total_cmp(&corners[b].distance(at)));
    if let Some(i) = nearest
        && corners[i].distance(at) <= reach
    {
        return Grip::Corner(i);
    }
    let to_edge = |i: usize| distance_to_segment(at, corners[i], corners[(i + 1) % 4]);
    let nearest = (0..4).min_by(|&a, &b| to_edge(a).total_cmp(&to_edge(b)));
    if let Some(i) = nearest
        && to_edge(i) <= reach
    {
        return Grip::Edge(i);
    }
    if inside { Grip::Inside } else { Grip::Outside }
}

/// Whether the point lies in a convex quadrilateral, whichever way round its corners go.
pub fn contains(corners: &[Point; 4], at: Point) -> bool {
    let side = |i: usize| cross(corners[(i + 1) % 4] - corners[i], at - corners[i]);
    (0..4).all(|i| side(i) >= 0.0) || (0..4).all(|i| side(i) <= 0.0)
}

/// Whether the four points are the corners of a box that is neither folded nor flat.
pub fn is_convex(corners: &[Point; 4]) -> bool {
    let turn =
        |i: usize| cross(corners[(i + 1) % 4] - corners[i], corners[(i + 2) % 4] - corners[(i + 1) % 4]);
    (0..4).all(|i| turn(i) > 1e-3) || (0..4).all(|i| turn(i) < -1e-3)
}

/// The point where a segment from `a` to `b` is nearest.
fn distance_to_segment(p: Point, a: Point, b: Point) -> f64 {
    let d = b - a;
    let length2 = d.x * d.x + d.y * d.y;
    if length2 < 1e-12 {
        return p.distance(a);
    }
    let t = ((p - a).x * d.x + (p - a).y * d.y) / length2;
    p.distance(a.lerp(b, t.clamp(0.0, 1.0)))
}

fn cross(a: Point, b: Point) -> f64 {
    a.x * b.y - a.y * b.x
}

/// The direction out of a box at a grip, in turns (0 = right, 0.25 = down); `None` off the handles.
pub fn outward(corners: &[Point; 4], grip: Grip) -> Option<f64> {
    let middle = corners[0].lerp(corners[2], 0.5);
    let from = match grip {
        Grip::Corner(i) => corners[i],
        Grip::Edge(i) => middles(corners)[i],
        Grip::Inside | Grip::Outside => return None,
    };
    let d = from - middle;
    Some(d.y.atan2(d.x) / std::f64::consts::TAU)
}

/// Which sides move with a grip: left, top, right, bottom.
pub fn sides(grip: Grip) -> [bool; 4] {
    match grip {
        Grip::Corner(i) => [i == 0 || i == 3, i < 2, i == 1 || i == 2, i > 1],
        Grip::Edge(i) => [i == 3, i == 0, i == 1, i == 2],
        Grip::Inside => [true; 4],
        Grip::Outside => [false; 4],
    }
}

/// An offset in whole pixels.
pub fn whole(by: Point) -> (i32, i32) {
    let round = |v: f64| v.clamp(-1e8, 1e8).round() as i32;
    (round(by.x), round(by.y))
}

/// How a frame of whole pixels may be pulled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pull {
    /// Width by height that is kept.
    pub aspect: Option<f64>,
    /// The opposite side moves too, so that the middle stays.
    pub centred: bool,
    /// Sides that move land on multiples of this, from `origin`.
    pub step_px: i32,
    /// Where steps count from.
    pub origin: (i32, i32),
    /// The longest side.
    pub max_px: u32,
}

impl Pull {
    /// Freely.
    pub const fn free(max_px: u32) -> Self {
        Self { aspect: None, centred: false, step_px: 1, origin: (0, 0), max_px }
    }

    fn step(&self, v: f64, origin: i32) -> i32 {
        let step = f64::from(self.step_px.max(1));
        let origin = f64::from(origin);
        (((v - origin) / step).round() * step + origin).clamp(-1e8, 1e8) as i32
    }
}

/// The frame that pulling `grip` of `start` by `by` makes: never empty, never folded. The side or corner opposite the
/// grip stays, or the middle if it is so wanted.
pub fn pulled(start: Rect, grip: Grip, by: Point, how: &Pull) -> Rect {
    if grip == Grip::Outside {
        return start;
    }
    let at = |v: i32, d: f64| f64::from(v) + d;
    if grip == Grip::Inside {
        let (x, y) = (how.step(at(start.x0, by.x), how.origin.0), how.step(at(start.y0, by.y), how.origin.1));
        return Rect::from_size(x, y, start.width(), start.height());
    }
    let [left, top, right, bottom] = sides(grip);
    let (x0, x1) = axis((start.x0, start.x1), (left, right), by.x, how.origin.0, how);
    let (y0, y1) = axis((start.y0, start.y1), (top, bottom), by.y, how.origin.1, how);
    let pulled = Rect::new(x0, y0, x1, y1);
    match how.aspect {
        Some(aspect) if aspect.is_finite() && aspect > 0.0 => kept(start, pulled, grip, aspect, how),
        _ => pulled,
    }
}

/// One axis: `moves` says which of the two sides the grip takes.
fn axis((a, b): (i32, i32), moves: (bool, bool), by: f64, origin: i32, how: &Pull) -> (i32, i32) {
    let max = how.max_px.max(1) as i32;
    let (mut lo, mut hi) = (a, b);
    if moves.0 {
        lo = how.step(f64::from(a) + by, origin);
        if how.centred {
            hi = b + (a - lo);
        }
        lo = lo.min(if how.centred { (a + b - 1).div_euclid(2) } else { hi - 1 });
    } else if moves.1 {
        hi = how.step(f64::from(b) + by, origin);
        if how.centred {
            lo = a + (b - hi);
        }
        hi = hi.max(if how.centred { (a + b).div_euclid(2) + 1 } else { lo + 1 });
    }
    if how.centred && (moves.0 || moves.1) {
        // After the limit on one side, the other follows.
        if moves.0 { hi = a + b - lo } else { lo = a + b - hi }
    }
    if hi - lo > max {
        if moves.0 { lo = hi - max } else { hi = lo + max }
    }
    (lo, hi)
}

/// `pulled` with the aspect kept: the axis that was pulled farther decides; at an edge the other axis grows about its
/// middle.
fn kept(start: Rect, pulled: Rect, grip: Grip, aspect: f64, how: &Pull) -> Rect {
    let (w, h) = (f64::from(pulled.width()), f64::from(pulled.height()));
    let wide = match grip {
        Grip::Edge(i) => i % 2 == 1,
        Grip::Corner(_) | Grip::Inside | Grip::Outside => w / aspect >= h,
    };
    let max = f64::from(how.max_px.max(1));
    let (mut w, mut h) = if wide { (w, w / aspect) } else { (h * aspect, h) };
    let over = (w / max).max(h / max).max(1.0);
    (w, h) = ((w / over).round().max(1.0), (h / over).round().max(1.0));
    let (w, h) = (w as i32, h as i32);
    let [left, top, right, bottom] = sides(grip);
    let place = |(a, b): (i32, i32), size: i32, lo: bool, hi: bool| match (how.centred || (!lo && !hi), lo) {
        (true, _) => {
            let from = (a + b - size).div_euclid(2);
            (from, from + size)
        }
        (false, true) => (b - size, b),
        (false, false) => (a, a + size),
    };
    let (x0, x1) = place((start.x0, start.x1), w, left, right);
    let (y0, y1) = place((start.y0, start.y1), h, top, bottom);
    Rect::new(x0, y0, x1, y1)
}

/// The direction from `from` to `to` turned to the nearest multiple of `step_turns`, with the length kept.
pub fn snapped(from: Point, to: Point, step_turns: f64) -> Point {
    let d = to - from;
    let turns = d.y.atan2(d.x) / std::f64::consts::TAU;
    let (s, c) = crate::geom::sin_cos_turns((turns / step_turns).round() * step_turns);
    from + Point::new(c, s) * d.length()
}

/// The corner opposite `a` of the box that is dragged from `a` to `b`: a square (of the longer side) if so wanted.
pub fn squared(a: Point, b: Point, square: bool) -> Point {
    if !square {
        return b;
    }
    let d = b - a;
    let side = d.x.abs().max(d.y.abs());
    a + Point::new(side.copysign(d.x), side.copysign(d.y))
}
