//! Single-precision functions that round as PyTorch's normal generator does.
//!
//! `torch.randn` on the CPU evaluates the polynomials of Moshier's Cephes library in the AVX arrangement of J. Pommier
//! and G. Garberoglio. These follow them operation by operation; `mul_add` is where the compiled kernel fuses. A stored
//! seed therefore gives the same bits on every machine, with or without such instructions.

// The digits are those of the published tables.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

/// Horner's scheme with fused steps, highest power first.
fn horner(x: f32, coefficients: &[f32]) -> f32 {
    coefficients[1..].iter().fold(coefficients[0], |sum, c| sum.mul_add(x, *c))
}

/// Natural logarithm of a positive number (Cephes `logf`).
pub fn log(x: f32) -> f32 {
    const P: [f32; 9] = [
        7.037_683_629_2e-2,
        -1.151_461_031_0e-1,
        1.167_699_874_0e-1,
        -1.242_014_084_6e-1,
        1.424_932_278_7e-1,
        -1.666_805_766_5e-1,
        2.000_071_476_5e-1,
        -2.499_999_399_3e-1,
        3.333_333_117_4e-1,
    ];
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    let mut e = ((bits >> 23) as i32 - 0x7f) as f32 + 1.0;
    let m = f32::from_bits((bits & 0x007f_ffff) | 0.5f32.to_bits());
    let mut x = m - 1.0;
    if m < 0.707_106_781_186_547_524 {
        e -= 1.0;
        x += m;
    }
    let z = x * x;
    let mut y = horner(x, &P) * x;
    y = y.mul_add(z, e * -2.121_944_40e-4);
    y = (-z).mul_add(0.5, y);
    e.mul_add(0.693_359_375, x + y)
}

/// Sine and cosine of an angle that is not negative (Cephes `sinf`, `cosf`).
pub fn sin_cos(x: f32) -> (f32, f32) {
    let octant = ((x * 1.273_239_544_735_16) as i32 + 1) & !1;
    let y = octant as f32;
    let mut x = y.mul_add(-0.785_156_25, x);
    x = y.mul_add(-2.418_756_484_985_351_562_5e-4, x);
    x = y.mul_add(-3.774_894_977_445_941_08e-8, x);
    let z = x * x;
    let mut c = horner(z, &[2.443_315_711_809_948e-5, -1.388_731_625_493_765e-3, 4.166_664_568_298_827e-2]);
    c = (c * z).mul_add(z, -(z * 0.5)) + 1.0;
    let mut s = horner(z, &[-1.951_529_589_1e-4, 8.332_160_873_6e-3, -1.666_665_461_1e-1]);
    s = (s * z).mul_add(x, x);
    let (sin, cos) = if octant & 2 == 0 { (s, c) } else { (c, s) };
    let sin = if octant & 4 == 0 { sin } else { -sin };
    let cos = if (octant - 2) & 4 == 0 { -cos } else { cos };
    (sin, cos)
}
