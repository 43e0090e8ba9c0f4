//! Lines, rectangles, ellipses and polygons: filled, outlined, or drawn with a brush.

use super::brush::Prepared;
use super::fill::paint_mask;
use super::stroke::{PenSample, Setup, Stroke};
use crate::color::Rgba;
use crate::document::polygon::{Rule, fill};
use crate::document::selection::{Combine, combine, ellipse_outline};
use crate::document::{Damage, Document, LayerId, Mask};
use crate::geom::Point;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A shape on the canvas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Shape {
    /// From `a` to `b`.
    Line {
        /// One end.
        a: Point,
        /// The other.
        b: Point,
    },
    /// With corners `a` and `b`.
    Rectangle {
        /// One corner.
        a: Point,
        /// The opposite one.
        b: Point,
    },
    /// That touches the sides of that rectangle.
    Ellipse {
        /// One corner.
        a: Point,
        /// The opposite one.
        b: Point,
    },
    /// Through these points.
    Polygon {
        /// The corners.
        points: Vec<Point>,
    },
}

impl Shape {
    /// The points of its outline and whether the last joins the first.
    pub fn outline(&self) -> (Vec<Point>, bool) {
        match self {
            Self::Line { a, b } => (vec![*a, *b], false),
            Self::Rectangle { a, b } => (vec![*a, Point::new(b.x, a.y), *b, Point::new(a.x, b.y)], true),
            Self::Ellipse { a, b } => (ellipse_outline(*a, *b), true),
            Self::Polygon { points } => (points.clone(), true),
        }
    }

    /// The coverage of its inside; nothing of a line.
    pub fn inside(&self) -> Mask {
        match self.outline() {
            (points, true) => fill(&[points], Rule::NonZero, true),
            (_, false) => Mask::default(),
        }
    }

    /// The coverage of its outline, `width_px` wide, with round corners and ends.
    pub fn outlined(&self, width_px: f64) -> Mask {
        let (points, closed) = self.outline();
        let half = (width_px / 2.0).clamp(0.05, 1000.0);
        let mut pieces = Vec::new();
        let n = points.len();
        for i in 0..if closed { n } else { n.saturating_sub(1) } {
            let (a, b) = (points[i], points[(i + 1) % n]);
            let along = b - a;
            let length = along.length();
            if length < 1e-9 {
                continue;
            }
            let across = Point::new(-along.y, along.x) * (half / length);
            pieces.push(vec![a + across, b + across, b - across, a - across]);
        }
        let r = Point::new(half, half);
        for p in &points {
            // Wound like the pieces, so that overlaps do not cancel.
            pieces.push(ellipse_outline(*p - r, *p + r).into_iter().rev().collect());
        }
        fill(&pieces, Rule::NonZero, true)
    }
}

/// How a shape is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// Colour of the inside.
    pub fill: Option<Rgba>,
    /// Colour of the outline and its width in canvas pixels.
    pub outline: Option<(Rgba, f64)>,
}

/// Draws a shape on a layer, within the selection.
pub fn draw(doc: &mut Document, id: LayerId, shape: &Shape, style: &Style) -> Damage {
    let mut damage = Damage::none();
    let outline = style.outline.map(|(color, width)| (color, shape.outlined(width)));
    if let Some(color) = style.fill {
        damage.merge(paint_mask(doc, id, &shape.inside(), color, false));
    }
    if let Some((color, mask)) = outline {
        damage.merge(paint_mask(doc, id, &mask, color, false));
    }
    damage
}

/// Draws the outline of a shape with a brush at full pressure.
pub fn draw_with_brush(doc: &mut Document, shape: &Shape, brush: &Arc<Prepared>, setup: Setup) -> Damage {
    let (mut points, closed) = shape.outline();
    if closed && !points.is_empty() {
        points.push(points[0]);
    }
    let mut plain = brush.brush.clone();
    plain.stabiliser = super::Stabiliser::Off;
    let mut stroke = Stroke::begin(doc, &plain.prepare(), setup);
    let mut samples = Vec::new();
    let mut time_secs = 0.0;
    for pair in points.windows(2) {
        // Corners stay sharp because points lie close together at them.
        let n = (pair[0].distance(pair[1]) / 4.0).ceil().clamp(1.0, 2000.0) as usize;
        for i in 0..n {
            let pos = pair[0].lerp(pair[1], i as f64 / n as f64);
            samples.push(PenSample { pos, pressure: Some(1.0), tilt: [0.0; 2], time_secs });
            time_secs += 0.01;
        }
    }
    if let Some(&pos) = points.last() {
        samples.push(PenSample { pos, pressure: Some(1.0), tilt: [0.0; 2], time_secs });
    }
    let mut damage = stroke.extend(doc, &samples);
    damage.merge(stroke.finish(doc));
    damage
}

/// The outline of a selection shape combined with the old selection: what selection tools call.
pub fn select(doc: &mut Document, shape: &Shape, how: Combine) -> Damage {
    let selection = combine(doc.selection.as_ref(), &shape.inside(), how);
    crate::document::edit::set_selection(doc, Some(selection))
}
