//! Levels before a model has painted them: all that is slow about them, ready to be put into a document.

use super::hold::{Held, Parent};
use super::outward::trimmed_page;
use super::{inward, pixels_of_light};
use crate::document::level::{MAX_FACTOR, MIN_FACTOR};
use crate::document::{Document, Layer, LayerId, Level, Made, Pixels, Placement, levels};
use crate::generate::GenerateError;
use crate::geom::{Point, Rect};
use crate::zoom::pyramid::Pyramid;
use std::sync::Arc;

/// Name of the layer that holds the shrunk picture.
const COPY_NAME: &str = "Inner picture";
/// Name of the layer that the model makes around it.
const RING_NAME: &str = "Surroundings";
/// Name of the layer that the model refines.
const DETAIL_NAME: &str = "Detail";
/// Key of the note on the layer of a level that the model makes.
const MADE_NOTE: &str = "scumble-made";

/// A level that a model is to paint.
#[derive(Clone, Debug)]
pub struct Blank {
    /// Its page.
    pub page: Rect,
    place: Placement,
    style: String,
    made: Made,
    pixels: Pixels,
}

/// The layer of a level that the model makes, if it still has one.
pub fn made_layer(level: &Level) -> Option<LayerId> {
    let mut found = None;
    for layer in &level.layers {
        layer.walk(&mut |layer| {
            if layer.notes.contains_key(MADE_NOTE) {
                found = Some(layer.id);
            }
        });
    }
    found
}

fn check(factor: f64) -> Result<(), GenerateError> {
    if (MIN_FACTOR..=MAX_FACTOR).contains(&factor) {
        return Ok(());
    }
    Err(GenerateError::Request(format!(
        "a factor of {factor} from level to level: {MIN_FACTOR} to {MAX_FACTOR} are possible"
    )))
}

impl Blank {
    /// The surroundings of the outermost level: a page of the same size, in which the page so far lies at `corner` (in
    /// the middle without one), `factor` times smaller.
    ///
    /// # Errors
    /// [`GenerateError::Request`].
    pub fn outward(doc: &Document, factor: f64, corner: Option<Point>) -> Result<Self, GenerateError> {
        check(factor)?;
        let outermost = doc.levels.len() - 1;
        let page = doc.levels[outermost].page;
        let place = match corner {
            Some(corner) => Placement::with_corner(page, corner, factor),
            None => Placement::centred(page, page, factor),
        };
        let (pixels, rect) = trimmed_page(doc, outermost, &place);
        if !page.contains_rect(&rect) || rect.is_empty() {
            return Err(GenerateError::Request(
                "the inner picture would lie beyond its new page; choose another place for it".into(),
            ));
        }
        let made = Made::Outward(doc.fingerprint(outermost));
        Ok(Self { page, place, style: doc.levels[outermost].style.clone(), made, pixels })
    }

    /// The part of the innermost level around `wanted`, enlarged to a page of the same size.
    ///
    /// # Errors
    /// [`GenerateError::Request`].
    pub fn inward(doc: &Document, wanted: Rect) -> Result<Self, GenerateError> {
        let outer = doc.at_level(0);
        let page = outer.page;
        if wanted.intersect(&page).is_empty() {
            return Err(GenerateError::Request(
                "the part to go into lies beyond the page; choose one on it".into(),
            ));
        }
        let part = inward::part_of(page, wanted);
        // Whole pixels across decide the factor; down it is the same.
        let factor = f64::from(page.width()) / f64::from(part.width());
        let place = Placement::with_corner(page, Point::new(f64::from(part.x0), f64::from(part.y0)), factor);
        let made = Made::Inward(doc.fingerprint(0));
        let pixels = enlarged(&outer, page, &place)?;
        Ok(Self { page, place, style: outer.style.clone(), made, pixels })
    }

    /// What is there before the model paints: the shrunk page with emptiness around it, or the enlarged part.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Puts it into `doc`, as the outermost or as the innermost level, and shows it. Returns the layer that the model
    /// is to paint.
    pub fn insert(self, doc: &mut Document, words: &str, seed: u64) -> LayerId {
        let page = self.page;
        let level = Level {
            words: words.to_owned(),
            style: self.style,
            seed: Some(seed),
            made: self.made,
            ..Level::new(page)
        };
        let outward = !matches!(self.made, Made::Inward(_));
        let (name, pixels) =
            if outward { (RING_NAME, Pixels::default()) } else { (DETAIL_NAME, self.pixels.clone()) };
        let mut layer = Layer::raster(doc.next_layer_id(), name, pixels);
        layer.notes.insert(MADE_NOTE.into(), "1".into());
        let id = layer.id;
        let mut layers = vec![Arc::new(layer)];
        if outward {
            layers.push(Arc::new(levels::inner_layer(doc, COPY_NAME, self.pixels)));
            levels::add_outer(doc, Level { layers, active: Some(id), ..level }, self.place);
        } else {
            let place = self.place;
            levels::add_inner(doc, Level { layers, active: Some(id), place, ..level });
        }
        id
    }
}

/// What `outer` shows of a page that lies in it at `place`, as large as that page.
fn enlarged(outer: &Document, page: Rect, place: &Placement) -> Result<Pixels, GenerateError> {
    let pyramid = Pyramid::new(outer);
    if !pyramid.opaque {
        return Err(GenerateError::Request(
            "the page has empty places, which have no detail; fill them first".into(),
        ));
    }
    let corner = corner_in(outer, page, place);
    let size = (page.width() as usize, page.height() as usize);
    let light = pyramid.resampled(corner, 1.0 / place.factor, size).unwrap_or_default();
    Ok(pixels_of_light(page, &light))
}

/// Where a page begins on the page that it lies in, in pixels from its corner.
fn corner_in(outer: &Document, page: Rect, place: &Placement) -> Point {
    let [corner, _] = place.page_outward(page);
    corner - Point::new(f64::from(outer.page.x0), f64::from(outer.page.y0))
}

/// The enlarged part of the next level outward that `level` shows: what its detail begins from.
///
/// # Errors
/// [`GenerateError::Request`].
pub fn detail_start(doc: &Document, level: usize) -> Result<Pixels, GenerateError> {
    let own = doc.levels.get(level).filter(|_| level + 1 < doc.levels.len());
    let own = own.ok_or_else(|| GenerateError::Request("no level lies around this one".into()))?;
    enlarged(&doc.at_level(level + 1), own.page, &own.place)
}

/// `picture`, which fills the page of `level`, held to the next level outward.
///
/// # Errors
/// [`GenerateError::Request`].
pub fn held(doc: &Document, level: usize, picture: &Pixels) -> Result<(Pixels, Held), GenerateError> {
    let own = doc.levels.get(level).filter(|_| level + 1 < doc.levels.len());
    let own = own.ok_or_else(|| GenerateError::Request("no level lies around this one".into()))?;
    let outer = doc.at_level(level + 1);
    let size = (own.page.width() as usize, own.page.height() as usize);
    let corner = corner_in(&outer, own.page, &own.place);
    let parent = Parent::new(&Pyramid::new(&outer), corner, own.place.factor, size);
    let (light, held) = parent.hold(picture, own.page);
    Ok((pixels_of_light(own.page, &light), held))
}
