//! Words to embeddings.

mod clip;

pub use clip::ClipText;
