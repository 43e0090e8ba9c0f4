//! OpenRaster files as other programs write them, at their smallest.

use super::zip::{Kind, png, rgba, zip};
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::document::{BlendMode, Document};
use scumble::geom::Rect;
use scumble::io::ora;
use std::path::Path;

const MIMETYPE: (&str, &[u8], Kind) = ("mimetype", b"image/openraster", Kind::Stored);

fn load(entries: &[(&str, &[u8], Kind)]) -> Result<Document, String> {
    ora::load_bytes(&zip(entries), Path::new("other.ora")).map_err(|why| why.to_string())
}

fn square(side: u32, px: [u8; 4]) -> Vec<u8> {
    rgba(side, side, &px.repeat((side * side) as usize))
}

#[test]
fn as_krita_writes() {
    let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE image>
<image xres="300" yres="300" version="0.0.1" w="120" h="90">
 <stack name="root" x="0" y="0" opacity="1" composite-op="svg:src-over" visibility="visible" isolation="isolate">
  <layer name="Inherit &lt;alpha&gt;" src="data/layer2.png" x="-5" y="-7" opacity="0.501961" composite-op="svg:src-atop" visibility="hidden" selected="true"/>
  <stack name="Group" x="0" y="0" opacity="1" composite-op="krita:linear light" visibility="visible" isolation="isolate">
   <layer name="Inner" src="data/layer1.png" x="64" y="10" opacity="1" composite-op="krita:pin_light" visibility="visible" edit-locked="true"/>
   <filter name="Blur" src="x"/>
  </stack>
  <layer name="Background" src="data/layer0.png" x="0" y="0" opacity="1" composite-op="svg:src-over" visibility="visible"/>
 </stack>
</image>"#;
    let (a, b, c) = (square(120, [255; 4]), square(9, [10, 20, 30, 128]), square(20, [0, 0, 255, 255]));
    let doc = load(&[
        MIMETYPE,
        ("data/layer0.png", &a, Kind::Streamed),
        ("data/layer1.png", &b, Kind::Streamed),
        ("data/layer2.png", &c, Kind::Streamed),
        ("stack.xml", xml, Kind::Streamed),
        ("unknown/thing", b"?", Kind::Stored),
    ])
    .unwrap();
    assert_eq!(doc.page, Rect::new(0, 0, 120, 90));
    let [bottom, group, top] = [0, 1, 2].map(|i| doc.layers()[i].clone());
    assert_eq!((bottom.name.as_str(), bottom.content_bounds()), ("Background", Rect::new(0, 0, 120, 120)));
    assert_eq!((group.name.as_str(), group.blend), ("Group", BlendMode::LinearLight));
    let inner = &group.children()[0];
    assert_eq!((group.children().len(), inner.blend, inner.locked), (1, BlendMode::PinLight, true));
    assert_eq!(inner.content_bounds(), Rect::from_size(64, 10, 9, 9));
    assert_eq!(
        inner.pixels().unwrap().to_rgba8(Rect::from_size(64, 10, 1, 1), Alpha::Straight),
        [10, 20, 30, 128]
    );
    assert_eq!((top.name.as_str(), top.clipping, top.visible), ("Inherit <alpha>", true, false));
    assert_eq!((top.opacity, top.content_bounds()), (0.501_961, Rect::from_size(-5, -7, 20, 20)));
    assert_eq!(doc.active, Some(top.id));
}

#[test]
fn as_gimp_writes() {
    let xml = b"<?xml version='1.0' encoding='UTF-8'?>\n<image h=\"64\" w=\"64\"><stack>\
        <layer composite-op=\"svg:plus\" name=\"glow\" opacity=\"1.0\" src=\"data/001.png\" visibility=\"visible\" x=\"0\" y=\"0\" />\
        <layer composite-op=\"svg:src-over\" name=\"ground\" opacity=\"0.25\" src=\"data/000.png\" x=\"10\" y=\"20\" />\
        </stack></image>";
    let gray = png(30, 20, png::ColorType::Grayscale, png::BitDepth::Eight, &[100; 600]);
    let deep: Vec<u8> = (0..64 * 64).flat_map(|_| [0x12, 0x34, 0xff, 0xff, 0, 0, 0x80, 0]).collect();
    let deep = png(64, 64, png::ColorType::Rgba, png::BitDepth::Sixteen, &deep);
    let entries = [
        MIMETYPE,
        ("data/000.png", gray.as_slice(), Kind::Stored),
        ("data/001.png", &deep, Kind::Stored),
        ("stack.xml", xml, Kind::Deflated),
    ];
    let doc = load(&entries).unwrap();
    assert_eq!((doc.layers()[1].blend, doc.layers()[0].opacity), (BlendMode::Add, 0.25));
    let px = doc.layers()[1].pixels().unwrap().pixel(5, 5);
    // 16-bit PNGs keep their bits.
    assert_eq!(px, [(0x1234u32 * 0x8000 / 0xffff) as u16, 0x8000, 0, 0x8000]);
    assert_eq!(doc.layers()[0].pixels().unwrap().pixel(10, 20), [100 * 257, 100 * 257, 100 * 257, 65_535]);
    assert!(doc.layers()[0].visible);
    assert_eq!(doc.active, Some(doc.layers()[1].id));
    let seen = flatten_rgba8(&doc, doc.page, Alpha::Straight);
    assert_eq!(seen.len(), 64 * 64 * 4);
}

#[test]
fn as_mypaint_writes() {
    let xml = b"<?xml version='1.0' encoding='UTF-8'?>
<image w=\"64\" h=\"128\" xres=\"72\" yres=\"72\" version=\"0.0.6\" mypaint:frame-active=\"false\" xmlns:mypaint=\"http://mypaint.org/ns/openraster\"><stack>
<stack name=\"pass\" isolation=\"auto\" opacity=\"1.0\" composite-op=\"svg:src-over\">
<layer name=\"&#26085;\" src=\"data/layer000.png\" x=\"-64\" y=\"64\" mypaint_strokemap_v2=\"data/layer000_strokemap.dat\"><annotation href=\"x\"><layer/></annotation></layer>
</stack>
<stack name=\"dimmed\" isolation=\"auto\" opacity=\"0.5\"/>
<layer name=\"vector\" src=\"data/drawing.svg\"/>
<layer name=\"mask\" composite-op=\"svg:dst-in\" src=\"data/layer000.png\" x=\"0\" y=\"0\"/>
<layer name=\"background\" src=\"data/background.png\" mypaint:background-tile=\"data/tile.png\"/>
</stack></image>";
    let (a, b) = (square(64, [1, 2, 3, 4]), square(64, [255; 4]));
    let doc = load(&[
        MIMETYPE,
        ("data/layer000.png", &a, Kind::Stored),
        ("data/background.png", &b, Kind::Stored),
        ("stack.xml", xml, Kind::Deflated),
    ])
    .unwrap();
    let names: Vec<&str> = doc.layers().iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["background", "mask", "dimmed", "pass"]);
    assert_eq!(doc.layers()[3].blend, BlendMode::PassThrough);
    assert_eq!((doc.layers()[2].blend, doc.layers()[2].opacity), (BlendMode::Normal, 0.5));
    let inner = &doc.layers()[3].children()[0];
    assert_eq!((inner.name.as_str(), inner.content_bounds()), ("日", Rect::new(-64, 64, 0, 128)));
}

#[test]
fn interlaced_and_palette_pngs_are_layers_too() {
    // 5x3, Adam7, RGBA 8: the rows of the seven passes, each with filter byte 0.
    let passes: [(u32, u32); 7] = [(1, 1), (1, 1), (2, 1), (1, 1), (3, 1), (2, 2), (5, 1)];
    let starts =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut raw = Vec::new();
    for ((_, _), (x0, y0, dx, dy)) in passes.iter().zip(starts) {
        let columns: Vec<u32> = (x0..5).step_by(dx).collect();
        for y in (y0..3u32).step_by(dy).filter(|_| !columns.is_empty()) {
            raw.push(0);
            columns.iter().for_each(|&x| raw.extend([x as u8 * 50, y as u8 * 80, 7, 255]));
        }
    }
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &raw).unwrap();
    let data = encoder.finish().unwrap();
    let mut interlaced = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [0, 0, 0, 5, 0, 0, 0, 3, 8, 6, 0, 0, 1];
    for (kind, body) in [(b"IHDR", head.as_slice()), (b"IDAT", &data), (b"IEND", &[])] {
        interlaced.extend((body.len() as u32).to_be_bytes());
        let tagged: Vec<u8> = kind.iter().chain(body).copied().collect();
        interlaced.extend(&tagged);
        interlaced.extend(crc32fast::hash(&tagged).to_be_bytes());
    }
    let mut palette = Vec::new();
    let mut encoder = png::Encoder::new(&mut palette, 2, 1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(vec![255, 0, 0, 0, 255, 0]);
    encoder.set_trns(vec![255, 0]);
    encoder.write_header().unwrap().write_image_data(&[0, 1]).unwrap();
    let xml =
        b"<image w='8' h='8'><stack><layer src='a.png' x='2' y='1'/><layer src='b.PNG'/></stack></image>";
    let doc = load(&[
        MIMETYPE,
        ("a.png", &interlaced, Kind::Deflated),
        ("b.PNG", &palette, Kind::Stored),
        ("stack.xml", xml, Kind::Stored),
    ])
    .unwrap();
    let top = doc.layers()[1].pixels().unwrap();
    for (x, y) in (0..5).flat_map(|x| (0..3).map(move |y| (x, y))) {
        let got = top.to_rgba8(Rect::from_size(x + 2, y + 1, 1, 1), Alpha::Straight);
        assert_eq!(got, [x as u8 * 50, y as u8 * 80, 7, 255], "{x} {y}");
    }
    let bottom = doc.layers()[0].pixels().unwrap();
    assert_eq!((bottom.pixel(0, 0), bottom.pixel(1, 0)), ([65_535, 0, 0, 65_535], [0; 4]));
}

#[test]
fn broken_files_say_what_is_wrong() {
    let good = square(4, [9; 4]);
    let stack = |inner: &str| format!("<image w='8' h='8'><stack>{inner}</stack></image>").into_bytes();
    let one = stack("<layer src='a.png'/>");
    let deep = stack(&format!("{}{}", "<stack>".repeat(5000), "</stack>".repeat(5000)));
    let bare = stack(&"<stack>".repeat(200));
    let many = stack(&"<stack/>".repeat(20_000));
    let huge = "<image w='99999999' h='8'><stack/></image>".as_bytes().to_vec();
    let zero = "<image w='0' h='8'><stack/></image>".as_bytes().to_vec();
    let odd = "<picture/>".as_bytes().to_vec();
    let mut cut = good.clone();
    cut.truncate(48);
    for (xml, png, expect) in [
        (&one, None, "lacks a.png"),
        (&one, Some(&cut), "a.png"),
        (&deep, None, "nest deeper"),
        (&bare, None, "stack.xml"),
        (&many, None, "layers"),
        (&huge, None, "99999999"),
        (&zero, None, "no size"),
        (&odd, None, "describes no image"),
    ] {
        let mut entries = vec![MIMETYPE, ("stack.xml", xml.as_slice(), Kind::Deflated)];
        entries.extend(png.map(|png| ("a.png", png.as_slice(), Kind::Stored)));
        let error = load(&entries).unwrap_err();
        assert!(error.contains("other.ora") && error.contains(expect), "{expect}: {error}");
    }
    let error = load(&[MIMETYPE]).unwrap_err();
    assert!(error.contains("lacks stack.xml"), "{error}");
    for bytes in [&b""[..], b"PK\x05\x06", b"\x89PNG\r\n\x1a\n", &[0; 100_000]] {
        let error = ora::load_bytes(bytes, Path::new("other.ora")).unwrap_err().to_string();
        assert!(error.contains("no ZIP archive"), "{error}");
    }
}
