//! Edits of layers: functions on a document that cannot fail. An edit that makes no sense (a layer that is not
//! there, a group moved into itself) changes nothing and returns no damage.

use super::composite::composite_layers;
use super::layer::{Content, Layer, LayerId, LayerMask, Layers};
use super::tile::TilePos;
use super::tilemap::{Mask, Pixels};
use super::{BlendMode, Damage, Document};
use crate::geom::Rect;
use std::sync::Arc;

/// Where a layer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The group, `None` = the outermost list.
    pub parent: Option<LayerId>,
    /// Index from the bottom; more than there are layers = on top.
    pub index: usize,
}

impl Place {
    /// Right above the layer, or on top of everything if there is no such layer.
    pub fn above(doc: &Document, id: Option<LayerId>) -> Self {
        let found = id.and_then(|id| locate(doc, id));
        found.map_or(Self { parent: None, index: usize::MAX }, |p| Self { index: p.index + 1, ..p })
    }
}

/// Where the layer is.
pub fn locate(doc: &Document, id: LayerId) -> Option<Place> {
    let path = doc.path(id)?;
    let (index, way) = path.split_last()?;
    let mut parent = None;
    let mut layers = doc.layers().as_slice();
    for &i in way {
        parent = Some(layers[i].id);
        layers = layers[i].children();
    }
    Some(Place { parent, index: *index })
}

/// Runs `edit` and finds the damage by comparing with a snapshot: exact by construction, and cheap because
/// comparing is by pointer.
pub fn with_damage(doc: &mut Document, edit: impl FnOnce(&mut Document)) -> Damage {
    let before = doc.clone();
    edit(doc);
    doc.damage_from(&before)
}

fn list(doc: &mut Document, parent: Option<LayerId>) -> Option<&mut Layers> {
    match parent {
        None => Some(doc.layers_mut()),
        Some(id) => match &mut doc.layer_mut(id)?.content {
            Content::Group(layers) => Some(layers),
            Content::Raster(_) => None,
        },
    }
}

fn insert(doc: &mut Document, layer: Arc<Layer>, place: Place) {
    let parent = place.parent.filter(|id| matches!(doc.layer(*id), Some(l) if l.pixels().is_none()));
    if let Some(layers) = list(doc, parent) {
        layers.insert(place.index.min(layers.len()), layer);
    }
}

fn take(doc: &mut Document, id: LayerId) -> Option<Arc<Layer>> {
    let place = locate(doc, id)?;
    Some(list(doc, place.parent)?.remove(place.index))
}

fn set(doc: &mut Document, id: LayerId, change: impl FnOnce(&mut Layer)) -> Damage {
    if doc.layer(id).is_none() {
        return Damage::none();
    }
    with_damage(doc, |doc| {
        if let Some(layer) = doc.layer_mut(id) {
            change(layer);
        }
    })
}

/// Adds a layer (its id from [`Document::next_layer_id`]) and makes it active.
pub fn add(doc: &mut Document, layer: Layer, place: Place) -> Damage {
    with_damage(doc, |doc| {
        doc.reserve_layer_id(layer.id);
        doc.active = Some(layer.id);
        insert(doc, Arc::new(layer), place);
    })
}

/// Removes a layer with all within it; the one below it becomes active, else the one above.
pub fn remove(doc: &mut Document, id: LayerId) -> Damage {
    with_damage(doc, |doc| {
        let Some(place) = locate(doc, id) else { return };
        take(doc, id);
        if doc.active.is_none_or(|active| doc.layer(active).is_none()) {
            let siblings = list(doc, place.parent).map(|l| &*l);
            let next = siblings.and_then(|l| l.get(place.index.saturating_sub(1)).map(|l| l.id));
            doc.active = next.or(place.parent);
        }
    })
}

/// Puts a copy right above the layer and makes it active.
pub fn duplicate(doc: &mut Document, id: LayerId) -> Damage {
    fn renumber(doc: &mut Document, layer: &mut Layer) {
        layer.id = doc.next_layer_id();
        if let Content::Group(layers) = &mut layer.content {
            layers.iter_mut().for_each(|layer| renumber(doc, Arc::make_mut(layer)));
        }
    }
    with_damage(doc, |doc| {
        let Some(mut copy) = doc.layer(id).cloned() else { return };
        renumber(doc, &mut copy);
        copy.name.push_str(" copy");
        doc.active = Some(copy.id);
        insert(doc, Arc::new(copy), Place::above(doc, Some(id)));
    })
}

/// Moves a layer to `place`, whose index counts the layers as they are before the move. A group does not go
/// into itself.
pub fn move_to(doc: &mut Document, id: LayerId, place: Place) -> Damage {
    let Some(from) = locate(doc, id) else { return Damage::none() };
    let mut inside = false;
    doc.layer(id).into_iter().for_each(|layer| layer.walk(&mut |l| inside |= place.parent == Some(l.id)));
    if inside {
        return Damage::none();
    }
    with_damage(doc, |doc| {
        let Some(layer) = take(doc, id) else { return };
        let shift = usize::from(from.parent == place.parent && from.index < place.index);
        insert(doc, layer, Place { index: place.index - shift, ..place });
    })
}

/// Puts layers that lie in one list into a new group in the place of the topmost; the group becomes active.
pub fn group(doc: &mut Document, ids: &[LayerId], name: &str) -> Damage {
    with_damage(doc, |doc| {
        let mut found: Vec<(Place, LayerId)> =
            ids.iter().filter_map(|&id| Some((locate(doc, id)?, id))).collect();
        found.sort_by_key(|(place, _)| place.index);
        let Some(&(top, _)) = found.last() else { return };
        found.retain(|(place, _)| place.parent == top.parent);
        let layers: Layers = found.iter().filter_map(|&(_, id)| take(doc, id)).collect();
        let index = top.index + 1 - layers.len();
        let id = doc.next_layer_id();
        insert(doc, Arc::new(Layer::group(id, name, layers)), Place { index, ..top });
        doc.active = Some(id);
    })
}

/// Replaces a group by its layers.
pub fn ungroup(doc: &mut Document, id: LayerId) -> Damage {
    with_damage(doc, |doc| {
        let Some(place) = locate(doc, id) else { return };
        let Some(Content::Group(children)) = doc.layer(id).map(|l| l.content.clone()) else { return };
        take(doc, id);
        doc.active = children.last().map(|l| l.id);
        for (i, layer) in children.into_iter().enumerate() {
            insert(doc, layer, Place { index: place.index + i, ..place });
        }
    })
}

/// The layers composited over nothing.
fn baked(layers: &[Arc<Layer>]) -> Pixels {
    let mut positions: Vec<TilePos> = layers.iter().flat_map(|layer| layer.tiles()).collect();
    positions.sort_unstable();
    positions.dedup();
    composite_layers(layers, &positions)
}

/// Merges the layer into the one below it in its list, which keeps its name, its blend mode and its clipping;
/// masks and opacities are applied. Looks the same wherever the lower layer is normal.
pub fn merge_down(doc: &mut Document, id: LayerId) -> Damage {
    with_damage(doc, |doc| {
        let Some(place) = locate(doc, id).filter(|place| place.index > 0) else { return };
        let Some(layers) = list(doc, place.parent) else { return };
        let (below, above) = (&layers[place.index - 1], &layers[place.index]);
        let mut bottom = Layer::clone(below);
        let mut top = Layer::clone(above);
        bottom.blend = BlendMode::Normal;
        // Two layers that both clip to a third are merged side by side.
        top.clipping &= !bottom.clipping;
        bottom.clipping = false;
        let pixels = baked(&[Arc::new(bottom), Arc::new(top)]);
        let merged = Layer {
            opacity: 1.0,
            visible: true,
            mask: None,
            content: Content::Raster(pixels),
            ..Layer::clone(below)
        };
        let merged_id = merged.id;
        layers[place.index - 1] = Arc::new(merged);
        layers.remove(place.index);
        doc.active = Some(merged_id);
    })
}

/// Replaces a group by one layer that looks the same (unless it is a pass-through group).
pub fn merge_group(doc: &mut Document, id: LayerId) -> Damage {
    set(doc, id, |layer| {
        if let Content::Group(children) = &layer.content {
            layer.content = Content::Raster(baked(children));
        }
    })
}

/// Replaces all layers by one, named `name`, of what is seen.
pub fn flatten(doc: &mut Document, name: &str) -> Damage {
    with_damage(doc, |doc| {
        let pixels = baked(doc.layers());
        let id = doc.next_layer_id();
        *doc.layers_mut() = vec![Arc::new(Layer::raster(id, name, pixels))];
        doc.active = Some(id);
    })
}

/// Adds a layer of what is seen on top, without removing any.
pub fn stamp_visible(doc: &mut Document, name: &str) -> Damage {
    let pixels = baked(doc.layers());
    let layer = Layer::raster(doc.next_layer_id(), name, pixels);
    add(doc, layer, Place::above(doc, None))
}

/// Renames a layer.
pub fn rename(doc: &mut Document, id: LayerId, name: &str) -> Damage {
    // A name is not seen on the canvas.
    set(doc, id, |layer| layer.name = name.to_owned());
    Damage::none()
}

/// Sets the opacity, 0..=1.
pub fn set_opacity(doc: &mut Document, id: LayerId, opacity: f32) -> Damage {
    set(doc, id, |layer| layer.opacity = opacity.clamp(0.0, 1.0))
}

/// Shows or hides a layer.
pub fn set_visible(doc: &mut Document, id: LayerId, visible: bool) -> Damage {
    set(doc, id, |layer| layer.visible = visible)
}

/// Locks or unlocks pixels and properties.
pub fn set_locked(doc: &mut Document, id: LayerId, locked: bool) -> Damage {
    set(doc, id, |layer| layer.locked = locked);
    Damage::none()
}

/// Locks or unlocks alpha.
pub fn set_alpha_locked(doc: &mut Document, id: LayerId, locked: bool) -> Damage {
    set(doc, id, |layer| layer.alpha_locked = locked);
    Damage::none()
}

/// Clips the layer to the one below, or frees it.
pub fn set_clipping(doc: &mut Document, id: LayerId, clipping: bool) -> Damage {
    set(doc, id, |layer| layer.clipping = clipping)
}

/// Sets the blend mode.
pub fn set_blend(doc: &mut Document, id: LayerId, blend: BlendMode) -> Damage {
    set(doc, id, |layer| layer.blend = blend)
}

/// Sets or removes the mask.
pub fn set_mask(doc: &mut Document, id: LayerId, mask: Option<LayerMask>) -> Damage {
    set(doc, id, |layer| layer.mask = mask)
}

/// Sets the mask to what is selected (everything without a selection).
pub fn mask_from_selection(doc: &mut Document, id: LayerId) -> Damage {
    let coverage = doc.selection.clone().unwrap_or_else(|| Mask::new([super::ONE]));
    set_mask(doc, id, Some(LayerMask { coverage, enabled: true }))
}

/// Multiplies the mask into the pixels and removes it.
pub fn apply_mask(doc: &mut Document, id: LayerId) -> Damage {
    set(doc, id, |layer| {
        let Some(mask) = &layer.mask else { return };
        if let Content::Raster(pixels) = &layer.content {
            let bare = Layer { mask: Some(mask.clone()), ..Layer::raster(layer.id, "", pixels.clone()) };
            layer.content = Content::Raster(baked(&[Arc::new(bare)]));
            layer.mask = None;
        }
    })
}

/// Keeps `value` with the layer under `key`, or forgets it.
pub fn set_note(doc: &mut Document, id: LayerId, key: &str, value: Option<String>) -> Damage {
    set(doc, id, |layer| match value {
        Some(value) => drop(layer.notes.insert(key.to_owned(), value)),
        None => drop(layer.notes.remove(key)),
    });
    Damage::none()
}

/// Makes a layer the one that is painted on.
pub fn set_active(doc: &mut Document, id: LayerId) -> Damage {
    if doc.layer(id).is_some() {
        doc.active = Some(id);
    }
    Damage::none()
}

/// Replaces the pixels of a layer.
pub fn set_pixels(doc: &mut Document, id: LayerId, pixels: Pixels) -> Damage {
    set(doc, id, |layer| {
        if let Content::Raster(old) = &mut layer.content {
            *old = pixels;
        }
    })
}

/// Moves the pixels and masks of a layer and of all within it by `(dx, dy)` canvas pixels.
pub fn translate(doc: &mut Document, id: LayerId, dx: i32, dy: i32) -> Damage {
    fn shift(layer: &mut Layer, dx: i32, dy: i32) {
        if let Some(mask) = &mut layer.mask {
            mask.coverage = mask.coverage.translated(dx, dy);
        }
        match &mut layer.content {
            Content::Raster(pixels) => *pixels = pixels.translated(dx, dy),
            Content::Group(layers) => layers.iter_mut().for_each(|l| shift(Arc::make_mut(l), dx, dy)),
        }
    }
    set(doc, id, |layer| shift(layer, dx, dy))
}

/// Sets the page: the exported rectangle. Nothing is cut.
pub fn set_page(doc: &mut Document, page: Rect) -> Damage {
    if page.is_empty() {
        return Damage::none();
    }
    with_damage(doc, |doc| doc.page = page)
}

/// Sets the page to what is painted.
pub fn trim(doc: &mut Document) -> Damage {
    let bounds = doc.content_bounds();
    set_page(doc, bounds)
}

/// Sets the page and removes all paint outside of it.
pub fn crop(doc: &mut Document, page: Rect) -> Damage {
    fn cut(layer: &mut Layer, page: Rect) {
        match &mut layer.content {
            Content::Raster(pixels) => *pixels = cropped(pixels, page),
            Content::Group(layers) => layers.iter_mut().for_each(|l| cut(Arc::make_mut(l), page)),
        }
    }
    if page.is_empty() {
        return Damage::none();
    }
    with_damage(doc, |doc| {
        doc.page = page;
        doc.layers_mut().iter_mut().for_each(|layer| cut(Arc::make_mut(layer), page));
    })
}

fn cropped(pixels: &Pixels, page: Rect) -> Pixels {
    let mut out = Pixels::default();
    for (pos, slot) in pixels.tiles().filter(|(pos, _)| !pos.rect().intersect(&page).is_empty()) {
        let part = pos.rect().intersect(&page);
        if part == pos.rect() {
            out.set_slot(pos, slot.clone());
        } else {
            let [r, g, b, a] = pixels.read(part);
            out.write(part, [&r, &g, &b, &a]);
        }
    }
    out
}

/// Sets the selection; `None` = everything. Not seen on the canvas: its outline is drawn by the window.
pub fn set_selection(doc: &mut Document, selection: Option<Mask>) -> Damage {
    doc.selection = selection;
    Damage::none()
}

/// Sets the change mask; `None` = nothing is painted. Not part of the composite: its veil is drawn by the window.
pub fn set_change(doc: &mut Document, change: Option<Mask>) -> Damage {
    doc.change = change;
    Damage::none()
}

/// Erases what is selected from a layer (all of it without a selection).
pub fn clear(doc: &mut Document, id: LayerId) -> Damage {
    let selection = doc.selection.clone();
    set(doc, id, |layer| {
        let Content::Raster(pixels) = &mut layer.content else { return };
        let Some(mask) = selection else {
            *pixels = Pixels::default();
            return;
        };
        let positions: Vec<_> = pixels.tiles().map(|(pos, _)| pos).collect();
        let touched: Vec<_> =
            positions.into_iter().filter(|&pos| !matches!(mask.slot(pos), super::Slot::Solid([0]))).collect();
        pixels.edit_tiles(&touched, |pos, tile| {
            let slot = mask.slot(pos);
            for plane in &mut tile.planes {
                for (i, v) in plane.iter_mut().enumerate() {
                    let keep = u32::from(super::ONE - slot.get(i)[0]);
                    *v = ((u32::from(*v) * keep + 32_767) / 65_535) as u16;
                }
            }
        });
    })
}
