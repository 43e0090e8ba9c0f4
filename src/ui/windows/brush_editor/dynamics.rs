//! What pressure, speed, tilt and chance drive, and by which curve.

use crate::paint::brush::{Dynamic, Input, Output};
use crate::paint::{Brush, Curve};
use crate::ui::windows::curve_graph;
use crate::ui::{icons, widgets::icon_button_sized};
use eframe::egui::{Button, ComboBox, RichText, Ui};

/// The most that are edited here.
const MOST: usize = 24;

const INPUTS: [(Input, &str); 5] = [
    (Input::Pressure, "Pressure"),
    (Input::Speed, "Speed"),
    (Input::Tilt, "Tilt"),
    (Input::Random, "Chance"),
    (Input::Fade, "Length of the stroke"),
];

const OUTPUTS: [(Output, &str); 7] = [
    (Output::Size, "Size"),
    (Output::Opacity, "Opacity"),
    (Output::Flow, "Flow"),
    (Output::Hardness, "Hardness"),
    (Output::Scatter, "Scatter"),
    (Output::Roundness, "Roundness"),
    (Output::Angle, "Angle"),
];

/// Draws the list.
pub fn show(ui: &mut Ui, brush: &mut Brush) {
    if brush.dynamics.is_empty() {
        ui.label(RichText::new("Nothing drives this brush: every dab is as it is set above.").weak().small());
    }
    let mut gone = None;
    for (i, dynamic) in brush.dynamics.iter_mut().enumerate() {
        ui.push_id(("dynamic", i), |ui| {
            ui.group(|ui| {
                if entry(ui, i, dynamic) {
                    gone = Some(i);
                }
            });
        });
    }
    if let Some(i) = gone {
        brush.dynamics.remove(i);
    }
    let room = brush.dynamics.len() < MOST;
    let add = ui.add_enabled(room, Button::new(format!("{} Add dynamic", icons::PLUS)));
    if add
        .accessible_name("Add dynamic")
        .on_hover_text("Lets pressure, speed, tilt or chance drive something")
        .clicked()
    {
        // The first that is not driven by pressure yet.
        let taken = |o: &Output| brush.dynamics.iter().any(|d| d.output == *o && d.input == Input::Pressure);
        let output = OUTPUTS.iter().map(|(o, _)| *o).find(|o| !taken(o)).unwrap_or(Output::Size);
        brush.dynamics.push(Dynamic { input: Input::Pressure, output, curve: Curve::linear(0.0, 1.0) });
    }
}

/// Draws one. Returns whether it is to go.
fn entry(ui: &mut Ui, i: usize, dynamic: &mut Dynamic) -> bool {
    let mut gone = false;
    ui.horizontal(|ui| {
        pick(ui, &format!("Input of dynamic {}", i + 1), &mut dynamic.input, &INPUTS);
        ui.label(icons::CARET_RIGHT);
        pick(ui, &format!("Output of dynamic {}", i + 1), &mut dynamic.output, &OUTPUTS);
        gone =
            icon_button_sized(ui, icons::TRASH, &format!("Remove dynamic {}", i + 1), false, 22.0).clicked();
    });
    let size = curve_graph::usual(ui);
    if let Some(curve) = curve_graph::show(ui, &format!("Curve of dynamic {}", i + 1), &dynamic.curve, size) {
        dynamic.curve = curve;
    }
    gone
}

fn pick<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, words: &[(T, &str)]) {
    let shown = words.iter().find(|(v, _)| v == value).map_or("", |(_, word)| word);
    let combo = ComboBox::from_id_salt(name).selected_text(shown).width(110.0);
    let response = combo
        .show_ui(ui, |ui| {
            for (option, word) in words {
                ui.selectable_value(value, *option, *word);
            }
        })
        .response;
    response.accessible_name(name).on_hover_text(name);
}
