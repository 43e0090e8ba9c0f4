//! Things that tools draw on a layer in one go, as data: they are shown while they are dragged, and applied when they
//! are let go.

use crate::color::Rgba;
use crate::document::{Combine, Document, LayerId, Mask, selection};
use crate::paint::fill::{FillSettings, paint_mask, region};
use crate::paint::gradient::{self, Gradient};
use crate::paint::shape::{self, Shape};
use crate::paint::{Brush, Setup, Symmetry, Target};

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// A gradient over the selection or the page.
    Gradient(Gradient),
    /// A shape of even colours.
    Plain {
        /// Which.
        shape: Shape,
        /// Colour of its inside.
        inside: Option<Rgba>,
        /// Colour of its outline and the width in canvas pixels.
        outline: Option<(Rgba, f64)>,
        /// Erased instead of painted.
        erase: bool,
    },
    /// The outline of a shape, painted with a brush.
    Brushed {
        /// Which.
        shape: Shape,
        /// The brush.
        brush: Box<Brush>,
        /// Its colour.
        color: Rgba,
        /// Erased instead of painted.
        erase: bool,
        /// Copies.
        symmetry: Symmetry,
        /// What all chance comes from.
        seed: u64,
    },
}

impl Drawing {
    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Drawing::Gradient(_) => "Gradient",
            Drawing::Plain { shape, .. } | Drawing::Brushed { shape, .. } => match shape {
                Shape::Line { .. } => "Line",
                Shape::Rectangle { .. } => "Rectangle",
                Shape::Ellipse { .. } => "Ellipse",
                Shape::Polygon { .. } => "Polygon",
            },
        }
    }

    /// Draws it.
    pub fn run(&self, doc: &mut Document, id: LayerId) {
        match self {
            Drawing::Gradient(gradient) => drop(gradient::apply(doc, id, gradient)),
            Drawing::Plain { shape, inside, outline, erase } => {
                if let Some(color) = inside {
                    paint_mask(doc, id, &shape.inside(), *color, *erase);
                }
                if let Some((color, width_px)) = outline {
                    paint_mask(doc, id, &shape.outlined(*width_px), *color, *erase);
                }
            }
            Drawing::Brushed { shape, brush, color, erase, symmetry, seed } => {
                let setup = Setup {
                    erase: *erase,
                    symmetry: *symmetry,
                    seed: *seed,
                    ..Setup::new(Target::Layer(id), *color)
                };
                shape::draw_with_brush(doc, shape, &(**brush).clone().prepare(), setup);
            }
        }
    }
}

/// Paint poured on a layer: what the bucket does in one drag.
#[derive(Clone, Debug, PartialEq)]
pub struct Pour {
    /// The layer that gets it.
    pub layer: LayerId,
    /// The canvas pixels that were touched, in order. A region is that around a pixel, in the picture as it was.
    pub at: Vec<(i32, i32)>,
    /// What counts as a region.
    pub settings: FillSettings,
    /// Which paint.
    pub color: Rgba,
    /// Erased instead of painted.
    pub erase: bool,
}

impl Pour {
    /// What the history calls it.
    pub fn name(&self) -> &'static str {
        if self.erase { "Erase region" } else { "Fill" }
    }

    /// Does it.
    pub fn run(&self, doc: &mut Document) {
        let mut filled = Mask::default();
        for at in &self.at {
            if filled.pixel(at.0, at.1)[0] == 0 {
                // Where regions overlap at their rims, paint is laid once.
                let new = region(doc, self.layer, *at, &self.settings);
                filled = selection::combine(Some(&filled), &new, Combine::Add);
            }
        }
        if !filled.tile_bounds().is_empty() {
            paint_mask(doc, self.layer, &filled, self.color, self.erase);
        }
    }
}
