//! Where the keyboard is: it stays in view, it is seen, and it goes on from where it was.

use crate::editor::Action;
use eframe::egui::{
    self, Context, FocusDirection, Id, Key, LayerId, Order, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetRect,
};

/// Something that had the focus, and where it was.
type Place = (Id, LayerId, Rect);

/// What is kept about the focus from frame to frame.
#[derive(Default)]
pub struct Keyboard {
    /// What had it last, but for the canvas.
    last: Option<Place>,
    /// What had it last in the window itself: a list or a dialog over it is gone when it is closed.
    below: Option<Place>,
}

/// What had the focus when the last frame ended.
fn seen() -> Id {
    Id::unique("focus-seen")
}

impl Keyboard {
    /// Before anything is drawn: Tab goes on from where the keyboard was last. Enter in a field takes the focus away, and
    /// egui would begin at the first menu. What is gone, as a button that was replaced by another, has a neighbour.
    pub fn begin(&self, ctx: &Context) {
        let tab = ctx.input(|i| i.key_pressed(Key::Tab) && !i.modifiers.command && !i.modifiers.alt);
        if !tab || ctx.memory(|m| m.focused()).is_some() {
            return;
        }
        for (id, layer, rect) in [self.last, self.below].into_iter().flatten() {
            if !ctx.memory(|m| m.allows_interaction(layer)) {
                continue;
            }
            if widget(ctx, id).is_some_and(|w| w.enabled) {
                return ctx.memory_mut(|m| m.request_focus(id));
            }
            if let Some(near) = nearest(ctx, layer, rect) {
                return ctx.memory_mut(|m| {
                    m.request_focus(near);
                    m.move_focus(FocusDirection::None);
                });
            }
        }
    }

    /// When everything is drawn: a ring around what has the focus, where it does not show by itself.
    pub fn end(&mut self, ctx: &Context, canvas: Id) {
        let focused = ctx.memory(|m| m.focused());
        if ctx.data(|d| d.get_temp(seen())) != Some(focused) {
            ctx.data_mut(|d| d.insert_temp(seen(), focused));
            // What had it before was drawn before it went.
            ctx.request_repaint();
        }
        match focused {
            Some(id) if id == canvas => (self.last, self.below) = (None, None),
            Some(id) => {
                let widget = widget(ctx, id);
                self.last = widget.map(|w| (id, w.layer_id, w.rect)).or(self.last);
                let below = self.last.filter(|(_, layer, _)| layer.order == Order::Background);
                self.below = below.or(self.below);
                if let Some(widget) = widget.filter(|_| !ctx.text_edit_focused()) {
                    let stroke = Stroke::new(1.5, ctx.global_style().visuals.selection.stroke.color);
                    ctx.layer_painter(widget.layer_id)
                        .with_clip_rect(widget.interact_rect.expand(2.0))
                        .rect_stroke(widget.rect, 4.0, stroke, StrokeKind::Middle);
                }
            }
            None => {}
        }
    }
}

/// A widget of this frame, else of the last. Not [`Context::read_response`]: that takes the focus from what has just got it
/// in a window that is not seen yet.
fn widget(ctx: &Context, id: Id) -> Option<WidgetRect> {
    ctx.viewport(|v| v.this_pass.widgets.get(id).or_else(|| v.prev_pass.widgets.get(id)).copied())
}

/// What takes the focus nearest to a place, of what was drawn in the last frame.
fn nearest(ctx: &Context, layer: LayerId, place: Rect) -> Option<Id> {
    let takes =
        |w: &&WidgetRect| w.enabled && w.visible && w.sense.is_focusable() && w.interact_rect.is_positive();
    let away = |w: &WidgetRect| w.rect.center().distance_sq(place.center());
    ctx.viewport(|v| {
        let all = v.prev_pass.widgets.get_layer(layer).filter(takes);
        all.min_by(|a, b| away(a).total_cmp(&away(b))).map(|w| w.id)
    })
}

/// The last thing in a scroll area: scrolls to what has just got the focus, if it lies in the area.
pub fn follow(ui: &Ui) {
    let ctx = ui.ctx();
    let focused = ctx.memory(|m| m.focused());
    if focused == ctx.data(|d| d.get_temp(seen())).flatten() {
        return;
    }
    let Some(found) = focused.and_then(|id| widget(ctx, id)) else { return };
    let mut inner = Some(found);
    while let Some(parent) = inner.map(|w| w.parent_id) {
        if parent == ui.unique_id() {
            return ui.scroll_to_rect(found.rect, None);
        }
        inner = widget(ctx, parent).filter(|w| w.id != w.parent_id);
    }
}

/// Gives the focus to the next widget that takes it.
pub fn focus_next(ui: &mut Ui) {
    let id = ui.scope_id().with("focus-here");
    ui.memory_mut(|m| {
        m.request_focus(id);
        m.move_focus(FocusDirection::Next);
    });
    let here = Rect::from_min_size(ui.cursor().min, Vec2::ZERO);
    let response = ui.interact(here, id, Sense::focusable_noninteractive());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Group, true, "Panels"));
}

/// Where the keyboard focus goes.
#[derive(Clone, Copy, PartialEq)]
pub enum Goal {
    /// The first panel.
    Panels,
    /// A panel, which comes to the front.
    Panel(super::panels::Panel),
    /// The first menu.
    Menus,
}

impl Goal {
    /// Where an action sends it.
    pub fn of(action: Action) -> Option<Self> {
        use super::panels::Panel;
        let panel = match action {
            Action::FocusPanels => return Some(Self::Panels),
            Action::FocusMenus => return Some(Self::Menus),
            Action::GoToColors => Panel::Colors,
            Action::GoToGenerate => Panel::Generate,
            Action::GoToNavigator => Panel::Navigator,
            Action::GoToBrushes => Panel::Brushes,
            Action::GoToLayers => Panel::Layers,
            Action::GoToHistory => Panel::History,
            Action::GoToZoom => Panel::Zoom,
            _ => return None,
        };
        Some(Self::Panel(panel))
    }
}
