//! Windows over the canvas that ask for more: none blocks.

use super::widgets::Frame;
use crate::editor::Action;
use eframe::egui::Context;

/// Which are open, and what is typed in them.
#[derive(Default)]
pub struct Windows {}

impl Windows {
    /// Opens the window that the action asks for. Returns whether there is one.
    pub fn open(&mut self, action: Action) -> bool {
        let _ = action;
        false
    }

    /// Draws them.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) {
        let _ = (ctx, frame);
    }
}
