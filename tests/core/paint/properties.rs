//! What must hold after any row of edits: strokes, text, fills, transforms, filters and selections among those of layers.

use crate::document::support::{AREA, Dice, naive_pixel, random_document, random_edit, rendered};
use scumble::color::Rgba;
use scumble::document::composite::composite;
use scumble::document::edit;
use scumble::document::history::DEFAULT_BUDGET_BYTES;
use scumble::document::selection::{self, Combine};
use scumble::document::{Damage, Document, History, LayerId};
use scumble::geom::{Point, Projective};
use scumble::io::journal::{Journal, recover};
use scumble::io::ora;
use scumble::paint::fill::{self, FillSettings};
use scumble::paint::filter::{self, Filter};
use scumble::paint::gradient::{self, Course, Gradient};
use scumble::paint::shape::{self, Shape, Style};
use scumble::paint::stroke::CloneSource;
use scumble::paint::text::{self, Fonts, Placed, Text};
use scumble::paint::transform::{self, Axis, Resample};
use scumble::paint::{Brush, PenSample, Setup, Stroke, Symmetry, Target, preset};

struct Painter {
    dice: Dice,
    fonts: Fonts,
    brushes: Vec<Brush>,
}

impl Painter {
    fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), fonts: Fonts::embedded(), brushes: preset::built_in() }
    }

    fn point(&mut self) -> Point {
        let mut within = |from: i32, to: i32| f64::from(self.dice.range(from * 8, to * 8)) / 8.0;
        Point::new(within(AREA.x0, AREA.x1), within(AREA.y0, AREA.y1))
    }

    fn color(&mut self) -> Rgba {
        let [r, g, b, a] = [0; 4].map(|_| self.dice.unit());
        Rgba { r, g, b, a: if self.dice.chance(0.5) { 1.0 } else { a } }
    }

    fn stroke(&mut self, doc: &mut Document, id: LayerId) -> Damage {
        let mut brush = self.brushes[self.dice.below(self.brushes.len())].clone();
        brush.size_px = self.dice.range(1, 50) as f32;
        let target = match self.dice.below(6) {
            0 => Target::LayerMask(id),
            1 => Target::Selection,
            _ => Target::Layer(id),
        };
        let mut setup = Setup::new(target, self.color());
        setup.erase = self.dice.chance(0.2);
        setup.seed = self.dice.next();
        setup.clone_from = Some(CloneSource { offset: (self.dice.range(-40, 40), 7), pixels: None });
        if self.dice.chance(0.2) {
            setup.symmetry = Symmetry::Mirror { center: self.point(), turns: 0.25 };
        }
        let mut stroke = Stroke::begin(doc, &brush.prepare(), setup);
        let (mut at, mut damage, mut time_secs) = (self.point(), Damage::none(), 0.0);
        for _ in 0..self.dice.range(1, 5) {
            let samples: Vec<PenSample> = (0..self.dice.range(1, 5))
                .map(|_| {
                    at = at.lerp(self.point(), 0.2);
                    time_secs += 0.02;
                    let tilt = [self.dice.unit() - 0.5, self.dice.unit() - 0.5];
                    PenSample { pos: at, pressure: Some(self.dice.unit()), tilt, time_secs }
                })
                .collect();
            damage.merge(stroke.extend(doc, &samples));
        }
        damage.merge(stroke.finish(doc));
        damage
    }

    fn filter(&mut self) -> Filter {
        let dice = &mut self.dice;
        match dice.below(5) {
            0 => {
                Filter::Levels { black: 0.1, white: 0.8, gamma: 1.7, out_black: 0.0, out_white: dice.unit() }
            }
            1 => Filter::HueSaturation { hue: dice.unit() - 0.5, saturation: dice.unit(), lightness: 0.1 },
            2 => Filter::Blur { sigma_px: dice.unit() * 9.0 },
            3 => Filter::Noise { amount: dice.unit(), monochrome: dice.chance(0.5), seed: dice.next() },
            _ => Filter::Invert,
        }
    }

    fn select(&mut self, doc: &mut Document) -> Damage {
        let all = [Combine::Replace, Combine::Add, Combine::Subtract, Combine::Intersect];
        let how = all[self.dice.below(4)];
        let outline: Vec<Point> = (0..5).map(|_| self.point()).collect();
        let new = match self.dice.below(3) {
            0 => selection::ellipse(outline[0], outline[1]),
            1 => selection::lasso(&outline),
            _ => selection::rect(self.dice.rect(AREA)),
        };
        let mut mask = selection::combine(doc.selection.as_ref(), &new, how);
        mask = match self.dice.below(6) {
            0 => selection::grow(&mask, 5),
            1 => selection::shrink(&mask, 3),
            2 => selection::border(&mask, 6),
            3 => selection::feather(&mask, 8.0),
            4 => selection::invert(&mask),
            _ => mask,
        };
        edit::set_selection(doc, self.dice.chance(0.8).then_some(mask))
    }

    fn transform(&mut self, doc: &mut Document, id: LayerId) -> Damage {
        let center = Point::new(20.0, 30.0);
        let how = if self.dice.chance(0.5) { Resample::Nearest } else { Resample::Bicubic };
        let map = match self.dice.below(4) {
            0 => Projective::rotation(f64::from(self.dice.unit()), center),
            1 => Projective::scaling(f64::from(self.dice.unit()) + 0.3, 0.8, center),
            2 => Projective::translation(f64::from(self.dice.range(-30, 30)) / 4.0, 11.0),
            _ => return transform::flip(doc, id, Axis::Horizontal, AREA),
        };
        transform::transform(doc, id, &map, how)
    }

    /// One edit of any kind.
    fn edit(&mut self, doc: &mut Document) -> Damage {
        let mut ids = Vec::new();
        doc.walk(|layer| ids.push(layer.id));
        if ids.is_empty() || self.dice.chance(0.3) {
            return random_edit(&mut self.dice, doc);
        }
        let id = ids[self.dice.below(ids.len())];
        let (a, b, color) = (self.point(), self.point(), self.color());
        match self.dice.below(12) {
            0..4 => self.stroke(doc, id),
            4 => fill::fill(doc, id, color),
            5 => {
                let at = (a.x as i32, a.y as i32);
                let settings = FillSettings { sample_all: self.dice.chance(0.5), ..FillSettings::default() };
                fill::bucket(doc, id, at, &settings, color)
            }
            6 => {
                let course = Course::Linear { from: a, to: b };
                let stops = vec![(0.0, color), (1.0, self.color())];
                gradient::apply(doc, id, &Gradient { course, stops, dither: true, reflect: false })
            }
            7 => {
                let style = Style { fill: Some(color), outline: Some((self.color(), 3.5)) };
                shape::draw(doc, id, &Shape::Ellipse { a, b }, &style)
            }
            8 => filter::apply(doc, id, &self.filter()),
            9 => self.transform(doc, id),
            10 => {
                let text =
                    Text { text: "Ag\nß".into(), size_px: 40.0 * self.dice.unit(), ..Text::default() };
                if self.dice.chance(0.5) {
                    return text::draw(doc, id, a, &text, color, &mut self.fonts);
                }
                text::set_layer(doc, id, &Placed { text, at: a, color }, &mut self.fonts)
            }
            _ => self.select(doc),
        }
    }
}

/// That the two pictures differ only in tiles that the damage names. Returns whether they differ.
fn assert_covered(before: &Document, after: &Document, damage: &Damage, what: &str) -> bool {
    let mut changed = false;
    for ((pos, a), (_, b)) in rendered(before).iter().zip(&rendered(after)) {
        let same = a.is_same(b) || (0..4096).all(|i| a.get(i) == b.get(i));
        assert!(same || damage.covers(*pos), "{what}: {pos:?} changed unseen");
        changed |= !same;
    }
    changed
}

#[test]
fn damage_covers_every_pixel_that_any_edit_changes() {
    for seed in 0..4 {
        let mut painter = Painter::new(900 + seed);
        let mut doc = random_document(seed);
        let mut seen = 0;
        for step in 0..60 {
            let before = doc.clone();
            let damage = painter.edit(&mut doc);
            seen += usize::from(assert_covered(&before, &doc, &damage, &format!("seed {seed}, step {step}")));
        }
        assert!(seen > 15, "seed {seed}: only {seen} edits are seen");
    }
}

#[test]
fn two_hundred_edits_of_any_kind_undone_and_redone_are_the_same() {
    for seed in 0..2 {
        let mut painter = Painter::new(seed);
        let mut doc = random_document(seed);
        let mut history = History::new("new", &doc, DEFAULT_BUDGET_BYTES);
        // Copies of all pixels, so that no edit can change what an older state shares with it.
        let mut states = vec![unshared(&doc)];
        for i in 0..200 {
            painter.edit(&mut doc);
            history.commit(format!("edit {i}"), &doc);
            states.push(unshared(&doc));
        }
        for (i, state) in states.iter().enumerate().rev().skip(1) {
            let (before, damage) = (doc.clone(), history.undo(&mut doc));
            assert!(doc == *state, "seed {seed}, undo to {i}");
            if i % 10 == 0 {
                assert_covered(&before, &doc, &damage, &format!("seed {seed}, undo to {i}"));
            }
        }
        for (i, state) in states.iter().enumerate().skip(1) {
            history.redo(&mut doc);
            assert!(doc == *state, "seed {seed}, redo to {i}");
        }
    }
}

/// The document with pixels of its own.
fn unshared(doc: &Document) -> Document {
    use scumble::document::{Content, Layer, Slot, TileMap};
    use std::sync::Arc;
    fn copy<const P: usize>(map: &TileMap<P>) -> TileMap<P> {
        let mut out = TileMap::new(map.background());
        for (pos, slot) in map.tiles() {
            let slot = match slot {
                Slot::Solid(px) => Slot::Solid(*px),
                Slot::Pixels(tile) => Slot::Pixels(Arc::new((**tile).clone())),
            };
            out.set_slot(pos, slot);
        }
        out
    }
    fn own(layer: &mut Layer) {
        if let Some(mask) = &mut layer.mask {
            mask.coverage = copy(&mask.coverage);
        }
        match &mut layer.content {
            Content::Raster(pixels) => *pixels = copy(pixels),
            Content::Group(layers) => layers.iter_mut().for_each(|layer| own(Arc::make_mut(layer))),
        }
    }
    let mut out = doc.clone();
    out.layers_mut().iter_mut().for_each(|layer| own(Arc::make_mut(layer)));
    out.selection = out.selection.as_ref().map(copy);
    out
}

#[test]
fn what_was_painted_composites_saves_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first.ora"), folder.path().join("second.ora"));
    for seed in 0..6 {
        let mut painter = Painter::new(70 + seed);
        let mut doc = random_document(seed);
        let mut journal = Journal::create(&folder.path().join(seed.to_string())).unwrap();
        for step in 0..40 {
            painter.edit(&mut doc);
            if step % 5 == 0 {
                journal.write(&doc, "").unwrap();
            }
        }
        journal.write(&doc, "last").unwrap();
        assert!(recover(&folder.path().join(seed.to_string())).unwrap().document == doc, "seed {seed}");
        ora::save(&first, &doc).unwrap();
        let loaded = ora::load(&first).unwrap();
        assert!(loaded == doc, "seed {seed}");
        ora::save(&second, &loaded).unwrap();
        assert!(
            std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap(),
            "seed {seed}: other bytes"
        );
        let tiled = composite(&doc, AREA);
        for y in (AREA.y0..AREA.y1).step_by(7) {
            for x in (AREA.x0..AREA.x1).step_by(3) {
                let want = naive_pixel(doc.layers(), x, y, [0.0; 4]).map(|v| v.clamp(0.0, 1.0) * 65_535.0);
                let got = tiled.pixel(x, y).map(f32::from);
                let off = (0..4).map(|c| (got[c] - want[c]).abs()).fold(0.0, f32::max);
                assert!(off < 1.5, "seed {seed} at ({x}, {y}): {got:?}, should be {want:?}");
            }
        }
    }
}
