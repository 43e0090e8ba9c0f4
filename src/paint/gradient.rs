//! Gradients.

use super::fill::{PLAIN, working_rect};
use super::hash::hash;
use super::resolve::{self, Apply, Sources};
use crate::color::{Oklab, Rgba};
use crate::document::tile::{TILE, TILE_AREA, Tile, tiles_in};
use crate::document::{Damage, Document, LayerId, Mask, ONE, Slot, TilePos};
use crate::geom::Point;
use serde::{Deserialize, Serialize};

/// Where the gradient runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Course {
    /// From `from` to `to`, the same across.
    Linear {
        /// Where 0 is.
        from: Point,
        /// Where 1 is.
        to: Point,
    },
    /// Outward in circles.
    Radial {
        /// Where 0 is.
        center: Point,
        /// A point of the circle where 1 is.
        edge: Point,
    },
}

/// A gradient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gradient {
    /// Where it runs.
    pub course: Course,
    /// Positions 0..=1 and colours, in any order.
    pub stops: Vec<(f32, Rgba)>,
    /// Hides steps by noise of one 8-bit step; the same for the same pixel.
    pub dither: bool,
    /// Start again beyond 1, mirrored.
    pub reflect: bool,
}

const STEPS: usize = 4096;

impl Gradient {
    /// Two colours.
    pub fn new(course: Course, from: Rgba, to: Rgba) -> Self {
        Self { course, stops: vec![(0.0, from), (1.0, to)], dither: true, reflect: false }
    }

    /// The colour at `t`; between stops colours mix in OKLab, weighted by their alpha.
    pub fn at(&self, t: f32) -> Rgba {
        let mut stops = self.stops.clone();
        stops.retain(|(at, _)| at.is_finite());
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        between(&stops, t)
    }

    /// Premultiplied colours, 0..=65535, of equal steps.
    fn table(&self) -> Vec<[f32; 4]> {
        let mut stops = self.stops.clone();
        stops.retain(|(at, _)| at.is_finite());
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        (0..=STEPS)
            .map(|i| {
                let c = between(&stops, i as f32 / STEPS as f32);
                [c.r, c.g, c.b, 1.0].map(|v| v * c.a * f32::from(ONE))
            })
            .collect()
    }

    fn position(&self, x: i32, y: i32) -> f32 {
        let p = Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let t = match self.course {
            Course::Linear { from, to } => {
                let (d, v) = (to - from, p - from);
                (v.x * d.x + v.y * d.y) / (d.x * d.x + d.y * d.y).max(1e-9)
            }
            Course::Radial { center, edge } => p.distance(center) / center.distance(edge).max(1e-9),
        };
        let t = if self.reflect { 1.0 - ((t.abs() % 2.0) - 1.0).abs() } else { t };
        t.clamp(0.0, 1.0) as f32
    }

    fn tile(&self, pos: TilePos, table: &[[f32; 4]]) -> Slot<4> {
        let mut tile = Tile::filled([0; 4]);
        let rect = pos.rect();
        for i in 0..TILE_AREA {
            let (x, y) = (rect.x0 + i as i32 % TILE, rect.y0 + i as i32 / TILE);
            let t = self.position(x, y) * STEPS as f32;
            let k = (t as usize).min(STEPS - 1);
            let part = t - k as f32;
            let mut px: [f32; 4] =
                std::array::from_fn(|c| table[k][c] + (table[k + 1][c] - table[k][c]) * part);
            if self.dither && px[3] > 0.0 {
                // Triangular noise of one 8-bit step on either side, its own for every channel.
                let h = hash(u64::from(x as u32) << 32 | u64::from(y as u32), 0);
                for (c, v) in px.iter_mut().enumerate().take(3) {
                    let bits = (h >> (c * 20)) as u32;
                    let noise = ((bits & 1023) as f32 - ((bits >> 10) & 1023) as f32) / 1023.0;
                    *v += noise * 257.0;
                }
            }
            let alpha = px[3].clamp(0.0, f32::from(ONE));
            tile.put(i, [px[0], px[1], px[2], alpha].map(|v| (v.clamp(0.0, alpha) + 0.5) as u16));
        }
        Slot::from_tile(tile)
    }
}

fn between(stops: &[(f32, Rgba)], t: f32) -> Rgba {
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return Rgba::CLEAR };
    if t <= first.0 {
        return first.1;
    }
    if t >= last.0 {
        return last.1;
    }
    let i = stops.partition_point(|s| s.0 <= t).clamp(1, stops.len() - 1);
    let ((t0, a), (t1, b)) = (stops[i - 1], stops[i]);
    let part = (t - t0) / (t1 - t0).max(1e-6);
    let alpha = a.a + (b.a - a.a) * part;
    // A transparent end has no say in the hue.
    let weight = if alpha > 0.0 { b.a * part / alpha } else { part };
    let mixed = Oklab::from_srgb(a.r, a.g, a.b).lerp(Oklab::from_srgb(b.r, b.g, b.b), weight);
    let [r, g, b] = mixed.to_srgb();
    Rgba { r, g, b, a: alpha }
}

/// Lays the gradient over the selection, or the page without one, respecting locks.
pub fn apply(doc: &mut Document, id: LayerId, gradient: &Gradient) -> Damage {
    let area = match &doc.selection {
        None => doc.page,
        Some(s) if s.background() == [0] => s.tile_bounds(),
        Some(_) => working_rect(doc),
    };
    let selection: Mask = match &doc.selection {
        Some(s) => s.clone(),
        None => crate::document::selection::rect(doc.page),
    };
    let table = gradient.table();
    let Some(layer) = doc.layer_mut(id).filter(|layer| !layer.locked) else { return Damage::none() };
    let keep_alpha = layer.alpha_locked;
    let Some(pixels) = layer.pixels_mut() else { return Damage::none() };
    let positions: Vec<TilePos> =
        tiles_in(area).filter(|&pos| !matches!(selection.slot(pos), Slot::Solid([0]))).collect();
    pixels.edit_slots(&positions, |pos, slot| {
        let base = slot.clone();
        let buffer = gradient.tile(pos, &table);
        let sources = Sources { base: &base, buffer: &buffer, selection: Some(selection.slot(pos)) };
        resolve::pixels(pos, pos.rect(), slot, &sources, Apply::Buffer, &PLAIN, keep_alpha);
    });
    pixels.compact(positions.iter().copied());
    positions.into_iter().collect()
}
