//! A curve whose points are dragged; the same points as numbers for the keyboard.

use crate::paint::Curve;
use crate::ui::{icons, theme, widgets::icon_button_sized};
use eframe::egui::{
    CollapsingHeader, DragValue, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

/// How near a point is meant, in points of the screen.
const REACH: f32 = 11.0;
/// The most points that a curve gets here.
const MOST: usize = 16;

/// Draws the curve. Returns another one if it was changed.
pub fn show(ui: &mut Ui, name: &str, curve: &Curve, size: eframe::egui::Vec2) -> Option<Curve> {
    let mut points = curve.points().to_vec();
    if points.is_empty() {
        points = vec![[0.0, 0.0], [1.0, 1.0]];
    }
    let before = points.clone();
    let (all, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let rect = all.shrink(5.0);
    let to_screen =
        |p: [f32; 2]| pos2(rect.left() + p[0] * rect.width(), rect.bottom() - p[1] * rect.height());
    let from_screen = |p: Pos2| {
        [
            ((p.x - rect.left()) / rect.width()).clamp(0.0, 1.0),
            ((rect.bottom() - p.y) / rect.height()).clamp(0.0, 1.0),
        ]
    };
    let near = |points: &[[f32; 2]], p: Pos2| {
        let far = |q: &[f32; 2]| to_screen(*q).distance(p);
        let best = points.iter().enumerate().min_by(|a, b| far(a.1).total_cmp(&far(b.1)));
        best.filter(|(_, q)| far(q) < REACH).map(|(i, _)| i)
    };
    let key = response.id.with("held");
    if let Some(p) = response.interact_pointer_pos() {
        if response.double_clicked() {
            match near(&points, p) {
                Some(i) if points.len() > 2 => drop(points.remove(i)),
                Some(_) => {}
                None if points.len() < MOST => points.push(from_screen(p)),
                None => {}
            }
        } else if ui.input(|i| i.pointer.any_pressed()) {
            let held = near(&points, p);
            ui.data_mut(|d| d.insert_temp(key, held));
        } else if response.dragged()
            && let Some(i) =
                ui.data(|d| d.get_temp::<Option<usize>>(key)).flatten().filter(|i| *i < points.len())
        {
            // A point stays between its neighbours.
            let low = if i == 0 { 0.0 } else { points[i - 1][0] + 0.01 };
            let high = points.get(i + 1).map_or(1.0, |q| q[0] - 0.01);
            let [x, y] = from_screen(p);
            points[i] = [x.clamp(low.min(high), high.max(low)), y];
        }
    }
    paint(ui, rect, all, &points, &to_screen);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    response.on_hover_text("Drag points; a double click adds or removes one");
    numbers(ui, name, &mut points);
    (points != before).then(|| Curve::new(points))
}

fn paint(ui: &Ui, rect: Rect, all: Rect, points: &[[f32; 2]], to_screen: &dyn Fn([f32; 2]) -> Pos2) {
    let painter = ui.painter();
    painter.rect_filled(all, 3.0, ui.visuals().extreme_bg_color);
    let line = Stroke::new(1.0, ui.visuals().widgets.inactive.bg_fill);
    for k in 1..4 {
        let t = k as f32 / 4.0;
        painter.hline(rect.x_range(), rect.top() + rect.height() * t, line);
        painter.vline(rect.left() + rect.width() * t, rect.y_range(), line);
    }
    painter.rect_stroke(rect, 0.0, line, StrokeKind::Middle);
    let curve = Curve::new(points.to_vec());
    let n = (rect.width() / 2.0) as usize;
    let way: Vec<Pos2> = (0..=n)
        .map(|i| {
            let x = i as f32 / n.max(1) as f32;
            to_screen([x, curve.at(x)])
        })
        .collect();
    painter.add(Shape::line(way, Stroke::new(2.0, theme::ACCENT)));
    for p in points {
        painter.circle(to_screen(*p), 4.0, ui.visuals().strong_text_color(), Stroke::new(1.0, theme::ACCENT));
    }
}

/// The points as numbers.
fn numbers(ui: &mut Ui, name: &str, points: &mut Vec<[f32; 2]>) {
    CollapsingHeader::new("Points").id_salt((name, "points")).show(ui, |ui| {
        let mut gone = None;
        let n = points.len();
        for i in 0..n {
            ui.horizontal(|ui| {
                let low = if i == 0 { 0.0 } else { points[i - 1][0] + 0.01 };
                let high = points.get(i + 1).map_or(1.0, |q| q[0] - 0.01);
                let x = DragValue::new(&mut points[i][0])
                    .range(low.min(high)..=high)
                    .speed(0.005)
                    .max_decimals(3);
                ui.add(x).accessible_name(format!("{name} point {} input", i + 1));
                ui.label(icons::CARET_RIGHT);
                let y = DragValue::new(&mut points[i][1]).range(0.0..=1.0).speed(0.005).max_decimals(3);
                ui.add(y).accessible_name(format!("{name} point {} output", i + 1));
                ui.add_enabled_ui(n > 2, |ui| {
                    let label = format!("Remove point {} of {name}", i + 1);
                    if icon_button_sized(ui, icons::MINUS, &label, false, 20.0).clicked() {
                        gone = Some(i);
                    }
                });
            });
        }
        if let Some(i) = gone {
            points.remove(i);
        }
        if points.len() < MOST
            && icon_button_sized(ui, icons::PLUS, &format!("Add point to {name}"), false, 20.0).clicked()
        {
            // In the middle of the widest gap.
            let gap = |i: &usize| points[i + 1][0] - points[*i][0];
            if let Some(i) = (0..points.len() - 1).max_by(|a, b| gap(a).total_cmp(&gap(b))) {
                let x = (points[i][0] + points[i + 1][0]) / 2.0;
                let y = Curve::new(points.clone()).at(x);
                points.insert(i + 1, [x, y]);
            }
        }
    });
}

/// A size for curves in windows.
pub fn usual(ui: &Ui) -> eframe::egui::Vec2 {
    vec2(ui.available_width().clamp(100.0, 260.0), 110.0)
}
