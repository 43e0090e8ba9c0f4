//! The film: played in the window at once, and written to a file, each on a thread of its own.

use super::{FilmKind, News};
use crate::editor::{DocId, Editor, NoticeKind};
use crate::generate::Cancel;
use crate::zoom::export::write_frames;
use crate::zoom::video::{FilmSettings, Format, VideoError};
use crate::zoom::{Camera, Film, Frame, Renderer, Report, export, growth};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Longest side of what is played, pixels.
const PLAYED_PX: u32 = 480;

/// How far an export is.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmState {
    /// Where it will be.
    pub path: PathBuf,
    /// Frames done.
    pub frame: u32,
    /// Frames of the film.
    pub frames: u32,
    /// Seconds until it is done.
    pub secs_left: f64,
    /// Whether it was stopped and is on its way out.
    pub stopping: bool,
}

/// A frame that is played.
#[derive(Clone, Debug, PartialEq)]
pub struct Playing {
    /// Which.
    pub index: u32,
    /// Of how many.
    pub frames: u32,
    /// The picture.
    pub frame: Frame,
}

pub(super) enum FilmNews {
    Progress(export::Progress),
    Done(PathBuf, Result<Report, String>, bool),
    Played(u64, Playing),
}

/// Films on their way.
#[derive(Default)]
pub(super) struct Films {
    state: Option<FilmState>,
    cancel: Cancel,
    playing: Option<Playing>,
    player: Option<(DocId, Cancel)>,
    /// Number of the player: frames of an earlier one are dropped.
    number: u64,
}

impl Films {
    pub(super) fn state(&self) -> Option<FilmState> {
        self.state.clone()
    }

    pub(super) fn playing(&self) -> Option<&Playing> {
        self.playing.as_ref()
    }

    pub(super) fn cancel(&mut self) {
        self.cancel.cancel();
        if let Some(state) = &mut self.state {
            state.stopping = true;
        }
    }

    pub(super) fn forget(&mut self, document: DocId) {
        if self.player.as_ref().is_some_and(|(of, _)| *of == document) {
            self.stop();
        }
    }

    fn stop(&mut self) {
        if let Some((_, cancel)) = self.player.take() {
            cancel.cancel();
        }
        self.playing = None;
    }
}

impl Drop for Films {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.stop();
    }
}

impl Editor {
    fn film_of_document(&self) -> Film {
        self.zooming.options.film(growth::is_closed(self.doc()))
    }

    pub(super) fn export_film(&mut self, path: PathBuf) {
        if self.zooming.film.state.is_some() {
            return self.tell(NoticeKind::Info, "A film is being written already: wait for it or cancel it.");
        }
        let doc = self.doc().clone();
        let (film, frames, pictures) = match self.zooming.options.filmed {
            FilmKind::Zoom => {
                let film = self.film_of_document();
                let frames = Camera::new(&doc, &film.travel, film.size).frames();
                if doc.levels.len() < 2 && film.travel.hold_s <= 0.0 && !film.travel.is_ring() {
                    let text = "There is one level only: extend outward or go deeper first.";
                    return self.tell(NoticeKind::Info, text);
                }
                (film, frames, None)
            }
            FilmKind::Walk => {
                let state = self.zooming.walking.state();
                let pictures = self.zooming.walking.pictures().filter(|_| state.made == state.frames);
                let Some(pictures) = pictures else {
                    let left = state.frames - state.made;
                    let text = format!("{left} pictures of the walk are missing: make them first.");
                    return self.tell(NoticeKind::Info, text);
                };
                let options = &self.zooming.options;
                (pictures.walk.film(options.size, options.quality), state.frames, Some(pictures))
            }
        };
        let settings = FilmSettings { size: film.size, fps: film.travel.fps, frames, quality: film.quality };
        let fits =
            Format::from_path(&path).map_err(VideoError::from).and_then(|format| settings.check(format));
        if let Err(why) = fits {
            return self.tell(NoticeKind::Error, format!("No film was written: {why}"));
        }
        let cancel = Cancel::default();
        self.zooming.film.cancel = cancel.clone();
        self.zooming.film.state =
            Some(FilmState { path: path.clone(), frame: 0, frames, secs_left: 0.0, stopping: false });
        let (send, waker) = (self.zooming.news.0.clone(), self.zooming.waker.clone());
        self.zooming.aside("scumble-film", move || {
            let mut told = |progress| {
                let _ = send.send(News::Film(FilmNews::Progress(progress)));
                waker();
            };
            let done = match pictures {
                None => export(&doc, &film, &path, &cancel, &mut told),
                Some(pictures) => {
                    let render = |index| pictures.frame(index, film.size).map_err(VideoError::Request);
                    write_frames(&film, frames, &path, &cancel, render, &mut told)
                }
            };
            let cancelled = matches!(done, Err(VideoError::Cancelled));
            News::Film(FilmNews::Done(path, done.map_err(|why| why.to_string()), cancelled))
        });
    }

    pub(super) fn play_film(&mut self, on: bool) {
        self.zooming.film.stop();
        if !on {
            return;
        }
        let film = self.film_of_document();
        let scale = f64::from(PLAYED_PX) / f64::from(film.size.0.max(film.size.1));
        let side = |v: u32| (f64::from(v) * scale.min(1.0)).round().max(1.0) as u32;
        let size = (side(film.size.0), side(film.size.1));
        let fps = film.travel.fps.max(1);
        match self.zooming.options.filmed {
            FilmKind::Zoom => {
                let doc = self.doc().clone();
                let camera = Camera::new(&doc, &film.travel, size);
                let mut renderer = Renderer::new(doc, film.travel.is_ring(), film.look);
                let frames = camera.frames();
                self.play(frames, fps, move |index| Some(renderer.frame(&camera.view(index), size)));
            }
            FilmKind::Walk => {
                let pictures = self.zooming.walking.pictures().filter(|p| !p.paths.is_empty());
                let Some(pictures) = pictures else {
                    return self
                        .tell(NoticeKind::Info, "No picture of the walk is there yet: make them first.");
                };
                let frames = pictures.paths.len() as u32;
                self.play(frames, fps, move |index| pictures.frame(index, size).ok());
            }
        }
    }

    /// Plays what `render` makes, over and over, on a thread.
    fn play(&mut self, frames: u32, fps: u32, mut render: impl FnMut(u32) -> Option<Frame> + Send + 'static) {
        let cancel = Cancel::default();
        self.zooming.film.player = Some((self.open().id, cancel.clone()));
        self.zooming.film.number += 1;
        let number = self.zooming.film.number;
        let (send, waker) = (self.zooming.news.0.clone(), self.zooming.waker.clone());
        let played = move || {
            let (begun, fps) = (Instant::now(), f64::from(fps));
            while !cancel.is_cancelled() {
                // By the clock: what comes too late is left out.
                let at = (begun.elapsed().as_secs_f64() * fps) as u64;
                let index = (at % u64::from(frames)) as u32;
                let Some(frame) = render(index) else { break };
                let _ = send.send(News::Film(FilmNews::Played(number, Playing { index, frames, frame })));
                waker();
                let next = Duration::from_secs_f64((at + 1) as f64 / fps);
                std::thread::sleep(next.saturating_sub(begun.elapsed()).min(Duration::from_millis(200)));
            }
        };
        let spawned = std::thread::Builder::new().name("scumble-play".into()).spawn(played);
        if spawned.is_err() {
            self.tell(NoticeKind::Error, "The film cannot be played: no thread could be started.");
        }
    }

    pub(super) fn take_film(&mut self, news: FilmNews) {
        match news {
            FilmNews::Progress(progress) => {
                if let Some(state) = &mut self.zooming.film.state {
                    (state.frame, state.frames) = (progress.frame, progress.frames);
                    state.secs_left = progress.secs_left;
                }
            }
            FilmNews::Done(path, result, cancelled) => {
                self.zooming.film.state = None;
                let name = path.display();
                match result {
                    Ok(report) => self.tell(
                        NoticeKind::Info,
                        format!("{name}: {} frames, {:.1} s.", report.frames, report.seconds),
                    ),
                    Err(_) if cancelled => self.tell(NoticeKind::Info, "The film was cancelled."),
                    Err(why) => self.tell(NoticeKind::Error, format!("No film was written: {why}")),
                }
            }
            FilmNews::Played(number, playing) => {
                let films = &mut self.zooming.film;
                if films.number == number && films.player.is_some() {
                    films.playing = Some(playing);
                }
            }
        }
    }
}
