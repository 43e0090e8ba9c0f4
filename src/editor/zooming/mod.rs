//! Infinite zoom in the window: levels are made, flown through, repainted; their film is played and written.
//!
//! ```text
//! Outward, Deeper -> Blank (other threads) -> a level in the document -> a job like that of an extension
//! a change in a level -> shrunk copies of it in the levels around (other threads) -> laid anew, no step of its own
//! CloseRing -> a plan (other threads) -> a job -> a layer over the innermost level, one step
//! MakeWalk -> a job for each picture of the walk -> files (other threads) -> played, written
//! wheel -> the view crosses into the next level, what surrounds the page is shown around it (other threads)
//! ```

mod command;
mod film;
mod flight;
mod growing;
mod play;
mod ring;
mod upkeep;
mod walk;

pub use command::{FilmKind, MAX_STOPS, WalkOptions, WalkStop, ZoomCommand, ZoomOptions};
pub use film::FilmState;
pub(super) use growing::level_of;
pub use play::Playing;
pub use upkeep::Thumbnail;
pub use walk::WalkState;

use super::generation::JobNumber;
use super::opened::DocId;
use super::work::Waker;
use crate::document::{Document, Layer, LayerId, Level, Pixels};
use crate::generate::Request;
use crate::geom::Rect;
use crate::zoom::Frame;
use crate::zoom::growth::{Blank, Copies, Held, Ring, Step};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::collections::VecDeque;
use std::sync::Arc;

/// What threads have to say.
enum News {
    Blank { document: DocId, wish: Wish, result: Result<Box<Blank>, String> },
    Start { document: DocId, layer: LayerId, result: Result<Pixels, String> },
    Copies { document: DocId, of: Document, copies: Copies },
    Around { document: DocId, key: (usize, Level), layer: Option<Arc<Layer>>, rect: Rect },
    Thumbnails { document: DocId, of: Vec<Level>, pictures: Vec<Thumbnail> },
    Ring { document: DocId, result: Result<Box<Step>, String> },
    Walked { index: u32, kept: Box<walk::Kept>, result: Result<Frame, String> },
    Film(film::FilmNews),
}

/// A level that is to be made.
#[derive(Clone, Debug, PartialEq)]
struct Wish {
    kind: WishKind,
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum WishKind {
    Outward,
    Deeper(Rect),
    Ring,
}

/// A ring that is being painted.
struct Ringing {
    document: DocId,
    job: JobNumber,
    ring: Ring,
    /// What closes it and its request, once they are there.
    painted: Option<(Pixels, Request)>,
}

/// What lies around the page of the level that is shown.
struct Around {
    document: DocId,
    /// The shown level's index and the next level outward, as they were.
    key: (usize, Level),
    /// Below everything; `None` where there is no such level.
    layer: Option<Arc<Layer>>,
    rect: Rect,
}

/// The state of the zoom.
pub struct Zooming {
    /// What is asked for.
    pub options: ZoomOptions,
    /// Levels that are to be made, one after the other.
    wishes: VecDeque<(DocId, Wish)>,
    /// Whether a level is being got ready by a thread.
    preparing: bool,
    /// The layer that a model paints.
    painted: Option<(DocId, LayerId)>,
    ring: Option<Ringing>,
    /// How well the last inner level was held.
    held: Option<Held>,
    around: Option<Around>,
    around_wanted: Option<(DocId, (usize, Level))>,
    upkeep: upkeep::Upkeep,
    film: film::Films,
    walking: walk::Walking,
    news: (Sender<News>, Receiver<News>),
    waker: Waker,
}

impl Zooming {
    pub(super) fn new(options: ZoomOptions, waker: Waker) -> Self {
        Self {
            options: options.sanitised(),
            wishes: VecDeque::new(),
            preparing: false,
            painted: None,
            ring: None,
            held: None,
            around: None,
            around_wanted: None,
            upkeep: upkeep::Upkeep::default(),
            film: film::Films::default(),
            walking: walk::Walking::default(),
            news: unbounded(),
            waker,
        }
    }

    /// Whether levels are being made or wait for it.
    pub fn growing(&self) -> bool {
        self.preparing || self.painted.is_some() || self.ring.is_some() || !self.wishes.is_empty()
    }

    /// How many levels wait.
    pub fn waiting(&self) -> usize {
        self.wishes.len()
    }

    /// How well the last inner level matches its parent.
    pub fn held(&self) -> Option<Held> {
        self.held
    }

    /// How far the export is, if there is one.
    pub fn film(&self) -> Option<FilmState> {
        self.film.state()
    }

    /// How far the pictures of the walk are.
    pub fn walk(&self) -> WalkState {
        self.walking.state()
    }

    /// The picture of the walk that was made last, small, with a number that another one does not have.
    pub fn walk_picture(&self) -> Option<(u64, &Frame)> {
        self.walking.latest()
    }

    /// The frame that is played, if a film is.
    pub fn playing(&self) -> Option<&Playing> {
        self.film.player.playing()
    }

    /// Small pictures of the levels of a document, the innermost first; out of date ones are still there.
    pub fn thumbnails(&self, document: DocId) -> &[Thumbnail] {
        self.upkeep.thumbnails(document)
    }

    /// Forgets everything of a document that is closed.
    pub(super) fn forget(&mut self, document: DocId) {
        self.wishes.retain(|(of, _)| *of != document);
        self.painted = self.painted.filter(|(of, _)| *of != document);
        self.ring = self.ring.take().filter(|ring| ring.document != document);
        self.around = self.around.take().filter(|around| around.document != document);
        self.film.forget(document);
    }

    /// Does something on a thread of its own and wakes the window afterwards.
    fn aside(&self, name: &str, work: impl FnOnce() -> News + Send + 'static) {
        let (send, waker) = (self.news.0.clone(), self.waker.clone());
        let spawned = std::thread::Builder::new().name(name.into()).spawn(move || {
            let _ = send.send(work());
            waker();
        });
        debug_assert!(spawned.is_ok(), "no thread could be started");
    }
}

/// Whether two levels are the same by pointer: what costs nothing to find out.
fn same_level(a: &Level, b: &Level) -> bool {
    a.page == b.page
        && a.place == b.place
        && a.layers.len() == b.layers.len()
        && a.layers.iter().zip(&b.layers).all(|(x, y)| Arc::ptr_eq(x, y))
}
