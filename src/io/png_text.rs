//! Text in PNG files.

use std::io::{BufReader, Cursor};
use std::path::Path;

use super::FileError;

/// A named text, as PNG stores it (`tEXt`, `zTXt` or `iTXt`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChunk {
    /// 1 to 79 Latin-1 characters; `parameters` is what other programs read.
    pub keyword: String,
    /// Any text without NUL.
    pub text: String,
}

impl TextChunk {
    /// A text under a keyword.
    pub fn new(keyword: impl Into<String>, text: impl Into<String>) -> Self {
        Self { keyword: keyword.into(), text: text.into() }
    }
}

/// Most text that is read from a file, bytes after decompression.
pub const MAX_TEXT_BYTES: usize = 16 << 20;

/// All texts of a PNG file in the order of the file, also those behind the picture data. A text that is broken or
/// beyond [`MAX_TEXT_BYTES`] is left out.
pub fn read_png_text(path: &Path) -> Result<Vec<TextChunk>, FileError> {
    let bytes = super::load::read_file(path)?;
    let broken = |why: png::DecodingError| FileError::Decode { path: path.into(), why: why.to_string() };
    let mut decoder = png::Decoder::new_with_limits(
        BufReader::new(Cursor::new(bytes)),
        png::Limits { bytes: MAX_TEXT_BYTES + (1 << 20) },
    );
    decoder.set_ignore_text_chunk(false);
    let mut reader = decoder.read_info().map_err(broken)?;
    // Text may also stand behind the picture. A file cut off there still has what came before.
    let _ = reader.finish();
    let info = reader.info();
    let mut left = MAX_TEXT_BYTES;
    let mut out = Vec::new();
    let mut add = |keyword: &str, text: Option<String>| {
        if let Some(text) = text.filter(|t| t.len() <= left) {
            left -= text.len();
            out.push(TextChunk::new(keyword, text));
        }
    };
    for chunk in &info.uncompressed_latin1_text {
        add(&chunk.keyword, Some(chunk.text.clone()));
    }
    for chunk in &info.compressed_latin1_text {
        let mut chunk = chunk.clone();
        let fits = chunk.decompress_text_with_limit(MAX_TEXT_BYTES).is_ok();
        add(&chunk.keyword, fits.then(|| chunk.get_text().ok()).flatten());
    }
    for chunk in &info.utf8_text {
        let mut chunk = chunk.clone();
        let fits = chunk.decompress_text_with_limit(MAX_TEXT_BYTES).is_ok();
        add(&chunk.keyword, fits.then(|| chunk.get_text().ok()).flatten());
    }
    Ok(out)
}
