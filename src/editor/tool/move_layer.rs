//! Moves layers, or what is selected of them, by whole pixels.

use super::grip::whole;
use super::outline::along_axis;
use super::{Command, Cursor, Cx, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::{Content, Document, Layer, LayerId, edit};
use crate::editor::floating::Floating;
use crate::editor::work::Operation;
use crate::geom::{Point, Rect};
use std::sync::Arc;

/// The move tool.
#[derive(Debug, Default)]
pub(super) struct MoveTool {
    drag: Option<Drag>,
    /// What was moved last, and the picture that this made: as long as the picture is that, a next move goes on with
    /// what was lifted, and what lies below is not lifted too.
    last: Option<(Floating, Document)>,
}

#[derive(Debug)]
struct Drag {
    at: Point,
    floating: Floating,
    start: (i32, i32),
    /// The picture at the press.
    before: Document,
    /// Too much for a frame: the worker does it.
    heavy: bool,
    bounds: Rect,
}

/// Tiles that are moved within a frame; 16 MiB of pixels.
const LIVE_TILES: usize = 512;

impl MoveTool {
    /// What a move of the active layer moves, or says why there is nothing.
    fn take_up(&mut self, cx: &mut Cx) -> Option<Floating> {
        let Some(layer) = cx.open.doc.active.and_then(|id| cx.open.doc.layer(id)) else {
            cx.warn("No layer is chosen: add one or click one in the layers panel.");
            return None;
        };
        if layer.locked {
            cx.warn("The layer is locked: unlock it in the layers panel to move it.");
            return None;
        }
        let id = layer.id;
        if let Some((floating, made)) = &self.last
            && *made == cx.open.doc
            && floating.layer() == id
        {
            return Some(floating.clone());
        }
        let floating = Floating::lift(&cx.open.doc, id);
        if floating.is_none() {
            let selected = cx.open.doc.selection.is_some();
            cx.warn(if selected { "Nothing of the layer is selected." } else { "The layer is empty." });
        }
        floating
    }

    fn press(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if cx.options.move_picks_layer != event.modifiers.ctrl
            && let Some(id) = topmost(cx.open.doc.layers(), event.pixel())
            && cx.open.doc.active != Some(id)
        {
            edit::set_active(&mut cx.open.doc, id);
            cx.open.edit_mask = false;
        }
        let Some(floating) = self.take_up(cx) else { return };
        let bounds = match &cx.open.doc.selection {
            Some(mask) => mask.content_bounds(),
            None => cx.open.doc.layer(floating.layer()).map(Layer::content_bounds).unwrap_or_default(),
        };
        self.drag = Some(Drag {
            at: event.pos(),
            start: floating.offset,
            heavy: floating.tiles() > LIVE_TILES,
            floating,
            before: cx.open.doc.clone(),
            bounds,
        });
    }

    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let Some(drag) = &mut self.drag else { return };
        let (dx, dy) = whole(along_axis(event.pos() - drag.at, event.modifiers.shift));
        let offset = (drag.start.0 + dx, drag.start.1 + dy);
        if offset == drag.floating.offset {
            return;
        }
        drag.floating.offset = offset;
        if drag.heavy {
            cx.ask(Command::Preview(Operation::Move(Box::new(drag.floating.clone()))));
        } else {
            cx.open.doc = drag.floating.placed();
        }
    }

    fn release(&mut self, cx: &mut Cx) {
        let Some(drag) = self.drag.take() else { return };
        if drag.floating.offset == drag.start {
            if drag.heavy {
                cx.ask(Command::CancelPreview);
            }
        } else if drag.heavy {
            cx.ask(Command::ApplyPreview);
        } else {
            cx.commit(drag.floating.name());
            self.last = Some((drag.floating, cx.open.doc.clone()));
        }
    }
}

/// The topmost layer of pixels that shows paint at a pixel.
fn topmost(layers: &[Arc<Layer>], at: (i32, i32)) -> Option<LayerId> {
    layers.iter().rev().filter(|layer| layer.visible).find_map(|layer| match &layer.content {
        Content::Raster(pixels) => {
            let hidden =
                layer.mask.as_ref().is_some_and(|m| m.enabled && m.coverage.pixel(at.0, at.1)[0] == 0);
            (!hidden && pixels.pixel(at.0, at.1)[3] > 0).then_some(layer.id)
        }
        Content::Group(children) => topmost(children, at),
    })
}

impl Tool for MoveTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => self.press(cx, event),
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                self.release(cx);
            }
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(drag) = self.drag.take() else { return false };
        if drag.heavy {
            cx.ask(Command::CancelPreview);
        }
        cx.open.doc = drag.before;
        true
    }

    fn nudge(&mut self, cx: &mut Cx, dx: i32, dy: i32) -> bool {
        if self.drag.is_some() || cx.previewing {
            return false;
        }
        let Some(mut floating) = self.take_up(cx) else { return false };
        floating.offset = (floating.offset.0 + dx, floating.offset.1 + dy);
        if floating.tiles() > LIVE_TILES {
            self.last = None;
            cx.ask(Command::Operate(Operation::Move(Box::new(floating))));
            return true;
        }
        cx.open.doc = floating.placed();
        cx.commit_merging(floating.layer(), floating.name());
        self.last = Some((floating, cx.open.doc.clone()));
        true
    }

    fn busy(&self) -> bool {
        self.drag.is_some()
    }

    fn owns_preview(&self) -> bool {
        self.drag.is_some()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        let Some(drag) = &self.drag else { return };
        let (dx, dy) = (drag.floating.offset.0 - drag.start.0, drag.floating.offset.1 - drag.start.1);
        if (dx, dy) == (0, 0) {
            return;
        }
        let moved = drag.bounds.translate(dx, dy);
        overlay.line(moved.corners().to_vec(), true);
        overlay.label(moved.corners()[2], format!("{dx:+}, {dy:+}"));
    }

    fn cursor(&self, _scene: &Scene, _at: Point, _held: Modifiers) -> Cursor {
        Cursor::Move
    }
}
