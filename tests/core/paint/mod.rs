//! Strokes, fills, transforms, filters, restroke.

mod edits;
mod properties;
mod restroke;
mod strokes;
mod text;
