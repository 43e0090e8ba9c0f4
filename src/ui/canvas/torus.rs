//! A texture that shows a part of an unbounded plane: tile `(x, y)` lies at `(x mod n, y mod n)`, so that neighbours
//! on the canvas are neighbours in the texture (with wrap-around) and filtering needs no borders.

use crate::document::{TILE, TilePos};
use crate::editor::display::{Display, Plane, Tile};
use std::sync::Arc;

/// What goes to the GPU: a tile of 64×64 pixels at column `x` and row `y` of tiles.
pub struct Upload {
    /// Which texture.
    pub texture: usize,
    /// Column in tiles.
    pub x: u32,
    /// Row in tiles.
    pub y: u32,
    /// Pixels; `None` = cleared.
    pub tile: Tile,
}

/// What lies where in one texture.
pub struct Torus {
    texture: usize,
    /// Level of detail that it shows.
    pub level: usize,
    /// Tiles of one side, a power of two.
    tiles: usize,
    /// `None` = whatever was there before.
    slots: Vec<Option<(TilePos, Tile)>>,
}

impl Torus {
    /// A texture whose content is not known.
    pub fn new(texture: usize, level: usize, tiles: usize) -> Self {
        Self { texture, level, tiles, slots: vec![None; tiles * tiles] }
    }

    /// Goes to another level: nothing that it holds is right any more.
    pub fn reset(&mut self, level: usize) {
        self.level = level;
        self.slots.iter_mut().for_each(|slot| *slot = None);
    }

    /// Brings the tiles that `display` has ready into the texture; returns those that it has not.
    pub fn update(
        &mut self,
        display: &Display,
        plane: Plane,
        seen: &[TilePos],
        mut upload: impl FnMut(Upload),
    ) -> Vec<TilePos> {
        let mut missing = Vec::new();
        let n = self.tiles as i32;
        for &pos in seen {
            let Some(tile) = display.get(plane, self.level, pos) else {
                missing.push(pos);
                continue;
            };
            let (x, y) = (pos.x.rem_euclid(n) as u32, pos.y.rem_euclid(n) as u32);
            let slot = &mut self.slots[y as usize * self.tiles + x as usize];
            let shown = match (&*slot, tile) {
                (Some((at, Some(a))), Some(b)) => *at == pos && Arc::ptr_eq(a, b),
                // Nothing is the same everywhere.
                (Some((_, None)), None) => true,
                (Some((_, Some(_))), None) | (Some((_, None)), Some(_)) | (None, _) => false,
            };
            if !shown {
                upload(Upload { texture: self.texture, x, y, tile: tile.clone() });
                *slot = Some((pos, tile.clone()));
            }
        }
        missing
    }
}

/// Canvas pixels that one side of a texture covers at a level.
pub fn period_px(tiles: usize, level: usize) -> f64 {
    (tiles * TILE as usize) as f64 * f64::from(1u32 << level)
}
