//! Tiled encoding and decoding: overlapping tiles, each weighted by a ramp towards its edges, so that no edge
//! shows and memory does not grow with the picture.

use candle_core::{Device, Result, Tensor};

use crate::generate::memory;

/// When and how pictures are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePolicy {
    /// Pictures of more pixels than this are cut.
    pub above_px: usize,
    /// Side of a tile in pixels (a multiple of the autoencoder's factor).
    pub side_px: usize,
    /// Overlap of neighbours in pixels (likewise).
    pub overlap_px: usize,
}

impl Default for TilePolicy {
    fn default() -> Self {
        let (above_px, side_px) = (memory::VAE_WHOLE_PX as usize, side(memory::VAE_TILE_PX));
        Self { above_px, side_px, overlap_px: 128 }
    }
}

impl TilePolicy {
    /// Small tiles, for little memory.
    pub fn small() -> Self {
        let above_px = memory::VAE_SMALL_TILE_PX as usize;
        Self { above_px, side_px: side(memory::VAE_SMALL_TILE_PX), overlap_px: 64 }
    }
}

fn side(pixels: u64) -> usize {
    pixels.isqrt() as usize
}

/// Where tiles lie along one axis: starts and the common length, in latent pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileLayout {
    /// First latent pixel of each tile.
    pub starts: Vec<usize>,
    /// Length of every tile.
    pub len: usize,
}

impl TileLayout {
    /// Covers `side` with tiles of `len` that overlap by `overlap` or more; the last one ends at the border.
    pub fn new(side: usize, len: usize, overlap: usize) -> Self {
        if side <= len {
            return Self { starts: vec![0], len: side };
        }
        let stride = (len - overlap.min(len - 1)).max(1);
        let count = (side - len).div_ceil(stride) + 1;
        // Spread evenly: no tile overlaps its neighbour by much more than the others.
        let starts = (0..count).map(|i| (i * (side - len)) / (count - 1)).collect();
        Self { starts, len }
    }
}

/// Weight of place `i` of `len` of a tile: rises over `ramp` places from the start and falls towards the end,
/// except at the picture's own borders. Never 0, so that sums can be divided.
fn ramp(i: usize, len: usize, ramp: usize, at_begin: bool, at_end: bool) -> f32 {
    let rise = |d: usize| ((d as f32 + 0.5) / ramp.max(1) as f32).min(1.0);
    let a = if at_begin { 1.0 } else { rise(i) };
    let b = if at_end { 1.0 } else { rise(len - 1 - i) };
    (a * b).max(1e-4)
}

type Check<'a> = &'a dyn Fn() -> Result<()>;
type Run<'a> = &'a dyn Fn(&Tensor) -> Result<Tensor>;

impl TilePolicy {
    /// Decodes `latents`, cut where needed.
    pub(super) fn decode(&self, latents: &Tensor, factor: usize, check: Check, run: Run) -> Result<Tensor> {
        self.run(latents, factor, true, check, run)
    }

    /// Encodes `image`, cut where needed.
    pub(super) fn encode(&self, image: &Tensor, factor: usize, check: Check, run: Run) -> Result<Tensor> {
        self.run(image, factor, false, check, run)
    }

    fn run(&self, x: &Tensor, factor: usize, enlarge: bool, check: Check, run: Run) -> Result<Tensor> {
        check()?;
        let (_, _, h, w) = x.dims4()?;
        let (lh, lw) = if enlarge { (h, w) } else { (h / factor, w / factor) };
        if lh * lw * factor * factor <= self.above_px {
            return run(x);
        }
        let (len, overlap) = ((self.side_px / factor).max(1), self.overlap_px / factor);
        let (rows, cols) = (TileLayout::new(lh, len, overlap), TileLayout::new(lw, len, overlap));
        let (from, to) = if enlarge { (1, factor) } else { (factor, 1) };
        let mut sum: Option<(Vec<f32>, usize)> = None;
        let (oh, ow) = (lh * to, lw * to);
        let mut weights = vec![0f32; oh * ow];
        let batch = x.dim(0)?;
        for &y in &rows.starts {
            for &xx in &cols.starts {
                check()?;
                let tile = x
                    .narrow(2, y * from, rows.len * from)?
                    .narrow(3, xx * from, cols.len * from)?
                    .contiguous()?;
                let out = run(&tile)?.to_device(&Device::Cpu)?.to_dtype(candle_core::DType::F32)?;
                let channels = out.dim(1)?;
                let values = out.flatten_all()?.to_vec1::<f32>()?;
                let (th, tw) = (rows.len * to, cols.len * to);
                let (sum, _) = sum.get_or_insert_with(|| (vec![0f32; batch * channels * oh * ow], channels));
                let edge = overlap * to;
                for i in 0..th {
                    let wy = ramp(i, th, edge, y == 0, y + rows.len == lh);
                    for j in 0..tw {
                        let weight = wy * ramp(j, tw, edge, xx == 0, xx + cols.len == lw);
                        let at = (y * to + i) * ow + xx * to + j;
                        weights[at] += weight;
                        for c in 0..batch * channels {
                            sum[c * oh * ow + at] += weight * values[(c * th + i) * tw + j];
                        }
                    }
                }
            }
        }
        let (mut sum, channels) = sum.unwrap_or_default();
        for plane in sum.chunks_mut(oh * ow) {
            for (v, w) in plane.iter_mut().zip(&weights) {
                *v /= w;
            }
        }
        Tensor::from_vec(sum, (batch, channels, oh, ow), &Device::Cpu)?
            .to_device(x.device())?
            .to_dtype(x.dtype())
    }
}
