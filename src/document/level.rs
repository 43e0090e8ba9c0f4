//! Levels: the scales of an infinite zoom, and where they lie in each other.
//!
//! Level 0 is the innermost; level k + 1 shows the surroundings of level k. Each is a whole layered page in canvas
//! pixels of its own. Where levels are stacked, the finest that has something at a place is the one that is seen.

use super::{Document, LayerId, Layers, Mask};
use crate::geom::{Point, Rect};
use serde::{Deserialize, Serialize};

/// Least factor between neighbours: below it an extension has hardly any room.
pub const MIN_FACTOR: f64 = 1.25;
/// Largest factor between neighbours.
pub const MAX_FACTOR: f64 = 4.0;

/// One scale of the picture: a whole page with its layers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// Layers from the bottom up.
    pub layers: Layers,
    /// The rectangle that is exported, in canvas pixels of this level. Paint may lie outside of it.
    pub page: Rect,
    /// The layer that is painted on.
    pub active: Option<LayerId>,
    /// What edits are confined to; `None` = everything.
    pub selection: Option<Mask>,
    /// How much generation may change, 0 = keep, 65535 = make anew; `None` = nothing is painted, and what is empty or
    /// what a strength for all says decides.
    pub change: Option<Mask>,
    /// Where generation works, if somebody put it there; `None` = by itself. Undo leaves it where it is.
    pub frame: Option<Rect>,
    /// Where this level lies in the next one outward. Of the outermost: where it would lie in the innermost, were
    /// the zoom a ring.
    pub place: Placement,
    /// What is to be seen on it.
    pub words: String,
    /// How it is to look: words that follow [`Level::words`].
    pub style: String,
    /// What its making was decided by; `None` before it was made.
    pub seed: Option<u64>,
    /// How it came to be.
    pub made: Made,
}

/// How a level came to be, with the [`fingerprint`](Document::fingerprint) of the level that it was made from: if that
/// one looks different now, this one may be made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// On its own.
    #[default]
    Alone,
    /// As the surroundings of the level inside it.
    Outward(u64),
    /// As the detail of the level around it.
    Inward(u64),
}

impl Level {
    /// A level without layers.
    pub fn new(page: Rect) -> Self {
        Self { page, ..Self::default() }
    }

    /// Words and style as one prompt.
    pub fn prompt(&self) -> String {
        let parts = [self.words.trim(), self.style.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// Where a level lies in the next one outward: its canvas point `p` is there `p / factor + (x, y)`. Tied to the
/// canvas, not to the page: a page that grows moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// Pixels of this level by pixels of the next, in both directions.
    pub factor: f64,
    /// Where this level's canvas point (0, 0) lies.
    pub x: f64,
    /// See `x`.
    pub y: f64,
}

impl Default for Placement {
    fn default() -> Self {
        Self { factor: 2.0, x: 0.0, y: 0.0 }
    }
}

impl Placement {
    /// The page `inner` in the middle of the page `outer`.
    pub fn centred(inner: Rect, outer: Rect, factor: f64) -> Self {
        let middle = |a: i32, b: i32| (f64::from(a) + f64::from(b)) / 2.0;
        Self {
            factor,
            x: middle(outer.x0, outer.x1) - middle(inner.x0, inner.x1) / factor,
            y: middle(outer.y0, outer.y1) - middle(inner.y0, inner.y1) / factor,
        }
    }

    /// The upper left corner of the page `inner` at `corner` of the next level.
    pub fn with_corner(inner: Rect, corner: Point, factor: f64) -> Self {
        Self {
            factor,
            x: corner.x - f64::from(inner.x0) / factor,
            y: corner.y - f64::from(inner.y0) / factor,
        }
    }

    /// Where a point of this level lies in the next.
    pub fn outward(&self, p: Point) -> Point {
        Point::new(p.x / self.factor + self.x, p.y / self.factor + self.y)
    }

    /// Where a point of the next level lies in this one.
    pub fn inward(&self, p: Point) -> Point {
        Point::new((p.x - self.x) * self.factor, (p.y - self.y) * self.factor)
    }

    /// First this placement, then that of the next level.
    pub fn then(&self, next: &Placement) -> Placement {
        let at = next.outward(Point::new(self.x, self.y));
        Placement { factor: self.factor * next.factor, x: at.x, y: at.y }
    }

    /// Two corners of the page `inner` in the next level.
    pub fn page_outward(&self, inner: Rect) -> [Point; 2] {
        let corners = inner.corners();
        [self.outward(corners[0]), self.outward(corners[2])]
    }

    /// Whether files may hold it.
    pub fn is_sane(&self) -> bool {
        let fits = |v: f64| v.is_finite() && v.abs() <= 1e9;
        (1.0 / 65_536.0..=65_536.0).contains(&self.factor) && fits(self.x) && fits(self.y)
    }
}

/// A sum of two `f64` that do not overlap: twice the digits. A point that is carried far outward would lose its
/// place otherwise: thirty levels of factor 2 leave a millionth of a pixel for a thousand.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct Twin(f64, f64);

impl Twin {
    fn plus(self, v: f64) -> Self {
        // Knuth's two-sum: exact.
        let sum = self.0 + v;
        let part = sum - self.0;
        let lost = (self.0 - (sum - part)) + (v - part);
        Self::tidy(sum, lost + self.1)
    }

    fn times(self, v: f64) -> Self {
        let product = self.0 * v;
        Self::tidy(product, self.0.mul_add(v, -product) + self.1 * v)
    }

    fn over(self, v: f64) -> Self {
        let quotient = self.0 / v;
        let rest = (-quotient).mul_add(v, self.0) + self.1;
        Self::tidy(quotient, rest / v)
    }

    fn tidy(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self(sum, low - (sum - high))
    }
}

/// A point of one of the levels, exact enough to be carried through dozens of them and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelPoint {
    /// Index of the level.
    pub level: usize,
    x: Twin,
    y: Twin,
}

impl LevelPoint {
    /// The canvas point `at` of a level.
    pub fn new(level: usize, at: Point) -> Self {
        Self { level, x: Twin(at.x, 0.0), y: Twin(at.y, 0.0) }
    }

    /// The canvas point, as exact as one level needs it.
    pub fn at(&self) -> Point {
        Point::new(self.x.0, self.y.0)
    }

    /// The same place as a point of level `to`.
    pub fn carried(mut self, levels: &[Level], to: usize) -> Self {
        while self.level < to {
            let place = levels.get(self.level).map_or(Placement::default(), |l| l.place);
            self.x = self.x.over(place.factor).plus(place.x);
            self.y = self.y.over(place.factor).plus(place.y);
            self.level += 1;
        }
        while self.level > to {
            self.level -= 1;
            let place = levels.get(self.level).map_or(Placement::default(), |l| l.place);
            self.x = self.x.plus(-place.x).times(place.factor);
            self.y = self.y.plus(-place.y).times(place.factor);
        }
        self
    }
}

/// Where level `from` lies in level `to`, for `from <= to`: the placements between them as one.
pub fn place_between(levels: &[Level], from: usize, to: usize) -> Placement {
    let between = levels.get(from..to).unwrap_or_default();
    let none = Placement { factor: 1.0, x: 0.0, y: 0.0 };
    between.iter().fold(none, |all, level| all.then(&level.place))
}

impl Document {
    /// A number of what is seen of a level's page, in 8 bits: it changes when the level looks different.
    pub fn fingerprint(&self, level: usize) -> u64 {
        let view = self.at_level(level);
        let rgba = super::composite::flatten_rgba8(&view, view.page, super::rgba8::Alpha::Straight);
        // FNV-1a over words: to notice a change, not to defend against anyone.
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        for word in rgba.chunks(8) {
            let mut bytes = [0; 8];
            bytes[..word.len()].copy_from_slice(word);
            hash = (hash ^ u64::from_le_bytes(bytes)).wrapping_mul(0x100_0000_01B3);
            hash ^= hash >> 29;
        }
        // Also kept as JSON, whose numbers other programs read as `f64`.
        hash >> 11
    }

    /// The document with another level shown: a value, nothing is copied but pointers.
    pub fn at_level(&self, level: usize) -> Document {
        Document { level: level.min(self.levels.len() - 1), ..self.clone() }
    }
}
