//! FILES: pictures in and out. Nothing is trusted on the way in (a small hostile file must not claim gigabytes),
//! and nothing is half written on the way out.

pub mod atomic;
mod exif;
pub mod export;
mod flaw;
pub mod gpl;
pub mod journal;
pub mod load;
pub mod open;
pub mod ora;
pub mod png_text;
mod profile;
mod record;
pub mod recovery;
pub mod save;
pub mod shelf;
mod tiles;
#[cfg(unix)]
pub mod uris;
mod zip;

pub use atomic::{AtomicFile, check_savable, check_writable};
pub use export::{ExportSettings, export};
pub use load::{load_mask, load_picture, read_text};
pub use open::{Opened, Remark, open};
pub use png_text::{TextChunk, read_png_text};
pub use save::{Format, JPEG_QUALITY, save_picture, save_png};

use std::path::{Path, PathBuf};

/// Largest file that is opened, bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// Longest side of a picture, pixels.
pub const MAX_SIDE: u32 = 16_384;
/// Most pixels of a picture (64 megapixels).
pub const MAX_PIXELS: u64 = 64 * 1024 * 1024;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened or read.
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no picture that this program knows, or broken.
    #[error("{path} is not a readable picture ({why}); PNG, JPEG and WebP are known", path = .path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It is a broken file of another kind.
    #[error("{path} is not a readable {kind} ({why})", path = .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What it should be.
        kind: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// It is larger than this program takes.
    #[error("{path} {what}; {fix}", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size and the limit.
        what: String,
        /// The way out.
        fix: &'static str,
    },
    /// It cannot be written.
    #[error("cannot write {path}: {why}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the folder where that is the cause.
        why: String,
    },
    /// Its name says no format that can be written here.
    #[error("{path}: the name must end in {endings}", path = .path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// The endings that are possible, with the reason where one might expect others.
        endings: &'static str,
    },
}

/// Whether the name says that the file is a document of this program (`.ora`), whatever the case.
pub fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ora"))
}

impl FileError {
    fn read(path: &Path, source: std::io::Error) -> Self {
        Self::Read { path: path.into(), source }
    }

    pub(crate) fn write(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Write { path: path.into(), why: why.to_string() }
    }
}
