//! Brush presets.

use crate::editor::brushes::Preset;
use crate::editor::{Action, Command};
use crate::paint::Brush;
use crate::ui::bars::Bar;
use crate::ui::focus;
use crate::ui::strokes::StrokePictures;
use crate::ui::widgets::{Frame, icon_button};
use crate::ui::{icons, theme};
use eframe::egui::{
    Align2, Color32, FontId, Key, Popup, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextEdit, TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use std::collections::BTreeSet;

/// Height of a brush in the grid in points.
const CELL: f32 = 46.0;
/// The least width.
const CELL_WIDTH: f32 = 112.0;

/// What the panel remembers.
#[derive(Default)]
pub struct BrushesPanel {
    search: String,
    folded: BTreeSet<String>,
    pictures: StrokePictures,
    /// The name that is typed for a new preset.
    new_name: String,
}

impl BrushesPanel {
    /// Draws them.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        self.top(ui, frame);
        size(ui, frame);
        let wanted = self.search.trim().to_lowercase();
        let presets: Vec<Preset> = frame.editor.brushes().presets().to_vec();
        let fits = |b: &Brush| {
            wanted.is_empty()
                || b.name.to_lowercase().contains(&wanted)
                || b.group.to_lowercase().contains(&wanted)
        };
        let mut groups: Vec<&str> = Vec::new();
        for preset in presets.iter().filter(|p| fits(&p.brush)) {
            if !groups.contains(&preset.brush.group.as_str()) {
                groups.push(&preset.brush.group);
            }
        }
        ScrollArea::vertical().id_salt("brushes").min_scrolled_height(20.0).auto_shrink([false, false]).show(
            ui,
            |ui| {
                ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
                if groups.is_empty() {
                    ui.label(RichText::new("No brush is called that.").weak());
                }
                for group in groups {
                    let folded = self.folded.contains(group) && wanted.is_empty();
                    if heading(ui, group, folded) && !self.folded.remove(group) {
                        self.folded.insert(group.to_owned());
                    }
                    if folded {
                        continue;
                    }
                    let list: Vec<&Preset> =
                        presets.iter().filter(|p| p.brush.group == group && fits(&p.brush)).collect();
                    self.grid(ui, frame, &list);
                }
                focus::follow(ui);
            },
        );
    }

    fn top(&mut self, ui: &mut Ui, frame: &mut Frame) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            ui.spacing_mut().button_padding.x = 3.0;
            let width = (ui.available_width() - 3.0 * 28.0).max(60.0);
            let field =
                TextEdit::singleline(&mut self.search).hint_text("Search brushes").desired_width(width - 8.0);
            ui.add(field).accessible_name("Search brushes");
            let changed = frame.editor.brushes().changed();
            let name = frame.editor.brushes().brush().name.clone();
            let reset = ui.add_enabled_ui(changed, |ui| {
                icon_button(ui, icons::UNDO, "Reset brush to its preset", false)
            });
            if reset.inner.clicked() {
                frame.ask(Command::PickBrush(name.clone()));
            }
            let save = icon_button(ui, icons::SAVE, "Save brush as…", false);
            if save.clicked() {
                self.new_name = free_name(frame, &name);
            }
            Popup::menu(&save)
                .close_behavior(eframe::egui::PopupCloseBehavior::CloseOnClickOutside)
                .show(|ui| self.save_as(ui, frame));
            if icon_button(ui, icons::SLIDERS, Action::BrushEditor.label(), false).clicked() {
                frame.act(Action::BrushEditor);
            }
        });
    }

    fn save_as(&mut self, ui: &mut Ui, frame: &mut Frame) {
        ui.set_min_width(190.0);
        let field = TextEdit::singleline(&mut self.new_name).char_limit(80).desired_width(180.0);
        let response = ui.add(field).accessible_name("Name of the new brush");
        let name = self.new_name.trim().to_owned();
        let current = frame.editor.brushes().brush().clone();
        let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let there = frame.editor.brushes().presets().iter().any(|p| p.brush.name == name);
        let word = if there { "Replace brush" } else { "Save brush" };
        let clicked = ui.add_enabled(!name.is_empty(), eframe::egui::Button::new(word)).clicked();
        if !name.is_empty() && (enter || clicked) {
            frame.ask(Command::SetBrush(Box::new(Brush { name, ..current })));
            frame.ask(Command::SaveBrush);
            ui.close();
        }
    }

    fn grid(&mut self, ui: &mut Ui, frame: &mut Frame, list: &[&Preset]) {
        let width = ui.available_width();
        let columns = ((width + 4.0) / (CELL_WIDTH + 4.0)).floor().max(1.0);
        let cell = ((width - (columns - 1.0) * 4.0) / columns).floor();
        for row in list.chunks(columns as usize) {
            ui.horizontal(|ui| {
                for preset in row {
                    self.cell(ui, frame, preset, cell);
                }
            });
        }
    }

    fn cell(&mut self, ui: &mut Ui, frame: &mut Frame, preset: &Preset, width: f32) {
        let shelf = frame.editor.brushes();
        let name = &preset.brush.name;
        let chosen = *name == shelf.brush().name;
        let changed = chosen && shelf.changed();
        let (rect, response) = ui.allocate_exact_size(vec2(width, CELL), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, name));
        if ui.is_rect_visible(rect) {
            self.paint(ui, preset, rect, &response, (chosen, changed));
        }
        if response.clicked() {
            frame.ask(Command::PickBrush(name.clone()));
        }
        if response.double_clicked() {
            frame.act(Action::BrushEditor);
        }
        menu(frame, preset, changed, &response);
        let own = if preset.own { "Your own brush" } else { "Comes with the program" };
        let star = if changed { "\nChanged: not saved" } else { "" };
        response.on_hover_text(format!("{name}\n{own}{star}\nDouble click to edit"));
    }

    fn paint(
        &mut self,
        ui: &Ui,
        preset: &Preset,
        rect: Rect,
        response: &Response,
        (chosen, changed): (bool, bool),
    ) {
        let visuals = ui.visuals();
        let fill = if chosen {
            visuals.selection.bg_fill.gamma_multiply(0.55)
        } else if response.hovered() {
            visuals.widgets.hovered.bg_fill
        } else {
            visuals.extreme_bg_color.gamma_multiply(0.7)
        };
        let painter = ui.painter();
        painter.rect_filled(rect, 4.0, fill);
        let picture =
            Rect::from_min_max(rect.min + vec2(3.0, 2.0), pos2(rect.right() - 3.0, rect.bottom() - 14.0));
        let ppp = ui.pixels_per_point();
        let size_px = [picture.width(), picture.height()].map(|v| ((v * ppp).round() as u32).clamp(1, 1024));
        if let Some(texture) = self.pictures.get(ui.ctx(), &preset.brush.name, &preset.brush, size_px) {
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture.id(), picture, uv, Color32::WHITE);
        }
        let star = if changed { " *" } else { "" };
        let color = if chosen { visuals.strong_text_color() } else { visuals.text_color() };
        let font = TextStyle::Small.resolve(ui.style());
        let text =
            super::elided(ui, &format!("{}{star}", preset.brush.name), font, color, rect.width() - 24.0);
        painter.galley(pos2(rect.left() + 5.0, rect.bottom() - 2.0 - text.size().y), text, color);
        if preset.own {
            let at = pos2(rect.right() - 9.0, rect.bottom() - 8.0);
            painter.text(at, Align2::CENTER_CENTER, icons::STAR, FontId::proportional(11.0), color);
        }
        if chosen || response.has_focus() {
            painter.rect_stroke(rect, 4.0, Stroke::new(1.5, theme::ACCENT), StrokeKind::Inside);
        }
    }
}

/// Diameter of the brush in hand.
fn size(ui: &mut Ui, frame: &mut Frame) {
    let mut brush = frame.editor.brushes().brush().clone();
    let bar = Bar::new("Size", &mut brush.size_px, 1.0..=Brush::MAX_SIZE_PX).name("Brush size");
    if bar.logarithmic().shown(1.0, 1, " px").text_width(34.0).show(ui).changed {
        frame.ask(Command::SetBrush(Box::new(brush)));
    }
}

/// The heading of a group. Returns whether it was clicked.
fn heading(ui: &mut Ui, group: &str, folded: bool) -> bool {
    let caret = if folded { icons::CARET_RIGHT } else { icons::CARET_DOWN };
    let text = RichText::new(format!("{caret} {group}")).strong().small();
    let response = ui.add(eframe::egui::Button::new(text).frame(false));
    let label = format!("{} brushes {group}", if folded { "Unfold" } else { "Fold" });
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, !folded, &label));
    response.on_hover_text(label).clicked()
}

fn menu(frame: &mut Frame, preset: &Preset, changed: bool, response: &Response) {
    response.context_menu(|ui| {
        let name = preset.brush.name.clone();
        if ui.add_enabled(changed, eframe::egui::Button::new("Reset to preset")).clicked() {
            frame.ask(Command::PickBrush(name.clone()));
            ui.close();
        }
        if ui.button("Duplicate brush").clicked() {
            let copy = Brush { name: free_name(frame, &name), ..preset.brush.clone() };
            frame.ask(Command::SetBrush(Box::new(copy)));
            frame.ask(Command::SaveBrush);
            ui.close();
        }
        if ui.button("Edit brush").clicked() {
            frame.ask(Command::PickBrush(name.clone()));
            frame.act(Action::BrushEditor);
            ui.close();
        }
        ui.separator();
        let delete = ui.add_enabled(preset.own, eframe::egui::Button::new("Delete own preset"));
        let delete = delete.on_disabled_hover_text("It comes with the program");
        if delete.on_hover_text("A brush of the program returns to its own form").clicked() {
            frame.ask(Command::DeleteBrush(name));
            ui.close();
        }
    });
}

/// A name that no preset has yet.
pub fn free_name(frame: &Frame, name: &str) -> String {
    let taken = |name: &str| frame.editor.brushes().presets().iter().any(|p| p.brush.name == name);
    if !taken(name) {
        return name.to_owned();
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    (2..).map(|n| format!("{stem} {n}")).find(|name| !taken(name)).unwrap_or_default()
}
