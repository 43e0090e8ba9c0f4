//! `AutoencoderTiny`: plain convolutions (TAESD and kin).

use candle_core::{Module, Result, Tensor};

use crate::diffusion::kernels::conv::Geometry;
use crate::diffusion::nn::{Activation, Conv2d};
use crate::diffusion::weights::Weights;
use crate::models::ModelError;
use crate::models::config::TinyVaeConfig;

/// Encoder and decoder.
#[derive(Debug)]
pub struct AutoencoderTiny {
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
}

#[derive(Debug)]
enum Layer {
    Conv(Conv2d),
    Block(Block),
    Act(Activation),
    Upsample,
}

#[derive(Debug)]
struct Block {
    convs: [Conv2d; 3],
    act: Activation,
}

impl Block {
    fn new(w: &Weights, channels: usize, act: Activation) -> std::result::Result<Self, ModelError> {
        let conv = |i: usize| Conv2d::same(&w.pp("conv").pp(i), channels, channels, 3);
        Ok(Self { convs: [conv(0)?, conv(2)?, conv(4)?], act })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.act.forward(&self.convs[0].forward(x)?)?;
        let y = self.act.forward(&self.convs[1].forward(&y)?)?;
        (self.convs[2].forward(&y)? + x)?.relu()
    }
}

impl AutoencoderTiny {
    pub fn new(w: &Weights, c: &TinyVaeConfig, file: &str) -> std::result::Result<Self, ModelError> {
        let act = Activation::named(&c.act_fn, file, "act_fn")?;
        Ok(Self {
            encoder: encoder(&w.pp("encoder.layers"), c, act)?,
            decoder: decoder(&w.pp("decoder.layers"), c, act)?,
        })
    }

    /// `[batch, 3, h, w]` -1..1 to raw latents.
    pub fn encode(&self, image: &Tensor) -> Result<Tensor> {
        run(&self.encoder, ((image + 1.0)? / 2.0)?)
    }

    /// Raw latents to `[batch, 3, h, w]` about -1..1.
    pub fn decode(&self, latents: &Tensor) -> Result<Tensor> {
        let x = ((latents / 3.0)?.tanh()? * 3.0)?;
        (run(&self.decoder, x)? * 2.0)? - 1.0
    }
}

fn run(layers: &[Layer], mut x: Tensor) -> Result<Tensor> {
    for layer in layers {
        x = match layer {
            Layer::Conv(conv) => conv.forward(&x)?,
            Layer::Block(block) => block.forward(&x)?,
            Layer::Act(act) => act.forward(&x)?,
            Layer::Upsample => {
                let (_, _, h, w) = x.dims4()?;
                x.upsample_nearest2d(2 * h, 2 * w)?
            }
        };
    }
    Ok(x)
}

fn encoder(w: &Weights, c: &TinyVaeConfig, act: Activation) -> std::result::Result<Vec<Layer>, ModelError> {
    let mut layers = Vec::new();
    let halve = Geometry { kernel: 3, stride: 2, pad_begin: 1, pad_end: 1 };
    for (i, (&blocks, &channels)) in
        c.num_encoder_blocks.iter().zip(&c.encoder_block_out_channels).enumerate()
    {
        let at = w.pp(layers.len());
        layers.push(Layer::Conv(if i == 0 {
            Conv2d::same(&at, c.in_channels, channels, 3)?
        } else {
            Conv2d::new(&at, channels, channels, halve, false)?
        }));
        for _ in 0..blocks {
            layers.push(Layer::Block(Block::new(&w.pp(layers.len()), channels, act)?));
        }
    }
    let last = c.encoder_block_out_channels.last().copied().unwrap_or(0);
    layers.push(Layer::Conv(Conv2d::same(&w.pp(layers.len()), last, c.latent_channels, 3)?));
    Ok(layers)
}

fn decoder(w: &Weights, c: &TinyVaeConfig, act: Activation) -> std::result::Result<Vec<Layer>, ModelError> {
    let widths = &c.decoder_block_out_channels;
    let mut layers =
        vec![Layer::Conv(Conv2d::same(&w.pp(0), c.latent_channels, widths[0], 3)?), Layer::Act(act)];
    for (i, (&blocks, &channels)) in c.num_decoder_blocks.iter().zip(widths).enumerate() {
        let last = i + 1 == widths.len();
        for _ in 0..blocks {
            layers.push(Layer::Block(Block::new(&w.pp(layers.len()), channels, act)?));
        }
        if !last {
            layers.push(Layer::Upsample);
        }
        let out = if last { c.out_channels } else { channels };
        let same = Geometry { kernel: 3, stride: 1, pad_begin: 1, pad_end: 1 };
        layers.push(Layer::Conv(Conv2d::new(&w.pp(layers.len()), channels, out, same, last)?));
    }
    Ok(layers)
}
