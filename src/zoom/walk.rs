//! Prompt travel: a walk between words and seeds. Each frame is a picture of its own, made from words that lie between
//! those of two stops and from noise that lies between theirs.

use super::camera::{Camera, Travel};
use super::export::Film;
use super::frame::{Frame, Look, Renderer};
use super::growth;
use crate::generate::{GenerateError, Request, Toward};
use image::RgbaImage;
use serde::{Deserialize, Serialize};

/// Where a walk comes by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stop {
    /// What is to be seen.
    pub prompt: String,
    /// The noise that it is made from.
    pub seed: u64,
}

/// A walk.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// In the order in which it comes by; two at least.
    pub stops: Vec<Stop>,
    /// Seconds from one stop to the next.
    pub seconds_per_stop: f64,
    /// It leaves and reaches each stop softly.
    pub ease: bool,
    /// It goes back to the first stop at the end.
    pub looped: bool,
    /// Frames a second.
    pub fps: u32,
}

impl Walk {
    /// Ways between stops.
    fn legs(&self) -> usize {
        if self.looped { self.stops.len() } else { self.stops.len().saturating_sub(1) }
    }

    /// Pictures from one stop to the next. Every stop is a picture of its own, wherever the walk ends: pictures that were
    /// made stay right when a stop is added behind them or the walk becomes a loop.
    fn steps(&self) -> u32 {
        (self.seconds_per_stop * f64::from(self.fps)).round().clamp(1.0, 1e6) as u32
    }

    /// Pictures of the whole walk; two at least. A loop's last one is the one before its first.
    pub fn frames(&self) -> u32 {
        let steps = (self.legs() as u32).saturating_mul(self.steps());
        steps.saturating_add(u32::from(!self.looped)).clamp(2, 100_000_000)
    }

    /// What picture `index` is asked for, with everything but words, seed and what they turn into taken from `base`.
    pub fn request(&self, base: &Request, index: u32) -> Request {
        let Some(last) = self.stops.len().checked_sub(1) else { return base.clone() };
        let (steps, legs) = (self.steps(), self.legs());
        let leg = ((index / steps) as usize).min(legs.saturating_sub(1));
        let within = index.saturating_sub((leg as u32).saturating_mul(steps));
        let t = (f64::from(within) / f64::from(steps)).min(1.0);
        let t = if self.ease { t * t * (3.0 - 2.0 * t) } else { t };
        let (from, to) = (&self.stops[leg.min(last)], &self.stops[(leg + 1) % self.stops.len()]);
        let seed = (to.seed != from.seed).then_some(to.seed);
        Request {
            prompt: from.prompt.clone(),
            seed: from.seed,
            toward: Some(Toward { prompt: to.prompt.clone(), seed, t: t as f32 }),
            ..base.clone()
        }
    }

    /// Its film, of `size` pixels.
    pub fn film(&self, size: (u32, u32), quality: u8) -> Film {
        Film { travel: Travel { fps: self.fps, ..Travel::default() }, look: Look::default(), size, quality }
    }
}

/// A picture as a frame of `size` pixels: the largest part of the frame's shape from its middle, filtered as zooms are.
///
/// # Errors
/// [`GenerateError::Request`] for a picture without pixels.
pub fn frame_of(picture: &RgbaImage, size: (u32, u32)) -> Result<Frame, GenerateError> {
    let doc = growth::first_level(picture)?;
    let view = Camera::new(&doc, &Travel::default(), size).view(0);
    Ok(Renderer::new(doc, false, Look::default()).frame(&view, size))
}

/// Size of the pictures for a film of `film` pixels: of its shape, and of about as many pixels as the model was trained
/// on. Sides are multiples of 8.
pub fn picture_size(film: (u32, u32), native_px: u32) -> (u32, u32) {
    let (w, h) = (f64::from(film.0.max(1)), f64::from(film.1.max(1)));
    let scale = f64::from(native_px) / (w * h).sqrt();
    let side = |v: f64| ((v * scale / 8.0).round() * 8.0).max(8.0) as u32;
    (side(w), side(h))
}
