//! Layers: a tree with groups, the topmost first.

mod header;
mod place;
mod row;
mod thumbs;

use crate::document::LayerId;
use crate::editor::{Action, Command, DocId, LayerCommand};
use crate::ui::focus;
use crate::ui::icons;
use crate::ui::widgets::{Frame, action_button};
use eframe::egui::{
    EventFilter, Id, Key, Modifiers, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};
use place::{Drop, Mark, Row};
use std::collections::HashSet;
use thumbs::Thumbs;

/// Height of a row in points.
const ROW: f32 = 36.0;
/// Indentation of a level in points.
const INDENT: f32 = 14.0;

/// A name that is being typed.
struct Renaming {
    id: LayerId,
    text: String,
    /// Drawn for the first time: it takes the focus.
    fresh: bool,
}

/// What the panel remembers.
#[derive(Default)]
pub struct LayersPanel {
    collapsed: HashSet<LayerId>,
    /// Of which document the groups are collapsed.
    of: Option<DocId>,
    renaming: Option<Renaming>,
    dragged: Option<LayerId>,
    thumbs: Thumbs,
    /// The row that the keyboard is to be on in the next frame.
    focus: Option<LayerId>,
    /// The active layer of the last frame: a new one is scrolled to.
    active: Option<LayerId>,
}

impl LayersPanel {
    /// Begins to rename the active layer.
    pub fn rename(&mut self, frame: &Frame) {
        if let Some(layer) = frame.editor.active_layer() {
            self.renaming = Some(Renaming { id: layer.id, text: layer.name.clone(), fresh: true });
        }
    }

    /// Draws them, the topmost first.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let open = frame.editor.open();
        if self.of != Some(open.id) {
            *self = Self { of: Some(open.id), thumbs: std::mem::take(&mut self.thumbs), ..Self::default() };
        }
        self.thumbs.begin_frame();
        header::show(ui, frame);
        ui.add_space(2.0);
        let footer = 30.0;
        let height = (ui.available_height() - footer).max(ROW);
        self.list(ui, frame, height);
        self.footer(ui, frame);
    }

    fn list(&mut self, ui: &mut Ui, frame: &mut Frame, height: f32) {
        self.uncover(frame);
        let rows = place::rows(frame.editor.doc().layers(), &self.collapsed);
        let active = frame.editor.doc().active;
        let moved = active != self.active;
        self.active = active;
        let area =
            ScrollArea::vertical().auto_shrink([false, false]).min_scrolled_height(ROW).max_height(height);
        area.id_salt("layers").show(ui, |ui| {
            let size = vec2(ui.available_width(), rows.len() as f32 * ROW);
            let (all, _) = ui.allocate_exact_size(size, Sense::hover());
            let at = |i: usize| {
                Rect::from_min_size(
                    pos2(all.left(), all.top() + i as f32 * ROW),
                    vec2(all.width(), ROW - 1.0),
                )
            };
            for (i, row) in rows.iter().enumerate() {
                let rect = at(i);
                if moved && Some(row.layer.id) == active {
                    ui.scroll_to_rect(rect, None);
                }
                // What is not seen is not drawn, unless the keyboard is on it.
                if ui.is_rect_visible(rect) || ui.memory(|m| m.has_focus(row_id(row.layer.id))) {
                    row::show(self, ui, frame, row, rect);
                    self.keys(ui, frame, &rows, i);
                }
            }
            self.dragging(ui, frame, &rows, all);
            focus::follow(ui);
        });
    }

    /// Opens the groups around the active layer when another became active.
    fn uncover(&mut self, frame: &Frame) {
        let doc = frame.editor.doc();
        if doc.active == self.active {
            return;
        }
        let Some(path) = doc.active.and_then(|id| doc.path(id)) else { return };
        let mut layers = doc.layers().as_slice();
        for i in &path[..path.len() - 1] {
            self.collapsed.remove(&layers[*i].id);
            layers = layers[*i].children();
        }
    }

    /// The keyboard, when it is on that row.
    fn keys(&mut self, ui: &Ui, frame: &mut Frame, rows: &[Row], i: usize) {
        let id = row_id(rows[i].layer.id);
        if self.focus == Some(rows[i].layer.id) {
            ui.memory_mut(|m| m.request_focus(id));
            self.focus = None;
        }
        if !ui.memory(|m| m.has_focus(id)) || self.renaming.is_some() {
            return;
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let next = match (pressed(Key::ArrowUp), pressed(Key::ArrowDown)) {
            (true, _) => i.checked_sub(1),
            (_, true) => Some(i + 1),
            (false, false) => None,
        };
        if let Some(row) = next.and_then(|next| rows.get(next)) {
            self.focus = Some(row.layer.id);
            frame.ask(Command::Layer(row.layer.id, LayerCommand::Activate));
        }
        if pressed(Key::ArrowLeft) {
            self.collapsed.insert(rows[i].layer.id);
        }
        if pressed(Key::ArrowRight) {
            self.collapsed.remove(&rows[i].layer.id);
        }
        if pressed(Key::Delete) {
            frame.ask(Command::Layer(rows[i].layer.id, LayerCommand::Remove));
        }
    }

    /// A row on its way to another place.
    fn dragging(&mut self, ui: &Ui, frame: &mut Frame, rows: &[Row], all: Rect) {
        let Some(dragged) = self.dragged else { return };
        let (pointer, released, escape) =
            ui.input(|i| (i.pointer.latest_pos(), i.pointer.any_released(), i.key_pressed(Key::Escape)));
        if escape || !ui.input(|i| i.pointer.any_down() || i.pointer.any_released()) {
            self.dragged = None;
            return;
        }
        let reach = ui.clip_rect().expand2(vec2(20.0, ROW));
        let target = pointer.filter(|p| reach.contains(*p)).and_then(|p| {
            let depth = ((p.x - all.left() - 24.0) / INDENT).max(0.0) as usize;
            place::drop_at(rows, (p.y - all.top()) / ROW, depth)
        });
        if let Some(target) = target {
            mark(ui, &target, all);
        }
        ui.set_cursor_icon(eframe::egui::CursorIcon::Grabbing);
        if released {
            self.dragged = None;
            if let Some(target) = target {
                frame.ask(Command::Layer(dragged, LayerCommand::MoveTo(target.place)));
            }
        }
    }

    fn footer(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let mask =
            if frame.editor.doc().selection.is_some() { Action::MaskFromSelection } else { Action::AddMask };
        ui.horizontal(|ui| {
            header::tight(ui);
            let buttons = [
                (icons::PLUS, Action::NewLayer),
                (icons::FOLDER_PLUS, Action::NewGroup),
                (icons::MASK, mask),
                (icons::COPY, Action::DuplicateLayer),
                (icons::MERGE_DOWN, Action::MergeDown),
                (icons::UP, Action::LayerUp),
                (icons::DOWN, Action::LayerDown),
                (icons::TRASH, Action::DeleteLayer),
            ];
            for (icon, action) in buttons {
                action_button(ui, frame, icon, action);
            }
        });
    }
}

/// The id of a row: it stays when the row moves.
fn row_id(id: LayerId) -> Id {
    Id::unique(("layer row", id.0))
}

fn mark(ui: &Ui, target: &Drop, all: Rect) {
    let stroke = Stroke::new(2.0, crate::ui::theme::ACCENT);
    match target.mark {
        Mark::Line { row, depth } => {
            let y = all.top() + row as f32 * ROW - 1.0;
            let left = all.left() + 24.0 + depth as f32 * INDENT;
            ui.painter().hline(left..=all.right(), y.max(all.top() + 1.0), stroke);
            ui.painter().circle_filled(pos2(left, y.max(all.top() + 1.0)), 3.0, stroke.color);
        }
        Mark::Into(row) => {
            let rect = Rect::from_min_size(
                pos2(all.left(), all.top() + row as f32 * ROW),
                vec2(all.width(), ROW - 1.0),
            );
            ui.painter().rect_stroke(rect, 4.0, stroke, StrokeKind::Inside);
        }
    }
}
