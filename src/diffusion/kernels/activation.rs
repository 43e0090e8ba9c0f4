//! Elementwise activations, in parallel and vectorised.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::f32_slice;
use super::math::{self, simd};

/// Elements a task takes.
const BLOCK: usize = 1 << 14;

struct Elementwise(fn(&[f32], &mut [f32]));

impl CustomOp1 for Elementwise {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let values = f32_slice(x, layout, "activation")?;
        let mut out = vec![0f32; values.len()];
        out.par_chunks_mut(BLOCK)
            .zip(values.par_chunks(BLOCK))
            .for_each(|(out, values)| (self.0)(values, out));
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

simd! {
    fn silu_row(x: &[f32], out: &mut [f32]) {
        for (o, &v) in out.iter_mut().zip(x) { *o = math::silu(v); }
    }
}

simd! {
    fn gelu_row(x: &[f32], out: &mut [f32]) {
        for (o, &v) in out.iter_mut().zip(x) { *o = math::gelu(v); }
    }
}

simd! {
    fn quick_gelu_row(x: &[f32], out: &mut [f32]) {
        for (o, &v) in out.iter_mut().zip(x) { *o = v / (1.0 + math::exp(-1.702 * v)); }
    }
}

/// SiLU of contiguous f32 on the processor.
///
/// # Errors
/// When `x` is something else.
pub fn silu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1_no_bwd(&Elementwise(silu_row))
}

/// Exact GELU, as [`silu`].
///
/// # Errors
/// As [`silu`].
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1_no_bwd(&Elementwise(gelu_row))
}

/// `x * sigmoid(1.702 x)` (the first CLIP), as [`silu`].
///
/// # Errors
/// As [`silu`].
pub fn quick_gelu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1_no_bwd(&Elementwise(quick_gelu_row))
}

struct GegluOp;

simd! {
    fn geglu_row(row: &[f32], out: &mut [f32]) {
        let (value, gate) = row.split_at(out.len());
        for ((o, &v), &g) in out.iter_mut().zip(value).zip(gate) { *o = v * math::gelu(g); }
    }
}

impl CustomOp1 for GegluOp {
    fn name(&self) -> &'static str {
        "geglu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let values = f32_slice(x, layout, "geglu")?;
        let mut dims = layout.shape().dims().to_vec();
        let width = dims.last().copied().unwrap_or(0);
        let half = width / 2;
        let mut out = vec![0f32; values.len() / 2];
        out.par_chunks_mut(half).zip(values.par_chunks(width)).for_each(|(out, row)| geglu_row(row, out));
        if let Some(last) = dims.last_mut() {
            *last = half;
        }
        Ok((CpuStorage::F32(out), Shape::from(dims)))
    }
}

/// `a * gelu(b)` where `a` and `b` are the halves of the last dimension (Shazeer 2020), contiguous f32 on the
/// processor.
///
/// # Errors
/// When `x` is something else.
pub fn geglu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1_no_bwd(&GegluOp)
}
