//! Options of the text tool, and the window in which texts are written.

use super::{apply_cancel, buttons, number, switch};
use crate::editor::Command;
use crate::editor::tool::{TextCommand, ToolCommand};
use crate::paint::text::{Align, MAX_CHARS, SIZES_PX, Text};
use crate::ui::icons;
use crate::ui::widgets::Frame;
use eframe::egui::{self, ComboBox, Key, Ui, WidgetInfo};

pub(super) fn show(ui: &mut Ui, frame: &mut Frame) {
    let writing = frame.editor.toolbox().writing().cloned();
    let mut text = match &writing {
        Some(writing) => writing.placed.text.clone(),
        None => frame.editor.options().text.clone(),
    };
    let before = text.clone();
    style(ui, frame, &mut text);
    if let Some(writing) = &writing {
        window(ui, frame, &mut text, writing.number);
    }
    if text != before {
        let mut options = frame.editor.options().clone();
        options.text = Text { text: String::new(), ..text.clone() };
        super::changed(frame, options);
        if writing.is_some() {
            frame.ask(Command::Tool(ToolCommand::Text(TextCommand::Edit(text))));
        }
    }
    apply_cancel(ui, frame, writing.is_some());
}

fn style(ui: &mut Ui, frame: &Frame, text: &mut Text) {
    family(ui, frame.editor.toolbox().font_families(), text);
    number(ui, ("Size", "Height of the letters' square"), &mut text.size_px, SIZES_PX, " px");
    switch(ui, ("Bold", "Heavy letters"), &mut text.bold);
    switch(ui, ("Italic", "Slanted letters"), &mut text.italic);
    ui.separator();
    buttons(
        ui,
        &mut text.align,
        &[
            (Align::Left, icons::ALIGN_LEFT, "Lines begin at the anchor"),
            (Align::Center, icons::ALIGN_CENTER, "Lines are centred on the anchor"),
            (Align::Right, icons::ALIGN_RIGHT, "Lines end at the anchor"),
        ],
    );
    number(ui, ("Line height", "From line to line, by the size"), &mut text.line_height, 0.1..=10.0, "");
    number(ui, ("Spacing", "Between letters, by the size"), &mut text.letter_spacing, -1.0..=10.0, "");
}

fn family(ui: &mut Ui, families: &[String], text: &mut Text) {
    const OWN: &str = "Inter (built in)";
    let tip = "Family of the font";
    ui.label("Font").on_hover_text(tip);
    let shown = text.family.clone().unwrap_or_else(|| OWN.to_owned());
    let inner = ComboBox::from_id_salt("Font").selected_text(&shown).width(150.0).show_ui(ui, |ui| {
        ui.selectable_value(&mut text.family, None, OWN);
        for name in families {
            ui.selectable_value(&mut text.family, Some(name.clone()), name);
        }
    });
    inner.response.widget_info(|| {
        let mut info = WidgetInfo::labeled(egui::Role::ComboBox, true, "Font");
        info.current_text_value = Some(shown.clone());
        info
    });
    inner.response.on_hover_text(tip);
}

/// A small window to write in. Ctrl+Enter applies, Escape leaves the words to the canvas.
fn window(ui: &mut Ui, frame: &mut Frame, text: &mut Text, number: u64) {
    let id = egui::Id::unique("text window");
    let view = ui.ctx().content_rect();
    egui::Window::new("Text")
        .id(id)
        .default_pos(view.min + egui::vec2(70.0, 90.0))
        .default_width(280.0)
        .show(ui.ctx(), |ui| {
            let edit = egui::TextEdit::multiline(&mut text.text)
                .id(id.with(number))
                .char_limit(MAX_CHARS)
                .desired_rows(3)
                .hint_text("Write here…");
            let response = egui::ScrollArea::vertical()
                .max_height(240.0)
                .show(ui, |ui| ui.add(edit.desired_width(f32::INFINITY)));
            let response = response.inner;
            response.widget_info(|| WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "Words"));
            // A text that has just been begun or taken up is written at once.
            let known = id.with("number");
            if ui.data(|d| d.get_temp::<u64>(known)) != Some(number) {
                ui.data_mut(|d| d.insert_temp(known, number));
                response.request_focus();
            }
            let done = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, Key::Enter);
            if ui.input_mut(|i| i.consume_shortcut(&done)) {
                frame.ask(Command::Tool(ToolCommand::Confirm));
            }
            ui.horizontal(|ui| {
                ui.weak("Ctrl+Enter applies; the foreground colours the text.");
            });
        });
}
