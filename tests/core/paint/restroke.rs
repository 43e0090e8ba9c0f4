//! Repainting in strokes.

use scumble::document::edit::{self, Place};
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, Layer, Pixels, selection};
use scumble::geom::Rect;
use scumble::paint::bench::test_picture;
use scumble::paint::restroke::{Settings, apply, repaint};

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn the_same_seed_gives_the_same_picture_on_any_number_of_threads() {
    let rect = Rect::new(0, 0, 160, 160);
    let rgba = test_picture(160);
    let settings = Settings::default();
    let once = repaint(rect, &rgba, 1.0, &settings).expect("fits");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let again = pool.install(|| repaint(rect, &rgba, 1.0, &settings)).expect("fits");
    assert!(once == again);
    let other = repaint(rect, &rgba, 1.0, &Settings { seed: 2, ..settings.clone() }).expect("fits");
    assert!(once != other);
    let out = once.to_rgba8(rect, Alpha::Straight);
    let off = mean_difference(&out, &rgba);
    assert!(off > 1.0 && off < 16.0, "painted, but the same picture: {off}");
    // More detail is nearer.
    let fine = repaint(rect, &rgba, 1.0, &Settings { fine: 0.004, passes: 4, detail: 1.0, ..settings });
    let nearer = mean_difference(&fine.expect("fits").to_rgba8(rect, Alpha::Straight), &rgba);
    assert!(nearer < off, "{nearer} {off}");
}

#[test]
fn any_output_resolution() {
    let rect = Rect::new(10, 20, 110, 100);
    let rgba: Vec<u8> = test_picture(100)[..100 * 80 * 4].to_vec();
    for scale in [0.5, 2.0, 3.3] {
        let out = repaint(rect, &rgba, scale, &Settings::default()).expect("fits");
        let bounds = out.content_bounds();
        assert_eq!(bounds.width(), (100.0 * scale).ceil() as u32);
        assert_eq!((bounds.x0, bounds.y0), ((10.0 * scale) as i32, (20.0 * scale) as i32));
    }
    assert!(repaint(rect, &rgba, 1e9, &Settings::default()).is_none());
    assert!(repaint(rect, &rgba[1..], 1.0, &Settings::default()).is_none());
}

#[test]
fn alpha_and_the_unselected_stay() {
    let rect = Rect::new(0, 0, 128, 128);
    let mut rgba = test_picture(128);
    rgba.chunks_exact_mut(4).enumerate().for_each(|(i, px)| px[3] = if i % 128 < 20 { 0 } else { 200 });
    let pixels = Pixels::from_rgba8(rect, &rgba).expect("fits");
    let mut doc = Document::new(rect);
    let layer = Layer::raster(doc.next_layer_id(), "picture", pixels.clone());
    let id = layer.id;
    edit::add(&mut doc, layer, Place { parent: None, index: 0 });
    doc.selection = Some(selection::rect(Rect::new(0, 0, 128, 60)));
    let damage = apply(&mut doc, id, &Settings::default());
    assert!(!damage.is_empty());
    let after = doc.layer(id).and_then(|l| l.pixels()).expect("pixels");
    let mut changed = 0;
    for y in 0..128 {
        for x in 0..128 {
            let (a, b) = (pixels.pixel(x, y), after.pixel(x, y));
            assert_eq!(a[3], b[3]);
            assert!(y < 60 || a == b);
            changed += usize::from(a != b);
        }
    }
    assert!(changed > 1000);
}
