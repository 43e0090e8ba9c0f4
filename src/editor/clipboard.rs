//! Cut, copy and paste of pixels. What was copied here is pasted with all its bits and in its place; what comes from
//! other programs arrives as 8-bit RGBA. A large picture takes longer than a frame to copy, so a thread does it.

use super::layers::renumber;
use super::whole::WholeChange;
use super::work::{Operation, aside};
use super::{Action, Editor, Effect, NoticeKind, tool};
use crate::document::edit::{self, Place};
use crate::document::rgba8::Alpha;
use crate::document::{Document, Layer, LayerId, Pixels, composite};
use crate::geom::Rect;
use crate::paint::transform::masked;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use std::sync::Arc;

/// What was copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    pixels: Pixels,
    bounds: Rect,
    /// As it went to the system, to know it again.
    rgba: Vec<u8>,
}

/// Larger pictures are not given to the system.
const MAX_SYSTEM_PX: u64 = 64 << 20;

impl Clip {
    /// Copies what is selected of a layer, or of the picture without one. `None` if that is nothing.
    fn of(doc: &Document, layer: Option<LayerId>) -> Option<Self> {
        let pixels = match layer {
            None => composite::composite(doc, doc.page),
            Some(id) => {
                let layer = doc.layer(id)?;
                match layer.pixels() {
                    Some(pixels) => pixels.clone(),
                    None => composite::composite_layers(layer.children(), &layer.tiles()),
                }
            }
        };
        let pixels = match &doc.selection {
            Some(mask) => masked(&pixels, mask),
            None => pixels,
        };
        let bounds = pixels.content_bounds();
        if bounds.is_empty() {
            return None;
        }
        let small = bounds.area() <= MAX_SYSTEM_PX;
        let rgba = if small { pixels.to_rgba8(bounds, Alpha::Straight) } else { Vec::new() };
        Some(Self { pixels, bounds, rgba })
    }
}

/// Copying that is under way.
pub(super) struct Copying {
    done: Receiver<Option<Clip>>,
    /// Pasting was asked for meanwhile.
    then: Option<Action>,
}

/// A picture that is pasted as a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Paste {
    what: Pasted,
    /// The part of the canvas that is seen.
    seen: Rect,
}

#[derive(Clone, Debug, PartialEq)]
enum Pasted {
    /// What was copied, where it was.
    InPlace(Arc<Clip>),
    /// A picture from the system: perhaps what was copied here before.
    Picture { width: u32, height: u32, rgba: Arc<Vec<u8>>, own: Option<Arc<Clip>> },
}

impl Paste {
    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        match self.what {
            Pasted::InPlace(_) => "Paste in place",
            Pasted::Picture { .. } => "Paste",
        }
    }

    /// Adds the layer: what was cut here and is in sight comes back to its place, else to the middle of the view.
    pub fn run(&self, doc: &mut Document) {
        let (pixels, bounds, place) = match &self.what {
            Pasted::InPlace(clip) => (clip.pixels.clone(), clip.bounds, clip.bounds),
            Pasted::Picture { width, height, rgba, own } => {
                let same = |c: &&Arc<Clip>| (c.bounds.width(), c.bounds.height()) == (*width, *height);
                match own.as_ref().filter(same).filter(|c| c.rgba == **rgba) {
                    Some(clip) if !clip.bounds.intersect(&self.seen).is_empty() => {
                        (clip.pixels.clone(), clip.bounds, clip.bounds)
                    }
                    Some(clip) => (clip.pixels.clone(), clip.bounds, self.middle(doc, *width, *height)),
                    None => {
                        let bounds = Rect::from_size(0, 0, *width, *height);
                        let Some(pixels) = Pixels::from_rgba8(bounds, rgba) else { return };
                        (pixels, bounds, self.middle(doc, *width, *height))
                    }
                }
            }
        };
        let pixels = pixels.translated(place.x0 - bounds.x0, place.y0 - bounds.y0);
        let mut layer = Layer::raster(LayerId(0), "Pasted", pixels);
        renumber(doc, &mut layer);
        let place = Place::above(doc, doc.active);
        edit::add(doc, layer, place);
    }

    fn middle(&self, doc: &Document, width: u32, height: u32) -> Rect {
        let target = self.seen.intersect(&doc.page);
        let target = if target.is_empty() { doc.page } else { target };
        let (cx, cy) = ((target.x0 + target.x1) / 2, (target.y0 + target.y1) / 2);
        Rect::from_size(cx - width as i32 / 2, cy - height as i32 / 2, width, height)
    }
}

impl Editor {
    pub(super) fn copy(&mut self, merged: bool) {
        let doc = self.doc().clone();
        let layer = if merged { None } else { doc.active };
        if merged || layer.is_some() {
            let (outbox, done) = bounded(1);
            aside("scumble-copy", self.waker.clone(), move || drop(outbox.send(Clip::of(&doc, layer))));
            self.copying = Some(Copying { done, then: None });
        }
    }

    pub(super) fn cut(&mut self) {
        if let Ok(id) = tool::paintable(self.open()) {
            self.copy(false);
            self.operate(Operation::Whole(WholeChange::Cut(id)));
        }
    }

    /// Looks whether copying is done.
    pub(super) fn take_copied(&mut self) {
        let Some(copying) = &self.copying else { return };
        let clip = match copying.done.try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => None,
            Ok(clip) => clip,
        };
        let then = self.copying.take().and_then(|copying| copying.then);
        match clip {
            Some(clip) => {
                if !clip.rgba.is_empty() {
                    self.effects.push(Effect::CopyPicture {
                        width: clip.bounds.width(),
                        height: clip.bounds.height(),
                        rgba: clip.rgba.clone(),
                    });
                }
                self.clipboard = Some(Arc::new(clip));
            }
            None => self.tell(NoticeKind::Info, "There is nothing to copy here."),
        }
        if let Some(action) = then {
            self.apply(super::Command::Act(action));
        }
    }

    pub(super) fn paste(&mut self, action: Action) {
        if let Some(copying) = &mut self.copying {
            copying.then = Some(action);
            return;
        }
        match &self.clipboard {
            Some(clip) if action == Action::PasteInPlace => {
                let what = Pasted::InPlace(clip.clone());
                self.put_pasted(what);
            }
            Some(_) | None => self.effects.push(Effect::AskPaste),
        }
    }

    fn put_pasted(&mut self, what: Pasted) {
        let seen = self.viewport().seen();
        self.operate(Operation::Paste(Box::new(Paste { what, seen })));
    }

    /// A picture from the system's clipboard, or dropped: in the middle of the view, or where it was cut if it is ours.
    pub(super) fn paste_picture(&mut self, width: u32, height: u32, rgba: Vec<u8>) {
        let side = crate::io::MAX_SIDE;
        let fits = u64::from(width) * u64::from(height) * 4 == rgba.len() as u64;
        if !fits || width == 0 || height == 0 || width > side || height > side {
            return self.tell(NoticeKind::Warning, "The clipboard holds no picture that fits.");
        }
        let own = self.clipboard.clone();
        self.put_pasted(Pasted::Picture { width, height, rgba: Arc::new(rgba), own });
    }
}
