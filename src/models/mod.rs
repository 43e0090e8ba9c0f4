//! MODEL FILES: where a model's files are, what kind it is, what its configs say. Nothing here computes.

pub mod catalog;
pub mod config;
pub mod files;
pub mod folder;
pub mod memory;
pub mod starter;

pub use files::{Bytes, Files};
pub use folder::{Component, Model};

/// Why a model could not be found or read. Every message names the file and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// No such folder or id.
    #[error(
        "model '{0}' was not found: give a folder in the diffusers layout, or an id from `scumble models list`"
    )]
    NotFound(String),
    /// A file that must be there is not.
    #[error(
        "{folder}: {file} is missing; a model folder in the diffusers layout holds unet/, vae/, text_encoder/, tokenizer/ and scheduler/"
    )]
    Missing {
        /// The model folder.
        folder: String,
        /// The file, relative to it.
        file: String,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read: {why}")]
    Read {
        /// The file.
        file: String,
        /// The system's reason.
        why: String,
    },
    /// A config says something that no network can be built from.
    #[error("{file}: {why}")]
    Config {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A weight file is damaged.
    #[error("{file} is damaged or incomplete ({why}); download it again")]
    Weights {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A tensor is missing or has another shape than the config asks for.
    #[error("{file}: tensor '{tensor}' {why}; the weights do not belong to this config.json")]
    Tensor {
        /// The file or folder.
        file: String,
        /// The tensor's full name.
        tensor: String,
        /// What is wrong.
        why: String,
    },
}

impl From<ModelError> for crate::generate::GenerateError {
    fn from(error: ModelError) -> Self {
        crate::generate::GenerateError::Model(error.to_string())
    }
}
