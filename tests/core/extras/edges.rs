//! What lies beyond an edge: reflections, borders, corrections.

use image::RgbaImage;
use scumble::generate::Fill;
use scumble::generate::picture::{Mask, Picture};
use scumble::generate::region::{border, fill, mirror, outpaint};
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

/// A page in the middle of a larger one: sky over ground, and a dark tower that reaches neither border of the page.
fn page_with_a_tower() -> (Picture, Mask) {
    let (size, from, to) = (128u32, 32u32, 96u32);
    let colour = |x: u32, y: u32| match (x, y) {
        (52..76, 42..80) => [0.1, 0.1, 0.1],
        (_, 0..64) => [0.3, 0.5, 0.9],
        _ => [0.3, 0.6, 0.1],
    };
    let at = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    let data = at.clone().flat_map(|(x, y)| colour(x, y)).collect();
    let inside = |v: u32| (from..to).contains(&v);
    let mask = at.map(|(x, y)| f32::from(u8::from(!(inside(x) && inside(y))))).collect();
    (Picture { width: size, height: size, data }, Mask { width: size, height: size, data: mask })
}

#[test]
fn what_stands_in_a_picture_is_not_repeated_around_it() {
    let (picture, hole) = page_with_a_tower();
    let tower = |filled: &Picture| {
        let around = (0..128).flat_map(|y| (0..128).map(move |x| (x, y)));
        let around = around.filter(|&(x, y)| hole.data[(y * 128 + x) as usize] > 0.0);
        around.filter(|&(x, y)| filled.pixel(x, y).iter().sum::<f32>() < 0.7).count()
    };
    let filled = fill::fill(&picture, &hole, Fill::Border, 0.5, 0);
    assert_eq!(tower(&filled), 0, "the tower is seen around the page");
    assert!(tower(&mirror::mirrored(&picture, &hole)) > 800, "a reflection repeats it");
    // Sky goes on upward, ground downward, the horizon sideways.
    let close = |x: u32, y: u32, want: [f32; 3]| {
        let got = filled.pixel(x, y);
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 0.05), "{x},{y}: {got:?} for {want:?}");
    };
    for (x, y) in [(64, 2), (64, 28), (4, 4), (124, 4), (4, 44), (124, 40)] {
        close(x, y, [0.3, 0.5, 0.9]);
    }
    for (x, y) in [(64, 125), (64, 100), (4, 124), (124, 124), (4, 84), (124, 88)] {
        close(x, y, [0.3, 0.6, 0.1]);
    }
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
