//! Group norm, with the activation that follows it fused in.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::math::{self, simd};
use super::{f32_slice, weight_slice};

struct GroupNormOp {
    groups: usize,
    eps: f64,
    silu: bool,
}

simd! {
    fn scale_shift(row: &[f32], out: &mut [f32], scale: f32, shift: f32, silu: bool) {
        if silu {
            for (o, &v) in out.iter_mut().zip(row) { *o = math::silu(v * scale + shift); }
        } else {
            for (o, &v) in out.iter_mut().zip(row) { *o = v * scale + shift; }
        }
    }
}

impl CustomOp3 for GroupNormOp {
    fn name(&self) -> &'static str {
        "group-norm"
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
        let values = f32_slice(x, x_layout, "group norm")?;
        let weight = weight_slice(weight, weight_layout, "group norm")?;
        let bias = weight_slice(bias, bias_layout, "group norm")?;
        let dims = x_layout.shape().dims();
        let (channels, per_channel) = (dims[1], dims[2..].iter().product::<usize>());
        let channels_per_group = channels / self.groups;
        let per_group = channels_per_group * per_channel;
        let mut out = vec![0f32; values.len()];
        let tasks = out.par_chunks_mut(per_group).zip(values.par_chunks(per_group)).enumerate();
        tasks.for_each(|(index, (out, values))| {
            let mean = (math::sum(values) / per_group as f64) as f32;
            let var = math::sum_sq_dev(values, mean) / per_group as f64;
            let inv = (1.0 / (var + self.eps).sqrt()) as f32;
            let first = (index % self.groups) * channels_per_group;
            for c in 0..channels_per_group {
                let at = c * per_channel..(c + 1) * per_channel;
                let scale = weight[first + c] * inv;
                let shift = bias[first + c] - mean * scale;
                scale_shift(&values[at.clone()], &mut out[at], scale, shift, self.silu);
            }
        });
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }
}

/// Group norm of `x` `[batch, channels, ...]` (contiguous f32 on the processor), then SiLU if `silu`.
///
/// # Errors
/// When `x` is something else.
pub fn group_norm(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    groups: usize,
    eps: f64,
    silu: bool,
) -> Result<Tensor> {
    x.apply_op3_no_bwd(weight, bias, &GroupNormOp { groups, eps, silu })
}
