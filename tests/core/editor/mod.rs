//! The editor without a window: tools are driven by pointer events.

mod grip;
mod moving;
mod painting;
mod selecting;
mod support;
mod text;
mod waiting;
mod zooming;
