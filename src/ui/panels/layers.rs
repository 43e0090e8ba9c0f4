//! Layers.

use crate::ui::widgets::Frame;
use eframe::egui::Ui;

/// What the panel remembers.
#[derive(Default)]
pub struct LayersPanel {}

impl LayersPanel {
    /// Begins to rename the active layer.
    pub fn rename(&mut self, frame: &Frame) {
        let _ = frame;
    }

    /// Draws them, the topmost first.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        for layer in frame.editor.doc().layers().iter().rev() {
            ui.label(&layer.name);
        }
    }
}
