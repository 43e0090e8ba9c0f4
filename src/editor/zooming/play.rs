//! The film, played in the window at once, over and over, on a thread of its own. What is played is what would be written:
//! when the picture or the options become others, it goes on with those.

use super::film::FilmNews;
use super::walk::Pictures;
use super::{FilmKind, News, same_level};
use crate::document::Document;
use crate::editor::{DocId, Editor, NoticeKind};
use crate::generate::Cancel;
use crate::zoom::{Camera, Film, Frame, Renderer};
use std::time::{Duration, Instant};

/// Longest side of what is played, pixels.
const PLAYED_PX: u32 = 480;
/// How long another film must have been wanted before it is played, seconds: while a number is dragged, each frame wants
/// another one.
const AFTER_SECS: f64 = 0.3;

/// A frame that is played.
#[derive(Clone, Debug, PartialEq)]
pub struct Playing {
    /// Number of the film: another one's frames differ though they have the same index.
    pub film: u32,
    /// Which.
    pub index: u32,
    /// Of how many.
    pub frames: u32,
    /// The picture.
    pub frame: Frame,
}

/// What is played.
struct Played {
    film: Film,
    source: Source,
}

/// What its frames are made from.
enum Source {
    Levels(Document),
    Pictures(Pictures),
}

impl Played {
    /// Whether both look the same, by what costs nothing to find out.
    fn same(&self, other: &Self) -> bool {
        let source = match (&self.source, &other.source) {
            (Source::Levels(a), Source::Levels(b)) => {
                a.levels.len() == b.levels.len()
                    && a.levels.iter().zip(&b.levels).all(|(a, b)| same_level(a, b))
            }
            (Source::Pictures(a), Source::Pictures(b)) => a.paths == b.paths,
            (Source::Levels(_), Source::Pictures(_)) | (Source::Pictures(_), Source::Levels(_)) => false,
        };
        source && self.film == other.film
    }

    /// How many frames, and what makes each.
    fn frames(&self) -> (u32, Box<dyn FnMut(u32) -> Option<Frame> + Send>) {
        let size = self.film.size;
        match &self.source {
            Source::Levels(doc) => {
                let camera = Camera::new(doc, &self.film.travel, size);
                let mut renderer =
                    Renderer::new(doc.clone(), self.film.travel.is_ring(), self.film.look.clone());
                (camera.frames(), Box::new(move |index| Some(renderer.frame(&camera.view(index), size))))
            }
            Source::Pictures(pictures) => {
                let pictures = pictures.clone();
                (pictures.paths.len() as u32, Box::new(move |index| pictures.frame(index, size).ok()))
            }
        }
    }
}

/// What plays.
#[derive(Default)]
pub(super) struct Player {
    now: Option<(DocId, Cancel, Played)>,
    playing: Option<Playing>,
    number: u32,
    /// Since when another film is wanted.
    stale_since: Option<f64>,
}

impl Player {
    pub(super) fn document(&self) -> Option<DocId> {
        self.now.as_ref().map(|(document, ..)| *document)
    }

    pub(super) fn playing(&self) -> Option<&Playing> {
        self.playing.as_ref()
    }

    pub(super) fn stop(&mut self) {
        if let Some((_, cancel, _)) = self.now.take() {
            cancel.cancel();
        }
        (self.playing, self.stale_since) = (None, None);
    }

    /// A frame has come; one of an earlier film is dropped.
    pub(super) fn take(&mut self, playing: Playing) {
        if playing.film == self.number && self.now.is_some() {
            self.playing = Some(playing);
        }
    }
}

impl Editor {
    /// The film as it would be written, smaller. None: no picture of the walk is there.
    fn film_to_play(&self) -> Option<Played> {
        let (film, source) = match self.zooming.options.filmed {
            FilmKind::Zoom => (self.film_of_document(), Source::Levels(self.doc().clone())),
            FilmKind::Walk => {
                let pictures = self.zooming.walking.pictures().filter(|p| !p.paths.is_empty())?;
                let options = &self.zooming.options;
                (pictures.walk.film(options.size, options.quality), Source::Pictures(pictures))
            }
        };
        let scale = f64::from(PLAYED_PX) / f64::from(film.size.0.max(film.size.1));
        let side = |v: u32| (f64::from(v) * scale.min(1.0)).round().max(1.0) as u32;
        let size = (side(film.size.0), side(film.size.1));
        Some(Played { film: Film { size, ..film }, source })
    }

    pub(super) fn play_film(&mut self, on: bool) {
        self.zooming.film.player.stop();
        if !on {
            return;
        }
        match self.film_to_play() {
            Some(played) => self.play(played, 0),
            None => {
                self.tell(NoticeKind::Info, "No picture of the walk is there yet: make them first.");
            }
        }
    }

    /// Goes on with another film where what is played is no longer what would be written.
    pub(super) fn keep_playing(&mut self) {
        let Some((document, _, played)) = &self.zooming.film.player.now else { return };
        if *document != self.open().id {
            return self.zooming.film.player.stop();
        }
        // Without a picture of the walk as it is now, the last that there was is better than nothing.
        let Some(wanted) = self.film_to_play().filter(|_| !self.busy()) else { return };
        let (same, now) = (wanted.same(played), self.now_secs);
        let player = &mut self.zooming.film.player;
        if same {
            player.stale_since = None;
        } else if now - *player.stale_since.get_or_insert(now) >= AFTER_SECS {
            let from = player.playing.as_ref().map_or(0, |playing| playing.index);
            self.play(wanted, from);
        }
    }

    /// Plays a film over and over, beginning with frame `from`.
    fn play(&mut self, played: Played, from: u32) {
        let cancel = Cancel::default();
        let fps = f64::from(played.film.travel.fps.max(1));
        let (frames, mut render) = played.frames();
        let document = self.open().id;
        let player = &mut self.zooming.film.player;
        if let Some((_, earlier, _)) = player.now.replace((document, cancel.clone(), played)) {
            earlier.cancel();
        }
        player.number = player.number.wrapping_add(1);
        player.stale_since = None;
        let film = player.number;
        let (send, waker) = (self.zooming.news.0.clone(), self.zooming.waker.clone());
        let play = move || {
            let begun = Instant::now();
            while !cancel.is_cancelled() {
                // By the clock: what comes too late is left out.
                let at = (begun.elapsed().as_secs_f64() * fps) as u64;
                let index = ((u64::from(from) + at) % u64::from(frames)) as u32;
                let Some(frame) = render(index) else { break };
                let _ = send.send(News::Film(FilmNews::Played(Playing { film, index, frames, frame })));
                waker();
                let next = Duration::from_secs_f64((at + 1) as f64 / fps);
                std::thread::sleep(next.saturating_sub(begun.elapsed()).min(Duration::from_millis(200)));
            }
        };
        let spawned = std::thread::Builder::new().name("scumble-play".into()).spawn(play);
        if spawned.is_err() {
            self.zooming.film.player.stop();
            self.tell(NoticeKind::Error, "The film cannot be played: no thread could be started.");
        }
    }
}
