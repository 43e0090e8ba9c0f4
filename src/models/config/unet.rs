//! The configuration of the denoising network.

use super::{MAX_CHANNELS, MAX_LAYERS, PerBlock, SampleSize, refused};
use crate::models::ModelError;
use serde::Deserialize;

/// `unet/config.json` (`UNet2DConditionModel`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UnetConfig {
    /// Native side in latent pixels.
    #[serde(default)]
    pub sample_size: Option<SampleSize>,
    /// Input channels: 4, or 9 with mask and masked latents.
    pub in_channels: usize,
    /// Output channels.
    #[serde(default = "super::four")]
    pub out_channels: usize,
    /// Shift the input to -1..1 first.
    #[serde(default)]
    pub center_input_sample: bool,
    /// Cosines before sines in the time embedding.
    #[serde(default = "super::yes")]
    pub flip_sin_to_cos: bool,
    /// Frequency shift of the time embedding.
    #[serde(default)]
    pub freq_shift: f64,
    /// Kinds of the down blocks, outermost first.
    pub down_block_types: Vec<String>,
    /// Kind of the middle block.
    #[serde(default = "mid_block")]
    pub mid_block_type: Option<String>,
    /// Kinds of the up blocks, innermost first.
    pub up_block_types: Vec<String>,
    /// Self-attention replaced by a second cross-attention.
    #[serde(default = "never")]
    pub only_cross_attention: PerBlock<bool>,
    /// Channels of each level, outermost first.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks a level.
    #[serde(default = "two")]
    pub layers_per_block: PerBlock<usize>,
    /// Padding of the downsampling convolution.
    #[serde(default = "super::one_usize")]
    pub downsample_padding: usize,
    /// Residual scale of the middle block.
    #[serde(default = "super::one")]
    pub mid_block_scale_factor: f64,
    /// Activation.
    #[serde(default = "super::silu")]
    pub act_fn: String,
    /// Groups of the group norms.
    #[serde(default = "thirty_two")]
    pub norm_num_groups: Option<usize>,
    /// Epsilon of the group norms.
    #[serde(default = "super::eps5")]
    pub norm_eps: f64,
    /// Width of the text embeddings.
    pub cross_attention_dim: PerBlock<usize>,
    /// Transformer layers an attention block.
    #[serde(default = "one_each")]
    pub transformer_layers_per_block: PerBlock<usize>,
    /// The same for the up path, where it differs.
    #[serde(default)]
    pub reverse_transformer_layers_per_block: Option<PerBlock<usize>>,
    /// Projection of the text embeddings (not supported).
    #[serde(default)]
    pub encoder_hid_dim: Option<usize>,
    /// Kind of that projection (not supported).
    #[serde(default)]
    pub encoder_hid_dim_type: Option<String>,
    /// Despite its name the number of heads (a naming slip that diffusers keeps for compatibility).
    #[serde(default = "eight")]
    pub attention_head_dim: PerBlock<usize>,
    /// Never set in practice, see `attention_head_dim`.
    #[serde(default)]
    pub num_attention_heads: Option<PerBlock<usize>>,
    /// Two cross-attentions side by side (not supported).
    #[serde(default)]
    pub dual_cross_attention: bool,
    /// Linear layers instead of 1x1 convolutions around the transformers (Stable Diffusion 2).
    #[serde(default)]
    pub use_linear_projection: bool,
    /// Class embedding (not supported).
    #[serde(default)]
    pub class_embed_type: Option<String>,
    /// Added embedding: `text`, or none.
    #[serde(default)]
    pub addition_embed_type: Option<String>,
    /// Heads of the attention pooling of the added text embedding.
    #[serde(default = "sixty_four")]
    pub addition_embed_type_num_heads: usize,
    /// Number of classes (not supported).
    #[serde(default)]
    pub num_class_embeds: Option<usize>,
    /// `default` or `scale_shift`.
    #[serde(default = "default_name")]
    pub resnet_time_scale_shift: String,
    /// `positional`.
    #[serde(default = "positional")]
    pub time_embedding_type: String,
    /// Width of the time embedding; four times the outermost channels by default.
    #[serde(default)]
    pub time_embedding_dim: Option<usize>,
    /// Activation on the time embedding before the blocks.
    #[serde(default)]
    pub time_embedding_act_fn: Option<String>,
    /// Second activation inside the time embedding.
    #[serde(default)]
    pub timestep_post_act: Option<String>,
    /// Width of the guidance embedding (LCM).
    #[serde(default)]
    pub time_cond_proj_dim: Option<usize>,
    /// Kernel of the first convolution.
    #[serde(default = "super::three")]
    pub conv_in_kernel: usize,
    /// Kernel of the last convolution.
    #[serde(default = "super::three")]
    pub conv_out_kernel: usize,
    /// `default`.
    #[serde(default = "default_name")]
    pub attention_type: String,
    /// Normalisation of the text inside cross-attention (not supported).
    #[serde(default)]
    pub cross_attention_norm: Option<String>,
}

impl UnetConfig {
    /// Number of levels.
    pub fn levels(&self) -> usize {
        self.block_out_channels.len()
    }

    /// Checks what the deserialiser cannot: that the lists fit together and every number is sane.
    pub fn check(&self, file: &str) -> Result<(), ModelError> {
        let bad = |why: String| refused(file, why);
        let n = self.levels();
        if n == 0 || n > 16 {
            return bad(format!("block_out_channels has {n} levels; 1 to 16 are possible"));
        }
        if self.down_block_types.len() != n || self.up_block_types.len() != n {
            return bad("block_out_channels, down_block_types and up_block_types differ in length".into());
        }
        for (name, kinds, known) in [
            ("down_block_types", &self.down_block_types, ["DownBlock2D", "CrossAttnDownBlock2D"]),
            ("up_block_types", &self.up_block_types, ["UpBlock2D", "CrossAttnUpBlock2D"]),
        ] {
            if let Some(kind) = kinds.iter().find(|k| !known.contains(&k.as_str())) {
                return bad(format!("{name}: '{kind}' is not supported; known are {}", known.join(", ")));
            }
        }
        match self.mid_block_type.as_deref() {
            None | Some("UNetMidBlock2DCrossAttn" | "UNetMidBlock2D") => {}
            Some(kind) => return bad(format!("mid_block_type '{kind}' is not supported")),
        }
        (0..n).try_for_each(|i| self.check_level(i, file))?;
        if self.norm_num_groups.is_none() {
            return bad("norm_num_groups: null is not supported".into());
        }
        let unsupported = [
            ("encoder_hid_dim", self.encoder_hid_dim.is_some()),
            ("encoder_hid_dim_type", self.encoder_hid_dim_type.is_some()),
            ("num_attention_heads", self.num_attention_heads.is_some()),
            ("dual_cross_attention", self.dual_cross_attention),
            ("class_embed_type", self.class_embed_type.is_some()),
            ("num_class_embeds", self.num_class_embeds.is_some()),
            ("time_embedding_type", self.time_embedding_type != "positional"),
            ("attention_type", self.attention_type != "default"),
            ("cross_attention_norm", self.cross_attention_norm.is_some()),
            ("addition_embed_type", !matches!(self.addition_embed_type.as_deref(), None | Some("text"))),
            (
                "resnet_time_scale_shift",
                !matches!(self.resnet_time_scale_shift.as_str(), "default" | "scale_shift"),
            ),
        ];
        if let Some((name, _)) = unsupported.iter().find(|(_, is)| *is) {
            return bad(format!(
                "this value of {name} is not supported: Stable Diffusion 1.x, 2.x and kin are"
            ));
        }
        for (name, v) in [
            ("in_channels", self.in_channels),
            ("out_channels", self.out_channels),
            ("conv_in_kernel", self.conv_in_kernel),
            ("conv_out_kernel", self.conv_out_kernel),
            ("addition_embed_type_num_heads", self.addition_embed_type_num_heads),
        ] {
            if v == 0 || v > MAX_CHANNELS {
                return bad(format!("{name} = {v} is out of range"));
            }
        }
        Ok(())
    }

    /// Checks what belongs to one level.
    fn check_level(&self, i: usize, file: &str) -> Result<(), ModelError> {
        let (n, bad) = (self.levels(), |why: String| refused(file, why));
        let per_block = [
            ("attention_head_dim", self.attention_head_dim.get(i)),
            ("cross_attention_dim", self.cross_attention_dim.get(i)),
            ("layers_per_block", self.layers_per_block.get(i)),
            ("transformer_layers_per_block", self.transformer_layers_per_block.get(i)),
        ];
        for (name, value) in per_block {
            match value {
                None => return bad(format!("{name} has fewer than {n} values")),
                Some(v) if v == 0 || v > MAX_CHANNELS => {
                    return bad(format!("{name} = {v} is out of range"));
                }
                Some(v) if name.contains("layers") && v > MAX_LAYERS => {
                    return bad(format!("{name} = {v} is out of range"));
                }
                Some(_) => {}
            }
        }
        let channels = self.block_out_channels[i];
        if channels == 0 || channels > MAX_CHANNELS {
            return bad(format!("block_out_channels = {channels} is out of range"));
        }
        let heads = self.attention_head_dim.get(i).unwrap_or(1);
        let attends = self.down_block_types[i].starts_with("Cross")
            || self.up_block_types[n - 1 - i].starts_with("Cross")
            || (i == n - 1 && self.mid_block_type.as_deref() == Some("UNetMidBlock2DCrossAttn"));
        if attends && !channels.is_multiple_of(heads) {
            return bad(format!(
                "{channels} channels cannot be shared by {heads} heads (attention_head_dim)"
            ));
        }
        if let Some(groups) = self.norm_num_groups
            && (groups == 0 || !channels.is_multiple_of(groups))
        {
            return bad(format!("{channels} channels cannot be cut into {groups} groups (norm_num_groups)"));
        }
        Ok(())
    }
}

// serde wants a function for each default
fn never() -> PerBlock<bool> {
    PerBlock::One(false)
}
fn sixty_four() -> usize {
    64
}
fn thirty_two() -> Option<usize> {
    Some(32)
}
fn two() -> PerBlock<usize> {
    PerBlock::One(2)
}
fn one_each() -> PerBlock<usize> {
    PerBlock::One(1)
}
fn eight() -> PerBlock<usize> {
    PerBlock::One(8)
}
fn mid_block() -> Option<String> {
    Some("UNetMidBlock2DCrossAttn".into())
}
fn positional() -> String {
    "positional".into()
}
fn default_name() -> String {
    "default".into()
}
