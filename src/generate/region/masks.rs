//! The denoise mask and the paste mask. Widths are krita-ai-diffusion's defaults.

use image::GrayImage;

use super::{membrane, morphology};
use crate::generate::picture::Mask;
use crate::geom::Rect;

/// Strength of a second, larger pass: detail may change, composition not.
pub const SECOND_STRENGTH: f32 = 0.4;

/// How wide transitions are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Width of the transition as a part of the selection's diagonal.
    pub feather: f32,
    /// The transition is at least this wide, pixels of a 512 px model.
    pub min_transition_px: f32,
    /// The selection grows by this before the transition begins, pixels of a 512 px model.
    pub grow_px: f32,
    /// The cross-fade of the paste is at most this wide, canvas pixels.
    pub blend_px: u32,
    /// Further surroundings as a part of the selection's diagonal.
    pub padding: f32,
}

impl Default for Edge {
    fn default() -> Self {
        Self { feather: 0.10, min_transition_px: 32.0, grow_px: 4.0, blend_px: 25, padding: 0.06 }
    }
}

/// Length that stands for one pixel of a model trained on 512 px; larger models do not widen the transition.
pub fn unit(native_px: u32) -> f32 {
    (native_px as f32 / 512.0).clamp(1.0 / 64.0, 1.0)
}

/// Widths in canvas pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Geometry {
    /// Width of the ramp of the denoise mask.
    pub feather: u32,
    /// How far the selection grows; the ramp lies around its new border.
    pub grow: u32,
    /// Width of the cross-fade of the paste mask.
    pub blend: u32,
}

impl Geometry {
    /// For a selection with a bounding box of diagonal `diagonal_px`, changed with `strength` by a model whose
    /// [`unit()`] is `unit`. A feather of 0 switches all off.
    pub fn new(edge: &Edge, strength: f32, diagonal_px: f32, unit: f32) -> Self {
        if edge.feather <= 0.0 {
            return Self::default();
        }
        let relative = (edge.feather * strength * diagonal_px) as u32;
        let feather = relative.max((edge.min_transition_px * strength * unit).round() as u32);
        let grow = (edge.grow_px * unit).round().max(1.0) as u32 + feather / 2;
        Self { feather, grow, blend: edge.blend_px.min(grow + feather / 2) }
    }

    /// How far beyond the selection the denoise mask may reach; pixels farther away are kept.
    pub fn reach(&self) -> u32 {
        self.grow + self.feather / 2
    }
}

/// What the model may change, from a painted mask: 1 inside, falling to 0 within [`Geometry::reach`]. Grey values
/// are strengths: inside the painted area they stay as they are, and the ring outside goes on with the strength at
/// its border.
pub fn denoise_mask(mask: &Mask, geometry: &Geometry) -> Mask {
    let selection = binary(mask, 0.0);
    let grown = morphology::dilate(&selection, geometry.grow);
    let mut out = morphology::tent_blur(&grown, geometry.feather / 2);
    morphology::snap(&mut out);
    let grey = mask.data.iter().any(|&v| v > 0.0 && v < 1.0);
    if grey {
        let border = inner_border(&selection);
        let mut strength = mask.data.clone();
        membrane::fill(&mut strength, 1, mask.width as usize, &border, f32::INFINITY);
        for ((out, &painted), strength) in out.data.iter_mut().zip(&mask.data).zip(strength) {
            *out = if painted > 0.0 { painted } else { *out * strength };
        }
        morphology::snap(&mut out);
    }
    out
}

/// What is taken over, from a denoise mask: 1 over the selection, fading to 0 at the outer rim of the denoise
/// mask, where hardly anything was changed. 0 wherever the denoise mask is 0.
pub fn paste_mask(denoise: &Mask, geometry: &Geometry) -> Mask {
    let radius = geometry.blend / 2;
    let inner = morphology::erode(&binary(denoise, 0.0), radius);
    let mut out = morphology::gaussian_blur(&inner, radius);
    morphology::snap(&mut out);
    out
}

/// Where the picture is replaced before encoding: `selection` (what is changed at full strength) grown by the
/// distance at which the ramp begins, with a soft edge outward. 0 wherever the denoise mask is 0.
pub fn fill_mask(selection: &Mask, denoise: &Mask, geometry: &Geometry, unit: f32) -> Mask {
    let full = binary(selection, 0.99);
    let grown = morphology::dilate(&full, geometry.grow - geometry.feather / 2);
    let falloff = (9.0 * unit).round() as u32;
    let mut out = morphology::gaussian_blur(&grown, falloff);
    for ((out, full), denoise) in out.data.iter_mut().zip(&full.data).zip(&denoise.data) {
        *out = if *denoise > 0.0 { out.max(*full) } else { 0.0 };
    }
    morphology::snap(&mut out);
    out
}

/// 1 where the mask is above `threshold`, else 0.
pub fn binary(mask: &Mask, threshold: f32) -> Mask {
    let data = mask.data.iter().map(|&v| f32::from(u8::from(v > threshold))).collect();
    Mask { data, ..*mask }
}

/// Pixels of a two-valued mask that touch a pixel outside it.
fn inner_border(selection: &Mask) -> Vec<bool> {
    let core = morphology::erode(selection, 1);
    selection.data.iter().zip(&core.data).map(|(s, c)| *s > 0.0 && *c == 0.0).collect()
}

/// The bounding box of the values above 0; empty if there are none.
pub fn bounds(mask: &GrayImage) -> Rect {
    bounds_by(mask.width(), mask.height(), |x, y| mask.as_raw()[y * mask.width() as usize + x] > 0)
}

/// The bounding box of the pixels for which `inside(x, y)` holds.
pub(crate) fn bounds_by(width: u32, height: u32, inside: impl Fn(usize, usize) -> bool) -> Rect {
    let (w, h) = (width as usize, height as usize);
    let mut rect: Option<Rect> = None;
    for y in 0..h {
        let Some(first) = (0..w).find(|&x| inside(x, y)) else { continue };
        let last = (first..w).rev().find(|&x| inside(x, y)).unwrap_or(first);
        let row = Rect::new(first as i32, y as i32, last as i32 + 1, y as i32 + 1);
        rect = Some(rect.map_or(row, |r| r.union(&row)));
    }
    rect.unwrap_or_default()
}

/// The diagonal of a rectangle in pixels.
pub fn diagonal(rect: &Rect) -> f32 {
    (rect.width() as f32).hypot(rect.height() as f32)
}
