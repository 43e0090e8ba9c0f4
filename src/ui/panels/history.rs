//! The steps of the history; a click goes there.

use crate::editor::Command;
use crate::ui::widgets::Frame;
use eframe::egui::{Button, RichText, Role, ScrollArea, Ui, WidgetInfo, vec2};

/// Draws them, the newest at the bottom.
pub fn show(ui: &mut Ui, frame: &mut Frame) {
    let history = &frame.editor.open().history;
    let current = history.current();
    let names: Vec<String> = history.names().map(str::to_owned).collect();
    ui.label(RichText::new(format!("{} steps · {} MiB", names.len(), history.bytes() >> 20)).weak().small());
    ScrollArea::vertical().auto_shrink([false, false]).stick_to_bottom(true).show_rows(
        ui,
        22.0,
        names.len(),
        |ui, rows| {
            for i in rows {
                let text =
                    if i > current { RichText::new(&names[i]).weak() } else { RichText::new(&names[i]) };
                let button = Button::selectable(i == current, text)
                    .truncate()
                    .min_size(vec2(ui.available_width(), 20.0));
                let response = ui.add(button);
                let label = format!("Step {i}: {}", names[i]);
                response.widget_info(|| WidgetInfo::selected(Role::Button, true, i == current, &label));
                if response.clicked() && i != current {
                    frame.ask(Command::JumpHistory(i));
                }
            }
        },
    );
}
