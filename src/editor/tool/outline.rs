//! Drags the outline of the selection; the pixels stay.

use super::selecting::{CLICK_PX, combine_of, selected};
use super::{Cx, Modifiers, Phase, PointerEvent};
use crate::document::{Combine, Mask};
use crate::editor::opened::OpenDocument;
use crate::editor::options::ToolOptions;
use crate::geom::Point;

/// A press inside the selection, which may become a drag.
#[derive(Debug, Default)]
pub(super) struct OutlineDrag {
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    down: PointerEvent,
    base: Mask,
    moved: bool,
}

/// Whether a press there would take the selection's outline.
pub(super) fn inside(open: &OpenDocument, options: &ToolOptions, at: Point, held: Modifiers) -> bool {
    let pixel = (at.x.floor() as i32, at.y.floor() as i32);
    combine_of(options, held) == Combine::Replace
        && !held.ctrl
        && open.doc.selection.as_ref().is_some_and(|mask| selected(mask, pixel))
}

/// Moves the outline by whole pixels. Returns whether there is one.
pub(super) fn nudge(cx: &mut Cx, dx: i32, dy: i32) -> bool {
    let Some(mask) = &cx.open.doc.selection else { return false };
    let moved = mask.translated(dx, dy);
    cx.select("Move selection", Some(moved));
    true
}

impl OutlineDrag {
    pub(super) fn busy(&self) -> bool {
        self.held.is_some()
    }

    /// Whether this press is one on the selection; if so it is taken.
    pub(super) fn takes(&self, cx: &Cx, event: &PointerEvent) -> bool {
        inside(cx.open, cx.options, event.pos(), event.modifiers)
    }

    /// Goes on with a drag. Returns the events that are the tool's after all.
    pub(super) fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) -> Vec<PointerEvent> {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                if let Some(base) = cx.open.doc.selection.clone() {
                    self.held = Some(Held { down: event.clone(), base, moved: false });
                }
            }
            Phase::Drag => self.drag(cx, event),
            Phase::Up => {
                self.drag(cx, event);
                let Some(held) = self.held.take() else { return Vec::new() };
                if !held.moved {
                    return vec![held.down, event.clone()];
                }
                let moved = cx.open.doc.selection.replace(held.base);
                cx.select("Move selection", moved);
            }
        }
        Vec::new()
    }

    fn drag(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let reach = cx.canvas_length(CLICK_PX);
        let Some(held) = &mut self.held else { return };
        let by = event.pos() - held.down.pos();
        held.moved |= by.length() > reach;
        if held.moved {
            let (dx, dy) = super::grip::whole(along_axis(by, event.modifiers.shift));
            cx.open.doc.selection = Some(held.base.translated(dx, dy));
        }
    }

    pub(super) fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(held) = self.held.take() else { return false };
        cx.open.doc.selection = Some(held.base);
        true
    }
}

/// The offset, or only its longer part.
pub(super) fn along_axis(by: Point, only: bool) -> Point {
    match (only, by.x.abs() >= by.y.abs()) {
        (false, _) => by,
        (true, true) => Point::new(by.x, 0.0),
        (true, false) => Point::new(0.0, by.y),
    }
}
