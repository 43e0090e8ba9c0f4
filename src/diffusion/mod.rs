//! THE CANDLE BACKEND: the only room that names candle. From a [`Pass`](crate::generate::Pass) to a picture.
//!
//! Networks are written like candle's own: a config, `new(weights, config)`, `forward`; paths of the weights
//! mirror the checkpoint, so that the code reads like the file.

pub mod backend;
pub mod bench;
#[cfg(feature = "bench-candle")]
pub mod bench_candle;
mod convert;
pub mod device;
pub mod kernels;
mod margin;
pub mod nn;
pub mod pipeline;
mod preview;
mod regions;
mod schedule;
pub mod text;
pub mod unet;
pub mod vae;
pub mod weights;

pub use backend::CandleBackend;
pub use device::{DTypeChoice, DeviceChoice, Placement};
