//! Stroke buffer onto layer: `layer = f(layer before the stroke, buffer)`, for the pixels that changed.

use super::texture::Pattern;
use crate::document::tile::TILE;
use crate::document::tile::Tile;
use crate::document::tilemap::offset;
use crate::document::wide::{round_u16, wide_fn};
use crate::document::{Pixels, Slot, TilePos};
use crate::geom::Rect;
use std::borrow::Cow;

const ROW: usize = TILE as usize;
const SCALE: f32 = 1.0 / 65535.0;

/// How the coverage of a stroke becomes what is seen.
#[derive(Clone, Copy)]
pub(crate) struct Shaping<'a> {
    pub(crate) grain: Option<&'a Pattern>,
    pub(crate) depth: f32,
    pub(crate) wet_edge: f32,
    /// The most that the stroke covers.
    pub(crate) cap: f32,
}

/// What is done where there is coverage.
#[derive(Clone, Copy)]
pub(crate) enum Apply<'a> {
    /// Lay one colour, straight.
    Color([f32; 3]),
    /// Lay the colours of the buffer.
    Buffer,
    /// Take away.
    Erase,
    /// Lay what lies `offset` away.
    Clone { source: &'a Pixels, offset: (i32, i32) },
}

wide_fn! {
    fn load(out: &mut [f32], from: &[u16]) {
        for (v, &s) in out.iter_mut().zip(from) {
            *v = f32::from(s) * SCALE;
        }
    }
}

wide_fn! {
    fn multiply(out: &mut [f32], by: &[u16]) {
        for (v, &s) in out.iter_mut().zip(by) {
            *v *= f32::from(s) * SCALE;
        }
    }
}

wide_fn! {
    fn wet(c: &mut [f32], edge: f32, cap: f32) {
        let body = 1.0 - 0.65 * edge;
        for v in c {
            let x = (*v / cap).min(1.0);
            let rim = (x * 5.0).min(1.0);
            // Full at half coverage, where the rim of a soft stroke is, and `body` where it is covered.
            let tone = body + (1.0 - body) * (4.0 * x * (1.0 - x));
            *v = cap * (x + (rim * tone - x) * edge);
        }
    }
}

wide_fn! {
    fn grain(c: &mut [f32], valleys: &[f32], depth: f32) {
        for (v, &g) in c.iter_mut().zip(valleys) {
            *v = (*v * (1.0 + depth) - depth * g).clamp(0.0, 1.0).min(*v * 2.0);
        }
    }
}

wide_fn! {
    fn lay_color(dst: &mut [&mut [u16]; 4], base: &[&[u16]; 4], c: &[f32], color: [f32; 3], keep_alpha: bool) {
        for p in 0..4 {
            let full = if p < 3 { color[p] } else { 1.0 };
            if keep_alpha && p < 3 {
                for (((d, &b), &a), &c) in dst[p].iter_mut().zip(base[p]).zip(base[3]).zip(c) {
                    let b = f32::from(b);
                    *d = round_u16(b + (full * f32::from(a) - b) * c);
                }
            } else if !keep_alpha {
                for ((d, &b), &c) in dst[p].iter_mut().zip(base[p]).zip(c) {
                    let b = f32::from(b);
                    *d = round_u16(b + (full * 65535.0 - b) * c);
                }
            }
        }
    }
}

wide_fn! {
    /// `over` are premultiplied rows, scaled by `c`.
    fn lay_over(dst: &mut [&mut [u16]; 4], base: &[&[u16]; 4], over: &[&[u16]; 4], c: &[f32], keep_alpha: bool) {
        for p in 0..4 {
            if keep_alpha && p == 3 {
                continue;
            }
            for i in 0..c.len() {
                let (b, o) = (f32::from(base[p][i]), f32::from(over[p][i]) * c[i]);
                let hidden = 1.0 - f32::from(over[3][i]) * SCALE * c[i];
                let inside = if keep_alpha { f32::from(base[3][i]) * SCALE } else { 1.0 };
                dst[p][i] = round_u16(o * inside + b * hidden);
            }
        }
    }
}

wide_fn! {
    fn erase(dst: &mut [&mut [u16]; 4], base: &[&[u16]; 4], c: &[f32]) {
        for (d, b) in dst.iter_mut().zip(base) {
            for ((d, &b), &c) in d.iter_mut().zip(*b).zip(c) {
                *d = round_u16(f32::from(b) * (1.0 - c));
            }
        }
    }
}

wide_fn! {
    fn lay_coverage(dst: &mut [u16], base: &[u16], c: &[f32], value: f32) {
        for ((d, &b), &c) in dst.iter_mut().zip(base).zip(c) {
            let b = f32::from(b);
            *d = round_u16(b + (value * 65535.0 - b) * c);
        }
    }
}

fn tile_of<const P: usize>(slot: &Slot<P>) -> Cow<'_, Tile<P>> {
    match slot {
        Slot::Pixels(tile) => Cow::Borrowed(tile),
        Slot::Solid(px) => Cow::Owned(Tile::filled(*px)),
    }
}

impl Shaping<'_> {
    /// Shapes the coverage of the row of canvas pixels from `(x, y)` to the right.
    pub(crate) fn row(&self, c: &mut [f32], x: i32, y: i32) {
        if self.wet_edge > 0.0 {
            wet(c, self.wet_edge, self.cap.max(1e-3));
        }
        if let Some(pattern) = self.grain {
            grain(c, pattern.row(x, y, c.len()), self.depth);
        }
    }
}

/// The shaped and selected coverage of one row; `raw` is the plane of the buffer.
fn row_coverage<'a>(
    c: &'a mut [f32; ROW],
    raw: &[u16],
    shaping: &Shaping,
    selection: Option<&Slot<1>>,
    (x, y): (i32, i32),
) -> &'a mut [f32] {
    let n = raw.len();
    let c = &mut c[..n];
    load(c, raw);
    shaping.row(c, x, y);
    match selection {
        None => {}
        Some(Slot::Solid([v])) => c.iter_mut().for_each(|c| *c *= f32::from(*v) * SCALE),
        Some(Slot::Pixels(tile)) => {
            let at = offset(x, y);
            multiply(c, &tile.planes[0][at..at + n]);
        }
    }
    c
}

/// What [`pixels`] works with, of one tile.
pub(crate) struct Sources<'a, const P: usize> {
    pub(crate) base: &'a Slot<4>,
    pub(crate) buffer: &'a Slot<P>,
    pub(crate) selection: Option<&'a Slot<1>>,
}

/// Resolves `part` (canvas pixels) of the tile at `pos` of a layer. The buffer's last plane is the coverage.
pub(crate) fn pixels<const P: usize>(
    pos: TilePos,
    part: Rect,
    slot: &mut Slot<4>,
    sources: &Sources<P>,
    apply: Apply,
    shaping: &Shaping,
    keep_alpha: bool,
) {
    if keep_alpha && matches!(apply, Apply::Erase) {
        return;
    }
    let part = part.intersect(&pos.rect());
    let (base, buffer) = (tile_of(sources.base), tile_of(sources.buffer));
    let cloned = match apply {
        Apply::Clone { source, offset: (dx, dy) } => Some(source.read(part.translate(dx, dy))),
        Apply::Color(_) | Apply::Buffer | Apply::Erase => None,
    };
    let out = slot.make_mut();
    let n = part.width() as usize;
    let mut c = [0.0; ROW];
    for y in part.y0..part.y1 {
        let at = offset(part.x0, y);
        let raw = &buffer.planes[P - 1][at..at + n];
        let c = row_coverage(&mut c, raw, shaping, sources.selection, (part.x0, y));
        let mut dst = out.planes.each_mut().map(|p| &mut p[at..at + n]);
        let base = base.planes.each_ref().map(|p| &p[at..at + n]);
        match (apply, &cloned) {
            (Apply::Color(color), _) => lay_color(&mut dst, &base, c, color, keep_alpha),
            (Apply::Erase, _) => erase(&mut dst, &base, c),
            (Apply::Buffer, _) => {
                // What shaping made of the buffer's alpha applies to its colours as well.
                for (c, &raw) in c.iter_mut().zip(raw) {
                    *c /= (f32::from(raw) * SCALE).max(1e-6);
                }
                let over: [&[u16]; 4] = std::array::from_fn(|p| &buffer.planes[p.min(P - 1)][at..at + n]);
                lay_over(&mut dst, &base, &over, c, keep_alpha);
            }
            (Apply::Clone { .. }, Some(cloned)) => {
                let from = (y - part.y0) as usize * n;
                let over = cloned.each_ref().map(|p| &p[from..from + n]);
                lay_over(&mut dst, &base, &over, c, keep_alpha);
            }
            (Apply::Clone { .. }, None) => {}
        }
    }
}

/// Resolves `part` of a tile of a mask or selection, which moves toward `value` (0..=1).
pub(crate) fn coverage(
    pos: TilePos,
    part: Rect,
    slot: &mut Slot<1>,
    (base, buffer): (&Slot<1>, &Slot<1>),
    value: f32,
    shaping: &Shaping,
) {
    let part = part.intersect(&pos.rect());
    let (base, buffer) = (tile_of(base), tile_of(buffer));
    let out = slot.make_mut();
    let n = part.width() as usize;
    let mut c = [0.0; ROW];
    for y in part.y0..part.y1 {
        let at = offset(part.x0, y);
        let c = row_coverage(&mut c, &buffer.planes[0][at..at + n], shaping, None, (part.x0, y));
        lay_coverage(&mut out.planes[0][at..at + n], &base.planes[0][at..at + n], c, value);
    }
}

/// Lays one colour on rows of a flat, opaque picture: what the restroke filter does, with the same loops.
pub(crate) fn flat_row(
    dst: &mut [&mut [u16]; 4],
    raw: &[u16],
    scratch: &mut Vec<f32>,
    color: [f32; 3],
    shaping: &Shaping,
    (x, y): (i32, i32),
) {
    scratch.clear();
    scratch.resize(raw.len(), 0.0);
    load(scratch, raw);
    if shaping.wet_edge > 0.0 {
        wet(scratch, shaping.wet_edge, shaping.cap.max(1e-3));
    }
    if let Some(pattern) = shaping.grain {
        let mut done = 0;
        while done < raw.len() {
            let at = x + done as i32;
            let n = ((at.div_euclid(TILE) + 1) * TILE - at).min((raw.len() - done) as i32) as usize;
            grain(&mut scratch[done..done + n], pattern.row(at, y, n), shaping.depth);
            done += n;
        }
    }
    lay_color_in_place(dst, scratch, color);
}

wide_fn! {
    fn lay_color_in_place(dst: &mut [&mut [u16]; 4], c: &[f32], color: [f32; 3]) {
        let full = [color[0], color[1], color[2], 1.0];
        for (plane, full) in dst.iter_mut().zip(full) {
            for (d, &c) in plane.iter_mut().zip(c) {
                let b = f32::from(*d);
                *d = round_u16(b + (full * 65535.0 - b) * c);
            }
        }
    }
}
