//! Options of the selection tools.

use super::{buttons, number, paint, percent, slider};
use crate::document::Combine;
use crate::editor::options::ToolOptions;
use crate::paint::Brush;
use crate::ui::icons;
use eframe::egui::Ui;

const COMBINE: [(Combine, &str, &str); 4] = [
    (Combine::Replace, icons::SELECT_REPLACE, "New selection"),
    (Combine::Add, icons::SELECT_ADD, "Add to the selection (Shift)"),
    (Combine::Subtract, icons::SELECT_SUBTRACT, "Subtract from the selection (Alt)"),
    (Combine::Intersect, icons::SELECT_INTERSECT, "Intersect with the selection (Shift+Alt)"),
];

fn combine(ui: &mut Ui, options: &mut ToolOptions) {
    buttons(ui, &mut options.select.combine, &COMBINE);
    ui.separator();
}

fn feather(ui: &mut Ui, options: &mut ToolOptions) {
    let tip = "How far the edge fades on either side";
    number(ui, ("Feather", tip), &mut options.select.feather_px, 0.0..=500.0, " px");
}

pub(super) fn outline(ui: &mut Ui, options: &mut ToolOptions) {
    combine(ui, options);
    feather(ui, options);
}

pub(super) fn wand(ui: &mut Ui, options: &mut ToolOptions, contiguous: bool) {
    combine(ui, options);
    paint::flood(ui, &mut options.wand, contiguous);
    ui.separator();
    feather(ui, options);
}

pub(super) fn brush(ui: &mut Ui, options: &mut ToolOptions) {
    let subtracts = options.select.combine == Combine::Subtract;
    let mut now = if subtracts { Combine::Subtract } else { Combine::Add };
    buttons(
        ui,
        &mut now,
        &[
            (Combine::Add, icons::SELECT_ADD, "Paint the selection"),
            (Combine::Subtract, icons::SELECT_SUBTRACT, "Erase the selection (Alt)"),
        ],
    );
    if (now == Combine::Subtract) != subtracts {
        options.select.combine = now;
    }
    ui.separator();
    let select = &mut options.select;
    slider(ui, ("Size", "Diameter ([ and ])"), &mut select.brush_px, 1.0..=Brush::MAX_SIZE_PX, " px");
    percent(ui, ("Hardness", "How sharp the rim is"), &mut select.brush_hardness);
}
