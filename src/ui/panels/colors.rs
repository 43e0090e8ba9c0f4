//! Colour.

use crate::ui::widgets::{Frame, swatch};
use eframe::egui::Ui;

/// What the panel remembers.
#[derive(Default)]
pub struct ColorsPanel {}

impl ColorsPanel {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        swatch(ui, frame.editor.colors().foreground, 24.0, "Foreground");
    }
}
