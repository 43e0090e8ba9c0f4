//! The backend between jobs: what it keeps, what it drops, how fast it stops.

use std::cell::Cell;
use std::time::{Duration, Instant};

use scumble::generate::{Backend, GenerateError, Monitor, Pass, Preview, Timings};

use crate::support::{Quiet, backend, fixture, plain_pass};

fn pass(model: &str, prompt: &str) -> Pass {
    Pass { prompt: prompt.into(), cfg_scale: 4.0, ..plain_pass(model) }
}

fn run(backend: &mut dyn Backend, pass: &Pass) -> Timings {
    let mut timings = Timings::default();
    backend.run(pass, &mut Quiet::default(), &mut timings).expect("a picture");
    timings
}

#[test]
fn the_model_and_the_words_are_kept_until_another_is_asked_for() {
    let mut backend = backend();
    let other = fixture("pipelines/sd1-4ch").display().to_string();
    let first = run(&mut backend, &pass("starter", "a lake"));
    assert!(first.load_s > 0.001 && first.text_s > 0.0, "{first:?}");
    let again = run(&mut backend, &pass("starter", "a lake"));
    assert!(again.load_s < first.load_s / 10.0, "{again:?} after {first:?}");
    assert_eq!(again.text_s, 0.0, "the embeddings are remembered");
    let words = run(&mut backend, &pass("starter", "a castle"));
    assert!(words.text_s > 0.0 && words.load_s < first.load_s / 10.0, "{words:?}");
    run(&mut backend, &pass(&other, "a lake"));
    let back = run(&mut backend, &pass("starter", "a lake"));
    assert!(back.load_s > again.load_s && back.text_s > 0.0, "the starter had been dropped: {back:?}");
}

#[test]
fn a_preview_comes_with_every_step() {
    struct Previews(Vec<Preview>);
    impl Monitor for Previews {
        fn cancelled(&self) -> bool {
            false
        }
        fn stage(&mut self, _name: &'static str) {}
        fn step(&mut self, _step: u32, _steps: u32, _secs: f64, preview: Option<Preview>) {
            self.0.extend(preview);
        }
    }
    for (model, sampler, size) in
        [("starter", "ddim", 64), ("sd1-4ch", "heun", 8), ("sd1-4ch", "dpmpp_2m", 8)]
    {
        let model = if model == "starter" {
            model.into()
        } else {
            fixture("pipelines/sd1-4ch").display().to_string()
        };
        let mut pass = pass(&model, "a lake");
        (pass.steps, pass.sampler) = (5, Some(sampler.parse().expect("a sampler")));
        let mut seen = Previews(Vec::new());
        backend().run(&pass, &mut seen, &mut Timings::default()).expect("a picture");
        assert_eq!(seen.0.len(), 5, "{model} {sampler}");
        assert!(seen.0.iter().all(|p| p.picture.width >= size), "{model}: the tiny decoder shows full size");
    }
}

/// Asks to stop at the n-th question.
struct StopAt {
    asked: Cell<u32>,
    at: u32,
    since: Cell<Option<Instant>>,
}

impl Monitor for StopAt {
    fn cancelled(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() < self.at {
            return false;
        }
        if self.since.get().is_none() {
            self.since.set(Some(Instant::now()));
        }
        true
    }
    fn wants_preview(&self) -> bool {
        false
    }
    fn stage(&mut self, _name: &'static str) {}
    fn step(&mut self, _step: u32, _steps: u32, _secs: f64, _preview: Option<Preview>) {}
}

#[test]
fn cancelling_is_seen_many_times_within_a_step() {
    let mut backend = backend();
    let mut pass = pass("starter", "a lake");
    (pass.steps, pass.width, pass.height) = (3, 192, 192);
    // Loading and reading the words are done once: they would be missing from the later runs.
    run(&mut backend, &pass);
    let mut all = StopAt { asked: Cell::new(0), at: u32::MAX, since: Cell::new(None) };
    let begun = Instant::now();
    backend.run(&pass, &mut all, &mut Timings::default()).expect("a picture");
    let step = begun.elapsed() / 3;
    assert!(all.asked.get() >= 3 * 5, "asked {} times in 3 steps", all.asked.get());
    for at in 1..all.asked.get() {
        let mut stop = StopAt { asked: Cell::new(0), at, since: Cell::new(None) };
        let outcome = backend.run(&pass, &mut stop, &mut Timings::default());
        assert!(matches!(outcome, Err(GenerateError::Cancelled)), "question {at}");
        let late = stop.since.get().expect("it was asked").elapsed();
        assert!(late < step + Duration::from_millis(20), "question {at}: {late:?}, a step takes {step:?}");
    }
}
