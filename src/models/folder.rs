//! A model in the diffusers folder layout: which files hold what.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::config::{self, ClipConfig, UnetConfig, VaeConfig};
use super::files::Files;
use super::{ModelError, catalog, starter};
use crate::sampling::{SamplerKind, SchedulerConfig};

/// What `starter.json` (ours, optional) adds to a folder.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
pub struct Hints {
    /// What the network saw in place of masked latents during training, one value a latent channel. Without it
    /// the masked picture is encoded with the masked area grey, as Stable Diffusion inpainting does.
    #[serde(default)]
    pub z_gray: Option<Vec<f32>>,
    /// Strength at which empty canvas is painted over its fill.
    #[serde(default)]
    pub hole_strength: Option<f32>,
    /// How much of the guidance empty canvas is painted with, 0 (none) to 1.
    #[serde(default)]
    pub hole_guidance: Option<f32>,
    /// Pixels that are painted around a picture and cut off.
    #[serde(default)]
    pub margin_px: Option<u32>,
    /// Steps to use where none are asked for.
    #[serde(default)]
    pub steps: Option<u32>,
    /// Steps of the few-step network.
    #[serde(default)]
    pub few_steps: Option<u32>,
    /// Guidance scale to use where none is asked for.
    #[serde(default)]
    pub cfg_scale: Option<f32>,
    /// Sampler to use where none is asked for.
    #[serde(default)]
    pub sampler: Option<SamplerKind>,
}

/// An opened model: configs are read and checked, weights are not touched yet.
#[derive(Clone, Debug)]
pub struct Model {
    /// Folder or id, as it was asked for.
    pub id: String,
    /// Its files.
    pub files: Files,
    /// The denoising network.
    pub unet: UnetConfig,
    /// A second one that was distilled from it: few steps, no guidance.
    pub student: Option<UnetConfig>,
    /// The autoencoder.
    pub vae: VaeConfig,
    /// The text encoder.
    pub clip: ClipConfig,
    /// The scheduler.
    pub scheduler: SchedulerConfig,
    /// Name of the pipeline's class in `model_index.json`.
    pub pipeline_class: String,
    /// Tokens a window, begin and end included.
    pub context: usize,
    /// Our own additions.
    pub hints: Hints,
}

/// A part with weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// `unet/`
    Unet,
    /// `unet_student/`, which few models have.
    Student,
    /// `vae/`
    Vae,
    /// `text_encoder/`
    TextEncoder,
}

impl Component {
    /// All of them.
    pub const ALL: [Component; 4] =
        [Component::TextEncoder, Component::Unet, Component::Student, Component::Vae];

    /// Its folder.
    pub const fn folder(self) -> &'static str {
        match self {
            Component::Unet => "unet",
            Component::Student => "unet_student",
            Component::Vae => "vae",
            Component::TextEncoder => "text_encoder",
        }
    }

    /// The usual stem of its weight files.
    const fn stem(self) -> &'static str {
        match self {
            Component::Unet | Component::Student | Component::Vae => "diffusion_pytorch_model",
            Component::TextEncoder => "model",
        }
    }
}

/// Steps of a few-step network that says nothing itself.
const FEW_STEPS: u32 = 4;
/// See [`Model::margin_px`].
const MOST_MARGIN_PX: u32 = 64;
/// See [`Model::hole_strength`].
const PLAIN_HOLE_STRENGTH: f32 = 0.9;

impl Model {
    /// Opens the model `id`: a catalog id (`starter`) or a folder.
    ///
    /// # Errors
    /// [`ModelError`] naming the file that is missing, unreadable or wrong.
    pub fn open(id: &str) -> Result<Self, ModelError> {
        let files = if id == starter::ID {
            Files::Embedded { name: starter::ID, files: starter::FILES }
        } else {
            let path = PathBuf::from(id);
            match (path.is_dir(), catalog::find(id)) {
                (true, _) => Files::Folder(path),
                (false, Some(found)) => Files::Folder(found),
                (false, None) if path.is_file() => return Err(not_a_folder(&path)),
                (false, None) => return Err(ModelError::NotFound(id.into())),
            }
        };
        Self::from_files(id, files)
    }

    /// Opens the model whose files are `files`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_files(id: &str, files: Files) -> Result<Self, ModelError> {
        let pipeline_class = check_architecture(&files)?;
        let unet: UnetConfig = read_config(&files, "unet/config.json")?;
        unet.check(&files.full_name("unet/config.json"))?;
        let student = read_student(&files, &unet)?;
        let vae: VaeConfig = read_vae_config(&files)?;
        vae.check(&files.full_name("vae/config.json"))?;
        let clip = read_clip_config(&files)?;
        clip.check(&files.full_name("text_encoder/config.json"))?;
        check_fit(&files, &unet, &vae, &clip)?;
        let scheduler = read_config(&files, "scheduler/scheduler_config.json")?;
        let context = read_context(&files, clip.max_position_embeddings)?;
        let hints = if files.exists("starter.json") {
            read_config(&files, "starter.json")?
        } else {
            Hints::default()
        };
        Ok(Self { id: id.into(), files, unet, student, vae, clip, scheduler, pipeline_class, context, hints })
    }

    /// Steps that its few-step network wants; `None` where it has none.
    pub fn few_steps(&self) -> Option<u32> {
        self.student.as_ref().map(|_| self.hints.few_steps.unwrap_or(FEW_STEPS).clamp(1, 16))
    }

    /// Whether the network takes mask and masked picture as input.
    pub fn is_inpainting(&self) -> bool {
        self.unet.in_channels > self.vae.latent_channels()
    }

    /// Side in pixels of the square that the model was trained on (512 where the config does not say).
    pub fn native_px(&self) -> u32 {
        let latent = self.unet.sample_size.as_ref().and_then(|s| s.get(0)).unwrap_or(64).clamp(1, 1024);
        (latent * self.vae.scale_factor()) as u32
    }

    /// Strength at which empty canvas is painted over a continuation of its surroundings: what the model recommends,
    /// else all for inpainting models and a little less for others, which do not know what is missing.
    pub fn hole_strength(&self) -> f32 {
        let usual = if self.is_inpainting() { 1.0 } else { PLAIN_HOLE_STRENGTH };
        self.hints.hole_strength.filter(|s| s.is_finite()).map_or(usual, |s| s.clamp(0.1, 1.0))
    }

    /// How much of the guidance empty canvas is painted with, 0..=1: what words name stands in the picture already, and a
    /// model that follows them too eagerly would paint it once more around it.
    pub fn hole_guidance(&self) -> f32 {
        self.hints.hole_guidance.filter(|g| g.is_finite()).map_or(1.0, |g| g.clamp(0.0, 1.0))
    }

    /// Pixels to paint around every picture and to cut off, for models that are weak along the border; a multiple of
    /// the autoencoder's factor.
    pub fn margin_px(&self) -> u32 {
        let factor = self.vae.scale_factor().max(1) as u32;
        self.hints.margin_px.unwrap_or(0).min(MOST_MARGIN_PX) / factor * factor
    }

    /// A short name of the architecture, for people.
    pub fn arch(&self) -> String {
        let family = match self.unet.cross_attention_dim.get(0) {
            Some(768) => "Stable Diffusion 1.x",
            Some(1024) if self.unet.use_linear_projection => "Stable Diffusion 2.x",
            _ if self.id == starter::ID => "Scumble starter",
            _ => "Stable Diffusion kin",
        };
        let kind = match (self.is_inpainting(), self.unet.time_cond_proj_dim.is_some()) {
            (true, _) => " inpainting",
            (false, true) => " LCM",
            (false, false) => "",
        };
        format!("{family}{kind}")
    }

    /// The weight files of `component`, relative to the model.
    ///
    /// # Errors
    /// [`ModelError::Missing`], with a hint when there are only pickled weights.
    pub fn weight_files(&self, component: Component) -> Result<Vec<String>, ModelError> {
        weight_files(&self.files, component)
    }
}

/// The config of the few-step network, if there is one. It has to take and give what the other does.
fn read_student(files: &Files, unet: &UnetConfig) -> Result<Option<UnetConfig>, ModelError> {
    let name = "unet_student/config.json";
    if !files.exists(name) {
        return Ok(None);
    }
    let student: UnetConfig = read_config(files, name)?;
    let file = files.full_name(name);
    student.check(&file)?;
    let outside = |c: &UnetConfig| (c.in_channels, c.out_channels, c.cross_attention_dim.get(0));
    if outside(&student) != outside(unet) {
        let why = "its channels or the width of its words are not those of unet/config.json".into();
        return Err(ModelError::Read { file, why });
    }
    Ok(Some(student))
}

fn not_a_folder(path: &Path) -> ModelError {
    ModelError::Read {
        file: path.display().to_string(),
        why: "it is a file; models are folders in the diffusers layout (model_index.json, unet/, vae/, ...)"
            .into(),
    }
}

fn read_config<T: serde::de::DeserializeOwned>(files: &Files, relative: &str) -> Result<T, ModelError> {
    config::parse(&files.full_name(relative), &files.read(relative)?)
}

/// The pipeline's class. Refuses those that only look alike (SDXL, Flux, ...) with their name, before a missing
/// field would.
fn check_architecture(files: &Files) -> Result<String, ModelError> {
    let mut pipeline = "StableDiffusionPipeline".to_string();
    let name = "model_index.json";
    if files.exists(name) {
        let index: Value = read_config(files, name)?;
        let class = index.get("_class_name").and_then(Value::as_str).unwrap_or_default();
        let known = class.starts_with("StableDiffusion") && !class.contains("XL") && !class.contains("3")
            || class.starts_with("LatentConsistencyModel")
            || class.is_empty();
        if !known {
            return Err(unknown_architecture(files, name, class));
        }
        if !class.is_empty() {
            pipeline = class.into();
        }
    }
    let name = "unet/config.json";
    let config: Value = read_config(files, name)?;
    let class = config.get("_class_name").and_then(Value::as_str).unwrap_or("UNet2DConditionModel");
    if class != "UNet2DConditionModel" {
        return Err(unknown_architecture(files, name, class));
    }
    Ok(pipeline)
}

fn unknown_architecture(files: &Files, relative: &str, class: &str) -> ModelError {
    ModelError::Config {
        file: files.full_name(relative),
        why: format!(
            "architecture '{class}' is not supported; Stable Diffusion 1.x and 2.x, their inpainting variants and \
             latent consistency models are"
        ),
    }
}

fn read_vae_config(files: &Files) -> Result<VaeConfig, ModelError> {
    let name = "vae/config.json";
    let mut value: Value = read_config(files, name)?;
    // Old files do not name the class; then it is the only one there was.
    if let Some(map) = value.as_object_mut() {
        map.entry("_class_name").or_insert_with(|| "AutoencoderKL".into());
    }
    serde_json::from_value(value).map_err(|e| ModelError::Config {
        file: files.full_name(name),
        why: format!("{e}; compare it with the model's source"),
    })
}

fn read_clip_config(files: &Files) -> Result<ClipConfig, ModelError> {
    let name = "text_encoder/config.json";
    let mut value: Value = read_config(files, name)?;
    let class = value.pointer("/architectures/0").and_then(Value::as_str).unwrap_or("CLIPTextModel");
    if !class.starts_with("CLIPTextModel") {
        return Err(unknown_architecture(files, name, class));
    }
    // A full CLIP config keeps the text part one level down.
    if value.get("hidden_size").is_none()
        && let Some(text) = value.get_mut("text_config")
    {
        value = text.take();
    }
    serde_json::from_value(value).map_err(|e| ModelError::Config {
        file: files.full_name(name),
        why: format!("{e}; compare it with the model's source"),
    })
}

/// The parts must speak of the same widths.
fn check_fit(files: &Files, unet: &UnetConfig, vae: &VaeConfig, clip: &ClipConfig) -> Result<(), ModelError> {
    let bad = |why: String| Err(ModelError::Config { file: files.full_name("unet/config.json"), why });
    let latents = vae.latent_channels();
    if unet.in_channels != latents && unet.in_channels != 2 * latents + 1 {
        return bad(format!(
            "in_channels = {} fits neither plain ({latents}) nor inpainting ({}) models with this vae/config.json",
            unet.in_channels,
            2 * latents + 1
        ));
    }
    if unet.out_channels != latents {
        return bad(format!(
            "out_channels = {} but the autoencoder has {latents} latent channels",
            unet.out_channels
        ));
    }
    for i in 0..unet.levels() {
        if unet.cross_attention_dim.get(i) != Some(clip.hidden_size) {
            return bad(format!(
                "cross_attention_dim does not equal the text encoder's hidden_size {}",
                clip.hidden_size
            ));
        }
    }
    if unet.addition_embed_type.is_some()
        && !clip.hidden_size.is_multiple_of(unet.addition_embed_type_num_heads)
    {
        return bad("addition_embed_type_num_heads does not divide the text encoder's hidden_size".into());
    }
    Ok(())
}

/// `model_max_length` of the tokenizer, where it is a real number, and no more than the encoder has positions.
fn read_context(files: &Files, positions: usize) -> Result<usize, ModelError> {
    let name = "tokenizer/tokenizer_config.json";
    if !files.exists(name) {
        return Ok(positions);
    }
    let value: Value = read_config(files, name)?;
    let length = value.get("model_max_length").and_then(Value::as_u64).unwrap_or(u64::MAX);
    Ok(positions.min(usize::try_from(length).unwrap_or(positions)).max(3))
}

fn weight_files(files: &Files, component: Component) -> Result<Vec<String>, ModelError> {
    let (folder, stem) = (component.folder(), component.stem());
    let names = files.list(folder);
    let has = |name: &str| names.iter().any(|n| n == name);
    let plain = format!("{stem}.safetensors");
    if has(&plain) {
        return Ok(vec![format!("{folder}/{plain}")]);
    }
    // Variants: diffusion_pytorch_model.fp16.safetensors, ...safetensors.index.fp16.json
    let index = names
        .iter()
        .find(|n| n.starts_with(stem) && n.contains(".safetensors.index.") && n.ends_with("json"));
    if let Some(index) = index {
        let relative = format!("{folder}/{index}");
        let value: Value = read_config(files, &relative)?;
        let shards: BTreeSet<String> = value
            .get("weight_map")
            .and_then(Value::as_object)
            .map(|map| map.values().filter_map(|v| v.as_str().map(str::to_string)).collect())
            .unwrap_or_default();
        // A shard name is a file beside the index, never a path out of the folder.
        if let Some(odd) = shards.iter().find(|s| s.contains(['/', '\\']) || s.starts_with("..")) {
            return Err(ModelError::Config {
                file: files.full_name(&relative),
                why: format!("shard name '{odd}' is a path"),
            });
        }
        if shards.is_empty() {
            return Err(ModelError::Config {
                file: files.full_name(&relative),
                why: "it lists no shards".into(),
            });
        }
        return shards
            .into_iter()
            .map(|s| {
                let relative = format!("{folder}/{s}");
                if files.exists(&relative) { Ok(relative) } else { Err(files.missing(&relative)) }
            })
            .collect();
    }
    let variant = names
        .iter()
        .find(|n| n.starts_with(stem) && n.ends_with(".safetensors") && !n.contains("-of-"))
        .or_else(|| names.iter().find(|n| n.ends_with(".safetensors")));
    if let Some(variant) = variant {
        return Ok(vec![format!("{folder}/{variant}")]);
    }
    if let Some(pickled) = names.iter().find(|n| n.ends_with(".bin") || n.ends_with(".ckpt")) {
        return Err(ModelError::Read {
            file: files.full_name(&format!("{folder}/{pickled}")),
            why: "pickled weights can run code and are not opened; convert the folder to safetensors".into(),
        });
    }
    Err(files.missing(&format!("{folder}/{plain}")))
}
