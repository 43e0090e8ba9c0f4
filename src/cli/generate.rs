//! `scumble generate`.

use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::json;

use super::CliError;
use super::args::{GenerateArgs, PictureArgs, PlaceArgs};
use super::progress::Progress;
use super::stats::peak_rss_mb;
use crate::diffusion::{CandleBackend, Placement};
use crate::editor::generation::candidate;
use crate::generate::engine::{BORDER_STRENGTH, Engine, Inputs, Job, JobEvent, JobHandle, Mended};
use crate::generate::metadata;
use crate::generate::{Cancel, Finish, Fit, ModelFacts, Picture, RegionPrompt, Request, Source, Timings};
use crate::geom::Rect;
use crate::io;
use crate::models::Model;
use crate::paint::preset;

/// Most pictures of one call.
const MAX_BATCH: u32 = 1024;
/// How much tiles of an enlarged picture may change.
const UPSCALE_STRENGTH: f32 = 0.3;

pub fn run(args: &GenerateArgs) -> Result<(), CliError> {
    let begun = Instant::now();
    if args.batch == 0 || args.batch > MAX_BATCH {
        return Err(CliError::Usage(format!("--batch {}: 1 to {MAX_BATCH} are possible", args.batch)));
    }
    let base = match &args.from {
        Some(file) => Some(request_in(file)?),
        None => None,
    };
    let (request, inputs) = build_request(args, base)?;
    let outputs = output_names(&args.output, args.batch);
    io::check_writable(&args.output).map_err(failure)?;
    if let Some(dir) = &args.preview {
        std::fs::create_dir_all(dir).map_err(|e| {
            CliError::Failure(format!("--preview {}: {e}; choose another folder", dir.display()))
        })?;
    }

    let stop = cancel_on_ctrl_c();
    let mut engine = start_engine(&args.picture.place)?;
    let mut files = Vec::new();
    let mut total = Timings::default();
    let mut made_by = None;
    for (index, output) in (0..args.batch).zip(&outputs) {
        let job = Job { request: request.clone(), index, inputs: inputs.clone() };
        let handle = engine.submit(job)?;
        let label = if args.batch > 1 { format!("{}/{} ", index + 1, args.batch) } else { String::new() };
        let mut written = 0;
        let mut previewed = |picture: &Picture| {
            written += 1;
            write_preview(args, index, written, picture)
        };
        let done = wait_for(&engine, &handle, label, &stop, &mut previewed)?;
        let Done { image, paste, facts, timings } = done;
        let image = laid_down(image, &paste, &request.finish, request.seed.wrapping_add(u64::from(index)));
        let kept = io::save_picture(output, &image, &texts_of(&request, index, &image)?).map_err(failure)?;
        if !kept {
            eprintln!("note: {} cannot carry the request; PNG can", output.display());
        }
        add(&mut total, timings);
        files.push(output.display().to_string());
        made_by = Some(facts);
    }
    if args.json {
        println!("{}", report(&request, made_by.as_ref(), &files, &total, begun.elapsed().as_secs_f64())?);
    } else {
        for file in &files {
            eprintln!("{file} (seed {}, {:.2} s)", request.seed, begun.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

/// What the file says of itself. Our own record keeps "the model's sampler" as such; the text for people and
/// other programs names it.
fn texts_of(request: &Request, index: u32, image: &image::RgbaImage) -> Result<Vec<io::TextChunk>, CliError> {
    let mut texts = metadata::texts(request, u64::from(index), image.dimensions());
    let seed = request.seed.wrapping_add(u64::from(index));
    let named = Request { sampler: Some(sampler_in_use(request)?), seed, ..request.clone() };
    let parameters = metadata::parameters(&named, image.dimensions());
    for text in &mut texts {
        if text.keyword == metadata::PARAMETERS {
            text.text.clone_from(&parameters);
        }
    }
    Ok(texts)
}

pub(super) fn failure(error: io::FileError) -> CliError {
    CliError::Failure(error.to_string())
}

/// The engine, where and how the options say.
pub(super) fn start_engine(place: &PlaceArgs) -> Result<Engine, CliError> {
    let placement = Placement::new(place.device.into(), place.dtype.into())?;
    let limit = place.memory_limit();
    Engine::start(move || Box::new(CandleBackend::new(placement.clone()).with_memory_limit(limit)))
        .map_err(|e| CliError::Failure(format!("no thread could be started: {e}")))
}

/// A finished picture.
pub(super) struct Done {
    pub(super) image: image::RgbaImage,
    pub(super) paste: Arc<image::GrayImage>,
    facts: ModelFacts,
    timings: Timings,
}

/// Waits for a picture and shows how far it is; `previewed` is given every rough look.
pub(super) fn wait_for(
    engine: &Engine,
    handle: &JobHandle,
    label: String,
    stop: &Cancel,
    previewed: &mut dyn FnMut(&Picture) -> Result<(), CliError>,
) -> Result<Done, CliError> {
    let progress = Progress::new(label);
    let outcome = loop {
        if stop.is_cancelled() {
            handle.cancel.cancel();
        }
        let event = match engine.events().recv_timeout(std::time::Duration::from_millis(50)) {
            Ok(event) => event,
            Err(crossbeam_channel::RecvTimeoutError::Timeout) => continue,
            Err(crossbeam_channel::RecvTimeoutError::Disconnected) => {
                break Err(CliError::Failure("the inference thread has ended".into()));
            }
        };
        match event {
            JobEvent::Started { .. } | JobEvent::Pass { .. } => {}
            JobEvent::Thrift { fit, .. } => eprintln!("{}", thrift_note(&fit)),
            JobEvent::Progress { stage, steps: 0, .. } => progress.stage(stage),
            JobEvent::Progress { step, steps, step_secs, secs_left, pass, passes, .. } => {
                progress.step((pass, passes), step, steps, step_secs, secs_left);
            }
            JobEvent::Preview { preview, .. } => {
                if let Err(error) = previewed(&preview.picture) {
                    handle.cancel.cancel();
                    break Err(error);
                }
            }
            JobEvent::Finished { image, paste, facts, timings, mended, .. } => {
                if let Some(mended) = mended {
                    eprintln!("{}", mended_note(&mended));
                }
                break Ok(Done { image, paste, facts, timings });
            }
            JobEvent::Failed { error, .. } => {
                break Err(match &*error {
                    crate::generate::GenerateError::Request(why) => CliError::Usage(why.clone()),
                    other => CliError::Failure(other.to_string()),
                });
            }
            JobEvent::Cancelled { .. } => break Err(CliError::Cancelled),
        }
    };
    progress.done();
    outcome
}

fn write_preview(args: &GenerateArgs, index: u32, number: u32, picture: &Picture) -> Result<(), CliError> {
    let Some(dir) = &args.preview else { return Ok(()) };
    let name = match args.batch {
        1 => format!("step-{number:03}.png"),
        _ => format!("picture-{}-step-{number:03}.png", index + 1),
    };
    let image = image::DynamicImage::ImageRgb8(picture.to_rgb8()).into_rgba8();
    io::save_png(&dir.join(name), &image, &[]).map_err(failure)
}

/// What came of mending a seam, for people.
fn mended_note(mended: &Mended) -> String {
    let outcome = if mended.kept { "mended" } else { "left as it was, the second try was no better" };
    format!("seam: a step of {:.2}, then {:.2}: {outcome}", mended.before.step, mended.after.step)
}

/// What a run in too little memory does, for people.
fn thrift_note(fit: &Fit) -> String {
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    let savings: Vec<&str> = fit.savings.iter().map(|s| s.label()).collect();
    format!(
        "note: this needs about {} MiB and {} are free; it is done in {} MiB: {}",
        mib(fit.wanted),
        mib(fit.available.unwrap_or(fit.wanted)),
        mib(fit.need),
        savings.join(", ")
    )
}

/// The request stored in `file`.
fn request_in(file: &Path) -> Result<Request, CliError> {
    let texts = io::read_text(file).map_err(failure)?;
    match metadata::read_record(&texts) {
        Some(Ok(record)) => Ok(record.request),
        Some(Err(why)) => {
            Err(CliError::Failure(format!("{}: its request cannot be read: {why}", file.display())))
        }
        None => Err(CliError::Failure(format!(
            "{}: no request of scumble's is in it; `scumble info` shows what is",
            file.display()
        ))),
    }
}

/// Options that are given replace what a request has.
macro_rules! take {
    ($request:ident: $($field:ident = $arg:expr),+ $(,)?) => {
        $(if let Some(value) = $arg { $request.$field = value.into(); })+
    };
}

/// Takes over what the options say of any picture. What they leave open stays as it is, or becomes the model's own
/// where the request is `fresh`. Returns the model.
pub(super) fn take_options(args: &PictureArgs, r: &mut Request, fresh: bool) -> Result<Model, CliError> {
    take! { r: model = args.model.clone() };
    let model = Model::open(&r.model)?;
    if fresh {
        let hints = &model.hints;
        take! { r: steps = hints.steps, cfg_scale = hints.cfg_scale };
        r.sampler = hints.sampler;
        r.seed = new_seed();
    }
    take! {
        r:
        negative = args.negative.clone(),
        steps = args.steps,
        cfg_scale = args.cfg,
        sampler = args.sampler,
        schedule = args.schedule,
        seed = args.seed,
    };
    if args.few_step {
        r.few_step = true;
        r.steps = args.steps.or(model.few_steps()).unwrap_or(r.steps);
        r.sampler = args.sampler;
    }
    Ok(model)
}

/// The request that the arguments make, on top of `base`.
fn build_request(args: &GenerateArgs, base: Option<Request>) -> Result<(Request, Inputs), CliError> {
    let fresh = base.is_none();
    let mut r = base.unwrap_or_default();
    let model = take_options(&args.picture, &mut r, fresh)?;
    take! {
        r:
        prompt = args.prompt.clone(),
        guidance_rescale = args.guidance_rescale,
        rng = args.rng,
        clip_skip = args.clip_skip,
        outpaint = args.outpaint,
        style_amount = args.style_amount,
        upscale = args.upscale,
        fill = args.fill,
        encode = args.encode,
        origin = args.origin,
    };
    r.plain |= args.plain;
    r.mend_seam |= args.mend_seam;
    r.along_border |= args.mend_border;
    let init =
        picture(args.init.as_deref(), &mut r.init, |p| io::load_picture(p).map_err(failure), |i| i.as_raw())?;
    let mask =
        picture(args.mask.as_deref(), &mut r.mask, |p| io::load_mask(p).map_err(failure), |i| i.as_raw())?;
    let style = picture(
        args.style.as_deref(),
        &mut r.style,
        |p| io::load_picture(p).map_err(failure),
        |i| i.as_raw(),
    )?;
    let regions = regions(args, &mut r)?;
    let whole = mask.is_none() && r.outpaint.is_zero();
    match args.strength {
        Some(strength) => r.strength = strength,
        None if args.upscale.is_some() => r.strength = UPSCALE_STRENGTH,
        None if fresh && r.along_border => r.strength = BORDER_STRENGTH,
        None if fresh => r.strength = if init.is_some() && whole { 0.6 } else { 1.0 },
        None => {}
    }
    match &args.picture.finish {
        Some(finish) => r.finish = finish.clone(),
        None if fresh => r.finish = usual_finish(&r),
        None => {}
    }
    check_finish(&r.finish)?;
    match (&init, args.picture.size) {
        (Some(init), Some(size)) if size != init.dimensions() => {
            return Err(CliError::Usage(format!(
                "--size {}x{} is not the initial picture's {}x{}; pictures are never stretched: leave --size out, \
                 or extend the picture with --outpaint",
                size.0,
                size.1,
                init.width(),
                init.height()
            )));
        }
        (Some(init), _) => (r.width, r.height) = init.dimensions(),
        (None, Some(size)) => (r.width, r.height) = size,
        (None, None) if fresh => (r.width, r.height) = (model.native_px(), model.native_px()),
        (None, None) => {}
    }
    let inputs =
        Inputs { init: init.map(Arc::new), mask: mask.map(Arc::new), style: style.map(Arc::new), regions };
    Ok((r, inputs))
}

/// The masks of the regions that the arguments or, failing that, the request names.
fn regions(args: &GenerateArgs, r: &mut Request) -> Result<Vec<Arc<image::GrayImage>>, CliError> {
    let mut given: Vec<Option<&Path>> = vec![None; r.regions.len()];
    if !args.region.is_empty() {
        given = args.region.iter().map(|region| Some(region.mask.as_path())).collect();
        let region = |prompt: &String| RegionPrompt { prompt: prompt.clone(), weight: 1.0, mask: None };
        r.regions = args.region.iter().map(|a| region(&a.prompt)).collect();
    }
    let mut masks = Vec::new();
    for (region, path) in r.regions.iter_mut().zip(given) {
        let mask = picture(path, &mut region.mask, |p| io::load_mask(p).map_err(failure), |i| i.as_raw())?;
        masks.extend(mask.map(Arc::new));
    }
    Ok(masks)
}

/// The starter paints soft fields of colour, which strokes suit where the words ask for them.
pub(super) fn usual_finish(request: &Request) -> Finish {
    let asks_for =
        |word: &str| request.prompt.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|w| w == word);
    match request.model.as_str() {
        crate::models::starter::ID if request.plain || request.along_border => Finish::None,
        crate::models::starter::ID if asks_for("oil") => Finish::Strokes("Oil".into()),
        crate::models::starter::ID if asks_for("gouache") => Finish::Strokes("Gouache".into()),
        _ => Finish::None,
    }
}

/// A brush that there is not is better found out before painting.
pub(super) fn check_finish(finish: &Finish) -> Result<(), CliError> {
    let Finish::Strokes(name) = finish else { return Ok(()) };
    let brushes = preset::built_in();
    if brushes.iter().any(|b| b.name.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let names: Vec<&str> = brushes.iter().map(|b| b.name.as_str()).collect();
    Err(CliError::Usage(format!("--finish: there is no brush '{name}'; there are {}", names.join(", "))))
}

/// The picture as it is laid down.
pub(super) fn laid_down(
    image: image::RgbaImage,
    paste: &image::GrayImage,
    finish: &Finish,
    seed: u64,
) -> image::RgbaImage {
    let Finish::Strokes(brush) = finish else { return image };
    let frame = Rect::from_size(0, 0, image.width(), image.height());
    candidate::picture_in_strokes(frame, &image, paste, brush, seed).unwrap_or(image)
}

/// Loads the picture that the arguments or, failing that, the request names; in the second case it must still
/// be the one that the request was made with.
fn picture<T>(
    given: Option<&Path>,
    source: &mut Option<Source>,
    load: impl Fn(&Path) -> Result<T, CliError>,
    pixels: impl Fn(&T) -> &Vec<u8>,
) -> Result<Option<T>, CliError> {
    let path = match (given, &*source) {
        (Some(path), _) => path.to_path_buf(),
        (None, Some(source)) => PathBuf::from(&source.path),
        (None, None) => return Ok(None),
    };
    let loaded = load(&path)?;
    let hash = hash_of(pixels(&loaded));
    if let (None, Some(source)) = (given, &*source)
        && source.hash != hash
    {
        return Err(CliError::Failure(format!(
            "{}: this is not the picture that was used (it has changed since); give the right one with -i or --mask",
            path.display()
        )));
    }
    *source = Some(Source { path: path.display().to_string(), hash });
    Ok(Some(loaded))
}

/// FNV-1a, 64 bits: to notice that a file has changed, not to defend against anyone.
fn hash_of(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325_u64, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
    format!("{hash:016x}")
}

/// A seed nobody chose: 32 bits, so that it can be typed.
fn new_seed() -> u64 {
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish() & 0xFFFF_FFFF
}

/// The sampler that will run, for metadata and reports.
fn sampler_in_use(request: &Request) -> Result<crate::sampling::SamplerKind, CliError> {
    let own = || Ok::<_, CliError>(Model::open(&request.model)?.scheduler.default_sampler());
    request.sampler.map_or_else(own, Ok)
}

/// `OUT.png`, or `OUT-1.png` to `OUT-N.png`.
fn output_names(output: &Path, batch: u32) -> Vec<PathBuf> {
    if batch == 1 {
        return vec![output.to_path_buf()];
    }
    let stem = output.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = output.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    (1..=batch).map(|k| output.with_file_name(format!("{stem}-{k}{extension}"))).collect()
}

/// The first Ctrl-C stops within a step and leaves no partial file; the second ends the process at once.
pub(super) fn cancel_on_ctrl_c() -> Cancel {
    let stop = Cancel::default();
    let (flag, once) = (stop.clone(), AtomicBool::new(false));
    let installed = ctrlc::set_handler(move || {
        if once.swap(true, Ordering::AcqRel) {
            std::process::exit(130);
        }
        flag.cancel();
    });
    if let Err(error) = installed {
        eprintln!("note: Ctrl-C will end the program at once ({error})");
    }
    stop
}

fn add(total: &mut Timings, item: Timings) {
    total.load_s += item.load_s;
    total.text_s += item.text_s;
    total.encode_s += item.encode_s;
    total.decode_s += item.decode_s;
    total.step_s.extend(item.step_s);
}

fn report(
    request: &Request,
    facts: Option<&ModelFacts>,
    files: &[String],
    timings: &Timings,
    total_s: f64,
) -> Result<serde_json::Value, CliError> {
    Ok(json!({
        "model": request.model,
        "arch": facts.map(|f| f.arch.clone()),
        "prompt": request.prompt,
        "negative": request.negative,
        "size": format!(
            "{}x{}",
            (request.width + request.outpaint.left + request.outpaint.right) * request.upscale.max(1),
            (request.height + request.outpaint.top + request.outpaint.bottom) * request.upscale.max(1)
        ),
        "steps": request.steps,
        "cfg": request.cfg_scale,
        "seed": request.seed,
        "rng": request.rng,
        "sampler": sampler_in_use(request)?.name(),
        "schedule": request.schedule.map_or("model", crate::sampling::ScheduleKind::name),
        "files": files,
        "load_s": timings.load_s,
        "text_s": timings.text_s,
        "encode_s": timings.encode_s,
        "step_s": timings.step_s,
        "decode_s": timings.decode_s,
        "total_s": total_s,
        "peak_rss_mb": peak_rss_mb(),
    }))
}
