//! WebM by ffmpeg, where the user has installed it. No Rust encoder of AV1 or VP9 comes near the speed of a film.

use super::{FilmSettings, VideoError};
use crate::io::AtomicFile;
use crate::zoom::frame::Frame;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Whether it can be started.
pub(super) fn is_installed() -> bool {
    let mut command = Command::new("ffmpeg");
    command.arg("-version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Hands frames to an ffmpeg that runs beside.
pub(super) struct FfmpegWriter {
    path: PathBuf,
    file: Option<AtomicFile>,
    child: Child,
}

impl FfmpegWriter {
    pub(super) fn create(path: &Path, settings: &FilmSettings) -> Result<Self, VideoError> {
        let file = AtomicFile::create(path)?;
        let (w, h) = settings.size;
        let crf = (63 - u32::from(settings.quality) * 48 / 100).to_string();
        let mut command = Command::new("ffmpeg");
        command
            .args(["-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"])
            .args(["-s", &format!("{w}x{h}"), "-r", &settings.fps.to_string(), "-i", "-"])
            .args(["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"])
            .args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"])
            .args(["-c:v", "libvpx-vp9", "-crf", &crf, "-b:v", "0", "-row-mt", "1"])
            .args(["-deadline", "good", "-cpu-used", "5", "-f", "webm"])
            .arg(file.temporary_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let child = command
            .spawn()
            .map_err(|why| VideoError::Encoder { path: path.into(), why: format!("ffmpeg: {why}") })?;
        Ok(Self { path: path.into(), file: Some(file), child })
    }

    fn failed(&mut self, why: &str) -> VideoError {
        // What it says itself is worth more than a broken pipe.
        self.child.stdin = None;
        let mut said = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            let _ = errors.read_to_string(&mut said);
        }
        let said = said.lines().next().unwrap_or(why).to_owned();
        VideoError::Encoder { path: self.path.clone(), why: format!("ffmpeg: {said}") }
    }

    pub(super) fn add(&mut self, frame: &Frame) -> Result<(), VideoError> {
        let written = match &mut self.child.stdin {
            Some(pipe) => pipe.write_all(&frame.rgb),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        written.map_err(|why| self.failed(&why.to_string()))
    }

    pub(super) fn finish(mut self) -> Result<(), VideoError> {
        self.child.stdin = None;
        match self.child.wait() {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(self.failed(&status.to_string())),
            Err(why) => return Err(self.failed(&why.to_string())),
        }
        self.file.take().map_or(Ok(()), |file| Ok(file.commit()?))
    }
}

impl Drop for FfmpegWriter {
    fn drop(&mut self) {
        // Nothing if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
