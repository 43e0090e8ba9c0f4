//! The `config.json` files of a diffusers folder as data. Fields that older files lack take diffusers' defaults;
//! fields without which a network cannot be built are required.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ModelError;

/// Upper limits for numbers out of foreign files: far above any real model, low enough that a hostile config
/// cannot make us allocate without bound.
const MAX_CHANNELS: usize = 16_384;
const MAX_LAYERS: usize = 256;

/// A number for all blocks, or one for each.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PerBlock<T> {
    /// The same for every block.
    One(T),
    /// One a block, from the outermost in.
    Each(Vec<T>),
}

impl<T: Copy> PerBlock<T> {
    /// The value for block `i` of `n`, `None` when the list is too short.
    pub fn get(&self, i: usize) -> Option<T> {
        match self {
            PerBlock::One(v) => Some(*v),
            PerBlock::Each(list) => list.get(i).copied(),
        }
    }
}

/// `sample_size`: a side or `[height, width]`, in latent pixels.
pub type SampleSize = PerBlock<usize>;

/// `unet/config.json` (`UNet2DConditionModel`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UnetConfig {
    /// Native side in latent pixels.
    #[serde(default)]
    pub sample_size: Option<SampleSize>,
    /// Input channels: 4, or 9 with mask and masked latents.
    pub in_channels: usize,
    /// Output channels.
    #[serde(default = "four")]
    pub out_channels: usize,
    /// Shift the input to -1..1 first.
    #[serde(default)]
    pub center_input_sample: bool,
    /// Cosines before sines in the time embedding.
    #[serde(default = "yes")]
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
    #[serde(default = "one_usize")]
    pub downsample_padding: usize,
    /// Residual scale of the middle block.
    #[serde(default = "one")]
    pub mid_block_scale_factor: f64,
    /// Activation.
    #[serde(default = "silu")]
    pub act_fn: String,
    /// Groups of the group norms.
    #[serde(default = "thirty_two")]
    pub norm_num_groups: Option<usize>,
    /// Epsilon of the group norms.
    #[serde(default = "eps5")]
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
    #[serde(default = "three")]
    pub conv_in_kernel: usize,
    /// Kernel of the last convolution.
    #[serde(default = "three")]
    pub conv_out_kernel: usize,
    /// `default`.
    #[serde(default = "default_name")]
    pub attention_type: String,
    /// Normalisation of the text inside cross-attention (not supported).
    #[serde(default)]
    pub cross_attention_norm: Option<String>,
}

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
    #[serde(default = "three")]
    pub in_channels: usize,
    /// Picture channels out.
    #[serde(default = "three")]
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
    #[serde(default = "one_usize")]
    pub layers_per_block: usize,
    /// Activation.
    #[serde(default = "silu")]
    pub act_fn: String,
    /// Latent channels.
    #[serde(default = "four")]
    pub latent_channels: usize,
    /// Groups of the group norms.
    #[serde(default = "thirty_two_usize")]
    pub norm_num_groups: usize,
    /// Factor from the posterior to what the UNet sees.
    #[serde(default = "sd_scaling")]
    pub scaling_factor: f64,
    /// Whether there is a 1x1 convolution behind the encoder.
    #[serde(default = "yes")]
    pub use_quant_conv: bool,
    /// Whether there is a 1x1 convolution before the decoder.
    #[serde(default = "yes")]
    pub use_post_quant_conv: bool,
    /// Attention in the middle block.
    #[serde(default = "yes")]
    pub mid_block_add_attention: bool,
}

/// `AutoencoderTiny`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TinyVaeConfig {
    /// Picture channels.
    #[serde(default = "three")]
    pub in_channels: usize,
    /// Picture channels out.
    #[serde(default = "three")]
    pub out_channels: usize,
    /// Channels of the encoder levels.
    pub encoder_block_out_channels: Vec<usize>,
    /// Channels of the decoder levels.
    pub decoder_block_out_channels: Vec<usize>,
    /// Activation.
    #[serde(default = "relu")]
    pub act_fn: String,
    /// Latent channels.
    #[serde(default = "four")]
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
    #[serde(default = "one")]
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
}

/// `text_encoder/config.json` (`CLIPTextModel`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ClipConfig {
    /// Tokens known.
    pub vocab_size: usize,
    /// Width.
    pub hidden_size: usize,
    /// Width inside the feed-forward layers.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Longest sequence.
    #[serde(default = "seventy_seven")]
    pub max_position_embeddings: usize,
    /// Activation.
    #[serde(default = "quick_gelu")]
    pub hidden_act: String,
    /// Epsilon of the layer norms.
    #[serde(default = "eps5")]
    pub layer_norm_eps: f64,
    /// Pad with attention mask (not supported by the published models' own pipelines either).
    #[serde(default)]
    pub use_attention_mask: bool,
}

/// Reads `text` (the content of `file`) as a config.
///
/// # Errors
/// [`ModelError::Config`] naming the file and the missing or wrong field.
pub fn parse<T: DeserializeOwned>(file: &str, text: &[u8]) -> Result<T, ModelError> {
    serde_json::from_slice(text).map_err(|e| ModelError::Config {
        file: file.into(),
        why: format!("{e}; compare it with the model's source"),
    })
}

impl UnetConfig {
    /// Number of levels.
    pub fn levels(&self) -> usize {
        self.block_out_channels.len()
    }

    /// Checks what the deserialiser cannot: that the lists fit together and every number is sane.
    pub fn check(&self, file: &str) -> Result<(), ModelError> {
        let bad = |why: String| Err(ModelError::Config { file: file.into(), why });
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
        for i in 0..n {
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
                return bad(format!(
                    "{channels} channels cannot be cut into {groups} groups (norm_num_groups)"
                ));
            }
        }
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
}

impl VaeConfig {
    /// Checks what the deserialiser cannot.
    pub fn check(&self, file: &str) -> Result<(), ModelError> {
        let bad = |why: String| Err(ModelError::Config { file: file.into(), why });
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

impl ClipConfig {
    /// Checks what the deserialiser cannot.
    pub fn check(&self, file: &str) -> Result<(), ModelError> {
        let bad = |why: String| Err(ModelError::Config { file: file.into(), why });
        if self.num_attention_heads == 0 || !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return bad(format!(
                "hidden_size {} cannot be shared by {} heads",
                self.hidden_size, self.num_attention_heads
            ));
        }
        if self.hidden_size > MAX_CHANNELS || self.num_hidden_layers > MAX_LAYERS || self.hidden_size == 0 {
            return bad("hidden_size or num_hidden_layers is out of range".into());
        }
        if self.max_position_embeddings < 3 || self.max_position_embeddings > 65_536 {
            return bad(format!(
                "max_position_embeddings = {} is out of range",
                self.max_position_embeddings
            ));
        }
        if self.use_attention_mask {
            return bad("use_attention_mask is not supported".into());
        }
        Ok(())
    }
}

// serde wants a function for each default
fn yes() -> bool {
    true
}
fn never() -> PerBlock<bool> {
    PerBlock::One(false)
}
fn one() -> f64 {
    1.0
}
fn one_usize() -> usize {
    1
}
fn two_usize() -> usize {
    2
}
fn three() -> usize {
    3
}
fn four() -> usize {
    4
}
fn sixty_four() -> usize {
    64
}
fn seventy_seven() -> usize {
    77
}
fn thirty_two_usize() -> usize {
    32
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
fn eps5() -> f64 {
    1e-5
}
fn sd_scaling() -> f64 {
    0.18215
}
fn mid_block() -> Option<String> {
    Some("UNetMidBlock2DCrossAttn".into())
}
fn silu() -> String {
    "silu".into()
}
fn relu() -> String {
    "relu".into()
}
fn quick_gelu() -> String {
    "quick_gelu".into()
}
fn nearest() -> String {
    "nearest".into()
}
fn positional() -> String {
    "positional".into()
}
fn default_name() -> String {
    "default".into()
}
