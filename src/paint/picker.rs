//! The colour picker.

use crate::color::Rgba;
use crate::document::composite::composite;
use crate::document::{Document, LayerId};
use crate::geom::Rect;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What is seen.
    All,
    /// The pixels of one layer.
    Layer(LayerId),
}

/// The mean colour of the square of `2 radius_px + 1` canvas pixels around `(x, y)`; `None` where there is no paint.
pub fn pick(doc: &Document, x: i32, y: i32, radius_px: i32, from: Source) -> Option<Rgba> {
    let r = radius_px.clamp(0, 64);
    let rect = Rect::new(x, y, x + 1, y + 1).grow(r);
    let planes = match from {
        Source::All => composite(doc, rect).read(rect),
        Source::Layer(id) => doc.layer(id)?.pixels()?.read(rect),
    };
    let n = rect.area();
    let mean = planes.map(|p| p.iter().map(|&v| u64::from(v)).sum::<u64>() / n);
    (mean[3] > 0).then(|| Rgba::from_px(mean.map(|v| v as u16)))
}
