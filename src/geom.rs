//! Points and rectangles. Canvas coordinates are whole pixels, x to the right, y down, unbounded in every
//! direction (negative too).

use serde::{Deserialize, Serialize};

/// A half-open rectangle of whole pixels: columns `x0..x1`, rows `y0..y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Rect {
    /// First column.
    pub x0: i32,
    /// First row.
    pub y0: i32,
    /// One past the last column.
    pub x1: i32,
    /// One past the last row.
    pub y1: i32,
}

impl Rect {
    /// The rectangle with corners `(x0, y0)` (inside) and `(x1, y1)` (outside).
    pub const fn new(x0: i32, y0: i32, x1: i32, y1: i32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    /// The rectangle at `(x, y)` of `width` by `height` pixels.
    pub const fn from_size(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x0: x, y0: y, x1: x + width as i32, y1: y + height as i32 }
    }

    /// Width in pixels, 0 when empty.
    pub const fn width(&self) -> u32 {
        if self.x1 > self.x0 { (self.x1 - self.x0) as u32 } else { 0 }
    }

    /// Height in pixels, 0 when empty.
    pub const fn height(&self) -> u32 {
        if self.y1 > self.y0 { (self.y1 - self.y0) as u32 } else { 0 }
    }

    /// Whether it holds no pixel.
    pub const fn is_empty(&self) -> bool {
        self.x1 <= self.x0 || self.y1 <= self.y0
    }

    /// Number of pixels.
    pub const fn area(&self) -> u64 {
        self.width() as u64 * self.height() as u64
    }

    /// Whether the pixel `(x, y)` lies inside.
    pub const fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.x0 && x < self.x1 && y >= self.y0 && y < self.y1
    }

    /// The common part (possibly empty).
    pub fn intersect(&self, other: &Rect) -> Rect {
        Rect::new(self.x0.max(other.x0), self.y0.max(other.y0), self.x1.min(other.x1), self.y1.min(other.y1))
    }

    /// The smallest rectangle that holds both; an empty one adds nothing.
    pub fn union(&self, other: &Rect) -> Rect {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Rect::new(self.x0.min(other.x0), self.y0.min(other.y0), self.x1.max(other.x1), self.y1.max(other.y1))
    }

    /// Grown by `by` pixels on every side (shrunk when negative).
    pub const fn grow(&self, by: i32) -> Rect {
        Rect::new(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)
    }

    /// Moved by `(dx, dy)`.
    pub const fn translate(&self, dx: i32, dy: i32) -> Rect {
        Rect::new(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)
    }
}

/// A point of the canvas in pixels; pixel `(x, y)` is the square from `(x, y)` to `(x + 1, y + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// The point `(x, y)`.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The point `t` of the way to `other` (`t` 0..=1 stays between them).
    pub fn lerp(self, other: Point, t: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }

    /// Distance in pixels. (A square root of a sum, not `hypot`: that one differs between C libraries.)
    pub fn distance(self, other: Point) -> f64 {
        let d = self - other;
        (d.x * d.x + d.y * d.y).sqrt()
    }

    /// Length of the vector from the origin.
    pub fn length(self) -> f64 {
        self.distance(Point::default())
    }
}

impl std::ops::Add for Point {
    type Output = Point;
    fn add(self, o: Point) -> Point {
        Point::new(self.x + o.x, self.y + o.y)
    }
}

impl std::ops::Sub for Point {
    type Output = Point;
    fn sub(self, o: Point) -> Point {
        Point::new(self.x - o.x, self.y - o.y)
    }
}

impl std::ops::Mul<f64> for Point {
    type Output = Point;
    fn mul(self, k: f64) -> Point {
        Point::new(self.x * k, self.y * k)
    }
}

impl Rect {
    /// The smallest whole-pixel rectangle that holds every point (empty without points). Coordinates that no
    /// canvas reaches are clamped, so that foreign numbers cannot overflow.
    pub fn around(points: &[Point]) -> Rect {
        let Some(first) = points.first() else { return Rect::default() };
        let (mut lo, mut hi) = (*first, *first);
        for p in points {
            lo = Point::new(lo.x.min(p.x), lo.y.min(p.y));
            hi = Point::new(hi.x.max(p.x), hi.y.max(p.y));
        }
        let whole = |v: f64| v.clamp(-1e9, 1e9) as i32;
        Rect::new(whole(lo.x.floor()), whole(lo.y.floor()), whole(hi.x.ceil()), whole(hi.y.ceil()))
    }

    /// The four corners, clockwise from the top left.
    pub fn corners(&self) -> [Point; 4] {
        let (x0, y0) = (f64::from(self.x0), f64::from(self.y0));
        let (x1, y1) = (f64::from(self.x1), f64::from(self.y1));
        [Point::new(x0, y0), Point::new(x1, y0), Point::new(x1, y1), Point::new(x0, y1)]
    }

    /// Whether `other` lies wholly inside (an empty one always does).
    pub fn contains_rect(&self, other: &Rect) -> bool {
        other.is_empty() || self.intersect(other) == *other
    }
}

/// Sine and cosine of an angle in turns (1 = 360°), by polynomial: the same bits on every platform, which the
/// C library's functions do not promise and exact stroke hashes need. Error below 1e-7.
pub fn sin_cos_turns(turns: f64) -> (f64, f64) {
    let t = turns - turns.round();
    let quarter = (t * 4.0).round();
    let r = (t - quarter * 0.25) * std::f64::consts::TAU; // within ±π/4
    let r2 = r * r;
    let s = r * (1.0 - r2 / 6.0 * (1.0 - r2 / 20.0 * (1.0 - r2 / 42.0 * (1.0 - r2 / 72.0))));
    let c = 1.0 - r2 / 2.0 * (1.0 - r2 / 12.0 * (1.0 - r2 / 30.0 * (1.0 - r2 / 56.0 * (1.0 - r2 / 90.0))));
    match quarter as i32 {
        0 => (s, c),
        1 => (c, -s),
        -1 => (-c, s),
        _ => (-s, -c),
    }
}

/// A plane projective map (affine maps included): rows of the 3×3 matrix that acts on `(x, y, 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projective {
    /// Row-major coefficients.
    pub m: [f64; 9],
}

impl Projective {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self { m: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0] };

    /// `x' = a x + c y + e`, `y' = b x + d y + f`.
    pub const fn affine(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Self {
        Self { m: [a, c, e, b, d, f, 0.0, 0.0, 1.0] }
    }

    /// Moves by `(dx, dy)` pixels.
    pub const fn translation(dx: f64, dy: f64) -> Self {
        Self::affine(1.0, 0.0, 0.0, 1.0, dx, dy)
    }

    /// Scales about `center`.
    pub fn scaling(sx: f64, sy: f64, center: Point) -> Self {
        Self::affine(sx, 0.0, 0.0, sy, center.x - sx * center.x, center.y - sy * center.y)
    }

    /// Rotates clockwise (y points down) about `center` by `turns` (1 = 360°).
    pub fn rotation(turns: f64, center: Point) -> Self {
        let (s, c) = sin_cos_turns(turns);
        Self::translation(-center.x, -center.y)
            .then(&Self::affine(c, s, -s, c, 0.0, 0.0))
            .then(&Self::translation(center.x, center.y))
    }

    /// First this map, then `next`.
    pub fn then(&self, next: &Self) -> Self {
        let mut m = [0.0; 9];
        for r in 0..3 {
            for c in 0..3 {
                m[r * 3 + c] = (0..3).map(|k| next.m[r * 3 + k] * self.m[k * 3 + c]).sum();
            }
        }
        Self { m }
    }

    /// Where `p` goes. Points on the horizon go to infinity.
    pub fn apply(&self, p: Point) -> Point {
        let m = &self.m;
        let w = m[6] * p.x + m[7] * p.y + m[8];
        Point::new((m[0] * p.x + m[1] * p.y + m[2]) / w, (m[3] * p.x + m[4] * p.y + m[5]) / w)
    }

    /// The map back, or `None` when this one flattens the plane.
    pub fn inverse(&self) -> Option<Self> {
        let m = &self.m;
        let c = |a: usize, b: usize, d: usize, e: usize| m[a] * m[e] - m[b] * m[d];
        let adj = [
            c(4, 5, 7, 8),
            -c(1, 2, 7, 8),
            c(1, 2, 4, 5),
            -c(3, 5, 6, 8),
            c(0, 2, 6, 8),
            -c(0, 2, 3, 5),
            c(3, 4, 6, 7),
            -c(0, 1, 6, 7),
            c(0, 1, 3, 4),
        ];
        let det = m[0] * adj[0] + m[1] * adj[3] + m[2] * adj[6];
        (det.is_finite() && det.abs() > 1e-12).then(|| Self { m: adj.map(|v| v / det) })
    }

    /// The map that takes the corners `from` to the corners `to` (both in the same order), or `None` when three
    /// corners of either lie on a line.
    pub fn from_corners(from: [Point; 4], to: [Point; 4]) -> Option<Self> {
        Some(Self::from_unit_square(from)?.inverse()?.then(&Self::from_unit_square(to)?))
    }

    /// The unit square (0,0) (1,0) (1,1) (0,1) to `q`: Heckbert 1989, "Fundamentals of texture mapping".
    fn from_unit_square(q: [Point; 4]) -> Option<Self> {
        let s = q[0] - q[1] + (q[2] - q[3]);
        let (d1, d2) = (q[1] - q[2], q[3] - q[2]);
        let det = d1.x * d2.y - d2.x * d1.y;
        if det.abs() < 1e-12 {
            return None;
        }
        let g = (s.x * d2.y - d2.x * s.y) / det;
        let h = (d1.x * s.y - s.x * d1.y) / det;
        let m = [
            q[1].x - q[0].x + g * q[1].x,
            q[3].x - q[0].x + h * q[3].x,
            q[0].x,
            q[1].y - q[0].y + g * q[1].y,
            q[3].y - q[0].y + h * q[3].y,
            q[0].y,
            g,
            h,
            1.0,
        ];
        Some(Self { m })
    }

    /// The whole-pixel rectangle that the image of `rect` lies in. `None` when a corner is at or behind the
    /// horizon, where the image is unbounded.
    pub fn bounds(&self, rect: &Rect) -> Option<Rect> {
        let m = &self.m;
        let corners = rect.corners();
        if corners.iter().any(|p| m[6] * p.x + m[7] * p.y + m[8] < 1e-6) {
            return None;
        }
        Some(Rect::around(&corners.map(|p| self.apply(p))))
    }
}
