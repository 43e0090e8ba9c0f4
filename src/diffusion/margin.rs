//! A margin around what a model paints. Small models are at their weakest along the border of what they see: their
//! convolutions see zeros beyond it. A model that says so ([`Model::margin_px`](crate::models::Model::margin_px)) is
//! given a larger pass, its picture continued by reflection and its masks as they are at the border, and the margin
//! is cut off what comes of it, previews included.

use std::sync::Arc;

use image::GrayImage;

use crate::generate::{Fit, Mask, Monitor, Pass, PassRegion, Picture, Preview};
use crate::geom::Rect;

/// The pass with `margin` pixels more on each side.
pub(super) fn widened(pass: &Pass, margin: u32) -> Pass {
    let mask = |mask: &Mask| Mask {
        width: mask.width + 2 * margin,
        height: mask.height + 2 * margin,
        data: around(&mask.data, 1, (mask.width, mask.height), margin, clamped),
    };
    Pass {
        width: pass.width + 2 * margin,
        height: pass.height + 2 * margin,
        origin: (pass.origin.0 - i64::from(margin), pass.origin.1 - i64::from(margin)),
        init: pass.init.as_ref().map(|p| Picture {
            width: p.width + 2 * margin,
            height: p.height + 2 * margin,
            data: around(&p.data, 3, (p.width, p.height), margin, reflected),
        }),
        mask: pass.mask.as_ref().map(mask),
        regions: pass
            .regions
            .iter()
            .map(|r| PassRegion { prompt: r.prompt.clone(), share: mask(&r.share) })
            .collect(),
        ..pass.clone()
    }
}

/// The picture without its outer `margin` pixels of `whole` (the width it would have at full size).
pub(super) fn trimmed(picture: &Picture, margin: u32, whole: u32) -> Picture {
    let cut = (f64::from(margin) * f64::from(picture.width) / f64::from(whole)).round() as u32;
    let cut = cut.min((picture.width.min(picture.height) - 1) / 2);
    let (width, height) = (picture.width - 2 * cut, picture.height - 2 * cut);
    let mut data = Vec::with_capacity(3 * width as usize * height as usize);
    for y in cut..cut + height {
        let start = 3 * (y as usize * picture.width as usize + cut as usize);
        data.extend_from_slice(&picture.data[start..start + 3 * width as usize]);
    }
    Picture { width, height, data }
}

/// Passes on what a monitor is told, previews without their margin.
pub(super) struct Trimming<'a> {
    pub monitor: &'a mut dyn Monitor,
    pub margin: u32,
    /// Width of the larger pass.
    pub whole: u32,
}

impl Monitor for Trimming<'_> {
    fn cancelled(&self) -> bool {
        self.monitor.cancelled()
    }

    fn wants_preview(&self) -> bool {
        self.monitor.wants_preview()
    }

    fn pass(&mut self, rect: Rect, paste: &Arc<GrayImage>, number: u32, of: u32) {
        self.monitor.pass(rect, paste, number, of);
    }

    fn thrift(&mut self, fit: &Fit) {
        self.monitor.thrift(fit);
    }

    fn stage(&mut self, name: &'static str) {
        self.monitor.stage(name);
    }

    fn step(&mut self, step: u32, steps: u32, secs: f64, preview: Option<Preview>) {
        let cut = |p: Preview| match self.margin {
            0 => p,
            margin => Preview { picture: trimmed(&p.picture, margin, self.whole) },
        };
        self.monitor.step(step, steps, secs, preview.map(cut));
    }
}

fn clamped(i: i64, size: i64) -> i64 {
    i.clamp(0, size - 1)
}

/// The border pixel twice, and round again where the picture is smaller than the margin.
fn reflected(i: i64, size: i64) -> i64 {
    let i = i.rem_euclid(2 * size);
    if i < size { i } else { 2 * size - 1 - i }
}

fn around(
    data: &[f32],
    channels: usize,
    (w, h): (u32, u32),
    margin: u32,
    at: impl Fn(i64, i64) -> i64,
) -> Vec<f32> {
    let m = i64::from(margin);
    let mut out = Vec::with_capacity(channels * (w + 2 * margin) as usize * (h + 2 * margin) as usize);
    for y in -m..i64::from(h) + m {
        let row = at(y, i64::from(h)) as usize * w as usize;
        for x in -m..i64::from(w) + m {
            let from = channels * (row + at(x, i64::from(w)) as usize);
            out.extend_from_slice(&data[from..from + channels]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_stays_in_the_middle_and_is_reflected_around() {
        let data: Vec<f32> = (0..5 * 3 * 3).map(|v| v as f32).collect();
        let picture = Picture { width: 5, height: 3, data };
        // A margin larger than the picture turns round.
        for margin in [0u32, 1, 2, 7] {
            let wide = around(&picture.data, 3, (5, 3), margin, reflected);
            let wide = Picture { width: 5 + 2 * margin, height: 3 + 2 * margin, data: wide };
            assert_eq!(trimmed(&wide, margin, wide.width), picture);
            if margin > 1 {
                assert_eq!(wide.pixel(margin - 1, margin), picture.pixel(0, 0));
                assert_eq!(wide.pixel(margin - 2, margin + 1), picture.pixel(1, 1));
                assert_eq!(wide.pixel(margin + 6, margin + 4), picture.pixel(3, 1));
            }
        }
        let half = Picture::filled(20, 10, [0.5; 3]);
        assert_eq!(trimmed(&half, 4, 40), Picture::filled(16, 6, [0.5; 3]));
    }
}
