//! Strokes, fills, transforms, filters, restroke.

mod edits;
mod peers;
mod properties;
mod restroke;
mod strokes;
mod text;

use scumble::document::{Document, LayerId, Pixels};
use scumble::geom::Rect;

/// A page with one layer, which is active.
fn with_layer(page: Rect) -> (Document, LayerId) {
    let doc = Document::with_layer(page, "layer");
    let id = doc.active.expect("a layer");
    (doc, id)
}

fn pixels(doc: &Document, id: LayerId) -> &Pixels {
    doc.layer(id).and_then(|l| l.pixels()).expect("pixels")
}
