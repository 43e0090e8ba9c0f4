//! Gives a picture the colours of another: mean and covariance of L*, a*, b* are taken over by the linear map that
//! moves colours least (the Monge-Kantorovich solution for gaussians; Pitie and Kokaram 2007, "The linear
//! Monge-Kantorovitch linear colour mapping for example-based colour transfer"). Unlike means and spreads alone it
//! carries over which colours go together: a palette.

use rayon::prelude::*;

use super::lab::{lab_from_srgb, srgb_from_lab};
use crate::generate::picture::Picture;

/// Added to the variances (L*a*b* units squared): what is flat is not blown up to texture.
const FLOOR: f64 = 4.0;
/// With less weight than this many pixels nothing can be said of colours.
const MIN_WEIGHT: f64 = 16.0;

type Matrix = [[f64; 3]; 3];

/// The colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Mean of L*, a*, b*.
    pub mean: [f64; 3],
    /// Their covariance.
    pub covariance: Matrix,
}

impl Palette {
    /// The colours of `picture`, each pixel counted as much as its weight; `None` if hardly anything counts.
    pub fn of(picture: &Picture, weights: Option<&[f32]>) -> Option<Self> {
        let w = picture.width.max(1) as usize;
        let row_sums = |(y, row): (usize, &[f32])| {
            let mut sums = [0.0f64; 10];
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                let weight = weights.map_or(1.0, |all| f64::from(all[y * w + x]));
                if weight <= 0.0 {
                    continue;
                }
                let lab = lab_from_srgb([pixel[0], pixel[1], pixel[2]].map(|v| v.clamp(0.0, 1.0)));
                let lab = lab.map(f64::from);
                sums[0] += weight;
                let mut at = 4;
                for i in 0..3 {
                    sums[1 + i] += weight * lab[i];
                    for j in i..3 {
                        sums[at] += weight * lab[i] * lab[j];
                        at += 1;
                    }
                }
            }
            sums
        };
        // Row by row in order: the same on any number of threads.
        let rows: Vec<[f64; 10]> = picture.data.par_chunks(3 * w).enumerate().map(row_sums).collect();
        let mut sums = [0.0f64; 10];
        for row in rows {
            sums.iter_mut().zip(row).for_each(|(s, r)| *s += r);
        }
        if sums[0] < MIN_WEIGHT {
            return None;
        }
        let mean: [f64; 3] = std::array::from_fn(|i| sums[1 + i] / sums[0]);
        let mut covariance = [[0.0; 3]; 3];
        let mut at = 4;
        for i in 0..3 {
            for j in i..3 {
                let value = sums[at] / sums[0] - mean[i] * mean[j];
                (covariance[i][j], covariance[j][i]) = (value, value);
                at += 1;
            }
        }
        Some(Self { mean, covariance })
    }
}

/// Moves the colours of `picture` the part `amount` (0..=1) of the way to `to`. What its colours are now is read off
/// the pixels with `weights` (all of them without).
pub fn transfer(picture: &mut Picture, weights: Option<&[f32]>, to: &Palette, amount: f32) {
    if amount <= 0.0 {
        return;
    }
    let Some(from) = Palette::of(picture, weights) else { return };
    let map = least_move(&floored(&from.covariance), &floored(&to.covariance));
    picture.data.par_chunks_mut(3 * 4096).for_each(|chunk| {
        for pixel in chunk.chunks_exact_mut(3) {
            let lab = lab_from_srgb([pixel[0], pixel[1], pixel[2]].map(|v| v.clamp(0.0, 1.0)));
            let off: [f64; 3] = std::array::from_fn(|i| f64::from(lab[i]) - from.mean[i]);
            let new = std::array::from_fn(|i| {
                let moved = to.mean[i] + (0..3).map(|j| map[i][j] * off[j]).sum::<f64>();
                lab[i] + (moved as f32 - lab[i]) * amount
            });
            pixel.copy_from_slice(&srgb_from_lab(new).map(|v| v.clamp(0.0, 1.0)));
        }
    });
}

/// The symmetric map that turns covariance `a` into `b`: `a^-1/2 (a^1/2 b a^1/2)^1/2 a^-1/2`.
fn least_move(a: &Matrix, b: &Matrix) -> Matrix {
    let (root, inverse) = (of_eigenvalues(a, f64::sqrt), of_eigenvalues(a, |v| 1.0 / v.sqrt()));
    let middle = of_eigenvalues(&product(&product(&root, b), &root), f64::sqrt);
    product(&product(&inverse, &middle), &inverse)
}

fn floored(m: &Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| m[i][j] + if i == j { FLOOR } else { 0.0 }))
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

/// A function of a symmetric, positive matrix, by its eigenvalues (Jacobi's rotations).
fn of_eigenvalues(m: &Matrix, f: impl Fn(f64) -> f64) -> Matrix {
    let mut a = *m;
    let mut vectors: Matrix = std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for _ in 0..32 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if a[p][q].abs() < 1e-12 {
                continue;
            }
            let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
            let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
            let c = 1.0 / (t * t + 1.0).sqrt();
            let s = t * c;
            let mut rotation: Matrix =
                std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
            (rotation[p][p], rotation[q][q], rotation[p][q], rotation[q][p]) = (c, c, s, -s);
            let transposed: Matrix = std::array::from_fn(|i| std::array::from_fn(|j| rotation[j][i]));
            a = product(&product(&transposed, &a), &rotation);
            vectors = product(&vectors, &rotation);
        }
    }
    let values: [f64; 3] = std::array::from_fn(|i| f(a[i][i].max(1e-9)));
    std::array::from_fn(|i| {
        std::array::from_fn(|j| (0..3).map(|k| vectors[i][k] * values[k] * vectors[j][k]).sum())
    })
}
