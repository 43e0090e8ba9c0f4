//! One stroke, from pen-down to pen-up: a transaction on a document.

use super::brush::{Mode, Prepared, Stabiliser};
use super::dab::{Dab, Placer};
use super::path::{Curved, Node, Steady};
use super::resolve::{self, Apply, Shaping, Sources};
use super::smear::{self, Carrier, Ground, Oil};
use super::stamp::{Stamp, Window, add_color, add_coverage};
use super::symmetry::{Image, Symmetry};
use crate::color::Rgba;
use crate::document::tile::tiles_in;
use crate::document::tilemap::offset;
use crate::document::{Damage, Document, LayerId, Mask, Pixels, TILE, TilePos};
use crate::geom::{Point, Rect};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the pen, or mouse, reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenSample {
    /// Canvas position.
    pub pos: Point,
    /// 0..=1; `None` = the device has none, and speed stands in for it.
    pub pressure: Option<f32>,
    /// Sines of the lean to the right and down, -1..=1; zero = upright or unknown.
    pub tilt: [f32; 2],
    /// When, in seconds from any origin.
    pub time_secs: f64,
}

/// What is painted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The pixels of a layer, within the selection.
    Layer(LayerId),
    /// The mask of a layer; the colour's luma is what is painted.
    LayerMask(LayerId),
    /// The selection: paint adds, erasing subtracts.
    Selection,
    /// How much generation may change: paint adds, erasing subtracts.
    Change,
}

/// Where a clone brush takes its paint.
#[derive(Clone, Debug)]
pub struct CloneSource {
    /// From where paint lands to where it is taken.
    pub offset: (i32, i32),
    /// What it is taken from; `None` = the layer as it was at pen-down.
    pub pixels: Option<Pixels>,
}

/// All that a stroke is told at pen-down, besides the brush.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What is painted on.
    pub target: Target,
    /// The colour; its alpha is a factor of opacity.
    pub color: Rgba,
    /// Any brush erases.
    pub erase: bool,
    /// Copies.
    pub symmetry: Symmetry,
    /// Of clone brushes.
    pub clone_from: Option<CloneSource>,
    /// What all chance comes from.
    pub seed: u64,
    /// Length of the strong stabiliser's string in canvas pixels.
    pub string_px: f64,
}

impl Setup {
    /// A plain stroke.
    pub fn new(target: Target, color: Rgba) -> Self {
        Self {
            target,
            color,
            erase: false,
            symmetry: Symmetry::Off,
            clone_from: None,
            seed: 1,
            string_px: 30.0,
        }
    }
}

/// What was there at pen-down. `Nothing`: the target is not there, is a group, or is locked.
enum Base {
    Pixels(Pixels),
    Mask(Mask),
    Nothing,
}

/// What the stroke has laid so far.
enum Buffer {
    /// Of a stroke of one colour only the coverage.
    Coverage(Mask),
    Color(Pixels),
}

/// A stroke in progress. Dropping it leaves the document as painted so far; to cancel, put back the clone from
/// before pen-down.
pub struct Stroke {
    brush: Arc<Prepared>,
    setup: Setup,
    images: Vec<Image>,
    steady: Steady,
    curved: Curved,
    placer: Placer,
    base: Base,
    buffer: Buffer,
    carriers: Vec<Carrier>,
    /// Of each tile, the canvas pixels that the buffer changed since the last resolve.
    pending: BTreeMap<TilePos, Rect>,
    touched: BTreeSet<TilePos>,
    last: Option<(Point, f64)>,
    speed: f32,
    mask: Vec<f32>,
}

impl Stroke {
    /// Pen-down. Nothing is painted before the first sample.
    pub fn begin(doc: &Document, brush: &Arc<Prepared>, setup: Setup) -> Self {
        let layer = |id| doc.layer(id).filter(|layer| !layer.locked);
        let base = match setup.target {
            Target::Layer(id) => {
                layer(id).and_then(|l| l.pixels().cloned()).map_or(Base::Nothing, Base::Pixels)
            }
            Target::LayerMask(id) => layer(id)
                .and_then(|l| l.mask.as_ref())
                .map_or(Base::Nothing, |mask| Base::Mask(mask.coverage.clone())),
            Target::Selection => Base::Mask(doc.selection.clone().unwrap_or_default()),
            Target::Change => Base::Mask(doc.change.clone().unwrap_or_default()),
        };
        let b = &brush.brush;
        let j = &b.jitter;
        let many_colors = j.hue + j.saturation + j.value > 0.0 && !setup.erase && b.mode == Mode::Paint;
        let buffer = if many_colors && matches!(base, Base::Pixels(_)) {
            Buffer::Color(Pixels::default())
        } else {
            Buffer::Coverage(Mask::default())
        };
        let images = setup.symmetry.images();
        Self {
            steady: Steady::new(b.stabiliser, setup.string_px),
            curved: Curved::default(),
            placer: Placer::new(setup.seed, [setup.color.r, setup.color.g, setup.color.b]),
            carriers: images.iter().map(|_| Carrier::default()).collect(),
            images,
            base,
            buffer,
            pending: BTreeMap::new(),
            touched: BTreeSet::new(),
            last: None,
            speed: 0.0,
            mask: Vec::new(),
            brush: brush.clone(),
            setup,
        }
    }

    /// Paints on with every one of `samples`.
    pub fn extend(&mut self, doc: &mut Document, samples: &[PenSample]) -> Damage {
        let mut dabs = Vec::new();
        for sample in samples {
            let Some(node) = self.node(sample) else { continue };
            if let Some(node) = self.steady.push(node) {
                let (placer, brush) = (&mut self.placer, &self.brush.brush);
                self.curved.push(node, |node| placer.go(brush, node, &mut dabs));
            }
        }
        self.lay(doc, &dabs)
    }

    /// Pen-up: paints the rest of the path.
    pub fn finish(&mut self, doc: &mut Document) -> Damage {
        let mut dabs = Vec::new();
        let (placer, brush) = (&mut self.placer, &self.brush.brush);
        for node in self.steady.finish() {
            self.curved.push(node, |node| placer.go(brush, node, &mut dabs));
        }
        self.curved.finish(|node| placer.go(brush, node, &mut dabs));
        let damage = self.lay(doc, &dabs);
        let touched = std::mem::take(&mut self.touched);
        match self.setup.target {
            Target::Layer(id) => {
                if let Some(pixels) = doc.layer_mut(id).and_then(|l| l.pixels_mut()) {
                    pixels.compact(touched);
                }
            }
            Target::LayerMask(id) => {
                if let Some(mask) = doc.layer_mut(id).and_then(|l| l.mask.as_mut()) {
                    mask.coverage.compact(touched);
                }
            }
            Target::Selection => doc.selection.iter_mut().for_each(|mask| mask.compact(touched.clone())),
            Target::Change => doc.change.iter_mut().for_each(|mask| mask.compact(touched.clone())),
        }
        damage
    }

    /// `None` for a sample that no canvas has.
    fn node(&mut self, sample: &PenSample) -> Option<Node> {
        let PenSample { pos, time_secs, .. } = *sample;
        if !(pos.x.abs() < 1e6 && pos.y.abs() < 1e6) {
            return None;
        }
        let sane = |v: f32, lo: f32, otherwise: f32| if v.is_finite() { v.clamp(lo, 1.0) } else { otherwise };
        if let Some((last, then)) = self.last {
            let now = (pos.distance(last) / (time_secs - then).max(1e-3)) as f32;
            self.speed += (now - self.speed) * 0.3;
        }
        self.last = Some((pos, time_secs));
        let stand_in = 1.0 - 0.7 * self.speed / (self.speed + 1500.0);
        let pressure = sane(sample.pressure.unwrap_or(stand_in), 0.0, 1.0);
        Some(Node { pos, pressure, tilt: sample.tilt.map(|v| sane(v, -1.0, 0.0)), speed: self.speed })
    }

    /// Lays dabs as they are, without a pen: for programs that paint.
    pub fn lay(&mut self, doc: &mut Document, dabs: &[Dab]) -> Damage {
        if matches!(self.base, Base::Nothing) || dabs.is_empty() {
            return Damage::none();
        }
        match (self.brush.brush.mode, self.setup.target) {
            (Mode::Smudge | Mode::Mix { .. }, Target::Layer(id)) if !self.setup.erase => {
                self.smear(doc, id, dabs)
            }
            _ => {
                for dab in dabs {
                    for i in 0..self.images.len() {
                        let dab = self.images[i].dab(dab);
                        self.stamp(&dab);
                    }
                }
                self.resolve(doc)
            }
        }
    }

    fn stamp(&mut self, dab: &Dab) {
        let stamp = Stamp::new(dab, &self.brush);
        let opacity = dab.opacity * self.setup.color.a.clamp(0.0, 1.0);
        for pos in tiles_in(stamp.bounds) {
            let part = pos.rect().intersect(&stamp.bounds);
            stamp.mask(part, &mut self.mask);
            let window = Window {
                start: offset(part.x0, part.y0),
                stride: TILE as usize,
                width: part.width() as usize,
            };
            match &mut self.buffer {
                Buffer::Coverage(mask) => {
                    add_coverage(&mut mask.tile_mut(pos).planes[0], window, &self.mask, dab.flow, opacity);
                }
                Buffer::Color(pixels) => {
                    let mut planes = pixels.tile_mut(pos).planes.each_mut().map(|p| &mut p[..]);
                    add_color(&mut planes, window, &self.mask, dab.flow, opacity, dab.color);
                }
            }
            let pending = self.pending.entry(pos).or_default();
            *pending = pending.union(&part);
        }
    }

    fn apply(&self) -> Apply<'_> {
        let color = self.setup.color;
        if self.setup.erase || self.brush.brush.mode == Mode::Erase {
            return Apply::Erase;
        }
        match (self.brush.brush.mode, &self.buffer, &self.setup.clone_from, &self.base) {
            (Mode::Clone, _, Some(from), Base::Pixels(base)) => {
                Apply::Clone { source: from.pixels.as_ref().unwrap_or(base), offset: from.offset }
            }
            (_, Buffer::Color(_), ..) => Apply::Buffer,
            _ => Apply::Color([color.r, color.g, color.b]),
        }
    }

    /// Brings the document up to date with the buffer.
    fn resolve(&mut self, doc: &mut Document) -> Damage {
        let pending = std::mem::take(&mut self.pending);
        let positions: Vec<TilePos> = pending.keys().copied().collect();
        self.touched.extend(&positions);
        let b = &self.brush.brush;
        let shaping = Shaping {
            grain: self.brush.grain.as_ref(),
            depth: b.grain.map_or(0.0, |g| g.depth),
            wet_edge: b.wet_edge,
            cap: b.opacity * self.setup.color.a.clamp(0.0, 1.0),
        };
        let apply = self.apply();
        let value = match apply {
            Apply::Erase => 0.0,
            _ if matches!(self.setup.target, Target::Selection | Target::Change) => 1.0,
            _ => self.setup.color.luma(),
        };
        match (&self.base, self.setup.target) {
            (Base::Pixels(base), Target::Layer(id)) => {
                let selection = doc.selection.clone();
                let Some(layer) = doc.layer_mut(id) else { return Damage::none() };
                let keep_alpha = layer.alpha_locked;
                let Some(pixels) = layer.pixels_mut() else { return Damage::none() };
                pixels.edit_slots(&positions, |pos, slot| {
                    let (base, selection) = (base.slot(pos), selection.as_ref().map(|s| s.slot(pos)));
                    let part = pending[&pos];
                    match &self.buffer {
                        Buffer::Coverage(mask) => {
                            let sources = Sources { base, buffer: mask.slot(pos), selection };
                            resolve::pixels(pos, part, slot, &sources, apply, &shaping, keep_alpha);
                        }
                        Buffer::Color(buffer) => {
                            let sources = Sources { base, buffer: buffer.slot(pos), selection };
                            resolve::pixels(pos, part, slot, &sources, apply, &shaping, keep_alpha);
                        }
                    }
                });
                positions.into_iter().collect()
            }
            (Base::Mask(base), target) => {
                let Buffer::Coverage(buffer) = &self.buffer else { return Damage::none() };
                let mask = match target {
                    Target::Selection => Some(doc.selection.get_or_insert_default()),
                    Target::Change => Some(doc.change.get_or_insert_default()),
                    Target::LayerMask(id) | Target::Layer(id) => {
                        doc.layer_mut(id).and_then(|l| l.mask.as_mut()).map(|m| &mut m.coverage)
                    }
                };
                let Some(mask) = mask else { return Damage::none() };
                mask.edit_slots(&positions, |pos, slot| {
                    let from = (base.slot(pos), buffer.slot(pos));
                    resolve::coverage(pos, pending[&pos], slot, from, value, &shaping);
                });
                // These masks are not part of the composite.
                if matches!(target, Target::Selection | Target::Change) {
                    Damage::none()
                } else {
                    positions.into_iter().collect()
                }
            }
            (Base::Pixels(_) | Base::Nothing, _) => Damage::none(),
        }
    }

    /// Smudge and oil read what they have just painted, so they work on the layer itself.
    fn smear(&mut self, doc: &mut Document, id: LayerId, dabs: &[Dab]) -> Damage {
        let selection = doc.selection.clone();
        let Some(layer) = doc.layer_mut(id) else { return Damage::none() };
        let keep_alpha = layer.alpha_locked;
        let Some(pixels) = layer.pixels_mut() else { return Damage::none() };
        let mut ground = Ground { pixels, selection: selection.as_ref(), keep_alpha };
        let mut damage = Damage::none();
        for dab in dabs {
            for (image, carrier) in self.images.iter().zip(&mut self.carriers) {
                let dab = image.dab(dab);
                let rect = match self.brush.brush.mode {
                    Mode::Mix { pickup, load_px } => {
                        let oil = Oil { pickup, load_px };
                        smear::mix(&dab, &self.brush, &oil, carrier, &mut ground, &mut self.mask)
                    }
                    Mode::Smudge | Mode::Paint | Mode::Erase | Mode::Clone => {
                        smear::smudge(&dab, &self.brush, carrier, &mut ground, &mut self.mask)
                    }
                };
                damage.add_rect(rect);
            }
        }
        self.touched.extend(damage.tiles());
        damage
    }

    /// How the hand is steadied: what a tool draws a string for.
    pub fn stabiliser(&self) -> Stabiliser {
        self.brush.brush.stabiliser
    }
}
