//! What a tool draws over the canvas: data in canvas pixels, drawn by the window.

use crate::color::Rgba;
use crate::geom::{Point, Rect};

/// How the pointer looks, for a window to find its own picture of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cursor {
    /// Something is aimed at.
    Cross,
    /// The outline of the brush.
    Brush,
    /// A circle of this diameter in canvas pixels.
    Ring {
        /// Diameter.
        diameter_px: f64,
    },
    /// Something is moved.
    Move,
    /// A side or corner is pulled in this direction.
    Resize {
        /// Canvas direction in turns, 0 = to the right, 0.25 = down.
        turns: f64,
    },
    /// Something is turned.
    Rotate,
    /// A corner or side is pulled freely.
    Distort,
    /// Text is written.
    Text,
    /// Something can be pressed.
    Press,
    /// The view is moved.
    Grab,
    /// The view is zoomed.
    Zoom,
    /// Nothing can be done here.
    Forbidden,
}

/// How a handle looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A corner or an edge.
    Square,
    /// Rotates.
    Round,
    /// A point that others turn about.
    Cross,
    /// Pulls the page; lies outside of it.
    Page,
    /// The same where pulling it outward lets a model fill what is new.
    PageFill,
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points; seen on every ground.
    Line {
        /// Canvas positions.
        points: Vec<Point>,
        /// The last joins the first.
        closed: bool,
    },
    /// A place that can be dragged; of the same size at any zoom.
    Handle {
        /// Canvas position.
        at: Point,
        /// Its look.
        kind: Handle,
    },
    /// A line of symmetry, faint.
    Guide {
        /// One end, canvas position.
        from: Point,
        /// The other.
        to: Point,
    },
    /// Shade around a convex quadrilateral.
    Shade {
        /// Its corners in order, canvas positions.
        around: [Point; 4],
    },
    /// Canvas that a model is about to fill.
    New {
        /// A part of it, canvas pixels.
        part: Rect,
    },
    /// Colours beside a place.
    Swatch {
        /// Canvas position.
        at: Point,
        /// The new colour.
        color: Rgba,
        /// The one before.
        before: Rgba,
    },
    /// A word beside a place.
    Label {
        /// Canvas position.
        at: Point,
        /// The words.
        text: String,
    },
}

/// All that is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// From below to above.
    pub marks: Vec<Mark>,
}

impl Overlay {
    /// A line.
    pub fn line(&mut self, points: Vec<Point>, closed: bool) {
        self.marks.push(Mark::Line { points, closed });
    }

    /// A word beside a place.
    pub fn label(&mut self, at: Point, text: String) {
        self.marks.push(Mark::Label { at, text });
    }

    /// A handle.
    pub fn handle(&mut self, at: Point, kind: Handle) {
        self.marks.push(Mark::Handle { at, kind });
    }
}
