//! Empty canvas: growing the picture, and letting new content meet it without a seam.
//!
//! Every opaque pixel of the original stays byte-identical, so the seam is hidden on the *new* side alone: the
//! model sees (and may lightly re-imagine) a ring of the original, so that what it makes agrees there; its colours
//! are matched on that ring; what difference is left along the edge is known exactly, because the model painted
//! the kept pixels too, and is spread smoothly into the new area, dying away with the distance.

use image::RgbaImage;

use super::{masks, membrane, morphology};
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

/// Outermost pixels of what is kept that may be discoloured: the border of a decoded picture often is, and what is wrong
/// with it must not be carried far into the new.
const BORDER: u32 = 2;
/// A discolouration goes one way along so many pixels of edge, to either side; what changes sooner is the picture.
const ALONG: u32 = 8;
/// It is met over this many pixels.
const BORDER_LENGTH: f32 = 3.0;

/// Bends `generated` so that it meets the canvas: along the edge of what is opaque it takes on the canvas' colour, and
/// the correction dies away over about `length` pixels; where the outermost pixels alone are off, over a few. Only
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
    let width = rect.width() as usize;
    let mut difference = vec![0.0f32; generated.data.len()];
    for i in (0..open.data.len()).filter(|&i| open.data[i] == 0.0) {
        let (x, y) = (rect.x0 as usize + i % width, rect.y0 as usize + i / width);
        let pixel = canvas.get_pixel(x as u32, y as u32);
        for (channel, &value) in pixel.0[..3].iter().enumerate() {
            difference[3 * i + channel] = f32::from(value) / 255.0 - generated.data[3 * i + channel];
        }
    }
    let difference = Picture { data: difference, ..*generated };
    let inside = morphology::dilate(&open, BORDER).data.iter().map(|b| 1.0 - b).collect();
    // Where nothing lies further inside, nothing is known to be off.
    let inner = mean_where(&difference, &Mask { data: inside, ..open }, BORDER, &difference);
    // What is off with the outermost pixels: how they differ from those a little further inside.
    let off = difference.data.iter().zip(&inner.data).map(|(d, i)| d - i).collect();
    let off = Picture { data: off, ..*generated };
    let mut off = mean_where(&off, &edge, ALONG, &off).data;
    let known: Vec<bool> = edge.data.iter().map(|&e| e > 0.0).collect();
    let mut correction: Vec<f32> = difference.data.iter().zip(&off).map(|(d, o)| d - o).collect();
    membrane::fill(&mut correction, 3, width, &known, length);
    membrane::fill(&mut off, 3, width, &known, BORDER_LENGTH);
    correction.iter_mut().zip(off).for_each(|(c, o)| *c += o);
    for i in (0..open.data.len()).filter(|&i| open.data[i] > 0.0) {
        for (v, c) in generated.data[3 * i..3 * i + 3].iter_mut().zip(&correction[3 * i..3 * i + 3]) {
            *v = (*v + c).clamp(0.0, 1.0);
        }
    }
}

/// At each pixel the mean of those within `radius` where `mask` is 1; `otherwise` where there are none.
fn mean_where(picture: &Picture, mask: &Mask, radius: u32, otherwise: &Picture) -> Picture {
    let weight = morphology::box_blur(mask, radius);
    let mut out = otherwise.clone();
    for channel in 0..3 {
        let values = picture.data[channel..].iter().step_by(3).zip(&mask.data).map(|(v, m)| v * m);
        let sum = morphology::box_blur(&Mask { data: values.collect(), ..*mask }, radius);
        for (i, (sum, weight)) in
            sum.data.iter().zip(&weight.data).enumerate().filter(|(_, (_, w))| **w > 1e-6)
        {
            out.data[3 * i + channel] = sum / weight;
        }
    }
    out
}
