//! Draws lines, rectangles and ellipses.

use super::grip::{snapped, squared};
use super::selecting::CLICK_PX;
use super::{Command, Cx, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::LayerId;
use crate::editor::drawing::Drawing;
use crate::editor::options::{ShapeInk, ShapeKind};
use crate::editor::work::Operation;
use crate::geom::Point;
use crate::paint::shape::Shape;

/// The shape tool.
#[derive(Debug, Default)]
pub(super) struct ShapeTool {
    drag: Option<Drag>,
    drawn: u64,
}

#[derive(Clone, Copy, Debug)]
struct Drag {
    layer: LayerId,
    from: Point,
    to: Point,
    constrained: bool,
    centred: bool,
    moved: bool,
}

const STEP_TURNS: f64 = 1.0 / 24.0;

impl Drag {
    fn shape(&self, kind: ShapeKind, ink: ShapeInk) -> Shape {
        let mut b = match (self.constrained, kind) {
            (false, _) => self.to,
            (true, ShapeKind::Line) => snapped(self.from, self.to, STEP_TURNS),
            (true, ShapeKind::Rectangle | ShapeKind::Ellipse) => squared(self.from, self.to, true),
        };
        let mut a = if self.centred { self.from * 2.0 - b } else { self.from };
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
}

impl ShapeTool {
    fn drawing(&self, cx: &Cx, drag: &Drag) -> Drawing {
        let options = cx.options;
        let shape = drag.shape(options.shape, options.shape_ink);
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
        let reach = cx.canvas_length(CLICK_PX);
        let Some(drag) = &mut self.drag else { return };
        drag.to = event.pos();
        drag.moved |= drag.from.distance(drag.to) > reach;
        (drag.constrained, drag.centred) = (event.modifiers.shift, event.modifiers.alt);
        self.refresh(cx);
    }
}

impl Tool for ShapeTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let Some(layer) = cx.paintable_pixels() else { return };
                let at = event.pos();
                self.drawn += 1;
                let drag = Drag { layer, from: at, to: at, constrained: false, centred: false, moved: false };
                self.drag = Some(drag);
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
        if let Some(drag) = self.drag.filter(|drag| drag.moved) {
            let drawing = self.drawing(cx, &drag);
            cx.ask(Command::Preview(Operation::Draw(drag.layer, drawing)));
        }
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

    fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        let Some(drag) = self.drag.filter(|drag| drag.moved) else { return };
        let shape = drag.shape(scene.options.shape, scene.options.shape_ink);
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
