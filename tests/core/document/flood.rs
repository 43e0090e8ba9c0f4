//! Regions of similar colour.

use scumble::document::flood::{FloodSettings, flood};
use scumble::document::{ONE, Pixels};
use scumble::geom::Rect;

const INK: [u16; 4] = [0, 0, 0, ONE];
const BOUNDS: Rect = Rect::new(-20, -20, 200, 200);

/// A box of ink lines around 0..100, with an opening of `gap` pixels in its right side.
fn room(gap: i32) -> Pixels {
    let mut pixels = Pixels::default();
    for (x, y, w, h) in [(0, 0, 100, 2), (0, 98, 100, 2), (0, 0, 2, 100), (98, 0, 2, 100)] {
        pixels.fill_rect(Rect::from_size(x, y, w, h), INK);
    }
    pixels.fill_rect(Rect::from_size(98, 50, 2, gap as u32), [0; 4]);
    pixels
}

fn settings() -> FloodSettings {
    FloodSettings { antialias: false, ..FloodSettings::default() }
}

#[test]
fn a_closed_room_is_filled_and_nothing_else() {
    let mask = flood(&room(0), (50, 50), BOUNDS, &settings());
    assert_eq!(mask.content_bounds(), Rect::new(2, 2, 98, 98));
    assert_eq!(mask.pixel(2, 2), [ONE]);
}

#[test]
fn gaps_are_closed_when_asked() {
    let leak = flood(&room(6), (50, 50), BOUNDS, &settings());
    assert_eq!(leak.pixel(150, 50), [ONE]);
    let shut = flood(&room(6), (50, 50), BOUNDS, &FloodSettings { gap_px: 8, ..settings() });
    assert_eq!(shut.pixel(150, 50), [0]);
    // The corners are filled nonetheless.
    assert_eq!((shut.pixel(2, 2), shut.pixel(97, 97), shut.pixel(97, 40)), ([ONE], [ONE], [ONE]));
    assert_eq!(
        flood(&room(20), (50, 50), BOUNDS, &FloodSettings { gap_px: 8, ..settings() }).pixel(150, 50),
        [ONE]
    );
}

#[test]
fn tolerance_colour_growth_and_rim() {
    let mut pixels = room(0);
    pixels.fill_rect(Rect::new(10, 10, 20, 20), [5000, 5000, 5000, 5000]);
    let strict = flood(&pixels, (50, 50), BOUNDS, &FloodSettings { tolerance: 0.01, ..settings() });
    assert_eq!(strict.pixel(15, 15), [0]);
    assert_eq!(flood(&pixels, (50, 50), BOUNDS, &settings()).pixel(15, 15), [ONE]);
    let by_color = flood(&pixels, (50, 50), BOUNDS, &FloodSettings { contiguous: false, ..settings() });
    assert_eq!((by_color.pixel(150, 150), by_color.pixel(0, 0)), ([ONE], [0]));
    let grown = flood(&pixels, (50, 50), BOUNDS, &FloodSettings { grow_px: 1, ..settings() });
    assert_eq!(grown.content_bounds(), Rect::new(1, 1, 99, 99));
    pixels.fill_rect(Rect::new(2, 2, 3, 98), [0, 0, 0, ONE / 2]);
    let rim = flood(&pixels, (50, 50), BOUNDS, &FloodSettings { antialias: true, ..settings() });
    let [v] = rim.pixel(2, 50);
    assert!(v > ONE / 3 && v < ONE / 3 * 2, "{v}");
    assert!(flood(&pixels, (500, 50), BOUNDS, &settings()).tile_bounds().is_empty());
}
