//! The journal: what is painted is on the disk seconds later, whatever happens to the program.
//!
//! A folder holds one journal of one document: files `journal-<generation>.scj`, mostly one. A file begins with a
//! snapshot and grows by what changed since: tiles are compared by pointer with the document that was written last,
//! so that a call costs by what was painted, not by the size of the picture. When a file has grown to several
//! times its snapshot, a new generation begins: it is written beside the old one, and that one is removed only
//! after the new one is safely there.
//!
//! ```text
//! "SCJL\x01" 0 0 0
//! records: { bytes of payload(u32) kind(u8) checksum(u32) payload }
//! ```
//! Kinds: 1 = tiles of pixels, 2 = tiles of a mask (plane number(u32), 1 if the plane begins anew(u8), tiles), 3 =
//! commit (JSON: the document without its pixels). The checksum covers the record and the checksum before it, so that
//! a record counts only in its place. A state counts when its commit is whole: a torn or damaged tail costs what
//! was written after the last whole commit, never more.

mod recover;

pub use recover::{Peek, Recovered, peek, recover};

use super::flaw::Flaw;
use super::record::{DocumentRecord, Owner, Plane};
use super::{
    FileError,
    atomic::{explain, write_atomic},
    tiles,
};
use crate::document::{Document, Slot, TileMap, TilePos};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"SCJL\x01\0\0\0";
const PIXELS: u8 = 1;
const MASK: u8 = 2;
const COMMIT: u8 = 3;
const HEAD_BYTES: usize = 9;
/// Tiles of one record: 32 MiB before compression.
const BATCH: usize = 1024;
/// A file may grow by this much before a new generation is worth it.
const MIN_GROWTH: u64 = 32 << 20;

/// What a commit holds.
#[derive(Serialize, Deserialize)]
struct Commit<R> {
    note: String,
    document: R,
}

/// What [`Journal::write`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing has changed.
    Nothing,
    /// Changes of this many bytes were appended.
    Changes(u64),
    /// A new file of this many bytes was begun.
    Snapshot(u64),
}

/// A journal that is being written. It belongs to one thread (the one of files), which is given clones of the document.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    generation: u64,
    /// None before the first snapshot, and after a failure: what a failed write left behind is not built on.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    state: State,
    snapshot_bytes: u64,
    bytes: u64,
}

/// What the file holds.
#[derive(Clone, Debug, Default)]
struct State {
    chain: u32,
    planes: BTreeMap<Owner, (u32, Plane)>,
    next_plane: u32,
    commit: Vec<u8>,
}

impl Journal {
    /// A journal in `folder`, which is made if need be. A journal that lies there stays recoverable until the first
    /// [`Journal::write`] is done.
    pub fn create(folder: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(folder).map_err(|e| FileError::write(folder, e))?;
        let generation = generations(folder).last().map_or(0, |(generation, _)| *generation);
        Ok(Self { folder: folder.to_path_buf(), generation, open: None })
    }

    /// Brings the journal to `doc`. `note` is kept with it (where the document's file is, say). After an error the
    /// states that were written before are still there, and the next call writes everything anew.
    pub fn write(&mut self, doc: &Document, note: &str) -> Result<Written, FileError> {
        let outgrown =
            |open: &Open| open.bytes - open.snapshot_bytes > (2 * open.snapshot_bytes).max(MIN_GROWTH);
        // Taken out: after a failure it is gone.
        match self.open.take() {
            Some(mut open) if !outgrown(&open) => {
                let path = open.path.clone();
                let mut state = open.state.clone();
                let before = open.bytes;
                let mut out = Counted { out: &mut open.file, bytes: 0 };
                let changed = state.append(&mut out, doc, note).and_then(|changed| {
                    out.out.sync_data()?;
                    Ok(changed)
                });
                let bytes = out.bytes;
                let changed = changed.map_err(|why| match why {
                    Flaw::Io(why) => FileError::write(&path, explain(&why, &self.folder)),
                    why => FileError::write(&path, why),
                })?;
                (open.state, open.bytes) = (state, before + bytes);
                self.open = Some(open);
                Ok(if changed { Written::Changes(bytes) } else { Written::Nothing })
            }
            Some(_) | None => self.snapshot(doc, note),
        }
    }

    fn snapshot(&mut self, doc: &Document, note: &str) -> Result<Written, FileError> {
        self.generation += 1;
        let path = self.folder.join(file_name(self.generation));
        let mut state = State { chain: crc32fast::hash(&MAGIC), ..State::default() };
        let mut bytes = 0;
        write_atomic(&path, |out| {
            let mut out = Counted { out, bytes: 0 };
            let done = out.write_all(&MAGIC).map_err(Flaw::from);
            done.and_then(|()| state.append(&mut out, doc, note)).map_err(|why| why.to_string())?;
            bytes = out.bytes;
            Ok(())
        })?;
        let file = OpenOptions::new().append(true).open(&path).map_err(|e| FileError::write(&path, e))?;
        for (generation, old) in generations(&self.folder) {
            if generation < self.generation {
                // What cannot be removed is only out of date: recovery takes the newest.
                let _ = std::fs::remove_file(old);
            }
        }
        self.open = Some(Open { file, path, state, snapshot_bytes: bytes, bytes });
        Ok(Written::Snapshot(bytes))
    }

    /// Removes the journal: the document is saved, or not wanted.
    pub fn discard(self) -> Result<(), FileError> {
        // Opened files cannot be removed everywhere.
        drop(self.open);
        discard(&self.folder)
    }
}

/// Removes the journal in `folder` with the pictures beside it, and the folder if nothing else is in it.
pub fn discard(folder: &Path) -> Result<(), FileError> {
    super::shelf::clear(folder)?;
    for (_, path) in generations(folder) {
        std::fs::remove_file(&path).map_err(|e| FileError::write(&path, e))?;
    }
    // What a snapshot that was cut short left behind.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(".scumble-") && name.ends_with(".part") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

fn file_name(generation: u64) -> String {
    format!("journal-{generation:06}.scj")
}

/// The files of a journal, the oldest first.
fn generations(folder: &Path) -> Vec<(u64, PathBuf)> {
    let mut out: Vec<(u64, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix("journal-")?.strip_suffix(".scj")?;
            Some((number.parse().ok()?, entry.path()))
        })
        .collect();
    out.sort_unstable();
    out
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(data)?;
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// The checksum of a record.
fn checksum(before: u32, kind: u8, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&before.to_le_bytes());
    hasher.update(&[kind]);
    hasher.update(&(payload.len() as u32).to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

impl State {
    /// Writes what `doc` has and the file has not. Returns whether there was anything.
    fn append(&mut self, out: &mut impl Write, doc: &Document, note: &str) -> Result<bool, Flaw> {
        let mut now: Vec<(Owner, u32, Plane)> = Vec::new();
        let mut numbers: BTreeMap<Owner, u32> = BTreeMap::new();
        let document = DocumentRecord::of(doc, |owner, plane| {
            let known = self.planes.get(&owner).map(|(number, _)| *number);
            // Should two layers bear one id, the second is no continuation of the first.
            let number = known.filter(|_| !numbers.contains_key(&owner)).unwrap_or_else(|| {
                self.next_plane += 1;
                self.next_plane
            });
            numbers.insert(owner, number);
            now.push((owner, number, plane));
            number
        })?;
        let commit = serde_json::to_vec(&Commit { note: note.to_owned(), document })?;
        let mut changed = commit != self.commit;
        for (owner, number, plane) in &now {
            let old = self.planes.get(owner).filter(|(n, _)| n == number).map(|(_, plane)| plane.clone());
            changed |= match (plane, &old) {
                (Plane::Pixels(new), Some(Plane::Pixels(old))) => {
                    self.plane(out, PIXELS, *number, new, Some(old))?
                }
                (Plane::Pixels(new), _) => self.plane(out, PIXELS, *number, new, None)?,
                (Plane::Mask(new), Some(Plane::Mask(old))) => {
                    self.plane(out, MASK, *number, new, Some(old))?
                }
                (Plane::Mask(new), _) => self.plane(out, MASK, *number, new, None)?,
            };
        }
        if changed {
            self.record(out, COMMIT, &commit)?;
            self.planes = now.into_iter().map(|(owner, number, plane)| (owner, (number, plane))).collect();
            self.commit = commit;
        }
        Ok(changed)
    }

    /// Writes where a plane differs from what the file has of it; all of it if that is nothing.
    fn plane<const P: usize>(
        &mut self,
        out: &mut impl Write,
        kind: u8,
        number: u32,
        new: &TileMap<P>,
        old: Option<&TileMap<P>>,
    ) -> Result<bool, Flaw> {
        let old = old.filter(|old| old.background() == new.background());
        let positions: Vec<TilePos> = match old {
            Some(old) => {
                let mut positions = Vec::new();
                new.diff(old, |pos| positions.push(pos));
                positions
            }
            None => new.tiles().map(|(pos, _)| pos).collect(),
        };
        let mut anew = old.is_none();
        if positions.is_empty() && !anew {
            return Ok(false);
        }
        let mut batches = positions.chunks(BATCH);
        let mut batch = batches.next().unwrap_or_default();
        loop {
            let slots: Vec<(TilePos, &Slot<P>)> = batch.iter().map(|&pos| (pos, new.slot(pos))).collect();
            let mut payload = number.to_le_bytes().to_vec();
            payload.push(u8::from(anew));
            payload.extend(tiles::encode(new.background(), &slots)?);
            self.record(out, kind, &payload)?;
            anew = false;
            match batches.next() {
                Some(next) => batch = next,
                None => return Ok(true),
            }
        }
    }

    fn record(&mut self, out: &mut impl Write, kind: u8, payload: &[u8]) -> Result<(), Flaw> {
        let length = u32::try_from(payload.len()).map_err(|_| Flaw::Bad("a record is too long"))?;
        self.chain = checksum(self.chain, kind, payload);
        let mut head = [0; HEAD_BYTES];
        head[..4].copy_from_slice(&length.to_le_bytes());
        head[4] = kind;
        head[5..].copy_from_slice(&self.chain.to_le_bytes());
        out.write_all(&head)?;
        out.write_all(payload)?;
        Ok(())
    }
}
