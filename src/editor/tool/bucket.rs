//! Fills regions with the foreground.

use super::{Cx, Phase, PointerEvent, Tool};
use crate::document::selection::{Combine, combine};
use crate::document::{Document, LayerId, Mask};
use crate::paint::fill::{paint_mask, region};

/// The bucket.
#[derive(Debug, Default)]
pub(super) struct BucketTool {
    pour: Option<Pour>,
}

#[derive(Debug)]
struct Pour {
    layer: LayerId,
    /// Regions are those of the picture as it was at the press, so that a fill makes no new ones.
    base: Document,
    filled: Mask,
    erase: bool,
}

impl BucketTool {
    fn pour(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let Some(pour) = &mut self.pour else { return };
        for sample in &event.samples {
            let at = (sample.pos.x.floor() as i32, sample.pos.y.floor() as i32);
            if pour.filled.pixel(at.0, at.1)[0] > 0 {
                continue;
            }
            let new = region(&pour.base, pour.layer, at, &cx.options.fill);
            if new.tile_bounds().is_empty() {
                continue;
            }
            // Where regions overlap at their rims, paint is laid once.
            let both = combine(Some(&pour.filled), &new, Combine::Add);
            pour.filled = both;
            cx.open.doc = pour.base.clone();
            paint_mask(&mut cx.open.doc, pour.layer, &pour.filled, cx.colors.foreground, pour.erase);
        }
    }
}

impl Tool for BucketTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let Some(layer) = cx.paintable_pixels() else { return };
                let base = cx.open.doc.clone();
                self.pour = Some(Pour { layer, base, filled: Mask::default(), erase: cx.erase });
                self.pour(cx, event);
            }
            Phase::Drag => self.pour(cx, event),
            Phase::Up => {
                self.pour(cx, event);
                let Some(pour) = self.pour.take() else { return };
                if cx.open.doc == pour.base {
                    return;
                }
                if !pour.erase {
                    let color = cx.colors.foreground;
                    cx.colors.remember(color);
                }
                cx.commit(if pour.erase { "Erase region" } else { "Fill" });
            }
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(pour) = self.pour.take() else { return false };
        cx.open.doc = pour.base;
        true
    }

    fn busy(&self) -> bool {
        self.pour.is_some()
    }
}
