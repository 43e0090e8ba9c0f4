//! AV1 by rav1e (BSD licence, all Rust), as fast as it goes: no picture waits for a later one, and what slows more than
//! it brings is off. A zoom is smooth motion, which it keeps in about half of the bytes that our H.264 needs, at a
//! twentieth of its speed.

use super::webm::{Muxer, Track};
use super::yuv::Yuv420;
use super::{FilmSettings, VideoError};
use crate::io::{AtomicFile, FileError};
use crate::zoom::frame::Frame;
use rav1e::prelude::*;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Pixels of a tile, about. Tiles are what cores share, and by size alone, so that every machine writes the same bytes.
const TILE_PX: u64 = 256 * 256;
/// Most tiles.
const MAX_TILES: u64 = 16;
/// Kind of the unit that says how a stream is coded.
const SEQUENCE_HEADER: u8 = 1;
/// Kind of the unit between pictures, which a container leaves out.
const DELIMITER: u8 = 2;

/// Quantiser for a quality of 1..=100: 253 to 15, 80 gives 63, which is about as like as our H.264 of that quality.
fn quantiser(quality: u8) -> usize {
    255 - usize::from(quality.clamp(1, 100)) * 12 / 5
}

fn config(settings: &FilmSettings) -> Config {
    let (w, h) = settings.size;
    let mut encoder = EncoderConfig::with_speed_preset(10);
    (encoder.width, encoder.height, encoder.bit_depth) = (w as usize, h as usize, 8);
    encoder.time_base = Rational::new(1, u64::from(settings.fps));
    encoder.chroma_sampling = ChromaSampling::Cs420;
    encoder.chroma_sample_position = ChromaSamplePosition::Vertical;
    encoder.pixel_range = PixelRange::Limited;
    encoder.color_description = Some(ColorDescription {
        color_primaries: ColorPrimaries::BT709,
        transfer_characteristics: TransferCharacteristics::BT709,
        matrix_coefficients: MatrixCoefficients::BT709,
    });
    encoder.low_latency = true;
    encoder.quantizer = quantiser(settings.quality);
    let apart = u64::from(settings.fps) * 2;
    (encoder.min_key_frame_interval, encoder.max_key_frame_interval) = (apart, apart);
    encoder.tiles = (u64::from(w) * u64::from(h) / TILE_PX).clamp(1, MAX_TILES) as usize;
    // Measured on a zoom of 512x512: 16 to 32 pixels instead of 32 alone take nothing and save two fifths of the bytes;
    // the filter for ringing costs a sixth of the time for 0.2 dB.
    encoder.speed_settings.partition.partition_range =
        PartitionRange::new(BlockSize::BLOCK_16X16, BlockSize::BLOCK_32X32);
    encoder.speed_settings.cdef = false;
    encoder.speed_settings.scene_detection_mode = SceneDetectionSpeed::None;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Config::new().with_encoder_config(encoder).with_threads(threads)
}

/// Writes a WebM.
pub(super) struct Av1Writer {
    path: PathBuf,
    settings: FilmSettings,
    context: Context<u8>,
    /// Until the first picture is there, which says what the head has to say.
    file: Option<AtomicFile>,
    muxer: Option<Muxer<BufWriter<AtomicFile>>>,
    picture: Yuv420,
}

impl Av1Writer {
    pub(super) fn create(path: &Path, settings: &FilmSettings) -> Result<Self, VideoError> {
        let failed = |why: InvalidConfig| VideoError::Encoder { path: path.into(), why: why.to_string() };
        let context = config(settings).new_context().map_err(failed)?;
        Ok(Self {
            path: path.into(),
            settings: settings.clone(),
            context,
            file: Some(AtomicFile::create(path)?),
            muxer: None,
            picture: Yuv420::new(settings.size.0 as usize, settings.size.1 as usize),
        })
    }

    fn failed(&self, why: &dyn std::fmt::Display) -> VideoError {
        VideoError::Encoder { path: self.path.clone(), why: why.to_string() }
    }

    pub(super) fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        self.picture.read(frame);
        let mut next = self.context.new_frame();
        let (w, planes) = (self.picture.width, [&self.picture.y, &self.picture.u, &self.picture.v]);
        for ((plane, values), stride) in next.planes.iter_mut().zip(planes).zip([w, w / 2, w / 2]) {
            plane.copy_from_raw_u8(values, stride, 1);
        }
        self.context.send_frame(next).map_err(|why| self.failed(&why))?;
        self.drain()
    }

    /// Writes what is encoded.
    fn drain(&mut self) -> Result<(), VideoError> {
        loop {
            match self.context.receive_packet() {
                Ok(packet) => self.put(&packet)?,
                Err(EncoderStatus::Encoded) => {}
                Err(EncoderStatus::NeedMoreData | EncoderStatus::LimitReached) => return Ok(()),
                Err(why) => return Err(self.failed(&why)),
            }
        }
    }

    fn put(&mut self, packet: &Packet<u8>) -> Result<(), VideoError> {
        let units = units(&packet.data).ok_or_else(|| self.failed(&"it wrote units without a length"))?;
        if let Some(file) = self.file.take() {
            let mut codec = self.context.container_sequence_header();
            let head = units.iter().filter(|(kind, _)| *kind == SEQUENCE_HEADER);
            head.for_each(|(_, unit)| codec.extend(*unit));
            let track = Track { size: self.settings.size, fps: self.settings.fps, codec };
            let muxer = Muxer::new(BufWriter::new(file), &track);
            self.muxer = Some(muxer.map_err(|why| FileError::write(&self.path, why))?);
        }
        let kept = units.into_iter().filter(|(kind, _)| *kind != DELIMITER);
        let data: Vec<u8> = kept.flat_map(|(_, unit)| unit.iter().copied()).collect();
        let key = packet.frame_type == FrameType::KEY;
        let added = self.muxer.as_mut().map_or(Ok(()), |muxer| muxer.add(&data, key));
        added.map_err(|why| FileError::write(&self.path, why).into())
    }

    pub(super) fn finish(mut self) -> Result<(), VideoError> {
        self.context.flush();
        self.drain()?;
        let path = self.path;
        let failed = |why: &dyn std::fmt::Display| VideoError::File(FileError::write(&path, why));
        let Some(muxer) = self.muxer else { return Err(failed(&"there are no pictures")) };
        let out = muxer.finish().map_err(|why| failed(&why))?;
        out.into_inner().map_err(|why| failed(why.error()))?.commit()?;
        Ok(())
    }
}

/// The units of a packet with their kinds, heads included; `None` where one does not say how long it is.
fn units(mut data: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut out = Vec::new();
    while let Some(head) = data.first() {
        let (kind, extended, sized) = (head >> 3 & 15, head & 4 != 0, head & 2 != 0);
        if !sized {
            return None;
        }
        let (mut at, mut length) = (1 + usize::from(extended), 0usize);
        for shift in (0..56).step_by(7) {
            let byte = *data.get(at)?;
            at += 1;
            length |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let end = at.checked_add(length).filter(|end| *end <= data.len())?;
        let (unit, rest) = data.split_at(end);
        out.push((kind, unit));
        data = rest;
    }
    Some(out)
}
