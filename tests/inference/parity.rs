//! The same picture as diffusers, for every stored case (made by tests/fixtures/make_reference.py).

use image::RgbImage;
use scumble::diffusion::CandleBackend;
use scumble::generate::{Backend, Mask, Pass, Picture, Timings};
use serde::Deserialize;

use crate::support::{Quiet, backend, fixture, plain_pass};

/// Largest difference of a channel, of 255.
const TOLERANCE: u8 = 2;

#[derive(Deserialize)]
struct Case {
    name: String,
    pipeline: String,
    task: String,
    prompt: String,
    negative: Option<String>,
    width: u32,
    height: u32,
    steps: u32,
    cfg: f32,
    seed: u64,
    sampler: Option<String>,
    schedule: Option<String>,
    strength: Option<f32>,
    guidance_rescale: f32,
    clip_skip: Option<u32>,
    init: Option<String>,
    mask: Option<String>,
    encode: String,
    expected: String,
    more: Vec<String>,
}

fn open(path: &str) -> image::DynamicImage {
    let path = fixture("pipelines").join(path);
    image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(fixture("pipelines/cases.json")).expect("cases.json");
    serde_json::from_str(&text).expect("cases.json")
}

fn pass_of(case: &Case) -> Pass {
    let model = fixture("pipelines").join(&case.pipeline);
    // Brackets mean something to us and nothing to the reference.
    let literal = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            if "()[]\\".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    Pass {
        prompt: literal(&case.prompt),
        negative: literal(case.negative.as_deref().unwrap_or_default()),
        width: case.width,
        height: case.height,
        steps: case.steps,
        cfg_scale: case.cfg,
        guidance_rescale: case.guidance_rescale,
        sampler: case.sampler.as_deref().map(|s| s.parse().expect("sampler")),
        schedule: case.schedule.as_deref().map(|s| s.parse().expect("schedule")),
        seed: case.seed,
        clip_skip: case.clip_skip.unwrap_or(0),
        strength: case.strength.unwrap_or(1.0),
        sample_posterior: case.encode == "sample",
        init: case.init.as_deref().map(|p| Picture::from_rgb8(&open(p).to_rgb8())),
        mask: case.mask.as_deref().map(|p| Mask::from_gray8(&open(p).to_luma8())),
        ..plain_pass(model.to_str().expect("a path in UTF-8"))
    }
}

/// Largest difference; under a mask only where it is white, since what lies outside is not the model's.
fn difference(ours: &RgbImage, theirs: &RgbImage, mask: Option<&Mask>) -> u8 {
    assert_eq!(ours.dimensions(), theirs.dimensions());
    let mut worst = 0;
    for (x, y, pixel) in ours.enumerate_pixels() {
        if mask.is_some_and(|m| m.get(x, y) < 0.5) {
            continue;
        }
        for (a, b) in pixel.0.iter().zip(theirs.get_pixel(x, y).0) {
            worst = worst.max(a.abs_diff(b));
        }
    }
    worst
}

fn run(backend: &mut CandleBackend, pass: &Pass) -> RgbImage {
    let mut timings = Timings::default();
    backend.run(pass, &mut Quiet::default(), &mut timings).expect("a picture").to_rgb8()
}

#[test]
fn every_stored_case_equals_diffusers() {
    let mut backend = backend();
    let mut failures = Vec::new();
    let mut spread = [0usize; 4];
    for case in cases() {
        let pass = pass_of(&case);
        for (k, expected) in std::iter::once(&case.expected).chain(&case.more).enumerate() {
            let item = Pass { seed: pass.seed.wrapping_add(k as u64), ..pass.clone() };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut backend, &item)));
            let Ok(ours) = outcome else {
                failures.push(format!("{} #{k}: failed", case.name));
                continue;
            };
            let worst = difference(&ours, &open(expected).to_rgb8(), pass.mask.as_ref());
            spread[usize::from(worst).min(3)] += 1;
            if worst > TOLERANCE {
                failures.push(format!("{} #{k} ({}): {worst}/255", case.name, case.task));
            }
        }
    }
    println!("pictures by largest difference 0, 1, 2, more: {spread:?}");
    assert!(failures.is_empty(), "{} pictures differ:\n{}", failures.len(), failures.join("\n"));
}
