//! One row: eye, thumbnails, name and signs.

use super::place::Row;
use super::thumbs::Subject;
use super::{INDENT, LayersPanel, ROW, Renaming, row_id};
use crate::document::{BlendMode, Layer};
use crate::editor::{Action, Command, LayerCommand};
use crate::geom::Rect as PageRect;
use crate::ui::panels::elided;
use crate::ui::widgets::Frame;
use crate::ui::{icons, keys, theme};
use eframe::egui::{
    Align2, Button, Color32, FontId, Key, Rect, Response, Role, Sense, Stroke, StrokeKind, TextEdit,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};

/// The widest thumbnail in points.
const THUMB_WIDTH: f32 = 40.0;
/// The highest.
const THUMB_HEIGHT: f32 = 30.0;

/// Draws a row.
pub fn show(panel: &mut LayersPanel, ui: &mut Ui, frame: &mut Frame, row: &Row, rect: Rect) {
    let layer = &row.layer;
    let active = frame.editor.doc().active == Some(layer.id);
    let response = ui.interact(rect, row_id(layer.id), Sense::click_and_drag());
    ground(panel, ui, &response, rect, active, layer);
    let name = format!("Layer {}", layer.name);
    response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, active, &name));
    let mut left = rect.left() + 2.0;
    let slot = |left: f32, width: f32| Rect::from_min_size(pos2(left, rect.top()), vec2(width, ROW - 1.0));
    eye(ui, frame, layer, slot(left, 22.0));
    left += 24.0 + row.depth as f32 * INDENT;
    if layer.clipping {
        let color = ui.visuals().text_color();
        ui.painter().text(
            pos2(left + 5.0, rect.center().y),
            Align2::CENTER_CENTER,
            icons::CLIP,
            FontId::proportional(13.0),
            color,
        );
        left += 12.0;
    }
    if row.is_group() {
        caret(panel, ui, row, slot(left, 16.0));
        left += 17.0;
    }
    left = thumbnails(panel, ui, frame, layer, rect, left, active);
    let right = signs(ui, layer, rect);
    let text = Rect::from_min_max(pos2(left + 4.0, rect.top()), pos2(right - 4.0, rect.bottom()));
    label(panel, ui, frame, row, text);
    react(panel, ui, frame, row, &response, text);
}

fn ground(panel: &LayersPanel, ui: &Ui, response: &Response, rect: Rect, active: bool, layer: &Layer) {
    let visuals = ui.visuals();
    let fill = if panel.dragged == Some(layer.id) {
        visuals.widgets.hovered.bg_fill.gamma_multiply(0.5)
    } else if active {
        visuals.selection.bg_fill.gamma_multiply(0.8)
    } else if response.hovered() {
        visuals.widgets.hovered.bg_fill.gamma_multiply(0.6)
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
    }
}

/// A small button without a frame.
fn glyph(ui: &Ui, rect: Rect, salt: (&str, u64), icon: &str, faint: bool) -> Response {
    let response = ui.interact(rect, ui.make_persistent_id(salt), Sense::click());
    let visuals = ui.style().interact(&response);
    let color = if faint { visuals.fg_stroke.color.gamma_multiply(0.45) } else { visuals.fg_stroke.color };
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, FontId::proportional(16.0), color);
    if response.has_focus() {
        ui.painter().rect_stroke(rect.shrink(2.0), 3.0, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
    }
    response
}

fn eye(ui: &Ui, frame: &mut Frame, layer: &Layer, rect: Rect) {
    let icon = if layer.visible { icons::EYE } else { icons::EYE_OFF };
    let response = glyph(ui, rect, ("eye", layer.id.0), icon, !layer.visible);
    let label = if layer.visible { format!("Hide {}", layer.name) } else { format!("Show {}", layer.name) };
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, layer.visible, &label));
    if response.clicked() {
        let alone = ui.input(|i| i.modifiers.alt);
        let command = if alone { LayerCommand::Solo } else { LayerCommand::Visible(!layer.visible) };
        frame.ask(Command::Layer(layer.id, command));
    }
    response.on_hover_text(format!("{label}; with Alt: show only this one"));
}

fn caret(panel: &mut LayersPanel, ui: &Ui, row: &Row, rect: Rect) {
    let icon = if row.open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    let response = glyph(ui, rect, ("caret", row.layer.id.0), icon, false);
    let label = format!("{} group {}", if row.open { "Fold" } else { "Unfold" }, row.layer.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, row.open, &label));
    if response.on_hover_text(label).clicked() && !panel.collapsed.remove(&row.layer.id) {
        panel.collapsed.insert(row.layer.id);
    }
}

/// The largest size of the page's shape that fits.
fn fitted(page: PageRect) -> eframe::egui::Vec2 {
    let (w, h) = (page.width().max(1) as f32, page.height().max(1) as f32);
    let scale = (THUMB_WIDTH / w).min(THUMB_HEIGHT / h);
    vec2((w * scale).max(8.0), (h * scale).max(8.0))
}

fn thumbnails(
    panel: &mut LayersPanel,
    ui: &Ui,
    frame: &mut Frame,
    row: &std::sync::Arc<Layer>,
    rect: Rect,
    left: f32,
    active: bool,
) -> f32 {
    let open = frame.editor.open();
    let (page, busy) = (open.doc.page, frame.editor.busy());
    let on_mask = open.edit_mask;
    let size = fitted(page);
    let ppp = ui.pixels_per_point();
    let size_px = [(size.x * ppp).round() as u32, (size.y * ppp).round() as u32].map(|v| v.clamp(1, 256));
    let subject = Subject { doc: open.id, layer: row, page, size_px };
    let mut left = left;
    if row.pixels().is_some() {
        let texture = panel.thumbs.content(ui.ctx(), &subject, busy);
        let at = Rect::from_center_size(pos2(left + THUMB_WIDTH / 2.0, rect.center().y), size);
        let response =
            picture(ui, at, ("thumb", row.id.0), texture, active && !on_mask && row.mask.is_some());
        let label = format!("Paint on {}", row.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        follow(panel, row, &response);
        if response.double_clicked() {
            panel.renaming = Some(Renaming { id: row.id, text: row.name.clone(), fresh: true });
        } else if response.clicked() {
            frame.ask(Command::Layer(row.id, LayerCommand::EditMask(false)));
        }
        menu(frame, row, &response.on_hover_text(label));
        left += THUMB_WIDTH;
    } else {
        let icon = if panel.collapsed.contains(&row.id) { icons::FOLDER } else { icons::FOLDER_OPEN };
        let color = ui.visuals().text_color();
        ui.painter().text(
            pos2(left + 11.0, rect.center().y),
            Align2::CENTER_CENTER,
            icon,
            FontId::proportional(18.0),
            color,
        );
        left += 22.0;
    }
    if let Some(mask) = &row.mask {
        let texture = panel.thumbs.mask(ui.ctx(), &subject, busy);
        let at = Rect::from_center_size(pos2(left + 4.0 + size.x / 2.0, rect.center().y), size);
        let response = picture(ui, at, ("mask", row.id.0), texture, active && on_mask);
        if !mask.enabled {
            let stroke = Stroke::new(2.0, ui.visuals().error_fg_color);
            ui.painter().line_segment([at.left_top(), at.right_bottom()], stroke);
            ui.painter().line_segment([at.right_top(), at.left_bottom()], stroke);
        }
        let label = format!("Mask of {}", row.name);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, mask.enabled, &label));
        follow(panel, row, &response);
        if response.clicked() {
            let off = ui.input(|i| i.modifiers.shift);
            let command =
                if off { LayerCommand::MaskEnabled(!mask.enabled) } else { LayerCommand::EditMask(true) };
            frame.ask(Command::Layer(row.id, command));
        }
        menu(
            frame,
            row,
            &response.on_hover_text(format!("{label}: paint on it; with Shift: switch it off or on")),
        );
        left += size.x + 6.0;
    }
    left
}

/// A row is also dragged by its thumbnails.
fn follow(panel: &mut LayersPanel, row: &Layer, response: &Response) {
    if response.drag_started() {
        panel.dragged = Some(row.id);
    }
}

fn picture(
    ui: &Ui,
    rect: Rect,
    salt: (&str, u64),
    texture: Option<eframe::egui::TextureHandle>,
    chosen: bool,
) -> Response {
    let response = ui.interact(rect, ui.make_persistent_id(salt), Sense::click_and_drag());
    let painter = ui.painter();
    match texture {
        Some(texture) => {
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture.id(), rect, uv, Color32::WHITE);
        }
        None => drop(painter.rect_filled(rect, 0.0, ui.visuals().extreme_bg_color)),
    }
    let line = ui.visuals().widgets.noninteractive.bg_stroke;
    painter.rect_stroke(rect, 0.0, line, StrokeKind::Outside);
    if chosen || response.has_focus() {
        painter.rect_stroke(
            rect.expand(1.0),
            1.0,
            Stroke::new(2.0, ui.visuals().strong_text_color()),
            StrokeKind::Outside,
        );
    }
    response
}

/// Signs at the right end. Returns where they begin.
fn signs(ui: &Ui, layer: &Layer, rect: Rect) -> f32 {
    let mut list: Vec<(&str, &str)> = Vec::new();
    if layer.locked {
        list.push((icons::LOCK, "Locked"));
    }
    if layer.alpha_locked {
        list.push((icons::CHECKERBOARD, "Alpha is locked"));
    }
    if layer.notes.keys().any(|key| key.starts_with("text")) {
        list.push((icons::TEXT, "A text"));
    } else if !layer.notes.is_empty() {
        list.push((icons::SPARKLE, "Generated"));
    }
    let mut right = rect.right() - 4.0;
    for (k, (icon, tip)) in list.iter().enumerate() {
        let at = Rect::from_center_size(pos2(right - 8.0, rect.center().y), vec2(15.0, 18.0));
        let color = ui.visuals().text_color();
        ui.painter().text(at.center(), Align2::CENTER_CENTER, icon, FontId::proportional(13.0), color);
        let response = ui.interact(at, ui.make_persistent_id(("sign", layer.id.0, k)), Sense::hover());
        response.on_hover_text(*tip);
        right -= 17.0;
    }
    right
}

fn label(panel: &mut LayersPanel, ui: &mut Ui, frame: &mut Frame, row: &Row, rect: Rect) {
    let layer = &row.layer;
    if panel.renaming.as_ref().is_some_and(|r| r.id == layer.id) {
        return rename_field(panel, ui, frame, rect);
    }
    let mut detail = String::new();
    if layer.blend != BlendMode::Normal {
        detail.push_str(layer.blend.name());
    }
    if layer.opacity < 1.0 {
        let space = if detail.is_empty() { "" } else { " · " };
        detail.push_str(&format!("{space}{:.0} %", layer.opacity * 100.0));
    }
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let dim = if layer.visible { 1.0 } else { 0.5 };
    let active = frame.editor.doc().active == Some(layer.id);
    let strong = if active { ui.visuals().strong_text_color() } else { ui.visuals().text_color() };
    let body = TextStyle::Body.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let y = if detail.is_empty() { rect.center().y } else { rect.center().y - 7.0 };
    let name = elided(ui, &layer.name, body, strong.gamma_multiply(dim), rect.width());
    painter.galley(pos2(rect.left(), y - name.size().y / 2.0), name, strong);
    if !detail.is_empty() {
        let color = strong.gamma_multiply(dim * 0.75);
        painter.text(pos2(rect.left(), rect.center().y + 8.0), Align2::LEFT_CENTER, detail, small, color);
    }
}

fn rename_field(panel: &mut LayersPanel, ui: &mut Ui, frame: &mut Frame, rect: Rect) {
    let Some(mut renaming) = panel.renaming.take() else { return };
    let at = Rect::from_center_size(rect.center(), vec2(rect.width(), 22.0));
    let field = TextEdit::singleline(&mut renaming.text).desired_width(at.width()).char_limit(200);
    let response = ui.put(at, field).accessible_name("Layer name");
    if renaming.fresh {
        renaming.fresh = false;
        response.request_focus();
        response.scroll_to_me(None);
        select_all(ui, &response, &renaming.text);
        panel.renaming = Some(renaming);
        return;
    }
    if response.lost_focus() {
        if !ui.input(|i| i.key_pressed(Key::Escape)) {
            frame.ask(Command::Layer(renaming.id, LayerCommand::Rename(renaming.text)));
        }
        panel.focus = Some(renaming.id);
        return;
    }
    panel.renaming = Some(renaming);
}

fn select_all(ui: &Ui, response: &Response, text: &str) {
    use eframe::egui::text::{CCursor, CCursorRange};
    let mut state = TextEdit::load_state(ui.ctx(), response.id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
    TextEdit::store_state(ui.ctx(), response.id, state);
}

/// What clicks and drags on the row do.
fn react(panel: &mut LayersPanel, ui: &Ui, frame: &mut Frame, row: &Row, response: &Response, text: Rect) {
    let layer = &row.layer;
    if response.drag_started() && panel.renaming.is_none() {
        panel.dragged = Some(layer.id);
    }
    let on_name = response.interact_pointer_pos().is_some_and(|p| text.contains(p));
    if response.double_clicked() && on_name {
        panel.renaming = Some(Renaming { id: layer.id, text: layer.name.clone(), fresh: true });
    } else if response.clicked() {
        response.request_focus();
        frame.ask(Command::Layer(layer.id, LayerCommand::Activate));
    }
    menu(frame, layer, response);
    if panel.dragged.is_none() && panel.renaming.is_none() && response.hovered() && on_tip(ui, text) {
        response.clone().on_hover_text(format!("{}\nDouble click to rename, drag to move", layer.name));
    }
}

fn on_tip(ui: &Ui, text: Rect) -> bool {
    ui.input(|i| i.pointer.hover_pos()).is_some_and(|p| text.contains(p))
}

/// The actions on layers; they work on the one whose row was clicked.
fn menu(frame: &mut Frame, layer: &Layer, response: &Response) {
    if response.secondary_clicked() && frame.editor.doc().active != Some(layer.id) {
        frame.ask(Command::Layer(layer.id, LayerCommand::Activate));
    }
    response.context_menu(|ui| {
        use Action as A;
        let groups: [&[Action]; 7] = [
            &[A::RenameLayer, A::DuplicateLayer, A::DeleteLayer],
            &[A::NewLayer, A::NewGroup, A::GroupLayer, A::Ungroup],
            &[A::MergeDown, A::StampVisible, A::LayerUp, A::LayerDown],
            &[A::ToggleVisible, A::ToggleLock, A::ToggleAlphaLock, A::ToggleClipping],
            &[
                A::AddMask,
                A::MaskFromSelection,
                A::ToggleEditMask,
                A::ToggleMask,
                A::ApplyMask,
                A::DeleteMask,
            ],
            &[A::SelectOpaque, A::FlipLayerHorizontal, A::FlipLayerVertical],
            &[A::MendSeam, A::LayerSettings],
        ];
        for (i, actions) in groups.into_iter().enumerate() {
            if i > 0 {
                ui.separator();
            }
            for action in actions {
                let mark = if frame.editor.checked(*action) == Some(true) { icons::CHECK } else { "    " };
                let keys = keys::shown(frame.editor.settings(), *action);
                let button =
                    Button::new(format!("{mark} {}", action.label())).shortcut_text(keys).frame(false);
                let entry = ui.add_enabled(frame.editor.enabled(*action), button);
                let enabled = entry.enabled();
                // The same words stand in the menu bar and on buttons: this one is the layer's.
                let name = format!("{}: {}", action.label(), layer.name);
                entry.widget_info(|| WidgetInfo::labeled(Role::MenuItem, enabled, &name));
                if entry.clicked() {
                    frame.act(*action);
                    ui.close();
                }
            }
        }
    });
}
