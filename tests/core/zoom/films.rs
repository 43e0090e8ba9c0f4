//! Films as files: read back by programs that are not ours.

use super::world::{World, psnr};
use scumble::generate::Cancel;
use scumble::zoom::video::{FilmSettings, Format, VideoError, Writer};
use scumble::zoom::{Camera, Film, Look, Renderer, Travel, export};
use std::path::Path;
use std::process::Command;

fn film(size: (u32, u32), fps: u32) -> Film {
    let travel = Travel { seconds_per_level: 0.8, fps, ..Travel::default() };
    Film { travel, look: Look::default(), size, quality: 80 }
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("-version").output().is_ok_and(|o| o.status.success());
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

fn probe(path: &Path) -> serde_json::Value {
    let out = Command::new("ffprobe")
        .args(["-v", "warning", "-count_frames", "-show_streams", "-show_format", "-of", "json"])
        .arg(path)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stderr), "", "ffprobe warns");
    serde_json::from_slice(&out.stdout).unwrap()
}

#[cfg(any(feature = "video", feature = "av1"))]
fn decoded(path: &Path) -> Vec<u8> {
    let out = Command::new("ffmpeg")
        .args(["-v", "warning", "-i"])
        .arg(path)
        .args(["-vf", "scale=in_color_matrix=bt709:in_range=tv", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stderr), "", "ffmpeg warns");
    out.stdout
}

#[cfg(feature = "video")]
#[test]
fn an_mp4_is_what_it_should_be() {
    let (doc, _) = World::natural(512).levels(256, 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zoom.mp4");
    let mut film = film((160, 90), 30);
    film.quality = 90;
    let mut heard = 0;
    let report = export(&doc, &film, &path, &Cancel::default(), &mut |p| {
        assert_eq!(p.frames, 24);
        heard = p.frame;
    })
    .unwrap();
    assert_eq!((report.frames, heard), (24, 24));
    assert!((report.seconds - 0.8).abs() < 1e-9);
    let bytes = std::fs::read(&path).unwrap();
    let at = |name: &[u8]| bytes.windows(4).position(|w| w == name).unwrap();
    assert!(at(b"moov") < at(b"mdat"), "the index stands behind the pictures");
    if !has("ffprobe") || !has("ffmpeg") {
        return;
    }
    let said = probe(&path);
    let stream = &said["streams"][0];
    let text = |key: &str| stream[key].as_str().unwrap_or("").to_owned();
    assert_eq!(text("codec_name"), "h264");
    assert_eq!((stream["width"].as_i64(), stream["height"].as_i64()), (Some(160), Some(90)));
    assert_eq!(text("nb_read_frames"), "24");
    assert_eq!(text("nb_frames"), "24");
    assert_eq!(text("avg_frame_rate"), "30/1");
    assert_eq!(text("duration"), "0.800000");
    assert_eq!(said["format"]["duration"].as_str(), Some("0.800000"));
    assert_eq!(text("pix_fmt"), "yuv420p");
    assert_eq!(
        (text("color_space"), text("color_primaries"), text("color_transfer"), text("color_range")),
        ("bt709".into(), "bt709".into(), "bt709".into(), "tv".into())
    );
    let pixels = decoded(&path);
    assert_eq!(pixels.len(), 24 * 160 * 90 * 3);
    let camera = Camera::new(&doc, &film.travel, film.size);
    let mut renderer = Renderer::new(doc, false, Look::default());
    let worst = (0..24)
        .map(|i| {
            let frame = renderer.frame(&camera.view(i), film.size);
            psnr(&frame.rgb, &pixels[i as usize * frame.rgb.len()..][..frame.rgb.len()])
        })
        .fold(f64::INFINITY, f64::min);
    println!("worst decoded frame: {worst:.1} dB in RGB, {} bytes", bytes.len());
    assert!(worst > 32.0, "{worst} dB: colours are off");
}

#[cfg(feature = "av1")]
#[test]
fn a_webm_is_what_it_should_be() {
    let (doc, _) = World::natural(512).levels(256, 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zoom.webm");
    let mut film = film((96, 64), 12);
    // Longer than two seconds: a second cluster.
    film.travel.seconds_per_level = 2.5;
    film.quality = 100;
    let report = export(&doc, &film, &path, &Cancel::default(), &mut |_| {}).unwrap();
    assert_eq!(report.frames, 30);
    if !has("ffprobe") || !has("ffmpeg") {
        return;
    }
    let said = probe(&path);
    let stream = &said["streams"][0];
    let text = |key: &str| stream[key].as_str().unwrap_or("").to_owned();
    assert_eq!(text("codec_name"), "av1");
    assert_eq!((stream["width"].as_i64(), stream["height"].as_i64()), (Some(96), Some(64)));
    assert_eq!(text("nb_read_frames"), "30");
    assert_eq!(text("avg_frame_rate"), "12/1");
    assert_eq!(said["format"]["duration"].as_str(), Some("2.500000"));
    assert_eq!(text("pix_fmt"), "yuv420p");
    assert_eq!(
        (text("color_space"), text("color_primaries"), text("color_transfer"), text("color_range")),
        ("bt709".into(), "bt709".into(), "bt709".into(), "tv".into())
    );
    let pixels = decoded(&path);
    assert_eq!(pixels.len(), 30 * 96 * 64 * 3);
    let camera = Camera::new(&doc, &film.travel, film.size);
    let mut renderer = Renderer::new(doc, false, Look::default());
    let worst = (0..30)
        .map(|i| {
            let frame = renderer.frame(&camera.view(i), film.size);
            psnr(&frame.rgb, &pixels[i as usize * frame.rgb.len()..][..frame.rgb.len()])
        })
        .fold(f64::INFINITY, f64::min);
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("worst decoded frame: {worst:.1} dB in RGB, {bytes} bytes");
    assert!(worst > 32.0, "{worst} dB: colours are off");
    // The index at the end is found: a jump lands on the picture that was asked for.
    let jumped = Command::new("ffmpeg")
        .args(["-v", "warning", "-ss", "2.2", "-i"])
        .arg(&path)
        .args(["-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:in_range=tv"])
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&jumped.stderr), "", "ffmpeg warns");
    let length = jumped.stdout.len();
    assert!(jumped.stdout == pixels[27 * length..28 * length], "another picture than number 27");
}

#[test]
fn gif_apng_and_sequences_hold_all_frames() {
    let (doc, _) = World::natural(512).levels(256, 2);
    let folder = tempfile::tempdir().unwrap();
    let film = film((96, 64), 20);
    for name in ["zoom.gif", "zoom.apng", "frames"] {
        let path = folder.path().join(name);
        let report = export(&doc, &film, &path, &Cancel::default(), &mut |_| {}).unwrap();
        assert_eq!(report.frames, 16, "{name}");
    }
    let pictures: Vec<_> = std::fs::read_dir(folder.path().join("frames")).unwrap().collect();
    assert_eq!(pictures.len(), 16);
    let camera = Camera::new(&doc, &film.travel, film.size);
    let mut renderer = Renderer::new(doc, false, Look::default());
    let last = renderer.frame(&camera.view(15), film.size);
    let read = image::open(folder.path().join("frames/frame-000016.png")).unwrap().to_rgb8();
    assert_eq!(read.into_raw(), last.rgb);
    if !has("ffprobe") || !has("ffmpeg") {
        return;
    }
    for (name, least) in [("zoom.gif", 26.0), ("zoom.apng", 90.0)] {
        let path = folder.path().join(name);
        let said = probe(&path);
        assert_eq!(said["streams"][0]["nb_read_frames"].as_str(), Some("16"), "{name}");
        let pixels = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(&path)
            .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
            .output()
            .unwrap()
            .stdout;
        assert_eq!(pixels.len(), 16 * last.rgb.len(), "{name}");
        let likeness = psnr(&last.rgb, &pixels[15 * last.rgb.len()..]);
        println!("{name}: last frame {likeness:.1} dB");
        assert!(likeness > least, "{name}: {likeness}");
    }
}

#[test]
fn a_cancelled_film_leaves_nothing() {
    let (doc, _) = World::natural(512).levels(256, 2);
    let folder = tempfile::tempdir().unwrap();
    for name in ["zoom.mp4", "zoom.webm", "zoom.gif", "zoom.apng", "frames"] {
        if name.ends_with("mp4") && !cfg!(feature = "video")
            || name.ends_with("webm") && !cfg!(feature = "av1")
        {
            continue;
        }
        let cancel = Cancel::default();
        let path = folder.path().join(name);
        let ended = export(&doc, &film((96, 64), 20), &path, &cancel, &mut |p| {
            if p.frame == 3 {
                cancel.cancel();
            }
        });
        assert!(matches!(ended, Err(VideoError::Cancelled)), "{name}: {ended:?}");
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{name}: {left:?}");
    }
}

#[test]
fn what_cannot_be_written_is_refused_with_the_way_out() {
    let good = FilmSettings { size: (160, 90), fps: 30, frames: 10, quality: 80 };
    for (name, settings, expect) in [
        ("a.mp4", FilmSettings { size: (161, 90), ..good.clone() }, "use 160x90"),
        ("a.gif", FilmSettings { fps: 60, ..good.clone() }, "--fps 50"),
        ("a.apng", FilmSettings { size: (8, 9000), ..good.clone() }, "each side"),
        ("a.avi", good.clone(), ".mp4"),
        ("/nowhere/at/all/a.gif", good.clone(), "does not exist"),
    ] {
        let Err(why) = Writer::create(Path::new(name), &settings) else { panic!("{name} was begun") };
        assert!(why.to_string().contains(expect), "{name}: {why}");
    }
    assert_eq!(Format::from_path(Path::new("x/frames.png-dir")).unwrap(), Format::Sequence);
    assert_eq!(Format::from_path(Path::new("x/frames")).unwrap(), Format::Sequence);
}
