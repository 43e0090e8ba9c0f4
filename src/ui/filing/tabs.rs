//! Tabs of documents, above the canvas; none while there is one document only.

use crate::editor::{Command, DocId, OpenDocument};
use crate::ui::widgets::{self, Frame};
use crate::ui::{icons, theme};
use eframe::egui::{self, Button, CornerRadius, Role, ScrollArea, Stroke, Ui, WidgetInfo, vec2};

/// Draws them.
pub fn show(ui: &mut Ui, frame: &mut Frame) {
    let documents = frame.editor.documents();
    if documents.len() < 2 {
        return;
    }
    let shown = frame.editor.open().id;
    let mut asked = None;
    egui::Panel::top("tabs").exact_size(30.0).resizable(false).show(ui, |ui| {
        ScrollArea::horizontal().show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 1.0;
                for open in documents {
                    asked = tab(ui, open, open.id == shown).or(asked.take());
                }
            });
        });
    });
    if let Some(command) = asked {
        frame.ask(command);
    }
}

fn tab(ui: &mut Ui, open: &OpenDocument, shown: bool) -> Option<Command> {
    let title = open.title();
    let mark = if open.modified() { "• " } else { "" };
    let button = Button::selectable(shown, format!("{mark}{title}"))
        .min_size(vec2(70.0, 24.0))
        .corner_radius(CornerRadius { nw: 4, ne: 0, sw: 0, se: 0 });
    let tab = ui.add(button);
    let state = if open.modified() { ", changed" } else { "" };
    tab.widget_info(|| WidgetInfo::selected(Role::Tab, true, shown, format!("Document {title}{state}")));
    if shown {
        let line = tab.rect.left_bottom()..=tab.rect.right_bottom();
        ui.painter().line_segment([*line.start(), *line.end()], Stroke::new(2.0, theme::ACCENT));
        if tab.gained_focus() {
            tab.scroll_to_me(None);
        }
    }
    let place = open.path.as_deref().map_or_else(|| "Not saved yet".to_owned(), |p| p.display().to_string());
    let tab = tab.on_hover_text(place);
    let close = widgets::icon_button_sized(ui, icons::CLOSE, &format!("Close {title}"), false, 20.0);
    ui.separator();
    if close.clicked() || tab.middle_clicked() {
        return Some(close_command(open.id));
    }
    (tab.clicked() && !shown).then_some(Command::ShowDocument(open.id))
}

fn close_command(id: DocId) -> Command {
    Command::CloseDocument { id, force: false }
}
