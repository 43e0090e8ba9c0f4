//! The configurations of autoencoders.

use super::{MAX_CHANNELS, MAX_LAYERS, refused};
use crate::models::ModelError;
use serde::Deserialize;

/// `vae/config.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "_class_name")]
pub enum VaeConfig {
    /// Kullback-Leibler autoencoder of Stable Diffusion.
    AutoencoderKL(KlConfig),
    /// Small convolutional autoencoder (TAESD and kin).
    AutoencoderTiny(TinyVaeConfig),
}

/// `AutoencoderKL`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct KlConfig {
    /// Picture channels.
    #[serde(default = "super::three")]
    pub in_channels: usize,
    /// Picture channels out.
    #[serde(default = "super::three")]
    pub out_channels: usize,
    /// Kinds of the encoder blocks.
    #[serde(default)]
    pub down_block_types: Vec<String>,
    /// Kinds of the decoder blocks.
    #[serde(default)]
    pub up_block_types: Vec<String>,
    /// Channels of each level.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks a level.
    #[serde(default = "super::one_usize")]
    pub layers_per_block: usize,
    /// Activation.
    #[serde(default = "super::silu")]
    pub act_fn: String,
    /// Latent channels.
    #[serde(default = "super::four")]
    pub latent_channels: usize,
    /// Groups of the group norms.
    #[serde(default = "thirty_two_usize")]
    pub norm_num_groups: usize,
    /// Factor from the posterior to what the UNet sees.
    #[serde(default = "sd_scaling")]
    pub scaling_factor: f64,
    /// Whether there is a 1x1 convolution behind the encoder.
    #[serde(default = "super::yes")]
    pub use_quant_conv: bool,
    /// Whether there is a 1x1 convolution before the decoder.
    #[serde(default = "super::yes")]
    pub use_post_quant_conv: bool,
    /// Attention in the middle block.
    #[serde(default = "super::yes")]
    pub mid_block_add_attention: bool,
}

/// `AutoencoderTiny`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TinyVaeConfig {
    /// Picture channels.
    #[serde(default = "super::three")]
    pub in_channels: usize,
    /// Picture channels out.
    #[serde(default = "super::three")]
    pub out_channels: usize,
    /// Channels of the encoder levels.
    pub encoder_block_out_channels: Vec<usize>,
    /// Channels of the decoder levels.
    pub decoder_block_out_channels: Vec<usize>,
    /// Activation.
    #[serde(default = "relu")]
    pub act_fn: String,
    /// Latent channels.
    #[serde(default = "super::four")]
    pub latent_channels: usize,
    /// Enlargement a decoder level.
    #[serde(default = "two_usize")]
    pub upsampling_scaling_factor: usize,
    /// Residual blocks of the encoder levels.
    pub num_encoder_blocks: Vec<usize>,
    /// Residual blocks of the decoder levels.
    pub num_decoder_blocks: Vec<usize>,
    /// `nearest`.
    #[serde(default = "nearest")]
    pub upsample_fn: String,
    /// Factor from the encoder to what the UNet sees.
    #[serde(default = "super::one")]
    pub scaling_factor: f64,
}

impl VaeConfig {
    /// Pixels a latent pixel.
    pub fn scale_factor(&self) -> usize {
        let levels = match self {
            VaeConfig::AutoencoderKL(c) => c.block_out_channels.len(),
            // diffusers registers the decoder's list as `block_out_channels`
            VaeConfig::AutoencoderTiny(c) => c.decoder_block_out_channels.len(),
        };
        1 << (levels.saturating_sub(1))
    }

    /// Latent channels.
    pub fn latent_channels(&self) -> usize {
        match self {
            VaeConfig::AutoencoderKL(c) => c.latent_channels,
            VaeConfig::AutoencoderTiny(c) => c.latent_channels,
        }
    }

    /// Checks what the deserialiser cannot.
    pub fn check(&self, file: &str) -> Result<(), ModelError> {
        let bad = |why: String| refused(file, why);
        let lists: Vec<(&str, &Vec<usize>)> = match self {
            VaeConfig::AutoencoderKL(c) => vec![("block_out_channels", &c.block_out_channels)],
            VaeConfig::AutoencoderTiny(c) => vec![
                ("encoder_block_out_channels", &c.encoder_block_out_channels),
                ("decoder_block_out_channels", &c.decoder_block_out_channels),
            ],
        };
        for (name, list) in lists {
            if list.is_empty() || list.len() > 8 || list.iter().any(|&c| c == 0 || c > MAX_CHANNELS) {
                return bad(format!("{name} = {list:?} is out of range"));
            }
        }
        let latents = self.latent_channels();
        if latents == 0 || latents > 256 {
            return bad(format!("latent_channels = {latents} is out of range"));
        }
        match self {
            VaeConfig::AutoencoderKL(c) => {
                if let Some(channels) = c
                    .block_out_channels
                    .iter()
                    .find(|&&ch| c.norm_num_groups == 0 || ch % c.norm_num_groups != 0)
                {
                    return bad(format!(
                        "{channels} channels do not fit norm_num_groups = {}",
                        c.norm_num_groups
                    ));
                }
                let kinds = c.down_block_types.iter().chain(&c.up_block_types);
                for kind in kinds {
                    if kind != "DownEncoderBlock2D" && kind != "UpDecoderBlock2D" {
                        return bad(format!("block type '{kind}' is not supported"));
                    }
                }
                if c.layers_per_block > MAX_LAYERS {
                    return bad(format!("layers_per_block = {} is out of range", c.layers_per_block));
                }
            }
            VaeConfig::AutoencoderTiny(c) => {
                if c.num_encoder_blocks.len() != c.encoder_block_out_channels.len()
                    || c.num_decoder_blocks.len() != c.decoder_block_out_channels.len()
                {
                    return bad("the lists of blocks and channels differ in length".into());
                }
                if c.num_encoder_blocks.iter().chain(&c.num_decoder_blocks).any(|&n| n > MAX_LAYERS) {
                    return bad("more blocks than any model has".into());
                }
                if c.upsample_fn != "nearest" || c.upsampling_scaling_factor != 2 {
                    return bad("upsample_fn other than nearest by 2 is not supported".into());
                }
            }
        }
        Ok(())
    }
}

// serde wants a function for each default
fn two_usize() -> usize {
    2
}
fn thirty_two_usize() -> usize {
    32
}
fn sd_scaling() -> f64 {
    0.18215
}
fn relu() -> String {
    "relu".into()
}
fn nearest() -> String {
    "nearest".into()
}
