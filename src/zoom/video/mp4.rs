//! H.264 in MP4 (ISO/IEC 14496-12 and -15), one track. The index stands before the pictures, so that playing can begin
//! while the file is still arriving: its room is left free at the start, since the number of frames is known.

use std::io::{Seek, SeekFrom, Write};

/// Pictures in one chunk of the index.
const CHUNK: usize = 32;
/// Ticks of a frame.
const TICKS: u32 = 512;

/// Writes the file around encoded pictures.
pub(super) struct Muxer<W> {
    out: W,
    size: (u32, u32),
    fps: u32,
    /// Bytes that are left for the index.
    room: u64,
    /// Where the index begins.
    index_at: u64,
    position: u64,
    /// Bytes of each picture.
    sizes: Vec<u32>,
    /// Numbers, from 1, of pictures that need no other.
    keys: Vec<u32>,
    /// Where each chunk begins.
    chunks: Vec<u64>,
    sps: Vec<u8>,
    pps: Vec<u8>,
}

fn put_box(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length = 8 + parts.iter().map(|p| p.len()).sum::<usize>();
    let mut out = (length as u32).to_be_bytes().to_vec();
    out.extend(kind);
    parts.iter().for_each(|part| out.extend(*part));
    out
}

fn full(kind: &[u8; 4], version: u8, flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    let head = (u32::from(version) << 24 | flags).to_be_bytes();
    let all: Vec<&[u8]> = std::iter::once(head.as_slice()).chain(parts.iter().copied()).collect();
    put_box(kind, &all)
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

/// 1.0 where MP4 keeps 16.16 numbers; the unit matrix.
const ONE: u32 = 0x1_0000;
const MATRIX: [u32; 9] = [ONE, 0, 0, 0, ONE, 0, 0, 0, 0x4000_0000];

impl<W: Write + Seek> Muxer<W> {
    /// Begins a file of at most `frames` pictures.
    pub(super) fn new(mut out: W, size: (u32, u32), fps: u32, frames: u32) -> std::io::Result<Self> {
        let head = put_box(b"ftyp", &[b"isom", &words(&[512]), b"isomiso2avc1mp41"]);
        out.write_all(&head)?;
        let frames = u64::from(frames);
        // Sizes and keys of 4 bytes a picture, chunks of 8, and what does not grow.
        let room = 2048 + 8 * frames + 8 * (frames / CHUNK as u64 + 1);
        let mut muxer = Self {
            out,
            size,
            fps,
            room,
            index_at: head.len() as u64,
            position: head.len() as u64 + room,
            sizes: Vec::new(),
            keys: Vec::new(),
            chunks: Vec::new(),
            sps: Vec::new(),
            pps: Vec::new(),
        };
        let zeros = vec![0u8; room as usize];
        muxer.out.write_all(&zeros)?;
        // Its length, in 64 bits, is known at the end.
        muxer.out.write_all(&words(&[1]))?;
        muxer.out.write_all(b"mdat")?;
        muxer.out.write_all(&0u64.to_be_bytes())?;
        muxer.position += 16;
        Ok(muxer)
    }

    /// Adds a picture: units of an Annex B stream without their start codes.
    pub(super) fn add<'a>(&mut self, units: impl Iterator<Item = &'a [u8]>) -> std::io::Result<()> {
        let (mut bytes, mut key) = (0u32, false);
        let start = self.position;
        for unit in units {
            match unit.first().map_or(0, |b| b & 31) {
                7 => self.sps = unit.to_vec(),
                8 => self.pps = unit.to_vec(),
                kind => {
                    key |= kind == 5;
                    self.out.write_all(&(unit.len() as u32).to_be_bytes())?;
                    self.out.write_all(unit)?;
                    bytes += 4 + unit.len() as u32;
                }
            }
        }
        if self.sizes.len().is_multiple_of(CHUNK) {
            self.chunks.push(start);
        }
        self.sizes.push(bytes);
        if key {
            self.keys.push(self.sizes.len() as u32);
        }
        self.position += u64::from(bytes);
        Ok(())
    }

    /// Writes the index and hands the file back.
    pub(super) fn finish(mut self) -> std::io::Result<W> {
        let index = self.index();
        let rest = self.room.checked_sub(index.len() as u64).filter(|rest| *rest >= 8);
        let Some(rest) = rest else {
            return Err(std::io::Error::other("there are more pictures than were announced"));
        };
        self.out.seek(SeekFrom::Start(self.index_at))?;
        self.out.write_all(&index)?;
        self.out.write_all(&(rest as u32).to_be_bytes())?;
        self.out.write_all(b"free")?;
        let media_at = self.index_at + self.room;
        self.out.seek(SeekFrom::Start(media_at + 8))?;
        self.out.write_all(&(self.position - media_at).to_be_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn index(&self) -> Vec<u8> {
        let frames = self.sizes.len() as u32;
        let (scale, length) = (self.fps * TICKS, frames * TICKS);
        let (w, h) = self.size;
        let mvhd = [
            words(&[0, 0, scale, length, ONE, 0x0100_0000, 0, 0]),
            words(&MATRIX),
            words(&[0, 0, 0, 0, 0, 0, 2]),
        ]
        .concat();
        let tkhd =
            [words(&[0, 0, 1, 0, length, 0, 0, 0, 0]), words(&MATRIX), words(&[w << 16, h << 16])].concat();
        let mdhd = words(&[0, 0, scale, length, 0x55C4_0000]);
        let hdlr = [words(&[0]), b"vide".to_vec(), words(&[0, 0, 0]), b"VideoHandler\0".to_vec()].concat();
        let url = full(b"url ", 0, 1, &[]);
        let dinf = put_box(b"dinf", &[&full(b"dref", 0, 0, &[&words(&[1]), &url])]);
        let minf = put_box(b"minf", &[&full(b"vmhd", 0, 1, &[&[0; 8]]), &dinf, &self.sample_table()]);
        let mdia = put_box(b"mdia", &[&full(b"mdhd", 0, 0, &[&mdhd]), &full(b"hdlr", 0, 0, &[&hdlr]), &minf]);
        let trak = put_box(b"trak", &[&full(b"tkhd", 0, 3, &[&tkhd]), &mdia]);
        put_box(b"moov", &[&full(b"mvhd", 0, 0, &[&mvhd]), &trak])
    }

    fn sample_table(&self) -> Vec<u8> {
        let frames = self.sizes.len() as u32;
        let stsd = full(b"stsd", 0, 0, &[&words(&[1]), &self.description()]);
        let stts = full(b"stts", 0, 0, &[&words(&[1, frames, TICKS])]);
        let stss = full(b"stss", 0, 0, &[&words(&[self.keys.len() as u32]), &words(&self.keys)]);
        // All chunks are full but perhaps the last.
        let rest = frames % CHUNK as u32;
        let runs = match (frames / CHUNK as u32, rest) {
            (0, rest) => vec![1, 1, rest, 1],
            (_, 0) => vec![1, 1, CHUNK as u32, 1],
            (whole, rest) => vec![2, 1, CHUNK as u32, 1, whole + 1, rest, 1],
        };
        let stsc = full(b"stsc", 0, 0, &[&words(&runs)]);
        let stsz = full(b"stsz", 0, 0, &[&words(&[0, frames]), &words(&self.sizes)]);
        let count = words(&[self.chunks.len() as u32]);
        let places = if self.chunks.iter().all(|&at| u32::try_from(at).is_ok()) {
            let at: Vec<u32> = self.chunks.iter().map(|&at| at as u32).collect();
            full(b"stco", 0, 0, &[&count, &words(&at)])
        } else {
            let at: Vec<u8> = self.chunks.iter().flat_map(|at| at.to_be_bytes()).collect();
            full(b"co64", 0, 0, &[&count, &at])
        };
        put_box(b"stbl", &[&stsd, &stts, &stss, &stsc, &stsz, &places])
    }

    /// How the pictures are coded, and in which colours.
    fn description(&self) -> Vec<u8> {
        let (w, h) = self.size;
        let level = self.sps.get(1..4).unwrap_or(&[66, 0xC0, 40]);
        let mut config = vec![1, level[0], level[1], level[2], 0xFF, 0xE1];
        config.extend((self.sps.len() as u16).to_be_bytes());
        config.extend(&self.sps);
        config.push(1);
        config.extend((self.pps.len() as u16).to_be_bytes());
        config.extend(&self.pps);
        let avcc = put_box(b"avcC", &[&config]);
        // BT.709 in primaries, transfer and matrix; narrow range.
        let colr = put_box(b"colr", &[b"nclx", &[0, 1, 0, 1, 0, 1, 0]]);
        let pasp = put_box(b"pasp", &[&words(&[1, 1])]);
        let mut head = words(&[0, 1, 0, 0, 0, 0, w << 16 | h, 0x48_0000, 0x48_0000, 0]);
        head.extend(1u16.to_be_bytes());
        head.extend([0; 32]);
        head.extend(24u16.to_be_bytes());
        head.extend(u16::MAX.to_be_bytes());
        put_box(b"avc1", &[&head, &avcc, &colr, &pasp])
    }
}
