//! How much memory a run needs, before it is run, and what can be given up when there is less.

use super::backend::Pass;
use super::region::resample;
use serde::{Deserialize, Serialize};

/// What a model takes, from the sizes of its tensors and its configs. Everything in bytes, with weights as they are
/// kept in memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Footprint {
    /// Weights of the text encoder.
    pub text: u64,
    /// Weights of the network.
    pub unet: u64,
    /// Weights of the autoencoder.
    pub vae: u64,
    /// Whether the text encoder stays when it has read the words.
    pub keeps_text: bool,
    /// Pixels a latent pixel, each way.
    pub factor: u32,
    /// Activations of the network for each latent pixel of one item of its batch.
    pub unet_per_place: u64,
    /// Activations of the autoencoder for each pixel that it works on at once.
    pub vae_per_px: u64,
}

/// Up to so many pixels the autoencoder works on the whole picture at once: there that of Stable Diffusion needs about
/// 1.5 GB besides its weights.
pub const VAE_WHOLE_PX: u64 = 768 * 768;
/// Pixels of its tiles above that.
pub const VAE_TILE_PX: u64 = 512 * 512;
/// Pixels of its tiles with [`Saving::SmallTiles`].
pub const VAE_SMALL_TILE_PX: u64 = 256 * 256;
/// From so many latent pixels of all prompts together on they run one after the other anyhow.
pub const MAX_BATCHED_PLACES: u64 = 2 * 128 * 128;
/// Full-size copies of the picture on the way, 32 bits a channel.
const PICTURES: u64 = 5 * 3 * 4;

impl Footprint {
    /// Bytes that a pass of `width` x `height` needs at its peak, with weights, for `prompts` prompts (negative and
    /// regions included) and with `savings` made.
    pub fn need(&self, width: u32, height: u32, prompts: u32, savings: &[Saving]) -> u64 {
        let pixels = u64::from(width) * u64::from(height);
        let factor = u64::from(self.factor.max(1));
        let places = pixels.div_ceil(factor * factor);
        let one_by_one =
            savings.contains(&Saving::OneByOne) || places * u64::from(prompts) > MAX_BATCHED_PLACES;
        let items = if one_by_one { 1 } else { u64::from(prompts.max(1)) };
        let at_once = match (savings.contains(&Saving::SmallTiles), pixels > VAE_WHOLE_PX) {
            (true, _) => pixels.min(VAE_SMALL_TILE_PX),
            (false, true) => VAE_TILE_PX,
            (false, false) => pixels,
        };
        let text = if self.keeps_text { self.text } else { 0 };
        let painting = items * places * self.unet_per_place;
        let painters = self.unet + self.vae;
        let run = text + painters + painting.max(at_once * self.vae_per_px) + pixels * PICTURES;
        // Words are read before the painters are loaded, but not before those of the last picture are gone.
        run.max(self.text + painters)
    }

    /// How a pass is run where `available` bytes are free for it, weights included: as it is, or with as few savings
    /// as will do. `None` if even the smallest picture does not fit.
    pub fn fit(&self, width: u32, height: u32, prompts: u32, available: u64) -> Option<Fit> {
        let wanted = self.need(width, height, prompts, &[]);
        let fit = |savings: &[Saving], scale: f64| {
            let side = |v: u32| ((f64::from(v) * scale).round() as u32).max(1);
            let need = self.need(side(width), side(height), prompts, savings);
            let savings = savings.to_vec();
            Fit { need, wanted, available: Some(available), savings, scale }
        };
        let all = [Saving::OneByOne, Saving::SmallTiles, Saving::Smaller];
        // What saves nothing here is not given up.
        let mut made: Vec<Saving> = Vec::new();
        let mut best = fit(&[], 1.0);
        for saving in &all[..2] {
            if best.need <= available {
                return Some(best);
            }
            let with = fit(&[&made[..], &[*saving]].concat(), 1.0);
            if with.need < best.need {
                made.push(*saving);
                best = with;
            }
        }
        made.push(Saving::Smaller);
        let smallest = f64::from(SMALLEST_PX) / f64::from(width.min(height).max(1));
        let scales = (0..=24).map(|k| 0.95f64.powi(k)).take_while(|s| *s >= smallest.min(1.0));
        if best.need <= available {
            return Some(best);
        }
        scales.skip(1).map(|scale| fit(&made, scale)).find(|fit| fit.need <= available)
    }
}

/// Shorter side of the smallest picture that is still painted.
const SMALLEST_PX: u32 = 64;

/// What is given up to need less memory, in the order in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saving {
    /// Prompt, negative prompt and regions go through the network one after the other.
    OneByOne,
    /// The autoencoder works in small tiles.
    SmallTiles,
    /// The picture is painted at a smaller size and enlarged.
    Smaller,
}

impl Saving {
    /// What it is, for people.
    pub fn label(self) -> &'static str {
        match self {
            Saving::OneByOne => "prompts one after the other",
            Saving::SmallTiles => "small tiles in the autoencoder",
            Saving::Smaller => "painted smaller and enlarged",
        }
    }
}

/// How a pass is run in the memory there is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    /// Bytes that the pass needs with the savings made.
    pub need: u64,
    /// Bytes it would need without any.
    pub wanted: u64,
    /// Bytes there are for it; `None` where the system does not say.
    pub available: Option<u64>,
    /// What was given up, in order.
    pub savings: Vec<Saving>,
    /// Side of the pass that is run for each side of the pass that was asked for, 0 to 1.
    pub scale: f64,
}

impl Pass {
    /// The pass as `fit` says: smaller, with its pictures and masks.
    pub(super) fn in_less(&self, fit: &Fit) -> Pass {
        let mut pass = Pass { savings: fit.savings.clone(), ..self.clone() };
        if fit.scale >= 1.0 {
            return pass;
        }
        let side = |v: u32| ((f64::from(v) * fit.scale).round() as u32).max(1);
        (pass.width, pass.height) = (side(self.width), side(self.height));
        let place = |v: i64| (v as f64 * fit.scale).floor() as i64;
        pass.origin = (place(self.origin.0), place(self.origin.1));
        pass.init = self.init.as_ref().map(|p| resample::resize(p, pass.width, pass.height));
        pass.mask = self.mask.as_ref().map(|m| resample::resize_mask(m, pass.width, pass.height));
        for region in &mut pass.regions {
            region.share = resample::resize_mask(&region.share, pass.width, pass.height);
        }
        pass
    }
}
