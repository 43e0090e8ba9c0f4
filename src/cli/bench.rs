//! `scumble bench`: medians, so that a busy machine shifts them little.

use serde_json::json;

use super::CliError;
use super::args::{BenchArgs, BenchCommand, BenchEngineArgs};
use super::stats::{median, peak_rss_mb};
use crate::diffusion::bench::bench_engine;
use crate::diffusion::{CandleBackend, Placement};

pub fn run(args: &BenchArgs) -> Result<(), CliError> {
    match &args.command {
        BenchCommand::Engine(args) => engine(args),
        BenchCommand::Canvas { size, json } => canvas(*size, *json),
        BenchCommand::Seams { seeds, mend, json } => {
            if !(1..=1000).contains(seeds) {
                return Err(CliError::Usage("--seeds 1 to 1000 are possible".into()));
            }
            super::bench_seams::run(*seeds, *mend, *json)
        }
        BenchCommand::Zoom { size, frames, long, json } => {
            super::bench_zoom::run(*size, *frames, *long, *json)
        }
        BenchCommand::Live { size, strokes, json } => {
            if !(64..=4096).contains(size) || !(1..=1000).contains(strokes) {
                return Err(CliError::Usage("--size 64 to 4096 and --strokes 1 to 1000 are possible".into()));
            }
            super::bench_live::run(*size, *strokes, *json)
        }
    }
}

fn engine(args: &BenchEngineArgs) -> Result<(), CliError> {
    if args.steps == 0 || args.steps > 1000 {
        return Err(CliError::Usage(format!("--steps {}: 1 to 1000 are possible", args.steps)));
    }
    let placement = Placement::new(args.place.device.into(), args.place.dtype.into())?;
    let device = placement.name();
    let mut backend = CandleBackend::new(placement);
    let report = bench_engine(&mut backend, &args.model, args.size, args.steps, args.guided)?;
    #[cfg(feature = "bench-candle")]
    if args.against_candle {
        let pairs = crate::diffusion::bench_candle::against_candle(
            &mut backend,
            &args.model,
            report.size,
            args.steps,
            args.guided,
        )?;
        let column = |f: fn(&(f64, f64)) -> f64| median(&pairs.iter().map(f).collect::<Vec<_>>());
        let ratio = median(&pairs.iter().map(|(ours, candle)| candle / ours).collect::<Vec<_>>());
        eprintln!(
            "UNet step    ours {:.4} s, candle-transformers {:.4} s, {ratio:.2} times as fast (medians of pairs)",
            column(|p| p.0),
            column(|p| p.1),
        );
    }
    let (step, peak) = (median(&report.step_s), peak_rss_mb());
    if args.json {
        let object = json!({
            "model": args.model, "device": device, "size": format!("{}x{}", report.size.0, report.size.1),
            "guided": args.guided, "threads": report.threads, "load_s": report.load_s, "text_s": report.text_s,
            "step_s": step, "steps_s": report.step_s, "encode_s": median(&report.encode_s),
            "decode_s": median(&report.decode_s), "peak_rss_mb": peak,
        });
        println!("{object}");
        return Ok(());
    }
    println!("model        {} on {device}, {} threads", args.model, report.threads);
    println!("size         {}x{}{}", report.size.0, report.size.1, if args.guided { ", guided" } else { "" });
    println!("load         {:.3} s", report.load_s);
    println!("text         {:.4} s", report.text_s);
    println!("UNet step    {step:.4} s (median of {})", report.step_s.len());
    println!("VAE encode   {:.4} s", median(&report.encode_s));
    println!("VAE decode   {:.4} s", median(&report.decode_s));
    if let Some(peak) = peak {
        println!("peak memory  {peak:.0} MiB");
    }
    Ok(())
}

fn canvas(size: i32, as_json: bool) -> Result<(), CliError> {
    if !(512..=8192).contains(&size) {
        return Err(CliError::Usage(format!("--size {size}: 512 to 8192 are possible")));
    }
    let report = crate::paint::bench::bench(size);
    if as_json {
        let text = serde_json::to_string(&report).map_err(|e| CliError::Failure(e.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    for entry in &report.entries {
        let goal = entry.goal_ms.map(|g| format!("  (goal {g} ms)")).unwrap_or_default();
        println!("{:60} {:10.4} ms{goal}", entry.name, entry.median_ms);
    }
    println!(
        "{} threads, {:.0} MiB of pixels",
        report.threads,
        report.document_bytes as f64 / f64::from(1 << 20)
    );
    Ok(())
}
