//! CIE L*a*b* (1976) of sRGB colours, white point D65.

/// D65 white in XYZ, Y = 1 (the white of sRGB, IEC 61966-2-1).
const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_83];
const DELTA: f32 = 6.0 / 29.0;

/// sRGB value 0..=1 to linear light.
fn linear(v: f32) -> f32 {
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// Linear light to an sRGB value.
fn encoded(v: f32) -> f32 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// L* 0..=100, a* and b* about -128..=127, from sRGB 0..=1.
pub fn lab_from_srgb([r, g, b]: [f32; 3]) -> [f32; 3] {
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let xyz = [
        0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b,
        0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b,
        0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b,
    ];
    let f = |i: usize| {
        let t = xyz[i] / WHITE[i];
        if t > DELTA.powi(3) { t.cbrt() } else { t / (3.0 * DELTA * DELTA) + 4.0 / 29.0 }
    };
    let (x, y, z) = (f(0), f(1), f(2));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// sRGB, clamped to 0..=1, from L*a*b*.
pub fn srgb_from_lab([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let f = |t: f32, i: usize| {
        WHITE[i] * if t > DELTA { t.powi(3) } else { 3.0 * DELTA * DELTA * (t - 4.0 / 29.0) }
    };
    let (x, y, z) = (f(y + a / 500.0, 0), f(y, 1), f(y - b / 200.0, 2));
    let rgb = [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ];
    rgb.map(|v| encoded(v.max(0.0)).clamp(0.0, 1.0))
}

/// Colour difference (CIE 1976): the distance in L*a*b*; 2.3 is just noticeable.
pub fn delta_e(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f32>().sqrt()
}
