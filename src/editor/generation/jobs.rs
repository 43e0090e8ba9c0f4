//! Jobs on their way: the queue, and what is made ready for the engine.

use super::options::{Finish, Scope, Sees};
use super::prepare::{only_known, prepare_border, prepare_within, roll_words};
use super::{Generation, extras};
use crate::document::{Document, LayerId, Pixels};
use crate::editor::opened::DocId;
use crate::editor::work::aside;
use crate::editor::zooming::level_of;
use crate::generate::Request;
use crate::generate::engine::{Inputs, Job, JobHandle, Mended};
use crate::generate::region::seam::SeamScore;
use crate::geom::Rect;
use crate::zoom::growth::Held;
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
    /// It closes the ring of the zoom.
    Ring,
    /// It is a picture of a walk between words: nothing of it is shown on the canvas.
    Walk,
}

impl Kind {
    /// The layer that it fills, which is there before it begins.
    pub(super) fn layer(self) -> Option<LayerId> {
        match self {
            Kind::Extend { layer, .. } | Kind::Detail { layer } => Some(layer),
            Kind::Candidate | Kind::Live | Kind::Ring | Kind::Walk => None,
        }
    }
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
    pub(super) sees: Sees,
    /// Enlarges the picture so many times; 1 repaints in tiles, 0 is an ordinary picture.
    pub(super) enlarge: u32,
    /// Which call it belongs to; 0 = none.
    pub(super) batch: u64,
    /// The picture as it was when it was asked for; `None` = as it is when the job begins.
    pub(super) snapshot: Option<Document>,
    /// Its pixels, where they are ready; `None` = those of the frame, when it begins.
    pub(super) ready: Option<Inputs>,
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
        let sees = Sees::Frame;
        let ready = None;
        Self {
            number,
            document,
            request,
            frame,
            kind,
            scope,
            finish,
            sees,
            enlarge: 0,
            batch: 0,
            snapshot,
            ready,
        }
    }

    /// The same with pixels that are ready: the document has no part in it.
    pub(crate) fn ready(self, inputs: Inputs) -> Self {
        Self { ready: Some(inputs), ..self }
    }

    /// The same, enlarged or repainted in tiles.
    pub(crate) fn enlarged(self, factor: u32) -> Self {
        Self { enlarge: factor, ..self }
    }

    /// The same as one of a call, with what the model is to look at.
    pub(crate) fn of_call(self, batch: u64, sees: Sees) -> Self {
        Self { batch, sees, ..self }
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
    /// Which pass of how many.
    pub passes: (u32, u32),
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
    pub(super) level: usize,
    pub(super) handle: Option<JobHandle>,
    pub(super) started: Instant,
    pub(super) stage: &'static str,
    pub(super) step: u32,
    pub(super) steps: u32,
    pub(super) passes: (u32, u32),
    pub(super) secs_left: Option<f64>,
    pub(super) pass: Option<(Rect, Arc<GrayImage>)>,
    pub(super) stopping: bool,
    pub(super) finishing: bool,
}

impl Running {
    fn new(job: Waiting, level: usize) -> Self {
        Self {
            job,
            level,
            handle: None,
            started: Instant::now(),
            stage: "waiting",
            step: 0,
            steps: 0,
            passes: (1, 1),
            secs_left: None,
            pass: None,
            stopping: false,
            finishing: false,
        }
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            number: self.job.number,
            stage: self.stage,
            step: self.step,
            steps: self.steps,
            passes: self.passes,
            secs_left: self.secs_left,
            stopping: self.stopping,
            kind: self.job.kind,
            frame: self.job.frame,
            document: self.job.document,
        }
    }

    /// What the model looks at now, on the canvas.
    pub(super) fn view(&self) -> Option<Rect> {
        let factor = self.job.enlarge.max(1) as i32;
        self.pass.as_ref().map(|(rect, _)| {
            let of = |v: i32| v.div_euclid(factor);
            let rect = Rect::new(of(rect.x0), of(rect.y0), of(rect.x1), of(rect.y1));
            rect.translate(self.job.frame.x0, self.job.frame.y0)
        })
    }
}

/// A job that is ready for the engine.
pub(super) struct Prepared {
    pub(super) number: JobNumber,
    pub(super) job: Result<Job, String>,
}

/// A finished picture, with everything slow done.
pub(super) struct Made {
    pub(super) number: JobNumber,
    pub(super) result: Result<Finished, String>,
}

pub(super) struct Finished {
    pub(super) pixels: Pixels,
    pub(super) picture: RgbaImage,
    pub(super) seam: Option<SeamScore>,
    pub(super) mended: Option<Mended>,
    pub(super) held: Option<Held>,
}

impl Finished {
    /// The picture alone, with nothing for the canvas.
    pub(super) fn plain(picture: RgbaImage) -> Self {
        Self { pixels: Pixels::default(), picture, seam: None, mended: None, held: None }
    }
}

/// What a run painted for a layer that is there.
#[derive(Debug)]
pub(crate) struct Painted {
    /// The document.
    pub(crate) document: DocId,
    /// The layer, of whatever level.
    pub(crate) layer: LayerId,
    /// What comes over what the layer holds.
    pub(crate) pixels: Pixels,
    /// As it was run.
    pub(crate) request: Request,
}

/// What happened, for the editor.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A candidate is there.
    Candidate,
    /// New canvas is filled with this.
    Extended(Box<Painted>),
    /// Memory is short: what is given up for it.
    Thrift(String),
    /// An inner level is refined.
    Refined { painted: Box<Painted>, held: Option<Held> },
    /// What closes the ring.
    Ringed { document: DocId, pixels: Pixels, request: Box<Request> },
    /// A picture of the walk.
    Walked { number: JobNumber, picture: RgbaImage },
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
        if running.job.kind != Kind::Walk {
            self.overlay = None;
        }
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
        let Waiting { number, frame, scope, sees, kind, .. } = job;
        let (mut request, words) = (job.request.clone(), self.wildcards.clone());
        if sees == Sees::Page && kind == Kind::Candidate {
            // All of the page goes to the model; the frame alone changes.
            job.frame = doc.page.union(&frame);
            request.origin = (i64::from(job.frame.x0), i64::from(job.frame.y0));
        }
        let whole = job.frame;
        let ready = job.ready.take();
        let (enlarge, template) = (job.enlarge, self.options.style.template.clone());
        let (style, amount) = (self.options.style_picture.clone(), self.options.style_amount);
        let known = self.style.clone();
        aside("scumble-prepare", waker, move || {
            if let Some(inputs) = ready {
                let job =
                    roll_words(request, words.as_deref()).map(|request| Job { request, index: 0, inputs });
                let _ = send.send(Prepared { number, job });
                return;
            }
            let doc = match kind {
                Kind::Extend { layer, known, .. } => only_known(doc, known, layer),
                Kind::Candidate | Kind::Live | Kind::Ring | Kind::Walk => doc,
                Kind::Detail { .. } => {
                    let mut doc = doc;
                    (doc.selection, doc.change) = (None, None);
                    doc
                }
            };
            let job = roll_words(request, words.as_deref())
                .and_then(|request| match request.along_border {
                    true => prepare_border(&doc, frame, request),
                    false => prepare_within(&doc, frame, whole, request, scope),
                })
                .and_then(|mut job| {
                    if kind == Kind::Candidate || kind == Kind::Live {
                        extras::add_regions(&mut job, &doc, whole, &template);
                    }
                    extras::add_style(&mut job, style.as_deref(), amount, known)?;
                    if let Kind::Detail { .. } = kind {
                        // All of the page alike: nothing is pasted.
                        job.inputs.mask = None;
                    }
                    if enlarge > 0 {
                        let strength = job.request.strength;
                        job.request = extras::enlarged(job.request, enlarge, strength);
                    }
                    Ok(job)
                });
            let _ = send.send(Prepared { number, job });
        });
        self.running = Some(Running::new(job, level));
    }
}
