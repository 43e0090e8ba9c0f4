//! The `config.json` files of a diffusers folder as data. Fields that older files lack take diffusers' defaults;
//! fields without which a network cannot be built are required.

mod clip;
mod unet;
mod vae;

pub use clip::ClipConfig;
pub use unet::UnetConfig;
pub use vae::{KlConfig, TinyVaeConfig, VaeConfig};

use super::ModelError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

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

/// What is refused, and why.
fn refused(file: &str, why: String) -> Result<(), ModelError> {
    Err(ModelError::Config { file: file.into(), why })
}

// serde wants a function for each default; these serve several networks
fn yes() -> bool {
    true
}
fn one() -> f64 {
    1.0
}
fn one_usize() -> usize {
    1
}
fn three() -> usize {
    3
}
fn four() -> usize {
    4
}
fn eps5() -> f64 {
    1e-5
}
fn silu() -> String {
    "silu".into()
}
