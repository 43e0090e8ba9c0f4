//! What follows a change: shrunk copies of a level in those around it, and small pictures of all levels.

use super::{News, same_level};
use crate::document::{Document, Layer, LayerId, Level, levels};
use crate::editor::{DocId, Editor};
use crate::zoom::growth::{self, Copies};

/// Longest side of a small picture, pixels.
const THUMB_PX: u32 = 96;

/// A small picture of a level: 8-bit RGBA, straight alpha.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thumbnail {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Rows from the top.
    pub rgba: Vec<u8>,
    /// Another number means another picture.
    pub stamp: u64,
}

/// What was looked at last.
#[derive(Default)]
pub(super) struct Upkeep {
    /// The document whose copies are as they should be.
    settled: Option<(DocId, Document)>,
    /// Whether a thread looks for copies.
    looking: bool,
    thumbs: Option<(DocId, Vec<Level>, Vec<Thumbnail>)>,
    drawing: bool,
    stamp: u64,
}

impl Upkeep {
    pub(super) fn thumbnails(&self, document: DocId) -> &[Thumbnail] {
        self.thumbs.as_ref().filter(|(of, ..)| *of == document).map_or(&[], |(.., pictures)| pictures)
    }

    pub(super) fn take_thumbnails(&mut self, document: DocId, of: Vec<Level>, mut pictures: Vec<Thumbnail>) {
        self.drawing = false;
        for picture in &mut pictures {
            if picture.stamp == 0 {
                self.stamp += 1;
                picture.stamp = self.stamp;
            }
        }
        self.thumbs = Some((document, of, pictures));
    }
}

/// A level as a small picture.
fn thumbnail(level: &Level) -> Thumbnail {
    let page = level.page;
    let long = page.width().max(page.height()).max(1);
    let side = |v: u32| (u64::from(v) * u64::from(THUMB_PX) / u64::from(long)).max(1) as u32;
    let (width, height) = (side(page.width()), side(page.height()));
    let all = Layer::group(LayerId(u64::MAX), "", level.layers.clone());
    let rgba = crate::document::composite::thumbnail(&all, page, width, height);
    Thumbnail { width, height, rgba, stamp: 0 }
}

impl Editor {
    /// Finds the innermost level that changed and looks, on a thread, for copies of it that are out of date.
    pub(super) fn keep_copies(&mut self) {
        let open = &self.documents[self.current];
        let (id, doc) = (open.id, &open.doc);
        if doc.levels.len() < 2 || self.zooming.upkeep.looking || self.preview.is_some() {
            return;
        }
        let before = self.zooming.upkeep.settled.as_ref().filter(|(of, _)| *of == id).map(|(_, doc)| doc);
        let changed = match before {
            // As it came: what a file or another program made of it is left alone.
            None => None,
            Some(before) if before.levels.len() != doc.levels.len() => None,
            Some(before) => (0..doc.levels.len()).find(|&k| !same_level(&before.levels[k], &doc.levels[k])),
        };
        let Some(level) = changed.filter(|&k| k + 1 < doc.levels.len()) else {
            let same = before.is_some_and(|b| {
                b.levels.len() == doc.levels.len()
                    && b.levels.iter().zip(&doc.levels).all(|(a, b)| same_level(a, b))
            });
            if !same {
                self.zooming.upkeep.settled = Some((id, doc.clone()));
            }
            return;
        };
        let of = doc.clone();
        self.zooming.upkeep.looking = true;
        self.zooming.aside("scumble-copies", move || {
            let copies = growth::stale_copies(&of, level);
            News::Copies { document: id, of, copies }
        });
    }

    /// The copies belong to the step that made them necessary.
    pub(super) fn lay_copies(&mut self, document: DocId, of: &Document, copies: Copies) {
        self.zooming.upkeep.looking = false;
        let now = self.now_secs;
        let painting = self.busy();
        let Some(open) = self.documents.iter_mut().find(|d| d.id == document) else { return };
        let same = open.doc.levels.len() == of.levels.len()
            && open.doc.levels.iter().zip(&of.levels).all(|(a, b)| same_level(a, b));
        if !same || painting {
            // It has gone on since: it is looked at again.
            return;
        }
        if !copies.is_empty() {
            for (level, id, pixels) in copies {
                levels::set_layer_pixels(&mut open.doc, level, id, pixels);
            }
            open.retouch(now);
        }
        let settled = open.doc.clone();
        self.zooming.upkeep.settled = Some((document, settled));
        self.update_shown();
    }

    /// Draws small pictures of levels that look different now.
    pub(super) fn keep_thumbnails(&mut self) {
        let open = &self.documents[self.current];
        let id = open.id;
        if self.zooming.upkeep.drawing {
            return;
        }
        let old = self.zooming.upkeep.thumbs.as_ref().filter(|(of, ..)| *of == id);
        let same = |a: &Level, b: &Level| same_level(a, b);
        let ready = old.is_some_and(|(_, of, _)| {
            of.len() == open.doc.levels.len() && of.iter().zip(&open.doc.levels).all(|(a, b)| same(a, b))
        });
        if ready {
            return;
        }
        let known: Vec<(Level, Thumbnail)> = old
            .map(|(_, of, pictures)| of.iter().cloned().zip(pictures.iter().cloned()).collect())
            .unwrap_or_default();
        let of = open.doc.levels.clone();
        self.zooming.upkeep.drawing = true;
        self.zooming.aside("scumble-thumbnails", move || {
            let draw = |level: &Level| {
                let found = known.iter().find(|(k, _)| same_level(k, level));
                found.map_or_else(|| thumbnail(level), |(_, picture)| picture.clone())
            };
            let pictures = of.iter().map(draw).collect();
            News::Thumbnails { document: id, of, pictures }
        });
    }
}
