//! Blend modes, exact by formula: W3C "Compositing and Blending Level 1" for the sixteen it has, the formulas of
//! [`BlendMode`] for the rest. All work on sRGB-encoded channels.

use super::composite::Strip;
use super::wide::wide_fn;
use serde::{Deserialize, Serialize};

/// How a layer is blended with what lies below it. `b` is the backdrop, `s` the layer, both straight, 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlendMode {
    /// `s`
    #[default]
    Normal,
    /// `b s`
    Multiply,
    /// `b + s - b s`
    Screen,
    /// Hard light with the two swapped.
    Overlay,
    /// `min(b, s)`
    Darken,
    /// `max(b, s)`
    Lighten,
    /// `b / (1 - s)`, 0 where `b` is 0.
    ColorDodge,
    /// `1 - (1 - b) / s`, 1 where `b` is 1.
    ColorBurn,
    /// Multiply with `2 s` below one half, screen with `2 s - 1` above.
    HardLight,
    /// The W3C soft light.
    SoftLight,
    /// `|b - s|`
    Difference,
    /// `b + s - 2 b s`
    Exclusion,
    /// Hue of `s`, saturation and luminosity of `b`.
    Hue,
    /// Saturation of `s`, hue and luminosity of `b`.
    Saturation,
    /// Hue and saturation of `s`, luminosity of `b`.
    Color,
    /// Luminosity of `s`, hue and saturation of `b`.
    Luminosity,
    /// `min(1, b + s)`, also called linear dodge.
    Add,
    /// `max(0, b - s)`
    Subtract,
    /// `min(1, b / s)`; where `s` is 0: 0 if `b` is 0, else 1.
    Divide,
    /// `max(0, b + s - 1)`
    LinearBurn,
    /// Colour burn with `2 s` up to one half, colour dodge with `2 s - 1` above.
    VividLight,
    /// `clamp(b + 2 s - 1)`
    LinearLight,
    /// `min(b, 2 s)` up to one half, `max(b, 2 s - 1)` above.
    PinLight,
    /// Of a group: its layers are blended one by one with what lies below the group. Of another layer: normal.
    PassThrough,
}

impl BlendMode {
    /// Every mode, in the order of menus.
    pub const ALL: [BlendMode; 24] = [
        Self::Normal,
        Self::PassThrough,
        Self::Darken,
        Self::Multiply,
        Self::ColorBurn,
        Self::LinearBurn,
        Self::Lighten,
        Self::Screen,
        Self::ColorDodge,
        Self::Add,
        Self::Overlay,
        Self::SoftLight,
        Self::HardLight,
        Self::VividLight,
        Self::LinearLight,
        Self::PinLight,
        Self::Difference,
        Self::Exclusion,
        Self::Subtract,
        Self::Divide,
        Self::Hue,
        Self::Saturation,
        Self::Color,
        Self::Luminosity,
    ];

    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Multiply => "Multiply",
            Self::Screen => "Screen",
            Self::Overlay => "Overlay",
            Self::Darken => "Darken",
            Self::Lighten => "Lighten",
            Self::ColorDodge => "Colour dodge",
            Self::ColorBurn => "Colour burn",
            Self::HardLight => "Hard light",
            Self::SoftLight => "Soft light",
            Self::Difference => "Difference",
            Self::Exclusion => "Exclusion",
            Self::Hue => "Hue",
            Self::Saturation => "Saturation",
            Self::Color => "Colour",
            Self::Luminosity => "Luminosity",
            Self::Add => "Add",
            Self::Subtract => "Subtract",
            Self::Divide => "Divide",
            Self::LinearBurn => "Linear burn",
            Self::VividLight => "Vivid light",
            Self::LinearLight => "Linear light",
            Self::PinLight => "Pin light",
            Self::PassThrough => "Pass through",
        }
    }
}

/// The blended straight colour of backdrop `b` and source `s`, both opaque and straight.
pub fn blend_rgb(mode: BlendMode, b: [f32; 3], s: [f32; 3]) -> [f32; 3] {
    let each = |f: fn(f32, f32) -> f32| std::array::from_fn(|i| f(b[i], s[i]));
    match mode {
        BlendMode::Normal | BlendMode::PassThrough => s,
        BlendMode::Multiply => each(multiply),
        BlendMode::Screen => each(screen),
        BlendMode::Overlay => each(overlay),
        BlendMode::Darken => each(f32::min),
        BlendMode::Lighten => each(f32::max),
        BlendMode::ColorDodge => each(color_dodge),
        BlendMode::ColorBurn => each(color_burn),
        BlendMode::HardLight => each(hard_light),
        BlendMode::SoftLight => each(soft_light),
        BlendMode::Difference => each(difference),
        BlendMode::Exclusion => each(exclusion),
        BlendMode::Hue => hue(b, s),
        BlendMode::Saturation => saturation(b, s),
        BlendMode::Color => set_lum(s, lum(b)),
        BlendMode::Luminosity => set_lum(b, lum(s)),
        BlendMode::Add => each(add),
        BlendMode::Subtract => each(subtract),
        BlendMode::Divide => each(divide),
        BlendMode::LinearBurn => each(linear_burn),
        BlendMode::VividLight => each(vivid_light),
        BlendMode::LinearLight => each(linear_light),
        BlendMode::PinLight => each(pin_light),
    }
}

/// One premultiplied pixel over another, by the general formula
/// `co = cs (1 - αb) + cb (1 - αs) + αs αb B(Cb, Cs)`, `αo = αs + αb (1 - αs)`.
pub fn blend_pixel(mode: BlendMode, backdrop: [f32; 4], source: [f32; 4]) -> [f32; 4] {
    let (ab, as_) = (backdrop[3], source[3]);
    let straight = |px: [f32; 4]| [0, 1, 2].map(|i| unpremultiply(px[i], px[3]));
    let mixed = blend_rgb(mode, straight(backdrop), straight(source));
    let c = |i: usize| over(backdrop[i], ab, source[i], as_, mixed[i]);
    [c(0), c(1), c(2), as_ + ab * (1.0 - as_)]
}

#[inline(always)]
fn over(b: f32, ab: f32, s: f32, as_: f32, mixed: f32) -> f32 {
    s * (1.0 - ab) + b * (1.0 - as_) + as_ * ab * mixed
}

/// Division, not multiplication by a reciprocal: `c = a` must give exactly 1, which dodge and burn look at.
#[inline(always)]
fn unpremultiply(c: f32, a: f32) -> f32 {
    (c / a.max(1e-20)).min(1.0)
}

#[inline(always)]
fn multiply(b: f32, s: f32) -> f32 {
    b * s
}
#[inline(always)]
fn screen(b: f32, s: f32) -> f32 {
    b + s - b * s
}
#[inline(always)]
fn overlay(b: f32, s: f32) -> f32 {
    hard_light(s, b)
}
#[inline(always)]
fn color_dodge(b: f32, s: f32) -> f32 {
    let q = (b / (1.0 - s).max(1e-20)).min(1.0);
    if b <= 0.0 { 0.0 } else { q }
}
#[inline(always)]
fn color_burn(b: f32, s: f32) -> f32 {
    let q = 1.0 - ((1.0 - b) / s.max(1e-20)).min(1.0);
    if b >= 1.0 { 1.0 } else { q }
}
#[inline(always)]
fn hard_light(b: f32, s: f32) -> f32 {
    let low = b * (2.0 * s);
    let high = screen(b, 2.0 * s - 1.0);
    if s <= 0.5 { low } else { high }
}
#[inline(always)]
fn soft_light(b: f32, s: f32) -> f32 {
    let low = b - (1.0 - 2.0 * s) * b * (1.0 - b);
    let curve = ((16.0 * b - 12.0) * b + 4.0) * b;
    let d = if b <= 0.25 { curve } else { b.sqrt() };
    let high = b + (2.0 * s - 1.0) * (d - b);
    if s <= 0.5 { low } else { high }
}
#[inline(always)]
fn difference(b: f32, s: f32) -> f32 {
    (b - s).abs()
}
#[inline(always)]
fn exclusion(b: f32, s: f32) -> f32 {
    b + s - 2.0 * b * s
}
#[inline(always)]
fn add(b: f32, s: f32) -> f32 {
    (b + s).min(1.0)
}
#[inline(always)]
fn subtract(b: f32, s: f32) -> f32 {
    (b - s).max(0.0)
}
#[inline(always)]
fn divide(b: f32, s: f32) -> f32 {
    (b / s.max(1e-20)).min(1.0)
}
#[inline(always)]
fn linear_burn(b: f32, s: f32) -> f32 {
    (b + s - 1.0).max(0.0)
}
#[inline(always)]
fn vivid_light(b: f32, s: f32) -> f32 {
    let low = color_burn(b, 2.0 * s);
    let high = color_dodge(b, 2.0 * s - 1.0);
    if s <= 0.5 { low } else { high }
}
#[inline(always)]
fn linear_light(b: f32, s: f32) -> f32 {
    (b + 2.0 * s - 1.0).clamp(0.0, 1.0)
}
#[inline(always)]
fn pin_light(b: f32, s: f32) -> f32 {
    let low = b.min(2.0 * s);
    let high = b.max(2.0 * s - 1.0);
    if s <= 0.5 { low } else { high }
}

#[inline(always)]
fn lum(c: [f32; 3]) -> f32 {
    0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]
}
#[inline(always)]
fn range(c: [f32; 3]) -> (f32, f32) {
    (c[0].min(c[1]).min(c[2]), c[0].max(c[1]).max(c[2]))
}
/// SetLum with ClipColor of the specification.
#[inline(always)]
fn set_lum(c: [f32; 3], l: f32) -> [f32; 3] {
    let d = l - lum(c);
    let c = [c[0] + d, c[1] + d, c[2] + d];
    let (l, (min, max)) = (lum(c), range(c));
    let low = l / (l - min).max(1e-20);
    let high = (1.0 - l) / (max - l).max(1e-20);
    c.map(|v| {
        let v = if min < 0.0 { l + (v - l) * low } else { v };
        let v = if max > 1.0 { l + (v - l) * high } else { v };
        v.clamp(0.0, 1.0)
    })
}
/// SetSat of the specification; the least channel becomes 0, the greatest `s`, the middle one in proportion.
#[inline(always)]
fn set_sat(c: [f32; 3], s: f32) -> [f32; 3] {
    let (min, max) = range(c);
    let k = s / (max - min).max(1e-20);
    c.map(|v| (v - min) * k)
}
#[inline(always)]
fn sat(c: [f32; 3]) -> f32 {
    let (min, max) = range(c);
    max - min
}
#[inline(always)]
fn hue(b: [f32; 3], s: [f32; 3]) -> [f32; 3] {
    set_lum(set_sat(s, sat(b)), lum(b))
}
#[inline(always)]
fn saturation(b: [f32; 3], s: [f32; 3]) -> [f32; 3] {
    set_lum(set_sat(b, sat(s)), lum(b))
}

/// Channel by channel. `outside` is what remains of the source where the backdrop is not: 1 = source over,
/// 0 = source atop (clipping layers).
#[inline(always)]
fn separable(acc: &mut Strip, src: &Strip, outside: f32, f: impl Fn(f32, f32) -> f32) {
    let [r, g, b, alpha] = &mut acc.planes;
    for (plane, source) in [r, g, b].into_iter().zip(&src.planes) {
        for (((b, &s), &ab), &as_) in plane.iter_mut().zip(source).zip(&*alpha).zip(&src.planes[3]) {
            let mixed = f(unpremultiply(*b, ab), unpremultiply(s, as_));
            *b = outside * (s * (1.0 - ab)) + *b * (1.0 - as_) + as_ * ab * mixed;
        }
    }
    for (ab, &as_) in alpha.iter_mut().zip(&src.planes[3]) {
        *ab += outside * (as_ * (1.0 - *ab));
    }
}

#[inline(always)]
fn non_separable(acc: &mut Strip, src: &Strip, outside: f32, f: impl Fn([f32; 3], [f32; 3]) -> [f32; 3]) {
    let [r, g, b, alpha] = &mut acc.planes;
    for i in 0..Strip::LEN {
        let (ab, as_) = (alpha[i], src.planes[3][i]);
        let back = [r[i], g[i], b[i]];
        let source = [src.planes[0][i], src.planes[1][i], src.planes[2][i]];
        let mixed = f(back.map(|v| unpremultiply(v, ab)), source.map(|v| unpremultiply(v, as_)));
        let out = |c: usize| outside * (source[c] * (1.0 - ab)) + back[c] * (1.0 - as_) + as_ * ab * mixed[c];
        (r[i], g[i], b[i]) = (out(0), out(1), out(2));
        alpha[i] = ab + outside * (as_ * (1.0 - ab));
    }
}

/// Normal blending needs no division: `cs (1 - αb + αb) + cb (1 - αs)`.
#[inline(always)]
fn normal(acc: &mut Strip, src: &Strip) {
    for (plane, source) in acc.planes.iter_mut().zip(&src.planes) {
        for ((b, &s), &as_) in plane.iter_mut().zip(source).zip(&src.planes[3]) {
            *b = s + *b * (1.0 - as_);
        }
    }
}

wide_fn! {
    /// Blends the strip `src` with `acc`. `outside` 1 = source over, 0 = source atop.
    pub(super) fn blend_strip(mode: BlendMode, acc: &mut Strip, src: &Strip, outside: f32) {
        match mode {
            BlendMode::Normal | BlendMode::PassThrough if outside == 1.0 => normal(acc, src),
            BlendMode::Normal | BlendMode::PassThrough => separable(acc, src, outside, |_, s| s),
            BlendMode::Multiply => separable(acc, src, outside, multiply),
            BlendMode::Screen => separable(acc, src, outside, screen),
            BlendMode::Overlay => separable(acc, src, outside, overlay),
            BlendMode::Darken => separable(acc, src, outside, f32::min),
            BlendMode::Lighten => separable(acc, src, outside, f32::max),
            BlendMode::ColorDodge => separable(acc, src, outside, color_dodge),
            BlendMode::ColorBurn => separable(acc, src, outside, color_burn),
            BlendMode::HardLight => separable(acc, src, outside, hard_light),
            BlendMode::SoftLight => separable(acc, src, outside, soft_light),
            BlendMode::Difference => separable(acc, src, outside, difference),
            BlendMode::Exclusion => separable(acc, src, outside, exclusion),
            BlendMode::Hue => non_separable(acc, src, outside, hue),
            BlendMode::Saturation => non_separable(acc, src, outside, saturation),
            BlendMode::Color => non_separable(acc, src, outside, |b, s| set_lum(s, lum(b))),
            BlendMode::Luminosity => non_separable(acc, src, outside, |b, s| set_lum(b, lum(s))),
            BlendMode::Add => separable(acc, src, outside, add),
            BlendMode::Subtract => separable(acc, src, outside, subtract),
            BlendMode::Divide => separable(acc, src, outside, divide),
            BlendMode::LinearBurn => separable(acc, src, outside, linear_burn),
            BlendMode::VividLight => separable(acc, src, outside, vivid_light),
            BlendMode::LinearLight => separable(acc, src, outside, linear_light),
            BlendMode::PinLight => separable(acc, src, outside, pin_light),
        }
    }
}
