//! Filters: which pixels of a source make one of a picture, and with which weights; and the loops that apply them.

use super::pyramid::{Light, PAD, Plane};
use crate::document::wide::wide_fn;
use std::ops::Range;

/// Most taps of a filter along one axis.
pub(super) const MAX_TAPS: usize = PAD;

/// Keys' cubic with a = -1/2 (Catmull-Rom): exact for what is quadratic. Reaches 2 to each side.
pub(super) fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// A sinc under the middle of a wider one, three lobes.
fn lanczos3(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= 3.0 {
        return 0.0;
    }
    let p = std::f64::consts::PI * x;
    3.0 * p.sin() * (p / 3.0).sin() / (p * p)
}

/// The taps of a run of output pixels along one axis.
#[derive(Clone, Debug)]
pub(super) struct Taps {
    /// Taps of each pixel.
    pub(super) count: usize,
    /// Source pixel of each output pixel's first tap; may lie in the padding.
    starts: Vec<isize>,
    /// `count` weights a pixel, which sum up to 1.
    weights: Vec<f32>,
}

impl Taps {
    /// For output pixels whose centres lie at `at(i)` in the source (pixel 0 from 0 to 1). `step` source pixels pass
    /// from one to the next; where that is more than one the filter is as much wider.
    pub(super) fn new(len: usize, step: f64, source: usize, at: impl Fn(usize) -> f64) -> Self {
        let wide = step.max(1.0);
        let count = ((4.0 * wide).ceil() as usize).clamp(4, MAX_TAPS);
        Self::build(len, count, source, at, |d| cubic(d / wide))
    }

    /// For one half of the size.
    pub(super) fn halving(len: usize) -> Self {
        Self::build(len, 12, 2 * len, |i| 2.0 * i as f64 + 1.0, |d| lanczos3(d / 2.0))
    }

    fn build(
        len: usize,
        count: usize,
        source: usize,
        at: impl Fn(usize) -> f64,
        kernel: impl Fn(f64) -> f64,
    ) -> Self {
        let (mut starts, mut weights) = (Vec::with_capacity(len), Vec::with_capacity(len * count));
        // Beyond the padding everything is the edge's colour anyway.
        let (low, high) = (-(PAD as isize), source as isize + (PAD - count) as isize);
        for i in 0..len {
            let centre = at(i) - 0.5;
            let first = (centre - count as f64 / 2.0).floor() as isize + 1;
            let start = first.clamp(low, high.max(low));
            let mut own = [0.0; MAX_TAPS];
            let mut sum = 0.0;
            for (k, w) in own[..count].iter_mut().enumerate() {
                *w = kernel((first + k as isize) as f64 - centre);
                sum += *w;
            }
            starts.push(start);
            weights.extend(own[..count].iter().map(|w| (w / sum) as f32));
        }
        Self { count, starts, weights }
    }

    pub(super) fn start(&self, i: usize) -> isize {
        self.starts[i]
    }

    pub(super) fn weights(&self, i: usize) -> &[f32] {
        &self.weights[i * self.count..(i + 1) * self.count]
    }
}

/// The weights of a filter for any place, by the fraction of a pixel: for pictures that are turned.
pub(super) struct Phases {
    /// Taps along each axis, an even number.
    pub(super) count: usize,
    weights: Vec<f32>,
}

/// Fractions that are told apart: the error of the place is under 1/2000 pixel.
const PHASES: usize = 1024;

impl Phases {
    /// See [`Taps::new`].
    pub(super) fn new(step: f64) -> Self {
        let wide = step.max(1.0);
        let count = ((2.0 * wide).ceil() as usize * 2).clamp(4, PAD);
        let taps = Taps::build(
            PHASES,
            count,
            1 << 20,
            |i| 64.5 + (i as f64 + 0.5) / PHASES as f64,
            |d| cubic(d / wide),
        );
        Self { count, weights: taps.weights }
    }

    /// First tap and weights for the place `at` of a source.
    #[inline(always)]
    pub(super) fn at(&self, at: f64) -> (isize, &[f32]) {
        let centre = at - 0.5;
        let whole = centre.floor();
        let phase = (((centre - whole) * PHASES as f64) as usize).min(PHASES - 1);
        let first = whole as isize - (self.count / 2) as isize + 1;
        (first, &self.weights[phase * self.count..(phase + 1) * self.count])
    }
}

/// The rows of a source, resampled across, that the next output rows are made of.
pub(super) struct Rows {
    rows: Vec<Vec<Light>>,
    /// Which source row each holds.
    held: Vec<Option<isize>>,
}

impl Rows {
    /// For filters of `taps` rows, of `width` pixels each.
    pub(super) fn new(taps: usize, width: usize) -> Self {
        let ring = taps.next_power_of_two();
        Self { rows: vec![vec![[0.0; 4]; width]; ring], held: vec![None; ring] }
    }

    /// The weights and resampled source rows of output row `y`. Only the `spans` of output columns are made.
    pub(super) fn gather<'a>(
        &'a mut self,
        plane: &Plane,
        down: &'a Taps,
        y: usize,
        across: &Taps,
        spans: &[Range<usize>],
    ) -> (&'a [f32], Vec<&'a [f32]>) {
        let start = down.start(y);
        let ring = self.rows.len() as isize;
        for source in start..start + down.count as isize {
            let slot = source.rem_euclid(ring) as usize;
            if self.held[slot] != Some(source) {
                self.held[slot] = Some(source);
                for span in spans {
                    horizontal(plane.row(source), across, span.clone(), &mut self.rows[slot]);
                }
            }
        }
        let slot = |source: isize| self.rows[source.rem_euclid(ring) as usize].as_flattened();
        (down.weights(y), (start..start + down.count as isize).map(slot).collect())
    }
}

/// Resamples a padded row across, for the output columns `span`.
fn horizontal(row: &[Light], taps: &Taps, span: Range<usize>, out: &mut [Light]) {
    let starts = &taps.starts[span.clone()];
    let weights = &taps.weights[span.start * taps.count..span.end * taps.count];
    let out = &mut out[span];
    across(row, starts, weights, taps.count, out);
}

wide_fn! {
    fn across(row: &[Light], starts: &[isize], weights: &[f32], count: usize, out: &mut [Light]) {
        match count {
            4 => across_n::<4>(row, starts, weights, out),
            5 => across_n::<5>(row, starts, weights, out),
            6 => across_n::<6>(row, starts, weights, out),
            7 => across_n::<7>(row, starts, weights, out),
            8 => across_n::<8>(row, starts, weights, out),
            12 => across_n::<12>(row, starts, weights, out),
            _ => {
                for ((out, &start), weights) in out.iter_mut().zip(starts).zip(weights.chunks_exact(count)) {
                    let from = (start + PAD as isize) as usize;
                    let mut sum = [0.0f32; 4];
                    for (px, w) in row[from..from + count].iter().zip(weights) {
                        (0..4).for_each(|c| sum[c] += px[c] * w);
                    }
                    *out = sum;
                }
            }
        }
    }
}

#[inline(always)]
fn across_n<const N: usize>(row: &[Light], starts: &[isize], weights: &[f32], out: &mut [Light]) {
    for ((out, &start), weights) in out.iter_mut().zip(starts).zip(weights.as_chunks::<N>().0) {
        let from = (start + PAD as isize) as usize;
        let px = &row[from..from + N];
        let mut sum = [0.0f32; 4];
        for (px, w) in px.iter().zip(weights) {
            for c in 0..4 {
                sum[c] += px[c] * w;
            }
        }
        *out = sum;
    }
}

/// The weighted sum of rows.
pub(super) fn vertical(rows: &[&[f32]], weights: &[f32], out: &mut [f32]) {
    down(rows, weights, out);
}

wide_fn! {
    fn down(rows: &[&[f32]], weights: &[f32], out: &mut [f32]) {
        match rows.len() {
            4 => down_n::<4>(rows, weights, out),
            5 => down_n::<5>(rows, weights, out),
            6 => down_n::<6>(rows, weights, out),
            7 => down_n::<7>(rows, weights, out),
            8 => down_n::<8>(rows, weights, out),
            12 => down_n::<12>(rows, weights, out),
            _ => {
                out.fill(0.0);
                for (row, w) in rows.iter().zip(weights) {
                    out.iter_mut().zip(*row).for_each(|(out, v)| *out += v * w);
                }
            }
        }
    }
}

#[inline(always)]
fn down_n<const N: usize>(rows: &[&[f32]], weights: &[f32], out: &mut [f32]) {
    let n = out.len();
    let rows: [&[f32]; N] = std::array::from_fn(|k| &rows[k][..n]);
    let weights: [f32; N] = std::array::from_fn(|k| weights[k]);
    for i in 0..n {
        let mut sum = 0.0;
        for k in 0..N {
            sum += rows[k][i] * weights[k];
        }
        out[i] = sum;
    }
}
