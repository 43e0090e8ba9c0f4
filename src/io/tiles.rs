//! Planes of tiles as bytes, exactly: what OpenRaster files keep beside their PNGs, and what the journal appends.
//!
//! ```text
//! "SCTL" version=1 planes(u8) background(planes × u16) count(u32)
//! count × { tile row(i32) tile column(i32) kind(u8) bytes(u32) }
//! the bytes of every tile, in the same order
//! ```
//! All numbers are little-endian. Kinds: 0 = one value (planes × u16); 1 = 8 bits a channel, straight alpha; 2 = 16
//! bits a channel, premultiplied. Kinds 1 and 2 hold one plane of 64×64 after the other, every row as its difference
//! from the row above (of kind 2 folded so that small differences of either sign are small numbers, low bytes of all
//! planes first, then high bytes), compressed as one LZ4 block. LZ4 expands at most 255 times: a short file cannot
//! ask for much memory.

use super::flaw::Flaw;
use crate::document::rgba8::{
    alpha8_plane, from_straight8, premultiply_plane, straight8, unpremultiply_plane,
};
use crate::document::tile::TILE_AREA;
use crate::document::{Slot, TILE, TileMap, TilePos, tile::Tile};
use lz4_flex::block::{compress, decompress_into};
use rayon::prelude::*;

const MAGIC: [u8; 5] = *b"SCTL\x01";
const SOLID: u8 = 0;
const EIGHT: u8 = 1;
const SIXTEEN: u8 = 2;
const INDEX_BYTES: usize = 4 + 4 + 1 + 4;
const ROW: usize = TILE as usize;

/// Rows and columns of tiles lie within ± this, so that no rectangle of pixels overflows.
const MAX_TILE: i32 = 1 << 22;
/// Canvas coordinates in files lie within ± this.
pub(super) const MAX_COORDINATE: i32 = MAX_TILE * TILE;

/// Whether the tile may lie in a file.
fn in_range(pos: TilePos) -> bool {
    pos.x.abs() < MAX_TILE && pos.y.abs() < MAX_TILE
}

/// The pixel in 8 bits, if that loses nothing.
fn narrow<const P: usize>(px: [u16; P]) -> Option<[u8; P]> {
    let mut out = [0; P];
    if P == 4 {
        let wide = std::array::from_fn(|i| px[i]);
        let eight = straight8(wide);
        out.iter_mut().zip(eight).for_each(|(o, v)| *o = v);
        (from_straight8(eight) == wide).then_some(out)
    } else {
        out.iter_mut().zip(px).for_each(|(o, v)| *o = (v / 257) as u8);
        px.iter().all(|v| v % 257 == 0).then_some(out)
    }
}

/// Whether 8 bits a channel hold the slot exactly.
pub(super) fn fits_8_bits<const P: usize>(slot: &Slot<P>) -> bool {
    match slot {
        Slot::Solid(px) => narrow(*px).is_some(),
        Slot::Pixels(tile) => narrow_tile(tile).is_some(),
    }
}

fn encode_tile<const P: usize>(slot: &Slot<P>) -> (u8, Vec<u8>) {
    let tile = match slot {
        Slot::Solid(px) => return (SOLID, px.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Slot::Pixels(tile) => tile,
    };
    if let Some(px) = tile.uniform() {
        return encode_tile(&Slot::Solid(px));
    }
    if let Some(eight) = encode_8(tile) {
        return (EIGHT, compress(&eight));
    }
    let mut bytes = vec![0; TILE_AREA * P * 2];
    let (low, high) = bytes.split_at_mut(TILE_AREA * P);
    let planes = low.chunks_exact_mut(TILE_AREA).zip(high.chunks_exact_mut(TILE_AREA));
    for (plane, (low, high)) in tile.planes.iter().zip(planes) {
        for i in 0..TILE_AREA {
            let above = if i < ROW { 0 } else { plane[i - ROW] };
            let d = plane[i].wrapping_sub(above) as i16;
            let folded = ((d << 1) ^ (d >> 15)) as u16;
            [low[i], high[i]] = folded.to_le_bytes();
        }
    }
    (SIXTEEN, compress(&bytes))
}

/// The planes in 8 bits, if that loses nothing.
fn narrow_tile<const P: usize>(tile: &Tile<P>) -> Option<Vec<u8>> {
    // Most tiles that do not fit show it in any pixel.
    narrow(tile.get(TILE_AREA / 2))?;
    let mut bytes = vec![0; TILE_AREA * P];
    let alpha = &tile.planes[P - 1];
    for (p, (plane, out)) in tile.planes.iter().zip(bytes.chunks_exact_mut(TILE_AREA)).enumerate() {
        if p + 1 < P {
            unpremultiply_plane(plane, alpha, out);
        } else {
            alpha8_plane(plane, out);
        }
    }
    let mut back = [0; TILE_AREA];
    for (p, plane) in tile.planes.iter().enumerate() {
        widen_plane(&bytes, p, P, &mut back);
        if back != *plane {
            return None;
        }
    }
    Some(bytes)
}

/// Plane `p` of `planes` planes of 8 bits, of which the last is alpha.
fn widen_plane(bytes: &[u8], p: usize, planes: usize, out: &mut [u16; TILE_AREA]) {
    let plane = |p: usize| &bytes[p * TILE_AREA..(p + 1) * TILE_AREA];
    if p + 1 < planes {
        premultiply_plane(plane(p), plane(planes - 1), out);
    } else {
        out.iter_mut().zip(plane(p)).for_each(|(out, &v)| *out = u16::from(v) * 257);
    }
}

fn encode_8<const P: usize>(tile: &Tile<P>) -> Option<Vec<u8>> {
    let mut bytes = narrow_tile(tile)?;
    for plane in bytes.chunks_exact_mut(TILE_AREA) {
        (ROW..TILE_AREA).rev().for_each(|i| plane[i] = plane[i].wrapping_sub(plane[i - ROW]));
    }
    Some(bytes)
}

fn decode_tile<const P: usize>(kind: u8, bytes: &[u8], buffer: &mut Vec<u8>) -> Result<Slot<P>, Flaw> {
    let broken = Flaw::Bad("a tile is broken");
    let mut unpack = |length: usize| {
        buffer.resize(length, 0);
        match decompress_into(bytes, &mut buffer[..length]) {
            Ok(n) if n == length => Ok(()),
            _ => Err(Flaw::Bad("a compressed tile is broken")),
        }
    };
    let mut tile = Box::new(Tile::filled([0; P]));
    match kind {
        SOLID if bytes.len() == 2 * P => {
            let px = std::array::from_fn(|p| u16::from_le_bytes([bytes[2 * p], bytes[2 * p + 1]]));
            return Ok(Slot::Solid(px));
        }
        EIGHT => {
            unpack(TILE_AREA * P)?;
            for y in (0..ROW * P).filter(|y| y % ROW != 0) {
                let (above, row) = buffer[(y - 1) * ROW..(y + 1) * ROW].split_at_mut(ROW);
                row.iter_mut().zip(above).for_each(|(v, a)| *v = v.wrapping_add(*a));
            }
            for (p, plane) in tile.planes.iter_mut().enumerate() {
                widen_plane(buffer, p, P, plane);
            }
        }
        SIXTEEN => {
            unpack(TILE_AREA * P * 2)?;
            let (low, high) = buffer.split_at(TILE_AREA * P);
            let planes = low.chunks_exact(TILE_AREA).zip(high.chunks_exact(TILE_AREA));
            for (plane, (low, high)) in tile.planes.iter_mut().zip(planes) {
                for ((v, &low), &high) in plane.iter_mut().zip(low).zip(high) {
                    let folded = u16::from_le_bytes([low, high]);
                    *v = (folded >> 1) ^ (folded & 1).wrapping_neg();
                }
                for y in 1..ROW {
                    let (above, row) = plane[(y - 1) * ROW..(y + 1) * ROW].split_at_mut(ROW);
                    row.iter_mut().zip(above).for_each(|(v, a)| *v = v.wrapping_add(*a));
                }
            }
        }
        _ => return Err(broken),
    }
    Ok(Slot::Pixels(std::sync::Arc::from(tile)))
}

/// The bytes of `tiles`, on all cores.
pub(super) fn encode<const P: usize>(
    background: [u16; P],
    tiles: &[(TilePos, &Slot<P>)],
) -> Result<Vec<u8>, Flaw> {
    if !tiles.iter().all(|(pos, _)| in_range(*pos)) {
        return Err(Flaw::Bad("paint lies too far out"));
    }
    let coded: Vec<(u8, Vec<u8>)> = tiles.par_iter().map(|(_, slot)| encode_tile(slot)).collect();
    let total: usize = coded.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut out = Vec::with_capacity(MAGIC.len() + 1 + 2 * P + 4 + tiles.len() * INDEX_BYTES + total);
    out.extend(MAGIC);
    out.push(P as u8);
    background.iter().for_each(|v| out.extend(v.to_le_bytes()));
    out.extend((tiles.len() as u32).to_le_bytes());
    for ((pos, _), (kind, bytes)) in tiles.iter().zip(&coded) {
        out.extend(pos.y.to_le_bytes());
        out.extend(pos.x.to_le_bytes());
        out.push(*kind);
        out.extend((bytes.len() as u32).to_le_bytes());
    }
    coded.iter().for_each(|(_, bytes)| out.extend(bytes));
    Ok(out)
}

/// The bytes of a whole plane. Equal planes give equal bytes, however they came about.
pub(super) fn encode_plane<const P: usize>(plane: &TileMap<P>) -> Result<Vec<u8>, Flaw> {
    let background = plane.background();
    let differs = |slot: &Slot<P>| match slot {
        Slot::Solid(px) => *px != background,
        Slot::Pixels(tile) => tile.uniform() != Some(background),
    };
    let tiles: Vec<_> = plane.tiles().filter(|(_, slot)| differs(slot)).collect();
    encode(background, &tiles)
}

/// What [`encode`] wrote.
pub(super) struct Decoded<const P: usize> {
    pub(super) background: [u16; P],
    pub(super) tiles: Vec<(TilePos, Slot<P>)>,
}

/// Reads what [`encode`] wrote, on all cores.
pub(super) fn decode<const P: usize>(bytes: &[u8]) -> Result<Decoded<P>, Flaw> {
    let cut = || Flaw::Cut("a plane of tiles");
    let (magic, rest) = bytes.split_first_chunk::<5>().ok_or_else(cut)?;
    let (&planes, rest) = rest.split_first().ok_or_else(cut)?;
    if *magic != MAGIC || usize::from(planes) != P {
        return Err(Flaw::Bad("it holds no tiles of the expected kind"));
    }
    let (background, rest) = rest.split_at_checked(2 * P).ok_or_else(cut)?;
    let background = std::array::from_fn(|p| u16::from_le_bytes([background[2 * p], background[2 * p + 1]]));
    let (count, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let index_bytes = (u32::from_le_bytes(*count) as usize).checked_mul(INDEX_BYTES).ok_or_else(cut)?;
    let (index, mut data) = rest.split_at_checked(index_bytes).ok_or_else(cut)?;
    let mut parts = Vec::with_capacity(index.len() / INDEX_BYTES);
    for entry in index.chunks_exact(INDEX_BYTES) {
        let int = |at: usize| [entry[at], entry[at + 1], entry[at + 2], entry[at + 3]];
        let pos = TilePos::new(i32::from_le_bytes(int(4)), i32::from_le_bytes(int(0)));
        if !in_range(pos) {
            return Err(Flaw::Bad("a tile lies too far out"));
        }
        let (part, rest) = data.split_at_checked(u32::from_le_bytes(int(9)) as usize).ok_or_else(cut)?;
        data = rest;
        parts.push((pos, entry[8], part));
    }
    let tiles = parts
        .into_par_iter()
        .map_init(Vec::new, |buffer, (pos, kind, part)| Ok((pos, decode_tile(kind, part, buffer)?)))
        .collect::<Result<Vec<_>, Flaw>>()?;
    Ok(Decoded { background, tiles })
}

/// Reads what [`encode_plane`] wrote.
pub(super) fn decode_plane<const P: usize>(bytes: &[u8]) -> Result<TileMap<P>, Flaw> {
    let decoded = decode(bytes)?;
    let mut plane = TileMap::new(decoded.background);
    decoded.tiles.into_iter().for_each(|(pos, slot)| plane.set_slot(pos, slot));
    Ok(plane)
}
