//! `scumble travel`.

use serde_json::json;

use super::CliError;
use super::film::{base_request, check, film_size, frames_told, make, tell};
use super::film_args::TravelArgs;
use super::generate::{cancel_on_ctrl_c, start_engine};
use crate::generate::engine::{Inputs, Job};
use crate::zoom::export::write_frames;
use crate::zoom::video::VideoError;
use crate::zoom::walk::{Stop, Walk, frame_of};

pub fn run(args: &TravelArgs) -> Result<(), CliError> {
    if !(0.1..=600.0).contains(&args.seconds_per_prompt) {
        let why = format!("--seconds-per-prompt {}: 0.1 to 600 are possible", args.seconds_per_prompt);
        return Err(CliError::Usage(why));
    }
    let request = base_request(&args.picture, 1)?;
    let size = film_size(&args.out, (request.width, request.height));
    check(&args.out, size)?;
    let walk = Walk {
        stops: stops(args, request.seed),
        seconds_per_stop: args.seconds_per_prompt,
        ease: args.ease,
        looped: args.looped,
        fps: args.out.fps,
    };
    if walk.stops.len() < 2 {
        return Err(CliError::Usage("a walk needs two stops: give -p twice, or two --seeds".into()));
    }
    let frames = walk.frames();
    let stop = cancel_on_ctrl_c();
    let mut engine = start_engine(&args.picture.place)?;
    let mut failed = None;
    let render = |index: u32| {
        let job = Job { request: walk.request(&request, index), index: 0, inputs: Inputs::default() };
        let label = format!("frame {}/{frames} ", index + 1);
        let picture = make(&mut engine, job, label, &stop).and_then(|picture| Ok(frame_of(&picture, size)?));
        picture.map_err(|why| {
            failed = Some(why);
            VideoError::Cancelled
        })
    };
    let film = walk.film(size, args.out.quality);
    let written = write_frames(&film, frames, &args.out.output, &stop, render, &mut frames_told());
    let report = match (failed, written) {
        (Some(why), _) => return Err(why),
        (None, written) => written?,
    };
    let back = if walk.looped { walk.stops.first() } else { None };
    let stops = || walk.stops.iter().chain(back);
    let seeds: Vec<u64> = stops().map(|s| s.seed).collect();
    let prompts: Vec<&str> = stops().map(|s| s.prompt.as_str()).collect();
    tell(&args.out, &report, size, json!({"prompts": prompts, "seeds": seeds, "model": request.model}));
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
