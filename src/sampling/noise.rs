//! Random numbers that a request's seed decides.

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
}
