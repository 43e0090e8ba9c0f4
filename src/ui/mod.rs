//! The window. It reads the editor and returns commands; it holds no picture and changes none.
//!
//! Everything drawn here carries a label: it is what screen readers say and what tests click.

pub mod app;
pub mod bars;
mod candidates;
pub mod canvas;
pub mod dialogs;
mod dragging;
pub mod filing;
mod focus;
pub mod icons;
pub mod keys;
#[cfg(target_os = "linux")]
mod listening;
mod menus;
pub mod notices;
mod options_bar;
mod palette;
pub mod panels;
mod pen;
mod status_bar;
pub mod strokes;
pub mod theme;
mod toolbar;
pub mod widgets;
pub mod windows;

pub use app::{App, run};
