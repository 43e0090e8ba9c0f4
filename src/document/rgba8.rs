//! Pictures of 8 bits a channel in and out of tiles.

use super::tile::{Tile, tiles_in};
use super::tilemap::{Mask, Pixels, Slot, offset};
use super::wide::wide_fn;
use crate::geom::Rect;

/// Whether colours are multiplied by their alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// They are not: what files hold.
    Straight,
    /// They are: what textures hold.
    Premultiplied,
}

/// `c` of `a`, both 8 bits, as 16 bits premultiplied, rounded to nearest.
fn premultiply(c: u8, a: u8) -> u16 {
    // 65535 = 255 · 257, so 257 c a / 255 is exact but for the rounding.
    ((u32::from(c) * u32::from(a) * 257 + 127) / 255) as u16
}

/// Back to 8 bits straight, rounded to nearest; undoes [`premultiply`] exactly.
fn unpremultiply(c: u16, a: u16) -> u8 {
    if a == 0 { 0 } else { ((u32::from(c) * 510 + u32::from(a)) / (2 * u32::from(a))).min(255) as u8 }
}

fn to_8(v: u16) -> u8 {
    ((u32::from(v) + 128) / 257) as u8
}

/// A premultiplied pixel of a tile as 8 bits a channel with straight alpha, rounded to nearest.
pub fn straight8(px: [u16; 4]) -> [u8; 4] {
    let [r, g, b, a] = px;
    [unpremultiply(r, a), unpremultiply(g, a), unpremultiply(b, a), to_8(a)]
}

/// The pixel of a tile that [`straight8`] gives back unchanged.
pub fn from_straight8(px: [u8; 4]) -> [u16; 4] {
    let c = |v| premultiply(v, px[3]);
    [c(px[0]), c(px[1]), c(px[2]), c(255)]
}

/// The pixel of a tile for 16 bits a channel with straight alpha, rounded to nearest.
pub fn from_straight16(px: [u16; 4]) -> [u16; 4] {
    let [r, g, b, a] = px;
    let c = |v: u16| ((u32::from(v) * u32::from(a) + 32_767) / 65_535) as u16;
    [c(r), c(g), c(b), a]
}

/// A premultiplied pixel of a tile as 16 bits a channel with straight alpha, rounded to nearest. Exact where it is
/// opaque; the less alpha, the fewer colours there are.
pub fn straight16(px: [u16; 4]) -> [u16; 4] {
    let a = u64::from(px[3]);
    let c = |v: u16| (u64::from(v) * 65_535 + a / 2).checked_div(a).unwrap_or(0).min(65_535) as u16;
    [c(px[0]), c(px[1]), c(px[2]), px[3]]
}

wide_fn! {
    /// [`from_straight8`] for one colour plane `c` with alpha `a`.
    pub fn premultiply_plane(c: &[u8], a: &[u8], out: &mut [u16]) {
        for ((out, &c), &a) in out.iter_mut().zip(c).zip(a) {
            *out = premultiply(c, a);
        }
    }
}

wide_fn! {
    /// [`straight8`] for one colour plane `c` with alpha `a`. In `f64` the quotient is exact enough to round as the
    /// integers do: it is an exact half, or at least 1/131070 from one.
    pub fn unpremultiply_plane(c: &[u16], a: &[u16], out: &mut [u8]) {
        for ((out, &c), &a) in out.iter_mut().zip(c).zip(a) {
            let c = if a == 0 { 0.0 } else { f64::from(c) };
            let v = (c * 255.0 / f64::from(a.max(1)) + 1e-9).min(255.0);
            // 2^52: what is added to it is rounded to an integer in the low bits.
            *out = (v + 4_503_599_627_370_496.0).to_bits() as u8;
        }
    }
}

wide_fn! {
    /// Alpha, or a mask, to 8 bits.
    pub fn alpha8_plane(a: &[u16], out: &mut [u8]) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = to_8(a);
        }
    }
}

/// Four planes of tiles' pixels as 8-bit RGBA.
pub fn straighten(planes: &[Vec<u16>; 4], alpha: Alpha) -> Vec<u8> {
    let [r, g, b, a] = planes;
    let eight = [r, g, b, a].map(|plane| {
        let mut out = vec![0; a.len()];
        match alpha {
            Alpha::Straight if !std::ptr::eq(plane, a) => unpremultiply_plane(plane, a, &mut out),
            Alpha::Straight | Alpha::Premultiplied => alpha8_plane(plane, &mut out),
        }
        out
    });
    let mut out = vec![0; a.len() * 4];
    for (i, px) in out.chunks_exact_mut(4).enumerate() {
        px.copy_from_slice(&[eight[0][i], eight[1][i], eight[2][i], eight[3][i]]);
    }
    out
}

impl Pixels {
    /// Pixels from 8-bit RGBA with straight alpha, rows from the top. `None` unless `rgba` has four bytes per
    /// pixel of `rect`.
    pub fn from_rgba8(rect: Rect, rgba: &[u8]) -> Option<Self> {
        let width = rect.width() as usize;
        if rgba.len() as u64 != rect.area() * 4 {
            return None;
        }
        let mut out = Self::default();
        let positions: Vec<_> = tiles_in(rect).collect();
        out.edit_slots(&positions, |pos, slot| {
            let mut tile = Tile::filled([0; 4]);
            let part = pos.rect().intersect(&rect);
            for y in part.y0..part.y1 {
                let from = ((y - rect.y0) as usize * width + (part.x0 - rect.x0) as usize) * 4;
                let row = &rgba[from..from + part.width() as usize * 4];
                let to = offset(part.x0, y);
                for (i, px) in row.chunks_exact(4).enumerate() {
                    tile.put(to + i, from_straight8([px[0], px[1], px[2], px[3]]));
                }
            }
            *slot = Slot::from_tile(tile);
        });
        Some(out)
    }

    /// The pixels of `rect` as 8-bit RGBA, rows from the top. Straight alpha that came from
    /// [`Pixels::from_rgba8`] comes out as it went in (but the colour of fully transparent pixels).
    pub fn to_rgba8(&self, rect: Rect, alpha: Alpha) -> Vec<u8> {
        straighten(&self.read(rect), alpha)
    }
}

impl Mask {
    /// Coverage from one byte per pixel, rows from the top; 0 outside. `None` unless `gray` has one byte per
    /// pixel of `rect`.
    pub fn from_gray8(rect: Rect, gray: &[u8]) -> Option<Self> {
        let wide: Vec<u16> = gray.iter().map(|&v| u16::from(v) * 257).collect();
        Self::from_plane(rect, &wide)
    }

    /// Coverage from one 16-bit value per pixel, rows from the top; 0 outside.
    pub fn from_plane(rect: Rect, plane: &[u16]) -> Option<Self> {
        if plane.len() as u64 != rect.area() {
            return None;
        }
        let mut out = Self::default();
        out.write(rect, [plane]);
        Some(out)
    }

    /// The coverage of `rect`, one byte per pixel, rows from the top.
    pub fn to_gray8(&self, rect: Rect) -> Vec<u8> {
        let [plane] = self.read(rect);
        plane.into_iter().map(to_8).collect()
    }
}
