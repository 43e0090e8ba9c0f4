//! The ring is closed: planned on a thread, painted by the queue, laid over the innermost level as one step. Until then
//! nothing of the document changes, so that stopping leaves no trace.

use super::{News, Ringing};
use crate::document::Pixels;
use crate::editor::generation::{Kind, Scope, Waiting};
use crate::editor::{DocId, Editor, NoticeKind};
use crate::generate::{Request, metadata};
use crate::paint::transform::over;
use crate::sampling::RngKind;
use crate::zoom::growth::{self, OTHER_LEVELS, Step};

impl Editor {
    /// Plans the ring of a document on a thread.
    pub(super) fn plan_ring(&mut self, document: DocId) {
        let Some(open) = self.document(document) else { return };
        let doc = open.doc.clone();
        let factor = self.zooming.options.factor;
        let mut options = self.generation.options.clone();
        let words = doc.levels[0].prompt();
        if !words.is_empty() {
            options.prompt = words;
        }
        let seed = self.take_seed();
        let page = doc.levels[0].page;
        let request = Request { seed, rng: RngKind::Canvas, ..options.request_with(page, 1.0, seed, false) };
        self.zooming.preparing = true;
        self.zooming.aside("scumble-ring", move || {
            let step = growth::close_ring(&doc, factor, &request);
            News::Ring { document, result: step.map(Box::new).map_err(|why| why.to_string()) }
        });
    }

    /// Asks for the picture of a planned ring.
    pub(super) fn paint_ring(&mut self, document: DocId, step: &Step) {
        let Some(ring) = step.ring() else { return };
        if self.open().id == document {
            self.go_to_level(0, true);
        }
        let (request, inputs) = (step.job.request.clone(), step.job.inputs.clone());
        let number = self.generation.next_job();
        let finish = self.generation.options.style.finish.clone();
        let job =
            Waiting::new(number, document, request, ring.page(), Kind::Ring, Scope::Frame, finish, None);
        self.zooming.ring = Some(Ringing { document, job: number, ring: ring.clone(), painted: None });
        self.generation.enqueue(false, vec![job.ready(inputs)]);
        self.begin_next_job();
    }

    /// The picture of a ring has come.
    pub(in crate::editor) fn ring_painted(&mut self, document: DocId, pixels: Pixels, request: Request) {
        if let Some(ringing) = self.zooming.ring.as_mut().filter(|r| r.document == document) {
            ringing.painted = Some((pixels, request));
        }
    }

    /// Lays a finished ring over the innermost level, as soon as nobody paints.
    pub(super) fn keep_ring(&mut self) {
        let Some(ringing) = &self.zooming.ring else { return };
        if ringing.painted.is_none() {
            if !self.generation.has(ringing.job) {
                // Stopped, or failed: which has been said.
                self.zooming.ring = None;
            }
            return;
        }
        if self.busy() || self.preview.is_some() {
            return;
        }
        let Some(Ringing { document, ring, painted: Some(painted), .. }) = self.zooming.ring.take() else {
            return;
        };
        let (pixels, request) = painted;
        let now = self.now_secs;
        let Some(open) = self.document_mut(document) else { return };
        if ring.lay(&mut open.doc, over(ring.copy(), &pixels), metadata::note(&request)) {
            open.commit("Close the ring", now);
            self.update_shown();
        } else {
            self.tell(NoticeKind::Warning, format!("The ring was not closed: {OTHER_LEVELS}."));
        }
    }

    /// The seed in hand; the next one is another, unless it is locked.
    pub(super) fn take_seed(&mut self) -> u64 {
        let options = &mut self.generation.options;
        let seed = options.seed;
        if !options.seed_locked {
            options.seed = options.seed.wrapping_add(1);
        }
        seed
    }
}
