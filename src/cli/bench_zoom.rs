//! `scumble bench zoom`: frames a second without an encoder, the encoders' own rates, H.264's beside x264 at the same
//! likeness, and memory of a short and of a long film.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use super::CliError;
use super::stats::peak_rss_mb;
use crate::generate::Cancel;
use crate::geom::Rect;
use crate::zoom::export::write_frames;
use crate::zoom::video::yuv::Yuv420;
use crate::zoom::{Camera, Film, Look, Renderer, Travel, export, growth};

/// Side of the levels, pixels.
const PAGE: u32 = 1024;
/// Levels of the film.
const LEVELS: u32 = 4;
/// Frames that are enough for a slow encoder.
const SLOW_FRAMES: u32 = 16;

pub fn run(size: (u32, u32), frames: u32, long: u32, as_json: bool) -> Result<(), CliError> {
    let pictures: Vec<_> = (0..LEVELS).map(picture).collect();
    let doc = growth::stack(&pictures, 2.0)?;
    let film = |frames: u32| {
        let seconds_per_level = f64::from(frames) / 30.0 / f64::from(LEVELS - 1);
        Film {
            travel: Travel { seconds_per_level, ..Travel::default() },
            look: Look::default(),
            size,
            quality: 80,
        }
    };
    let short = film(frames);
    let camera = Camera::new(&doc, &short.travel, size);
    let mut renderer = Renderer::new(doc.clone(), false, Look::default());
    let count = camera.frames();
    let mut raw = tempfile::tempdir().ok().and_then(|folder| {
        let file = std::fs::File::create(folder.path().join("frames.yuv")).ok()?;
        Some((folder, file))
    });
    let (mut rendering, mut yuv) = (0.0, Yuv420::new(size.0 as usize, size.1 as usize));
    for index in 0..count {
        let begun = Instant::now();
        let frame = renderer.frame(&camera.view(index), size);
        rendering += begun.elapsed().as_secs_f64();
        yuv.read(&frame);
        let written = raw.as_mut().is_none_or(|(_, file)| write_planes(file, &yuv).is_ok());
        if !written {
            raw = None;
        }
    }
    let render_fps = f64::from(count) / rendering;
    let folder = tempfile::tempdir().map_err(|e| CliError::Failure(format!("no temporary folder: {e}")))?;
    let ours = folder.path().join("ours.mp4");
    let report = export(&doc, &short, &ours, &Cancel::default(), &mut |_| {})?;
    let small_mb = peak_rss_mb();
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
    let peer =
        raw.as_ref().and_then(|(raw, _)| against_x264(&ours, &raw.path().join("frames.yuv"), size, count));
    let long_film = folder.path().join("long.mp4");
    let long_report = export(&doc, &film(long), &long_film, &Cancel::default(), &mut |_| {})?;
    let large_mb = peak_rss_mb();
    // After memory was looked at: this encoder's is not that of a longer film.
    // The beginning of the same film, so that its bytes can be held beside those above.
    let webm = folder.path().join("ours.webm");
    let render = |index: u32| Ok(renderer.frame(&camera.view(index), size));
    let begun = count.min(SLOW_FRAMES);
    let webm_report = write_frames(&short, begun, &webm, &Cancel::default(), render, &mut |_| {})?;
    let peer_json = peer.as_ref().map(|p| {
        json!({"psnr_db": p.own_db, "x264_psnr_db": p.db, "x264_crf": p.crf, "x264_fps": p.fps, "x264_bytes": p.bytes})
    });
    if as_json {
        let object = json!({
            "size": format!("{}x{}", size.0, size.1), "threads": rayon::current_num_threads(),
            "frames": count, "render_fps": render_fps, "encode_fps": report.encode_fps, "bytes": bytes(&ours),
            "webm_encode_fps": webm_report.encode_fps, "webm_frames": webm_report.frames, "webm_bytes": bytes(&webm),
            "peer": peer_json, "long_frames": long_report.frames, "peak_rss_mb": small_mb, "long_peak_rss_mb": large_mb,
        });
        println!("{object}");
        return Ok(());
    }
    println!("film         {}x{}, {count} frames, {} threads", size.0, size.1, rayon::current_num_threads());
    println!("render       {render_fps:.1} frames/s");
    println!("encode       {:.1} frames/s, {} kB", report.encode_fps, bytes(&ours) / 1000);
    println!(
        "WebM         {:.1} frames/s, {} kB for {} frames",
        webm_report.encode_fps,
        bytes(&webm) / 1000,
        webm_report.frames
    );
    match peer {
        Some(p) => {
            println!("likeness     {:.2} dB", p.own_db);
            println!(
                "x264 medium  {:.1} frames/s, {} kB at {:.2} dB (crf {})",
                p.fps,
                p.bytes / 1000,
                p.db,
                p.crf
            );
        }
        None => println!("x264         not measured: no ffmpeg with libx264"),
    }
    if let (Some(small), Some(large)) = (small_mb, large_mb) {
        println!(
            "peak memory  {small:.0} MiB after {count} frames, {large:.0} MiB after {} more",
            long_report.frames
        );
    }
    Ok(())
}

/// Clouds at every scale, another one for each level.
fn picture(level: u32) -> image::RgbaImage {
    let page = Rect::from_size(0, 0, PAGE, PAGE);
    let wave = |x: f32, y: f32, k: u32| (x * 0.9 + y * 0.43 + k as f32).sin() * (y * 0.8 - x * 0.37).cos();
    image::RgbaImage::from_fn(page.width(), page.height(), |x, y| {
        let (x, y) = (x as f32 / PAGE as f32 * 6.0, y as f32 / PAGE as f32 * 6.0);
        let mut value = [0.0f32; 3];
        for octave in 0..7u32 {
            let scale = 2f32.powi(octave as i32);
            for (c, v) in value.iter_mut().enumerate() {
                *v += wave(x * scale, y * scale, level * 17 + octave * 5 + c as u32) / scale.powf(0.8);
            }
        }
        let [r, g, b] = value.map(|v| ((v * 0.35 + 0.5).clamp(0.0, 1.0) * 255.0) as u8);
        image::Rgba([r, g, b, 255])
    })
}

fn write_planes(file: &mut std::fs::File, yuv: &Yuv420) -> std::io::Result<()> {
    use std::io::Write;
    [&yuv.y, &yuv.u, &yuv.v].into_iter().try_for_each(|plane| file.write_all(plane))
}

/// x264 on the same frames.
struct Peer {
    own_db: f64,
    db: f64,
    crf: u32,
    fps: f64,
    bytes: u64,
}

fn raw_input(command: &mut Command, raw: &Path, size: (u32, u32)) {
    command.args([
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-s",
        &format!("{}x{}", size.0, size.1),
        "-r",
        "30",
        "-i",
    ]);
    command.arg(raw);
}

/// By ffmpeg's own measure, all planes.
fn likeness(film: &Path, raw: &Path, size: (u32, u32)) -> Option<f64> {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-i"]).arg(film);
    raw_input(&mut command, raw, size);
    command.args(["-lavfi", "psnr", "-f", "null", "-"]);
    let said = String::from_utf8_lossy(&command.output().ok()?.stderr).into_owned();
    said.split("average:").nth(1)?.split_whitespace().next()?.parse().ok()
}

/// Encodes with x264's default preset at the quality that comes nearest to ours.
fn against_x264(ours: &Path, raw: &Path, size: (u32, u32), frames: u32) -> Option<Peer> {
    let own_db = likeness(ours, raw, size)?;
    let film = ours.with_file_name("x264.mp4");
    let (mut low, mut high, mut best) = (8u32, 40u32, None::<Peer>);
    while low <= high {
        let crf = (low + high) / 2;
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y"]);
        raw_input(&mut command, raw, size);
        command.args(["-c:v", "libx264", "-preset", "medium", "-crf", &crf.to_string()]).arg(&film);
        let begun = Instant::now();
        if !command.status().ok()?.success() {
            return None;
        }
        let fps = f64::from(frames) / begun.elapsed().as_secs_f64();
        let db = likeness(&film, raw, size)?;
        let bytes = std::fs::metadata(&film).ok()?.len();
        if best.as_ref().is_none_or(|b| (db - own_db).abs() < (b.db - own_db).abs()) {
            best = Some(Peer { own_db, db, crf, fps, bytes });
        }
        // A larger crf is less like.
        if db > own_db { low = crf + 1 } else { high = crf - 1 }
    }
    best
}
