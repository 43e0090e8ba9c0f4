//! sRGB frames to what video codecs take: BT.709, narrow range, colours at half resolution.

use crate::document::wide::wide_fn;
use crate::zoom::frame::Frame;
use rayon::prelude::*;

/// A picture in planar YCbCr 4:2:0 (BT.709, 16..=235 and 16..=240). Colours lie at the left of each pair of pixels,
/// where H.264 expects them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yuv420 {
    /// Even.
    pub width: usize,
    /// Even.
    pub height: usize,
    /// `width * height` values.
    pub y: Vec<u8>,
    /// `width / 2 * height / 2` values.
    pub u: Vec<u8>,
    /// `width / 2 * height / 2` values.
    pub v: Vec<u8>,
}

/// Luma weights of BT.709.
const KR: f32 = 0.2126;
const KG: f32 = 0.7152;
const KB: f32 = 0.0722;

impl Yuv420 {
    /// Room for a picture; sides must be even.
    pub fn new(width: usize, height: usize) -> Self {
        let (luma, chroma) = (width * height, width * height / 4);
        Self { width, height, y: vec![16; luma], u: vec![128; chroma], v: vec![128; chroma] }
    }

    /// Takes over a frame of the same size.
    pub fn read(&mut self, frame: &Frame) {
        let w = self.width;
        let pairs =
            self.y.par_chunks_mut(2 * w).zip(self.u.par_chunks_mut(w / 2)).zip(self.v.par_chunks_mut(w / 2));
        pairs.zip(frame.rgb.par_chunks(6 * w)).for_each_init(
            || vec![[0.0f32; 3]; w],
            |sums, (((y, u), v), rgb)| {
                luma(rgb, y);
                let (upper, lower) = rgb.split_at(3 * w);
                chroma(upper, lower, sums, u, v);
            },
        );
    }
}

wide_fn! {
    fn luma(rgb: &[u8], out: &mut [u8]) {
        for (out, px) in out.iter_mut().zip(rgb.as_chunks::<3>().0) {
            let [r, g, b] = px.map(f32::from);
            *out = (16.5 + (KR * r + KG * g + KB * b) * (219.0 / 255.0)) as u8;
        }
    }
}

wide_fn! {
    fn chroma(upper: &[u8], lower: &[u8], sums: &mut [[f32; 3]], u: &mut [u8], v: &mut [u8]) {
        let rows = upper.as_chunks::<3>().0.iter().zip(lower.as_chunks::<3>().0);
        for (sum, (a, b)) in sums.iter_mut().zip(rows) {
            for c in 0..3 {
                sum[c] = f32::from(a[c]) + f32::from(b[c]);
            }
        }
        for (i, (u, v)) in u.iter_mut().zip(v).enumerate() {
            // A quarter from each neighbour: centred on the left pixel of the pair.
            let (left, here, right) = (sums[(2 * i).saturating_sub(1)], sums[2 * i], sums[2 * i + 1]);
            let mean = |c: usize| (left[c] + 2.0 * here[c] + right[c]) / 8.0;
            let (r, g, b) = (mean(0), mean(1), mean(2));
            let y = KR * r + KG * g + KB * b;
            *u = (128.5 + (b - y) * (224.0 / 255.0 / (2.0 * (1.0 - KB)))) as u8;
            *v = (128.5 + (r - y) * (224.0 / 255.0 / (2.0 * (1.0 - KR)))) as u8;
        }
    }
}
