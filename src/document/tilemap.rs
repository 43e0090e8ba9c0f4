//! The sparse, unbounded plane of tiles.

use super::tile::{TILE, TILE_AREA, Tile, TilePos, tiles_in};
use crate::geom::Rect;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tiles in a row of a chunk. Tiles hang in chunks of 8×8, chunks in a shared map: a clone copies one pointer,
/// and the first edit after it copies 64 slots and the few chunk pointers, not all tiles of the picture.
const CHUNK: i32 = 8;

/// What lies at one tile position.
#[derive(Clone, Debug)]
pub enum Slot<const P: usize> {
    /// Every pixel has this value.
    Solid([u16; P]),
    /// Pixels, shared until written to.
    Pixels(Arc<Tile<P>>),
}

impl<const P: usize> Slot<P> {
    /// Whether both are the same without looking at pixels: the same pointer or the same solid value.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Slot::Solid(a), Slot::Solid(b)) => a == b,
            (Slot::Pixels(a), Slot::Pixels(b)) => Arc::ptr_eq(a, b),
            (Slot::Solid(_), Slot::Pixels(_)) | (Slot::Pixels(_), Slot::Solid(_)) => false,
        }
    }

    /// The value at offset `i` (row * 64 + column).
    pub fn get(&self, i: usize) -> [u16; P] {
        match self {
            Slot::Solid(px) => *px,
            Slot::Pixels(tile) => tile.get(i),
        }
    }

    /// The tile, made unique and writable.
    pub fn make_mut(&mut self) -> &mut Tile<P> {
        if let Slot::Solid(px) = self {
            *self = Slot::Pixels(Arc::new(Tile::filled(*px)));
        }
        match self {
            Slot::Pixels(tile) => Arc::make_mut(tile),
            Slot::Solid(_) => unreachable!("made into pixels above"),
        }
    }

    /// A slot of the tile, solid if it is uniform.
    pub fn from_tile(tile: Tile<P>) -> Self {
        match tile.uniform() {
            Some(px) => Slot::Solid(px),
            None => Slot::Pixels(Arc::new(tile)),
        }
    }

    pub(crate) fn compact(&mut self) {
        if let Slot::Pixels(tile) = self
            && let Some(px) = tile.uniform()
        {
            *self = Slot::Solid(px);
        }
    }
}

#[derive(Clone, Debug)]
struct Chunk<const P: usize> {
    slots: [Slot<P>; (CHUNK * CHUNK) as usize],
}

/// An unbounded plane of `P`-channel pixels; what no tile holds has the background value.
#[derive(Clone, Debug)]
pub struct TileMap<const P: usize> {
    background: Slot<P>,
    chunks: Arc<BTreeMap<TilePos, Arc<Chunk<P>>>>,
}

/// The pixels of a layer: premultiplied red, green, blue, alpha.
pub type Pixels = TileMap<4>;
/// Coverage: 0 = none, 65535 = all.
pub type Mask = TileMap<1>;

fn locate(pos: TilePos) -> (TilePos, usize) {
    let chunk = TilePos::new(pos.x.div_euclid(CHUNK), pos.y.div_euclid(CHUNK));
    (chunk, (pos.y.rem_euclid(CHUNK) * CHUNK + pos.x.rem_euclid(CHUNK)) as usize)
}

fn position(chunk: TilePos, index: usize) -> TilePos {
    TilePos::new(chunk.x * CHUNK + index as i32 % CHUNK, chunk.y * CHUNK + index as i32 / CHUNK)
}

impl<const P: usize> Default for TileMap<P> {
    fn default() -> Self {
        Self::new([0; P])
    }
}

/// By value: shared tiles are equal at once, others pixel by pixel.
impl<const P: usize> PartialEq for TileMap<P> {
    fn eq(&self, other: &Self) -> bool {
        if !self.background.is_same(&other.background) {
            return false;
        }
        let mut equal = true;
        self.diff(other, |pos| {
            equal &= match (self.slot(pos), other.slot(pos)) {
                (Slot::Solid(a), Slot::Solid(b)) => a == b,
                (Slot::Pixels(a), Slot::Pixels(b)) => a == b,
                (Slot::Solid(px), Slot::Pixels(t)) | (Slot::Pixels(t), Slot::Solid(px)) => {
                    t.uniform() == Some(*px)
                }
            };
        });
        equal
    }
}

impl<const P: usize> TileMap<P> {
    /// A plane of one value.
    pub fn new(background: [u16; P]) -> Self {
        Self { background: Slot::Solid(background), chunks: Arc::default() }
    }

    /// The value of everything that no tile holds.
    pub fn background(&self) -> [u16; P] {
        self.background.get(0)
    }

    /// What lies at `pos`.
    pub fn slot(&self, pos: TilePos) -> &Slot<P> {
        let (chunk, index) = locate(pos);
        self.chunks.get(&chunk).map_or(&self.background, |c| &c.slots[index])
    }

    /// Puts `slot` at `pos`.
    pub fn set_slot(&mut self, pos: TilePos, slot: Slot<P>) {
        if self.slot(pos).is_same(&slot) {
            return;
        }
        *self.slot_mut(pos) = slot;
    }

    fn slot_mut(&mut self, pos: TilePos) -> &mut Slot<P> {
        let (chunk, index) = locate(pos);
        let empty = || Arc::new(Chunk { slots: std::array::from_fn(|_| self.background.clone()) });
        let chunk = Arc::make_mut(&mut self.chunks).entry(chunk).or_insert_with(empty);
        &mut Arc::make_mut(chunk).slots[index]
    }

    /// The tile at `pos`, made unique and writable.
    pub fn tile_mut(&mut self, pos: TilePos) -> &mut Tile<P> {
        self.slot_mut(pos).make_mut()
    }

    /// Edits the tiles at `positions` on all cores; afterwards uniform tiles take no memory.
    pub fn edit_tiles(&mut self, positions: &[TilePos], edit: impl Fn(TilePos, &mut Tile<P>) + Sync) {
        self.edit_slots(positions, |pos, slot| {
            edit(pos, slot.make_mut());
            slot.compact();
        });
    }

    /// Edits the slots at `positions` (each at most once in the list) on all cores.
    pub fn edit_slots(&mut self, positions: &[TilePos], edit: impl Fn(TilePos, &mut Slot<P>) + Sync) {
        let background = self.background.clone();
        let mut taken: Vec<(TilePos, Slot<P>)> = positions
            .iter()
            .map(|&pos| (pos, std::mem::replace(self.slot_mut(pos), background.clone())))
            .collect();
        if taken.len() < 8 {
            taken.iter_mut().for_each(|(pos, slot)| edit(*pos, slot));
        } else {
            taken.par_iter_mut().for_each(|(pos, slot)| edit(*pos, slot));
        }
        for (pos, slot) in taken {
            *self.slot_mut(pos) = slot;
        }
    }

    /// Makes uniform tiles among `positions` solid, so that they take no memory.
    pub fn compact(&mut self, positions: impl IntoIterator<Item = TilePos>) {
        for pos in positions {
            if let Slot::Pixels(tile) = self.slot(pos)
                && let Some(px) = tile.uniform()
            {
                self.set_slot(pos, Slot::Solid(px));
            }
        }
    }

    /// Every slot that differs from the background, in reading order within each chunk.
    pub fn tiles(&self) -> impl Iterator<Item = (TilePos, &Slot<P>)> {
        self.chunks
            .iter()
            .flat_map(|(&at, chunk)| chunk.slots.iter().enumerate().map(move |(i, s)| (position(at, i), s)))
            .filter(|(_, slot)| !slot.is_same(&self.background))
    }

    /// The canvas rectangle of all tiles that differ from the background: whole tiles, fast.
    pub fn tile_bounds(&self) -> Rect {
        self.tiles().fold(Rect::default(), |all, (pos, _)| all.union(&pos.rect()))
    }

    /// The exact rectangle of pixels whose last plane (alpha, coverage) is not 0.
    pub fn content_bounds(&self) -> Rect {
        let mut all = Rect::default();
        for (pos, slot) in self.tiles() {
            let rect = pos.rect();
            if all.contains_rect(&rect) {
                continue;
            }
            match slot {
                Slot::Solid(px) if px[P - 1] == 0 => {}
                Slot::Solid(_) => all = all.union(&rect),
                Slot::Pixels(tile) => {
                    let plane = &tile.planes[P - 1];
                    for (y, row) in plane.chunks_exact(TILE as usize).enumerate() {
                        let Some(first) = row.iter().position(|&v| v != 0) else { continue };
                        let last = row.iter().rposition(|&v| v != 0).unwrap_or(first);
                        let y = rect.y0 + y as i32;
                        all = all.union(&Rect::new(
                            rect.x0 + first as i32,
                            y,
                            rect.x0 + last as i32 + 1,
                            y + 1,
                        ));
                    }
                }
            }
        }
        all
    }

    /// The value of canvas pixel `(x, y)`.
    pub fn pixel(&self, x: i32, y: i32) -> [u16; P] {
        self.slot(TilePos::holding(x, y)).get(offset(x, y))
    }

    /// Sets canvas pixel `(x, y)`.
    pub fn set_pixel(&mut self, x: i32, y: i32, px: [u16; P]) {
        self.tile_mut(TilePos::holding(x, y)).put(offset(x, y), px);
    }

    /// Whether both are the same without looking at pixels.
    pub fn is_same(&self, other: &Self) -> bool {
        self.background.is_same(&other.background) && Arc::ptr_eq(&self.chunks, &other.chunks)
    }

    /// Calls `found` with every tile position at which the two are not the same pointer or solid value. Costs
    /// time by the number of chunks that differ, not by the size of the picture.
    pub fn diff(&self, other: &Self, mut found: impl FnMut(TilePos)) {
        if Arc::ptr_eq(&self.chunks, &other.chunks) {
            return;
        }
        for (&at, chunk) in self.chunks.iter() {
            match other.chunks.get(&at) {
                Some(o) if Arc::ptr_eq(chunk, o) => {}
                o => {
                    for (i, slot) in chunk.slots.iter().enumerate() {
                        if !slot.is_same(o.map_or(&other.background, |o| &o.slots[i])) {
                            found(position(at, i));
                        }
                    }
                }
            }
        }
        for (&at, chunk) in other.chunks.iter().filter(|(at, _)| !self.chunks.contains_key(at)) {
            for (i, slot) in chunk.slots.iter().enumerate() {
                if !slot.is_same(&self.background) {
                    found(position(at, i));
                }
            }
        }
    }

    /// Bytes of pixels that this plane holds and `other` does not.
    pub fn bytes_not_in(&self, other: &Self) -> usize {
        let mut bytes = 0;
        self.diff(other, |pos| {
            if matches!(self.slot(pos), Slot::Pixels(_)) {
                bytes += size_of::<Tile<P>>();
            }
        });
        bytes
    }

    /// Bytes of all pixels.
    pub fn bytes(&self) -> usize {
        self.tiles().filter(|(_, s)| matches!(s, Slot::Pixels(_))).count() * size_of::<Tile<P>>()
    }

    /// Copies the values of `rect` into one vector per plane, rows from the top.
    pub fn read(&self, rect: Rect) -> [Vec<u16>; P] {
        let width = rect.width() as usize;
        let mut out: [Vec<u16>; P] =
            std::array::from_fn(|p| vec![self.background()[p]; width * rect.height() as usize]);
        for pos in tiles_in(rect) {
            let part = pos.rect().intersect(&rect);
            let n = part.width() as usize;
            let slot = self.slot(pos);
            for y in part.y0..part.y1 {
                let to = (y - rect.y0) as usize * width + (part.x0 - rect.x0) as usize;
                let from = offset(part.x0, y);
                for (p, out) in out.iter_mut().enumerate() {
                    match slot {
                        Slot::Solid(px) => out[to..to + n].fill(px[p]),
                        Slot::Pixels(t) => {
                            out[to..to + n].copy_from_slice(&t.planes[p][from..from + n]);
                        }
                    }
                }
            }
        }
        out
    }

    /// Writes what [`TileMap::read`] gives back into `rect`. Slices of another length than `rect` has pixels are
    /// a caller's error (panics).
    pub fn write(&mut self, rect: Rect, data: [&[u16]; P]) {
        let width = rect.width() as usize;
        assert!(data.iter().all(|d| d.len() == width * rect.height() as usize));
        let positions: Vec<_> = tiles_in(rect).collect();
        self.edit_tiles(&positions, |pos, tile| {
            let part = pos.rect().intersect(&rect);
            let n = part.width() as usize;
            for y in part.y0..part.y1 {
                let from = (y - rect.y0) as usize * width + (part.x0 - rect.x0) as usize;
                let to = offset(part.x0, y);
                for (plane, data) in tile.planes.iter_mut().zip(data) {
                    plane[to..to + n].copy_from_slice(&data[from..from + n]);
                }
            }
        });
    }

    /// Sets everything inside `rect` to `px`; whole tiles become solid.
    pub fn fill_rect(&mut self, rect: Rect, px: [u16; P]) {
        for pos in tiles_in(rect) {
            let part = pos.rect().intersect(&rect);
            if part == pos.rect() {
                self.set_slot(pos, Slot::Solid(px));
                continue;
            }
            let tile = self.tile_mut(pos);
            for y in part.y0..part.y1 {
                let at = offset(part.x0, y);
                for (plane, v) in tile.planes.iter_mut().zip(px) {
                    plane[at..at + part.width() as usize].fill(v);
                }
            }
            self.compact([pos]);
        }
    }

    /// The plane moved by `(dx, dy)` pixels. Whole tiles are shared where both are multiples of 64.
    pub fn translated(&self, dx: i32, dy: i32) -> Self {
        let mut out = Self::new(self.background());
        if dx % TILE == 0 && dy % TILE == 0 {
            for (pos, slot) in self.tiles() {
                out.set_slot(TilePos::new(pos.x + dx / TILE, pos.y + dy / TILE), slot.clone());
            }
            return out;
        }
        let mut targets: Vec<_> =
            self.tiles().flat_map(|(pos, _)| tiles_in(pos.rect().translate(dx, dy))).collect();
        targets.sort_unstable();
        targets.dedup();
        out.edit_slots(&targets, |pos, slot| {
            let data = self.read(pos.rect().translate(-dx, -dy));
            let mut tile = Tile::filled([0; P]);
            for (plane, d) in tile.planes.iter_mut().zip(&data) {
                plane.copy_from_slice(d);
            }
            *slot = Slot::from_tile(tile);
        });
        out
    }
}

/// Where canvas pixel `(x, y)` lies in its tile.
pub(crate) fn offset(x: i32, y: i32) -> usize {
    const { assert!(TILE_AREA == 4096) };
    ((y.rem_euclid(TILE) * TILE) + x.rem_euclid(TILE)) as usize
}
