//! The autoencoders: pictures to latents and back, in tiles above a size so that memory stays bounded.

mod kl;
mod tile;
mod tiny;

use candle_core::{Result, Tensor};

use super::weights::Weights;
use crate::models::config::VaeConfig;
use crate::models::{Component, Model, ModelError};

pub use tile::{TileLayout, TilePolicy};

/// An autoencoder.
#[derive(Debug)]
pub struct Vae {
    kind: Kind,
    scaling: f64,
    factor: usize,
}

#[derive(Debug)]
enum Kind {
    Kl(Box<kl::AutoencoderKl>),
    Tiny(tiny::AutoencoderTiny),
}

/// The posterior of a picture in the UNet's scale, `[batch, latent channels, h, w]` each.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// Mean.
    pub mean: Tensor,
    /// Standard deviation; `None` where the encoder is deterministic.
    pub std: Option<Tensor>,
}

impl Vae {
    /// Loads the autoencoder of `model`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(w: &Weights, model: &Model) -> std::result::Result<Self, ModelError> {
        let file = model.files.full_name(&format!("{}/config.json", Component::Vae.folder()));
        let (kind, scaling) = match &model.vae {
            VaeConfig::AutoencoderKL(c) => {
                (Kind::Kl(Box::new(kl::AutoencoderKl::new(w, c, &file)?)), c.scaling_factor)
            }
            VaeConfig::AutoencoderTiny(c) => {
                (Kind::Tiny(tiny::AutoencoderTiny::new(w, c, &file)?), c.scaling_factor)
            }
        };
        Ok(Self { kind, scaling, factor: model.vae.scale_factor() })
    }

    /// Pixels a latent pixel.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Whether decoding is so cheap that every preview may use it.
    pub fn is_tiny(&self) -> bool {
        matches!(self.kind, Kind::Tiny(_))
    }

    /// Encodes `image` `[batch, 3, h, w]`, values -1..1, sides multiples of [`factor`](Self::factor).
    /// `tiles` says from which size on it is cut; `check` is asked before every tile.
    ///
    /// # Errors
    /// Candle's, or what `check` returns.
    pub fn encode(
        &self,
        image: &Tensor,
        tiles: &TilePolicy,
        check: &dyn Fn() -> Result<()>,
    ) -> Result<Posterior> {
        match &self.kind {
            Kind::Tiny(vae) => {
                let mean = tiles.encode(image, self.factor, check, &|tile| vae.encode(tile))?;
                Ok(Posterior { mean: (mean * self.scaling)?, std: None })
            }
            Kind::Kl(vae) => {
                let moments = tiles.encode(image, self.factor, check, &|tile| vae.encode(tile))?;
                let parts = moments.chunk(2, 1)?;
                let std = (parts[1].clamp(-30f32, 20f32)? * 0.5)?.exp()?;
                Ok(Posterior { mean: (&parts[0] * self.scaling)?, std: Some((std * self.scaling)?) })
            }
        }
    }

    /// Decodes latents `[batch, channels, h, w]` in the UNet's scale to `[batch, 3, h * factor, w * factor]`,
    /// values about -1..1.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn decode(
        &self,
        latents: &Tensor,
        tiles: &TilePolicy,
        check: &dyn Fn() -> Result<()>,
    ) -> Result<Tensor> {
        let latents = (latents / self.scaling)?;
        match &self.kind {
            Kind::Tiny(vae) => tiles.decode(&latents, self.factor, check, &|tile| vae.decode(tile)),
            Kind::Kl(vae) => tiles.decode(&latents, self.factor, check, &|tile| vae.decode(tile)),
        }
    }
}
