//! A folder of PNG pictures, numbered from 1. It appears under its name when all are there.

use super::{FilmSettings, VideoError};
use crate::io::FileError;
use crate::zoom::frame::Frame;
use std::path::{Path, PathBuf};

/// Writes the folder.
pub(super) struct SequenceWriter {
    path: PathBuf,
    folder: tempfile::TempDir,
    count: u32,
}

impl SequenceWriter {
    pub(super) fn create(path: &Path, _settings: &FilmSettings) -> Result<Self, VideoError> {
        let fail = |why: String| VideoError::File(FileError::write(path, why));
        if path.is_file() {
            return Err(fail("it is a file; name a folder".into()));
        }
        if std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(fail("the folder is not empty; name another".into()));
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".scumble-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary folder is private by default; this one is what the user's umask says.
            builder.permissions(std::fs::Permissions::from_mode(0o777));
        }
        let folder = builder.tempdir_in(parent).map_err(|why| fail(why.to_string()))?;
        Ok(Self { path: path.into(), folder, count: 0 })
    }

    pub(super) fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        self.count += 1;
        let name = self.folder.path().join(format!("frame-{:06}.png", self.count));
        let failed = |why: String| VideoError::File(FileError::write(&name, why));
        let picture = image::RgbImage::from_raw(frame.width, frame.height, frame.rgb.clone())
            .ok_or_else(|| failed("the frame has another size".into()))?;
        crate::io::save_png(&name, &image::DynamicImage::ImageRgb8(picture).into_rgba8(), &[])?;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), VideoError> {
        let path = self.path;
        let failed = |why: std::io::Error| VideoError::File(FileError::write(&path, why));
        // An empty folder of that name makes way.
        if path.is_dir() {
            std::fs::remove_dir(&path).map_err(failed)?;
        }
        std::fs::rename(self.folder.path(), &path).map_err(failed)?;
        // It is no longer there to be removed.
        let _ = self.folder.keep();
        Ok(())
    }
}
