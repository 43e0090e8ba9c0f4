//! Selects what is circled by hand.

use super::selecting::{CLICK_PX, clicked, combine_of, select};
use super::{Cx, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::Combine;
use crate::editor::whole::Area;
use crate::geom::Point;

/// The lasso.
#[derive(Debug, Default)]
pub(super) struct LassoTool {
    loop_: Option<(Vec<Point>, Combine)>,
}

/// Canvas pixels between points that are kept.
const STEP_PX: f64 = 0.4;

impl LassoTool {
    fn follow(&mut self, event: &PointerEvent) {
        let Some((points, _)) = &mut self.loop_ else { return };
        for sample in &event.samples {
            if points.last().is_none_or(|last| last.distance(sample.pos) >= STEP_PX) {
                points.push(sample.pos);
            }
        }
    }
}

impl Tool for LassoTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                self.loop_ = Some((Vec::new(), combine_of(cx.options, event.modifiers)));
                self.follow(event);
            }
            Phase::Drag => self.follow(event),
            Phase::Up => {
                self.follow(event);
                let Some((points, how)) = self.loop_.take() else { return };
                let reach = cx.canvas_length(CLICK_PX);
                if points.iter().all(|p| p.distance(points[0]) <= reach) {
                    return clicked(cx, how);
                }
                select(cx, "Lasso", Area::Lasso(points), how);
            }
        }
    }

    fn cancel(&mut self, _cx: &mut Cx) -> bool {
        self.loop_.take().is_some()
    }

    fn busy(&self) -> bool {
        self.loop_.is_some()
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        if let Some((points, _)) = &self.loop_ {
            overlay.line(points.clone(), true);
        }
    }
}
