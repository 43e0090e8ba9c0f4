//! What generation does to documents, and what commands do to generation.

use super::generation::{
    Finish, Frame, GenerateCommand, Happening, Kind, Painted, Scope, Sees, Waiting, frame, note_request,
};
use super::whole::WholeChange;
use super::work::Operation;
use super::zooming::level_of;
use super::{Action, DocId, Editor, NoticeKind};
use crate::document::edit::{self, Place};
use crate::document::{Combine, Content, Document, History, Layer, LayerId, Pixels, levels, selection};
use crate::generate::Request;
use crate::geom::Rect;
use crate::paint::transform::over;
use std::sync::Arc;

/// The step that empties the layer of a level, for a model to paint it once more.
pub(super) const ANEW: &str = "Make level anew";
/// Strength of variations.
const VARY_STRENGTH: f32 = 0.5;
/// Strength of refining.
pub(super) const REFINE_STRENGTH: f32 = 0.3;
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
            G::Refine(strength) => self.refine(strength),
            G::MendSeam => self.mend_seam(),
            G::Upscale(factor) => self.upscale(factor),
            G::UpscaleCandidate(id, factor) => self.upscale_candidate(id, factor),
            G::Cancel => self.generation.cancel(),
            G::CancelAll => self.generation.cancel_all(),
            G::Pause(paused) => self.generation.pause(paused),
            G::Remove(number) => self.generation.remove(number),
            G::Move(number, to) => self.generation.move_job(number, to),
            G::Show(id) => self.generation.show(id),
            G::ShowNext(forward) => {
                let id = self.open().id;
                self.generation.show_next(id, forward);
            }
            G::Accept(id) => self.accept(id),
            G::Discard(id) => self.generation.discard(id),
            G::DiscardAll => {
                let id = self.open().id;
                self.generation.discard_all(id);
            }
            G::Restore(id) => self.generation.restore(id),
            G::Forget(id) => self.generation.forget_picture(id),
            G::ForgetRejected => {
                let id = self.open().id;
                self.generation.forget_rejected(id);
            }
            G::Rerun(id) => self.rerun(id),
            G::UseAsInit(id) => self.use_as_init(id),
            G::AskSave(id) => self.ask_save_picture(id),
            G::SaveAs(id, path) => self.save_picture(id, path),
            G::Copy(id) => self.copy_picture(id),
            G::Peek(peeking) => self.generation.peek(peeking),
            G::TakeSettings(request) => self.take_settings(&request),
            G::MoreLike(id) => self.more_like(id, 1, None),
            G::Vary(id) => self.more_like(id, VARIATIONS, Some(VARY_STRENGTH)),
            G::Recall(id) => self.recall(id),
            G::SetOptions(options) => {
                let was_live = self.generation.options.live.on;
                self.generation.options = options.sanitised();
                self.generation.look_at_style();
                if was_live && !self.generation.options.live.on {
                    self.generation.end_live();
                }
            }
            G::SetFrame(frame) => {
                let id = self.open().id;
                self.set_frame(id, frame);
            }
            G::AskStylePicture => self.effects.push(super::Effect::AskStyle),
            G::SetStylePicture(path) => {
                self.generation.options.style_picture = path;
                self.generation.look_at_style();
            }
            G::NudgeFrame { right, down } => {
                let (id, rect) = (self.open().id, self.generation.frame_rect(self.doc()));
                self.set_frame(id, Frame::Fixed(rect.translate(right, down)));
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
            G::GrowChange(by) => self.alter_change(WholeChange::GrowChange(by)),
            G::FeatherChange(px) => self.alter_change(WholeChange::FeatherChange(px)),
            G::Extend(page) => self.extend(page),
            G::AcceptLive => self.accept_live(),
        }
    }

    /// What the actions of the menu ask for.
    pub(super) fn generate_action(&mut self, action: Action) {
        use GenerateCommand as G;
        let shown = self.generation.shown_in(self.open().id);
        let command = match action {
            Action::GenerateFirst => Some(G::StartFirst),
            Action::GenerateInstead => Some(G::Replace),
            Action::Refine => Some(G::Refine(REFINE_STRENGTH)),
            Action::MendSeam => Some(G::MendSeam),
            Action::LayerSettings => self.layer_request().map(|r| G::TakeSettings(Box::new(r))),
            Action::UpscaleTwice => Some(G::Upscale(2)),
            Action::UpscaleFourTimes => Some(G::Upscale(4)),
            Action::UpscaleCandidate => shown.map(|id| G::UpscaleCandidate(id, 2)),
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
                let rect = self.generation.frame_rect(self.doc());
                Some(G::SetFrame(Frame::Fixed(rect)))
            }
            Action::FrameFollow => Some(G::SetFrame(Frame::Follow)),
            Action::PeekCanvas => Some(G::Peek(!self.generation.peeking())),
            Action::AutoExtend => {
                let mut options = self.generation.options.clone();
                options.auto_extend = !options.auto_extend;
                Some(G::SetOptions(Box::new(options)))
            }
            Action::RerunCandidate => shown.map(G::Rerun),
            Action::InitFromCandidate => shown.map(G::UseAsInit),
            Action::SaveCandidate => shown.map(G::AskSave),
            Action::CopyCandidate => shown.map(G::Copy),
            _ => Some(G::Start),
        };
        if let Some(command) = command {
            self.generate_command(command);
        }
    }

    fn alter_change(&mut self, change: WholeChange) {
        if self.doc().change.is_some() {
            self.operate(Operation::Whole(change));
        } else {
            self.tell(NoticeKind::Info, "Nothing is painted on the change mask.");
        }
    }

    pub(super) fn can_generate(&mut self) -> bool {
        if !self.generation.available() {
            self.tell(NoticeKind::Warning, "This program was built without anything that runs a model.");
        }
        self.generation.available()
    }

    pub(super) fn start_generating(&mut self, first: bool, strength: Option<f32>) {
        if !self.can_generate() || !self.may_edit() {
            return;
        }
        let (id, doc) = (self.open().id, self.doc().clone());
        let frame = self.generation.frame_rect(&doc);
        let options = &mut self.generation.options;
        options.remember_prompt();
        let (batch, scope, finish) = (options.batch, options.scope(), options.style.finish.clone());
        let (sees, strength) = (options.sees, strength.unwrap_or(options.strength));
        let jobs = (0..u64::from(batch)).map(|k| {
            // Each picture of a call rolls the wildcards anew.
            let request = options.request_with(frame, strength, options.seed.wrapping_add(k), false);
            (request, frame, scope, finish.clone(), Some(doc.clone()))
        });
        let jobs: Vec<_> = jobs.collect();
        self.queue(id, first, sees, jobs);
        let options = &mut self.generation.options;
        if !options.seed_locked {
            options.seed = options.seed.wrapping_add(u64::from(batch));
        }
        self.begin_next_job();
    }

    /// Queues the jobs of one call.
    pub(super) fn queue(
        &mut self,
        document: DocId,
        first: bool,
        sees: Sees,
        jobs: Vec<(Request, Rect, Scope, Finish, Option<Document>)>,
    ) {
        let call = self.generation.next_job().0;
        let jobs = jobs
            .into_iter()
            .map(|(request, frame, scope, finish, snapshot)| {
                let number = self.generation.next_job();
                Waiting::new(number, document, request, frame, Kind::Candidate, scope, finish, snapshot)
                    .of_call(call, sees)
            })
            .collect();
        self.generation.enqueue(first, jobs);
    }

    pub(super) fn begin_next_job(&mut self) {
        let documents = &self.documents;
        self.generation.begin_next(|id| documents.iter().find(|d| d.id == id).map(|d| d.doc.clone()));
    }

    fn accept_live(&mut self) {
        let Some((document, layer)) = self.generation.live_layer() else {
            return self.tell(NoticeKind::Info, "There is no live picture yet.");
        };
        self.show_document(document);
        self.edit("Live picture", |doc| put_on_top(doc, layer));
    }

    /// Puts the frame of a document. It is kept with the document, but is no step of its own.
    pub(super) fn set_frame(&mut self, id: DocId, frame: Frame) {
        let now = self.now_secs;
        let Some(open) = self.document_mut(id) else { return };
        let rect = match frame {
            Frame::Follow => None,
            Frame::Fixed(rect) => Some(rect),
        };
        if open.doc.frame != rect {
            open.doc.frame = rect;
            open.touched(now);
        }
    }

    /// The page with the next frame of canvas beside it, if auto-extend is on and the view looks past the page.
    pub fn extend_offer(&self) -> Option<Rect> {
        let generation = &self.generation;
        let idle = generation.progress().is_none() && generation.waiting().len() == 0;
        if !generation.options.auto_extend || !generation.available() || !idle || self.busy() {
            return None;
        }
        let seen = self.viewport().seen();
        let page = frame::next_page(self.page(), seen, generation.native_px())?;
        (self.declined != Some((self.open().id, page))).then_some(page)
    }

    /// Escape: the offer is not made again until it is another one.
    pub(super) fn decline_offer(&mut self) -> bool {
        let offer = self.extend_offer();
        if let Some(page) = offer {
            self.declined = Some((self.open().id, page));
        }
        offer.is_some()
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
                Happening::Extended(painted) => self.extensions.push(*painted),
                Happening::Thrift(what) => {
                    let text =
                        format!("Memory is short: {what}. A smaller frame or closing other programs helps.");
                    self.tell(NoticeKind::Warning, text);
                }
                Happening::Refined { painted, held } => {
                    if let Some(held) = held {
                        self.level_held(held);
                    }
                    self.extensions.push(*painted);
                }
                Happening::Ringed { document, pixels, request } => {
                    self.ring_painted(document, pixels, *request);
                }
                Happening::Walked { number, picture } => self.walk_painted(number, picture),
                Happening::Failed(why) => self.tell(NoticeKind::Error, format!("No picture was made: {why}")),
            }
        }
        let painting = self.busy();
        if !painting {
            // In the middle of a stroke the document is the stroke's.
            for painted in std::mem::take(&mut self.extensions) {
                let (document, layer) = (painted.document, painted.layer);
                self.fill_extension(painted);
                self.level_painted(document, layer);
            }
        }
        let (id, doc) = (self.open().id, self.doc().clone());
        self.generation.keep_live(id, &doc, painting);
        self.generation.count_words();
        let documents = &self.documents;
        // Undone: nobody waits for what would fill it.
        self.generation.forget_layers(|id, layer| {
            documents.iter().find(|d| d.id == id).is_some_and(|d| level_of(&d.doc, layer).is_some())
        });
        self.begin_next_job();
        self.settle_levels();
        self.update_shown();
    }

    /// Part of an extension: it belongs to the undo step that began it, and so to all that came after, whatever was done
    /// meanwhile.
    fn fill_extension(&mut self, painted: Painted) {
        let Painted { document, layer, pixels, request } = painted;
        let now = self.now_secs;
        let Some(open) = self.documents.iter_mut().find(|d| d.id == document) else { return };
        if level_of(&open.doc, layer).is_none() {
            return;
        }
        let mut last: Option<(Pixels, Pixels)> = None;
        let mut fill = |doc: &mut Document| {
            let Some(level) = level_of(doc, layer) else { return };
            let Some(old) = pixels_of(doc, layer) else { return };
            // Steps share what they hold.
            let new = match &last {
                Some((from, to)) if same_pixels(from, &old) => to.clone(),
                Some(_) | None => over(&old, &pixels),
            };
            levels::change_layer(doc, level, layer, &mut |layer| {
                layer.content = Content::Raster(new.clone());
                note_request(layer, &request);
            });
            last = Some((old, new));
        };
        fill(&mut open.doc);
        open.history.retouch_since(begun_at(&open.history, layer), fill);
        open.touched(now);
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

/// The pixels of a layer, whichever level it is of.
fn pixels_of(doc: &Document, layer: LayerId) -> Option<Pixels> {
    let level = level_of(doc, layer)?;
    doc.at_level(level).layer(layer)?.pixels().cloned()
}

/// Whether they are the same tiles.
fn same_pixels(a: &Pixels, b: &Pixels) -> bool {
    let mut same = true;
    a.diff(b, |_| same = false);
    same
}

/// The step that began what paints the layer: the one that added it, or that emptied it to make it anew.
fn begun_at(history: &History, layer: LayerId) -> usize {
    let of = |step: usize| history.snapshot(step).and_then(|doc| pixels_of(doc, layer));
    let mut at = history.current();
    while let Some(before) = at.checked_sub(1) {
        let (Some(old), Some(new)) = (of(before), of(at)) else { break };
        if history.names().nth(at) == Some(ANEW) && !same_pixels(&old, &new) {
            break;
        }
        at = before;
    }
    at
}

/// Adds a layer, which gets its id here, on top of everything.
pub(super) fn put_on_top(doc: &mut Document, mut layer: Layer) {
    layer.id = doc.next_layer_id();
    edit::add(doc, layer, Place { parent: None, index: usize::MAX });
}
