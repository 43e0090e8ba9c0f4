//! The transformer inside a level: self-attention, attention to the text, feed-forward.

use candle_core::{DType, Module, Result, Tensor};

use crate::diffusion::kernels;
use crate::diffusion::nn::{Activation, Conv2d, GroupNorm, LayerNorm, Linear, attention};
use crate::diffusion::weights::Weights;
use crate::models::ModelError;

/// Sizes of a transformer.
#[derive(Clone, Copy, Debug)]
pub struct TransformerSettings {
    pub layers: usize,
    pub heads: usize,
    pub text_width: usize,
    pub linear_projection: bool,
    pub only_cross_attention: bool,
    pub groups: usize,
}

#[derive(Debug)]
enum Projection {
    Conv(Conv2d),
    Linear(Linear),
}

/// `Transformer2DModel`.
#[derive(Debug)]
pub struct Transformer {
    norm: GroupNorm,
    proj_in: Projection,
    layers: Vec<Layer>,
    proj_out: Projection,
}

impl Transformer {
    pub fn new(
        w: &Weights,
        channels: usize,
        s: &TransformerSettings,
    ) -> std::result::Result<Self, ModelError> {
        let projection = |w: Weights| {
            Ok::<_, ModelError>(if s.linear_projection {
                Projection::Linear(Linear::new(&w, channels, channels, true)?)
            } else {
                Projection::Conv(Conv2d::same(&w, channels, channels, 1)?)
            })
        };
        Ok(Self {
            norm: GroupNorm::new(&w.pp("norm"), channels, s.groups, 1e-6)?,
            proj_in: projection(w.pp("proj_in"))?,
            layers: (0..s.layers)
                .map(|i| Layer::new(&w.pp("transformer_blocks").pp(i), channels, s))
                .collect::<std::result::Result<_, _>>()?,
            proj_out: projection(w.pp("proj_out"))?,
        })
    }

    /// `x` `[batch, channels, h, w]`.
    pub fn forward(&self, x: &Tensor, text: &Tensor) -> Result<Tensor> {
        let (batch, channels, h, w) = x.dims4()?;
        let flat = |t: &Tensor| t.flatten_from(2)?.transpose(1, 2)?.contiguous();
        let image = |t: &Tensor| t.transpose(1, 2)?.reshape((batch, channels, h, w));
        let normed = self.norm.forward_act(x, Activation::Identity)?;
        let mut y = match &self.proj_in {
            Projection::Conv(p) => flat(&p.forward(&normed)?)?,
            Projection::Linear(p) => p.forward(&flat(&normed)?)?,
        };
        for layer in &self.layers {
            y = layer.forward(&y, text)?;
        }
        let y = match &self.proj_out {
            Projection::Conv(p) => p.forward(&image(&y)?)?,
            Projection::Linear(p) => image(&p.forward(&y)?)?,
        };
        y + x
    }
}

/// `BasicTransformerBlock`.
#[derive(Debug)]
struct Layer {
    norm1: LayerNorm,
    attn1: Attention,
    /// Whether `attn1` looks at the text as well.
    only_cross: bool,
    norm2: LayerNorm,
    attn2: Attention,
    norm3: LayerNorm,
    ff_in: Linear,
    ff_out: Linear,
}

impl Layer {
    fn new(w: &Weights, channels: usize, s: &TransformerSettings) -> std::result::Result<Self, ModelError> {
        let norm = |name: &str| LayerNorm::new(&w.pp(name), channels, 1e-5);
        let first = if s.only_cross_attention { s.text_width } else { channels };
        let ff = w.pp("ff").pp("net");
        Ok(Self {
            norm1: norm("norm1")?,
            attn1: Attention::new(&w.pp("attn1"), channels, first, s.heads)?,
            only_cross: s.only_cross_attention,
            norm2: norm("norm2")?,
            attn2: Attention::new(&w.pp("attn2"), channels, s.text_width, s.heads)?,
            norm3: norm("norm3")?,
            ff_in: Linear::new(&ff.pp(0).pp("proj"), channels, 8 * channels, true)?,
            ff_out: Linear::new(&ff.pp(2), 4 * channels, channels, true)?,
        })
    }

    fn forward(&self, x: &Tensor, text: &Tensor) -> Result<Tensor> {
        let normed = self.norm1.forward(x)?;
        let x = (self.attn1.forward(&normed, if self.only_cross { text } else { &normed })? + x)?;
        let x = (self.attn2.forward(&self.norm2.forward(&x)?, text)? + x)?;
        let wide = self.ff_in.forward(&self.norm3.forward(&x)?)?;
        let gated = if wide.device().is_cpu() && wide.dtype() == DType::F32 {
            kernels::activation::geglu(&wide)?
        } else {
            let parts = wide.chunk(2, candle_core::D::Minus1)?;
            (&parts[0] * parts[1].gelu_erf()?)?
        };
        self.ff_out.forward(&gated)? + x
    }
}

/// Attention with projections. IP-adapter's second pair of keys and values would sit here.
#[derive(Debug)]
struct Attention {
    heads: usize,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl Attention {
    fn new(
        w: &Weights,
        channels: usize,
        context: usize,
        heads: usize,
    ) -> std::result::Result<Self, ModelError> {
        Ok(Self {
            heads,
            q: Linear::new(&w.pp("to_q"), channels, channels, false)?,
            k: Linear::new(&w.pp("to_k"), context, channels, false)?,
            v: Linear::new(&w.pp("to_v"), context, channels, false)?,
            out: Linear::new(&w.pp("to_out").pp(0), channels, channels, true)?,
        })
    }

    fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let y = attention(
            &self.q.forward(x)?,
            &self.k.forward(context)?,
            &self.v.forward(context)?,
            self.heads,
            false,
        )?;
        self.out.forward(&y)
    }
}
