//! The text encoder of Stable Diffusion (`CLIPTextModel`, Radford et al. 2021).

use candle_core::{DType, Module, Result, Tensor};

use crate::diffusion::nn::{Activation, LayerNorm, Linear, attention};
use crate::diffusion::weights::Weights;
use crate::models::ModelError;
use crate::models::config::ClipConfig;

/// The encoder.
#[derive(Debug)]
pub struct ClipText {
    tokens: Tensor,
    positions: Tensor,
    layers: Vec<Layer>,
    final_norm: LayerNorm,
}

#[derive(Debug)]
struct Layer {
    heads: usize,
    norm1: LayerNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    norm2: LayerNorm,
    fc1: Linear,
    act: Activation,
    fc2: Linear,
}

impl ClipText {
    /// Loads the encoder; `file` is the config's name for messages.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(w: &Weights, c: &ClipConfig, file: &str) -> std::result::Result<Self, ModelError> {
        // Newer versions of the library save the names without this prefix.
        let w = if w.has_path("text_model") { w.pp("text_model") } else { w.clone() };
        let act = Activation::named(&c.hidden_act, file, "hidden_act")?;
        let embeddings = w.pp("embeddings");
        let layers = (0..c.num_hidden_layers)
            .map(|i| Layer::new(&w.pp("encoder").pp("layers").pp(i), c, act))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            tokens: embeddings.pp("token_embedding").get_as(
                &[c.vocab_size, c.hidden_size],
                "weight",
                w.placement().storage,
            )?,
            positions: embeddings.pp("position_embedding").get_as(
                &[c.max_position_embeddings, c.hidden_size],
                "weight",
                w.placement().compute,
            )?,
            layers,
            final_norm: LayerNorm::new(&w.pp("final_layer_norm"), c.hidden_size, c.layer_norm_eps)?,
        })
    }

    /// Hidden states `[1, tokens, width]` for one window of `ids`, without the last `skip` layers, after the
    /// final norm.
    ///
    /// # Errors
    /// Candle's.
    pub fn forward(&self, ids: &[u32], skip: usize) -> Result<Tensor> {
        let device = self.tokens.device();
        let ids = Tensor::new(ids, device)?;
        let x = self.tokens.index_select(&ids, 0)?.to_dtype(self.positions.dtype())?;
        let mut x = (x + self.positions.narrow(0, 0, ids.dim(0)?)?)?.unsqueeze(0)?;
        for layer in &self.layers[..self.layers.len().saturating_sub(skip)] {
            x = layer.forward(&x)?;
        }
        self.final_norm.forward(&x)?.to_dtype(DType::F32)
    }

    /// Number of layers.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }
}

impl Layer {
    fn new(w: &Weights, c: &ClipConfig, act: Activation) -> std::result::Result<Self, ModelError> {
        let width = c.hidden_size;
        let attn = w.pp("self_attn");
        let linear = |name: &str| Linear::new(&attn.pp(name), width, width, true);
        let norm = |name: &str| LayerNorm::new(&w.pp(name), width, c.layer_norm_eps);
        Ok(Self {
            heads: c.num_attention_heads,
            norm1: norm("layer_norm1")?,
            q: linear("q_proj")?,
            k: linear("k_proj")?,
            v: linear("v_proj")?,
            out: linear("out_proj")?,
            norm2: norm("layer_norm2")?,
            fc1: Linear::new(&w.pp("mlp").pp("fc1"), width, c.intermediate_size, true)?,
            act,
            fc2: Linear::new(&w.pp("mlp").pp("fc2"), c.intermediate_size, width, true)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.norm1.forward(x)?;
        let y =
            attention(&self.q.forward(&y)?, &self.k.forward(&y)?, &self.v.forward(&y)?, self.heads, true)?;
        let x = (self.out.forward(&y)? + x)?;
        let y = self.act.forward(&self.fc1.forward(&self.norm2.forward(&x)?)?)?;
        self.fc2.forward(&y)? + x
    }
}
