//! Takes colours from the picture.

use super::{Cx, Mark, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::color::Rgba;
use crate::geom::Point;
use crate::paint::picker::{Source, pick};

/// The colour picker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PickerTool {
    pressed: Option<Press>,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    at: Point,
    picked: Option<Rgba>,
    foreground: Rgba,
    background: Rgba,
    as_background: bool,
}

impl PickerTool {
    fn pick(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let Some(press) = &mut self.pressed else { return };
        press.at = event.pos();
        press.as_background = event.modifiers.ctrl;
        let (x, y) = event.pixel();
        let from = match (cx.options.pick_layer, cx.open.doc.active) {
            (true, Some(id)) => Source::Layer(id),
            _ => Source::All,
        };
        (cx.colors.foreground, cx.colors.background) = (press.foreground, press.background);
        if let Some(mut color) = pick(&cx.open.doc, x, y, cx.options.pick_radius_px, from) {
            color.a = 1.0;
            press.picked = Some(color);
        }
        match (press.picked, press.as_background) {
            (Some(color), true) => cx.colors.background = color,
            (Some(color), false) => cx.colors.foreground = color,
            (None, _) => {}
        }
    }
}

impl Tool for PickerTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                self.pressed = Some(Press {
                    at: event.pos(),
                    picked: None,
                    foreground: cx.colors.foreground,
                    background: cx.colors.background,
                    as_background: false,
                });
                self.pick(cx, event);
            }
            Phase::Drag => self.pick(cx, event),
            Phase::Up => {
                self.pick(cx, event);
                if let Some(Press { picked: Some(color), .. }) = self.pressed.take() {
                    cx.colors.remember(color);
                }
            }
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(press) = self.pressed.take() else { return false };
        (cx.colors.foreground, cx.colors.background) = (press.foreground, press.background);
        true
    }

    fn busy(&self) -> bool {
        self.pressed.is_some()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        if let Some(Press { at, picked: Some(color), foreground, background, as_background }) = self.pressed {
            let before = if as_background { background } else { foreground };
            overlay.marks.push(Mark::Swatch { at, color, before });
        }
    }
}
