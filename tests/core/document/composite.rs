//! The tiled composite against the naive one.

use super::support::{AREA, naive_pixel, random_document};
use scumble::document::composite::{composite, composite_rgba8, flatten_rgba8};
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, tile};

#[test]
fn tiled_composite_equals_naive_composite() {
    for seed in 0..40 {
        let doc = random_document(seed);
        let tiled = composite(&doc, AREA);
        for y in (AREA.y0..AREA.y1).step_by(3) {
            for x in AREA.x0..AREA.x1 {
                let want = naive_pixel(doc.layers(), x, y, [0.0; 4]);
                let got = tiled.pixel(x, y);
                for c in 0..4 {
                    let want = want[c].clamp(0.0, 1.0) * 65535.0;
                    let off = (f32::from(got[c]) - want).abs();
                    assert!(off < 1.5, "seed {seed} at ({x}, {y}): {got:?}, channel {c} should be {want}");
                }
            }
        }
    }
}

#[test]
fn eight_bits_of_tiles_and_of_rows_are_the_same() {
    let doc = random_document(7);
    let flat = flatten_rgba8(&doc, AREA, Alpha::Straight);
    let positions: Vec<_> = tile::tiles_in(AREA).collect();
    for (pos, tile) in positions.iter().zip(composite_rgba8(&doc, &positions, Alpha::Straight)) {
        let part = pos.rect().intersect(&AREA);
        for y in part.y0..part.y1 {
            for x in part.x0..part.x1 {
                let i = ((y - AREA.y0) as usize * AREA.width() as usize + (x - AREA.x0) as usize) * 4;
                let j = ((y - pos.rect().y0) * 64 + x - pos.rect().x0) as usize * 4;
                let want = tile.as_ref().map_or([0; 4], |t| [t[j], t[j + 1], t[j + 2], t[j + 3]]);
                assert_eq!(flat[i..i + 4], want);
            }
        }
    }
}

#[test]
fn an_eight_bit_picture_comes_out_as_it_went_in() {
    use scumble::document::edit::{self, Place};
    use scumble::document::{Layer, Pixels};
    let rect = scumble::geom::Rect::from_size(-5, 3, 256, 256);
    // Every colour value with every alpha.
    let mut bytes = Vec::new();
    for a in 0..=255u8 {
        for c in 0..=255u8 {
            bytes.extend(if a == 0 { [0; 4] } else { [c, 255 - c, c / 2, a] });
        }
    }
    let pixels = Pixels::from_rgba8(rect, &bytes).expect("the right size");
    assert!(pixels.to_rgba8(rect, Alpha::Straight) == bytes);
    let mut doc = Document::new(rect);
    let layer = Layer::raster(doc.next_layer_id(), "picture", pixels);
    edit::add(&mut doc, layer, Place { parent: None, index: 0 });
    assert!(flatten_rgba8(&doc, rect, Alpha::Straight) == bytes);
}

#[test]
fn thumbnails_show_the_layer() {
    use scumble::document::{Layer, LayerId, Pixels, composite::thumbnail};
    use scumble::geom::Rect;
    let mut pixels = Pixels::default();
    pixels.fill_rect(Rect::new(0, 0, 200, 100), [65535, 0, 0, 65535]);
    let layer = Layer::raster(LayerId(1), "layer", pixels);
    let group = Layer::group(LayerId(2), "group", vec![std::sync::Arc::new(layer.clone())]);
    for layer in [layer, group] {
        let small = thumbnail(&layer, Rect::new(0, 0, 200, 200), 4, 4);
        assert_eq!(small[..8], [255, 0, 0, 255, 255, 0, 0, 255]);
        assert_eq!(small[40..48], [0; 8]);
    }
}
