//! Text against measures of the font, FreeType, and what must hold for any text.

use crate::prng::Prng;
use scumble::color::Rgba;
use scumble::document::edit;
use scumble::document::{Document, ONE, selection};
use scumble::geom::{Point, Rect};
use scumble::paint::text::{self, Align, Fonts, MAX_CHARS, NOTE, Placed, Text};

fn of(words: &str, size_px: f32) -> Text {
    Text { text: words.into(), size_px, ..Text::default() }
}

fn extent(outlines: &[Vec<Point>]) -> (Point, Point) {
    let points = outlines.iter().flatten();
    points.fold((Point::new(1e9, 1e9), Point::new(-1e9, -1e9)), |(lo, hi), p| {
        (Point::new(lo.x.min(p.x), lo.y.min(p.y)), Point::new(hi.x.max(p.x), hi.y.max(p.y)))
    })
}

/// The letter I of Inter is a bar: 248..496 by 0..2048 of 2816 units (`tests/fixtures/make_text.py`). At 176 px a unit
/// is a sixteenth of a pixel: 15.5..31 by 0..128, which has one answer.
#[test]
fn a_bar_has_exactly_the_pixels_that_the_font_says() {
    let mut fonts = Fonts::embedded();
    let mask = of("I", 176.0).mask(Point::new(-40.0, 20.0), &mut fonts);
    for y in -120..40 {
        for x in -40..10 {
            let want = match x + 40 {
                _ if !(-108..20).contains(&y) => 0,
                15 => ONE / 2 + 1,
                16..31 => ONE,
                _ => 0,
            };
            assert_eq!(mask.pixel(x, y), [want], "({x}, {y})");
        }
    }
    // Any other size and place: the same area, exact across, within half a scan line (1/32 px) at top and foot.
    for (size, at) in [(17.3f32, 0.37f64), (64.0, 0.5), (999.0, -0.81)] {
        let mask = of("I", size).mask(Point::new(at, at), &mut fonts);
        let rect = mask.tile_bounds();
        let sum: f64 = mask.read(rect)[0].iter().map(|&v| f64::from(v) / f64::from(ONE)).sum();
        let unit = f64::from(size) / 2816.0;
        let (width, height) = (248.0 * unit, 2048.0 * unit);
        assert!((sum - width * height).abs() <= width / 16.0 + 0.01, "{size}: {sum}");
    }
}

/// Against FreeType at 16 times the size, averaged. Its hinting moves edges by up to 1/32 px, our scan lines by as
/// much, flattening by 1/50: together less than a tenth of a pixel's coverage.
#[test]
fn glyphs_are_those_of_freetype() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/text/inter-48px.png");
    let sheet = image::open(path).unwrap().into_luma8();
    let mut fonts = Fonts::embedded();
    for (i, glyph) in "Ag&ß8Яω@".chars().enumerate() {
        let mask = of(&glyph.to_string(), 48.0).mask(Point::new(8.0, 48.0), &mut fonts);
        let ours = mask.to_gray8(Rect::new(0, 0, 64, 64));
        let theirs = (0..64 * 64).map(|k| sheet.get_pixel(i as u32 * 64 + k % 64, k / 64)[0]);
        let off: Vec<u8> = ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(b)).collect();
        let (worst, sum) = (off.iter().max().unwrap(), off.iter().map(|&v| u32::from(v)).sum::<u32>());
        assert!(*worst <= 25 && sum < 64 * 64 / 2, "{glyph}: worst {worst}, sum {sum}");
        assert!(ours.iter().map(|&v| u32::from(v)).sum::<u32>() > 20_000, "{glyph} is seen");
    }
}

#[test]
fn lines_stand_where_they_should() {
    let mut fonts = Fonts::embedded();
    let one = |align: Align, words: &str, fonts: &mut Fonts| {
        extent(&Text { align, ..of(words, 88.0) }.outlines(fonts))
    };
    // An I is 744 units wide, 23.25 px here, with 7.75 px of space on either side of the bar.
    let near = |a: f64, b: f64| (a - b).abs() < 1e-3;
    let (lo, hi) = one(Align::Left, "I\nIII", &mut fonts);
    assert!(near(lo.x, 7.75) && near(hi.x, 23.25 * 3.0 - 7.75), "{lo:?} {hi:?}");
    assert!(near(lo.y, -64.0) && near(hi.y, 110.0), "the second baseline is 1.25 · 88 px lower: {hi:?}");
    let (lo, hi) = one(Align::Right, "I\nIII", &mut fonts);
    assert!(near(hi.x, -7.75) && near(lo.x, -23.25 * 3.0 + 7.75));
    let (lo, hi) = one(Align::Center, "I\nIII", &mut fonts);
    assert!(near(lo.x + hi.x, 0.0));
    let spaced = Text { letter_spacing: 0.5, ..of("II", 88.0) };
    let (_, hi) = extent(&spaced.outlines(&mut fonts));
    assert!(near(hi.x, 23.25 * 2.0 + 44.0 - 7.75), "{hi:?}");
    // An empty line counts.
    let (_, hi) = one(Align::Left, "I\n\nI", &mut fonts);
    assert!(near(hi.y, 220.0));
    // Kerning: an A tucks under a V.
    let (_, pair) = one(Align::Left, "AV", &mut fonts);
    let (_, a) = one(Align::Left, "A", &mut fonts);
    let (v, end) = one(Align::Left, "V", &mut fonts);
    assert!(pair.x < a.x + (end.x - v.x), "{pair:?}");
}

#[test]
fn missing_styles_are_drawn() {
    let mut fonts = Fonts::embedded();
    let area = |text: &Text, fonts: &mut Fonts| {
        let mask = text.mask(Point::default(), fonts);
        mask.read(mask.tile_bounds())[0].iter().map(|&v| u64::from(v)).sum::<u64>() as f64 / f64::from(ONE)
    };
    let plain = of("I", 176.0);
    let bold = Text { bold: true, ..plain.clone() };
    let italic = Text { italic: true, ..plain.clone() };
    assert!((area(&bold, &mut fonts) - area(&plain, &mut fonts) - 128.0 * 176.0 * 0.04).abs() < 1.0);
    assert!((area(&italic, &mut fonts) - area(&plain, &mut fonts)).abs() < 1.0, "a slant keeps the area");
    let (lo, hi) = extent(&italic.outlines(&mut fonts));
    assert!((hi.x - lo.x - 15.5 - 128.0 * 0.2493).abs() < 0.01);
}

#[test]
fn painting_keeps_to_selection_and_locks() {
    let mut fonts = Fonts::embedded();
    let mut doc = Document::with_layer(Rect::new(0, 0, 200, 200), "layer");
    let id = doc.active.unwrap();
    edit::set_selection(&mut doc, Some(selection::rect(Rect::new(0, 0, 70, 200))));
    let red = Rgba::rgb(1.0, 0.0, 0.0);
    let text = of("I", 176.0);
    let damage = text::draw(&mut doc, id, Point::new(40.0, 150.0), &text, red, &mut fonts);
    let pixels = doc.layer(id).unwrap().pixels().unwrap();
    assert_eq!(pixels.content_bounds(), Rect::new(55, 22, 70, 150));
    assert_eq!(pixels.pixel(60, 100), [ONE, 0, 0, ONE]);
    assert!(damage.covers(scumble::document::TilePos::new(0, 0)));
    assert_eq!(text.bounds(Point::new(40.0, 150.0), &mut fonts), Rect::new(55, 22, 71, 150));
    // Alpha lock: the colour changes where there was paint, and nothing is added.
    edit::set_selection(&mut doc, None);
    edit::set_alpha_locked(&mut doc, id, true);
    let before = doc.layer(id).unwrap().content_bounds();
    text::draw(&mut doc, id, Point::new(42.0, 150.0), &text, Rgba::BLACK, &mut fonts);
    let layer = doc.layer(id).unwrap();
    assert_eq!((layer.content_bounds(), layer.pixels().unwrap().pixel(60, 100)), (before, [0, 0, 0, ONE]));
    edit::set_locked(&mut doc, id, true);
    let locked = doc.clone();
    assert!(text::draw(&mut doc, id, Point::default(), &text, red, &mut fonts).is_empty());
    assert_eq!(doc, locked);
}

#[test]
fn a_text_layer_can_be_edited_again() {
    let mut fonts = Fonts::embedded();
    let mut doc = Document::with_layer(Rect::new(0, 0, 300, 200), "layer");
    let id = doc.active.unwrap();
    let mut placed =
        Placed { text: of("Über", 60.0), at: Point::new(10.0, 100.5), color: Rgba::rgb(0.2, 0.4, 0.6) };
    edit::set_selection(&mut doc, Some(selection::rect(Rect::new(0, 0, 3, 3))));
    text::set_layer(&mut doc, id, &placed, &mut fonts);
    assert_eq!(Placed::of_layer(&doc, id), Some(placed.clone()));
    assert_eq!(doc.selection, Some(selection::rect(Rect::new(0, 0, 3, 3))));
    let first = doc.clone();
    placed.text.text = "unter".into();
    let damage = text::set_layer(&mut doc, id, &placed, &mut fonts);
    assert!(!damage.is_empty() && doc != first);
    placed.text.text = "Über".into();
    text::set_layer(&mut doc, id, &placed, &mut fonts);
    assert_eq!(doc, first, "nothing of the other text is left");
    // The note survives the file.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.ora");
    scumble::io::ora::save(&path, &doc).unwrap();
    assert_eq!(Placed::of_layer(&scumble::io::ora::load(&path).unwrap(), id), Some(placed));
    for note in ["", "{}", "null", "{\"text\":{},\"at\":{\"x\":null,\"y\":0}}", &"[".repeat(100_000)] {
        edit::set_note(&mut doc, id, NOTE, Some((*note).to_owned()));
        assert_eq!(Placed::of_layer(&doc, id), None, "{note:.40}");
    }
}

/// Anything can stand in a note: it is set within limits, or nothing is drawn.
#[test]
fn any_text_is_set_within_limits() {
    let mut fonts = Fonts::embedded();
    let mut prng = Prng(7);
    let pool: Vec<char> =
        "aÅ漢\u{202e}\u{200d}👩🏽\u{0301}\t\r\n\u{0}שלוםابج\u{feff}\u{10ffff}fi —".chars().collect();
    for _ in 0..300 {
        let words: String = (0..prng.below(40)).map(|_| pool[prng.below(pool.len())]).collect();
        let mut odd = |usual: f32| match prng.below(8) {
            0 => f32::NAN,
            1 => f32::INFINITY,
            2 => -1e30,
            3 => 0.0,
            _ => usual,
        };
        let text =
            Text { size_px: odd(30.0), line_height: odd(1.2), letter_spacing: odd(0.1), ..of(&words, 1.0) };
        let reach = 40.0 * 4096.0 * 12.0;
        for p in text.outlines(&mut fonts).iter().flatten() {
            assert!(
                p.x.is_finite() && p.y.is_finite() && p.x.abs() < reach && p.y.abs() < reach,
                "{text:?}: {p:?}"
            );
        }
    }
    let long = of(&"I".repeat(MAX_CHARS + 500), 1.0);
    assert_eq!(long.outlines(&mut fonts).len(), MAX_CHARS);
}

#[test]
fn fonts_are_found_on_another_thread() {
    let mut fonts = std::thread::spawn(Fonts::system).join().unwrap();
    let families = fonts.families();
    assert!(families.contains(&"Inter".to_owned()) && families.is_sorted());
    // An unknown family is the embedded one, here and on every machine.
    let unknown = Text { family: Some("No Such Family".into()), ..of("Ag", 50.0) };
    assert_eq!(unknown.outlines(&mut fonts), of("Ag", 50.0).outlines(&mut Fonts::embedded()));
    for family in families.into_iter().take(40) {
        let text = Text { family: Some(family), ..of("Ag", 50.0) };
        assert!(text.outlines(&mut fonts).iter().flatten().all(|p| p.x.is_finite() && p.y.is_finite()));
    }
}
