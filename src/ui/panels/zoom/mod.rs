//! Levels of an infinite zoom, the way of the camera, and the film.

mod film;
mod levels;

use crate::editor::Command;
use crate::editor::zooming::ZoomCommand as Z;
use crate::ui::widgets::Frame;
use eframe::egui::{Button, Checkbox, DragValue, Label, RichText, ScrollArea, TextEdit, Ui};

/// What the panel remembers.
#[derive(Default)]
pub struct ZoomPanel {
    strip: levels::Strip,
    film: film::FilmPart,
    /// Words of the levels that are to be made, one line each.
    words: String,
}

impl ZoomPanel {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let before = frame.editor.zooming().options.clone();
        let mut options = before.clone();
        ScrollArea::vertical().id_salt("zoom").auto_shrink([false, false]).show(ui, |ui| {
            self.strip.show(ui, frame);
            ui.separator();
            self.make(ui, frame, &mut options);
            ui.separator();
            self.film.show(ui, frame, &mut options);
        });
        if options != before {
            frame.ask(Command::Zoom(Z::SetOptions(Box::new(options))));
        }
    }

    /// New levels.
    fn make(&mut self, ui: &mut Ui, frame: &mut Frame, options: &mut crate::editor::zooming::ZoomOptions) {
        let zooming = frame.editor.zooming();
        let field = TextEdit::multiline(&mut self.words)
            .hint_text("Words for new levels, one line each. None: the prompt.")
            .desired_rows(2)
            .desired_width(f32::INFINITY);
        ui.add(field).accessible_name("Words for new levels");
        let lines: Vec<String> =
            self.words.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let prompt = frame.editor.generation().options.prompt.clone();
        let available = frame.editor.generation().available();
        let (growing, waiting, held) = (zooming.growing(), zooming.waiting(), zooming.held());
        ui.horizontal_wrapped(|ui| {
            let outward = ui.add_enabled(available, Button::new("Extend outward"));
            if outward.on_hover_text("Make the surroundings of the outermost level").clicked() {
                let words = if lines.is_empty() { vec![prompt.clone()] } else { lines.clone() };
                frame.ask(Command::Zoom(Z::Outward(words)));
            }
            let deeper = ui.add_enabled(available, Button::new("Go deeper"));
            let hint = "Make detail for what is selected of the innermost level, or for its middle";
            if deeper.on_hover_text(hint).clicked() {
                frame.ask(Command::Zoom(Z::Deeper(lines.first().unwrap_or(&prompt).clone())));
            }
            if growing && ui.button("Stop making levels").clicked() {
                frame.ask(Command::Zoom(Z::Stop));
            }
        });
        if waiting > 0 {
            ui.label(RichText::new(format!("{waiting} more levels wait")).weak().small());
        }
        if let Some(held) = held {
            let text =
                format!("Detail held to its parent: {:.2}/255 off ({:.1} before)", held.after, held.before);
            ui.add(Label::new(RichText::new(text).weak().small()).wrap());
        }
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Factor");
            let drag = DragValue::new(&mut options.factor).range(1.25..=4.0).speed(0.01).fixed_decimals(2);
            ui.add(drag).labelled_by(label.id);
            let label = ui.label("Creativity of detail");
            let mut percent = options.depth_strength * 100.0;
            let drag = DragValue::new(&mut percent).range(5.0..=100.0).suffix(" %").fixed_decimals(0);
            if ui.add(drag).labelled_by(label.id).changed() {
                options.depth_strength = percent / 100.0;
            }
        });
        ui.add(Checkbox::new(&mut options.auto_extend, "Extend when zooming out past the last level"));
    }
}
