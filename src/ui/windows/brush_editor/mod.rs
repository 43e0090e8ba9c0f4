//! The brush editor: everything that a brush is, with a stroke that shows it.

mod dynamics;
mod parts;

use crate::editor::Command;
use crate::paint::Brush;
use crate::ui::focus;
use crate::ui::icons;
use crate::ui::strokes::StrokePictures;
use crate::ui::widgets::Frame;
use eframe::egui::{
    Button, CollapsingHeader, Color32, Context, Id, Key, Modifiers, Rect, RichText, ScrollArea, Sense,
    TextEdit, Ui, Window, pos2, vec2,
};

/// What the window remembers.
#[derive(Default)]
pub struct BrushEditor {
    open: bool,
    /// The name as it is typed; the brush gets it when it is saved.
    name: String,
    /// The brush whose name was taken over.
    of: Option<String>,
    pictures: StrokePictures,
}

impl BrushEditor {
    /// Opens or closes it.
    pub fn toggle(&mut self) {
        self.open = !self.open;
    }

    /// Draws it.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) {
        if !self.open {
            return;
        }
        let mut open = true;
        let height = (ctx.content_rect().height() - 110.0).clamp(240.0, 760.0);
        Window::new("Brush editor")
            .id(Id::unique("brush editor"))
            .open(&mut open)
            .default_pos(pos2(70.0, 84.0))
            .default_size(vec2(360.0, height))
            .max_height(height.max(300.0))
            .min_width(300.0)
            .resizable(true)
            .collapsible(true)
            .show(ctx, |ui| self.contents(ui, frame));
        // Escape drops what is typed first, then the window.
        let escape = !ctx.text_edit_focused() && !ctx.any_popup_open();
        if escape && ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
            open = false;
        }
        self.open = open;
    }

    fn contents(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let before = frame.editor.brushes().brush().clone();
        let mut brush = before.clone();
        if self.of.as_ref() != Some(&brush.name) {
            self.name.clone_from(&brush.name);
            self.of = Some(brush.name.clone());
        }
        self.picture(ui, &brush);
        self.names(ui, frame, &mut brush);
        ui.separator();
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            section(ui, "Tip", true, |ui| parts::tip(ui, &mut brush));
            section(ui, "What it does", true, |ui| parts::mode(ui, &mut brush));
            section(ui, "Dabs", true, |ui| parts::dabs(ui, &mut brush));
            section(ui, "Rotation", false, |ui| parts::rotation(ui, &mut brush));
            section(ui, "Chance", false, |ui| parts::jitter(ui, &mut brush));
            section(ui, "Surface and water", false, |ui| parts::surface(ui, &mut brush));
            section(ui, "Stabiliser", false, |ui| parts::stabiliser(ui, &mut brush));
            section(ui, "Pressure and other dynamics", true, |ui| dynamics::show(ui, &mut brush));
            focus::follow(ui);
        });
        if brush != before {
            frame.ask(Command::SetBrush(Box::new(brush)));
        }
    }

    fn picture(&mut self, ui: &mut Ui, brush: &Brush) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 84.0), Sense::hover());
        ui.painter().rect_filled(rect, 4.0, ui.visuals().extreme_bg_color);
        let ppp = ui.pixels_per_point();
        let size_px = [rect.width(), rect.height()].map(|v| ((v * ppp).round() as u32).clamp(1, 1024));
        if let Some(texture) = self.pictures.get(ui.ctx(), "edited", brush, size_px) {
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), rect, uv, Color32::WHITE);
        }
        response.on_hover_text("A stroke of this brush, light at the ends and hard in the middle");
    }

    fn names(&mut self, ui: &mut Ui, frame: &mut Frame, brush: &mut Brush) {
        ui.horizontal(|ui| {
            ui.label("Name");
            let field = TextEdit::singleline(&mut self.name).char_limit(80).desired_width(130.0);
            ui.add(field).accessible_name("Brush name");
            ui.label("Group");
            let field = TextEdit::singleline(&mut brush.group).char_limit(80).desired_width(f32::INFINITY);
            ui.add(field).accessible_name("Brush group");
        });
        let shelf = frame.editor.brushes();
        let changed = shelf.changed();
        let name = self.name.trim().to_owned();
        let there = shelf.presets().iter().any(|p| p.brush.name == brush.name);
        ui.horizontal(|ui| {
            let valid = !name.is_empty();
            let save = Button::new(format!("{} Save preset", icons::SAVE));
            let save = ui.add_enabled(valid, save).accessible_name("Save preset");
            if save.on_hover_text("Keeps the brush under its name").clicked() {
                keep(frame, brush, name.clone());
            }
            let new = ui.add_enabled(valid, Button::new("Save as new"));
            if new.on_hover_text("Keeps it beside the preset that it came from").clicked() {
                let free = crate::ui::panels::free_name(frame, &name);
                keep(frame, brush, free);
            }
            let reset = ui.add_enabled(changed && there, Button::new("Reset to preset"));
            if reset.on_hover_text("Drops what was changed since it was saved").clicked() {
                self.of = None;
                frame.ask(Command::PickBrush(brush.name.clone()));
            }
            if changed {
                ui.label(RichText::new("changed").weak().small());
            }
        });
    }
}

/// Takes the brush in hand under that name, and keeps it.
fn keep(frame: &mut Frame, brush: &Brush, name: String) {
    frame.ask(Command::SetBrush(Box::new(Brush { name, ..brush.clone() })));
    frame.ask(Command::SaveBrush);
}

fn section(ui: &mut Ui, title: &str, open: bool, contents: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(RichText::new(title).strong()).id_salt(title).default_open(open).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        contents(ui);
    });
}
