//! Strokes, fills, transforms, filters, restroke.

mod edits;
mod peers;
mod properties;
mod restroke;
mod strokes;
mod text;
