//! OpenRaster (`.ora`), the native format: what Krita, GIMP and MyPaint open, and beside it what they have no place
//! for, so that saving and loading loses nothing.
//!
//! ```text
//! mimetype                    first and stored, as the specification asks
//! data/layer0.png ...         8 bits a channel, cropped to content; an enabled mask is multiplied in
//! scumble/plane0.tiles ...    exact 16-bit tiles, where 8 bits or a cropped PNG would lose something; masks; the
//!                             selection; the change mask; layers of other levels than the one that is shown
//! mergedimage.png             what is seen of the page
//! Thumbnails/thumbnail.png    the same, at most 256 pixels a side
//! stack.xml                   baseline OpenRaster 0.0.5: layers, groups, opacity, visibility, composite-op, positions
//! scumble/document.json       everything else
//! ```
//! *Whose word counts*: `document.json` carries the checksums of `stack.xml` and of each PNG. Where `stack.xml` is no
//! longer the one that was saved with it, another program has edited the file: then the baseline is read and our
//! entries are ignored. Where only a PNG differs, that layer is taken from its PNG, and its mask, which the PNG has
//! in it, is dropped.
//!
//! *Baseline look*: pass-through groups are `isolation="auto"`; a clipping layer of normal mode is `svg:src-atop`,
//! which Krita shows as "inherit alpha"; modes beyond the specification carry Krita's names, and other programs
//! take them for normal. Masks of groups cannot be expressed and are left out of the baseline.
//!
//! *Unknown entries* of other programs are not kept: they describe a picture that may have changed since.
//!
//! *Limits*: see [`MAX_DECODED_BYTES`], [`MAX_PNG_SIDE`], [`MAX_PNG_PIXELS`]; at most 65,536 entries, 16,384 layers,
//! groups 256 deep, 16 MiB of XML. What is read is measured while it is decoded, never by what a header claims.

mod raster;
mod read;
mod stack;
mod write;

use super::flaw::Flaw;
use super::record::DocumentRecord;
use super::{FileError, atomic::write_atomic};
use crate::document::Document;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most bytes of decoded pictures and tiles of any file (16 GiB); a small file gets less, see [`decoded_bytes_for`].
pub const MAX_DECODED_BYTES: u64 = 16 << 30;
/// Longest side of a PNG within a file, pixels.
pub const MAX_PNG_SIDE: u32 = 65_535;
/// Most pixels of a PNG within a file (512 megapixels).
pub const MAX_PNG_PIXELS: u64 = 512 << 20;

/// What a file of `file_bytes` may ask for: 256 MiB, and 4096 times its own size (honest deflate reaches 2064 bytes
/// of tiles per byte).
pub const fn decoded_bytes_for(file_bytes: u64) -> u64 {
    let bytes = (256 << 20) + file_bytes.saturating_mul(4096);
    if bytes < MAX_DECODED_BYTES { bytes } else { MAX_DECODED_BYTES }
}

const KIND: &str = "OpenRaster picture";
const MIMETYPE: &str = "image/openraster";
const STACK: &str = "stack.xml";
const MERGED: &str = "mergedimage.png";
const THUMBNAIL: &str = "Thumbnails/thumbnail.png";
const RECORD: &str = "scumble/document.json";
/// Most bytes of `stack.xml`.
const MAX_XML_BYTES: u64 = 16 << 20;
/// Most bytes of `document.json`; its notes hold whole requests.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// Writes `doc` to `path`, completely or not at all.
pub fn save(path: &Path, doc: &Document) -> Result<(), FileError> {
    write_atomic(path, |out| write::write(out, doc).map_err(|why| why.to_string()))
}

/// Reads the document of an `.ora` file, of this program or of another.
pub fn load(path: &Path) -> Result<Document, FileError> {
    let file = File::open(path).map_err(|e| FileError::read(path, e))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(FileError::read(path, std::io::Error::other("it is a folder; name a file in it")));
    }
    load_from(file).map_err(|why| why.of_file(path, KIND))
}

/// Reads a document from the bytes of an `.ora` file; `name` stands for the file in errors.
pub fn load_bytes(bytes: &[u8], name: &Path) -> Result<Document, FileError> {
    load_from(Cursor::new(bytes)).map_err(|why| why.of_file(name, KIND))
}

fn load_from(source: impl Read + Seek + Send) -> Result<Document, Flaw> {
    read::read(source)
}

/// What `document.json` holds.
#[derive(Serialize, Deserialize)]
struct Record {
    /// Checksum of the `stack.xml` that was saved with it.
    stack_crc: u32,
    /// The PNG of each plane that has one, by the plane's number.
    pngs: BTreeMap<u32, PngRecord>,
    document: DocumentRecord,
}

/// Where a layer's PNG is.
#[derive(Serialize, Deserialize)]
struct PngRecord {
    src: String,
    /// Checksum of the PNG.
    crc: u32,
    /// Canvas pixel of its upper left corner.
    x: i32,
    y: i32,
    /// Whether the layer's mask is multiplied into it.
    masked: bool,
}

/// The name of the entry of an exact plane.
fn plane_entry(number: u32) -> String {
    format!("scumble/plane{number}.tiles")
}

/// What is left of the bytes that a file may ask for.
struct Budget(AtomicU64);

impl Budget {
    fn new(bytes: u64) -> Self {
        Self(AtomicU64::new(bytes))
    }

    fn charge(&self, bytes: u64) -> Result<(), Flaw> {
        let take = |left: u64| left.checked_sub(bytes);
        match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(()),
            Err(_) => {
                Err(Flaw::Limit("its pictures are far larger than a file of its size may ask for".into()))
            }
        }
    }
}
