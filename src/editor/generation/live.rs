//! Live painting: every stroke makes a new picture; the one that is being made gives way.

use super::Generation;
use super::jobs::{JobNumber, Kind, Waiting};
use super::notes::note_request;
use super::options::{Finish, Scope, Sees};
use crate::document::{Document, Layer, LayerId, Pixels};
use crate::editor::opened::DocId;
use crate::generate::Request;
use crate::geom::Rect;

/// The last live picture.
#[derive(Clone, Debug)]
pub(super) struct LivePicture {
    pub(super) document: DocId,
    pub(super) pixels: Pixels,
    pub(super) request: Request,
}

/// What live painting remembers.
#[derive(Default)]
pub(super) struct Live {
    /// What the newest live job was made from.
    seen: Option<(DocId, Document, Request, Rect)>,
    pub(super) picture: Option<LivePicture>,
}

impl Generation {
    /// Asks for a new live picture if the canvas, the words or the frame changed. `painting`: a stroke is under way;
    /// then the picture that is being made is finished first, so that something is seen.
    pub(crate) fn keep_live(&mut self, id: DocId, doc: &Document, painting: bool) {
        if !self.options.live.on || !self.available() {
            self.live.seen = None;
            return;
        }
        let frame = self.frame_rect(doc);
        let mut request = self.options.request(frame, self.options.live.strength, true);
        if let Some(few) = self.few_steps() {
            // What was distilled to be fast is for this; more steps than it was made for add nothing.
            request.few_step = true;
            request.steps = request.steps.min(few);
            request.sampler = None;
        }
        let same = self.live.seen.as_ref().is_some_and(|(of, seen, asked, at)| {
            // By pointer: costs nothing while nobody paints.
            *of == id
                && *asked == request
                && *at == frame
                && doc.damage_from(seen).is_empty()
                && doc.change == seen.change
                && doc.selection == seen.selection
        });
        if same {
            return;
        }
        let running = self.running.as_ref().filter(|r| !r.stopping);
        match running {
            Some(r) if r.job.kind == Kind::Live && painting => return,
            Some(_) if painting => return,
            Some(r) if r.job.kind == Kind::Live => self.stop_for_newer(),
            // A picture that was asked for by hand is not thrown away for a stroke.
            Some(_) | None => {}
        }
        self.waiting.retain(|w| w.kind != Kind::Live);
        let number = JobNumber(self.number());
        self.waiting.push_front(Waiting {
            number,
            document: id,
            request: request.clone(),
            frame,
            kind: Kind::Live,
            scope: Scope::Frame,
            finish: Finish::None,
            sees: Sees::Frame,
            snapshot: Some(doc.clone()),
            enlarge: 0,
            batch: 0,
            ready: None,
        });
        self.live.seen = Some((id, doc.clone(), request, frame));
    }

    /// Stops the running live job but leaves its picture until there is a better one.
    fn stop_for_newer(&mut self) {
        let overlay = self.overlay.take();
        self.cancel_running();
        self.overlay = overlay;
    }

    /// The live picture as a layer, and its document.
    pub(crate) fn live_layer(&self) -> Option<(DocId, Layer)> {
        let picture = self.live.picture.as_ref()?;
        let mut layer = Layer::raster(LayerId(0), "Live picture", picture.pixels.clone());
        note_request(&mut layer, &picture.request);
        Some((picture.document, layer))
    }

    /// Live painting is switched off: its picture goes.
    pub(crate) fn end_live(&mut self) {
        self.waiting.retain(|w| w.kind != Kind::Live);
        if self.running.as_ref().is_some_and(|r| r.job.kind == Kind::Live) {
            self.cancel_running();
        }
        self.live = Live::default();
        self.overlay = None;
    }
}
