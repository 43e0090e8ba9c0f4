//! Undo and redo.

use super::support::{Dice, random_document, random_edit, rendered};
use scumble::document::history::{DEFAULT_BUDGET_BYTES, History};
use scumble::document::{Document, Pixels, TilePos};
use scumble::geom::Rect;

#[test]
fn two_hundred_random_edits_undone_and_redone_are_the_same() {
    for seed in 0..3 {
        let mut dice = Dice(seed);
        let mut doc = random_document(seed);
        let mut history = History::new("new", &doc, DEFAULT_BUDGET_BYTES);
        let mut states = vec![doc.clone()];
        for i in 0..200 {
            random_edit(&mut dice, &mut doc);
            history.commit(format!("edit {i}"), &doc);
            states.push(doc.clone());
        }
        for state in states.iter().rev().skip(1) {
            history.undo(&mut doc);
            assert!(doc == *state);
        }
        assert!(!history.can_undo());
        for state in &states[1..] {
            history.redo(&mut doc);
            assert!(doc == *state);
        }
        assert!(!history.can_redo());
        // Jumps, with damage that covers what changes.
        for _ in 0..30 {
            let to = dice.below(states.len());
            let before = rendered(&doc);
            let damage = history.jump(to, &mut doc);
            assert!(doc == states[to]);
            for ((pos, a), (_, b)) in before.iter().zip(&rendered(&doc)) {
                assert!(damage.covers(*pos) || (0..4096).all(|i| a.get(i) == b.get(i)));
            }
        }
    }
}

fn paint(doc: &mut Document, tile: i32) {
    let id = doc.active.expect("a layer");
    let pixels = doc.layer_mut(id).and_then(|l| l.pixels_mut()).expect("pixels");
    pixels.set_pixel(tile * 64, 0, [1, 1, 1, 65535]);
}

#[test]
fn a_step_costs_the_tiles_it_changed_and_old_steps_are_forgotten_over_budget() {
    let mut doc = Document::with_layer(Rect::new(0, 0, 64, 64), "layer");
    let tile_bytes = 64 * 64 * 8;
    let mut history = History::new("new", &doc, 10 * tile_bytes);
    for i in 0..30 {
        paint(&mut doc, i);
        history.commit(format!("stroke {i}"), &doc);
        assert!(history.bytes() <= 10 * tile_bytes);
    }
    assert_eq!(history.bytes(), 10 * tile_bytes);
    assert_eq!(history.names().next(), Some("stroke 19"));
    // What was undone is forgotten by the next step.
    for _ in 0..5 {
        history.undo(&mut doc);
    }
    assert_eq!(history.names().len(), 11);
    paint(&mut doc, 99);
    history.commit("other", &doc);
    assert_eq!(history.names().last(), Some("other"));
    assert_eq!(history.bytes(), 6 * tile_bytes);
    history.amend("other still", &doc.clone());
    assert_eq!((history.names().last(), history.names().len()), (Some("other still"), 7));
}

#[test]
fn clones_share_tiles() {
    let mut doc = Document::with_layer(Rect::new(0, 0, 64, 64), "layer");
    (0..100).for_each(|i| paint(&mut doc, i));
    let snapshot = doc.clone();
    assert_eq!(doc.bytes_not_in(&snapshot), 0);
    paint(&mut doc, 50);
    assert_eq!(doc.bytes_not_in(&snapshot), 64 * 64 * 8);
    let damage = doc.damage_from(&snapshot);
    assert_eq!(damage.tiles().collect::<Vec<_>>(), [TilePos::new(50, 0)]);
    let _ = Pixels::default();
}
