//! Files of every kind become documents, and documents pictures.

use super::full_document;
use crate::prng::Prng;
use image::{ImageEncoder, Rgba, RgbaImage};
use moxcms::ColorProfile;
use scumble::color::{linear_to_srgb, srgb_to_linear};
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, ONE, Pixels};
use scumble::geom::Rect;
use scumble::io::export::exported_size;
use scumble::io::{
    self, ExportSettings, FileError, Opened, Remark, TextChunk, check_savable, check_writable, load_picture,
    ora,
};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures").join(name)
}

fn layer(opened: &Opened) -> Pixels {
    assert_eq!(opened.document.layers().len(), 1);
    opened.document.layers()[0].pixels().unwrap().clone()
}

fn straight(opened: &Opened) -> Vec<u8> {
    layer(opened).to_rgba8(opened.document.page, Alpha::Straight)
}

/// A PNG of 16 bits RGBA, with a profile if there is one.
fn deep_png(path: &Path, width: u32, samples: &[u16], profile: Option<Vec<u8>>) {
    let mut info = png::Info::with_size(width, samples.len() as u32 / 4 / width);
    (info.color_type, info.bit_depth) = (png::ColorType::Rgba, png::BitDepth::Sixteen);
    info.icc_profile = profile.map(Into::into);
    let encoder = png::Encoder::with_info(std::fs::File::create(path).unwrap(), info).unwrap();
    let bytes: Vec<u8> = samples.iter().flat_map(|v| v.to_be_bytes()).collect();
    encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
}

#[test]
fn an_eight_bit_picture_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("My sketch.png");
    let mut prng = Prng(5);
    let picture = RgbaImage::from_fn(150, 70, |_, _| {
        let px = prng.next().to_le_bytes();
        Rgba(if px[3] == 0 { [0; 4] } else { [px[0], px[1], px[2], px[3]] })
    });
    let texts = vec![TextChunk::new("parameters", "a boat"), TextChunk::new("note", "漢字")];
    io::save_png(&path, &picture, &texts).unwrap();
    let opened = io::open(&path).unwrap();
    assert_eq!((opened.document.page, opened.remarks.len()), (Rect::new(0, 0, 150, 70), 0));
    assert_eq!(opened.document.layers()[0].name, "My sketch");
    assert_eq!(opened.document.active, Some(opened.document.layers()[0].id));
    assert_eq!(opened.texts, texts);
    let out = folder.path().join("out.png");
    let settings = ExportSettings { texts: opened.texts.clone(), ..ExportSettings::default() };
    assert!(io::export(&out, &opened.document, &settings).unwrap());
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&path).unwrap());
    // The same from a document file, whatever it is called.
    let ora_path = folder.path().join("really.png");
    ora::save(&ora_path, &opened.document).unwrap();
    assert_eq!(io::open(&ora_path).unwrap().document, opened.document);
}

#[test]
fn sixteen_bits_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.png");
    let mut prng = Prng(6);
    let mut samples: Vec<u16> = (0..130 * 70 * 4).map(|_| prng.next() as u16).collect();
    samples.chunks_exact_mut(4).step_by(2).for_each(|px| px[3] = ONE);
    deep_png(&path, 130, &samples, None);
    let opened = io::open(&path).unwrap();
    let pixels = layer(&opened);
    for (i, px) in samples.chunks_exact(4).enumerate() {
        let a = u64::from(px[3]);
        let c = |v: u16| ((u64::from(v) * a * 2 + 65_535) / (2 * 65_535)) as u16;
        let want = [c(px[0]), c(px[1]), c(px[2]), px[3]];
        assert_eq!(pixels.pixel(i as i32 % 130, i as i32 / 130), want);
    }
    let out = folder.path().join("out.png");
    io::export(&out, &opened.document, &ExportSettings { deep: true, ..ExportSettings::default() }).unwrap();
    let back = image::open(&out).unwrap().into_rgba16().into_raw();
    for (was, is) in samples.chunks_exact(4).zip(back.chunks_exact(4)) {
        assert_eq!(was[3], is[3]);
        if was[3] == ONE {
            assert_eq!(was, is);
        }
    }
}

#[test]
fn colour_profiles_become_srgb() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.png");
    // Colours of Display P3 that sRGB has too: each channel 0.3..=0.6.
    let mut prng = Prng(7);
    let samples: Vec<u16> =
        (0..64 * 8).flat_map(|_| [0; 4].map(|_| 20_000 + prng.below(20_000) as u16)).collect();
    deep_png(&path, 64, &samples, Some(ColorProfile::new_display_p3().encode().unwrap()));
    let opened = io::open(&path).unwrap();
    assert_eq!(opened.remarks, []);
    let pixels = layer(&opened);
    // P3 to sRGB in linear light (CSS Color 4).
    let matrix = [
        [1.224_940_2, -0.224_940_2, 0.0],
        [-0.042_056_9, 1.042_056_9, 0.0],
        [-0.019_637_6, -0.078_636_1, 1.098_273_6],
    ];
    let mut moved = 0.0f32;
    for (i, px) in samples.chunks_exact(4).enumerate() {
        let linear: Vec<f32> = px[..3].iter().map(|&v| srgb_to_linear(f32::from(v) / 65_535.0)).collect();
        let a = f32::from(px[3]) / 65_535.0;
        let found = pixels.pixel(i as i32 % 64, i as i32 / 64);
        for c in 0..3 {
            let want = linear_to_srgb((0..3).map(|k| matrix[c][k] * linear[k]).sum());
            let found = f32::from(found[c]) / 65_535.0 / a;
            // Profiles hold their numbers in 16 bits and moxcms mixes in 14: a tenth of an 8-bit step.
            assert!((found - want).abs() < 0.2 / 255.0, "{i}: {found} {want}");
            moved = moved.max((found - f32::from(px[c]) / 65_535.0).abs());
        }
    }
    assert!(moved > 0.02, "the profile matters: {moved}");
    // The profile of sRGB changes nothing at all.
    deep_png(&path, 64, &samples, Some(ColorProfile::new_srgb().encode().unwrap()));
    let plain = folder.path().join("plain.png");
    deep_png(&plain, 64, &samples, None);
    assert_eq!(layer(&io::open(&path).unwrap()), layer(&io::open(&plain).unwrap()));
    // A grey picture in linear light.
    let mut encoder = image::codecs::png::PngEncoder::new(std::fs::File::create(&path).unwrap());
    encoder.set_icc_profile(ColorProfile::new_gray_with_gamma(1.0).encode().unwrap()).unwrap();
    let ramp: Vec<u8> = (0..=255).collect();
    encoder.write_image(&ramp, 256, 1, image::ExtendedColorType::L8).unwrap();
    let opened = io::open(&path).unwrap();
    for (v, px) in straight(&opened).chunks_exact(4).enumerate() {
        let want = linear_to_srgb(v as f32 / 255.0) * 255.0;
        assert!((f32::from(px[0]) - want).abs() <= 1.5 && px[0] == px[2], "{v}: {px:?} {want}");
    }
    // One that is broken is said and left out.
    deep_png(&path, 64, &samples, Some(vec![7; 200]));
    let opened = io::open(&path).unwrap();
    assert!(matches!(opened.remarks[..], [Remark::Profile(_)]), "{:?}", opened.remarks);
    assert_eq!(layer(&opened), layer(&io::open(&plain).unwrap()));
}

#[test]
fn odd_pictures_open_or_say_why_not() {
    for name in ["animated.png", "animated.webp"] {
        let opened = io::open(&fixture(name)).unwrap();
        assert_eq!(opened.remarks, [Remark::FirstFrame], "{name}");
        assert!(straight(&opened).chunks_exact(4).all(|px| px == [250, 20, 10, 255]), "{name}");
    }
    let opened = io::open(&fixture("cmyk.jpg")).unwrap();
    assert_eq!(opened.remarks, [Remark::Inks]);
    let px = &straight(&opened)[..4];
    assert!(px[0] > 240 && px[1] > 240 && px[2].abs_diff(127) < 12, "{px:?}");
    let grey = io::open(&fixture("grey.jpg")).unwrap();
    let rows: Vec<u8> = straight(&grey).chunks_exact(16 * 4).map(|row| row[0]).collect();
    assert!(grey.remarks.is_empty() && rows.is_sorted() && rows[0] < 30 && rows[11] > 225, "{rows:?}");
    let text = io::open(&fixture("one.gif")).unwrap_err().to_string();
    assert!(text.contains("one.gif") && text.contains("PNG, JPEG and WebP are known"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        io::open(&folder.path().join(name)).unwrap_err().to_string()
    };
    assert!(file("a.ora", b"no archive").contains("a.ora is not a readable OpenRaster picture"));
    assert!(file("b.png", b"PK\x03\x04 cut").contains("b.png is not a readable OpenRaster picture"));
    assert!(file("c.png", b"").contains("empty"));
    assert!(io::open(folder.path()).unwrap_err().to_string().contains("folder"));
    assert!(io::open(Path::new("no/such.png")).unwrap_err().to_string().contains("no/such.png"));
}

#[test]
fn pictures_are_exported_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let mut doc = Document::with_layer(Rect::new(-10, 5, 90, 65), "layer");
    let id = doc.active.unwrap();
    let half = [0, 0x4040, 0x8080, 0x8080];
    doc.layer_mut(id).unwrap().pixels_mut().unwrap().fill_rect(Rect::new(-10, 5, 40, 65), half);
    let settings = ExportSettings { background: [255, 0, 0], jpeg_quality: 100, ..ExportSettings::default() };
    io::export(&file("a.jpg"), &doc, &settings).unwrap();
    let jpeg = load_picture(&file("a.jpg")).unwrap();
    assert_eq!(jpeg.dimensions(), (100, 60));
    let near = |px: &Rgba<u8>, want: [u8; 3]| (0..3).all(|c| px[c].abs_diff(want[c]) <= 4);
    assert!(near(jpeg.get_pixel(20, 30), [127, 64, 128]) && near(jpeg.get_pixel(80, 30), [255, 0, 0]));
    let low = ExportSettings { jpeg_quality: 5, ..settings.clone() };
    io::export(&file("low.jpg"), &doc, &low).unwrap();
    let size = |name: &str| std::fs::metadata(file(name)).unwrap().len();
    assert!(size("low.jpg") < size("a.jpg"));
    for name in ["a.png", "a.webp"] {
        io::export(&file(name), &doc, &settings).unwrap();
        let picture = load_picture(&file(name)).unwrap();
        assert_eq!((picture.get_pixel(20, 30), picture.get_pixel(80, 30)[3]), (&Rgba([0, 128, 255, 128]), 0));
        io::export(&file(name), &doc, &ExportSettings { opaque: true, ..settings.clone() }).unwrap();
        let picture = load_picture(&file(name)).unwrap();
        assert_eq!(
            (picture.get_pixel(20, 30), picture.get_pixel(80, 30)),
            (&Rgba([127, 64, 128, 255]), &Rgba([255, 0, 0, 255]))
        );
    }
    // Deep, on a background, marked as sRGB.
    let deep = ExportSettings { deep: true, opaque: true, ..settings.clone() };
    io::export(&file("deep.png"), &doc, &deep).unwrap();
    let picture = image::open(file("deep.png")).unwrap().into_rgba16();
    assert_eq!(picture.get_pixel(20, 30).0, [0x7f7f, 0x4040, 0x8080, ONE]);
    assert!(std::fs::read(file("deep.png")).unwrap().windows(4).any(|w| w == b"sRGB"));
    // Scaled: the size, and no colour that is not there.
    for scale in [0.25, 0.5, 1.7, 3.0] {
        let scaled = ExportSettings { scale, ..settings.clone() };
        io::export(&file("scaled.png"), &doc, &scaled).unwrap();
        let picture = load_picture(&file("scaled.png")).unwrap();
        assert_eq!(picture.dimensions(), exported_size(&doc, scale));
        assert_eq!(picture.dimensions(), ((100.0 * scale) as u32, (60.0 * scale) as u32));
        let (w, h) = picture.dimensions();
        assert_eq!(picture.get_pixel(w / 5, h / 2), &Rgba([0, 128, 255, 128]), "{scale}");
        let colours = picture.pixels().filter(|px| px[3] > 8);
        assert!(
            colours.clone().count() > 0 && colours.clone().all(|px| px[0] == 0 && px[2] >= 240),
            "{scale}"
        );
    }
    let texts = vec![TextChunk::new("parameters", "x".repeat(40_000))];
    assert!(!io::export(&file("a.jpg"), &doc, &ExportSettings { texts, ..settings }).unwrap());
}

#[test]
fn names_say_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let doc = full_document(3);
    let plain = ExportSettings::default();
    let text = io::export(&file("a.ora"), &doc, &plain).unwrap_err().to_string();
    assert!(
        text.contains("a.ora") && text.contains(".png, .jpg") && text.contains("holds documents"),
        "{text}"
    );
    let text = check_writable(&file("a.ora")).unwrap_err().to_string();
    assert!(text.contains("only pictures are written"), "{text}");
    let text = check_savable(&file("a.png")).unwrap_err().to_string();
    assert!(text.contains("a.png") && text.contains(".ora") && text.contains("exported"), "{text}");
    assert!(check_savable(&file("a.ORA")).is_ok() && check_writable(&file("a.PNG")).is_ok());
    assert!(check_savable(&file("no/a.ora")).unwrap_err().to_string().contains("does not exist"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "asking leaves nothing");
    // Too large for its format, and for any.
    let mut wide = doc.clone();
    wide.page = Rect::new(0, 0, 17_000, 2);
    assert!(io::export(&file("a.png"), &wide, &plain).is_ok());
    let error = io::export(&file("a.webp"), &wide, &plain).unwrap_err();
    assert!(
        matches!(error, FileError::TooLarge { .. }) && error.to_string().contains("smaller scale"),
        "{error}"
    );
    wide.page = Rect::new(0, 0, 60_000, 60_000);
    assert!(matches!(io::export(&file("b.png"), &wide, &plain), Err(FileError::TooLarge { .. })));
    let large = ExportSettings { scale: f64::INFINITY, ..plain };
    assert_eq!(exported_size(&doc, large.scale), (300, 170));
    assert!(!file("a.webp").exists() && !file("b.png").exists());
}
