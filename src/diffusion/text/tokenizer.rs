//! Words to token ids: `tokenizer.json`, or the `vocab.json` and `merges.txt` of CLIP.

use serde_json::{Value, json};
use tokenizers::{AddedToken, Tokenizer};

use crate::models::{Files, Model, ModelError};

const JSON: &str = "tokenizer/tokenizer.json";
const VOCAB: &str = "tokenizer/vocab.json";
const MERGES: &str = "tokenizer/merges.txt";

/// A tokenizer with its special tokens.
pub struct TextTokenizer {
    inner: Tokenizer,
    /// Ids before the words of a window.
    prefix: Vec<u32>,
    /// Ids behind the words of a window.
    suffix: Vec<u32>,
    /// What fills a window.
    pub pad: u32,
    /// Tokens a window holds between prefix and suffix.
    pub window: usize,
}

impl std::fmt::Debug for TextTokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextTokenizer").field("pad", &self.pad).field("window", &self.window).finish()
    }
}

impl TextTokenizer {
    /// Reads the tokenizer of `model`.
    ///
    /// # Errors
    /// [`ModelError`] naming the file.
    pub fn new(model: &Model) -> Result<Self, ModelError> {
        let files = &model.files;
        let special = Special::read(files)?;
        let (name, text) = if files.exists(JSON) {
            (JSON, files.read(JSON)?)
        } else if files.exists(VOCAB) || files.exists(MERGES) {
            (VOCAB, clip_json(files, &special)?)
        } else {
            return Err(files.missing(JSON));
        };
        let wrong = |why: String| ModelError::Config { file: files.full_name(name), why };
        let mut inner = Tokenizer::from_bytes(&text).map_err(|e| wrong(e.to_string()))?;
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|e| wrong(e.to_string()))?;
        // Every token that the files call special is cut out of the text as a whole (Stable Diffusion 2 pads with
        // "!", so there each exclamation mark is that very token).
        for token in [&special.bos, &special.eos, &special.unk, &special.pad].into_iter().flatten() {
            if inner.token_to_id(token).is_some() {
                inner
                    .add_special_tokens([AddedToken::from(token.as_str(), true)])
                    .map_err(|e| wrong(e.to_string()))?;
            }
        }
        let (prefix, suffix) = frame(&inner).ok_or_else(|| wrong("it cannot encode an empty text".into()))?;
        let pad = special
            .pad
            .as_deref()
            .and_then(|token| inner.token_to_id(token))
            .or_else(|| suffix.last().copied())
            .unwrap_or(0);
        let framed = prefix.len() + suffix.len();
        if framed >= model.context {
            return Err(wrong(format!(
                "{framed} special tokens leave no room in a window of {}",
                model.context
            )));
        }
        // An id beyond the embedding table would read out of bounds later: refuse it here, with the reason.
        let largest = inner.get_vocab(true).values().copied().max().unwrap_or(0);
        if largest as usize >= model.clip.vocab_size {
            return Err(wrong(format!(
                "token id {largest} does not fit the text encoder's vocab_size {}",
                model.clip.vocab_size
            )));
        }
        Ok(Self { inner, prefix, suffix, pad, window: model.context - framed })
    }

    /// Ids of `text`, each with whether it is a comma.
    ///
    /// # Errors
    /// The tokenizer's message.
    pub fn encode(&self, text: &str) -> Result<Vec<(u32, bool)>, String> {
        let encoding = self.inner.encode(text, false).map_err(|e| e.to_string())?;
        let comma = |token: &String| token.trim_end_matches("</w>") == ",";
        Ok(encoding.get_ids().iter().copied().zip(encoding.get_tokens().iter().map(comma)).collect())
    }

    /// A whole window for `ids`: framed, and padded behind the end token as the text encoder was trained.
    pub fn framed(&self, ids: &[u32]) -> Vec<u32> {
        let mut all = [&self.prefix, ids, &self.suffix].concat();
        all.resize(self.prefix.len() + self.window + self.suffix.len(), self.pad);
        all
    }

    /// How many ids stand before the words of a window.
    pub fn prefix_len(&self) -> usize {
        self.prefix.len()
    }
}

/// The special tokens by name, from `tokenizer_config.json` or `special_tokens_map.json`.
struct Special {
    bos: Option<String>,
    eos: Option<String>,
    unk: Option<String>,
    pad: Option<String>,
}

impl Special {
    fn read(files: &Files) -> Result<Self, ModelError> {
        let mut special = Self { bos: None, eos: None, unk: None, pad: None };
        for name in ["tokenizer/tokenizer_config.json", "tokenizer/special_tokens_map.json"] {
            if !files.exists(name) {
                continue;
            }
            let value: Value = crate::models::config::parse(&files.full_name(name), &files.read(name)?)?;
            let token = |key: &str| {
                let value = value.get(key)?;
                value.as_str().or_else(|| value.get("content")?.as_str()).map(str::to_string)
            };
            special.bos = special.bos.or_else(|| token("bos_token"));
            special.eos = special.eos.or_else(|| token("eos_token"));
            special.unk = special.unk.or_else(|| token("unk_token"));
            special.pad = special.pad.or_else(|| token("pad_token"));
        }
        Ok(special)
    }
}

/// CLIP's `vocab.json` and `merges.txt` in the form of a `tokenizer.json`: the normaliser, the splitting pattern
/// and the end-of-word suffix of Radford et al. 2021.
fn clip_json(files: &Files, special: &Special) -> Result<Vec<u8>, ModelError> {
    let vocab: Value = crate::models::config::parse(&files.full_name(VOCAB), &files.read(VOCAB)?)?;
    let merges = files.read(MERGES)?;
    let merges = String::from_utf8(merges).map_err(|_| ModelError::Config {
        file: files.full_name(MERGES),
        why: "it is not text in UTF-8".into(),
    })?;
    let merges: Vec<Vec<&str>> = merges
        .lines()
        .filter(|line| !line.starts_with("#version") && !line.trim().is_empty())
        .map(|line| line.split(' ').collect())
        .collect();
    let bos = special.bos.as_deref().unwrap_or("<|startoftext|>");
    let eos = special.eos.as_deref().unwrap_or("<|endoftext|>");
    let unk = special.unk.as_deref().unwrap_or("<|endoftext|>");
    let id = |token: &str| {
        vocab.get(token).and_then(Value::as_u64).ok_or_else(|| ModelError::Config {
            file: files.full_name(VOCAB),
            why: format!("the special token '{token}' is not in it"),
        })
    };
    let (bos_id, eos_id) = (id(bos)?, id(eos)?);
    let added = |id: u64, token: &str| {
        json!({"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    let mut added_tokens = vec![added(bos_id, bos), added(eos_id, eos)];
    added_tokens.sort_by_key(|t| t["id"].as_u64());
    let pattern =
        r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
    let json = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added_tokens,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"},
            {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
            {"type": "Lowercase"},
        ]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Removed", "invert": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        ]},
        "post_processor": {"type": "RobertaProcessing", "sep": [eos, eos_id], "cls": [bos, bos_id],
                           "trim_offsets": false, "add_prefix_space": false},
        "decoder": null,
        "model": {"type": "BPE", "dropout": null, "unk_token": unk, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false,
                  "vocab": vocab, "merges": merges},
    });
    serde_json::to_vec(&json)
        .map_err(|e| ModelError::Config { file: files.full_name(VOCAB), why: e.to_string() })
}

/// What the tokenizer puts before and behind a text, found by asking it.
fn frame(tokenizer: &Tokenizer) -> Option<(Vec<u32>, Vec<u32>)> {
    let bare = tokenizer.encode("a", false).ok()?;
    let full = tokenizer.encode("a", true).ok()?;
    let (bare, full) = (bare.get_ids(), full.get_ids());
    if bare.is_empty() {
        // A vocabulary without "a": fall back to the empty text, whose frame is split in the middle.
        let empty = tokenizer.encode("", true).ok()?;
        let (a, b) = empty.get_ids().split_at(empty.get_ids().len() / 2);
        return Some((a.to_vec(), b.to_vec()));
    }
    let at = full.windows(bare.len()).position(|w| w == bare)?;
    Some((full[..at].to_vec(), full[at + bare.len()..].to_vec()))
}
