//! Strokes, fills, transforms, filters, restroke.

mod edits;
mod restroke;
mod strokes;
mod text;
