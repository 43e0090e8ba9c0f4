//! The camera: a path through the levels, at constant apparent speed.
//!
//! What the camera sees is measured by the logarithm of its width in pixels of one and the same level (*depth*): equal
//! steps of depth look like equal motion. At each level's own depth the frame shows that level's page, as much of it as
//! the frame's shape allows; between them the middle of the view moves so that it is a smooth function of the width:
//! over centred levels it rests, over levels that lie aside it glides without a corner.

use crate::document::{Document, Level};
use crate::geom::{Point, Rect};
use serde::{Deserialize, Serialize};

/// What the camera sees at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The level whose pixels the numbers are in. In a ring of n levels, level n is level 0 once more.
    pub level: i64,
    /// Canvas point in the middle of the frame.
    pub centre: Point,
    /// Pixels of the level across the frame.
    pub span_px: f64,
    /// How far the camera is turned clockwise, 1 = 360°.
    pub turns: f64,
}

/// Which way the camera goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the innermost level to the widest view.
    #[default]
    Out,
    /// From the widest view to the innermost level.
    In,
    /// Out and back again.
    Both,
}

/// How the camera goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Travel {
    /// Which way.
    pub direction: Direction,
    /// Seconds from one level to the next.
    pub seconds_per_level: f64,
    /// Seconds that starting and stopping take; 0 = at full speed from the first frame on. There and back it turns
    /// within half a second at least.
    pub ease_s: f64,
    /// Seconds of rest at the ends.
    pub hold_s: f64,
    /// How far the camera turns from one level to the next, 1 = 360°.
    pub turns_per_level: f64,
    /// The last frame leads into the first. Out or in, the levels are then a ring: the innermost holds the outermost
    /// where [`Level::place`](crate::document::Level::place) of that says.
    pub looped: bool,
    /// Frames a second.
    pub fps: u32,
}

impl Default for Travel {
    fn default() -> Self {
        Self {
            direction: Direction::Out,
            seconds_per_level: 1.0,
            ease_s: 0.0,
            hold_s: 0.0,
            turns_per_level: 0.0,
            looped: false,
            fps: 30,
        }
    }
}

impl Travel {
    /// Whether the levels are a ring.
    pub fn is_ring(&self) -> bool {
        self.looped && self.direction != Direction::Both
    }
}

/// A level's own depth, and what the camera does there.
#[derive(Clone, Copy, Debug)]
struct Knot {
    level: i64,
    depth: f64,
    /// The middle of the level's view, in its own pixels.
    centre: Point,
    /// Pixels of the level across its view.
    span: f64,
    /// How far the middle moves for each pixel by which the view grows: the same in the pixels of every level.
    slope: Point,
}

/// The path of a camera.
#[derive(Clone, Debug)]
pub struct Camera {
    travel: Travel,
    levels: Vec<Level>,
    knots: Vec<Knot>,
}

/// The largest rectangle of the frame's shape in the middle of `page`: its middle and its width. For a camera that
/// turns: in whatever direction.
fn fit(page: Rect, aspect: f64, turning: bool) -> (Point, f64) {
    let (w, h) = (f64::from(page.width()), f64::from(page.height()));
    let centre = Point::new(f64::from(page.x0) + w / 2.0, f64::from(page.y0) + h / 2.0);
    if turning {
        // The frame's diagonal has to fit.
        return (centre, w.min(h) / (1.0 + 1.0 / (aspect * aspect)).sqrt());
    }
    (centre, w.min(h * aspect))
}

impl Camera {
    /// The path through the levels of `doc` for frames of `size` pixels.
    pub fn new(doc: &Document, travel: &Travel, size: (u32, u32)) -> Self {
        let aspect = f64::from(size.0.max(1)) / f64::from(size.1.max(1));
        // Only geometry is asked of these.
        let light = |l: &Level| Level { place: l.place, ..Level::new(l.page) };
        let levels: Vec<Level> = doc.levels.iter().map(light).collect();
        let n = levels.len() as i64;
        let turning = travel.turns_per_level != 0.0;
        let count = if travel.is_ring() { n + 1 } else { n };
        let mut knots: Vec<Knot> = Vec::new();
        let mut log_factor = 0.0;
        for level in 0..count {
            let (centre, span) = fit(levels[level.rem_euclid(n) as usize].page, aspect, turning);
            if level > 0 {
                log_factor += levels[(level - 1).rem_euclid(n) as usize].place.factor.ln();
            }
            let depth = span.ln() + log_factor;
            // A level that shows no more than the one inside it is no stop.
            if knots.last().is_none_or(|last| depth > last.depth + 0.01) || level == n {
                knots.push(Knot { level, depth, centre, span, slope: Point::default() });
            }
        }
        let mut camera = Self { travel: travel.clone(), levels, knots };
        camera.set_slopes();
        camera
    }

    /// The point of one level in the pixels of another.
    fn carry(&self, p: Point, from: i64, to: i64) -> Point {
        let place = |k: i64| self.levels[k.rem_euclid(self.levels.len() as i64) as usize].place;
        let out = (from..to).fold(p, |p, k| place(k).outward(p));
        (to..from).rev().fold(out, |p, k| place(k).inward(p))
    }

    fn factor(&self, from: i64, to: i64) -> f64 {
        let place = |k: i64| self.levels[k.rem_euclid(self.levels.len() as i64) as usize].place;
        (from..to).map(|k| place(k).factor).product()
    }

    /// How the middle moves between two knots, if straight.
    fn straight(&self, a: &Knot, b: &Knot) -> Point {
        let target = self.carry(b.centre, b.level, a.level);
        let span = b.span * self.factor(a.level, b.level);
        (target - a.centre) * (1.0 / (span - a.span))
    }

    fn set_slopes(&mut self) {
        let pairs: Vec<Point> = self.knots.windows(2).map(|w| self.straight(&w[0], &w[1])).collect();
        let ring = self.travel.is_ring();
        // Where both sides go the same way, the lesser of the two: the view then stays within the wider page.
        let gentle = |a: f64, b: f64| if a * b <= 0.0 { 0.0 } else { a.signum() * a.abs().min(b.abs()) };
        for i in 0..self.knots.len() {
            let before = if i > 0 { pairs.get(i - 1) } else { pairs.last().filter(|_| ring) };
            let after = pairs.get(i).or_else(|| pairs.first().filter(|_| ring));
            self.knots[i].slope = match (before, after) {
                (Some(a), Some(b)) => Point::new(gentle(a.x, b.x), gentle(a.y, b.y)),
                (Some(only), None) | (None, Some(only)) => *only,
                (None, None) => Point::default(),
            };
        }
    }

    /// Depth of the first and of the last level.
    pub fn depths(&self) -> (f64, f64) {
        let ends = (self.knots.first(), self.knots.last());
        ends.0.zip(ends.1).map_or((0.0, 0.0), |(a, b)| (a.depth, b.depth))
    }

    /// The depth of a level, counted from the innermost.
    pub fn depth_of(&self, level: usize) -> Option<f64> {
        self.knots.iter().find(|k| k.level == level as i64).map(|k| k.depth)
    }

    /// What is seen at a depth.
    pub fn at_depth(&self, depth: f64) -> View {
        let (first, last) = self.depths();
        let depth = depth.clamp(first, last);
        let next = self.knots.iter().position(|k| k.depth >= depth).unwrap_or(self.knots.len() - 1);
        let turns = self.turns_at(depth);
        let (a, b) = (self.knots[next.saturating_sub(1)], self.knots[next]);
        if next == 0 || b.depth <= a.depth {
            return View { level: b.level, centre: b.centre, span_px: b.span, turns };
        }
        let span = a.span * (depth - a.depth).exp();
        let end = b.span * self.factor(a.level, b.level);
        // Hermite's cubic over the width of the view.
        let length = end - a.span;
        let t = (span - a.span) / length;
        let target = self.carry(b.centre, b.level, a.level);
        let (t2, t3) = (t * t, t * t * t);
        let centre = a.centre * (2.0 * t3 - 3.0 * t2 + 1.0)
            + a.slope * ((t3 - 2.0 * t2 + t) * length)
            + target * (3.0 * t2 - 2.0 * t3)
            + b.slope * ((t3 - t2) * length);
        View { level: a.level, centre, span_px: span, turns }
    }

    fn turns_at(&self, depth: f64) -> f64 {
        if self.travel.turns_per_level == 0.0 {
            return 0.0;
        }
        let (first, last) = self.depths();
        let levels = (self.knots.len() - 1).max(1) as f64;
        let mut turns = self.travel.turns_per_level * levels;
        if self.travel.is_ring() {
            // The last frame has to lead into the first.
            turns = turns.round();
        }
        turns * (last - depth) / (last - first).max(1e-9)
    }

    /// Seconds from one end to the other, without rest.
    fn leg_s(&self) -> f64 {
        self.travel.seconds_per_level.max(1e-3) * (self.knots.len() as f64 - 1.0)
    }

    /// Seconds of the whole path.
    pub fn seconds(&self) -> f64 {
        let t = &self.travel;
        if t.is_ring() {
            return self.leg_s();
        }
        match t.direction {
            Direction::Out | Direction::In => self.leg_s() + 2.0 * t.hold_s,
            Direction::Both => 2.0 * (self.leg_s() + t.hold_s) + if t.looped { 0.0 } else { t.hold_s },
        }
    }

    /// Frames of the whole path; at least one.
    pub fn frames(&self) -> u32 {
        (self.seconds() * f64::from(self.travel.fps.max(1))).round().clamp(1.0, 1e8) as u32
    }

    /// What frame `index` shows.
    pub fn view(&self, index: u32) -> View {
        let frames = self.frames();
        // A loop's last frame is the one before its first; any other path ends where it ends.
        let steps = if self.travel.looped { frames } else { (frames - 1).max(1) };
        let t = f64::from(index.min(frames - 1)) / f64::from(steps) * self.seconds();
        let (first, last) = self.depths();
        self.at_depth(first + (last - first) * self.progress(t))
    }

    /// How far out the camera is `t` seconds after the start, 0..=1.
    fn progress(&self, t: f64) -> f64 {
        let (leg, hold) = (self.leg_s(), self.travel.hold_s.max(0.0));
        if self.travel.is_ring() {
            let way = t / leg.max(1e-9);
            return if self.travel.direction == Direction::In { 1.0 - way } else { way };
        }
        match self.travel.direction {
            Direction::Out => eased(t - hold, leg, self.travel.ease_s),
            Direction::In => 1.0 - eased(t - hold, leg, self.travel.ease_s),
            Direction::Both => {
                let ease = self.travel.ease_s.max(0.5);
                let there = eased(t - hold, leg, ease);
                there - eased(t - leg - 2.0 * hold, leg, ease)
            }
        }
    }
}

/// How far of a way of `length_s` seconds one is at `t`, 0..=1, when starting and stopping take `ease_s` each. Speed is
/// smooth.
fn eased(t: f64, length_s: f64, ease_s: f64) -> f64 {
    if t <= 0.0 || length_s <= 0.0 {
        return 0.0;
    }
    if t >= length_s {
        return 1.0;
    }
    let ease = ease_s.clamp(0.0, length_s / 2.0);
    let speed = 1.0 / (length_s - ease);
    // The integral of a smooth step over the start.
    let start = |t: f64| {
        let u = t / ease;
        speed * ease * u * u * u * (1.0 - u / 2.0)
    };
    if t < ease {
        start(t)
    } else if t > length_s - ease {
        1.0 - start(length_s - t)
    } else {
        speed * (t - ease / 2.0)
    }
}
