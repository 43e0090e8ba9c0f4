//! What can be asked of the zoom.

use crate::document::level::{MAX_FACTOR, MIN_FACTOR};
use crate::zoom::growth::DEPTH_STRENGTH;
use crate::zoom::video::{Format, MAX_FILM_SIDE, QUALITY};
use crate::zoom::walk::{Stop, Walk};
use crate::zoom::{Film, Look, Travel};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What can be asked of the zoom.
#[derive(Clone, Debug, PartialEq)]
pub enum ZoomCommand {
    /// A level around all others for each of these words.
    Outward(Vec<String>),
    /// A level inside all others: of what is selected, or of the middle.
    Deeper(String),
    /// Makes the innermost level hold the outermost, so that the zoom never ends.
    CloseRing,
    /// Shows a level, fitted into the view.
    Go(usize),
    /// Removes a level.
    Remove(usize),
    /// Makes a level anew, with another seed.
    Reroll(usize),
    /// Words and style of a level.
    Words(usize, String, String),
    /// Exchanges words, style and seed of two levels.
    SwapWords(usize, usize),
    /// Forgets levels that wait, and stops the one that is made.
    Stop,
    /// Other options.
    SetOptions(Box<ZoomOptions>),
    /// Makes the pictures of the walk that are not there yet; where all are, all anew with other seeds.
    MakeWalk,
    /// Stops making them; those that are made stay.
    StopWalk,
    /// Asks where to write the film.
    Export,
    /// Writes the film there; the ending says in which format, without one it is the one that is chosen.
    ExportTo(PathBuf),
    /// Stops writing.
    CancelExport,
    /// Plays the film in the window, or stops.
    Play(bool),
}

/// What is filmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilmKind {
    /// The levels, as a camera sees them that flies through.
    #[default]
    Zoom,
    /// A walk between words and seeds.
    Walk,
}

/// A stop of the walk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WalkStop {
    /// What is to be seen; put as the style says.
    pub words: String,
    /// The noise that it is made from.
    pub seed: u64,
    /// Whether it keeps its seed when the walk is made anew.
    pub locked: bool,
}

/// The walk that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WalkOptions {
    /// In their order.
    pub stops: Vec<WalkStop>,
    /// Seconds from one to the next.
    pub seconds_per_stop: f64,
    /// Leaves and reaches each stop softly.
    pub ease: bool,
    /// Goes back to the first stop at the end.
    pub looped: bool,
}

/// Most stops of a walk.
pub const MAX_STOPS: usize = 64;

impl Default for WalkOptions {
    fn default() -> Self {
        let stop = WalkStop { seed: 1, ..WalkStop::default() };
        Self { stops: vec![stop.clone(), stop], seconds_per_stop: 2.0, ease: true, looped: false }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ZoomOptions {
    /// How much more the next level shows.
    pub factor: f64,
    /// How much an inner level may change what was enlarged, 0..=1.
    pub depth_strength: f32,
    /// Zooming out past the last level makes the next one.
    pub auto_extend: bool,
    /// The way of the camera.
    pub travel: Travel,
    /// Pixels of the film.
    pub size: (u32, u32),
    /// Quality of the film, 1..=100.
    pub quality: u8,
    /// What is suggested when it is written.
    pub format: Format,
    /// The walk between words.
    pub walk: WalkOptions,
    /// Which film is played and written. A new start begins with the zoom.
    #[serde(skip)]
    pub filmed: FilmKind,
}

impl Default for ZoomOptions {
    fn default() -> Self {
        Self {
            factor: 2.0,
            depth_strength: DEPTH_STRENGTH,
            auto_extend: false,
            travel: Travel { ease_s: 1.0, seconds_per_level: 2.0, ..Travel::default() },
            size: (1280, 720),
            quality: QUALITY,
            format: Format::Mp4,
            walk: WalkOptions::default(),
            filmed: FilmKind::Zoom,
        }
    }
}

impl ZoomOptions {
    /// Within what makes sense.
    pub fn sanitised(mut self) -> Self {
        let within =
            |v: f64, low: f64, high: f64, or: f64| if v.is_finite() { v.clamp(low, high) } else { or };
        self.factor = within(self.factor, MIN_FACTOR, MAX_FACTOR, 2.0);
        self.depth_strength =
            if self.depth_strength.is_finite() { self.depth_strength.clamp(0.0, 1.0) } else { 0.4 };
        let t = &mut self.travel;
        t.seconds_per_level = within(t.seconds_per_level, 0.05, 600.0, 1.0);
        t.ease_s = within(t.ease_s, 0.0, 600.0, 0.0);
        t.hold_s = within(t.hold_s, 0.0, 600.0, 0.0);
        t.turns_per_level = within(t.turns_per_level, -10.0, 10.0, 0.0);
        t.fps = t.fps.clamp(1, 240);
        let even = |v: u32| v.clamp(16, MAX_FILM_SIDE) & !1;
        self.size = (even(self.size.0), even(self.size.1));
        self.quality = self.quality.clamp(1, 100);
        self.walk.seconds_per_stop = within(self.walk.seconds_per_stop, 0.1, 600.0, 2.0);
        self.walk.stops.truncate(MAX_STOPS);
        self
    }

    /// The walk that is asked for; `put` says how words are put.
    pub fn walk(&self, put: impl Fn(&str) -> String) -> Walk {
        let stop = |stop: &WalkStop| Stop { prompt: put(&stop.words), seed: stop.seed };
        Walk {
            stops: self.walk.stops.iter().map(stop).collect(),
            seconds_per_stop: self.walk.seconds_per_stop,
            ease: self.walk.ease,
            looped: self.walk.looped,
            fps: self.travel.fps,
        }
    }

    /// The film that is asked for. In one direction it is a loop only where the levels are a ring.
    pub fn film(&self, closed: bool) -> Film {
        let both = self.travel.direction == crate::zoom::Direction::Both;
        let travel = Travel { looped: self.travel.looped && (both || closed), ..self.travel.clone() };
        Film { travel, look: Look::default(), size: self.size, quality: self.quality }
    }
}
