//! `scumble travel`.

use serde_json::json;

use super::CliError;
use super::film::{base_request, check, film_size, frames_told, make, tell};
use super::film_args::TravelArgs;
use super::generate::cancel_on_ctrl_c;
use crate::diffusion::{CandleBackend, Placement};
use crate::generate::engine::{Engine, Inputs, Job};
use crate::generate::{Request, Toward};
use crate::zoom::export::write_frames;
use crate::zoom::video::VideoError;
use crate::zoom::{Camera, Film, Look, Renderer, Travel, growth};

/// A stop of the walk.
struct Stop {
    prompt: String,
    seed: u64,
}

pub fn run(args: &TravelArgs) -> Result<(), CliError> {
    if !(0.1..=600.0).contains(&args.seconds_per_prompt) {
        let why = format!("--seconds-per-prompt {}: 0.1 to 600 are possible", args.seconds_per_prompt);
        return Err(CliError::Usage(why));
    }
    let request = base_request(&args.model)?;
    let size = film_size(&args.out, (request.width, request.height));
    check(&args.out, size)?;
    let mut stops = stops(args, request.seed);
    if stops.len() < 2 {
        return Err(CliError::Usage("a walk needs two stops: give -p twice, or two --seeds".into()));
    }
    if args.looped {
        stops.push(Stop { prompt: stops[0].prompt.clone(), seed: stops[0].seed });
    }
    let legs = stops.len() - 1;
    let fps = args.out.fps;
    let frames = (legs as f64 * args.seconds_per_prompt * f64::from(fps)).round().max(2.0) as u32;
    let placement = Placement::new(args.model.place.device.into(), args.model.place.dtype.into())?;
    let stop = cancel_on_ctrl_c();
    let mut engine = Engine::start(move || Box::new(CandleBackend::new(placement.clone())))
        .map_err(|e| CliError::Failure(format!("no thread could be started: {e}")))?;
    let film = Film {
        travel: Travel { fps, ..Travel::default() },
        look: Look::default(),
        size,
        quality: args.out.quality,
    };
    // A loop's last frame is the one before its first.
    let steps = if args.looped { frames } else { frames - 1 };
    let mut failed = None;
    let render = |index: u32| {
        let way = f64::from(index) / f64::from(steps) * legs as f64;
        let request = between(&request, &stops, way, args.ease);
        let job = Job { request, index: 0, inputs: Inputs::default() };
        let label = format!("frame {}/{frames} ", index + 1);
        let picture =
            make(&mut engine, job, label, &stop).and_then(|picture| Ok(growth::first_level(&picture)?));
        match picture {
            Ok(doc) => {
                let view = Camera::new(&doc, &film.travel, size).view(0);
                Ok(Renderer::new(doc, false, Look::default()).frame(&view, size))
            }
            Err(why) => {
                failed = Some(why);
                Err(VideoError::Cancelled)
            }
        }
    };
    let written = write_frames(&film, frames, &args.out.output, &stop, render, &mut frames_told());
    let report = match (failed, written) {
        (Some(why), _) => return Err(why),
        (None, written) => written?,
    };
    let seeds: Vec<u64> = stops.iter().map(|s| s.seed).collect();
    let prompts: Vec<&str> = stops.iter().map(|s| s.prompt.as_str()).collect();
    tell(&args.out, &report, size, json!({"prompts": prompts, "seeds": seeds, "model": args.model.model}));
    Ok(())
}

/// As many stops as there are prompts or seeds; the last of either serves for the rest.
fn stops(args: &TravelArgs, seed: u64) -> Vec<Stop> {
    let count = args.prompt.len().max(args.seeds.len());
    let of = |i: usize| Stop {
        prompt: args.prompt.get(i).or(args.prompt.last()).cloned().unwrap_or_default(),
        seed: args.seeds.get(i).or(args.seeds.last()).copied().unwrap_or(seed),
    };
    (0..count).map(of).collect()
}

/// The request `way` stops from the first.
fn between(base: &Request, stops: &[Stop], way: f64, ease: bool) -> Request {
    let leg = (way.floor() as usize).min(stops.len() - 2);
    let t = (way - leg as f64).clamp(0.0, 1.0);
    let t = if ease { t * t * (3.0 - 2.0 * t) } else { t };
    let (from, to) = (&stops[leg], &stops[leg + 1]);
    let seed = (to.seed != from.seed).then_some(to.seed);
    Request {
        prompt: from.prompt.clone(),
        seed: from.seed,
        toward: Some(Toward { prompt: to.prompt.clone(), seed, t: t as f32 }),
        ..base.clone()
    }
}
