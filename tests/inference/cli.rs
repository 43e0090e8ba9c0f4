//! The program as a script sees it: files, JSON, exit codes, messages.

use std::path::Path;

use serde_json::Value;

use crate::support::{fixture, run, scumble};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn init() -> String {
    fixture("pipelines/inputs/init_48x48.png").display().to_string()
}

fn mask() -> String {
    fixture("pipelines/inputs/mask_48x48.png").display().to_string()
}

/// Runs `generate` with the starter, few steps and a fixed seed, plus `args`.
fn generate(args: &str, out: &Path) -> std::process::Output {
    run(&format!("generate -p a~lake~at~sunset --steps 3 --seed 7 {args} -o {}", out.display()))
}

fn made(args: &str, out: &Path) -> Vec<u8> {
    let done = generate(args, out);
    assert!(done.status.success(), "{args}: {}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(out).expect("the picture")
}

#[test]
fn json_names_every_field_and_the_file_holds_its_request() {
    let dir = folder();
    let out = dir.path().join("a.png");
    let done = generate("--json --size 64x48", &out);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).expect("one JSON object and nothing else");
    for field in "model arch prompt size steps seed sampler schedule files load_s text_s encode_s step_s decode_s total_s \
                  peak_rss_mb"
        .split_whitespace()
    {
        assert!(report.get(field).is_some_and(|v| !v.is_null()), "{field}: {report}");
    }
    assert_eq!(report["step_s"].as_array().map(Vec::len), Some(3));
    assert_eq!((report["size"].as_str(), report["seed"].as_u64()), (Some("64x48"), Some(7)));
    assert_eq!(image::open(&out).unwrap().to_rgb8().dimensions(), (64, 48));

    let info = run(&format!("info {}", out.display()));
    let text = String::from_utf8_lossy(&info.stdout).into_owned();
    assert!(text.contains("Steps: 3") && text.contains("Seed: 7") && text.contains("\"prompt\""), "{text}");
    let info = run(&format!("info --json {}", out.display()));
    let info: Value = serde_json::from_slice(&info.stdout).expect("JSON");
    assert_eq!(info["request"]["prompt"], "a lake at sunset");
}

#[test]
fn from_repeats_the_picture_exactly() {
    let dir = folder();
    let (a, b) = (dir.path().join("a.png"), dir.path().join("b.png"));
    for args in [
        "--sampler euler_a --cfg 3".to_string(),
        format!("-i {} --strength 0.7 --rng philox", init()),
        format!("-i {} --mask {} --rng canvas --origin -64,128", init(), mask()),
        format!("-i {} --outpaint 16,0,24,8", init()),
    ] {
        let first = made(&args, &a);
        let again = run(&format!("generate --from {} -o {}", a.display(), b.display()));
        assert!(again.status.success(), "{args}: {}", String::from_utf8_lossy(&again.stderr));
        assert_eq!(first, std::fs::read(&b).unwrap(), "{args}");
    }
    // An option on top changes just that.
    let other = run(&format!("generate --from {} --seed 8 -o {}", a.display(), b.display()));
    assert!(other.status.success());
    assert_ne!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
}

#[test]
fn a_changed_initial_picture_is_noticed() {
    let dir = folder();
    let (source, a) = (dir.path().join("source.png"), dir.path().join("a.png"));
    std::fs::copy(init(), &source).unwrap();
    made(&format!("-i {} --strength 0.5", source.display()), &a);
    image::RgbImage::new(48, 48).save(&source).unwrap();
    let again = run(&format!("generate --from {} -o {}", a.display(), dir.path().join("b.png").display()));
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("changed"));
}

#[test]
fn the_same_request_is_the_same_file_with_one_and_two_threads() {
    let dir = folder();
    let sd1 = fixture("pipelines/sd1-4ch").display().to_string();
    for args in ["--size 128x96".to_string(), format!("-m {sd1} --size 256x192 --cfg 5 --sampler dpmpp_2m")] {
        let mut files = Vec::new();
        for threads in ["1", "2", "2", "3"] {
            let out = dir.path().join(format!("{}.png", files.len()));
            let line = format!("generate -p a~lake --steps 2 --seed 3 {args} -o {}", out.display());
            let words = line.split_whitespace().map(|a| a.replace('~', " "));
            let done = scumble().env("RAYON_NUM_THREADS", threads).args(words).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            files.push(std::fs::read(&out).unwrap());
        }
        assert!(files.iter().all(|f| *f == files[0]), "{args}");
    }
}

#[test]
fn a_batch_counts_seeds_up_and_previews_are_written() {
    let dir = folder();
    let out = dir.path().join("many.png");
    let done =
        generate(&format!("--batch 2 --size 64x64 --preview {}", dir.path().join("p").display()), &out);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let second = image::open(dir.path().join("many-2.png")).unwrap().to_rgb8();
    let single = dir.path().join("single.png");
    let line =
        format!("generate -p a~lake~at~sunset --steps 3 --seed 8 --size 64x64 -o {}", single.display());
    assert!(run(&line).status.success());
    assert_eq!(second, image::open(&single).unwrap().to_rgb8());
    let previews = std::fs::read_dir(dir.path().join("p")).unwrap().count();
    assert_eq!(previews, 6);
}

#[test]
fn sizes_that_fit_nothing_are_padded_and_cropped_back() {
    let dir = folder();
    let out = dir.path().join("a.png");
    made("--size 67x45", &out);
    assert_eq!(image::open(&out).unwrap().to_rgb8().dimensions(), (67, 45));
    let odd = dir.path().join("odd.png");
    image::open(init()).unwrap().crop_imm(0, 0, 41, 37).save(&odd).unwrap();
    made(&format!("-i {} --strength 0.6", odd.display()), &out);
    assert_eq!(image::open(&out).unwrap().to_rgb8().dimensions(), (41, 37));
}

#[test]
fn kept_pixels_are_byte_identical_for_every_kind_of_model() {
    let dir = folder();
    let source = image::open(init()).unwrap().to_rgb8();
    let white = image::open(mask()).unwrap().to_luma8();
    for model in ["starter", "sd1-4ch", "sd1-9ch", "tiny-vae"] {
        let out = dir.path().join("a.png");
        made(&format!("-m {model} -i {} --mask {} --plain", init(), mask()), &out);
        let plain = image::open(&out).unwrap().to_rgb8();
        for (x, y, pixel) in plain.enumerate_pixels() {
            if white.get_pixel(x, y).0[0] < 128 {
                assert_eq!(pixel, source.get_pixel(x, y), "{model} at {x},{y}");
            }
        }
        made(&format!("-m {model} -i {} --outpaint 8,16,24,0", init()), &out);
        let wide = image::open(&out).unwrap().to_rgb8();
        assert_eq!(wide.dimensions(), (48 + 32, 48 + 16));
        for (x, y, pixel) in source.enumerate_pixels() {
            assert_eq!(pixel, wide.get_pixel(x + 8, y + 16), "{model} outpaint at {x},{y}");
        }
    }
}

/// `(arguments, exit code, words that the message must hold)`
fn bad_lines(dir: &Path) -> Vec<(String, i32, Vec<&'static str>)> {
    let path = |name: &str| dir.join(name).display().to_string();
    std::fs::create_dir_all(dir.join("empty")).unwrap();
    std::fs::write(dir.join("not.png"), b"this is no picture").unwrap();
    std::fs::write(dir.join("zero.png"), png_of(0, 0)).unwrap();
    std::fs::write(dir.join("huge.png"), png_of(60_000, 60_000)).unwrap();
    image::GrayImage::new(8, 8).save(dir.join("small-mask.png")).unwrap();
    image::GrayImage::new(48, 48).save(dir.join("black-mask.png")).unwrap();
    let out = path("out.png");
    let line = |args: String| format!("generate -p x --steps 2 {args} -o {out}");
    vec![
        (line(format!("-m {}", path("nowhere"))), 1, vec!["nowhere", "models list"]),
        (line(format!("-m {}", path("empty"))), 1, vec!["empty", "missing"]),
        (line(format!("-m {}", path("not.png"))), 1, vec!["not.png", "folder"]),
        (line(format!("-i {}", path("gone.png"))), 1, vec!["gone.png"]),
        (line(format!("-i {}", path("not.png"))), 1, vec!["not.png"]),
        (line(format!("-i {}", path("zero.png"))), 1, vec!["zero.png"]),
        (line(format!("-i {}", path("huge.png"))), 1, vec!["huge.png", "16384"]),
        (line(format!("-i {} --mask {}", init(), path("small-mask.png"))), 2, vec!["8x8", "48x48"]),
        (line(format!("-i {} --mask {}", init(), path("black-mask.png"))), 2, vec!["mask"]),
        (line(format!("--mask {}", mask())), 2, vec!["mask", "-i"]),
        (line("--outpaint 8,8,8,8".into()), 2, vec!["-i"]),
        (line("--cfg NaN".into()), 2, vec!["NaN"]),
        (line("--cfg inf".into()), 2, vec!["inf"]),
        (line("--steps 0".into()), 2, vec!["steps"]),
        (line("--steps 100000".into()), 2, vec!["steps"]),
        (line(format!("-i {} --strength NaN", init())), 2, vec!["strength"]),
        (line(format!("-i {} --strength 1.5", init())), 2, vec!["strength"]),
        (line(format!("-i {} --size 64x64", init())), 2, vec!["64x64", "48x48"]),
        (line("--size 60000x60000".into()), 2, vec!["16384"]),
        (line("--size 0x0".into()), 2, vec!["16384"]),
        (line("--sampler nonsense".into()), 2, vec!["nonsense", "euler_a"]),
        (line("--schedule nonsense".into()), 2, vec!["nonsense", "karras"]),
        (line("--batch 0".into()), 2, vec!["batch"]),
        (line("--clip-skip 99".into()), 2, vec!["clip-skip"]),
        (line("--device cuda".into()), 2, vec!["cuda", "--features cuda"]),
        (line("--sampler pndm --schedule karras".into()), 2, vec!["pndm", "karras"]),
        (format!("generate -p x -o {}", path("no/such/folder/out.png")), 1, vec!["folder"]),
        (format!("generate -p x -o {}", path("out.tiff")), 1, vec!["png"]),
        (format!("generate -p x -o {}", path("empty")), 1, vec!["empty"]),
        (format!("generate --from {} -o {out}", init()), 1, vec!["no request"]),
        (format!("info {}", path("gone.png")), 1, vec!["gone.png"]),
        ("generate -o x.png".into(), 2, vec!["--prompt"]),
        ("nonsense".into(), 2, vec!["nonsense"]),
    ]
}

/// The beginning of a PNG that claims a size.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    header.splice(0..0, *b"IHDR");
    let crc = header.iter().fold(!0u32, |mut crc, &b| {
        crc ^= u32::from(b);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
        crc
    });
    bytes.extend(header);
    bytes.extend((!crc).to_be_bytes());
    bytes.extend(b"\0\0\0\x0aIDAT\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes
}

#[test]
fn bad_input_is_refused_with_a_way_out_and_leaves_nothing_behind() {
    let dir = folder();
    for (line, code, words) in bad_lines(dir.path()) {
        let done = run(&line);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(code), "{line}\n{said}");
        for word in words {
            assert!(said.to_lowercase().contains(&word.to_lowercase()), "{line}: '{word}' is not in\n{said}");
        }
        assert!(!said.contains("panicked"), "{line}\n{said}");
    }
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.starts_with("out") || n.ends_with(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_prompt_of_100_kb_is_refused_without_being_printed() {
    let dir = folder();
    let prompt = "lake ".repeat(20_000);
    let out = dir.path().join("out.png");
    let done = scumble().args(["generate", "-p", &prompt, "-o"]).arg(&out).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.len() < 1000 && said.contains("20000") || said.contains("20,000"), "{}", said.len());
    assert!(!out.exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_cleanly() {
    let dir = folder();
    let out = dir.path().join("out.png");
    let mut child = scumble()
        .args(["generate", "-p", "a lake", "--steps", "1000", "--size", "256x256", "-o"])
        .arg(&out)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Wait for the first step before interrupting.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let stepped = lines.by_ref().map_while(Result::ok).any(|l| l.contains("step 1/"));
    assert!(stepped);
    // SAFETY: a signal to our own child.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(rest.iter().any(|l| l.contains("cancelled")), "{rest:?}");
    assert!(rest.len() < 100, "it went on for {} lines", rest.len());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn models_are_listed_and_described() {
    let list = run("models list");
    let text = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(text.contains("starter") && text.contains("sd1-9ch"), "{text}");
    let info = run("models info sd2-v --json");
    let info: Value = serde_json::from_slice(&info.stdout).expect("JSON");
    assert_eq!(info["prediction_type"], "v_prediction");
    assert!(info["tensors"].as_u64().unwrap() > 100);
    let info = run("models info starter");
    let text = String::from_utf8_lossy(&info.stdout).into_owned();
    for word in ["architecture", "tensors", "type", "size", "prediction type"] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn the_benchmark_reports_every_part() {
    let done = run("bench engine --steps 2 --size 64x64 --json");
    let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    for field in ["load_s", "text_s", "step_s", "encode_s", "decode_s", "peak_rss_mb"] {
        assert!(report[field].as_f64().is_some_and(|v| v > 0.0), "{field}: {report}");
    }
}

#[test]
fn every_storage_precision_paints() {
    let dir = folder();
    let mut pictures = Vec::new();
    for dtype in ["f32", "f16", "bf16"] {
        let out = dir.path().join("a.png");
        made(&format!("--dtype {dtype} --size 64x64"), &out);
        pictures.push(image::open(&out).unwrap().to_rgb8());
    }
    let difference = |a: &image::RgbImage, b: &image::RgbImage| {
        let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / a.as_raw().len() as f64
    };
    // The starter's weights are f16 already: nothing is lost. bf16 has three bits less.
    assert!(difference(&pictures[0], &pictures[1]) < 0.5);
    assert!(difference(&pictures[0], &pictures[2]) < 12.0, "{}", difference(&pictures[0], &pictures[2]));
}

#[test]
fn larger_in_parts_in_other_colours_and_in_strokes() {
    let dir = folder();
    let out = |name: &str| dir.path().join(name);
    let half = out("half.png");
    image::GrayImage::from_fn(48, 48, |x, _| image::Luma([if x < 24 { 255 } else { 0 }]))
        .save(&half)
        .unwrap();
    let size = |bytes: &[u8]| {
        let image = image::load_from_memory(bytes).expect("a picture");
        (image.width(), image.height())
    };
    let large = made(&format!("--upscale 2 -i {}", init()), &out("large.png"));
    assert_eq!(size(&large), (96, 96));
    // Each option changes the picture, and the file knows how to repeat it.
    let plain = made("--size 48x48", &out("plain.png"));
    let options = [
        format!("--region {}=a~castle~at~night", half.display()),
        format!("--style {}", init()),
        "--finish strokes:gouache".into(),
    ];
    for (i, option) in options.iter().enumerate() {
        let file = out(&format!("{i}.png"));
        let one = made(&format!("--size 48x48 {option}"), &file);
        assert_ne!(
            image::load_from_memory(&one).unwrap(),
            image::load_from_memory(&plain).unwrap(),
            "{option}"
        );
        let again = out("again.png");
        let done = run(&format!("generate --from {} -o {}", file.display(), again.display()));
        assert!(done.status.success(), "{option}: {}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(std::fs::read(&again).unwrap(), one, "{option}");
    }
    // Strokes stay within what is new.
    let [large_init, large_mask] = [(init(), "init.png"), (mask(), "mask.png")].map(|(source, name)| {
        let nearest = image::imageops::FilterType::Nearest;
        image::open(source).unwrap().resize_exact(96, 96, nearest).save(out(name)).unwrap();
        out(name).display().to_string()
    });
    let inpaint = |finish: &str| {
        let bytes = made(&format!("-i {large_init} --mask {large_mask} --finish {finish}"), &out("in.png"));
        image::load_from_memory(&bytes).unwrap().to_rgb8()
    };
    let (smooth, strokes) = (inpaint("none"), inpaint("strokes"));
    let before = image::open(&large_init).unwrap().to_rgb8();
    let kept = |image: &image::RgbImage| image.pixels().zip(before.pixels()).filter(|(a, b)| a == b).count();
    let (kept_smooth, kept_strokes) = (kept(&smooth), kept(&strokes));
    assert!(
        kept_strokes >= 1200 && kept_strokes.abs_diff(kept_smooth) < 160 && strokes != smooth,
        "{kept_strokes} and {kept_smooth} pixels of 9216 are kept"
    );
    for (bad, expect) in [
        ("--size 48x48 --finish strokes:Spoon", "no brush 'Spoon'"),
        ("--size 48x48 --finish oil", "none, strokes or strokes:BRUSH"),
        ("--size 48x48 --region =sky", "MASK=WORDS"),
        ("--upscale 2", "enlarging needs a picture"),
        ("--size 48x48 --max-memory 1", "needs about"),
    ] {
        let done = generate(bad, &out("bad.png"));
        let text = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && text.contains(expect), "{bad}: {text}");
        assert!(!out("bad.png").exists());
    }
}

#[test]
fn a_seam_that_a_picture_has_is_mended_along_the_border_of_a_mask() {
    let dir = folder();
    let (picture, mask) = (dir.path().join("collage.png"), dir.path().join("left.png"));
    let (a, b) = (dir.path().join("a.png"), dir.path().join("b.png"));
    let collage = image::RgbImage::from_fn(128, 96, |x, y| {
        let v = (y + x % 7) as u8;
        image::Rgb(if x < 64 { [200, 120 + v / 2, 60] } else { [40, 70 + v / 2, 140] })
    });
    collage.save(&picture).unwrap();
    image::GrayImage::from_fn(128, 96, |x, _| image::Luma([if x < 64 { 255 } else { 0 }]))
        .save(&mask)
        .unwrap();
    let args = format!("--mend-border -i {} --mask {}", picture.display(), mask.display());
    let done = generate(&args, &a);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    let line = said.lines().find(|line| line.starts_with("seam: a step of")).expect("the seam's score");
    let numbers: Vec<f32> = line.split([' ', ',', ':']).filter_map(|word| word.parse().ok()).collect();
    assert!(line.ends_with(": mended") && numbers[0] > 40.0 && numbers[1] < numbers[0] / 10.0, "{line}");
    // Far from the border nothing changes.
    let made = image::open(&a).unwrap().to_rgb8();
    for (x, y, px) in collage.enumerate_pixels().filter(|(x, ..)| *x < 16 || *x >= 112) {
        assert_eq!(px, made.get_pixel(x, y), "{x},{y}");
    }
    assert_ne!(collage.get_pixel(64, 48), made.get_pixel(64, 48));
    // It says so itself, and is made again from that.
    let done = run(&format!("generate --from {} -o {}", a.display(), b.display()));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
    // A mask without a border is refused.
    let all = dir.path().join("all.png");
    image::GrayImage::from_pixel(128, 96, image::Luma([255])).save(&all).unwrap();
    let done = generate(&format!("--mend-border -i {} --mask {}", picture.display(), all.display()), &b);
    assert!(!done.status.success() && String::from_utf8_lossy(&done.stderr).contains("no border"));
}
