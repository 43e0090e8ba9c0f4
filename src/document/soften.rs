//! Gaussian blur of 16-bit planes.

use rayon::prelude::*;

/// How far, in pixels, [`gaussian`] of this standard deviation reaches.
pub fn reach(sigma: f32) -> usize {
    (sigma * 3.0).ceil() as usize + 2
}

/// Blurs a plane of `w * h` values (rows from the top) by a Gaussian of standard deviation `sigma` pixels; beyond
/// its edges the plane goes on with its edge values. Small ones by their kernel, wide ones by three box blurs as the
/// W3C filter effects specification has it.
pub fn gaussian(plane: &mut [u16], w: usize, h: usize, sigma: f32) {
    if sigma <= 0.0 || plane.is_empty() {
        return;
    }
    let mut other = vec![0u16; plane.len()];
    blur_rows(plane, w, sigma);
    transpose(plane, &mut other, w, h);
    blur_rows(&mut other, h, sigma);
    transpose(&other, plane, h, w);
}

fn blur_rows(plane: &mut [u16], w: usize, sigma: f32) {
    if sigma < 2.0 {
        let kernel = kernel(sigma);
        plane.par_chunks_mut(w).for_each_init(Vec::new, |padded, row| convolve(row, &kernel, padded));
        return;
    }
    let d = (f64::from(sigma) * 3.0 * (std::f64::consts::TAU).sqrt() / 4.0 + 0.5).floor() as usize;
    // (pixels to the left, pixels to the right) of each of the three boxes.
    let boxes = if d % 2 == 1 {
        [(d / 2, d / 2); 3]
    } else {
        [(d / 2, d / 2 - 1), (d / 2 - 1, d / 2), (d / 2, d / 2)]
    };
    plane.par_chunks_mut(w).for_each_init(Vec::new, |padded, row| {
        for (left, right) in boxes {
            box_row(row, left, right, padded);
        }
    });
}

/// `row` with its edge values repeated `left` and `right` times.
fn pad(row: &[u16], left: usize, right: usize, padded: &mut Vec<u16>) {
    padded.clear();
    padded.resize(left, row[0]);
    padded.extend_from_slice(row);
    padded.resize(left + row.len() + right, row[row.len() - 1]);
}

/// Sums are whole numbers, so that a running sum never drifts.
fn box_row(row: &mut [u16], left: usize, right: usize, padded: &mut Vec<u16>) {
    let width = left + right + 1;
    pad(row, left, right, padded);
    let mut sum: u64 = padded[..width].iter().map(|&v| u64::from(v)).sum();
    let n = row.len();
    let inverse = 1.0 / width as f64;
    for (i, v) in row.iter_mut().enumerate() {
        *v = (sum as f64 * inverse + 0.5) as u16;
        if i + 1 < n {
            sum += u64::from(padded[i + width]);
            sum -= u64::from(padded[i]);
        }
    }
}

/// `exp(-x)` for `x >= 0` from multiplications only, the same on every platform.
fn exp_neg(x: f64) -> f64 {
    // exp(-x) = exp(-x/256)^256
    let t = -x / 256.0;
    let mut v = 1.0 + t * (1.0 + t / 2.0 * (1.0 + t / 3.0 * (1.0 + t / 4.0)));
    for _ in 0..8 {
        v *= v;
    }
    v
}

/// Half of a normalised Gaussian kernel: `[0]` is the centre.
fn kernel(sigma: f32) -> Vec<f32> {
    let s = f64::from(sigma);
    let half: Vec<f64> =
        (0..=reach(sigma)).map(|i| exp_neg((i * i) as f64 / (2.0 * s * s).max(1e-9))).collect();
    let total: f64 = half[0] + 2.0 * half[1..].iter().sum::<f64>();
    half.into_iter().map(|v| (v / total) as f32).collect()
}

fn convolve(row: &mut [u16], kernel: &[f32], padded: &mut Vec<u16>) {
    let r = kernel.len() - 1;
    pad(row, r, r, padded);
    for (i, v) in row.iter_mut().enumerate() {
        let mut sum = f32::from(padded[i + r]) * kernel[0];
        for (k, weight) in kernel.iter().enumerate().skip(1) {
            sum += (f32::from(padded[i + r - k]) + f32::from(padded[i + r + k])) * weight;
        }
        *v = (sum + 0.5).clamp(0.0, 65_535.0) as u16;
    }
}

/// `from` of `w * h` into `to` of `h * w`, in blocks that fit the cache.
fn transpose(from: &[u16], to: &mut [u16], w: usize, h: usize) {
    const BLOCK: usize = 32;
    to.par_chunks_mut(h * BLOCK).enumerate().for_each(|(band, to)| {
        let x0 = band * BLOCK;
        for y0 in (0..h).step_by(BLOCK) {
            for (dx, column) in to.chunks_exact_mut(h).enumerate() {
                for y in y0..(y0 + BLOCK).min(h) {
                    column[y] = from[y * w + x0 + dx];
                }
            }
        }
    });
}
