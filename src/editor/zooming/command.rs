//! What can be asked of the zoom.

use crate::document::level::{MAX_FACTOR, MIN_FACTOR};
use crate::zoom::growth::DEPTH_STRENGTH;
use crate::zoom::video::{Format, MAX_FILM_SIDE, QUALITY};
use crate::zoom::{Film, Look, Travel};
use std::path::PathBuf;

/// What can be asked of the zoom.
#[derive(Clone, Debug, PartialEq)]
pub enum ZoomCommand {
    /// A level around all others for each of these words.
    Outward(Vec<String>),
    /// A level inside all others: of what is selected, or of the middle.
    Deeper(String),
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
    /// Asks where to write the film.
    Export,
    /// Writes the film there; the name says in which format.
    ExportTo(PathBuf),
    /// Stops writing.
    CancelExport,
    /// Plays the film in the window, or stops.
    Play(bool),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
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
        self
    }

    /// The film that is asked for. In one direction it is a loop only where the levels are a ring.
    pub fn film(&self, closed: bool) -> Film {
        let both = self.travel.direction == crate::zoom::Direction::Both;
        let travel = Travel { looped: self.travel.looped && (both || closed), ..self.travel.clone() };
        Film { travel, look: Look::default(), size: self.size, quality: self.quality }
    }
}
