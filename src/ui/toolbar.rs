//! The tools, at the left edge.

use super::widgets::{Frame, color32, icon_button_sized};
use super::{icons, keys};
use crate::editor::Action;
use crate::editor::tool::ToolKind;
use eframe::egui::{Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, vec2};

/// Draws them.
pub fn show(ui: &mut Ui, frame: &mut Frame) {
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for kind in ToolKind::ALL {
            let action = kind.action();
            let keys = keys::shown(frame.editor.settings(), action);
            let response = icon_button_sized(
                ui,
                icons::of_tool(kind),
                action.label(),
                frame.editor.tool() == kind,
                30.0,
            )
            .on_hover_text(keys);
            if response.clicked() {
                frame.act(action);
            }
        }
        ui.add_space(8.0);
        colors(ui, frame);
    });
}

/// Foreground over background; a click exchanges them.
fn colors(ui: &mut Ui, frame: &mut Frame) {
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 32.0), Sense::click());
    let colors = frame.editor.colors();
    let stroke = ui.visuals().widgets.noninteractive.fg_stroke;
    for (color, offset) in [(colors.background, 11.0), (colors.foreground, 0.0)] {
        let patch = Rect::from_min_size(rect.min + vec2(offset, offset), vec2(20.0, 20.0));
        ui.painter().rect_filled(patch, 2.0, color32(color));
        ui.painter().rect_stroke(patch, 2.0, stroke, StrokeKind::Inside);
    }
    let label = Action::SwapColors.label();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    if response.on_hover_text(format!("{label} (X)")).clicked() {
        frame.act(Action::SwapColors);
    }
}
