//! What the model sees where something is to go away.

use super::{beyond, masks, membrane, mirror, morphology};
use crate::generate::picture::{Mask, Picture};
use crate::generate::request::Fill;

/// Chooses for [`Fill::Auto`]. `spans`: the mask spans the whole width or height; `extended`: the canvas grew or
/// has empty areas; `strength` is the request's. Anything else stays as asked for.
pub fn resolve(fill: Fill, strength: f32, spans: bool, extended: bool) -> Fill {
    match fill {
        Fill::Auto if extended => Fill::Border,
        Fill::Auto if strength < 1.0 => Fill::Original,
        Fill::Auto if spans => Fill::Border,
        Fill::Auto => Fill::Blur,
        asked => asked,
    }
}

/// Replaces the picture by `mask` (1: fully, grey: mixed, 0: not at all, bit for bit). Only pixels of mask 0 lend
/// their colours. `unit` scales the blur, see [`masks::unit`]; `seed` is for [`Fill::Noise`].
pub fn fill(picture: &Picture, mask: &Mask, kind: Fill, unit: f32, seed: u64) -> Picture {
    if !mask.any() || kind == Fill::Original {
        return picture.clone();
    }
    let filled = match kind {
        Fill::Original | Fill::Neutral => Picture::filled(picture.width, picture.height, [0.5; 3]),
        Fill::Noise => noise(picture.width, picture.height, seed),
        Fill::Auto | Fill::Blur => blurred(picture, mask, blur_radius(unit)),
        Fill::Border => continuing(picture, mask, blur_radius(unit)),
    };
    let mut out = picture.clone();
    for (i, &m) in mask.data.iter().enumerate().filter(|(_, m)| **m > 0.0) {
        for (out, new) in out.data[3 * i..3 * i + 3].iter_mut().zip(&filled.data[3 * i..3 * i + 3]) {
            *out = if m >= 1.0 { *new } else { *out + (*new - *out) * m };
        }
    }
    out
}

/// 65 px at 512.
fn blur_radius(unit: f32) -> u32 {
    (65.0 * unit).round().max(2.0) as u32
}

/// At the edge the picture's own reflection, so that what crosses it goes on; from a quarter of `radius` inside on the colours
/// of the edge alone. A reflection that reached farther would repeat what stands in the picture, upside down, around it.
fn continuing(picture: &Picture, mask: &Mask, radius: u32) -> Picture {
    let mut out = mirror::mirrored(picture, mask);
    let near = (radius / 4).max(1);
    let far = morphology::gaussian_blur_picture(&beyond::extended(picture, mask), near);
    let depth = morphology::box_blur(&masks::binary(mask, 0.0), near);
    for (i, &d) in depth.data.iter().enumerate() {
        // 1/2 at the edge, 1 from `near` inside on.
        let inside = (2.0 * d - 1.0).clamp(0.0, 1.0);
        for channel in 3 * i..3 * i + 3 {
            out.data[channel] += (far.data[channel] - out.data[channel]) * inside;
        }
    }
    out
}

/// The surroundings continued smoothly into the mask; mid grey where there are none.
pub fn continued(picture: &Picture, mask: &Mask) -> Picture {
    let known: Vec<bool> = mask.data.iter().map(|&m| m <= 0.0).collect();
    if !known.contains(&true) {
        return Picture::filled(picture.width, picture.height, [0.5; 3]);
    }
    let mut out = picture.clone();
    membrane::fill(&mut out.data, 3, picture.width as usize, &known, f32::INFINITY);
    out
}

/// A gaussian mean of the surroundings, without what is under the mask; where they are out of reach the smooth
/// continuation takes over.
fn blurred(picture: &Picture, mask: &Mask, radius: u32) -> Picture {
    let known = Mask { data: mask.data.iter().map(|&m| f32::from(u8::from(m <= 0.0))).collect(), ..*mask };
    let mut only_known = picture.clone();
    for (pixel, k) in only_known.data.chunks_exact_mut(3).zip(&known.data) {
        pixel.iter_mut().for_each(|v| *v *= k);
    }
    let sum = morphology::gaussian_blur_picture(&only_known, radius);
    let weight = morphology::gaussian_blur(&known, radius);
    let mut out = continued(picture, mask);
    for (i, &w) in weight.data.iter().enumerate().filter(|(_, w)| **w > 1e-4) {
        let trust = (w / 0.05).min(1.0);
        for channel in 3 * i..3 * i + 3 {
            let mean = sum.data[channel] / w;
            out.data[channel] += (mean - out.data[channel]) * trust;
        }
    }
    out
}

/// Grey with independent gaussian colour noise (spread 0.25), a function of seed and position.
fn noise(width: u32, height: u32, seed: u64) -> Picture {
    let value = |i: u64| {
        let mut z = (seed ^ 0x5c72_8a91_d3e4_6b07).wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // Four 16-bit uniforms summed are near enough to normal for a hint of texture.
        let sum: f32 = (0..4).map(|k| ((z >> (16 * k)) & 0xffff) as f32 / 65_535.0 - 0.5).sum();
        (0.5 + 0.25 * sum * 3.0f32.sqrt()).clamp(0.0, 1.0)
    };
    let data = (0..u64::from(width) * u64::from(height) * 3).map(value).collect();
    Picture { width, height, data }
}
