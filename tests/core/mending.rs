//! A seam that a picture has already: only a band along it is repainted, and what came of it is said.

use crate::prng::Prng;
use crate::studio::{Studio, studio};
use image::{GrayImage, Luma, Rgba, RgbaImage};
use scumble::document::edit::{self, Place};
use scumble::document::{Layer, Pixels, selection};
use scumble::editor::generation::{GenerateCommand as G, requests_of};
use scumble::editor::{Action, Command};
use scumble::generate::engine::{Inputs, Job, Made, execute};
use scumble::generate::fake::{FakeBackend, Script};
use scumble::generate::region::{band, masks, seam};
use scumble::generate::{
    Backend, GenerateError, Mask, ModelFacts, Monitor, Pass, Picture, Preview, Request, Timings,
};
use scumble::geom::Rect;
use std::sync::Arc;

struct Quiet;

impl Monitor for Quiet {
    fn cancelled(&self) -> bool {
        false
    }
    fn wants_preview(&self) -> bool {
        false
    }
    fn stage(&mut self, _name: &'static str) {}
    fn step(&mut self, _step: u32, _steps: u32, _secs: f64, _preview: Option<Preview>) {}
}

/// Blurs what it may change, as a model does that makes one thing of two.
struct Blurring(FakeBackend);

impl Backend for Blurring {
    fn run(&mut self, pass: &Pass, m: &mut dyn Monitor, t: &mut Timings) -> Result<Picture, GenerateError> {
        self.0.run(pass, m, t)?;
        let init = pass.init.clone().expect("a picture");
        Ok(scumble::generate::region::morphology::gaussian_blur_picture(&init, 6))
    }
    fn describe(&mut self, model: &str) -> Result<ModelFacts, GenerateError> {
        self.0.describe(model)
    }
}

fn made(
    backend: &mut dyn Backend,
    init: &RgbaImage,
    mask: &GrayImage,
    more: Request,
) -> Result<Made, GenerateError> {
    let (width, height) = init.dimensions();
    let request = Request { width, height, along_border: true, strength: 0.6, steps: 4, ..more };
    let inputs = Inputs {
        init: Some(Arc::new(init.clone())),
        mask: Some(Arc::new(mask.clone())),
        ..Inputs::default()
    };
    execute(backend, &Job { request, index: 0, inputs }, &mut Quiet, &mut Timings::default())
}

/// Red beside blue, each with a little noise; the mask is white on the left.
fn halves(w: u32, h: u32) -> (RgbaImage, GrayImage) {
    let mut prng = Prng(5);
    let mut px = |x: u32| {
        let n = prng.below(6) as u8;
        if x < w / 2 { Rgba([180 + n, 40, 50, 255]) } else { Rgba([40, 60 + n, 170, 255]) }
    };
    let picture = RgbaImage::from_fn(w, h, |x, _| px(x));
    (picture, GrayImage::from_fn(w, h, |x, _| Luma([if x < w / 2 { 255 } else { 0 }])))
}

#[test]
fn a_band_lies_on_both_sides_of_the_border_and_nowhere_else() {
    let region = Mask {
        width: 80,
        height: 40,
        data: (0..80 * 40).map(|i| f32::from(u8::from(i % 80 < 40))).collect(),
    };
    let unit = masks::unit(128);
    let band = band::along(&region, unit).unwrap();
    for y in 0..40 {
        assert_eq!((band.get(39, y), band.get(40, y)), (1.0, 1.0));
        assert!((0..20).chain(60..80).all(|x| band.get(x, y) == 0.0), "it reaches too far");
        assert!((20..39).all(|x| band.get(x, y) <= band.get(x + 1, y)), "it does not fall to the sides");
        // The border of the picture is none.
        assert_eq!(band.get(0, y), 0.0);
    }
    assert_eq!(band::along(&Mask::filled(9, 9, 1.0), unit), None);
    assert_eq!(band::along(&Mask::filled(9, 9, 0.0), unit), None);
}

#[test]
fn a_seam_is_repainted_and_the_rest_kept_byte_for_byte() {
    let (mut picture, mask) = halves(128, 96);
    // Empty canvas in a corner, across the border too.
    for (x, y, px) in picture.enumerate_pixels_mut() {
        if y > 80 && x < 100 {
            *px = Rgba([9, 8, 7, 0]);
        }
    }
    let mut backend = Blurring(FakeBackend::new(Script::default()).0);
    let made = made(&mut backend, &picture, &mask, Request::default()).unwrap();
    let mended = made.mended.expect("what came of it");
    assert!(mended.before.step > 60.0 && mended.after.step < 5.0 && mended.kept, "{mended:?}");
    let (mut kept, mut new) = (0, 0);
    for ((was, now), paste) in picture.pixels().zip(made.image.pixels()).zip(made.paste.pixels()) {
        if paste[0] == 0 {
            assert_eq!(was, now);
            kept += 1;
        } else {
            assert_eq!((was[3], now[3]), (255, 255), "empty canvas was filled");
            new += 1;
        }
    }
    assert!(kept > 128 * 96 / 2 && new > 500, "{kept} {new}");
    let score = |image: &RgbaImage| {
        let rgb = image::DynamicImage::ImageRgba8(image.clone()).to_rgb8();
        seam::score(&Picture::from_rgb8(&rgb), &Mask::from_gray8(&mask), seam::LEVEL)
    };
    assert!(score(&made.image).step < score(&picture).step / 5.0);
}

#[test]
fn a_pass_that_makes_it_no_better_is_said_to_be_none() {
    let (picture, mask) = halves(96, 96);
    // What it makes is what was there.
    struct Idle(FakeBackend);
    impl Backend for Idle {
        fn run(&mut self, p: &Pass, m: &mut dyn Monitor, t: &mut Timings) -> Result<Picture, GenerateError> {
            self.0.run(p, m, t)?;
            Ok(p.init.clone().expect("a picture"))
        }
        fn describe(&mut self, model: &str) -> Result<ModelFacts, GenerateError> {
            self.0.describe(model)
        }
    }
    let facts = ModelFacts { native_px: 96, ..Script::default().facts };
    let mut backend = Idle(FakeBackend::new(Script { facts, ..Script::default() }).0);
    let mended = made(&mut backend, &picture, &mask, Request::default()).unwrap().mended.unwrap();
    assert!(mended.after.step > 0.8 * mended.before.step, "{mended:?}");
}

#[test]
fn a_border_that_is_none_is_refused_in_words() {
    let mut fake = FakeBackend::new(Script::default()).0;
    let (picture, mask) = halves(64, 64);
    let all = GrayImage::from_pixel(64, 64, Luma([255]));
    let outpaint = scumble::generate::Margins { left: 8, ..Default::default() };
    let clear = RgbaImage::new(64, 64);
    for (picture, mask, request, word) in [
        (&picture, &all, Request::default(), "no border"),
        (&picture, &mask, Request { outpaint, ..Request::default() }, "as it is"),
        (&picture, &mask, Request { upscale: 2, ..Request::default() }, "as it is"),
        (&picture, &GrayImage::new(9, 9), Request::default(), "same size"),
        (&clear, &mask, Request::default(), "empty canvas"),
    ] {
        match made(&mut fake, picture, mask, request) {
            Err(GenerateError::Request(why)) => assert!(why.contains(word), "{why}"),
            other => panic!("{word}: {:?}", other.map(|made| made.mended)),
        }
    }
}

/// A studio with a blue square pasted on the white page as a layer of its own.
fn collage() -> Studio {
    let mut studio = studio(Script { colour: Some([0.5, 0.5, 0.9]), ..Script::default() });
    let mut doc = studio.editor.doc().clone();
    let rect = Rect::new(40, 24, 88, 72);
    let blue = [30u8, 40, 220, 255].repeat(rect.area() as usize);
    let pixels = Pixels::from_rgba8(rect, &blue).unwrap();
    let layer = Layer::raster(doc.next_layer_id(), "Pasted", pixels);
    edit::add(&mut doc, layer, Place { parent: None, index: usize::MAX });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("collage.ora");
    scumble::io::ora::save(&path, &doc).unwrap();
    studio.editor.apply(Command::OpenFiles(vec![path]));
    studio.until("it is open", |e| e.doc().layers().len() == 3);
    studio
}

#[test]
fn the_edge_of_a_pasted_layer_is_mended_as_a_candidate() {
    let mut studio = collage();
    let top = studio.editor.doc().layers()[2].id;
    studio.editor.apply(Command::Layer(top, scumble::editor::LayerCommand::Activate));
    let before = studio.page();
    studio.act(Action::MendSeam);
    studio.until("the end", Studio::idle);
    assert_eq!(studio.complaints(), Vec::<String>::new());
    let candidate = studio.editor.generation().candidates()[0].clone();
    assert!(candidate.request.along_border && candidate.request.strength < 1.0);
    let mended = candidate.mended.expect("what came of it");
    assert!(mended.kept && mended.before.step > 50.0, "{mended:?}");
    // The border is what counts, not only the rim of what was repainted.
    assert!(candidate.seam.unwrap().badness() >= mended.after.badness());
    studio.ask(G::Accept(candidate.id));
    let after = studio.page();
    let page = studio.editor.doc().page;
    let at = |rgba: &[u8], x: i32, y: i32| {
        let i = ((y - page.y0) as usize * page.width() as usize + (x - page.x0) as usize) * 4;
        [rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]]
    };
    assert_ne!(at(&before, 41, 48), at(&after, 41, 48), "the border is as it was");
    for (x, y) in [(64, 48), (2, 2), (125, 90)] {
        assert_eq!(at(&before, x, y), at(&after, x, y), "{x},{y} is far from the border");
    }
    assert_eq!(requests_of(studio.editor.doc().layers().last().unwrap()), [candidate.request]);
    studio.act(Action::Undo);
    assert_eq!(studio.page(), before);
}

#[test]
fn the_border_of_a_selection_comes_before_that_of_the_layer() {
    let mut studio = collage();
    // A strip on the left of the page.
    studio.editor.apply(Command::SetChange(Some(selection::rect(Rect::new(0, 0, 16, 96)))));
    studio.ask(G::SelectionFromChange);
    studio.ask(G::ClearChange);
    studio.act(Action::MendSeam);
    studio.until("a candidate", |e| e.generation().candidates().len() == 1);
    let bounds = studio.editor.generation().candidates()[0].pixels.content_bounds();
    assert!(bounds.contains(15, 48) && bounds.x1 < 60, "{bounds:?}");
    // Without either there is nothing to mend, which is said.
    studio.ask(G::DiscardAll);
    studio.act(Action::Deselect);
    let ground = studio.editor.doc().layers()[0].id;
    studio.editor.apply(Command::Layer(ground, scumble::editor::LayerCommand::Activate));
    studio.act(Action::MendSeam);
    studio.until("the end", Studio::idle);
    let complaints = studio.complaints();
    assert!(complaints.iter().any(|text| text.contains("no border")), "{complaints:?}");
}
