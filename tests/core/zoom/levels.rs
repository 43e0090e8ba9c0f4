//! Where levels lie in each other, and edits of them.

use crate::document::support::{Dice, random_document};
use scumble::document::level::{self, MAX_FACTOR, MIN_FACTOR, place_between};
use scumble::document::{Document, History, Layer, Level, LevelPoint, Made, Pixels, Placement, levels};
use scumble::geom::{Point, Rect};

fn uniform(dice: &mut Dice, low: f64, high: f64) -> f64 {
    low + (high - low) * dice.below(1 << 24) as f64 / f64::from(1 << 24)
}

/// Levels with random factors and places, pages of random size anywhere.
fn random_levels(dice: &mut Dice, count: usize) -> Document {
    let page = |dice: &mut Dice| {
        let (x, y) = (dice.range(-2000, 2000), dice.range(-2000, 2000));
        Rect::from_size(x, y, dice.range(64, 4096) as u32, dice.range(64, 4096) as u32)
    };
    let mut doc = Document::with_layer(page(dice), "0");
    for _ in 1..count {
        let (inner, outer) = (doc.page, page(dice));
        let factor = uniform(dice, MIN_FACTOR, MAX_FACTOR);
        let at = Point::new(
            uniform(dice, f64::from(outer.x0), f64::from(outer.x1)),
            uniform(dice, f64::from(outer.y0), f64::from(outer.y1)),
        );
        let place = match dice.chance(0.5) {
            true => Placement::centred(inner, outer, factor),
            false => Placement::with_corner(inner, at, factor),
        };
        levels::add_outer(&mut doc, Level::new(outer), place);
    }
    doc
}

#[test]
fn points_go_outward_and_back() {
    let mut worst = 0.0f64;
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let count = 2 + dice.below(30);
        let doc = random_levels(&mut dice, count);
        for _ in 0..20 {
            let (from, to) = (dice.below(count), dice.below(count));
            let p = Point::new(uniform(&mut dice, -9000.0, 9000.0), uniform(&mut dice, -9000.0, 9000.0));
            let there = LevelPoint::new(from, p).carried(&doc.levels, to);
            assert_eq!(there.level, to);
            let back = there.carried(&doc.levels, from).at();
            worst = worst.max(back.distance(p));
            if from <= to {
                // The placements as one say the same, as far as one number can.
                let place = place_between(&doc.levels, from, to);
                assert!(place.outward(p).distance(there.at()) < 1e-6 * (1.0 + there.at().length()));
                assert!(place.inward(place.outward(p)).distance(p) < 1e-9 * place.factor * 1e4);
            }
        }
    }
    println!("worst way back: {worst:.2e} px");
    assert!(worst < 1e-3, "{worst} px");
}

#[test]
fn pages_lie_where_they_were_put() {
    let (inner, outer) = (Rect::new(10, -20, 110, 80), Rect::new(-50, -50, 150, 150));
    let [a, b] = Placement::centred(inner, outer, 2.0).page_outward(inner);
    assert_eq!((a, b), (Point::new(25.0, 25.0), Point::new(75.0, 75.0)));
    let [a, b] = Placement::with_corner(inner, Point::new(-50.0, 3.5), 4.0).page_outward(inner);
    assert_eq!((a, b), (Point::new(-50.0, 3.5), Point::new(-25.0, 28.5)));
}

#[test]
fn a_level_that_goes_leaves_its_neighbours_where_they_are() {
    for seed in 0..50 {
        let mut dice = Dice(seed + 9000);
        let count = 2 + dice.below(6);
        let mut doc = random_levels(&mut dice, count);
        let gone = dice.below(count);
        let corner = |doc: &Document, page: Rect| {
            let k = doc.levels.iter().position(|l| l.page == page).unwrap();
            LevelPoint::new(k, page.corners()[0]).carried(&doc.levels, doc.levels.len() - 1).at()
        };
        let outermost = if gone == count - 1 { count - 2 } else { count - 1 };
        let pages: Vec<Rect> = (0..count).filter(|&k| k != gone).map(|k| doc.levels[k].page).collect();
        let before: Vec<Point> = (0..count)
            .filter(|&k| k != gone)
            .map(|k| LevelPoint::new(k, doc.levels[k].page.corners()[0]).carried(&doc.levels, outermost).at())
            .collect();
        levels::remove(&mut doc, gone);
        assert_eq!(doc.levels.len(), count - 1);
        for (page, before) in pages.iter().zip(before) {
            assert!(corner(&doc, *page).distance(before) < 1e-6);
        }
    }
    let mut one = Document::with_layer(Rect::new(0, 0, 8, 8), "only");
    assert!(levels::remove(&mut one, 0).is_empty());
    assert_eq!(one.levels.len(), 1);
}

#[test]
fn edits_of_levels_can_be_undone() {
    let mut doc = random_document(5);
    let before = doc.clone();
    let mut history = History::new("start", &doc, 1 << 30);
    let page = doc.page;
    let layer = Layer::raster(doc.next_layer_id(), "outside", Pixels::new([9, 9, 9, 65_535]));
    let level = Level { layers: vec![layer.into()], words: "a hill".into(), ..Level::new(page) };
    levels::add_outer(&mut doc, level, Placement::centred(page, page, 2.0));
    assert_eq!((doc.level, doc.levels.len(), doc.words.as_str()), (1, 2, "a hill"));
    history.commit("Extend", &doc);
    let after = doc.clone();
    levels::swap_words(&mut doc, 0, 1);
    assert_eq!((doc.levels[0].words.as_str(), doc.levels[1].words.as_str()), ("a hill", ""));
    history.commit("Words", &doc);
    assert!(history.undo(&mut doc).is_empty() && doc == after);
    assert!(history.undo(&mut doc).is_everything());
    assert_eq!(doc, before);
    history.redo(&mut doc);
    assert_eq!(doc, after);
    levels::remove(&mut doc, 1);
    assert_eq!(doc.layers(), before.layers());
    assert_eq!(doc.level, 0);
}

#[test]
fn a_level_knows_whether_what_it_was_made_from_has_changed() {
    let page = Rect::new(0, 0, 70, 40);
    let mut doc = Document::with_layer(page, "inner");
    let id = doc.active.unwrap();
    let empty = doc.fingerprint(0);
    doc.layer_mut(id).unwrap().pixels_mut().unwrap().fill_rect(page, [300, 200, 100, 65_535]);
    let full = doc.fingerprint(0);
    assert_ne!(empty, full);
    assert_eq!(full, doc.clone().fingerprint(0));
    // What lies outside of the page is not seen.
    doc.layer_mut(id).unwrap().pixels_mut().unwrap().fill_rect(Rect::new(0, 40, 70, 41), [0, 0, 0, 65_535]);
    assert_eq!(full, doc.fingerprint(0));
    let made = Made::Outward(full);
    let copy = levels::inner_layer(&mut doc, "inner picture", Pixels::default());
    let id = copy.id;
    let outer = Level { layers: vec![copy.into()], made, ..Level::new(page) };
    levels::add_outer(&mut doc, outer, Placement::centred(page, page, 2.0));
    assert_eq!(levels::inner_copy(&doc.levels[1]), Some(id));
    assert_eq!(levels::inner_copy(&doc.levels[0]), None);
    let pixels = Pixels::new([1, 1, 1, 65_535]);
    assert!(levels::set_layer_pixels(&mut doc, 1, id, pixels.clone()).is_everything());
    assert_eq!(doc.layer(id).unwrap().pixels(), Some(&pixels));
    levels::show(&mut doc, 0);
    assert!(levels::set_layer_pixels(&mut doc, 1, id, Pixels::default()).is_empty(), "it is not shown");
    assert_eq!(doc.levels[1].layers[0].pixels(), Some(&Pixels::default()));
    levels::remove(&mut doc, 0);
    assert_eq!(doc.made, Made::Alone);
    assert_eq!(level::place_between(&doc.levels, 0, 0).factor, 1.0);
}
