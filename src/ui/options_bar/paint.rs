//! Options of bucket, gradient, shapes and picker.

use super::{buttons, choice, number, percent, switch};
use crate::editor::options::{GradientInk, GradientKind, ShapeInk, ShapeKind, ToolOptions};
use crate::paint::fill::FillSettings;
use crate::ui::icons;
use eframe::egui::Ui;

/// What counts as a region; `contiguous` if that can be chosen.
pub(super) fn flood(ui: &mut Ui, settings: &mut FillSettings, contiguous: bool) {
    let flood = &mut settings.flood;
    percent(
        ui,
        ("Tolerance", "How far colours may differ from the one that was clicked"),
        &mut flood.tolerance,
    );
    if contiguous {
        switch(
            ui,
            ("Contiguous", "Only what hangs together with the pixel that was clicked"),
            &mut flood.contiguous,
        );
    }
    switch(ui, ("All layers", "Look at what is seen, not at the layer alone"), &mut settings.sample_all);
    let flood = &mut settings.flood;
    if contiguous && flood.contiguous {
        number(
            ui,
            ("Gap", "Openings in lines up to this wide do not let it out"),
            &mut flood.gap_px,
            0..=64,
            " px",
        );
    }
    number(ui, ("Grow", "Reach under lines (or shrink, below 0)"), &mut flood.grow_px, -64..=64, " px");
    switch(ui, ("Antialias", "Pixels at the rim are covered in part"), &mut flood.antialias);
}

pub(super) fn fill(ui: &mut Ui, options: &mut ToolOptions) {
    flood(ui, &mut options.fill, true);
}

pub(super) fn gradient(ui: &mut Ui, options: &mut ToolOptions) {
    choice(
        ui,
        ("Kind", "Which way the gradient runs"),
        &mut options.gradient,
        &[(GradientKind::Linear, "Linear"), (GradientKind::Radial, "Radial")],
    );
    choice(
        ui,
        ("Colours", "From the start of the line to its end"),
        &mut options.gradient_ink,
        &[
            (GradientInk::ForegroundToBackground, "Foreground to background"),
            (GradientInk::ForegroundToClear, "Foreground to transparent"),
        ],
    );
    switch(ui, ("Reflect", "Back and forth beyond the end of the line"), &mut options.gradient_reflect);
}

pub(super) fn shape(ui: &mut Ui, options: &mut ToolOptions) {
    buttons(
        ui,
        &mut options.shape,
        &[
            (ShapeKind::Line, icons::LINE, "Line"),
            (ShapeKind::Rectangle, icons::RECTANGLE, "Rectangle"),
            (ShapeKind::Ellipse, icons::CIRCLE, "Ellipse"),
        ],
    );
    ui.separator();
    choice(
        ui,
        ("Ink", "How the shape is drawn"),
        &mut options.shape_ink,
        &[
            (ShapeInk::Brush, "Brush"),
            (ShapeInk::Outline, "Outline"),
            (ShapeInk::Fill, "Fill"),
            (ShapeInk::Both, "Fill and outline"),
        ],
    );
    let width = match (options.shape_ink, options.shape) {
        (ShapeInk::Outline | ShapeInk::Both, _) | (ShapeInk::Fill, ShapeKind::Line) => true,
        (ShapeInk::Brush, _) | (ShapeInk::Fill, ShapeKind::Rectangle | ShapeKind::Ellipse) => false,
    };
    if width {
        number(ui, ("Width", "Width of the outline"), &mut options.outline_px, 0.5..=500.0, " px");
    }
}

pub(super) fn picker(ui: &mut Ui, options: &mut ToolOptions) {
    choice(
        ui,
        ("From", "What colours are taken from"),
        &mut options.pick_layer,
        &[(false, "All layers"), (true, "This layer")],
    );
    let sizes =
        [(0, "1 pixel"), (1, "3 × 3"), (2, "5 × 5"), (5, "11 × 11"), (15, "31 × 31"), (50, "101 × 101")];
    choice(ui, ("Mean of", "The mean of so many pixels"), &mut options.pick_radius_px, &sizes);
}
