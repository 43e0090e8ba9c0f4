//! A document without its pixels, as data: what OpenRaster files keep beside their stack and the journal commits.
//! Layers stand in one flat list with the depth of each, so that no nesting can exhaust a stack.

use super::flaw::Flaw;
use super::tiles::MAX_COORDINATE;
use crate::document::{
    BlendMode, Content, Document, Layer, LayerId, LayerMask, Layers, Level, Made, Mask, Pixels, Placement,
};
use crate::geom::Rect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Version of what is written; a reader takes what is not newer than itself.
const VERSION: u32 = 1;
/// How deep groups may nest in a file.
pub(super) const MAX_DEPTH: usize = 256;
/// Most layers of a file, groups included.
pub(super) const MAX_LAYERS: usize = 16_384;
/// Most levels of a file.
const MAX_LEVELS: usize = 4096;

/// A plane of pixels or coverage, shared with the document that it is of.
#[derive(Clone, Debug)]
pub(super) enum Plane {
    Pixels(Pixels),
    Mask(Mask),
}

/// What a plane belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Layer(LayerId),
    MaskOf(LayerId),
    /// Of the level with this index.
    Selection(usize),
    /// Of the level with this index.
    Change(usize),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct DocumentRecord {
    version: u32,
    /// Of the level that is shown, as are `active`, `selection` and `change`: all that a file of one level needs.
    pub(super) page: Rect,
    pub(super) level: usize,
    active: Option<LayerId>,
    /// The greatest id that any layer ever had.
    last_id: u64,
    /// Number of the plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    selection: Option<u32>,
    /// Number of the plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frame: Option<Rect>,
    pub(super) levels: Vec<Vec<LayerRecord>>,
    /// What else belongs to each level, in the order of `levels`; none where the one level is an ordinary picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scales: Vec<ScaleRecord>,
}

/// A placement in decimal digits as text, which come back to the last bit; numbers in JSON need not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PlaceRecord {
    factor: String,
    x: String,
    y: String,
}

impl PlaceRecord {
    fn of(place: &Placement) -> Self {
        Self { factor: place.factor.to_string(), x: place.x.to_string(), y: place.y.to_string() }
    }

    fn place(&self) -> Option<Placement> {
        let number = |text: &str| text.parse::<f64>().ok();
        let place = Placement { factor: number(&self.factor)?, x: number(&self.x)?, y: number(&self.y)? };
        place.is_sane().then_some(place)
    }
}

/// A level without its layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ScaleRecord {
    page: Rect,
    active: Option<LayerId>,
    /// Number of the plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    selection: Option<u32>,
    /// Number of the plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frame: Option<Rect>,
    place: PlaceRecord,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    words: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    style: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default)]
    made: Made,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LayerRecord {
    id: LayerId,
    name: String,
    /// In how many groups it lies; a group's layers follow it, from the bottom up.
    depth: usize,
    opacity: f32,
    visible: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    locked: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    alpha_locked: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    clipping: bool,
    blend: BlendMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mask: Option<MaskRecord>,
    /// Number of the plane; a layer without one is a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pixels: Option<u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    notes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct MaskRecord {
    /// Number of the plane.
    plane: u32,
    enabled: bool,
}

fn is_false(v: &bool) -> bool {
    !v
}

/// Where a coordinate may lie.
pub(super) fn page_is_sane(page: Rect) -> bool {
    let fits = |v: i32| v.abs() <= MAX_COORDINATE;
    !page.is_empty() && [page.x0, page.y0, page.x1, page.y1].into_iter().all(fits)
}

/// The frame if generation could work there; one that no program would draw is no reason to refuse a picture.
fn sane_frame(frame: Option<Rect>) -> Option<Rect> {
    let side = super::MAX_SIDE;
    frame.filter(|frame| {
        page_is_sane(*frame)
            && frame.width() <= side
            && frame.height() <= side
            && frame.area() <= super::MAX_PIXELS
    })
}

impl DocumentRecord {
    /// Describes `doc`. `number` gives every plane its number. Refuses what [`DocumentRecord::build`] would refuse.
    pub(super) fn of(doc: &Document, mut number: impl FnMut(Owner, Plane) -> u32) -> Result<Self, Flaw> {
        let mut scales = Vec::with_capacity(doc.levels.len());
        let mut levels = Vec::with_capacity(doc.levels.len());
        for (k, level) in doc.levels.iter().enumerate() {
            let selection =
                level.selection.clone().map(|mask| number(Owner::Selection(k), Plane::Mask(mask)));
            let change = level.change.clone().map(|mask| number(Owner::Change(k), Plane::Mask(mask)));
            scales.push(ScaleRecord {
                page: level.page,
                active: level.active,
                selection,
                change,
                frame: sane_frame(level.frame),
                place: PlaceRecord::of(&level.place),
                words: level.words.clone(),
                style: level.style.clone(),
                seed: level.seed,
                made: level.made,
            });
            levels.push(describe(&level.layers, &mut number)?);
        }
        let shown = scales.get(doc.level);
        let (selection, change) = (shown.and_then(|s| s.selection), shown.and_then(|s| s.change));
        if let [only] = doc.levels.as_slice() {
            let bare =
                Level { layers: Layers::new(), selection: None, change: None, frame: None, ..only.clone() };
            if bare == (Level { active: only.active, ..Level::new(only.page) }) {
                scales.clear();
            }
        }
        let record = Self {
            version: VERSION,
            page: doc.page,
            level: doc.level,
            active: doc.active,
            last_id: doc.clone().next_layer_id().0 - 1,
            selection,
            change,
            frame: sane_frame(doc.frame),
            levels,
            scales,
        };
        record.check()?;
        Ok(record)
    }

    /// Whether this program can read it.
    pub(super) fn is_known(&self) -> bool {
        self.version <= VERSION
    }

    /// The numbers of all masks, of the selection and of the change mask.
    pub(super) fn masks(&self, mut found: impl FnMut(u32)) {
        self.selection.into_iter().chain(self.change).for_each(&mut found);
        self.scales.iter().flat_map(|s| s.selection.into_iter().chain(s.change)).for_each(&mut found);
        self.levels.iter().flatten().filter_map(|layer| layer.mask.as_ref()).for_each(|m| found(m.plane));
    }

    fn check(&self) -> Result<(), Flaw> {
        if self.version > VERSION {
            return Err(Flaw::Bad("a newer version of this program wrote it"));
        }
        if !page_is_sane(self.page) {
            return Err(Flaw::Bad("its page is empty or too far out"));
        }
        if self.levels.is_empty() || self.levels.len() > MAX_LEVELS {
            return Err(Flaw::Limit(format!(
                "it has {} levels; 1 to {MAX_LEVELS} are possible",
                self.levels.len()
            )));
        }
        if !self.scales.is_empty() && self.scales.len() != self.levels.len() {
            return Err(Flaw::Bad("its levels do not fit together"));
        }
        if self.scales.iter().any(|scale| !page_is_sane(scale.page)) {
            return Err(Flaw::Bad("the page of a level is empty or too far out"));
        }
        if self.scales.iter().any(|scale| scale.place.place().is_none()) {
            return Err(Flaw::Bad("a level lies nowhere"));
        }
        let layers: usize = self.levels.iter().map(Vec::len).sum();
        if layers > MAX_LAYERS {
            return Err(Flaw::Limit(format!("it has {layers} layers; at most {MAX_LAYERS} are possible")));
        }
        if self.levels.iter().flatten().any(|layer| layer.depth >= MAX_DEPTH) {
            return Err(Flaw::Limit(format!("groups nest deeper than {MAX_DEPTH}")));
        }
        Ok(())
    }

    /// The document, with the planes that `pixels` and `mask` give for their numbers.
    pub(super) fn build(
        &self,
        pixels: impl Fn(u32) -> Option<Pixels>,
        mask: impl Fn(u32) -> Option<Mask>,
    ) -> Result<Document, Flaw> {
        self.check()?;
        let mask = |number: u32| mask(number).ok_or_else(|| Flaw::Missing(format!("plane {number}")));
        let mut doc = Document::new(self.page);
        doc.levels = Vec::with_capacity(self.levels.len());
        for (k, records) in self.levels.iter().enumerate() {
            let mut open: Vec<Layers> = vec![Vec::new()];
            let mut groups: Vec<Layer> = Vec::new();
            for record in records {
                close(&mut open, &mut groups, record.depth);
                if open.len() != record.depth + 1 {
                    return Err(Flaw::Bad("its groups do not nest"));
                }
                doc.reserve_layer_id(record.id);
                let content = match record.pixels {
                    Some(number) => Content::Raster(
                        pixels(number).ok_or_else(|| Flaw::Missing(format!("plane {number}")))?,
                    ),
                    None => Content::Group(Vec::new()),
                };
                let layer = record.layer(content, mask)?;
                if record.pixels.is_some() {
                    open[record.depth].push(Arc::new(layer));
                } else {
                    groups.push(layer);
                    open.push(Vec::new());
                }
            }
            close(&mut open, &mut groups, 0);
            let layers = open.pop().unwrap_or_default();
            doc.levels.push(match self.scales.get(k) {
                Some(scale) => scale.build(layers, mask)?,
                None => Level { layers, ..Level::new(self.page) },
            });
        }
        doc.level = self.level.min(doc.levels.len() - 1);
        doc.reserve_layer_id(LayerId(self.last_id));
        if self.scales.is_empty() {
            doc.active = self.active;
            doc.selection = self.selection.map(mask).transpose()?;
            doc.change = self.change.map(mask).transpose()?;
            doc.frame = sane_frame(self.frame);
        }
        Ok(doc)
    }
}

impl ScaleRecord {
    fn build(&self, layers: Layers, mask: impl Fn(u32) -> Result<Mask, Flaw> + Copy) -> Result<Level, Flaw> {
        Ok(Level {
            layers,
            page: self.page,
            active: self.active,
            selection: self.selection.map(mask).transpose()?,
            change: self.change.map(mask).transpose()?,
            frame: sane_frame(self.frame),
            place: self.place.place().ok_or(Flaw::Bad("a level lies nowhere"))?,
            words: self.words.clone(),
            style: self.style.clone(),
            seed: self.seed,
            made: self.made,
        })
    }
}

/// Puts finished groups into what holds them, until `depth` are open.
fn close(open: &mut Vec<Layers>, groups: &mut Vec<Layer>, depth: usize) {
    while groups.len() > depth {
        if let (Some(mut group), Some(layers)) = (groups.pop(), open.pop()) {
            group.content = Content::Group(layers);
            if let Some(outer) = open.last_mut() {
                outer.push(Arc::new(group));
            }
        }
    }
}

impl LayerRecord {
    fn layer(&self, content: Content, mask: impl Fn(u32) -> Result<Mask, Flaw>) -> Result<Layer, Flaw> {
        let mut layer = Layer::raster(self.id, self.name.clone(), Pixels::default());
        layer.content = content;
        layer.opacity = self.opacity.clamp(0.0, 1.0);
        layer.visible = self.visible;
        layer.locked = self.locked;
        layer.alpha_locked = self.alpha_locked;
        layer.clipping = self.clipping;
        layer.blend = self.blend;
        layer.notes = self.notes.clone();
        layer.mask = match &self.mask {
            Some(m) => Some(LayerMask { coverage: mask(m.plane)?, enabled: m.enabled }),
            None => None,
        };
        Ok(layer)
    }
}

fn describe(
    layers: &[Arc<Layer>],
    number: &mut impl FnMut(Owner, Plane) -> u32,
) -> Result<Vec<LayerRecord>, Flaw> {
    let mut out = Vec::new();
    // From the bottom up: the last is next.
    let mut rest: Vec<(usize, &Layer)> = layers.iter().rev().map(|layer| (0, layer.as_ref())).collect();
    while let Some((depth, layer)) = rest.pop() {
        let mut plane = |owner, plane| number(owner, plane);
        let mask = layer.mask.as_ref().map(|mask| MaskRecord {
            plane: plane(Owner::MaskOf(layer.id), Plane::Mask(mask.coverage.clone())),
            enabled: mask.enabled,
        });
        out.push(LayerRecord {
            id: layer.id,
            name: layer.name.clone(),
            depth,
            opacity: if layer.opacity.is_finite() { layer.opacity } else { 1.0 },
            visible: layer.visible,
            locked: layer.locked,
            alpha_locked: layer.alpha_locked,
            clipping: layer.clipping,
            blend: layer.blend,
            mask,
            pixels: layer.pixels().map(|p| plane(Owner::Layer(layer.id), Plane::Pixels(p.clone()))),
            notes: layer.notes.clone(),
        });
        rest.extend(layer.children().iter().rev().map(|layer| (depth + 1, layer.as_ref())));
    }
    Ok(out)
}
