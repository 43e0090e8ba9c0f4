//! Whose journals there are: sessions of running programs, and what programs that died have left.
//!
//! ```text
//! <base>/session-<random>/lock                 locked for as long as the program lives
//! <base>/session-<random>/document-<number>/   the journal of one document
//! ```
//! The system lets go of a lock when a program ends, however it ends: a session whose lock can be taken belongs to
//! nobody. Who takes it has claimed the session, and no other program can; a claim that is dropped leaves everything
//! for the next start. What holds nothing that could be recovered is cleared away; what cannot be read now (no
//! permission, a newer version's journal) stays.

use super::FileError;
use super::journal::{self, Journal, Peek, Recovered};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

const SESSION: &str = "session-";
const DOCUMENT: &str = "document-";
const LOCK: &str = "lock";

/// The journals of this program while it runs. Dropped without [`Session::end`], they stay for the next start.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    /// Locked for as long as it is open.
    lock: File,
}

impl Session {
    /// Begins a session in the folder `base`, which is made if need be.
    pub fn begin(base: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(base).map_err(|e| FileError::write(base, e))?;
        // Between making the folder and locking it another program may take it for an empty orphan and clear it
        // away. Then another is made: the other program is soon through with its list.
        for _ in 0..1000 {
            let folder = tempfile::Builder::new().prefix(SESSION).disable_cleanup(true).tempdir_in(base);
            let folder = folder.map_err(|e| FileError::write(base, e))?.keep();
            let path = folder.join(LOCK);
            let lock = match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(lock) => lock,
                Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => continue,
                Err(e) => return Err(FileError::write(&path, e)),
            };
            match lock.try_lock() {
                Ok(()) if is_at(&lock, &path) => return Ok(Self { folder, lock }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => return Err(FileError::write(&path, e)),
            }
        }
        Err(FileError::write(
            base,
            "other programs keep removing what is made in it; close them and try again",
        ))
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the journal of document `number`.
    pub fn document_folder(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{DOCUMENT}{number}"))
    }

    /// A journal for document `number`, a number of the caller's choice that no other open document has.
    pub fn journal(&self, number: u64) -> Result<Journal, FileError> {
        Journal::create(&self.document_folder(number))
    }

    /// Ends the session and removes its journals: all documents are saved, or not wanted.
    pub fn end(self) -> Result<(), FileError> {
        for folder in documents(&self.folder) {
            journal::discard(&folder)?;
        }
        clear(&self.folder, self.lock);
        Ok(())
    }
}

/// A claimed session.
#[derive(Debug)]
struct Claim {
    folder: PathBuf,
    lock: Option<File>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take()
            && documents(&self.folder).is_empty()
        {
            clear(&self.folder, lock);
        }
    }
}

/// A document that a program which died had open. It is claimed: as long as this lives no other program sees it.
#[derive(Debug)]
pub struct Orphan {
    folder: PathBuf,
    note: String,
    modified: SystemTime,
    claim: Arc<Claim>,
}

impl Orphan {
    /// The note that was written with its last state (where the document's file is, say).
    pub fn note(&self) -> &str {
        &self.note
    }

    /// When its journal was written last.
    pub fn modified(&self) -> SystemTime {
        self.modified
    }

    /// The folder of its journal.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads the document; `None` if its journal is broken after all. Nothing is removed: first write the document to
    /// a journal of the own session (or to a file), then [`Orphan::discard`].
    pub fn recover(&self) -> Option<Recovered> {
        journal::recover(&self.folder)
    }

    /// Removes its journal, and its session if that was the last document of it.
    pub fn discard(self) -> Result<(), FileError> {
        debug_assert!(self.claim.lock.is_some(), "only who holds the lock may remove anything");
        journal::discard(&self.folder)
    }
}

/// Claims all documents below `base` that belong to no running program, the newest first. Empty without `base`.
pub fn orphans(base: &Path) -> Vec<Orphan> {
    let mut out = Vec::new();
    for folder in folders(base, SESSION) {
        let Some(lock) = claim(&folder) else { continue };
        let claim = Arc::new(Claim { folder: folder.clone(), lock: Some(lock) });
        for folder in documents(&folder) {
            match journal::peek(&folder) {
                Peek::Found { note, modified } => {
                    out.push(Orphan { folder, note, modified, claim: claim.clone() });
                }
                // What cannot be removed is asked again at the next start.
                Peek::Nothing => drop(journal::discard(&folder)),
                Peek::Unknown => {}
            }
        }
    }
    out.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.folder.cmp(&b.folder)));
    out
}

/// The lock of a session, if no program holds it. One without a lock file is just being made, or has no owner: its
/// lock file is made then, and the maker, who insists on making it, begins elsewhere.
fn claim(folder: &Path) -> Option<File> {
    let lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(LOCK));
    let lock = lock.ok()?;
    lock.try_lock().ok()?;
    is_at(&lock, &folder.join(LOCK)).then_some(lock)
}

/// Whether the file is the one that bears this name: another program may have cleared it away between opening and
/// locking.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let both = file.metadata().ok().zip(std::fs::metadata(path).ok());
        both.is_some_and(|(a, b)| (a.dev(), a.ino()) == (b.dev(), b.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Removes a session whose lock is held, if it holds no document any more. What somebody else put there stays.
fn clear(folder: &Path, lock: File) {
    // Removed while it is locked, so that nobody claims what is going away; but on Windows an open file cannot be.
    let _held = (!cfg!(windows)).then_some(lock);
    let _ = std::fs::remove_file(folder.join(LOCK));
    let _ = std::fs::remove_dir(folder);
}

fn documents(session: &Path) -> Vec<PathBuf> {
    folders(session, DOCUMENT)
}

fn folders(of: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    out.sort_unstable();
    out
}
