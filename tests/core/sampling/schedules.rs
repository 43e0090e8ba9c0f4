//! What a chosen sampler and schedule make of a model folder's configuration (`make_schedules.py`).

use std::collections::BTreeMap;

use scumble::sampling::noise::{Draw, source};
use scumble::sampling::{RngKind, SamplerKind, ScheduleKind, SchedulerConfig, build};
use serde::Deserialize;

use super::reference::{SHAPE, Trajectory, model};
use super::stored::{Stored, deviation, path};

#[derive(Deserialize)]
struct File {
    configs: BTreeMap<String, SchedulerConfig>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    kind: SamplerKind,
    schedule: Option<ScheduleKind>,
    config: String,
    steps: usize,
    first: f64,
}

/// A stored configuration.
pub fn config(name: &str) -> SchedulerConfig {
    file().configs.remove(name).expect("a stored configuration")
}

fn file() -> File {
    let text = std::fs::read_to_string(path("schedules.json")).expect("schedules.json");
    serde_json::from_str(&text).expect("schedules.json")
}

#[test]
fn schedules_follow_diffusers() {
    let file = file();
    let stored = Stored::open("schedules.safetensors");
    let mut failures = Vec::new();
    let mut worst: BTreeMap<(String, String), [f64; 3]> = BTreeMap::new();
    for entry in &file.entries {
        let name = |what: &str| format!("{}.{what}", entry.name);
        let config = &file.configs[&entry.config];
        let mut sampler = match build(entry.kind, entry.schedule, config, entry.steps, 5) {
            Ok(sampler) => sampler,
            Err(e) => {
                failures.push(format!("{}: {e}", entry.name));
                continue;
            }
        };
        let times = stored.f32(&name("timesteps"));
        let whole = times.iter().all(|t| t.fract() == 0.0);
        let mut misses = [deviation(sampler.timesteps(), &times), 0.0, 0.0];
        if whole && misses[0] > 0.0 {
            failures.push(format!("{}: whole timesteps differ", entry.name));
        }
        if stored.has(&name("sigmas")) {
            let stride = if matches!(entry.kind, SamplerKind::Dpm2 | SamplerKind::DpmppSde) { 2 } else { 1 };
            let want: Vec<f32> = stored.f32(&name("sigmas")).into_iter().step_by(stride).collect();
            let got: Vec<f32> = sampler.sigmas().iter().copied().step_by(stride).collect();
            misses[1] = deviation(&got, &want[..got.len()]);
        }
        misses[1] = misses[1].max(deviation(&[sampler.init_noise_sigma()], &[entry.first as f32]));
        if stored.has(&name("last")) {
            let mut rng = source(RngKind::Torch, 7, (0, 0));
            let first = sampler.init_noise_sigma();
            let mut sample: Vec<f32> = rng.normal(Draw::Init, SHAPE).iter().map(|n| n * first).collect();
            let mut track = Trajectory::new(entry.kind);
            sampler.begin(0);
            for i in 0..sampler.timesteps().len() {
                track.visit(&sample);
                sample = sampler.step(i, &model(&sample, i), &sample, SHAPE, &mut *rng).prev_sample;
            }
            misses[2] = deviation(&sample, &stored.f32(&name("last")));
            let limit = track.limit(&stored.f32(&name("last")));
            if misses[2].is_nan() || misses[2] > limit {
                failures.push(format!("{} last: {:.1e} over {limit:.1e}", entry.name, misses[2]));
            }
        }
        for (what, miss, limit) in [("timesteps", misses[0], 1e-6), ("sigmas", misses[1], 1e-6)] {
            if miss.is_nan() || miss > limit {
                failures.push(format!("{} {what}: {miss:.1e}", entry.name));
            }
        }
        let schedule = entry.schedule.map_or("-".to_owned(), |s| s.to_string());
        let row = worst.entry((entry.kind.to_string(), schedule)).or_default();
        row.iter_mut().zip(misses).for_each(|(worst, miss)| *worst = worst.max(miss));
    }
    for ((kind, schedule), [times, sigmas, last]) in worst {
        println!("{kind:13} {schedule:13} {times:.0e} {sigmas:.0e} {last:.0e}");
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures[..failures.len().min(60)].join("\n")
    );
}
