//! Lays gradients along a line that is dragged.

use super::grip::snapped;
use super::selecting::CLICK_PX;
use super::{Command, Cx, Handle, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::color::Rgba;
use crate::document::LayerId;
use crate::editor::drawing::Drawing;
use crate::editor::options::{GradientInk, GradientKind};
use crate::editor::work::Operation;
use crate::geom::Point;
use crate::paint::gradient::{Course, Gradient};

/// The gradient tool.
#[derive(Debug, Default)]
pub(super) struct GradientTool {
    drag: Option<Drag>,
}

#[derive(Clone, Copy, Debug)]
struct Drag {
    layer: LayerId,
    from: Point,
    to: Point,
    moved: bool,
}

const STEP_TURNS: f64 = 1.0 / 24.0;

impl GradientTool {
    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let reach = cx.canvas_length(CLICK_PX);
        let Some(drag) = &mut self.drag else { return };
        drag.to = event.pos();
        if event.modifiers.shift {
            drag.to = snapped(drag.from, drag.to, STEP_TURNS);
        }
        drag.moved |= drag.from.distance(drag.to) > reach;
        self.refresh(cx);
    }
}

impl Tool for GradientTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let Some(layer) = cx.paintable_pixels() else { return };
                let at = event.pos();
                self.drag = Some(Drag { layer, from: at, to: at, moved: false });
            }
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                if self.drag.take().is_some_and(|drag| drag.moved) {
                    let color = cx.colors.foreground;
                    cx.colors.remember(color);
                    cx.ask(Command::ApplyPreview);
                }
            }
        }
    }

    fn refresh(&mut self, cx: &mut Cx) {
        let Some(drag) = self.drag.filter(|drag| drag.moved) else { return };
        let course = match cx.options.gradient {
            GradientKind::Linear => Course::Linear { from: drag.from, to: drag.to },
            GradientKind::Radial => Course::Radial { center: drag.from, edge: drag.to },
        };
        let from = cx.colors.foreground;
        let to = match cx.options.gradient_ink {
            GradientInk::ForegroundToBackground => cx.colors.background,
            GradientInk::ForegroundToClear => Rgba { a: 0.0, ..from },
        };
        let gradient = Gradient { reflect: cx.options.gradient_reflect, ..Gradient::new(course, from, to) };
        cx.ask(Command::Preview(Operation::Draw(drag.layer, Drawing::Gradient(gradient))));
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(drag) = self.drag.take() else { return false };
        if drag.moved {
            cx.ask(Command::CancelPreview);
        }
        true
    }

    fn busy(&self) -> bool {
        self.drag.is_some()
    }

    fn owns_preview(&self) -> bool {
        self.drag.is_some()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        let Some(Drag { from, to, .. }) = self.drag else { return };
        overlay.line(vec![from, to], false);
        overlay.handle(from, Handle::Round);
        overlay.handle(to, Handle::Square);
    }
}
