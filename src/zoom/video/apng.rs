//! Animated PNG: without loss, and large.

use super::{FilmSettings, VideoError};
use crate::io::AtomicFile;
use crate::zoom::frame::Frame;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Writes an animated PNG that plays for ever.
pub(super) struct ApngWriter {
    path: PathBuf,
    file: AtomicFile,
    writer: png::Writer<BufWriter<std::fs::File>>,
    /// Frames that were announced and have not come.
    left: u32,
}

impl ApngWriter {
    pub(super) fn create(path: &Path, settings: &FilmSettings) -> Result<Self, VideoError> {
        let file = AtomicFile::create(path)?;
        let out = BufWriter::new(file.handle()?);
        let failed =
            |why: png::EncodingError| VideoError::Encoder { path: path.into(), why: why.to_string() };
        let mut encoder = png::Encoder::new(out, settings.size.0, settings.size.1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        encoder.set_animated(settings.frames.max(1), 0).map_err(failed)?;
        encoder.set_frame_delay(1, settings.fps.min(u32::from(u16::MAX)) as u16).map_err(failed)?;
        let writer = encoder.write_header().map_err(failed)?;
        Ok(Self { path: path.into(), file, writer, left: settings.frames })
    }

    fn failed(&self, why: impl std::fmt::Display) -> VideoError {
        VideoError::Encoder { path: self.path.clone(), why: why.to_string() }
    }

    pub(super) fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        self.left = self.left.checked_sub(1).ok_or_else(|| self.failed("more frames than were announced"))?;
        self.writer.write_image_data(&frame.rgb).map_err(|why| self.failed(why))
    }

    pub(super) fn finish(self) -> Result<(), VideoError> {
        if self.left > 0 {
            return Err(self.failed(format!("{} frames are missing", self.left)));
        }
        let path = self.path;
        self.writer.finish().map_err(|why| VideoError::Encoder { path, why: why.to_string() })?;
        Ok(self.file.commit()?)
    }
}
