//! Random numbers that are functions of what they are for, not of how often they were asked for.

/// Sixty-four well mixed bits of `(seed, index)`: the output function of SplitMix64.
pub(crate) fn hash(seed: u64, index: u64) -> u64 {
    let mut z = seed ^ index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// 0..1.
pub(crate) fn unit(seed: u64, index: u64) -> f32 {
    (hash(seed, index) >> 40) as f32 / (1u64 << 24) as f32
}

/// -1..1.
pub(crate) fn signed(seed: u64, index: u64) -> f32 {
    unit(seed, index) * 2.0 - 1.0
}
