//! Slow changes of a picture, made on a thread of their own and shown before they are applied.

use super::Action;
use super::clipboard::Paste;
use super::drawing::{Drawing, Pour};
use super::floating::{Floating, forget_all_texts, forget_texts, move_texts};
use super::whole::{SelectionChange, WholeChange};
use crate::document::{Document, LayerId, edit};
use crate::geom::Projective;
use crate::paint::Curve;
use crate::paint::filter::{self, Filter};
use crate::paint::restroke;
use crate::paint::transform::{self, Resample};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::sync::{Arc, OnceLock};

/// A change that may take longer than a frame, as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A filter on a layer.
    Filter(LayerId, Filter),
    /// Real strokes instead of a layer's pixels.
    Restroke(LayerId, Box<restroke::Settings>),
    /// A layer, or what is selected of it, moved, scaled, rotated or bent.
    Transform(LayerId, Projective, Resample),
    /// A layer, or what is selected of it, moved by whole pixels.
    Move(Box<Floating>),
    /// Something drawn on a layer in one go.
    Draw(LayerId, Drawing),
    /// The whole picture at another size.
    Resize {
        /// Width of the page in pixels.
        width: u32,
        /// Height of the page in pixels.
        height: u32,
        /// How pixels between pixels are made up.
        how: Resample,
    },
    /// One layer into the one below it.
    MergeDown(LayerId),
    /// All layers into one.
    Flatten,
    /// Another selection.
    Select(Box<SelectionChange>),
    /// The regions around some pixels get a colour.
    Pour(Box<Pour>),
    /// A whole layer or picture.
    Whole(WholeChange),
    /// A picture as a new layer.
    Paste(Box<Paste>),
}

impl Operation {
    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Filter(_, filter) => match filter {
                Filter::Levels { .. } => "Levels",
                Filter::Curves { .. } => "Curves",
                Filter::HueSaturation { .. } => "Hue and saturation",
                Filter::Blur { .. } => "Gaussian blur",
                Filter::Sharpen { .. } => "Sharpen",
                Filter::Noise { .. } => "Noise",
                Filter::Invert => "Invert colours",
            },
            Operation::Restroke(..) => "Restroke",
            Operation::Transform(..) => "Transform",
            Operation::Move(floating) => floating.name(),
            Operation::Draw(_, drawing) => drawing.name(),
            Operation::Resize { .. } => "Image size",
            Operation::MergeDown(_) => "Merge down",
            Operation::Flatten => "Flatten image",
            Operation::Select(change) => change.name(),
            Operation::Pour(pour) => pour.name(),
            Operation::Whole(change) => change.name(),
            Operation::Paste(paste) => paste.name(),
        }
    }

    /// The same operation with the settings that it begins with.
    pub fn as_it_comes(&self) -> Operation {
        match self {
            Operation::Filter(id, filter) => Operation::Filter(*id, first_settings(action_of(filter))),
            Operation::Restroke(id, _) => Operation::Restroke(*id, Box::default()),
            Operation::Transform(..)
            | Operation::Move(_)
            | Operation::Draw(..)
            | Operation::Resize { .. }
            | Operation::MergeDown(_)
            | Operation::Flatten
            | Operation::Select(_)
            | Operation::Pour(_)
            | Operation::Whole(_)
            | Operation::Paste(_) => self.clone(),
        }
    }

    /// Does it.
    pub fn run(&self, doc: &mut Document) {
        match self {
            Operation::Filter(id, what) => drop(filter::apply(doc, *id, what)),
            Operation::Restroke(id, settings) => drop(restroke::apply(doc, *id, settings)),
            Operation::Transform(id, map, how) => {
                match transform::whole_translation(map).filter(|_| doc.selection.is_none()) {
                    Some((dx, dy)) => move_texts(doc, *id, dx, dy),
                    None => forget_texts(doc, *id),
                }
                transform::transform(doc, *id, map, *how);
            }
            Operation::Move(floating) => *doc = floating.placed(),
            Operation::Draw(id, drawing) => drawing.run(doc, *id),
            Operation::Resize { width, height, how } => {
                forget_all_texts(doc);
                transform::resize(doc, *width, *height, *how);
            }
            Operation::MergeDown(id) => drop(edit::merge_down(doc, *id)),
            Operation::Flatten => drop(edit::flatten(doc, "Background")),
            Operation::Select(change) => change.run(doc),
            Operation::Pour(pour) => pour.run(doc),
            Operation::Whole(change) => change.run(doc),
            Operation::Paste(paste) => paste.run(doc),
        }
    }
}

/// The action that opens the filter.
const fn action_of(filter: &Filter) -> Action {
    match filter {
        Filter::Levels { .. } => Action::FilterLevels,
        Filter::Curves { .. } => Action::FilterCurves,
        Filter::HueSaturation { .. } => Action::FilterHueSaturation,
        Filter::Blur { .. } => Action::FilterBlur,
        Filter::Sharpen { .. } => Action::FilterSharpen,
        Filter::Noise { .. } => Action::FilterNoise,
        Filter::Invert => Action::FilterInvert,
    }
}

/// The settings that the filter of an action begins with.
pub(super) fn first_settings(action: Action) -> Filter {
    match action {
        Action::FilterLevels => {
            Filter::Levels { black: 0.0, white: 1.0, gamma: 1.0, out_black: 0.0, out_white: 1.0 }
        }
        Action::FilterCurves => {
            let line = || Curve::linear(0.0, 1.0);
            Filter::Curves { all: line(), channels: [line(), line(), line()] }
        }
        Action::FilterHueSaturation => Filter::HueSaturation { hue: 0.0, saturation: 0.0, lightness: 0.0 },
        Action::FilterDesaturate => Filter::HueSaturation { hue: 0.0, saturation: -1.0, lightness: 0.0 },
        Action::FilterBlur => Filter::Blur { sigma_px: 4.0 },
        Action::FilterSharpen => Filter::Sharpen { sigma_px: 1.5, amount: 0.6 },
        Action::FilterNoise => Filter::Noise { amount: 0.1, monochrome: true, seed: 1 },
        _ => Filter::Invert,
    }
}

/// Wakes the window when a thread has something for it.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

struct Order {
    number: u64,
    doc: Document,
    operation: Operation,
}

/// Cores for slow changes alone. In the common pool the window's own small tasks would stand in line behind a blur
/// of a large layer, and the window would stand still as long.
fn own_pool() -> Option<rayon::ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let name = |i| format!("scumble-work-{i}");
    rayon::ThreadPoolBuilder::new().num_threads(cores.saturating_sub(1).max(1)).thread_name(name).build().ok()
}

/// What became of the order of that number: a document, or a panic's words.
pub struct Done {
    /// The number that [`Worker::order`] gave.
    pub number: u64,
    /// The document, and whether it is another one now.
    pub result: Result<(Document, bool), String>,
}

/// The thread.
pub struct Worker {
    orders: Sender<Order>,
    done: Receiver<Done>,
    next: u64,
}

impl Worker {
    /// Starts it. It ends when the worker is dropped.
    pub fn start(waker: Waker) -> Self {
        let (orders, inbox) = unbounded::<Order>();
        let (outbox, done) = bounded(16);
        let spawned = std::thread::Builder::new().name("scumble-work".into()).spawn(move || {
            let pool = own_pool();
            while let Ok(mut order) = inbox.recv() {
                // Only the newest order counts: a slider was dragged on.
                while let Ok(newer) = inbox.try_recv() {
                    order = newer;
                }
                let Order { number, mut doc, operation } = order;
                let run = std::panic::AssertUnwindSafe(|| {
                    let before = doc.clone();
                    match &pool {
                        Some(pool) => pool.install(|| operation.run(&mut doc)),
                        None => operation.run(&mut doc),
                    }
                    let changed = doc != before;
                    (doc, changed)
                });
                let result = std::panic::catch_unwind(run).map_err(|why| panic_words(&*why));
                if outbox.send(Done { number, result }).is_err() {
                    break;
                }
                waker();
            }
        });
        debug_assert!(spawned.is_ok(), "no thread for slow changes");
        Self { orders, done, next: 0 }
    }

    /// Asks for `operation` on `doc`; earlier orders that were not begun are dropped.
    pub fn order(&mut self, doc: &Document, operation: &Operation) -> u64 {
        self.next += 1;
        let order = Order { number: self.next, doc: doc.clone(), operation: operation.clone() };
        // Without a thread no answer comes; the window stays alive and the operation can be cancelled.
        let _ = self.orders.send(order);
        self.next
    }

    /// What is finished.
    pub fn done(&self) -> impl Iterator<Item = Done> {
        self.done.try_iter()
    }
}

/// Runs something on a thread of its own and wakes the window afterwards. What it does in parallel it does on the cores
/// for slow changes.
pub(super) fn aside(name: &str, waker: Waker, work: impl FnOnce() + Send + 'static) {
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    let spawned = std::thread::Builder::new().name(name.into()).spawn(move || {
        match POOL.get_or_init(own_pool) {
            Some(pool) => pool.install(work),
            None => work(),
        }
        waker();
    });
    debug_assert!(spawned.is_ok(), "no thread could be started");
}

/// The words of a panic.
pub(super) fn panic_words(why: &(dyn std::any::Any + Send)) -> String {
    let text = why.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| why.downcast_ref::<String>().cloned()).unwrap_or_else(|| "an unknown fault".into())
}
