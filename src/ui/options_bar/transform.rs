//! Options of the move, transform and page tools.

use super::{apply_cancel, buttons, choice, number, switch};
use crate::editor::Command;
use crate::editor::options::{CropAspect, ToolOptions};
use crate::editor::tool::{ToolCommand, TransformCommand};
use crate::geom::Rect;
use crate::paint::transform::{Axis, Resample};
use crate::ui::icons;
use crate::ui::widgets::{Frame, icon_button};
use eframe::egui::Ui;

pub(super) fn mover(ui: &mut Ui, options: &mut ToolOptions) {
    let tip = "A press takes the topmost layer that has paint there (Ctrl: the other way round)";
    switch(ui, ("Picks the layer under the pointer", tip), &mut options.move_picks_layer);
    ui.separator();
    ui.weak("Arrow keys move by 1 px, with Shift by 10 px.");
}

pub(super) fn free(ui: &mut Ui, frame: &mut Frame) {
    let state = frame.editor.toolbox().transform_state();
    let ask = |frame: &mut Frame, command| frame.ask(Command::Tool(ToolCommand::Transform(command)));
    let mut options = frame.editor.options().clone();
    let Some(state) = state else {
        ui.label("Nothing to transform: choose a layer with paint on it.");
        return;
    };
    let round = |v: f64| (v * 100.0).round() / 100.0;
    let (mut x, mut y) = (round(state.at.x), round(state.at.y));
    let moved = number(ui, ("X", "Left side of the box"), &mut x, -1e5..=1e5, " px")
        | number(ui, ("Y", "Top of the box"), &mut y, -1e5..=1e5, " px");
    if moved {
        ask(frame, TransformCommand::MoveTo { x, y });
    }
    ui.separator();
    let (mut w, mut h) = (round(state.scale.0 * 100.0), round(state.scale.1 * 100.0));
    let (w0, h0) = (w, h);
    let wider = number(ui, ("Width", "Width of what it was"), &mut w, -1e4..=1e4, " %");
    let higher = number(ui, ("Height", "Height of what it was"), &mut h, -1e4..=1e4, " %");
    if wider || higher {
        if options.transform_keeps && wider && w0 != 0.0 {
            h = h0 * w / w0;
        } else if options.transform_keeps && h0 != 0.0 {
            w = w0 * h / h0;
        }
        ask(frame, TransformCommand::Scale { width: w / 100.0, height: h / 100.0 });
    }
    switch(
        ui,
        ("Keep proportions", "Width and height by the same factor (Shift: the other way round)"),
        &mut options.transform_keeps,
    );
    ui.separator();
    let mut degrees = round(state.turns * 360.0);
    if number(ui, ("Rotation", "Clockwise, about the pivot"), &mut degrees, -360.0..=360.0, "°") {
        ask(frame, TransformCommand::Rotate(degrees / 360.0));
    }
    for (axis, label, icon) in [
        (Axis::Horizontal, "Flip horizontally", icons::FLIP),
        (Axis::Vertical, "Flip vertically", icons::FLIP_VERTICAL),
    ] {
        if icon_button(ui, icon, label, false).clicked() {
            ask(frame, TransformCommand::Flip(axis));
        }
    }
    resample(ui, &mut options);
    super::changed(frame, options);
    if icon_button(ui, icons::UNDO, "As it was", false).clicked() {
        ask(frame, TransformCommand::Reset);
    }
    apply_cancel(ui, frame, state.changed);
}

fn resample(ui: &mut Ui, options: &mut ToolOptions) {
    choice(
        ui,
        ("Pixels", "How pixels between pixels are made up"),
        &mut options.resample,
        &[(Resample::Bicubic, "Smooth"), (Resample::Nearest, "Hard (pixel art)")],
    );
}

const ASPECTS: [(CropAspect, &str); 6] = [
    (CropAspect::Free, "Free"),
    (CropAspect::Square, "1 : 1"),
    (CropAspect::ThreeTwo, "3 : 2"),
    (CropAspect::FourThree, "4 : 3"),
    (CropAspect::SixteenNine, "16 : 9"),
    (CropAspect::Original, "As the page"),
];

pub(super) fn page(ui: &mut Ui, frame: &mut Frame, options: &mut ToolOptions) {
    choice(ui, ("Ratio", "Width by height of the page"), &mut options.crop_aspect, &ASPECTS);
    ui.separator();
    let pending = frame.editor.toolbox().page_frame();
    let now = pending.unwrap_or(frame.editor.doc().page);
    let (mut x, mut y, mut w, mut h) = (now.x0, now.y0, now.width(), now.height());
    let changed = number(ui, ("X", "Left side of the page"), &mut x, -100_000..=100_000, " px")
        | number(ui, ("Y", "Top of the page"), &mut y, -100_000..=100_000, " px")
        | number(ui, ("Width", "Width of the page"), &mut w, 1..=16_384, " px")
        | number(ui, ("Height", "Height of the page"), &mut h, 1..=16_384, " px");
    if changed {
        frame.ask(Command::Tool(ToolCommand::Page(Rect::from_size(x, y, w, h))));
    }
    ui.separator();
    buttons(
        ui,
        &mut options.crop_deletes,
        &[
            (false, icons::SELECT_ALL, "Keep paint outside of the page"),
            (true, icons::TRASH, "Delete cropped pixels"),
        ],
    );
    if frame.editor.generation().available() {
        let fills = &mut options.pull_fills;
        if icon_button(ui, icons::SPARKLE, "Fill what is new by generation", *fills).clicked() {
            *fills = !*fills;
        }
    }
    apply_cancel(ui, frame, pending.is_some());
}
