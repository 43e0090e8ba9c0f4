//! The picture. Pure values: a [`Document`] knows no tool, no window, no file and no thread.
//!
//! Cloning a document copies a few pointers per layer; its pixels are shared tiles, copied when written to. So a
//! snapshot, an undo step, an autosave and the input of a generation are each just a clone. An edit is a function
//! on a document that cannot fail and returns [`Damage`], the tiles whose composite may have changed.

pub mod blend;
pub mod composite;
pub mod damage;
mod dilation;
pub mod edit;
pub mod flood;
pub mod history;
pub mod layer;
pub mod level;
pub mod levels;
pub mod polygon;
pub mod rgba8;
pub mod selection;
pub mod soften;
pub mod tile;
pub mod tilemap;
pub(crate) mod wide;

pub use blend::BlendMode;
pub use damage::Damage;
pub use history::History;
pub use layer::{Content, Layer, LayerId, LayerMask, Layers};
pub use level::{Level, LevelPoint, Made, Placement};
pub use selection::Combine;
pub use tile::{ONE, TILE, TilePos};
pub use tilemap::{Mask, Pixels, Slot, TileMap};

use crate::geom::Rect;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A picture: a value. It dereferences to the level that is shown, so that `doc.page` is that level's page: whoever
/// paints need not know that there are others.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Scales of the picture, the innermost first; never empty.
    pub levels: Vec<Level>,
    /// Index of the level that is shown and edited.
    pub level: usize,
    /// The next layer's id.
    next_id: u64,
}

impl Deref for Document {
    type Target = Level;

    fn deref(&self) -> &Level {
        &self.levels[self.level.min(self.levels.len() - 1)]
    }
}

impl DerefMut for Document {
    fn deref_mut(&mut self) -> &mut Level {
        let level = self.level.min(self.levels.len() - 1);
        &mut self.levels[level]
    }
}

impl Document {
    /// An empty picture without layers.
    pub fn new(page: Rect) -> Self {
        Self { levels: vec![Level::new(page)], level: 0, next_id: 1 }
    }

    /// A picture with one transparent layer, which is active.
    pub fn with_layer(page: Rect, name: &str) -> Self {
        let mut doc = Self::new(page);
        let id = doc.next_layer_id();
        doc.layers_mut().push(Arc::new(Layer::raster(id, name, Pixels::default())));
        doc.active = Some(id);
        doc
    }

    /// An id that no layer of this document has had.
    pub fn next_layer_id(&mut self) -> LayerId {
        let id = LayerId(self.next_id);
        self.next_id += 1;
        id
    }

    /// Keeps future ids above `id`: for readers of files, which bring their own.
    pub fn reserve_layer_id(&mut self, id: LayerId) {
        self.next_id = self.next_id.max(id.0.saturating_add(1));
    }

    /// The layers of the level that is shown, from the bottom up.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// The layers of the level that is shown, for writing.
    pub fn layers_mut(&mut self) -> &mut Layers {
        &mut self.layers
    }

    /// The layer, wherever it lies in the level that is shown.
    pub fn layer(&self, id: LayerId) -> Option<&Layer> {
        let path = self.path(id)?;
        let mut layers = self.layers().as_slice();
        let (last, way) = path.split_last()?;
        for &i in way {
            layers = layers.get(i)?.children();
        }
        layers.get(*last).map(Arc::as_ref)
    }

    /// The layer for writing; what a clone of the document shares is copied on the way.
    pub fn layer_mut(&mut self, id: LayerId) -> Option<&mut Layer> {
        let path = self.path(id)?;
        let (last, way) = path.split_last()?;
        let mut layers = self.layers_mut();
        for &i in way {
            layers = match &mut Arc::make_mut(layers.get_mut(i)?).content {
                Content::Group(children) => children,
                Content::Raster(_) => return None,
            };
        }
        layers.get_mut(*last).map(Arc::make_mut)
    }

    /// Where the layer lies: the index within each group from the outermost list on.
    pub fn path(&self, id: LayerId) -> Option<Vec<usize>> {
        fn find(layers: &[Arc<Layer>], id: LayerId, path: &mut Vec<usize>) -> bool {
            for (i, layer) in layers.iter().enumerate() {
                path.push(i);
                if layer.id == id || find(layer.children(), id, path) {
                    return true;
                }
                path.pop();
            }
            false
        }
        let mut path = Vec::new();
        find(self.layers(), id, &mut path).then_some(path)
    }

    /// Every layer of the level that is shown, from the bottom up, groups before what is in them.
    pub fn walk(&self, mut visit: impl FnMut(&Layer)) {
        self.layers().iter().for_each(|layer| layer.walk(&mut visit));
    }

    /// The exact rectangle of everything painted on the level that is shown, hidden or not.
    pub fn content_bounds(&self) -> Rect {
        self.layers().iter().fold(Rect::default(), |all, layer| all.union(&layer.content_bounds()))
    }

    /// What may look different between the two: by comparing pointers, so it costs time by the number of changed
    /// chunks of tiles, not by the size of the picture.
    pub fn damage_from(&self, other: &Document) -> Damage {
        let mut damage = Damage::none();
        if self.level != other.level || self.page != other.page || self.levels.len() != other.levels.len() {
            return Damage::everything();
        }
        compare(self.layers(), other.layers(), &mut damage);
        damage
    }

    /// Bytes of pixels that this document holds and `other` does not.
    pub fn bytes_not_in(&self, other: &Document) -> usize {
        fn lists(a: &[Arc<Layer>], b: &[Arc<Layer>], outer: &Document) -> usize {
            let mut bytes = 0;
            for (i, layer) in a.iter().enumerate() {
                // Mostly the layer lies where it lay; otherwise look for it everywhere.
                let twin = b.get(i).filter(|l| l.id == layer.id).map(Arc::as_ref);
                let twin = twin.or_else(|| outer.layer(layer.id));
                if twin.is_some_and(|twin| std::ptr::eq(twin, layer.as_ref())) {
                    continue;
                }
                let coverage = |l: &Layer| l.mask.as_ref().map(|m| m.coverage.clone()).unwrap_or_default();
                bytes += coverage(layer).bytes_not_in(&twin.map(coverage).unwrap_or_default());
                bytes += match (&layer.content, twin.map(|t| &t.content)) {
                    (Content::Raster(p), Some(Content::Raster(q))) => p.bytes_not_in(q),
                    (Content::Raster(p), _) => p.bytes(),
                    (Content::Group(children), Some(Content::Group(q))) => lists(children, q, outer),
                    (Content::Group(children), _) => lists(children, &[], outer),
                };
            }
            bytes
        }
        let empty = Mask::default();
        let not_in = |mask: &Option<Mask>, other: &Option<Mask>| {
            mask.as_ref().map_or(0, |mask| mask.bytes_not_in(other.as_ref().unwrap_or(&empty)))
        };
        let mut bytes = 0;
        for (i, level) in self.levels.iter().enumerate() {
            // Where levels were added or removed inside, the same level lies at another index: by its layers.
            let same = |l: &&Level| l.layers.first().map(|l| l.id) == level.layers.first().map(|l| l.id);
            let twin = other.levels.get(i).filter(same).or_else(|| other.levels.iter().find(same));
            let Some(twin) = twin else {
                bytes += lists(&level.layers, &[], other) + not_in(&level.selection, &None);
                bytes += not_in(&level.change, &None);
                continue;
            };
            bytes += not_in(&level.selection, &twin.selection) + not_in(&level.change, &twin.change);
            bytes += lists(&level.layers, &twin.layers, other);
        }
        bytes
    }
}

/// Adds to `damage` where two lists of layers may look different.
fn compare(a: &[Arc<Layer>], b: &[Arc<Layer>], damage: &mut Damage) {
    // Equal beginnings and ends cost nothing; what is left in the middle was added, removed or moved.
    let same = |(x, y): &(&Arc<Layer>, &Arc<Layer>)| x.id == y.id;
    let head = a.iter().zip(b).take_while(same).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(same).count();
    let pairs = a[..head].iter().zip(&b[..head]);
    for (x, y) in pairs.chain(a[a.len() - tail..].iter().zip(&b[b.len() - tail..])) {
        compare_layer(x, y, damage);
    }
    let (middle_a, middle_b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    middle_a.iter().chain(middle_b).for_each(|layer| whole(layer, damage));
    // Clipping layers that now hang on another base may change wherever they have content.
    if !middle_a.is_empty() || !middle_b.is_empty() {
        let orphans = a[a.len() - tail..].iter().take_while(|layer| layer.clipping);
        orphans.for_each(|layer| whole(layer, damage));
    }
}

fn whole(layer: &Layer, damage: &mut Damage) {
    layer.walk(&mut |layer| {
        if let Content::Raster(pixels) = &layer.content {
            if pixels.background()[3] != 0 {
                damage.merge(Damage::everything());
            }
            pixels.tiles().for_each(|(pos, _)| damage.add(pos));
        }
    });
}

fn compare_layer(a: &Arc<Layer>, b: &Arc<Layer>, damage: &mut Damage) {
    if Arc::ptr_eq(a, b) {
        return;
    }
    let masks = (a.mask.as_ref(), b.mask.as_ref());
    let same_mask_kind = match masks {
        (Some(x), Some(y)) => x.coverage.background() == y.coverage.background(),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    // A clipping base shows through its clipped neighbours only where it has content itself, and a group only
    // where its layers have some: the layer's own tiles bound every change of its properties, but for clipping,
    // which also sets free or binds the layers above.
    if !a.same_properties(b) || !same_mask_kind {
        if a.clipping != b.clipping {
            damage.merge(Damage::everything());
            return;
        }
        whole(a, damage);
        whole(b, damage);
        return;
    }
    if let (Some(x), Some(y)) = masks {
        x.coverage.diff(&y.coverage, |pos| damage.add(pos));
    }
    match (&a.content, &b.content) {
        (Content::Raster(x), Content::Raster(y)) if x.background() == y.background() => {
            x.diff(y, |pos| damage.add(pos));
        }
        (Content::Group(x), Content::Group(y)) => compare(x, y, damage),
        _ => {
            whole(a, damage);
            whole(b, damage);
        }
    }
}
