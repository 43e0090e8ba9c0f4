//! Changes that touch a whole layer, picture or selection, as data: the worker does them.

use super::floating::{forget_all_texts, forget_texts};
use crate::color::Rgba;
use crate::document::composite::composite_layers;
use crate::document::{Combine, Document, LayerId, Mask, TilePos, edit, selection};
use crate::geom::{Point, Projective, Rect};
use crate::paint::fill::{self, FillSettings};
use crate::paint::transform::{self, Axis, Resample};

/// A change of the selection.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectionChange {
    /// Its edge moves outwards by pixels.
    Grow(u32),
    /// Its edge moves inwards by pixels.
    Shrink(u32),
    /// Its edge becomes soft; radius in pixels.
    Feather(f32),
    /// A band of this width in pixels along its edge is left.
    Border(u32),
    /// What was not selected of the page.
    Invert,
    /// What a layer covers.
    Opaque(LayerId),
    /// An area is selected, added, taken away or cut with.
    Area {
        /// What the history calls it.
        name: &'static str,
        /// Which.
        area: Area,
        /// Radius in pixels by which the area is softened first.
        feather_px: f32,
        /// What becomes of what is selected already.
        how: Combine,
    },
}

/// Where.
#[derive(Clone, Debug, PartialEq)]
pub enum Area {
    /// A rectangle.
    Rect(Rect),
    /// The ellipse in the rectangle with these corners.
    Ellipse(Point, Point),
    /// What a closed line goes around.
    Lasso(Vec<Point>),
    /// The region around a canvas pixel, as a layer or the picture shows it.
    Region(LayerId, (i32, i32), FillSettings),
}

impl SelectionChange {
    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        match self {
            SelectionChange::Grow(_) => "Grow selection",
            SelectionChange::Shrink(_) => "Shrink selection",
            SelectionChange::Feather(_) => "Feather selection",
            SelectionChange::Border(_) => "Selection border",
            SelectionChange::Invert => "Invert selection",
            SelectionChange::Opaque(_) => "Select what the layer covers",
            SelectionChange::Area { name, .. } => name,
        }
    }

    /// Whether there must be a selection.
    pub fn needs_selection(&self) -> bool {
        match self {
            SelectionChange::Grow(_)
            | SelectionChange::Shrink(_)
            | SelectionChange::Feather(_)
            | SelectionChange::Border(_) => true,
            SelectionChange::Invert | SelectionChange::Opaque(_) | SelectionChange::Area { .. } => false,
        }
    }

    /// Does it. A selection of nothing becomes none.
    pub fn run(&self, doc: &mut Document) {
        let old = doc.selection.clone();
        let changed = |change: &dyn Fn(&Mask) -> Mask| old.as_ref().map(change);
        let new = match self {
            SelectionChange::Grow(by) => changed(&|mask| selection::grow(mask, *by)),
            SelectionChange::Shrink(by) => changed(&|mask| selection::shrink(mask, *by)),
            SelectionChange::Feather(px) => changed(&|mask| selection::feather(mask, *px)),
            SelectionChange::Border(px) => changed(&|mask| selection::border(mask, *px)),
            SelectionChange::Invert => Some(match &old {
                None => Mask::default(),
                Some(mask) => selection::combine(Some(&selection::rect(doc.page)), mask, Combine::Subtract),
            }),
            SelectionChange::Opaque(id) => Some(opaque(doc, *id)),
            SelectionChange::Area { area, feather_px, how, .. } => {
                let area = match area {
                    Area::Rect(rect) => selection::rect(*rect),
                    Area::Ellipse(a, b) => selection::ellipse(*a, *b),
                    Area::Lasso(points) => selection::lasso(points),
                    Area::Region(id, at, settings) => fill::region(doc, *id, *at, settings),
                };
                let area = if *feather_px > 0.0 { selection::feather(&area, *feather_px) } else { area };
                Some(selection::combine(old.as_ref(), &area, *how))
            }
        };
        let new = new.filter(|mask| mask.background() != [0] || !mask.tile_bounds().is_empty());
        edit::set_selection(doc, new);
    }
}

/// How opaque a layer is.
fn opaque(doc: &Document, id: LayerId) -> Mask {
    let mut mask = Mask::default();
    let Some(layer) = doc.layer(id) else { return mask };
    let pixels = match layer.pixels() {
        Some(pixels) => pixels.clone(),
        None => composite_layers(layer.children(), &layer.tiles()),
    };
    let positions: Vec<TilePos> = pixels.tiles().map(|(pos, _)| pos).collect();
    mask.edit_tiles(&positions, |pos, tile| {
        let slot = pixels.slot(pos);
        tile.planes[0].iter_mut().enumerate().for_each(|(i, v)| *v = slot.get(i)[3]);
    });
    mask.compact(positions);
    mask
}

/// A change of a whole layer or picture that has nothing to be set.
#[derive(Clone, Debug, PartialEq)]
pub enum WholeChange {
    /// The picture is mirrored within the page.
    FlipImage(Axis),
    /// The picture is turned by a quarter.
    RotateImage {
        /// Which way.
        clockwise: bool,
    },
    /// The page is cut to a rectangle.
    Crop(Rect),
    /// The page is set to what is painted.
    Trim,
    /// A layer is mirrored in its place.
    FlipLayer(LayerId, Axis),
    /// A layer gets a colour where the selection is.
    Fill(LayerId, Rgba),
    /// A layer loses its paint where the selection is.
    Clear(LayerId),
    /// The same, after it was copied.
    Cut(LayerId),
    /// The mask of a layer is worked into its alpha.
    ApplyMask(LayerId),
    /// What is seen becomes a layer.
    StampVisible,
    /// The change mask grows by pixels (shrinks when negative).
    GrowChange(i32),
    /// The change mask becomes soft; radius in pixels.
    FeatherChange(f32),
}

impl WholeChange {
    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        match self {
            WholeChange::FlipImage(_) => "Flip image",
            WholeChange::RotateImage { .. } => "Rotate image",
            WholeChange::Crop(_) => "Crop",
            WholeChange::Trim => "Trim page",
            WholeChange::FlipLayer(..) => "Flip layer",
            WholeChange::Fill(..) => "Fill",
            WholeChange::Clear(_) => "Clear",
            WholeChange::Cut(_) => "Cut",
            WholeChange::ApplyMask(_) => "Apply layer mask",
            WholeChange::StampVisible => "New layer from visible",
            WholeChange::GrowChange(_) => "Grow change mask",
            WholeChange::FeatherChange(_) => "Feather change mask",
        }
    }

    /// Does it.
    pub fn run(&self, doc: &mut Document) {
        match self {
            WholeChange::FlipImage(axis) => {
                forget_all_texts(doc);
                transform::flip_all(doc, *axis);
            }
            WholeChange::RotateImage { clockwise } => rotate_image(doc, *clockwise),
            WholeChange::Crop(page) => drop(edit::crop(doc, *page)),
            WholeChange::Trim => drop(edit::trim(doc)),
            WholeChange::FlipLayer(id, axis) => {
                let within = doc.layer(*id).map(|l| l.content_bounds()).unwrap_or_default();
                forget_texts(doc, *id);
                transform::flip(doc, *id, *axis, within);
            }
            WholeChange::Fill(id, color) => drop(fill::fill(doc, *id, *color)),
            WholeChange::Clear(id) | WholeChange::Cut(id) => drop(edit::clear(doc, *id)),
            WholeChange::ApplyMask(id) => drop(edit::apply_mask(doc, *id)),
            WholeChange::StampVisible => drop(edit::stamp_visible(doc, "Visible")),
            WholeChange::GrowChange(by) => alter_change(doc, |mask| match u32::try_from(*by) {
                Ok(by) => selection::grow(mask, by),
                Err(_) => selection::shrink(mask, by.unsigned_abs()),
            }),
            WholeChange::FeatherChange(px) => alter_change(doc, |mask| selection::feather(mask, *px)),
        }
    }
}

fn alter_change(doc: &mut Document, change: impl FnOnce(&Mask) -> Mask) {
    if let Some(mask) = doc.change.as_ref().map(change) {
        edit::set_change(doc, Some(mask));
    }
}

fn rotate_image(doc: &mut Document, clockwise: bool) {
    forget_all_texts(doc);
    let page = doc.page;
    let (x0, y0) = (f64::from(page.x0), f64::from(page.y0));
    let (w, h) = (f64::from(page.width()), f64::from(page.height()));
    // Clockwise (y down): (x, y) → (h - y, x), measured from the corner of the page.
    let map = if clockwise {
        Projective::affine(0.0, 1.0, -1.0, 0.0, x0 + h + y0, y0 - x0)
    } else {
        Projective::affine(0.0, -1.0, 1.0, 0.0, x0 - y0, y0 + w + x0)
    };
    doc.page = Rect::from_size(page.x0, page.y0, page.height(), page.width());
    let ids: Vec<LayerId> = doc.layers().iter().map(|l| l.id).collect();
    let selected = doc.selection.take();
    for id in ids {
        let locked = doc.layer(id).is_some_and(|l| l.locked);
        edit::set_locked(doc, id, false);
        transform::transform(doc, id, &map, Resample::Nearest);
        edit::set_locked(doc, id, locked);
    }
    doc.selection = selected.and_then(|mask| transform::transformed(&mask, &map, Resample::Nearest));
}
