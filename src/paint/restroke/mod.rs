//! Repaints a picture in strokes of a brush: coarse strokes first, then finer ones where the picture still differs,
//! along the contours (after Hertzmann 1998, "Painterly rendering with curved brush strokes of multiple sizes";
//! directions from a smoothed structure tensor).
//!
//! The strokes are the brush engine's: the same curve, spacing, dynamics, tips and grain. They are found at the
//! resolution of the picture and laid at any: what comes out is as crisp at four times the size.

mod field;
mod lay;
mod trace;

use super::brush::{Brush, Follow, Mode, Tip};
use super::filter::replace;
use crate::document::rgba8::Alpha;
use crate::document::{Content, Damage, Document, LayerId, Pixels, TilePos, tile};
use crate::geom::Rect;
use serde::{Deserialize, Serialize};

/// How a picture is repainted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The brush; its size is set by the passes.
    pub brush: Brush,
    /// Radius of the coarsest strokes as a part of the longer side.
    pub coarse: f32,
    /// Radius of the finest strokes as a part of the longer side.
    pub fine: f32,
    /// Number of passes, 1..=6.
    pub passes: u32,
    /// Length of strokes in radii.
    pub length: f32,
    /// 0 = straight strokes, 1 = they follow every turn.
    pub curvature: f32,
    /// 0 = only what is far off is painted again, 1 = almost everything.
    pub detail: f32,
    /// Random differences of strokes in hue, saturation and value, 0..=1.
    pub color_jitter: f32,
    /// What chance comes from.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let brush = Brush {
            name: "Restroke".into(),
            tip: Tip::Bristle { count: 60, raggedness: 0.5 },
            follow: Follow::Direction,
            spacing: 0.07,
            opacity: 0.95,
            ..Brush::default()
        };
        Self {
            brush,
            coarse: 0.034,
            fine: 0.0075,
            passes: 3,
            length: 6.0,
            curvature: 0.7,
            detail: 0.6,
            color_jitter: 0.08,
            seed: 1,
        }
    }
}

/// An opaque picture, three planes of 16 bits, sRGB-encoded.
pub(super) struct Picture {
    pub(super) w: usize,
    pub(super) h: usize,
    pub(super) planes: [Vec<u16>; 3],
}

/// One pass.
#[derive(Clone, Copy)]
struct Pass {
    radius: f32,
    threshold: f32,
    index: u64,
}

impl Settings {
    fn passes(&self, longer: f32) -> Vec<Pass> {
        let n = self.passes.clamp(1, 6);
        let (coarse, fine) = (self.coarse.clamp(0.002, 0.2), self.fine.clamp(0.001, 0.2));
        (0..n)
            .map(|i| {
                let t = if n > 1 { i as f64 / f64::from(n - 1) } else { 0.0 };
                // Radii in equal ratios, by repeated square roots rather than a power.
                let radius = between_geometric(coarse.max(fine), fine.min(coarse), t as f32) * longer;
                let threshold = if i == 0 { -1.0 } else { 0.075 - 0.07 * self.detail.clamp(0.0, 1.0) };
                Pass { radius: radius.max(1.0), threshold, index: u64::from(i) }
            })
            .collect()
    }

    /// The brush of strokes of this diameter; a restroke lays colour, whatever the preset does.
    fn brush_of(&self, size_px: f32) -> Brush {
        let mut brush = self.brush.clone().sanitised();
        brush.size_px = size_px.clamp(1.0, Brush::MAX_SIZE_PX);
        brush.spacing = brush.spacing.max(0.05);
        brush.mode = Mode::Paint;
        brush.stabiliser = super::Stabiliser::Off;
        brush
    }
}

/// `a` to `b` in equal ratios: `a^(1-t) b^t` by bisection.
fn between_geometric(a: f32, b: f32, t: f32) -> f32 {
    let (mut lo, mut hi, mut at, mut step) = (a, b, 0.5f32, 0.25f32);
    if t <= 0.0 {
        return a;
    }
    if t >= 1.0 {
        return b;
    }
    for _ in 0..16 {
        let mid = (lo * hi).sqrt();
        if t < at {
            hi = mid;
            at -= step;
        } else {
            lo = mid;
            at += step;
        }
        step /= 2.0;
    }
    (lo * hi).sqrt()
}

/// Repaints a picture of `rect` (8-bit RGBA, straight, rows from the top) at `scale` times its size: pixels from
/// `(rect.x0 scale, rect.y0 scale)` on. Transparent parts are painted as if over their mean colour and stay
/// transparent only in [`apply`]. `None` unless `rgba` fits `rect` and the result a canvas.
pub fn repaint(rect: Rect, rgba: &[u8], scale: f64, settings: &Settings) -> Option<Pixels> {
    if rgba.len() as u64 != rect.area() * 4 || rgba.is_empty() || !(0.05..=16.0).contains(&scale) {
        return None;
    }
    let (w, h) = (rect.width() as usize, rect.height() as usize);
    let (out_w, out_h) = ((w as f64 * scale).ceil() as usize, (h as f64 * scale).ceil() as usize);
    if out_w.checked_mul(out_h)? > 1 << 28 {
        return None;
    }
    let reference = picture(rgba, w, h);
    let ground = mean(&reference);
    let mut canvas = lay::Canvas::new(out_w, out_h, ground, scale);
    let longer = w.max(h) as f32;
    for pass in settings.passes(longer) {
        let soft = reference.blurred(pass.radius * 0.35);
        let field = field::Directions::new(&soft, pass.radius, settings.seed);
        let now = canvas.shrunk(w, h);
        let strokes = trace::strokes(&soft, &now, &field, &pass, settings);
        canvas.lay(&strokes, settings);
    }
    let (x, y) = ((f64::from(rect.x0) * scale).floor() as i32, (f64::from(rect.y0) * scale).floor() as i32);
    Some(canvas.into_pixels(x, y))
}

/// Repaints a raster layer, or what is selected of it; alpha stays.
pub fn apply(doc: &mut Document, id: LayerId, settings: &Settings) -> Damage {
    let Some(Content::Raster(pixels)) = doc.layer(id).map(|l| &l.content) else { return Damage::none() };
    let mut rect = pixels.content_bounds();
    if let Some(selection) = doc.selection.as_ref().filter(|s| s.background() == [0]) {
        rect = rect.intersect(&selection.tile_bounds());
    }
    let before = pixels.clone();
    let rgba = before.to_rgba8(rect, Alpha::Straight);
    let Some(painted) = repaint(rect, &rgba, 1.0, settings) else { return Damage::none() };
    let positions: Vec<TilePos> = tile::tiles_in(rect).collect();
    replace(doc, id, &positions, |pos| {
        let (old, new) = (before.slot(pos), painted.slot(pos));
        let mut out = tile::Tile::filled([0; 4]);
        for i in 0..tile::TILE_AREA {
            let (a, c) = (u32::from(old.get(i)[3]), new.get(i));
            let scaled = |v: u16| ((u32::from(v) * a + 32_767) / 65_535) as u16;
            out.put(i, [scaled(c[0]), scaled(c[1]), scaled(c[2]), a as u16]);
        }
        crate::document::Slot::from_tile(out)
    })
}

fn mean(picture: &Picture) -> [u16; 3] {
    let n = (picture.w * picture.h) as u64;
    picture.planes.each_ref().map(|p| (p.iter().map(|&v| u64::from(v)).sum::<u64>() / n) as u16)
}

/// The picture over the mean of its opaque colours.
fn picture(rgba: &[u8], w: usize, h: usize) -> Picture {
    let (mut sum, mut weight) = ([0u64; 3], 0u64);
    for px in rgba.chunks_exact(4) {
        let a = u64::from(px[3]);
        sum.iter_mut().zip(px).for_each(|(s, &v)| *s += u64::from(v) * a);
        weight += a;
    }
    let ground = sum.map(|s| (s / weight.max(1)) as u32);
    let plane = |c: usize| {
        let over = |px: &[u8]| {
            let a = u32::from(px[3]);
            ((u32::from(px[c]) * a + ground[c] * (255 - a)) * 257 / 255) as u16
        };
        rgba.chunks_exact(4).map(over).collect()
    };
    Picture { w, h, planes: [plane(0), plane(1), plane(2)] }
}

impl Picture {
    fn blurred(&self, sigma: f32) -> Picture {
        let mut planes = self.planes.clone();
        for plane in &mut planes {
            crate::document::soften::gaussian(plane, self.w, self.h, sigma);
        }
        Picture { w: self.w, h: self.h, planes }
    }

    /// The colour of pixel `i`, 0..=1.
    #[inline]
    fn at(&self, i: usize) -> [f32; 3] {
        [0, 1, 2].map(|c| f32::from(self.planes[c][i]) / 65_535.0)
    }
}

/// How different two colours look: lightness and two opponent axes of the encoded values, lightness counting most.
#[inline]
fn difference(a: [f32; 3], b: [f32; 3]) -> f32 {
    let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let l = 0.3 * d[0] + 0.59 * d[1] + 0.11 * d[2];
    let rg = (d[0] - d[1]) * 0.35;
    let yb = (d[2] - (d[0] + d[1]) * 0.5) * 0.25;
    l.abs() + rg.abs() + yb.abs()
}
