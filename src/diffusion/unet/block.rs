//! Residual blocks and the levels made of them.

use candle_core::{Module, Result, Tensor};

use super::RunError;
use super::transformer::{Transformer, TransformerSettings};
use crate::diffusion::kernels::conv::Geometry;
use crate::diffusion::nn::{Activation, Conv2d, GroupNorm, Linear};
use crate::diffusion::weights::Weights;
use crate::models::ModelError;
use crate::models::config::UnetConfig;

/// `ResnetBlock2D`; without a time embedding it serves the autoencoder too.
#[derive(Debug)]
pub struct ResnetBlock {
    norm1: GroupNorm,
    conv1: Conv2d,
    time: Option<Linear>,
    scale_shift: bool,
    norm2: GroupNorm,
    conv2: Conv2d,
    shortcut: Option<Conv2d>,
    act: Activation,
    out_scale: f64,
}

/// What residual blocks share.
#[derive(Clone, Copy, Debug)]
pub struct ResnetSettings {
    pub groups: usize,
    pub eps: f64,
    pub act: Activation,
    /// Width of the time embedding.
    pub time_dim: Option<usize>,
    pub scale_shift: bool,
    pub out_scale: f64,
}

impl ResnetBlock {
    pub fn new(
        w: &Weights,
        input: usize,
        output: usize,
        s: &ResnetSettings,
    ) -> std::result::Result<Self, ModelError> {
        let time = match s.time_dim {
            Some(dim) => {
                let width = if s.scale_shift { 2 * output } else { output };
                Some(Linear::new(&w.pp("time_emb_proj"), dim, width, true)?)
            }
            None => None,
        };
        let shortcut = match input == output {
            true => None,
            false => Some(Conv2d::same(&w.pp("conv_shortcut"), input, output, 1)?),
        };
        Ok(Self {
            norm1: GroupNorm::new(&w.pp("norm1"), input, s.groups, s.eps)?,
            conv1: Conv2d::same(&w.pp("conv1"), input, output, 3)?,
            time,
            scale_shift: s.scale_shift,
            norm2: GroupNorm::new(&w.pp("norm2"), output, s.groups, s.eps)?,
            conv2: Conv2d::same(&w.pp("conv2"), output, output, 3)?,
            shortcut,
            act: s.act,
            out_scale: s.out_scale,
        })
    }

    /// `x` `[batch, in, h, w]`, `time` `[batch, dim]`.
    pub fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> Result<Tensor> {
        let mut h = self.conv1.forward(&self.norm1.forward_act(x, self.act)?)?;
        let embedding = match (&self.time, time) {
            (Some(projection), Some(time)) => {
                let e = projection.forward(&self.act.forward(time)?)?;
                let (batch, width) = e.dims2()?;
                Some(e.reshape((batch, width, 1, 1))?)
            }
            _ => None,
        };
        h = match embedding {
            Some(e) if self.scale_shift => {
                let parts = e.chunk(2, 1)?;
                let normed = self.norm2.forward_act(&h, Activation::Identity)?;
                let scaled = normed.broadcast_mul(&(&parts[0] + 1.0)?)?.broadcast_add(&parts[1])?;
                self.act.forward(&scaled)?
            }
            Some(e) => self.norm2.forward_act(&h.broadcast_add(&e)?, self.act)?,
            None => self.norm2.forward_act(&h, self.act)?,
        };
        h = self.conv2.forward(&h)?;
        let x = match &self.shortcut {
            Some(conv) => conv.forward(x)?,
            None => x.clone(),
        };
        let y = (x + h)?;
        if self.out_scale == 1.0 { Ok(y) } else { y / self.out_scale }
    }
}

/// Everything about one level.
#[derive(Clone, Debug)]
pub struct Settings {
    resnet: ResnetSettings,
    transformer: TransformerSettings,
    attends_down: bool,
    attends_up: bool,
    layers: usize,
    channels: usize,
    downsample_padding: usize,
}

impl Settings {
    /// The settings of `level` (0 is the outermost). The config was checked, so every list is long enough.
    pub fn at(c: &UnetConfig, level: usize, act: Activation, groups: usize, time_dim: usize) -> Self {
        Self {
            resnet: ResnetSettings {
                groups,
                eps: c.norm_eps,
                act,
                time_dim: Some(time_dim),
                scale_shift: c.resnet_time_scale_shift == "scale_shift",
                out_scale: 1.0, // `resnet_out_scale_factor` concerns block types that we do not have
            },
            transformer: TransformerSettings {
                layers: c.transformer_layers_per_block.get(level).unwrap_or(1),
                heads: c.attention_head_dim.get(level).unwrap_or(8),
                text_width: c.cross_attention_dim.get(level).unwrap_or(0),
                linear_projection: c.use_linear_projection,
                only_cross_attention: c.only_cross_attention.get(level).unwrap_or(false),
                groups,
            },
            attends_down: c.down_block_types[level].starts_with("Cross"),
            attends_up: c.up_block_types[c.levels() - 1 - level].starts_with("Cross"),
            layers: c.layers_per_block.get(level).unwrap_or(2),
            channels: c.block_out_channels[level],
            downsample_padding: c.downsample_padding,
        }
    }

    /// Adjusts them for up block `i` (counted from the innermost).
    pub fn up(&mut self, c: &UnetConfig, i: usize) {
        if let Some(layers) = &c.reverse_transformer_layers_per_block {
            self.transformer.layers = layers.get(i).unwrap_or(1);
        }
    }
}

/// `DownBlock2D` and `CrossAttnDownBlock2D`.
#[derive(Debug)]
pub struct DownBlock {
    resnets: Vec<ResnetBlock>,
    attentions: Vec<Transformer>,
    downsample: Option<Conv2d>,
}

type Check<'a> = &'a dyn Fn() -> std::result::Result<(), RunError>;

impl DownBlock {
    pub fn new(
        w: &Weights,
        s: &Settings,
        input: usize,
        downsample: bool,
    ) -> std::result::Result<Self, ModelError> {
        let mut resnets = Vec::new();
        let mut attentions = Vec::new();
        for i in 0..s.layers {
            let from = if i == 0 { input } else { s.channels };
            resnets.push(ResnetBlock::new(&w.pp("resnets").pp(i), from, s.channels, &s.resnet)?);
            if s.attends_down {
                attentions.push(Transformer::new(&w.pp("attentions").pp(i), s.channels, &s.transformer)?);
            }
        }
        let downsample = if downsample {
            // Padding 0 stands for the autoencoder's one-sided padding.
            let begin = s.downsample_padding;
            let geometry = Geometry { kernel: 3, stride: 2, pad_begin: begin, pad_end: begin.max(1) };
            let w = w.pp("downsamplers").pp(0).pp("conv");
            Some(Conv2d::new(&w, s.channels, s.channels, geometry, true)?)
        } else {
            None
        };
        Ok(Self { resnets, attentions, downsample })
    }

    /// How many skip connections it makes.
    pub fn skips(&self) -> usize {
        self.resnets.len() + usize::from(self.downsample.is_some())
    }

    pub fn forward(
        &self,
        x: &Tensor,
        time: &Tensor,
        text: &Tensor,
        skips: &mut Vec<Tensor>,
        check: Check,
    ) -> std::result::Result<Tensor, RunError> {
        let mut x = x.clone();
        for (i, resnet) in self.resnets.iter().enumerate() {
            check()?;
            x = resnet.forward(&x, Some(time))?;
            if let Some(attention) = self.attentions.get(i) {
                x = attention.forward(&x, text)?;
            }
            skips.push(x.clone());
        }
        if let Some(conv) = &self.downsample {
            x = conv.forward(&x)?;
            skips.push(x.clone());
        }
        Ok(x)
    }
}

/// `UNetMidBlock2DCrossAttn`, and `UNetMidBlock2D`, which diffusers builds with one residual block and no attention.
#[derive(Debug)]
pub struct MidBlock {
    first: ResnetBlock,
    rest: Option<(Transformer, ResnetBlock)>,
}

impl MidBlock {
    pub fn new(w: &Weights, s: &Settings, c: &UnetConfig) -> std::result::Result<Option<Self>, ModelError> {
        let Some(kind) = c.mid_block_type.as_deref() else { return Ok(None) };
        let resnet = ResnetSettings { out_scale: c.mid_block_scale_factor, ..s.resnet };
        let block = |i: usize| ResnetBlock::new(&w.pp("resnets").pp(i), s.channels, s.channels, &resnet);
        let transformer = TransformerSettings { only_cross_attention: false, ..s.transformer };
        let rest = if kind == "UNetMidBlock2DCrossAttn" {
            Some((Transformer::new(&w.pp("attentions").pp(0), s.channels, &transformer)?, block(1)?))
        } else {
            None
        };
        Ok(Some(Self { first: block(0)?, rest }))
    }

    pub fn forward(&self, x: &Tensor, time: &Tensor, text: &Tensor) -> Result<Tensor> {
        let x = self.first.forward(x, Some(time))?;
        match &self.rest {
            Some((attention, resnet)) => resnet.forward(&attention.forward(&x, text)?, Some(time)),
            None => Ok(x),
        }
    }
}

/// `UpBlock2D` and `CrossAttnUpBlock2D`.
#[derive(Debug)]
pub struct UpBlock {
    resnets: Vec<ResnetBlock>,
    attentions: Vec<Transformer>,
    upsample: Option<Conv2d>,
}

impl UpBlock {
    /// `input` channels come from below; `skips` holds the channels of the skip connections that are left.
    pub fn new(
        w: &Weights,
        s: &Settings,
        input: usize,
        skips: &mut Vec<usize>,
        upsample: bool,
    ) -> std::result::Result<Self, ModelError> {
        let mut resnets = Vec::new();
        let mut attentions = Vec::new();
        for i in 0..=s.layers {
            let from = if i == 0 { input } else { s.channels };
            let skip = skips.pop().unwrap_or(0);
            resnets.push(ResnetBlock::new(&w.pp("resnets").pp(i), from + skip, s.channels, &s.resnet)?);
            if s.attends_up {
                attentions.push(Transformer::new(&w.pp("attentions").pp(i), s.channels, &s.transformer)?);
            }
        }
        let upsample = if upsample {
            Some(Conv2d::same(&w.pp("upsamplers").pp(0).pp("conv"), s.channels, s.channels, 3)?)
        } else {
            None
        };
        Ok(Self { resnets, attentions, upsample })
    }

    pub fn forward(
        &self,
        x: &Tensor,
        time: &Tensor,
        text: &Tensor,
        skips: &mut Vec<Tensor>,
        check: Check,
    ) -> std::result::Result<Tensor, RunError> {
        let mut x = x.clone();
        for (i, resnet) in self.resnets.iter().enumerate() {
            check()?;
            let skip =
                skips.pop().ok_or_else(|| candle_core::Error::Msg("a skip connection is missing".into()))?;
            x = resnet.forward(&Tensor::cat(&[&x, &skip], 1)?, Some(time))?;
            if let Some(attention) = self.attentions.get(i) {
                x = attention.forward(&x, text)?;
            }
        }
        if let Some(conv) = &self.upsample {
            // The size comes from the next skip connection, so that any multiple of 8 pixels works.
            let (h, w) = match skips.last() {
                Some(skip) => (skip.dim(2)?, skip.dim(3)?),
                None => (x.dim(2)? * 2, x.dim(3)? * 2),
            };
            x = conv.forward(&x.upsample_nearest2d(h, w)?)?;
        }
        Ok(x)
    }
}
