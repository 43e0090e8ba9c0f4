//! Empty canvas: growing the picture, and letting new content meet it without a seam.
//!
//! Every opaque pixel of the original stays byte-identical, so the seam is hidden on the *new* side alone: the
//! model sees (and may lightly re-imagine) a ring of the original, so that what it makes agrees there; its colours
//! are matched on that ring; what difference is left along the edge is known exactly, because the model painted
//! the kept pixels too, and is spread smoothly into the new area, dying away with the distance.

use image::RgbaImage;

use super::{membrane, morphology};
use crate::generate::picture::{Mask, Picture};
use crate::generate::request::Margins;
use crate::geom::Rect;

/// Denoise mask of the kept pixels next to a hole. They are shown to the model unchanged while it decides on
/// structure (the first half of the run) and may follow it afterwards: were they free from the start, it would
/// paint past them; were they fixed to the end, it could not soften the edge.
pub const RING_STRENGTH: f32 = 0.5;

/// The picture with transparent margins.
pub fn grow_canvas(picture: &RgbaImage, margins: &Margins) -> RgbaImage {
    let width = picture.width() + margins.left + margins.right;
    let height = picture.height() + margins.top + margins.bottom;
    let mut out = RgbaImage::new(width, height);
    let row = picture.width() as usize * 4;
    for y in 0..picture.height() as usize {
        let to = ((y + margins.top as usize) * width as usize + margins.left as usize) * 4;
        out.as_mut()[to..to + row].copy_from_slice(&picture.as_raw()[y * row..(y + 1) * row]);
    }
    out
}

/// How empty the canvas is inside `rect`: 1 - alpha.
pub fn hole_mask(canvas: &RgbaImage, rect: Rect) -> Mask {
    let mut data = Vec::with_capacity(rect.area() as usize);
    for y in rect.y0..rect.y1 {
        let start = (y as usize * canvas.width() as usize + rect.x0 as usize) * 4;
        let row = &canvas.as_raw()[start..start + rect.width() as usize * 4];
        data.extend(row.chunks_exact(4).map(|p| f32::from(255 - p[3]) / 255.0));
    }
    Mask { width: rect.width(), height: rect.height(), data }
}

/// Width of the ring of kept pixels that takes part: 32 px of a 512 px model or 1/8 of the frame.
pub fn ring_px(context: Rect, unit: f32) -> u32 {
    let frame = (context.width() + context.height()) / 2;
    ((32.0 * unit).round() as u32).max(frame / 8).max(1)
}

/// The denoise mask of a hole: the hole itself, and on the kept side a ramp from [`RING_STRENGTH`] to 0 across
/// `ring` pixels.
pub fn denoise_mask(hole: &Mask, ring: u32) -> Mask {
    // The mean over a square is 1/2 at a straight edge and falls to 0 at the square's half side.
    let mut out = morphology::box_blur(hole, ring);
    for (out, &hole) in out.data.iter_mut().zip(&hole.data) {
        *out = hole.max((*out * 2.0 * RING_STRENGTH).min(RING_STRENGTH));
    }
    out
}

/// Bends `generated` so that it meets the canvas: along the edge of what is opaque it takes on the canvas' colour,
/// and the correction dies away over about `length` pixels. Only pixels that are not opaque change.
pub fn meet_edges(generated: &mut Picture, canvas: &RgbaImage, rect: Rect, length: f32) {
    let hole = hole_mask(canvas, rect);
    let open: Vec<f32> = hole.data.iter().map(|&h| f32::from(u8::from(h > 0.0))).collect();
    let near = morphology::dilate(&Mask { data: open.clone(), ..hole }, 1);
    let edge: Vec<bool> = open.iter().zip(&near.data).map(|(o, n)| *o == 0.0 && *n > 0.0).collect();
    if !edge.contains(&true) {
        return;
    }
    let width = rect.width() as usize;
    let mut correction = vec![0.0f32; generated.data.len()];
    for i in (0..edge.len()).filter(|&i| edge[i]) {
        let (x, y) = (rect.x0 as usize + i % width, rect.y0 as usize + i / width);
        let pixel = canvas.get_pixel(x as u32, y as u32);
        for (channel, &value) in pixel.0[..3].iter().enumerate() {
            correction[3 * i + channel] = f32::from(value) / 255.0 - generated.data[3 * i + channel];
        }
    }
    membrane::fill(&mut correction, 3, width, &edge, length);
    for i in (0..open.len()).filter(|&i| open[i] > 0.0) {
        for (v, c) in generated.data[3 * i..3 * i + 3].iter_mut().zip(&correction[3 * i..3 * i + 3]) {
            *v = (*v + c).clamp(0.0, 1.0);
        }
    }
}
