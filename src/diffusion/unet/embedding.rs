//! Time, guidance and pooled text as one vector.

use candle_core::{Module, Result, Tensor};

use crate::diffusion::nn::{Activation, LayerNorm, Linear, attention};
use crate::diffusion::weights::Weights;
use crate::models::ModelError;
use crate::models::config::UnetConfig;

/// Sinusoids of the timestep through two linear layers.
#[derive(Debug)]
pub struct TimeEmbedding {
    width: usize,
    flip: bool,
    shift: f64,
    guidance: Option<(Linear, usize)>,
    linear_1: Linear,
    act: Activation,
    linear_2: Linear,
    post_act: Activation,
}

impl TimeEmbedding {
    pub fn new(
        w: &Weights,
        c: &UnetConfig,
        out: usize,
        act: Activation,
        post_act: Activation,
    ) -> std::result::Result<Self, ModelError> {
        let width = c.block_out_channels[0];
        let guidance = match c.time_cond_proj_dim {
            Some(dim) => Some((Linear::new(&w.pp("cond_proj"), dim, width, false)?, dim)),
            None => None,
        };
        Ok(Self {
            width,
            flip: c.flip_sin_to_cos,
            shift: c.freq_shift,
            guidance,
            linear_1: Linear::new(&w.pp("linear_1"), width, out, true)?,
            act,
            linear_2: Linear::new(&w.pp("linear_2"), out, out, true)?,
            post_act,
        })
    }

    /// `[1, width]` for time `t`, on the device and in the type of `like`.
    pub fn forward(&self, t: f32, guidance: Option<f32>, like: &Tensor) -> Result<Tensor> {
        let row = |values: Vec<f32>| -> Result<Tensor> {
            let width = values.len();
            Tensor::from_vec(values, (1, width), like.device())?.to_dtype(like.dtype())
        };
        let mut x = row(sinusoids(t, self.width, self.flip, self.shift))?;
        if let Some((projection, dim)) = &self.guidance {
            x = (x + projection.forward(&row(guidance_sinusoids(guidance.unwrap_or(1.0), *dim))?)?)?;
        }
        let x = self.act.forward(&self.linear_1.forward(&x)?)?;
        self.post_act.forward(&self.linear_2.forward(&x)?)
    }
}

/// Sinusoidal position embedding (Vaswani et al. 2017) as the diffusion models use it: frequencies
/// `10000^(-i / (half - shift))`, sines first, or cosines first when `flip`.
pub fn sinusoids(t: f32, width: usize, flip: bool, shift: f64) -> Vec<f32> {
    let half = width / 2;
    let step = -(10_000f64.ln()) / (half as f64 - shift);
    let angles: Vec<f32> = (0..half).map(|i| t * ((i as f64 * step) as f32).exp()).collect();
    let sines = angles.iter().map(|a| a.sin());
    let cosines = angles.iter().map(|a| a.cos());
    let mut values: Vec<f32> =
        if flip { cosines.chain(sines).collect() } else { sines.chain(cosines).collect() };
    values.resize(width, 0.0);
    values
}

/// Embedding of the guidance scale for distilled networks (Meng et al. 2022): of `1000 * (scale - 1)`, sines
/// first, the last frequency exactly 1/10000.
pub fn guidance_sinusoids(scale: f32, width: usize) -> Vec<f32> {
    sinusoids((scale - 1.0) * 1000.0, width, false, 1.0)
}

/// The text, pooled by attention, added to the time embedding (`addition_embed_type: text`).
#[derive(Debug)]
pub struct TextTimeEmbedding {
    norm1: LayerNorm,
    positional: Tensor,
    q: Linear,
    k: Linear,
    v: Linear,
    heads: usize,
    proj: Linear,
    norm2: LayerNorm,
}

impl TextTimeEmbedding {
    pub fn new(w: &Weights, width: usize, out: usize, heads: usize) -> std::result::Result<Self, ModelError> {
        let pool = w.pp("pool");
        Ok(Self {
            norm1: LayerNorm::new(&w.pp("norm1"), width, 1e-5)?,
            positional: pool.get_as(&[1, width], "positional_embedding", w.placement().compute)?,
            q: Linear::new(&pool.pp("q_proj"), width, width, true)?,
            k: Linear::new(&pool.pp("k_proj"), width, width, true)?,
            v: Linear::new(&pool.pp("v_proj"), width, width, true)?,
            heads,
            proj: Linear::new(&w.pp("proj"), width, out, true)?,
            norm2: LayerNorm::new(&w.pp("norm2"), out, 1e-5)?,
        })
    }

    /// `[batch, out]` from text embeddings `[batch, tokens, width]`.
    pub fn forward(&self, text: &Tensor) -> Result<Tensor> {
        let x = self.norm1.forward(text)?;
        let class = x.mean_keepdim(1)?.broadcast_add(&self.positional)?;
        let x = Tensor::cat(&[&class, &x], 1)?;
        let pooled = attention(
            &self.q.forward(&class)?,
            &self.k.forward(&x)?,
            &self.v.forward(&x)?,
            self.heads,
            false,
        )?;
        self.norm2.forward(&self.proj.forward(&pooled.squeeze(1)?)?)
    }
}
