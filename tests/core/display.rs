//! How the canvas lies on the screen, and the tiles that are shown of it.

use crate::prng::Prng;
use scumble::color::Rgba;
use scumble::document::composite::composite_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, Layer, Pixels, TilePos, edit, selection};
use scumble::editor::Viewport;
use scumble::editor::display::{Display, LEVELS, Plane};
use scumble::geom::{Point, Rect};

fn near(a: Point, b: Point, within: f64) -> bool {
    a.distance(b) < within
}

#[test]
fn screen_and_canvas_are_inverse_and_anchors_stay() {
    let mut random = Prng(5);
    let mut unit = move || random.below(100_000) as f64 / 100_000.0;
    for _ in 0..200 {
        let mut view = Viewport { size_px: (1200.0, 801.0), ..Viewport::default() };
        view.center = Point::new(unit() * 9000.0 - 4500.0, unit() * 9000.0 - 4500.0);
        view.zoom_to(0.01 * 6400f64.powf(unit()), Point::new(600.0, 400.0));
        view.rotate_by(unit(), Point::new(600.0, 400.0));
        if unit() < 0.5 {
            view.mirror();
        }
        let p = Point::new(unit() * 1200.0, unit() * 800.0);
        assert!(near(view.to_screen(view.to_canvas(p)), p, 1e-6));
        let held = view.to_canvas(p);
        let before = view;
        view.zoom_to(view.zoom * (0.5 + unit()), p);
        assert!(near(view.to_screen(held), p, 1e-6), "zoom lost its anchor: {before:?}");
        view.rotate_by(unit() - 0.5, p);
        // A turn back to exactly upright settles on whole pixels.
        assert!(near(view.to_screen(held), p, 1.0), "rotation lost its anchor: {before:?}");
        let (a, b) = (view.to_canvas(Point::new(0.0, 0.0)), view.to_canvas(Point::new(1.0, 0.0)));
        assert!((a.distance(b) * view.zoom - 1.0).abs() < 1e-6, "the view is no similarity");
    }
}

#[test]
fn at_whole_zooms_canvas_pixels_meet_screen_pixels() {
    for size in [(1200.0, 800.0), (1201.0, 799.0)] {
        for zoom in [1.0, 2.0, 8.0, 64.0] {
            let mut view = Viewport { size_px: size, ..Viewport::default() };
            view.zoom_to(zoom, Point::new(333.0, 217.0));
            view.pan(13.0, -7.0);
            let p = view.to_screen(Point::new(5.0, 9.0));
            assert!(
                (p.x - p.x.round()).abs() < 1e-6 && (p.y - p.y.round()).abs() < 1e-6,
                "{size:?} {zoom}: {p:?}"
            );
        }
    }
}

#[test]
fn fit_shows_the_page_at_any_rotation() {
    for turns in [0.0, 0.1, 0.25, 0.4] {
        let mut view = Viewport { size_px: (900.0, 600.0), turns, ..Viewport::default() };
        let page = Rect::new(-300, 200, 2700, 900);
        view.fit(page);
        for corner in page.corners() {
            let p = view.to_screen(corner);
            assert!(p.x > 0.0 && p.y > 0.0 && p.x < 900.0 && p.y < 600.0, "{turns}: {p:?}");
        }
    }
}

fn scene() -> Document {
    let mut doc = Document::with_layer(Rect::new(0, 0, 300, 200), "one");
    let id = doc.active.unwrap();
    let pixels = doc.layer_mut(id).unwrap().pixels_mut().unwrap();
    let mut random = Prng(9);
    for _ in 0..40 {
        let (x, y) = (random.below(600) as i32 - 200, random.below(500) as i32 - 200);
        let c = |random: &mut Prng| random.below(256) as u8;
        let px = [c(&mut random), c(&mut random), c(&mut random), c(&mut random)];
        pixels.fill_rect(Rect::new(x, y, x + 70, y + 30), Rgba::from_rgba8(px).to_px());
    }
    doc
}

/// The mean of blocks of 2×2, as often as the level says, of the whole composite around the tile.
fn naive(doc: &Document, level: usize, pos: TilePos) -> Option<Vec<u8>> {
    if level == 0 {
        return composite_rgba8(doc, &[pos], Alpha::Premultiplied).pop().unwrap().map(|t| t.to_vec());
    }
    let below: Vec<Option<Vec<u8>>> =
        (0..4).map(|q| naive(doc, level - 1, TilePos::new(pos.x * 2 + q % 2, pos.y * 2 + q / 2))).collect();
    if below.iter().all(Option::is_none) {
        return None;
    }
    let at = |x: usize, y: usize, c: usize| {
        let tile = &below[y / 64 * 2 + x / 64];
        tile.as_ref().map_or(0, |t| u32::from(t[((y % 64) * 64 + x % 64) * 4 + c]))
    };
    let mut out = Vec::new();
    for y in 0..64 {
        for x in 0..64 {
            for c in 0..4 {
                let sum: u32 = (0..4).map(|q| at(2 * x + q % 2, 2 * y + q / 2, c)).sum();
                out.push(((sum + 2) / 4) as u8);
            }
        }
    }
    Some(out)
}

#[test]
fn tiles_of_every_level_are_means_of_the_composite_and_follow_edits() {
    let mut doc = scene();
    let mut display = Display::new(&doc);
    let positions: Vec<TilePos> = (-2..3).flat_map(|y| (-2..4).map(move |x| TilePos::new(x, y))).collect();
    let check = |display: &mut Display, doc: &Document, what: &str| {
        for level in 0..4 {
            let missing: Vec<TilePos> = positions
                .iter()
                .copied()
                .filter(|p| display.get(Plane::Picture, level, *p).is_none())
                .collect();
            display.make(Plane::Picture, level, &missing);
            for pos in &positions {
                let tile = display.get(Plane::Picture, level, *pos).expect("made");
                assert_eq!(
                    tile.as_deref().map(<[u8]>::to_vec),
                    naive(doc, level, *pos),
                    "{what}: level {level} {pos:?}"
                );
            }
        }
    };
    check(&mut display, &doc, "at first");
    let id = doc.active.unwrap();
    doc.layer_mut(id).unwrap().pixels_mut().unwrap().set_pixel(70, 3, [65535, 0, 0, 65535]);
    display.sync(&doc);
    check(&mut display, &doc, "one pixel");
    edit::set_opacity(&mut doc, id, 0.4);
    display.sync(&doc);
    check(&mut display, &doc, "opacity");
    let layer = Layer::raster(doc.next_layer_id(), "two", Pixels::new([0, 0, 30000, 40000]));
    edit::add(&mut doc, layer, edit::Place { parent: None, index: 0 });
    display.sync(&doc);
    check(&mut display, &doc, "a layer that reaches everywhere");
}

#[test]
fn only_tiles_that_changed_are_made_again() {
    let mut doc = scene();
    let mut display = Display::new(&doc);
    let all: Vec<TilePos> = (0..4).flat_map(|y| (0..4).map(move |x| TilePos::new(x, y))).collect();
    display.make(Plane::Picture, 0, &all);
    display.make(Plane::Picture, 2, &[TilePos::new(0, 0)]);
    let id = doc.active.unwrap();
    doc.layer_mut(id).unwrap().pixels_mut().unwrap().set_pixel(65, 3, [65535, 0, 0, 65535]);
    display.sync(&doc);
    for pos in all {
        let there = display.get(Plane::Picture, 0, pos).is_some();
        assert_eq!(there, pos != TilePos::new(1, 0), "{pos:?}");
    }
    assert!(display.get(Plane::Picture, 2, TilePos::new(0, 0)).is_none());
    const { assert!(LEVELS > 2) };
}

#[test]
fn the_selection_is_shown_and_follows() {
    let mut doc = scene();
    let mut display = Display::new(&doc);
    doc.selection = Some(selection::rect(Rect::new(10, 10, 50, 50)));
    display.sync(&doc);
    let zero = TilePos::new(0, 0);
    display.make(Plane::Selection, 0, &[zero, TilePos::new(1, 0)]);
    let tile = display.get(Plane::Selection, 0, zero).unwrap().clone().unwrap();
    assert_eq!(
        (tile[10 * 64 + 10], tile[10 * 64 + 9], tile[49 * 64 + 49], tile[50 * 64 + 49]),
        (255, 0, 255, 0)
    );
    assert_eq!(display.get(Plane::Selection, 0, TilePos::new(1, 0)), Some(&None));
    doc.selection = None;
    display.sync(&doc);
    assert!(display.get(Plane::Selection, 0, zero).is_none());
}
