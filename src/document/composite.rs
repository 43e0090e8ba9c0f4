//! Layers to one picture, tile by tile.
//!
//! A tile is composited in strips of 16 rows, because the strip of the result, the strip of the layer and what is
//! read of the tile then stay in the first-level cache through the whole stack of layers. Sums are `f32` between
//! layers: sixteen bits are rounded once, at the end.

use super::Document;
use super::blend::{BlendMode, blend_strip};
use super::layer::{Content, Layer};
use super::rgba8::Alpha;
use super::tile::{TILE, TILE_AREA, Tile, TilePos, tiles_in};
use super::tilemap::{Mask, Pixels, Slot};
use super::wide::{round_u8, round_u16, wide_fn};
use crate::geom::Rect;
use rayon::prelude::*;
use std::sync::Arc;

/// Sixteen rows of a tile, premultiplied, 0..=1.
pub(super) struct Strip {
    pub(super) planes: [[f32; Strip::LEN]; 4],
}

impl Strip {
    /// Pixels of a strip.
    pub(super) const LEN: usize = TILE_AREA / 4;

    fn clear() -> Self {
        Self { planes: [[0.0; Self::LEN]; 4] }
    }
}

/// Strips to borrow: one is needed per depth of groups, and a thread needs them for every tile again.
#[derive(Default)]
struct Pool(Vec<Box<Strip>>);

impl Pool {
    /// A strip with arbitrary content.
    fn take(&mut self) -> Box<Strip> {
        self.0.pop().unwrap_or_else(|| Box::new(Strip::clear()))
    }

    fn give(&mut self, strip: Box<Strip>) {
        self.0.push(strip);
    }
}

/// Which strip of which tile.
#[derive(Clone, Copy)]
struct At {
    pos: TilePos,
    strip: usize,
}

impl At {
    fn range(&self) -> std::ops::Range<usize> {
        self.strip * Strip::LEN..(self.strip + 1) * Strip::LEN
    }

    fn of<'a>(&self, plane: &'a [u16; TILE_AREA]) -> &'a [u16; Strip::LEN] {
        plane[self.range()].try_into().expect("a range of one strip")
    }
}

const SCALE: f32 = 1.0 / 65535.0;

wide_fn! {
    fn load_plane(plane: &mut [f32; Strip::LEN], from: &[u16; Strip::LEN]) {
        for (v, &s) in plane.iter_mut().zip(from) {
            *v = f32::from(s) * SCALE;
        }
    }
}

wide_fn! {
    fn scale(strip: &mut Strip, k: f32) {
        for plane in &mut strip.planes {
            plane.iter_mut().for_each(|v| *v *= k);
        }
    }
}

wide_fn! {
    fn scale_by_mask(strip: &mut Strip, mask: &[u16; Strip::LEN]) {
        for plane in &mut strip.planes {
            for (v, &m) in plane.iter_mut().zip(mask) {
                *v *= f32::from(m) * SCALE;
            }
        }
    }
}

wide_fn! {
    /// `acc` moves toward `to` by `k` times the mask.
    fn mix(acc: &mut Strip, to: &Strip, k: f32, mask: &[u16; Strip::LEN]) {
        for (plane, to) in acc.planes.iter_mut().zip(&to.planes) {
            for ((v, &t), &m) in plane.iter_mut().zip(to).zip(mask) {
                *v += (t - *v) * (k * (f32::from(m) * SCALE));
            }
        }
    }
}

wide_fn! {
    fn store_px(strip: &Strip, out: &mut [&mut [u16]; 4]) {
        let [r, g, b, a] = &strip.planes;
        for (plane, out) in [r, g, b, a].into_iter().zip(out) {
            // A colour never exceeds its alpha, whatever the last bit of the sums says.
            for ((&v, &a), out) in plane.iter().zip(a).zip(out.iter_mut()) {
                *out = round_u16(v.clamp(0.0, a.min(1.0)) * 65535.0);
            }
        }
    }
}

wide_fn! {
    fn store_rgba8(strip: &Strip, straight: bool, out: &mut [u8]) {
        let [r, g, b, a] = &strip.planes;
        let mut bytes = [[0u8; Strip::LEN]; 4];
        let [br, bg, bb, ba] = &mut bytes;
        for (plane, out) in [(r, br), (g, bg), (b, bb)] {
            for ((&v, &a), out) in plane.iter().zip(a).zip(out) {
                let v = v.clamp(0.0, a);
                let v = if straight { v / a.max(1e-20) } else { v };
                *out = round_u8(v.min(1.0) * 255.0);
            }
        }
        for (&v, out) in a.iter().zip(ba) {
            *out = round_u8(v.clamp(0.0, 1.0) * 255.0);
        }
        for (i, px) in out.chunks_exact_mut(4).enumerate().take(Strip::LEN) {
            px.copy_from_slice(&[bytes[0][i], bytes[1][i], bytes[2][i], bytes[3][i]]);
        }
    }
}

/// The pixels of a tile into `out`.
fn load(slot: &Slot<4>, at: At, out: &mut Strip) {
    match slot {
        Slot::Solid(px) => {
            for (plane, &v) in out.planes.iter_mut().zip(px) {
                plane.fill(f32::from(v) * SCALE);
            }
        }
        Slot::Pixels(tile) => {
            for (plane, from) in out.planes.iter_mut().zip(&tile.planes) {
                load_plane(plane, at.of(from));
            }
        }
    }
}

fn apply_mask(mask: &Mask, at: At, strip: &mut Strip) {
    match mask.slot(at.pos) {
        Slot::Solid([super::tile::ONE]) => {}
        Slot::Solid([v]) => scale(strip, f32::from(*v) * SCALE),
        Slot::Pixels(tile) => scale_by_mask(strip, at.of(&tile.planes[0])),
    }
}

fn enabled_mask(layer: &Layer) -> Option<&Mask> {
    layer.mask.as_ref().filter(|mask| mask.enabled).map(|mask| &mask.coverage)
}

/// Whether the layer shows nothing at the tile.
fn is_nothing(layer: &Layer, pos: TilePos) -> bool {
    layer.opacity <= 0.0
        || enabled_mask(layer).is_some_and(|mask| matches!(mask.slot(pos), Slot::Solid([0])))
        || !layer.touches(pos)
}

/// What the layer holds, by itself and masked, without its opacity.
fn content(layer: &Layer, at: At, out: &mut Strip, pool: &mut Pool) {
    match &layer.content {
        Content::Raster(pixels) => load(pixels.slot(at.pos), at, out),
        Content::Group(layers) => {
            out.planes = [[0.0; Strip::LEN]; 4];
            stack(layers, at, out, pool);
        }
    }
    if let Some(mask) = enabled_mask(layer) {
        apply_mask(mask, at, out);
    }
}

/// Blends `layers` with `acc`, from the bottom up.
fn stack(layers: &[Arc<Layer>], at: At, acc: &mut Strip, pool: &mut Pool) {
    let mut rest = layers;
    while let Some((base, above)) = rest.split_first() {
        let clipped = above.iter().take_while(|layer| layer.clipping).count();
        let (clipping, next) = above.split_at(clipped);
        rest = next;
        if !base.visible || is_nothing(base, at.pos) {
            continue;
        }
        let through = base.blend == BlendMode::PassThrough && clipping.is_empty();
        match &base.content {
            Content::Group(children) if through => pass_through(base, children, at, acc, pool),
            Content::Group(_) | Content::Raster(_) => {
                let mut src = pool.take();
                content(base, at, &mut src, pool);
                for layer in clipping.iter().filter(|l| l.visible && !is_nothing(l, at.pos)) {
                    let mut top = pool.take();
                    content(layer, at, &mut top, pool);
                    if layer.opacity < 1.0 {
                        scale(&mut top, layer.opacity);
                    }
                    blend_strip(layer.blend, &mut src, &top, 0.0);
                    pool.give(top);
                }
                if base.opacity < 1.0 {
                    scale(&mut src, base.opacity);
                }
                blend_strip(base.blend, acc, &src, 1.0);
                pool.give(src);
            }
        }
    }
}

/// A group whose layers meet what lies below it; opacity and mask say how much of the change they make remains.
fn pass_through(group: &Layer, children: &[Arc<Layer>], at: At, acc: &mut Strip, pool: &mut Pool) {
    let mask = enabled_mask(group).map(|mask| mask.slot(at.pos));
    if group.opacity >= 1.0 && matches!(mask, None | Some(Slot::Solid([super::tile::ONE]))) {
        return stack(children, at, acc, pool);
    }
    let mut after = pool.take();
    after.planes = acc.planes;
    stack(children, at, &mut after, pool);
    let solid;
    let mask = match mask {
        None => &[super::tile::ONE; Strip::LEN],
        Some(Slot::Solid([v])) => {
            solid = [*v; Strip::LEN];
            &solid
        }
        Some(Slot::Pixels(tile)) => at.of(&tile.planes[0]),
    };
    mix(acc, &after, group.opacity, mask);
    pool.give(after);
}

fn is_empty(layers: &[Arc<Layer>], pos: TilePos) -> bool {
    !layers.iter().any(|layer| layer.visible && !is_nothing(layer, pos))
}

fn strips(layers: &[Arc<Layer>], pos: TilePos, pool: &mut Pool, mut done: impl FnMut(At, &Strip)) {
    let mut acc = pool.take();
    for strip in 0..TILE_AREA / Strip::LEN {
        let at = At { pos, strip };
        acc.planes = [[0.0; Strip::LEN]; 4];
        stack(layers, at, &mut acc, pool);
        done(at, &acc);
    }
    pool.give(acc);
}

/// One composited tile of `layers`.
fn tile(layers: &[Arc<Layer>], pos: TilePos, pool: &mut Pool) -> Slot<4> {
    if is_empty(layers, pos) {
        return Slot::Solid([0; 4]);
    }
    let mut tile = Tile::filled([0; 4]);
    strips(layers, pos, pool, |at, strip| {
        let mut out = tile.planes.each_mut().map(|plane| &mut plane[at.range()]);
        store_px(strip, &mut out);
    });
    Slot::from_tile(tile)
}

/// `layers` composited over nothing at `positions`, on all cores.
pub fn composite_layers(layers: &[Arc<Layer>], positions: &[TilePos]) -> Pixels {
    let slots: Vec<Slot<4>> =
        positions.par_iter().map_init(Pool::default, |pool, &pos| tile(layers, pos, pool)).collect();
    let mut out = Pixels::default();
    for (&pos, slot) in positions.iter().zip(slots) {
        out.set_slot(pos, slot);
    }
    out
}

/// The picture within `rect` (canvas pixels, whole tiles): what is seen, before it becomes 8 bits.
pub fn composite(doc: &Document, rect: Rect) -> Pixels {
    composite_layers(doc.layers(), &tiles_in(rect).collect::<Vec<_>>())
}

/// A composited tile of 64×64 RGBA pixels, 8 bits each, rows from the top.
pub type Tile8 = Box<[u8]>;

/// The composite of each tile of `positions` as 8-bit RGBA, in their order; `None` where nothing shows. This is
/// what a texture cache uploads.
pub fn composite_rgba8(doc: &Document, positions: &[TilePos], alpha: Alpha) -> Vec<Option<Tile8>> {
    let layers = doc.layers();
    positions
        .par_iter()
        .map_init(Pool::default, |pool, &pos| {
            if is_empty(layers, pos) {
                return None;
            }
            let mut out = vec![0u8; TILE_AREA * 4].into_boxed_slice();
            strips(layers, pos, pool, |at, strip| {
                let range = at.range();
                store_rgba8(strip, alpha == Alpha::Straight, &mut out[range.start * 4..range.end * 4]);
            });
            Some(out)
        })
        .collect()
}

/// The picture within `rect` as 8-bit RGBA, rows from the top: what is exported. The same document gives the
/// same bytes on every machine.
pub fn flatten_rgba8(doc: &Document, rect: Rect, alpha: Alpha) -> Vec<u8> {
    let width = rect.width() as usize;
    let mut out = vec![0u8; width * rect.height() as usize * 4];
    if out.is_empty() {
        return out;
    }
    let mut rows: Vec<(i32, &mut [u8])> = Vec::new();
    let mut rest = out.as_mut_slice();
    let mut y = rect.y0;
    while y < rect.y1 {
        let next = ((y.div_euclid(TILE) + 1) * TILE).min(rect.y1);
        let (band, tail) = rest.split_at_mut((next - y) as usize * width * 4);
        rows.push((y, band));
        (rest, y) = (tail, next);
    }
    rows.into_par_iter().for_each(|(y, band)| {
        let band_rect = Rect::new(rect.x0, y, rect.x1, y + (band.len() / (width * 4)) as i32);
        let positions: Vec<_> = tiles_in(band_rect).collect();
        for (pos, tile) in positions.iter().zip(composite_rgba8(doc, &positions, alpha)) {
            let Some(tile) = tile else { continue };
            let part = pos.rect().intersect(&band_rect);
            for y in part.y0..part.y1 {
                let from = super::tilemap::offset(part.x0, y) * 4;
                let to = ((y - band_rect.y0) as usize * width + (part.x0 - rect.x0) as usize) * 4;
                let n = part.width() as usize * 4;
                band[to..to + n].copy_from_slice(&tile[from..from + n]);
            }
        }
    });
    out
}

/// What a layer holds within `rect`, by itself, as a small picture of `width` by `height` pixels: 8-bit RGBA,
/// straight alpha, rows from the top. Each pixel is the mean of up to sixteen samples: the cost depends on the size
/// of the thumbnail, for a raster layer not on that of the layer.
pub fn thumbnail(layer: &Layer, rect: Rect, width: u32, height: u32) -> Vec<u8> {
    let (w, h) = (width.clamp(1, 1024), height.clamp(1, 1024));
    let pixels = match &layer.content {
        Content::Raster(pixels) => pixels.clone(),
        Content::Group(layers) => composite_layers(layers, &tiles_in(rect).collect::<Vec<_>>()),
    };
    let at = |from: i32, span: u32, i: u32, n: u32| {
        from + ((u64::from(span) * (2 * u64::from(i) + 1)) / (2 * u64::from(n))) as i32
    };
    let mut out = Vec::with_capacity((w * h * 4) as usize);
    for y in 0..h {
        for x in 0..w {
            let mut sum = [0u32; 4];
            for s in 0..16 {
                let px = pixels.pixel(
                    at(rect.x0, rect.width(), x * 4 + s % 4, w * 4),
                    at(rect.y0, rect.height(), y * 4 + s / 4, h * 4),
                );
                sum.iter_mut().zip(px).for_each(|(sum, v)| *sum += u32::from(v));
            }
            let mean = sum.map(|v| (v / 16) as u16);
            out.extend(crate::color::Rgba::from_px(mean).to_rgba8());
        }
    }
    out
}
