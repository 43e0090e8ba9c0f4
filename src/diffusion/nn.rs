//! Layers: own kernels on the processor, candle's on a GPU. LoRA, ControlNet and other weights plug in at
//! [`Linear`] and [`Conv2d`].

use candle_core::{DType, Module, Result, Tensor};

use super::kernels;
use super::kernels::conv::Geometry;
use super::weights::Weights;
use crate::models::ModelError;

/// An activation by its name in the configs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// SiLU, also called swish.
    Silu,
    /// Exact GELU.
    Gelu,
    /// GELU by `x * sigmoid(1.702 x)`.
    QuickGelu,
    /// ReLU.
    Relu,
    /// Mish.
    Mish,
    /// Nothing.
    Identity,
}

impl Activation {
    /// By name.
    ///
    /// # Errors
    /// [`ModelError::Config`] for an unknown one; `file` and `field` say where it stood.
    pub fn named(name: &str, file: &str, field: &str) -> std::result::Result<Self, ModelError> {
        Ok(match name {
            "silu" | "swish" => Self::Silu,
            "gelu" => Self::Gelu,
            "quick_gelu" => Self::QuickGelu,
            "relu" => Self::Relu,
            "mish" => Self::Mish,
            _ => {
                return Err(ModelError::Config {
                    file: file.into(),
                    why: format!("{field}: activation '{name}' is not supported"),
                });
            }
        })
    }

    /// Applies it.
    ///
    /// # Errors
    /// Candle's.
    pub fn forward(self, x: &Tensor) -> Result<Tensor> {
        let cpu = x.device().is_cpu() && x.dtype() == DType::F32;
        match self {
            Self::Silu if cpu => kernels::activation::silu(&x.contiguous()?),
            Self::Gelu if cpu => kernels::activation::gelu(&x.contiguous()?),
            Self::QuickGelu if cpu => kernels::activation::quick_gelu(&x.contiguous()?),
            Self::Silu => x.silu(),
            Self::Gelu => x.gelu_erf(),
            Self::QuickGelu => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
            Self::Relu => x.relu(),
            Self::Mish => {
                // x * tanh(ln(1 + e^x)); tanh(ln u) = (u^2 - 1) / (u^2 + 1), clamped where e^x overflows
                let u = (x.clamp(-30f32, 30f32)?.exp()? + 1.0)?.sqr()?;
                x * ((&u - 1.0)? / (&u + 1.0)?)?
            }
            Self::Identity => Ok(x.clone()),
        }
    }
}

/// A linear layer.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// Reads `weight` `[out, in]` (or a 1x1 convolution's `[out, in, 1, 1]`) and `bias`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(
        w: &Weights,
        input: usize,
        output: usize,
        bias: bool,
    ) -> std::result::Result<Self, ModelError> {
        let shapes: [&[usize]; 2] = [&[output, input], &[output, input, 1, 1]];
        let (weight, _) = w.get_shaped(&shapes, "weight", w.placement().storage)?;
        let bias = if bias { Some(w.get_as(&[output], "bias", w.placement().compute)?) } else { None };
        Ok(Self { weight, bias })
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if x.device().is_cpu() {
            return kernels::linear::linear(&x.contiguous()?, &self.weight, self.bias.as_ref());
        }
        candle_nn::Linear::new(self.weight.clone(), self.bias.clone()).forward(x)
    }
}

/// A 2-D convolution with a square kernel.
#[derive(Clone, Debug)]
pub struct Conv2d {
    /// `[out, in, k, k]`, on the processor packed (see [`kernels::conv::pack`]).
    weight: Tensor,
    bias: Option<Tensor>,
    geometry: Geometry,
}

impl Conv2d {
    /// Reads `weight` and `bias`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(
        w: &Weights,
        input: usize,
        output: usize,
        geometry: Geometry,
        bias: bool,
    ) -> std::result::Result<Self, ModelError> {
        let k = geometry.kernel;
        let weight = w.get(&[output, input, k, k], "weight")?;
        let weight = if weight.device().is_cpu() {
            kernels::conv::pack(&weight)
                .map_err(|e| ModelError::Weights { file: String::new(), why: e.to_string() })?
        } else {
            weight
        };
        let bias = if bias { Some(w.get_as(&[output], "bias", w.placement().compute)?) } else { None };
        Ok(Self { weight, bias, geometry })
    }

    /// Kernel `k`, stride 1, same size.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn same(w: &Weights, input: usize, output: usize, k: usize) -> std::result::Result<Self, ModelError> {
        let pad = (k - 1) / 2;
        Self::new(w, input, output, Geometry { kernel: k, stride: 1, pad_begin: pad, pad_end: pad }, true)
    }
}

impl Module for Conv2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let g = self.geometry;
        if x.device().is_cpu() {
            return kernels::conv::conv2d(&x.contiguous()?, &self.weight, self.bias.as_ref(), g);
        }
        let (x, pad) = if g.pad_begin == g.pad_end {
            (x.clone(), g.pad_begin)
        } else {
            let x = x.pad_with_zeros(2, g.pad_begin, g.pad_end)?.pad_with_zeros(3, g.pad_begin, g.pad_end)?;
            (x, 0)
        };
        let y = x.conv2d(&self.weight, pad, g.stride, 1, 1)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(&bias.reshape((1, bias.elem_count(), 1, 1))?),
            None => Ok(y),
        }
    }
}

/// Group norm, optionally with the SiLU that follows it.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
    eps: f64,
}

impl GroupNorm {
    /// Reads `weight` and `bias`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(
        w: &Weights,
        channels: usize,
        groups: usize,
        eps: f64,
    ) -> std::result::Result<Self, ModelError> {
        let compute = w.placement().compute;
        Ok(Self {
            weight: w.get_as(&[channels], "weight", compute)?,
            bias: w.get_as(&[channels], "bias", compute)?,
            groups,
            eps,
        })
    }

    /// Norm, then `act`.
    ///
    /// # Errors
    /// Candle's.
    pub fn forward_act(&self, x: &Tensor, act: Activation) -> Result<Tensor> {
        if x.device().is_cpu() {
            let fused = act == Activation::Silu;
            let x = x.contiguous()?;
            let y = kernels::norm::group_norm(&x, &self.weight, &self.bias, self.groups, self.eps, fused)?;
            return if fused { Ok(y) } else { act.forward(&y) };
        }
        let norm = candle_nn::GroupNorm::new(
            self.weight.clone(),
            self.bias.clone(),
            self.weight.elem_count(),
            self.groups,
            self.eps,
        )?;
        act.forward(&norm.forward(x)?)
    }
}

/// Layer norm over the last dimension.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    /// Reads `weight` and `bias`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(w: &Weights, width: usize, eps: f64) -> std::result::Result<Self, ModelError> {
        let compute = w.placement().compute;
        Ok(Self {
            weight: w.get_as(&[width], "weight", compute)?,
            bias: w.get_as(&[width], "bias", compute)?,
            eps,
        })
    }
}

impl Module for LayerNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        candle_nn::ops::layer_norm(&x.contiguous()?, &self.weight, &self.bias, self.eps as f32)
    }
}

/// Multi-head attention of `q` `[batch, rows, width]` over `k`, `v` `[batch, len, width]`.
///
/// # Errors
/// Candle's.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, heads: usize, causal: bool) -> Result<Tensor> {
    if q.device().is_cpu() {
        return kernels::attention::attention(
            &q.contiguous()?,
            &k.contiguous()?,
            &v.contiguous()?,
            heads,
            causal,
        );
    }
    let (batch, rows, width) = q.dims3()?;
    let dim = width / heads;
    let split = |t: &Tensor| -> Result<Tensor> {
        let len = t.dim(1)?;
        t.reshape((batch, len, heads, dim))?.transpose(1, 2)?.contiguous()
    };
    let (q, k, v) = (split(q)?, split(k)?, split(v)?);
    let k = k.transpose(2, 3)?.contiguous()?;
    let scale = 1.0 / (dim as f64).sqrt();
    // Query blocks bound the memory of the scores.
    let block = (1usize << 24).checked_div(heads * k.dim(3)?).unwrap_or(1).clamp(64, rows.max(64));
    let mut parts = Vec::new();
    for first in (0..rows).step_by(block) {
        let m = block.min(rows - first);
        let scores = (q.narrow(2, first, m)?.contiguous()?.matmul(&k)? * scale)?.to_dtype(DType::F32)?;
        let scores = if causal {
            scores.broadcast_add(&causal_bias(first, m, k.dim(3)?, q.device())?)?
        } else {
            scores
        };
        let weights = candle_nn::ops::softmax_last_dim(&scores)?.to_dtype(v.dtype())?;
        parts.push(weights.matmul(&v)?);
    }
    let y = if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(&parts, 2)? };
    y.transpose(1, 2)?.reshape((batch, rows, width))
}

fn causal_bias(first: usize, rows: usize, len: usize, device: &candle_core::Device) -> Result<Tensor> {
    let values: Vec<f32> = (0..rows)
        .flat_map(|i| (0..len).map(move |j| if j <= first + i { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(values, (1, 1, rows, len), device)
}
