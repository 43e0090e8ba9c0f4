//! The strip of levels, the widest view on top.

use crate::editor::zooming::ZoomCommand as Z;
use crate::editor::{Command, DocId};
use crate::ui::icons;
use crate::ui::widgets::{Frame, icon_button_sized};
use eframe::egui::{
    Color32, ColorImage, Role, Sense, Stroke, StrokeKind, TextEdit, TextureHandle, TextureOptions, Ui,
    WidgetInfo, vec2,
};
use std::collections::HashMap;

const THUMB: f32 = 48.0;

/// What the strip remembers.
#[derive(Default)]
pub struct Strip {
    /// Textures by the stamps of their pictures.
    textures: HashMap<u64, TextureHandle>,
    /// The words that are being typed, of which level.
    typing: Option<(DocId, usize, String)>,
}

impl Strip {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let count = frame.editor.doc().levels.len();
        let open = frame.editor.open().id;
        let pictures = frame.editor.zooming().thumbnails(open);
        self.textures.retain(|stamp, _| pictures.iter().any(|p| p.stamp == *stamp));
        for level in (0..count).rev() {
            ui.horizontal(|ui| {
                self.thumbnail(ui, frame, level);
                ui.vertical(|ui| {
                    self.words(ui, frame, level);
                    buttons(ui, frame, level, count);
                });
            });
        }
    }

    fn thumbnail(&mut self, ui: &mut Ui, frame: &mut Frame, level: usize) {
        let (rect, response) = ui.allocate_exact_size(vec2(THUMB, THUMB), Sense::click());
        let shown = frame.editor.doc().level == level;
        let name = format!("Level {level}");
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, shown, &name));
        ui.painter().rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
        let open = frame.editor.open().id;
        if let Some(picture) = frame.editor.zooming().thumbnails(open).get(level) {
            let texture = self.textures.entry(picture.stamp).or_insert_with(|| {
                let size = [picture.width as usize, picture.height as usize];
                let image = ColorImage::from_rgba_unmultiplied(size, &picture.rgba);
                ui.ctx().load_texture(format!("level {level}"), image, TextureOptions::LINEAR)
            });
            let size = texture.size_vec2();
            let size = size * (THUMB / size.x.max(size.y));
            let at = eframe::egui::Rect::from_center_size(rect.center(), size);
            let uv =
                eframe::egui::Rect::from_min_max(eframe::egui::pos2(0.0, 0.0), eframe::egui::pos2(1.0, 1.0));
            ui.painter().image(texture.id(), at, uv, Color32::WHITE);
        }
        let stroke = if shown || response.has_focus() {
            Stroke::new(2.0, crate::ui::theme::ACCENT)
        } else {
            ui.visuals().widgets.noninteractive.bg_stroke
        };
        ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
        if response.clicked() {
            frame.ask(Command::Zoom(Z::Go(level)));
        }
        response.on_hover_text(format!("{name}: show it"));
    }

    fn words(&mut self, ui: &mut Ui, frame: &mut Frame, level: usize) {
        let open = frame.editor.open().id;
        let (words, style) = {
            let level = &frame.editor.doc().levels[level];
            (level.words.clone(), level.style.clone())
        };
        let own = self.typing.as_ref().filter(|(of, at, _)| *of == open && *at == level);
        let mut text = own.map_or_else(|| words.clone(), |(.., text)| text.clone());
        let field =
            TextEdit::singleline(&mut text).hint_text("Words of this level").desired_width(f32::INFINITY);
        let response = ui.add(field);
        if response.changed() {
            self.typing = Some((open, level, text.clone()));
        }
        if response.lost_focus() && self.typing.take_if(|(of, at, _)| *of == open && *at == level).is_some() {
            frame.ask(Command::Zoom(Z::Words(level, text, style)));
        }
        response.accessible_name(format!("Words of level {level}"));
    }
}

fn buttons(ui: &mut Ui, frame: &mut Frame, level: usize, count: usize) {
    ui.horizontal(|ui| {
        let mut button = |ui: &mut Ui, icon: &str, label: String, enabled: bool, command: Z| {
            let clicked = ui
                .add_enabled_ui(enabled, |ui| icon_button_sized(ui, icon, &label, false, 18.0).clicked())
                .inner;
            if clicked {
                frame.ask(Command::Zoom(command));
            }
        };
        button(ui, icons::DICE, format!("Make level {level} anew"), true, Z::Reroll(level));
        let up = level + 1 < count;
        button(ui, icons::UP, format!("Words of level {level} outward"), up, Z::SwapWords(level, level + 1));
        let down = level > 0;
        let inner = level.saturating_sub(1);
        button(ui, icons::DOWN, format!("Words of level {level} inward"), down, Z::SwapWords(level, inner));
        button(ui, icons::TRASH, format!("Remove level {level}"), count > 1, Z::Remove(level));
    });
}
