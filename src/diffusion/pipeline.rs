//! One sampling run: noise, solver, network, guidance, masks; previews and cancellation on the way.
//!
//! Order of random draws, timesteps and arithmetic follow diffusers' Stable Diffusion pipelines, so that with
//! the torch generator a seed gives their picture. On top of that: masks may be grey (differential diffusion,
//! Levin & Fried 2023), sizes need not be multiples of anything.

use std::time::Instant;

use candle_core::Tensor;

use super::convert;
use super::device::Placement;
use super::preview;
use super::schedule::{Task, scheduler_config};
use super::unet::{Conditioning, RunError, Unet, extra_channels};
use super::vae::{Posterior, TilePolicy, Vae};
use crate::generate::{GenerateError, Monitor, Pass, Picture, Preview, Saving, Timings};
use crate::models::Model;
use crate::sampling::noise::{self, Draw, NoiseSource};
use crate::sampling::{self, Latents, Sampler, SamplerKind};

/// Two prompts on latents of more places than this run one after the other: half the memory.
const MAX_BATCHED_PLACES: usize = 128 * 128;
/// Latent pixels up to which a preview is decoded as it is: those of 512 px with a margin, at a factor of 8.
const PREVIEW_PLACES: usize = 72 * 72;

/// Text embeddings of a run, all of one shape `[1, tokens, width]`.
pub struct Words {
    /// For the prompt, and for the parts of the picture that have words of their own.
    pub parts: Vec<Part>,
    /// For the negative prompt; `None` without guidance.
    pub negative: Option<Tensor>,
}

/// Words and where they apply.
pub struct Part {
    /// The embedding.
    pub text: Tensor,
    /// Share at each latent place; the shares of a place sum to 1. `None`: everywhere, alone.
    pub share: Option<Vec<f32>>,
}

/// Everything a run needs, borrowed for its length.
pub struct Run<'a> {
    /// The model's configs.
    pub model: &'a Model,
    /// Denoising network.
    pub unet: &'a Unet,
    /// Autoencoder.
    pub vae: &'a Vae,
    /// Device and types.
    pub placement: &'a Placement,
    /// What to paint.
    pub pass: &'a Pass,
    /// Embedded words.
    pub words: &'a Words,
}

/// What the mask does in a run, at latent size.
struct Change {
    /// 1 may change from the start, 0 never.
    mask: Vec<f32>,
    /// The original picture's latents.
    original: Vec<f32>,
}

/// The state that the masks and the picture put a run into.
struct Start {
    latents: Vec<f32>,
    noise: Vec<f32>,
    change: Option<Change>,
    /// Mask and masked latents, for networks that take them.
    extra: Option<Tensor>,
    index: usize,
}

impl Run<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// [`GenerateError`]: cancelled, or what failed.
    pub fn run(&self, monitor: &mut dyn Monitor, timings: &mut Timings) -> Result<Picture, GenerateError> {
        let pass = self.pass;
        let factor = self.vae.factor();
        let padded = |v: u32| (v as usize).div_ceil(factor) * factor;
        let (width, height) = (padded(pass.width), padded(pass.height));
        let shape = [1, self.model.vae.latent_channels(), height / factor, width / factor];
        let task = match (&pass.init, &pass.mask) {
            (Some(_), Some(_)) => Task::Inpaint,
            (Some(_), None) => Task::ImageToImage,
            (None, _) => Task::TextToImage,
        };
        let mut sampler = self.sampler(task)?;
        let cell = factor as i64;
        let origin = (pass.origin.0.div_euclid(cell), pass.origin.1.div_euclid(cell));
        let mut source = noise::source(pass.rng, pass.seed, origin);
        if let Some((seed, t)) = pass.toward.as_ref().and_then(|toward| Some((toward.seed?, toward.t))) {
            source = Box::new(noise::Between::new(source, noise::source(pass.rng, seed, origin), t));
        }

        monitor.stage("encoding");
        let begun = Instant::now();
        let start = self.start(task, sampler.as_mut(), source.as_mut(), shape, (width, height), monitor)?;
        timings.encode_s += begun.elapsed().as_secs_f64();

        monitor.stage("painting");
        let latents = self.sample(start, sampler.as_mut(), source.as_mut(), shape, monitor, timings)?;

        monitor.stage("decoding");
        let begun = Instant::now();
        let latents = convert::latents_to_tensor(&latents, self.placement).map_err(failed)?;
        let picture = self.decode(&latents, monitor)?;
        timings.decode_s += begun.elapsed().as_secs_f64();
        Ok(convert::crop_picture(&picture, pass.width, pass.height))
    }

    fn sampler(&self, task: Task) -> Result<Box<dyn Sampler>, GenerateError> {
        let pass = self.pass;
        // A distilled network jumps straight to the clean picture: that is the step of LCM.
        let wanted = pass.sampler.or(pass.few_step.then_some(SamplerKind::Lcm));
        let config = scheduler_config(self.model, wanted, task);
        let kind = wanted.unwrap_or_else(|| config.default_sampler());
        sampling::build(kind, pass.schedule, &config, pass.steps as usize, pass.seed)
            .map_err(|e| GenerateError::Request(e.to_string()))
    }

    fn tiles(&self) -> TilePolicy {
        if self.pass.savings.contains(&Saving::SmallTiles) {
            TilePolicy::small()
        } else {
            TilePolicy::default()
        }
    }

    fn encode(&self, picture: &Picture, monitor: &dyn Monitor) -> Result<Posterior, GenerateError> {
        let tensor = convert::picture_to_tensor(picture, self.placement).map_err(failed)?;
        let check = || check(monitor);
        self.vae.encode(&tensor, &self.tiles(), &check).map_err(|e| stopped_or_failed(e, monitor))
    }

    fn decode(&self, latents: &Tensor, monitor: &dyn Monitor) -> Result<Picture, GenerateError> {
        let check = || check(monitor);
        let image = self.vae.decode(latents, &self.tiles(), &check);
        convert::tensor_to_picture(&image.map_err(|e| stopped_or_failed(e, monitor))?).map_err(failed)
    }

    /// Latents of `picture`: the posterior's mean, or a draw from it where the run follows the reference.
    fn encode_latents(
        &self,
        picture: &Picture,
        source: &mut dyn NoiseSource,
        shape: [usize; 4],
        monitor: &dyn Monitor,
    ) -> Result<Vec<f32>, GenerateError> {
        let posterior = self.encode(picture, monitor)?;
        let mut mean = convert::to_vec(&posterior.mean).map_err(failed)?;
        if let (true, Some(std)) = (self.pass.sample_posterior, &posterior.std) {
            let std = convert::to_vec(std).map_err(failed)?;
            let draw = source.normal(Draw::Posterior, shape);
            for ((m, s), d) in mean.iter_mut().zip(std).zip(draw) {
                *m += s * d;
            }
        }
        Ok(mean)
    }

    /// Draws in the reference's order: picture's posterior, noise, masked picture's posterior.
    fn start(
        &self,
        task: Task,
        sampler: &mut dyn Sampler,
        source: &mut dyn NoiseSource,
        shape: [usize; 4],
        (width, height): (usize, usize),
        monitor: &dyn Monitor,
    ) -> Result<Start, GenerateError> {
        let pass = self.pass;
        let strength = if task == Task::TextToImage { 1.0 } else { pass.strength };
        let index = sampler.start_for_strength(strength);
        if index >= sampler.timesteps().len() {
            return Err(GenerateError::Request(format!(
                "strength {strength} leaves none of {} steps to do; raise --strength or --steps",
                pass.steps
            )));
        }
        sampler.begin(index);
        let init = pass.init.as_ref().map(|p| convert::pad_picture(p, width as u32, height as u32));
        let inpainting = extra_channels(&self.model.unet, shape[1]) > 0;
        let full = strength >= 1.0;
        // Pictures are encoded only where they are needed: that decides which draws are made.
        let needs_latents = match task {
            Task::TextToImage => false,
            Task::ImageToImage => true,
            Task::Inpaint => !inpainting || !full || !pass.binary_mask,
        };
        let original = match (&init, needs_latents) {
            (Some(picture), true) => Some(self.encode_latents(picture, source, shape, monitor)?),
            _ => None,
        };
        let noise = source.normal(Draw::Init, shape);
        let from_noise = task == Task::TextToImage || (task == Task::Inpaint && full);
        let latents = match (&original, from_noise) {
            (Some(original), false) => sampler.add_noise(original, &noise, index),
            _ => {
                let sigma = sampler.init_noise_sigma();
                noise.iter().map(|v| v * sigma).collect()
            }
        };
        let mask = pass.mask.as_ref().map(|m| {
            let m = convert::pad_mask(m, width as u32, height as u32);
            (convert::mask_to_latent(&m, self.vae.factor(), pass.binary_mask), m)
        });
        let extra = self.masked_latents(inpainting, &init, &mask, source, shape, monitor)?;
        let blends = !inpainting || !pass.binary_mask;
        let change = match (mask, original) {
            (Some((mask, _)), Some(original)) if blends => Some(Change { mask, original }),
            _ => None,
        };
        Ok(Start { latents, noise, change, extra, index })
    }

    /// The further input of inpainting networks: mask and latents of the masked picture `[1, 1 + c, h, w]`. For
    /// plain networks the draw is made all the same, since the reference makes it.
    fn masked_latents(
        &self,
        inpainting: bool,
        init: &Option<Picture>,
        mask: &Option<(Vec<f32>, crate::generate::Mask)>,
        source: &mut dyn NoiseSource,
        shape: [usize; 4],
        monitor: &dyn Monitor,
    ) -> Result<Option<Tensor>, GenerateError> {
        let [_, channels, h, w] = shape;
        if !inpainting {
            let is_kl = matches!(self.model.vae, crate::models::config::VaeConfig::AutoencoderKL(_));
            if mask.is_some() && self.pass.sample_posterior && is_kl {
                source.normal(Draw::Posterior, shape);
            }
            return Ok(None);
        }
        let factor = self.vae.factor() as u32;
        let (width, height) = (w as u32 * factor, h as u32 * factor);
        let binary: Vec<f32> = match mask {
            Some((latent, _)) => latent.iter().map(|&m| f32::from(m >= 0.5)).collect(),
            None => vec![1.0; h * w],
        };
        let gray = Picture::filled(width, height, [0.5; 3]);
        let hint = self.model.hints.z_gray.as_ref().filter(|z| z.len() == channels && !self.pass.binary_mask);
        let masked = match (hint, init, mask) {
            (Some(z), Some(picture), Some(_)) => {
                // As this network was trained: the true latents outside, one constant inside.
                let mut latents = convert::to_vec(&self.encode(picture, monitor)?.mean).map_err(failed)?;
                for (i, v) in latents.iter_mut().enumerate() {
                    let m = binary[i % (h * w)];
                    *v = *v * (1.0 - m) + z[i / (h * w)] * m;
                }
                latents
            }
            (Some(z), _, _) => z.iter().flat_map(|&v| std::iter::repeat_n(v, h * w)).collect(),
            (None, Some(picture), Some((_, full))) => {
                let mut picture = picture.clone();
                for (rgb, &m) in picture.data.chunks_exact_mut(3).zip(&full.data) {
                    if m >= 0.5 {
                        rgb.fill(0.5);
                    }
                }
                self.encode_latents(&picture, source, shape, monitor)?
            }
            (None, _, _) => convert::to_vec(&self.encode(&gray, monitor)?.mean).map_err(failed)?,
        };
        let all = Latents::new([1, channels + 1, h, w], [binary, masked].concat());
        Ok(Some(convert::latents_to_tensor(&all, self.placement).map_err(failed)?))
    }

    fn sample(
        &self,
        start: Start,
        sampler: &mut dyn Sampler,
        source: &mut dyn NoiseSource,
        shape: [usize; 4],
        monitor: &mut dyn Monitor,
        timings: &mut Timings,
    ) -> Result<Latents, GenerateError> {
        let Start { mut latents, noise, change, extra, index: first } = start;
        let calls = sampler.timesteps().len();
        // A step of a second-order solver is two calls (the last one may be single).
        let order = self.calls_per_step(sampler);
        let total = (calls - first).div_ceil(order) as u32;
        if let (Some(change), false) = (&change, self.pass.binary_mask) {
            blend(&mut latents, change, &noise, &*sampler, first, first);
        }
        let mut step_secs = 0.0;
        for i in first..calls {
            let begun = Instant::now();
            let mut input = latents.clone();
            sampler.scale_model_input(&mut input, i);
            let t = sampler.timesteps()[i];
            let output = self.predict(Latents::new(shape, input), t, extra.as_ref(), monitor)?;
            let step = sampler.step(i, &output, &latents, shape, source);
            latents = step.prev_sample;
            if let Some(change) = &change {
                blend(&mut latents, change, &noise, &*sampler, i + 1, first);
            }
            if latents.iter().any(|v| !v.is_finite()) {
                return Err(GenerateError::Run(format!(
                    "the numbers overflowed in step {}; try --dtype f32, a smaller --cfg or another sampler",
                    i + 1 - first
                )));
            }
            step_secs += begun.elapsed().as_secs_f64();
            let done = i + 1 - first;
            if !done.is_multiple_of(order) && i + 1 < calls {
                continue;
            }
            let secs = std::mem::take(&mut step_secs);
            timings.step_s.push(secs);
            let preview = if monitor.wants_preview() {
                let mut x0 = Latents::new(shape, step.pred_x0);
                if let Some(change) = &change {
                    keep(&mut x0.data, change);
                }
                Some(self.preview(&x0, monitor)?)
            } else {
                None
            };
            monitor.step(done.div_ceil(order) as u32, total, secs, preview);
        }
        Ok(Latents::new(shape, latents))
    }

    /// Network calls a step: the schedule lists one timestep a call.
    fn calls_per_step(&self, sampler: &dyn Sampler) -> usize {
        if sampler.timesteps().len() + 1 >= 2 * self.pass.steps as usize && self.pass.steps > 1 {
            2
        } else {
            1
        }
    }

    /// The network's output with guidance.
    fn predict(
        &self,
        input: Latents,
        t: f32,
        extra: Option<&Tensor>,
        monitor: &dyn Monitor,
    ) -> Result<Vec<f32>, GenerateError> {
        let run = || -> Result<Vec<f32>, RunError> {
            let mut x = convert::latents_to_tensor(&input, self.placement)?;
            if let Some(extra) = extra {
                x = Tensor::cat(&[&x, extra], 1)?;
            }
            let cancelled = || monitor.cancelled();
            let forward = |x: &Tensor, text: &Tensor| {
                let guidance = self.unet.takes_guidance.then_some(self.pass.cfg_scale);
                let conditioning = Conditioning { text, guidance, residuals: None };
                self.unet.forward(x, t, &conditioning, &cancelled)
            };
            let texts = self.words.negative.iter().chain(self.words.parts.iter().map(|p| &p.text));
            let texts: Vec<&Tensor> = texts.collect();
            let outputs = if texts.len() == 1 || self.one_by_one(input.shape[2] * input.shape[3], texts.len())
            {
                let one = |text: &&Tensor| Ok::<_, RunError>(convert::to_vec(&forward(&x, text)?)?);
                texts.iter().map(one).collect::<Result<Vec<_>, _>>()?
            } else {
                let all = forward(&Tensor::cat(&vec![&x; texts.len()], 0)?, &Tensor::cat(&texts, 0)?)?;
                let values = convert::to_vec(&all)?;
                values.chunks(values.len() / texts.len()).map(<[f32]>::to_vec).collect()
            };
            let mut outputs = outputs.into_iter();
            let uncond = self.words.negative.as_ref().and_then(|_| outputs.next());
            let cond = mixed(outputs.collect(), &self.words.parts);
            let Some(uncond) = uncond else { return Ok(cond) };
            Ok(guide(&uncond, &cond, self.pass.cfg_scale, self.pass.guidance_rescale))
        };
        run().map_err(|e| match e {
            RunError::Cancelled => GenerateError::Cancelled,
            RunError::Candle(e) => failed(e),
        })
    }

    /// Whether the prompts go through the network one after the other: that takes the least memory.
    fn one_by_one(&self, places: usize, prompts: usize) -> bool {
        self.pass.savings.contains(&Saving::OneByOne) || places * prompts > 2 * MAX_BATCHED_PLACES
    }

    fn preview(&self, x0: &Latents, monitor: &dyn Monitor) -> Result<Preview, GenerateError> {
        if self.vae.is_tiny() {
            // Tiny autoencoders decode pooled latents to a smaller picture.
            let places = x0.shape[2] * x0.shape[3];
            let by = (1..16).find(|k| places <= k * k * PREVIEW_PLACES).unwrap_or(16);
            let pooled = if by == 1 { None } else { Some(preview::pooled(x0, by)) };
            let shown = pooled.as_ref().unwrap_or(x0);
            let latents = convert::latents_to_tensor(shown, self.placement).map_err(failed)?;
            return Ok(Preview { picture: self.decode(&latents, monitor)? });
        }
        Ok(preview::linear(x0))
    }
}

/// The predictions for the parts of a picture, each as far as its words apply there.
fn mixed(mut outputs: Vec<Vec<f32>>, parts: &[Part]) -> Vec<f32> {
    if outputs.len() == 1 {
        return outputs.remove(0);
    }
    let mut sum = vec![0.0; outputs[0].len()];
    for (output, part) in outputs.iter().zip(parts) {
        let Some(share) = &part.share else { continue };
        for (plane, from) in sum.chunks_mut(share.len()).zip(output.chunks(share.len())) {
            for ((sum, v), share) in plane.iter_mut().zip(from).zip(share) {
                *sum += v * share;
            }
        }
    }
    sum
}

/// Classifier-free guidance (Ho & Salimans 2022), and the rescale of Lin et al. 2023 (section 3.4) towards the
/// contrast of the conditional output.
fn guide(uncond: &[f32], cond: &[f32], scale: f32, rescale: f32) -> Vec<f32> {
    let mut out: Vec<f32> = uncond.iter().zip(cond).map(|(u, c)| u + scale * (c - u)).collect();
    if rescale > 0.0 {
        let ratio = (deviation(cond) / deviation(&out)) as f32;
        for v in &mut out {
            *v = rescale * (*v * ratio) + (1.0 - rescale) * *v;
        }
    }
    out
}

/// Standard deviation with n - 1, as torch computes it.
fn deviation(values: &[f32]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let squares: f64 = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
    (squares / (n - 1.0).max(1.0)).sqrt()
}

/// Puts the original, noised to the level of index `next`, wherever the mask does not let go yet: a place of
/// mask m takes part in the last m of the run. One fixed noise tensor serves all steps, since fresh noise would
/// confuse solvers that remember earlier steps.
fn blend(
    latents: &mut [f32],
    change: &Change,
    noise: &[f32],
    sampler: &dyn Sampler,
    next: usize,
    first: usize,
) {
    let calls = sampler.timesteps().len();
    let kept =
        if next < calls { sampler.add_noise(&change.original, noise, next) } else { change.original.clone() };
    let left = (calls - next) as f32 / (calls - first) as f32;
    let places = change.mask.len();
    for (i, v) in latents.iter_mut().enumerate() {
        let m = change.mask[i % places];
        let held = if next < calls { m < left - 1e-6 } else { m <= 0.0 };
        if held {
            *v = kept[i];
        }
    }
}

/// The original wherever the mask never lets go: previews show what will be.
fn keep(x0: &mut [f32], change: &Change) {
    let places = change.mask.len();
    for (i, v) in x0.iter_mut().enumerate() {
        if change.mask[i % places] <= 0.0 {
            *v = change.original[i];
        }
    }
}

fn check(monitor: &dyn Monitor) -> candle_core::Result<()> {
    if monitor.cancelled() { candle_core::bail!("cancelled") } else { Ok(()) }
}

fn stopped_or_failed(error: candle_core::Error, monitor: &dyn Monitor) -> GenerateError {
    if monitor.cancelled() { GenerateError::Cancelled } else { failed(error) }
}

fn failed(error: candle_core::Error) -> GenerateError {
    GenerateError::Run(error.to_string())
}
