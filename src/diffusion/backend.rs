//! The backend that the engine thread owns: keeps the last model, loads its parts when they are needed, and
//! remembers embedded words.

use std::collections::VecDeque;
use std::time::Instant;

use candle_core::Tensor;

use super::device::Placement;
use super::margin;
use super::pipeline::{Part, Run, Words};
use super::regions;
use super::text::{TextEncoder, TextTokenizer, read_prompt};
use super::unet::{RunError, Unet};
use super::vae::Vae;
use super::weights::Weights;
use crate::generate::prompt::{Window, pad_to_same};
use crate::generate::{
    Backend, Fit, Footprint, GenerateError, ModelFacts, Monitor, Pass, Picture, Saving, Timings,
};
use crate::models::{Component, Model, ModelError, memory};

/// Embeddings kept (each about 240 kB for Stable Diffusion 1.x).
const CACHED_PROMPTS: usize = 64;

/// Part of the free memory that a picture may take: other programs go on, and the prediction is one.
const USABLE: f64 = 0.9;

/// Runs models with candle.
pub struct CandleBackend {
    placement: Placement,
    loaded: Option<Loaded>,
    /// Bytes that it may use at most; `None`: what is free.
    memory_limit: Option<u64>,
}

struct Loaded {
    model: Model,
    footprint: Footprint,
    tokenizer: TextTokenizer,
    text: Option<TextEncoder>,
    unet: Option<Unet>,
    student: Option<Unet>,
    vae: Option<Vae>,
    cache: VecDeque<(CacheKey, Tensor)>,
}

#[derive(Clone, PartialEq)]
struct CacheKey {
    windows: Vec<Window>,
    skip: usize,
}

impl CandleBackend {
    /// A backend on `placement`, without a model yet.
    pub fn new(placement: Placement) -> Self {
        Self { placement, loaded: None, memory_limit: None }
    }

    /// The same with at most `bytes` of memory for model and picture, or what is free.
    pub fn with_memory_limit(self, bytes: Option<u64>) -> Self {
        Self { memory_limit: bytes, ..self }
    }

    /// Where it computes.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Drops the model.
    pub fn unload(&mut self) {
        self.loaded = None;
    }

    /// The model `id`, opened if it is not the present one. Weights come later.
    ///
    /// # Errors
    /// [`GenerateError::Model`].
    pub fn open(&mut self, id: &str) -> Result<&Model, GenerateError> {
        Ok(&self.loaded(id)?.model)
    }

    fn loaded(&mut self, id: &str) -> Result<&mut Loaded, GenerateError> {
        if self.loaded.as_ref().is_none_or(|l| l.model.id != id) {
            // The old one goes first: two models may not fit.
            self.loaded = None;
            let model = Model::open(id)?;
            let tokenizer = TextTokenizer::new(&model)?;
            let footprint = memory::footprint(&model, self.placement.storage.size_in_bytes() as u64)?;
            self.loaded = Some(Loaded {
                model,
                footprint,
                tokenizer,
                text: None,
                unet: None,
                student: None,
                vae: None,
                cache: VecDeque::new(),
            });
        }
        self.loaded.as_mut().ok_or_else(|| GenerateError::Run("the model is gone".into()))
    }

    /// Loads all parts of model `id` and hands them over, for benchmarks and tests.
    ///
    /// # Errors
    /// [`GenerateError::Model`].
    pub fn parts(&mut self, id: &str) -> Result<(&TextTokenizer, &TextEncoder, &Unet, &Vae), GenerateError> {
        let placement = self.placement.clone();
        let loaded = self.loaded(id)?;
        loaded.load_text(&placement)?;
        loaded.load_painters(&placement, false)?;
        match (&loaded.text, &loaded.unet, &loaded.vae) {
            (Some(text), Some(unet), Some(vae)) => Ok((&loaded.tokenizer, text, unet, vae)),
            _ => Err(GenerateError::Run("a part of the model is gone".into())),
        }
    }
}

impl Loaded {
    fn load_text(&mut self, placement: &Placement) -> Result<(), ModelError> {
        if self.text.is_none() {
            let weights = Weights::open(&self.model, Component::TextEncoder, placement)?;
            self.text = Some(TextEncoder::new(&weights, &self.model)?);
        }
        Ok(())
    }

    /// Only one of the two networks is in memory where they are large.
    fn load_painters(&mut self, placement: &Placement, few_step: bool) -> Result<(), ModelError> {
        let both_fit = self.footprint.unet <= memory::KEEP_TEXT_ENCODER_BYTES;
        match (&self.model.student, few_step) {
            (Some(config), true) if self.student.is_none() => {
                if !both_fit {
                    self.unet = None;
                }
                let weights = Weights::open(&self.model, Component::Student, placement)?;
                self.student = Some(Unet::student(&weights, &self.model, config)?);
            }
            (_, false) if !both_fit => self.student = None,
            _ => {}
        }
        if self.unet.is_none() && !few_step {
            let weights = Weights::open(&self.model, Component::Unet, placement)?;
            self.unet = Some(Unet::new(&weights, &self.model)?);
        }
        if self.vae.is_none() {
            let weights = Weights::open(&self.model, Component::Vae, placement)?;
            self.vae = Some(Vae::new(&weights, &self.model)?);
        }
        Ok(())
    }

    /// Embeds `windows`, from the cache where it can.
    fn embed(
        &mut self,
        windows: Vec<Window>,
        skip: usize,
        placement: &Placement,
        monitor: &dyn Monitor,
        timings: &mut Timings,
    ) -> Result<Tensor, GenerateError> {
        let key = CacheKey { windows, skip };
        if let Some(at) = self.cache.iter().position(|(k, _)| *k == key) {
            let entry =
                self.cache.remove(at).ok_or_else(|| GenerateError::Run("the cache is gone".into()))?;
            let tensor = entry.1.clone();
            self.cache.push_front(entry);
            return Ok(tensor);
        }
        let begun = Instant::now();
        self.load_text(placement)?;
        timings.load_s += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let Some(text) = &self.text else {
            return Err(GenerateError::Run("the text encoder is gone".into()));
        };
        if skip >= text.depth() {
            return Err(GenerateError::Request(format!(
                "--clip-skip {skip}: this text encoder has {} layers",
                text.depth()
            )));
        }
        let tensor = text
            .encode(&self.tokenizer, &key.windows, skip, &|| monitor.cancelled())
            .and_then(|t| Ok(t.to_dtype(placement.compute)?))
            .map_err(|e| match e {
                RunError::Cancelled => GenerateError::Cancelled,
                RunError::Candle(e) => GenerateError::Run(e.to_string()),
            })?;
        timings.text_s += begun.elapsed().as_secs_f64();
        self.cache.push_front((key, tensor.clone()));
        self.cache.truncate(CACHED_PROMPTS);
        Ok(tensor)
    }

    fn words(
        &mut self,
        pass: &Pass,
        placement: &Placement,
        monitor: &dyn Monitor,
        timings: &mut Timings,
    ) -> Result<Words, GenerateError> {
        let read = |prompt: &str| read_prompt(&self.tokenizer, prompt).map_err(GenerateError::Request);
        // A network that takes the scale as input was distilled to do without the second pass.
        let guided = pass.cfg_scale > 1.0 && !pass.few_step && self.model.unet.time_cond_proj_dim.is_none();
        let negative = if guided { Some(read(&pass.negative)?) } else { None };
        let shares = regions::shares(pass, self.model.vae.scale_factor());
        let mut windows = Vec::new();
        for (prompt, _) in &shares {
            windows.push(read(prompt)?);
        }
        let toward = pass.toward.as_ref().filter(|toward| toward.t > 0.0);
        if let Some(toward) = toward {
            windows.push(read(&toward.prompt)?);
        }
        windows.extend(negative);
        pad_to_same(&mut windows, self.tokenizer.pad);
        let negative = if guided { windows.pop() } else { None };
        let end = toward.and_then(|toward| Some((windows.pop()?, f64::from(toward.t))));
        let skip = pass.clip_skip as usize;
        let mut parts = Vec::new();
        for (windows, (_, share)) in windows.into_iter().zip(shares) {
            parts.push(Part { text: self.embed(windows, skip, placement, monitor, timings)?, share });
        }
        if let Some((end, t)) = end {
            // On the way to other words, all parts are.
            let end = self.embed(end, skip, placement, monitor, timings)?;
            for part in &mut parts {
                let mixed = (&part.text * (1.0 - t)).and_then(|from| from + (&end * t)?);
                part.text = mixed.map_err(|e| GenerateError::Run(e.to_string()))?;
            }
        }
        // As in the reference, layers are left out for the prompt only.
        let negative = match negative {
            Some(windows) => Some(self.embed(windows, 0, placement, monitor, timings)?),
            None => None,
        };
        if placement.device.is_cpu() && !self.footprint.keeps_text {
            self.text = None;
        }
        Ok(Words { parts, negative })
    }

    /// Pixels around the pass that are painted with it.
    fn margin(&self, pass: &Pass) -> u32 {
        if pass.bare { 0 } else { self.model.margin_px() }
    }

    /// Bytes of the weights that are in memory now.
    fn held(&self) -> u64 {
        let f = &self.footprint;
        let part = |there: bool, bytes: u64| if there { bytes } else { 0 };
        part(self.text.is_some(), f.text)
            + part(self.unet.is_some() || self.student.is_some(), f.unet)
            + part(self.vae.is_some(), f.vae)
    }
}

impl Backend for CandleBackend {
    fn run(
        &mut self,
        pass: &Pass,
        monitor: &mut dyn Monitor,
        timings: &mut Timings,
    ) -> Result<Picture, GenerateError> {
        let placement = self.placement.clone();
        monitor.stage("loading");
        let begun = Instant::now();
        let loaded = self.loaded(&pass.model)?;
        let margin = loaded.margin(pass);
        let wide = margin::widened(pass, margin);
        let (asked, pass) = (pass, if margin == 0 { pass } else { &wide });
        let monitor = &mut margin::Trimming { monitor, margin, whole: pass.width };
        if pass.few_step && loaded.model.student.is_none() {
            return Err(GenerateError::Request(format!(
                "the model '{}' has no few-step network (unet_student/): leave --few-step out",
                pass.model
            )));
        }
        timings.load_s += begun.elapsed().as_secs_f64();
        monitor.stage("reading words");
        let words = loaded.words(pass, &placement, monitor, timings)?;
        if monitor.cancelled() {
            return Err(GenerateError::Cancelled);
        }
        monitor.stage("loading");
        let begun = Instant::now();
        loaded.load_painters(&placement, pass.few_step)?;
        timings.load_s += begun.elapsed().as_secs_f64();
        let network = if pass.few_step { &loaded.student } else { &loaded.unet };
        let (Some(unet), Some(vae)) = (network, &loaded.vae) else {
            return Err(GenerateError::Run("a part of the model is gone".into()));
        };
        let picture = Run { model: &loaded.model, unet, vae, placement: &placement, pass, words: &words }
            .run(monitor, timings)?;
        debug_assert_eq!(picture.width, asked.width + 2 * margin);
        Ok(if margin == 0 { picture } else { margin::trimmed(&picture, margin, picture.width) })
    }

    fn fit(&mut self, pass: &Pass) -> Result<Fit, GenerateError> {
        let limit = self.memory_limit;
        // What a graphics card has free is not known.
        let on_processor = self.placement.device.is_cpu();
        let loaded = self.loaded(&pass.model)?;
        let free = || memory::available().map(|free| (free as f64 * USABLE) as u64 + loaded.held());
        let available = limit.or_else(|| if on_processor { free() } else { None });
        let prompts = 1 + pass.regions.len() as u32 + u32::from(pass.cfg_scale > 1.0 && !pass.few_step);
        let margin = 2 * loaded.margin(pass);
        let (width, height) = (pass.width + margin, pass.height + margin);
        let Some(available) = available else {
            let need = loaded.footprint.need(width, height, prompts, &[]);
            return Ok(Fit { need, wanted: need, available, savings: Vec::new(), scale: 1.0 });
        };
        loaded.footprint.fit(width, height, prompts, available).ok_or_else(|| {
            let least = loaded.footprint.need(64, 64, prompts, &[Saving::OneByOne, Saving::SmallTiles]);
            GenerateError::Run(format!(
                "the model needs about {} MiB of memory and {} are free: close other programs, take a smaller model, \
                 or keep weights in 16 bits (--dtype f16)",
                least >> 20,
                available >> 20
            ))
        })
    }

    fn describe(&mut self, model: &str) -> Result<ModelFacts, GenerateError> {
        let model = self.open(model)?;
        Ok(ModelFacts {
            native_px: model.native_px(),
            multiple_px: model.vae.scale_factor() as u32,
            inpainting: model.is_inpainting(),
            hole_strength: model.hole_strength(),
            hole_guidance: model.hole_guidance(),
            arch: model.arch(),
        })
    }
}
