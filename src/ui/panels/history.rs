//! The steps of the history; a click goes there.

use super::rejected::Rejected;
use crate::editor::{Command, DocId};
use crate::ui::focus;
use crate::ui::widgets::Frame;
use crate::ui::{icons, theme};
use eframe::egui::{
    Align2, Color32, EventFilter, FontId, Id, Key, Modifiers, Rect, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

const ROW: f32 = 22.0;

/// What the panel remembers.
#[derive(Default)]
pub struct HistoryPanel {
    /// Where the list was last scrolled to: another step is brought into view.
    seen: Option<(DocId, usize)>,
    /// The step that the keyboard goes to.
    focus: Option<usize>,
    rejected: Rejected,
}

impl HistoryPanel {
    /// Draws them, the newest at the bottom.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let open = frame.editor.open();
        let history = &open.history;
        let current = history.current();
        let names: Vec<String> = history.names().map(str::to_owned).collect();
        let steps = if names.len() == 1 { "1 step".to_owned() } else { format!("{} steps", names.len()) };
        ui.label(RichText::new(format!("{steps} · {} MiB", history.bytes() >> 20)).weak().small());
        self.rejected.show(ui, frame);
        let moved = self.seen != Some((open.id, current));
        self.seen = Some((open.id, current));
        ScrollArea::vertical().id_salt("history").min_scrolled_height(20.0).auto_shrink([false, false]).show(
            ui,
            |ui| {
                let size = vec2(ui.available_width(), names.len() as f32 * ROW);
                let (all, _) = ui.allocate_exact_size(size, Sense::hover());
                let at = |i: usize| {
                    Rect::from_min_size(
                        pos2(all.left(), all.top() + i as f32 * ROW),
                        vec2(all.width(), ROW - 1.0),
                    )
                };
                if moved {
                    ui.scroll_to_rect(at(current), None);
                }
                let first = ((ui.clip_rect().top() - all.top()) / ROW).floor().max(0.0) as usize;
                let last = ((ui.clip_rect().bottom() - all.top()) / ROW).ceil().max(0.0) as usize;
                for i in first..last.min(names.len()) {
                    self.row(ui, frame, &names, i, at(i));
                }
                focus::follow(ui);
            },
        );
    }

    fn row(&mut self, ui: &Ui, frame: &mut Frame, names: &[String], i: usize, rect: Rect) {
        let current = frame.editor.open().history.current();
        let id = Id::unique(("history row", i));
        let response = ui.interact(rect, id, Sense::click());
        let label = format!("Step {i}: {}", names[i]);
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, i == current, &label));
        let visuals = ui.visuals();
        let fill = if i == current {
            visuals.selection.bg_fill.gamma_multiply(0.8)
        } else if response.hovered() {
            visuals.widgets.hovered.bg_fill.gamma_multiply(0.6)
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(rect, 3.0, fill);
        let color = if i > current { visuals.weak_text_color() } else { visuals.text_color() };
        let color = if i == current { visuals.strong_text_color() } else { color };
        if i == current {
            let at = pos2(rect.left() + 9.0, rect.center().y);
            ui.painter().text(
                at,
                Align2::CENTER_CENTER,
                icons::CARET_RIGHT,
                FontId::proportional(12.0),
                color,
            );
        }
        let font = TextStyle::Body.resolve(ui.style());
        let text = super::elided(ui, &names[i], font, color, rect.width() - 24.0);
        ui.painter().galley(pos2(rect.left() + 20.0, rect.center().y - text.size().y / 2.0), text, color);
        if response.has_focus() {
            ui.painter().rect_stroke(rect, 3.0, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
        }
        if response.clicked() {
            response.request_focus();
            if i != current {
                frame.ask(Command::JumpHistory(i));
            }
        }
        self.keys(ui, frame, id, i, names.len());
        response.on_hover_text(label);
    }

    /// Up and down travel.
    fn keys(&mut self, ui: &Ui, frame: &mut Frame, id: Id, i: usize, n: usize) {
        if self.focus == Some(i) {
            ui.memory_mut(|m| m.request_focus(id));
            self.focus = None;
        }
        if !ui.memory(|m| m.has_focus(id)) {
            return;
        }
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let next = match (pressed(Key::ArrowUp), pressed(Key::ArrowDown)) {
            (true, _) => i.checked_sub(1),
            (_, true) => Some(i + 1).filter(|next| *next < n),
            (false, false) => None,
        };
        if let Some(next) = next {
            self.focus = Some(next);
            frame.ask(Command::JumpHistory(next));
        }
    }
}
