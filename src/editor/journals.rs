//! The journal thread: what is painted is on the disk seconds later, whether the window is shown, idle, or hangs.
//!
//! The editor gives every change away at once, as a clone of the document and the time until it has to be written; the
//! clock that counts is the thread's own. What programs that died have left is looked for on a thread beside it, and
//! read there too, so that neither the first picture of the window nor a journal that is due waits for it.

use super::generation::{Candidate, CandidateId};
use super::opened::DocId;
use super::work::{Waker, panic_words};
use crate::document::Document;
use crate::io::journal::Journal;
use crate::io::recovery::{self, Orphan, Session};
use crate::io::shelf::{self, Board, Kept};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long after a failure the journal is tried again.
const RETRY: Duration = Duration::from_secs(10);

/// What a journal says about its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalNote {
    /// The document's file.
    pub path: Option<PathBuf>,
    /// What it is called.
    pub name: String,
    /// Whether it holds something that its file does not.
    pub modified: bool,
    /// Size of the page in pixels.
    pub size: (u32, u32),
    /// How many pictures made for it wait to be taken.
    #[serde(default)]
    pub waiting: usize,
}

impl JournalNote {
    fn read(text: &str) -> Self {
        // A note that cannot be read belongs to paint all the same.
        serde_json::from_str(text).unwrap_or_else(|_| Self { modified: true, ..Self::default() })
    }

    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether the journal holds something that is nowhere else.
    fn matters(&self) -> bool {
        self.modified || self.waiting > 0
    }
}

/// What is to be in the journal.
pub struct Keep {
    /// Which document.
    pub id: DocId,
    /// What it is.
    pub doc: Document,
    /// What is known about it.
    pub note: JournalNote,
    /// When it has to be written at the latest.
    pub within: Duration,
    /// The found document that it was recovered from; that journal goes when this one is written.
    pub replaces: Option<usize>,
    /// Pictures that became part of it: they go when it is written.
    pub taken: Vec<CandidateId>,
}

/// A document that a program which died has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number, for as long as this program runs.
    pub number: usize,
    /// What its journal says about it.
    pub note: JournalNote,
    /// When it was written last.
    pub modified: SystemTime,
}

/// What the thread tells.
pub enum JournalEvent {
    /// Documents were found at the start.
    Found(Vec<Found>),
    /// A found document was read.
    Recovered {
        /// Its number.
        number: usize,
        /// What it is.
        doc: Box<Document>,
        /// What is known about it.
        note: JournalNote,
        /// Pictures that were made for it.
        pictures: Vec<(Board, Candidate)>,
    },
    /// A found document cannot be read after all; its journal stays where it is.
    Unreadable {
        /// Its number.
        number: usize,
        /// Where its journal lies.
        folder: PathBuf,
    },
    /// The journal cannot be written; told once until it works again.
    Failing(String),
    /// The journal works again.
    Working,
    /// A picture that is not taken yet cannot be kept; told once until it works again.
    ShelfFailing(String),
}

/// What is done with the pictures beside a journal.
enum Shelving {
    Put(Box<Candidate>, Board),
    Shift(CandidateId, Board),
    Remove(CandidateId),
}

enum Request {
    Keep(Box<Keep>),
    Shelve(DocId, Shelving),
    Forget(DocId),
    Orphans(Vec<Orphan>),
    Recover(usize),
    Replayed(usize, Orphan, Option<Box<Document>>, Vec<(Board, Candidate)>),
    Discard(usize),
    Stop,
    End,
}

/// The thread, seen from the editor.
pub struct JournalThread {
    requests: Sender<Request>,
    events: Receiver<JournalEvent>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl JournalThread {
    /// Starts it, and looks for what others have left in `base`; `None` = no journals are kept.
    pub fn start(base: Option<PathBuf>, waker: Waker) -> Self {
        let (requests, inbox) = unbounded();
        let (outbox, events) = unbounded();
        let thread = base.and_then(|base| {
            let to_itself = requests.clone();
            let run = move || {
                let told = Told { outbox, waker };
                let mut desk = Desk::new(base, to_itself, told);
                desk.look();
                desk.run(&inbox);
            };
            std::thread::Builder::new().name("scumble-journal".into()).spawn(run).ok()
        });
        Self { requests, events, thread }
    }

    /// Gives it a state of a document.
    pub fn keep(&self, keep: Keep) {
        self.send(Request::Keep(Box::new(keep)));
    }

    /// Keeps a picture that was made for a document beside its journal.
    pub fn keep_picture(&self, picture: Candidate, board: Board) {
        self.send(Request::Shelve(picture.document, Shelving::Put(Box::new(picture), board)));
    }

    /// A picture was put aside, or fetched back.
    pub fn shift_picture(&self, document: DocId, picture: CandidateId, to: Board) {
        self.send(Request::Shelve(document, Shelving::Shift(picture, to)));
    }

    /// A picture is not wanted any more.
    pub fn forget_picture(&self, document: DocId, picture: CandidateId) {
        self.send(Request::Shelve(document, Shelving::Remove(picture)));
    }

    /// The document is closed: its journal is not needed.
    pub fn forget(&self, id: DocId) {
        self.send(Request::Forget(id));
    }

    /// Reads a found document.
    pub fn recover(&self, number: usize) {
        self.send(Request::Recover(number));
    }

    /// Throws a found document away.
    pub fn discard(&self, number: usize) {
        self.send(Request::Discard(number));
    }

    fn send(&self, request: Request) {
        // Without journals, or when the thread could not be started, nobody listens.
        let _ = self.requests.send(request);
    }

    /// What it has told since the last call.
    pub fn events(&self) -> impl Iterator<Item = JournalEvent> {
        self.events.try_iter()
    }

    /// Ends the session and removes its journals: everything is saved or not wanted.
    pub fn end(&mut self) {
        self.close(Request::End);
    }

    /// Writes what is not yet written and leaves it for the next start.
    pub fn stop(&mut self) {
        self.close(Request::Stop);
    }

    fn close(&mut self, last: Request) {
        if let Some(thread) = self.thread.take() {
            self.send(last);
            let _ = thread.join();
        }
    }
}

struct Told {
    outbox: Sender<JournalEvent>,
    waker: Waker,
}

impl Told {
    fn tell(&self, event: JournalEvent) {
        if self.outbox.send(event).is_ok() {
            (self.waker)();
        }
    }
}

struct Pending {
    keep: Keep,
    due: Instant,
}

struct Desk {
    base: PathBuf,
    to_itself: Sender<Request>,
    told: Told,
    /// Begun with the first thing to write.
    session: Option<Session>,
    journals: BTreeMap<DocId, Journal>,
    pending: BTreeMap<DocId, Pending>,
    orphans: BTreeMap<usize, Orphan>,
    /// What is to be done with pictures, in its order; one at a time, so that no journal waits for all of them.
    shelving: VecDeque<(DocId, Shelving)>,
    failing: bool,
    shelf_failing: bool,
}

impl Desk {
    fn new(base: PathBuf, to_itself: Sender<Request>, told: Told) -> Self {
        Self {
            base,
            to_itself,
            told,
            session: None,
            journals: BTreeMap::new(),
            pending: BTreeMap::new(),
            orphans: BTreeMap::new(),
            shelving: VecDeque::new(),
            failing: false,
            shelf_failing: false,
        }
    }

    fn run(&mut self, inbox: &Receiver<Request>) {
        loop {
            let due = self.pending.values().map(|p| p.due).min();
            let request = match due {
                _ if !self.shelving.is_empty() => inbox.recv_timeout(Duration::ZERO),
                Some(due) => inbox.recv_deadline(due),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match request {
                Ok(Request::End) => return self.end(),
                Ok(Request::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    self.pending.values_mut().for_each(|p| p.due = Instant::now());
                    self.write_due();
                    while self.shelve_next() {}
                    return;
                }
                Ok(request) => self.take(request),
                Err(RecvTimeoutError::Timeout) => drop(self.shelve_next()),
            }
            self.write_due();
        }
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Keep(keep) => {
                let due = Instant::now() + keep.within;
                match self.pending.get_mut(&keep.id) {
                    Some(pending) => {
                        let replaces = keep.replaces.or(pending.keep.replaces);
                        let mut taken = std::mem::take(&mut pending.keep.taken);
                        taken.extend_from_slice(&keep.taken);
                        pending.keep = Keep { replaces, taken, ..*keep };
                        // A retry after a failure keeps its time.
                        if !self.failing {
                            pending.due = pending.due.min(due);
                        }
                    }
                    None => drop(self.pending.insert(keep.id, Pending { keep: *keep, due })),
                }
            }
            Request::Shelve(id, what) => self.shelving.push_back((id, what)),
            Request::Forget(id) => {
                self.pending.remove(&id);
                self.shelving.retain(|(of, _)| *of != id);
                if let Some(journal) = self.journals.remove(&id) {
                    // What cannot be removed is offered at the next start; better too much than too little.
                    let _ = journal.discard();
                }
            }
            Request::Orphans(orphans) => self.found(orphans),
            Request::Recover(number) => {
                if let Some(orphan) = self.orphans.remove(&number) {
                    self.aside("scumble-recover", move || {
                        let doc = orphan.recover().map(|r| Box::new(r.document));
                        let pictures =
                            shelf::read(orphan.folder()).into_iter().filter_map(read_picture).collect();
                        Request::Replayed(number, orphan, doc, pictures)
                    });
                }
            }
            Request::Replayed(number, orphan, doc, pictures) => {
                let (note, folder) = (JournalNote::read(orphan.note()), orphan.folder().to_path_buf());
                self.orphans.insert(number, orphan);
                self.told.tell(match doc {
                    Some(doc) => JournalEvent::Recovered { number, doc, note, pictures },
                    None => JournalEvent::Unreadable { number, folder },
                });
            }
            Request::Discard(number) => self.discard(number),
            // Seen to before.
            Request::Stop | Request::End => {}
        }
    }

    /// Does something on another thread, and takes what it returns as a request.
    fn aside(&self, name: &str, work: impl FnOnce() -> Request + Send + 'static) {
        let back = self.to_itself.clone();
        let run = move || {
            // Nobody may be left to hear it: then what was claimed is let go.
            let _ = back.send(work());
        };
        // Without a thread nothing is lost: what is not read now is found at the next start.
        let _ = std::thread::Builder::new().name(name.into()).spawn(run);
    }

    fn look(&self) {
        let base = self.base.clone();
        self.aside("scumble-orphans", move || Request::Orphans(recovery::orphans(&base)));
    }

    fn found(&mut self, orphans: Vec<Orphan>) {
        let mut found = Vec::new();
        for (number, orphan) in orphans.into_iter().enumerate() {
            let note = JournalNote::read(orphan.note());
            let modified = orphan.modified();
            self.orphans.insert(number, orphan);
            if note.matters() {
                found.push(Found { number, note, modified });
            } else {
                // All of it was in its file.
                self.discard(number);
            }
        }
        if !found.is_empty() {
            self.told.tell(JournalEvent::Found(found));
        }
    }

    fn discard(&mut self, number: usize) {
        if let Some(orphan) = self.orphans.remove(&number) {
            let _ = orphan.discard();
        }
    }

    fn write_due(&mut self) {
        let now = Instant::now();
        let due: Vec<DocId> = self.pending.iter().filter(|(_, p)| p.due <= now).map(|(id, _)| *id).collect();
        for id in due {
            let Some(mut pending) = self.pending.remove(&id) else { continue };
            if pending.keep.replaces.is_some() {
                // What replaces another journal has all that the other has.
                while self.shelve_next() {}
            }
            let run = std::panic::AssertUnwindSafe(|| self.write(&pending.keep));
            let done = std::panic::catch_unwind(run).unwrap_or_else(|why| {
                Err(format!("a fault while writing the journal ({})", panic_words(&*why)))
            });
            match done {
                Ok(()) => {
                    if std::mem::take(&mut self.failing) {
                        self.told.tell(JournalEvent::Working);
                    }
                    if let Some(number) = pending.keep.replaces {
                        self.discard(number);
                    }
                    self.shelving.extend(
                        pending.keep.taken.into_iter().map(|picture| (id, Shelving::Remove(picture))),
                    );
                }
                Err(why) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        self.told.tell(JournalEvent::Failing(why));
                    }
                    pending.due = Instant::now() + RETRY;
                    self.pending.insert(id, pending);
                }
            }
        }
    }

    fn write(&mut self, keep: &Keep) -> Result<(), String> {
        let words = |e: crate::io::FileError| e.to_string();
        self.begin()?;
        if !self.journals.contains_key(&keep.id)
            && let Some(session) = &self.session
        {
            self.journals.insert(keep.id, session.journal(keep.id.0).map_err(words)?);
        }
        match self.journals.get_mut(&keep.id) {
            Some(journal) => journal.write(&keep.doc, &keep.note.write()).map(drop).map_err(words),
            None => Ok(()),
        }
    }

    fn begin(&mut self) -> Result<(), String> {
        if self.session.is_none() {
            self.session = Some(Session::begin(&self.base).map_err(|e| e.to_string())?);
        }
        Ok(())
    }

    /// Does the next thing that is to be done with a picture. Returns whether there was one.
    fn shelve_next(&mut self) -> bool {
        let Some((id, what)) = self.shelving.pop_front() else { return false };
        let run = std::panic::AssertUnwindSafe(|| self.shelve(id, &what));
        let done = std::panic::catch_unwind(run)
            .unwrap_or_else(|why| Err(format!("a fault while keeping a picture ({})", panic_words(&*why))));
        match done {
            Ok(()) => self.shelf_failing = false,
            Err(why) => {
                if !std::mem::replace(&mut self.shelf_failing, true) {
                    self.told.tell(JournalEvent::ShelfFailing(why));
                }
            }
        }
        true
    }

    fn shelve(&mut self, id: DocId, what: &Shelving) -> Result<(), String> {
        self.begin()?;
        let Some(session) = &self.session else { return Ok(()) };
        let folder = session.document_folder(id.0);
        let done = match what {
            Shelving::Put(picture, board) => {
                shelf::put(&folder, *board, picture.id.0, &picture.to_document())
            }
            Shelving::Shift(picture, board) => shelf::shift(&folder, picture.0, *board),
            Shelving::Remove(picture) => shelf::remove(&folder, picture.0),
        };
        done.map_err(|e| e.to_string())
    }

    fn end(&mut self) {
        self.journals.clear();
        if let Some(session) = self.session.take() {
            let _ = session.end();
        }
    }
}

/// A picture that lay beside a journal; its ids are not yet those of this program.
fn read_picture(kept: Kept) -> Option<(Board, Candidate)> {
    Some((kept.board, Candidate::from_document(CandidateId(kept.number), DocId(0), &kept.doc)?))
}

/// What a base folder holds for the next start; for tests and for those who look after a crash.
pub fn notes(base: &Path) -> Vec<JournalNote> {
    recovery::orphans(base).iter().map(|orphan| JournalNote::read(orphan.note())).collect()
}
