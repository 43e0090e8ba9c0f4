//! The denoising network of Stable Diffusion 1.x and 2.x and its kin (`UNet2DConditionModel`): Ronneberger et al.
//! 2015 with attention to the text (Rombach et al. 2022).

pub(in crate::diffusion) mod block;
mod embedding;
mod transformer;

use candle_core::{Module, Tensor};

use self::block::{DownBlock, MidBlock, UpBlock};
use self::embedding::{TextTimeEmbedding, TimeEmbedding};
use super::nn::{Activation, Conv2d, GroupNorm};
use super::weights::Weights;
use crate::models::config::UnetConfig;
use crate::models::{Component, Model, ModelError};

/// Why a network did not finish.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The computation failed.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
}

/// Additions to the network's skip connections, from a ControlNet.
#[derive(Clone, Debug)]
pub struct Residuals {
    /// One for each skip connection, in the order in which the down path makes them.
    pub down: Vec<Tensor>,
    /// For the middle block's output.
    pub mid: Tensor,
}

/// What a forward pass is conditioned on.
pub struct Conditioning<'a> {
    /// Text embeddings `[batch, tokens, width]`.
    pub text: &'a Tensor,
    /// Guidance scale that a distilled network takes as input (LCM), where the model has one.
    pub guidance: Option<f32>,
    /// ControlNet's additions.
    pub residuals: Option<&'a Residuals>,
}

/// The network.
#[derive(Debug)]
pub struct Unet {
    center_input: bool,
    conv_in: Conv2d,
    time: TimeEmbedding,
    text_time: Option<TextTimeEmbedding>,
    time_act: Activation,
    down: Vec<DownBlock>,
    mid: Option<MidBlock>,
    up: Vec<UpBlock>,
    norm_out: GroupNorm,
    act: Activation,
    conv_out: Conv2d,
    /// Whether it takes the guidance scale as input.
    pub takes_guidance: bool,
}

impl Unet {
    /// Loads the network of `model`.
    ///
    /// # Errors
    /// [`ModelError`] naming the file and tensor.
    pub fn new(w: &Weights, model: &Model) -> Result<Self, ModelError> {
        Self::with_config(w, model, &model.unet, Component::Unet)
    }

    /// Loads the few-step network of `model`, which has one.
    ///
    /// # Errors
    /// [`ModelError`] naming the file and tensor.
    pub fn student(w: &Weights, model: &Model, config: &UnetConfig) -> Result<Self, ModelError> {
        Self::with_config(w, model, config, Component::Student)
    }

    fn with_config(
        w: &Weights,
        model: &Model,
        c: &UnetConfig,
        component: Component,
    ) -> Result<Self, ModelError> {
        let file = model.files.full_name(&format!("{}/config.json", component.folder()));
        let act = Activation::named(&c.act_fn, &file, "act_fn")?;
        let named = |name: &Option<String>, field: &str| match name {
            Some(name) => Activation::named(name, &file, field),
            None => Ok(Activation::Identity),
        };
        let groups = c.norm_num_groups.unwrap_or(32);
        let levels = c.levels();
        let time_dim = c.time_embedding_dim.unwrap_or(4 * c.block_out_channels[0]);
        let time = TimeEmbedding::new(
            &w.pp("time_embedding"),
            c,
            time_dim,
            act,
            named(&c.timestep_post_act, "timestep_post_act")?,
        )?;
        let text_time = match c.addition_embed_type {
            Some(_) => {
                let width = c.cross_attention_dim.get(0).unwrap_or(0);
                Some(TextTimeEmbedding::new(
                    &w.pp("add_embedding"),
                    width,
                    time_dim,
                    c.addition_embed_type_num_heads,
                )?)
            }
            None => None,
        };
        let settings = |level: usize| block::Settings::at(c, level, act, groups, time_dim);
        let mut down = Vec::new();
        let mut skips = vec![c.block_out_channels[0]];
        let mut channels = c.block_out_channels[0];
        for level in 0..levels {
            let block = DownBlock::new(
                &w.pp("down_blocks").pp(level),
                &settings(level),
                channels,
                level + 1 < levels,
            )?;
            channels = c.block_out_channels[level];
            skips.extend(std::iter::repeat_n(channels, block.skips()));
            down.push(block);
        }
        let mid = MidBlock::new(&w.pp("mid_block"), &settings(levels - 1), c)?;
        let mut up = Vec::new();
        for i in 0..levels {
            let level = levels - 1 - i;
            let mut settings = settings(level);
            settings.up(c, i);
            let block =
                UpBlock::new(&w.pp("up_blocks").pp(i), &settings, channels, &mut skips, i + 1 < levels)?;
            channels = c.block_out_channels[level];
            up.push(block);
        }
        Ok(Self {
            center_input: c.center_input_sample,
            conv_in: Conv2d::same(
                &w.pp("conv_in"),
                c.in_channels,
                c.block_out_channels[0],
                c.conv_in_kernel,
            )?,
            time,
            text_time,
            time_act: named(&c.time_embedding_act_fn, "time_embedding_act_fn")?,
            down,
            mid,
            up,
            norm_out: GroupNorm::new(&w.pp("conv_norm_out"), c.block_out_channels[0], groups, c.norm_eps)?,
            act,
            conv_out: Conv2d::same(
                &w.pp("conv_out"),
                c.block_out_channels[0],
                c.out_channels,
                c.conv_out_kernel,
            )?,
            takes_guidance: c.time_cond_proj_dim.is_some(),
        })
    }

    /// The network's output for noisy latents `sample` `[batch, channels, h, w]` at time `t`.
    /// `cancelled` is asked before every block.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn forward(
        &self,
        sample: &Tensor,
        t: f32,
        conditioning: &Conditioning,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Tensor, RunError> {
        let check = || if cancelled() { Err(RunError::Cancelled) } else { Ok(()) };
        let sample = if self.center_input { ((sample * 2.0)? - 1.0)? } else { sample.clone() };
        let batch = sample.dim(0)?;
        let mut time = self.time.forward(t, conditioning.guidance, &sample)?;
        time = time.broadcast_as((batch, time.dim(1)?))?.contiguous()?;
        if let Some(embedding) = &self.text_time {
            time = (time + embedding.forward(conditioning.text)?)?;
        }
        let time = self.time_act.forward(&time)?;
        let mut x = self.conv_in.forward(&sample)?;
        let mut skips = vec![x.clone()];
        for block in &self.down {
            check()?;
            x = block.forward(&x, &time, conditioning.text, &mut skips, &check)?;
        }
        if let Some(residuals) = conditioning.residuals {
            for (skip, add) in skips.iter_mut().zip(&residuals.down) {
                *skip = (&*skip + add)?;
            }
        }
        check()?;
        if let Some(mid) = &self.mid {
            x = mid.forward(&x, &time, conditioning.text)?;
        }
        if let Some(residuals) = conditioning.residuals {
            x = (x + &residuals.mid)?;
        }
        for block in &self.up {
            check()?;
            x = block.forward(&x, &time, conditioning.text, &mut skips, &check)?;
        }
        Ok(self.conv_out.forward(&self.norm_out.forward_act(&x, self.act)?)?)
    }
}

/// Number of values in the network's input besides the latents: 0, or mask and masked latents.
pub fn extra_channels(config: &UnetConfig, latent_channels: usize) -> usize {
    config.in_channels.saturating_sub(latent_channels)
}
