//! `scumble bench seams`: how visible the seams of inpainting and outpainting are, against a naive paste: hard mask, the
//! raw picture of the model, no differential diffusion, no colour match.

use std::sync::Arc;

use image::{GrayImage, Luma, RgbaImage};
use serde_json::json;

use super::CliError;
use super::stats::median;
use crate::diffusion::{CandleBackend, DTypeChoice, DeviceChoice, Placement};
use crate::generate::engine::{Job, Made, Mended, execute};
use crate::generate::region::seam::{self, SeamScore};
use crate::generate::request::Inputs;
use crate::generate::{Margins, Mask, Monitor, Picture, Preview, Request, Source, Timings};
use crate::sampling::RngKind;

/// Side of the scenes: what the starter was trained on.
const SIDE: u32 = 256;
/// Pixels that outpainting adds on the right.
const ADDED: u32 = 128;
/// What the scenes show, in turn.
const SCENES: [&str; 5] = [
    "a lake at noon, oil painting",
    "dunes at sunset, impressionist painting",
    "a forest in autumn, oil painting",
    "mountains at night, watercolour painting",
    "a meadow in the morning, oil painting",
];

/// Hears nothing.
struct Quiet;

impl Monitor for Quiet {
    fn cancelled(&self) -> bool {
        false
    }
    fn wants_preview(&self) -> bool {
        false
    }
    fn stage(&mut self, _name: &'static str) {}
    fn step(&mut self, _step: u32, _steps: u32, _secs: f64, _preview: Option<Preview>) {}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Inpaint,
    Outpaint,
}

impl Kind {
    const ALL: [Kind; 2] = [Kind::Inpaint, Kind::Outpaint];

    fn name(self) -> &'static str {
        match self {
            Kind::Inpaint => "inpaint",
            Kind::Outpaint => "outpaint",
        }
    }
}

struct Row {
    kind: Kind,
    seed: u64,
    ours: SeamScore,
    naive: SeamScore,
    mended: Option<Mended>,
}

/// Measures `seeds` seeds of each kind.
pub fn run(seeds: u64, mend: bool, as_json: bool) -> Result<(), CliError> {
    let placement = Placement::new(DeviceChoice::Auto, DTypeChoice::Auto)?;
    let mut backend = CandleBackend::new(placement);
    let mut rows = Vec::new();
    for seed in 0..seeds {
        let words = SCENES[(seed % SCENES.len() as u64) as usize];
        let scene = scene(&mut backend, words, seed)?;
        for kind in Kind::ALL {
            let (request, inputs, mask) = task(kind, words, seed, &scene);
            let request = Request { mend_seam: mend, ..request };
            let ours = made(&mut backend, &request, &inputs)?;
            let plain = Request { plain: true, mend_seam: false, ..request };
            let naive = made(&mut backend, &plain, &inputs)?;
            // Ours is pasted beyond the mask: the worse of the two lines counts.
            let rim = seam_of(&ours.image, &Mask::from_gray8(&ours.paste));
            let line = seam_of(&ours.image, &mask);
            let score = if rim.pairs > 0 && rim.step > line.step { rim } else { line };
            let naive = seam_of(&naive.image, &mask);
            rows.push(Row { kind, seed, ours: score, naive, mended: ours.mended });
        }
    }
    if as_json {
        println!("{}", report(&rows));
    } else {
        print(&rows);
    }
    Ok(())
}

fn source() -> Option<Source> {
    Some(Source { path: "scene".into(), hash: String::new() })
}

/// A picture that the model knows: its own.
fn scene(backend: &mut CandleBackend, words: &str, seed: u64) -> Result<RgbaImage, CliError> {
    let request = Request { init: None, ..base(words, seed.wrapping_add(1000)) };
    Ok(made(backend, &request, &Inputs::default())?.image)
}

fn base(words: &str, seed: u64) -> Request {
    Request {
        prompt: words.into(),
        width: SIDE,
        height: SIDE,
        steps: 20,
        cfg_scale: 4.0,
        seed,
        rng: RngKind::Canvas,
        init: source(),
        ..Request::default()
    }
}

/// The request, its pixels, and what is new in the result.
fn task(kind: Kind, words: &str, seed: u64, scene: &RgbaImage) -> (Request, Inputs, Mask) {
    let init = Some(Arc::new(scene.clone()));
    match kind {
        Kind::Inpaint => {
            // An ellipse that moves about with the seed.
            let (cx, cy) = (88 + (seed * 17 % 81) as i32, 88 + (seed * 29 % 81) as i32);
            let inside = |x: u32, y: u32| (x as i32 - cx).pow(2) * 2 + (y as i32 - cy).pow(2) * 3 < 7200;
            let mask = GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]));
            let new = Mask::from_gray8(&mask);
            let request = Request { mask: source(), ..base(words, seed) };
            (request, Inputs { init, mask: Some(Arc::new(mask)), ..Inputs::default() }, new)
        }
        Kind::Outpaint => {
            let outpaint = Margins { right: ADDED, ..Margins::default() };
            let width = SIDE + ADDED;
            let new = |i: u32| f32::from(u8::from(i % width >= SIDE));
            let mask = Mask { width, height: SIDE, data: (0..width * SIDE).map(new).collect() };
            (Request { outpaint, ..base(words, seed) }, Inputs { init, ..Inputs::default() }, mask)
        }
    }
}

fn made(backend: &mut CandleBackend, request: &Request, inputs: &Inputs) -> Result<Made, CliError> {
    let job = Job { request: request.clone(), index: 0, inputs: inputs.clone() };
    Ok(execute(backend, &job, &mut Quiet, &mut Timings::default())?)
}

fn seam_of(image: &RgbaImage, mask: &Mask) -> SeamScore {
    let rgb = image::DynamicImage::ImageRgba8(image.clone()).to_rgb8();
    seam::score(&Picture::from_rgb8(&rgb), mask, seam::LEVEL)
}

/// Medians of one kind: our step, the naive one, how many times ours is lower, our gradient ratio, the naive one.
fn medians(rows: &[Row], kind: Kind) -> [f64; 5] {
    let of =
        |f: &dyn Fn(&Row) -> f64| median(&rows.iter().filter(|r| r.kind == kind).map(f).collect::<Vec<_>>());
    [
        of(&|r| f64::from(r.ours.step)),
        of(&|r| f64::from(r.naive.step)),
        of(&|r| f64::from(r.naive.step / r.ours.step.max(1e-3))),
        of(&|r| f64::from(r.ours.gradient_ratio)),
        of(&|r| f64::from(r.naive.gradient_ratio)),
    ]
}

fn report(rows: &[Row]) -> serde_json::Value {
    let score = |s: &SeamScore| json!({"step": s.step, "delta_e": s.delta_e, "gradient_ratio": s.gradient_ratio, "pairs": s.pairs});
    let row = |r: &Row| {
        json!({"kind": r.kind.name(), "seed": r.seed, "ours": score(&r.ours), "naive": score(&r.naive),
               "mended": r.mended.map(|m| json!({"before": m.before.step, "after": m.after.step, "kept": m.kept}))})
    };
    let summary = |kind: Kind| {
        let [ours, naive, times, ratio, naive_ratio] = medians(rows, kind);
        json!({"step": ours, "naive_step": naive, "times_lower": times, "gradient_ratio": ratio,
               "naive_gradient_ratio": naive_ratio})
    };
    json!({"side_px": SIDE, "inpaint": summary(Kind::Inpaint), "outpaint": summary(Kind::Outpaint),
           "rows": rows.iter().map(row).collect::<Vec<_>>()})
}

fn print(rows: &[Row]) {
    println!(
        "step: what goes one way across the seam, L*a*b* (2.3 is just noticeable); edge: against its surroundings"
    );
    println!(
        "{:8} {:>4} {:>8} {:>8} {:>7} {:>7} {:>7}  mended",
        "", "seed", "step", "naive", "times", "edge", "naive"
    );
    for r in rows {
        let mended = r.mended.map_or(String::new(), |m| {
            format!("{:.2} -> {:.2}{}", m.before.step, m.after.step, if m.kept { "" } else { " (not kept)" })
        });
        println!(
            "{:8} {:4} {:8.2} {:8.2} {:7.1} {:7.2} {:7.2}  {mended}",
            r.kind.name(),
            r.seed,
            r.ours.step,
            r.naive.step,
            r.naive.step / r.ours.step.max(1e-3),
            r.ours.gradient_ratio,
            r.naive.gradient_ratio
        );
    }
    for kind in Kind::ALL {
        let [ours, naive, times, ratio, naive_ratio] = medians(rows, kind);
        println!("{:8} med. {ours:7.2} {naive:8.2} {times:7.1} {ratio:7.2} {naive_ratio:7.2}", kind.name());
    }
}
