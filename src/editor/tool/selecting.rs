//! What the selection tools have in common.

use super::{Command, Cx, Modifiers};
use crate::document::{Combine, Mask, ONE};
use crate::editor::options::ToolOptions;
use crate::editor::whole::{Area, SelectionChange};
use crate::editor::work::Operation;

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

/// Makes an area the selection, feathered and combined with the one there is. The worker does it: flooding a region
/// and softening an edge take longer than a frame in a large picture.
pub(super) fn select(cx: &mut Cx, name: &'static str, area: Area, how: Combine) {
    let feather_px = cx.options.select.feather_px;
    let change = SelectionChange::Area { name, area, feather_px, how };
    cx.ask(Command::Operate(Operation::Select(Box::new(change))));
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
