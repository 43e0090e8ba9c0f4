//! Selects rectangles and ellipses.

use super::grip::squared;
use super::selecting::{CLICK_PX, clicked, combine_of, select};
use super::{Cx, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::Combine;
use crate::document::selection;
use crate::editor::whole::Area;
use crate::geom::{Point, Rect};

/// Rectangle or ellipse.
#[derive(Debug)]
pub(super) struct MarqueeTool {
    ellipse: bool,
    drag: Option<Drag>,
}

#[derive(Debug)]
struct Drag {
    from: Point,
    to: Point,
    how: Combine,
    /// Keys that were held at the press say how selections combine; once let go, they shape the frame.
    shift_free: bool,
    alt_free: bool,
    square: bool,
    centred: bool,
    moved: bool,
}

impl Drag {
    /// The two opposite corners, on edges of pixels.
    fn corners(&self) -> (Point, Point) {
        let b = squared(self.from, self.to, self.square);
        let a = if self.centred { self.from * 2.0 - b } else { self.from };
        let round = |p: Point| Point::new(p.x.round(), p.y.round());
        (round(a), round(b))
    }

    fn rect(&self) -> Rect {
        let (a, b) = self.corners();
        Rect::around(&[a, b])
    }
}

impl MarqueeTool {
    pub(super) fn new(ellipse: bool) -> Self {
        Self { ellipse, drag: None }
    }

    fn follow(&mut self, cx: &Cx, event: &PointerEvent) {
        let reach = cx.canvas_length(CLICK_PX);
        let Some(drag) = &mut self.drag else { return };
        drag.to = event.pos();
        drag.moved |= drag.from.distance(drag.to) > reach;
        drag.shift_free |= !event.modifiers.shift;
        drag.alt_free |= !event.modifiers.alt;
        drag.square = event.modifiers.shift && drag.shift_free;
        drag.centred = event.modifiers.alt && drag.alt_free;
    }
}

impl Tool for MarqueeTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let at = event.pos();
                self.drag = Some(Drag {
                    from: at,
                    to: at,
                    how: combine_of(cx.options, event.modifiers),
                    shift_free: false,
                    alt_free: false,
                    square: false,
                    centred: false,
                    moved: false,
                });
                self.follow(cx, event);
            }
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                let Some(drag) = self.drag.take() else { return };
                let (a, b) = drag.corners();
                if !drag.moved || drag.rect().is_empty() {
                    clicked(cx, drag.how);
                } else if self.ellipse {
                    select(cx, "Select ellipse", Area::Ellipse(a, b), drag.how);
                } else {
                    select(cx, "Select rectangle", Area::Rect(drag.rect()), drag.how);
                }
            }
        }
    }

    fn cancel(&mut self, _cx: &mut Cx) -> bool {
        self.drag.take().is_some()
    }

    fn busy(&self) -> bool {
        self.drag.is_some()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        let Some(drag) = self.drag.as_ref().filter(|drag| drag.moved) else { return };
        let rect = drag.rect();
        if self.ellipse {
            let (a, b) = drag.corners();
            overlay.line(selection::ellipse_outline(a, b), true);
        } else {
            overlay.line(rect.corners().to_vec(), true);
        }
        overlay.label(drag.to, format!("{} × {}", rect.width(), rect.height()));
    }
}
