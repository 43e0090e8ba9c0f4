//! The counter-based generator of CUDA: Philox 4x32-10 with `curand`'s Box-Muller transform.
//!
//! Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (2011). The counter of element `i` of call `c` is
//! `[c, 0, i, 0]`: every element has its own subsequence, every call moves the offset by one. That is what
//! `torch.randn` on a CUDA device gives as long as the tensor has no more elements than the device runs threads.

use super::{Draw, NoiseSource};

/// Ten rounds of Philox 4x32 on `counter` with `key`.
pub fn philox_4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let left = u64::from(a) * 0xd251_1f53;
        let right = u64::from(c) * 0xcd9e_8d57;
        (a, b, c, d) =
            ((right >> 32) as u32 ^ b ^ k0, right as u32, (left >> 32) as u32 ^ d ^ k1, left as u32);
        k0 = k0.wrapping_add(0x9e37_79b9);
        k1 = k1.wrapping_add(0xbb67_ae85);
    }
    [a, b, c, d]
}

/// A 64-bit seed as a key.
pub fn key(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

/// One normal number from two random words (`curand_box_muller`'s first result).
pub fn box_muller(x: u32, y: u32) -> f32 {
    const TWO_POW_NEG_32: f64 = 1.0 / 4_294_967_296.0;
    // The half keeps the logarithm's argument off zero.
    let u = (f64::from(x) + 0.5) * TWO_POW_NEG_32;
    let v = (f64::from(y) + 0.5) * TWO_POW_NEG_32 * std::f64::consts::TAU;
    ((-2.0 * u.ln()).sqrt() * v.sin()) as f32
}

/// `torch.randn(len, device="cuda")` of a generator with `seed` after `calls` earlier calls.
pub fn randn(seed: u64, calls: u32, len: usize) -> Vec<f32> {
    let key = key(seed);
    (0..len)
        .map(|i| {
            let words = philox_4x32_10([calls, 0, i as u32, (i as u64 >> 32) as u32], key);
            box_muller(words[0], words[1])
        })
        .collect()
}

/// [`RngKind::Philox`](crate::sampling::RngKind::Philox): one generator per picture of the batch.
pub struct PhiloxNoise {
    seed: u64,
    calls: u32,
}

impl PhiloxNoise {
    /// Seeded for the first picture of the batch; picture `k` has `seed + k`.
    pub fn new(seed: u64) -> Self {
        Self { seed, calls: 0 }
    }
}

impl NoiseSource for PhiloxNoise {
    fn normal(&mut self, _: Draw, shape: [usize; 4]) -> Vec<f32> {
        let [batch, channels, height, width] = shape;
        let calls = self.calls;
        self.calls = calls.wrapping_add(1);
        (0..batch as u64)
            .flat_map(|k| randn(self.seed.wrapping_add(k), calls, channels * height * width))
            .collect()
    }

    fn keyed(&self, _: u64, key: u64, shape: [usize; 3]) -> Vec<f32> {
        randn(key, 0, shape.iter().product())
    }
}
