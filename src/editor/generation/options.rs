//! What is asked for: words, style, strength, seed.

pub use super::wildcards::expand;
use super::wildcards::names_files;
pub use crate::generate::Finish;
use crate::generate::region::context::Context;
use crate::generate::{Fill, Request};
use crate::geom::Rect;
use crate::sampling::{RngKind, SamplerKind};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How many prompts are remembered.
pub const HISTORY: usize = 50;
/// How many styles of one's own are kept.
pub const MAX_STYLES: usize = 100;
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
    /// Everything but what is selected or painted, which stays: for another background.
    Others,
}

/// What a painter is after, in one word: it decides what the model sees where it is to paint anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// By what is marked: a whole side is expanded, anything else filled.
    #[default]
    Auto,
    /// The surroundings go on into it.
    Fill,
    /// The border goes on outward.
    Expand,
    /// Something new stands there.
    AddObject,
    /// What stands there is gone.
    Remove,
    /// What is marked stays, all else is made anew.
    ReplaceBackground,
    /// Coloured noise leads anywhere.
    Surprise,
    /// What is there leads, at full strength too.
    Hint,
}

impl Intent {
    /// In the order of the menu.
    pub const ALL: [Intent; 8] = [
        Intent::Auto,
        Intent::Fill,
        Intent::Expand,
        Intent::AddObject,
        Intent::Remove,
        Intent::ReplaceBackground,
        Intent::Surprise,
        Intent::Hint,
    ];

    /// Its words in the menu.
    pub const fn label(self) -> &'static str {
        match self {
            Intent::Auto => "Automatic",
            Intent::Fill => "Fill",
            Intent::Expand => "Expand",
            Intent::AddObject => "Add an object",
            Intent::Remove => "Remove",
            Intent::ReplaceBackground => "Replace background",
            Intent::Surprise => "Surprise",
            Intent::Hint => "Keep what is there as a hint",
        }
    }

    /// What it does, in a sentence.
    pub const fn help(self) -> &'static str {
        match self {
            Intent::Auto => "Expands where a whole side is marked, fills otherwise",
            Intent::Fill => "The surroundings go on into what is marked",
            Intent::Expand => "The border goes on outward, for new canvas",
            Intent::AddObject => "Begins with plain grey, so that the words decide",
            Intent::Remove => "Fills from the surroundings; without words of its own it asks for background",
            Intent::ReplaceBackground => {
                "What is selected or painted stays, all else of the frame is made anew"
            }
            Intent::Surprise => "Begins with coloured noise",
            Intent::Hint => "Begins with what is there",
        }
    }

    /// What fills marked areas before the model sees them.
    pub const fn fill(self) -> Fill {
        match self {
            Intent::Auto => Fill::Auto,
            Intent::Fill | Intent::Remove => Fill::Blur,
            Intent::Expand => Fill::Border,
            Intent::AddObject | Intent::ReplaceBackground => Fill::Neutral,
            Intent::Surprise => Fill::Noise,
            Intent::Hint => Fill::Original,
        }
    }
}

/// How much of the picture the model looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sees {
    /// What is marked and surroundings in proportion.
    #[default]
    Auto,
    /// All of the frame.
    Frame,
    /// All of the page; only what lies in the frame changes.
    Page,
}

impl Sees {
    /// In the order of the menu.
    pub const ALL: [Sees; 3] = [Sees::Auto, Sees::Frame, Sees::Page];

    /// Its words in the menu.
    pub const fn label(self) -> &'static str {
        match self {
            Sees::Auto => "Automatic",
            Sees::Frame => "Frame",
            Sees::Page => "Page",
        }
    }

    /// As requests say it.
    pub const fn context(self) -> Context {
        match self {
            Sees::Auto => Context::Auto,
            Sees::Frame | Sees::Page => Context::Whole,
        }
    }
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

/// Another seed: any number will do that the last one does not give away.
pub fn next_seed(seed: u64) -> u64 {
    seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695) >> 32
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
    /// What is wanted where something is marked.
    pub intent: Intent,
    /// How much the model looks at.
    pub sees: Sees,
    /// Repaints a seam that shows once more.
    pub mend_seam: bool,
    /// A picture whose colours results take on.
    pub style_picture: Option<PathBuf>,
    /// How far they take them on, 0..=1.
    pub style_amount: f32,
    /// Panning into empty canvas beside the page offers to extend it.
    pub auto_extend: bool,
    /// What may change where nothing is painted.
    pub scope: Scope,
    /// Live painting.
    pub live: LiveOptions,
    /// Prompts that were used, the newest first.
    pub history: Vec<String>,
    /// Styles that somebody saved, by name.
    pub own_styles: Vec<Style>,
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
            intent: Intent::Auto,
            sees: Sees::Auto,
            mend_seam: true,
            style_picture: None,
            style_amount: 1.0,
            auto_extend: false,
            scope: Scope::Auto,
            live: LiveOptions::default(),
            history: Vec::new(),
            own_styles: Vec::new(),
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
        self.style_amount = unit(self.style_amount, 1.0);
        self.live.steps = self.live.steps.clamp(1, 100);
        self.batch = self.batch.clamp(1, MAX_BATCH);
        self.style.steps = self.style.steps.clamp(1, 200);
        if !self.style.cfg_scale.is_finite() {
            self.style.cfg_scale = 7.0;
        }
        self.style.cfg_scale = self.style.cfg_scale.clamp(1.0, 30.0);
        self.history.truncate(HISTORY);
        self.own_styles.truncate(MAX_STYLES);
        self
    }

    /// All styles: those of the program, then one's own.
    pub fn styles(&self) -> Vec<Style> {
        let mut all = built_in_styles();
        all.extend(self.own_styles.iter().cloned());
        all
    }

    /// Keeps the style in hand with its model under a name of one's own; one of that name is replaced. The names of the
    /// program's styles are taken. Returns whether it was kept.
    pub fn save_style(&mut self, name: &str) -> bool {
        let name = name.trim();
        if name.is_empty() || built_in_styles().iter().any(|s| s.name == name) {
            return false;
        }
        let style = Style { name: name.to_owned(), model: self.model().to_owned(), ..self.style.clone() };
        self.own_styles.retain(|s| s.name != name);
        if self.own_styles.len() >= MAX_STYLES {
            return false;
        }
        let at = self.own_styles.partition_point(|s| s.name.as_str() < name);
        self.own_styles.insert(at, style.clone());
        self.style = style;
        true
    }

    /// Forgets a style of one's own; what it set stays as it is.
    pub fn delete_style(&mut self, name: &str) {
        self.own_styles.retain(|s| s.name != name);
    }

    /// Takes another model, for the style in hand too.
    pub fn choose_model(&mut self, id: &str) {
        id.clone_into(&mut self.model);
        self.style.model.clear();
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

    /// The request for a frame with the seed in hand; `strength` is that of the run.
    pub fn request(&self, frame: Rect, strength: f32, live: bool) -> Request {
        self.request_with(frame, strength, self.seed, live)
    }

    /// The same with another seed, which also rolls the wildcards. Those that are files are left for when the job
    /// begins: the words are then a template.
    pub fn request_with(&self, frame: Rect, strength: f32, seed: u64, live: bool) -> Request {
        let style = &self.style;
        let template = self.words();
        let prompt = if names_files(&template) { template.clone() } else { expand(&template, seed) };
        Request {
            model: self.model().to_owned(),
            template: if prompt == template && !names_files(&template) { String::new() } else { template },
            prompt,
            negative: self.avoided(),
            width: frame.width(),
            height: frame.height(),
            steps: if live { self.live.steps } else { style.steps },
            cfg_scale: style.cfg_scale,
            sampler: style.sampler,
            seed,
            rng: RngKind::Canvas,
            strength,
            fill: self.intent.fill(),
            finish: if live { Finish::None } else { style.finish.clone() },
            context: self.sees.context(),
            mend_seam: self.mend_seam && !live,
            origin: (i64::from(frame.x0), i64::from(frame.y0)),
            ..Request::default()
        }
    }

    /// The model that is used: the style's, or else the chosen one.
    pub fn model(&self) -> &str {
        if self.style.model.is_empty() { &self.model } else { &self.style.model }
    }

    /// The prompt in its style's words, wildcards not yet rolled.
    pub fn words(&self) -> String {
        let words = fill_template(&self.style.template, &self.prompt);
        if self.intent == Intent::Remove && self.prompt.trim().is_empty() {
            return fill_template(&self.style.template, "empty background");
        }
        words
    }

    /// All that is to be avoided.
    pub fn avoided(&self) -> String {
        let parts = [self.style.negative.trim(), self.negative.trim()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// What may change where nothing is painted, with what the intent says.
    pub fn scope(&self) -> Scope {
        if self.intent == Intent::ReplaceBackground { Scope::Others } else { self.scope }
    }
}

/// Words in those of a style, their wildcards as they are.
pub fn in_style(template: &str, words: &str) -> String {
    fill_template(template, words)
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
