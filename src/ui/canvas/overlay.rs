//! What tools draw over the canvas.

use crate::editor::Editor;
use crate::editor::tool::{Handle, Mark};
use crate::geom::Point;
use crate::ui::theme;
use crate::ui::widgets::color32;
use eframe::egui::{self, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

/// Draws it.
pub fn draw(ui: &Ui, rect: Rect, editor: &Editor, pointer: Option<Point>) {
    let painter = ui.painter().with_clip_rect(rect);
    let scale = f64::from(ui.ctx().pixels_per_point());
    let map = editor.viewport().screen_from_canvas();
    let at = |p: Point| {
        let s = map.apply(p);
        rect.min + vec2((s.x / scale) as f32, (s.y / scale) as f32)
    };
    for mark in editor.overlay().marks {
        match mark {
            Mark::Line { points, closed } => line(&painter, points.into_iter().map(at).collect(), closed),
            Mark::Handle { at: p, kind } => handle(&painter, at(p), kind),
            Mark::Guide { from, to } => {
                let stroke = Stroke::new(1.0, Color32::from_rgba_unmultiplied(90, 160, 240, 140));
                painter.line_segment([at(from), at(to)], stroke);
            }
            Mark::Shade { around } => shade(&painter, around.map(at), rect),
            Mark::Swatch { at: p, color, before } => {
                // Beside the pointer, which hides what it is on: the new colour above the old one.
                let corner = at(p) + vec2(18.0, -44.0);
                for (color, top) in [(color, 0.0), (before, 17.0)] {
                    let patch = Rect::from_min_size(corner + vec2(0.0, top), vec2(34.0, 17.0));
                    painter.rect_filled(patch, 0.0, color32(color));
                }
                let frame = Rect::from_min_size(corner, vec2(34.0, 34.0));
                painter.rect_stroke(frame, 2.0, Stroke::new(2.0, Color32::WHITE), StrokeKind::Outside);
                painter.rect_stroke(
                    frame.expand(2.0),
                    3.0,
                    Stroke::new(1.0, Color32::BLACK),
                    StrokeKind::Outside,
                );
            }
            Mark::New { part } => {
                let color = theme::ACCENT.gamma_multiply(0.35);
                let corners = part.corners().map(at).to_vec();
                painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
            }
            Mark::Label { at: p, text } => label(&painter, at(p), text, rect),
        }
    }
    if let Some((p, tip)) = pointer.and_then(|p| Some((p, editor.handle_tip(p)?))) {
        label(&painter, at(p) + vec2(6.0, 8.0), tip.to_owned(), rect);
    }
}

/// Words beside a place, within the canvas.
fn label(painter: &Painter, beside: Pos2, text: String, rect: Rect) {
    let galley = painter.layout_no_wrap(text, FontId::proportional(12.0), Color32::WHITE);
    let room = rect.shrink(6.0);
    let most = (room.max - galley.size()).max(room.min);
    let corner = (beside + vec2(12.0, 12.0)).clamp(room.min, most);
    let back = Rect::from_min_size(corner, galley.size()).expand(3.0);
    painter.rect_filled(back, 3.0, Color32::from_black_alpha(170));
    painter.galley(corner, galley, Color32::WHITE);
}

/// Darkens what lies outside a convex quadrilateral: four pieces that reach beyond the view.
fn shade(painter: &Painter, corners: [Pos2; 4], view: Rect) {
    let middle = corners[0].lerp(corners[2], 0.5);
    let least = corners.iter().map(|c| c.distance(middle)).fold(f32::INFINITY, f32::min).max(0.5);
    let reach = view.width() + view.height() + middle.distance(view.center());
    // Far enough that the sides of the outer box, too, lie outside the view.
    let factor = 2.0 + 8.0 * reach / least;
    let far = corners.map(|c| middle + (c - middle) * factor);
    for i in 0..4 {
        let j = (i + 1) % 4;
        let piece = vec![corners[i], corners[j], far[j], far[i]];
        painter.add(Shape::convex_polygon(piece, Color32::from_black_alpha(130), Stroke::NONE));
    }
}

/// A line that is seen on every ground: black under white dashes.
fn line(painter: &Painter, mut points: Vec<Pos2>, closed: bool) {
    if closed && let Some(first) = points.first().copied() {
        points.push(first);
    }
    painter.add(Shape::line(points.clone(), Stroke::new(1.5, Color32::from_black_alpha(190))));
    painter.extend(Shape::dashed_line(&points, Stroke::new(1.0, Color32::WHITE), 5.0, 4.0));
}

fn handle(painter: &Painter, at: Pos2, kind: Handle) {
    let (fill, stroke) = (Color32::WHITE, Stroke::new(1.0, Color32::BLACK));
    match kind {
        Handle::Square => {
            let rect = Rect::from_center_size(at, vec2(9.0, 9.0));
            painter.rect(rect, 1.0, fill, stroke, StrokeKind::Outside);
        }
        Handle::Round => {
            painter.circle(at, 5.0, fill, stroke);
        }
        Handle::Page => {
            painter.circle(
                at,
                4.5,
                Color32::from_white_alpha(150),
                Stroke::new(1.0, Color32::from_black_alpha(150)),
            );
        }
        Handle::PageFill => {
            painter.circle(
                at,
                6.5,
                Color32::from_white_alpha(190),
                Stroke::new(1.0, Color32::from_black_alpha(150)),
            );
            for d in [vec2(3.5, 0.0), vec2(0.0, 3.5)] {
                painter.line_segment([at - d, at + d], Stroke::new(1.5, theme::ACCENT));
            }
        }
        Handle::Cross => {
            for (width, color) in [(3.0, Color32::BLACK), (1.0, Color32::WHITE)] {
                let stroke = Stroke::new(width, color);
                painter.line_segment([at - vec2(7.0, 0.0), at + vec2(7.0, 0.0)], stroke);
                painter.line_segment([at - vec2(0.0, 7.0), at + vec2(0.0, 7.0)], stroke);
            }
        }
    }
}

/// The outline of the brush at the pointer: its true size, seen on every ground.
pub fn brush_outline(painter: &Painter, center: Pos2, radius: f32, roundness: f32, turns: f32) {
    if radius < 2.0 {
        for d in [vec2(5.0, 0.0), vec2(0.0, 5.0)] {
            painter.line_segment([center - d, center + d], Stroke::new(2.0, Color32::from_black_alpha(160)));
            painter.line_segment([center - d, center + d], Stroke::new(1.0, Color32::WHITE));
        }
        return;
    }
    let n = ((radius * 2.0) as usize).clamp(24, 180);
    let (sin, cos) = (turns * std::f32::consts::TAU).sin_cos();
    let points: Vec<Pos2> = (0..=n)
        .map(|i| {
            let (s, c) = (i as f32 / n as f32 * std::f32::consts::TAU).sin_cos();
            let (x, y) = (c * radius, s * radius * roundness);
            pos2(center.x + x * cos - y * sin, center.y + x * sin + y * cos)
        })
        .collect();
    painter.add(Shape::line(points.clone(), Stroke::new(2.0, Color32::from_black_alpha(110))));
    painter.add(egui::Shape::line(points, Stroke::new(1.0, Color32::from_white_alpha(220))));
}
