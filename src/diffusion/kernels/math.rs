//! Elementary functions written so that the compiler turns loops over them into vector code, and the macro that
//! compiles a loop once for each instruction set and picks at run time.

/// Compiles `fn name(args)` for AVX-512, AVX2 and the baseline and dispatches at run time. The arithmetic is the
/// same in all (no fused multiply-add is introduced), so results do not depend on the choice.
macro_rules! simd {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq")]
                fn avx512($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                {
                    // SAFETY: just checked.
                    return unsafe { avx512($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: just checked.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}
pub(crate) use simd;

/// Lanes that sums are split into, whatever the instruction set: the order of additions is part of the result.
pub const LANES: usize = 16;

/// e^x to about 1 unit in the last place for -87..88, clamped outside (Cephes' polynomial).
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to a whole number
    let x = x.clamp(-87.0, 88.0);
    let t = x * std::f32::consts::LOG2_E + ROUND;
    let n = t - ROUND;
    let r = x - n * 0.693_359_4;
    let r = r - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 5e-1;
    let y = p * r * r + r + 1.0;
    let exponent = (t.to_bits() as i32).wrapping_sub(0x4B40_0000);
    y * f32::from_bits((exponent.wrapping_add(127) as u32) << 23)
}

/// x * sigmoid(x).
#[inline(always)]
pub fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x))
}

/// The error function, absolute error below 1.3e-7 (Chebyshev fit of Numerical Recipes' erfc).
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let z = x.abs();
    let t = 1.0 / (1.0 + 0.5 * z);
    let mut p = 0.170_872_77;
    p = p * t + -0.822_152_23;
    p = p * t + 1.488_515_9;
    p = p * t + -1.135_204;
    p = p * t + 0.278_868_07;
    p = p * t + -0.186_288_06;
    p = p * t + 0.096_784_18;
    p = p * t + 0.374_091_96;
    p = p * t + 1.000_023_7;
    let tail = t * exp(-z * z - 1.265_512_2 + t * p);
    if x >= 0.0 { 1.0 - tail } else { tail - 1.0 }
}

/// x * Phi(x), the exact GELU.
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

simd! {
    /// Turns `row` into its softmax.
    pub fn softmax(row: &mut [f32]) {
        let mut lanes = [f32::NEG_INFINITY; LANES];
        let (chunks, rest) = row.as_chunks::<LANES>();
        for chunk in chunks {
            for i in 0..LANES { lanes[i] = if chunk[i] > lanes[i] { chunk[i] } else { lanes[i] }; }
        }
        let max = rest.iter().chain(&lanes).fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
        let mut sums = [0f32; LANES];
        let (chunks, rest) = row.as_chunks_mut::<LANES>();
        for chunk in chunks {
            for i in 0..LANES {
                chunk[i] = exp(chunk[i] - max);
                sums[i] += chunk[i];
            }
        }
        let mut sum = 0.0;
        for v in rest {
            *v = exp(*v - max);
            sum += *v;
        }
        for s in sums { sum += s; }
        let scale = 1.0 / sum;
        for v in row { *v *= scale; }
    }
}

simd! {
    /// Sum of `row` in double precision over fixed lanes.
    pub fn sum(row: &[f32]) -> f64 {
        let mut total = 0f64;
        for block in row.chunks(4096) {
            let mut lanes = [0f32; LANES];
            let (chunks, rest) = block.as_chunks::<LANES>();
            for chunk in chunks {
                for i in 0..LANES { lanes[i] += chunk[i]; }
            }
            for l in lanes { total += f64::from(l); }
            for &v in rest { total += f64::from(v); }
        }
        total
    }
}

simd! {
    /// Sum of squared distances from `mean`, as [`sum`].
    pub fn sum_sq_dev(row: &[f32], mean: f32) -> f64 {
        let mut total = 0f64;
        for block in row.chunks(4096) {
            let mut lanes = [0f32; LANES];
            let (chunks, rest) = block.as_chunks::<LANES>();
            for chunk in chunks {
                for i in 0..LANES {
                    let d = chunk[i] - mean;
                    lanes[i] += d * d;
                }
            }
            for l in lanes { total += f64::from(l); }
            for &v in rest {
                let d = v - mean;
                total += f64::from(d * d);
            }
        }
        total
    }
}
