//! The menu bar, made from the table of actions.

use super::keys;
use super::widgets::Frame;
use crate::editor::{Action, Command, Menu};
use eframe::egui::{self, Button, Ui};

/// Draws it; the first menu gets the focus if so asked.
pub fn show(ui: &mut Ui, frame: &mut Frame, focus: bool) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            let button = ui.menu_button(menu.label(), |ui| {
                ui.set_min_width(230.0);
                // Long menus scroll where the window is small.
                egui::ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 60.0).show(
                    ui,
                    |ui| {
                        for action in Action::ALL.iter().copied().filter(|a| a.menu() == menu) {
                            if starts_group(action) {
                                ui.separator();
                            }
                            entry(ui, frame, action);
                            if action == Action::OpenAsLayer {
                                recent(ui, frame);
                            }
                        }
                    },
                );
            });
            if focus && menu == Menu::ALL[0] {
                button.response.request_focus();
            }
        }
    });
}

fn entry(ui: &mut Ui, frame: &mut Frame, action: Action) {
    let checked = frame.editor.checked(action);
    let mark = match checked {
        Some(true) => super::icons::CHECK,
        Some(false) | None => "    ",
    };
    let keys = keys::shown(frame.editor.settings(), action);
    let button = Button::new(format!("{mark} {}", action.label())).shortcut_text(keys).frame(false);
    let response = ui.add_enabled(frame.editor.enabled(action), button);
    let enabled = response.enabled();
    response.widget_info(|| {
        let kind = if checked.is_some() { egui::Role::CheckBox } else { egui::Role::Button };
        egui::WidgetInfo::selected(kind, enabled, checked.unwrap_or(false), action.label())
    });
    if response.clicked() {
        frame.act(action);
        ui.close();
    }
}

fn recent(ui: &mut Ui, frame: &mut Frame) {
    let files = frame.editor.settings().recent_files.clone();
    ui.add_enabled_ui(!files.is_empty(), |ui| {
        ui.menu_button("     Open recent", |ui| {
            for path in files {
                let name = path
                    .file_name()
                    .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
                if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                    frame.ask(Command::OpenFiles(vec![path]));
                    ui.close();
                }
            }
        });
    });
}

/// Whether a line stands above the action.
fn starts_group(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Save
            | A::CloseDocument
            | A::Cut
            | A::Clear
            | A::Settings
            | A::PageSize
            | A::FlipImageHorizontal
            | A::FlattenImage
            | A::DuplicateLayer
            | A::GroupLayer
            | A::MergeDown
            | A::LayerUp
            | A::ToggleVisible
            | A::AddMask
            | A::FlipLayerHorizontal
            | A::GrowSelection
            | A::SelectOpaque
            | A::FilterBlur
            | A::FilterInvert
            | A::Restroke
            | A::OpacityLower
            | A::EraseMode
            | A::SwapColors
            | A::CycleStabiliser
            | A::ImportPalette
            | A::ToolSelectRect
            | A::ToolMove
            | A::ToolPan
            | A::RotateViewClockwise
            | A::TogglePixelGrid
            | A::TogglePageHandles
            | A::TogglePanels
            | A::ToggleTheme
            | A::FullScreen
            | A::Messages
            | A::About
    )
}
