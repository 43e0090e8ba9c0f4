//! Moving, scaling, rotating and bending pixels into perspective; flips.

use super::filter::replace;
use crate::document::edit::set_pixels;
use crate::document::tile::{TILE, TILE_AREA, Tile, tiles_in};
use crate::document::{Content, Damage, Document, LayerId, Mask, Pixels, Slot, TilePos, edit};
use crate::geom::{Point, Projective, Rect};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How pixels between pixels are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resample {
    /// The nearest one: for pixel art.
    Nearest,
    /// Bicubic (Catmull-Rom) where the picture grows; where it shrinks, the kernel widens to the area that a pixel
    /// stands for, so that nothing is skipped.
    #[default]
    Bicubic,
}

/// The planes of a source, flat.
struct Flat<const P: usize> {
    rect: Rect,
    planes: [Vec<u16>; P],
}

impl<const P: usize> Flat<P> {
    fn at(&self, x: i32, y: i32) -> Option<usize> {
        self.rect
            .contains(x, y)
            .then(|| (y - self.rect.y0) as usize * self.rect.width() as usize + (x - self.rect.x0) as usize)
    }
}

/// Keys 1981 with a = -1/2.
fn cubic(t: f32) -> f32 {
    let t = t.abs();
    if t < 1.0 {
        (1.5 * t - 2.5) * t * t + 1.0
    } else if t < 2.0 {
        ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
    } else {
        0.0
    }
}

/// Normalised weights of the source pixels around `at` for a kernel widened `wide` times; the first one's index.
fn weights(at: f64, wide: f64, out: &mut Vec<f32>) -> i32 {
    let first = (at - 0.5 - 2.0 * wide).ceil() as i32;
    let last = (at - 0.5 + 2.0 * wide).floor() as i32;
    out.clear();
    out.extend((first..=last).map(|i| cubic(((f64::from(i) + 0.5 - at) / wide) as f32)));
    let sum: f32 = out.iter().sum();
    out.iter_mut().for_each(|w| *w /= sum);
    first
}

fn bicubic<const P: usize>(
    flat: &Flat<P>,
    q: Point,
    (wide_x, wide_y): (f64, f64),
    (wx, wy): &mut (Vec<f32>, Vec<f32>),
) -> [u16; P] {
    let x0 = weights(q.x, wide_x, wx);
    let y0 = weights(q.y, wide_y, wy);
    let width = flat.rect.width() as usize;
    let mut sum = [0.0f32; P];
    for (y, &wy) in (y0..).zip(wy.iter()) {
        if y < flat.rect.y0 || y >= flat.rect.y1 {
            continue;
        }
        let row = (y - flat.rect.y0) as usize * width;
        let from = x0.max(flat.rect.x0);
        let to = (x0 + wx.len() as i32).min(flat.rect.x1);
        if from >= to {
            continue;
        }
        let w = &wx[(from - x0) as usize..(to - x0) as usize];
        let at = row + (from - flat.rect.x0) as usize;
        for (sum, plane) in sum.iter_mut().zip(&flat.planes) {
            let line: f32 = plane[at..at + w.len()].iter().zip(w).map(|(&v, &w)| f32::from(v) * w).sum();
            *sum += line * wy;
        }
    }
    // The kernel overshoots: back into range, colours not above alpha.
    let alpha = sum[P - 1].clamp(0.0, 65_535.0);
    sum.map(|v| (v.clamp(0.0, alpha) + 0.5) as u16)
}

/// `pixels` (or coverage, with one plane) moved by `map`. What lies beyond the horizon is lost. `None` when the map
/// flattens the plane or throws the picture out of the canvas.
pub fn transformed<const P: usize>(
    pixels: &crate::document::TileMap<P>,
    map: &Projective,
    how: Resample,
) -> Option<crate::document::TileMap<P>> {
    let mut out = crate::document::TileMap::new(pixels.background());
    let rect = pixels.content_bounds();
    if rect.is_empty() {
        return Some(out);
    }
    if let Some((dx, dy)) = whole_translation(map) {
        return Some(pixels.translated(dx, dy));
    }
    let back = map.inverse()?;
    // A margin for the kernel at the rim.
    let target = map.bounds(&rect.grow(2))?.grow(1);
    if target.area() > 1 << 28 {
        return None;
    }
    let flat = Flat { rect, planes: pixels.read(rect) };
    let positions: Vec<TilePos> = tiles_in(target).collect();
    out.edit_slots(&positions, |pos, slot| *slot = resampled_tile(&flat, pos, &back, how));
    Some(out)
}

fn resampled_tile<const P: usize>(flat: &Flat<P>, pos: TilePos, back: &Projective, how: Resample) -> Slot<P> {
    let mut tile = Tile::filled([0; P]);
    let mut buffers = (Vec::new(), Vec::new());
    let reach = f64::from(flat.rect.width().max(flat.rect.height())).max(1.0);
    for i in 0..TILE_AREA {
        let (x, y) = (pos.x * TILE + i as i32 % TILE, pos.y * TILE + i as i32 / TILE);
        let p = Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let q = back.apply(p);
        if !(q.x.abs() < 1e8 && q.y.abs() < 1e8) {
            continue;
        }
        let px = match how {
            Resample::Nearest => flat
                .at(q.x.floor() as i32, q.y.floor() as i32)
                .map_or([0; P], |i| std::array::from_fn(|p| flat.planes[p][i])),
            Resample::Bicubic => {
                let (dx, dy) =
                    (back.apply(p + Point::new(1.0, 0.0)) - q, back.apply(p + Point::new(0.0, 1.0)) - q);
                let wide = |a: f64, b: f64| (a * a + b * b).sqrt().clamp(1.0, reach);
                bicubic(flat, q, (wide(dx.x, dy.x), wide(dx.y, dy.y)), &mut buffers)
            }
        };
        tile.put(i, px);
    }
    Slot::from_tile(tile)
}

/// The offset of a map that moves by whole pixels and does nothing else.
pub fn whole_translation(map: &Projective) -> Option<(i32, i32)> {
    let m = &map.m;
    let same = |i: usize| (m[i] - Projective::IDENTITY.m[i]).abs() < 1e-12;
    let whole = |v: f64| (v - v.round()).abs() < 1e-9 && v.abs() < 1e8;
    ([0, 1, 3, 4, 6, 7, 8].into_iter().all(same) && whole(m[2]) && whole(m[5]))
        .then(|| (m[2].round() as i32, m[5].round() as i32))
}

/// Transforms a layer, or of a raster layer what is selected; the selection goes along. A map that cannot be applied
/// changes nothing.
pub fn transform(doc: &mut Document, id: LayerId, map: &Projective, how: Resample) -> Damage {
    let selected = doc.selection.clone();
    edit::with_damage(doc, |doc| {
        let Some(layer) = doc.layer_mut(id).filter(|layer| !layer.locked) else { return };
        match (&mut layer.content, selected) {
            (Content::Raster(pixels), Some(mask)) => {
                let lifted = masked(pixels, &mask);
                let Some(moved) = transformed(&lifted, map, how) else { return };
                let Some(new_mask) = transformed(&mask, map, how) else { return };
                *pixels = over(&without(pixels, &mask), &moved);
                doc.selection = Some(new_mask);
            }
            _ => transform_all(layer, map, how),
        }
    })
}

fn transform_all(layer: &mut crate::document::Layer, map: &Projective, how: Resample) {
    if let Some(mask) = &mut layer.mask
        && let Some(moved) = transformed(&mask.coverage, map, how)
    {
        mask.coverage = moved;
    }
    match &mut layer.content {
        Content::Raster(pixels) => {
            if let Some(moved) = transformed(pixels, map, how) {
                *pixels = moved;
            }
        }
        Content::Group(layers) => {
            layers.iter_mut().for_each(|l| transform_all(Arc::make_mut(l), map, how));
        }
    }
}

/// The part of `pixels` that `mask` covers: what is lifted, copied or cut. Tiles that are covered wholly are shared.
pub fn masked(pixels: &Pixels, mask: &Mask) -> Pixels {
    split(pixels, mask, |covered| covered)
}

/// The part of `pixels` that `mask` leaves. Tiles that are not covered are shared.
pub fn without(pixels: &Pixels, mask: &Mask) -> Pixels {
    split(pixels, mask, |covered| crate::document::ONE - covered)
}

fn split(pixels: &Pixels, mask: &Mask, keep: impl Fn(u16) -> u16 + Sync) -> Pixels {
    let mut out = pixels.clone();
    // Tiles that keep everything are not touched.
    let changed = |pos: &TilePos| !matches!(mask.slot(*pos), Slot::Solid([covered]) if keep(*covered) == crate::document::ONE);
    let positions: Vec<TilePos> = pixels.tiles().map(|(pos, _)| pos).filter(changed).collect();
    out.edit_slots(&positions, |pos, slot| {
        let covered = mask.slot(pos);
        if matches!(covered, Slot::Solid([covered]) if keep(*covered) == 0) {
            *slot = Slot::Solid([0; 4]);
            return;
        }
        for plane in &mut slot.make_mut().planes {
            for (i, v) in plane.iter_mut().enumerate() {
                *v = ((u32::from(*v) * u32::from(keep(covered.get(i)[0])) + 32_767) / 65_535) as u16;
            }
        }
    });
    out.compact(positions);
    out
}

/// `top` over `bottom`.
pub fn over(bottom: &Pixels, top: &Pixels) -> Pixels {
    let mut out = bottom.clone();
    let positions: Vec<TilePos> = top.tiles().map(|(pos, _)| pos).collect();
    out.edit_slots(&positions, |pos, below| {
        let slot = top.slot(pos);
        if matches!(below, Slot::Solid([_, _, _, 0]))
            || matches!(slot, Slot::Solid([_, _, _, crate::document::ONE]))
        {
            *below = slot.clone();
            return;
        }
        let tile = below.make_mut();
        for i in 0..TILE_AREA {
            let (b, t) = (tile.get(i), slot.get(i));
            let hidden = u32::from(crate::document::ONE - t[3]);
            let sum = |c: usize| (u32::from(t[c]) + (u32::from(b[c]) * hidden + 32_767) / 65_535).min(65_535);
            tile.put(i, std::array::from_fn(|c| sum(c) as u16));
        }
        below.compact();
    });
    out
}

/// An axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// Left becomes right.
    Horizontal,
    /// Top becomes bottom.
    Vertical,
}

/// Flips a layer about the middle of `within` (canvas pixels), pixel by pixel.
pub fn flip(doc: &mut Document, id: LayerId, axis: Axis, within: Rect) -> Damage {
    fn flip_layer(layer: &mut crate::document::Layer, map: &Projective) {
        transform_all(layer, map, Resample::Nearest);
    }
    let map = flip_map(axis, within);
    edit::with_damage(doc, |doc| {
        if let Some(layer) = doc.layer_mut(id).filter(|layer| !layer.locked) {
            flip_layer(layer, &map);
        }
    })
}

/// Flips the whole picture about the middle of the page.
pub fn flip_all(doc: &mut Document, axis: Axis) -> Damage {
    let map = flip_map(axis, doc.page);
    edit::with_damage(doc, |doc| {
        for layer in doc.layers_mut() {
            transform_all(Arc::make_mut(layer), &map, Resample::Nearest);
        }
        if let Some(mask) = &mut doc.selection
            && let Some(flipped) = transformed(mask, &map, Resample::Nearest)
        {
            *mask = flipped;
        }
    })
}

fn flip_map(axis: Axis, within: Rect) -> Projective {
    match axis {
        Axis::Horizontal => Projective::affine(-1.0, 0.0, 0.0, 1.0, f64::from(within.x0 + within.x1), 0.0),
        Axis::Vertical => Projective::affine(1.0, 0.0, 0.0, -1.0, 0.0, f64::from(within.y0 + within.y1)),
    }
}

/// Scales the whole picture and its page to `width` by `height` pixels.
pub fn resize(doc: &mut Document, width: u32, height: u32, how: Resample) -> Damage {
    let page = doc.page;
    if page.is_empty() || width == 0 || height == 0 {
        return Damage::none();
    }
    let (sx, sy) = (f64::from(width) / f64::from(page.width()), f64::from(height) / f64::from(page.height()));
    let map = Projective::scaling(sx, sy, Point::new(f64::from(page.x0), f64::from(page.y0)));
    edit::with_damage(doc, |doc| {
        doc.page = Rect::from_size(page.x0, page.y0, width, height);
        for layer in doc.layers_mut() {
            transform_all(Arc::make_mut(layer), &map, how);
        }
        doc.selection = doc.selection.take().and_then(|mask| transformed(&mask, &map, how));
    })
}

/// Puts pixels onto a layer within the selection: what generations and pastes do to an existing layer.
pub fn paste(doc: &mut Document, id: LayerId, top: &Pixels) -> Damage {
    let Some(pixels) = doc.layer(id).and_then(|l| l.pixels()) else { return Damage::none() };
    let new = over(pixels, top);
    if doc.selection.is_none() {
        return set_pixels(doc, id, new);
    }
    let positions: Vec<TilePos> = top.tiles().map(|(pos, _)| pos).collect();
    replace(doc, id, &positions, |pos| new.slot(pos).clone())
}
