//! The film, written to a file on a thread of its own.

use super::play::{Player, Playing};
use super::{FilmKind, News};
use crate::editor::{DocId, Editor, NoticeKind};
use crate::generate::Cancel;
use crate::zoom::export::write_frames;
use crate::zoom::video::{FilmSettings, Format, VideoError};
use crate::zoom::{Camera, Film, Report, export, growth};
use std::path::PathBuf;

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

pub(super) enum FilmNews {
    Progress(export::Progress),
    Done(PathBuf, Result<Report, String>, bool),
    Played(Playing),
}

/// Films on their way.
#[derive(Default)]
pub(super) struct Films {
    state: Option<FilmState>,
    cancel: Cancel,
    pub(super) player: Player,
}

impl Films {
    pub(super) fn state(&self) -> Option<FilmState> {
        self.state.clone()
    }

    pub(super) fn cancel(&mut self) {
        self.cancel.cancel();
        if let Some(state) = &mut self.state {
            state.stopping = true;
        }
    }

    pub(super) fn forget(&mut self, document: DocId) {
        if self.player.document() == Some(document) {
            self.player.stop();
        }
    }
}

impl Drop for Films {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.player.stop();
    }
}

impl Editor {
    pub(super) fn film_of_document(&self) -> Film {
        self.zooming.options.film(growth::is_closed(self.doc()))
    }

    pub(super) fn export_film(&mut self, mut path: PathBuf) {
        // A name without an ending means what is chosen; nobody was asked whether that may be written over.
        let completed = path.extension().is_none();
        if completed {
            path.set_extension(self.zooming.options.format.ending());
        }
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
                _ if completed && path.exists() => {
                    let why = format!("there is {} already; choose it to write over it", path.display());
                    Err(VideoError::Request(why))
                }
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
            FilmNews::Played(playing) => self.zooming.film.player.take(playing),
        }
    }
}
