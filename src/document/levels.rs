//! Edits of levels: functions on a document that cannot fail. One that makes no sense changes nothing.

use super::level::{Level, Made, Placement};
use super::{Content, Damage, Document, Layer, LayerId, Layers};
use crate::geom::{Point, Rect};
use std::sync::Arc;

/// Shows another level.
pub fn show(doc: &mut Document, level: usize) -> Damage {
    if level >= doc.levels.len() || level == doc.level {
        return Damage::none();
    }
    doc.level = level;
    Damage::everything()
}

/// Puts `level` around all others. The outermost so far lies in it at `place`; it would itself lie in the innermost as
/// that one did. Shows it.
pub fn add_outer(doc: &mut Document, mut level: Level, place: Placement) -> Damage {
    level.place = Placement::default();
    if let Some(outermost) = doc.levels.last_mut() {
        outermost.place = place;
    }
    doc.levels.push(level);
    doc.level = doc.levels.len() - 1;
    Damage::everything()
}

/// Puts `level` inside all others, with its own [`Level::place`] in the innermost so far. Shows it.
pub fn add_inner(doc: &mut Document, level: Level) -> Damage {
    doc.levels.insert(0, level);
    doc.level = 0;
    Damage::everything()
}

/// Removes a level. Its neighbours keep their places in each other. The last one stays.
pub fn remove(doc: &mut Document, level: usize) -> Damage {
    if doc.levels.len() < 2 || level >= doc.levels.len() {
        return Damage::none();
    }
    let gone = doc.levels.remove(level);
    let outermost = level == doc.levels.len();
    if let Some(inner) = level.checked_sub(1).and_then(|k| doc.levels.get_mut(k)) {
        // A ring has no use for a place that leads nowhere any more.
        inner.place = if outermost { Placement::default() } else { inner.place.then(&gone.place) };
        if matches!(inner.made, Made::Inward(_)) {
            inner.made = Made::Alone;
        }
    }
    if let Some(outer) = doc.levels.get_mut(level)
        && matches!(outer.made, Made::Outward(_))
    {
        outer.made = Made::Alone;
    }
    let shown = doc.level - usize::from(doc.level > level);
    doc.level = shown.min(doc.levels.len() - 1);
    Damage::everything()
}

/// Sets words and style of a level.
pub fn set_words(doc: &mut Document, level: usize, words: &str, style: &str) -> Damage {
    if let Some(level) = doc.levels.get_mut(level) {
        level.words = words.to_owned();
        level.style = style.to_owned();
    }
    Damage::none()
}

/// Exchanges words, style and seed of two levels.
pub fn swap_words(doc: &mut Document, a: usize, b: usize) -> Damage {
    if a.max(b) < doc.levels.len() && a != b {
        let of = |level: &Level| (level.words.clone(), level.style.clone(), level.seed);
        let (of_a, of_b) = (of(&doc.levels[a]), of(&doc.levels[b]));
        (doc.levels[a].words, doc.levels[a].style, doc.levels[a].seed) = of_b;
        (doc.levels[b].words, doc.levels[b].style, doc.levels[b].seed) = of_a;
    }
    Damage::none()
}

/// Key of the note on the layer that holds the shrunk picture of the level inside.
pub const INNER_NOTE: &str = "scumble-inner";

/// The layer of a level that holds the shrunk picture of the level inside it, if it still has one.
pub fn inner_copy(level: &Level) -> Option<LayerId> {
    let mut found = None;
    for layer in &level.layers {
        layer.walk(&mut |layer| {
            if layer.notes.contains_key(INNER_NOTE) {
                found = Some(layer.id);
            }
        });
    }
    found
}

/// Replaces the pixels of a raster layer of a level, shown or not.
pub fn set_layer_pixels(doc: &mut Document, level: usize, id: LayerId, pixels: super::Pixels) -> Damage {
    change_layer(doc, level, id, &mut |layer| layer.content = Content::Raster(pixels.clone()))
}

/// Changes a layer of a level, shown or not.
pub fn change_layer(
    doc: &mut Document,
    level: usize,
    id: LayerId,
    change: &mut dyn FnMut(&mut Layer),
) -> Damage {
    fn find(layers: &mut Layers, id: LayerId, change: &mut dyn FnMut(&mut Layer)) -> bool {
        for layer in layers.iter_mut() {
            if layer.id == id {
                change(Arc::make_mut(layer));
                return true;
            }
            let mut within = false;
            layer.walk(&mut |l| within |= l.id == id);
            if within && let Content::Group(children) = &mut Arc::make_mut(layer).content {
                return find(children, id, change);
            }
        }
        false
    }
    let shown = doc.level == level;
    let before = shown.then(|| doc.clone());
    if let Some(level) = doc.levels.get_mut(level) {
        find(&mut level.layers, id, change);
    }
    before.map_or_else(Damage::none, |before| doc.damage_from(&before))
}

/// A layer that holds the shrunk picture of the level inside.
pub fn inner_layer(doc: &mut Document, name: &str, pixels: super::Pixels) -> Layer {
    let mut layer = Layer::raster(doc.next_layer_id(), name, pixels);
    layer.notes.insert(INNER_NOTE.into(), "1".into());
    layer
}

/// Where the page of a level lies in another one, as two corners in canvas pixels of that one.
pub fn page_in(doc: &Document, level: usize, other: usize) -> [Point; 2] {
    let page = doc.levels.get(level).map_or(Rect::default(), |l| l.page);
    let corners = page.corners();
    [corners[0], corners[2]].map(|p| super::LevelPoint::new(level, p).carried(&doc.levels, other).at())
}
