//! The files in `tests/fuzz/seeds`, hostile ones among them, through what the fuzz targets do: no panic, and no more
//! memory than is stated here.

use super::zip::{Kind, png, rgba, zip};
use scumble::document::Document;
use scumble::geom::{Point, Rect};
use scumble::io::{MAX_PIXELS, journal::Journal, ora};
use scumble::paint::preset;
use scumble::paint::text::{Placed, Text};
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

#[path = "../../fuzz/shared.rs"]
pub mod shared;

const CHILD: &str = "SCUMBLE_TEST_SEEDS_CHILD";

/// Counts what is allocated, once it is told to.
struct Counting;

static ON: AtomicBool = AtomicBool::new(false);
static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn count(more: usize, less: usize) {
    if ON.load(Relaxed) {
        let held = HELD.fetch_add(more, Relaxed) + more;
        PEAK.fetch_max(held, Relaxed);
        HELD.fetch_sub(less, Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        unsafe { System.realloc(at, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

type Target = (&'static str, fn(&[u8]), fn(u64) -> u64);

/// Each target and the most bytes that it may have at a time for a file of so many bytes.
const TARGETS: &[Target] = &[
    // What is decoded, once more to compare, and the decoders of two pictures.
    ("ora", shared::ora, |bytes| 2 * ora::decoded_bytes_for(bytes) + (128 << 20)),
    // The largest picture: 8 bytes a pixel as decoded, 8 as tiles.
    ("open", shared::open, |bytes| (MAX_PIXELS * 16 + (64 << 20)).max(ora::decoded_bytes_for(bytes))),
    ("gpl", shared::gpl, |bytes| bytes * 64 + (1 << 20)),
    ("preset", shared::preset, |bytes| bytes * 256 + (8 << 20)),
    // LZ4 expands 255 times; snapshots of planes share their tiles.
    ("journal", shared::journal, |bytes| bytes * 600 + (8 << 20)),
    // With the font.
    ("text", shared::text, |bytes| bytes * 4096 + (32 << 20)),
    #[cfg(unix)]
    ("uris", shared::uris, |bytes| bytes * 16 + (1 << 20)),
];

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds")
}

fn files(target: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(seeds().join(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Not a test by itself: alone in its process, so that all memory is its own.
#[test]
fn child_that_reads_seeds() {
    let Ok(name) = std::env::var(CHILD) else { return };
    let (_, run, limit) = TARGETS.iter().find(|target| target.0 == name).unwrap();
    for file in files(&name) {
        let bytes = std::fs::read(&file).unwrap();
        HELD.store(0, Relaxed);
        PEAK.store(0, Relaxed);
        ON.store(true, Relaxed);
        run(&bytes);
        ON.store(false, Relaxed);
        let (peak, limit) = (PEAK.load(Relaxed) as u64, limit(bytes.len() as u64));
        println!("{}: {} bytes, {peak} of {limit} bytes of memory", file.display(), bytes.len());
        assert!(peak > 0 && peak <= limit, "{}: {peak} of {limit}", file.display());
    }
}

#[test]
fn no_seed_panics_or_asks_for_too_much() {
    for (name, _, _) in TARGETS.iter().copied() {
        assert!(files(name).len() >= 3, "{name}");
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "files::seeds::child_that_reads_seeds", "--nocapture"])
            .env(CHILD, name)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name}: {text}{errors}");
        assert_eq!(text.matches("bytes of memory").count(), files(name).len(), "{name}: {text}");
    }
}

/// A PNG whose header claims `width` by `height` pixels of `bits` bits and `color`.
fn claiming(width: u32, height: u32, bits: u8, color: u8, interlaced: bool) -> Vec<u8> {
    let mut png = rgba(2, 2, &[9; 16]);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    (png[24], png[25], png[28]) = (bits, color, u8::from(interlaced));
    let crc = crc32fast::hash(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&crc);
    png
}

/// Writes the seeds: `cargo test --test core files::seeds::write_seeds -- --ignored`.
#[test]
#[ignore = "writes files that are in the repository"]
fn write_seeds() {
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = seeds().join(target);
        std::fs::create_dir_all(&folder).unwrap();
        assert!(bytes.len() < 20_000, "{target}/{name}: {}", bytes.len());
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    // Documents: one of ours, small; one of another program's; hostile ones.
    let mut doc = Document::with_layer(Rect::new(0, 0, 70, 40), "layer");
    let id = doc.active.unwrap();
    let pixels = doc.layer_mut(id).unwrap().pixels_mut().unwrap();
    pixels.fill_rect(Rect::new(3, 3, 30, 20), [1000, 2000, 3000, 40_000]);
    doc.selection = Some(scumble::document::selection::rect(Rect::new(1, 1, 9, 9)));
    let path = folder.path().join("a.ora");
    ora::save(&path, &doc).unwrap();
    put("ora", "own", &std::fs::read(&path).unwrap());
    const MIMETYPE: (&str, &[u8], Kind) = ("mimetype", b"image/openraster", Kind::Stored);
    let stack = |layers: &str| format!("<image w='64' h='64'><stack>{layers}</stack></image>").into_bytes();
    let one = stack("<layer src='a.png' x='-3' y='4' opacity='0.5'/>");
    let archive = |png: &[u8], xml: &[u8]| {
        zip(&[MIMETYPE, ("a.png", png, Kind::Streamed), ("stack.xml", xml, Kind::Deflated)])
    };
    let dot = rgba(2, 2, &[9, 8, 7, 200].repeat(4));
    put("ora", "foreign", &archive(&dot, &one));
    put("ora", "many-layers", &archive(&dot, &stack(&"<layer src='a.png'/>".repeat(16_000))));
    let nested = format!("{}{}", "<stack>".repeat(300), "</stack>".repeat(300));
    put("ora", "deep", &archive(&dot, &stack(&nested)));
    put("ora", "claims-512-megapixels", &archive(&claiming(16_384, 32_768, 8, 6, false), &one));
    put("ora", "claims-interlaced", &archive(&claiming(16_384, 32_768, 16, 6, true), &one));
    let mut large = archive(&dot, &one);
    let list = large.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    large[list + 24..list + 28].fill(0xfe);
    put("ora", "claims-4-gigabytes", &large);
    // Pictures.
    put("open", "rgba.png", &dot);
    put("open", "grey16.png", &png(3, 2, png::ColorType::Grayscale, png::BitDepth::Sixteen, &[7; 12]));
    put("open", "claims-64-megapixels.png", &claiming(8192, 8192, 16, 6, false));
    put("open", "claims-interlaced.png", &claiming(8192, 8192, 16, 6, true));
    put("open", "claims-a-line.png", &claiming(2_000_000_000, 1, 8, 2, false));
    for name in ["cmyk.jpg", "grey.jpg", "animated.png", "animated.webp", "one.gif"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures").join(name);
        put("open", name, &std::fs::read(from).unwrap());
    }
    let mut info = png::Info::with_size(2, 2);
    (info.color_type, info.bit_depth) = (png::ColorType::Rgba, png::BitDepth::Eight);
    info.icc_profile = Some(moxcms::ColorProfile::new_display_p3().encode().unwrap().into());
    let mut bytes = Vec::new();
    let encoder = png::Encoder::with_info(&mut bytes, info).unwrap();
    encoder.write_header().unwrap().write_image_data(&[100; 16]).unwrap();
    put("open", "profile.png", &bytes);
    let mut jpeg = std::fs::read(seeds().join("open/grey.jpg")).unwrap();
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x20, 0, 0x20, 0]);
    put("open", "claims-8192.jpg", &jpeg);
    // Palettes.
    put(
        "gpl",
        "usual",
        b"GIMP Palette\nName: Some\nColumns: 8\n#\n  1   2   3\tone\n255 255 255\t\xc3\xa9\n",
    );
    put("gpl", "alpha", b"GIMP Palette\nChannels: RGBA\n1 2 3 4 a\n");
    put("gpl", "latin-1", b"\xef\xbb\xbfGIMP Palette\r\nName: \xe9\r\n0 0 0\r\n");
    put("gpl", "many", &[&b"GIMP Palette\n"[..], &b"0 0 0\n".repeat(3000)].concat());
    // Brushes.
    for (i, brush) in preset::built_in().iter().enumerate().step_by(6) {
        put("preset", &format!("{i}.toml"), preset::to_toml(brush).unwrap().as_bytes());
    }
    put(
        "preset",
        "numbers.toml",
        b"name = \"x\"\nsize_px = inf\nspacing = -1e300\nflow = nan\ncount = 999\n",
    );
    put("preset", "deep.toml", format!("a = {}{}", "[".repeat(3000), "]".repeat(3000)).as_bytes());
    // Journals, without their first eight bytes.
    let mut writer = Journal::create(folder.path()).unwrap();
    writer.write(&doc, "one").unwrap();
    scumble::document::edit::set_opacity(&mut doc, id, 0.5);
    writer.write(&doc, "two").unwrap();
    let file = folder.path().join("journal-000001.scj");
    let bytes = std::fs::read(file).unwrap()[8..].to_vec();
    put("journal", "two-states", &bytes);
    put("journal", "cut", &bytes[..bytes.len() - 9]);
    put("journal", "claims-4-gigabytes", &[&[0xff; 4][..], &bytes[4..]].concat());
    // A count of tiles that the record has no room for.
    let tiles = bytes.windows(4).position(|w| w == b"SCTL").unwrap();
    let mut counted = bytes.clone();
    counted[tiles + 14..tiles + 18].fill(0xff);
    put("journal", "claims-tiles", &counted);
    // Lists of dropped files.
    let usual = "# two\r\nfile:///a/plain-1.png\r\nfile://localhost/%C3%BC%20100%25.png\r\nhttp://example.org/c.png\r\n";
    put("uris", "usual", usual.as_bytes());
    put("uris", "odd", b"FILE:/nul-ended.png\0file:relative\nfile:///%zz\rfile:///%00\nfile://elsewhere/x\n file:///\xff%fe%0a \n");
    put("uris", "many", "file:/a\n".repeat(2000).as_bytes());
    // Texts.
    let note =
        |text: Text| Placed { text, at: Point::new(1.5, -2.0), color: scumble::color::Rgba::BLACK }.note();
    put("text", "usual", note(Text { text: "Sø fi\nשלום".into(), ..Text::default() }).as_bytes());
    let odd = Text {
        size_px: 4096.0,
        letter_spacing: 10.0,
        line_height: -3.0,
        italic: true,
        bold: true,
        ..Text::default()
    };
    put("text", "odd", note(Text { text: "\u{202e}a\u{301}\t\u{0}👩🏽".into(), ..odd }).as_bytes());
    put("text", "long", note(Text { text: "Ag ".repeat(4000), ..Text::default() }).as_bytes());
    put(
        "text",
        "null",
        br#"{"text":{"text":"x","size_px":1e39},"at":{"x":1e999,"y":0},"color":{"r":0,"g":0,"b":0,"a":1}}"#,
    );
}
