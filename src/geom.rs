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
