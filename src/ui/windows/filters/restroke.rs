//! Restroke: real strokes of a brush instead of the pixels.

use crate::editor::brushes::BrushShelf;
use crate::paint::brush::Mode;
use crate::paint::restroke::Settings;
use crate::ui::windows::rows::{self, Look};
use eframe::egui::{ComboBox, Role, Ui, WidgetInfo};

/// A way to repaint: the brush, coarse, fine, passes, length, curvature, detail, jitter.
struct Manner {
    name: &'static str,
    brush: &'static str,
    radii: [f32; 2],
    passes: u32,
    length: f32,
    curvature: f32,
    detail: f32,
    jitter: f32,
}

const MANNERS: [Manner; 5] = [
    Manner {
        name: "Oil",
        brush: "Oil",
        radii: [0.034, 0.0075],
        passes: 3,
        length: 6.0,
        curvature: 0.7,
        detail: 0.6,
        jitter: 0.08,
    },
    Manner {
        name: "Gouache",
        brush: "Gouache",
        radii: [0.045, 0.012],
        passes: 3,
        length: 4.0,
        curvature: 0.5,
        detail: 0.4,
        jitter: 0.04,
    },
    Manner {
        name: "Watercolour",
        brush: "Watercolour",
        radii: [0.06, 0.015],
        passes: 3,
        length: 5.0,
        curvature: 0.8,
        detail: 0.45,
        jitter: 0.06,
    },
    Manner {
        name: "Chalk",
        brush: "Chalk",
        radii: [0.025, 0.006],
        passes: 3,
        length: 5.0,
        curvature: 0.6,
        detail: 0.6,
        jitter: 0.1,
    },
    Manner {
        name: "Pencil",
        brush: "Soft pencil",
        radii: [0.012, 0.003],
        passes: 3,
        length: 14.0,
        curvature: 0.3,
        detail: 0.8,
        jitter: 0.03,
    },
];

/// Draws the settings.
pub fn show(ui: &mut Ui, settings: &mut Settings, brushes: &BrushShelf, fresh: bool) {
    rows::row(ui, "Manner", |ui| {
        ui.horizontal_wrapped(|ui| {
            for (i, manner) in MANNERS.iter().enumerate() {
                let response = ui.button(manner.name).on_hover_text("Brush and settings for this manner");
                if fresh && i == 0 {
                    response.request_focus();
                }
                if response.clicked() {
                    take(settings, manner, brushes);
                }
            }
        });
    });
    brush(ui, settings, brushes);
    let look = Look { suffix: " %", decimals: 2, logarithmic: true };
    for (value, label, tip) in [
        (&mut settings.coarse, "Coarsest", "Radius of the first strokes, in parts of the longer side"),
        (&mut settings.fine, "Finest", "Radius of the last strokes, in parts of the longer side"),
    ] {
        let mut shown = *value * 100.0;
        if rows::slider(ui, label, tip, &mut shown, 0.1..=20.0, look).changed() {
            *value = shown / 100.0;
        }
    }
    rows::slider(
        ui,
        "Passes",
        "From coarse to fine in so many steps",
        &mut settings.passes,
        1..=6,
        Look::WHOLE,
    );
    let look = Look { suffix: "", decimals: 1, logarithmic: false };
    rows::slider(ui, "Length", "Of strokes, in radii", &mut settings.length, 1.0..=20.0, look);
    rows::percent(
        ui,
        "Curvature",
        "0 % straight, 100 % along every turn",
        &mut settings.curvature,
        0.0..=1.0,
    );
    rows::percent(ui, "Detail", "How much is painted over in finer passes", &mut settings.detail, 0.0..=1.0);
    rows::percent(
        ui,
        "Colour jitter",
        "How much strokes differ in colour",
        &mut settings.color_jitter,
        0.0..=1.0,
    );
    rows::dice(ui, &mut settings.seed);
}

fn take(settings: &mut Settings, manner: &Manner, brushes: &BrushShelf) {
    if let Some(preset) = brushes.presets().iter().find(|p| p.brush.name == manner.brush) {
        settings.brush = preset.brush.clone();
    }
    [settings.coarse, settings.fine] = manner.radii;
    settings.passes = manner.passes;
    settings.length = manner.length;
    settings.curvature = manner.curvature;
    settings.detail = manner.detail;
    settings.color_jitter = manner.jitter;
}

fn brush(ui: &mut Ui, settings: &mut Settings, brushes: &BrushShelf) {
    rows::row(ui, "Brush", |ui| {
        let name = settings.brush.name.clone();
        let combo = ComboBox::from_id_salt("restroke-brush").selected_text(name.clone());
        let response = combo
            .width(ui.available_width().min(220.0))
            .show_ui(ui, |ui| {
                let paints = |mode: &Mode| matches!(mode, Mode::Paint | Mode::Mix { .. });
                for preset in brushes.presets().iter().filter(|p| paints(&p.brush.mode)) {
                    if ui.selectable_label(preset.brush.name == name, &preset.brush.name).clicked() {
                        settings.brush = preset.brush.clone();
                    }
                }
            })
            .response;
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, true, "Brush");
            info.current_text_value = Some(name.clone());
            info
        });
    });
}
