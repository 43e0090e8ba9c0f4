//! PyTorch's CPU generator: `torch.randn` bit for bit.
//!
//! Matsumoto & Nishimura, "Mersenne Twister" (1998) for the integers. How PyTorch turns them into normal numbers was
//! established by comparison with PyTorch 2.15: fewer than 16 numbers are made one by one in double precision, 16 and
//! more in blocks of 16 with single-precision polynomials (the AVX2 kernel, which its AVX-512 build uses too).

use super::vector_math::{log, sin_cos};
use super::{Draw, NoiseSource};

const N: usize = 624;
const M: usize = 397;

/// The Mersenne Twister MT19937.
#[derive(Clone)]
pub struct Mt19937 {
    state: [u32; N],
    next: usize,
}

impl Mt19937 {
    /// Seeded as PyTorch seeds it: only the low 32 bits of a seed count.
    pub fn new(seed: u64) -> Self {
        let mut state = [0; N];
        state[0] = seed as u32;
        for i in 1..N {
            let last: u32 = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
        }
        Self { state, next: N }
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// The next 64 random bits; the first 32 drawn are the high ones.
    pub fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        (high << 32) | u64::from(self.next_u32())
    }

    fn twist(&mut self) {
        let s = &mut self.state;
        for i in 0..N {
            let y = (s[i] & 0x8000_0000) | (s[(i + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            s[i] = s[(i + M) % N] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }
}

/// A `torch.Generator` on the CPU with its normal numbers.
#[derive(Clone)]
pub struct TorchGenerator {
    engine: Mt19937,
    /// The scalar path makes two numbers at a time and keeps the second for the next scalar call.
    spare: Option<f64>,
}

impl TorchGenerator {
    /// `torch.Generator().manual_seed(seed)`.
    pub fn new(seed: u64) -> Self {
        Self { engine: Mt19937::new(seed), spare: None }
    }

    /// `torch.randn(len)`.
    pub fn randn(&mut self, len: usize) -> Vec<f32> {
        if len < 16 {
            return (0..len).map(|_| self.scalar_normal() as f32).collect();
        }
        let mut data: Vec<f32> = (0..len).map(|_| self.uniform()).collect();
        for block in data.chunks_exact_mut(16) {
            box_muller_16(block);
        }
        if !len.is_multiple_of(16) {
            // The tail is not a whole block: PyTorch draws the last 16 numbers again, overwriting some finished ones.
            let tail = &mut data[len - 16..];
            tail.iter_mut().for_each(|v| *v = self.uniform());
            box_muller_16(tail);
        }
        data
    }

    /// Uniform in `0..1` with 24 bits.
    fn uniform(&mut self) -> f32 {
        (self.engine.next_u32() & 0x00ff_ffff) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in `0..1` with 53 bits.
    fn uniform_f64(&mut self) -> f64 {
        (self.engine.next_u64() & ((1 << 53) - 1)) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    fn scalar_normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let angle = std::f64::consts::TAU * self.uniform_f64();
        let radius = (-2.0 * (-self.uniform_f64()).ln_1p()).sqrt();
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

/// Turns 16 uniform numbers into 16 normal ones: the first half gives the radii, the second the angles.
fn box_muller_16(block: &mut [f32]) {
    for j in 0..8 {
        let radius = (-2.0 * log(1.0 - block[j])).sqrt();
        let (sin, cos) = sin_cos(std::f32::consts::TAU * block[j + 8]);
        block[j] = radius * cos;
        block[j + 8] = radius * sin;
    }
}

/// [`RngKind::Torch`](crate::sampling::RngKind::Torch): one [`TorchGenerator`] per picture of the batch.
pub struct TorchNoise {
    seed: u64,
    generators: Vec<TorchGenerator>,
}

impl TorchNoise {
    /// Seeded for the first picture of the batch; picture `k` has `seed + k`.
    pub fn new(seed: u64) -> Self {
        Self { seed, generators: Vec::new() }
    }
}

impl NoiseSource for TorchNoise {
    fn normal(&mut self, _: Draw, shape: [usize; 4]) -> Vec<f32> {
        let [batch, channels, height, width] = shape;
        while self.generators.len() < batch {
            let seed = self.seed.wrapping_add(self.generators.len() as u64);
            self.generators.push(TorchGenerator::new(seed));
        }
        self.generators[..batch].iter_mut().flat_map(|g| g.randn(channels * height * width)).collect()
    }

    fn keyed(&self, _: u64, key: u64, shape: [usize; 3]) -> Vec<f32> {
        TorchGenerator::new(key).randn(shape.iter().product())
    }
}
