//! Words to embeddings.

mod clip;
mod count;
mod tokenizer;

use candle_core::Tensor;

pub use clip::ClipText;
pub use count::TokenCounter;
pub use tokenizer::TextTokenizer;

use super::unet::RunError;
use super::weights::Weights;
use crate::generate::prompt::{self, Piece, Token, Window};
use crate::models::{Component, Model, ModelError};

/// Reads a prompt into windows of tokens with weights.
///
/// # Errors
/// The tokenizer's message.
pub fn read_prompt(tokenizer: &TextTokenizer, prompt: &str) -> Result<Vec<Window>, String> {
    let mut tokens = Vec::new();
    let mut breaks = Vec::new();
    for piece in prompt::parse(prompt) {
        match piece {
            Piece::Break => breaks.push(tokens.len()),
            Piece::Text(segment) => {
                let ids = tokenizer.encode(&segment.text)?;
                tokens.extend(ids.iter().map(|&(id, is_comma)| Token {
                    id,
                    weight: segment.weight,
                    is_comma,
                }));
            }
        }
    }
    Ok(prompt::windows(&tokens, &breaks, tokenizer.window, tokenizer.pad))
}

/// The text encoder of a model.
#[derive(Debug)]
pub struct TextEncoder {
    clip: ClipText,
}

impl TextEncoder {
    /// Loads it.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(w: &Weights, model: &Model) -> Result<Self, ModelError> {
        let file = model.files.full_name(&format!("{}/config.json", Component::TextEncoder.folder()));
        Ok(Self { clip: ClipText::new(w, &model.clip, &file)? })
    }

    /// Embeddings `[1, windows * context, width]` in f32: each window is encoded alone, then they stand side by
    /// side. Words of another weight than 1 are scaled, and the window as a whole back to its mean, as the field
    /// does it. `skip` layers are left out at the end.
    ///
    /// # Errors
    /// [`RunError`]; `cancelled` is asked before each window.
    pub fn encode(
        &self,
        tokenizer: &TextTokenizer,
        windows: &[Window],
        skip: usize,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Tensor, RunError> {
        let mut parts = Vec::new();
        for window in windows {
            if cancelled() {
                return Err(RunError::Cancelled);
            }
            let ids = tokenizer.framed(&window.ids[..window.used]);
            let mut z = self.clip.forward(&ids, skip)?;
            if window.weights.iter().any(|&w| w != 1.0) {
                let mut weights = vec![1f32; ids.len()];
                weights[tokenizer.prefix_len()..][..window.used]
                    .copy_from_slice(&window.weights[..window.used]);
                z = weigh(&z, weights)?;
            }
            parts.push(z);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(&parts, 1)? })
    }

    /// Number of layers (`skip` must be smaller).
    pub fn depth(&self) -> usize {
        self.clip.depth()
    }
}

fn weigh(z: &Tensor, weights: Vec<f32>) -> candle_core::Result<Tensor> {
    let len = weights.len();
    let before = z.mean_all()?.to_scalar::<f32>()?;
    let z = z.broadcast_mul(&Tensor::from_vec(weights, (1, len, 1), z.device())?)?;
    let after = z.mean_all()?.to_scalar::<f32>()?;
    if after.abs() < 1e-6 { Ok(z) } else { z * f64::from(before / after) }
}
