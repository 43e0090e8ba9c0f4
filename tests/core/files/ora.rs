//! Our own OpenRaster files: nothing is lost, and others find what the specification promises.

use super::full_document;
use super::zip::{Kind, rgba, unzip, zip};
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::document::{BlendMode, Document, Layer, LayerMask, Mask, Pixels};
use scumble::geom::Rect;
use scumble::io::ora;
use std::path::Path;
use std::sync::Arc;

fn saved(doc: &Document) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.ora");
    ora::save(&path, doc).unwrap();
    assert_eq!(ora::load(&path).unwrap(), *doc);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    std::fs::read(&path).unwrap()
}

fn load(bytes: &[u8]) -> Document {
    ora::load_bytes(bytes, Path::new("picture.ora")).unwrap()
}

fn entry<'a>(entries: &'a [(String, u16, Vec<u8>)], name: &str) -> &'a [u8] {
    let found = entries.iter().find(|(n, _, _)| n == name);
    &found.unwrap_or_else(|| panic!("{name} is missing")).2
}

fn text(entries: &[(String, u16, Vec<u8>)], name: &str) -> String {
    String::from_utf8(entry(entries, name).to_vec()).unwrap()
}

/// The archive again, with some entries replaced (or left out where the replacement is empty).
fn with(bytes: &[u8], changes: &[(&str, &[u8])]) -> Vec<u8> {
    let entries = unzip(bytes);
    let changed: Vec<(&str, &[u8], Kind)> = entries
        .iter()
        .map(|(name, _, data)| {
            let change = changes.iter().find(|(n, _)| n == name);
            (name.as_str(), change.map_or(data.as_slice(), |(_, data)| data), Kind::Deflated)
        })
        .filter(|(_, data, _)| !data.is_empty())
        .collect();
    zip(&changed)
}

#[test]
fn everything_survives_and_saving_again_gives_the_same_bytes() {
    for seed in 0..40 {
        let doc = full_document(seed);
        let bytes = saved(&doc);
        let again = load(&bytes);
        assert_eq!(again, doc, "seed {seed}");
        assert!(saved(&again) == bytes, "seed {seed}: other bytes");
    }
}

#[test]
fn the_baseline_is_what_the_specification_asks_for() {
    for seed in 0..12 {
        let doc = full_document(seed);
        let bytes = saved(&doc);
        assert_eq!(&bytes[30..54], b"mimetypeimage/openraster", "first, stored, without extras");
        let entries = unzip(&bytes);
        assert_eq!((entries[0].0.as_str(), entries[0].1), ("mimetype", 0));
        let open = |name: &str| image::load_from_memory(entry(&entries, name)).unwrap().into_rgba8();
        let merged = open("mergedimage.png");
        assert_eq!(merged.dimensions(), (doc.page.width(), doc.page.height()));
        assert_eq!(merged.into_raw(), flatten_rgba8(&doc, doc.page, Alpha::Straight));
        let thumbnail = open("Thumbnails/thumbnail.png");
        assert!(thumbnail.width() <= 256 && thumbnail.height() <= 256 && thumbnail.width() > 100);
        // Every layer that is shown has its PNG, where the stack says.
        let xml = text(&entries, "stack.xml");
        let layers: Vec<&str> = xml.split("<layer ").skip(1).collect();
        let value = |layer: &str, key: &str| {
            let from = layer.split(&format!(" {key}=\"")).nth(1).unwrap_or_else(|| panic!("{layer}: {key}"));
            from.split('"').next().unwrap().to_owned()
        };
        let mut rasters = Vec::new();
        doc.walk(|layer| rasters.extend(layer.pixels().map(|pixels| (layer.clone(), pixels.clone()))));
        assert_eq!(layers.len(), rasters.len());
        for layer in layers {
            let png = open(&value(layer, "src"));
            let at = |key| value(layer, key).parse::<i32>().unwrap();
            let rect = Rect::from_size(at("x"), at("y"), png.width(), png.height());
            let rect = rect.translate(doc.page.x0, doc.page.y0);
            let same = |(l, p): &&(Layer, Pixels)| {
                let bounds = p.content_bounds();
                l.mask.is_none() && bounds == rect && p.to_rgba8(rect, Alpha::Straight) == *png.as_raw()
            };
            let masked = |(l, p): &&(Layer, Pixels)| l.mask.is_some() && p.content_bounds() == rect;
            let empty = png.dimensions() == (1, 1);
            assert!(empty || rasters.iter().any(|l| same(&l) || masked(&l)), "{layer}");
        }
    }
}

/// A picture whose baseline holds all of it looks the same when our entries are gone.
#[test]
fn without_our_entries_the_baseline_is_the_picture() {
    let page = Rect::new(-20, 30, 140, 110);
    let mut doc = Document::new(page);
    let mut add = |blend: BlendMode, rect: Rect, rgba: [u8; 4], opacity: f32| {
        let id = doc.next_layer_id();
        let data: Vec<u8> = (0..rect.area()).flat_map(|_| rgba).collect();
        let mut layer = Layer::raster(id, format!("{blend:?}"), Pixels::from_rgba8(rect, &data).unwrap());
        (layer.blend, layer.opacity) = (blend, opacity);
        layer
    };
    let bottom = add(BlendMode::Normal, Rect::new(-30, 20, 100, 100), [200, 30, 90, 255], 1.0);
    let inner = add(BlendMode::Multiply, Rect::new(0, 0, 64, 64), [10, 200, 90, 99], 0.3);
    let top = add(BlendMode::Luminosity, Rect::new(60, 60, 200, 70), [100, 250, 190, 200], 1.0);
    let mut group = Layer::group(doc.next_layer_id(), "group", vec![Arc::new(inner)]);
    for blend in [BlendMode::PassThrough, BlendMode::Screen, BlendMode::Normal] {
        group.blend = blend;
        let layers = [&bottom, &group, &top].map(|layer| Arc::new(layer.clone()));
        doc.levels[0].layers = layers.to_vec();
        let bytes = with(&saved(&doc), &[("scumble/document.json", b"")]);
        let mut loaded = load(&bytes);
        assert_eq!(loaded.page, Rect::new(0, 0, 160, 80));
        let picture = |doc: &Document| flatten_rgba8(doc, doc.page, Alpha::Straight);
        assert!(picture(&loaded) == picture(&doc), "{blend:?}");
        loaded.walk(|layer| {
            assert!(doc.layers().iter().any(|l| l.name == layer.name) || layer.name == "Multiply")
        });
        assert_eq!(loaded.layers()[1].blend, blend);
        // Another program that keeps our entries but edits the stack is taken at its word.
        let xml = text(&unzip(&bytes), "stack.xml").replace("name=\"group\"", "name=\"renamed\"");
        loaded = load(&with(&saved(&doc), &[("stack.xml", xml.as_bytes())]));
        assert_eq!(loaded.layers()[1].name, "renamed");
    }
}

#[test]
fn a_layer_that_another_program_repainted_is_taken_from_its_png() {
    let page = Rect::new(0, 0, 80, 80);
    let mut doc = Document::with_layer(page, "one");
    let id = doc.active.unwrap();
    let mut mask = Mask::new([65_535]);
    mask.fill_rect(Rect::new(0, 0, 10, 10), [1234]);
    if let Some(layer) = doc.layer_mut(id) {
        layer.pixels_mut().unwrap().fill_rect(Rect::new(5, 5, 25, 25), [3, 2, 1, 777]);
        layer.mask = Some(LayerMask { coverage: mask, enabled: true });
        layer.notes.insert("key".into(), "kept".into());
    }
    let bytes = saved(&doc);
    let name = unzip(&bytes).iter().map(|(n, _, _)| n.clone()).find(|n| n.starts_with("data/")).unwrap();
    let red = rgba(20, 20, &[255, 0, 0, 255].repeat(400));
    let loaded = load(&with(&bytes, &[(&name, &red)]));
    let layer = loaded.layer(id).unwrap();
    assert_eq!(layer.pixels().unwrap().content_bounds(), Rect::new(5, 5, 25, 25));
    assert_eq!(layer.pixels().unwrap().pixel(7, 7), [65_535, 0, 0, 65_535]);
    assert!(layer.mask.is_none(), "the mask is in the PNG");
    assert_eq!(layer.notes["key"], "kept");
    // A record of a newer version is passed over.
    let json = text(&unzip(&bytes), "scumble/document.json").replace("\"version\": 1", "\"version\": 99");
    let loaded = load(&with(&bytes, &[("scumble/document.json", json.as_bytes())]));
    assert!(loaded.layers()[0].notes.is_empty() && loaded.layers()[0].name == "one");
}

#[test]
fn paint_far_away_and_backgrounds_are_kept() {
    let mut doc = Document::with_layer(Rect::new(-10, -10, 30, 30), "far");
    let id = doc.active.unwrap();
    let pixels = doc.layer_mut(id).unwrap().pixels_mut().unwrap();
    pixels.set_pixel(-2_000_000, 5, [1, 2, 3, 4]);
    pixels.set_pixel(3_000_000, 7_000_000, [9, 9, 9, 65_535]);
    pixels.set_pixel(3, 3, [9, 9, 9, 65_535]);
    let filled = Layer::raster(doc.next_layer_id(), "paper", Pixels::new([65_535; 4]));
    doc.layers_mut().insert(0, Arc::new(filled));
    let empty = Layer::raster(doc.next_layer_id(), "", Pixels::default());
    doc.layers_mut().push(Arc::new(empty));
    let bytes = saved(&doc);
    assert!(bytes.len() < 20_000, "{}", bytes.len());
    // The baseline has what lies on the page.
    let loaded = load(&with(&bytes, &[("scumble/document.json", b"")]));
    assert_eq!(loaded.layers()[0].content_bounds(), Rect::new(0, 0, 40, 40));
    assert_eq!(loaded.layers()[1].pixels().unwrap().pixel(13, 13), [0, 0, 0, 65_535]);
    assert!(loaded.layers()[2].content_bounds().is_empty());
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.ora");
    let good = Document::with_layer(Rect::new(0, 0, 10, 10), "good");
    ora::save(&path, &good).unwrap();
    let mut deep = Document::new(good.page);
    let mut layer = Layer::group(deep.next_layer_id(), "inner", Vec::new());
    for _ in 0..300 {
        layer = Layer::group(deep.next_layer_id(), "outer", vec![Arc::new(layer)]);
    }
    deep.layers_mut().push(Arc::new(layer));
    let mut wide = good.clone();
    wide.page = Rect::new(0, 0, 70_000, 10);
    let mut none = good.clone();
    none.page = Rect::new(0, 0, 0, 10);
    for doc in [deep, wide, none] {
        let error = ora::save(&path, &doc).unwrap_err().to_string();
        assert!(error.contains("picture.ora"), "{error}");
        assert_eq!(ora::load(&path).unwrap(), good, "the old file is untouched: {error}");
    }
    let missing = folder.path().join("no/such.ora");
    assert!(ora::save(&missing, &good).unwrap_err().to_string().contains("does not exist"));
    assert!(ora::load(&missing).unwrap_err().to_string().contains("such.ora"));
    assert!(ora::load(folder.path()).unwrap_err().to_string().contains("folder"));
}

/// `cargo test --release --no-default-features --test core files::ora::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, of a release build"]
fn speed() {
    use scumble::paint::bench::{dense_document, test_picture};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.ora");
    let page = Rect::new(0, 0, 4096, 4096);
    let picture = Pixels::from_rgba8(page, &test_picture(4096)).unwrap();
    let mut soft = dense_document(4096, 10);
    let mut eight = soft.clone();
    for layer in eight.layers_mut() {
        // Shifted, so that no two layers share a tile.
        let shift = layer.id.0 as i32 * 3;
        Arc::make_mut(layer).content = scumble::document::Content::Raster(picture.translated(shift, shift));
    }
    soft.page = page;
    for (name, doc) in [("16-bit", soft), ("8-bit", eight)] {
        let start = std::time::Instant::now();
        ora::save(&path, &doc).unwrap();
        let saved = start.elapsed();
        let mut times: Vec<_> = (0..3)
            .map(|_| {
                let start = std::time::Instant::now();
                assert_eq!(ora::load(&path).unwrap().layers().len(), 10);
                start.elapsed()
            })
            .collect();
        times.sort();
        let megabytes = std::fs::metadata(&path).unwrap().len() >> 20;
        println!("{name}: {megabytes} MiB, saved in {saved:.2?}, opened in {:.2?}", times[1]);
    }
}
