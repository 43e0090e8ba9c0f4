//! Fills, gradients, shapes, transforms, filters, the picker.

use super::{pixels, with_layer};
use crate::document::support::{Dice, random_document, random_pixels, rendered};
use scumble::color::Rgba;
use scumble::document::edit::{self, Place};
use scumble::document::{Combine, Damage, Document, Layer, LayerId, ONE, Pixels, selection};
use scumble::geom::{Point, Projective, Rect};
use scumble::paint::fill::{FillSettings, bucket, fill, paint_mask};
use scumble::paint::filter::{self, Filter};
use scumble::paint::gradient::{self, Course, Gradient};
use scumble::paint::picker::{Source, pick};
use scumble::paint::shape::{self, Shape, Style};
use scumble::paint::transform::{self, Axis, Resample, transformed};
use scumble::paint::{Curve, Setup, Target};

const PAGE: Rect = Rect::new(0, 0, 120, 100);
const RED: Rgba = Rgba::rgb(1.0, 0.0, 0.0);

fn doc() -> (Document, LayerId) {
    with_layer(PAGE)
}

/// Every edit of this room, on a random document with a random selection.
fn random_paint(dice: &mut Dice, doc: &mut Document) -> Damage {
    let mut ids = Vec::new();
    doc.walk(|l| ids.push(l.id));
    let id = ids[dice.below(ids.len())];
    let p = |dice: &mut Dice| Point::new(f64::from(dice.range(-90, 140)), f64::from(dice.range(-60, 120)));
    let color = Rgba { r: dice.unit(), g: dice.unit(), b: dice.unit(), a: 0.3 + 0.7 * dice.unit() };
    let (a, b) = (p(dice), p(dice));
    match dice.below(16) {
        0 => fill(doc, id, color),
        1 => bucket(
            doc,
            id,
            (a.x as i32, a.y as i32),
            &FillSettings { sample_all: dice.chance(0.5), ..Default::default() },
            color,
        ),
        2 => gradient::apply(doc, id, &Gradient::new(Course::Linear { from: a, to: b }, color, Rgba::CLEAR)),
        3 => gradient::apply(doc, id, &Gradient::new(Course::Radial { center: a, edge: b }, color, RED)),
        4 => shape::draw(
            doc,
            id,
            &Shape::Ellipse { a, b },
            &Style { fill: Some(color), outline: Some((RED, 3.0)) },
        ),
        5 => shape::draw(doc, id, &Shape::Line { a, b }, &Style { fill: None, outline: Some((color, 5.5)) }),
        6 => {
            transform::transform(doc, id, &Projective::rotation(f64::from(dice.unit()), a), Resample::Bicubic)
        }
        7 => transform::transform(doc, id, &Projective::scaling(0.4, 1.7, b), Resample::Bicubic),
        8 => transform::flip(doc, id, Axis::Horizontal, PAGE),
        9 => filter::apply(doc, id, &Filter::Blur { sigma_px: 4.0 * dice.unit() }),
        10 => filter::apply(doc, id, &Filter::Sharpen { sigma_px: 1.5, amount: 1.0 }),
        11 => filter::apply(doc, id, &Filter::Noise { amount: 0.2, monochrome: false, seed: dice.next() }),
        12 => filter::apply(
            doc,
            id,
            &Filter::HueSaturation { hue: dice.unit() - 0.5, saturation: 0.3, lightness: -0.1 },
        ),
        13 => filter::apply(doc, id, &Filter::Invert),
        14 => {
            let brush = scumble::paint::preset::built_in().swap_remove(dice.below(24)).prepare();
            let target = if dice.chance(0.7) { Target::Layer(id) } else { Target::LayerMask(id) };
            let setup = Setup { erase: dice.chance(0.2), ..Setup::new(target, color) };
            shape::draw_with_brush(doc, &Shape::Polygon { points: vec![a, b, p(dice)] }, &brush, setup)
        }
        _ => {
            let how = [Combine::Replace, Combine::Add, Combine::Subtract, Combine::Intersect][dice.below(4)];
            shape::select(doc, &Shape::Rectangle { a, b }, how)
        }
    }
}

#[test]
fn damage_covers_every_changed_tile() {
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let mut doc = random_document(seed);
        let mut before = rendered(&doc);
        for step in 0..30 {
            let damage = random_paint(&mut dice, &mut doc);
            let after = rendered(&doc);
            for ((pos, a), (_, b)) in before.iter().zip(&after) {
                let same = (0..4096).all(|i| a.get(i) == b.get(i));
                assert!(same || damage.covers(*pos), "seed {seed}, step {step}: {pos:?} changed unseen");
            }
            before = after;
            // Premultiplied pixels stay what they are: no colour above its alpha.
            doc.walk(|layer| {
                for (_, slot) in layer.pixels().into_iter().flat_map(|p| p.tiles()) {
                    for i in 0..4096 {
                        let px = slot.get(i);
                        assert!(px[..3].iter().all(|&c| c <= px[3]), "seed {seed}, step {step}: {px:?}");
                    }
                }
            });
        }
    }
}

#[test]
fn locks_and_selections_are_respected() {
    let (mut doc, id) = doc();
    fill(&mut doc, id, RED);
    assert_eq!(pixels(&doc, id).content_bounds(), PAGE);
    doc.selection = Some(selection::rect(Rect::new(10, 10, 20, 20)));
    fill(&mut doc, id, Rgba::WHITE);
    assert_eq!(pixels(&doc, id).pixel(15, 15), [ONE; 4]);
    assert_eq!(pixels(&doc, id).pixel(20, 15), [ONE, 0, 0, ONE]);
    doc.selection = Some(selection::invert(&selection::rect(Rect::new(10, 10, 20, 20))));
    fill(&mut doc, id, Rgba::BLACK);
    assert_eq!(pixels(&doc, id).pixel(15, 15), [ONE; 4]);
    assert_eq!(pixels(&doc, id).pixel(50, 50), [0, 0, 0, ONE]);
    doc.selection = None;
    edit::set_locked(&mut doc, id, true);
    assert!(fill(&mut doc, id, RED).is_empty());
    edit::set_locked(&mut doc, id, false);
    edit::clear(&mut doc, id);
    paint_mask(&mut doc, id, &selection::rect(Rect::new(0, 0, 5, 5)), RED, false);
    edit::set_alpha_locked(&mut doc, id, true);
    fill(&mut doc, id, Rgba::WHITE);
    assert_eq!(pixels(&doc, id).content_bounds(), Rect::new(0, 0, 5, 5));
    assert_eq!(pixels(&doc, id).pixel(4, 4), [ONE; 4]);
}

#[test]
fn gradients_run_and_dither_without_bias() {
    let (mut doc, id) = doc();
    let course = Course::Linear { from: Point::new(0.0, 0.0), to: Point::new(120.0, 0.0) };
    let mut g = Gradient::new(course, Rgba::BLACK, Rgba::WHITE);
    gradient::apply(&mut doc, id, &g);
    let column = |doc: &Document, x: i32| {
        (0..100).map(|y| f64::from(pixels(doc, id).pixel(x, y)[1]) / 65535.0).sum::<f64>() / 100.0
    };
    let dithered: Vec<f64> = (0..120).map(|x| column(&doc, x)).collect();
    g.dither = false;
    gradient::apply(&mut doc, id, &g);
    let plain: Vec<f64> = (0..120).map(|x| column(&doc, x)).collect();
    assert!(plain.windows(2).all(|w| w[0] < w[1]));
    assert!(plain[0] < 0.02 && plain[119] > 0.97);
    for (a, b) in dithered.iter().zip(&plain).skip(5).take(110) {
        assert!((a - b).abs() < 0.001, "{a} {b}");
    }
    g.course = Course::Radial { center: Point::new(60.0, 50.0), edge: Point::new(100.0, 50.0) };
    gradient::apply(&mut doc, id, &g);
    assert_eq!(pixels(&doc, id).pixel(110, 50), [ONE; 4]);
    assert_eq!(pixels(&doc, id).pixel(80, 50), pixels(&doc, id).pixel(60, 70));
}

#[test]
fn shapes_have_their_place() {
    let (mut doc, id) = doc();
    let (a, b) = (Point::new(10.0, 10.0), Point::new(60.0, 40.0));
    shape::draw(&mut doc, id, &Shape::Rectangle { a, b }, &Style { fill: Some(RED), outline: None });
    assert_eq!(pixels(&doc, id).content_bounds(), Rect::new(10, 10, 60, 40));
    edit::clear(&mut doc, id);
    shape::draw(&mut doc, id, &Shape::Rectangle { a, b }, &Style { fill: None, outline: Some((RED, 4.0)) });
    assert_eq!(pixels(&doc, id).content_bounds(), Rect::new(8, 8, 62, 42));
    assert_eq!(pixels(&doc, id).pixel(30, 25), [0; 4]);
    assert_eq!(pixels(&doc, id).pixel(11, 25), [ONE, 0, 0, ONE]);
    assert_eq!(Shape::Line { a, b }.outlined(2.0).pixel(35, 25), [ONE]);
}

#[test]
fn transforms_keep_colour_and_mass() {
    let mut source = Pixels::default();
    source.fill_rect(Rect::new(-40, -30, 40, 30), Rgba { r: 0.8, g: 0.4, b: 0.2, a: 0.5 }.to_px());
    let mass = |p: &Pixels| p.read(p.tile_bounds())[3].iter().map(|&v| f64::from(v)).sum::<f64>();
    let center = Point::new(3.0, 5.0);
    for (map, factor) in [
        (Projective::rotation(0.13, center), 1.0),
        (Projective::scaling(2.5, 0.7, center), 1.75),
        (Projective::scaling(0.1, 0.1, center), 0.01),
        (Projective::rotation(0.3, center).then(&Projective::scaling(0.3, 0.5, center)), 0.15),
        (Projective::translation(0.5, 0.25), 1.0),
    ] {
        let out = transformed(&source, &map, Resample::Bicubic).expect("a proper map");
        let ratio = mass(&out) / mass(&source) / factor;
        // What the kernel would take below nothing outside of the rim is missing: more of it on a tiny picture.
        assert!((ratio - 1.0).abs() < if factor < 0.1 { 0.03 } else { 0.01 }, "{map:?}: {ratio}");
        let at = map.apply(Point::new(1.0, 1.0));
        let px = out.pixel(at.x as i32, at.y as i32);
        let want = source.pixel(0, 0);
        assert!(px.iter().zip(want).all(|(a, b)| a.abs_diff(b) < 80), "{map:?}: {px:?} {want:?}");
    }
    // Shrinking looks at every pixel: fine stripes become their mean.
    let mut stripes = Pixels::default();
    for x in 0..256 {
        stripes.fill_rect(Rect::new(x, 0, x + 1, 256), if x % 2 == 0 { [ONE; 4] } else { [0, 0, 0, ONE] });
    }
    let small =
        transformed(&stripes, &Projective::scaling(0.123, 0.123, Point::default()), Resample::Bicubic);
    let px = small.expect("a proper map").pixel(15, 15);
    assert!(px[0].abs_diff(ONE / 2) < 700, "{px:?}");
    // Perspective: corners go where they are sent, and the horizon is refused.
    let to = [Point::new(0.0, 0.0), Point::new(100.0, 20.0), Point::new(90.0, 80.0), Point::new(5.0, 100.0)];
    let map =
        Projective::from_corners(Rect::new(-40, -30, 40, 30).corners(), to).expect("no three in a line");
    let out = transformed(&source, &map, Resample::Bicubic).expect("a proper map");
    assert!(out.content_bounds().grow(-2).contains_rect(&Rect::new(2, 2, 97, 97)));
    let horizon = Projective { m: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.05, 0.0, 1.0] };
    assert!(transformed(&source, &horizon, Resample::Bicubic).is_none());
}

#[test]
fn flips_are_exact_and_undo_themselves() {
    let (mut doc, id) = doc();
    let source = random_pixels(&mut Dice(9));
    edit::set_pixels(&mut doc, id, source.clone());
    for axis in [Axis::Horizontal, Axis::Vertical] {
        transform::flip(&mut doc, id, axis, PAGE);
        assert_eq!(
            pixels(&doc, id).pixel(3, 99),
            match axis {
                Axis::Horizontal => source.pixel(116, 99),
                Axis::Vertical => source.pixel(3, 0),
            }
        );
        transform::flip(&mut doc, id, axis, PAGE);
        assert!(*pixels(&doc, id) == source);
    }
}

#[test]
fn a_selection_is_lifted_and_moved() {
    let (mut doc, id) = doc();
    fill(&mut doc, id, RED);
    doc.selection = Some(selection::rect(Rect::new(0, 0, 10, 10)));
    transform::transform(&mut doc, id, &Projective::translation(-30.0, 5.0), Resample::Bicubic);
    let p = pixels(&doc, id);
    assert_eq!((p.pixel(5, 5), p.pixel(-25, 10)), ([0; 4], [ONE, 0, 0, ONE]));
    assert_eq!(doc.selection.as_ref().map(|s| s.content_bounds()), Some(Rect::new(-30, 5, -20, 15)));
}

#[test]
fn filters_do_what_they_say() {
    let (mut doc, id) = doc();
    let grey = Rgba { r: 0.25, g: 0.5, b: 0.75, a: 0.6 };
    fill(&mut doc, id, grey);
    let at = |doc: &Document| Rgba::from_px(pixels(doc, id).pixel(20, 20));
    let near = |c: Rgba, r: f32, g: f32, b: f32| {
        assert!((c.r - r).abs() < 2e-4 && (c.g - g).abs() < 2e-4 && (c.b - b).abs() < 2e-4, "{c:?}");
        assert!((c.a - 0.6).abs() < 1e-4);
    };
    let levels = |gamma| Filter::Levels { black: 0.25, white: 0.75, gamma, out_black: 0.0, out_white: 1.0 };
    let mut d = doc.clone();
    filter::apply(&mut d, id, &levels(1.0));
    near(at(&d), 0.0, 0.5, 1.0);
    let mut d = doc.clone();
    filter::apply(&mut d, id, &levels(2.0));
    near(at(&d), 0.0, 0.5f32.sqrt(), 1.0);
    let mut d = doc.clone();
    let down = Curve::new(vec![[0.0, 1.0], [1.0, 0.0]]);
    filter::apply(
        &mut d,
        id,
        &Filter::Curves { all: Curve::default(), channels: [down, Curve::default(), Curve::default()] },
    );
    near(at(&d), 0.75, 0.5, 0.75);
    let mut d = doc.clone();
    filter::apply(&mut d, id, &Filter::HueSaturation { hue: 0.5, saturation: 0.0, lightness: 0.0 });
    near(at(&d), 0.75, 0.5, 0.25);
    let mut d = doc.clone();
    filter::apply(&mut d, id, &Filter::HueSaturation { hue: 0.0, saturation: -1.0, lightness: 0.0 });
    near(at(&d), 0.75, 0.75, 0.75);
    let mut d = doc.clone();
    filter::apply(&mut d, id, &Filter::Invert);
    near(at(&d), 0.75, 0.5, 0.25);
    let mut d = doc.clone();
    filter::apply(&mut d, id, &Filter::Blur { sigma_px: 3.0 });
    near(at(&d), 0.25, 0.5, 0.75);
    assert!(pixels(&d, id).pixel(-3, 50)[3] > 0);
}

#[test]
fn the_picker_reads_layers_and_what_is_seen() {
    let (mut doc, id) = doc();
    fill(&mut doc, id, RED);
    let top = Layer::raster(doc.next_layer_id(), "top", Pixels::default());
    let top_id = top.id;
    edit::add(&mut doc, top, Place { parent: None, index: 9 });
    assert_eq!(pick(&doc, 5, 5, 0, Source::Layer(top_id)), None);
    assert_eq!(pick(&doc, 5, 5, 2, Source::All), Some(RED));
    assert_eq!(pick(&doc, 5, 5, 2, Source::Layer(id)), Some(RED));
    assert_eq!(pick(&doc, -50, 5, 0, Source::All), None);
}
