//! Levels of an infinite zoom, the way of the camera and its film, and walks between words.

mod film;
mod levels;
mod walk;

use crate::editor::Command;
use crate::editor::zooming::{FilmKind, ZoomCommand as Z, ZoomOptions};
use crate::ui::focus;
use crate::ui::widgets::Frame;
use crate::zoom::growth;
use eframe::egui::{Button, Checkbox, DragValue, Label, RichText, ScrollArea, TextEdit, Ui};

/// What of the panel is in front.
#[derive(Clone, Copy, Default, PartialEq)]
enum Page {
    /// Levels and how they are made.
    #[default]
    Levels,
    /// The film of the levels.
    Film,
    /// Prompt travel.
    Walk,
}

impl Page {
    const ALL: [(Self, &str, &str); 3] = [
        (Self::Levels, "Levels", "The scales of the picture"),
        (Self::Film, "Zoom film", "A camera flies through the levels"),
        (Self::Walk, "Prompt travel", "A film that turns from some words into others"),
    ];

    fn filmed(self) -> FilmKind {
        match self {
            Self::Levels | Self::Film => FilmKind::Zoom,
            Self::Walk => FilmKind::Walk,
        }
    }
}

/// What the panel remembers.
#[derive(Default)]
pub struct ZoomPanel {
    page: Page,
    strip: levels::Strip,
    film: film::FilmPart,
    walk: walk::WalkPart,
    /// Words of the levels that are to be made, one line each.
    words: String,
}

impl ZoomPanel {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let before = frame.editor.zooming().options.clone();
        let mut options = before.clone();
        ui.horizontal(|ui| {
            for (page, name, hint) in Page::ALL {
                let response = ui.selectable_label(self.page == page, name).on_hover_text(hint);
                if response.clicked() && self.page != page {
                    self.page = page;
                    options.filmed = page.filmed();
                    frame.ask(Command::Zoom(Z::Play(false)));
                }
            }
        });
        ui.separator();
        ScrollArea::vertical().id_salt(self.page as u8).auto_shrink([false, false]).show(ui, |ui| {
            self.contents(ui, frame, &mut options);
            focus::follow(ui);
        });
        if options != before {
            frame.ask(Command::Zoom(Z::SetOptions(Box::new(options))));
        }
    }

    fn contents(&mut self, ui: &mut Ui, frame: &mut Frame, options: &mut ZoomOptions) {
        match self.page {
            // What makes levels comes first: it stays where it is, however many there are.
            Page::Levels => {
                self.make(ui, frame);
                ui.separator();
                self.strip.show(ui, frame);
                ui.separator();
                growing(ui, options);
            }
            Page::Film => {
                self.film.show(ui, frame);
                ui.separator();
                film::camera(ui, frame, options);
            }
            // What one wants to see while pictures are made is not below sixty stops.
            Page::Walk => {
                self.walk.pictures(ui, frame, &options.walk);
                self.film.show(ui, frame);
                ui.separator();
                self.walk.stops(ui, &mut options.walk);
                ui.separator();
                walk::settings(ui, options);
            }
        }
    }

    /// New levels.
    fn make(&mut self, ui: &mut Ui, frame: &mut Frame) {
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
            let closed = growth::is_closed(frame.editor.doc());
            let ring = ui.add_enabled(available && !growing && !closed, Button::new("Close the ring"));
            let hint = "Make the innermost level hold the outermost, so that the zoom never ends: a film in one direction \
                        can then loop";
            let ring = ring.on_hover_text(hint);
            let ring = ring.on_disabled_hover_text(if closed {
                "The ring is closed: the innermost level holds the outermost, on its layer “Ring”"
            } else {
                "A level is being made, or there is no model"
            });
            if ring.clicked() {
                frame.ask(Command::Zoom(Z::CloseRing));
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
    }
}

/// What new levels are like.
fn growing(ui: &mut Ui, options: &mut ZoomOptions) {
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Factor");
        let drag = DragValue::new(&mut options.factor).range(1.25..=4.0).speed(0.01).fixed_decimals(2);
        let drag = ui.add(drag).labelled_by(label.id);
        drag.on_hover_text("How many times wider the view of the next level is");
        let label = ui.label("Creativity of detail");
        let mut percent = options.depth_strength * 100.0;
        let drag = DragValue::new(&mut percent).range(5.0..=100.0).suffix(" %").fixed_decimals(0);
        let drag = ui.add(drag).labelled_by(label.id);
        if drag.on_hover_text("How much an inner level may change what was enlarged for it").changed() {
            options.depth_strength = percent / 100.0;
        }
    });
    ui.add(Checkbox::new(&mut options.auto_extend, "Extend when zooming out past the last level"));
}
