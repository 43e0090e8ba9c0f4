//! Times the parts of a model one by one.

use std::time::Instant;

use candle_core::Tensor;

use super::backend::CandleBackend;
use super::convert;
use super::text::read_prompt;
use super::unet::{Conditioning, RunError};
use super::vae::TilePolicy;
use crate::generate::{Backend, GenerateError, Picture};
use crate::sampling::Latents;
use crate::sampling::RngKind;
use crate::sampling::noise::{self, Draw};

/// Seconds of each part.
#[derive(Clone, Debug)]
pub struct EngineReport {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Threads in use.
    pub threads: usize,
    /// Opening and loading all parts.
    pub load_s: f64,
    /// One window of text.
    pub text_s: f64,
    /// Each network call.
    pub step_s: Vec<f64>,
    /// Each encoding.
    pub encode_s: Vec<f64>,
    /// Each decoding.
    pub decode_s: Vec<f64>,
}

/// Times model `id` at `size` (its native size when `None`): `steps` network calls after one that warms up,
/// `guided` with two items a call.
///
/// # Errors
/// [`GenerateError`].
pub fn bench_engine(
    backend: &mut CandleBackend,
    id: &str,
    size: Option<(u32, u32)>,
    steps: u32,
    guided: bool,
) -> Result<EngineReport, GenerateError> {
    let begun = Instant::now();
    let facts = backend.describe(id)?;
    let multiple = facts.multiple_px;
    let round = |v: u32| v.div_ceil(multiple) * multiple;
    let (w, h) = size.unwrap_or((facts.native_px, facts.native_px));
    let (w, h) = (round(w), round(h));
    let placement = backend.placement().clone();
    let channels = {
        let model = backend.open(id)?;
        (model.vae.latent_channels(), model.unet.in_channels)
    };
    let (tokenizer, text, unet, vae) = backend.parts(id)?;
    let load_s = begun.elapsed().as_secs_f64();

    let run = |e: RunError| GenerateError::Run(e.to_string());
    let failed = |e: candle_core::Error| GenerateError::Run(e.to_string());
    let never = || false;
    let windows =
        read_prompt(tokenizer, "a cottage by a lake at sunset, oil painting").map_err(GenerateError::Run)?;
    let begun = Instant::now();
    let words = text.encode(tokenizer, &windows, 0, &never).map_err(run)?;
    let text_s = begun.elapsed().as_secs_f64();
    let words = words.to_dtype(placement.compute).map_err(failed)?;
    let words = if guided { Tensor::cat(&[&words, &words], 0).map_err(failed)? } else { words };

    let shape = |c: usize| [1, c, (h / multiple) as usize, (w / multiple) as usize];
    let mut source = noise::source(RngKind::Torch, 0, (0, 0));
    let mut random = |c: usize| -> Result<Tensor, GenerateError> {
        let values = source.normal(Draw::Init, shape(c));
        convert::latents_to_tensor(&Latents::new(shape(c), values), &placement).map_err(failed)
    };
    let x = random(channels.1)?;
    let x = if guided { Tensor::cat(&[&x, &x], 0).map_err(failed)? } else { x };
    let conditioning =
        Conditioning { text: &words, guidance: unet.takes_guidance.then_some(7.0), residuals: None };
    let mut step_s = Vec::new();
    for i in 0..=steps {
        let begun = Instant::now();
        // Reading the result back waits for a GPU to finish.
        convert::to_vec(&unet.forward(&x, 500.0, &conditioning, &never).map_err(run)?).map_err(failed)?;
        if i > 0 {
            step_s.push(begun.elapsed().as_secs_f64());
        }
    }
    let latents = random(channels.0)?;
    let picture =
        convert::picture_to_tensor(&Picture::filled(w, h, [0.3, 0.5, 0.7]), &placement).map_err(failed)?;
    let tiles = TilePolicy::default();
    let (mut encode_s, mut decode_s) = (Vec::new(), Vec::new());
    for _ in 0..steps.min(3) {
        let begun = Instant::now();
        convert::to_vec(&vae.encode(&picture, &tiles, &|| Ok(())).map_err(failed)?.mean).map_err(failed)?;
        encode_s.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        convert::to_vec(&vae.decode(&latents, &tiles, &|| Ok(())).map_err(failed)?).map_err(failed)?;
        decode_s.push(begun.elapsed().as_secs_f64());
    }
    Ok(EngineReport {
        size: (w, h),
        threads: rayon::current_num_threads(),
        load_s,
        text_s,
        step_s,
        encode_s,
        decode_s,
    })
}
