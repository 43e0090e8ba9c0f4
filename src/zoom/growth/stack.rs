//! Levels from finished pictures.

use super::pixels_of;
use crate::document::{Document, Layer, Level, Placement, levels};
use crate::generate::GenerateError;
use crate::geom::Rect;
use image::RgbaImage;
use std::sync::Arc;

/// A document whose one level is `picture`.
///
/// # Errors
/// [`GenerateError::Request`] for a picture without pixels.
pub fn first_level(picture: &RgbaImage) -> Result<Document, GenerateError> {
    let page = Rect::from_size(0, 0, picture.width(), picture.height());
    if page.is_empty() {
        return Err(GenerateError::Request("the picture has no pixels".into()));
    }
    let mut doc = Document::new(page);
    let layer = Layer::raster(doc.next_layer_id(), "Picture", pixels_of(page, picture)?);
    doc.active = Some(layer.id);
    doc.levels[0].layers.push(Arc::new(layer));
    Ok(doc)
}

/// A document of pictures, each the outside of the one before: the inner one lies in the middle, `factor` times as small
/// as the outer one, whatever their sizes in pixels.
///
/// # Errors
/// [`GenerateError::Request`].
pub fn stack(pictures: &[RgbaImage], factor: f64) -> Result<Document, GenerateError> {
    let Some((first, rest)) = pictures.split_first() else {
        return Err(GenerateError::Request("there are no pictures to put into each other".into()));
    };
    let mut doc = first_level(first)?;
    for picture in rest {
        let inner = doc.page;
        let page = Rect::from_size(0, 0, picture.width(), picture.height());
        let layer = Layer::raster(doc.next_layer_id(), "Picture", pixels_of(page, picture)?);
        let level = Level { active: Some(layer.id), layers: vec![Arc::new(layer)], ..Level::new(page) };
        let place = stacked(inner, page, factor);
        levels::add_outer(&mut doc, level, place);
    }
    doc.level = 0;
    Ok(doc)
}

/// Where a page lies in the middle of another, whose width is `factor` times its own there.
pub fn stacked(inner: Rect, outer: Rect, factor: f64) -> Placement {
    let ratio = f64::from(inner.width()) / f64::from(outer.width());
    Placement::centred(inner, outer, factor * ratio)
}
