//! Pictures that lie beside a journal: what was made for a document and is neither taken nor forgotten.
//!
//! Each is an OpenRaster file of its own in the folder of the journal, `waiting-<number>.ora` or, once it was put
//! aside, `rejected-<number>.ora`: complete or not there at all, and readable without this program. A folder holds
//! [`MAX_BYTES`] of them: what was put aside first goes first.

use super::{FileError, ora};
use crate::document::Document;
use std::path::{Path, PathBuf};

/// Most bytes of one folder.
pub const MAX_BYTES: u64 = 256 << 20;
/// Most pictures of one folder.
pub const MAX_PICTURES: usize = 128;

/// Where a picture lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Board {
    /// It was put aside.
    Rejected,
    /// It waits to be taken.
    Waiting,
}

impl Board {
    const ALL: [Board; 2] = [Board::Rejected, Board::Waiting];

    const fn prefix(self) -> &'static str {
        match self {
            Board::Rejected => "rejected-",
            Board::Waiting => "waiting-",
        }
    }

    const fn other(self) -> Self {
        match self {
            Board::Rejected => Board::Waiting,
            Board::Waiting => Board::Rejected,
        }
    }
}

fn file(folder: &Path, board: Board, number: u64) -> PathBuf {
    folder.join(format!("{}{number:06}.ora", board.prefix()))
}

/// A picture that was read.
#[derive(Debug)]
pub struct Kept {
    /// Its number; a later picture has a greater one.
    pub number: u64,
    /// Where it lay.
    pub board: Board,
    /// It, as it was given to [`put`].
    pub doc: Document,
}

/// Puts a picture in `folder`, which is made if need be. What is over the limits of the folder is removed.
pub fn put(folder: &Path, board: Board, number: u64, doc: &Document) -> Result<(), FileError> {
    std::fs::create_dir_all(folder).map_err(|e| FileError::write(folder, e))?;
    ora::save(&file(folder, board, number), doc)?;
    remove_file(&file(folder, board.other(), number))?;
    trim(folder, MAX_BYTES, MAX_PICTURES)
}

/// Moves a picture to the other board; one that is not there is none.
pub fn shift(folder: &Path, number: u64, to: Board) -> Result<(), FileError> {
    let (from, to) = (file(folder, to.other(), number), file(folder, to, number));
    match std::fs::rename(&from, &to) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(FileError::write(&to, e)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes a picture, wherever it lies; one that is not there is none.
pub fn remove(folder: &Path, number: u64) -> Result<(), FileError> {
    Board::ALL.into_iter().try_for_each(|board| remove_file(&file(folder, board, number)))
}

fn remove_file(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(FileError::write(path, e)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// All pictures of a folder, the oldest first. What cannot be read is left out, and stays.
pub fn read(folder: &Path) -> Vec<Kept> {
    let mut kept: Vec<Kept> = list(folder)
        .into_iter()
        .filter_map(|Entry { number, board, path, .. }| {
            Some(Kept { number, board, doc: ora::load(&path).ok()? })
        })
        .collect();
    kept.sort_by_key(|k| (k.number, k.board));
    // Killed between the new file and the removal of the old one: the newer word counts, which is to wait.
    kept.dedup_by(|later, earlier| {
        let twins = later.number == earlier.number;
        if twins {
            std::mem::swap(&mut later.doc, &mut earlier.doc);
            earlier.board = later.board;
        }
        twins
    });
    kept
}

/// Removes all pictures of a folder.
pub fn clear(folder: &Path) -> Result<(), FileError> {
    list(folder).iter().try_for_each(|entry| remove_file(&entry.path))
}

/// Removes pictures until at most `most_bytes` and `most` are left: first what was put aside, the oldest first.
pub fn trim(folder: &Path, most_bytes: u64, most: usize) -> Result<(), FileError> {
    let mut entries = list(folder);
    entries.sort_by_key(|e| (e.board, e.number));
    let mut bytes: u64 = entries.iter().map(|e| e.bytes).sum();
    let mut left = entries.len();
    for entry in entries {
        // The last one stays, however large it is.
        if (bytes <= most_bytes && left <= most) || left == 1 {
            break;
        }
        remove_file(&entry.path)?;
        (bytes, left) = (bytes - entry.bytes, left - 1);
    }
    Ok(())
}

struct Entry {
    board: Board,
    number: u64,
    bytes: u64,
    path: PathBuf,
}

fn list(folder: &Path) -> Vec<Entry> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let name = name.to_str()?.strip_suffix(".ora")?;
            let board = Board::ALL.into_iter().find(|b| name.starts_with(b.prefix()))?;
            let number = name.strip_prefix(board.prefix())?.parse().ok()?;
            Some(Entry { board, number, bytes: entry.metadata().ok()?.len(), path: entry.path() })
        })
        .collect()
}
