//! GIF: each frame with 256 colours of its own, found by a self-organising map (NeuQuant), and an ordered pattern of
//! dots where they do not suffice: it stands still while the picture moves, and costs less than noise.

use super::{FilmSettings, VideoError};
use crate::io::AtomicFile;
use crate::zoom::frame::Frame;
use std::borrow::Cow;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Bits of each channel in the table from colours to entries of the palette.
const BITS: u32 = 5;
/// Pixels of a frame that its palette is made from, about.
const LOOKED_AT: usize = 60_000;

/// Writes a GIF that plays for ever.
pub(super) struct GifWriter {
    path: PathBuf,
    encoder: gif::Encoder<BufWriter<AtomicFile>>,
    fps: u32,
    count: u32,
    /// How strong the pattern is, 8-bit steps.
    dots: i32,
    /// How carefully colours are searched, 1 (best) to 30.
    speed: i32,
}

/// Bayer's matrix, 8 by 8, 0..=63.
fn bayer(x: usize, y: usize) -> i32 {
    let (mut v, mut x, mut y) = (0, x & 7, y & 7);
    y ^= x;
    for _ in 0..3 {
        v = v << 2 | (x & 1) << 1 | (y & 1);
        (x, y) = (x >> 1, y >> 1);
    }
    // The bits come out from the coarsest: turned around.
    let v = v as i32;
    (v & 3) << 4 | (v & 12) | v >> 4
}

impl GifWriter {
    pub(super) fn create(path: &Path, settings: &FilmSettings) -> Result<Self, VideoError> {
        let out = BufWriter::new(AtomicFile::create(path)?);
        let side = |v: u32| u16::try_from(v).unwrap_or(u16::MAX);
        let failed =
            |why: gif::EncodingError| VideoError::Encoder { path: path.into(), why: why.to_string() };
        let mut encoder =
            gif::Encoder::new(out, side(settings.size.0), side(settings.size.1), &[]).map_err(failed)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(failed)?;
        let speed = (31 - i32::from(settings.quality) * 3 / 10).clamp(1, 30);
        Ok(Self { path: path.into(), encoder, fps: settings.fps, count: 0, dots: 8, speed })
    }

    pub(super) fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        let (palette, indices) = self.quantised(frame);
        // Times are whole hundredths of a second: their sum keeps the pace.
        let at = |frame: u32| (u64::from(frame) * 100 + u64::from(self.fps) / 2) / u64::from(self.fps);
        let delay = (at(self.count + 1) - at(self.count)) as u16;
        self.count += 1;
        let picture = gif::Frame {
            delay,
            width: frame.width as u16,
            height: frame.height as u16,
            palette: Some(palette),
            buffer: Cow::Owned(indices),
            ..gif::Frame::default()
        };
        self.encoder
            .write_frame(&picture)
            .map_err(|why| VideoError::Encoder { path: self.path.clone(), why: why.to_string() })
    }

    fn quantised(&self, frame: &Frame) -> (Vec<u8>, Vec<u8>) {
        let pixels = frame.rgb.as_chunks::<3>().0;
        let step = (pixels.len() / LOOKED_AT).max(1);
        // An odd step does not look along columns only.
        let seen: Vec<u8> = pixels.iter().step_by(step | 1).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let map = color_quant::NeuQuant::new(self.speed, 256, &seen);
        let palette = map.color_map_rgb();
        let colours = palette.as_chunks::<3>().0;
        let side = 1usize << BITS;
        let nearest = |r: i32, g: i32, b: i32| {
            let distance = |c: &[u8; 3]| {
                let d = [i32::from(c[0]) - r, i32::from(c[1]) - g, i32::from(c[2]) - b];
                // Eyes see green best.
                2 * d[0] * d[0] + 4 * d[1] * d[1] + d[2] * d[2]
            };
            (0..colours.len()).min_by_key(|&i| distance(&colours[i])).unwrap_or(0) as u8
        };
        let middle = |v: usize| (v * 255 / (side - 1)) as i32;
        use rayon::prelude::*;
        let table: Vec<u8> = (0..side * side * side)
            .into_par_iter()
            .map(|i| nearest(middle(i / side / side), middle(i / side % side), middle(i % side)))
            .collect();
        let width = frame.width as usize;
        let index = |(i, px): (usize, &[u8; 3])| {
            let dot = (bayer(i % width, i / width) * 2 - 63) * self.dots / 64;
            let cell = |v: u8| ((i32::from(v) + dot).clamp(0, 255) as usize * (side - 1) + 127) / 255;
            table[(cell(px[0]) * side + cell(px[1])) * side + cell(px[2])]
        };
        let indices = pixels.par_iter().enumerate().map(index).collect();
        (palette, indices)
    }

    pub(super) fn finish(self) -> Result<(), VideoError> {
        let path = self.path;
        let failed = |why: &dyn std::fmt::Display| VideoError::File(crate::io::FileError::write(&path, why));
        let out = self.encoder.into_inner().map_err(|why| failed(&why))?;
        out.into_inner().map_err(|why| failed(why.error()))?.commit()?;
        Ok(())
    }
}
