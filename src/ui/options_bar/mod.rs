//! Options of the tool in hand, at the top.

mod brush;
mod paint;
mod selection;
mod text;
mod transform;

use super::icons;
use super::widgets::{Frame, icon_button};
use crate::editor::Command;
use crate::editor::options::ToolOptions;
use crate::editor::tool::{ToolCommand, ToolKind};
use crate::ui::focus;
use eframe::egui::{ComboBox, DragValue, ScrollArea, Slider, Ui, WidgetInfo, emath};
use std::ops::RangeInclusive;

/// Draws them.
pub fn show(ui: &mut Ui, frame: &mut Frame) {
    let kind = frame.editor.tool();
    ScrollArea::horizontal().id_salt("options").show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            ui.label(icons::of_tool(kind)).on_hover_text(kind.action().label());
            match kind {
                ToolKind::Brush | ToolKind::Eraser => brush::show(ui, frame),
                ToolKind::Transform => transform::free(ui, frame),
                ToolKind::Text => text::show(ui, frame),
                ToolKind::Change
                | ToolKind::Fill
                | ToolKind::Gradient
                | ToolKind::Shape
                | ToolKind::Picker
                | ToolKind::SelectRect
                | ToolKind::SelectEllipse
                | ToolKind::Lasso
                | ToolKind::Polygon
                | ToolKind::Wand
                | ToolKind::SelectColor
                | ToolKind::SelectBrush
                | ToolKind::Move
                | ToolKind::Crop
                | ToolKind::Pan
                | ToolKind::Zoom => with_options(ui, frame, kind),
            }
        });
        focus::follow(ui);
    });
}

/// Tools whose options are all in [`ToolOptions`], and little else.
fn with_options(ui: &mut Ui, frame: &mut Frame, kind: ToolKind) {
    let mut options = frame.editor.options().clone();
    match kind {
        ToolKind::Fill => paint::fill(ui, &mut options),
        ToolKind::Gradient => paint::gradient(ui, &mut options),
        ToolKind::Shape => paint::shape(ui, &mut options),
        ToolKind::Picker => paint::picker(ui, &mut options),
        ToolKind::SelectRect | ToolKind::SelectEllipse | ToolKind::Lasso | ToolKind::Polygon => {
            selection::outline(ui, &mut options);
        }
        ToolKind::Wand | ToolKind::SelectColor => selection::wand(ui, &mut options, kind == ToolKind::Wand),
        ToolKind::SelectBrush => selection::brush(ui, &mut options),
        ToolKind::Move => transform::mover(ui, &mut options),
        ToolKind::Crop => transform::page(ui, frame, &mut options),
        ToolKind::Change => change(ui, &mut options),
        ToolKind::Pan | ToolKind::Zoom => view(ui, frame),
        ToolKind::Brush | ToolKind::Eraser | ToolKind::Transform | ToolKind::Text => {}
    }
    changed(frame, options);
}

fn change(ui: &mut Ui, options: &mut ToolOptions) {
    let size =
        Slider::new(&mut options.change_brush_px, 1.0..=2000.0).logarithmic(true).text("Change brush size");
    ui.add(size.suffix(" px")).on_hover_text("Diameter of the change brush");
    ui.label("Pressure is strength; Alt erases.");
}

fn view(ui: &mut Ui, frame: &mut Frame) {
    use crate::editor::Action;
    for action in [Action::ZoomActual, Action::ZoomFit, Action::ZoomIn, Action::ZoomOut, Action::ResetView] {
        if ui.button(action.label()).clicked() {
            frame.act(action);
        }
    }
}

/// Asks for options that differ.
fn changed(frame: &mut Frame, options: ToolOptions) {
    if options != *frame.editor.options() {
        frame.ask(Command::SetOptions(Box::new(options)));
    }
}

/// A number with its name before it; returns whether it was changed.
fn number<N: emath::Numeric>(
    ui: &mut Ui,
    (name, tip): (&str, &str),
    value: &mut N,
    range: RangeInclusive<N>,
    suffix: &str,
) -> bool {
    let before = *value;
    ui.label(name).on_hover_text(tip);
    let span = range.end().to_f64() - range.start().to_f64();
    let speed = if N::INTEGRAL { 0.2 } else { (span / 400.0).clamp(0.005, 0.5) };
    let response = ui.add(DragValue::new(value).range(range).speed(speed).suffix(suffix).max_decimals(2));
    let shown = value.to_f64();
    response.widget_info(|| {
        let mut info = WidgetInfo::drag_value(true, shown);
        info.label = Some(name.to_owned());
        info
    });
    response.on_hover_text(tip);
    *value != before
}

/// A slider with its name after it; returns whether it was changed.
fn slider(
    ui: &mut Ui,
    (name, tip): (&str, &str),
    value: &mut f32,
    range: RangeInclusive<f32>,
    suffix: &str,
) -> bool {
    let logarithmic = *range.start() >= 1.0 && *range.end() > 100.0;
    let slider = Slider::new(value, range).logarithmic(logarithmic).text(name).suffix(suffix);
    ui.add(slider).on_hover_text(tip).changed()
}

/// A part of one, shown in percent; returns whether it was changed.
fn percent(ui: &mut Ui, name_tip: (&str, &str), value: &mut f32) -> bool {
    let mut shown = *value * 100.0;
    let slider = Slider::new(&mut shown, 0.0..=100.0).fixed_decimals(0).text(name_tip.0).suffix(" %");
    let changed = ui.add(slider).on_hover_text(name_tip.1).changed();
    if changed {
        *value = shown / 100.0;
    }
    changed
}

/// A switch.
fn switch(ui: &mut Ui, (name, tip): (&str, &str), on: &mut bool) {
    ui.checkbox(on, name).on_hover_text(tip);
}

/// One of few, in a list that opens.
fn choice<T: Copy + PartialEq>(ui: &mut Ui, (name, tip): (&str, &str), value: &mut T, all: &[(T, &str)]) {
    ui.label(name).on_hover_text(tip);
    let shown = all.iter().find(|(v, _)| v == value).map_or("", |(_, word)| word);
    let inner = ComboBox::from_id_salt(name).selected_text(shown).show_ui(ui, |ui| {
        for (v, word) in all {
            ui.selectable_value(value, *v, *word);
        }
    });
    let text = shown.to_owned();
    inner.response.widget_info(|| {
        let mut info = WidgetInfo::labeled(eframe::egui::Role::ComboBox, true, name);
        info.current_text_value = Some(text.clone());
        info
    });
    inner.response.on_hover_text(tip);
}

/// One of few, as buttons side by side.
fn buttons<T: Copy + PartialEq>(ui: &mut Ui, value: &mut T, all: &[(T, &str, &str)]) {
    for (v, icon, label) in all {
        if icon_button(ui, icon, label, v == value).clicked() {
            *value = *v;
        }
    }
}

/// Apply and Cancel, for tools that have something open.
fn apply_cancel(ui: &mut Ui, frame: &mut Frame, open: bool) {
    ui.separator();
    ui.add_enabled_ui(open, |ui| {
        if ui.button(format!("{} Apply", icons::CHECK)).on_hover_text("Apply (Enter)").clicked() {
            frame.ask(Command::Tool(ToolCommand::Confirm));
        }
        if ui.button(format!("{} Cancel", icons::CLOSE)).on_hover_text("Leave as it was (Escape)").clicked() {
            frame.ask(Command::Tool(ToolCommand::Cancel));
        }
    });
}
