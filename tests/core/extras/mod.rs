//! Region words, styles, tiles, mending and memory, with models that do what a test needs.

mod edges;
mod memory;
mod properties;
mod tiles;

use std::sync::Arc;

use image::{GrayImage, Luma, RgbaImage};
use scumble::generate::backend::{Backend, GenerateError, ModelFacts, Monitor, Pass, Preview, Timings};
use scumble::generate::engine::{Inputs, Job, Made, execute};
use scumble::generate::memory::{Fit, Footprint};
use scumble::generate::picture::Picture;
use scumble::generate::plan::plan_inputs;
use scumble::generate::region::palette::{Palette, transfer};
use scumble::generate::request::{Margins, RegionPrompt, Request, Source};
use scumble::geom::Rect;

use crate::plan::facts;
use crate::prng::Prng;

const NATIVE: u32 = 64;

fn source() -> Option<Source> {
    Some(Source { path: "a.png".into(), hash: String::new() })
}

fn region(prompt: &str, weight: f32) -> RegionPrompt {
    RegionPrompt { prompt: prompt.into(), weight, mask: source() }
}

fn gray(width: u32, height: u32, f: impl Fn(u32, u32) -> u8) -> Arc<GrayImage> {
    Arc::new(GrayImage::from_fn(width, height, |x, y| Luma([f(x, y)])))
}

fn opaque(image: &RgbaImage) -> Picture {
    Picture::from_rgb8(&image::DynamicImage::ImageRgba8(image.clone()).to_rgb8())
}

/// A smooth scene with some texture.
fn scene(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let wave =
            |k: f32| (((x as f32 * 0.07 * k).sin() + (y as f32 * 0.05 * k).cos()) * 40.0 + 128.0) as u8;
        image::Rgba([wave(1.0), wave(0.7), wave(1.3), 255])
    })
}

/// A backend that paints by a function of the pass, and remembers the passes.
struct Model<F> {
    paint: F,
    facts: ModelFacts,
    passes: Vec<Pass>,
    footprint: Option<(Footprint, u64)>,
}

fn model<F: FnMut(&Pass) -> Picture + Send>(paint: F) -> Model<F> {
    Model { paint, facts: facts(NATIVE), passes: Vec::new(), footprint: None }
}

impl<F: FnMut(&Pass) -> Picture + Send> Backend for Model<F> {
    fn run(&mut self, pass: &Pass, _: &mut dyn Monitor, _: &mut Timings) -> Result<Picture, GenerateError> {
        self.passes.push(pass.clone());
        Ok((self.paint)(pass))
    }

    fn describe(&mut self, _: &str) -> Result<ModelFacts, GenerateError> {
        Ok(self.facts.clone())
    }

    fn fit(&mut self, pass: &Pass) -> Result<Fit, GenerateError> {
        let Some((footprint, available)) = &self.footprint else {
            return Ok(Fit { scale: 1.0, ..Fit::default() });
        };
        footprint
            .fit(pass.width, pass.height, 2, *available)
            .ok_or_else(|| GenerateError::Run("too little memory".into()))
    }
}

/// Hears where passes lie and what is given up.
#[derive(Default)]
struct Ear {
    passes: Vec<(Rect, u32, u32)>,
    fits: Vec<Fit>,
}

impl Monitor for Ear {
    fn cancelled(&self) -> bool {
        false
    }
    fn pass(&mut self, rect: Rect, _: &Arc<GrayImage>, number: u32, of: u32) {
        self.passes.push((rect, number, of));
    }
    fn thrift(&mut self, fit: &Fit) {
        self.fits.push(fit.clone());
    }
    fn stage(&mut self, _: &'static str) {}
    fn step(&mut self, _: u32, _: u32, _: f64, _: Option<Preview>) {}
}

fn make(backend: &mut dyn Backend, request: &Request, inputs: &Inputs, ear: &mut Ear) -> Made {
    let job = Job { request: request.clone(), index: 0, inputs: inputs.clone() };
    execute(backend, &job, ear, &mut Timings::default()).unwrap()
}

fn filled(pass: &Pass, rgb: [f32; 3]) -> Picture {
    Picture::filled(pass.width, pass.height, rgb)
}

fn sized(init: &RgbaImage, request: Request) -> Request {
    Request { width: init.width(), height: init.height(), init: source(), ..request }
}

#[test]
fn regions_share_each_pixel_by_weight_and_leave_the_rest_to_the_prompt() {
    let request = Request {
        width: 40,
        height: 24,
        regions: vec![region("left", 1.0), region("all", 3.0)],
        ..Request::default()
    };
    let left = gray(40, 24, |x, _| if x < 20 { 255 } else { 0 });
    let faint = gray(40, 24, |_, y| if y < 12 { 255 } else { 51 });
    let inputs = Inputs { regions: vec![left, faint], ..Inputs::default() };
    let pass = plan_inputs(&request, &facts(NATIVE), &inputs, 0).unwrap().first_pass();
    let share = |i: usize, x: u32, y: u32| pass.regions[i].share.get(x, y);
    let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} {b}");
    // Both claim all of it: by weight. One alone takes what it claims.
    near(share(0, 3, 3), 0.25);
    near(share(1, 3, 3), 0.75);
    near(share(0, 30, 3), 0.0);
    near(share(1, 30, 3), 1.0);
    near(share(0, 30, 20), 0.0);
    near(share(1, 30, 20), 0.6);
    near(share(0, 3, 20), 1.0 / 1.6);
    assert_eq!(pass.regions[0].prompt, "left");
}

#[test]
fn regions_follow_the_part_that_a_pass_sees_and_grow_with_the_canvas() {
    let init = scene(200, 160);
    let request = sized(
        &init,
        Request {
            outpaint: Margins { left: 40, ..Margins::default() },
            regions: vec![region("left", 1.0)],
            ..Request::default()
        },
    );
    let mask = gray(200, 160, |x, _| if x < 30 { 255 } else { 0 });
    let inputs = Inputs { init: Some(Arc::new(init)), regions: vec![mask], ..Inputs::default() };
    let plan = plan_inputs(&request, &facts(NATIVE), &inputs, 0).unwrap();
    let (pass, context) = (plan.first_pass(), plan.context());
    let share = &pass.regions[0].share;
    assert_eq!((share.width, share.height), (pass.width, pass.height));
    // New canvas beside a region belongs to it.
    assert_eq!(share.get(2, 5), 1.0, "context {context:?}");
    let scale = f64::from(pass.width) / f64::from(context.width());
    let border = (f64::from(70 - context.x0) * scale) as u32;
    assert!(share.get(border - 3, 9) > 0.9 && share.get(border + 3, 9) < 0.1);
}

#[test]
fn senseless_extras_are_refused_with_a_reason() {
    let init = Arc::new(scene(40, 30));
    let base = || sized(&init, Request::default());
    let one =
        |w, h| Inputs { init: Some(init.clone()), regions: vec![gray(w, h, |_, _| 9)], ..Inputs::default() };
    let plain = Inputs { init: Some(init.clone()), ..Inputs::default() };
    let regions = |n: usize, weight: f32| Request { regions: vec![region("a", weight); n], ..base() };
    let cases = [
        (regions(1, 1.0), plain.clone(), "1 parts of the picture but 0 masks"),
        (regions(1, 1.0), one(41, 30), "mask of region 1 is 41x30"),
        (regions(1, 0.0), one(40, 30), "weight 0"),
        (regions(1, f32::NAN), one(40, 30), "weight NaN"),
        (regions(17, 1.0), one(40, 30), "at most 16"),
        (Request { style: source(), ..base() }, plain.clone(), "a style needs its picture"),
        (Request { style_amount: 1.5, ..base() }, plain.clone(), "style amount 1.5"),
        (Request { upscale: 3, ..base() }, plain.clone(), "not 3 times"),
        (Request { upscale: 2, ..base() }, Inputs::default(), "enlarging needs a picture"),
        (Request { upscale: 2, plain: true, ..base() }, plain.clone(), "neither outpainting nor"),
    ];
    for (request, inputs, expect) in cases {
        let job = Job { request, index: 0, inputs };
        let mut backend = model(|pass: &Pass| filled(pass, [0.5; 3]));
        match execute(&mut backend, &job, &mut Ear::default(), &mut Timings::default()) {
            Err(GenerateError::Request(text)) => assert!(text.contains(expect), "{expect}: {text}"),
            other => panic!("{expect}: {other:?}"),
        }
        assert!(backend.passes.is_empty());
    }
}

#[test]
fn a_transfer_takes_over_mean_and_covariance() {
    let mut prng = Prng(31);
    let mut cloud = |mean: [f32; 3], mix: [[f32; 3]; 3]| {
        let data = (0..64 * 64).flat_map(|_| {
            let n = [prng.unit() - 0.5, prng.unit() - 0.5, prng.unit() - 0.5];
            std::array::from_fn::<f32, 3, _>(|i| mean[i] + (0..3).map(|j| mix[i][j] * n[j]).sum::<f32>())
        });
        Picture { width: 64, height: 64, data: data.collect() }
    };
    let mut picture = cloud([0.4, 0.5, 0.45], [[0.2, 0.1, 0.0], [0.1, 0.2, 0.0], [0.0, 0.0, 0.2]]);
    let style = cloud([0.6, 0.45, 0.4], [[0.3, 0.0, 0.1], [0.0, 0.15, 0.0], [0.1, 0.0, 0.12]]);
    let palette = Palette::of(&style, None).unwrap();
    let before = picture.clone();
    transfer(&mut picture, None, &palette, 0.0);
    assert_eq!(picture, before);
    transfer(&mut picture, None, &palette, 1.0);
    let got = Palette::of(&picture, None).unwrap();
    for i in 0..3 {
        assert!((got.mean[i] - palette.mean[i]).abs() < 1.0, "{got:?} {palette:?}");
        for j in 0..3 {
            let scale = (palette.covariance[i][i] * palette.covariance[j][j]).sqrt();
            let off = (got.covariance[i][j] - palette.covariance[i][j]).abs() / scale;
            assert!(off < 0.15, "{i}{j}: {off}: {got:?} {palette:?}");
        }
    }
    // Done twice is done once.
    let once = picture.clone();
    transfer(&mut picture, None, &palette, 1.0);
    let moved = once.data.iter().zip(&picture.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(moved < 0.06, "{moved}");
}

#[test]
fn a_style_colours_what_is_new_and_leaves_what_is_kept() {
    let init = scene(96, 80);
    let red = RgbaImage::from_fn(32, 32, |x, y| image::Rgba([200, 30 + x as u8, 20 + y as u8, 255]));
    let mask = gray(96, 80, |x, y| if (30..70).contains(&x) && (20..60).contains(&y) { 255 } else { 0 });
    for (mask, outpaint) in [
        (Some(mask), Margins::default()),
        (None, Margins { right: 48, ..Margins::default() }),
        (None, Margins::default()),
    ] {
        let request =
            sized(&init, Request { mask: mask.as_ref().and(source()), outpaint, ..Request::default() });
        let inputs = Inputs { init: Some(Arc::new(init.clone())), mask, ..Inputs::default() };
        let paint = |pass: &Pass| {
            let rgb = |i: usize| [0.2 + 0.3 * (i % 7) as f32 / 7.0, 0.5, 0.4 + 0.3 * (i % 5) as f32 / 5.0];
            let n = pass.width as usize * pass.height as usize;
            Picture { width: pass.width, height: pass.height, data: (0..n).flat_map(rgb).collect() }
        };
        let without = make(&mut model(paint), &request, &inputs, &mut Ear::default());
        let styled = Request { style: source(), ..request };
        let inputs = Inputs { style: Some(Arc::new(red.clone())), ..inputs };
        let with = make(&mut model(paint), &styled, &inputs, &mut Ear::default());
        assert_eq!(with.paste, without.paste);
        let (mut reds, mut new) = ([0.0f64; 2], 0.0);
        for (x, y, paste) in with.paste.enumerate_pixels() {
            let (a, b) = (without.image.get_pixel(x, y), with.image.get_pixel(x, y));
            if paste[0] == 0 {
                assert_eq!(a, b);
            } else if paste[0] == 255 {
                let redness = |p: &image::Rgba<u8>| f64::from(p[0]) - f64::from(p[2]);
                (reds[0], reds[1], new) = (reds[0] + redness(a), reds[1] + redness(b), new + 1.0);
            }
        }
        assert!(reds[1] / new > reds[0] / new + 50.0, "{reds:?} of {new}");
    }
}
