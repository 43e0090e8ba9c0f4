//! Prompt travel: the stops of the walk, its pictures, and how far they are.

use super::film::{self, Moving};
use crate::editor::Command;
use crate::editor::generation::next_seed;
use crate::editor::zooming::{MAX_STOPS, WalkOptions, WalkStop, ZoomCommand as Z, ZoomOptions};
use crate::ui::icons;
use crate::ui::widgets::{Frame, icon_button_sized, time_left};
use eframe::egui::{
    Button, Checkbox, DragValue, Grid, Label, ProgressBar, RichText, TextEdit, Ui, WidgetInfo, vec2,
};

/// What the part remembers.
#[derive(Default)]
pub struct WalkPart {
    latest: Moving,
    /// A stop that was just added: its words get the keyboard.
    added: Option<usize>,
}

/// What a button of a stop asks for.
enum Change {
    Swap(usize, usize),
    Remove(usize),
}

impl WalkPart {
    /// Draws how far the pictures are, and what makes them.
    pub fn pictures(&mut self, ui: &mut Ui, frame: &mut Frame, walk: &WalkOptions) {
        let (state, available) = (frame.editor.zooming().walk(), frame.editor.generation().available());
        let all = state.made == state.frames;
        if state.making {
            let text = match state.secs_left {
                Some(secs) => format!("{} of {} pictures, {}", state.made, state.frames, time_left(secs)),
                None => format!("{} of {} pictures", state.made, state.frames),
            };
            ui.horizontal(|ui| {
                // Where the button was that began it: the keyboard is still there.
                let stop = ui.button("Stop").on_hover_text("What is made stays");
                stop.widget_info(|| {
                    WidgetInfo::labeled(eframe::egui::Role::Button, true, "Stop making pictures")
                });
                if stop.clicked() {
                    frame.ask(Command::Zoom(Z::StopWalk));
                }
                let done = state.made as f32 / state.frames.max(1) as f32;
                ui.add_sized(vec2(ui.available_width(), 18.0), ProgressBar::new(done).text(text));
            });
        } else {
            let others = walk.stops.iter().any(|stop| !stop.locked);
            let (name, hint) = if all && state.frames > 0 {
                ("Make others", "Makes all pictures anew, with other seeds at the stops that are not locked")
            } else {
                (
                    "Make pictures",
                    "Lets the model of the Generate panel paint every picture of the film, one after the other, in its style",
                )
            };
            ui.horizontal_wrapped(|ui| {
                let enabled = available && walk.stops.len() > 1 && (!all || others);
                let button = ui.add_enabled(enabled, Button::new(name)).on_hover_text(hint);
                if button.clicked() {
                    frame.ask(Command::Zoom(Z::MakeWalk));
                }
                let text = format!("{} of {} are there", state.made, state.frames);
                ui.add(Label::new(RichText::new(text).weak().small()).wrap());
            });
        }
        let latest = frame.editor.zooming().walk_picture().filter(|_| state.making);
        if let Some((number, picture)) = latest.filter(|_| frame.editor.zooming().playing().is_none()) {
            self.latest.show(ui, number, picture, "The picture that was made last");
        }
    }

    /// Draws the list of stops.
    pub fn stops(&mut self, ui: &mut Ui, walk: &mut WalkOptions) {
        let (mut change, count, added) = (None, walk.stops.len(), self.added.take());
        for (i, stop) in walk.stops.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                ui.label(RichText::new(format!("{}", i + 1)).weak());
                let here = added == Some(i);
                ui.vertical(|ui| change = words_and_seed(ui, stop, i, count, here).or(change.take()));
            });
        }
        match change {
            Some(Change::Swap(a, b)) => walk.stops.swap(a, b),
            Some(Change::Remove(i)) => drop(walk.stops.remove(i)),
            None => {}
        }
        if ui.add_enabled(count < MAX_STOPS, Button::new(format!("{} Add stop", icons::PLUS))).clicked() {
            let seed = walk.stops.last().map_or(1, |stop| stop.seed);
            self.added = Some(walk.stops.len());
            walk.stops.push(WalkStop { seed, ..WalkStop::default() });
        }
    }
}

/// The pace of the walk, and how its film is written.
pub fn settings(ui: &mut Ui, options: &mut ZoomOptions) {
    Grid::new("walk").num_columns(2).spacing([8.0, 5.0]).show(ui, |ui| {
        film::number(ui, "Seconds per stop", &mut options.walk.seconds_per_stop, 0.1..=600.0);
        film::output(ui, options);
    });
    ui.horizontal(|ui| {
        ui.add(Checkbox::new(&mut options.walk.ease, "Soft at stops"))
            .on_hover_text("The film leaves and reaches every stop slowly");
        ui.add(Checkbox::new(&mut options.walk.looped, "Loop"))
            .on_hover_text("From the last stop the film goes back to the first");
    });
}

/// `added`: it is new, so that its words get the keyboard.
fn words_and_seed(ui: &mut Ui, stop: &mut WalkStop, i: usize, count: usize, added: bool) -> Option<Change> {
    let n = i + 1;
    let field = TextEdit::singleline(&mut stop.words).hint_text("Words of this stop");
    let field = ui.add(field.desired_width(f32::INFINITY));
    if added {
        field.request_focus();
    }
    field.accessible_name(format!("Words of stop {n}"));
    let mut change = None;
    ui.horizontal(|ui| {
        // All in one row, however long the number.
        ui.spacing_mut().item_spacing.x = 2.0;
        let seed = ui.add_sized(vec2(86.0, 18.0), DragValue::new(&mut stop.seed));
        seed.on_hover_text("Seed: the noise that the picture is made from")
            .accessible_name(format!("Seed of stop {n}"));
        let button = |ui: &mut Ui, icon: &str, label: String, on: bool, enabled: bool| {
            ui.add_enabled_ui(enabled, |ui| icon_button_sized(ui, icon, &label, on, 18.0).clicked()).inner
        };
        let lock = if stop.locked { icons::LOCK } else { icons::UNLOCK };
        if button(ui, lock, format!("Lock seed of stop {n}"), stop.locked, true) {
            stop.locked = !stop.locked;
        }
        if button(ui, icons::DICE, format!("New seed for stop {n}"), false, true) {
            stop.seed = next_seed(stop.seed);
        }
        ui.add_space(6.0);
        if button(ui, icons::UP, format!("Move stop {n} up"), false, i > 0) {
            change = Some(Change::Swap(i, i - 1));
        }
        if button(ui, icons::DOWN, format!("Move stop {n} down"), false, n < count) {
            change = Some(Change::Swap(i, n));
        }
        if button(ui, icons::TRASH, format!("Remove stop {n}"), false, count > 2) {
            change = Some(Change::Remove(i));
        }
    });
    change
}
