//! The direction in which strokes run.

use super::Picture;
use crate::geom::{Point, sin_cos_turns};
use crate::paint::dab::turns_of;
use crate::paint::hash::signed;
use rayon::prelude::*;

/// Directions on a grid of cells: unit vectors along the contours.
pub(super) struct Directions {
    cell: usize,
    w: usize,
    h: usize,
    along: Vec<[f32; 2]>,
}

impl Directions {
    /// From the structure tensor of the picture's luma, smoothed over about one radius.
    pub(super) fn new(picture: &Picture, radius: f32, seed: u64) -> Self {
        let cell = ((radius / 3.0) as usize).max(1);
        let (w, h) = (picture.w.div_ceil(cell), picture.h.div_ceil(cell));
        let luma: Vec<f32> = (0..picture.w * picture.h)
            .into_par_iter()
            .map(|i| {
                let [r, g, b] = picture.at(i);
                0.3 * r + 0.59 * g + 0.11 * b
            })
            .collect();
        let mut tensor: Vec<[f32; 3]> = (0..w * h)
            .into_par_iter()
            .map(|i| cell_tensor(&luma, picture.w, picture.h, (i % w) * cell, (i / w) * cell, cell))
            .collect();
        for _ in 0..2 {
            tensor = smooth(&tensor, w, h);
        }
        let along = tensor
            .iter()
            .enumerate()
            .map(|(i, t)| {
                // A weak current of its own gives flat areas strokes that agree with each other.
                let (x, y) = ((i % w) as f64 / w as f64, (i / w) as f64 / h as f64);
                let current = f64::from(signed(seed, 901)) * 0.25
                    + f64::from(signed(seed, 902)) * 0.12 * sin_cos_turns(x * 1.3 + y * 0.7).0
                    + f64::from(signed(seed, 903)) * 0.12 * sin_cos_turns(y * 1.7 - x * 0.4).0;
                let (s, c) = sin_cos_turns(current * 2.0);
                let weak = 2e-6;
                // The doubled angle of the gradient; the contour is across.
                let double = Point::new(f64::from(t[0] - t[1]) - weak * c, f64::from(2.0 * t[2]) - weak * s);
                let (s, c) = sin_cos_turns(turns_of(double) / 2.0 + 0.25);
                [c as f32, s as f32]
            })
            .collect();
        Self { cell, w, h, along }
    }

    /// The direction at a pixel; which of the two ways is not said.
    pub(super) fn at(&self, x: f32, y: f32) -> [f32; 2] {
        let clamp = |v: f32, n: usize| ((v.max(0.0) as usize) / self.cell).min(n - 1);
        self.along[clamp(y, self.h) * self.w + clamp(x, self.w)]
    }
}

/// Mean of gx², gy², gx gy over a cell.
fn cell_tensor(luma: &[f32], w: usize, h: usize, x0: usize, y0: usize, cell: usize) -> [f32; 3] {
    let mut sum = [0.0f32; 3];
    let mut n = 0.0;
    for y in y0..(y0 + cell).min(h) {
        let (up, down) = (y.saturating_sub(1), (y + 1).min(h - 1));
        for x in x0..(x0 + cell).min(w) {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(w - 1));
            let at = |x: usize, y: usize| luma[y * w + x];
            // Scharr weights 3, 10, 3.
            let gx = 3.0 * (at(right, up) - at(left, up))
                + 10.0 * (at(right, y) - at(left, y))
                + 3.0 * (at(right, down) - at(left, down));
            let gy = 3.0 * (at(left, down) - at(left, up))
                + 10.0 * (at(x, down) - at(x, up))
                + 3.0 * (at(right, down) - at(right, up));
            let (gx, gy) = (gx / 32.0, gy / 32.0);
            sum = [sum[0] + gx * gx, sum[1] + gy * gy, sum[2] + gx * gy];
            n += 1.0;
        }
    }
    sum.map(|v| v / n)
}

/// Five by five mean.
fn smooth(from: &[[f32; 3]], w: usize, h: usize) -> Vec<[f32; 3]> {
    let pass = |from: &[[f32; 3]], step: usize, n: usize, index: fn(usize, usize) -> usize| {
        (0..w * h)
            .into_par_iter()
            .map(|i| {
                let at = index(i, w) as i64;
                let mut sum = [0.0f32; 3];
                for d in -2i64..=2 {
                    let j = (at + d).clamp(0, n as i64 - 1) - at;
                    let v = from[(i as i64 + j * step as i64) as usize];
                    sum = [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]];
                }
                sum.map(|v| v / 5.0)
            })
            .collect::<Vec<_>>()
    };
    let rows = pass(from, 1, w, |i, w| i % w);
    pass(&rows, w, h, |i, w| i / w)
}
