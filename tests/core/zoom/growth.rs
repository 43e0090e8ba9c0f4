//! How levels are made, with a model that paints one colour.

use super::world::{World, psnr};
use crate::document::support::random_document;
use image::RgbaImage;
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, Level, Made, Pixels, Placement, edit, levels};
use scumble::generate::engine::{Engine, Job, JobEvent};
use scumble::generate::fake::{FakeBackend, Script};
use scumble::generate::{Request, Toward};
use scumble::geom::{Point, Rect};
use scumble::zoom::{Camera, Look, Renderer, Travel, growth};

fn make(job: Job, colour: [f32; 3]) -> RgbaImage {
    let (backend, _) = FakeBackend::new(Script { colour: Some(colour), ..Script::default() });
    let mut engine = Engine::start(move || Box::new(backend.clone())).unwrap();
    engine.submit(job).unwrap();
    loop {
        match engine.events().recv().unwrap() {
            JobEvent::Finished { image, .. } => return image,
            JobEvent::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

fn seen(doc: &Document, level: usize) -> Vec<u8> {
    let view = doc.at_level(level);
    flatten_rgba8(&view, view.page, Alpha::Straight)
}

fn picture() -> Document {
    let light = World::natural(128);
    let rgb = super::world::bytes(&light.light);
    let rgba: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    growth::first_level(&RgbaImage::from_raw(128, 128, rgba).unwrap()).unwrap()
}

fn request(words: &str) -> Request {
    Request { prompt: words.into(), steps: 2, seed: 11, cfg_scale: 1.0, ..Request::default() }
}

#[test]
fn outward_keeps_the_picture_and_fills_the_ring() {
    for (factor, corner) in [(2.0, None), (1.25, None), (4.0, Some(Point::new(3.0, 70.5))), (1.7, None)] {
        let mut doc = picture();
        let step = growth::outward(&doc, factor, corner, &request("a hill")).unwrap();
        let init = step.job.inputs.init.clone().unwrap();
        assert_eq!(init.dimensions(), (128, 128));
        let made = make(step.job.clone(), [1.0, 0.0, 0.0]);
        step.finish(&mut doc, &made).unwrap();
        assert_eq!((doc.levels.len(), doc.level, doc.words.as_str(), doc.seed), (2, 1, "a hill", Some(11)));
        let shown = seen(&doc, 1);
        let [a, b] = levels::page_in(&doc, 0, 1);
        let side = b.x - a.x;
        let mut kept = 0;
        for (i, (px, was)) in shown.chunks_exact(4).zip(init.as_raw().chunks_exact(4)).enumerate() {
            assert_eq!(px[3], 255, "the ring has holes");
            let at = Point::new((i % 128) as f64 + 0.5, (i / 128) as f64 + 0.5);
            let within = (at.x - a.x).min(b.x - at.x).min(at.y - a.y).min(b.y - at.y);
            if was[3] == 255 {
                assert_eq!(px, was, "a pixel of the shrunk picture changed");
                kept += 1;
            } else {
                assert_eq!(was[3], 0, "a pixel is half empty");
                // Its rim alone is left out.
                assert!(within < 0.06 * side + 1.5, "a hole {within} px within the picture");
            }
        }
        let whole = (side * (1.0 - 2.0 * 0.06)).powi(2);
        assert!((f64::from(kept) / whole - 1.0).abs() < 0.1, "{factor}: {kept} of {whole} pixels");
        // What is kept is what a frame shows of the inner level there.
        assert!((b.x - a.x - 128.0 / factor).abs() < 1e-9);
        let mut renderer = Renderer::new(doc.clone(), false, Look { feather: 0.0, ..Look::default() });
        let camera = Camera::new(&doc, &Travel::default(), (128, 128));
        let frame = renderer.frame(&camera.at_depth(1e9), (128, 128));
        let whole = |i: &usize| init.as_raw()[i * 4 + 3] == 255;
        let of = |px: &[u8], n: usize| -> Vec<u8> {
            (0..128 * 128).filter(whole).flat_map(|i| [px[i * n], px[i * n + 1], px[i * n + 2]]).collect()
        };
        let likeness = psnr(&of(&frame.rgb, 3), &of(&shown, 4));
        assert!(likeness > 40.0, "{factor}: {likeness}");
        assert_eq!(doc.made, Made::Outward(doc.fingerprint(0)));
    }
    let doc = picture();
    assert!(growth::outward(&doc, 5.0, None, &request("")).is_err());
    assert!(growth::outward(&doc, 2.0, Some(Point::new(100.0, 0.0)), &request("")).is_err());
}

#[test]
fn a_repainted_level_changes_what_depends_on_it_and_nothing_else() {
    let mut doc = picture();
    for colour in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
        let step = growth::outward(&doc, 2.0, None, &request("more")).unwrap();
        let made = make(step.job.clone(), colour);
        step.finish(&mut doc, &made).unwrap();
    }
    assert_eq!(doc.levels.len(), 4);
    let before = doc.clone();
    // Nothing has changed: nothing is laid anew.
    assert!(growth::refresh_copies(&mut doc, 0).0.is_empty());
    assert_eq!(doc, before);
    levels::show(&mut doc, 1);
    let ring = doc.levels[1].layers[0].id;
    doc.layer_mut(ring).unwrap().pixels_mut().unwrap().fill_rect(Rect::new(0, 0, 30, 128), [0, 0, 0, 65_535]);
    let (changed, _) = growth::refresh_copies(&mut doc, 1);
    assert_eq!(changed, [2, 3]);
    for k in [2, 3] {
        assert!(
            std::sync::Arc::ptr_eq(&doc.levels[k].layers[0], &before.levels[k].layers[0]),
            "a ring changed"
        );
        let copy = levels::inner_copy(&doc.levels[k]).unwrap();
        let (expected, _) = growth::trimmed_page(&doc, k - 1, &doc.levels[k - 1].place);
        assert_eq!(doc.levels[k].layers[1].id, copy);
        assert_eq!(doc.levels[k].layers[1].pixels(), Some(&expected));
    }
    assert_eq!(doc.levels[0], before.levels[0]);
}

#[test]
fn blank_levels_are_ready_for_the_brush() {
    let mut doc = picture();
    let blank = growth::Blank::outward(&doc, 2.0, None).unwrap();
    let id = blank.insert(&mut doc, "a hill", 5);
    assert_eq!((growth::made_layer(&doc.levels[1]), doc.active, doc.level), (Some(id), Some(id), 1));
    assert_eq!(growth::made_layer(&doc.levels[0]), None);
    let clear = seen(&doc, 1).chunks_exact(4).filter(|px| px[3] == 0).count();
    // Without the rim of what lies within: 0.06 of its side.
    assert_eq!(clear, 128 * 128 - 56 * 56);
    levels::show(&mut doc, 0);
    let blank = growth::Blank::inward(&doc, Rect::new(32, 32, 96, 96)).unwrap();
    let start = blank.pixels().clone();
    let id = blank.insert(&mut doc, "", 6);
    assert_eq!((doc.levels.len(), doc.level, doc.active), (3, 0, Some(id)));
    assert_eq!(growth::detail_start(&doc, 0).unwrap(), start);
    assert!(growth::detail_start(&doc, 2).is_err());
    let (_, held) = growth::held(&doc, 0, &start).unwrap();
    assert!(held.is_held(), "{held:?}");
}

#[test]
fn detail_is_held_to_its_parent() {
    for (factor, at) in [(2.0, (20, 30)), (4.0, (90, 90)), (1.6, (0, 0))] {
        let mut doc = picture();
        let side = (128.0 / factor) as u32;
        let wanted = Rect::from_size(at.0, at.1, side, side);
        let base = Request { strength: 0.3, ..request("lichen") };
        let step = growth::deeper(&doc, wanted, &base).unwrap();
        assert_eq!(step.job.request.strength, 0.3);
        let made = make(step.job.clone(), [0.9, 0.2, 0.1]);
        let held = step.finish(&mut doc, &made).unwrap().unwrap();
        println!(
            "factor {factor}: {:.2} before, {:.4} after, {:.2} at most",
            held.before, held.after, held.worst
        );
        assert!(held.before > 8.0, "the model changed nothing: {}", held.before);
        assert!(held.is_held() && held.after < 0.5, "{held:?}");
        assert_eq!((doc.levels.len(), doc.level, doc.words.as_str()), (2, 0, "lichen"));
        let [a, b] = levels::page_in(&doc, 0, 1);
        let found = Rect::new(a.x.round() as i32, a.y.round() as i32, b.x.round() as i32, b.y.round() as i32);
        assert!(Rect::new(0, 0, 128, 128).contains_rect(&found));
        assert!((found.width() as i32 - side as i32).abs() <= 1, "{found:?} for {wanted:?}");
        // Shrunk as a frame shows it, in 8 bits as well.
        let (shrunk, rect) = growth::shrunk_page(&doc, 0, &doc.levels[0].place);
        let (small, parent) = (shrunk.to_rgba8(rect, Alpha::Straight), {
            let view = doc.at_level(1);
            flatten_rgba8(&view, rect, Alpha::Straight)
        });
        assert!(psnr(&small, &parent) > 40.0, "{}", psnr(&small, &parent));
    }
    let mut holed = picture();
    let id = holed.active.unwrap();
    holed.layer_mut(id).unwrap().pixels_mut().unwrap().fill_rect(Rect::new(0, 0, 9, 9), [0; 4]);
    let refused = growth::deeper(&holed, Rect::new(0, 0, 64, 64), &request("")).err().unwrap();
    assert!(refused.to_string().contains("fill them"));
}

#[test]
fn a_closed_ring_leads_into_itself() {
    let mut doc = picture();
    let step = growth::outward(&doc, 2.0, None, &request("out")).unwrap();
    let made = make(step.job.clone(), [0.2, 0.5, 0.8]);
    step.finish(&mut doc, &made).unwrap();
    assert!(!growth::is_closed(&doc));
    let step = growth::close_ring(&doc, 4.0, &request("ring")).unwrap();
    let made = make(step.job.clone(), [0.3, 0.3, 0.3]);
    step.finish(&mut doc, &made).unwrap();
    assert!(growth::is_closed(&doc));
    assert_eq!((doc.level, doc.levels.len()), (1, 2));
    // The copy in the middle of the innermost is the outermost, as it was before.
    let place: Placement = doc.levels[1].place;
    let (copy, rect) = growth::shrunk_page(&doc, 1, &place);
    assert_eq!(rect, Rect::new(48, 48, 80, 80));
    let inner = doc.at_level(0);
    // Its border belongs to the ring that was made anew.
    let whole = rect.grow(-12);
    let held = flatten_rgba8(&inner, whole, Alpha::Straight);
    assert!(psnr(&held, &copy.to_rgba8(whole, Alpha::Straight)) > 38.0);
    // The border stays as it was.
    let (a, b) = (seen(&doc, 0), seen(&picture(), 0));
    assert!(a[..128 * 4 * 6] == b[..128 * 4 * 6], "the border changed");
    // Another outermost level, none, or a hidden layer: what was closed is open.
    let mut wider = doc.clone();
    let page = wider.page;
    levels::add_outer(&mut wider, Level::new(page), Placement::centred(page, page, 2.0));
    assert!(!growth::is_closed(&wider));
    levels::remove(&mut wider, 2);
    assert!(!growth::is_closed(&wider), "it lies nowhere any more");
    let mut narrower = doc.clone();
    levels::remove(&mut narrower, 1);
    assert!(!growth::is_closed(&narrower));
    let mut hidden = doc.at_level(0);
    let top = hidden.layers().last().unwrap().id;
    hidden.layer_mut(top).unwrap().visible = false;
    assert!(!growth::is_closed(&hidden));
    // It is not laid into levels that it was not planned for.
    let step = growth::close_ring(&picture(), 4.0, &request("ring")).unwrap();
    let made = make(step.job.clone(), [0.3, 0.3, 0.3]);
    let refused = step.finish(&mut doc.clone(), &made).err().unwrap();
    assert!(refused.to_string().contains("levels are others"), "{refused}");
}

#[test]
fn words_are_spread_over_levels() {
    let words = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    let at = |list: &[&str], i, n| growth::words_at(&words(list), i, n);
    assert_eq!(at(&["a"], 3, 6), ("a".into(), None));
    assert_eq!(at(&[], 0, 3), (String::new(), None));
    for i in 0..3 {
        assert_eq!(at(&["a", "b", "c"], i, 3), (["a", "b", "c"][i].into(), None));
    }
    assert_eq!(at(&["a", "b"], 0, 5), ("a".into(), None));
    assert_eq!(at(&["a", "b"], 1, 5), ("a".into(), Some(Toward { prompt: "b".into(), seed: None, t: 0.25 })));
    assert_eq!(at(&["a", "b"], 4, 5), ("b".into(), None));
    assert_eq!(at(&["a", "b", "c"], 2, 5), ("b".into(), None));
}

#[test]
fn pictures_of_any_size_become_levels() {
    let picture = |w, h, v| RgbaImage::from_pixel(w, h, image::Rgba([v, v, v, 255]));
    let doc =
        growth::stack(&[picture(64, 64, 10), picture(128, 128, 20), picture(100, 100, 30)], 2.0).unwrap();
    assert_eq!((doc.levels.len(), doc.level), (3, 0));
    for k in 0..2 {
        let [a, b] = levels::page_in(&doc, k, k + 1);
        let outer = doc.levels[k + 1].page;
        assert!(((b.x - a.x) * 2.0 - f64::from(outer.width())).abs() < 1e-9);
        assert!(((a.x + b.x) - f64::from(outer.width())).abs() < 1e-9);
    }
    assert!(growth::stack(&[], 2.0).is_err());
}

#[test]
fn a_renderer_follows_its_document() {
    let mut doc = picture();
    let step = growth::outward(&doc, 2.0, None, &request("out")).unwrap();
    let made = make(step.job.clone(), [0.2, 0.5, 0.8]);
    step.finish(&mut doc, &made).unwrap();
    let camera = Camera::new(&doc, &Travel::default(), (64, 64));
    let view = camera.at_depth(0.3);
    let mut renderer = Renderer::new(doc.clone(), false, Look::default());
    let before = renderer.frame(&view, (64, 64));
    levels::show(&mut doc, 0);
    let layer = scumble::document::Layer::raster(doc.next_layer_id(), "x", Pixels::new([65_535; 4]));
    let above = edit::Place::above(&doc, None);
    edit::add(&mut doc, layer, above);
    renderer.set_document(doc.clone());
    let after = renderer.frame(&view, (64, 64));
    assert_ne!(before, after);
    assert_eq!(after, Renderer::new(doc, false, Look::default()).frame(&view, (64, 64)));
    // Levels come from anywhere: nothing in a random document breaks a frame.
    let odd = random_document(3);
    let camera = Camera::new(&odd, &Travel::default(), (33, 21));
    Renderer::new(odd, false, Look::default()).frame(&camera.at_depth(0.0), (33, 21));
}
