//! New documents, opened documents, and what the file thread tells.

use super::files::{Failed, FileEvent, FileRequest};
use super::{DocId, Editor, Effect, NoticeKind, OpenDocument};
use crate::color::Rgba;
use crate::document::edit::{self, Place};
use crate::document::{Document, Layer, Pixels};
use crate::geom::Rect;
use std::path::{Path, PathBuf};

impl Editor {
    pub(super) fn put_document(&mut self, name: &str, doc: Document) -> DocId {
        let id = DocId(self.next_id);
        self.next_id += 1;
        let mut open = OpenDocument::new(id, name.to_owned(), doc, self.settings.undo_mib << 20);
        if let Some(current) = self.documents.get(self.current) {
            open.viewport.size_px = current.viewport.size_px;
            if open.viewport.size_px.0 > 0.0 {
                open.placed = true;
                open.viewport.fit(open.doc.page);
            }
        }
        self.documents.push(open);
        self.current = self.documents.len() - 1;
        id
    }

    pub(super) fn new_document(&mut self, name: &str, width: u32, height: u32, ground: Rgba) {
        let side = crate::io::MAX_SIDE;
        let page = Rect::from_size(0, 0, width.clamp(1, side), height.clamp(1, side));
        let mut doc = Document::new(page);
        if ground.a > 0.0 {
            let mut pixels = Pixels::default();
            pixels.fill_rect(page, ground.to_px());
            let id = doc.next_layer_id();
            edit::add(&mut doc, Layer::raster(id, "Paper", pixels), Place { parent: None, index: 0 });
        }
        let id = doc.next_layer_id();
        edit::add(
            &mut doc,
            Layer::raster(id, "Layer 1", Pixels::default()),
            Place { parent: None, index: 1 },
        );
        if !self.documents.is_empty() {
            self.with_tool(super::Toolbox::cancel);
            self.drop_preview();
            self.settings.new_size = (page.width(), page.height());
        }
        self.replace_untouched(name, doc);
    }

    /// Puts a document in; the empty one that the program began with makes room.
    pub(super) fn replace_untouched(&mut self, name: &str, doc: Document) -> DocId {
        let untouched = self.documents.len() == 1 && {
            let open = &self.documents[0];
            let made = self.generation.candidates_of(open.id).next().is_some()
                || self.generation.progress().is_some_and(|p| p.document == open.id);
            let plain = open.path.is_none() && !open.modified() && !open.saving();
            plain && !made && open.history.names().len() == 1
        };
        let id = self.put_document(name, doc);
        if untouched {
            self.documents.remove(0);
            self.current = 0;
        }
        id
    }

    pub(super) fn show_document(&mut self, id: DocId) {
        if let Some(at) = self.documents.iter().position(|d| d.id == id)
            && at != self.current
        {
            self.with_tool(super::Toolbox::cancel);
            self.drop_preview();
            self.current = at;
            let size = self
                .documents
                .iter()
                .map(|d| d.viewport.size_px)
                .fold((0.0, 0.0), |a: (f64, f64), b| if b.0 > 0.0 { b } else { a });
            let open = self.open_mut();
            if open.viewport.size_px.0 <= 0.0 {
                open.viewport.size_px = size;
            }
        }
    }

    pub(super) fn open_files(&mut self, paths: Vec<PathBuf>, as_layers: bool) {
        let into = as_layers.then(|| self.open().id);
        for path in paths {
            let known = self.documents.iter().find(|d| d.path.as_ref() == Some(&path)).map(|d| d.id);
            match known {
                Some(id) if !as_layers => self.show_document(id),
                _ if self.opening.contains(&path) => {}
                _ => {
                    self.opening.push(path.clone());
                    self.files.send(FileRequest::Open { path, into });
                }
            }
        }
    }

    /// Files were dropped on the window.
    pub(super) fn dropped(&mut self, paths: Vec<PathBuf>) {
        let is_png = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
        match <[PathBuf; 1]>::try_from(paths) {
            Ok([path]) if is_png(&path) => self.files.send(FileRequest::Look(path)),
            Ok([path]) => self.open_files(vec![path], false),
            Err(paths) => self.open_files(paths, false),
        }
    }

    pub(super) fn take_file_events(&mut self) {
        let events: Vec<FileEvent> = self.files.events().collect();
        for event in events {
            match event {
                FileEvent::Opened { path, doc, texts, deep, remarks } => {
                    self.opening.retain(|p| *p != path);
                    self.with_tool(super::Toolbox::cancel);
                    self.drop_preview();
                    let id = self.replace_untouched(&stem(&path), doc.clone());
                    if let Some(open) = self.documents.iter_mut().find(|d| d.id == id) {
                        (open.texts, open.deep) = (texts, deep);
                        open.saved_as(&path, doc);
                    }
                    self.remark(&path, &remarks);
                    self.settings.remember_file(&path);
                    self.settings_changed();
                }
                FileEvent::Layer { into, path, layer, remarks } => {
                    self.opening.retain(|p| *p != path);
                    if self.documents.iter().any(|d| d.id == into) {
                        self.show_document(into);
                        self.add_named_layer(*layer, "Open as layer");
                        self.remark(&path, &remarks);
                    }
                }
                FileEvent::Looked { path, request: Some(request) } if self.generation.available() => {
                    self.effects.push(Effect::OfferSettings { path, request });
                }
                FileEvent::Looked { path, .. } => self.open_files(vec![path], false),
                FileEvent::Saved { id, doc, path } => self.was_saved(id, doc, &path),
                FileEvent::Exported(path) => {
                    self.exporting = self.exporting.saturating_sub(1);
                    self.tell(NoticeKind::Info, format!("Wrote {}.", path.display()));
                }
                FileEvent::PaletteWritten(path) => {
                    self.tell(NoticeKind::Info, format!("Wrote {}.", path.display()));
                }
                FileEvent::Palette(palette) => {
                    let n = palette.colors.len();
                    self.tell(NoticeKind::Info, format!("The palette “{}” has {n} colours.", palette.name));
                    self.colors.palette = palette;
                }
                FileEvent::Failed { what, why } => self.file_failed(what, why),
            }
        }
    }

    fn remark(&mut self, path: &Path, remarks: &[crate::io::Remark]) {
        for remark in remarks {
            self.tell(NoticeKind::Warning, format!("{}: {remark}.", path.display()));
        }
    }

    fn file_failed(&mut self, what: Failed, mut why: String) {
        match what {
            Failed::Open { path, missing } => {
                self.opening.retain(|p| *p != path);
                if missing && self.settings.recent_files.contains(&path) {
                    self.settings.recent_files.retain(|p| *p != path);
                    self.settings_changed();
                    why.push_str(" (It is no longer among the recent files.)");
                }
            }
            Failed::Save(id) => {
                self.saving_failed(id);
                why.push_str(" The document is open and unsaved; save it in another place.");
            }
            Failed::Export => self.exporting = self.exporting.saturating_sub(1),
            Failed::Other => {}
        }
        self.tell(NoticeKind::Error, why);
    }

    /// What is being read or written, in words; `None` = nothing.
    pub fn file_work(&self) -> Option<String> {
        let saving = self.documents.iter().filter(|d| d.saving()).map(OpenDocument::title).next();
        let name = |p: &PathBuf| p.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let opening = self.opening.first().map(|p| format!("Opening {}…", name(p)));
        let exporting = (self.exporting > 0).then(|| "Exporting…".to_owned());
        saving.map(|title| format!("Saving {title}…")).or(exporting).or(opening)
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned())
}
