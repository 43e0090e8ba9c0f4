//! The brush engine.

use super::{pixels, with_layer};
use scumble::color::Rgba;
use scumble::document::edit::{self};
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, LayerId, LayerMask, ONE, Pixels, selection};
use scumble::geom::{Point, Rect};
use scumble::paint::stroke::CloneSource;
use scumble::paint::{
    Brush, Mode, PenSample, Prepared, Setup, Stabiliser, Stroke, Symmetry, Target, Tip, preset,
};
use std::path::PathBuf;
use std::sync::Arc;

const PAGE: Rect = Rect::new(0, 0, 160, 96);
const INK: Rgba = Rgba::rgb(0.1, 0.2, 0.5);

fn doc() -> (Document, LayerId) {
    with_layer(PAGE)
}

fn sample(x: f64, y: f64, pressure: f32, time_secs: f64) -> PenSample {
    PenSample { pos: Point::new(x, y), pressure: Some(pressure), tilt: [0.0; 2], time_secs }
}

/// A wave across the page, pressure rising and falling.
fn wave() -> Vec<PenSample> {
    (0..=40)
        .map(|i| {
            let t = f64::from(i) / 40.0;
            let (s, _) = scumble::geom::sin_cos_turns(t);
            sample(16.0 + 128.0 * t, 48.0 + 24.0 * s, (4.0 * t * (1.0 - t)) as f32, t * 0.5)
        })
        .collect()
}

fn draw(doc: &mut Document, brush: &Arc<Prepared>, setup: Setup, samples: &[PenSample]) {
    let mut stroke = Stroke::begin(doc, brush, setup);
    for frame in samples.chunks(3) {
        stroke.extend(doc, frame);
    }
    stroke.finish(doc);
}

fn plain(hardness: f32, size_px: f32) -> Brush {
    Brush { tip: Tip::Round { hardness }, size_px, stabiliser: Stabiliser::Off, ..Brush::default() }
}

fn line(y: f64) -> Vec<PenSample> {
    (0..=20).map(|i| sample(20.0 + 6.0 * f64::from(i), y, 1.0, f64::from(i) * 0.02)).collect()
}

/// FNV-1a.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

/// Two crossing strokes of the preset, on stripes where it needs something to work on.
fn specimen(brush: &Brush) -> Pixels {
    let (mut doc, id) = doc();
    let needs_ground = !matches!(brush.mode, Mode::Paint);
    if needs_ground {
        let ground = doc.layer_mut(id).and_then(|l| l.pixels_mut()).expect("pixels");
        for (i, color) in [Rgba::rgb(0.9, 0.7, 0.2), Rgba::rgb(0.7, 0.2, 0.2), Rgba::WHITE].iter().enumerate()
        {
            ground.fill_rect(Rect::from_size(i as i32 * 54, 8, 54, 80), color.to_px());
        }
    }
    let mut brush = brush.clone();
    brush.size_px = brush.size_px.min(36.0);
    let brush = brush.prepare();
    let mut setup = Setup::new(Target::Layer(id), INK);
    setup.clone_from = Some(CloneSource { offset: (40, 0), pixels: None });
    setup.string_px = 4.0;
    draw(&mut doc, &brush, setup.clone(), &wave());
    setup.color = Rgba::rgb(0.8, 0.3, 0.1);
    setup.seed = 2;
    draw(&mut doc, &brush, setup, &line(30.0));
    pixels(&doc, id).clone()
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/strokes")
}

/// Every preset leaves exactly the pixels that are written down: sixteen bits by hash, and what they look like as
/// small pictures. After an intended change run with `UPDATE_STROKES=1` and look at the pictures.
#[test]
fn golden_strokes() {
    let folder = fixtures();
    let file = folder.join("hashes.txt");
    let update = std::env::var_os("UPDATE_STROKES").is_some();
    let rect = PAGE.grow(32);
    let mut lines = String::new();
    for brush in preset::built_in() {
        let out = specimen(&brush);
        let mut bytes = Vec::new();
        out.read(rect).iter().flatten().for_each(|v| bytes.extend(v.to_le_bytes()));
        let slug = brush.name.to_lowercase().replace(' ', "-");
        lines += &format!("{:016x} {slug}\n", fingerprint(&bytes));
        let picture =
            image::RgbaImage::from_raw(160, 96, out.to_rgba8(PAGE, Alpha::Straight)).expect("the page");
        let path = folder.join(format!("{slug}.png"));
        if update {
            std::fs::create_dir_all(&folder).expect("the folder");
            picture.save(&path).expect("a picture");
        } else {
            let want = image::open(&path).expect("a picture of every preset").to_rgba8();
            assert!(want == picture, "{slug} does not look as in {}", path.display());
        }
    }
    if update {
        std::fs::write(&file, &lines).expect("the hashes");
    }
    assert_eq!(std::fs::read_to_string(&file).expect("the hashes"), lines);
}

#[test]
fn presets_are_many_named_and_survive_their_files() {
    let all = preset::built_in();
    assert!(all.len() >= 16);
    let mut names: Vec<_> = all.iter().map(|b| b.name.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all.len());
    for brush in all {
        let text = preset::to_toml(&brush).expect("it can be written");
        assert_eq!(preset::from_toml(&text).expect("it can be read"), brush);
    }
    // Foreign numbers are clamped, foreign words refused, long files not read.
    let odd = preset::from_toml("size_px = 1e30\nflow = nan\nspacing = -3.0").expect("clamped");
    assert_eq!((odd.size_px, odd.flow, odd.spacing), (2000.0, 1.0, 0.01));
    assert!(preset::from_toml("size = 3").is_err());
    assert!(preset::from_toml("tip = { kind = \"round\" }").is_err());
    assert!(preset::from_toml(&"#".repeat(100_000)).is_err());
}

#[test]
fn opacity_limits_a_stroke_and_flow_a_dab() {
    let (mut doc, id) = doc();
    let brush = Brush { opacity: 0.5, flow: 0.3, spacing: 0.05, ..plain(1.0, 20.0) }.prepare();
    let there_and_back: Vec<_> = line(40.0).into_iter().chain(line(40.0).into_iter().rev()).collect();
    draw(&mut doc, &brush, Setup::new(Target::Layer(id), INK), &there_and_back);
    let a = pixels(&doc, id).pixel(80, 40)[3];
    assert!(a.abs_diff(ONE / 2) < 300, "{a}");
    draw(&mut doc, &brush, Setup::new(Target::Layer(id), INK), &line(40.0));
    let a = pixels(&doc, id).pixel(80, 40)[3];
    assert!(a.abs_diff(ONE / 4 * 3) < 500, "a second stroke covers more: {a}");
}

#[test]
fn a_disc_has_its_area() {
    for (hardness, size) in [(1.0, 40.0f32), (1.0, 7.3), (1.0, 2.0), (1.0, 1.0)] {
        let (mut doc, id) = doc();
        let brush = plain(hardness, size).prepare();
        draw(&mut doc, &brush, Setup::new(Target::Layer(id), INK), &[sample(60.3, 50.7, 1.0, 0.0)]);
        let [.., a] = pixels(&doc, id).read(PAGE);
        let area: f32 = a.iter().map(|&v| f32::from(v) / 65535.0).sum();
        let want = std::f32::consts::PI * size * size / 4.0;
        assert!((area / want - 1.0).abs() < if size < 3.0 { 0.5 } else { 0.03 }, "{size}: {area} {want}");
    }
}

#[test]
fn how_samples_are_cut_into_frames_does_not_matter() {
    for brush in preset::built_in() {
        let brush = brush.prepare();
        let mut outs = Vec::new();
        for frame in [1, 7, 1000] {
            let (mut doc, id) = doc();
            let mut stroke = Stroke::begin(&doc, &brush, Setup::new(Target::Layer(id), INK));
            for samples in wave().chunks(frame) {
                stroke.extend(&mut doc, samples);
            }
            stroke.finish(&mut doc);
            outs.push(pixels(&doc, id).clone());
        }
        assert!(outs[0] == outs[1] && outs[1] == outs[2], "{}", brush.brush.name);
    }
}

#[test]
fn every_sample_counts_and_the_path_goes_through_them() {
    let (mut doc, id) = doc();
    let brush = plain(1.0, 4.0).prepare();
    let zigzag: Vec<_> = (0..20)
        .map(|i| {
            sample(10.0 + 7.0 * f64::from(i), if i % 2 == 0 { 20.0 } else { 70.0 }, 1.0, 0.01 * f64::from(i))
        })
        .collect();
    draw(&mut doc, &brush, Setup::new(Target::Layer(id), INK), &zigzag);
    for s in &zigzag {
        assert!(pixels(&doc, id).pixel(s.pos.x as i32, s.pos.y as i32)[3] > ONE / 2, "{s:?}");
    }
}

#[test]
fn stabilisers_smooth_and_the_basic_one_arrives() {
    let rough: Vec<_> = (0..60)
        .map(|i| {
            sample(
                10.0 + 2.0 * f64::from(i),
                48.0 + if i % 2 == 0 { 4.0 } else { -4.0 },
                1.0,
                0.01 * f64::from(i),
            )
        })
        .collect();
    let height = |kind| {
        let (mut doc, id) = doc();
        let brush = Brush { stabiliser: kind, ..plain(1.0, 4.0) }.prepare();
        let setup = Setup { string_px: 12.0, ..Setup::new(Target::Layer(id), INK) };
        draw(&mut doc, &brush, setup, &rough);
        // The ends are where the pen was; the smoothing shows between them.
        let x1 = pixels(&doc, id).content_bounds().x1;
        edit::crop(&mut doc, Rect::new(40, 0, 100, 96));
        (pixels(&doc, id).content_bounds().height(), x1)
    };
    let (off, basic, strong) =
        (height(Stabiliser::Off), height(Stabiliser::Basic), height(Stabiliser::Strong));
    assert!(off.0 > 11 && basic.0 < 10 && strong.0 < 10, "{off:?} {basic:?} {strong:?}");
    assert!(basic.1 + 2 >= off.1, "{off:?} {basic:?}");
    assert!(strong.1 + 8 < off.1, "{off:?} {strong:?}");
}

#[test]
fn selection_alpha_lock_and_locks_confine_strokes() {
    for brush in preset::built_in() {
        let brush = brush.prepare();
        let (mut doc, id) = doc();
        let ground = doc.layer_mut(id).and_then(|l| l.pixels_mut()).expect("pixels");
        ground.fill_rect(Rect::new(0, 0, 160, 50), [0, ONE / 3, ONE / 4, ONE / 2]);
        let before = doc.clone();
        let setup = || Setup {
            clone_from: Some(CloneSource { offset: (9, 9), pixels: None }),
            ..Setup::new(Target::Layer(id), INK)
        };
        doc.selection = Some(selection::rect(Rect::new(40, 0, 90, 96)));
        draw(&mut doc, &brush, setup(), &wave());
        for (x, y) in
            (0..160).flat_map(|x| (0..96).map(move |y| (x, y))).filter(|&(x, _)| !(40..90).contains(&x))
        {
            assert_eq!(pixels(&doc, id).pixel(x, y), pixels(&before, id).pixel(x, y), "{}", brush.brush.name);
        }
        doc = before.clone();
        edit::set_alpha_locked(&mut doc, id, true);
        draw(&mut doc, &brush, setup(), &wave());
        assert_eq!(pixels(&doc, id).read(PAGE)[3], pixels(&before, id).read(PAGE)[3], "{}", brush.brush.name);
        doc = before.clone();
        edit::set_locked(&mut doc, id, true);
        draw(&mut doc, &brush, setup(), &wave());
        assert!(pixels(&doc, id) == pixels(&before, id));
    }
}

#[test]
fn symmetry_mirrors_exactly() {
    let (mut doc, id) = doc();
    let brush = plain(0.5, 13.0).prepare();
    let center = Point::new(80.0, 48.0);
    let setup =
        Setup { symmetry: Symmetry::Mirror { center, turns: 0.25 }, ..Setup::new(Target::Layer(id), INK) };
    draw(&mut doc, &brush, setup, &wave()[..12]);
    for (x, y) in (0..160).flat_map(|x| (0..96).map(move |y| (x, y))) {
        let (a, b) = (pixels(&doc, id).pixel(x, y), pixels(&doc, id).pixel(159 - x, y));
        assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 40), "({x}, {y}): {a:?} {b:?}");
    }
    let radial = Symmetry::Radial { center: Point::new(48.0, 48.0), count: 4, mirrored: true };
    let (mut doc, id) = (doc.clone(), id);
    edit::clear(&mut doc, id);
    draw(&mut doc, &brush, Setup { symmetry: radial, ..Setup::new(Target::Layer(id), INK) }, &wave()[..5]);
    for (x, y) in (0..96).flat_map(|x| (0..96).map(move |y| (x, y))) {
        let at = |x, y| pixels(&doc, id).pixel(x, y)[3];
        assert!(at(x, y).abs_diff(at(95 - y, x)) < 60 && at(x, y).abs_diff(at(95 - x, y)) < 60, "({x}, {y})");
    }
}

#[test]
fn erasing_smudging_and_cloning() {
    let (mut doc, id) = doc();
    let ground = doc.layer_mut(id).and_then(|l| l.pixels_mut()).expect("pixels");
    ground.fill_rect(Rect::new(0, 0, 80, 96), [ONE, 0, 0, ONE]);
    ground.fill_rect(Rect::new(80, 0, 160, 96), [0, 0, ONE, ONE]);
    let start = doc.clone();
    let brush = plain(1.0, 20.0).prepare();
    let erase = Setup { erase: true, ..Setup::new(Target::Layer(id), INK) };
    draw(&mut doc, &brush, erase, &line(48.0));
    assert_eq!(pixels(&doc, id).pixel(80, 48), [0; 4]);
    assert_eq!(pixels(&doc, id).pixel(80, 80)[3], ONE);
    doc = start.clone();
    let smudge = Brush { mode: Mode::Smudge, flow: 0.9, ..plain(0.6, 30.0) }.prepare();
    draw(&mut doc, &smudge, Setup::new(Target::Layer(id), INK), &line(48.0));
    let px = pixels(&doc, id).pixel(90, 48);
    assert!(px[0] > 10_000 && px[3] == ONE, "red is dragged into blue: {px:?}");
    doc = start.clone();
    let clone = Brush { mode: Mode::Clone, ..plain(1.0, 20.0) }.prepare();
    let from = CloneSource { offset: (90, 0), pixels: None };
    draw(
        &mut doc,
        &clone,
        Setup { clone_from: Some(from), ..Setup::new(Target::Layer(id), INK) },
        &line(48.0)[..5],
    );
    assert_eq!(pixels(&doc, id).pixel(30, 48), [0, 0, ONE, ONE]);
    doc = start;
    let oil = Brush { mode: Mode::Mix { pickup: 0.6, load_px: 60.0 }, ..plain(1.0, 20.0) }.prepare();
    draw(&mut doc, &oil, Setup::new(Target::Layer(id), Rgba::rgb(1.0, 1.0, 0.0)), &line(48.0));
    let px = pixels(&doc, id).pixel(120, 48);
    assert!(px[2] > ONE / 2 && px[1] < ONE / 3, "run dry, it has become blue: {px:?}");
}

#[test]
fn masks_and_selections_are_painted() {
    let (mut doc, id) = doc();
    let brush = plain(1.0, 20.0).prepare();
    edit::set_mask(&mut doc, id, Some(LayerMask::reveal_all()));
    draw(&mut doc, &brush, Setup::new(Target::LayerMask(id), Rgba::BLACK), &line(48.0));
    let mask = doc.layer(id).and_then(|l| l.mask.as_ref()).expect("a mask");
    assert_eq!((mask.coverage.pixel(60, 48), mask.coverage.pixel(60, 90)), ([0], [ONE]));
    draw(&mut doc, &brush, Setup::new(Target::Selection, Rgba::BLACK), &line(48.0));
    let selected = |doc: &Document| doc.selection.as_ref().map(|s| s.pixel(60, 48));
    assert_eq!(selected(&doc), Some([ONE]));
    draw(&mut doc, &brush, Setup { erase: true, ..Setup::new(Target::Selection, INK) }, &line(48.0));
    assert_eq!(selected(&doc), Some([0]));
}

#[test]
fn a_stroke_survives_what_no_pen_sends() {
    let (mut doc, id) = doc();
    let brush = preset::built_in().swap_remove(0).prepare();
    let odd = [
        sample(f64::NAN, 3.0, 1.0, 0.0),
        sample(10.0, 10.0, f32::NAN, f64::NAN),
        sample(1e300, 3.0, 1.0, 0.1),
        sample(12.0, 10.0, -3.0, 0.1),
        sample(12.0, 10.0, 9.0, -5.0),
    ];
    draw(&mut doc, &brush, Setup::new(Target::Layer(id), INK), &odd);
    draw(&mut doc, &brush, Setup::new(Target::Layer(LayerId(999)), INK), &line(3.0));
    assert!(PAGE.grow(64).contains_rect(&pixels(&doc, id).content_bounds()));
}

#[test]
fn every_preset_has_a_preview() {
    for brush in preset::built_in() {
        let out = preset::preview(&brush, 120, 40, Rgba::BLACK);
        assert_eq!(out.len(), 120 * 40 * 4);
        assert!(out.iter().any(|&v| v != out[0]), "{}", brush.name);
    }
}
