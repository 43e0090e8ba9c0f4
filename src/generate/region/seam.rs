//! How visible a seam is, in numbers.
//!
//! The seam is the line where a mask crosses a level. Across it lie pairs of neighbours, one on either side; each
//! pair is compared with the pairs next to it on the same line, one step further out and in. All differences are
//! in L*a*b* (CIE 1976, 2.3 is just noticeable).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::lab::{delta_e, lab_from_srgb};
use crate::generate::picture::{Mask, Picture};

/// Where a paste mask is crossed: half way.
pub const LEVEL: f32 = 0.5;

/// What a seam looks like.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct SeamScore {
    /// Pairs of pixels across the seam that were compared; 0 if there is no seam.
    pub pairs: usize,
    /// Mean colour difference across the seam.
    pub delta_e: f32,
    /// `delta_e` over the mean difference of the neighbouring pairs (both raised by 0.5, so that noise on a flat
    /// area does not count): 1 is no seam, 3 and more is an edge.
    pub gradient_ratio: f32,
    /// The step that goes one way along a stretch of seam: the difference across it less what its neighbours
    /// lead to expect, averaged with its sign over blocks of 16 px before its length is taken. Texture cancels out,
    /// a brightness step does not.
    pub step: f32,
}

/// A colour step that is just noticeable.
pub const VISIBLE_STEP: f32 = 2.3;
/// A seam so many times as sharp as its surroundings is an edge.
pub const VISIBLE_EDGE: f32 = 2.0;

impl SeamScore {
    /// How visible the seam is, in one number: 1 is the limit, where either the step is just noticeable or the edge
    /// stands out from its surroundings; more is worse.
    pub fn badness(&self) -> f32 {
        (self.step / VISIBLE_STEP).max((self.gradient_ratio - 1.0) / (VISIBLE_EDGE - 1.0))
    }

    /// Whether it is worth mending.
    pub fn is_visible(&self) -> bool {
        self.pairs > 0 && self.badness() > 1.0
    }
}

/// Measures the seam of `picture` along the line where `mask` (same size) crosses `level`.
pub fn score(picture: &Picture, mask: &Mask, level: f32) -> SeamScore {
    assert_eq!((picture.width, picture.height), (mask.width, mask.height));
    let (w, h) = (picture.width as i64, picture.height as i64);
    let inside = |x: i64, y: i64| mask.get(x as u32, y as u32) > level;
    let lab = |x: i64, y: i64| lab_from_srgb(picture.pixel(x as u32, y as u32));
    let mut score = SeamScore::default();
    let mut beside = 0.0f32;
    // By block, direction and side: the sum of what the neighbours do not lead to expect.
    let mut blocks: BTreeMap<(i64, i64, i64, bool), [f32; 3]> = BTreeMap::new();
    for (dx, dy) in [(1, 0), (0, 1)] {
        for y in dy..h - 2 * dy {
            for x in dx..w - 2 * dx {
                let inward = inside(x + dx, y + dy);
                if inside(x, y) == inward {
                    continue;
                }
                let at = |k: i64| lab(x + k * dx, y + k * dy);
                let (before, a, b, after) = (at(-1), at(0), at(1), at(2));
                score.pairs += 1;
                score.delta_e += delta_e(a, b);
                beside += 0.5 * (delta_e(before, a) + delta_e(b, after));
                let block = blocks.entry((x / 16, y / 16, dx, inward)).or_default();
                for i in 0..3 {
                    block[i] += (b[i] - a[i]) - 0.5 * ((a[i] - before[i]) + (after[i] - b[i]));
                }
            }
        }
    }
    if score.pairs > 0 {
        let n = score.pairs as f32;
        score.delta_e /= n;
        score.gradient_ratio = (score.delta_e + 0.5) / (beside / n + 0.5);
        score.step = blocks.values().map(|sum| delta_e(*sum, [0.0; 3])).sum::<f32>() / n;
    }
    score
}
