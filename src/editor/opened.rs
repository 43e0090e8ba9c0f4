//! One document that is open: the picture, its history, its view and its file.

use super::viewport::Viewport;
use crate::document::{Document, History};
use crate::io::TextChunk;
use std::path::{Path, PathBuf};

/// Which open document; never used twice while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub u64);

/// A document that is open.
#[derive(Debug)]
pub struct OpenDocument {
    /// Which.
    pub id: DocId,
    /// The picture as it is now, in the middle of a stroke too.
    pub doc: Document,
    /// Steps.
    pub history: History,
    /// How it lies on the screen.
    pub viewport: Viewport,
    /// Its file, if it has one that holds all of it.
    pub path: Option<PathBuf>,
    /// What it is called where it has no file.
    pub name: String,
    /// Texts of the file that it came from; they go into pictures that are saved.
    pub texts: Vec<TextChunk>,
    /// Whether the view was fitted once its size was known.
    pub placed: bool,
    /// What the file holds.
    saved: Document,
    modified: bool,
    /// When it first differed from what the journal has.
    pub(super) changed_secs: Option<f64>,
    /// Whether paint goes on the mask of the active layer.
    pub edit_mask: bool,
}

impl OpenDocument {
    pub(super) fn new(id: DocId, name: String, doc: Document, budget_bytes: usize) -> Self {
        Self {
            id,
            history: History::new("Open", &doc, budget_bytes),
            viewport: Viewport::default(),
            path: None,
            name,
            texts: Vec::new(),
            placed: false,
            saved: doc.clone(),
            modified: false,
            changed_secs: None,
            edit_mask: false,
            doc,
        }
    }

    /// What the tab and the window say.
    pub fn title(&self) -> String {
        let name = self.path.as_deref().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.name.clone())
    }

    /// Whether there is something that its file does not hold.
    pub fn modified(&self) -> bool {
        self.modified
    }

    /// Makes what is there now an undo step.
    pub(super) fn commit(&mut self, name: &str, now_secs: f64) {
        self.history.commit(name, &self.doc);
        self.touched(now_secs);
    }

    /// Makes what is there now the current undo step.
    pub(super) fn amend(&mut self, name: &str, now_secs: f64) {
        self.history.amend(name, &self.doc);
        self.touched(now_secs);
    }

    /// The picture changed.
    pub(super) fn touched(&mut self, now_secs: f64) {
        self.modified = self.doc != self.saved;
        self.changed_secs.get_or_insert(now_secs);
        let mask = self.doc.active.and_then(|id| self.doc.layer(id)).is_some_and(|l| l.mask.is_some());
        self.edit_mask &= mask;
    }

    /// The file holds `doc`.
    pub(super) fn saved_as(&mut self, path: &Path, doc: Document) {
        self.path = Some(path.to_path_buf());
        self.saved = doc;
        self.modified = self.doc != self.saved;
    }

    /// The picture has never been in a file.
    pub(super) fn unsaved(&mut self) {
        self.saved = Document::new(self.doc.page);
        self.modified = true;
    }
}
