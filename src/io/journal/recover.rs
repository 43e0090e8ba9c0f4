//! What a journal holds, after a crash.

use super::super::flaw::Flaw;
use super::super::record::{DocumentRecord, Plane};
use super::super::tiles::{self, Decoded};
use super::{COMMIT, Commit, HEAD_BYTES, MAGIC, MASK, PIXELS, checksum, generations};
use crate::document::{Document, TileMap};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;
use std::time::SystemTime;

/// What was recovered.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// The document as it was when the last whole state was written.
    pub document: Document,
    /// The note that was written with it.
    pub note: String,
}

/// The last whole state of the journal in `folder`; `None` if there is none. Reads only; never fails for what
/// the files hold.
pub fn recover(folder: &Path) -> Option<Recovered> {
    // An older generation is there only if the program died between writing the newer and removing it.
    generations(folder).into_iter().rev().find_map(|(_, path)| replay(&path))
}

/// What [`peek`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peek {
    /// A whole state.
    Found {
        /// The note that was written with it.
        note: String,
        /// When the file was written last.
        modified: SystemTime,
    },
    /// No journal, or none that ever held a whole state: nothing is lost if it is removed.
    Nothing,
    /// It cannot be told: a file cannot be read, or a newer version of this program wrote it.
    Unknown,
}

/// Whether [`recover`] would find something in `folder`, without reading any pixel.
pub fn peek(folder: &Path) -> Peek {
    match std::fs::read_dir(folder) {
        Ok(_) => {}
        Err(e) if e.kind() == ErrorKind::NotFound => return Peek::Nothing,
        Err(_) => return Peek::Unknown,
    }
    let mut found = Peek::Nothing;
    for (_, path) in generations(folder).into_iter().rev() {
        match peek_file(&path) {
            Ok(Peek::Nothing) => {}
            Ok(Peek::Unknown) | Err(_) => found = Peek::Unknown,
            Ok(seen @ Peek::Found { .. }) => return seen,
        }
    }
    found
}

fn peek_file(path: &Path) -> std::io::Result<Peek> {
    /// The note of a commit, whatever else is in it.
    #[derive(serde::Deserialize)]
    struct Note {
        note: String,
        document: DocumentRecord,
    }
    let file = File::open(path)?;
    let meta = file.metadata()?;
    let mut left = meta.len();
    let mut source = BufReader::with_capacity(1 << 20, file);
    let mut magic = [0; MAGIC.len()];
    match source.read_exact(&mut magic) {
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(Peek::Nothing),
        other => other?,
    }
    if magic != MAGIC {
        return Ok(if magic[..4] == MAGIC[..4] { Peek::Unknown } else { Peek::Nothing });
    }
    left = left.saturating_sub(MAGIC.len() as u64);
    let mut chain = crc32fast::hash(&MAGIC);
    let mut last = None;
    while let Some((kind, payload)) = next_record(&mut source, &mut left, &mut chain) {
        if kind == COMMIT {
            last = Some(payload);
        }
    }
    let Some(commit) = last else { return Ok(Peek::Nothing) };
    Ok(match serde_json::from_slice::<Note>(&commit) {
        Ok(Note { note, document }) if document.is_known() => {
            Peek::Found { note, modified: meta.modified()? }
        }
        // Its checksums are right: somebody else's, or a newer version's.
        Ok(_) | Err(_) => Peek::Unknown,
    })
}

type Planes = BTreeMap<u32, Plane>;

fn replay(path: &Path) -> Option<Recovered> {
    let file = File::open(path).ok()?;
    let mut left = file.metadata().ok()?.len();
    let mut source = BufReader::with_capacity(1 << 20, file);
    let mut magic = [0; MAGIC.len()];
    source.read_exact(&mut magic).ok().filter(|()| magic == MAGIC)?;
    left = left.saturating_sub(MAGIC.len() as u64);
    let mut chain = crc32fast::hash(&MAGIC);
    let mut planes = Planes::new();
    let mut last: Option<(Vec<u8>, Planes)> = None;
    while let Some((kind, payload)) = next_record(&mut source, &mut left, &mut chain) {
        if kind == COMMIT {
            last = Some((payload, planes.clone()));
        } else if apply(&mut planes, kind, &payload).is_err() {
            break;
        }
    }
    let (commit, planes) = last?;
    build(&commit, &planes).ok()
}

/// The next whole record.
fn next_record(source: &mut impl Read, left: &mut u64, chain: &mut u32) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; HEAD_BYTES];
    source.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
    let crc = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
    *left = left.checked_sub(HEAD_BYTES as u64)?.checked_sub(u64::from(length))?;
    let mut payload = vec![0; length as usize];
    source.read_exact(&mut payload).ok()?;
    *chain = checksum(*chain, head[4], &payload);
    (*chain == crc).then_some((head[4], payload))
}

fn apply(planes: &mut Planes, kind: u8, payload: &[u8]) -> Result<(), Flaw> {
    let (number, rest) = payload.split_first_chunk::<4>().ok_or(Flaw::Cut("a record"))?;
    let (&anew, bytes) = rest.split_first().ok_or(Flaw::Cut("a record"))?;
    let number = u32::from_le_bytes(*number);
    let old = planes.get_mut(&number).filter(|_| anew == 0);
    match (kind, old) {
        (PIXELS, Some(Plane::Pixels(plane))) => update(plane, tiles::decode(bytes)?),
        (MASK, Some(Plane::Mask(plane))) => update(plane, tiles::decode(bytes)?),
        (PIXELS, None) if anew == 1 => {
            planes.insert(number, Plane::Pixels(tiles::decode_plane(bytes)?));
            Ok(())
        }
        (MASK, None) if anew == 1 => {
            planes.insert(number, Plane::Mask(tiles::decode_plane(bytes)?));
            Ok(())
        }
        _ => Err(Flaw::Bad("a record does not continue what stands before it")),
    }
}

fn update<const P: usize>(plane: &mut TileMap<P>, new: Decoded<P>) -> Result<(), Flaw> {
    if new.background != plane.background() {
        return Err(Flaw::Bad("a record does not continue what stands before it"));
    }
    new.tiles.into_iter().for_each(|(pos, slot)| plane.set_slot(pos, slot));
    Ok(())
}

fn build(commit: &[u8], planes: &Planes) -> Result<Recovered, Flaw> {
    let commit: Commit<DocumentRecord> = serde_json::from_slice(commit)?;
    let pixels = |number: u32| match planes.get(&number) {
        Some(Plane::Pixels(pixels)) => Some(pixels.clone()),
        Some(Plane::Mask(_)) | None => None,
    };
    let mask = |number: u32| match planes.get(&number) {
        Some(Plane::Mask(mask)) => Some(mask.clone()),
        Some(Plane::Pixels(_)) | None => None,
    };
    Ok(Recovered { document: commit.document.build(pixels, mask)?, note: commit.note })
}
