//! What is wrong inside a file, before it is known which file it is.

use super::FileError;
use std::path::Path;

/// What is wrong inside a file.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    /// It ends too early.
    #[error("{0} is cut off")]
    Cut(&'static str),
    /// It says what cannot be.
    #[error("{0}")]
    Bad(&'static str),
    /// It asks for more than is given.
    #[error("{0}")]
    Limit(String),
    /// An entry that should be there is not.
    #[error("it lacks {0}")]
    Missing(String),
    /// An entry of it is broken.
    #[error("{entry}: {why}")]
    Within {
        /// Its name.
        entry: String,
        /// What is wrong with it.
        why: Box<Flaw>,
    },
    /// A picture in it is broken.
    #[error("{0}")]
    Png(#[from] png::DecodingError),
    /// A picture cannot be encoded.
    #[error("{0}")]
    Encode(#[from] png::EncodingError),
    /// Broken XML.
    #[error("{0}")]
    Xml(#[from] quick_xml::Error),
    /// Broken JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The system says no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Flaw {
    /// Names the entry that is broken.
    pub(super) fn within(self, entry: &str) -> Self {
        Self::Within { entry: entry.to_owned(), why: Box::new(self) }
    }

    /// The error about the whole file.
    pub(super) fn of_file(self, path: &Path, kind: &'static str) -> FileError {
        match self {
            Flaw::Io(source) => FileError::read(path, source),
            why => FileError::Broken { path: path.into(), kind, why: why.to_string() },
        }
    }
}
