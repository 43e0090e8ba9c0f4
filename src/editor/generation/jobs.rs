//! Jobs on their way: the queue, what is made ready for the engine, and what the engine says.

use super::candidate::{self, Candidate, CandidateId};
use super::options::{Finish, Scope, Sees};
use super::prepare::{only_known, prepare_within, roll_words};
use super::{Generation, extras, live};
use crate::document::{Document, Layer, LayerId, Pixels};
use crate::editor::opened::DocId;
use crate::editor::work::{aside, panic_words};
use crate::editor::zooming::level_of;
use crate::generate::engine::{Engine, Inputs, Job, JobEvent, JobHandle, Mended};
use crate::generate::region::seam::SeamScore;
use crate::generate::{Picture, Request};
use crate::geom::Rect;
use crate::zoom::growth::{self, Held};
use crossbeam_channel::{Receiver, unbounded};
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
    level: usize,
    handle: Option<JobHandle>,
    started: Instant,
    stage: &'static str,
    step: u32,
    steps: u32,
    passes: (u32, u32),
    secs_left: Option<f64>,
    pass: Option<(Rect, Arc<GrayImage>)>,
    pub(super) stopping: bool,
    finishing: bool,
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
    mended: Option<Mended>,
    held: Option<Held>,
}

impl Finished {
    /// The picture alone, with nothing for the canvas.
    fn plain(picture: RgbaImage) -> Self {
        Self { pixels: Pixels::default(), picture, seam: None, mended: None, held: None }
    }
}

/// What happened, for the editor.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A candidate is there.
    Candidate,
    /// New canvas is filled with this.
    Extended { document: DocId, layer: LayerId, pixels: Pixels },
    /// Memory is short: what is given up for it.
    Thrift(String),
    /// An inner level is refined.
    Refined { document: DocId, layer: LayerId, pixels: Pixels, held: Option<Held> },
    /// What closes the ring.
    Ringed { document: DocId, pixels: Pixels },
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
                .and_then(|request| prepare_within(&doc, frame, whole, request, scope))
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

    /// Takes everything that threads have to say.
    pub(crate) fn take(&mut self) -> Vec<Happening> {
        let mut out = Vec::new();
        while let Ok(prepared) = self.prepared.1.try_recv() {
            self.submit(prepared, &mut out);
        }
        let events: Vec<JobEvent> = self.events.try_iter().collect();
        for event in events {
            self.event(event, &mut out);
        }
        while let Ok(read) = self.styles.1.try_recv() {
            match read {
                Ok(style) => self.style = Some(style),
                Err(why) => {
                    self.options.style_picture = None;
                    out.push(Happening::Failed(why));
                }
            }
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
                // As it is run: with words rolled, regions and style.
                let (width, height) = (job.request.width, job.request.height);
                running.job.request = Request { width, height, ..job.request.clone() };
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
            JobEvent::Progress { stage, step, steps, secs_left, pass, passes, .. } => {
                (running.stage, running.step, running.secs_left) = (stage, step, secs_left);
                running.passes = (pass, passes);
                if steps > 0 {
                    running.steps = steps;
                }
            }
            JobEvent::Pass { rect, paste, .. } => running.pass = Some((rect, paste)),
            JobEvent::Thrift { fit, .. } => {
                let words: Vec<&str> = fit.savings.iter().map(|s| s.label()).collect();
                out.push(Happening::Thrift(words.join(", ")));
            }
            JobEvent::Preview { preview, .. } => {
                if !running.stopping && running.job.kind != Kind::Walk {
                    self.preview(&preview.picture);
                }
            }
            JobEvent::Finished { image, paste, mended, .. } => {
                if running.stopping {
                    self.running = None;
                    return;
                }
                running.finishing = true;
                running.stage = "finishing";
                let (frame, number) = (running.job.frame, running.job.number);
                let (finish, seed) = (running.job.finish.clone(), running.job.request.seed);
                let (send, waker) = (self.made.0.clone(), self.waker.clone());
                let (parent, walk) = (running.job.snapshot.clone(), running.job.kind == Kind::Walk);
                aside("scumble-finish", waker, move || {
                    let run = std::panic::AssertUnwindSafe(|| {
                        if walk {
                            return Finished::plain(image);
                        }
                        let made = finished(frame, image, &paste, &finish, seed);
                        let mut made = Finished { mended, ..made };
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
                if running.job.kind != Kind::Walk {
                    self.overlay = None;
                }
                self.running = None;
                out.push(Happening::Failed(error.to_string()));
            }
            JobEvent::Cancelled { .. } => self.running = None,
        }
    }

    /// Shows a rough look in the frame.
    fn preview(&mut self, picture: &Picture) {
        let Some(running) = &self.running else { return };
        let (rect, paste) = match &running.pass {
            // The paste mask of an enlarged picture is larger than the frame.
            Some(_) if running.job.enlarge > 1 => {
                let (x, y) = (running.job.frame.x0, running.job.frame.y0);
                (running.view().unwrap_or_default().translate(-x, -y), None)
            }
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
        let Finished { pixels, picture, seam, mended, held } = match made.result {
            Ok(finished) if !running.stopping => finished,
            Ok(_) => return,
            Err(why) => {
                self.overlay = None;
                return out.push(Happening::Failed(format!("The picture could not be finished ({why}).")));
            }
        };
        let Waiting { document, request, frame, kind, batch, .. } = running.job;
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
            Kind::Ring => {
                self.overlay = None;
                out.push(Happening::Ringed { document, pixels });
            }
            Kind::Walk => out.push(Happening::Walked { number: made.number, picture }),
            Kind::Candidate => {
                let id = CandidateId(self.number());
                let secs = running.started.elapsed().as_secs_f64();
                let picture = Arc::new(picture);
                let level = running.level;
                let candidate = Candidate {
                    id,
                    document,
                    level,
                    request,
                    frame,
                    pixels,
                    picture,
                    batch,
                    seam,
                    mended,
                    secs,
                };
                // Of one call the best is shown, unless somebody looks at another meanwhile.
                let best = self.add_candidate(candidate);
                let looked_at = self.shown.and_then(|id| self.picture(id)).map(|c| c.batch);
                if best || looked_at != Some(batch) {
                    self.show(Some(id));
                } else {
                    self.show(self.shown);
                }
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

/// How many looks may wait for a window that does nothing; beyond that they are stale and left out.
const MAX_LOOKS: usize = 64;

/// Passes on what the engine says and wakes the window for it, which would otherwise sleep until the pointer moves.
pub(super) fn forwarded(engine: Option<&Engine>, waker: crate::editor::work::Waker) -> Receiver<JobEvent> {
    let (send, receive) = unbounded();
    let Some(events) = engine.map(|e| e.events().clone()) else { return receive };
    let run = move || {
        while let Ok(event) = events.recv() {
            let look = matches!(event, JobEvent::Preview { .. } | JobEvent::Progress { .. });
            if look && send.len() > MAX_LOOKS {
                continue;
            }
            if send.send(event).is_err() {
                break;
            }
            waker();
        }
    };
    let spawned = std::thread::Builder::new().name("scumble-events".into()).spawn(run);
    debug_assert!(spawned.is_ok(), "no thread could be started");
    receive
}

fn finished(frame: Rect, picture: RgbaImage, paste: &GrayImage, finish: &Finish, seed: u64) -> Finished {
    if picture.dimensions() != (frame.width(), frame.height()) {
        // Enlarged: over the canvas it lies small.
        let small = image::imageops::thumbnail(&picture, frame.width(), frame.height());
        let all = GrayImage::from_pixel(frame.width(), frame.height(), image::Luma([255]));
        let pixels = candidate::pasted(frame, &small, &all);
        return Finished { pixels, picture, seam: None, mended: None, held: None };
    }
    let strokes = match finish {
        Finish::None => None,
        Finish::Strokes(brush) => candidate::in_strokes(frame, &picture, paste, brush, seed),
    };
    let pixels = strokes.unwrap_or_else(|| candidate::pasted(frame, &picture, paste));
    let seam = candidate::seam_of(&picture, paste);
    Finished { pixels, picture, seam, mended: None, held: None }
}
