//! What a tool draws over the canvas: data in canvas pixels, drawn by the window.

use crate::geom::Point;

/// How a handle looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A corner or an edge.
    Square,
    /// Rotates.
    Round,
    /// A point that others turn about.
    Cross,
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

    /// A handle.
    pub fn handle(&mut self, at: Point, kind: Handle) {
        self.marks.push(Mark::Handle { at, kind });
    }
}
