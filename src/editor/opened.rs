//! One document that is open: the picture, its history, its view and its file.

use super::journals::JournalNote;
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
    /// What the journal was last given.
    journaled: Document,
    /// When it first differed from that.
    pub(super) changed_secs: Option<f64>,
    /// What is on its way to its file, the last one only, and how many there are.
    saving: Option<(Document, usize)>,
    /// Whether it is to be closed when it has been saved.
    pub(super) closing: bool,
    /// Whether a file dialog asks where to save it.
    pub(super) asking: bool,
    /// Whether it comes out of a journal: its file must not be written over without asking.
    pub recovered: bool,
    /// Whether its file is a picture of 16 bits a channel.
    pub deep: bool,
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
            journaled: doc.clone(),
            changed_secs: None,
            saving: None,
            closing: false,
            asking: false,
            recovered: false,
            deep: false,
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

    /// The same, in the middle of a stroke too.
    pub fn differs(&self) -> bool {
        self.modified || self.doc != self.saved
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

    /// What followed by itself belongs to the current undo step.
    pub(super) fn retouch(&mut self, now_secs: f64) {
        self.history.retouch(&self.doc);
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
        self.recovered = false;
        self.saved = doc;
        self.modified = self.doc != self.saved;
    }

    /// `doc` is on its way to the file.
    pub(super) fn begin_saving(&mut self, doc: Document) {
        let before = self.saving.take().map_or(0, |(_, n)| n);
        self.saving = Some((doc, before + 1));
    }

    /// One saving is through, well or not.
    pub(super) fn end_saving(&mut self) {
        self.saving = self.saving.take().filter(|(_, n)| *n > 1).map(|(doc, n)| (doc, n - 1));
    }

    /// Whether something is on its way to the file.
    pub fn saving(&self) -> bool {
        self.saving.is_some()
    }

    /// Whether all that there is, is on its way to the file.
    pub(super) fn will_be_saved(&self) -> bool {
        self.saving.as_ref().is_some_and(|(doc, _)| *doc == self.doc)
    }

    /// Whether a picture file would hold all of it.
    pub(super) fn is_flat(&self) -> bool {
        match self.doc.layers().as_slice() {
            [layer] if self.doc.levels.len() == 1 => {
                layer.visible
                    && layer.pixels().is_some()
                    && self.doc.page.contains_rect(&layer.content_bounds())
            }
            _ => false,
        }
    }

    /// It was made by the program: no file holds any of it.
    pub(super) fn never_saved(&mut self) {
        self.saved = Document::new(self.doc.page);
        self.modified = true;
    }

    /// It comes out of a journal: no file holds all of it.
    pub(super) fn unsaved(&mut self) {
        self.saved = Document::new(self.doc.page);
        self.modified = true;
        self.recovered = true;
    }

    /// A gesture is under way, which may have changed the picture.
    pub(super) fn looked_at(&mut self, now_secs: f64) {
        if self.changed_secs.is_none() && self.doc != self.journaled {
            self.changed_secs = Some(now_secs);
        }
    }

    /// What the journal is to be given, within how many seconds; `None` = it has all, or it can wait, because a gesture
    /// is under way and will end.
    pub(super) fn for_journal(
        &mut self,
        now_secs: f64,
        wait_secs: f64,
        busy: bool,
    ) -> Option<(Document, JournalNote, f64)> {
        let left = (self.changed_secs? + wait_secs - now_secs).clamp(0.0, wait_secs);
        if busy && left > 0.0 {
            return None;
        }
        self.changed_secs = None;
        self.journaled = self.doc.clone();
        Some((self.doc.clone(), self.note(), left))
    }

    /// What the journal says about it.
    pub(super) fn note(&self) -> JournalNote {
        JournalNote {
            path: self.path.clone(),
            name: self.name.clone(),
            modified: self.differs(),
            size: (self.doc.page.width(), self.doc.page.height()),
            waiting: 0,
        }
    }

    /// What lies beside the picture changed: the journal is told soon, within `left_secs` of `wait_secs`.
    pub(super) fn tell_journal(&mut self, now_secs: f64, wait_secs: f64, left_secs: f64) {
        let since = now_secs - wait_secs + left_secs;
        self.changed_secs = Some(self.changed_secs.map_or(since, |at| at.min(since)));
    }
}
