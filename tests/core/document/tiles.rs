//! Tiles, slots and their plane.

use super::support::{AREA, Dice, random_pixels};
use scumble::color::{Hsv, Oklab, Oklch, Rgba, linear_to_srgb, srgb_to_linear};
use scumble::document::tile::tiles_in;
use scumble::document::{Pixels, Slot, TilePos};
use scumble::geom::{Point, Projective, Rect, sin_cos_turns};

#[test]
fn tiles_lie_in_every_direction() {
    assert_eq!(TilePos::holding(-1, 64), TilePos::new(-1, 1));
    assert_eq!(TilePos::new(-1, 1).rect(), Rect::new(-64, 64, 0, 128));
    assert_eq!(tiles_in(Rect::new(-1, -1, 1, 1)).count(), 4);
    assert_eq!(tiles_in(Rect::new(5, 5, 5, 9)).count(), 0);
}

#[test]
fn read_and_write_are_inverse() {
    let pixels = random_pixels(&mut Dice(3));
    let [r, g, b, a] = pixels.read(AREA);
    let mut copy = Pixels::default();
    copy.write(AREA, [&r, &g, &b, &a]);
    assert_eq!(copy.read(AREA), [r, g, b, a]);
}

#[test]
fn uniform_tiles_take_no_memory() {
    let mut pixels = Pixels::default();
    pixels.fill_rect(Rect::new(0, 0, 4096, 4096), [1, 2, 3, 4]);
    assert_eq!(pixels.bytes(), 0);
    pixels.set_pixel(70, 70, [9; 4]);
    assert_eq!(pixels.bytes(), 64 * 64 * 8);
    pixels.set_pixel(70, 70, [1, 2, 3, 4]);
    pixels.compact([TilePos::new(1, 1)]);
    assert_eq!(pixels.bytes(), 0);
    pixels.fill_rect(Rect::new(0, 0, 4096, 4096), [0; 4]);
    assert_eq!(pixels.tile_bounds(), Rect::default());
    assert!(matches!(pixels.slot(TilePos::new(3, 3)), Slot::Solid([0, 0, 0, 0])));
    assert!(pixels == Pixels::default());
}

#[test]
fn content_bounds_are_exact() {
    let mut pixels = Pixels::default();
    pixels.set_pixel(-70, 3, [0, 0, 0, 1]);
    pixels.set_pixel(200, 90, [0, 0, 0, 1]);
    assert_eq!(pixels.content_bounds(), Rect::new(-70, 3, 201, 91));
}

#[test]
fn colours_go_there_and_back() {
    for i in 0..=255u8 {
        let v = f32::from(i) / 255.0;
        assert!((linear_to_srgb(srgb_to_linear(v)) - v).abs() < 1e-5, "{i}");
        let exact =
            if v <= 0.04045 { f64::from(v) / 12.92 } else { ((f64::from(v) + 0.055) / 1.055).powf(2.4) };
        assert!((f64::from(srgb_to_linear(v)) - exact).abs() < 1e-6);
        let rgb = [v, 1.0 - v, v * 0.5];
        let lab = Oklab::from_srgb(rgb[0], rgb[1], rgb[2]);
        let lch = Oklab::from(Oklch::from(lab));
        let hsv = Hsv::from_srgb(rgb[0], rgb[1], rgb[2]);
        for other in [lab.to_srgb(), lch.to_srgb(), hsv.to_srgb()] {
            assert!(rgb.iter().zip(other).all(|(a, b)| (a - b).abs() < 2e-4), "{rgb:?} {other:?}");
        }
    }
    let white = Oklab::from_srgb(1.0, 1.0, 1.0);
    assert!((white.l - 1.0).abs() < 1e-4 && white.a.abs() < 1e-4 && white.b.abs() < 1e-4);
    assert_eq!(Rgba::from_hex("#fA8"), Some(Rgba::from_rgba8([255, 170, 136, 255])));
    assert_eq!(Rgba::from_hex("0102037f").map(Rgba::to_hex).as_deref(), Some("#0102037f"));
    for bad in ["", "#12", "+12345", "#12345é"] {
        assert_eq!(Rgba::from_hex(bad), None);
    }
}

#[test]
fn maps_of_the_plane() {
    for i in -40..40 {
        let turns = f64::from(i) / 13.0;
        let (s, c) = sin_cos_turns(turns);
        let angle = turns * std::f64::consts::TAU;
        assert!((s - angle.sin()).abs() < 1e-7 && (c - angle.cos()).abs() < 1e-7, "{turns}");
    }
    let from = Rect::new(0, 0, 100, 50).corners();
    let to = [Point::new(10.0, 5.0), Point::new(90.0, 20.0), Point::new(120.0, 90.0), Point::new(-5.0, 70.0)];
    let map = Projective::from_corners(from, to).expect("no three in a line");
    let back = map.inverse().expect("a proper map");
    for (a, b) in from.iter().zip(to) {
        assert!(map.apply(*a).distance(b) < 1e-9);
        assert!(back.apply(b).distance(*a) < 1e-9);
    }
    assert!(Projective::from_corners(from, [to[0]; 4]).is_none());
    let turn = Projective::rotation(0.25, Point::new(10.0, 10.0)).apply(Point::new(20.0, 10.0));
    assert!(turn.distance(Point::new(10.0, 20.0)) < 1e-9);
}
