//! What comes out at the end of the thread: seeds, passes, refusals, kept pixels.

use std::sync::Arc;

use image::{GrayImage, Luma, RgbaImage};
use scumble::generate::backend::GenerateError;
use scumble::generate::engine::{Inputs, Job};
use scumble::generate::fake::{Mishap, Script};
use scumble::generate::plan::plan;
use scumble::generate::request::Request;

use super::{NATIVE, Rig, check_story, failure, is_cancelled, job, request};
use crate::plan::{facts, random_picture};
use crate::prng::Prng;

fn masked(request: Request, init: RgbaImage, mask: GrayImage) -> Job {
    let request = Request { width: init.width(), height: init.height(), ..request };
    Job {
        request,
        index: 0,
        inputs: Inputs { init: Some(Arc::new(init)), mask: Some(Arc::new(mask)), ..Inputs::default() },
    }
}

/// An area so large that the model sees it shrunk.
fn two_pass_job(steps: u32) -> Job {
    let mask = GrayImage::from_fn(200, 200, |x, y| {
        Luma([if (60..130).contains(&x) && (60..130).contains(&y) { 255 } else { 0 }])
    });
    let job = masked(request(steps), random_picture(&mut Prng(11), 200, 200), mask);
    let (init, mask) = (job.inputs.init.as_deref(), job.inputs.mask.as_deref());
    assert!(plan(&job.request, &facts(NATIVE), init, mask, 0).unwrap().has_second_pass());
    job
}

#[test]
fn the_same_request_makes_the_same_bytes() {
    let mut rig = Rig::new(Script::default());
    for job in [job(Request { seed: 9, ..request(4) }), two_pass_job(6)] {
        let other = Job { request: Request { seed: 10, ..job.request.clone() }, ..job.clone() };
        let first = rig.picture(job.clone());
        assert_ne!(rig.picture(other), first);
        assert_eq!(rig.picture(job), first);
    }
}

#[test]
fn a_batch_counts_its_seeds_up_and_around() {
    let mut rig = Rig::new(Script::default());
    for (seed, index, expect) in [
        (40, 0, 40),
        (40, 3, 43),
        (u64::MAX, 0, u64::MAX),
        (u64::MAX, 1, 0),
        (u64::MAX - 1, u32::MAX, 0xFFFF_FFFD),
    ] {
        let item = Job { index, ..job(Request { seed, ..request(2) }) };
        let made = rig.picture(item);
        assert_eq!(rig.pass().seed, expect);
        let alone = rig.picture(job(Request { seed: expect, ..request(2) }));
        assert_eq!(made, alone, "item {index} of seed {seed} is the picture of {expect}");
        rig.pass();
    }
}

#[test]
fn a_large_area_takes_two_passes_and_stops_in_either() {
    let mut rig = Rig::with_mishaps(&[
        Mishap::None,
        Mishap::None,
        Mishap::None,
        Mishap::Hang(1),
        Mishap::Hang(1),
        Mishap::None,
        Mishap::Fail(1),
    ]);
    let id = rig.engine.submit(two_pass_job(5)).unwrap().id;
    let events = rig.until_final(id);
    let passes = [rig.pass(), rig.pass()];
    check_story(&events, id, &passes.each_ref().map(|p| p.steps));
    assert!(passes[1].strength < passes[0].strength);

    let second = rig.engine.submit(two_pass_job(5)).unwrap();
    (0..2).for_each(|_| drop(rig.pass()));
    second.cancel.cancel();
    assert!(is_cancelled(&rig.outcome(second.id)));

    let first = rig.engine.submit(two_pass_job(5)).unwrap();
    rig.pass();
    first.cancel.cancel();
    assert!(is_cancelled(&rig.outcome(first.id)));
    assert!(rig.passes.is_empty(), "the second pass was run");

    let id = rig.engine.submit(two_pass_job(5)).unwrap().id;
    failure(&rig.outcome(id));
}

#[test]
fn senseless_requests_fail_before_any_pass() {
    let mut rig = Rig::new(Script::default());
    let init = || random_picture(&mut Prng(5), 20, 30);
    let sensible = || request(3);
    let cases = [
        (job(request(0)), "0 steps"),
        (job(Request { cfg_scale: f32::NAN, ..sensible() }), "NaN"),
        (job(Request { strength: f32::NAN, ..sensible() }), "NaN"),
        (job(Request { prompt: "x".repeat(100_000), ..sensible() }), "100000 characters"),
        (masked(sensible(), init(), GrayImage::from_pixel(30, 20, Luma([255]))), "the mask is 30x20"),
        (masked(sensible(), init(), GrayImage::new(20, 30)), "empty"),
    ];
    for (job, expect) in cases {
        let id = rig.engine.submit(job).unwrap().id;
        match failure(&rig.outcome(id)) {
            GenerateError::Request(text) => assert!(text.contains(expect), "{expect}: {text}"),
            other => panic!("{expect}: {other:?}"),
        }
    }
    assert!(rig.passes.is_empty(), "a pass was run");
    rig.picture(job(sensible()));
}

#[test]
fn kept_pixels_stay_byte_identical_whatever_the_model_returns() {
    let garbage =
        [[f32::NAN; 3], [f32::INFINITY, -5.0, 7.0], [f32::NEG_INFINITY, 1e30, f32::MIN], [-0.5, 2.0, 0.3]];
    let mut prng = Prng(21);
    let mut passes = 0;
    for colour in garbage {
        let mut rig = Rig::new(Script { colour: Some(colour), ..Script::default() });
        for round in 0..10 {
            let (w, h) = (90 + prng.below(110) as u32, 90 + prng.below(110) as u32);
            let mut mask = GrayImage::new(w, h);
            for _ in 0..=prng.below(2) {
                let (x0, y0) = (prng.below(w as usize) as u32, prng.below(h as usize) as u32);
                let side = 1 + prng.below(40) as u32;
                let value = [255, 200, 60][prng.below(3)];
                for (x, y) in
                    (y0..(y0 + side).min(h)).flat_map(|y| (x0..(x0 + side).min(w)).map(move |x| (x, y)))
                {
                    mask.put_pixel(x, y, Luma([value]));
                }
            }
            let before = random_picture(&mut prng, w, h);
            let settings = Request { strength: [1.0, 0.6][prng.below(2)], ..request(2) };
            let job = masked(settings, before.clone(), mask.clone());
            let plan = plan(&job.request, &facts(NATIVE), Some(&before), Some(&mask), 0).unwrap();
            let paste = plan.paste_mask();
            let after = rig.picture(job);
            let mut kept = 0;
            for (x, y, pixel) in after.enumerate_pixels().filter(|&(x, y, _)| paste.get(x, y) == 0.0) {
                assert_eq!(pixel, before.get_pixel(x, y), "{colour:?}, round {round}, at {x},{y}");
                kept += 1;
            }
            assert!(kept * 4 > w * h, "only {kept} of {w}x{h} kept");
            assert_ne!(after, before, "nothing was changed");
        }
        passes += rig.passes.try_iter().count();
    }
    assert!(passes > 40, "no second pass among {passes}");
}
