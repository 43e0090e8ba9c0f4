//! A film from a document: frames are rendered on all cores while those before are being encoded.

use super::camera::{Camera, Travel};
use super::frame::{Frame, Look, Renderer};
use super::video::{FilmSettings, VideoError, Writer};
use crate::document::Document;
use crate::generate::Cancel;
use crossbeam_channel::bounded;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant;

/// Frames that may wait for the encoder.
const WAITING: usize = 2;

/// What is filmed, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// The way of the camera.
    pub travel: Travel,
    /// How levels are put together.
    pub look: Look,
    /// Pixels.
    pub size: (u32, u32),
    /// 1..=100.
    pub quality: u8,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Frames done.
    pub frame: u32,
    /// Frames of the film.
    pub frames: u32,
    /// Seconds until it is done, by the mean so far.
    pub secs_left: f64,
}

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Frames of the film.
    pub frames: u32,
    /// Its length.
    pub seconds: f64,
    /// Frames a second while rendering (the encoder works beside it).
    pub render_fps: f64,
    /// Frames a second while encoding.
    pub encode_fps: f64,
}

/// Writes the film of the levels of `doc` to `path`. `progress` is told of every frame.
///
/// # Errors
/// [`VideoError`]; then there is no file, or the one that was there before.
pub fn export(
    doc: &Document,
    film: &Film,
    path: &Path,
    cancel: &Cancel,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VideoError> {
    let camera = Camera::new(doc, &film.travel, film.size);
    let mut renderer = Renderer::new(doc.clone(), film.travel.is_ring(), film.look.clone());
    let render = |index: u32| Ok(renderer.frame(&camera.view(index), film.size));
    write_frames(film, camera.frames(), path, cancel, render, progress)
}

/// Writes a film of frames that `render` makes, one after the other.
///
/// # Errors
/// [`VideoError`], those of `render` too.
pub fn write_frames(
    film: &Film,
    frames: u32,
    path: &Path,
    cancel: &Cancel,
    mut render: impl FnMut(u32) -> Result<Frame, VideoError>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VideoError> {
    let settings = FilmSettings { size: film.size, fps: film.travel.fps, frames, quality: film.quality };
    let mut writer = Writer::create(path, &settings)?;
    let (send, receive) = bounded::<Frame>(WAITING);
    let (tell, heard) = crossbeam_channel::unbounded::<u32>();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let encoder = scope.spawn(move || -> Result<f64, VideoError> {
            let (mut busy, mut done) = (0.0, 0);
            for frame in receive {
                let begun = Instant::now();
                writer.add(&frame)?;
                busy += begun.elapsed().as_secs_f64();
                done += 1;
                let _ = tell.send(done);
            }
            if done < frames {
                return Err(VideoError::Cancelled);
            }
            let begun = Instant::now();
            writer.finish()?;
            Ok(busy + begun.elapsed().as_secs_f64())
        });
        let mut report = |done: u32| {
            let each = begun.elapsed().as_secs_f64() / f64::from(done.max(1));
            progress(Progress { frame: done, frames, secs_left: each * f64::from(frames - done) });
        };
        let mut rendering = 0.0;
        let mut failed = None;
        for index in 0..frames {
            if cancel.is_cancelled() {
                failed = Some(VideoError::Cancelled);
                break;
            }
            let begun = Instant::now();
            match render(index) {
                Ok(frame) => {
                    rendering += begun.elapsed().as_secs_f64();
                    // A closed channel: the encoder has failed and says why.
                    if send.send(frame).is_err() {
                        break;
                    }
                }
                Err(why) => {
                    failed = Some(why);
                    break;
                }
            }
            heard.try_iter().for_each(&mut report);
        }
        drop(send);
        if failed.is_none() {
            heard.iter().for_each(&mut report);
        }
        let encoded = encoder
            .join()
            .unwrap_or_else(|_| Err(VideoError::Encoder { path: path.into(), why: "it panicked".into() }));
        match (failed, encoded) {
            (Some(why), _) | (None, Err(why)) => Err(why),
            (None, Ok(encoding)) => {
                let rate = |secs: f64| if secs > 0.0 { f64::from(frames) / secs } else { 0.0 };
                Ok(Report {
                    frames,
                    seconds: f64::from(frames) / f64::from(film.travel.fps.max(1)),
                    render_fps: rate(rendering),
                    encode_fps: rate(encoding),
                })
            }
        }
    })
}
