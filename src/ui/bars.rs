//! A number as a bar: its name, a rail that is dragged, and a field in which it is typed.

use eframe::egui::accesskit::{Action, ActionData};
use eframe::egui::{
    Align2, Color32, DragValue, EventFilter, Key, Mesh, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use std::ops::RangeInclusive;

/// How many pieces a rail of colours has.
const PIECES: usize = 32;

/// A bar for one number.
pub struct Bar<'a> {
    text: &'a str,
    name: &'a str,
    tip: &'a str,
    value: &'a mut f32,
    range: RangeInclusive<f32>,
    logarithmic: bool,
    whole: bool,
    shown_factor: f64,
    decimals: usize,
    suffix: &'a str,
    text_width: f32,
    rail: Option<&'a dyn Fn(f32) -> Color32>,
}

/// What was done with a bar.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The value is another one.
    pub changed: bool,
    /// It will stay: the pointer was let go, or it was typed.
    pub settled: bool,
    /// The rail.
    pub response: Response,
}

impl<'a> Bar<'a> {
    /// A bar with `text` before it.
    pub fn new(text: &'a str, value: &'a mut f32, range: RangeInclusive<f32>) -> Self {
        Self {
            text,
            name: text,
            tip: "",
            value,
            range,
            logarithmic: false,
            whole: false,
            shown_factor: 1.0,
            decimals: 2,
            suffix: "",
            text_width: 74.0,
            rail: None,
        }
    }

    /// Another name for screen readers than the text.
    pub fn name(self, name: &'a str) -> Self {
        Self { name, ..self }
    }

    /// What the tooltip says.
    pub fn tip(self, tip: &'a str) -> Self {
        Self { tip, ..self }
    }

    /// Equal ways are equal factors.
    pub fn logarithmic(self) -> Self {
        Self { logarithmic: true, ..self }
    }

    /// Whole numbers only.
    pub fn whole(self) -> Self {
        Self { whole: true, decimals: 0, ..self }
    }

    /// The field shows the value times `factor`, with so many decimals and `suffix` behind it.
    pub fn shown(self, factor: f64, decimals: usize, suffix: &'a str) -> Self {
        Self { shown_factor: factor, decimals, suffix, ..self }
    }

    /// Shown in percent.
    pub fn percent(self) -> Self {
        self.shown(100.0, 0, " %")
    }

    /// Width of the text before the rail in points.
    pub fn text_width(self, width: f32) -> Self {
        Self { text_width: width, ..self }
    }

    /// Colours along the rail, by the part of the way.
    pub fn rail(self, color: &'a dyn Fn(f32) -> Color32) -> Self {
        Self { rail: Some(color), ..self }
    }

    fn at(&self, t: f32) -> f32 {
        let (lo, hi) = (*self.range.start(), *self.range.end());
        let t = t.clamp(0.0, 1.0);
        let v = if self.logarithmic { lo * (hi / lo).powf(t) } else { lo + (hi - lo) * t };
        if self.whole { v.round() } else { v }
    }

    fn way(&self) -> f32 {
        let (lo, hi) = (*self.range.start(), *self.range.end());
        let v = self.value.clamp(lo, hi);
        if self.logarithmic { (v / lo).ln() / (hi / lo).ln() } else { (v - lo) / (hi - lo) }
    }

    /// Draws it over the whole width.
    pub fn show(mut self, ui: &mut Ui) -> Moved {
        let before = *self.value;
        let height = 22.0;
        let gap = 5.0;
        let number_width = 58.0;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width().max(110.0), height), Sense::hover());
        if !self.text.is_empty() {
            let font = TextStyle::Body.resolve(ui.style());
            let clip = Rect::from_min_size(rect.min, vec2(self.text_width, height));
            let at = pos2(rect.left(), rect.center().y);
            let color = ui.visuals().text_color();
            ui.painter().with_clip_rect(clip.intersect(ui.clip_rect())).text(
                at,
                Align2::LEFT_CENTER,
                self.text,
                font,
                color,
            );
        }
        let left = if self.text.is_empty() { rect.left() } else { rect.left() + self.text_width };
        let rail = Rect::from_min_max(
            pos2(left, rect.top()),
            pos2(rect.right() - number_width - gap, rect.bottom()),
        );
        let id = ui.make_persistent_id(("bar", self.name));
        let mut response = ui.interact(rail, id, Sense::click_and_drag());
        self.drag(ui, rail, &response);
        let stepped = self.keys(ui, &response);
        let number = Rect::from_min_max(pos2(rect.right() - number_width, rect.top()), rect.max);
        let typed = self.number(ui, number);
        self.paint(ui, rail, &response);
        let (value, name) = (f64::from(*self.value) * self.shown_factor, self.name.to_owned());
        let enabled = response.enabled();
        response.widget_info(|| WidgetInfo::slider(enabled, value, &name));
        let (lo, hi) = (f64::from(*self.range.start()), f64::from(*self.range.end()));
        let factor = self.shown_factor;
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_min_numeric_value(lo * factor);
            node.set_max_numeric_value(hi * factor);
            node.add_action(Action::SetValue);
            node.add_action(Action::Increment);
            node.add_action(Action::Decrement);
        });
        let changed = *self.value != before;
        if changed {
            response.mark_changed();
        }
        let settled = response.drag_stopped() || response.clicked() || stepped || typed;
        let tip = if self.tip.is_empty() { self.name } else { self.tip };
        Moved { changed, settled, response: response.on_hover_text(tip) }
    }

    fn drag(&mut self, ui: &Ui, rail: Rect, response: &Response) {
        if response.is_pointer_button_down_on() || response.dragged() || response.clicked() {
            response.request_focus();
            if let Some(p) = response.interact_pointer_pos() {
                let slow = ui.input(|i| i.modifiers.shift);
                if slow && response.dragged() {
                    // Held with Shift it moves by a tenth of the way.
                    let t = self.way() + response.drag_delta().x / rail.width().max(1.0) * 0.1;
                    *self.value = self.at(t);
                } else {
                    *self.value = self.at((p.x - rail.left()) / rail.width().max(1.0));
                }
            }
        }
    }

    /// Arrow keys, and what screen readers ask for. Returns whether there was any.
    fn keys(&mut self, ui: &Ui, response: &Response) -> bool {
        let mut steps = 0.0;
        if response.has_focus() {
            let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
            steps += ui.input(|i| {
                let fast = if i.modifiers.shift { 10.0 } else { 1.0 };
                fast * (i.num_presses(Key::ArrowRight) as f32 - i.num_presses(Key::ArrowLeft) as f32)
            });
        }
        let set = ui.input(|i| {
            steps += i.num_accesskit_action_requests(response.id, Action::Increment) as f32;
            steps -= i.num_accesskit_action_requests(response.id, Action::Decrement) as f32;
            let mut requests = i.accesskit_action_requests(response.id, Action::SetValue);
            requests.find_map(|r| match r.data {
                Some(ActionData::NumericValue(v)) => Some(v),
                _ => None,
            })
        });
        if let Some(v) = set {
            *self.value = ((v / self.shown_factor) as f32).clamp(*self.range.start(), *self.range.end());
            return true;
        }
        if steps == 0.0 {
            return false;
        }
        let old = *self.value;
        *self.value = self.at(self.way() + steps / 100.0);
        if self.whole && *self.value == old {
            *self.value = (old + steps.signum()).clamp(*self.range.start(), *self.range.end());
        }
        true
    }

    /// Returns whether a number was settled.
    fn number(&mut self, ui: &mut Ui, rect: Rect) -> bool {
        let mut shown = f64::from(*self.value) * self.shown_factor;
        let (lo, hi) = (f64::from(*self.range.start()), f64::from(*self.range.end()));
        let span = (hi - lo) * self.shown_factor;
        let speed = if self.logarithmic { (shown.abs() * 0.01).max(0.05) } else { span / 300.0 };
        let drag = DragValue::new(&mut shown)
            .range(lo * self.shown_factor..=hi * self.shown_factor)
            .speed(speed)
            .max_decimals(self.decimals)
            .suffix(self.suffix)
            .update_while_editing(false)
            .min_size(rect.size())
            .clip_text(true);
        let name = format!("{} value", self.name);
        let response = ui.put(rect, drag).accessible_name(&name).on_hover_text("Drag, or click and type");
        if response.changed() {
            let v = (shown / self.shown_factor) as f32;
            *self.value = if self.whole { v.round() } else { v };
        }
        response.drag_stopped() || (response.changed() && !response.dragged())
    }

    fn paint(&self, ui: &Ui, rail: Rect, response: &Response) {
        if !ui.is_rect_visible(rail) {
            return;
        }
        let visuals = ui.style().interact(response);
        let x = rail.left() + rail.width() * self.way();
        let painter = ui.painter();
        match self.rail {
            Some(color) => {
                let band = rail.shrink2(vec2(0.0, 4.0));
                painter.add(gradient(band, color));
                painter.rect_stroke(
                    band,
                    1.0,
                    ui.visuals().widgets.noninteractive.bg_stroke,
                    StrokeKind::Outside,
                );
                let handle = Rect::from_center_size(
                    pos2(x.clamp(rail.left() + 2.0, rail.right() - 2.0), rail.center().y),
                    vec2(5.0, rail.height() - 3.0),
                );
                painter.rect_filled(handle.expand(1.0), 2.0, Color32::from_gray(20));
                painter.rect_filled(handle, 1.5, Color32::WHITE);
            }
            None => {
                let band = rail.shrink2(vec2(0.0, 3.0));
                painter.rect_filled(band, 3.0, ui.visuals().extreme_bg_color);
                let full = Rect::from_min_max(band.min, pos2(x, band.bottom()));
                let strong = response.hovered() || response.dragged();
                let fill = ui.visuals().selection.bg_fill.gamma_multiply(if strong { 1.0 } else { 0.85 });
                painter.rect_filled(
                    full,
                    3.0,
                    if response.enabled() { fill } else { fill.gamma_multiply(0.3) },
                );
                painter.vline(x, band.y_range(), Stroke::new(2.0, visuals.fg_stroke.color));
            }
        }
        if response.has_focus() {
            painter.rect_stroke(
                rail.expand(1.0),
                3.0,
                Stroke::new(1.0, super::theme::ACCENT),
                StrokeKind::Outside,
            );
        }
    }
}

/// A rectangle whose colour runs from left to right.
fn gradient(rect: Rect, color: &dyn Fn(f32) -> Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for i in 0..=PIECES {
        let t = i as f32 / PIECES as f32;
        let x = rect.left() + rect.width() * t;
        mesh.colored_vertex(pos2(x, rect.top()), color(t));
        mesh.colored_vertex(pos2(x, rect.bottom()), color(t));
        if i > 0 {
            let k = 2 * i as u32;
            mesh.add_triangle(k - 2, k - 1, k);
            mesh.add_triangle(k - 1, k, k + 1);
        }
    }
    mesh
}

/// One of a few words, side by side; the chosen one is marked. Returns whether another was chosen.
pub fn choice<T: Copy + PartialEq>(ui: &mut Ui, of: &str, value: &mut T, words: &[(T, &str)]) -> bool {
    let before = *value;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (option, word) in words {
            let chosen = *value == *option;
            let response = ui.selectable_label(chosen, *word);
            let enabled = response.enabled();
            let name = if of.is_empty() { (*word).to_owned() } else { format!("{of}: {word}") };
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, chosen, &name));
            if response.on_hover_text(name).clicked() {
                *value = *option;
            }
        }
    });
    *value != before
}
