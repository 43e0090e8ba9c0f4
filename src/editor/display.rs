//! The picture as textures want it: tiles of 8 bits at every scale, kept up to date by what changed.
//!
//! Level of detail `k` is the picture shrunk by 2^k. Its tile at a position covers the four tiles of level `k - 1`
//! below it. Tiles are made when they are asked for and thrown away when damaged, so a small change on a large
//! picture that is seen from far costs its own tiles and one tile of each level above.

use crate::document::rgba8::Alpha;
use crate::document::{Damage, Document, Mask, Slot, TILE, TilePos, composite};
use std::collections::HashMap;
use std::sync::Arc;

/// Levels of detail: 1:1 to 1:128.
pub const LEVELS: usize = 8;
const SIDE: usize = TILE as usize;

/// One tile of a level, rows from the top; `None` = nothing shows there.
pub type Tile = Option<Arc<[u8]>>;

/// Makes tiles of level 0, in the order of the positions.
type Make<'a> = dyn FnMut(&[TilePos]) -> Vec<Tile> + 'a;

/// Tiles of one plane (4 bytes a pixel: premultiplied RGBA; 1 byte: coverage) at all levels.
#[derive(Debug)]
pub struct Pyramid {
    bytes_per_px: usize,
    levels: [HashMap<TilePos, Tile>; LEVELS],
    held_bytes: usize,
}

/// What the tiles may hold together before those that are not asked for are thrown away.
const BUDGET_BYTES: usize = 512 << 20;

impl Pyramid {
    fn new(bytes_per_px: usize) -> Self {
        Self { bytes_per_px, levels: Default::default(), held_bytes: 0 }
    }

    /// The tile, if it is there and up to date.
    pub fn get(&self, level: usize, pos: TilePos) -> Option<&Tile> {
        self.levels[level].get(&pos)
    }

    fn put(&mut self, level: usize, pos: TilePos, tile: Tile) {
        self.held_bytes += tile.as_ref().map_or(0, |t| t.len());
        if let Some(old) = self.levels[level].insert(pos, tile) {
            self.held_bytes -= old.map_or(0, |t| t.len());
        }
    }

    fn take(&mut self, level: usize, pos: TilePos) {
        if let Some(old) = self.levels[level].remove(&pos) {
            self.held_bytes -= old.map_or(0, |t| t.len());
        }
    }

    /// Throws away what shows `damage`.
    fn invalidate(&mut self, damage: &Damage) {
        if damage.is_everything() {
            *self = Self::new(self.bytes_per_px);
            return;
        }
        for mut pos in damage.tiles() {
            self.take(0, pos);
            for level in 1..LEVELS {
                pos = parent(pos);
                self.take(level, pos);
            }
        }
    }

    /// Makes tiles of a level, with those of the levels below that they need.
    fn make(&mut self, level: usize, positions: &[TilePos], make: &mut Make) {
        if self.held_bytes > BUDGET_BYTES {
            for (k, tiles) in self.levels.iter_mut().enumerate() {
                if k != level {
                    tiles.clear();
                }
            }
            let bytes = |t: &Tile| t.as_ref().map_or(0, |t| t.len());
            self.held_bytes = self.levels[level].values().map(bytes).sum();
        }
        let mut wanted: Vec<Vec<TilePos>> = vec![positions.to_vec()];
        for k in (1..=level).rev() {
            let above = &wanted[wanted.len() - 1];
            let missing = above
                .iter()
                .flat_map(|pos| children(*pos))
                .filter(|pos| self.get(k - 1, *pos).is_none())
                .collect();
            wanted.push(missing);
        }
        for (k, positions) in wanted.into_iter().rev().enumerate() {
            if k == 0 {
                let tiles = make(&positions);
                positions.into_iter().zip(tiles).for_each(|(pos, tile)| self.put(0, pos, tile));
            } else {
                for pos in positions {
                    let tile = self.shrink(k, pos);
                    self.put(k, pos, tile);
                }
            }
        }
    }

    /// The tile from the four below it, each pixel the mean of four.
    fn shrink(&self, level: usize, pos: TilePos) -> Tile {
        let below = children(pos).map(|pos| self.get(level - 1, pos).and_then(|t| t.as_deref()));
        if below.iter().all(Option::is_none) {
            return None;
        }
        let n = self.bytes_per_px;
        let mut out = vec![0u8; SIDE * SIDE * n];
        for (q, tile) in below.iter().enumerate() {
            let Some(tile) = tile else { continue };
            let (x0, y0) = (q % 2 * SIDE / 2, q / 2 * SIDE / 2);
            for y in 0..SIDE / 2 {
                let top = &tile[2 * y * SIDE * n..(2 * y + 1) * SIDE * n];
                let bottom = &tile[(2 * y + 1) * SIDE * n..(2 * y + 2) * SIDE * n];
                let row = &mut out[((y0 + y) * SIDE + x0) * n..][..SIDE / 2 * n];
                for ((px, a), b) in
                    row.chunks_exact_mut(n).zip(top.chunks_exact(2 * n)).zip(bottom.chunks_exact(2 * n))
                {
                    for (c, v) in px.iter_mut().enumerate() {
                        let sum =
                            u16::from(a[c]) + u16::from(a[n + c]) + u16::from(b[c]) + u16::from(b[n + c]);
                        *v = ((sum + 2) / 4) as u8;
                    }
                }
            }
        }
        Some(out.into())
    }
}

fn parent(pos: TilePos) -> TilePos {
    TilePos::new(pos.x.div_euclid(2), pos.y.div_euclid(2))
}

fn children(pos: TilePos) -> [TilePos; 4] {
    let at = |x, y| TilePos::new(pos.x * 2 + x, pos.y * 2 + y);
    [at(0, 0), at(1, 0), at(0, 1), at(1, 1)]
}

/// Picture and selection of one document as tiles.
#[derive(Debug)]
pub struct Display {
    seen: Document,
    picture: Pyramid,
    selection: Pyramid,
    change: Pyramid,
}

/// Which plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// The composite, premultiplied RGBA.
    Picture,
    /// The selection, one byte of coverage.
    Selection,
    /// The change mask, one byte of strength.
    Change,
}

impl Display {
    /// Nothing made yet.
    pub fn new(doc: &Document) -> Self {
        Self {
            seen: doc.clone(),
            picture: Pyramid::new(4),
            selection: Pyramid::new(1),
            change: Pyramid::new(1),
        }
    }

    /// Goes to `doc`: what looks different there is thrown away. Costs by what changed.
    pub fn sync(&mut self, doc: &Document) {
        self.picture.invalidate(&doc.damage_from(&self.seen));
        self.selection.invalidate(&difference(&doc.selection, &self.seen.selection));
        self.change.invalidate(&difference(&doc.change, &self.seen.change));
        self.seen = doc.clone();
    }

    /// The document that the tiles show.
    pub fn document(&self) -> &Document {
        &self.seen
    }

    /// The tile, if it is there and up to date.
    pub fn get(&self, plane: Plane, level: usize, pos: TilePos) -> Option<&Tile> {
        match plane {
            Plane::Picture => self.picture.get(level, pos),
            Plane::Selection => self.selection.get(level, pos),
            Plane::Change => self.change.get(level, pos),
        }
    }

    /// Makes these tiles.
    pub fn make(&mut self, plane: Plane, level: usize, positions: &[TilePos]) {
        let seen = &self.seen;
        match plane {
            Plane::Picture => self.picture.make(level, positions, &mut |positions| {
                let tiles = composite::composite_rgba8(seen, positions, Alpha::Premultiplied);
                tiles.into_iter().map(|tile| tile.map(Arc::from)).collect()
            }),
            Plane::Selection => self.selection.make(level, positions, &mut of(&seen.selection)),
            Plane::Change => self.change.make(level, positions, &mut of(&seen.change)),
        }
    }
}

/// Where two masks differ.
fn difference(new: &Option<Mask>, old: &Option<Mask>) -> Damage {
    match (new, old) {
        (Some(new), Some(old)) if new.background() == old.background() => {
            let mut damage = Damage::none();
            new.diff(old, |pos| damage.add(pos));
            damage
        }
        (None, None) => Damage::none(),
        _ => Damage::everything(),
    }
}

/// Makes tiles of a mask.
fn of(mask: &Option<Mask>) -> impl FnMut(&[TilePos]) -> Vec<Tile> {
    |positions| positions.iter().map(|pos| mask.as_ref().and_then(|mask| coverage(mask, *pos))).collect()
}

fn coverage(mask: &Mask, pos: TilePos) -> Tile {
    match mask.slot(pos) {
        Slot::Solid([0]) => None,
        slot => Some((0..SIDE * SIDE).map(|i| (slot.get(i)[0] >> 8) as u8).collect()),
    }
}
