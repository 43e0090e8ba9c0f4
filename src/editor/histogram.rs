//! How often each tone occurs in a layer, for levels and curves.

use crate::document::tile::TILE_AREA;
use crate::document::{Mask, ONE, Pixels, Slot};
use rayon::prelude::*;

/// Number of tones that are told apart.
pub const TONES: usize = 256;

/// Counts of tones, weighted by coverage: a pixel that counts in full adds 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Red, green, blue; and the mean of the three.
    pub planes: [[f32; TONES]; 4],
}

impl Histogram {
    /// Of the straight colours of a layer, within the selection. Takes a while for large layers.
    pub fn of(pixels: &Pixels, selection: Option<&Mask>) -> Self {
        let tiles: Vec<_> = pixels.tiles().collect();
        // Whole numbers are summed, so that the order does not matter.
        let sums = tiles
            .into_par_iter()
            .fold(
                || vec![[0u64; TONES]; 4],
                |mut counts, (pos, slot)| {
                    let chosen = selection.map(|mask| mask.slot(pos));
                    if !matches!(chosen, Some(Slot::Solid([0]))) {
                        count(&mut counts, slot, chosen);
                    }
                    counts
                },
            )
            .reduce(
                || vec![[0u64; TONES]; 4],
                |mut a, b| {
                    a.iter_mut().flatten().zip(b.iter().flatten()).for_each(|(a, b)| *a += b);
                    a
                },
            );
        let full = (f64::from(ONE) * f64::from(ONE)) as f32;
        Self { planes: std::array::from_fn(|c| sums[c].map(|n| n as f32 / full)) }
    }

    /// The tones below and above which lies the part `clipped` of the picture, 0..=1 each.
    pub fn range(&self, clipped: f32) -> Option<(f32, f32)> {
        let plane = &self.planes[3];
        let total: f32 = plane.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let most = total * clipped.clamp(0.0, 0.49);
        let end = |from_above: bool| {
            let mut sum = 0.0;
            (0..TONES).map(|i| if from_above { TONES - 1 - i } else { i }).find(|i| {
                sum += plane[*i];
                sum > most
            })
        };
        let (low, high) = (end(false)?, end(true)?);
        let tone = |i: usize| i as f32 / (TONES - 1) as f32;
        Some((tone(low), tone(high)))
    }
}

fn count(counts: &mut [[u64; TONES]], slot: &Slot<4>, chosen: Option<&Slot<1>>) {
    for i in 0..TILE_AREA {
        let px = slot.get(i);
        let alpha = u64::from(px[3]);
        let weight = alpha * chosen.map_or(u64::from(ONE), |s| u64::from(s.get(i)[0]));
        if weight == 0 {
            continue;
        }
        let tone = |v: u64| ((v * 255 + alpha / 2) / alpha).min(255) as usize;
        let [r, g, b] = [px[0], px[1], px[2]].map(u64::from);
        for (c, v) in [r, g, b, (r + g + b) / 3].into_iter().enumerate() {
            counts[c][tone(v)] += weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::selection;
    use crate::geom::Rect;

    #[test]
    fn tones_are_counted_within_the_selection_by_alpha() {
        let mut pixels = Pixels::default();
        pixels.fill_rect(Rect::new(0, 0, 10, 10), [ONE, 0, 0, ONE]);
        pixels.fill_rect(Rect::new(10, 0, 20, 10), [0, 0, 0, ONE / 2]);
        let all = Histogram::of(&pixels, None);
        assert!((all.planes[0][255] - 100.0).abs() < 0.01, "{}", all.planes[0][255]);
        assert!((all.planes[0][0] - 50.0).abs() < 0.1, "{}", all.planes[0][0]);
        assert!((all.planes[3][85] - 100.0).abs() < 0.01);
        let part = Histogram::of(&pixels, Some(&selection::rect(Rect::new(0, 0, 5, 10))));
        assert!((part.planes[0][255] - 50.0).abs() < 0.01);
        assert_eq!(part.planes[0][0], 0.0);
        assert_eq!(all.range(0.0), Some((0.0, 85.0 / 255.0)));
        assert_eq!(Histogram::of(&Pixels::default(), None).range(0.0), None);
    }
}
