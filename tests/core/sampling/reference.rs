//! Every scheduler trajectory that `make_numbers.py` stores.

use scumble::sampling::noise::{Draw, source};
use scumble::sampling::{RngKind, SamplerKind, SchedulerConfig, build};
use serde::Deserialize;

use super::stored::{Stored, deviation, path};

pub const SHAPE: [usize; 4] = [1, 4, 4, 4];
const LEN: usize = 64;

#[derive(Deserialize)]
struct Entry {
    name: String,
    class: String,
    config: serde_json::Map<String, serde_json::Value>,
    steps: usize,
    start: usize,
    order: usize,
    inpaint: bool,
}

/// The stand-in for the network of `make_numbers.py`.
pub fn model(sample: &[f32], call: usize) -> Vec<f32> {
    let answer = |(i, x): (usize, &f32)| {
        let x = f64::from(*x);
        (0.3 * x / (1.0 + x.abs()) + 0.1 * (7.0 * i as f64 + call as f64).sin()) as f32
    };
    sample.iter().enumerate().map(answer).collect()
}

/// How far rounding may carry a trajectory off. Single precision keeps some seven digits of every sample that was passed;
/// a start at a noise level in the thousands, where the next step cancels most of it, leaves fewer of what comes after.
pub struct Trajectory {
    kind: SamplerKind,
    largest: f32,
}

impl Trajectory {
    pub fn new(kind: SamplerKind) -> Self {
        Self { kind, largest: 0.0 }
    }

    pub fn visit(&mut self, sample: &[f32]) {
        self.largest = sample.iter().fold(self.largest, |largest, x| largest.max(x.abs()));
    }

    /// Largest allowed `deviation` of `sample`, the stored one.
    pub fn limit(&self, sample: &[f32]) -> f64 {
        let size = sample.iter().fold(1e-6f32, |size, x| size.max(x.abs()));
        let limit = 2e-6f64.max(1.5e-7 * f64::from(self.largest / size));
        // The path is resolved to six decimals of sigma: where PyTorch's logarithm rounds one bit differently (it does on
        // other processors, too), a neighbouring point of it is taken, sqrt(1e-6) away.
        if self.kind == SamplerKind::DpmppSde { limit.max(5e-3) } else { limit }
    }
}

fn run(entry: &Entry, stored: &Stored) -> Vec<(&'static str, f64)> {
    let mut fields = entry.config.clone();
    fields.insert("_class_name".into(), entry.class.clone().into());
    let config = SchedulerConfig { fields };
    let kind = config.default_sampler();
    // The Brownian path's seed is a field of the configuration there, an argument here.
    let mut sampler = build(kind, None, &config, entry.steps, 5).expect(&entry.name);
    let name = |what: &str| format!("{}.{what}", entry.name);

    let times: Vec<f32> = stored.f64(&name("timesteps")).iter().map(|t| *t as f32).collect();
    let mut deviations = vec![("timesteps", deviation(sampler.timesteps(), &times))];
    if stored.has(&name("sigmas")) {
        // Second calls between two levels have their own noise level here.
        let stride = if matches!(kind, SamplerKind::Dpm2 | SamplerKind::DpmppSde) { 2 } else { 1 };
        let want: Vec<f32> = stored.f32(&name("sigmas")).into_iter().step_by(stride).collect();
        let got: Vec<f32> = sampler.sigmas().iter().copied().step_by(stride).collect();
        deviations.push(("sigmas", deviation(&got, &want[..got.len()])));
    }
    let init = stored.f64(&name("init_noise_sigma"))[0] as f32;
    deviations.push(("init", deviation(&[sampler.init_noise_sigma()], &[init])));

    let mut rng = source(RngKind::Torch, 7, (0, 0));
    let noise = rng.normal(Draw::Init, SHAPE);
    let image = source(RngKind::Torch, 11, (0, 0)).normal(Draw::Init, SHAPE);
    let start = entry.start * entry.order;
    sampler.begin(start);
    let mut sample = if start > 0 {
        sampler.add_noise(&image, &noise, start)
    } else {
        noise.iter().map(|n| n * sampler.init_noise_sigma()).collect()
    };
    deviations.push(("start", deviation(&sample, &stored.f32(&name("start")))));
    let mut scaled = sample.clone();
    sampler.scale_model_input(&mut scaled, start);
    deviations.push(("scaled", deviation(&scaled, &stored.f32(&name("scaled")))));

    let want = stored.f32(&name("prev"));
    let noised = if entry.inpaint { stored.f32(&name("noised")) } else { Vec::new() };
    let (mut worst, mut worst_noised) = (0.0f64, 0.0f64);
    let mut track = Trajectory::new(kind);
    for i in start..sampler.timesteps().len() {
        let call = i - start;
        let out = sampler.step(i, &model(&sample, call), &sample, SHAPE, &mut *rng);
        assert!(out.pred_x0.iter().all(|v| v.is_finite()), "{}: pred_x0", entry.name);
        track.visit(&sample);
        sample = out.prev_sample;
        // In units of what is allowed.
        let want = &want[call * LEN..(call + 1) * LEN];
        worst = worst.max(deviation(&sample, want) / track.limit(want));
        if entry.inpaint && i + 1 < sampler.timesteps().len() {
            let got = sampler.add_noise(&image, &noise, i + 1);
            worst_noised = worst_noised.max(deviation(&got, &noised[call * LEN..(call + 1) * LEN]));
        }
    }
    deviations.push(("steps", worst));
    if entry.inpaint {
        deviations.push(("noised", worst_noised));
    }
    deviations
}

#[test]
fn trajectories_follow_diffusers() {
    let text = std::fs::read_to_string(path("schedulers.json")).expect("schedulers.json");
    let entries: Vec<Entry> = serde_json::from_str(&text).expect("schedulers.json");
    let stored = Stored::open("schedulers.safetensors");
    let mut failures = Vec::new();
    for entry in &entries {
        // The first DPM-Solver is deprecated there and absent here.
        if entry.config.get("algorithm_type").and_then(|v| v.as_str()) == Some("dpmsolver") {
            continue;
        }
        let config = serde_json::to_string(&entry.config).unwrap();
        for (what, miss) in run(entry, &stored) {
            println!("{:34} {what:10} {miss:.1e}", entry.name);
            let limit = match what {
                "timesteps" | "init" => 2e-7,
                "steps" => 1.0,
                _ => 2e-6,
            };
            if miss.is_nan() || miss > limit {
                failures.push(format!(
                    "{} {what}: {miss:.1e}  {} steps from {}  {config}",
                    entry.name, entry.steps, entry.start
                ));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
