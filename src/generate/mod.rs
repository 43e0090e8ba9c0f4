//! PROMPT -> PICTURE as data: requests, prompts, the geometry of masks and frames, the engine thread and the
//! [`Backend`] it drives. No tensors and no window here.

pub mod backend;
pub mod engine;
pub mod fake;
pub mod memory;
pub mod metadata;
pub mod picture;
pub mod plan;
pub mod prompt;
pub mod region;
pub mod request;

pub use backend::{Backend, Cancel, GenerateError, ModelFacts, Monitor, Pass, PassRegion, Preview, Timings};
pub use memory::{Fit, Footprint, Saving};
pub use picture::{Mask, Picture};
pub use request::{Encode, Fill, Finish, Inputs, Margins, RegionPrompt, Request, Source, Toward};
