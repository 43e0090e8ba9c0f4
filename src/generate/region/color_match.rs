//! Gives a generated picture the colours of what it is pasted into: mean and spread of L*, a* and b* are taken
//! over from the kept pixels (Reinhard et al. 2001, on kept pixels only).

use rayon::prelude::*;

use super::lab::{lab_from_srgb, srgb_from_lab};
use crate::generate::picture::{Mask, Picture};

/// The spread changes at most by this factor: kept pixels may be flat where the new content is not.
pub const MAX_GAIN: f32 = 2.0;
/// With less kept weight than this many pixels nothing is matched.
const MIN_WEIGHT: f64 = 16.0;
/// Spread (L*a*b* units) below which its ratio is noise.
const MIN_SPREAD: f64 = 0.5;

/// How much a pixel counts as kept: mask values below 0.5, the less they were changed the more.
pub fn kept_weights(mask: &Mask) -> Vec<f32> {
    mask.data.iter().map(|&m| if m < 0.5 { 1.0 - m } else { 0.0 }).collect()
}

/// Matches `result` to `reference` (same size) by the pixels with `weights` above 0, with `strength` 0..=1. Does
/// nothing where hardly anything is kept.
pub fn color_match(result: &mut Picture, reference: &Picture, weights: &[f32], strength: f32) {
    assert_eq!((result.width, result.height), (reference.width, reference.height));
    let (Some(have), Some(want)) = (statistics(result, weights), statistics(reference, weights)) else {
        return;
    };
    let mut gain = [1.0f32; 3];
    let mut shift = [0.0f32; 3];
    for i in 0..3 {
        let ((have_mean, have_std), (want_mean, want_std)) = (have[i], want[i]);
        if have_std >= MIN_SPREAD && want_std >= MIN_SPREAD {
            gain[i] = ((want_std / have_std) as f32).clamp(1.0 / MAX_GAIN, MAX_GAIN);
        }
        gain[i] = 1.0 + (gain[i] - 1.0) * strength;
        let mean = have_mean as f32 + (want_mean - have_mean) as f32 * strength;
        shift[i] = mean - gain[i] * have_mean as f32;
    }
    if (0..3).all(|i| (gain[i] - 1.0).abs() < 1e-5 && shift[i].abs() < 1e-4) {
        return;
    }
    result.data.par_chunks_mut(3 * 4096).for_each(|chunk| {
        for pixel in chunk.chunks_exact_mut(3) {
            let lab = lab_from_srgb([pixel[0], pixel[1], pixel[2]].map(|v| v.clamp(0.0, 1.0)));
            pixel.copy_from_slice(&srgb_from_lab(std::array::from_fn(|i| gain[i] * lab[i] + shift[i])));
        }
    });
}

/// Weighted mean and standard deviation of L*, a*, b*. Summed row by row in order: the same on any number of threads.
fn statistics(picture: &Picture, weights: &[f32]) -> Option<[(f64, f64); 3]> {
    let w = picture.width.max(1) as usize;
    let rows: Vec<[f64; 7]> = (picture.data.par_chunks(3 * w).zip(weights.par_chunks(w)))
        .map(|(row, weights)| {
            let mut sums = [0.0f64; 7];
            for (pixel, &weight) in row.chunks_exact(3).zip(weights).filter(|(_, w)| **w > 0.0) {
                let lab = lab_from_srgb([pixel[0], pixel[1], pixel[2]].map(|v| v.clamp(0.0, 1.0)));
                let weight = f64::from(weight);
                sums[0] += weight;
                for i in 0..3 {
                    sums[1 + i] += weight * f64::from(lab[i]);
                    sums[4 + i] += weight * f64::from(lab[i]).powi(2);
                }
            }
            sums
        })
        .collect();
    let mut sums = [0.0f64; 7];
    for row in rows {
        sums.iter_mut().zip(row).for_each(|(s, r)| *s += r);
    }
    if sums[0] < MIN_WEIGHT {
        return None;
    }
    Some(std::array::from_fn(|i| {
        let mean = sums[1 + i] / sums[0];
        (mean, (sums[4 + i] / sums[0] - mean * mean).max(0.0).sqrt())
    }))
}
