//! A drag from one point to another that draws something: previewed while it goes on, applied when it is let go of.

use super::selecting::CLICK_PX;
use super::{Command, Cx, Modifiers, PointerEvent};
use crate::document::LayerId;
use crate::editor::drawing::Drawing;
use crate::editor::work::Operation;
use crate::geom::Point;

/// From where to where, on which layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) layer: LayerId,
    pub(super) from: Point,
    pub(super) to: Point,
    pub(super) modifiers: Modifiers,
    /// Farther than a click goes: something is drawn.
    moved: bool,
}

impl Stretch {
    /// Shows what it draws.
    pub(super) fn preview(&self, cx: &mut Cx, drawing: Drawing) {
        cx.ask(Command::Preview(Operation::Draw(self.layer, drawing)));
    }
}

/// The drag under way, if there is one.
#[derive(Debug, Default)]
pub(super) struct Stretching(Option<Stretch>);

impl Stretching {
    /// The pointer was pressed; false where there is nothing to draw on, which is said.
    pub(super) fn begin(&mut self, cx: &mut Cx, event: &PointerEvent) -> bool {
        let Some(layer) = cx.paintable_pixels() else { return false };
        let (from, modifiers) = (event.pos(), event.modifiers);
        self.0 = Some(Stretch { layer, from, to: from, modifiers, moved: false });
        true
    }

    /// The pointer is elsewhere.
    pub(super) fn follow(&mut self, cx: &Cx, event: &PointerEvent) {
        let reach = cx.canvas_length(CLICK_PX);
        if let Some(drag) = &mut self.0 {
            (drag.to, drag.modifiers) = (event.pos(), event.modifiers);
            drag.moved |= drag.from.distance(drag.to) > reach;
        }
    }

    /// The pointer was let go: what is previewed is drawn, in a colour that is remembered.
    pub(super) fn finish(&mut self, cx: &mut Cx) {
        if self.0.take().is_some_and(|drag| drag.moved) {
            let color = cx.colors.foreground;
            cx.colors.remember(color);
            cx.ask(Command::ApplyPreview);
        }
    }

    /// Given up; whether there was something to give up.
    pub(super) fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(drag) = self.0.take() else { return false };
        if drag.moved {
            cx.ask(Command::CancelPreview);
        }
        true
    }

    /// Whether the pointer is pressed.
    pub(super) fn busy(&self) -> bool {
        self.0.is_some()
    }

    /// It, from the press on.
    pub(super) fn pressed(&self) -> Option<Stretch> {
        self.0
    }

    /// It, once it draws something.
    pub(super) fn drawn(&self) -> Option<Stretch> {
        self.0.filter(|drag| drag.moved)
    }
}
