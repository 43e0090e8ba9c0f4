//! What is done with finished pictures: taken, made again, saved, copied, fetched back after a crash.

use super::generating::{REFINE_STRENGTH, put_on_top};
use super::generation::{
    Candidate, CandidateId, Finish, Frame, Kind, NO_BORDER, Scope, Sees, ShelfChange, Waiting, requests_of,
};
use super::{DocId, Editor, Effect, NoticeKind, OpenDocument};
use crate::document::{Content, Document, Pixels, edit, selection};
use crate::generate::engine::BORDER_STRENGTH;
use crate::generate::{Fill, Request, metadata};
use crate::geom::Rect;
use crate::io::TextChunk;
use crate::io::shelf::Board;
use std::path::PathBuf;

/// How much of a picture is made anew where it is taken as a beginning and the panel says "all of it".
const INIT_STRENGTH: f32 = 0.6;

impl Editor {
    pub(super) fn candidate(&self, id: CandidateId) -> Option<Candidate> {
        self.generation.picture(id).cloned()
    }

    /// Makes a candidate the topmost layer: one undo step, which also clears the change mask.
    pub(super) fn accept(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        self.show_document(candidate.document);
        if self.open().id != candidate.document || !self.may_edit() {
            return;
        }
        if candidate.is_enlarged() {
            return self.open_enlarged(&candidate);
        }
        // One that was put aside is fetched back first: then it is a candidate like others.
        self.generation.restore(id);
        self.go_to_level(candidate.level, false);
        let layer = candidate.layer();
        self.edit("Generate", |doc| {
            put_on_top(doc, layer);
            edit::set_change(doc, None);
        });
        self.generation.taken(id);
    }

    /// An enlarged picture is a document of its own: nothing of the one that it was made from changes.
    fn open_enlarged(&mut self, candidate: &Candidate) {
        let page = candidate.own_page().translate(-candidate.frame.x0, -candidate.frame.y0);
        let mut doc = Document::new(page);
        let mut layer = candidate.layer();
        let pixels = Pixels::from_rgba8(page, candidate.picture.as_raw()).unwrap_or_default();
        layer.content = Content::Raster(pixels);
        put_on_top(&mut doc, layer);
        let factor = page.width() / candidate.frame.width().max(1);
        let name = self.document(candidate.document).map_or_else(String::new, |d| d.name.clone());
        self.generation.taken(candidate.id);
        self.put_document(&format!("{name} {factor}×"), doc);
        let now = self.now_secs;
        let open = self.open_mut();
        open.never_saved();
        open.touched(now);
    }

    /// Repaints the frame a little: in tiles, where one picture would be too large for the model.
    pub(super) fn refine(&mut self, strength: f32) {
        let frame = self.generation.frame_rect(self.doc());
        let native = u64::from(self.generation.native_px());
        if frame.area() > native * native * 9 / 4 {
            self.enlarge(frame, 1, strength);
        } else {
            self.start_generating(false, Some(strength));
        }
    }

    /// Repaints a band along a seam that the picture has: the border of what is selected, or else of the active layer.
    pub(super) fn mend_seam(&mut self) {
        if !self.can_generate() || !self.may_edit() {
            return;
        }
        let mut doc = self.doc().clone();
        let mut around = doc.clone();
        if doc.selection.is_none() {
            let Some(layer) = self.active_layer().filter(|layer| layer.visible) else {
                return self.tell(NoticeKind::Info, NO_BORDER);
            };
            let bounds = layer.content_bounds().intersect(&doc.page);
            edit::set_selection(&mut around, Some(selection::rect(bounds)));
        }
        edit::set_change(&mut doc, None);
        let frame = self.generation.frame_rect(&around);
        let options = &mut self.generation.options;
        options.remember_prompt();
        let (batch, seed) = (u64::from(options.batch), options.seed);
        if !options.seed_locked {
            options.seed = seed.wrapping_add(batch);
        }
        let options = &self.generation.options;
        let jobs = (0..batch).map(|k| {
            let request = Request {
                along_border: true,
                mend_seam: false,
                fill: Fill::Auto,
                finish: Finish::None,
                ..options.request_with(frame, BORDER_STRENGTH, seed.wrapping_add(k), false)
            };
            (request, frame, Scope::Auto, Finish::None, Some(doc.clone()))
        });
        let (id, jobs) = (self.open().id, jobs.collect());
        self.queue(id, false, Sees::Frame, jobs);
        self.begin_next_job();
    }

    /// How the active layer was made, if a model made it.
    pub(super) fn layer_request(&self) -> Option<Request> {
        self.active_layer().and_then(|layer| requests_of(layer).into_iter().next())
    }

    /// Enlarges the page, or the box around the selection.
    pub(super) fn upscale(&mut self, factor: u32) {
        let page = self.page();
        let selected = self.doc().selection.as_ref().map(|m| m.content_bounds().intersect(&page));
        let rect = selected.filter(|r| !r.is_empty()).unwrap_or(page);
        self.enlarge(rect, factor, REFINE_STRENGTH);
    }

    pub(super) fn upscale_candidate(&mut self, id: CandidateId, factor: u32) {
        let Some(candidate) = self.candidate(id).filter(|c| !c.is_enlarged()) else { return };
        let Some(open) = self.document(candidate.document) else { return };
        let mut doc = open.doc.clone();
        put_on_top(&mut doc, candidate.layer());
        let request = Request { strength: REFINE_STRENGTH, ..candidate.request.clone() };
        self.queue_enlarged(candidate.document, doc, candidate.frame, request, factor);
    }

    fn enlarge(&mut self, rect: Rect, factor: u32, strength: f32) {
        if !self.can_generate() || !self.may_edit() {
            return;
        }
        let pixels = rect.area() * u64::from(factor).pow(2);
        if pixels > crate::io::MAX_PIXELS || rect.width().max(rect.height()) * factor > crate::io::MAX_SIDE {
            let text = "That would be larger than this program takes: select a part, or enlarge less.";
            return self.tell(NoticeKind::Warning, text);
        }
        let request = self.generation.options.request(rect, strength, false);
        let (id, doc) = (self.open().id, self.doc().clone());
        self.queue_enlarged(id, doc, rect, request, factor);
    }

    fn queue_enlarged(&mut self, id: DocId, mut doc: Document, rect: Rect, request: Request, factor: u32) {
        if factor > 1 {
            // All of it is enlarged, whatever is marked.
            edit::set_change(&mut doc, None);
            edit::set_selection(&mut doc, None);
        }
        let finish = if factor > 1 { Finish::None } else { self.generation.options.style.finish.clone() };
        let request = Request { mend_seam: false, finish: finish.clone(), ..request };
        let scope = if factor > 1 { Scope::Frame } else { self.generation.options.scope() };
        let number = self.generation.next_job();
        let call = number.0;
        let job = Waiting::new(number, id, request, rect, Kind::Candidate, scope, finish, Some(doc));
        self.generation.enqueue(false, vec![job.of_call(call, Sees::Frame).enlarged(factor)]);
        self.begin_next_job();
    }

    /// The same words again; with a strength, starting from the candidate's own picture.
    pub(super) fn more_like(&mut self, id: CandidateId, count: u64, strength: Option<f32>) {
        let Some(candidate) = self.candidate(id) else { return };
        let requests = (1..=count).map(|k| Request {
            seed: candidate.request.seed.wrapping_add(k.wrapping_mul(0x9e37_79b9)),
            strength: strength.unwrap_or(candidate.request.strength),
            ..candidate.request.clone()
        });
        let requests = requests.collect();
        self.make_from(&candidate, strength.is_some(), self.generation.options.scope(), requests);
    }

    /// The panel's words, model and style with that picture's seed and frame.
    pub(super) fn rerun(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        let options = &self.generation.options;
        let strength = candidate.request.strength;
        let request = options.request_with(candidate.frame, strength, candidate.request.seed, false);
        let request = Request { along_border: candidate.request.along_border, ..request };
        self.make_from(&candidate, false, options.scope(), vec![request]);
    }

    /// The panel's words, beginning with that picture.
    pub(super) fn use_as_init(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        let options = &self.generation.options;
        let strength = if options.strength < 1.0 { options.strength } else { INIT_STRENGTH };
        let request = options.request_with(candidate.frame, strength, options.seed, false);
        self.make_from(&candidate, true, Scope::Auto, vec![request]);
    }

    /// Queues requests for the frame of a candidate, with its picture on top of the document if `over`.
    fn make_from(&mut self, candidate: &Candidate, over: bool, scope: Scope, requests: Vec<Request>) {
        let Some(open) = self.document(candidate.document) else { return };
        let mut doc = open.doc.at_level(candidate.level);
        if over {
            put_on_top(&mut doc, candidate.layer());
        }
        let finish = if requests.iter().any(|r: &Request| r.along_border) {
            Finish::None
        } else {
            self.generation.options.style.finish.clone()
        };
        let job = |request| (request, candidate.frame, scope, finish.clone(), Some(doc.clone()));
        let jobs = requests.into_iter().map(job).collect();
        self.queue(candidate.document, false, Sees::Frame, jobs);
        self.begin_next_job();
    }

    pub(super) fn recall(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        self.take_request(&candidate.request);
        self.set_frame(candidate.document, Frame::Fixed(candidate.frame));
    }

    /// Takes words, seed and numbers of a request; the model only if it is there. Returns whether it is.
    fn take_request(&mut self, request: &Request) -> bool {
        let known = |c: &&super::generation::ModelChoice| c.id == request.model || c.name == request.model;
        let model = self.generation.choices.iter().find(known).map(|c| c.id.clone());
        let options = &mut self.generation.options;
        let template = if request.template.is_empty() { &request.prompt } else { &request.template };
        options.prompt.clone_from(template);
        options.negative.clone_from(&request.negative);
        options.seed = request.seed;
        options.seed_locked = true;
        options.strength = request.strength;
        options.style.template = "{prompt}".into();
        options.style.negative.clear();
        options.style.steps = request.steps;
        options.style.cfg_scale = request.cfg_scale;
        options.style.sampler = request.sampler;
        let found = model.is_some();
        if let Some(model) = model {
            options.model = model;
            options.style.model.clear();
        }
        *options = std::mem::take(options).sanitised();
        found
    }

    /// Takes what a picture file says of its making.
    pub(super) fn take_settings(&mut self, request: &Request) {
        let found = self.take_request(request);
        let (page, id) = (self.page(), self.open().id);
        let (w, h) = (request.width, request.height);
        let sane = |side: u32| (64..=super::generation::frame::MAX_SIDE_PX).contains(&side);
        if sane(w) && sane(h) {
            let x = (page.x0 + page.x1 - w as i32).div_euclid(16) * 8;
            let y = (page.y0 + page.y1 - h as i32).div_euclid(16) * 8;
            let frame = Rect::from_size(x, y, w, h);
            let frame =
                if (w, h) == (page.width(), page.height()) { Frame::Follow } else { Frame::Fixed(frame) };
            self.set_frame(id, frame);
        }
        let mut text = "The generate panel has the settings of the picture.".to_owned();
        if !found && !request.model.is_empty() {
            text.push_str(&format!(" Its model “{}” is not here: the chosen one stays.", request.model));
        }
        self.tell(NoticeKind::Info, text);
    }

    /// Asks where to write a picture.
    pub(super) fn ask_save_picture(&mut self, id: CandidateId) {
        let Some(candidate) = self.generation.picture(id) else { return };
        let suggestion = PathBuf::from(candidate.file_name());
        self.effects.push(Effect::AskSavePicture { id, suggestion });
    }

    pub(super) fn save_picture(&mut self, id: CandidateId, path: PathBuf) {
        if let Some(candidate) = self.candidate(id) {
            let path = if path.extension().is_some() { path } else { path.with_extension("png") };
            self.exporting += 1;
            self.files.send(super::files::FileRequest::SavePicture { candidate: Box::new(candidate), path });
        }
    }

    pub(super) fn copy_picture(&mut self, id: CandidateId) {
        let Some(candidate) = self.candidate(id) else { return };
        let mut rgba = candidate.picture.as_raw().clone();
        let (width, height) = candidate.picture.dimensions();
        let added = candidate.pixels.to_rgba8(candidate.frame, crate::document::rgba8::Alpha::Straight);
        let over = if candidate.is_enlarged() { &[][..] } else { &added };
        for (px, new) in rgba.chunks_exact_mut(4).zip(over.chunks_exact(4)).filter(|(_, new)| new[3] == 255) {
            px.copy_from_slice(new);
        }
        self.effects.push(Effect::CopyPicture { width, height, rgba });
        self.tell(NoticeKind::Info, "The picture is on the clipboard.");
    }

    /// Pictures that lay beside a recovered journal.
    pub(super) fn restore_pictures(&mut self, id: DocId, pictures: Vec<(Board, Candidate)>) {
        self.generation.restore_kept(id, pictures);
        self.keep_pictures();
    }

    /// Tells the journal what became of pictures.
    pub(super) fn keep_pictures(&mut self) {
        let (now, wait) = (self.now_secs, self.settings.autosave_secs);
        for change in self.generation.take_shelf_changes() {
            let id = change.document();
            // A journal says that there is something to recover: with a first picture it is needed at once.
            let left = if matches!(change, ShelfChange::Put(..)) { 0.0 } else { wait };
            match change {
                ShelfChange::Put(candidate, board) => self.journals.keep_picture(*candidate, board),
                ShelfChange::Shift(id, picture, board) => self.journals.shift_picture(id, picture, board),
                ShelfChange::Remove(id, picture) => self.journals.forget_picture(id, picture),
            }
            if let Some(open) = self.document_mut(id) {
                open.tell_journal(now, wait, left);
            }
        }
    }
}

/// What a picture of the document is written with: how its topmost visible generated layer was made, or else the texts
/// of the file that it came from.
pub(super) fn texts_of(open: &OpenDocument) -> Vec<TextChunk> {
    let visible = open.doc.layers().iter().rev().filter(|l| l.visible);
    let mut requests = visible.filter_map(|layer| requests_of(layer).into_iter().next());
    match requests.next() {
        Some(request) => {
            let mut texts = metadata::texts(&request, 0, (open.doc.page.width(), open.doc.page.height()));
            let own = |t: &&TextChunk| t.keyword != metadata::PARAMETERS && t.keyword != metadata::OWN;
            texts.extend(open.texts.iter().filter(own).cloned());
            texts
        }
        None => open.texts.clone(),
    }
}
