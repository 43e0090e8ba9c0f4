//! Lays gradients along a line that is dragged.

use super::grip::snapped;
use super::stretch::{Stretch, Stretching};
use super::{Cx, Handle, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::color::Rgba;
use crate::editor::drawing::Drawing;
use crate::editor::options::{GradientInk, GradientKind};
use crate::geom::Point;
use crate::paint::gradient::{Course, Gradient};

/// The gradient tool.
#[derive(Debug, Default)]
pub(super) struct GradientTool {
    drag: Stretching,
}

const STEP_TURNS: f64 = 1.0 / 24.0;

/// Where the line ends.
fn end(drag: &Stretch) -> Point {
    if drag.modifiers.shift { snapped(drag.from, drag.to, STEP_TURNS) } else { drag.to }
}

impl GradientTool {
    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        self.drag.follow(cx, event);
        self.refresh(cx);
    }
}

impl Tool for GradientTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                self.drag.begin(cx, event);
            }
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                self.drag.finish(cx);
            }
        }
    }

    fn refresh(&mut self, cx: &mut Cx) {
        let Some(drag) = self.drag.drawn() else { return };
        let (begin, end) = (drag.from, end(&drag));
        let course = match cx.options.gradient {
            GradientKind::Linear => Course::Linear { from: begin, to: end },
            GradientKind::Radial => Course::Radial { center: begin, edge: end },
        };
        let from = cx.colors.foreground;
        let to = match cx.options.gradient_ink {
            GradientInk::ForegroundToBackground => cx.colors.background,
            GradientInk::ForegroundToClear => Rgba { a: 0.0, ..from },
        };
        let gradient = Gradient { reflect: cx.options.gradient_reflect, ..Gradient::new(course, from, to) };
        drag.preview(cx, Drawing::Gradient(gradient));
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        self.drag.cancel(cx)
    }

    fn busy(&self) -> bool {
        self.drag.busy()
    }

    fn owns_preview(&self) -> bool {
        self.drag.busy()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        let Some(drag) = self.drag.pressed() else { return };
        let (from, to) = (drag.from, end(&drag));
        overlay.line(vec![from, to], false);
        overlay.handle(from, Handle::Round);
        overlay.handle(to, Handle::Square);
    }
}
