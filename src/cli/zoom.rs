//! `scumble zoom`.

use std::path::Path;

use serde_json::json;

use super::CliError;
use super::film::{base_request, check, film_size, frames_told, make, tell};
use super::film_args::ZoomArgs;
use super::generate::{cancel_on_ctrl_c, failure, start_engine, usual_finish};
use crate::document::level::{MAX_FACTOR, MIN_FACTOR};
use crate::document::{Document, edit, levels};
use crate::generate::engine::{Engine, Inputs, Job};
use crate::generate::{Cancel, Request, metadata};
use crate::geom::Point;
use crate::io;
use crate::sampling::RngKind;
use crate::zoom::growth::{self, Held};
use crate::zoom::{Film, Look, Travel, export};

/// Sides of pages where nothing is said: what a small model was trained on is no larger than a stamp.
const PAGE_PX: u32 = 512;
/// Levels unless a number is asked for.
const LEVELS: u32 = 4;

pub fn run(args: &ZoomArgs) -> Result<(), CliError> {
    sane(args)?;
    let stop = cancel_on_ctrl_c();
    let request = base_request(&args.picture, PAGE_PX)?;
    let (doc, held, seed) = if args.images.is_empty() {
        let page = match &args.init {
            Some(path) => io::load_picture(path).map_err(failure)?.dimensions(),
            None => (request.width, request.height),
        };
        check(&args.out, film_size(&args.out, page))?;
        let mut maker = Maker::new(args, request, &stop)?;
        maker.make_all()?;
        (maker.doc, maker.held, Some(maker.base.seed))
    } else {
        (of_images(args)?, Vec::new(), None)
    };
    let page = doc.levels[0].page;
    let film = Film {
        travel: Travel {
            direction: args.direction.into(),
            seconds_per_level: args.seconds_per_level,
            ease_s: args.ease.unwrap_or(0.0),
            hold_s: args.hold,
            turns_per_level: args.turn,
            looped: args.looped,
            fps: args.out.fps,
        },
        look: Look::default(),
        size: film_size(&args.out, (page.width(), page.height())),
        quality: args.out.quality,
    };
    let report = export(&doc, &film, &args.out.output, &stop, &mut frames_told())?;
    let held: Vec<_> =
        held.iter().map(|h| json!({"before": h.before, "after": h.after, "worst": h.worst})).collect();
    let more = json!({
        "levels": doc.levels.len(),
        "factor": args.factor,
        "seed": seed,
        "prompts": doc.levels.iter().map(|level| level.prompt()).collect::<Vec<_>>(),
        "held": held,
        "project": args.project.as_ref().map(|p| p.display().to_string()),
    });
    tell(&args.out, &report, film.size, more);
    Ok(())
}

/// Numbers that make no sense, before anything is loaded.
fn sane(args: &ZoomArgs) -> Result<(), CliError> {
    let usage = |why: String| Err(CliError::Usage(why));
    if !(MIN_FACTOR..=MAX_FACTOR).contains(&args.factor) {
        return usage(format!("--factor {}: {MIN_FACTOR} to {MAX_FACTOR} are possible", args.factor));
    }
    if !(0.05..=600.0).contains(&args.seconds_per_level) {
        return usage(format!("--seconds-per-level {}: 0.05 to 600 are possible", args.seconds_per_level));
    }
    for (name, value) in [("--ease", args.ease.unwrap_or(0.0)), ("--hold", args.hold)] {
        if !(0.0..=3600.0).contains(&value) {
            return usage(format!("{name} {value}: 0 to 3600 seconds are possible"));
        }
    }
    if !args.turn.is_finite() || args.turn.abs() > 10.0 {
        return usage(format!("--turn {}: up to 10 turns either way are possible", args.turn));
    }
    if let Some(project) = &args.project {
        io::check_savable(project).map_err(failure)?;
    }
    Ok(())
}

/// Levels of finished pictures.
fn of_images(args: &ZoomArgs) -> Result<Document, CliError> {
    let mut pictures = Vec::new();
    for path in &args.images {
        pictures.push(io::load_picture(path).map_err(failure)?);
    }
    let ring = args.looped && !matches!(args.direction, super::film_args::DirectionArg::Both);
    let itself = pictures.len() > 1 && pictures.first() == pictures.last();
    if ring && !itself {
        return Err(CliError::Usage(
            "--loop in one direction needs the outermost picture to be the innermost: give the first picture again as \
             the last, or use --direction both"
                .into(),
        ));
    }
    let first = pictures[0].dimensions();
    check(&args.out, film_size(&args.out, first))?;
    let mut doc = growth::stack(&pictures, args.factor)?;
    if ring {
        // Where the last one so far lies in it, it lies in the first: they are the same.
        let last = doc.levels.len() - 1;
        let place = doc.levels[last - 1].place;
        levels::remove(&mut doc, last);
        doc.levels[last - 1].place = place;
    }
    save(args.project.as_deref(), &doc)?;
    Ok(doc)
}

fn save(project: Option<&Path>, doc: &Document) -> Result<(), CliError> {
    project.map_or(Ok(()), |path| io::ora::save(path, doc).map_err(failure))
}

/// Makes levels, one after the other.
struct Maker<'a> {
    args: &'a ZoomArgs,
    base: Request,
    engine: Engine,
    stop: &'a Cancel,
    doc: Document,
    /// Whether `doc` has its first picture.
    begun: bool,
    held: Vec<Held>,
    count: usize,
}

impl<'a> Maker<'a> {
    fn new(args: &'a ZoomArgs, mut base: Request, stop: &'a Cancel) -> Result<Self, CliError> {
        let project = args.project.as_deref().filter(|path| path.exists());
        let found = project.map(|path| io::ora::load(path).map_err(failure)).transpose()?;
        if args.prompt.is_empty() && found.is_none() {
            return Err(CliError::Usage(
                "--project names a document that is not there: give prompts with -p".into(),
            ));
        }
        let begun = found.is_some();
        // The levels that are there go on being what they were.
        if let Some(seed) =
            found.as_ref().and_then(|doc| doc.levels[0].seed).filter(|_| args.picture.seed.is_none())
        {
            base.seed = seed;
        }
        let doc = found
            .unwrap_or_else(|| Document::new(crate::geom::Rect::from_size(0, 0, base.width, base.height)));
        let asked = args.levels.unwrap_or_else(|| LEVELS.max(args.prompt.len() as u32)) as usize;
        let count = if args.prompt.is_empty() { doc.levels.len() } else { asked };
        let engine = start_engine(&args.picture.place)?;
        Ok(Self { args, base, engine, stop, doc, begun, held: Vec::new(), count })
    }

    fn make_all(&mut self) -> Result<(), CliError> {
        if self.begun {
            eprintln!("{} of {} levels are there", self.doc.levels.len().min(self.count), self.count);
        } else {
            self.first()?;
            save(self.args.project.as_deref(), &self.doc)?;
        }
        while self.doc.levels.len() < self.count {
            self.next()?;
            save(self.args.project.as_deref(), &self.doc)?;
        }
        let one_way = !matches!(self.args.direction, super::film_args::DirectionArg::Both);
        if self.args.looped && one_way && !growth::is_closed(&self.doc) {
            self.close()?;
            save(self.args.project.as_deref(), &self.doc)?;
        }
        Ok(())
    }

    /// The request for level number `index`, counted in the order in which they are made.
    fn request(&self, index: usize) -> Request {
        let (prompt, toward) = growth::words_at(&self.args.prompt, index, self.count);
        let mut request = Request {
            prompt,
            toward,
            seed: self.base.seed.wrapping_add(index as u64),
            // Noise belongs to the place: what overlaps begins alike.
            rng: RngKind::Canvas,
            ..self.base.clone()
        };
        if self.args.picture.finish.is_none() {
            request.finish = usual_finish(&request);
        }
        request
    }

    fn label(&self, what: &str) -> String {
        format!("{what} {}/{} ", self.doc.levels.len() + usize::from(self.begun), self.count)
    }

    fn first(&mut self) -> Result<(), CliError> {
        let request = self.request(0);
        let picture = match &self.args.init {
            Some(path) => io::load_picture(path).map_err(failure)?,
            None => {
                let job = Job { request: request.clone(), index: 0, inputs: Inputs::default() };
                let label = self.label("level");
                make(&mut self.engine, job, label, self.stop)?
            }
        };
        self.doc = growth::first_level(&picture)?;
        if self.args.init.is_none()
            && let Some(layer) = self.doc.active
        {
            edit::set_note(&mut self.doc, layer, metadata::REQUEST_NOTE, Some(metadata::note(&request)));
        }
        self.doc.levels[0].words = request.prompt;
        self.doc.levels[0].seed = Some(request.seed);
        self.begun = true;
        Ok(())
    }

    fn next(&mut self) -> Result<(), CliError> {
        let made = self.doc.levels.len();
        let mut request = self.request(made);
        let step = if self.args.deeper {
            request.strength = self.args.strength.unwrap_or(growth::DEPTH_STRENGTH);
            let page = self.doc.levels[0].page;
            let side = |v: u32| (f64::from(v) / self.args.factor).round().max(1.0);
            let (w, h) = (side(page.width()), side(page.height()));
            let corner = self.corner(page, w, h);
            let (x, y) = (corner.x.round() as i32, corner.y.round() as i32);
            growth::deeper(&self.doc, crate::geom::Rect::from_size(x, y, w as u32, h as u32), &request)?
        } else {
            let page = self.doc.levels[made - 1].page;
            let (w, h) =
                (f64::from(page.width()) / self.args.factor, f64::from(page.height()) / self.args.factor);
            growth::outward(&self.doc, self.args.factor, Some(self.corner(page, w, h)), &request)?
        };
        let label = self.label("level");
        let picture = make(&mut self.engine, step.job.clone(), label, self.stop)?;
        if let Some(held) = step.finish(&mut self.doc, &picture)? {
            eprintln!(
                "held to its parent: {:.2}/255 off before, {:.3}/255 after (at most {:.1})",
                held.before, held.after, held.worst
            );
            self.held.push(held);
        }
        Ok(())
    }

    /// Where `w` by `h` pixels lie in `page` by `--at`.
    fn corner(&self, page: crate::geom::Rect, w: f64, h: f64) -> Point {
        let at = |low: i32, side: u32, size: f64, part: f64| f64::from(low) + (f64::from(side) - size) * part;
        Point::new(
            at(page.x0, page.width(), w, self.args.at.0),
            at(page.y0, page.height(), h, self.args.at.1),
        )
    }

    fn close(&mut self) -> Result<(), CliError> {
        let mut request = self.request(0);
        request.seed = self.base.seed.wrapping_add(self.count as u64);
        if request.prompt.is_empty() {
            request.prompt = self.doc.levels[0].prompt();
        }
        let step = growth::close_ring(&self.doc, self.args.factor, &request)?;
        let picture = make(&mut self.engine, step.job.clone(), "ring ".into(), self.stop)?;
        step.finish(&mut self.doc, &picture)?;
        Ok(())
    }
}
