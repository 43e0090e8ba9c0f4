//! Growing, shrinking and blurring masks. Everything is separable and, but for the gaussian, linear in the number
//! of pixels whatever the radius. Beyond its border a mask continues as at the border, so that a mask that touches
//! the edge of the picture does not fade there. Values that are exactly 0 or 1 stay exact away from a transition.

use rayon::prelude::*;

use crate::generate::picture::{Mask, Picture};

/// Runs `op(row, out)` along rows, then along columns.
fn separable(mask: &Mask, op: impl Fn(&[f32], &mut [f32]) + Sync) -> Mask {
    let (w, h) = (mask.width as usize, mask.height as usize);
    if w == 0 || h == 0 {
        return mask.clone();
    }
    let rows = |data: &[f32], width: usize| {
        let mut out = vec![0.0; data.len()];
        out.par_chunks_mut(width).zip(data.par_chunks(width)).for_each(|(out, row)| op(row, out));
        out
    };
    let across = transpose(&rows(&mask.data, w), w, h);
    let down = transpose(&rows(&across, h), h, w);
    Mask { width: mask.width, height: mask.height, data: down }
}

fn transpose(data: &[f32], w: usize, h: usize) -> Vec<f32> {
    const BLOCK: usize = 32;
    let mut out = vec![0.0; data.len()];
    out.par_chunks_mut(BLOCK * h).enumerate().for_each(|(block, out)| {
        let x0 = block * BLOCK;
        let columns = BLOCK.min(w - x0);
        for y0 in (0..h).step_by(BLOCK) {
            for x in 0..columns {
                for y in y0..(y0 + BLOCK).min(h) {
                    out[x * h + y] = data[y * w + x0 + x];
                }
            }
        }
    });
    out
}

/// Largest value within a square of `2 * radius + 1` pixels.
pub fn dilate(mask: &Mask, radius: u32) -> Mask {
    if radius == 0 {
        mask.clone()
    } else {
        separable(mask, |row, out| sliding_max(row, out, radius as usize))
    }
}

/// Smallest value within a square of `2 * radius + 1` pixels.
pub fn erode(mask: &Mask, radius: u32) -> Mask {
    let inverse = |m: &Mask| Mask { data: m.data.iter().map(|v| 1.0 - v).collect(), ..*m };
    if radius == 0 { mask.clone() } else { inverse(&dilate(&inverse(mask), radius)) }
}

/// Sliding maximum (van Herk 1992, Gil and Werman 1993): blocks of the window's length, a running maximum from
/// either end of each; the maximum of a window is that of two of them.
fn sliding_max(row: &[f32], out: &mut [f32], radius: usize) {
    let (n, window) = (row.len(), 2 * radius + 1);
    if radius >= n {
        out.fill(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        return;
    }
    let at = |i: usize| if i < radius || i - radius >= n { f32::NEG_INFINITY } else { row[i - radius] };
    let total = n + 2 * radius;
    let mut forward = vec![0.0f32; total];
    let mut backward = vec![0.0f32; total];
    for i in 0..total {
        forward[i] = if i % window == 0 { at(i) } else { forward[i - 1].max(at(i)) };
    }
    for i in (0..total).rev() {
        let last = i % window == window - 1 || i == total - 1;
        backward[i] = if last { at(i) } else { backward[i + 1].max(at(i)) };
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = backward[i].max(forward[i + window - 1]);
    }
}

/// Mean over a square of `2 * radius + 1` pixels: turns a step into a linear ramp of that width.
pub fn box_blur(mask: &Mask, radius: u32) -> Mask {
    let r = radius as usize;
    if r == 0 {
        return mask.clone();
    }
    separable(mask, |row, out| window_means(&extended(row, r), 2 * r + 1, out))
}

/// Blur by a tent that reaches `radius` pixels either way: a ramp with soft shoulders, `2 * radius` wide.
pub fn tent_blur(mask: &Mask, radius: u32) -> Mask {
    let r = radius as usize;
    if r == 0 {
        return mask.clone();
    }
    // A tent is a box after a box; two boxes of r + 1 pixels reach r either way.
    separable(mask, |row, out| {
        let row = extended(row, r);
        let mut once = vec![0.0; row.len() - r];
        window_means(&row, r + 1, &mut once);
        window_means(&once, r + 1, out);
    })
}

fn extended(row: &[f32], by: usize) -> Vec<f32> {
    let mut out = vec![row[0]; row.len() + 2 * by];
    out[by..by + row.len()].copy_from_slice(row);
    out[by + row.len()..].fill(row[row.len() - 1]);
    out
}

/// `out[i]` = mean of `row[i..i + window]`. Sums are differences of one running sum in f64: where nothing was
/// added in between they are exactly 0.
fn window_means(row: &[f32], window: usize, out: &mut [f32]) {
    let mut sums = Vec::with_capacity(row.len() + 1);
    let mut sum = 0.0f64;
    sums.push(sum);
    for &v in row {
        sum += f64::from(v);
        sums.push(sum);
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = ((sums[i + window] - sums[i]) / window as f64) as f32;
    }
}

/// Weights of a gaussian cut off at `radius`, with the width that goes with it: `sigma = 0.3 (radius - 1) + 0.8`.
fn gaussian_kernel(radius: u32) -> Vec<f32> {
    let sigma = 0.3 * (f64::from(radius) - 1.0) + 0.8;
    let r = i64::from(radius);
    let raw: Vec<f64> = (-r..=r).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|v| (v / sum) as f32).collect()
}

/// Gaussian blur of a mask that reaches `radius` pixels, `sigma = 0.3 (radius - 1) + 0.8`.
pub fn gaussian_blur(mask: &Mask, radius: u32) -> Mask {
    if radius == 0 {
        return mask.clone();
    }
    let kernel = gaussian_kernel(radius);
    separable(mask, |row, out| {
        let row = extended(row, radius as usize);
        out.fill(0.0);
        // Tap by tap along the whole row: this order is what the compiler can vectorise.
        for (k, weight) in kernel.iter().enumerate() {
            for (out, v) in out.iter_mut().zip(&row[k..]) {
                *out += v * weight;
            }
        }
    })
}

/// Gaussian blur of a picture (of its sRGB values), as [`gaussian_blur`].
pub fn gaussian_blur_picture(picture: &Picture, radius: u32) -> Picture {
    let mut out = picture.clone();
    for channel in 0..3 {
        let data = picture.data[channel..].iter().step_by(3).copied().collect();
        let plane = Mask { width: picture.width, height: picture.height, data };
        for (i, v) in gaussian_blur(&plane, radius).data.into_iter().enumerate() {
            out.data[3 * i + channel] = v;
        }
    }
    out
}

/// Values above 0.99 become 1: rounding must not keep a pixel from being replaced fully.
pub fn snap(mask: &mut Mask) {
    for v in &mut mask.data {
        if *v > 0.99 {
            *v = 1.0;
        }
    }
}

/// At each pixel the mean of those within `radius` where `mask` is 1; `otherwise` where there are none.
pub fn mean_where(picture: &Picture, mask: &Mask, radius: u32, otherwise: &Picture) -> Picture {
    let weight = box_blur(mask, radius);
    let mut out = otherwise.clone();
    for channel in 0..3 {
        let values = picture.data[channel..].iter().step_by(3).zip(&mask.data).map(|(v, m)| v * m);
        let sum = box_blur(&Mask { data: values.collect(), ..*mask }, radius);
        for (i, (sum, weight)) in
            sum.data.iter().zip(&weight.data).enumerate().filter(|(_, (_, w))| **w > 1e-6)
        {
            out.data[3 * i + channel] = sum / weight;
        }
    }
    out
}
