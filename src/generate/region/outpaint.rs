//! Empty canvas: growing the picture, and letting new content meet it without a seam.
//!
//! Every opaque pixel of the original stays byte-identical, so the seam is hidden on the *new* side alone: the
//! model sees (and may lightly re-imagine) a ring of the original, so that what it makes agrees there; its colours
//! are matched on that ring; what difference is left along the edge is known exactly, because the model painted
//! the kept pixels too, and is spread smoothly into the new area, dying away with the distance.

use image::RgbaImage;
use image::imageops::crop_imm;

use super::{beyond, masks, membrane, morphology};
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

/// What goes one way along so many pixels of edge, to either side, is a difference of light and colour, and dies away
/// slowly; what changes sooner is content, and does so at once.
const ALONG: u32 = 8;
/// Outermost pixels of what is kept that may be discoloured, as the border of a decoded picture often is. That must not be
/// carried far into the new.
const BORDER: u32 = 2;

/// Bends `generated` so that it meets the canvas: along the edge of what is opaque it takes on the canvas' colour. What
/// differs along a stretch of edge dies away over about `length` pixels; finer differences over a sixth of that, growing
/// smoother on the way, and what is off with the outermost pixels alone over a few, both without a kink at the edge. Only
/// pixels that are not opaque change.
pub fn meet_edges(generated: &mut Picture, canvas: &RgbaImage, rect: Rect, length: f32) {
    let hole = hole_mask(canvas, rect);
    let open = masks::binary(&hole, 0.0);
    let edge: Vec<f32> =
        open.data.iter().zip(&morphology::dilate(&open, 1).data).map(|(o, n)| n - o).collect();
    let edge = Mask { data: edge, ..open };
    if !edge.any() {
        return;
    }
    let shown = part_of(canvas, rect);
    let minus = |a: &Picture, b: &Picture| {
        let data = a.data.iter().zip(&b.data).map(|(a, b)| a - b).collect();
        Picture { data, ..*a }
    };
    let difference = minus(&shown, generated);
    let off = discoloured(&shown, &open, &edge);
    let mut coarse = morphology::mean_where(&minus(&difference, &off), &edge, ALONG, &difference);
    let fine = minus(&minus(&difference, &off), &coarse);
    let known: Vec<bool> = edge.data.iter().map(|&e| e > 0.0).collect();
    membrane::fill(&mut coarse.data, 3, rect.width() as usize, &known, length);
    let fine = carried(&fine, &edge, &known, (length / 6.0).clamp(4.0, 24.0));
    let off = carried(&off, &edge, &known, BORDER as f32);
    for i in (0..open.data.len()).filter(|&i| open.data[i] > 0.0) {
        for channel in 3 * i..3 * i + 3 {
            let v = generated.data[channel] + coarse.data[channel] + fine.data[channel] + off.data[channel];
            generated.data[channel] = v.clamp(0.0, 1.0);
        }
    }
}

fn part_of(canvas: &RgbaImage, rect: Rect) -> Picture {
    let part = crop_imm(canvas, rect.x0 as u32, rect.y0 as u32, rect.width(), rect.height()).to_image();
    Picture::from_rgb8(&image::DynamicImage::ImageRgba8(part).to_rgb8())
}

/// What is off with the outermost pixels of what is kept: how they differ from where those further inside lead to.
fn discoloured(shown: &Picture, open: &Mask, edge: &Mask) -> Picture {
    let without =
        |px: u32| Mask { data: morphology::dilate(open, px).data.iter().map(|b| 1.0 - b).collect(), ..*open };
    // Where nothing lies further inside, nothing is known to be off.
    let near = morphology::mean_where(shown, &without(BORDER), BORDER, shown);
    let far = morphology::mean_where(shown, &without(2 * BORDER), 2 * BORDER, &near);
    let data = (0..shown.data.len()).map(|i| shown.data[i] - 2.0 * near.data[i] + far.data[i]).collect();
    let off = Picture { data, ..*shown };
    morphology::mean_where(&off, edge, ALONG, &off)
}

/// Values along an edge carried away from it, times a gaussian of `length`: flat at the edge itself.
fn carried(values: &Picture, edge: &Mask, known: &[bool], length: f32) -> Picture {
    let (mut out, distance) = beyond::carried(values, edge, known, 3.0 * length);
    for (pixel, distance) in out.data.chunks_exact_mut(3).zip(distance) {
        let weight = (-(distance / length).powi(2)).exp();
        pixel.iter_mut().for_each(|v| *v *= weight);
    }
    out
}
