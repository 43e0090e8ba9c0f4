//! Options of the tool in hand, at the top.

use super::widgets::Frame;
use crate::editor::Command;
use crate::editor::tool::ToolKind;
use crate::paint::Brush;
use eframe::egui::{Slider, Ui};

/// Draws them.
pub fn show(ui: &mut Ui, frame: &mut Frame) {
    ui.horizontal(|ui| match frame.editor.tool() {
        ToolKind::Brush | ToolKind::Eraser => brush(ui, frame),
        ToolKind::Picker | ToolKind::Pan | ToolKind::Zoom => {
            ui.label(frame.editor.tool().action().label());
        }
    });
}

fn brush(ui: &mut Ui, frame: &mut Frame) {
    let mut brush = frame.editor.brushes().brush().clone();
    let before = brush.clone();
    ui.label(brush.name.clone());
    ui.separator();
    ui.add(
        Slider::new(&mut brush.size_px, 1.0..=Brush::MAX_SIZE_PX)
            .logarithmic(true)
            .text("Size")
            .suffix(" px"),
    );
    ui.add(Slider::new(&mut brush.opacity, 0.0..=1.0).text("Opacity"));
    ui.add(Slider::new(&mut brush.flow, 0.0..=1.0).text("Flow"));
    if brush != before {
        frame.ask(Command::SetBrush(Box::new(brush)));
    }
}
