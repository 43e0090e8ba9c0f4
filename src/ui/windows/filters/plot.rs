//! Histograms.

use crate::editor::histogram::{Histogram, TONES};
use eframe::egui::{Color32, Painter, Pos2, Rect, Ui, pos2};

/// Which plane of a histogram, and its colour.
pub fn color(ui: &Ui, plane: usize) -> Color32 {
    let dark = ui.visuals().dark_mode;
    match plane {
        0 => Color32::from_rgb(215, 80, 75),
        1 => Color32::from_rgb(80, 170, 85),
        2 => Color32::from_rgb(85, 125, 225),
        _ => Color32::from_gray(if dark { 150 } else { 110 }),
    }
}

/// The ground of a plot: a field with a frame and quarters.
pub fn ground(ui: &Ui, painter: &Painter, rect: Rect) {
    painter.rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
    let line = ui.visuals().widgets.noninteractive.bg_stroke;
    for i in 1..4 {
        let x = rect.min.x + rect.width() * i as f32 / 4.0;
        painter.vline(x, rect.y_range(), line);
    }
}

/// Bars of one plane; higher ones are drawn by their square root, so that rare tones are seen beside common ones.
pub fn bars(painter: &Painter, rect: Rect, histogram: &Histogram, plane: usize, color: Color32) {
    let tones = &histogram.planes[plane];
    let most = tones.iter().copied().fold(0.0f32, f32::max);
    if most <= 0.0 {
        return;
    }
    let wide = rect.width() / TONES as f32;
    for (i, count) in tones.iter().enumerate() {
        let high = (count / most).sqrt() * rect.height();
        if high >= 0.5 {
            let x = rect.min.x + i as f32 * wide;
            let bar = Rect::from_min_max(pos2(x, rect.max.y - high), Pos2::new(x + wide, rect.max.y));
            painter.rect_filled(bar, 0.0, color);
        }
    }
}
