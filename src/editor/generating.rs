//! What generation does to documents, and what commands do to generation.

use super::generation::{
    Candidate, CandidateId, Finish, Frame, GenerateCommand, Happening, Kind, Scope, Waiting, frame,
};
use super::zooming::{level_of, set_pixels_anywhere};
use super::{Action, DocId, Editor, NoticeKind};
use crate::document::edit::{self, Place};
use crate::document::{Combine, Document, Layer, LayerId, Mask, Pixels, selection};
use crate::generate::Request;
use crate::geom::Rect;
use crate::paint::transform::over;
use std::sync::Arc;

/// Steps that go on until what they began is painted.
const EXTENDING: [&str; 4] = ["Extend", "Extend outward", "Go deeper", "Make level anew"];
/// Strength of variations.
const VARY_STRENGTH: f32 = 0.5;
/// Strength of refining.
const REFINE_STRENGTH: f32 = 0.3;
/// How many variations are made at once.
const VARIATIONS: u64 = 4;

impl Editor {
    pub(super) fn generate_command(&mut self, command: GenerateCommand) {
        use GenerateCommand as G;
        match command {
            G::Start => self.start_generating(false, None),
            G::StartFirst => self.start_generating(true, None),
            G::Replace => {
                self.generation.cancel_all();
                self.start_generating(true, None);
            }
            G::Refine(strength) => self.start_generating(false, Some(strength)),
            G::Cancel => self.generation.cancel(),
            G::CancelAll => self.generation.cancel_all(),
            G::Pause(paused) => self.generation.pause(paused),
            G::Remove(number) => self.generation.remove(number),
            G::Move(number, to) => self.generation.move_job(number, to),
            G::Show(id) => self.generation.show(id),
            G::ShowNext(forward) => self.generation.show_next(forward),
            G::Accept(id) => self.accept(id),
            G::Discard(id) => self.generation.discard(id),
            G::DiscardAll => self.generation.discard_all(),
            G::MoreLike(id) => self.more_like(id, 1, None),
            G::Vary(id) => self.more_like(id, VARIATIONS, Some(VARY_STRENGTH)),
            G::Recall(id) => self.recall(id),
            G::SetOptions(options) => {
                let was_live = self.generation.options.live.on;
                self.generation.options = options.sanitised();
                if was_live && !self.generation.options.live.on {
                    self.generation.end_live();
                }
            }
            G::SetFrame(frame) => {
                let id = self.open().id;
                self.generation.set_frame(id, frame);
            }
            G::ChangeFromSelection => match self.doc().selection.clone() {
                Some(mask) => {
                    let old = self.doc().change.clone();
                    let sum = selection::combine(old.as_ref(), &mask, Combine::Add);
                    self.edit("Change mask from selection", |doc| {
                        edit::set_change(doc, Some(sum));
                        edit::set_selection(doc, None);
                    });
                }
                None => self.tell(NoticeKind::Info, "Nothing is selected."),
            },
            G::SelectionFromChange => {
                if let Some(mask) = self.doc().change.clone() {
                    self.set_selection("Selection from change mask", Some(mask));
                }
            }
            G::ClearChange => {
                if self.doc().change.is_some() {
                    self.edit("Clear change mask", |doc| drop(edit::set_change(doc, None)));
                }
            }
            G::GrowChange(by) => self.alter_change("Grow change mask", |mask| {
                if by >= 0 {
                    selection::grow(mask, by.unsigned_abs())
                } else {
                    selection::shrink(mask, by.unsigned_abs())
                }
            }),
            G::FeatherChange(px) => {
                self.alter_change("Feather change mask", |mask| selection::feather(mask, px))
            }
            G::Extend(page) => self.extend(page),
            G::AcceptLive => self.accept_live(),
        }
    }

    /// What the actions of the menu ask for.
    pub(super) fn generate_action(&mut self, action: Action) {
        use GenerateCommand as G;
        let shown = self.generation.shown();
        let command = match action {
            Action::GenerateFirst => Some(G::StartFirst),
            Action::GenerateInstead => Some(G::Replace),
            Action::Refine => Some(G::Refine(REFINE_STRENGTH)),
            Action::StopGenerating => Some(G::Cancel),
            Action::StopAll => Some(G::CancelAll),
            Action::AcceptCandidate => shown.map(G::Accept),
            Action::DiscardCandidate => shown.map(G::Discard),
            Action::NextCandidate => Some(G::ShowNext(true)),
            Action::PreviousCandidate => Some(G::ShowNext(false)),
            Action::LivePainting => {
                let mut options = self.generation.options.clone();
                options.live.on = !options.live.on;
                Some(G::SetOptions(Box::new(options)))
            }
            Action::KeepLive => Some(G::AcceptLive),
            Action::ChangeFromSelection => Some(G::ChangeFromSelection),
            Action::SelectionFromChange => Some(G::SelectionFromChange),
            Action::ClearChange => Some(G::ClearChange),
            Action::FrameFix => {
                let rect = self.generation.frame_rect(self.open().id, self.doc());
                Some(G::SetFrame(Frame::Fixed(rect)))
            }
            Action::FrameFollow => Some(G::SetFrame(Frame::Follow)),
            _ => Some(G::Start),
        };
        if let Some(command) = command {
            self.generate_command(command);
        }
    }

    fn alter_change(&mut self, name: &str, change: impl FnOnce(&Mask) -> Mask) {
        match self.doc().change.clone() {
            Some(mask) => self.edit(name, |doc| drop(edit::set_change(doc, Some(change(&mask))))),
            None => self.tell(NoticeKind::Info, "Nothing is painted on the change mask."),
        }
    }

    fn can_generate(&mut self) -> bool {
        if !self.generation.available() {
            self.tell(NoticeKind::Warning, "This program was built without anything that runs a model.");
        }
        self.generation.available()
    }

    fn start_generating(&mut self, first: bool, strength: Option<f32>) {
        if !self.can_generate() || !self.may_edit() {
            return;
        }
        let (id, doc) = (self.open().id, self.doc().clone());
        let frame = self.generation.frame_rect(id, &doc);
        let options = &mut self.generation.options;
        options.remember_prompt();
        let request = options.request(frame, strength.unwrap_or(options.strength), false);
        let (batch, scope, finish) = (options.batch, options.scope, options.style.finish.clone());
        let jobs = (0..u64::from(batch)).map(|k| {
            let request = Request { seed: request.seed.wrapping_add(k), ..request.clone() };
            (request, frame, scope, finish.clone(), Some(doc.clone()))
        });
        let jobs: Vec<_> = jobs.collect();
        self.queue(id, first, jobs);
        let options = &mut self.generation.options;
        if !options.seed_locked {
            options.seed = options.seed.wrapping_add(u64::from(batch));
        }
        self.begin_next_job();
    }

    fn queue(
        &mut self,
        document: DocId,
        first: bool,
        jobs: Vec<(Request, Rect, Scope, Finish, Option<Document>)>,
    ) {
        let jobs = jobs
            .into_iter()
            .map(|(request, frame, scope, finish, snapshot)| {
                let number = self.generation.next_job();
                Waiting::new(number, document, request, frame, Kind::Candidate, scope, finish, snapshot)
            })
            .collect();
        self.generation.enqueue(first, jobs);
    }

    pub(super) fn begin_next_job(&mut self) {
        let documents = &self.documents;
        self.generation.begin_next(|id| documents.iter().find(|d| d.id == id).map(|d| d.doc.clone()));
    }

    fn candidate(&self, id: CandidateId) -> Option<Candidate> {
        self.generation.candidates().iter().find(|c| c.id == id).cloned()
    }

    /// The same words again; with a strength, starting from the candidate's own picture.
    fn more_like(&mut self, id: CandidateId, count: u64, strength: Option<f32>) {
        let Some(candidate) = self.candidate(id) else { return };
        let Some(open) = self.documents.iter().find(|d| d.id == candidate.document) else { return };
        let mut doc = open.doc.clone();
        if strength.is_some() {
            let layer = candidate.layer();
            put_on_top(&mut doc, layer);
        }
        let finish = self.generation.options.style.finish.clone();
        let scope = self.generation.options.scope;
        let strength = strength.unwrap_or(candidate.request.strength);
        let jobs = (1..=count)
            .map(|k| {
                let seed = candidate.request.seed.wrapping_add(k.wrapping_mul(0x9e37_79b9));
                let request = Request { seed, strength, ..candidate.request.clone() };
                (request, candidate.frame, scope, finish.clone(), Some(doc.clone()))
            })
            .collect();
        self.queue(candidate.document, false, jobs);
        self.begin_next_job();
    }

    fn recall(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        let request = candidate.request;
        let options = &mut self.generation.options;
        options.prompt = request.prompt;
        options.negative = request.negative;
        options.seed = request.seed;
        options.seed_locked = true;
        options.model = request.model;
        options.style.template = "{prompt}".into();
        options.style.negative.clear();
        options.style.steps = request.steps;
        options.style.cfg_scale = request.cfg_scale;
        options.style.sampler = request.sampler;
        self.generation.set_frame(candidate.document, Frame::Fixed(candidate.frame));
    }

    /// Makes a candidate the topmost layer: one undo step, which also clears the change mask.
    fn accept(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        self.show_document(candidate.document);
        if self.open().id != candidate.document || !self.may_edit() {
            return;
        }
        self.go_to_level(candidate.level, false);
        let layer = candidate.layer();
        self.edit("Generate", |doc| {
            put_on_top(doc, layer);
            edit::set_change(doc, None);
        });
        self.generation.discard(id);
        self.generation.show(None);
    }

    fn accept_live(&mut self) {
        let Some((document, layer)) = self.generation.live_layer() else {
            return self.tell(NoticeKind::Info, "There is no live picture yet.");
        };
        self.show_document(document);
        self.edit("Live picture", |doc| put_on_top(doc, layer));
    }

    /// Makes the page larger and fills what is new, frame by frame, each as soon as it is made.
    fn extend(&mut self, page: Rect) {
        if !self.can_generate() || !self.may_edit() {
            return;
        }
        let old = self.page();
        let page = page.union(&old);
        if page == old {
            return;
        }
        let native = self.generation.native_px();
        let frames = frame::extension(old, page, native);
        let mut id = LayerId(0);
        self.edit("Extend", |doc| {
            edit::set_page(doc, page);
            id = doc.next_layer_id();
            let layer = Layer::raster(id, "Extension", Pixels::default());
            edit::add(doc, layer, Place { parent: None, index: usize::MAX });
        });
        let document = self.open().id;
        let options = &mut self.generation.options;
        options.remember_prompt();
        let (seed, finish) = (options.seed, options.style.finish.clone());
        if !options.seed_locked {
            options.seed = options.seed.wrapping_add(1);
        }
        let last = frames.len() - 1;
        let jobs = frames
            .into_iter()
            .enumerate()
            .map(|(i, frame)| {
                let request = Request { seed, ..self.generation.options.request(frame, 1.0, false) };
                let kind = Kind::Extend { layer: id, known: old, last: i == last };
                let number = self.generation.next_job();
                Waiting::new(number, document, request, frame, kind, Scope::Empty, finish.clone(), None)
            })
            .collect();
        self.generation.enqueue(false, jobs);
        self.begin_next_job();
    }

    /// Looks at what the engine and its helpers have done.
    pub(super) fn take_generation(&mut self) {
        for happening in self.generation.take() {
            match happening {
                Happening::Candidate => {}
                Happening::Extended { document, layer, pixels } => {
                    self.extensions.push((document, layer, pixels));
                }
                Happening::Refined { document, layer, pixels, held } => {
                    if let Some(held) = held {
                        self.level_held(held);
                    }
                    self.extensions.push((document, layer, pixels));
                }
                Happening::Failed(why) => self.tell(NoticeKind::Error, format!("No picture was made: {why}")),
            }
        }
        let painting = self.busy();
        if !painting {
            // In the middle of a stroke the document is the stroke's.
            for (document, layer, pixels) in std::mem::take(&mut self.extensions) {
                self.fill_extension(document, layer, &pixels);
                self.level_painted(document, layer);
            }
        }
        let (id, doc) = (self.open().id, self.doc().clone());
        self.generation.keep_live(id, &doc, painting);
        self.begin_next_job();
        self.settle_levels();
        self.update_shown();
    }

    /// Part of an extension: it belongs to the undo step that began it, if that is still the last one.
    fn fill_extension(&mut self, document: DocId, layer: LayerId, pixels: &Pixels) {
        let now = self.now_secs;
        let Some(open) = self.documents.iter_mut().find(|d| d.id == document) else { return };
        let Some(level) = level_of(&open.doc, layer) else { return };
        let old = open.doc.at_level(level).layer(layer).and_then(|l| l.pixels()).cloned();
        let Some(old) = old else { return };
        set_pixels_anywhere(&mut open.doc, layer, over(&old, pixels));
        let current = open.history.current();
        let begun =
            open.history.names().nth(current).filter(|name| EXTENDING.contains(name)).map(str::to_owned);
        if let Some(name) = begun {
            open.amend(&name, now);
        } else {
            open.commit("Extend", now);
        }
    }

    /// The document with what lies over it.
    pub(super) fn update_shown(&mut self) {
        let open = &self.documents[self.current];
        let plain = self.preview.as_ref().and_then(|p| p.shown()).unwrap_or(&open.doc);
        let around = self.with_surroundings(plain);
        self.shown_with_overlay = match self.generation.overlay(open.id) {
            Some(layer) if self.generation.overlay_fits(&open.doc) => {
                let mut doc = around.unwrap_or_else(|| plain.clone());
                doc.layers_mut().push(Arc::clone(layer));
                Some(doc)
            }
            Some(_) | None => around,
        };
    }
}

/// Adds a layer, which gets its id here, on top of everything.
fn put_on_top(doc: &mut Document, mut layer: Layer) {
    layer.id = doc.next_layer_id();
    edit::add(doc, layer, Place { parent: None, index: usize::MAX });
}
