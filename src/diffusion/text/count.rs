//! How many tokens a prompt is.

use super::{TextTokenizer, read_prompt};
use crate::generate::prompt::TokenCount;
use crate::models::Model;
use std::sync::{Mutex, PoisonError};

/// Counts tokens; keeps the tokenizer of the last model.
#[derive(Debug, Default)]
pub struct TokenCounter {
    /// The model's name and its tokenizer, `None` if it has none that can be read.
    last: Mutex<Option<(String, Option<TextTokenizer>)>>,
}

impl TokenCounter {
    /// The tokens and windows of `prompt` as `model` (an id or a folder) reads it; `None` if the model's tokenizer
    /// cannot be read. The first call for a model loads its tokenizer.
    pub fn count(&self, model: &str, prompt: &str) -> Option<TokenCount> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|(name, _)| name != model) {
            let tokenizer = Model::open(model).ok().and_then(|m| TextTokenizer::new(&m).ok());
            *last = Some((model.to_owned(), tokenizer));
        }
        let tokenizer = last.as_ref()?.1.as_ref()?;
        let windows = read_prompt(tokenizer, prompt).ok()?;
        let used = windows.iter().map(|w| w.used).collect();
        Some(TokenCount { used, window: tokenizer.window })
    }
}
