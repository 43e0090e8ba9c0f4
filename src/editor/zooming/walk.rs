//! Prompt travel: the pictures of a walk are made one by one by the queue that all pictures use, and lie on disk until
//! they are played and written. A picture is known by its request: what was made once for the same words, seeds and
//! numbers is not made again.

use super::News;
use crate::editor::generation::{Finish, JobNumber, Kind, Scope, Waiting, in_style, next_seed};
use crate::editor::{Editor, NoticeKind};
use crate::generate::Request;
use crate::generate::engine::Inputs;
use crate::geom::Rect;
use crate::zoom::Frame;
use crate::zoom::walk::{Walk, frame_of, picture_size};
use image::RgbaImage;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;

/// Longest side of the picture that is shown while others are made, pixels.
const SHOWN_PX: u32 = 320;

/// How far the pictures of the walk are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WalkState {
    /// Pictures that are there.
    pub made: u32,
    /// Pictures of the walk.
    pub frames: u32,
    /// Whether they are being made.
    pub making: bool,
    /// Seconds until all are there, by the mean so far.
    pub secs_left: Option<f64>,
}

/// A walk and what all its pictures have in common.
#[derive(Clone, Debug, PartialEq)]
struct Plan {
    walk: Walk,
    base: Request,
}

/// A picture on disk.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    request: Request,
    path: PathBuf,
}

/// Pictures on disk, for who plays or writes them.
#[derive(Clone)]
pub(super) struct Pictures {
    pub(super) paths: Vec<PathBuf>,
    pub(super) walk: Walk,
    /// They stay for as long as somebody has this.
    _folder: Option<Arc<TempDir>>,
}

impl Pictures {
    /// One of them as a frame.
    pub(super) fn frame(&self, index: u32, size: (u32, u32)) -> Result<Frame, String> {
        let path = self.paths.get(index as usize).ok_or("a picture is missing")?;
        let picture = image::open(path).map_err(|why| format!("{}: {why}", path.display()))?;
        frame_of(&picture.into_rgba8(), size).map_err(|why| why.to_string())
    }
}

/// A run that makes pictures.
struct Run {
    begun: Instant,
    made: u32,
    at: At,
}

/// What a run waits for.
enum At {
    Next,
    Job(JobNumber, u32, Box<Request>),
    Disk,
}

/// The state of the walk.
#[derive(Default)]
pub(super) struct Walking {
    folder: Option<Arc<TempDir>>,
    kept: BTreeMap<u32, Kept>,
    /// Number of the next file: none is written twice, since somebody may be reading it.
    file: u64,
    plan: Option<Plan>,
    /// Pictures that fit the plan, and the first that is missing.
    fitting: u32,
    next: u32,
    run: Option<Run>,
    latest: Option<(u64, Frame)>,
}

impl Walking {
    pub(super) fn state(&self) -> WalkState {
        let frames = self.plan.as_ref().map_or(0, |plan| plan.walk.frames());
        let left = f64::from(frames.saturating_sub(self.fitting));
        let secs = |run: &Run| run.begun.elapsed().as_secs_f64() / f64::from(run.made) * left;
        WalkState {
            made: self.fitting,
            frames,
            making: self.run.is_some(),
            secs_left: self.run.as_ref().filter(|run| run.made > 0).map(secs),
        }
    }

    /// The picture that was made last, and its number.
    pub(super) fn latest(&self) -> Option<(u64, &Frame)> {
        self.latest.as_ref().map(|(number, frame)| (*number, frame))
    }

    fn fits(&self, index: u32) -> bool {
        let Some(plan) = &self.plan else { return false };
        let kept = self.kept.get(&index).filter(|_| index < plan.walk.frames());
        kept.is_some_and(|kept| kept.request == plan.walk.request(&plan.base, index))
    }

    /// Looks through what is kept, if the plan is another one.
    fn set_plan(&mut self, plan: Plan) {
        if self.plan.as_ref() == Some(&plan) {
            return;
        }
        let frames = plan.walk.frames();
        self.plan = Some(plan);
        self.fitting = self.kept.range(..frames).filter(|(index, _)| self.fits(**index)).count() as u32;
        self.next = 0;
        self.go_on();
    }

    /// Moves on to the first picture that is missing.
    fn go_on(&mut self) {
        while self.fits(self.next) {
            self.next += 1;
        }
    }

    fn missing(&self) -> Option<u32> {
        let frames = self.plan.as_ref()?.walk.frames();
        Some(self.next).filter(|next| *next < frames)
    }

    /// The pictures from the first to the last before one is missing.
    pub(super) fn pictures(&self) -> Option<Pictures> {
        let plan = self.plan.as_ref()?;
        let end = self.missing().unwrap_or(plan.walk.frames());
        let paths = self.kept.range(..end).map(|(_, kept)| kept.path.clone()).collect();
        Some(Pictures { paths, walk: plan.walk.clone(), _folder: self.folder.clone() })
    }

    fn folder(&mut self) -> std::io::Result<Arc<TempDir>> {
        if let Some(folder) = &self.folder {
            return Ok(folder.clone());
        }
        let folder = Arc::new(tempfile::Builder::new().prefix("scumble-walk-").tempdir()?);
        self.folder = Some(folder.clone());
        Ok(folder)
    }
}

impl Editor {
    fn walk_plan(&self) -> Plan {
        let (options, generate) = (&self.zooming.options, &self.generation.options);
        let (width, height) = picture_size(options.size, self.generation.native_px());
        let base = Request {
            model: generate.model().to_owned(),
            negative: generate.avoided(),
            width,
            height,
            steps: generate.style.steps,
            cfg_scale: generate.style.cfg_scale,
            sampler: generate.style.sampler,
            ..Request::default()
        };
        let template = &generate.style.template;
        Plan { walk: options.walk(|words| in_style(template, words)), base }
    }

    /// Begins to make what is missing of the walk.
    pub(super) fn make_walk(&mut self) {
        if self.zooming.walking.run.is_some() || !self.can_generate() {
            return;
        }
        let stops = &self.zooming.options.walk.stops;
        let moves = stops.windows(2).any(|w| (&w[0].words, w[0].seed) != (&w[1].words, w[1].seed));
        if !moves {
            let text =
                "A walk needs two stops at least, with other words or another seed than the one before.";
            return self.tell(NoticeKind::Info, text);
        }
        let plan = self.walk_plan();
        self.zooming.walking.set_plan(plan);
        if self.zooming.walking.missing().is_none() {
            // All are there: others are wanted.
            let stops = self.zooming.options.walk.stops.iter_mut().filter(|stop| !stop.locked);
            stops.for_each(|stop| stop.seed = next_seed(stop.seed));
            let plan = self.walk_plan();
            self.zooming.walking.set_plan(plan);
        }
        if let Err(why) = self.zooming.walking.folder() {
            return self.tell(NoticeKind::Error, format!("There is no room for the pictures: {why}"));
        }
        self.zooming.walking.run = Some(Run { begun: Instant::now(), made: 0, at: At::Next });
        self.keep_walk();
    }

    /// Stops making pictures.
    pub(super) fn stop_walk(&mut self) {
        let Some(run) = self.zooming.walking.run.take() else { return };
        if let At::Job(job, ..) = run.at {
            self.generation.remove(job);
            if self.generation.progress().is_some_and(|p| p.number == job) {
                self.generation.cancel();
            }
        }
    }

    /// Asks for the next picture that is missing; ends where none is.
    pub(super) fn keep_walk(&mut self) {
        let plan = self.walk_plan();
        if self.zooming.walking.run.is_some() && self.zooming.walking.plan.as_ref() != Some(&plan) {
            // Pictures of words that are half typed are of no use.
            self.stop_walk();
            self.tell(
                NoticeKind::Info,
                "The walk is another one now: let its pictures be made when it is as you want it.",
            );
        }
        let walking = &mut self.zooming.walking;
        walking.set_plan(plan);
        let Some(run) = &walking.run else { return };
        match &run.at {
            At::Disk => return,
            At::Job(job, ..) if self.generation.has(*job) => return,
            At::Job(..) => {
                // It was stopped, or it failed, which has been said.
                walking.run = None;
                return;
            }
            At::Next => {}
        }
        let (Some(index), Some(plan)) = (walking.missing(), walking.plan.clone()) else {
            let made = walking.run.take().map_or(0, |run| run.made);
            return self.tell(NoticeKind::Info, format!("The walk is ready: {made} pictures were made."));
        };
        let request = plan.walk.request(&plan.base, index);
        let number = self.generation.next_job();
        if let Some(run) = &mut walking.run {
            run.at = At::Job(number, index, Box::new(request.clone()));
        }
        let (document, frame) = (self.open().id, Rect::from_size(0, 0, request.width, request.height));
        let job =
            Waiting::new(number, document, request, frame, Kind::Walk, Scope::Frame, Finish::None, None);
        self.generation.enqueue(false, vec![job.ready(Inputs::default())]);
        self.begin_next_job();
    }

    /// A picture has come: it goes to disk.
    pub(in crate::editor) fn walk_painted(&mut self, number: JobNumber, picture: RgbaImage) {
        let walking = &mut self.zooming.walking;
        let (Some(run), Some(folder)) = (&mut walking.run, &walking.folder) else { return };
        let (index, request) = match std::mem::replace(&mut run.at, At::Disk) {
            At::Job(job, index, request) if job == number => (index, request),
            other => {
                run.at = other;
                return;
            }
        };
        walking.file += 1;
        let path = folder.path().join(format!("{}.png", walking.file));
        let kept = Kept { request: *request, path };
        self.zooming.aside("scumble-walk", move || {
            let scale = f64::from(SHOWN_PX) / f64::from(picture.width().max(picture.height()));
            let side = |v: u32| (f64::from(v) * scale.min(1.0)).round().max(1.0) as u32;
            let shown = frame_of(&picture, (side(picture.width()), side(picture.height())));
            let saved = picture.save(&kept.path).map_err(|why| why.to_string());
            let result = saved.and_then(|()| shown.map_err(|why| why.to_string()));
            News::Walked { index, kept: Box::new(kept), result }
        });
    }

    /// A picture is on disk.
    pub(super) fn walk_kept(&mut self, index: u32, kept: Kept, result: Result<Frame, String>) {
        let walking = &mut self.zooming.walking;
        match result {
            Ok(frame) => {
                let before = u32::from(walking.fits(index));
                walking.kept.insert(index, kept);
                walking.fitting = walking.fitting - before + u32::from(walking.fits(index));
                walking.go_on();
                walking.latest = Some((walking.file, frame));
                if let Some(run) = &mut walking.run {
                    run.made += 1;
                    run.at = At::Next;
                }
            }
            Err(why) => {
                walking.run = None;
                self.tell(NoticeKind::Error, format!("A picture of the walk could not be kept: {why}"));
            }
        }
    }
}
