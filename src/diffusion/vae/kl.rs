//! `AutoencoderKL` (Rombach et al. 2022).

use candle_core::{Module, Result, Tensor};

use crate::diffusion::kernels::conv::Geometry;
use crate::diffusion::nn::{Activation, Conv2d, GroupNorm, Linear, attention};
use crate::diffusion::unet::block::{ResnetBlock, ResnetSettings};
use crate::diffusion::weights::Weights;
use crate::models::ModelError;
use crate::models::config::KlConfig;

const EPS: f64 = 1e-6;

/// Encoder and decoder.
#[derive(Debug)]
pub struct AutoencoderKl {
    encoder: Encoder,
    quant: Option<Conv2d>,
    post_quant: Option<Conv2d>,
    decoder: Decoder,
}

impl AutoencoderKl {
    pub fn new(w: &Weights, c: &KlConfig, file: &str) -> std::result::Result<Self, ModelError> {
        let act = Activation::named(&c.act_fn, file, "act_fn")?;
        let latents = c.latent_channels;
        Ok(Self {
            encoder: Encoder::new(&w.pp("encoder"), c, act)?,
            quant: match c.use_quant_conv {
                true => Some(Conv2d::same(&w.pp("quant_conv"), 2 * latents, 2 * latents, 1)?),
                false => None,
            },
            post_quant: match c.use_post_quant_conv {
                true => Some(Conv2d::same(&w.pp("post_quant_conv"), latents, latents, 1)?),
                false => None,
            },
            decoder: Decoder::new(&w.pp("decoder"), c, act)?,
        })
    }

    /// `[batch, 3, h, w]` -1..1 to mean and log variance `[batch, 2 * latents, h / f, w / f]`.
    pub fn encode(&self, image: &Tensor) -> Result<Tensor> {
        let x = self.encoder.forward(image)?;
        match &self.quant {
            Some(conv) => conv.forward(&x),
            None => Ok(x),
        }
    }

    /// Unscaled latents to a picture.
    pub fn decode(&self, latents: &Tensor) -> Result<Tensor> {
        match &self.post_quant {
            Some(conv) => self.decoder.forward(&conv.forward(latents)?),
            None => self.decoder.forward(latents),
        }
    }
}

fn settings(c: &KlConfig, act: Activation) -> ResnetSettings {
    ResnetSettings {
        groups: c.norm_num_groups,
        eps: EPS,
        act,
        time_dim: None,
        scale_shift: false,
        out_scale: 1.0,
    }
}

#[derive(Debug)]
struct Encoder {
    conv_in: Conv2d,
    levels: Vec<(Vec<ResnetBlock>, Option<Conv2d>)>,
    mid: Mid,
    norm: GroupNorm,
    conv_out: Conv2d,
}

impl Encoder {
    fn new(w: &Weights, c: &KlConfig, act: Activation) -> std::result::Result<Self, ModelError> {
        let s = settings(c, act);
        let widths = &c.block_out_channels;
        let mut levels = Vec::new();
        let mut from = widths[0];
        for (i, &width) in widths.iter().enumerate() {
            let w = w.pp("down_blocks").pp(i);
            let mut blocks = Vec::new();
            for j in 0..c.layers_per_block {
                blocks.push(ResnetBlock::new(&w.pp("resnets").pp(j), from, width, &s)?);
                from = width;
            }
            let down = if i + 1 < widths.len() {
                // One-sided padding: only below and to the right.
                let geometry = Geometry { kernel: 3, stride: 2, pad_begin: 0, pad_end: 1 };
                Some(Conv2d::new(&w.pp("downsamplers").pp(0).pp("conv"), width, width, geometry, true)?)
            } else {
                None
            };
            levels.push((blocks, down));
        }
        Ok(Self {
            conv_in: Conv2d::same(&w.pp("conv_in"), c.in_channels, widths[0], 3)?,
            levels,
            mid: Mid::new(&w.pp("mid_block"), from, c, &s)?,
            norm: GroupNorm::new(&w.pp("conv_norm_out"), from, c.norm_num_groups, EPS)?,
            conv_out: Conv2d::same(&w.pp("conv_out"), from, 2 * c.latent_channels, 3)?,
        })
    }

    fn forward(&self, image: &Tensor) -> Result<Tensor> {
        let mut x = self.conv_in.forward(image)?;
        for (blocks, down) in &self.levels {
            for block in blocks {
                x = block.forward(&x, None)?;
            }
            if let Some(conv) = down {
                x = conv.forward(&x)?;
            }
        }
        x = self.mid.forward(&x)?;
        self.conv_out.forward(&self.norm.forward_act(&x, Activation::Silu)?)
    }
}

#[derive(Debug)]
struct Decoder {
    conv_in: Conv2d,
    mid: Mid,
    levels: Vec<(Vec<ResnetBlock>, Option<Conv2d>)>,
    norm: GroupNorm,
    conv_out: Conv2d,
}

impl Decoder {
    fn new(w: &Weights, c: &KlConfig, act: Activation) -> std::result::Result<Self, ModelError> {
        let s = settings(c, act);
        let widths: Vec<usize> = c.block_out_channels.iter().rev().copied().collect();
        let mut levels = Vec::new();
        let mut from = widths[0];
        let mid = Mid::new(&w.pp("mid_block"), from, c, &s)?;
        for (i, &width) in widths.iter().enumerate() {
            let w = w.pp("up_blocks").pp(i);
            let mut blocks = Vec::new();
            for j in 0..=c.layers_per_block {
                blocks.push(ResnetBlock::new(&w.pp("resnets").pp(j), from, width, &s)?);
                from = width;
            }
            let up = if i + 1 < widths.len() {
                Some(Conv2d::same(&w.pp("upsamplers").pp(0).pp("conv"), width, width, 3)?)
            } else {
                None
            };
            levels.push((blocks, up));
        }
        Ok(Self {
            conv_in: Conv2d::same(&w.pp("conv_in"), c.latent_channels, widths[0], 3)?,
            mid,
            levels,
            norm: GroupNorm::new(&w.pp("conv_norm_out"), from, c.norm_num_groups, EPS)?,
            conv_out: Conv2d::same(&w.pp("conv_out"), from, c.out_channels, 3)?,
        })
    }

    fn forward(&self, latents: &Tensor) -> Result<Tensor> {
        let mut x = self.mid.forward(&self.conv_in.forward(latents)?)?;
        for (blocks, up) in &self.levels {
            for block in blocks {
                x = block.forward(&x, None)?;
            }
            if let Some(conv) = up {
                let (_, _, h, w) = x.dims4()?;
                x = conv.forward(&x.upsample_nearest2d(2 * h, 2 * w)?)?;
            }
        }
        self.conv_out.forward(&self.norm.forward_act(&x, Activation::Silu)?)
    }
}

#[derive(Debug)]
struct Mid {
    first: ResnetBlock,
    attention: Option<MidAttention>,
    second: ResnetBlock,
}

impl Mid {
    fn new(
        w: &Weights,
        width: usize,
        c: &KlConfig,
        s: &ResnetSettings,
    ) -> std::result::Result<Self, ModelError> {
        let block = |i: usize| ResnetBlock::new(&w.pp("resnets").pp(i), width, width, s);
        let attention = match c.mid_block_add_attention {
            true => Some(MidAttention::new(&w.pp("attentions").pp(0), width, c.norm_num_groups)?),
            false => None,
        };
        Ok(Self { first: block(0)?, attention, second: block(1)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.first.forward(x, None)?;
        if let Some(attention) = &self.attention {
            x = attention.forward(&x)?;
        }
        self.second.forward(&x, None)
    }
}

/// Self-attention over all places with a single head.
#[derive(Debug)]
struct MidAttention {
    norm: GroupNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl MidAttention {
    fn new(w: &Weights, width: usize, groups: usize) -> std::result::Result<Self, ModelError> {
        // The published Stable Diffusion 1.x folders still carry the first names of these layers.
        let linear = |new: &str, old: &str| {
            let name = if w.has_path(new) || !w.has_path(old) { new } else { old };
            Linear::new(&w.pp(name), width, width, true)
        };
        Ok(Self {
            norm: GroupNorm::new(&w.pp("group_norm"), width, groups, EPS)?,
            q: linear("to_q", "query")?,
            k: linear("to_k", "key")?,
            v: linear("to_v", "value")?,
            out: linear("to_out.0", "proj_attn")?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, width, h, w) = x.dims4()?;
        let y =
            self.norm.forward_act(x, Activation::Identity)?.flatten_from(2)?.transpose(1, 2)?.contiguous()?;
        let y = attention(&self.q.forward(&y)?, &self.k.forward(&y)?, &self.v.forward(&y)?, 1, false)?;
        self.out.forward(&y)?.transpose(1, 2)?.reshape((batch, width, h, w))? + x
    }
}
