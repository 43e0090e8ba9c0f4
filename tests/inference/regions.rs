//! Words for parts of the picture: how predictions are mixed.

use scumble::generate::{Backend, Mask, Pass, PassRegion, Picture, Timings};
use scumble::sampling::SamplerKind;

use crate::support::{Quiet, backend, fixture, plain_pass};

fn models() -> Vec<String> {
    let tiny = |name: &str| fixture("pipelines").join(name).display().to_string();
    vec!["starter".into(), tiny("sd1-4ch")]
}

fn run(backend: &mut dyn Backend, pass: &Pass) -> Picture {
    backend.run(pass, &mut Quiet::default(), &mut Timings::default()).expect("a picture")
}

fn pass(model: &str, prompt: &str, regions: Vec<PassRegion>) -> Pass {
    let (width, height) = if model == "starter" { (256, 64) } else { (64, 32) };
    Pass {
        prompt: prompt.into(),
        negative: "blurry".into(),
        steps: 4,
        cfg_scale: 4.0,
        width,
        height,
        regions,
        ..plain_pass(model)
    }
}

fn region(model: &str, prompt: &str, share: impl Fn(u32) -> f32) -> PassRegion {
    let Pass { width, height, .. } = pass(model, "", Vec::new());
    let data = (0..width * height).map(|i| share(i % width)).collect();
    PassRegion { prompt: prompt.into(), share: Mask { width, height, data } }
}

#[test]
fn a_region_that_covers_all_is_its_prompt_alone_and_one_that_covers_nothing_is_none() {
    let mut backend = backend();
    // More words than fit one window, so that lengths differ.
    let long = "a very long night over the mountains, ".repeat(12);
    for model in models() {
        for words in ["a lake at night", long.as_str()] {
            let alone = run(&mut backend, &pass(&model, words, Vec::new()));
            let all = region(&model, words, |_| 1.0);
            assert_eq!(run(&mut backend, &pass(&model, "a castle at noon", vec![all])), alone, "{model}");
            let none = region(&model, "a castle at noon", |_| 0.0);
            assert_eq!(run(&mut backend, &pass(&model, words, vec![none])), alone, "{model}");
        }
    }
}

#[test]
fn each_half_is_painted_by_its_own_prediction() {
    // One step is one prediction, and the starter's decoder sees no farther than a few latent pixels.
    let mut backend = backend();
    let once = |prompt: &str, regions: Vec<PassRegion>| Pass {
        steps: 1,
        sampler: Some(SamplerKind::Ddim),
        ..pass("starter", prompt, regions)
    };
    let (night, noon) = ("a lake at night", "a lake at noon");
    let left = run(&mut backend, &once(night, Vec::new()));
    let right = run(&mut backend, &once(noon, Vec::new()));
    let halves = |main: &str| match main {
        "" => vec![
            region("starter", night, |x| f32::from(u8::from(x < 128))),
            region("starter", noon, |x| f32::from(u8::from(x >= 128))),
        ],
        _ => vec![region("starter", night, |x| f32::from(u8::from(x < 128)))],
    };
    for (what, main, regions) in
        [("two regions", "a castle", halves("")), ("one and the main prompt", noon, halves(noon))]
    {
        let both = run(&mut backend, &once(main, regions));
        let far = |a: &Picture, from: u32, to: u32| {
            let columns = (0..64).flat_map(|y| (from..to).map(move |x| (x, y)));
            let of =
                |(x, y)| (0..3).map(|c| (both.pixel(x, y)[c] - a.pixel(x, y)[c]).abs()).fold(0.0, f32::max);
            columns.map(of).fold(0.0, f32::max)
        };
        assert!(far(&left, 0, 64) < 2e-3 && far(&right, 192, 256) < 2e-3, "{what}");
        assert!(far(&right, 0, 64) > 0.02 && far(&left, 192, 256) > 0.02, "{what}: the prompts look alike");
    }
}

#[test]
fn shares_mix_predictions_linearly() {
    // With one step and no guidance the latents are linear in the prediction, and so is the preview of a model
    // that has no small decoder.
    struct Look(Option<Picture>);
    impl scumble::generate::Monitor for Look {
        fn cancelled(&self) -> bool {
            false
        }
        fn stage(&mut self, _: &'static str) {}
        fn step(&mut self, _: u32, _: u32, _: f64, preview: Option<scumble::generate::Preview>) {
            self.0 = preview.map(|p| p.picture);
        }
    }
    let mut backend = backend();
    let model = &models()[1];
    let mut look = |prompt: &str, regions: Vec<PassRegion>| {
        let pass = Pass {
            steps: 1,
            cfg_scale: 1.0,
            sampler: Some(SamplerKind::Ddim),
            ..pass(model, prompt, regions)
        };
        let mut seen = Look(None);
        backend.run(&pass, &mut seen, &mut Timings::default()).expect("a picture");
        seen.0.expect("a preview")
    };
    let (a, b) = (look("a lake at night", Vec::new()), look("a castle at noon", Vec::new()));
    let mixed = look("a lake at night", vec![region(model, "a castle at noon", |_| 0.25)]);
    let mut compared = 0;
    for ((a, b), m) in a.data.iter().zip(&b.data).zip(&mixed.data) {
        // Clamped values say nothing.
        if [a, b].iter().all(|v| (0.01..0.99).contains(*v)) {
            assert!((0.75 * a + 0.25 * b - m).abs() < 1e-4, "{a} {b} {m}");
            compared += usize::from((a - b).abs() > 1e-3);
        }
    }
    assert!(compared > 10, "{compared} of {}", a.data.len());
}
