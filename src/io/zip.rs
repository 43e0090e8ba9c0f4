//! As much of ZIP (APPNOTE 6.3, with ZIP64) as OpenRaster needs: entries stored or deflated, no encryption, one disk.
//!
//! It is written here and not taken from the crate `zip` (looked at in version 9.8), because:
//! - an OpenRaster file is written in one pass into a stream that cannot go back. There that crate puts sizes behind the
//!   data (data descriptors), the `mimetype` entry's too, of which the specification wants a plain header that can be
//!   recognised by its first bytes; its other writer asks for `Seek`;
//! - layers are decoded on all cores. There an archive is borrowed mutably for as long as one entry is read; here entries
//!   are read through a shared reference, and only the copying of bytes takes turns;
//! - every size that a file states is held against the file itself before memory is taken, and the checksum that the
//!   list states is known without reading the entry: it says which layers another program has changed.
//!
//! What is left of a ZIP file then is these few hundred lines; compression is flate2's. The adaptors around the crate
//! would not be much shorter.

use super::flaw::Flaw;
use flate2::read::DeflateDecoder;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

/// Most entries of a file that is read.
pub(super) const MAX_ENTRIES: usize = 65_536;
/// Most bytes of the list of entries.
const MAX_DIRECTORY_BYTES: u64 = 16 << 20;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// 1 January 1980, the first date that a ZIP file knows: equal documents give equal files.
const DATE: u16 = 0x21;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;

/// How an entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// Writes entries one after the other.
pub(super) struct ZipWriter<W: Write> {
    out: W,
    at: u64,
    directory: Vec<u8>,
    entries: u64,
}

impl<W: Write> ZipWriter<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, at: 0, directory: Vec::new(), entries: 0 }
    }

    /// Adds an entry. Returns the CRC-32 of `data`.
    pub(super) fn add(&mut self, name: &str, data: &[u8], method: Method) -> std::io::Result<u32> {
        let crc = crc32fast::hash(data);
        let deflated;
        let (code, packed) = match method {
            Method::Stored => (STORED, data),
            Method::Deflated => {
                let mut encoder =
                    flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(data)?;
                deflated = encoder.finish()?;
                (DEFLATED, deflated.as_slice())
            }
        };
        let large = data.len() as u64 >= u64::from(u32::MAX) || packed.len() as u64 >= u64::from(u32::MAX);
        let far = self.at >= u64::from(u32::MAX);
        let small = |v: u64| if large { u32::MAX } else { v as u32 };
        let common = |out: &mut Vec<u8>, extra: u16| {
            // Version 2.0 knows deflate, 4.5 ZIP64.
            out.extend((if large || far { 45u16 } else { 20 }).to_le_bytes());
            out.extend(UTF8.to_le_bytes());
            out.extend(code.to_le_bytes());
            out.extend(0u16.to_le_bytes());
            out.extend(DATE.to_le_bytes());
            out.extend(crc.to_le_bytes());
            out.extend(small(packed.len() as u64).to_le_bytes());
            out.extend(small(data.len() as u64).to_le_bytes());
            out.extend((name.len() as u16).to_le_bytes());
            out.extend(extra.to_le_bytes());
        };
        let sizes = |out: &mut Vec<u8>| {
            out.extend((data.len() as u64).to_le_bytes());
            out.extend((packed.len() as u64).to_le_bytes());
        };
        let mut local = LOCAL.to_le_bytes().to_vec();
        common(&mut local, if large { 20 } else { 0 });
        local.extend(name.as_bytes());
        if large {
            local.extend([1, 0, 16, 0]);
            sizes(&mut local);
        }
        let extra = u16::from(large) * 16 + u16::from(far) * 8;
        let directory = &mut self.directory;
        directory.extend(CENTRAL.to_le_bytes());
        directory.extend(45u16.to_le_bytes());
        common(directory, if extra > 0 { extra + 4 } else { 0 });
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend((if far { u32::MAX } else { self.at as u32 }).to_le_bytes());
        directory.extend(name.as_bytes());
        if extra > 0 {
            directory.extend([1, 0]);
            directory.extend(extra.to_le_bytes());
            if large {
                sizes(directory);
            }
            if far {
                directory.extend(self.at.to_le_bytes());
            }
        }
        self.out.write_all(&local)?;
        self.out.write_all(packed)?;
        self.at += local.len() as u64 + packed.len() as u64;
        self.entries += 1;
        Ok(crc)
    }

    /// Writes the list of entries.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        let (start, length) = (self.at, self.directory.len() as u64);
        let mut out = std::mem::take(&mut self.directory);
        let large = start >= u64::from(u32::MAX) || self.entries >= u64::from(u16::MAX);
        if large {
            out.extend(END_64.to_le_bytes());
            out.extend(44u64.to_le_bytes());
            out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            [self.entries, self.entries, length, start].iter().for_each(|v| out.extend(v.to_le_bytes()));
            out.extend(LOCATOR_64.to_le_bytes());
            out.extend(0u32.to_le_bytes());
            out.extend((start + length).to_le_bytes());
            out.extend(1u32.to_le_bytes());
        }
        let entries = if large { u16::MAX } else { self.entries as u16 };
        out.extend(END.to_le_bytes());
        out.extend([0; 4]);
        out.extend(entries.to_le_bytes());
        out.extend(entries.to_le_bytes());
        out.extend((length as u32).to_le_bytes());
        out.extend((if large { u32::MAX } else { start as u32 }).to_le_bytes());
        out.extend([0; 2]);
        self.out.write_all(&out)
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Of its local header.
    at: u64,
    packed: u64,
    size: u64,
    crc: u32,
    method: u16,
    encrypted: bool,
}

/// A file whose entries can be read from several threads.
pub(super) struct ZipReader<R> {
    source: Mutex<R>,
    length: u64,
    entries: BTreeMap<String, Entry>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

const NO_ZIP: Flaw = Flaw::Bad("it is no ZIP archive, or it is cut off");
const BAD_LIST: Flaw = Flaw::Bad("its list of entries is broken");

impl<R: Read + Seek> ZipReader<R> {
    /// Reads the list of entries.
    pub(super) fn open(mut source: R) -> Result<Self, Flaw> {
        let length = source.seek(SeekFrom::End(0))?;
        // The end record is followed by a comment of at most 65,535 bytes; before it the locator of ZIP64 may stand.
        let tail_at = length.saturating_sub(65_535 + 22 + 20);
        let tail = read_at(&mut source, tail_at, length - tail_at)?;
        let is_end = |at: usize| {
            u32_at(&tail, at) == Some(END)
                && u16_at(&tail, at + 20).is_some_and(|comment| at + 22 + usize::from(comment) <= tail.len())
        };
        let end = (0..tail.len().saturating_sub(21)).rev().find(|&at| is_end(at)).ok_or(NO_ZIP)?;
        let (mut size, mut start) =
            (u32_at(&tail, end + 12).map(u64::from), u32_at(&tail, end + 16).map(u64::from));
        if let Some(locator) = end.checked_sub(20).filter(|&at| u32_at(&tail, at) == Some(LOCATOR_64)) {
            let at = u64_at(&tail, locator + 8).filter(|at| at + 56 <= length).ok_or(BAD_LIST)?;
            let record = read_at(&mut source, at, 56)?;
            if u32_at(&record, 0) != Some(END_64) {
                return Err(BAD_LIST);
            }
            (size, start) = (u64_at(&record, 40), u64_at(&record, 48));
        }
        let (size, start) = size.zip(start).ok_or(BAD_LIST)?;
        if size > MAX_DIRECTORY_BYTES || start.checked_add(size).is_none_or(|end| end > length) {
            return Err(BAD_LIST);
        }
        let directory = read_at(&mut source, start, size)?;
        let mut entries = BTreeMap::new();
        let mut rest = directory.as_slice();
        let mut count = 0;
        while !rest.is_empty() {
            count += 1;
            if count > MAX_ENTRIES {
                return Err(Flaw::Limit(format!("it has more than {MAX_ENTRIES} entries")));
            }
            let (name, entry, next) = central_entry(rest).ok_or(BAD_LIST)?;
            entries.insert(name, entry);
            rest = next;
        }
        Ok(Self { source: Mutex::new(source), length, entries })
    }

    /// Bytes of the file.
    pub(super) fn file_bytes(&self) -> u64 {
        self.length
    }

    /// Whether there is such an entry.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The CRC-32 that the list states, which [`ZipReader::read`] holds against the data.
    pub(super) fn crc(&self, name: &str) -> Option<u32> {
        self.entries.get(name).map(|entry| entry.crc)
    }

    /// Size of the entry after decompression, as the list states it; [`ZipReader::read`] gives no byte more.
    pub(super) fn size(&self, name: &str) -> Option<u64> {
        self.entries.get(name).map(|entry| entry.size)
    }

    /// The entry, decompressed and checked, if it is at most `limit` bytes.
    pub(super) fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, Flaw> {
        let entry = self.entries.get(name).ok_or_else(|| Flaw::Missing(name.to_owned()))?;
        self.read_entry(entry, limit).map_err(|why| why.within(name))
    }

    fn read_entry(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Flaw> {
        if entry.encrypted {
            return Err(Flaw::Bad("it is encrypted"));
        }
        if entry.size > limit {
            return Err(Flaw::Limit(format!("it has {} bytes; at most {limit} are read", entry.size)));
        }
        let packed = {
            let mut source = self.source.lock().map_err(|_| Flaw::Bad("reading failed before"))?;
            if entry.at.checked_add(30).is_none_or(|end| end > self.length) {
                return Err(Flaw::Cut("it"));
            }
            let head = read_at(&mut *source, entry.at, 30)?;
            let skip = u16_at(&head, 26).zip(u16_at(&head, 28));
            let (name, extra) =
                skip.filter(|_| u32_at(&head, 0) == Some(LOCAL)).ok_or(Flaw::Bad("its header is broken"))?;
            let start = entry.at + 30 + u64::from(name) + u64::from(extra);
            if start.checked_add(entry.packed).is_none_or(|end| end > self.length) {
                return Err(Flaw::Cut("it"));
            }
            read_at(&mut *source, start, entry.packed)?
        };
        let data = match entry.method {
            STORED => packed,
            DEFLATED => {
                // Deflate expands at most 1032 times.
                let mut data = Vec::with_capacity(entry.size.min(entry.packed.saturating_mul(1032)) as usize);
                DeflateDecoder::new(packed.as_slice())
                    .take(entry.size.saturating_add(1))
                    .read_to_end(&mut data)?;
                data
            }
            _ => return Err(Flaw::Bad("it is compressed in a way that OpenRaster does not know")),
        };
        if data.len() as u64 != entry.size || crc32fast::hash(&data) != entry.crc {
            return Err(Flaw::Bad("it is damaged (its checksum is wrong)"));
        }
        Ok(data)
    }
}

fn read_at(source: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, Flaw> {
    source.seek(SeekFrom::Start(at))?;
    let mut out = vec![0; length as usize];
    source.read_exact(&mut out)?;
    Ok(out)
}

/// The first entry of the list and what follows it.
fn central_entry(bytes: &[u8]) -> Option<(String, Entry, &[u8])> {
    if u32_at(bytes, 0)? != CENTRAL {
        return None;
    }
    let length = |at| u16_at(bytes, at).map(usize::from);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let fields = bytes.get(46 + name..46 + name + extra)?;
    let next = bytes.get(46 + name + extra + comment..)?;
    let wide = |at| u32_at(bytes, at).map(u64::from);
    let (mut packed, mut size, mut at) = (wide(20)?, wide(24)?, wide(42)?);
    if let Some(zip64) = extra_field(fields, 1) {
        // In this order, and only those that did not fit.
        let mut from = 0;
        for v in [&mut size, &mut packed, &mut at] {
            if *v == u64::from(u32::MAX) {
                *v = u64_at(zip64, from)?;
                from += 8;
            }
        }
    }
    let entry = Entry {
        at,
        packed,
        size,
        crc: u32_at(bytes, 16)?,
        method: u16_at(bytes, 10)?,
        encrypted: u16_at(bytes, 8)? & 1 != 0,
    };
    Some((String::from_utf8_lossy(&bytes[46..46 + name]).into_owned(), entry, next))
}

fn extra_field(mut fields: &[u8], id: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16_at(fields, 2)?);
        let body = fields.get(4..4 + length)?;
        if u16_at(fields, 0)? == id {
            return Some(body);
        }
        fields = &fields[4 + length..];
    }
}
