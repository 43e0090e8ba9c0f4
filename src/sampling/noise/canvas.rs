//! Noise that belongs to the canvas, not to the frame.
//!
//! Every number is a function of seed, purpose, channel and absolute latent position. Two frames that overlap on the
//! canvas therefore start from the same noise where they overlap, whatever their sizes, and agree before any blending.

use super::philox::{box_muller, key, philox_4x32_10};
use super::{Draw, NoiseSource};

/// [`RngKind::Canvas`](crate::sampling::RngKind::Canvas): a Philox function keyed by (seed, draw, channel) at (x, y).
pub struct CanvasNoise {
    seed: u64,
    origin: (i64, i64),
}

impl CanvasNoise {
    /// `origin` is the position `(x, y)` of the frame's first latent on the canvas, in latents.
    /// Picture `k` of a batch has `seed + k`.
    pub fn new(seed: u64, origin: (i64, i64)) -> Self {
        Self { seed, origin }
    }

    fn picture(&self, seed: u64, purpose: [u32; 3], shape: [usize; 3]) -> Vec<f32> {
        let [channels, height, width] = shape;
        let mut out = Vec::with_capacity(channels * height * width);
        for c in 0..channels {
            // Two stages: the position takes all 128 bits of a counter, so the rest has to go into the key.
            let [p0, p1, p2] = purpose;
            let stage = philox_4x32_10([p0, p1, p2, c as u32], key(seed));
            let plane_key = [stage[0], stage[1]];
            for row in 0..height {
                let y = self.origin.1.wrapping_add(row as i64) as u64;
                for column in 0..width {
                    let x = self.origin.0.wrapping_add(column as i64) as u64;
                    let counter = [x as u32, (x >> 32) as u32, y as u32, (y >> 32) as u32];
                    let words = philox_4x32_10(counter, plane_key);
                    out.push(box_muller(words[0], words[1]));
                }
            }
        }
        out
    }
}

impl NoiseSource for CanvasNoise {
    fn normal(&mut self, draw: Draw, shape: [usize; 4]) -> Vec<f32> {
        let purpose = match draw {
            Draw::Init => [0, 0, 0],
            Draw::Posterior => [1, 0, 0],
            Draw::Step(step, number) => [2, step, number],
        };
        let [batch, channels, height, width] = shape;
        (0..batch as u64)
            .flat_map(|k| self.picture(self.seed.wrapping_add(k), purpose, [channels, height, width]))
            .collect()
    }

    fn keyed(&self, picture: u64, key: u64, shape: [usize; 3]) -> Vec<f32> {
        self.picture(self.seed.wrapping_add(picture), [3, key as u32, (key >> 32) as u32], shape)
    }
}
