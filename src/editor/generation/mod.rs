//! Generation on the canvas: a frame, words, jobs, previews, candidates, live painting.
//!
//! ```text
//! Start -> Waiting (queue) -> prepare: flatten the frame (other threads) -> Engine (thread scumble-inference)
//!       -> previews over the canvas -> finish: strokes, seam score (other threads) -> Candidate -> accept: a layer
//! ```
//! There are no modes: what lies in the frame decides. Empty canvas is made from noise, what is painted on the change
//! mask (or selected) starts at that strength, everything else is kept byte for byte; with nothing painted, nothing
//! selected and no empty canvas, the whole frame is repainted at one strength.

mod candidate;
mod command;
pub mod frame;
mod jobs;
mod live;
pub mod options;

pub use candidate::{Candidate, CandidateId, REQUEST_NOTE, VEIL};
pub use command::GenerateCommand;
pub use frame::Frame;
pub(crate) use jobs::Happening;
pub use jobs::{JobNumber, Kind, Progress, Waiting, prepare};
pub use options::{Finish, GenerateOptions, LiveOptions, Scope, Style, built_in_styles};

use super::opened::DocId;
use super::work::Waker;
use crate::document::{Document, Layer};
use crate::generate::Backend;
use crate::generate::engine::Engine;
use crossbeam_channel::{Receiver, Sender, unbounded};
use jobs::{Made, Prepared, Running};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// A model that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChoice {
    /// What a request names.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Side of the square that it was trained on, pixels; 512 where nobody knows before it is loaded.
    pub native_px: u32,
}

/// Builds the backend on its thread, again after a panic.
pub type MakeBackend = Box<dyn FnMut() -> Box<dyn Backend> + Send>;

/// What runs models, given by whoever starts the program.
pub struct Models {
    /// The backend.
    pub make: MakeBackend,
    /// What can be chosen, the one inside the program first.
    pub choices: Vec<ModelChoice>,
}

/// The state of generation.
pub struct Generation {
    engine: Option<Engine>,
    /// What can be chosen.
    pub choices: Vec<ModelChoice>,
    /// What is asked for.
    pub options: GenerateOptions,
    frames: HashMap<DocId, Frame>,
    waiting: VecDeque<Waiting>,
    running: Option<Running>,
    paused: bool,
    next_number: u64,
    candidates: Vec<Candidate>,
    /// The candidate that is shown over the canvas.
    shown: Option<CandidateId>,
    /// What lies over the canvas: a preview, a candidate, or the live picture.
    overlay: Option<(DocId, Arc<Layer>)>,
    prepared: (Sender<Prepared>, Receiver<Prepared>),
    made: (Sender<Made>, Receiver<Made>),
    live: live::Live,
    waker: Waker,
}

impl Generation {
    /// Starts the engine's thread. Without models nothing can be generated, which is said when it is tried.
    pub fn new(models: Option<Models>, options: GenerateOptions, waker: Waker) -> Self {
        let (engine, choices) = match models {
            Some(Models { make, choices }) => (Engine::start(make).ok(), choices),
            None => (None, Vec::new()),
        };
        Self {
            engine,
            choices,
            options: options.sanitised(),
            frames: HashMap::new(),
            waiting: VecDeque::new(),
            running: None,
            paused: false,
            next_number: 1,
            candidates: Vec::new(),
            shown: None,
            overlay: None,
            prepared: unbounded(),
            made: unbounded(),
            live: live::Live::default(),
            waker,
        }
    }

    /// Whether there is anything that can run a model.
    pub fn available(&self) -> bool {
        self.engine.is_some()
    }

    /// The frame of a document.
    pub fn frame(&self, id: DocId) -> Frame {
        self.frames.get(&id).copied().unwrap_or_default()
    }

    /// Side of the square that the chosen model was trained on.
    pub fn native_px(&self) -> u32 {
        let model =
            if self.options.style.model.is_empty() { &self.options.model } else { &self.options.style.model };
        self.choices.iter().find(|c| c.id == *model).map_or(512, |c| c.native_px)
    }

    /// The rectangle of the frame of a document.
    pub fn frame_rect(&self, id: DocId, doc: &Document) -> crate::geom::Rect {
        self.frame(id).rect(doc, self.native_px())
    }

    /// Puts the frame of a document.
    pub(crate) fn set_frame(&mut self, id: DocId, frame: Frame) {
        self.frames.insert(id, frame);
    }

    pub(crate) fn next_job(&mut self) -> JobNumber {
        JobNumber(self.number())
    }

    /// Stops the running job; live painting begins anew with the next stroke.
    pub(crate) fn cancel(&mut self) {
        self.cancel_running();
    }

    /// Stops the running job and forgets what waits.
    pub(crate) fn cancel_all(&mut self) {
        self.waiting.clear();
        self.cancel_running();
    }

    pub(crate) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    pub(crate) fn remove(&mut self, number: JobNumber) {
        self.waiting.retain(|w| w.number != number);
    }

    pub(crate) fn move_job(&mut self, number: JobNumber, to: usize) {
        if let Some(from) = self.waiting.iter().position(|w| w.number == number)
            && let Some(job) = self.waiting.remove(from)
        {
            self.waiting.insert(to.min(self.waiting.len()), job);
        }
    }

    /// Shows the next candidate, or the one before; past the ends nothing is shown.
    pub(crate) fn show_next(&mut self, forward: bool) {
        let at = self.shown.and_then(|id| self.candidates.iter().position(|c| c.id == id));
        let next = match (at, forward) {
            (Some(at), true) => at.checked_add(1),
            (Some(at), false) => at.checked_sub(1),
            (None, true) => Some(0),
            (None, false) => self.candidates.len().checked_sub(1),
        };
        let id = next.and_then(|at| self.candidates.get(at)).map(|c| c.id);
        self.show(id);
    }

    pub(crate) fn discard(&mut self, id: CandidateId) {
        let at = self.candidates.iter().position(|c| c.id == id);
        self.candidates.retain(|c| c.id != id);
        if self.shown == Some(id) {
            // The next one takes its place.
            let next = at.and_then(|at| self.candidates.get(at).or(self.candidates.last())).map(|c| c.id);
            self.show(next);
        }
    }

    pub(crate) fn discard_all(&mut self) {
        self.candidates.clear();
        self.show(None);
    }

    /// Forgets everything of a document that is closed.
    pub(crate) fn forget(&mut self, id: DocId) {
        self.frames.remove(&id);
        self.waiting.retain(|w| w.document != id);
        self.candidates.retain(|c| c.document != id);
        if self.running.as_ref().is_some_and(|r| r.job.document == id) {
            self.cancel_running();
        }
        if self.overlay.as_ref().is_some_and(|(of, _)| *of == id) {
            self.show(None);
        }
    }

    /// All candidates, the newest last.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The candidate that is shown over the canvas.
    pub fn shown(&self) -> Option<CandidateId> {
        self.shown
    }

    /// What waits, in its order.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &Waiting> {
        self.waiting.iter()
    }

    /// Whether the queue stands still.
    pub fn paused(&self) -> bool {
        self.paused
    }

    /// How far the running job is.
    pub fn progress(&self) -> Option<Progress> {
        self.running.as_ref().map(Running::progress)
    }

    /// Whether what lies over the canvas belongs to the level that `doc` shows.
    pub(crate) fn overlay_fits(&self, doc: &Document) -> bool {
        let shown = self.shown.and_then(|id| self.candidates.iter().find(|c| c.id == id));
        match (shown, self.running.as_ref().map(|r| r.job.kind)) {
            (Some(candidate), _) => candidate.level == doc.level,
            (None, Some(Kind::Extend { layer, .. } | Kind::Detail { layer })) => doc.layer(layer).is_some(),
            (None, Some(Kind::Candidate | Kind::Live) | None) => true,
        }
    }

    /// Another level of a document is shown: what belongs to others is hidden.
    pub(crate) fn hide_other_levels(&mut self, id: DocId, level: usize) {
        let shown = self.shown.and_then(|id| self.candidates.iter().find(|c| c.id == id));
        if shown.is_some_and(|c| c.document == id && c.level != level) {
            self.show(None);
        }
        if self.live.picture.as_ref().is_some_and(|p| p.document == id) {
            self.live.picture = None;
            self.overlay = None;
        }
    }

    /// A level came in below all others of a document: candidates follow.
    pub(crate) fn shift_levels(&mut self, id: DocId) {
        self.candidates.iter_mut().filter(|c| c.document == id).for_each(|c| c.level += 1);
    }

    /// Levels of a document are no longer where they were: what was made for them is forgotten.
    pub(crate) fn forget_levels(&mut self, id: DocId) {
        self.waiting.retain(|w| w.document != id);
        self.candidates.retain(|c| c.document != id);
        if self.running.as_ref().is_some_and(|r| r.job.document == id) {
            self.cancel_running();
        }
        self.show(None);
    }

    /// The layer over the canvas of that document.
    pub fn overlay(&self, id: DocId) -> Option<&Arc<Layer>> {
        self.overlay.as_ref().filter(|(of, _)| *of == id).map(|(_, layer)| layer)
    }
}
