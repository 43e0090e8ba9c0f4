//! Autosaving into the journal, and documents that a program which died has left.

use super::journals::{Found, JournalEvent, JournalNote, Keep};
use super::{Editor, Effect, NoticeKind};
use std::time::Duration;

impl Editor {
    /// Documents that a program which died has left, and that are neither recovered nor thrown away.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Gives the journal what has changed. It writes within the time of the settings; in the middle of a gesture it
    /// is given nothing before that time is over.
    pub(super) fn keep_journals(&mut self) {
        let (now, wait) = (self.now_secs, self.settings.autosave_secs);
        self.keep_pictures();
        let busy = self.toolbox.busy();
        if busy {
            self.open_mut().looked_at(now);
        }
        for (at, open) in self.documents.iter_mut().enumerate() {
            let Some((doc, note, left)) = open.for_journal(now, wait, busy && at == self.current) else {
                continue;
            };
            let within = Duration::from_secs_f64(left);
            let id = open.id;
            let taken = self.generation.take_taken(id);
            let note = JournalNote { waiting: self.generation.waiting_for(id), ..note };
            self.journals.keep(Keep { id, doc, note, within, replaces: None, taken });
        }
    }

    pub(super) fn take_journal_events(&mut self) {
        let events: Vec<JournalEvent> = self.journals.events().collect();
        for event in events {
            match event {
                JournalEvent::Found(found) => {
                    self.found.extend(found);
                    self.effects.push(Effect::OfferRecovery);
                }
                JournalEvent::Recovered { number, doc, note, pictures } => {
                    let doc = *doc;
                    self.recovering.remove(&number);
                    self.with_tool(super::Toolbox::cancel);
                    self.drop_preview();
                    let file = note
                        .path
                        .as_deref()
                        .and_then(|p| p.file_stem())
                        .map(|s| s.to_string_lossy().into_owned());
                    let name = file.unwrap_or_else(|| note.name.clone());
                    let id = self.replace_untouched(&name, doc.clone());
                    let Some(open) = self.document_mut(id) else { continue };
                    open.path = note.path;
                    open.unsaved();
                    let note = open.note();
                    self.restore_pictures(id, pictures);
                    let note = JournalNote { waiting: self.generation.waiting_for(id), ..note };
                    // At once: the old journal goes when the new one is written.
                    let (within, replaces, taken) = (Duration::ZERO, Some(number), Vec::new());
                    self.journals.keep(Keep { id, doc, note, within, replaces, taken });
                }
                JournalEvent::Unreadable { number, folder } => {
                    let name =
                        self.recovering.remove(&number).map_or_else(String::new, |found| found.note.name);
                    let text = format!(
                        "“{name}” could not be read. Its journal stays in {} and is tried again at the next start.",
                        folder.display()
                    );
                    self.tell(NoticeKind::Error, text);
                }
                JournalEvent::Failing(why) => {
                    let text = format!(
                        "What you paint is not being kept safe at the moment: {why}. Save your work in another place; \
                         it is tried again every few seconds."
                    );
                    self.tell(NoticeKind::Error, text);
                }
                JournalEvent::ShelfFailing(why) => {
                    let text = format!(
                        "Pictures that you have not taken yet are not being kept safe at the moment: {why}. Accept those \
                         that you want, and save."
                    );
                    self.tell(NoticeKind::Warning, text);
                }
                JournalEvent::Working => self.tell(NoticeKind::Info, "What you paint is kept safe again."),
            }
        }
    }

    pub(super) fn recover(&mut self, number: usize) {
        if let Some(at) = self.found.iter().position(|f| f.number == number) {
            let found = self.found.remove(at);
            self.recovering.insert(number, found);
            self.journals.recover(number);
        }
    }

    pub(super) fn discard_found(&mut self, number: usize) {
        if self.found.iter().any(|f| f.number == number) {
            self.found.retain(|f| f.number != number);
            self.journals.discard(number);
        }
    }
}
