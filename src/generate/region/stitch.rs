//! Pasting a generated picture into the canvas. Pixels of paste mask 0 are not touched: not their colour, not
//! their alpha, not even to write the same value.

use image::RgbaImage;

use crate::generate::picture::{Mask, Picture};
use crate::geom::Rect;

/// Lays `picture` over the canvas inside `rect` with the mask as its opacity (source-over on straight alpha, sRGB
/// values): opaque where the mask is 1 and wherever the canvas was opaque.
pub fn paste(canvas: &mut RgbaImage, rect: Rect, picture: &Picture, mask: &Mask) {
    let size = (rect.width(), rect.height());
    assert_eq!((picture.width, picture.height), size);
    assert_eq!((mask.width, mask.height), size);
    for_each_pixel(canvas, rect, |i, pixel| {
        let p = mask.data[i];
        if p > 0.0 {
            let rgb = [picture.data[3 * i], picture.data[3 * i + 1], picture.data[3 * i + 2]];
            *pixel = over(rgb, p, *pixel);
        }
    });
}

/// Lays `picture` under the canvas inside `rect`: empty pixels show it, half-transparent ones become opaque over
/// it, opaque ones stay.
pub fn paste_under(canvas: &mut RgbaImage, rect: Rect, picture: &Picture) {
    assert_eq!((picture.width, picture.height), (rect.width(), rect.height()));
    for_each_pixel(canvas, rect, |i, pixel| {
        if pixel[3] < 255 {
            let alpha = f32::from(pixel[3]) / 255.0;
            for (value, below) in pixel.iter_mut().zip(&picture.data[3 * i..3 * i + 3]) {
                let (above, below) = (f32::from(*value) / 255.0, below.clamp(0.0, 1.0));
                *value = byte(if alpha == 0.0 { below } else { above * alpha + below * (1.0 - alpha) });
            }
            pixel[3] = 255;
        }
    });
}

fn over(rgb: [f32; 3], p: f32, below: [u8; 4]) -> [u8; 4] {
    let alpha_below = f32::from(below[3]) / 255.0 * (1.0 - p);
    let alpha = p + alpha_below;
    let mut out = [0; 4];
    for channel in 0..3 {
        let new = rgb[channel].clamp(0.0, 1.0);
        let mixed = (new * p + f32::from(below[channel]) / 255.0 * alpha_below) / alpha;
        out[channel] = byte(if p >= 1.0 { new } else { mixed });
    }
    out[3] = byte(alpha);
    out
}

/// Rounded half to even, as [`Picture::to_rgb8`].
fn byte(v: f32) -> u8 {
    (v.clamp(0.0, 1.0) * 255.0).round_ties_even() as u8
}

fn for_each_pixel(canvas: &mut RgbaImage, rect: Rect, mut visit: impl FnMut(usize, &mut [u8; 4])) {
    let width = canvas.width() as usize;
    let (pixels, _) = canvas.as_chunks_mut::<4>();
    for (row, y) in (rect.y0..rect.y1).enumerate() {
        let start = y as usize * width + rect.x0 as usize;
        let columns = rect.width() as usize;
        for (column, pixel) in pixels[start..start + columns].iter_mut().enumerate() {
            visit(row * columns + column, pixel);
        }
    }
}
