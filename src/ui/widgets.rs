//! Small widgets that are used in several places.

use crate::color::Rgba;
use crate::editor::{Action, Command, Editor};
use eframe::egui::{self, Color32, Response, RichText, Role, Sense, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

/// What every part of the window is given: the editor to read, and where commands go.
pub struct Frame<'a> {
    /// To be read.
    pub editor: &'a Editor,
    /// Done when the frame is drawn.
    pub commands: &'a mut Vec<Command>,
}

impl Frame<'_> {
    /// Asks for an action.
    pub fn act(&mut self, action: Action) {
        self.commands.push(Command::Act(action));
    }

    /// Asks for something.
    pub fn ask(&mut self, command: Command) {
        self.commands.push(command);
    }
}

/// A square button with an icon; `label` is its name and its tooltip.
pub fn icon_button(ui: &mut Ui, icon: &str, label: &str, selected: bool) -> Response {
    icon_button_sized(ui, icon, label, selected, 24.0)
}

/// The same, of another size in points.
pub fn icon_button_sized(ui: &mut Ui, icon: &str, label: &str, selected: bool, size: f32) -> Response {
    let text = RichText::new(icon).size(size * 0.68);
    let button =
        egui::Button::new(text).selected(selected).frame_when_inactive(selected).min_size(Vec2::splat(size));
    let response = ui.add(button).on_hover_text(label);
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, label));
    response
}

/// A button for an action: its icon, its words and shortcut as the tooltip, grey when it cannot be done.
pub fn action_button(ui: &mut Ui, frame: &mut Frame, icon: &str, action: Action) {
    let enabled = frame.editor.enabled(action);
    let selected = frame.editor.checked(action).unwrap_or(false);
    let keys = super::keys::shown(frame.editor.settings(), action);
    let response = ui.add_enabled_ui(enabled, |ui| icon_button(ui, icon, action.label(), selected)).inner;
    let response = if keys.is_empty() { response } else { response.on_hover_text(keys) };
    if response.clicked() {
        frame.act(action);
    }
}

/// "40 s left", "3 min left".
pub fn time_left(secs: f64) -> String {
    if secs < 90.0 { format!("{secs:.0} s left") } else { format!("{:.0} min left", secs / 60.0) }
}

/// As egui has it.
pub fn color32(color: Rgba) -> Color32 {
    let [r, g, b, a] = color.to_rgba8();
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// A patch of colour that can be clicked.
pub fn swatch(ui: &mut Ui, color: Rgba, size: f32, label: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::click());
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        ui.painter().rect_filled(rect, 2.0, color32(color));
        let stroke = if response.hovered() || response.has_focus() {
            visuals.fg_stroke
        } else {
            ui.visuals().widgets.noninteractive.bg_stroke
        };
        ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
    }
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
    response.on_hover_text(label)
}
