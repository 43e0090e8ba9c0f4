//! What is asked for: words, style, strength, seed.

pub use crate::generate::Finish;
use crate::generate::region::context::Context;
use crate::generate::{Fill, Request};
use crate::geom::Rect;
use crate::sampling::{RngKind, SamplerKind};
use serde::{Deserialize, Serialize};

/// How many prompts are remembered.
pub const HISTORY: usize = 50;
/// Most pictures of one call.
pub const MAX_BATCH: u32 = 16;

/// What of the frame may change where nothing is painted on the change mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The selection if there is one, else empty canvas if there is any, else everything.
    #[default]
    Auto,
    /// Everything in the frame.
    Frame,
    /// Empty canvas and nothing else, whatever is painted or selected: for extending.
    Empty,
}

/// Live painting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveOptions {
    /// Every stroke makes a new picture.
    pub on: bool,
    /// How much it may change, 0..=1.
    pub strength: f32,
    /// Steps of a whole run.
    pub steps: u32,
    /// How strongly the picture covers the canvas, 0..=1.
    pub opacity: f32,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self { on: false, strength: 0.6, steps: 8, opacity: 1.0 }
    }
}

/// A named bundle: a painter picks a style, not a sampler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Style {
    /// What people see.
    pub name: String,
    /// The model's id or folder; empty = the one that is chosen.
    pub model: String,
    /// Words around the prompt, which stands for `{prompt}`.
    pub template: String,
    /// What to avoid.
    pub negative: String,
    /// Steps of a whole run.
    pub steps: u32,
    /// Classifier-free guidance scale.
    pub cfg_scale: f32,
    /// Solver; none = the model's own.
    pub sampler: Option<SamplerKind>,
    /// How results are laid down.
    pub finish: Finish,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            name: "Plain".into(),
            model: String::new(),
            template: "{prompt}".into(),
            negative: String::new(),
            steps: 20,
            cfg_scale: 7.0,
            sampler: None,
            finish: Finish::None,
        }
    }
}

/// The styles that come with the program.
pub fn built_in_styles() -> Vec<Style> {
    let strokes = |name: &str, template: &str, brush: &str| Style {
        name: name.into(),
        template: template.into(),
        cfg_scale: 4.0,
        finish: Finish::Strokes(brush.into()),
        ..Style::default()
    };
    vec![
        Style::default(),
        strokes("Oil", "{prompt}, oil painting", "Oil"),
        strokes("Gouache", "{prompt}, gouache painting", "Gouache"),
        Style {
            name: "Watercolour".into(),
            template: "{prompt}, watercolour painting".into(),
            cfg_scale: 4.0,
            ..Style::default()
        },
        Style {
            name: "Ink".into(),
            template: "{prompt}, ink drawing".into(),
            cfg_scale: 4.0,
            ..Style::default()
        },
    ]
}

/// All that is asked for, apart from the frame and the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerateOptions {
    /// Model folder or id.
    pub model: String,
    /// What to paint.
    pub prompt: String,
    /// What to avoid.
    pub negative: String,
    /// The style in hand; its numbers may have been changed since it was picked.
    pub style: Style,
    /// Seed of the next picture.
    pub seed: u64,
    /// Whether the next picture keeps the seed.
    pub seed_locked: bool,
    /// Pictures of one call, 1..=[`MAX_BATCH`].
    pub batch: u32,
    /// How much may change where no strength is painted, 0..=1.
    pub strength: f32,
    /// What fills masked areas before the model sees them.
    pub fill: Fill,
    /// What may change where nothing is painted.
    pub scope: Scope,
    /// Live painting.
    pub live: LiveOptions,
    /// Prompts that were used, the newest first.
    pub history: Vec<String>,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            model: "starter".into(),
            prompt: String::new(),
            negative: String::new(),
            style: built_in_styles().swap_remove(1),
            seed: 1,
            seed_locked: false,
            batch: 1,
            strength: 1.0,
            fill: Fill::Auto,
            scope: Scope::Auto,
            live: LiveOptions::default(),
            history: Vec::new(),
        }
    }
}

impl GenerateOptions {
    /// With every number in its range: settings are foreign data.
    pub fn sanitised(mut self) -> Self {
        let unit = |v: f32, otherwise: f32| if v.is_finite() { v.clamp(0.0, 1.0) } else { otherwise };
        self.strength = unit(self.strength, 1.0).max(0.01);
        self.live.strength = unit(self.live.strength, 0.6).max(0.01);
        self.live.opacity = unit(self.live.opacity, 1.0);
        self.live.steps = self.live.steps.clamp(1, 100);
        self.batch = self.batch.clamp(1, MAX_BATCH);
        self.style.steps = self.style.steps.clamp(1, 200);
        if !self.style.cfg_scale.is_finite() {
            self.style.cfg_scale = 7.0;
        }
        self.style.cfg_scale = self.style.cfg_scale.clamp(1.0, 30.0);
        self.history.truncate(HISTORY);
        self
    }

    /// Puts the prompt first in the history.
    pub fn remember_prompt(&mut self) {
        if !self.prompt.trim().is_empty() {
            let prompt = self.prompt.clone();
            self.history.retain(|p| *p != prompt);
            self.history.insert(0, prompt);
            self.history.truncate(HISTORY);
        }
    }

    /// The request for a frame; `strength` is that of the run.
    pub fn request(&self, frame: Rect, strength: f32, live: bool) -> Request {
        let style = &self.style;
        let prompt = expand(&fill_template(&style.template, &self.prompt), self.seed);
        let negative = [style.negative.trim(), self.negative.trim()];
        let negative: Vec<&str> = negative.into_iter().filter(|part| !part.is_empty()).collect();
        Request {
            model: if style.model.is_empty() { self.model.clone() } else { style.model.clone() },
            prompt,
            negative: negative.join(", "),
            width: frame.width(),
            height: frame.height(),
            steps: if live { self.live.steps } else { style.steps },
            cfg_scale: style.cfg_scale,
            sampler: style.sampler,
            seed: self.seed,
            rng: RngKind::Canvas,
            strength,
            fill: self.fill,
            finish: if live { Finish::None } else { style.finish.clone() },
            context: Context::Auto,
            origin: (i64::from(frame.x0), i64::from(frame.y0)),
            ..Request::default()
        }
    }
}

/// The prompt in its style's words; a template that forgets the prompt gets it in front.
fn fill_template(template: &str, prompt: &str) -> String {
    let (template, prompt) = (template.trim(), prompt.trim());
    let filled = if template.contains("{prompt}") {
        template.replace("{prompt}", prompt)
    } else if template.is_empty() {
        prompt.to_owned()
    } else {
        format!("{prompt}, {template}")
    };
    // Without words the template's comma stands alone.
    filled.trim_matches(|c: char| c == ',' || c.is_whitespace()).to_owned()
}

/// Replaces each `{a|b|c}` by one of its parts, chosen by the seed: the same seed, the same words. Braces without a
/// bar are text. Parts may hold braces themselves.
pub fn expand(prompt: &str, seed: u64) -> String {
    let mut text = prompt.to_owned();
    let mut state = seed ^ 0x5cb1_e000_0000_0001;
    // Innermost first; a prompt is short, and each round removes a pair.
    for _ in 0..1000 {
        let Some((open, close)) = innermost(&text) else { break };
        let parts: Vec<&str> = text[open + 1..close].split('|').collect();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = parts[((state >> 33) % parts.len() as u64) as usize].trim().to_owned();
        text.replace_range(open..=close, &pick);
    }
    text
}

/// The first pair of braces that holds a bar and no other pair.
fn innermost(text: &str) -> Option<(usize, usize)> {
    let mut open = None;
    let mut bar = false;
    for (i, c) in text.char_indices() {
        match c {
            '{' => (open, bar) = (Some(i), false),
            '|' => bar = true,
            '}' => {
                if let (Some(open), true) = (open, bar) {
                    return Some((open, i));
                }
                open = None;
            }
            _ => {}
        }
    }
    None
}
