//! One layer.

use super::blend::BlendMode;
use super::tile::{ONE, TilePos};
use super::tilemap::{Mask, Pixels, Slot};
use crate::geom::Rect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which layer; unique within a document for as long as it lives, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LayerId(pub u64);

/// Layers from the bottom up.
pub type Layers = Vec<Arc<Layer>>;

/// What a layer holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Pixels.
    Raster(Pixels),
    /// Other layers.
    Group(Layers),
}

/// Hides parts of a layer without erasing them.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerMask {
    /// How much shows, 65535 = all.
    pub coverage: Mask,
    /// A mask that is switched off hides nothing.
    pub enabled: bool,
}

impl LayerMask {
    /// A mask that shows everything.
    pub fn reveal_all() -> Self {
        Self { coverage: Mask::new([ONE]), enabled: true }
    }
}

/// One layer. All fields are its state; none is a cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Which one.
    pub id: LayerId,
    /// The name that people see.
    pub name: String,
    /// Pixels or layers.
    pub content: Content,
    /// 0..=1.
    pub opacity: f32,
    /// A layer that is not visible is not composited.
    pub visible: bool,
    /// Pixels and properties are not to be edited.
    pub locked: bool,
    /// Painting does not change alpha.
    pub alpha_locked: bool,
    /// Shows only where the nearest layer below that is not clipping itself has alpha.
    pub clipping: bool,
    /// How it is blended with what lies below.
    pub blend: BlendMode,
    /// Optional mask.
    pub mask: Option<LayerMask>,
    /// What other rooms keep with a layer (the request that generated it, a text), by key; saved with it.
    pub notes: BTreeMap<String, String>,
}

impl Layer {
    fn new(id: LayerId, name: impl Into<String>, content: Content) -> Self {
        Self {
            id,
            name: name.into(),
            content,
            opacity: 1.0,
            visible: true,
            locked: false,
            alpha_locked: false,
            clipping: false,
            blend: BlendMode::Normal,
            mask: None,
            notes: BTreeMap::new(),
        }
    }

    /// A layer of pixels.
    pub fn raster(id: LayerId, name: impl Into<String>, pixels: Pixels) -> Self {
        Self::new(id, name, Content::Raster(pixels))
    }

    /// A group.
    pub fn group(id: LayerId, name: impl Into<String>, layers: Layers) -> Self {
        Self::new(id, name, Content::Group(layers))
    }

    /// The pixels, unless it is a group.
    pub fn pixels(&self) -> Option<&Pixels> {
        match &self.content {
            Content::Raster(pixels) => Some(pixels),
            Content::Group(_) => None,
        }
    }

    /// The pixels for writing, unless it is a group.
    pub fn pixels_mut(&mut self) -> Option<&mut Pixels> {
        match &mut self.content {
            Content::Raster(pixels) => Some(pixels),
            Content::Group(_) => None,
        }
    }

    /// The layers within; none unless it is a group.
    pub fn children(&self) -> &[Arc<Layer>] {
        match &self.content {
            Content::Raster(_) => &[],
            Content::Group(layers) => layers,
        }
    }

    /// This layer and all within it, itself first.
    pub fn walk(&self, visit: &mut impl FnMut(&Layer)) {
        visit(self);
        self.children().iter().for_each(|layer| layer.walk(visit));
    }

    /// Whether it can show anything at the tile, as far as slots tell.
    pub fn touches(&self, pos: TilePos) -> bool {
        match &self.content {
            Content::Raster(pixels) => !matches!(pixels.slot(pos), Slot::Solid([_, _, _, 0])),
            Content::Group(layers) => layers.iter().any(|layer| layer.touches(pos)),
        }
    }

    /// The tiles that hold anything, with those of the layers within.
    pub fn tiles(&self) -> Vec<TilePos> {
        match &self.content {
            Content::Raster(pixels) => pixels.tiles().map(|(pos, _)| pos).collect(),
            Content::Group(layers) => layers.iter().flat_map(|layer| layer.tiles()).collect(),
        }
    }

    /// The exact rectangle of what it holds, hidden or not.
    pub fn content_bounds(&self) -> Rect {
        match &self.content {
            Content::Raster(pixels) => pixels.content_bounds(),
            Content::Group(layers) => {
                layers.iter().fold(Rect::default(), |all, layer| all.union(&layer.content_bounds()))
            }
        }
    }

    /// Whether all but the pixels of layer and mask and the layers within is equal.
    pub(super) fn same_properties(&self, other: &Layer) -> bool {
        self.id == other.id
            && self.name == other.name
            && self.opacity == other.opacity
            && self.visible == other.visible
            && self.locked == other.locked
            && self.alpha_locked == other.alpha_locked
            && self.clipping == other.clipping
            && self.blend == other.blend
            && self.notes == other.notes
            && self.mask.as_ref().map(|m| m.enabled) == other.mask.as_ref().map(|m| m.enabled)
    }
}
