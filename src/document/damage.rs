//! What an edit may have changed.

use super::tile::{TilePos, tiles_in};
use crate::geom::Rect;
use std::collections::BTreeSet;

/// The tiles whose composite may differ after an edit. Everything that reacts to an edit (the compositor, the
/// texture cache, the journal) is driven by it, so it may name too much but never too little.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    everything: bool,
    tiles: BTreeSet<TilePos>,
}

impl Damage {
    /// Nothing changed.
    pub fn none() -> Self {
        Self::default()
    }

    /// The whole unbounded canvas.
    pub fn everything() -> Self {
        Self { everything: true, tiles: BTreeSet::new() }
    }

    /// The tiles that touch `rect` (canvas pixels).
    pub fn rect(rect: Rect) -> Self {
        tiles_in(rect).collect()
    }

    /// Adds one tile.
    pub fn add(&mut self, pos: TilePos) {
        self.tiles.insert(pos);
    }

    /// Adds the tiles that touch `rect`.
    pub fn add_rect(&mut self, rect: Rect) {
        self.tiles.extend(tiles_in(rect));
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: Damage) {
        self.everything |= other.everything;
        if self.tiles.is_empty() {
            self.tiles = other.tiles;
        } else {
            self.tiles.extend(other.tiles);
        }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        !self.everything && self.tiles.is_empty()
    }

    /// Whether it is the whole canvas.
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Whether the tile may have changed.
    pub fn covers(&self, pos: TilePos) -> bool {
        self.everything || self.tiles.contains(&pos)
    }

    /// The changed tiles within `view` (canvas pixels).
    pub fn tiles_within(&self, view: Rect) -> Vec<TilePos> {
        if self.everything {
            return tiles_in(view).collect();
        }
        self.tiles.iter().copied().filter(|pos| !pos.rect().intersect(&view).is_empty()).collect()
    }

    /// The changed tiles, without those that only [`Damage::everything`] means.
    pub fn tiles(&self) -> impl Iterator<Item = TilePos> {
        self.tiles.iter().copied()
    }
}

impl FromIterator<TilePos> for Damage {
    fn from_iter<I: IntoIterator<Item = TilePos>>(iter: I) -> Self {
        Self { everything: false, tiles: iter.into_iter().collect() }
    }
}
