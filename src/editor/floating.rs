//! What is moved floats: it is lifted once, and every move starts from there, so that nothing is lost or blurred on
//! the way.

use crate::document::{Document, LayerId, Mask, Pixels, edit};
use crate::paint::text;
use crate::paint::transform::{masked, over, without};

/// A layer, or what is selected of it, that is moved by whole pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Floating {
    /// The picture before.
    base: Document,
    layer: LayerId,
    lift: Option<Lift>,
    /// How far it is moved, canvas pixels.
    pub offset: (i32, i32),
}

#[derive(Clone, Debug, PartialEq)]
struct Lift {
    /// What stays of the layer.
    hole: Pixels,
    lifted: Pixels,
    mask: Mask,
}

impl Floating {
    /// Lifts a layer, or what is selected of a layer of pixels. `None` if that is nothing.
    pub fn lift(base: &Document, layer: LayerId) -> Option<Self> {
        let found = base.layer(layer)?;
        let lift = match (&base.selection, found.pixels()) {
            (Some(mask), Some(pixels)) => {
                Some(Lift { hole: without(pixels, mask), lifted: masked(pixels, mask), mask: mask.clone() })
            }
            _ => None,
        };
        let empty = match &lift {
            Some(lift) => lift.lifted.tile_bounds().is_empty(),
            None => found.tiles().is_empty(),
        };
        (!empty).then(|| Self { base: base.clone(), layer, lift, offset: (0, 0) })
    }

    /// The layer that is moved, or moved from.
    pub fn layer(&self) -> LayerId {
        self.layer
    }

    /// How many tiles are moved: what a move costs.
    pub fn tiles(&self) -> usize {
        match &self.lift {
            Some(lift) => lift.lifted.tiles().count(),
            None => self.base.layer(self.layer).map_or(0, |layer| layer.tiles().len()),
        }
    }

    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        if self.lift.is_some() { "Move pixels" } else { "Move layer" }
    }

    /// The picture with it where it is now.
    pub fn placed(&self) -> Document {
        let mut doc = self.base.clone();
        let (dx, dy) = self.offset;
        match &self.lift {
            _ if self.offset == (0, 0) => {}
            Some(Lift { hole, lifted, mask }) => {
                edit::set_pixels(&mut doc, self.layer, over(hole, &lifted.translated(dx, dy)));
                doc.selection = Some(mask.translated(dx, dy));
            }
            None => {
                edit::translate(&mut doc, self.layer, dx, dy);
                move_texts(&mut doc, self.layer, dx, dy);
            }
        }
        doc
    }
}

/// Tells the text layers of a layer that was moved where their texts are now.
pub fn move_texts(doc: &mut Document, layer: LayerId, dx: i32, dy: i32) {
    for (id, mut placed) in texts(doc, layer) {
        placed.at.x += f64::from(dx);
        placed.at.y += f64::from(dy);
        edit::set_note(doc, id, text::NOTE, Some(placed.note()));
    }
}

/// Makes text layers within a layer layers of pixels: what they show is no longer what their texts say.
pub fn forget_texts(doc: &mut Document, layer: LayerId) {
    for (id, _) in texts(doc, layer) {
        edit::set_note(doc, id, text::NOTE, None);
    }
}

/// The same for all layers.
pub fn forget_all_texts(doc: &mut Document) {
    let ids: Vec<LayerId> = doc.layers().iter().map(|layer| layer.id).collect();
    ids.into_iter().for_each(|id| forget_texts(doc, id));
}

fn texts(doc: &Document, layer: LayerId) -> Vec<(LayerId, text::Placed)> {
    let mut ids = Vec::new();
    if let Some(layer) = doc.layer(layer) {
        layer.walk(&mut |layer| ids.push(layer.id));
    }
    ids.into_iter().filter_map(|id| Some((id, text::Placed::of_layer(doc, id)?))).collect()
}
