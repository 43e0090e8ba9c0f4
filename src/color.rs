//! Colours and the spaces between which they move. Every function is made of `+ - * /` and square roots only,
//! so that a colour has the same bits on every platform (P9).

use serde::{Deserialize, Serialize};

/// A colour with straight (not premultiplied) alpha: sRGB-encoded `r g b`, each 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rgba {
    /// Red, sRGB-encoded.
    pub r: f32,
    /// Green, sRGB-encoded.
    pub g: f32,
    /// Blue, sRGB-encoded.
    pub b: f32,
    /// Alpha, 1 = opaque.
    pub a: f32,
}

impl Rgba {
    /// Opaque black.
    pub const BLACK: Self = Self::rgb(0.0, 0.0, 0.0);
    /// Opaque white.
    pub const WHITE: Self = Self::rgb(1.0, 1.0, 1.0);
    /// Nothing.
    pub const CLEAR: Self = Self { r: 0.0, g: 0.0, b: 0.0, a: 0.0 };

    /// An opaque colour.
    pub const fn rgb(r: f32, g: f32, b: f32) -> Self {
        Self { r, g, b, a: 1.0 }
    }

    /// From 8 bits a channel, straight alpha.
    pub fn from_rgba8(v: [u8; 4]) -> Self {
        let f = |v: u8| f32::from(v) / 255.0;
        Self { r: f(v[0]), g: f(v[1]), b: f(v[2]), a: f(v[3]) }
    }

    /// To 8 bits a channel, straight alpha, rounded to nearest.
    pub fn to_rgba8(self) -> [u8; 4] {
        [self.r, self.g, self.b, self.a].map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
    }

    /// Premultiplied 16 bits a channel, the format of tiles.
    pub fn to_px(self) -> [u16; 4] {
        let a = self.a.clamp(0.0, 1.0);
        [self.r, self.g, self.b, 1.0].map(|v| (v.clamp(0.0, 1.0) * a * 65535.0 + 0.5) as u16)
    }

    /// From a premultiplied pixel of a tile; a transparent pixel has no colour and gives [`Rgba::CLEAR`].
    pub fn from_px(px: [u16; 4]) -> Self {
        if px[3] == 0 {
            return Self::CLEAR;
        }
        let a = f32::from(px[3]);
        let c = |v: u16| (f32::from(v) / a).min(1.0);
        Self { r: c(px[0]), g: c(px[1]), b: c(px[2]), a: a / 65535.0 }
    }

    /// `#rgb`, `#rrggbb` or `#rrggbbaa`, with or without the `#`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let t = text.trim().trim_start_matches('#');
        if !t.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let v = u32::from_str_radix(t, 16).ok()?;
        let byte = |shift: u32| (v >> shift) as u8;
        let nibble = |shift: u32| ((v >> shift) & 15) as u8 * 17;
        match t.len() {
            3 => Some(Self::from_rgba8([nibble(8), nibble(4), nibble(0), 255])),
            6 => Some(Self::from_rgba8([byte(16), byte(8), byte(0), 255])),
            8 => Some(Self::from_rgba8([byte(24), byte(16), byte(8), byte(0)])),
            _ => None,
        }
    }

    /// `#rrggbb`, or `#rrggbbaa` when not opaque.
    pub fn to_hex(self) -> String {
        let [r, g, b, a] = self.to_rgba8();
        if a == 255 { format!("#{r:02x}{g:02x}{b:02x}") } else { format!("#{r:02x}{g:02x}{b:02x}{a:02x}") }
    }

    /// Relative luminance weight of the W3C compositing specification, on the encoded values.
    pub fn luma(self) -> f32 {
        0.3 * self.r + 0.59 * self.g + 0.11 * self.b
    }
}

/// Cube root of any number, by Newton's method.
fn cbrt(x: f32) -> f32 {
    if x == 0.0 {
        return 0.0;
    }
    let a = f64::from(x.abs());
    let mut y = f64::from(f32::from_bits(x.abs().to_bits() / 3 + 709_921_077));
    for _ in 0..4 {
        y = (2.0 * y + a / (y * y)) / 3.0;
    }
    (y as f32).copysign(x)
}

/// Fifth root of a positive number, by Newton's method.
fn root5(x: f32) -> f64 {
    let a = f64::from(x);
    let mut y = f64::from(f32::from_bits(x.to_bits() / 5 + 852_282_573));
    for _ in 0..5 {
        let y4 = y * y * y * y;
        y = (4.0 * y + a / y4) / 5.0;
    }
    y
}

/// One sRGB-encoded channel to linear light (IEC 61966-2-1).
pub fn srgb_to_linear(v: f32) -> f32 {
    if v <= 0.04045 {
        v / 12.92
    } else {
        // x^2.4 = x² · (x^⅕)²
        let x = (v + 0.055) / 1.055;
        let q = root5(x);
        (f64::from(x) * f64::from(x) * q * q) as f32
    }
}

/// One channel of linear light to sRGB.
pub fn linear_to_srgb(v: f32) -> f32 {
    if v <= 0.003_130_8 {
        v * 12.92
    } else {
        // x^(5/12) = (x^(1/12))^5
        let t = cbrt(v.sqrt().sqrt());
        let t2 = t * t;
        1.055 * (t2 * t2 * t) - 0.055
    }
}

/// OKLab (Ottosson 2020): perceptual lightness and two opponent axes.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Oklab {
    /// Lightness, 0 = black, 1 = white.
    pub l: f32,
    /// Green to red.
    pub a: f32,
    /// Blue to yellow.
    pub b: f32,
}

impl Oklab {
    /// From sRGB-encoded channels.
    pub fn from_srgb(r: f32, g: f32, b: f32) -> Self {
        Self::from_linear(srgb_to_linear(r), srgb_to_linear(g), srgb_to_linear(b))
    }

    /// From linear sRGB channels.
    pub fn from_linear(r: f32, g: f32, b: f32) -> Self {
        let l = cbrt(0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b);
        let m = cbrt(0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b);
        let s = cbrt(0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b);
        Self {
            l: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    /// To linear sRGB channels, possibly outside 0..=1.
    pub fn to_linear(self) -> [f32; 3] {
        let l = self.l + 0.396_337_78 * self.a + 0.215_803_76 * self.b;
        let m = self.l - 0.105_561_346 * self.a - 0.063_854_17 * self.b;
        let s = self.l - 0.089_484_18 * self.a - 1.291_485_5 * self.b;
        let (l, m, s) = (l * l * l, m * m * m, s * s * s);
        [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ]
    }

    /// To sRGB-encoded channels, clipped to the gamut.
    pub fn to_srgb(self) -> [f32; 3] {
        self.to_linear().map(|v| linear_to_srgb(v.clamp(0.0, 1.0)))
    }

    /// `t` of the way to `other`: how pigments are mixed here, without the grey dip of mixing encoded sRGB.
    pub fn lerp(self, other: Self, t: f32) -> Self {
        Self {
            l: self.l + (other.l - self.l) * t,
            a: self.a + (other.a - self.a) * t,
            b: self.b + (other.b - self.b) * t,
        }
    }
}

/// OKLCh: OKLab in polar form.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Oklch {
    /// Lightness 0..=1.
    pub l: f32,
    /// Chroma, 0 = grey; sRGB reaches about 0.32.
    pub c: f32,
    /// Hue in turns, 0..1.
    pub h: f32,
}

impl From<Oklab> for Oklch {
    fn from(v: Oklab) -> Self {
        let c = (v.a * v.a + v.b * v.b).sqrt();
        let h = if c < 1e-6 { 0.0 } else { v.b.atan2(v.a) / std::f32::consts::TAU };
        Self { l: v.l, c, h: if h < 0.0 { h + 1.0 } else { h } }
    }
}

impl From<Oklch> for Oklab {
    fn from(v: Oklch) -> Self {
        let (s, c) = crate::geom::sin_cos_turns(f64::from(v.h));
        Self { l: v.l, a: v.c * c as f32, b: v.c * s as f32 }
    }
}

impl Oklch {
    /// The sRGB colour of this lightness and hue, with as much of the chroma as fits the gamut: a slider that
    /// runs out of gamut should fade, not change hue.
    pub fn to_srgb_in_gamut(self) -> [f32; 3] {
        let fits = |c: f32| {
            let rgb = Oklab::from(Oklch { c, ..self }).to_linear();
            rgb.iter().all(|v| (-1e-4..=1.0001).contains(v))
        };
        if fits(self.c) {
            return Oklab::from(self).to_srgb();
        }
        let (mut lo, mut hi) = (0.0, self.c);
        for _ in 0..16 {
            let mid = (lo + hi) / 2.0;
            if fits(mid) { lo = mid } else { hi = mid }
        }
        Oklab::from(Oklch { c: lo, ..self }).to_srgb()
    }
}

/// Hue, saturation, value of sRGB-encoded channels.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Hsv {
    /// Hue in turns, 0..1, 0 = red.
    pub h: f32,
    /// Saturation 0..=1.
    pub s: f32,
    /// Value 0..=1.
    pub v: f32,
}

impl Hsv {
    /// From sRGB-encoded channels.
    pub fn from_srgb(r: f32, g: f32, b: f32) -> Self {
        let max = r.max(g).max(b);
        let d = max - r.min(g).min(b);
        let h = if d <= 0.0 {
            0.0
        } else if max == r {
            ((g - b) / d).rem_euclid(6.0) / 6.0
        } else if max == g {
            ((b - r) / d + 2.0) / 6.0
        } else {
            ((r - g) / d + 4.0) / 6.0
        };
        Self { h, s: if max > 0.0 { d / max } else { 0.0 }, v: max }
    }

    /// To sRGB-encoded channels. The hue wraps.
    pub fn to_srgb(self) -> [f32; 3] {
        let channel = |n: f32| {
            let k = (n + self.h * 6.0).rem_euclid(6.0);
            self.v - self.v * self.s * k.min(4.0 - k).clamp(0.0, 1.0)
        };
        [channel(5.0), channel(3.0), channel(1.0)]
    }
}
