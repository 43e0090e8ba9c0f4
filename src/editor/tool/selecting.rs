//! What the selection tools have in common.

use super::{Cx, Modifiers};
use crate::document::selection::{self, Combine};
use crate::document::{Mask, ONE};
use crate::editor::options::ToolOptions;

/// Screen pixels below which a drag is a click.
pub(super) const CLICK_PX: f64 = 3.0;

/// What a new selection does to the old one: Shift adds, Alt subtracts, both intersect, else as the options say.
pub(super) fn combine_of(options: &ToolOptions, held: Modifiers) -> Combine {
    match (held.shift, held.alt) {
        (true, true) => Combine::Intersect,
        (true, false) => Combine::Add,
        (false, true) => Combine::Subtract,
        (false, false) => options.select.combine,
    }
}

/// Makes `mask` the selection, feathered and combined with the one there is.
pub(super) fn select(cx: &mut Cx, name: &'static str, mask: &Mask, how: Combine) {
    let softened;
    let mut new = mask;
    if cx.options.select.feather_px > 0.0 {
        softened = selection::feather(mask, cx.options.select.feather_px);
        new = &softened;
    }
    let combined = selection::combine(cx.open.doc.selection.as_ref(), new, how);
    cx.select(name, Some(combined));
}

/// A click that circled nothing: deselects, unless something was to be added or taken away.
pub(super) fn clicked(cx: &mut Cx, how: Combine) {
    if how == Combine::Replace {
        cx.select("Deselect", None);
    }
}

/// Whether the pixel is at least half selected.
pub(super) fn selected(mask: &Mask, (x, y): (i32, i32)) -> bool {
    mask.pixel(x, y)[0] > ONE / 2
}
