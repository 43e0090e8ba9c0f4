//! Random numbers that a request's seed decides.
//!
//! Item `k` of a batch with seed `s` is the picture of seed `s + k` (wrapping): every item has a generator of its
//! own, so that one picture of a batch can be made again alone.

pub mod between;
pub mod brownian;
pub mod canvas;
pub mod mt19937;
pub mod philox;
pub mod seed_sequence;
mod vector_math;

pub use between::Between;
pub use canvas::CanvasNoise;
pub use mt19937::TorchNoise;
pub use philox::PhiloxNoise;

use super::RngKind;

/// What a draw is for. Sequential generators ignore it; the canvas generator is keyed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Draw {
    /// The noise that the run starts from.
    Init,
    /// The VAE posterior of a picture.
    Posterior,
    /// Fresh noise inside solver step `.0` (draw number `.1` within it).
    Step(u32, u32),
}

/// A source of standard normal numbers.
pub trait NoiseSource: Send {
    /// `shape.product()` standard normal numbers for latents of `shape` `[batch, channels, height, width]`.
    fn normal(&mut self, draw: Draw, shape: [usize; 4]) -> Vec<f32>;

    /// Standard normal numbers for picture number `picture` of the batch, of `shape` `[channels, height, width]`, that
    /// `key` alone decides (and, for noise that is tied to the canvas, seed and place of the picture). Neither reads nor
    /// moves the main stream.
    ///
    /// The nodes of a [Brownian tree](brownian) are drawn with it: the order in which a solver asks for them must
    /// not matter.
    fn keyed(&self, picture: u64, key: u64, shape: [usize; 3]) -> Vec<f32>;
}

/// The generator `kind` for a request with `seed`.
///
/// `origin` is the position `(x, y)` of the frame's first latent on the canvas, in latents (it may be negative); only
/// [`RngKind::Canvas`] looks at it.
pub fn source(kind: RngKind, seed: u64, origin: (i64, i64)) -> Box<dyn NoiseSource> {
    match kind {
        RngKind::Torch => Box::new(TorchNoise::new(seed)),
        RngKind::Philox => Box::new(PhiloxNoise::new(seed)),
        RngKind::Canvas => Box::new(CanvasNoise::new(seed, origin)),
    }
}
