//! Filters: levels, curves, hue and saturation, blur, sharpen, noise.

use super::curve::Curve;
use super::hash::hash;
use crate::color::Hsv;
use crate::document::soften;
use crate::document::tile::{TILE, TILE_AREA, Tile, tiles_in};
use crate::document::{Damage, Document, LayerId, ONE, Pixels, Slot, TilePos};
use crate::geom::Rect;
use serde::{Deserialize, Serialize};

/// A filter and its settings. Colours are sRGB-encoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Filter {
    /// Stretches tones.
    Levels {
        /// What becomes 0.
        black: f32,
        /// What becomes 1.
        white: f32,
        /// Exponent of the middle is `1 / gamma`.
        gamma: f32,
        /// What black becomes.
        out_black: f32,
        /// What white becomes.
        out_white: f32,
    },
    /// Bends tones.
    Curves {
        /// Of all channels, after their own.
        all: Curve,
        /// Red, green and blue.
        channels: [Curve; 3],
    },
    /// Turns hues.
    HueSaturation {
        /// Turns, -0.5..=0.5.
        hue: f32,
        /// -1 = grey, 0 = as it is, 1 = twice.
        saturation: f32,
        /// -1 = black, 1 = white.
        lightness: f32,
    },
    /// Gaussian.
    Blur {
        /// Standard deviation in canvas pixels.
        sigma_px: f32,
    },
    /// Unsharp mask.
    Sharpen {
        /// Standard deviation in canvas pixels of what is taken away.
        sigma_px: f32,
        /// How much.
        amount: f32,
    },
    /// Random tones.
    Noise {
        /// Largest change, 0..=1.
        amount: f32,
        /// The same for the three channels.
        monochrome: bool,
        /// What chance comes from.
        seed: u64,
    },
    /// `1 - c`.
    Invert,
}

/// Replaces tiles of a layer by what `new` gives, within the selection and respecting locks.
pub(crate) fn replace(
    doc: &mut Document,
    id: LayerId,
    positions: &[TilePos],
    new: impl Fn(TilePos) -> Slot<4> + Sync,
) -> Damage {
    let selection = doc.selection.clone();
    let Some(layer) = doc.layer_mut(id).filter(|layer| !layer.locked) else { return Damage::none() };
    let keep_alpha = layer.alpha_locked;
    let Some(pixels) = layer.pixels_mut() else { return Damage::none() };
    let touched: Vec<TilePos> = positions
        .iter()
        .copied()
        .filter(|&pos| !matches!(selection.as_ref().map(|s| s.slot(pos)), Some(Slot::Solid([0]))))
        .collect();
    pixels.edit_slots(&touched, |pos, slot| {
        let new = new(pos);
        let chosen = selection.as_ref().map(|s| s.slot(pos));
        if !keep_alpha && matches!(chosen, None | Some(Slot::Solid([ONE]))) {
            *slot = new;
            return;
        }
        let tile = slot.make_mut();
        for i in 0..TILE_AREA {
            let (old, mut to) = (tile.get(i), new.get(i));
            if keep_alpha {
                let k = f32::from(old[3]) / f32::from(to[3].max(1));
                to = [to[0], to[1], to[2], to[3]].map(|v| (f32::from(v) * k).min(f32::from(old[3])) as u16);
                to[3] = old[3];
            }
            let k = f32::from(chosen.map_or(ONE, |s| s.get(i)[0])) / f32::from(ONE);
            let mixed = |c: usize| f32::from(old[c]) + (f32::from(to[c]) - f32::from(old[c])) * k;
            tile.put(i, std::array::from_fn(|c| (mixed(c) + 0.5) as u16));
        }
    });
    pixels.compact(touched.iter().copied());
    touched.into_iter().collect()
}

/// Applies a filter to a layer, within the selection.
pub fn apply(doc: &mut Document, id: LayerId, filter: &Filter) -> Damage {
    let Some(pixels) = doc.layer(id).and_then(|l| l.pixels()).cloned() else { return Damage::none() };
    match *filter {
        Filter::Levels { black, white, gamma, out_black, out_white } => {
            let table = table(|v| {
                let t = ((v - black) / (white - black).max(1e-4)).clamp(0.0, 1.0);
                out_black + (out_white - out_black) * power(t, 1.0 / gamma.clamp(0.05, 20.0))
            });
            map_channels(doc, id, &pixels, [&table, &table, &table])
        }
        Filter::Curves { ref all, ref channels } => {
            let tables = channels.each_ref().map(|c| table(|v| all.at(c.at(v))));
            map_channels(doc, id, &pixels, tables.each_ref())
        }
        Filter::HueSaturation { hue, saturation, lightness } => map_colors(doc, id, &pixels, |_, _, c| {
            let mut hsv = Hsv::from_srgb(c[0], c[1], c[2]);
            hsv.h += hue;
            hsv.s = (hsv.s * (1.0 + saturation)).clamp(0.0, 1.0);
            let light =
                |v: f32| if lightness < 0.0 { v * (1.0 + lightness) } else { v + (1.0 - v) * lightness };
            hsv.to_srgb().map(light)
        }),
        Filter::Noise { amount, monochrome, seed } => map_colors(doc, id, &pixels, |x, y, c| {
            let h = hash(seed, u64::from(x as u32) << 32 | u64::from(y as u32));
            let noise = |i: usize| {
                let bits = h >> (if monochrome { 0 } else { i * 21 });
                ((bits & 0xf_ffff) as f32 / 524_288.0 - 1.0) * amount
            };
            [c[0] + noise(0), c[1] + noise(1), c[2] + noise(2)]
        }),
        Filter::Invert => map_colors(doc, id, &pixels, |_, _, c| c.map(|v| 1.0 - v)),
        Filter::Blur { sigma_px } => {
            let (rect, planes) = blurred(&pixels, sigma_px);
            let mut soft = Pixels::default();
            soft.write(rect, planes.each_ref().map(|p| &p[..]));
            let positions: Vec<_> = tiles_in(rect).collect();
            replace(doc, id, &positions, |pos| soft.slot(pos).clone())
        }
        Filter::Sharpen { sigma_px, amount } => {
            let (rect, planes) = blurred(&pixels, sigma_px);
            let mut soft = Pixels::default();
            soft.write(rect, planes.each_ref().map(|p| &p[..]));
            let positions: Vec<_> = pixels.tiles().map(|(pos, _)| pos).collect();
            replace(doc, id, &positions, |pos| {
                let (sharp, soft) = (pixels.slot(pos), soft.slot(pos));
                let mut tile = Tile::filled([0; 4]);
                for i in 0..TILE_AREA {
                    let (a, b) = (sharp.get(i), soft.get(i));
                    let up = |c: usize| {
                        let v = f32::from(a[c]) + (f32::from(a[c]) - f32::from(b[c])) * amount;
                        v.clamp(0.0, f32::from(a[3])) as u16
                    };
                    tile.put(i, [up(0), up(1), up(2), a[3]]);
                }
                Slot::from_tile(tile)
            })
        }
    }
}

fn blurred(pixels: &Pixels, sigma_px: f32) -> (Rect, [Vec<u16>; 4]) {
    let sigma = if sigma_px.is_finite() { sigma_px.clamp(0.0, 500.0) } else { 0.0 };
    let bounds = pixels.content_bounds();
    let rect = if bounds.is_empty() { bounds } else { bounds.grow(soften::reach(sigma) as i32) };
    let mut planes = pixels.read(rect);
    for plane in &mut planes {
        soften::gaussian(plane, rect.width() as usize, rect.height() as usize, sigma);
    }
    (rect, planes)
}

/// `x` to the power `p`, `x` 0..=1, the same on every platform.
fn power(x: f32, p: f32) -> f32 {
    // By square roots: x^p = product of x^(2^-k) over the binary digits of p.
    let (whole, mut part) = (p.floor(), p - p.floor());
    let mut out = x.powi(whole as i32);
    let mut root = x;
    for _ in 0..16 {
        root = root.sqrt();
        part *= 2.0;
        if part >= 1.0 {
            out *= root;
            part -= 1.0;
        }
    }
    out
}

fn table(f: impl Fn(f32) -> f32) -> Vec<u16> {
    (0..=65_535u32).map(|v| (f(v as f32 / 65_535.0).clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16).collect()
}

/// Maps each straight channel through its table of 65536 values.
fn map_channels(doc: &mut Document, id: LayerId, pixels: &Pixels, tables: [&Vec<u16>; 3]) -> Damage {
    map(doc, id, pixels, |_, px| {
        let a = u32::from(px[3]);
        let to = |c: usize| {
            let straight = (u32::from(px[c]) * 65_535 / a).min(65_535);
            ((u32::from(tables[c][straight as usize]) * a + 32_767) / 65_535) as u16
        };
        [to(0), to(1), to(2), px[3]]
    })
}

/// Maps each straight colour, 0..=1, with its canvas position.
fn map_colors(
    doc: &mut Document,
    id: LayerId,
    pixels: &Pixels,
    f: impl Fn(i32, i32, [f32; 3]) -> [f32; 3] + Sync,
) -> Damage {
    map(doc, id, pixels, |(x, y), px| {
        let a = f32::from(px[3]);
        let c = f(x, y, [px[0], px[1], px[2]].map(|v| f32::from(v) / a));
        let to = |v: f32| (v.clamp(0.0, 1.0) * a + 0.5) as u16;
        [to(c[0]), to(c[1]), to(c[2]), px[3]]
    })
}

/// Maps every pixel that has alpha.
fn map(
    doc: &mut Document,
    id: LayerId,
    pixels: &Pixels,
    f: impl Fn((i32, i32), [u16; 4]) -> [u16; 4] + Sync,
) -> Damage {
    let positions: Vec<TilePos> = pixels.tiles().map(|(pos, _)| pos).collect();
    replace(doc, id, &positions, |pos| {
        let slot = pixels.slot(pos);
        let mut tile = Tile::filled([0; 4]);
        for i in 0..TILE_AREA {
            let px = slot.get(i);
            if px[3] > 0 {
                let at = (pos.x * TILE + i as i32 % TILE, pos.y * TILE + i as i32 / TILE);
                tile.put(i, f(at, px));
            }
        }
        Slot::from_tile(tile)
    })
}
