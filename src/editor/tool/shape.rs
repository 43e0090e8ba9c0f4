//! Draws lines, rectangles and ellipses.

use super::grip::{snapped, squared};
use super::stretch::{Stretch, Stretching};
use super::{Cx, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::editor::drawing::Drawing;
use crate::editor::options::{ShapeInk, ShapeKind};
use crate::geom::Point;
use crate::paint::shape::Shape;

/// The shape tool.
#[derive(Debug, Default)]
pub(super) struct ShapeTool {
    drag: Stretching,
    drawn: u64,
}

const STEP_TURNS: f64 = 1.0 / 24.0;

fn shape_of(drag: &Stretch, kind: ShapeKind, ink: ShapeInk) -> Shape {
    let mut b = match (drag.modifiers.shift, kind) {
        (false, _) => drag.to,
        (true, ShapeKind::Line) => snapped(drag.from, drag.to, STEP_TURNS),
        (true, ShapeKind::Rectangle | ShapeKind::Ellipse) => squared(drag.from, drag.to, true),
    };
    let mut a = if drag.modifiers.alt { drag.from * 2.0 - b } else { drag.from };
    let even = ink != ShapeInk::Brush && kind != ShapeKind::Line;
    if even {
        // Sides on the edges of pixels are crisp.
        [a, b] = [a, b].map(|p| Point::new(p.x.round(), p.y.round()));
    }
    match kind {
        ShapeKind::Line => Shape::Line { a, b },
        ShapeKind::Rectangle => Shape::Rectangle { a, b },
        ShapeKind::Ellipse => Shape::Ellipse { a, b },
    }
}

impl ShapeTool {
    fn drawing(&self, cx: &Cx, drag: &Stretch) -> Drawing {
        let options = cx.options;
        let shape = shape_of(drag, options.shape, options.shape_ink);
        let (front, back) = (cx.colors.foreground, cx.colors.background);
        let (inside, outline) = match (options.shape_ink, options.shape) {
            (ShapeInk::Brush, _) => {
                return Drawing::Brushed {
                    shape,
                    brush: Box::new(cx.brushes.brush().clone()),
                    color: front,
                    erase: cx.erase,
                    symmetry: options.symmetry,
                    seed: self.drawn,
                };
            }
            // A line has no inside.
            (ShapeInk::Outline, _) | (ShapeInk::Fill | ShapeInk::Both, ShapeKind::Line) => {
                (None, Some((front, options.outline_px)))
            }
            (ShapeInk::Fill, ShapeKind::Rectangle | ShapeKind::Ellipse) => (Some(front), None),
            (ShapeInk::Both, ShapeKind::Rectangle | ShapeKind::Ellipse) => {
                (Some(front), Some((back, options.outline_px)))
            }
        };
        Drawing::Plain { shape, inside, outline, erase: cx.erase }
    }

    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        self.drag.follow(cx, event);
        self.refresh(cx);
    }
}

impl Tool for ShapeTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => self.drawn += u64::from(self.drag.begin(cx, event)),
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                self.drag.finish(cx);
            }
        }
    }

    fn refresh(&mut self, cx: &mut Cx) {
        if let Some(drag) = self.drag.drawn() {
            let drawing = self.drawing(cx, &drag);
            drag.preview(cx, drawing);
        }
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

    fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        let Some(drag) = self.drag.drawn() else { return };
        let shape = shape_of(&drag, scene.options.shape, scene.options.shape_ink);
        let (points, closed) = shape.outline();
        overlay.line(points, closed);
        let words = match shape {
            Shape::Line { a, b } => format!("{:.0} px, {:.0}°", a.distance(b), degrees(a, b)),
            Shape::Rectangle { a, b } | Shape::Ellipse { a, b } => {
                format!("{:.0} × {:.0}", (b.x - a.x).abs(), (b.y - a.y).abs())
            }
            Shape::Polygon { .. } => return,
        };
        overlay.label(drag.to, words);
    }
}

/// The angle of a line, counter-clockwise from the right.
fn degrees(a: Point, b: Point) -> f64 {
    -(b.y - a.y).atan2(b.x - a.x).to_degrees()
}
