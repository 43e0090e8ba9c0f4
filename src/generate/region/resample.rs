//! Resampling: Lanczos with three lobes for pictures, a triangle for masks (no overshoot). Both widen when
//! shrinking, so that every source pixel counts. Edges repeat.

use rayon::prelude::*;

use super::context::ModelSize;
use crate::generate::picture::{Mask, Picture};
use crate::geom::Rect;

#[derive(Clone, Copy)]
enum Filter {
    Lanczos3,
    Triangle,
}

impl Filter {
    fn support(self) -> f64 {
        match self {
            Self::Lanczos3 => 3.0,
            Self::Triangle => 1.0,
        }
    }

    fn weight(self, x: f64) -> f64 {
        let sinc = |x: f64| {
            if x == 0.0 { 1.0 } else { (x * std::f64::consts::PI).sin() / (x * std::f64::consts::PI) }
        };
        match self {
            Self::Lanczos3 if x.abs() < 3.0 => sinc(x) * sinc(x / 3.0),
            Self::Triangle if x.abs() < 1.0 => 1.0 - x.abs(),
            _ => 0.0,
        }
    }
}

/// The source pixels that make up one pixel of the result.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// Taps for `out` pixels of which pixel `i` lies at `(i + 0.5) / scale` in the source.
fn taps(source: usize, out: usize, scale: f64, filter: Filter) -> Vec<Taps> {
    let stretch = (1.0 / scale).max(1.0);
    let reach = filter.support() * stretch;
    let last = source as i64 - 1;
    (0..out)
        .map(|i| {
            let centre = (i as f64 + 0.5) / scale - 0.5;
            let (from, to) = ((centre - reach).ceil() as i64, (centre + reach).floor() as i64);
            let (first, end) = (from.clamp(0, last), to.clamp(0, last));
            let mut weights = vec![0.0f64; (end - first + 1) as usize];
            for j in from..=to {
                let slot = (j.clamp(0, last) - first) as usize;
                weights[slot] += filter.weight((j as f64 - centre) / stretch);
            }
            let sum: f64 = weights.iter().sum();
            Taps { first: first as usize, weights: weights.iter().map(|w| (w / sum) as f32).collect() }
        })
        .collect()
}

/// Resamples `c` interleaved channels of `w` by `h` to `ow` by `oh` pixels, `sx` and `sy` result pixels per source
/// pixel, the corner staying in place.
fn resample(
    data: &[f32],
    c: usize,
    (w, h): (usize, usize),
    (ow, oh): (usize, usize),
    (sx, sy): (f64, f64),
    filter: Filter,
) -> Vec<f32> {
    let across = taps(w, ow, sx, filter);
    let mut rows = vec![0.0f32; ow * h * c];
    rows.par_chunks_mut(ow * c).zip(data.par_chunks(w * c)).for_each(|(out, row)| {
        for (out, taps) in out.chunks_exact_mut(c).zip(&across) {
            for (k, weight) in taps.weights.iter().enumerate() {
                let at = (taps.first + k) * c;
                for (out, v) in out.iter_mut().zip(&row[at..at + c]) {
                    *out += weight * v;
                }
            }
        }
    });
    let down = taps(h, oh, sy, filter);
    let mut result = vec![0.0f32; ow * oh * c];
    result.par_chunks_mut(ow * c).zip(down.par_iter()).for_each(|(out, taps)| {
        for (k, weight) in taps.weights.iter().enumerate() {
            let row = &rows[(taps.first + k) * ow * c..][..ow * c];
            for (out, v) in out.iter_mut().zip(row) {
                *out += weight * v;
            }
        }
    });
    result
}

fn picture(source: &Picture, size: (u32, u32), scale: (f64, f64)) -> Picture {
    let dims = (source.width as usize, source.height as usize);
    let out = (size.0 as usize, size.1 as usize);
    let mut data = resample(&source.data, 3, dims, out, scale, Filter::Lanczos3);
    data.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
    Picture { width: size.0, height: size.1, data }
}

/// The picture at another size, values clamped to 0..=1. The same size gives the same picture, exactly.
pub fn resize(source: &Picture, width: u32, height: u32) -> Picture {
    if (width, height) == (source.width, source.height) {
        return source.clone();
    }
    let scale = (f64::from(width) / f64::from(source.width), f64::from(height) / f64::from(source.height));
    picture(source, (width, height), scale)
}

/// Canvas pixels to model pixels: scaled by exactly `size.scale`, the surplus repeating the border.
pub fn to_model(source: &Picture, size: &ModelSize) -> Picture {
    if size.scale == 1.0 {
        return extend_or_crop(source, size.width, size.height);
    }
    picture(source, (size.width, size.height), (size.scale, size.scale))
}

/// Model pixels back to canvas pixels, `width` by `height`.
pub fn from_model(source: &Picture, size: &ModelSize, width: u32, height: u32) -> Picture {
    if size.scale == 1.0 {
        return extend_or_crop(source, width, height);
    }
    picture(source, (width, height), (1.0 / size.scale, 1.0 / size.scale))
}

/// A mask in model pixels.
pub fn mask_to_model(source: &Mask, size: &ModelSize) -> Mask {
    if size.scale == 1.0 && (source.width, source.height) == (size.width, size.height) {
        return source.clone();
    }
    let dims = (source.width as usize, source.height as usize);
    let out = (size.width as usize, size.height as usize);
    let data = resample(&source.data, 1, dims, out, (size.scale, size.scale), Filter::Triangle);
    Mask { width: size.width, height: size.height, data: data.iter().map(|v| v.clamp(0.0, 1.0)).collect() }
}

/// A mask at another size, values within 0..=1.
pub fn resize_mask(source: &Mask, width: u32, height: u32) -> Mask {
    if (width, height) == (source.width, source.height) {
        return source.clone();
    }
    let scale = (f64::from(width) / f64::from(source.width), f64::from(height) / f64::from(source.height));
    let dims = (source.width as usize, source.height as usize);
    let out = (width as usize, height as usize);
    let data = resample(&source.data, 1, dims, out, scale, Filter::Triangle);
    Mask { width, height, data: data.iter().map(|v| v.clamp(0.0, 1.0)).collect() }
}

/// The picture scaled to cover `width` by `height` and cut evenly at two sides: never stretched.
pub fn cover(source: &Picture, width: u32, height: u32) -> Picture {
    if (width, height) == (source.width, source.height) {
        return source.clone();
    }
    let scale =
        (f64::from(width) / f64::from(source.width)).max(f64::from(height) / f64::from(source.height));
    let side = |v: u32, at_least: u32| ((f64::from(v) * scale).round() as u32).max(at_least);
    let (w, h) = (side(source.width, width), side(source.height, height));
    let scaled = picture(source, (w, h), (scale, scale));
    let (x, y) = ((w - width) / 2, (h - height) / 2);
    crop(&scaled, Rect::from_size(x as i32, y as i32, width, height))
}

/// The part of a picture inside `rect`, which must lie inside it.
pub fn crop(source: &Picture, rect: Rect) -> Picture {
    let mut data = Vec::with_capacity(rect.area() as usize * 3);
    for y in rect.y0..rect.y1 {
        let start = (y as usize * source.width as usize + rect.x0 as usize) * 3;
        data.extend_from_slice(&source.data[start..start + rect.width() as usize * 3]);
    }
    Picture { width: rect.width(), height: rect.height(), data }
}

/// The part of a mask inside `rect`, which must lie inside it.
pub fn crop_mask(source: &Mask, rect: Rect) -> Mask {
    let mut data = Vec::with_capacity(rect.area() as usize);
    for y in rect.y0..rect.y1 {
        let start = y as usize * source.width as usize + rect.x0 as usize;
        data.extend_from_slice(&source.data[start..start + rect.width() as usize]);
    }
    Mask { width: rect.width(), height: rect.height(), data }
}

fn extend_or_crop(source: &Picture, width: u32, height: u32) -> Picture {
    if (width, height) == (source.width, source.height) {
        return source.clone();
    }
    let mut data = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            data.extend(source.pixel(x.min(source.width - 1), y.min(source.height - 1)));
        }
    }
    Picture { width, height, data }
}
