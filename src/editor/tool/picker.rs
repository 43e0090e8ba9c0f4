//! Takes colours from the picture.

use super::{Cx, Phase, PointerEvent};
use crate::paint::picker::{Source, pick};

/// The colour picker.
#[derive(Clone, Copy, Debug, Default)]
pub struct PickerTool;

impl PickerTool {
    pub(super) fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if event.phase == Phase::Hover {
            return;
        }
        let (x, y) = event.pixel();
        let from = match (cx.options.pick_layer, cx.open.doc.active) {
            (true, Some(id)) => Source::Layer(id),
            _ => Source::All,
        };
        if let Some(mut color) = pick(&cx.open.doc, x, y, cx.options.pick_radius_px, from) {
            color.a = 1.0;
            if event.modifiers.ctrl {
                cx.colors.background = color;
            } else {
                cx.colors.foreground = color;
            }
            if event.phase == Phase::Up {
                cx.colors.remember(color);
            }
        }
    }
}
