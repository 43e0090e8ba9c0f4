//! Plans with fake models: what is kept, what is pasted, what a pass is told.

use image::{GrayImage, Luma, Rgba, RgbaImage};
use scumble::generate::backend::{GenerateError, ModelFacts, Pass};
use scumble::generate::picture::Picture;
use scumble::generate::plan::{Next, Plan, plan};
use scumble::generate::region::context::Context;
use scumble::generate::request::{Encode, Fill, Margins, Request};
use scumble::geom::Rect;
use scumble::sampling::RngKind;

use crate::prng::Prng;

pub fn facts(native_px: u32) -> ModelFacts {
    ModelFacts {
        native_px,
        multiple_px: 8,
        inpainting: false,
        hole_strength: 1.0,
        hole_guidance: 1.0,
        arch: "fake".into(),
    }
}

fn request(init: &RgbaImage) -> Request {
    Request { width: init.width(), height: init.height(), seed: 7, ..Request::default() }
}

pub fn random_picture(prng: &mut Prng, width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |_, _| {
        let v = prng.next().to_le_bytes();
        Rgba([v[0], v[1], v[2], 255])
    })
}

/// Runs a plan with a model that answers with `model`.
pub fn run(plan: &Plan, mut model: impl FnMut(&Pass) -> Picture) -> RgbaImage {
    match plan.after_first(model(&plan.first_pass())) {
        Next::Done(picture) => {
            assert!(!plan.has_second_pass());
            picture
        }
        Next::Second(pass) => {
            assert!(plan.has_second_pass());
            plan.after_second(model(&pass))
        }
    }
}

fn noise_model(pass: &Pass, prng: &mut Prng) -> Picture {
    let n = pass.width as usize * pass.height as usize * 3;
    Picture { width: pass.width, height: pass.height, data: (0..n).map(|_| prng.unit()).collect() }
}

#[test]
fn a_new_picture_is_the_models() {
    let mut prng = Prng(3);
    let request = Request { width: 45, height: 33, seed: u64::MAX, strength: 0.3, ..Request::default() };
    let plan = plan(&request, &facts(128), None, None, 2).unwrap();
    let pass = plan.first_pass();
    assert_eq!((pass.width, pass.height, pass.seed, pass.strength), (45, 33, 1, 1.0));
    assert!(pass.init.is_none() && pass.mask.is_none() && pass.sample_posterior);
    let picture = noise_model(&pass, &mut prng);
    let out = run(&plan, |_| picture.clone());
    assert_eq!(image::DynamicImage::ImageRgba8(out).to_rgb8(), picture.to_rgb8());
}

#[test]
fn a_whole_picture_keeps_its_size_and_is_covered_when_another_is_asked_for() {
    let init = random_picture(&mut Prng(4), 50, 40);
    let plain = plan(&request(&init), &facts(512), Some(&init), None, 0).unwrap();
    assert_eq!((plain.first_pass().width, plain.first_pass().height), (50, 40));
    assert_eq!(plain.first_pass().init.unwrap().to_rgb8().get_pixel(3, 5).0, init.get_pixel(3, 5).0[..3]);
    let other = Request { width: 64, height: 64, ..request(&init) };
    let scaled = plan(&other, &facts(512), Some(&init), None, 0).unwrap();
    assert_eq!(scaled.size(), (64, 64));
}

#[test]
fn a_whole_picture_much_larger_than_the_model_is_made_small_first() {
    let asked = Request { width: 512, height: 320, seed: 7, rng: RngKind::Canvas, ..Request::default() };
    let asked = Request { origin: (512, -1024), ..asked };
    let large = plan(&asked, &facts(128), None, None, 0).unwrap();
    assert_eq!((large.size(), large.has_second_pass()), ((512, 320), true));
    assert_eq!(large.context(), Rect::from_size(0, 0, 512, 320));
    let first = large.first_pass();
    // A model of 128 px takes up to 128 by 192 pixels; the form stays.
    let px = first.width * first.height;
    assert!((20_000..=27_000).contains(&px), "{}x{}", first.width, first.height);
    assert!((f64::from(first.width) / f64::from(first.height) - 1.6).abs() < 0.12);
    assert!(first.init.is_none() && first.origin.0 < 512 && first.origin.1 > -1024, "{:?}", first.origin);
    let grey = |pass: &Pass| Picture {
        width: pass.width,
        height: pass.height,
        data: vec![0.5; (pass.width * pass.height * 3) as usize],
    };
    let Next::Second(second) = large.after_first(grey(&first)) else { panic!("one pass") };
    assert_eq!((second.strength, second.origin, second.seed), (0.4, (512, -1024), 7));
    assert!(second.width * second.height <= 16 * 128 * 128 + 8 * 1024 && second.init.is_some());
    let out = large.after_second(grey(&second));
    assert_eq!(out.dimensions(), (512, 320));
    // Not where a reference pipeline is wanted, nor where the picture decides what lies where.
    let plain = Request { plain: true, ..asked.clone() };
    assert!(!plan(&plain, &facts(128), None, None, 0).unwrap().has_second_pass());
    assert!(!plan(&asked, &facts(512), None, None, 0).unwrap().has_second_pass());
    let init = random_picture(&mut Prng(5), 512, 320);
    let at = |strength: f32| {
        let request = Request { strength, ..asked.clone() };
        plan(&request, &facts(128), Some(&init), None, 0).unwrap()
    };
    assert!(at(0.75).has_second_pass() && !at(0.6).has_second_pass() && !at(0.3).has_second_pass());
    assert_eq!((at(0.3).first_pass().width, at(0.3).first_pass().height), (512, 320));
}

#[test]
fn plain_takes_the_models_pixels_inside_and_keeps_all_others() {
    let mut prng = Prng(5);
    let init = random_picture(&mut prng, 70, 50);
    let mask = GrayImage::from_fn(70, 50, |x, y| Luma([if x > 20 && y > 10 { 255 } else { (x * 6) as u8 }]));
    let request = Request { plain: true, strength: 0.6, ..request(&init) };
    let plan = plan(&request, &facts(128), Some(&init), Some(&mask), 0).unwrap();
    let pass = plan.first_pass();
    assert!(pass.binary_mask && pass.sample_posterior && pass.strength == 0.6);
    assert_eq!((pass.width, pass.height), (70, 50));
    assert_eq!(pass.init.as_ref().unwrap().to_rgb8().as_raw()[..], rgb(&init)[..]);
    let model = noise_model(&pass, &mut prng);
    let out = run(&plan, |_| model.clone());
    for (x, y, pixel) in out.enumerate_pixels() {
        let inside = mask.get_pixel(x, y)[0] >= 128;
        assert_eq!(pass.mask.as_ref().unwrap().get(x, y), f32::from(u8::from(inside)));
        let expect = if inside { model.to_rgb8().get_pixel(x, y).0 } else { take3(init.get_pixel(x, y)) };
        assert_eq!(take3(pixel), expect);
    }
}

fn take3(p: &Rgba<u8>) -> [u8; 3] {
    [p[0], p[1], p[2]]
}

fn rgb(picture: &RgbaImage) -> Vec<u8> {
    picture.pixels().flat_map(take3).collect()
}

/// Random pictures, holes, masks with greys, strengths, margins, native sizes: pixels of paste mask 0 keep their
/// bytes, fully pasted pixels of white areas are opaque, and white areas are fully pasted.
#[test]
fn kept_pixels_stay_byte_identical() {
    let mut prng = Prng(6);
    let mut second_passes = 0;
    for round in 0..160 {
        let (w, h) = (16 + prng.below(180) as u32, 16 + prng.below(180) as u32);
        let mut init = random_picture(&mut prng, w, h);
        let holes = prng.below(3) == 0;
        if holes {
            let (x0, y0) = (prng.below(w as usize) as u32, prng.below(h as usize) as u32);
            for (x, y, p) in init.enumerate_pixels_mut() {
                if x >= x0 && y >= y0 {
                    p[3] = if x == x0 { 90 } else { 0 };
                }
            }
        }
        let mut margin = |on: bool| if on { prng.below(60) as u32 } else { 0 };
        let extend = round % 3 == 0;
        let outpaint = Margins {
            left: margin(extend),
            top: margin(extend),
            right: margin(extend),
            bottom: margin(extend),
        };
        let mut mask = GrayImage::new(w, h);
        for _ in 0..1 + prng.below(3) {
            let (x0, y0) = (prng.below(w as usize) as u32, prng.below(h as usize) as u32);
            let (bw, bh) = (1 + prng.below(60) as u32, 1 + prng.below(60) as u32);
            let value = [255, 255, 128, 9][prng.below(4)];
            for y in y0..(y0 + bh).min(h) {
                for x in x0..(x0 + bw).min(w) {
                    mask.put_pixel(x, y, Luma([value]));
                }
            }
        }
        let request = Request {
            strength: [1.0, 1.0, 0.5, 0.05, 0.0][prng.below(5)],
            plain: prng.below(6) == 0,
            fill: [Fill::Auto, Fill::Original, Fill::Neutral, Fill::Noise, Fill::Border][prng.below(5)],
            context: [Context::Auto, Context::Auto, Context::Selection, Context::Whole][prng.below(4)],
            outpaint,
            origin: (prng.below(100) as i64 - 50, 3),
            ..request(&init)
        };
        let native = [32, 64, 128, 512][prng.below(4)];
        let with_mask = (extend || holes) && prng.below(2) == 0;
        let used = if with_mask || !(extend || holes) { Some(&mask) } else { None };
        let plan = match plan(&request, &facts(native), Some(&init), used, 0) {
            Ok(plan) => plan,
            Err(GenerateError::Request(text)) if request.plain => {
                assert!(text.contains("empty"), "{text}");
                continue;
            }
            Err(other) => panic!("{other}"),
        };
        second_passes += u32::from(plan.has_second_pass());
        let before = scumble::generate::region::outpaint::grow_canvas(&init, &outpaint);
        let out = run(&plan, |pass| {
            let mask = pass.mask.as_ref().expect("masked");
            assert_eq!((mask.width, mask.height), (pass.width, pass.height));
            let shown = pass.init.as_ref().unwrap();
            assert!(mask.data.iter().chain(&shown.data).all(|v| (0.0..=1.0).contains(v)));
            noise_model(pass, &mut prng)
        });
        assert_eq!(out.dimensions(), before.dimensions());
        let paste = plan.paste_mask();
        let mut kept = 0;
        for (x, y, pixel) in out.enumerate_pixels() {
            let was = before.get_pixel(x, y);
            if paste.get(x, y) == 0.0 {
                assert_eq!(pixel, was, "round {round} at {x},{y}");
                kept += 1;
            }
            let inside = x.checked_sub(outpaint.left).zip(y.checked_sub(outpaint.top));
            let painted = inside
                .filter(|&(x, y)| x < w && y < h)
                .is_some_and(|(x, y)| used.is_some_and(|m| m.get_pixel(x, y)[0] > 0));
            if painted && !request.plain {
                assert_eq!(paste.get(x, y), 1.0, "round {round} at {x},{y}");
            }
            if was[3] == 255 && used.is_none() {
                assert_eq!(pixel, was, "outpainting touched the picture: round {round} at {x},{y}");
            }
            if !request.plain {
                assert_eq!(pixel[3], 255);
            }
        }
        assert!(kept > 0 || w < 120 || h < 120, "round {round}: nothing kept");
    }
    assert!(second_passes > 10, "{second_passes} second passes");
}

#[test]
fn painted_strength_and_empty_canvas_share_a_run() {
    let init = random_picture(&mut Prng(8), 128, 96);
    let mask = GrayImage::from_fn(128, 96, |x, _| Luma([if x < 20 { 255 } else { 0 }]));
    let outpaint = Margins { right: 64, ..Margins::default() };
    let request = Request { strength: 0.4, outpaint, context: Context::Whole, ..request(&init) };
    let plan = plan(&request, &facts(128), Some(&init), Some(&mask), 0).unwrap();
    let pass = plan.first_pass();
    let mask = pass.mask.unwrap();
    assert_eq!(pass.strength, 1.0);
    assert_eq!((pass.width, mask.get(5, 50)), (192, 0.4));
    assert_eq!(mask.get(150, 50), 1.0);
    assert_eq!(mask.get(80, 50), 0.0);
    assert!(mask.get(126, 50) > 0.3 && mask.get(126, 50) < 0.5);
    assert!(!pass.sample_posterior);
}

#[test]
fn empty_canvas_alone_takes_a_part_of_the_guidance() {
    let init = random_picture(&mut Prng(8), 128, 96);
    let mask = GrayImage::from_fn(128, 96, |x, _| Luma([if x < 20 { 255 } else { 0 }]));
    let facts = ModelFacts { hole_guidance: 0.25, ..facts(128) };
    let guided = |cfg_scale, outpaint: Margins, mask: Option<&GrayImage>| {
        let request = Request { cfg_scale, outpaint, ..request(&init) };
        plan(&request, &facts, Some(&init), mask, 0).unwrap().first_pass().cfg_scale
    };
    let right = Margins { right: 64, ..Margins::default() };
    assert_eq!(guided(5.0, right, None), 2.0);
    assert_eq!(guided(1.0, right, None), 1.0, "off stays off");
    assert_eq!(guided(5.0, right, Some(&mask)), 5.0, "what is painted besides is asked for");
    assert_eq!(guided(5.0, Margins::default(), Some(&mask)), 5.0);
}

#[test]
fn a_large_context_is_shrunk_and_painted_again_in_detail() {
    let init = random_picture(&mut Prng(9), 1024, 768);
    let mask = GrayImage::from_fn(1024, 768, |x, y| {
        Luma([if (300..700).contains(&x) && (200..500).contains(&y) { 255 } else { 0 }])
    });
    let request = request(&init);
    let plan = plan(&request, &facts(128), Some(&init), Some(&mask), 0).unwrap();
    let pass = plan.first_pass();
    let context = plan.context();
    assert!(pass.width * pass.height <= 128 * 192 + 16 * 200, "{}x{}", pass.width, pass.height);
    let ratio = f64::from(pass.width) / f64::from(context.width());
    assert!((f64::from(pass.height) / f64::from(context.height()) - ratio).abs() < 0.02);
    let Next::Second(second) = plan.after_first(pass.init.clone().unwrap()) else { panic!() };
    assert_eq!((second.strength, second.steps, second.seed), (0.4, 20, pass.seed));
    assert!(second.width > 450 && second.width.is_multiple_of(8), "{}", second.width);
    // At the model's own scale there is nothing to add.
    let direct = scumble::generate::plan::plan(&request, &facts(1024), Some(&init), Some(&mask), 0).unwrap();
    assert!(!direct.has_second_pass());
}

#[test]
fn grey_masks_are_strengths() {
    let init = random_picture(&mut Prng(10), 128, 128);
    let mask = GrayImage::from_fn(128, 128, |x, y| {
        let inside = (40..90).contains(&x) && (40..90).contains(&y);
        Luma([if inside { 55 + 4 * (x - 40) as u8 } else { 0 }])
    });
    let plan = plan(&request(&init), &facts(128), Some(&init), Some(&mask), 0).unwrap();
    let (pass, context) = (plan.first_pass(), plan.context());
    let got = pass.mask.unwrap();
    for (x, y) in [(40, 40), (60, 70), (88, 41)] {
        let expect = f32::from(mask.get_pixel(x, y)[0]) / 255.0;
        assert_eq!(got.get(x - context.x0 as u32, y - context.y0 as u32), expect);
    }
    let (weak, strong) = (got.get(38, 60), got.get(91, 60));
    assert!(weak > 0.15 && weak < 0.3 && strong > 0.85, "the ring goes on with the border: {weak} {strong}");
}

#[test]
fn the_posterior_is_sampled_only_for_parity() {
    let init = random_picture(&mut Prng(11), 32, 32);
    let mask = GrayImage::from_pixel(32, 32, Luma([255]));
    for (encode, rng, masked, plain, expect) in [
        (Encode::Auto, RngKind::Torch, false, false, true),
        (Encode::Auto, RngKind::Torch, true, false, false),
        (Encode::Auto, RngKind::Torch, true, true, true),
        (Encode::Auto, RngKind::Canvas, false, false, false),
        (Encode::Auto, RngKind::Philox, true, true, false),
        (Encode::Mean, RngKind::Torch, false, false, false),
        (Encode::Sample, RngKind::Canvas, true, false, true),
    ] {
        let request = Request { encode, rng, plain, ..request(&init) };
        let plan = plan(&request, &facts(32), Some(&init), masked.then_some(&mask), 0).unwrap();
        assert_eq!(plan.first_pass().sample_posterior, expect, "{encode:?} {rng:?} {masked} {plain}");
    }
}

#[test]
fn passes_know_their_place_in_the_world() {
    let init = random_picture(&mut Prng(12), 400, 300);
    let mask = GrayImage::from_fn(400, 300, |x, y| Luma([if x > 350 && y > 250 { 255 } else { 0 }]));
    let request = Request {
        origin: (-37, 1000),
        outpaint: Margins { left: 5, top: 9, ..Margins::default() },
        ..request(&init)
    };
    let plan = plan(&request, &facts(128), Some(&init), Some(&mask), 0).unwrap();
    let context = plan.context();
    if plan.first_pass().width == context.width() {
        let expect = (-37 - 5 + i64::from(context.x0), 1000 - 9 + i64::from(context.y0));
        assert_eq!(plan.first_pass().origin, expect);
    }
    let no_margin = Request { outpaint: Margins::default(), ..request };
    let plan = scumble::generate::plan::plan(&no_margin, &facts(128), Some(&init), Some(&mask), 0).unwrap();
    let (x, y) = plan.first_pass().origin;
    assert_eq!((x, y), (-37 + i64::from(plan.context().x0), 1000 + i64::from(plan.context().y0)));
    assert!(x.rem_euclid(8) == 0 && y.rem_euclid(8) == 0, "latent pixels of all frames coincide: {x},{y}");
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    let init = RgbaImage::from_pixel(20, 10, Rgba([9, 9, 9, 255]));
    let clear = RgbaImage::new(20, 10);
    let good = request(&init);
    let white = GrayImage::from_pixel(20, 10, Luma([255]));
    let black = GrayImage::new(20, 10);
    let small = GrayImage::from_pixel(19, 10, Luma([255]));
    let right = |right| Margins { right, ..Margins::default() };
    type Case<'a> = (Request, Option<&'a RgbaImage>, Option<&'a GrayImage>, &'a str);
    let g = || good.clone();
    let table: Vec<Case> = vec![
        (g(), Some(&init), Some(&small), "mask is 19x10 but the picture is 20x10"),
        (g(), Some(&init), Some(&black), "mask is empty"),
        (g(), None, Some(&white), "a mask needs a picture"),
        (Request { outpaint: right(8), ..g() }, None, None, "outpainting needs a picture"),
        (Request { width: 0, ..g() }, None, None, "0x10"),
        (Request { width: 16_385, ..g() }, None, None, "16384"),
        (Request { width: 16_384, height: 16_384, ..g() }, None, None, "64"),
        (Request { outpaint: right(u32::MAX), ..g() }, Some(&init), None, "extended picture"),
        (Request { width: 64, ..g() }, Some(&init), Some(&white), "the picture is 20x10"),
        (Request { width: 64, ..g() }, Some(&clear), None, "transparent"),
        (Request { strength: f32::NAN, ..g() }, None, None, "strength NaN"),
        (Request { strength: 1.01, ..g() }, None, None, "strength 1.01"),
        (Request { strength: -0.1, ..g() }, None, None, "strength -0.1"),
        (Request { cfg_scale: f32::INFINITY, ..g() }, None, None, "guidance scale inf"),
        (Request { cfg_scale: f32::NAN, ..g() }, None, None, "guidance scale NaN"),
        (Request { cfg_scale: -1.0, ..g() }, None, None, "guidance scale -1"),
        (Request { guidance_rescale: 2.0, ..g() }, None, None, "rescale 2"),
        (Request { steps: 0, ..g() }, None, None, "0 steps"),
        (Request { steps: 1001, ..g() }, None, None, "1001 steps"),
        (Request { prompt: "é".repeat(20_001), ..g() }, None, None, "20001 characters; at most 20000"),
        (Request { negative: "x".repeat(20_001), ..g() }, None, None, "negative prompt has 20001"),
    ];
    for (request, init, mask, expect) in table {
        match plan(&request, &facts(512), init, mask, 0) {
            Err(GenerateError::Request(text)) => assert!(text.contains(expect), "{text:?} lacks {expect:?}"),
            other => panic!("{expect}: {:?}", other.map(|p| p.size())),
        }
    }
    let fine = Request { prompt: "é".repeat(20_000), cfg_scale: 0.0, steps: 1000, strength: 0.0, ..g() };
    assert!(plan(&fine, &facts(512), Some(&init), Some(&white), 0).is_ok());
    assert!(plan(&g(), &facts(512), Some(&clear), None, 0).is_ok(), "a wholly empty canvas is filled");
}

#[test]
fn tiny_and_odd_pictures_can_be_planned() {
    for (w, h) in [(1, 1), (1, 200), (300, 2), (17, 9)] {
        let init = random_picture(&mut Prng(13), w, h);
        let mut mask = GrayImage::new(w, h);
        mask.put_pixel(w - 1, h - 1, Luma([255]));
        for native in [16, 128, 1024] {
            for margins in [Margins::default(), Margins { left: 3, top: 0, right: 0, bottom: 7 }] {
                let request = Request { outpaint: margins, ..request(&init) };
                let plan = plan(&request, &facts(native), Some(&init), Some(&mask), 0).unwrap();
                let out = run(&plan, |pass| pass.init.clone().unwrap());
                assert_eq!(out.dimensions(), (w + margins.left, h + margins.bottom));
            }
        }
    }
}

#[test]
fn a_jpeg_mask_is_as_good_as_a_clean_one() {
    let mut prng = Prng(14);
    let init = random_picture(&mut prng, 200, 150);
    let clean =
        GrayImage::from_fn(200, 150, |x, y| Luma([if x.abs_diff(100) < 20 && y > 90 { 255 } else { 0 }]));
    let dirty = GrayImage::from_fn(200, 150, |x, y| {
        let noise = prng.below(6) as u8;
        Luma([if clean.get_pixel(x, y)[0] > 0 { 255 - noise } else { noise }])
    });
    let plans =
        [&clean, &dirty].map(|m| plan(&request(&init), &facts(128), Some(&init), Some(m), 0).unwrap());
    assert_eq!(plans[0].first_pass(), plans[1].first_pass());
    assert_eq!(plans[0].paste_mask(), plans[1].paste_mask());
}
