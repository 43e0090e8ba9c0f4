//! What is predicted against what is used.

use scumble::generate::{Backend, Fit, Monitor, Pass, Preview, Saving, Timings};
use scumble::models::{Model, memory};

use crate::support::{Quiet, backend, fixture, plain_pass, scumble};

/// Largest resident memory of the program, MiB, while it does `args`: the least of three runs, since what threads make
/// the allocator keep comes on top by chance.
fn peak(args: &[&str]) -> f64 {
    (0..3).map(|_| peak_once(args)).fold(f64::INFINITY, f64::min)
}

fn peak_once(args: &[&str]) -> f64 {
    let out = scumble().args(args).output().expect("the program starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let value: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    value["peak_rss_mb"].as_f64().expect("the peak")
}

#[test]
fn the_prediction_is_near_the_peak() {
    let tiny = fixture("pipelines/sd1-4ch").display().to_string();
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("a.png").display().to_string();
    for (model, sizes) in [("starter", [128u32, 512, 768]), (tiny.as_str(), [64, 256, 512])] {
        let footprint = memory::footprint(&Model::open(model).expect("a model"), 4).expect("its sizes");
        let measured = sizes.map(|side| {
            let size = format!("{side}x{side}");
            // In one pass: that is the larger one of two.
            let args = ["generate", "-p", "a lake", "-m", model, "--steps", "2", "--seed", "1", "--plain"];
            peak(&[&args[..], &["--json", "--size", &size, "-o", &file]].concat())
        });
        let predicted = sizes.map(|side| footprint.need(side, side, 2, &[]) as f64 / f64::from(1 << 20));
        // The program itself comes on top: what the smallest picture takes beyond its prediction.
        let own = measured[0] - predicted[0];
        println!(
            "{model}: predicted {predicted:.0?} MiB, measured {measured:.0?}, of which {own:.0} the program"
        );
        for (p, m) in predicted.iter().zip(measured).skip(1) {
            let off = p + own - m;
            assert!(off > -0.1 * m, "{model}: only {p:.0} + {own:.0} predicted, {m:.0} measured");
            // All of a tiny model's picture hides below the peak of starting the program.
            assert!(model != "starter" || off < 0.2 * m, "{p:.0} + {own:.0} predicted, {m:.0} measured");
        }
    }
}

#[test]
fn little_memory_is_made_do_with_and_too_little_is_an_error() {
    let tiny = fixture("pipelines/sd1-4ch").display().to_string();
    let pass = Pass { width: 256, height: 256, cfg_scale: 4.0, steps: 1, ..plain_pass(&tiny) };
    let wanted = backend().fit(&pass).expect("a fit").wanted;
    let limited = |bytes: u64| backend().with_memory_limit(Some(bytes)).fit(&pass);
    assert_eq!(limited(wanted).expect("a fit").savings, []);
    let Fit { savings, need, .. } = limited(wanted * 2 / 3).expect("a fit");
    assert!(!savings.is_empty() && need <= wanted * 2 / 3, "{savings:?}");
    assert!(limited(1 << 10).is_err());
    // What is saved changes little: each way to do with less paints nearly the same.
    let mut backend = backend();
    let mut run = |savings: Vec<Saving>| {
        let pass = Pass { savings, width: 64, height: 64, ..pass.clone() };
        backend.run(&pass, &mut Quiet::default(), &mut Timings::default()).expect("a picture")
    };
    let (whole, one_by_one) = (run(Vec::new()), run(vec![Saving::OneByOne]));
    let worst = whole.data.iter().zip(&one_by_one.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1.0 / 255.0, "{worst}");
}

#[test]
fn the_engine_says_what_it_gives_up() {
    #[derive(Default)]
    struct Ear(Vec<Fit>);
    impl Monitor for Ear {
        fn cancelled(&self) -> bool {
            false
        }
        fn thrift(&mut self, fit: &Fit) {
            self.0.push(fit.clone());
        }
        fn stage(&mut self, _: &'static str) {}
        fn step(&mut self, _: u32, _: u32, _: f64, _: Option<Preview>) {}
    }
    use scumble::generate::Request;
    use scumble::generate::engine::{Inputs, Job, execute};
    let footprint = memory::footprint(&Model::open("starter").expect("a model"), 4).expect("its sizes");
    let limit = footprint.need(192, 192, 2, &[Saving::OneByOne, Saving::SmallTiles]);
    let request = Request { width: 512, height: 384, steps: 2, cfg_scale: 4.0, ..Request::default() };
    let mut ear = Ear::default();
    let mut backend = backend().with_memory_limit(Some(limit));
    let job = Job { request, index: 0, inputs: Inputs::default() };
    let made = execute(&mut backend, &job, &mut ear, &mut Timings::default()).expect("a picture");
    assert_eq!(made.image.dimensions(), (512, 384));
    assert!(ear.0[0].savings.ends_with(&[Saving::Smaller]) && ear.0[0].need <= limit, "{:?}", ear.0);
}
