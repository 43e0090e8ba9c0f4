//! The backend that the engine thread owns: keeps the last model, loads its parts when they are needed, and
//! remembers embedded words.

use std::collections::VecDeque;
use std::time::Instant;

use candle_core::Tensor;

use super::device::Placement;
use super::pipeline::{Run, Words};
use super::text::{TextEncoder, TextTokenizer, read_prompt};
use super::unet::{RunError, Unet};
use super::vae::Vae;
use super::weights::Weights;
use crate::generate::prompt::{Window, pad_to_same};
use crate::generate::{Backend, GenerateError, ModelFacts, Monitor, Pass, Picture, Timings};
use crate::models::{Component, Model, ModelError};

/// Embeddings kept (each about 240 kB for Stable Diffusion 1.x).
const CACHED_PROMPTS: usize = 64;
/// On the processor a text encoder above this is dropped once it has read the words: the cache answers when
/// they come again, and half a gigabyte is free for the picture.
const KEEP_TEXT_ENCODER_BYTES: usize = 128 << 20;

/// Runs models with candle.
pub struct CandleBackend {
    placement: Placement,
    loaded: Option<Loaded>,
}

struct Loaded {
    model: Model,
    tokenizer: TextTokenizer,
    text: Option<TextEncoder>,
    unet: Option<Unet>,
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
        Self { placement, loaded: None }
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
            self.loaded =
                Some(Loaded { model, tokenizer, text: None, unet: None, vae: None, cache: VecDeque::new() });
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
        loaded.load_painters(&placement)?;
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

    fn load_painters(&mut self, placement: &Placement) -> Result<(), ModelError> {
        if self.unet.is_none() {
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
        let mut positive = read(&pass.prompt)?;
        // A network that takes the scale as input was distilled to do without the second pass.
        let guided = pass.cfg_scale > 1.0 && self.model.unet.time_cond_proj_dim.is_none();
        let mut negative = if guided { Some(read(&pass.negative)?) } else { None };
        let mut toward = match &pass.toward {
            Some(toward) if toward.t > 0.0 => Some((read(&toward.prompt)?, toward.t)),
            Some(_) | None => None,
        };
        if let Some((toward, _)) = &mut toward {
            pad_to_same(&mut positive, toward, self.tokenizer.pad);
        }
        if let Some(negative) = &mut negative {
            pad_to_same(&mut positive, negative, self.tokenizer.pad);
        }
        let skip = pass.clip_skip as usize;
        let mut positive = self.embed(positive, skip, placement, monitor, timings)?;
        if let Some((mut toward, t)) = toward {
            if let Some(negative) = &mut negative {
                pad_to_same(&mut toward, negative, self.tokenizer.pad);
            }
            let end = self.embed(toward, skip, placement, monitor, timings)?;
            let mixed = (&positive * f64::from(1.0 - t)).and_then(|from| from + (end * f64::from(t))?);
            positive = mixed.map_err(|e| GenerateError::Run(e.to_string()))?;
        }
        // As in the reference, layers are left out for the prompt only.
        let negative = match negative {
            Some(windows) => Some(self.embed(windows, 0, placement, monitor, timings)?),
            None => None,
        };
        if placement.device.is_cpu() && self.text_bytes(placement) > KEEP_TEXT_ENCODER_BYTES {
            self.text = None;
        }
        Ok(Words { positive, negative })
    }

    fn text_bytes(&self, placement: &Placement) -> usize {
        let c = &self.model.clip;
        let layer = 4 * c.hidden_size * c.hidden_size + 2 * c.hidden_size * c.intermediate_size;
        (c.vocab_size * c.hidden_size + c.num_hidden_layers * layer) * placement.storage.size_in_bytes()
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
        timings.load_s += begun.elapsed().as_secs_f64();
        monitor.stage("reading words");
        let words = loaded.words(pass, &placement, monitor, timings)?;
        if monitor.cancelled() {
            return Err(GenerateError::Cancelled);
        }
        monitor.stage("loading");
        let begun = Instant::now();
        loaded.load_painters(&placement)?;
        timings.load_s += begun.elapsed().as_secs_f64();
        let (Some(unet), Some(vae)) = (&loaded.unet, &loaded.vae) else {
            return Err(GenerateError::Run("a part of the model is gone".into()));
        };
        Run { model: &loaded.model, unet, vae, placement: &placement, pass, words: &words }
            .run(monitor, timings)
    }

    fn describe(&mut self, model: &str) -> Result<ModelFacts, GenerateError> {
        let model = self.open(model)?;
        Ok(ModelFacts {
            native_px: model.native_px(),
            multiple_px: model.vae.scale_factor() as u32,
            inpainting: model.is_inpainting(),
            arch: model.arch(),
        })
    }
}
