//! What lies beyond an edge: reflections, borders, corrections.

use image::RgbaImage;
use scumble::generate::picture::{Mask, Picture};
use scumble::generate::region::{border, mirror, outpaint};
use scumble::geom::Rect;

#[test]
fn a_reflection_keeps_layers_and_turns_round() {
    let band = |y: u32| if y < 10 { 0.9 } else { 0.2 };
    let data = (0..24).flat_map(|y| (0..40).flat_map(move |x| [band(y), x as f32 / 100.0, 0.5])).collect();
    let picture = Picture { width: 40, height: 24, data };
    let hole = |x: u32| x >= 16;
    let mask = (0..24 * 40).map(|i| f32::from(u8::from(hole(i % 40)))).collect();
    let out = mirror::mirrored(&picture, &Mask { width: 40, height: 24, data: mask });
    for (x, y) in (0..40).flat_map(|x| (0..24).map(move |y| (x, y))) {
        let [layer, from, _] = out.pixel(x, y);
        assert_eq!(layer, band(y), "the layers are shifted at {x},{y}");
        let source = match x {
            0..16 => x,
            16..31 => 30 - x,
            _ => x - 30,
        };
        assert_eq!((from * 100.0).round() as u32, source, "{x},{y}");
    }
    let nothing = mirror::mirrored(&picture, &Mask::filled(40, 24, 1.0));
    assert_eq!(nothing.pixel(3, 3), [0.5; 3]);
}

#[test]
fn a_discoloured_border_is_not_carried_into_what_is_new() {
    // A flat picture whose last column is dark, and a model that knows what is right.
    let canvas = RgbaImage::from_fn(96, 48, |x, _| match x {
        0..63 => image::Rgba([128, 128, 128, 255]),
        63 => image::Rgba([70, 90, 110, 255]),
        _ => image::Rgba([0; 4]),
    });
    let rect = Rect::from_size(0, 0, 96, 48);
    let mut generated = Picture::filled(96, 48, [128.0 / 255.0; 3]);
    outpaint::meet_edges(&mut generated, &canvas, rect, 40.0);
    let off = |x: u32| (generated.pixel(x, 24)[0] - 128.0 / 255.0).abs();
    assert!(off(64) > 0.05, "the edge itself is met: {}", off(64));
    assert!((80..96).all(|x| off(x) < 0.01), "{:?}", (64..96).map(off).collect::<Vec<_>>());
    // A real difference still is: all of the old picture is darker than the model thinks.
    let mut generated = Picture::filled(96, 48, [0.7; 3]);
    outpaint::meet_edges(&mut generated, &canvas, rect, 40.0);
    let value = |x: u32| generated.pixel(x, 24)[0];
    assert!((value(67) - 0.5).abs() < 0.06 && value(95) > 0.56, "{} {}", value(67), value(95));
}

#[test]
fn a_border_is_cleaned_and_a_gradient_stays() {
    let gradient = |x: u32, y: u32| [0.2 + x as f32 * 0.005, 0.8 - y as f32 * 0.004, 0.5];
    let build = |f: &dyn Fn(u32, u32) -> [f32; 3]| {
        let data = (0..50).flat_map(|y| (0..60).flat_map(move |x| f(x, y))).collect();
        Picture { width: 60, height: 50, data }
    };
    let clean = build(&gradient);
    let mut same = clean.clone();
    border::clean(&mut same);
    let worst = |a: &Picture| a.data.iter().zip(&clean.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // At most one step of the gradient, and two where sides meet.
    assert!(worst(&same) < 0.0095, "{}", worst(&same));
    let mut dark = build(&|x, y| {
        let by = if x == 59 || y == 0 { 0.2 } else { 0.0 };
        gradient(x, y).map(|v| v - by)
    });
    assert!(worst(&dark) > 0.19);
    border::clean(&mut dark);
    // Where two sides meet, either is averaged with the other's corner.
    let off = |x: u32, y: u32| (dark.pixel(x, y)[0] - clean.pixel(x, y)[0]).abs();
    let along = (12..48).map(|x| off(x, 0)).chain((12..38).map(|y| off(59, y))).fold(0.0, f32::max);
    assert!(along < 0.01, "{along}");
    assert!(off(30, 25) == 0.0);
}
