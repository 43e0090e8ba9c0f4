//! The configuration of the text encoder.

use super::{MAX_CHANNELS, MAX_LAYERS, refused};
use crate::models::ModelError;
use serde::Deserialize;

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
    #[serde(default = "super::eps5")]
    pub layer_norm_eps: f64,
    /// Pad with attention mask (not supported by the published models' own pipelines either).
    #[serde(default)]
    pub use_attention_mask: bool,
}

impl ClipConfig {
    /// Checks what the deserialiser cannot.
    pub fn check(&self, file: &str) -> Result<(), ModelError> {
        let bad = |why: String| refused(file, why);
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
fn seventy_seven() -> usize {
    77
}
fn quick_gelu() -> String {
    "quick_gelu".into()
}
