//! AV1 in WebM (Matroska, RFC 9559), one track. Clusters begin with pictures that need no other, so that players can
//! jump; one of them at a time is held in memory.

use std::io::{Seek, SeekFrom, Write};

/// A tick of the file's clock: WebM wants a millisecond.
const TICK_NS: u64 = 1_000_000;

/// The names of elements, as the standard numbers them.
mod id {
    pub const EBML: u32 = 0x1A45_DFA3;
    pub const SEGMENT: u32 = 0x1853_8067;
    pub const SEEK_HEAD: u32 = 0x114D_9B74;
    pub const INFO: u32 = 0x1549_A966;
    pub const TRACKS: u32 = 0x1654_AE6B;
    pub const CLUSTER: u32 = 0x1F43_B675;
    pub const CUES: u32 = 0x1C53_BB6B;
    pub const DURATION: u32 = 0x4489;
}

/// An element: its name, its length in as many bytes as it takes, what it holds.
fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let mut out = name(id);
    let length = content.len() as u64;
    let bytes = (1..8).find(|n| length < (1 << (7 * n)) - 1).unwrap_or(8);
    let coded = (1u64 << (7 * bytes)) | length;
    out.extend(&coded.to_be_bytes()[8 - bytes..]);
    out.extend(content);
    out
}

fn name(id: u32) -> Vec<u8> {
    id.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect()
}

fn number(id: u32, value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let from = bytes.iter().position(|b| *b != 0).unwrap_or(7);
    element(id, &bytes[from..])
}

/// A number that is known later: it always takes eight bytes.
fn wide(id: u32, value: u64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

/// A length of eight bytes.
fn wide_length(length: u64) -> [u8; 8] {
    ((1u64 << 56) | length).to_be_bytes()
}

/// What the track is like.
pub(super) struct Track {
    /// Pixels.
    pub size: (u32, u32),
    /// Frames a second.
    pub fps: u32,
    /// The `av1C` record: how the stream is coded, with its sequence header.
    pub codec: Vec<u8>,
}

/// Writes the file around encoded pictures.
pub(super) struct Muxer<W> {
    out: W,
    fps: u32,
    /// Where the content of the segment begins: all places are counted from there.
    start: u64,
    position: u64,
    /// Where the index of parts is, and the parts themselves: information, tracks.
    seek_at: u64,
    info_at: u64,
    tracks_at: u64,
    /// Time and place of every cluster.
    clusters: Vec<(u64, u64)>,
    cluster: Vec<u8>,
    frames: u64,
}

impl<W: Write + Seek> Muxer<W> {
    /// Begins a file.
    pub(super) fn new(mut out: W, track: &Track) -> std::io::Result<Self> {
        let head = [
            number(0x4286, 1),
            number(0x42F7, 1),
            number(0x42F2, 4),
            number(0x42F3, 8),
            element(0x4282, b"webm"),
            number(0x4287, 4),
            number(0x4285, 2),
        ];
        out.write_all(&element(id::EBML, &head.concat()))?;
        out.write_all(&name(id::SEGMENT))?;
        out.write_all(&wide_length(0))?;
        let start = out.stream_position()?;
        let mut muxer = Self {
            out,
            fps: track.fps.max(1),
            start,
            position: start,
            seek_at: start,
            info_at: 0,
            tracks_at: 0,
            clusters: Vec::new(),
            cluster: Vec::new(),
            frames: 0,
        };
        muxer.write(&muxer.seek_head(0))?;
        muxer.info_at = muxer.position;
        muxer.write(&muxer.info())?;
        muxer.tracks_at = muxer.position;
        muxer.write(&tracks(track))?;
        Ok(muxer)
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Where the parts are. Of the same length whatever the numbers.
    fn seek_head(&self, cues_at: u64) -> Vec<u8> {
        let parts = [(id::INFO, self.info_at), (id::TRACKS, self.tracks_at), (id::CUES, cues_at)];
        let seek = |(part, at): (u32, u64)| {
            let place = wide(0x53AC, at.saturating_sub(self.start));
            element(0x4DBB, &[element(0x53AB, &name(part)), place].concat())
        };
        element(id::SEEK_HEAD, &parts.map(seek).concat())
    }

    fn info(&self) -> Vec<u8> {
        let length = self.frames as f64 * 1000.0 / f64::from(self.fps);
        let parts = [
            number(0x002A_D7B1, TICK_NS),
            element(id::DURATION, &length.to_be_bytes()),
            element(0x4D80, b"scumble"),
            element(0x5741, b"scumble"),
        ];
        element(id::INFO, &parts.concat())
    }

    /// The tick at which a picture is shown.
    fn time(&self, frame: u64) -> u64 {
        (frame * 1000 + u64::from(self.fps) / 2) / u64::from(self.fps)
    }

    /// Adds a picture. `key`: it needs no other.
    pub(super) fn add(&mut self, data: &[u8], key: bool) -> std::io::Result<()> {
        let now = self.time(self.frames);
        // Times within a cluster have 15 bits.
        if key || self.clusters.last().is_none_or(|(begun, _)| now - begun > 30_000) {
            self.end_cluster()?;
            self.clusters.push((now, self.position));
            self.cluster = number(0xE7, now);
        }
        let begun = self.clusters.last().map_or(0, |(begun, _)| *begun);
        let mut block = vec![0x81];
        block.extend(((now - begun) as i16).to_be_bytes());
        block.push(if key { 0x80 } else { 0 });
        block.extend(data);
        self.cluster.extend(element(0xA3, &block));
        self.frames += 1;
        Ok(())
    }

    fn end_cluster(&mut self) -> std::io::Result<()> {
        if self.cluster.is_empty() {
            return Ok(());
        }
        let cluster = element(id::CLUSTER, &std::mem::take(&mut self.cluster));
        self.write(&cluster)
    }

    /// Writes what stands at the end, fills in what was not known at the beginning, and hands the file back.
    pub(super) fn finish(mut self) -> std::io::Result<W> {
        self.end_cluster()?;
        let cues_at = self.position;
        let cue = |(time, at): &(u64, u64)| {
            let place = [number(0xF7, 1), number(0xF1, at - self.start)].concat();
            element(0xBB, &[number(0xB3, *time), element(0xB7, &place)].concat())
        };
        let cues: Vec<u8> = self.clusters.iter().flat_map(cue).collect();
        self.write(&element(id::CUES, &cues))?;
        let (seek, info) = (self.seek_head(cues_at), self.info());
        self.out.seek(SeekFrom::Start(self.start - 8))?;
        self.out.write_all(&wide_length(self.position - self.start))?;
        self.out.seek(SeekFrom::Start(self.seek_at))?;
        self.out.write_all(&seek)?;
        self.out.write_all(&info)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn tracks(track: &Track) -> Vec<u8> {
    // BT.709 in matrix, transfer and primaries; 4:2:0 with colours at the left; narrow range.
    let colour = [
        number(0x55B1, 1),
        number(0x55B2, 8),
        number(0x55B3, 1),
        number(0x55B4, 1),
        number(0x55B7, 1),
        number(0x55B8, 2),
        number(0x55B9, 1),
        number(0x55BA, 1),
        number(0x55BB, 1),
    ];
    let (w, h) = track.size;
    let video = [
        number(0xB0, u64::from(w)),
        number(0xBA, u64::from(h)),
        number(0x9A, 2),
        element(0x55B0, &colour.concat()),
    ];
    let entry = [
        number(0xD7, 1),
        number(0x73C5, 1),
        number(0x83, 1),
        number(0x9C, 0),
        element(0x0022_B59C, b"und"),
        element(0x86, b"V_AV1"),
        element(0x63A2, &track.codec),
        number(0x0023_E383, 1_000_000_000 / u64::from(track.fps.max(1))),
        element(0xE0, &video.concat()),
    ];
    element(id::TRACKS, &element(0xAE, &entry.concat()))
}
