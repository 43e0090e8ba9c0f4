//! Edits of layers and their damage.

use super::support::{AREA, Dice, random_document, random_edit, rendered};
use scumble::document::composite::composite;
use scumble::document::edit::{self, Place};
use scumble::document::{BlendMode, Document, Layer, Pixels};
use scumble::geom::Rect;

#[test]
fn damage_covers_every_changed_tile() {
    for seed in 0..12 {
        let mut dice = Dice(1000 + seed);
        let mut doc = random_document(seed);
        let mut before = rendered(&doc);
        for step in 0..40 {
            let damage = random_edit(&mut dice, &mut doc);
            let after = rendered(&doc);
            for ((pos, a), (_, b)) in before.iter().zip(&after) {
                let same = (0..4096).all(|i| a.get(i) == b.get(i));
                assert!(same || damage.covers(*pos), "seed {seed}, step {step}: {pos:?} changed unseen");
            }
            before = after;
        }
    }
}

fn doc_of(fills: &[[u16; 4]]) -> Document {
    let mut doc = Document::new(Rect::new(0, 0, 64, 64));
    for (i, px) in fills.iter().enumerate() {
        let mut pixels = Pixels::default();
        pixels.fill_rect(Rect::from_size(i as i32 * 10, 0, 40, 40), *px);
        let layer = Layer::raster(doc.next_layer_id(), format!("{i}"), pixels);
        edit::add(&mut doc, layer, Place { parent: None, index: usize::MAX });
    }
    doc
}

fn names(doc: &Document) -> Vec<String> {
    let mut out = Vec::new();
    doc.walk(|l| out.push(l.name.clone()));
    out
}

const RED: [u16; 4] = [65535, 0, 0, 65535];
const HALF_BLUE: [u16; 4] = [0, 0, 30000, 32768];

#[test]
fn layers_move_into_groups_and_out() {
    let mut doc = doc_of(&[RED, HALF_BLUE, RED]);
    let ids: Vec<_> = doc.layers().iter().map(|l| l.id).collect();
    edit::group(&mut doc, &[ids[0], ids[2]], "g");
    assert_eq!(names(&doc), ["1", "g", "0", "2"]);
    let group = doc.active.expect("the group");
    // Not into itself.
    assert!(edit::move_to(&mut doc, group, Place { parent: Some(group), index: 0 }).is_empty());
    edit::move_to(&mut doc, ids[1], Place { parent: Some(group), index: 1 });
    assert_eq!(names(&doc), ["g", "0", "1", "2"]);
    edit::move_to(&mut doc, ids[0], Place { parent: Some(group), index: 3 });
    assert_eq!(names(&doc), ["g", "1", "2", "0"]);
    edit::duplicate(&mut doc, group);
    assert_eq!(names(&doc), ["g", "1", "2", "0", "g copy", "1", "2", "0"]);
    edit::ungroup(&mut doc, group);
    assert_eq!(names(&doc), ["1", "2", "0", "g copy", "1", "2", "0"]);
    edit::remove(&mut doc, ids[2]);
    assert_eq!(names(&doc), ["1", "0", "g copy", "1", "2", "0"]);
}

#[test]
fn merging_looks_the_same() {
    let mut doc = doc_of(&[RED, HALF_BLUE, [20000, 50000, 0, 60000]]);
    let ids: Vec<_> = doc.layers().iter().map(|l| l.id).collect();
    edit::set_blend(&mut doc, ids[2], BlendMode::Multiply);
    edit::set_opacity(&mut doc, ids[1], 0.7);
    let before = composite(&doc, AREA);
    let close = |doc: &Document| {
        let after = composite(doc, AREA);
        for y in AREA.y0..AREA.y1 {
            for x in AREA.x0..AREA.x1 {
                let (a, b) = (before.pixel(x, y), after.pixel(x, y));
                assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 1), "({x}, {y}): {a:?} {b:?}");
            }
        }
    };
    let mut flat = doc.clone();
    edit::flatten(&mut flat, "flat");
    close(&flat);
    edit::merge_down(&mut doc, ids[1]);
    assert_eq!(names(&doc), ["0", "2"]);
    close(&doc);
    edit::merge_down(&mut doc, ids[2]);
    close(&doc);
}

#[test]
fn crop_and_trim_set_the_page() {
    let mut doc = doc_of(&[RED, HALF_BLUE]);
    edit::trim(&mut doc);
    assert_eq!(doc.page, Rect::new(0, 0, 50, 40));
    edit::crop(&mut doc, Rect::new(5, 5, 20, 20));
    assert_eq!(doc.content_bounds(), Rect::new(5, 5, 20, 20));
}

#[test]
fn moved_pixels_keep_their_values() {
    let mut dice = Dice(5);
    let pixels = super::support::random_pixels(&mut dice);
    for (dx, dy) in [(64, -128), (3, 0), (-65, 17)] {
        let moved = pixels.translated(dx, dy);
        for y in AREA.y0..AREA.y1 {
            for x in AREA.x0..AREA.x1 {
                assert_eq!(pixels.pixel(x, y), moved.pixel(x + dx, y + dy));
            }
        }
        assert!(moved.translated(-dx, -dy) == pixels);
    }
}
