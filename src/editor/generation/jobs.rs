//! Jobs on their way: the queue, what is made ready for the engine, and what the engine says.

use super::candidate::{self, Candidate, CandidateId};
use super::options::{Finish, Scope};
use super::{Generation, live};
use crate::document::composite::flatten_rgba8;
use crate::document::rgba8::Alpha;
use crate::document::{Document, Layer, LayerId, Pixels, edit};
use crate::editor::opened::DocId;
use crate::editor::work::panic_words;
use crate::editor::zooming::level_of;
use crate::generate::engine::{Inputs, Job, JobEvent, JobHandle};
use crate::generate::region::seam::SeamScore;
use crate::generate::{Picture, Request};
use crate::geom::Rect;
use crate::zoom::growth::{self, Held};
use image::{GrayImage, RgbaImage};
use std::sync::Arc;
use std::time::Instant;

/// Which job; never used twice while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobNumber(pub u64);

/// What is done with the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It becomes a candidate.
    Candidate,
    /// It is the live picture.
    Live,
    /// It fills new canvas at once.
    Extend {
        /// The layer that it fills.
        layer: LayerId,
        /// The page as it was: paint that lies hidden beyond it gives way.
        known: Rect,
        /// Whether it is the last of the extension.
        last: bool,
    },
    /// It refines an inner level of the zoom at once, held to the level around it.
    Detail {
        /// The layer that it fills.
        layer: LayerId,
    },
}

/// A job that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub number: JobNumber,
    /// For which document.
    pub document: DocId,
    /// What it asks for.
    pub request: Request,
    /// Where.
    pub frame: Rect,
    /// What is done with the result.
    pub kind: Kind,
    pub(super) scope: Scope,
    pub(super) finish: Finish,
    /// The picture as it was when it was asked for; `None` = as it is when the job begins.
    pub(super) snapshot: Option<Document>,
}

impl Waiting {
    /// A job; its request's size and strength are set when it begins.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn new(
        number: JobNumber,
        document: DocId,
        request: Request,
        frame: Rect,
        kind: Kind,
        scope: Scope,
        finish: Finish,
        snapshot: Option<Document>,
    ) -> Self {
        Self { number, document, request, frame, kind, scope, finish, snapshot }
    }
}

/// How far a job is, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Which.
    pub number: JobNumber,
    /// "waiting", "loading", "painting"…
    pub stage: &'static str,
    /// Steps done.
    pub step: u32,
    /// Steps of this pass, 0 before the first.
    pub steps: u32,
    /// Seconds until the pass is done.
    pub secs_left: Option<f64>,
    /// Whether it was stopped and is on its way out.
    pub stopping: bool,
    /// What is done with it.
    pub kind: Kind,
    /// The frame.
    pub frame: Rect,
    /// For which document.
    pub document: DocId,
}

pub(super) struct Running {
    pub(super) job: Waiting,
    /// Index of the level that it is of.
    level: usize,
    handle: Option<JobHandle>,
    started: Instant,
    stage: &'static str,
    step: u32,
    steps: u32,
    secs_left: Option<f64>,
    pass: Option<(Rect, Arc<GrayImage>)>,
    pub(super) stopping: bool,
    finishing: bool,
}

impl Running {
    pub(super) fn progress(&self) -> Progress {
        Progress {
            number: self.job.number,
            stage: self.stage,
            step: self.step,
            steps: self.steps,
            secs_left: self.secs_left,
            stopping: self.stopping,
            kind: self.job.kind,
            frame: self.job.frame,
            document: self.job.document,
        }
    }
}

/// A job that is ready for the engine.
pub(super) struct Prepared {
    number: JobNumber,
    job: Result<Job, String>,
}

/// A finished picture, with everything slow done.
pub(super) struct Made {
    number: JobNumber,
    result: Result<Finished, String>,
}

struct Finished {
    pixels: Pixels,
    picture: RgbaImage,
    seam: Option<SeamScore>,
    held: Option<Held>,
}

/// What happened, for the editor.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A candidate is there.
    Candidate,
    /// New canvas is filled with this.
    Extended { document: DocId, layer: LayerId, pixels: Pixels },
    /// An inner level is refined.
    Refined { document: DocId, layer: LayerId, pixels: Pixels, held: Option<Held> },
    /// Something failed.
    Failed(String),
}

impl Generation {
    pub(super) fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    pub(crate) fn enqueue(&mut self, first: bool, jobs: Vec<Waiting>) {
        if first {
            jobs.into_iter().rev().for_each(|job| self.waiting.push_front(job));
        } else {
            self.waiting.extend(jobs);
        }
    }

    /// Stops the running job. It is gone in less than a step.
    pub(super) fn cancel_running(&mut self) {
        let Some(running) = &mut self.running else { return };
        running.stopping = true;
        if let Some(handle) = &running.handle {
            handle.cancel.cancel();
        }
        self.overlay = None;
    }

    /// Begins the next job if none runs. `document` gives the picture of a document that is still open.
    pub(crate) fn begin_next(&mut self, document: impl Fn(DocId) -> Option<Document>) {
        if self.running.is_some() || self.engine.is_none() {
            return;
        }
        // The live picture goes on while the queue stands still.
        let next = if self.paused {
            self.waiting.iter().position(|w| w.kind == Kind::Live).and_then(|at| self.waiting.remove(at))
        } else {
            self.waiting.pop_front()
        };
        let Some(mut job) = next else { return };
        let Some(now) = document(job.document) else { return };
        let mut doc = job.snapshot.take().unwrap_or(now);
        if let Kind::Extend { layer, .. } | Kind::Detail { layer } = job.kind
            && let Some(level) = level_of(&doc, layer)
        {
            // Another level may be shown by now.
            doc = doc.at_level(level);
        }
        let level = doc.level;
        if matches!(job.kind, Kind::Detail { .. }) {
            // What it is held to when it is there.
            job.snapshot = Some(doc.clone());
        }
        let (send, waker) = (self.prepared.0.clone(), self.waker.clone());
        let (number, frame, request, scope) = (job.number, job.frame, job.request.clone(), job.scope);
        let kind = job.kind;
        aside("scumble-prepare", waker, move || {
            let doc = match kind {
                Kind::Extend { layer, known, .. } => only_known(doc, known, layer),
                Kind::Candidate | Kind::Live => doc,
                Kind::Detail { .. } => {
                    let mut doc = doc;
                    (doc.selection, doc.change) = (None, None);
                    doc
                }
            };
            let mut job = prepare(&doc, frame, request, scope);
            if let (Kind::Detail { .. }, Ok(job)) = (kind, &mut job) {
                // All of the page alike: nothing is pasted.
                job.inputs.mask = None;
            }
            let _ = send.send(Prepared { number, job });
        });
        self.running = Some(Running {
            job,
            level,
            handle: None,
            started: Instant::now(),
            stage: "waiting",
            step: 0,
            steps: 0,
            secs_left: None,
            pass: None,
            stopping: false,
            finishing: false,
        });
    }

    /// Takes everything that threads have to say.
    pub(crate) fn take(&mut self) -> Vec<Happening> {
        let mut out = Vec::new();
        while let Ok(prepared) = self.prepared.1.try_recv() {
            self.submit(prepared, &mut out);
        }
        let events: Vec<JobEvent> =
            self.engine.iter().flat_map(|e| e.events().try_iter().collect::<Vec<_>>()).collect();
        for event in events {
            self.event(event, &mut out);
        }
        while let Ok(made) = self.made.1.try_recv() {
            self.finished(made, &mut out);
        }
        out
    }

    fn submit(&mut self, prepared: Prepared, out: &mut Vec<Happening>) {
        let Some(running) = self.running.as_mut().filter(|r| r.job.number == prepared.number) else { return };
        if running.stopping {
            self.running = None;
            return;
        }
        let submitted = match (prepared.job, &mut self.engine) {
            (Ok(job), Some(engine)) => {
                running.job.request.strength = job.request.strength;
                engine.submit(job).map_err(|e| e.to_string())
            }
            (Err(why), _) => Err(why),
            (_, None) => return,
        };
        match submitted {
            Ok(handle) => running.handle = Some(handle),
            Err(why) => {
                self.running = None;
                out.push(Happening::Failed(why));
            }
        }
    }

    fn event(&mut self, event: JobEvent, out: &mut Vec<Happening>) {
        let of_running = |r: &&mut Running| r.handle.as_ref().is_some_and(|h| h.id == event.job());
        let Some(running) = self.running.as_mut().filter(of_running) else { return };
        match event {
            JobEvent::Started { .. } => running.stage = "starting",
            JobEvent::Progress { stage, step, steps, secs_left, .. } => {
                (running.stage, running.step, running.secs_left) = (stage, step, secs_left);
                if steps > 0 {
                    running.steps = steps;
                }
            }
            JobEvent::Pass { rect, paste, .. } => running.pass = Some((rect, paste)),
            JobEvent::Preview { preview, .. } => {
                if !running.stopping {
                    self.preview(&preview.picture);
                }
            }
            JobEvent::Finished { image, paste, .. } => {
                if running.stopping {
                    self.running = None;
                    return;
                }
                running.finishing = true;
                running.stage = "finishing";
                let (frame, number) = (running.job.frame, running.job.number);
                let (finish, seed) = (running.job.finish.clone(), running.job.request.seed);
                let (send, waker) = (self.made.0.clone(), self.waker.clone());
                let parent = running.job.snapshot.clone();
                aside("scumble-finish", waker, move || {
                    let run = std::panic::AssertUnwindSafe(|| {
                        let mut made = finished(frame, image, &paste, &finish, seed);
                        let held = parent.and_then(|doc| growth::held(&doc, doc.level, &made.pixels).ok());
                        if let Some((pixels, held)) = held {
                            (made.pixels, made.held) = (pixels, Some(held));
                        }
                        made
                    });
                    let result = std::panic::catch_unwind(run).map_err(|why| panic_words(&*why));
                    let _ = send.send(Made { number, result });
                });
            }
            JobEvent::Failed { error, .. } => {
                self.running = None;
                self.overlay = None;
                out.push(Happening::Failed(error.to_string()));
            }
            JobEvent::Cancelled { .. } => self.running = None,
        }
    }

    /// Shows a rough look in the frame.
    fn preview(&mut self, picture: &Picture) {
        let Some(running) = &self.running else { return };
        let (rect, paste) = match &running.pass {
            Some((rect, paste)) => (*rect, Some(paste.as_ref())),
            None => (Rect::from_size(0, 0, running.job.frame.width(), running.job.frame.height()), None),
        };
        let pixels = candidate::rough(running.job.frame, picture, rect, paste);
        let (document, live) = (running.job.document, running.job.kind == Kind::Live);
        self.lay_over(document, pixels, live);
    }

    /// Puts pixels over the canvas of a document.
    pub(super) fn lay_over(&mut self, document: DocId, pixels: Pixels, live: bool) {
        let mut layer = Layer::raster(LayerId(u64::MAX), "Preview", pixels);
        if live {
            layer.opacity = self.options.live.opacity;
        }
        self.overlay = Some((document, Arc::new(layer)));
    }

    fn finished(&mut self, made: Made, out: &mut Vec<Happening>) {
        let Some(running) = self.running.take_if(|r| r.job.number == made.number) else { return };
        let Finished { pixels, picture, seam, held } = match made.result {
            Ok(finished) if !running.stopping => finished,
            Ok(_) => return,
            Err(why) => {
                self.overlay = None;
                return out.push(Happening::Failed(format!("The picture could not be finished ({why}).")));
            }
        };
        let Waiting { document, request, frame, kind, .. } = running.job;
        match kind {
            Kind::Live => {
                self.live.picture = Some(live::LivePicture { document, pixels: pixels.clone(), request });
                self.lay_over(document, pixels, true);
            }
            Kind::Extend { layer, .. } => {
                self.overlay = None;
                out.push(Happening::Extended { document, layer, pixels });
            }
            Kind::Detail { layer } => {
                self.overlay = None;
                out.push(Happening::Refined { document, layer, pixels, held });
            }
            Kind::Candidate => {
                let id = CandidateId(self.number());
                let secs = running.started.elapsed().as_secs_f64();
                let level = running.level;
                let made = Candidate { id, document, level, request, frame, pixels, picture, seam, secs };
                self.candidates.push(made);
                // The first of a batch is shown; later ones only if they are better.
                self.show(Some(id));
                out.push(Happening::Candidate);
            }
        }
    }

    /// Shows a candidate over the canvas, or none.
    pub(crate) fn show(&mut self, id: Option<CandidateId>) {
        let found = id.and_then(|id| self.candidates.iter().find(|c| c.id == id)).cloned();
        self.shown = found.as_ref().map(|c| c.id);
        match found {
            Some(candidate) => self.lay_over(candidate.document, candidate.pixels, false),
            None => self.overlay = None,
        }
    }
}

/// Runs something on a thread of its own and wakes the window afterwards.
fn aside(name: &str, waker: crate::editor::work::Waker, work: impl FnOnce() + Send + 'static) {
    let spawned = std::thread::Builder::new().name(name.into()).spawn(move || {
        work();
        waker();
    });
    debug_assert!(spawned.is_ok(), "no thread could be started");
}

/// The document without paint beyond `known`, but for that of the topmost layer `extension`.
fn only_known(mut doc: Document, known: Rect, extension: LayerId) -> Document {
    let filled = doc.layer(extension).cloned();
    edit::remove(&mut doc, extension);
    edit::crop(&mut doc, known);
    if let Some(layer) = filled {
        edit::add(&mut doc, layer, edit::Place { parent: None, index: usize::MAX });
    }
    doc
}

fn finished(frame: Rect, picture: RgbaImage, paste: &GrayImage, finish: &Finish, seed: u64) -> Finished {
    let strokes = match finish {
        Finish::None => None,
        Finish::Strokes(brush) => candidate::in_strokes(frame, &picture, paste, brush, seed),
    };
    let pixels = strokes.unwrap_or_else(|| candidate::pasted(frame, &picture, paste));
    let seam = candidate::seam_of(&picture, paste);
    Finished { pixels, picture, seam, held: None }
}

/// The request and the pixels for the engine: the frame flattened, and what may change in it.
///
/// # Errors
/// In words, when there is nothing to change.
pub fn prepare(doc: &Document, frame: Rect, mut request: Request, scope: Scope) -> Result<Job, String> {
    let rgba = flatten_rgba8(doc, frame, Alpha::Straight);
    let empty = rgba.chunks_exact(4).any(|px| px[3] < 255);
    let gray = |mask: &crate::document::Mask| mask.to_gray8(frame);
    if scope == Scope::Empty && !empty {
        return Err("There is no empty canvas here.".into());
    }
    let marks = scope != Scope::Empty;
    let painted = doc.change.as_ref().filter(|_| marks).map(gray).filter(|v| v.iter().any(|v| *v > 0));
    let selected = doc.selection.as_ref().filter(|_| marks).map(gray);
    let mask = match (painted, selected) {
        (Some(mut painted), selected) => {
            for (v, s) in painted.iter_mut().zip(selected.iter().flatten()) {
                *v = ((u32::from(*v) * u32::from(*s) + 127) / 255) as u8;
            }
            // The greatest strength is that of the run, the others are parts of it.
            let most = painted.iter().copied().max().unwrap_or(0);
            if most == 0 {
                return Err("The change mask lies outside of the selection: nothing would change.".into());
            }
            request.strength = f32::from(most) / 255.0;
            painted
                .iter_mut()
                .for_each(|v| *v = ((u32::from(*v) * 255 + u32::from(most) / 2) / u32::from(most)) as u8);
            Some(painted)
        }
        (None, Some(selected)) if selected.iter().any(|v| *v > 0) => Some(selected),
        (None, Some(_)) => {
            return Err("The selection lies outside of the frame: nothing would change.".into());
        }
        (None, None) if empty && scope != Scope::Frame => None,
        (None, None) => Some(vec![255; frame.area() as usize]),
    };
    let (w, h) = (frame.width(), frame.height());
    let init = RgbaImage::from_raw(w, h, rgba).ok_or("The frame is too large.")?;
    let mask = mask.and_then(|values| GrayImage::from_raw(w, h, values));
    request.width = w;
    request.height = h;
    let inputs = Inputs { init: Some(Arc::new(init)), mask: mask.map(Arc::new) };
    Ok(Job { request, index: 0, inputs })
}
