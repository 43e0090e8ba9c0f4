//! Random documents and edits, and an independent compositor.

use scumble::document::blend::blend_pixel;
use scumble::document::edit::{self, Place};
use scumble::document::{
    BlendMode, Content, Damage, Document, Layer, LayerId, LayerMask, Layers, Mask, ONE, Pixels, TilePos,
    selection,
};
use scumble::geom::{Point, Rect};

/// What is drawn at random; a failing seed can be named.
pub use crate::prng::Prng as Dice;

impl Dice {
    pub fn range(&mut self, from: i32, to: i32) -> i32 {
        from + self.below((to - from).max(1) as usize) as i32
    }
    pub fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }
    pub fn px(&mut self) -> [u16; 4] {
        let a = if self.chance(0.3) { ONE } else { (self.next() & 0xffff) as u16 };
        let mut c = || (u64::from(a) * (self.next() & 0xffff) / 0xffff) as u16;
        [c(), c(), c(), a]
    }
    pub fn rect(&mut self, area: Rect) -> Rect {
        let (x, y) = (self.range(area.x0, area.x1), self.range(area.y0, area.y1));
        Rect::from_size(x, y, self.range(1, 90) as u32, self.range(1, 90) as u32)
    }
}

pub const AREA: Rect = Rect::new(-100, -70, 150, 130);

pub fn random_pixels(dice: &mut Dice) -> Pixels {
    let mut pixels = Pixels::default();
    for _ in 0..dice.range(1, 5) {
        pixels.fill_rect(dice.rect(AREA), dice.px());
    }
    for _ in 0..200 {
        let (x, y) = (dice.range(AREA.x0, AREA.x1), dice.range(AREA.y0, AREA.y1));
        pixels.set_pixel(x, y, dice.px());
    }
    pixels
}

pub fn random_mask(dice: &mut Dice) -> Mask {
    let mut mask = Mask::new([if dice.chance(0.5) { ONE } else { 0 }]);
    for _ in 0..3 {
        mask.fill_rect(dice.rect(AREA), [(dice.next() & 0xffff) as u16]);
    }
    for _ in 0..50 {
        mask.set_pixel(
            dice.range(AREA.x0, AREA.x1),
            dice.range(AREA.y0, AREA.y1),
            [(dice.next() & 0xffff) as u16],
        );
    }
    mask
}

pub fn random_layer(dice: &mut Dice, doc: &mut Document, depth: usize) -> Layer {
    let id = doc.next_layer_id();
    let mut layer = if depth > 0 && dice.chance(0.3) {
        let n = dice.range(0, 4);
        let children: Layers =
            (0..n).map(|_| std::sync::Arc::new(random_layer(dice, doc, depth - 1))).collect();
        let mut group = Layer::group(id, format!("group {}", id.0), children);
        if dice.chance(0.4) {
            group.blend = BlendMode::PassThrough;
        }
        group
    } else {
        let mut layer = Layer::raster(id, format!("layer {}", id.0), random_pixels(dice));
        layer.blend = BlendMode::ALL[dice.below(BlendMode::ALL.len())];
        layer
    };
    if dice.chance(0.5) {
        layer.opacity = dice.unit();
    }
    layer.visible = dice.chance(0.85);
    layer.clipping = dice.chance(0.3);
    if dice.chance(0.3) {
        layer.mask = Some(LayerMask { coverage: random_mask(dice), enabled: dice.chance(0.8) });
    }
    layer
}

pub fn random_document(seed: u64) -> Document {
    let mut dice = Dice(seed);
    let mut doc = Document::new(Rect::new(0, 0, 100, 100));
    for _ in 0..dice.range(1, 7) {
        let layer = random_layer(&mut dice, &mut doc, 2);
        edit::add(&mut doc, layer, Place { parent: None, index: usize::MAX });
    }
    doc
}

fn ids(doc: &Document) -> Vec<LayerId> {
    let mut out = Vec::new();
    doc.walk(|layer| out.push(layer.id));
    out
}

/// One random edit of any kind.
pub fn random_edit(dice: &mut Dice, doc: &mut Document) -> Damage {
    let ids = ids(doc);
    if ids.is_empty() || (ids.len() < 12 && dice.chance(0.1)) {
        let layer = random_layer(dice, doc, 1);
        let parent = (!ids.is_empty() && dice.chance(0.4)).then(|| ids[dice.below(ids.len())]);
        return edit::add(doc, layer, Place { parent, index: dice.below(4) });
    }
    let id = ids[dice.below(ids.len())];
    match dice.below(22) {
        0 if ids.len() > 2 => edit::remove(doc, id),
        1 if ids.len() < 12 => edit::duplicate(doc, id),
        2 => {
            let parent = dice.chance(0.5).then(|| ids[dice.below(ids.len())]);
            edit::move_to(doc, id, Place { parent, index: dice.below(5) })
        }
        3 => edit::rename(doc, id, &format!("name {}", dice.below(100))),
        4 => edit::set_opacity(doc, id, dice.unit()),
        5 => edit::set_visible(doc, id, dice.chance(0.7)),
        6 => edit::set_clipping(doc, id, dice.chance(0.5)),
        7 => edit::set_blend(doc, id, BlendMode::ALL[dice.below(BlendMode::ALL.len())]),
        8 => {
            let mask = dice
                .chance(0.7)
                .then(|| LayerMask { coverage: random_mask(dice), enabled: dice.chance(0.8) });
            edit::set_mask(doc, id, mask)
        }
        9 => edit::merge_down(doc, id),
        10 => edit::set_alpha_locked(doc, id, dice.chance(0.5)),
        11 => edit::translate(doc, id, dice.range(-80, 80), dice.range(-80, 80)),
        12 => edit::set_selection(doc, dice.chance(0.7).then(|| random_mask(dice))),
        13 => edit::clear(doc, id),
        14 => edit::group(doc, &[id, ids[dice.below(ids.len())]], "group"),
        15 => edit::ungroup(doc, id),
        16 => edit::set_page(doc, dice.rect(AREA)),
        17 => edit::set_note(doc, id, "text", dice.chance(0.5).then(|| "x".to_owned())),
        18 => edit::merge_group(doc, id),
        19 => edit::apply_mask(doc, id),
        _ => {
            let (r, px) = (dice.rect(AREA), dice.px());
            let a = Point::new(f64::from(r.x0), f64::from(r.y0));
            let shape = selection::ellipse(a, Point::new(f64::from(r.x1), f64::from(r.y1)));
            edit::with_damage(doc, |doc| {
                if let Some(Content::Raster(pixels)) = doc.layer_mut(id).map(|l| &mut l.content) {
                    for (pos, slot) in shape.tiles() {
                        for i in (0..4096).filter(|&i| slot.get(i)[0] > ONE / 2) {
                            pixels.tile_mut(pos).put(i, px);
                        }
                    }
                }
            })
        }
    }
}

/// The composite of one pixel by recursion over the layers: no tiles, no strips, no shortcuts.
pub fn naive_pixel(layers: &Layers, x: i32, y: i32, backdrop: [f32; 4]) -> [f32; 4] {
    let mut acc = backdrop;
    let mut i = 0;
    while i < layers.len() {
        let base = &layers[i];
        let mut j = i + 1;
        while j < layers.len() && layers[j].clipping {
            j += 1;
        }
        if base.visible {
            acc = naive_layer(base, &layers[i + 1..j], x, y, acc);
        }
        i = j;
    }
    acc
}

fn coverage(layer: &Layer, x: i32, y: i32) -> f32 {
    match &layer.mask {
        Some(mask) if mask.enabled => f32::from(mask.coverage.pixel(x, y)[0]) / 65535.0,
        _ => 1.0,
    }
}

fn bare(layer: &Layer, x: i32, y: i32) -> [f32; 4] {
    let px = match &layer.content {
        Content::Raster(pixels) => pixels.pixel(x, y).map(|v| f32::from(v) / 65535.0),
        Content::Group(children) => naive_pixel(children, x, y, [0.0; 4]),
    };
    px.map(|v| v * coverage(layer, x, y))
}

fn naive_layer(base: &Layer, clipping: &[std::sync::Arc<Layer>], x: i32, y: i32, acc: [f32; 4]) -> [f32; 4] {
    if let (Content::Group(children), BlendMode::PassThrough, true) =
        (&base.content, base.blend, clipping.is_empty())
    {
        let after = naive_pixel(children, x, y, acc);
        let k = base.opacity * coverage(base, x, y);
        return [0, 1, 2, 3].map(|c| acc[c] + (after[c] - acc[c]) * k);
    }
    let mut src = bare(base, x, y);
    for layer in clipping.iter().filter(|l| l.visible) {
        let top = bare(layer, x, y).map(|v| v * layer.opacity);
        // Blended as if the base were opaque, then cut by its alpha.
        let a = src[3];
        if a > 0.0 {
            let opaque = [src[0] / a, src[1] / a, src[2] / a, 1.0].map(|v| v.min(1.0));
            let out = blend_pixel(layer.blend, opaque, top);
            src = [out[0] * a, out[1] * a, out[2] * a, a];
        }
    }
    blend_pixel(base.blend, acc, src.map(|v| v * base.opacity))
}

/// The whole area as 8-bit premultiplied RGBA by tile, to see what an edit changed.
pub fn rendered(doc: &Document) -> Vec<(TilePos, scumble::document::Slot<4>)> {
    let area = AREA.grow(192);
    let pixels = scumble::document::composite::composite(doc, area);
    scumble::document::tile::tiles_in(area).map(|pos| (pos, pixels.slot(pos).clone())).collect()
}
