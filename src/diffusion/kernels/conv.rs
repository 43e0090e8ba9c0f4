//! 2-D convolution on the processor. Weights are packed `[out, kernel y, kernel x, in]`.
//!
//! Two ways, chosen by shape:
//! * stride 1 on wide pictures: a strip of rows is copied once with its zero border; each kernel tap is then a
//!   matrix product with the *same* strip read at another offset, summed into the output. No column matrix.
//! * everything else: the column matrix (im2col) in blocks, one product a block.

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor, WithDType};
use rayon::prelude::*;

use super::{SharedMut, f32_slice, gemm_f32, weight_slice};

/// Below this width the border that the strips carry costs more than a column matrix.
const MIN_STRIP_WIDTH: usize = 24;
/// Columns a strip aims at.
const STRIP_COLUMNS: usize = 1024;
/// Columns of a column matrix at a time.
const BLOCK_COLUMNS: usize = 1024;

/// Sizes of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Square kernel's side.
    pub kernel: usize,
    /// Stride.
    pub stride: usize,
    /// Zeros before the first row and column.
    pub pad_begin: usize,
    /// Zeros behind the last row and column.
    pub pad_end: usize,
}

impl Geometry {
    /// Side of the output for an input side.
    pub fn out(&self, side: usize) -> usize {
        (side + self.pad_begin + self.pad_end).saturating_sub(self.kernel) / self.stride + 1
    }
}

struct ConvOp {
    geometry: Geometry,
    with_bias: bool,
}

/// The whole job, in plain numbers.
struct Job<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    batch: usize,
    c_in: usize,
    h: usize,
    w: usize,
    c_out: usize,
    ho: usize,
    wo: usize,
    g: Geometry,
}

impl CustomOp3 for ConvOp {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let x = f32_slice(x, x_layout, "conv2d")?;
        let weight = weight_slice(weight, weight_layout, "conv2d")?;
        let bias = if self.with_bias { Some(weight_slice(bias, bias_layout, "conv2d")?) } else { None };
        let (batch, c_in, h, w) = x_layout.shape().dims4()?;
        let (c_out, kh, _, weight_in) = weight_layout.shape().dims4()?;
        if weight_in != c_in || kh != self.geometry.kernel {
            candle_core::bail!("conv2d: {c_in} channels do not fit a weight of {weight_in}");
        }
        let (ho, wo) = (self.geometry.out(h), self.geometry.out(w));
        let job = Job {
            x,
            weight: &weight,
            bias: bias.as_deref(),
            batch,
            c_in,
            h,
            w,
            c_out,
            ho,
            wo,
            g: self.geometry,
        };
        let mut out = vec![0f32; batch * c_out * ho * wo];
        let g = self.geometry;
        if g.kernel == 1 && g.stride == 1 && g.pad_begin == 0 && g.pad_end == 0 {
            pointwise(&job, &mut out);
        } else if g.stride == 1 && wo >= MIN_STRIP_WIDTH {
            strips(&job, &mut out);
        } else {
            columns(&job, &mut out);
        }
        Ok((CpuStorage::F32(out), Shape::from((batch, c_out, ho, wo))))
    }
}

/// A 1x1 convolution is one product an item.
fn pointwise(job: &Job, out: &mut [f32]) {
    let plane = job.h * job.w;
    for b in 0..job.batch {
        let out = &mut out[b * job.c_out * plane..(b + 1) * job.c_out * plane];
        if let Some(bias) = job.bias {
            out.par_chunks_mut(plane).zip(bias).for_each(|(row, &v)| row.fill(v));
        }
        // SAFETY: out c_out x plane, weight c_out x c_in, x c_in x plane, contiguous.
        unsafe {
            gemm_f32(
                (job.c_out, plane, job.c_in),
                out.as_mut_ptr(),
                plane,
                job.bias.is_some(),
                job.weight.as_ptr(),
                (job.c_in, 1),
                job.x.as_ptr().add(b * job.c_in * plane),
                (plane, 1),
                1.0,
                true,
            );
        }
    }
}

thread_local! {
    static STRIP: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

fn strips(job: &Job, out: &mut [f32]) {
    let g = job.g;
    let wp = job.w + g.pad_begin + g.pad_end;
    let total = job.batch * job.ho * wp;
    let columns = (total / 16).clamp(STRIP_COLUMNS / 4, STRIP_COLUMNS);
    let rows = (columns / wp).clamp(1, job.ho);
    let per_item = job.ho.div_ceil(rows);
    let target = SharedMut(out.as_mut_ptr());
    (0..job.batch * per_item).into_par_iter().for_each(|task| {
        let (b, y0) = (task / per_item, (task % per_item) * rows);
        let rows = rows.min(job.ho - y0);
        STRIP.with_borrow_mut(|(strip, sums)| strip_task(job, b, y0, rows, wp, strip, sums, target));
    });
}

#[allow(clippy::too_many_arguments)]
fn strip_task(
    job: &Job,
    b: usize,
    y0: usize,
    rows: usize,
    wp: usize,
    strip: &mut Vec<f32>,
    sums: &mut Vec<f32>,
    target: SharedMut,
) {
    let g = job.g;
    let strip_rows = rows + g.kernel - 1;
    // The last tap of the last row reads kernel - 1 places beyond it.
    let plane = strip_rows * wp + g.kernel - 1;
    let n = (rows - 1) * wp + job.wo;
    strip.resize(job.c_in * plane, 0.0);
    sums.resize(job.c_out * n, 0.0);
    for c in 0..job.c_in {
        let source = &job.x[(b * job.c_in + c) * job.h * job.w..][..job.h * job.w];
        let to = &mut strip[c * plane..(c + 1) * plane];
        for r in 0..strip_rows {
            let row = &mut to[r * wp..(r + 1) * wp];
            let y = (y0 + r).wrapping_sub(g.pad_begin);
            if y < job.h {
                row[..g.pad_begin].fill(0.0);
                row[g.pad_begin..g.pad_begin + job.w].copy_from_slice(&source[y * job.w..(y + 1) * job.w]);
                row[g.pad_begin + job.w..].fill(0.0);
            } else {
                row.fill(0.0);
            }
        }
        to[strip_rows * wp..].fill(0.0);
    }
    let taps = g.kernel * g.kernel;
    for tap in 0..taps {
        let offset = (tap / g.kernel) * wp + tap % g.kernel;
        // SAFETY: column j of the product is place `offset + j` of each plane, and offset + n <= plane.
        unsafe {
            gemm_f32(
                (job.c_out, n, job.c_in),
                sums.as_mut_ptr(),
                n,
                tap > 0,
                job.weight.as_ptr().add(tap * job.c_in),
                (taps * job.c_in, 1),
                strip.as_ptr().add(offset),
                (plane, 1),
                1.0,
                false,
            );
        }
    }
    for c in 0..job.c_out {
        let bias = job.bias.map_or(0.0, |bias| bias[c]);
        for r in 0..rows {
            let from = &sums[c * n + r * wp..][..job.wo];
            let at = ((b * job.c_out + c) * job.ho + y0 + r) * job.wo;
            // SAFETY: rows y0..y0+rows of item b are this task's alone.
            let to = unsafe { std::slice::from_raw_parts_mut(target.get().add(at), job.wo) };
            for (to, from) in to.iter_mut().zip(from) {
                *to = from + bias;
            }
        }
    }
}

fn columns(job: &Job, out: &mut [f32]) {
    let g = job.g;
    let plane = job.ho * job.wo;
    let taps = g.kernel * g.kernel;
    let depth = taps * job.c_in;
    let total = job.batch * plane;
    let block = BLOCK_COLUMNS.min(total);
    let mut matrix = vec![0f32; depth * block];
    let mut sums = vec![0f32; job.c_out * block];
    for first in (0..total).step_by(block) {
        let n = block.min(total - first);
        matrix.par_chunks_mut(block).enumerate().for_each(|(k, row)| {
            let (tap, c) = (k / job.c_in, k % job.c_in);
            fill_column_row(job, tap, c, first, &mut row[..n]);
        });
        // SAFETY: sums c_out x block, weight c_out x depth, matrix depth x block.
        unsafe {
            gemm_f32(
                (job.c_out, n, depth),
                sums.as_mut_ptr(),
                block,
                false,
                job.weight.as_ptr(),
                (depth, 1),
                matrix.as_ptr(),
                (block, 1),
                1.0,
                true,
            );
        }
        let target = SharedMut(out.as_mut_ptr());
        sums.par_chunks(block).enumerate().for_each(|(c, row)| {
            let bias = job.bias.map_or(0.0, |bias| bias[c]);
            let mut done = 0;
            while done < n {
                let (b, at) = ((first + done) / plane, (first + done) % plane);
                let len = (plane - at).min(n - done);
                // SAFETY: channel c is this task's alone.
                let to = unsafe {
                    std::slice::from_raw_parts_mut(target.get().add((b * job.c_out + c) * plane + at), len)
                };
                for (to, from) in to.iter_mut().zip(&row[done..done + len]) {
                    *to = from + bias;
                }
                done += len;
            }
        });
    }
}

/// Row `(tap, c)` of the column matrix, output places `first..first + row.len()`.
fn fill_column_row(job: &Job, tap: usize, c: usize, first: usize, row: &mut [f32]) {
    let g = job.g;
    let (ky, kx) = (tap / g.kernel, tap % g.kernel);
    let mut done = 0;
    while done < row.len() {
        let place = first + done;
        let (b, rest) = (place / (job.ho * job.wo), place % (job.ho * job.wo));
        let (yo, xo) = (rest / job.wo, rest % job.wo);
        let len = (job.wo - xo).min(row.len() - done);
        let to = &mut row[done..done + len];
        let y = (yo * g.stride + ky).wrapping_sub(g.pad_begin);
        if y >= job.h {
            to.fill(0.0);
        } else {
            let source = &job.x[((b * job.c_in + c) * job.h + y) * job.w..][..job.w];
            for (i, to) in to.iter_mut().enumerate() {
                let x = ((xo + i) * g.stride + kx).wrapping_sub(g.pad_begin);
                *to = if x < job.w { source[x] } else { 0.0 };
            }
        }
        done += len;
    }
}

/// Packs a `[out, in, ky, kx]` weight on the processor for [`conv2d`].
///
/// # Errors
/// When it is not four-dimensional, or neither f32, f16 nor bf16.
pub fn pack(weight: &Tensor) -> Result<Tensor> {
    match weight.dtype() {
        DType::F16 => pack_as::<half::f16>(weight),
        DType::BF16 => pack_as::<half::bf16>(weight),
        _ => pack_as::<f32>(weight),
    }
}

/// candle's `permute().contiguous()` does the same one element at a time: half of the time a model takes to load.
fn pack_as<T: WithDType>(weight: &Tensor) -> Result<Tensor> {
    let (c_out, c_in, kh, kw) = weight.dims4()?;
    let taps = kh * kw;
    let weight = weight.contiguous()?;
    let packed = {
        let (storage, layout) = weight.storage_and_layout();
        let candle_core::Storage::Cpu(storage) = &*storage else {
            candle_core::bail!("conv2d: weights are packed on the processor only")
        };
        let start = layout.start_offset();
        let values = &storage.as_slice::<T>()?[start..start + c_out * c_in * taps];
        let mut packed = vec![T::zero(); values.len()];
        packed.par_chunks_mut(c_in * taps).zip(values.par_chunks(c_in * taps)).for_each(|(to, from)| {
            for tap in 0..taps {
                for (i, to) in to[tap * c_in..(tap + 1) * c_in].iter_mut().enumerate() {
                    *to = from[i * taps + tap];
                }
            }
        });
        packed
    };
    Tensor::from_vec(packed, (c_out, kh, kw, c_in), weight.device())
}

/// Convolution of contiguous f32 `x` `[batch, in, h, w]` with a [`pack`]ed weight, on the processor.
///
/// # Errors
/// When shapes or types are others.
pub fn conv2d(x: &Tensor, packed: &Tensor, bias: Option<&Tensor>, geometry: Geometry) -> Result<Tensor> {
    let op = ConvOp { geometry, with_bias: bias.is_some() };
    x.apply_op3_no_bwd(packed, bias.unwrap_or(packed), &op)
}
