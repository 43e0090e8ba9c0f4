//! Generation on the canvas: a frame, words, jobs, previews, candidates, live painting.
//!
//! ```text
//! Start -> Waiting (queue) -> prepare: flatten the frame (other threads) -> Engine (thread scumble-inference)
//!       -> previews over the canvas -> finish: strokes, seam score (other threads) -> Candidate -> accept: a layer
//! ```
//! There are no modes: what lies in the frame decides. Empty canvas is made from noise, what is painted on the change
//! mask (or selected) starts at that strength, everything else is kept byte for byte; with nothing painted, nothing
//! selected and no empty canvas, the whole frame is repainted at one strength.

pub mod candidate;
mod command;
mod extras;
pub mod frame;
mod jobs;
mod live;
mod notes;
pub mod options;
mod outcome;
mod prepare;
mod shelf;
pub mod wildcards;
mod words;

pub use candidate::{Candidate, CandidateId, VEIL};
pub use command::GenerateCommand;
pub use extras::{MAX_WORDS, StylePicture, WORDS_NOTE, words_of};
pub use frame::Frame;
pub(crate) use jobs::{Happening, Painted};
pub use jobs::{JobNumber, Kind, Progress, Waiting};
pub(super) use notes::note_request;
pub use notes::{REQUEST_NOTE, REQUESTS_NOTE, requests_of};
pub use options::{
    Finish, GenerateOptions, Intent, LiveOptions, Scope, Sees, Style, built_in_styles, in_style, next_seed,
};
pub(super) use prepare::NO_BORDER;
pub use prepare::{prepare, prepare_within};
pub(crate) use shelf::ShelfChange;
pub use words::{AskModels, ModelLore, WordCount};

use super::opened::DocId;
use super::work::Waker;
use crate::document::{Document, Layer, LayerId};
use crate::generate::engine::{Engine, JobEvent};
use crate::generate::{Backend, region};
use crate::geom::Rect;
use crossbeam_channel::{Receiver, Sender, unbounded};
use jobs::{Made, Prepared, Running};
use std::collections::VecDeque;
use std::path::PathBuf;
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
    /// What can be asked about models without running them.
    pub ask: Option<AskModels>,
}

/// A style picture, or why it cannot be read.
type StyleRead = Result<StylePicture, String>;

/// The state of generation.
pub struct Generation {
    engine: Option<Engine>,
    /// What the engine says; the window is woken for each.
    events: Receiver<JobEvent>,
    /// What can be chosen.
    pub choices: Vec<ModelChoice>,
    /// What is asked for.
    pub options: GenerateOptions,
    /// Where files of words lie.
    pub(crate) wildcards: Option<PathBuf>,
    waiting: VecDeque<Waiting>,
    running: Option<Running>,
    paused: bool,
    next_number: u64,
    candidates: Vec<Candidate>,
    /// Pictures that were put aside, the newest last.
    rejected: Vec<Candidate>,
    shelf: shelf::Outbox,
    /// The candidate that is shown over the canvas.
    shown: Option<CandidateId>,
    /// What lies over the canvas: a preview, a candidate, or the live picture.
    overlay: Option<(DocId, Arc<Layer>)>,
    /// What lies over the canvas is not shown for the moment.
    peeking: bool,
    prepared: (Sender<Prepared>, Receiver<Prepared>),
    made: (Sender<Made>, Receiver<Made>),
    /// The style picture that was read last, and those that are read.
    style: Option<StylePicture>,
    styles: (Sender<StyleRead>, Receiver<StyleRead>),
    live: live::Live,
    /// The model that the engine holds, as far as is known.
    loaded: Option<String>,
    ask: Option<AskModels>,
    counter: words::Counter,
    waker: Waker,
}

impl Generation {
    /// Starts the engine's thread. Without models nothing can be generated, which is said when it is tried.
    pub fn new(models: Option<Models>, options: GenerateOptions, waker: Waker) -> Self {
        let (engine, choices, ask) = match models {
            Some(Models { make, choices, ask }) => (Engine::start(make).ok(), choices, ask),
            None => (None, Vec::new(), None),
        };
        let events = outcome::forwarded(engine.as_ref(), waker.clone());
        Self {
            engine,
            events,
            choices,
            options: options.sanitised(),
            wildcards: None,
            waiting: VecDeque::new(),
            running: None,
            paused: false,
            next_number: 1,
            candidates: Vec::new(),
            rejected: Vec::new(),
            shelf: shelf::Outbox::default(),
            shown: None,
            overlay: None,
            peeking: false,
            prepared: unbounded(),
            made: unbounded(),
            style: None,
            styles: unbounded(),
            live: live::Live::default(),
            loaded: None,
            ask,
            counter: words::Counter::default(),
            waker,
        }
    }

    /// Whether there is anything that can run a model.
    pub fn available(&self) -> bool {
        self.engine.is_some()
    }

    /// Side of the square that the chosen model was trained on.
    pub fn native_px(&self) -> u32 {
        let model = self.options.model();
        self.choices.iter().find(|c| c.id == model).map_or(512, |c| c.native_px)
    }

    /// The rectangle of the frame of a document.
    pub fn frame_rect(&self, doc: &Document) -> Rect {
        Frame::of(doc).rect(doc, self.native_px())
    }

    /// What the model will look at, as far as that can be said before it runs.
    pub fn view_rect(&self, doc: &Document) -> Rect {
        frame::view(doc, self.frame_rect(doc), self.options.sees, self.options.strength, self.native_px())
    }

    pub(crate) fn next_job(&mut self) -> JobNumber {
        JobNumber(self.number())
    }

    /// Stops the running job; live painting begins anew with the next stroke. With part of an extension the rest of it
    /// goes too: it would lean on what is now not made.
    pub(crate) fn cancel(&mut self) {
        if let Some(Kind::Extend { layer, .. }) = self.running.as_ref().map(|r| r.job.kind) {
            let document = self.running.as_ref().map(|r| r.job.document);
            self.waiting.retain(|w| Some(w.document) != document || w.kind.layer() != Some(layer));
        }
        self.cancel_running();
    }

    /// Forgets what would fill a layer that is no longer there; `there` says whether it is.
    pub(crate) fn forget_layers(&mut self, there: impl Fn(DocId, LayerId) -> bool) {
        let gone = |job: &Waiting| job.kind.layer().is_some_and(|layer| !there(job.document, layer));
        self.waiting.retain(|job| !gone(job));
        if self.running.as_ref().is_some_and(|r| !r.stopping && gone(&r.job)) {
            self.cancel_running();
        }
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

    /// Shows the next candidate of a document, or the one before; past the ends nothing is shown.
    pub(crate) fn show_next(&mut self, of: DocId, forward: bool) {
        let ids: Vec<CandidateId> = self.candidates_of(of).map(|c| c.id).collect();
        let at = self.shown.and_then(|id| ids.iter().position(|c| *c == id));
        let next = match (at, forward) {
            (Some(at), true) => at.checked_add(1),
            (Some(at), false) => at.checked_sub(1),
            (None, true) => Some(0),
            (None, false) => ids.len().checked_sub(1),
        };
        let id = next.and_then(|at| ids.get(at)).copied();
        self.show(id);
    }

    /// Forgets everything of a document that is closed.
    pub(crate) fn forget(&mut self, id: DocId) {
        self.waiting.retain(|w| w.document != id);
        self.candidates.retain(|c| c.document != id);
        self.rejected.retain(|c| c.document != id);
        self.forget_shelf(id);
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

    /// Those of one document.
    pub fn candidates_of(&self, id: DocId) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(move |c| c.document == id)
    }

    /// Pictures of a document that were put aside, the newest last.
    pub fn rejected_of(&self, id: DocId) -> impl DoubleEndedIterator<Item = &Candidate> {
        self.rejected.iter().filter(move |c| c.document == id)
    }

    /// The candidate that is shown over the canvas.
    pub fn shown(&self) -> Option<CandidateId> {
        self.shown
    }

    /// The same if it is of that document.
    pub fn shown_in(&self, id: DocId) -> Option<CandidateId> {
        self.shown.filter(|shown| self.candidates_of(id).any(|c| c.id == *shown))
    }

    /// The style picture in hand, once it is read.
    pub fn style_picture(&self) -> Option<&StylePicture> {
        self.style.as_ref().filter(|s| Some(&s.path) == self.options.style_picture.as_ref())
    }

    /// Reads the style picture of the options if it is another one.
    pub(crate) fn look_at_style(&mut self) {
        let Some(path) = self.options.style_picture.clone() else {
            self.style = None;
            return;
        };
        if self.style.as_ref().is_none_or(|s| s.path != path) {
            let send = self.styles.0.clone();
            crate::editor::work::aside("scumble-style", self.waker.clone(), move || {
                let _ = send.send(extras::read_style(&path));
            });
        }
    }

    /// Bytes that a picture of the frame needs at its peak, if the model has been looked at.
    pub fn memory_need(&self, doc: &Document) -> Option<u64> {
        let footprint = self.footprint()?;
        let frame = self.frame_rect(doc);
        let (width, height, native, factor) =
            (frame.width(), frame.height(), self.native_px(), footprint.factor);
        let mut size = region::context::model_size(width, height, native, factor);
        if size.scale < 1.0 {
            // The second pass, at most all of the frame, is the larger one.
            size = region::context::second_size(width, height, native, factor);
        }
        let worded =
            doc.layers().iter().filter(|l| l.visible && !words_of(l).trim().is_empty()).count() as u32;
        let guided = u32::from(self.options.style.cfg_scale > 1.0);
        Some(footprint.need(size.width, size.height, 1 + guided + worded, &[]))
    }

    /// The model whose weights are in memory: the one that painted last.
    pub fn loaded(&self) -> Option<&str> {
        self.loaded.as_deref()
    }

    /// Bytes that the weights of the chosen model take in memory; `None` until it is known.
    pub fn weights_need(&self) -> Option<u64> {
        self.footprint().map(|f| f.text + f.unet + f.vae)
    }

    /// Whether a job waits or runs.
    pub fn has(&self, number: JobNumber) -> bool {
        self.running.as_ref().is_some_and(|r| r.job.number == number)
            || self.waiting.iter().any(|w| w.number == number)
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
            (None, Some(Kind::Ring)) => doc.level == 0,
            (None, Some(Kind::Candidate | Kind::Live | Kind::Walk) | None) => true,
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
        self.overlay.as_ref().filter(|(of, _)| *of == id && !self.peeking).map(|(_, layer)| layer)
    }

    /// Whether what lies over the canvas is hidden for the moment.
    pub fn peeking(&self) -> bool {
        self.peeking
    }

    pub(crate) fn peek(&mut self, peeking: bool) {
        self.peeking = peeking;
    }

    /// What the running job's model looks at, on the canvas of that document.
    pub fn running_view(&self, id: DocId) -> Option<Rect> {
        self.running.as_ref().filter(|r| r.job.document == id).and_then(Running::view)
    }
}
