//! The colour wheel: a ring of hues around a square of saturation and value. All meshes, so it is crisp at any scale.

use crate::color::Hsv;
use eframe::egui::{
    Color32, Mesh, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use std::f32::consts::TAU;

/// Pieces of the ring.
const PIECES: u32 = 120;
/// Cells of the square in each direction: colours between corners of a cell are straight.
const CELLS: u32 = 16;

/// Where the pointer took hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The hues.
    Ring,
    /// Saturation to the right, value upwards.
    Square,
}

/// Draws it. Returns whether the colour was let go.
pub fn show(ui: &mut Ui, hsv: &mut Hsv, held: &mut Option<Part>, size: f32) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::click_and_drag());
    let outer = size / 2.0 - 1.0;
    let inner = outer - (size * 0.1).clamp(9.0, 18.0);
    let half = (inner - 4.0) * std::f32::consts::FRAC_1_SQRT_2;
    let square = Rect::from_center_size(rect.center(), vec2(half * 2.0, half * 2.0));
    let pointer = response.interact_pointer_pos();
    if let Some(p) = pointer.filter(|_| response.is_pointer_button_down_on() && held.is_none()) {
        let far = (p - rect.center()).length();
        *held = if square.expand(2.0).contains(p) {
            Some(Part::Square)
        } else {
            (far < outer + 3.0 && far > inner - 4.0).then_some(Part::Ring)
        };
    }
    if let (Some(part), Some(p)) = (*held, pointer) {
        match part {
            Part::Ring => {
                let d = p - rect.center();
                hsv.h = (d.y.atan2(d.x) / TAU).rem_euclid(1.0);
            }
            Part::Square => {
                hsv.s = ((p.x - square.left()) / square.width()).clamp(0.0, 1.0);
                hsv.v = ((square.bottom() - p.y) / square.height()).clamp(0.0, 1.0);
            }
        }
    }
    let settled = held.is_some() && !ui.input(|i| i.pointer.any_down());
    if settled {
        *held = None;
    }
    if ui.is_rect_visible(rect) {
        ring(ui.painter(), rect.center(), inner, outer, 1.0 / ui.pixels_per_point());
        saturation_value(ui.painter(), square, hsv.h);
        ui.painter().rect_stroke(
            square,
            0.0,
            ui.visuals().widgets.noninteractive.bg_stroke,
            StrokeKind::Outside,
        );
        let (sin, cos) = (hsv.h * TAU).sin_cos();
        let mid = (inner + outer) / 2.0;
        marker(
            ui.painter(),
            rect.center() + vec2(cos, sin) * mid,
            (outer - inner) / 2.0 - 1.0,
            Hsv { s: 1.0, v: 1.0, ..*hsv },
        );
        let at = pos2(square.left() + hsv.s * square.width(), square.bottom() - hsv.v * square.height());
        marker(ui.painter(), at, 5.0, *hsv);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::ColorWell, true, "Colour wheel"));
    settled
}

/// As egui has it.
pub fn paint_color(hsv: Hsv) -> Color32 {
    opaque(hsv.to_srgb())
}

/// An opaque colour.
pub fn opaque(rgb: [f32; 3]) -> Color32 {
    let [r, g, b] = rgb.map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
    Color32::from_rgb(r, g, b)
}

fn marker(painter: &Painter, at: Pos2, radius: f32, color: Hsv) {
    painter.circle(at, radius, paint_color(color), Stroke::new(3.0, Color32::from_gray(30)));
    painter.circle_stroke(at, radius, Stroke::new(1.5, Color32::WHITE));
}

/// The ring with rims that fade out over one pixel.
fn ring(painter: &Painter, center: Pos2, inner: f32, outer: f32, pixel: f32) {
    let mut mesh = Mesh::default();
    for i in 0..=PIECES {
        let t = i as f32 / PIECES as f32;
        let (sin, cos) = (t * TAU).sin_cos();
        let color = paint_color(Hsv { h: t, s: 1.0, v: 1.0 });
        let rims = [
            (inner - pixel, Color32::TRANSPARENT),
            (inner, color),
            (outer - pixel, color),
            (outer, Color32::TRANSPARENT),
        ];
        for (r, color) in rims {
            mesh.colored_vertex(center + vec2(cos, sin) * r, color);
        }
        if i > 0 {
            for k in 0..3 {
                let (a, b) = (4 * (i - 1) + k, 4 * i + k);
                mesh.add_triangle(a, a + 1, b);
                mesh.add_triangle(a + 1, b, b + 1);
            }
        }
    }
    painter.add(mesh);
}

fn saturation_value(painter: &Painter, rect: Rect, h: f32) {
    let mut mesh = Mesh::default();
    for j in 0..=CELLS {
        for i in 0..=CELLS {
            let (s, down) = (i as f32 / CELLS as f32, j as f32 / CELLS as f32);
            let at = pos2(rect.left() + s * rect.width(), rect.top() + down * rect.height());
            mesh.colored_vertex(at, paint_color(Hsv { h, s, v: 1.0 - down }));
            if i > 0 && j > 0 {
                let n = CELLS + 1;
                let k = j * n + i;
                mesh.add_triangle(k - n - 1, k - n, k - 1);
                mesh.add_triangle(k - n, k - 1, k);
            }
        }
    }
    painter.add(mesh);
}
