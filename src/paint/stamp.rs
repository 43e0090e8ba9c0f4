//! The mask of a dab, and how masks add up.
//!
//! Both are loops over rows of plain slices with no branch inside, so that they run eight pixels at a time.

use super::brush::Prepared;
use super::dab::Dab;
use super::texture::Texels;
use crate::document::wide::{round_u16, wide_fn};
use crate::geom::{Rect, sin_cos_turns};

/// A dab ready to be drawn.
pub struct Stamp<'a> {
    /// The canvas pixels that it may touch.
    pub bounds: Rect,
    shape: Shape,
    bitmap: Option<Texels<'a>>,
}

/// A linear map from canvas offsets to the unit circle, and the falloff.
#[derive(Clone, Copy)]
struct Shape {
    cx: f64,
    cy: f64,
    /// `u = ux dx + uy dy`, `v = vx dx + vy dy`, in pixels along and across the tip.
    ux: f32,
    uy: f32,
    vx: f32,
    vy: f32,
    radius: f32,
    outer: f32,
    inverse_width: f32,
    gain: f32,
}

impl<'a> Stamp<'a> {
    /// The dab drawn with the brush's tip.
    pub fn new(dab: &Dab, brush: &'a Prepared) -> Self {
        // Below half a pixel a disc does not get smaller but fainter, by its area.
        let radius = dab.radius_px.max(0.5);
        let gain = (dab.radius_px * 2.0).min(1.0).powi(2);
        let roundness = dab.roundness.max(0.5 / radius).min(1.0);
        let (s, c) = sin_cos_turns(dab.turns);
        let (s, c) = (s as f32, c as f32);
        let sign = if dab.flipped { -1.0 } else { 1.0 };
        let stretch = sign / roundness;
        let outer = radius + 0.5;
        let width = (radius * (1.0 - dab.hardness) + 0.5).max(1.0);
        let shape = Shape {
            cx: dab.center.x,
            cy: dab.center.y,
            ux: c,
            uy: s,
            vx: -s * stretch,
            vy: c * stretch,
            radius,
            outer,
            inverse_width: 1.0 / width,
            gain,
        };
        // Half the extent of a rotated ellipse.
        let half = |along: f32, across: f32| {
            f64::from(((outer * along).powi(2) + (outer * roundness * across).powi(2)).sqrt() + 0.5)
        };
        let (hx, hy) = (half(c, s), half(s, c));
        let whole = |v: f64| v.clamp(-1e9, 1e9) as i32;
        let bounds = Rect::new(
            whole((dab.center.x - hx).floor()),
            whole((dab.center.y - hy).floor()),
            whole((dab.center.x + hx).ceil()),
            whole((dab.center.y + hy).ceil()),
        );
        Self { bounds, shape, bitmap: brush.bitmap.as_deref().map(|b| b.level(radius)) }
    }

    /// The mask, 0..=1, of the pixels of `rect`, rows from the top, into `out`.
    pub fn mask(&self, rect: Rect, out: &mut Vec<f32>) {
        out.clear();
        out.resize(rect.area() as usize, 0.0);
        if rect.is_empty() {
            return;
        }
        match self.bitmap {
            None => round_mask(&self.shape, rect, out),
            Some(texels) if texels.fine => nearest_mask(&self.shape, texels, rect, out),
            Some(texels) => bilinear_mask(&self.shape, texels, rect, out),
        }
    }
}

impl Shape {
    /// `u` and `v` of the centre of canvas pixel `(x, y)`.
    #[inline(always)]
    fn locate(&self, x: i32, y: i32) -> (f32, f32) {
        let dx = (f64::from(x) + 0.5 - self.cx) as f32;
        let dy = (f64::from(y) + 0.5 - self.cy) as f32;
        (self.ux * dx + self.uy * dy, self.vx * dx + self.vy * dy)
    }
}

wide_fn! {
    fn round_mask(shape: &Shape, rect: Rect, out: &mut [f32]) {
        let s = *shape;
        for (row, y) in out.chunks_exact_mut(rect.width() as usize).zip(rect.y0..) {
            let (u0, v0) = s.locate(rect.x0, y);
            for (i, m) in row.iter_mut().enumerate() {
                let i = i as i32 as f32;
                let (u, v) = (u0 + s.ux * i, v0 + s.vx * i);
                let d = (u * u + v * v).sqrt();
                let t = ((s.outer - d) * s.inverse_width).clamp(0.0, 1.0);
                *m = t * t * (3.0 - 2.0 * t) * s.gain;
            }
        }
    }
}

wide_fn! {
    /// Looks up the nearest texel: first all indices, eight at a time, then all texels.
    fn nearest_mask(shape: &Shape, texels: Texels, rect: Rect, out: &mut [f32]) {
        // Adding it leaves the nearest whole number.
        const MAGIC: f32 = 8_388_608.0;
        let (s, size) = (*shape, texels.size as f32);
        let k = size / (2.0 * s.radius);
        let middle = size / 2.0 - 0.5;
        let (last, low_bits) = (size - 1.0, texels.values.len() - 1);
        let mut index = [0u32; 64];
        for (row, y) in out.chunks_exact_mut(rect.width() as usize).zip(rect.y0..) {
            let (u0, v0) = s.locate(rect.x0, y);
            let (u0, v0) = (u0 * k + middle, v0 * k + middle);
            for (n, part) in row.chunks_mut(64).enumerate() {
                for (i, at) in index.iter_mut().enumerate() {
                    let i = (n * 64 + i) as i32 as f32;
                    let u = (u0 + s.ux * k * i).clamp(0.0, last) + MAGIC - MAGIC;
                    let v = (v0 + s.vx * k * i).clamp(0.0, last) + MAGIC - MAGIC;
                    *at = (v * size + u + MAGIC).to_bits() & 0x7f_ffff;
                }
                for (m, &at) in part.iter_mut().zip(&index) {
                    *m = texels.values[at as usize & low_bits] * s.gain;
                }
            }
        }
    }
}

fn bilinear_mask(s: &Shape, texels: Texels, rect: Rect, out: &mut [f32]) {
    let (size, texels) = (texels.size, texels.values);
    let k = size as f32 / (2.0 * s.radius);
    let middle = size as f32 / 2.0 - 0.5;
    let last = size as f32 - 1.001;
    for (row, y) in out.chunks_exact_mut(rect.width() as usize).zip(rect.y0..) {
        let (u0, v0) = s.locate(rect.x0, y);
        for (i, m) in row.iter_mut().enumerate() {
            let i = i as f32;
            let (u, v) = ((u0 + s.ux * i) * k + middle, (v0 + s.vx * i) * k + middle);
            if u < 0.0 || v < 0.0 || u > last || v > last {
                continue;
            }
            let (x, y) = (u as usize, v as usize);
            let (tx, ty) = (u - x as f32, v - y as f32);
            let at = y * size + x;
            let top = texels[at] + (texels[at + 1] - texels[at]) * tx;
            let bottom = texels[at + size] + (texels[at + size + 1] - texels[at + size]) * tx;
            *m = (top + (bottom - top) * ty) * s.gain;
        }
    }
}

/// A rectangular part of a plane: rows of `width` values, `stride` apart, the first at `start`.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Index of the first value.
    pub start: usize,
    /// From one row to the next.
    pub stride: usize,
    /// Values of a row.
    pub width: usize,
}

wide_fn! {
    /// Adds a mask to a plane of coverage: it moves toward `opacity` by `flow` times the mask, and never back.
    pub fn add_coverage(plane: &mut [u16], window: Window, mask: &[f32], flow: f32, opacity: f32) {
        let cap = opacity * 65535.0;
        for (i, m) in mask.chunks_exact(window.width).enumerate() {
            let at = window.start + i * window.stride;
            for (v, &m) in plane[at..at + window.width].iter_mut().zip(m) {
                let c = f32::from(*v);
                *v = round_u16(c + (cap.max(c) - c) * (m * flow));
            }
        }
    }
}

wide_fn! {
    /// The same for four planes: the colour moves toward `color`, which is straight and sRGB-encoded.
    pub fn add_color(
        planes: &mut [&mut [u16]; 4], window: Window, mask: &[f32], flow: f32, opacity: f32, color: [f32; 3],
    ) {
        let cap = opacity * 65535.0;
        let [r, g, b, a] = planes;
        for (i, m) in mask.chunks_exact(window.width).enumerate() {
            let row = window.start + i * window.stride..window.start + i * window.stride + window.width;
            let alpha = &mut a[row.clone()];
            for (plane, c) in [&mut *r, &mut *g, &mut *b].into_iter().zip(color) {
                for ((v, &a), &m) in plane[row.clone()].iter_mut().zip(&*alpha).zip(m) {
                    let (old, to) = (f32::from(*v), cap.max(f32::from(a)));
                    *v = round_u16(old + (to * c - old) * (m * flow));
                }
            }
            for (a, &m) in alpha.iter_mut().zip(m) {
                let old = f32::from(*a);
                *a = round_u16(old + (cap.max(old) - old) * (m * flow));
            }
        }
    }
}

wide_fn! {
    /// Moves four planes toward the premultiplied colour `to` (0..=1) by the mask times `flow`. With `keep_alpha`
    /// the alpha stays and only the part of the colour that it lets show moves.
    pub(crate) fn move_toward(
        planes: &mut [&mut [u16]; 4], window: Window, mask: &[f32], flow: f32, to: [f32; 4], keep_alpha: bool,
    ) {
        let [r, g, b, a] = planes;
        let straight = 65535.0 / to[3].max(1e-6);
        for (i, m) in mask.chunks_exact(window.width).enumerate() {
            let row = window.start + i * window.stride..window.start + i * window.stride + window.width;
            let alpha = &mut a[row.clone()];
            for (plane, c) in [&mut *r, &mut *g, &mut *b].into_iter().zip(to) {
                for ((v, &a), &m) in plane[row.clone()].iter_mut().zip(&*alpha).zip(m) {
                    let old = f32::from(*v);
                    let full = if keep_alpha { c * straight * (f32::from(a) / 65535.0) } else { c * 65535.0 };
                    *v = round_u16(old + (full - old) * (m * flow));
                }
            }
            if !keep_alpha {
                for (a, &m) in alpha.iter_mut().zip(m) {
                    let old = f32::from(*a);
                    *a = round_u16(old + (to[3] * 65535.0 - old) * (m * flow));
                }
            }
        }
    }
}
