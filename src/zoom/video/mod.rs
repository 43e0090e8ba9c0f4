//! Frames to a film: what is written, and in which format. Every writer takes frames one by one and keeps none.

mod apng;
#[cfg(feature = "av1")]
mod av1;
mod gif;
#[cfg(feature = "video")]
mod h264;
#[cfg(feature = "video")]
mod mp4;
mod sequence;
#[cfg(feature = "av1")]
mod webm;
pub mod yuv;

use super::frame::Frame;
use crate::io::FileError;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Why a film could not be made.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// It cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It makes no sense; says what to do.
    #[error("{0}")]
    Request(String),
    /// The encoder failed.
    #[error("{path}: the encoder failed: {why}", path = .path.display())]
    Encoder {
        /// The film.
        path: PathBuf,
        /// What it says.
        why: String,
    },
    /// It was asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// What a film is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// H.264 in MP4.
    Mp4,
    /// AV1 in WebM: small, and slow to write.
    WebM,
    /// 256 colours a frame.
    Gif,
    /// Animated PNG: lossless.
    Apng,
    /// A folder of PNG pictures.
    Sequence,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mp4, Self::WebM, Self::Gif, Self::Apng, Self::Sequence];

    /// By the name's ending, whatever its case. A folder, or a name without an ending, is a sequence.
    ///
    /// # Errors
    /// [`FileError::UnknownFormat`].
    pub fn from_path(path: &Path) -> Result<Self, FileError> {
        let ending = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("mp4" | "m4v") => Ok(Self::Mp4),
            Some("webm") => Ok(Self::WebM),
            Some("gif") => Ok(Self::Gif),
            Some("png" | "apng") if !path.is_dir() => Ok(Self::Apng),
            None | Some("png-dir") => Ok(Self::Sequence),
            Some(_) if path.is_dir() => Ok(Self::Sequence),
            Some(_) => Err(FileError::UnknownFormat {
                path: path.into(),
                endings: ".mp4, .webm, .gif or .apng; a folder of pictures has no ending, or .png-dir",
            }),
        }
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::WebM => "webm",
            Self::Gif => "gif",
            Self::Apng => "apng",
            Self::Sequence => "png-dir",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4 (H.264)",
            Self::WebM => "WebM (AV1, slow)",
            Self::Gif => "GIF",
            Self::Apng => "Animated PNG",
            Self::Sequence => "PNG sequence",
        }
    }
}

/// What a film is like.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmSettings {
    /// Pixels; even where the format subsamples colours.
    pub size: (u32, u32),
    /// Frames a second.
    pub fps: u32,
    /// How many frames will come, at most.
    pub frames: u32,
    /// 1..=100, for formats that lose something.
    pub quality: u8,
}

/// Quality unless one is asked for.
pub const QUALITY: u8 = 80;
/// Longest side of a film, pixels.
pub const MAX_FILM_SIDE: u32 = 4096;

impl FilmSettings {
    /// Whether `format` can be written so.
    ///
    /// # Errors
    /// [`VideoError::Request`] with the way out.
    pub fn check(&self, format: Format) -> Result<(), VideoError> {
        let (w, h) = self.size;
        let fail = |why: String| Err(VideoError::Request(why));
        if !(16..=MAX_FILM_SIDE).contains(&w) || !(16..=MAX_FILM_SIDE).contains(&h) {
            return fail(format!("a film of {w}x{h} pixels: each side may have 16 to {MAX_FILM_SIDE}"));
        }
        if !(1..=240).contains(&self.fps) {
            return fail(format!("{} frames a second: 1 to 240 are possible", self.fps));
        }
        match format {
            Format::Mp4 | Format::WebM if w % 2 != 0 || h % 2 != 0 => {
                fail(format!("a film of {w}x{h} pixels: both sides must be even; use {}x{}", w & !1, h & !1))
            }
            Format::Mp4 if w.max(h) > 3840 || w.min(h) > 2160 => {
                fail(format!("an MP4 of {w}x{h} pixels: at most 3840x2160 (or upright) are possible"))
            }
            Format::Mp4 if !cfg!(feature = "video") => {
                fail("this program was built without its MP4 encoder; write .gif, .apng or a folder".into())
            }
            Format::WebM if !cfg!(feature = "av1") => {
                fail("this program was built without its WebM encoder; write .gif, .apng or a folder".into())
            }
            Format::Gif if self.fps > 50 => {
                fail(format!("a GIF of {} frames a second: 50 are possible; use --fps 50 or less", self.fps))
            }
            Format::Mp4 | Format::WebM | Format::Gif | Format::Apng | Format::Sequence => Ok(()),
        }
    }
}

/// Writes a film. Dropped before [`Writer::finish`] it leaves nothing behind.
pub struct Writer(Kind);

enum Kind {
    #[cfg(feature = "video")]
    Mp4(Box<h264::H264Writer>),
    #[cfg(feature = "av1")]
    WebM(Box<av1::Av1Writer>),
    Gif(gif::GifWriter),
    Apng(Box<apng::ApngWriter>),
    Sequence(sequence::SequenceWriter),
}

impl Writer {
    /// Begins the film at `path`, in the format that its name says.
    ///
    /// # Errors
    /// [`VideoError`].
    pub fn create(path: &Path, settings: &FilmSettings) -> Result<Self, VideoError> {
        let format = Format::from_path(path)?;
        settings.check(format)?;
        Ok(Self(match format {
            #[cfg(feature = "video")]
            Format::Mp4 => Kind::Mp4(Box::new(h264::H264Writer::create(path, settings)?)),
            #[cfg(not(feature = "video"))]
            Format::Mp4 => {
                return Err(VideoError::Request("this program was built without its MP4 encoder".into()));
            }
            #[cfg(feature = "av1")]
            Format::WebM => Kind::WebM(Box::new(av1::Av1Writer::create(path, settings)?)),
            #[cfg(not(feature = "av1"))]
            Format::WebM => {
                return Err(VideoError::Request("this program was built without its WebM encoder".into()));
            }
            Format::Gif => Kind::Gif(gif::GifWriter::create(path, settings)?),
            Format::Apng => Kind::Apng(Box::new(apng::ApngWriter::create(path, settings)?)),
            Format::Sequence => Kind::Sequence(sequence::SequenceWriter::create(path, settings)?),
        }))
    }

    /// Adds the next frame.
    ///
    /// # Errors
    /// [`VideoError`].
    pub fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        match &mut self.0 {
            #[cfg(feature = "video")]
            Kind::Mp4(writer) => writer.add(frame),
            #[cfg(feature = "av1")]
            Kind::WebM(writer) => writer.add(frame),
            Kind::Gif(writer) => writer.add(frame),
            Kind::Apng(writer) => writer.add(frame),
            Kind::Sequence(writer) => writer.add(frame),
        }
    }

    /// Ends the film and puts it at its place.
    ///
    /// # Errors
    /// [`VideoError`].
    pub fn finish(self) -> Result<(), VideoError> {
        match self.0 {
            #[cfg(feature = "video")]
            Kind::Mp4(writer) => writer.finish(),
            #[cfg(feature = "av1")]
            Kind::WebM(writer) => writer.finish(),
            Kind::Gif(writer) => writer.finish(),
            Kind::Apng(writer) => writer.finish(),
            Kind::Sequence(writer) => writer.finish(),
        }
    }
}
