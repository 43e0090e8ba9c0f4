//! Windows over the canvas that ask for more: none blocks.

mod brush_editor;
pub mod curve_graph;

use super::widgets::Frame;
use crate::editor::Action;
use eframe::egui::Context;

/// Which are open, and what is typed in them.
#[derive(Default)]
pub struct Windows {
    brush_editor: brush_editor::BrushEditor,
}

impl Windows {
    /// Opens the window that the action asks for. Returns whether there is one.
    pub fn open(&mut self, action: Action) -> bool {
        if action == Action::BrushEditor {
            self.brush_editor.toggle();
            return true;
        }
        false
    }

    /// Draws them.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) {
        self.brush_editor.show(ctx, frame);
    }
}
