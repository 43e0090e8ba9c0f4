//! `x * W^T + b` with weights in any stored precision.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::{f32_slice, gemm_f32, weight_slice};

struct LinearOp {
    with_bias: bool,
}

impl CustomOp3 for LinearOp {
    fn name(&self) -> &'static str {
        "linear"
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
        let values = f32_slice(x, x_layout, "linear")?;
        let weight = weight_slice(weight, weight_layout, "linear")?;
        let bias = weight_slice(bias, bias_layout, "linear")?;
        let mut dims = x_layout.shape().dims().to_vec();
        let width_in = dims.pop().unwrap_or(1);
        let width_out = weight.len() / width_in;
        let rows = values.len() / width_in;
        dims.push(width_out);
        let mut out = vec![0f32; rows * width_out];
        if self.with_bias {
            out.par_chunks_mut(width_out).for_each(|row| row.copy_from_slice(&bias));
        }
        // SAFETY: out is rows x width_out, x rows x width_in, weight width_out x width_in, all contiguous.
        unsafe {
            gemm_f32(
                (rows, width_out, width_in),
                out.as_mut_ptr(),
                width_out,
                self.with_bias,
                values.as_ptr(),
                (width_in, 1),
                weight.as_ptr(),
                (1, width_in),
                1.0,
                true,
            );
        }
        Ok((CpuStorage::F32(out), Shape::from(dims)))
    }
}

/// Linear layer on contiguous f32 `x` `[..., in]` with `weight` `[out, in]`, on the processor.
///
/// # Errors
/// When shapes or types are others.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let op = LinearOp { with_bias: bias.is_some() };
    x.apply_op3_no_bwd(weight, bias.unwrap_or(weight), &op)
}
