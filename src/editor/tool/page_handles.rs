//! Handles just outside the page, at hand whatever the tool: pulling one inward makes the page smaller, pulling it outward
//! extends the picture, unless that is switched off or there is no model: then the page gets empty canvas.

use super::crop::{CropTool, Outlook, REACH_PX};
use super::grip::{self, Grip};
use super::{Cursor, Cx, Handle, Overlay, PointerEvent, Scene, Tool};
use crate::geom::{Point, Rect};

/// How far outside the page they lie, screen pixels: what is painted up to the edge stays free of them.
const OFF_PX: f64 = 28.0;
/// A page that is smaller on the screen has none.
const LEAST_PAGE_PX: f64 = 90.0;

/// The handles of a page where a screen pixel is `scale` canvas pixels long.
fn handles(page: Rect, scale: f64) -> Option<[(Grip, Point); 8]> {
    if f64::from(page.width().min(page.height())) < LEAST_PAGE_PX * scale {
        return None;
    }
    let off = OFF_PX * scale;
    let corners = page.corners();
    let outward = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    let edges = [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)];
    let middles = grip::middles(&corners);
    Some(std::array::from_fn(|i| {
        let (grip, at, (x, y)) = match i {
            0..4 => (Grip::Corner(i), corners[i], outward[i]),
            _ => (Grip::Edge(i - 4), middles[i - 4], edges[i - 4]),
        };
        (grip, at + Point::new(x * off, y * off))
    }))
}

/// The handle at a canvas position.
fn at(page: Rect, point: Point, scale: f64) -> Option<Grip> {
    let near = |(_, handle): &(Grip, Point)| handle.distance(point) <= REACH_PX * scale;
    handles(page, scale)?.into_iter().find(near).map(|(grip, _)| grip)
}

/// The handles, and the drag that begins at one.
#[derive(Debug, Default)]
pub(super) struct PageHandles {
    /// Does the dragging.
    page: CropTool,
    /// The edge or corner that is pulled.
    pulled: Option<Grip>,
}

impl PageHandles {
    /// Whether a press is one of theirs; if so it begins a drag.
    pub(super) fn press(&mut self, cx: &mut Cx, event: &PointerEvent) -> bool {
        let (page, scale) = (cx.open.doc.page, cx.canvas_length(1.0));
        if !cx.options.page_handles || cx.previewing {
            return false;
        }
        let Some(grip) = at(page, event.pos(), scale) else { return false };
        self.page = CropTool::pulling(page, grip, event.pos());
        self.pulled = Some(grip);
        true
    }

    /// Goes on with the drag.
    pub(super) fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        self.page.pointer(cx, event);
        if event.phase == super::Phase::Up {
            self.pulled = None;
            self.page.confirm(cx);
        }
    }

    pub(super) fn busy(&self) -> bool {
        self.pulled.is_some()
    }

    /// Lets go without a change. Returns whether there was a drag.
    pub(super) fn cancel(&mut self, cx: &mut Cx) -> bool {
        self.pulled.take().is_some() && {
            self.page.cancel(cx);
            true
        }
    }

    pub(super) fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        if self.busy() {
            return self.page.overlay(scene, overlay);
        }
        if scene.options.page_handles {
            for (_, at) in handles(scene.open.doc.page, scene.canvas_length(1.0)).into_iter().flatten() {
                overlay.handle(at, if scene.fills { Handle::PageFill } else { Handle::Page });
            }
        }
    }

    /// What the pull that is under way does when it is let go.
    pub(super) fn outlook(&self, scene: &Scene) -> Option<Outlook> {
        self.page.outlook(scene).filter(|_| self.busy())
    }

    /// Whether a canvas position is on one of them.
    pub(super) fn is_at(&self, scene: &Scene, point: Point) -> bool {
        let page = scene.open.doc.page;
        scene.options.page_handles && at(page, point, scene.canvas_length(1.0)).is_some()
    }

    /// What the pointer looks like, if it is on a handle or drags one.
    pub(super) fn cursor(&self, scene: &Scene, point: Point) -> Option<Cursor> {
        let page = scene.open.doc.page;
        let grip = match self.pulled {
            Some(grip) => Some(grip),
            None if scene.options.page_handles => at(page, point, scene.canvas_length(1.0)),
            None => None,
        }?;
        grip::outward(&page.corners(), grip).map(|turns| Cursor::Resize { turns })
    }
}
