//! Fills: a colour laid where a mask is.

use super::resolve::{self, Apply, Shaping, Sources};
use crate::color::Rgba;
use crate::document::composite::composite;
use crate::document::flood::{FloodSettings, flood};
use crate::document::{Damage, Document, LayerId, Mask, Slot, TilePos, selection};
use crate::geom::Rect;
use serde::{Deserialize, Serialize};

/// How the bucket fills.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FillSettings {
    /// What counts as the region.
    pub flood: FloodSettings,
    /// Look at what is seen, not at the layer alone.
    pub sample_all: bool,
}

pub(crate) const PLAIN: Shaping<'static> = Shaping { grain: None, depth: 0.0, wet_edge: 0.0, cap: 1.0 };

/// The rectangle that an unbounded operation is confined to: the page and what is painted near it.
pub fn working_rect(doc: &Document) -> Rect {
    doc.page.union(&doc.content_bounds().intersect(&doc.page.grow(1024)))
}

/// Lays `color` (or erases) on a layer where `mask` is, within the selection, respecting the alpha lock. The layer's
/// lock is respected too: nothing changes.
pub fn paint_mask(doc: &mut Document, id: LayerId, mask: &Mask, color: Rgba, erase: bool) -> Damage {
    let selection = doc.selection.clone();
    let bounds = working_rect(doc);
    let Some(layer) = doc.layer_mut(id).filter(|layer| !layer.locked) else { return Damage::none() };
    let keep_alpha = layer.alpha_locked;
    let Some(pixels) = layer.pixels_mut() else { return Damage::none() };
    // An inverted selection reaches everywhere; paint does not.
    let mask = if mask.background() == [0] {
        mask.clone()
    } else {
        selection::combine(Some(mask), &selection::rect(bounds), selection::Combine::Intersect)
    };
    let positions: Vec<TilePos> = mask.tiles().map(|(pos, _)| pos).collect();
    let apply = if erase { Apply::Erase } else { Apply::Color([color.r, color.g, color.b]) };
    let alpha = color.a.clamp(0.0, 1.0);
    pixels.edit_slots(&positions, |pos, slot| {
        let chosen = selection.as_ref().map(|s| s.slot(pos));
        let whole = matches!(mask.slot(pos), Slot::Solid([crate::document::ONE]))
            && matches!(chosen, None | Some(Slot::Solid([crate::document::ONE])));
        if whole && alpha >= 1.0 && !keep_alpha {
            *slot = Slot::Solid(if erase { [0; 4] } else { color.to_px() });
            return;
        }
        let base = slot.clone();
        let faded;
        let mut buffer = mask.slot(pos);
        if alpha < 1.0 {
            let mut tile = crate::document::tile::Tile::filled([0]);
            for (i, v) in tile.planes[0].iter_mut().enumerate() {
                *v = (f32::from(buffer.get(i)[0]) * alpha + 0.5) as u16;
            }
            faded = Slot::from_tile(tile);
            buffer = &faded;
        }
        let sources = Sources { base: &base, buffer, selection: chosen };
        resolve::pixels(pos, pos.rect(), slot, &sources, apply, &PLAIN, keep_alpha);
    });
    pixels.compact(positions.iter().copied());
    positions.into_iter().collect()
}

/// The region around canvas pixel `at`, as the bucket and the magic wand see it.
pub fn region(doc: &Document, id: LayerId, at: (i32, i32), settings: &FillSettings) -> Mask {
    let bounds = working_rect(doc);
    if settings.sample_all {
        return flood(&composite(doc, bounds), at, bounds, &settings.flood);
    }
    match doc.layer(id).and_then(|layer| layer.pixels()) {
        Some(pixels) => flood(pixels, at, bounds, &settings.flood),
        None => Mask::default(),
    }
}

/// Fills the region around canvas pixel `at`.
pub fn bucket(
    doc: &mut Document,
    id: LayerId,
    at: (i32, i32),
    settings: &FillSettings,
    color: Rgba,
) -> Damage {
    let mask = region(doc, id, at, settings);
    paint_mask(doc, id, &mask, color, false)
}

/// Fills the selection, or the page without one.
pub fn fill(doc: &mut Document, id: LayerId, color: Rgba) -> Damage {
    // Only where; how much of it the selection says by itself.
    let area = match &doc.selection {
        None => doc.page,
        Some(selected) if selected.background() == [0] => selected.tile_bounds(),
        Some(_) => working_rect(doc),
    };
    paint_mask(doc, id, &selection::rect(area), color, false)
}
