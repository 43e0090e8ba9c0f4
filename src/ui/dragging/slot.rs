//! Where the style slot is, so that what is dropped on it is known.

use crate::ui::theme;
use eframe::egui::{Color32, Context, Id, LayerId, Order, Pos2, Rect, Stroke, StrokeKind, Ui};

/// The style slot as it was drawn last.
#[derive(Clone, Copy)]
struct Slot {
    rect: Rect,
    layer: LayerId,
    /// The pass that drew it: a slot that is not drawn is not there.
    pass: u64,
}

fn id() -> Id {
    Id::unique("style slot")
}

/// Something is dragged that the slot takes.
#[derive(Clone, Copy)]
struct Wanted {
    pass: u64,
    at: Option<Pos2>,
}

fn wanted(ctx: &Context) -> Option<Wanted> {
    let wanted: Wanted = ctx.data(|data| data.get_temp(id()))?;
    // It is said at the end of a pass and asked for in the next one.
    (wanted.pass + 1 >= ctx.cumulative_pass_nr()).then_some(wanted)
}

/// Where something is dragged that the slot takes, if that is known: the tab of its panel comes to the front there.
pub fn dragged_at(ctx: &Context) -> Option<Pos2> {
    wanted(ctx)?.at
}

/// Remembers that the slot is drawn there. While something is dragged that it takes, it comes into view.
pub fn mark(ui: &Ui, rect: Rect) {
    if wanted(ui.ctx()).is_some() {
        ui.scroll_to_rect(rect.expand(4.0), None);
    }
    let slot = Slot {
        rect: rect.expand(4.0).intersect(ui.clip_rect()),
        layer: ui.layer_id(),
        pass: ui.ctx().cumulative_pass_nr(),
    };
    ui.data_mut(|data| data.insert_temp(id(), slot));
}

fn seen(ctx: &Context) -> Option<Slot> {
    let slot: Slot = ctx.data(|data| data.get_temp(id()))?;
    (slot.pass == ctx.cumulative_pass_nr() && slot.rect.is_positive()).then_some(slot)
}

/// Whether a place is one of the slot, which is in view there. Asked after the panels were drawn.
pub fn lies_at(ctx: &Context, at: Pos2) -> bool {
    seen(ctx).is_some_and(|slot| {
        slot.rect.contains(at) && ctx.layer_id_at(at).is_none_or(|layer| layer == slot.layer)
    })
}

/// Shows that the slot takes what is dragged; `at` is where that is, if it is known.
pub fn show(ctx: &Context, at: Option<Pos2>) {
    let wanted = Wanted { pass: ctx.cumulative_pass_nr(), at };
    ctx.data_mut(|data| data.insert_temp(id(), wanted));
    let Some(slot) = seen(ctx) else { return };
    let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("style slot hint")));
    let hot = at.is_some_and(|at| lies_at(ctx, at));
    let fill = if hot { theme::ACCENT.gamma_multiply(0.35) } else { Color32::TRANSPARENT };
    let stroke = Stroke::new(if hot { 3.0 } else { 1.5 }, theme::ACCENT);
    painter.rect(slot.rect, 4.0, fill, stroke, StrokeKind::Inside);
}
