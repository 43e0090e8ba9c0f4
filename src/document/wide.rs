//! Loops that are compiled twice.

/// Defines a function whose body is compiled for the baseline CPU and once more for AVX2, and picked at run time.
/// Same source, no fused multiply-add: both give the same bits.
macro_rules! wide_fn {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name($($arg: $ty),*) {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn body($($arg: $ty),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                #[allow(clippy::too_many_arguments)]
                fn avx2($($arg: $ty),*) {
                    body($($arg),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the CPU has just said that it has AVX2, the only thing that `avx2` asks for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}
pub(crate) use wide_fn;

/// 2^23: adding it leaves the nearest integer in the low bits of an `f32`, ties to even.
const MAGIC: f32 = 8_388_608.0;

/// `v`, 0..=65535, rounded to the nearest integer. Unlike `as`, it vectorises without a clamp.
#[inline(always)]
pub(crate) fn round_u16(v: f32) -> u16 {
    (v + MAGIC).to_bits() as u16
}

/// `v`, 0..=255, rounded to the nearest integer.
#[inline(always)]
pub(crate) fn round_u8(v: f32) -> u8 {
    (v + MAGIC).to_bits() as u8
}
