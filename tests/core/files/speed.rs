//! How long a large picture takes. Run with
//! `cargo test --release --no-default-features --test core speed -- --ignored --nocapture --test-threads 1`.

use scumble::document::{Document, Layer, Pixels};
use scumble::geom::Rect;
use scumble::io::journal::{Journal, recover};
use scumble::io::ora;
use std::sync::Arc;
use std::time::Instant;

const PAGE: Rect = Rect::new(0, 0, 4096, 4096);

/// Ten layers of the page's size. `kind` says what is on them.
fn picture(kind: &str) -> Document {
    let mut doc = Document::new(PAGE);
    for l in 0..10u32 {
        let mut pixels = Pixels::default();
        let everything = scumble::document::tile::tiles_in(PAGE);
        let tiles: Vec<_> = match kind {
            // A third of the tiles, in the shape of strokes.
            "strokes" => everything.filter(|p| (p.x * 3 + p.y * (l as i32 + 1)) % 9 < 3).collect(),
            _ => everything.collect(),
        };
        pixels.edit_tiles(&tiles, |pos, tile| {
            for i in 0..4096i32 {
                let (x, y) = (pos.x * 64 + i % 64, pos.y * 64 + i / 64);
                let mut h = (x as u32).wrapping_mul(0x9e37_79b9) ^ (y as u32).wrapping_mul(0x85eb_ca6b) ^ l;
                h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
                h ^= h >> 13;
                let wave = ((x * (l as i32 + 2) / 3 + y) % 4096) as u32 * 15;
                let px = if kind == "photo" {
                    // 8 bits with the noise of a camera.
                    let v = (wave / 257 + h % 5).min(255) * 257;
                    [v, (v / 2) / 257 * 257, 65_535 - v, 65_535]
                } else {
                    // 16 bits with soft alpha and the grain of an airbrush.
                    let a = (wave + h % 97).min(65_535);
                    [a * 3 / 4, a / 2, a / 5, a]
                };
                tile.put(i as usize, px.map(|v| v as u16));
            }
        });
        let id = doc.next_layer_id();
        doc.layers_mut().push(Arc::new(Layer::raster(id, format!("layer {l}"), pixels)));
    }
    doc
}

#[test]
#[ignore = "a measurement"]
fn speed_of_ten_layers_of_4096() {
    for kind in ["strokes", "photo", "soft"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.ora");
        let doc = picture(kind);
        let timed = |what: &str, f: &mut dyn FnMut()| {
            let mut secs: Vec<f64> = (0..3)
                .map(|_| {
                    let start = Instant::now();
                    f();
                    start.elapsed().as_secs_f64()
                })
                .collect();
            secs.sort_by(f64::total_cmp);
            println!("{kind}: {what} {:.2} s (median of 3)", secs[1]);
        };
        timed("save", &mut || ora::save(&path, &doc).unwrap());
        println!("{kind}: {} MB on disk", std::fs::metadata(&path).unwrap().len() / 1_000_000);
        let mut back = None;
        timed("open", &mut || back = Some(ora::load(&path).unwrap()));
        assert!(back.unwrap() == doc);
        let at = folder.path().join("journal");
        timed("journal snapshot", &mut || {
            Journal::create(&at).unwrap().write(&doc, "").unwrap();
        });
        timed("recovery", &mut || drop(recover(&at).unwrap()));
        let (mut journal, mut doc) = (Journal::create(&at).unwrap(), doc);
        journal.write(&doc, "").unwrap();
        let id = doc.layers()[5].id;
        let mut i = 0;
        timed("journal of a 300x300 change", &mut || {
            i += 1;
            let pixels = doc.layer_mut(id).unwrap().pixels_mut().unwrap();
            pixels.fill_rect(Rect::from_size(100 + i, 100, 300, 300), [i as u16; 4]);
            journal.write(&doc, "").unwrap();
        });
    }
}
