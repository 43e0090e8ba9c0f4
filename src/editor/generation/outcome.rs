//! What becomes of jobs: what threads say of them, what is seen meanwhile, and where the finished picture goes.

use super::candidate::{self, Candidate, CandidateId};
use super::jobs::{Finished, Happening, Kind, Made, Painted, Prepared, Running, Waiting};
use super::options::Finish;
use super::{Generation, live};
use crate::document::{Layer, LayerId, Pixels};
use crate::editor::opened::DocId;
use crate::editor::work::{aside, panic_words};
use crate::generate::engine::{Engine, JobEvent};
use crate::generate::{Picture, Request};
use crate::geom::Rect;
use crate::zoom::growth;
use crossbeam_channel::{Receiver, unbounded};
use image::{GrayImage, RgbaImage};
use std::sync::Arc;

impl Generation {
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
                    // It paints, so its weights are there; the engine holds one model.
                    if self.loaded.as_ref() != Some(&running.job.request.model) {
                        self.loaded = Some(running.job.request.model.clone());
                    }
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
                let along_border = running.job.request.along_border;
                let known = match running.job.kind {
                    // A level of the zoom is its page from the beginning.
                    Kind::Extend { known, .. } if !known.contains_rect(&frame) => Some(known),
                    Kind::Extend { .. } | Kind::Candidate | Kind::Live | Kind::Detail { .. } => None,
                    Kind::Ring | Kind::Walk => None,
                };
                let (send, waker) = (self.made.0.clone(), self.waker.clone());
                let (parent, walk) = (running.job.snapshot.clone(), running.job.kind == Kind::Walk);
                aside("scumble-finish", waker, move || {
                    let run = std::panic::AssertUnwindSafe(|| {
                        if walk {
                            return Finished::plain(image);
                        }
                        let made = finished(frame, image, &paste, &finish, seed);
                        // Of a mended border the border counts, or the rim of what was repainted if that is worse.
                        let border = mended.filter(|_| along_border).map(|m| m.after);
                        let seam = match (made.seam, border) {
                            (Some(rim), Some(border)) if rim.badness() < border.badness() => Some(border),
                            (rim, border) => rim.or(border),
                        };
                        let mut made = Finished { mended, seam, ..made };
                        let held = parent.and_then(|doc| growth::held(&doc, doc.level, &made.pixels).ok());
                        if let Some((pixels, held)) = held {
                            (made.pixels, made.held) = (pixels, Some(held));
                        }
                        if let Some(old) = known {
                            // What the old page has of empty canvas was not asked for.
                            made.pixels.fill_rect(old.intersect(&frame), [0; 4]);
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
                // After a defect the engine begins anew.
                self.loaded = None;
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
                let painted = Painted { document, layer, pixels, request };
                out.push(Happening::Extended(Box::new(painted)));
            }
            Kind::Detail { layer } => {
                self.overlay = None;
                let painted = Box::new(Painted { document, layer, pixels, request });
                out.push(Happening::Refined { painted, held });
            }
            Kind::Ring => {
                self.overlay = None;
                out.push(Happening::Ringed { document, pixels, request: Box::new(request) });
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
