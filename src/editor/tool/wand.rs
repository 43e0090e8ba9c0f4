//! Selects by colour: the region that was clicked, or the colour wherever it is.

use super::selecting::{combine_of, select};
use super::{Cx, Phase, PointerEvent, Tool};
use crate::document::LayerId;
use crate::editor::whole::Area;

/// Magic wand and select by colour.
#[derive(Debug)]
pub(super) struct WandTool {
    wand: bool,
}

impl WandTool {
    pub(super) fn new(wand: bool) -> Self {
        Self { wand }
    }
}

impl Tool for WandTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if event.phase != Phase::Down {
            return;
        }
        let mut settings = cx.options.wand;
        settings.flood.contiguous &= self.wand;
        let layer =
            cx.open.doc.active.filter(|id| cx.open.doc.layer(*id).is_some_and(|l| l.pixels().is_some()));
        let layer = match (settings.sample_all, layer) {
            (false, None) => {
                return cx.warn("No layer of pixels is chosen: choose one, or look at all layers.");
            }
            (_, layer) => layer.unwrap_or(LayerId(0)),
        };
        let name = if self.wand { "Magic wand" } else { "Select by colour" };
        let region = Area::Region(layer, event.pixel(), settings);
        select(cx, name, region, combine_of(cx.options, event.modifiers));
    }
}
