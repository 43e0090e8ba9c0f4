//! Selections: coverage 0..=65535, soft edges allowed, and what is done with them.

use super::dilation::dilate;
use super::polygon::{self, Rule};
use super::soften;
use super::tile::{ONE, TilePos};
use super::tilemap::{Mask, Slot, TileMap};
use crate::geom::{Point, Rect, sin_cos_turns};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a new selection meets the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// The new one alone.
    #[default]
    Replace,
    /// What either has: the greater coverage.
    Add,
    /// The old one without the new one: `min(old, 1 - new)`.
    Subtract,
    /// What both have: the lesser coverage.
    Intersect,
}

impl Combine {
    fn of(self, old: u16, new: u16) -> u16 {
        match self {
            Self::Replace => new,
            Self::Add => old.max(new),
            Self::Subtract => old.min(ONE - new),
            Self::Intersect => old.min(new),
        }
    }
}

/// Whole pixels of a rectangle.
pub fn rect(rect: Rect) -> Mask {
    let mut mask = Mask::default();
    mask.fill_rect(rect, [ONE]);
    mask
}

/// The ellipse that touches the sides of the rectangle with corners `a` and `b`, antialiased.
pub fn ellipse(a: Point, b: Point) -> Mask {
    polygon::fill(&[ellipse_outline(a, b)], Rule::NonZero, true)
}

/// The outline of that ellipse, in straight pieces that are off by less than a hundredth of a pixel.
pub fn ellipse_outline(a: Point, b: Point) -> Vec<Point> {
    let center = a.lerp(b, 0.5);
    let (rx, ry) = ((b.x - a.x).abs() / 2.0, (b.y - a.y).abs() / 2.0);
    // A chord over an angle of 2π/n misses the arc by r (π/n)²/2.
    let n = ((rx.max(ry) * 500.0).sqrt().ceil() as usize).clamp(16, 4096);
    (0..n)
        .map(|i| {
            let (s, c) = sin_cos_turns(i as f64 / n as f64);
            Point::new(center.x + rx * c, center.y + ry * s)
        })
        .collect()
}

/// The inside of a closed outline (lasso, polygon), antialiased; where it crosses itself, both lobes.
pub fn lasso(points: &[Point]) -> Mask {
    polygon::fill(&[points.to_vec()], Rule::NonZero, true)
}

/// `old` and `new` combined.
pub fn combine(old: Option<&Mask>, new: &Mask, how: Combine) -> Mask {
    let everything = Mask::new([ONE]);
    let old = match (old, how) {
        (_, Combine::Replace) => return new.clone(),
        (Some(old), _) => old,
        // No selection means that everything is selected, but adding to it must start with nothing.
        (None, Combine::Add) => return new.clone(),
        (None, Combine::Subtract | Combine::Intersect) => &everything,
    };
    let background = how.of(old.background()[0], new.background()[0]);
    let tiles: BTreeSet<TilePos> = old.tiles().chain(new.tiles()).map(|(pos, _)| pos).collect();
    let positions: Vec<TilePos> = tiles.into_iter().collect();
    let mut out = Mask::new([background]);
    out.edit_slots(&positions, |pos, slot| {
        let (a, b) = (old.slot(pos), new.slot(pos));
        if let (Slot::Solid([a]), Slot::Solid([b])) = (a, b) {
            *slot = Slot::Solid([how.of(*a, *b)]);
            return;
        }
        let tile = slot.make_mut();
        for (i, v) in tile.planes[0].iter_mut().enumerate() {
            *v = how.of(a.get(i)[0], b.get(i)[0]);
        }
    });
    out.compact(positions);
    out
}

/// `1 - coverage`, everywhere on the unbounded canvas.
pub fn invert(mask: &Mask) -> Mask {
    let positions: Vec<_> = mask.tiles().map(|(pos, _)| pos).collect();
    let mut out = Mask::new([ONE - mask.background()[0]]);
    out.edit_slots(&positions, |pos, slot| {
        *slot = match mask.slot(pos) {
            Slot::Solid([v]) => Slot::Solid([ONE - v]),
            Slot::Pixels(tile) => {
                let mut tile = (**tile).clone();
                tile.planes[0].iter_mut().for_each(|v| *v = ONE - *v);
                Slot::from_tile(tile)
            }
        };
    });
    out
}

/// Runs `f` on the flat coverage of all tiles and `margin` pixels around them.
fn on_plane(mask: &Mask, margin: i32, f: impl FnOnce(Vec<u16>, usize, usize) -> Vec<u16>) -> Mask {
    let rect = mask.tile_bounds().grow(margin);
    if mask.tile_bounds().is_empty() {
        return mask.clone();
    }
    let [plane] = mask.read(rect);
    let plane = f(plane, rect.width() as usize, rect.height() as usize);
    let mut out = TileMap::new(mask.background());
    out.write(rect, [&plane]);
    out
}

/// Grown by a disc of `radius_px`: every pixel takes the greatest coverage within the disc.
pub fn grow(mask: &Mask, radius_px: u32) -> Mask {
    if radius_px == 0 {
        return mask.clone();
    }
    on_plane(mask, radius_px as i32 + 1, |plane, w, h| dilate(&plane, w, h, radius_px as usize))
}

/// Shrunk by a disc of `radius_px`: every pixel takes the least coverage within the disc.
pub fn shrink(mask: &Mask, radius_px: u32) -> Mask {
    invert(&grow(&invert(mask), radius_px))
}

/// The band of `width_px` on both sides of the edge together.
pub fn border(mask: &Mask, width_px: u32) -> Mask {
    let outer = grow(mask, width_px.div_ceil(2));
    combine(Some(&outer), &shrink(mask, width_px / 2), Combine::Subtract)
}

/// Softened by a Gaussian of standard deviation `radius_px / 2`, so that the edge fades over about `radius_px` on
/// either side.
pub fn feather(mask: &Mask, radius_px: f32) -> Mask {
    let sigma = (radius_px * 0.5).clamp(0.0, 1000.0);
    let margin = soften::reach(sigma) as i32;
    on_plane(mask, margin, |mut plane, w, h| {
        soften::gaussian(&mut plane, w, h, sigma);
        plane
    })
}
