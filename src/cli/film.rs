//! What the commands that make films share: a request from options, waiting for a picture, reports.

use serde_json::{Value, json};

use super::CliError;
use super::args::PictureArgs;
use super::film_args::OutputArgs;
use super::generate::{check_finish, laid_down, take_options, wait_for};
use super::progress::Progress;
use super::stats::peak_rss_mb;
use crate::generate::engine::{Engine, Job};
use crate::generate::{Cancel, Request};
use crate::zoom::video::{FilmSettings, Format};
use crate::zoom::{Report, export};

/// What the options say of every picture, whose sides are `least_px` or more where they say nothing.
pub fn base_request(args: &PictureArgs, least_px: u32) -> Result<Request, CliError> {
    let mut request = Request::default();
    let side = take_options(args, &mut request, true)?.native_px().max(least_px);
    (request.width, request.height) = args.size.unwrap_or((side, side));
    request.finish = args.finish.clone().unwrap_or_default();
    check_finish(&request.finish)?;
    Ok(request)
}

/// Whether the film can be written, before long work.
pub fn check(out: &OutputArgs, size: (u32, u32)) -> Result<(), CliError> {
    let format = Format::from_path(&out.output).map_err(|why| CliError::Usage(why.to_string()))?;
    FilmSettings { size, fps: out.fps, frames: 1, quality: out.quality }.check(format)?;
    let folder = out.output.parent().filter(|p| !p.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(CliError::Failure(format!(
            "cannot write {}: the folder {} does not exist",
            out.output.display(),
            folder.display()
        ))),
        Some(_) | None => Ok(()),
    }
}

/// The film's size: as asked for, or the pictures', made even.
pub fn film_size(out: &OutputArgs, page: (u32, u32)) -> (u32, u32) {
    out.video_size.unwrap_or((page.0.max(16) & !1, page.1.max(16) & !1))
}

/// Lets the engine make a picture and shows how far it is.
pub fn make(
    engine: &mut Engine,
    job: Job,
    label: String,
    stop: &Cancel,
) -> Result<image::RgbaImage, CliError> {
    let (finish, seed) = (job.request.finish.clone(), job.request.seed);
    let handle = engine.submit(job)?;
    let done = wait_for(engine, &handle, label, stop, &mut |_| Ok(()))?;
    Ok(laid_down(done.image, &done.paste, &finish, seed))
}

/// Tells of frames.
pub fn frames_told() -> impl FnMut(export::Progress) {
    let progress = Progress::new("film ".into());
    move |p: export::Progress| {
        progress.frame(p.frame, p.frames, p.secs_left);
        if p.frame == p.frames {
            progress.done();
        }
    }
}

/// What was done, with `more` about it.
pub fn tell(out: &OutputArgs, report: &Report, size: (u32, u32), more: Value) {
    if !out.json {
        eprintln!(
            "{} ({} frames, {:.2} s; {:.1} frames/s rendered, {:.1} encoded)",
            out.output.display(),
            report.frames,
            report.seconds,
            report.render_fps,
            report.encode_fps
        );
        return;
    }
    let mut object = json!({
        "file": out.output.display().to_string(),
        "frames": report.frames,
        "seconds": report.seconds,
        "fps": out.fps,
        "size": format!("{}x{}", size.0, size.1),
        "render_fps": report.render_fps,
        "encode_fps": report.encode_fps,
        "peak_rss_mb": peak_rss_mb(),
    });
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    println!("{object}");
}
