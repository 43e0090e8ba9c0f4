//! Strokes to tiles, and everything else that changes pixels: fills, gradients, shapes, transforms, filters.
//!
//! A stroke goes `PenSample` → stabiliser → curve → [`Dab`]s → masks ([`stamp`]) → stroke buffer → layer
//! (`resolve.rs`). The stroke buffer is why opacity is the limit of a whole stroke and flow that of a dab. Nothing
//! here knows a window, and nothing is random but by the seed of the stroke.

pub mod bench;
pub mod brush;
pub mod curve;
pub mod dab;
pub mod fill;
pub mod filter;
pub mod gradient;
pub(crate) mod hash;
pub mod path;
pub mod picker;
pub mod preset;
pub(crate) mod resolve;
pub mod restroke;
pub mod shape;
pub(crate) mod smear;
pub mod stamp;
pub mod stroke;
pub mod symmetry;
pub mod text;
pub mod texture;
pub mod transform;

pub use brush::{Brush, Mode, Prepared, Stabiliser, Tip};
pub use curve::Curve;
pub use dab::Dab;
pub use stroke::{PenSample, Setup, Stroke, Target};
pub use symmetry::Symmetry;
