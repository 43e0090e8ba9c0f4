//! One tile of pixels and where it lies.
//!
//! # The pixel format, and why
//! A pixel is four planes (red, green, blue, alpha) of 16 bits, 65535 = 1.0, premultiplied, sRGB-encoded.
//! - *16 bits*, because a soft airbrush at 2 % flow adds less than one 8-bit step per dab: it would band or stall.
//!   Half floats have only 11 bits near 1.0, 32-bit floats double the memory of undo.
//! - *65535 = 1.0*, not 32768, because then every 8-bit straight colour with every 8-bit alpha survives the way
//!   through a tile (the rounding error of the product is at most 0.5/257 of a step at alpha 1/255): a PNG that is
//!   opened and exported is the same PNG.
//! - *premultiplied*, because dabs, resampling and blur then are plain linear interpolation.
//! - *planes*, because a row of one channel is a plain slice: every loop vectorises without shuffles, and alpha
//!   alone can be read (masks, alpha lock, bounds).
//! - *sRGB-encoded*, because W3C blending, OpenRaster and what painters expect of blend modes are.

use crate::geom::Rect;

/// Width and height of a tile in pixels.
pub const TILE: i32 = 64;
/// Pixels of a tile.
pub const TILE_AREA: usize = (TILE * TILE) as usize;
/// The value of a full channel.
pub const ONE: u16 = u16::MAX;

/// Which tile: tile `(0, 0)` covers canvas pixels 0..64 in both directions, tile `(-1, 0)` those left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TilePos {
    /// Row of tiles (first, so that positions sort as pictures are read).
    pub y: i32,
    /// Column of tiles.
    pub x: i32,
}

impl TilePos {
    /// Tile column `x`, row `y`.
    pub const fn new(x: i32, y: i32) -> Self {
        Self { y, x }
    }

    /// The tile that holds canvas pixel `(x, y)`.
    pub const fn holding(x: i32, y: i32) -> Self {
        Self { y: y.div_euclid(TILE), x: x.div_euclid(TILE) }
    }

    /// The canvas pixels of this tile.
    pub const fn rect(&self) -> Rect {
        Rect::new(self.x * TILE, self.y * TILE, self.x * TILE + TILE, self.y * TILE + TILE)
    }
}

/// The tiles that touch `rect` (canvas pixels), row by row.
pub fn tiles_in(rect: Rect) -> impl Iterator<Item = TilePos> {
    let span = if rect.is_empty() {
        Rect::new(0, 0, 0, 0)
    } else {
        Rect::new(
            rect.x0.div_euclid(TILE),
            rect.y0.div_euclid(TILE),
            (rect.x1 - 1).div_euclid(TILE) + 1,
            (rect.y1 - 1).div_euclid(TILE) + 1,
        )
    };
    (span.y0..span.y1).flat_map(move |y| (span.x0..span.x1).map(move |x| TilePos::new(x, y)))
}

/// `P` planes of 64×64 values, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Tile<const P: usize> {
    /// The planes.
    pub planes: [[u16; TILE_AREA]; P],
}

impl<const P: usize> Tile<P> {
    /// A tile of one value.
    pub fn filled(px: [u16; P]) -> Self {
        Self { planes: px.map(|v| [v; TILE_AREA]) }
    }

    /// The value at offset `i` (row * 64 + column).
    pub fn get(&self, i: usize) -> [u16; P] {
        std::array::from_fn(|p| self.planes[p][i])
    }

    /// Sets the value at offset `i`.
    pub fn put(&mut self, i: usize, px: [u16; P]) {
        for (plane, v) in self.planes.iter_mut().zip(px) {
            plane[i] = v;
        }
    }

    /// The one value of all pixels, if there is one.
    pub fn uniform(&self) -> Option<[u16; P]> {
        let first = self.get(0);
        let same = |(plane, v): (&[u16; TILE_AREA], u16)| plane.iter().all(|&p| p == v);
        self.planes.iter().zip(first).all(same).then_some(first)
    }
}

impl<const P: usize> std::fmt::Debug for Tile<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tile<{P}>({:?}…)", self.get(0))
    }
}
