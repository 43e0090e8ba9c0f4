//! Selects polygons, corner by corner.

use super::grip::snapped;
use super::selecting::{combine_of, select};
use super::{Cursor, Cx, Handle, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::Combine;
use crate::editor::whole::Area;
use crate::geom::Point;

/// The polygon.
#[derive(Debug, Default)]
pub(super) struct PolygonTool {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    points: Vec<Point>,
    how: Combine,
    /// Where the next corner would be.
    next: Point,
    /// A corner is being placed.
    pressed: bool,
}

/// Screen pixels around the first corner in which a click closes the polygon.
const CLOSE_PX: f64 = 8.0;
const STEP_TURNS: f64 = 1.0 / 24.0;

impl PolygonTool {
    /// Where a corner at the pointer would be.
    fn place(&self, event: &PointerEvent) -> Point {
        let open = self.open.as_ref();
        // While a corner is placed, the one before it is what angles are measured from.
        let before =
            open.and_then(|o| if o.pressed { o.points.iter().rev().nth(1) } else { o.points.last() });
        match before {
            Some(last) if event.modifiers.shift => snapped(*last, event.pos(), STEP_TURNS),
            _ => event.pos(),
        }
    }

    fn press(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let at = self.place(event);
        let reach = cx.canvas_length(CLOSE_PX);
        let Some(open) = &mut self.open else {
            let how = combine_of(cx.options, event.modifiers);
            self.open = Some(Open { points: vec![event.pos()], how, next: event.pos(), pressed: true });
            return;
        };
        let on_first = open.points.len() > 2 && open.points[0].distance(event.pos()) <= reach;
        if on_first || event.clicks > 1 {
            self.close(cx);
            return;
        }
        open.points.push(at);
        open.next = at;
        open.pressed = true;
    }

    fn close(&mut self, cx: &mut Cx) {
        let Some(open) = self.open.take() else { return };
        if open.points.len() > 2 {
            select(cx, "Polygon selection", Area::Lasso(open.points.clone()), open.how);
        }
    }
}

impl Tool for PolygonTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let at = self.place(event);
        match event.phase {
            Phase::Down => self.press(cx, event),
            Phase::Hover => {
                if let Some(open) = &mut self.open {
                    open.next = at;
                }
            }
            Phase::Drag | Phase::Up => {
                let Some(open) = &mut self.open else { return };
                if open.pressed {
                    open.next = at;
                    if let Some(last) = open.points.last_mut() {
                        *last = at;
                    }
                }
                open.pressed = event.phase == Phase::Drag && open.pressed;
            }
        }
    }

    fn cancel(&mut self, _cx: &mut Cx) -> bool {
        self.open.take().is_some()
    }

    fn confirm(&mut self, cx: &mut Cx) -> bool {
        let open = self.open.is_some();
        self.close(cx);
        open
    }

    fn step_back(&mut self, _cx: &mut Cx) -> bool {
        let Some(open) = &mut self.open else { return false };
        open.points.pop();
        if open.points.is_empty() {
            self.open = None;
        }
        true
    }

    fn busy(&self) -> bool {
        self.open.is_some()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        let Some(open) = &self.open else { return };
        let mut points = open.points.clone();
        points.push(open.next);
        overlay.line(points, false);
        for (i, p) in open.points.iter().enumerate() {
            overlay.handle(*p, if i == 0 { Handle::Round } else { Handle::Square });
        }
    }

    fn cursor(&self, scene: &Scene, at: Point, _held: Modifiers) -> Cursor {
        let closes = self.open.as_ref().is_some_and(|open| {
            open.points.len() > 2 && open.points[0].distance(at) <= scene.canvas_length(CLOSE_PX)
        });
        if closes { Cursor::Press } else { Cursor::Cross }
    }
}
