//! Opening, closing, saving and the journal.

use super::files::{ExportChoice, FileEvent, FileRequest};
use super::{DocId, Editor, Effect, NoticeKind, OpenDocument};
use crate::color::Rgba;
use crate::document::edit::{self, Place};
use crate::document::{Document, Layer, Pixels};
use crate::geom::Rect;
use std::path::{Path, PathBuf};

impl Editor {
    fn put_document(&mut self, name: &str, doc: Document) -> DocId {
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
            self.preview = None;
            self.settings.new_size = (page.width(), page.height());
        }
        self.replace_untouched(name, doc);
    }

    /// Puts a document in; the empty one that the program began with makes room.
    fn replace_untouched(&mut self, name: &str, doc: Document) -> DocId {
        let untouched = self.documents.len() == 1 && {
            let open = &self.documents[0];
            open.path.is_none() && !open.modified() && open.history.names().len() == 1
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
            self.preview = None;
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

    pub(super) fn close_document(&mut self, id: DocId, force: bool) {
        let Some(at) = self.documents.iter().position(|d| d.id == id) else { return };
        if self.documents[at].modified() && !force {
            return self.effects.push(Effect::AskClose(id));
        }
        if at == self.current {
            self.with_tool(super::Toolbox::cancel);
            self.preview = None;
        }
        self.documents.remove(at);
        self.files.send(FileRequest::Forget(id));
        if self.current > at || self.current == self.documents.len() {
            self.current = self.current.saturating_sub(1);
        }
        if self.documents.is_empty() {
            let (width, height) = self.settings.new_size;
            self.new_document("Untitled", width, height, Rgba::WHITE);
        }
    }

    pub(super) fn quit(&mut self) {
        if self.documents.iter().any(OpenDocument::modified) {
            self.effects.push(Effect::AskQuit);
        } else {
            self.quit_now();
        }
    }

    pub(super) fn quit_now(&mut self) {
        self.store_settings();
        for open in &self.documents {
            self.files.send(FileRequest::Forget(open.id));
        }
        self.effects.push(Effect::Quit);
    }

    pub(super) fn open_files(&mut self, paths: Vec<PathBuf>, as_layers: bool) {
        let into = as_layers.then(|| self.open().id);
        for path in paths {
            let known = self.documents.iter().find(|d| d.path.as_ref() == Some(&path)).map(|d| d.id);
            match known {
                Some(id) if !as_layers => self.show_document(id),
                _ => self.files.send(FileRequest::Open { path, into }),
            }
        }
    }

    /// Where saving begins to ask.
    fn suggestion(open: &OpenDocument) -> PathBuf {
        match &open.path {
            Some(path) => path.with_extension("ora"),
            None => PathBuf::from(format!("{}.ora", open.name)),
        }
    }

    pub(super) fn save(&mut self, ask: bool) {
        let open = self.open();
        let id = open.id;
        match &open.path {
            // A picture that got layers would lose them in its old file.
            Some(path) if !ask && (is_ora(path) || open.doc.layers().len() == 1) => {
                let path = path.clone();
                self.save_to(id, path);
            }
            _ => self.effects.push(Effect::AskSave { id, suggestion: Self::suggestion(self.open()) }),
        }
    }

    pub(super) fn save_to(&mut self, id: DocId, path: PathBuf) {
        let Some(open) = self.documents.iter().find(|d| d.id == id) else { return };
        let path = if path.extension().is_some() { path } else { path.with_extension("ora") };
        let (doc, texts) = (open.doc.clone(), open.texts.clone());
        self.files.send(FileRequest::Save { id, doc, path, texts });
    }

    pub(super) fn export_to(&mut self, path: PathBuf, choice: ExportChoice) {
        let open = self.open();
        let (doc, texts) = (open.doc.clone(), open.texts.clone());
        self.files.send(FileRequest::Export { doc, path, texts, choice });
    }

    pub(super) fn take_file_events(&mut self) {
        let events: Vec<FileEvent> = self.files.events().collect();
        for event in events {
            match event {
                FileEvent::Opened { path, doc, texts } => {
                    self.with_tool(super::Toolbox::cancel);
                    self.preview = None;
                    let name =
                        path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
                    let id = self.replace_untouched(&name, doc.clone());
                    if let Some(open) = self.documents.iter_mut().find(|d| d.id == id) {
                        open.texts = texts;
                        open.saved_as(&path, doc);
                    }
                    self.settings.remember_file(&path);
                    self.store_settings();
                }
                FileEvent::Layer { into, layer } => {
                    if self.documents.iter().any(|d| d.id == into) {
                        self.show_document(into);
                        self.add_named_layer(*layer, "Open as layer");
                    }
                }
                FileEvent::Saved { id, doc, path } => {
                    if let Some(open) = self.documents.iter_mut().find(|d| d.id == id) {
                        open.saved_as(&path, doc);
                    }
                    self.settings.remember_file(&path);
                    self.store_settings();
                    self.tell(NoticeKind::Info, format!("Saved {}.", path.display()));
                }
                FileEvent::Exported(path) => {
                    self.tell(NoticeKind::Info, format!("Wrote {}.", path.display()));
                }
                FileEvent::Journaled(_) => {}
                FileEvent::Palette(palette) => {
                    let n = palette.colors.len();
                    self.tell(NoticeKind::Info, format!("The palette “{}” has {n} colours.", palette.name));
                    self.colors.palette = palette;
                }
                FileEvent::Failed(why) => self.tell(NoticeKind::Error, why),
            }
        }
    }

    /// Gives the file thread what has changed for long enough.
    pub(super) fn keep_journals(&mut self) {
        let (now, wait) = (self.now_secs, self.settings.autosave_secs);
        for open in &mut self.documents {
            if open.changed_secs.is_some_and(|since| now - since >= wait) {
                open.changed_secs = None;
                let note =
                    open.path.as_deref().map_or_else(|| open.name.clone(), |p| p.display().to_string());
                self.files.send(FileRequest::Journal { id: open.id, doc: open.doc.clone(), note });
            }
        }
    }
}

fn is_ora(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("ora"))
}
