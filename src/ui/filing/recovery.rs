//! Documents that a program which died has left.

use super::{escape, window};
use crate::editor::Command;
use crate::editor::journals::Found;
use crate::ui::widgets::Frame;
use eframe::egui::{Align, Context, Layout, RichText, ScrollArea, Ui};
use std::time::SystemTime;

/// Draws the list while there is something in it.
pub fn show(ctx: &Context, frame: &mut Frame, open: &mut bool) {
    let found = frame.editor.found();
    if found.is_empty() {
        *open = false;
    }
    if !*open {
        return;
    }
    if escape(ctx) {
        *open = false;
    }
    window("Recovered paintings").show(ctx, |ui| {
        ui.set_width(470.0);
        ui.label(
            "Scumble did not end well the last time. These documents had changes that were not saved, or pictures that were not accepted. \
             Files are not touched until you save.",
        );
        ui.add_space(6.0);
        ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
            for document in found {
                row(ui, frame, document);
            }
        });
        ui.separator();
        ui.horizontal(|ui| {
            if ui.button("Recover all").clicked() {
                found.iter().for_each(|f| frame.ask(Command::Recover(f.number)));
            }
            let words = "Keeps them; “Recover documents…” in the File menu shows them again";
            let later = ui.button("Later").on_hover_text(words);
            if later.clicked() {
                *open = false;
            }
        });
    });
}

fn row(ui: &mut Ui, frame: &mut Frame, found: &Found) {
    let note = &found.note;
    let name = note.path.as_deref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
    let name =
        name.unwrap_or_else(|| if note.name.is_empty() { "Untitled".into() } else { note.name.clone() });
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            let title = ui.label(RichText::new(&name).strong());
            if let Some(path) = &note.path {
                title.on_hover_text(path.display().to_string());
            }
            let (width, height) = note.size;
            let size = if width > 0 { format!(", {width} × {height} px") } else { String::new() };
            let pictures = match note.waiting {
                0 => String::new(),
                1 => "1 picture not yet accepted".to_owned(),
                n => format!("{n} pictures not yet accepted"),
            };
            ui.label(RichText::new(format!("painted {}{size}", ago(found.modified))).weak());
            if !pictures.is_empty() {
                ui.label(RichText::new(pictures).weak());
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = |ui: &mut Ui, verb: &str| {
                let response = ui.button(verb);
                response.widget_info(|| {
                    eframe::egui::WidgetInfo::labeled(
                        eframe::egui::Role::Button,
                        true,
                        format!("{verb} {name}"),
                    )
                });
                response.clicked()
            };
            if button(ui, "Discard") {
                frame.ask(Command::DiscardRecovered(found.number));
            }
            if button(ui, "Recover") {
                frame.ask(Command::Recover(found.number));
            }
        });
    });
}

/// How long ago, in words.
fn ago(time: SystemTime) -> String {
    let secs = SystemTime::now().duration_since(time).unwrap_or_default().as_secs();
    let (n, unit) = match secs {
        0..60 => return "less than a minute ago".into(),
        60..3600 => (secs / 60, "minute"),
        3600..86_400 => (secs / 3600, "hour"),
        _ => (secs / 86_400, "day"),
    };
    format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" })
}
