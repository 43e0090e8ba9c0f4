//! The box of the transform tool: where the corners of what it holds are, and what pulling them does. Plain geometry.
//!
//! Handles are pulled in the box's own coordinates, in which it is the unit square: so a box that was rotated, skewed
//! or bent scales along its own sides.

use super::super::grip::{self, Grip};
use super::{TransformCommand, TransformState};
use crate::geom::{Point, Projective, Rect, sin_cos_turns};
use crate::paint::transform::Axis;

/// A box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::editor) struct BoxFrame {
    /// What it held at first, canvas pixels.
    pub(super) from: Rect,
    /// Where the corners of that are now, from the top left clockwise.
    pub(super) quad: [Point; 4],
    /// What it turns about.
    pub(super) pivot: Point,
}

const UNIT: [Point; 4] =
    [Point::new(0.0, 0.0), Point::new(1.0, 0.0), Point::new(1.0, 1.0), Point::new(0.0, 1.0)];
/// Least scale of one pull: a box never becomes flat.
const LEAST: f64 = 1e-3;

impl BoxFrame {
    /// Whether it is not where it began.
    pub(super) fn changed(&self) -> bool {
        self.quad != self.from.corners()
    }

    /// Whether it is neither folded, nor flat, nor off every canvas.
    pub(super) fn is_sound(&self) -> bool {
        self.quad.iter().all(|p| p.x.abs() < 1e6 && p.y.abs() < 1e6) && grip::is_convex(&self.quad)
    }

    /// The map from what it held at first.
    pub(super) fn map(&self) -> Option<Projective> {
        let corners = self.from.corners();
        let by = self.quad[0] - corners[0];
        if (1..4).all(|i| corners[i] + by == self.quad[i]) {
            return Some(Projective::translation(by.x, by.y));
        }
        Projective::from_corners(corners, self.quad)
    }

    fn with(&self, map: impl Fn(Point) -> Point) -> Self {
        Self { from: self.from, quad: self.quad.map(&map), pivot: map(self.pivot) }
    }

    /// Moved, by whole pixels: nothing is blurred.
    pub(super) fn moved(&self, by: Point) -> Self {
        let by = Point::new(by.x.round(), by.y.round());
        self.with(|p| p + by)
    }

    /// Turned about the pivot.
    fn rotated(&self, turns: f64) -> Self {
        let (s, c) = sin_cos_turns(turns);
        let pivot = self.pivot;
        self.with(|p| {
            let d = p - pivot;
            pivot + Point::new(c * d.x - s * d.y, s * d.x + c * d.y)
        })
    }

    /// Turned as the pointer goes about the pivot; to multiples of `step_turns`.
    pub(super) fn rotated_between(&self, at: Point, to: Point, step_turns: Option<f64>) -> Self {
        let angle = |p: Point| (p.y - self.pivot.y).atan2(p.x - self.pivot.x) / std::f64::consts::TAU;
        let by = angle(to) - angle(at);
        let now = self.state().turns;
        let by = step_turns.map_or(by, |step| ((now + by) / step).round() * step - now);
        self.rotated(by)
    }

    /// A corner, or both corners of an edge, moved by themselves; `along` keeps an edge on its line.
    pub(super) fn distorted(&self, grip: Grip, by: Point, along: bool) -> Option<Self> {
        let mut out = *self;
        match grip {
            Grip::Corner(i) => out.quad[i] = self.quad[i] + by,
            Grip::Edge(i) => {
                let (a, b) = (self.quad[i], self.quad[(i + 1) % 4]);
                let d = b - a;
                let length2 = (d.x * d.x + d.y * d.y).max(1e-9);
                let by = if along { d * ((by.x * d.x + by.y * d.y) / length2) } else { by };
                out.quad[i] = a + by;
                out.quad[(i + 1) % 4] = b + by;
            }
            Grip::Inside | Grip::Outside => return None,
        }
        out.pivot = self.carried(&out.quad).unwrap_or(self.pivot);
        Some(out)
    }

    /// Where the pivot goes when the corners go to `quad`.
    fn carried(&self, quad: &[Point; 4]) -> Option<Point> {
        let p = Projective::from_corners(self.quad, *quad)?.apply(self.pivot);
        (p.x.is_finite() && p.y.is_finite()).then_some(p)
    }

    /// A handle pulled from `at` to `to`; the other side stays, or the pivot if so wanted. `keep`: width and height by
    /// the same factor.
    pub(super) fn scaled(
        &self,
        grip: Grip,
        at: Point,
        to: Point,
        keep: bool,
        about_pivot: bool,
    ) -> Option<Self> {
        let out = Projective::from_corners(UNIT, self.quad)?;
        let inside = out.inverse()?;
        let [left, top, right, bottom] = grip::sides(grip);
        let along = |lo: bool, hi: bool| {
            if lo {
                0.0
            } else if hi {
                1.0
            } else {
                0.5
            }
        };
        let handle = Point::new(along(left, right), along(top, bottom));
        let anchor = if about_pivot { inside.apply(self.pivot) } else { Point::new(1.0, 1.0) - handle };
        let (from, target) = (handle - anchor, handle + (inside.apply(to) - inside.apply(at)) - anchor);
        let (moves_x, moves_y) = (left || right, top || bottom);
        let ratio = |t: f64, f: f64| if f.abs() < 1e-9 { 1.0 } else { t / f };
        let mut sx = if moves_x { ratio(target.x, from.x) } else { 1.0 };
        let mut sy = if moves_y { ratio(target.y, from.y) } else { 1.0 };
        if keep {
            let s = match (moves_x, moves_y) {
                (true, true) => {
                    // In true lengths: how far the pointer went along the diagonal.
                    let (w, h) = self.lengths();
                    let (fx, fy, tx, ty) = (from.x * w, from.y * h, target.x * w, target.y * h);
                    (fx * tx + fy * ty) / (fx * fx + fy * fy).max(1e-9)
                }
                (true, false) => sx,
                (false, _) => sy,
            };
            (sx, sy) = (s, s);
        }
        self.scaled_by(&out, anchor, sx, sy)
    }

    /// Scaled in its own coordinates about `anchor`.
    fn scaled_by(&self, out: &Projective, anchor: Point, sx: f64, sy: f64) -> Option<Self> {
        let safe = |s: f64| if s.abs() < LEAST { LEAST.copysign(s) } else { s };
        let (sx, sy) = (safe(sx), safe(sy));
        let to = |p: Point| out.apply(anchor + Point::new((p.x - anchor.x) * sx, (p.y - anchor.y) * sy));
        let quad = UNIT.map(to);
        let pivot = self.carried(&quad)?;
        Some(Self { from: self.from, quad, pivot }.settled())
    }

    /// Corners that rounding has put beside whole pixels are put on them, so that they meet pixels.
    fn settled(mut self) -> Self {
        let near = |v: f64| if (v - v.round()).abs() < 1e-7 { v.round() } else { v };
        for p in &mut self.quad {
            *p = Point::new(near(p.x), near(p.y));
        }
        self
    }

    /// Lengths of the top and of the left side.
    fn lengths(&self) -> (f64, f64) {
        (self.quad[0].distance(self.quad[1]), self.quad[0].distance(self.quad[3]))
    }

    /// Where it is, in numbers. Of a flipped box the width is negative.
    pub(super) fn state(&self) -> TransformState {
        let (w, h) = self.lengths();
        let (across, down) = (self.quad[1] - self.quad[0], self.quad[3] - self.quad[0]);
        let flipped = across.x * down.y - across.y * down.x < 0.0;
        let sign = if flipped { -1.0 } else { 1.0 };
        let scale =
            (sign * w / f64::from(self.from.width().max(1)), h / f64::from(self.from.height().max(1)));
        let turns = (across.y * sign).atan2(across.x * sign) / std::f64::consts::TAU;
        let least = |of: fn(&Point) -> f64| self.quad.iter().map(of).fold(f64::INFINITY, f64::min);
        TransformState {
            at: Point::new(least(|p| p.x), least(|p| p.y)),
            scale,
            turns,
            changed: self.changed(),
        }
    }

    /// As the options bar wants it; as it is if that makes no box.
    pub(super) fn told(&self, command: TransformCommand) -> Self {
        let now = self.state();
        let next = match command {
            TransformCommand::MoveTo { x, y } => {
                let by = Point::new(x, y) - now.at;
                Some(self.with(|p| p + by).settled())
            }
            TransformCommand::Scale { width, height } => {
                let out = Projective::from_corners(UNIT, self.quad);
                let pivot = out.and_then(|m| m.inverse()).map(|m| m.apply(self.pivot));
                out.zip(pivot).and_then(|(out, pivot)| {
                    self.scaled_by(&out, pivot, width / now.scale.0, height / now.scale.1)
                })
            }
            TransformCommand::Rotate(turns) => Some(self.rotated(turns - now.turns).settled()),
            TransformCommand::Flip(axis) => {
                let c = self.pivot;
                Some(self.with(|p| match axis {
                    Axis::Horizontal => Point::new(2.0 * c.x - p.x, p.y),
                    Axis::Vertical => Point::new(p.x, 2.0 * c.y - p.y),
                }))
            }
            TransformCommand::Reset => Some(Self::around(self.from)),
        };
        next.filter(Self::is_sound).unwrap_or(*self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: Rect = Rect::new(100, 200, 300, 300);

    fn p(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    #[track_caller]
    fn is(quad: [Point; 4], want: [(f64, f64); 4]) {
        for (got, want) in quad.iter().zip(want) {
            assert!(got.distance(p(want.0, want.1)) < 1e-4, "{quad:?} is not {want:?}");
        }
    }

    #[test]
    fn handles_pull_the_sides_that_they_are_on() {
        let start = BoxFrame::around(FROM);
        // Grip, to where from the handle, keep, about the pivot, and the box that this makes (x0, y0, x1, y1).
        let cases = [
            (Grip::Corner(2), (50.0, 20.0), false, false, (100.0, 200.0, 350.0, 320.0)),
            (Grip::Corner(0), (50.0, 20.0), false, false, (150.0, 220.0, 300.0, 300.0)),
            (Grip::Corner(1), (50.0, 20.0), false, false, (100.0, 220.0, 350.0, 300.0)),
            (Grip::Corner(3), (-50.0, 20.0), false, false, (50.0, 200.0, 300.0, 320.0)),
            (Grip::Edge(0), (7.0, -10.0), false, false, (100.0, 190.0, 300.0, 300.0)),
            (Grip::Edge(1), (30.0, 9.0), false, false, (100.0, 200.0, 330.0, 300.0)),
            (Grip::Edge(2), (30.0, 9.0), false, false, (100.0, 200.0, 300.0, 309.0)),
            (Grip::Edge(3), (30.0, 9.0), false, false, (130.0, 200.0, 300.0, 300.0)),
            (Grip::Corner(2), (100.0, 50.0), true, false, (100.0, 200.0, 400.0, 350.0)),
            // Off the diagonal by a perpendicular: nothing changes.
            (Grip::Corner(2), (50.0, -100.0), true, false, (100.0, 200.0, 300.0, 300.0)),
            (Grip::Edge(1), (100.0, 0.0), true, false, (100.0, 175.0, 400.0, 325.0)),
            (Grip::Corner(2), (50.0, 20.0), false, true, (50.0, 180.0, 350.0, 320.0)),
            (Grip::Edge(2), (0.0, 10.0), false, true, (100.0, 190.0, 300.0, 310.0)),
        ];
        for (grip, by, keep, about, (x0, y0, x1, y1)) in cases {
            let at = p(0.0, 0.0);
            let out = start.scaled(grip, at, p(by.0, by.1), keep, about).unwrap();
            is(out.quad, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]);
        }
    }

    #[test]
    fn a_turned_box_scales_along_its_own_sides() {
        let turned = BoxFrame::around(FROM).rotated(0.25);
        // The right edge now points down.
        let out = turned.scaled(Grip::Edge(1), p(0.0, 0.0), p(13.0, 40.0), false, false).unwrap();
        let state = out.state();
        assert!((state.scale.0 - 1.2).abs() < 1e-6 && (state.scale.1 - 1.0).abs() < 1e-6, "{state:?}");
        assert!((state.turns - 0.25).abs() < 1e-6);
    }

    #[test]
    fn numbers_say_what_was_done() {
        let start = BoxFrame::around(FROM);
        let out = start
            .told(TransformCommand::Scale { width: 1.5, height: 0.5 })
            .told(TransformCommand::Rotate(0.1))
            .told(TransformCommand::MoveTo { x: 10.0, y: -20.0 });
        let state = out.state();
        assert!((state.scale.0 - 1.5).abs() < 1e-6 && (state.scale.1 - 0.5).abs() < 1e-6, "{state:?}");
        assert!((state.turns - 0.1).abs() < 1e-6 && state.at.distance(p(10.0, -20.0)) < 1e-6, "{state:?}");
        let flipped = start.told(TransformCommand::Flip(Axis::Horizontal));
        is(flipped.quad, [(300.0, 200.0), (100.0, 200.0), (100.0, 300.0), (300.0, 300.0)]);
        assert_eq!(flipped.state().scale, (-1.0, 1.0));
        assert_eq!(flipped.told(TransformCommand::Flip(Axis::Horizontal)), start);
        assert_eq!(out.told(TransformCommand::Reset), start);
        // A flat box is refused.
        assert!(start.told(TransformCommand::Scale { width: 0.0, height: 0.0 }).is_sound());
    }

    #[test]
    fn corners_distort_and_edges_skew() {
        let start = BoxFrame::around(FROM);
        let out = start.distorted(Grip::Corner(1), p(20.0, -30.0), false).unwrap();
        is(out.quad, [(100.0, 200.0), (320.0, 170.0), (300.0, 300.0), (100.0, 300.0)]);
        let map = out.map().unwrap();
        is(
            FROM.corners().map(|c| map.apply(c)),
            [(100.0, 200.0), (320.0, 170.0), (300.0, 300.0), (100.0, 300.0)],
        );
        let out = start.distorted(Grip::Edge(0), p(20.0, -30.0), true).unwrap();
        is(out.quad, [(120.0, 200.0), (320.0, 200.0), (300.0, 300.0), (100.0, 300.0)]);
        // Folded over.
        assert!(!start.distorted(Grip::Corner(0), p(500.0, 500.0), false).unwrap().is_sound());
    }

    #[test]
    fn whole_moves_and_snapped_turns_are_exact() {
        let start = BoxFrame::around(FROM);
        assert_eq!(start.moved(p(3.4, -7.6)).map(), Some(Projective::translation(3.0, -8.0)));
        let c = start.pivot;
        let out = start.rotated_between(c + p(100.0, 0.0), c + p(100.0, 27.0), Some(1.0 / 24.0));
        assert!((out.state().turns - 1.0 / 24.0).abs() < 1e-6);
    }
}
