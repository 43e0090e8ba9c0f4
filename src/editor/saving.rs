//! Saving, closing and leaving. What is closed "when it is saved" closes when the file is really there, and not if
//! anything failed, was cancelled, or went on changing meanwhile.

use super::candidates::texts_of;
use super::files::{ExportChoice, FileRequest, is_ora};
use super::{DocId, Editor, Effect, NoticeKind, OpenDocument};
use crate::color::Rgba;
use crate::document::Document;
use crate::io::ExportSettings;
use std::path::{Path, PathBuf};

impl Editor {
    pub(super) fn document_mut(&mut self, id: DocId) -> Option<&mut OpenDocument> {
        self.documents.iter_mut().find(|d| d.id == id)
    }

    /// The document of that number, if it is open.
    pub fn document(&self, id: DocId) -> Option<&OpenDocument> {
        self.documents.iter().find(|d| d.id == id)
    }

    /// Where asking begins.
    fn suggestion(open: &OpenDocument) -> PathBuf {
        match &open.path {
            Some(path) if open.recovered => {
                let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
                path.with_file_name(format!("{stem} recovered.ora"))
            }
            Some(path) => path.with_extension("ora"),
            None => PathBuf::from(format!("{}.ora", open.name)),
        }
    }

    /// Saves a document in its file, or asks where: if it has none, if its file would not hold all of it, if it was
    /// recovered, or if `ask`.
    pub(super) fn save(&mut self, id: DocId, ask: bool) {
        let Some(open) = self.document_mut(id) else { return };
        match &open.path {
            Some(path) if !ask && !open.recovered && (is_ora(path) || open.is_flat()) => {
                let path = path.clone();
                self.save_to(id, path);
            }
            // Asked already.
            _ if open.asking => {}
            _ => {
                open.asking = true;
                let suggestion = Self::suggestion(open);
                self.effects.push(Effect::AskSave { id, suggestion });
            }
        }
    }

    pub(super) fn save_to(&mut self, id: DocId, path: PathBuf) {
        let jpeg_quality = self.settings.jpeg_quality;
        let Some(open) = self.document_mut(id) else { return };
        open.asking = false;
        let path = if path.extension().is_some() { path } else { path.with_extension("ora") };
        let doc = open.doc.clone();
        let picture = ExportSettings {
            texts: texts_of(open),
            deep: open.deep,
            jpeg_quality,
            ..ExportSettings::default()
        };
        open.begin_saving(doc.clone());
        self.files.send(FileRequest::Save { id, doc, path, picture });
    }

    /// The question where to save got no answer.
    pub(super) fn save_cancelled(&mut self, id: DocId) {
        self.leaving = false;
        if let Some(open) = self.document_mut(id) {
            open.asking = false;
            open.closing = false;
        }
    }

    pub(super) fn was_saved(&mut self, id: DocId, doc: Document, path: &Path) {
        self.settings.remember_file(path);
        self.settings_changed();
        let now = self.now_secs;
        let mut close = false;
        let mut flat_copy = false;
        if let Some(open) = self.document_mut(id) {
            open.end_saving();
            if is_ora(path) || open.is_flat() {
                open.saved_as(path, doc);
                // The journal is told that the file has it.
                open.touched(now);
            } else {
                flat_copy = true;
            }
            if !open.saving() {
                close = std::mem::take(&mut open.closing) && !open.differs();
            }
        }
        if flat_copy {
            self.leaving = false;
            let text = format!(
                "{} holds a flat picture. The layers, and what lies outside the page, are only in the open document: \
                 save it as .ora too.",
                path.display()
            );
            self.tell(NoticeKind::Warning, text);
        } else {
            self.tell(NoticeKind::Info, format!("Saved {}.", path.display()));
        }
        if close {
            self.close_document(id, true);
        }
        self.go_on_leaving();
    }

    pub(super) fn saving_failed(&mut self, id: DocId) {
        self.leaving = false;
        if let Some(open) = self.document_mut(id) {
            open.end_saving();
            open.closing = false;
        }
    }

    pub(super) fn close_document(&mut self, id: DocId, force: bool) {
        let Some(at) = self.documents.iter().position(|d| d.id == id) else { return };
        let open = &mut self.documents[at];
        if !force && open.will_be_saved() {
            open.closing = true;
            return;
        }
        if !force && (open.differs() || self.unaccepted(id) > 0) {
            return self.effects.push(Effect::AskClose(id));
        }
        if at == self.current {
            self.with_tool(super::Toolbox::cancel);
            self.drop_preview();
        }
        self.documents.remove(at);
        self.journals.forget(id);
        self.generation.forget(id);
        self.zooming.forget(id);
        if self.current > at || self.current == self.documents.len() {
            self.current = self.current.saturating_sub(1);
        }
        if self.documents.is_empty() {
            let (width, height) = self.settings.new_size;
            self.new_document("Untitled", width, height, Rgba::WHITE);
        }
    }

    /// Pictures in the strip of a document that nobody accepted or discarded: they go with it.
    pub fn unaccepted(&self, id: DocId) -> usize {
        self.generation.candidates_of(id).count()
    }

    pub(super) fn save_and_close(&mut self, id: DocId) {
        if let Some(open) = self.document_mut(id) {
            open.closing = true;
            self.save(id, false);
        }
    }

    pub(super) fn quit(&mut self) {
        let unsaved =
            |open: &OpenDocument| open.differs() && !open.will_be_saved() || self.unaccepted(open.id) > 0;
        if self.documents.iter().any(unsaved) {
            self.effects.push(Effect::AskQuit);
        } else {
            self.save_and_quit();
        }
    }

    /// Saves everything, one after the other, and leaves when it is done.
    pub(super) fn save_and_quit(&mut self) {
        self.leaving = true;
        self.go_on_leaving();
    }

    fn go_on_leaving(&mut self) {
        if !self.leaving || self.documents.iter().any(OpenDocument::saving) {
            return;
        }
        match self.documents.iter().find(|d| d.differs()).map(|d| d.id) {
            Some(id) => {
                // Who is asked for a name sees for what.
                self.show_document(id);
                self.save(id, false);
            }
            None => self.quit_now(),
        }
    }

    pub(super) fn quit_now(&mut self) {
        self.leaving = false;
        self.store_settings();
        self.ended = true;
        self.effects.push(Effect::Quit);
    }

    /// Asks where to write a copy, and remembers how.
    pub(super) fn export(&mut self, choice: ExportChoice) {
        self.settings.export = choice.clone();
        self.settings_changed();
        let open = self.open();
        let path = open.path.clone().unwrap_or_else(|| PathBuf::from(&open.name).with_extension("x"));
        let suggestion = path.with_extension(choice.format.ending());
        self.effects.push(Effect::AskExport { id: open.id, suggestion, choice: Box::new(choice) });
    }

    pub(super) fn export_to(&mut self, id: DocId, path: PathBuf, choice: ExportChoice) {
        let Some(open) = self.document(id) else { return };
        let path = choice.file(path);
        let texts = if choice.metadata { texts_of(open) } else { Vec::new() };
        let picture = ExportSettings { texts, ..choice.picture };
        let doc = open.doc.clone();
        self.exporting += 1;
        self.files.send(FileRequest::Export { doc, path, picture });
    }
}
