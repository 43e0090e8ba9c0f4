//! Strokes, fills, transforms, filters, restroke.

mod edits;
mod restroke;
mod speed;
mod strokes;
