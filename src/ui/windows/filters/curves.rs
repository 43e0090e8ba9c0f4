//! Curves: tones bent by points that are dragged.

use super::plot;
use crate::editor::histogram::Histogram;
use crate::paint::Curve;
use crate::ui::windows::rows::{self, Look};
use eframe::egui::{
    CursorIcon, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

/// How near a press must be to a point, in points of the screen.
const REACH: f32 = 10.0;
/// The closest that two points of a curve come.
const GAP: f32 = 1.0 / 255.0;
/// More points are of no use and too close to be taken.
const MOST: usize = 16;

/// Which curve and which of its points is in hand.
#[derive(Default)]
pub struct CurvesView {
    /// 0 = all channels, then red, green and blue.
    channel: usize,
    point: usize,
    dragging: bool,
}

impl CurvesView {
    /// Draws them.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        all: &mut Curve,
        channels: &mut [Curve; 3],
        histogram: Option<&Histogram>,
    ) {
        ui.horizontal(|ui| {
            for (i, name) in ["All", "Red", "Green", "Blue"].into_iter().enumerate() {
                if ui.selectable_label(self.channel == i, name).clicked() {
                    (self.channel, self.point) = (i, 0);
                }
            }
        });
        let others: Vec<(usize, Curve)> = (0..4)
            .filter(|i| *i != self.channel)
            .map(|i| (i, if i == 0 { all.clone() } else { channels[i - 1].clone() }))
            .collect();
        let curve = if self.channel == 0 { all } else { &mut channels[self.channel - 1] };
        self.graph(ui, curve, &others, histogram);
        self.numbers(ui, curve);
    }

    fn graph(
        &mut self,
        ui: &mut Ui,
        curve: &mut Curve,
        others: &[(usize, Curve)],
        histogram: Option<&Histogram>,
    ) {
        let side = ui.available_width().min(300.0);
        let (outer, response) = ui.allocate_exact_size(vec2(side, side * 0.8), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Curve"));
        let rect = outer.shrink(6.0);
        let painter = ui.painter().with_clip_rect(outer);
        plot::ground(ui, &painter, rect);
        let plane = |channel: usize| if channel == 0 { 3 } else { channel - 1 };
        if let Some(histogram) = histogram {
            let color = plot::color(ui, plane(self.channel)).gamma_multiply(0.35);
            plot::bars(&painter, rect, histogram, plane(self.channel), color);
        }
        let line = ui.visuals().widgets.noninteractive.bg_stroke;
        painter.line_segment([rect.left_bottom(), rect.right_top()], line);
        self.edit(&response, rect, curve);
        for (channel, curve) in others.iter().filter(|(_, c)| !is_line(c)) {
            let color = plot::color(ui, plane(*channel)).gamma_multiply(0.5);
            painter.add(Shape::line(drawn(curve, rect), Stroke::new(1.0, color)));
        }
        let color = if self.channel == 0 {
            ui.visuals().strong_text_color()
        } else {
            plot::color(ui, plane(self.channel))
        };
        painter.add(Shape::line(drawn(curve, rect), Stroke::new(1.5, color)));
        for (i, p) in curve.points().iter().enumerate() {
            let at = place(*p, rect);
            let fill = if i == self.point { crate::ui::theme::ACCENT } else { ui.visuals().extreme_bg_color };
            let square = Rect::from_center_size(at, vec2(8.0, 8.0));
            painter.rect(square, 1.0, fill, Stroke::new(1.0, color), StrokeKind::Middle);
        }
        response
            .on_hover_cursor(CursorIcon::Crosshair)
            .on_hover_text("Click to add a point, drag to move it, double-click or Delete to remove it");
    }

    fn edit(&mut self, response: &Response, rect: Rect, curve: &mut Curve) {
        let mut points = curve.points().to_vec();
        self.point = self.point.min(points.len().saturating_sub(1));
        let pressed = response.is_pointer_button_down_on();
        if let Some(pos) = response.interact_pointer_pos() {
            let [x, y] = value(pos, rect);
            let near = points.iter().position(|p| place(*p, rect).distance(pos) < REACH);
            if response.double_clicked() {
                if let Some(i) = near.filter(|_| points.len() > 2) {
                    points.remove(i);
                    *curve = Curve::new(points);
                    self.point = i.saturating_sub(1);
                }
                self.dragging = false;
                return;
            }
            if pressed && !self.dragging {
                self.dragging = true;
                match near {
                    Some(i) => self.point = i,
                    None if points.len() < MOST => {
                        self.point = points.partition_point(|p| p[0] < x);
                        points.insert(self.point, [x, y]);
                        *curve = Curve::new(points);
                        return;
                    }
                    None => {}
                }
            } else if pressed && response.dragged() {
                self.set_point(curve, [x, y]);
            }
        }
        if !pressed {
            self.dragging = false;
        }
        let remove = response.has_focus()
            && response.ctx.input(|i| {
                i.key_pressed(eframe::egui::Key::Delete) || i.key_pressed(eframe::egui::Key::Backspace)
            });
        if remove {
            self.remove(curve);
        }
    }

    /// Moves the point in hand, between its neighbours.
    fn set_point(&self, curve: &mut Curve, [x, y]: [f32; 2]) {
        let mut points = curve.points().to_vec();
        let low = self.point.checked_sub(1).and_then(|i| points.get(i)).map_or(0.0, |p| p[0] + GAP);
        let high = points.get(self.point + 1).map_or(1.0, |p| p[0] - GAP);
        if let Some(p) = points.get_mut(self.point) {
            *p = [x.clamp(low, high.max(low)), y.clamp(0.0, 1.0)];
            *curve = Curve::new(points);
        }
    }

    fn remove(&mut self, curve: &mut Curve) {
        let mut points = curve.points().to_vec();
        if points.len() > 2 && self.point < points.len() {
            points.remove(self.point);
            self.point = self.point.saturating_sub(1);
            *curve = Curve::new(points);
        }
    }

    /// The same without a pointer.
    fn numbers(&mut self, ui: &mut Ui, curve: &mut Curve) {
        let count = curve.points().len();
        rows::row(ui, "Point", |ui| {
            let mut number = self.point + 1;
            let field = rows::number(ui, "Point number", &mut number, 1..=count.max(1), 0.1, Look::WHOLE);
            if field.on_hover_text("Which point the numbers below are of").changed() {
                self.point = number - 1;
            }
            if ui
                .add_enabled(count < MOST, eframe::egui::Button::new("Add"))
                .on_hover_text("Adds a point after this one")
                .clicked()
            {
                self.add_after(curve);
            }
            let remove = ui.add_enabled(count > 2, eframe::egui::Button::new("Remove"));
            if remove.on_hover_text("Removes this point").clicked() {
                self.remove(curve);
            }
        });
        let Some([x, y]) = curve.points().get(self.point).copied() else { return };
        rows::row(ui, "Tone in, out", |ui| {
            let [mut from, mut to] = [x * 255.0, y * 255.0];
            let a = rows::number(ui, "Tone in", &mut from, 0.0..=255.0, 1.0, Look::WHOLE);
            let b = rows::number(ui, "Tone out", &mut to, 0.0..=255.0, 1.0, Look::WHOLE);
            if a.changed() || b.changed() {
                self.set_point(curve, [from / 255.0, to / 255.0]);
            }
        });
    }

    /// A point half way to the next one; after the last, half way back.
    fn add_after(&mut self, curve: &mut Curve) {
        let mut points = curve.points().to_vec();
        let i = self.point.min(points.len().saturating_sub(2));
        if let (Some(a), Some(b)) = (points.get(i), points.get(i + 1)) {
            let x = (a[0] + b[0]) / 2.0;
            points.insert(i + 1, [x, curve.at(x)]);
            self.point = i + 1;
            *curve = Curve::new(points);
        }
    }
}

fn is_line(curve: &Curve) -> bool {
    curve.points().iter().all(|p| p[0] == p[1])
}

fn place([x, y]: [f32; 2], rect: Rect) -> Pos2 {
    pos2(rect.min.x + x * rect.width(), rect.max.y - y * rect.height())
}

fn value(pos: Pos2, rect: Rect) -> [f32; 2] {
    let x = ((pos.x - rect.min.x) / rect.width()).clamp(0.0, 1.0);
    [x, ((rect.max.y - pos.y) / rect.height()).clamp(0.0, 1.0)]
}

fn drawn(curve: &Curve, rect: Rect) -> Vec<Pos2> {
    (0..=128).map(|i| i as f32 / 128.0).map(|x| place([x, curve.at(x)], rect)).collect()
}
