//! Brush presets.

use crate::editor::Command;
use crate::ui::widgets::Frame;
use eframe::egui::{Button, ScrollArea, Ui};

/// What the panel remembers.
#[derive(Default)]
pub struct BrushesPanel {}

impl BrushesPanel {
    /// Draws them.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        ScrollArea::vertical().show(ui, |ui| {
            for preset in frame.editor.brushes().presets() {
                let name = &preset.brush.name;
                let chosen = *name == frame.editor.brushes().brush().name;
                if ui.add(Button::selectable(chosen, name)).clicked() {
                    frame.commands.push(Command::PickBrush(name.clone()));
                }
            }
        });
    }
}
