//! The inference thread: takes jobs from a bounded queue, tells what happens on a channel, and outlives whatever
//! goes wrong inside a job.

mod border;
mod execute;

pub use border::{BORDER_STRENGTH, along_border};
pub(super) use execute::to_gray8;
pub use execute::{Made, Mended, execute};

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use image::{GrayImage, RgbaImage};

use super::backend::{Backend, Cancel, GenerateError, ModelFacts, Monitor, Preview, Timings};
use super::memory::Fit;
pub use super::request::Inputs;
use super::request::Request;
use crate::geom::Rect;

/// Jobs that may wait.
const MAX_JOBS: usize = 256;
/// Events that may wait to be read. Beyond that the thread waits for its reader.
const MAX_EVENTS: usize = 256;
/// From this many waiting events on previews and progress are dropped: they are large and soon stale, and the rest
/// of the room belongs to the beginning and the end of jobs, which are never dropped.
const MAX_LOOKS: usize = 64;

/// Number of a job, unique within an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// One picture to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What decides it.
    pub request: Request,
    /// Which of a batch: its seed is the request's plus this (wrapping).
    pub index: u32,
    /// The pixels.
    pub inputs: Inputs,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum JobEvent {
    /// The job left the queue.
    Started {
        /// Which.
        job: JobId,
    },
    /// A step was done, or a stage began.
    Progress {
        /// Which.
        job: JobId,
        /// "loading", "reading words", "encoding", "painting", "decoding".
        stage: &'static str,
        /// Steps done in this pass.
        step: u32,
        /// Steps of this pass (0 before the first).
        steps: u32,
        /// Seconds that the last step took.
        step_secs: f64,
        /// Seconds until the pass is done, by the mean of its steps so far.
        secs_left: Option<f64>,
        /// Which pass, from 1.
        pass: u32,
        /// How many passes the picture takes as far as is known (tiles of an upscale, a second, finer one).
        passes: u32,
    },
    /// Memory is short: the pass that begins is run in a way that needs less.
    Thrift {
        /// Which.
        job: JobId,
        /// What is needed, what there is, and what was given up for it.
        fit: Fit,
    },
    /// A pass begins: previews that follow are of this part of the finished picture.
    Pass {
        /// Which.
        job: JobId,
        /// Pixels of the finished picture.
        rect: Rect,
        /// Of the finished picture's size: what will be taken, 0 = kept.
        paste: Arc<GrayImage>,
    },
    /// A rough look.
    Preview {
        /// Which.
        job: JobId,
        /// After which step.
        step: u32,
        /// The look.
        preview: Preview,
    },
    /// The picture is done.
    Finished {
        /// Which.
        job: JobId,
        /// The picture at the request's size.
        image: RgbaImage,
        /// Of the same size: what is new in it, 0 = kept byte for byte.
        paste: Arc<GrayImage>,
        /// Facts of the model that made it.
        facts: ModelFacts,
        /// Where the time went.
        timings: Timings,
        /// What came of [`Request::mend_seam`]; `None` where the seam was good enough or none was asked for.
        mended: Option<Mended>,
    },
    /// It could not be made.
    Failed {
        /// Which.
        job: JobId,
        /// Why, for people.
        error: Arc<GenerateError>,
    },
    /// It was stopped.
    Cancelled {
        /// Which.
        job: JobId,
    },
}

impl JobEvent {
    /// Which job it is about.
    pub fn job(&self) -> JobId {
        match self {
            JobEvent::Started { job }
            | JobEvent::Progress { job, .. }
            | JobEvent::Pass { job, .. }
            | JobEvent::Thrift { job, .. }
            | JobEvent::Preview { job, .. }
            | JobEvent::Finished { job, .. }
            | JobEvent::Failed { job, .. }
            | JobEvent::Cancelled { job } => *job,
        }
    }

    /// Whether nothing more will be said of the job.
    pub fn is_final(&self) -> bool {
        matches!(self, JobEvent::Finished { .. } | JobEvent::Failed { .. } | JobEvent::Cancelled { .. })
    }
}

/// A submitted job.
#[derive(Clone, Debug)]
pub struct JobHandle {
    /// Its number.
    pub id: JobId,
    /// Stops it, also while it waits (it leaves the queue although another is running).
    pub cancel: Cancel,
}

struct Submitted {
    id: JobId,
    cancel: Cancel,
    job: Box<Job>,
}

/// The jobs that wait, as the thread sees them.
struct Queue {
    inbox: Receiver<Submitted>,
    /// What came out of the inbox but has not been started: a channel cannot be searched.
    waiting: RefCell<VecDeque<Submitted>>,
    /// Both together.
    length: Arc<AtomicUsize>,
}

impl Queue {
    /// The next job; waits for one. `None` when there will be no more.
    fn next(&self) -> Option<Submitted> {
        let first = self.waiting.borrow_mut().pop_front();
        let next = first.or_else(|| self.inbox.recv().ok())?;
        self.length.fetch_sub(1, Ordering::AcqRel);
        Some(next)
    }

    /// Takes out the jobs that were stopped while they waited, and says so. Never waits: what the reader leaves no
    /// room for stays until the next call.
    fn drop_cancelled(&self, outbox: &Sender<JobEvent>) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.extend(self.inbox.try_iter());
        waiting.retain(|Submitted { id, cancel, .. }| {
            let gone = cancel.is_cancelled() && !outbox.is_full();
            if gone {
                // In this order: who hears of it finds the place free.
                self.length.fetch_sub(1, Ordering::AcqRel);
                let _ = outbox.try_send(JobEvent::Cancelled { job: *id });
            }
            !gone
        });
    }
}

/// The engine: owns the thread, which owns the backend. Dropping it cancels the running job, forgets the waiting
/// ones and waits for the thread (less than a step).
pub struct Engine {
    jobs: Option<Sender<Submitted>>,
    waiting: Arc<AtomicUsize>,
    events: Receiver<JobEvent>,
    thread: Option<JoinHandle<()>>,
    next: u64,
    stop: Cancel,
}

impl Engine {
    /// Starts the thread. `make` builds the backend on it, and builds it anew after a panic.
    ///
    /// # Errors
    /// The system's, when no thread can be started.
    pub fn start(make: impl FnMut() -> Box<dyn Backend> + Send + 'static) -> std::io::Result<Self> {
        let (jobs, inbox) = unbounded();
        let waiting = Arc::new(AtomicUsize::new(0));
        let queue = Queue { inbox, waiting: RefCell::default(), length: waiting.clone() };
        let (outbox, events) = bounded(MAX_EVENTS);
        let stop = Cancel::default();
        let stopping = stop.clone();
        let thread =
            std::thread::Builder::new().name("scumble-inference".into()).spawn(move || match own_pool() {
                Some(pool) => pool.install(move || serve(make, &queue, &outbox, &stopping)),
                None => serve(make, &queue, &outbox, &stopping),
            })?;
        Ok(Self { jobs: Some(jobs), waiting, events, thread: Some(thread), next: 0, stop })
    }

    /// Puts a job into the queue. Never waits.
    ///
    /// # Errors
    /// [`GenerateError::Run`] when the queue is full or the thread is gone.
    pub fn submit(&mut self, job: Job) -> Result<JobHandle, GenerateError> {
        let gone = || GenerateError::Run("the inference thread has ended; restart the program".into());
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        // Only this adds to the queue, so that no other can take the place between the two lines.
        if self.waiting.load(Ordering::Acquire) >= MAX_JOBS {
            return Err(GenerateError::Run(format!(
                "{MAX_JOBS} jobs are waiting already; remove some first"
            )));
        }
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let handle = JobHandle { id: JobId(self.next), cancel: Cancel::default() };
        let submitted = Submitted { id: handle.id, cancel: handle.cancel.clone(), job: Box::new(job) };
        if jobs.send(submitted).is_err() {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(gone());
        }
        self.next += 1;
        Ok(handle)
    }

    /// Where events arrive, in order.
    pub fn events(&self) -> &Receiver<JobEvent> {
        &self.events
    }
}

/// Cores for models alone. In the common pool the small tasks of a stroke would stand in line behind a layer of the
/// network, and the pen would stutter.
fn own_pool() -> Option<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().thread_name(|_| "scumble-inference".into()).build().ok()
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.cancel();
        self.jobs = None;
        // The thread may wait for room for a final event.
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() {
                let _ = self.events.recv_timeout(std::time::Duration::from_millis(5));
            }
            let _ = thread.join();
        }
    }
}

fn serve(
    mut make: impl FnMut() -> Box<dyn Backend>,
    queue: &Queue,
    outbox: &Sender<JobEvent>,
    stop: &Cancel,
) {
    let mut backend: Option<Box<dyn Backend>> = None;
    while let Some(Submitted { id, cancel, job }) = queue.next() {
        if stop.is_cancelled() {
            return;
        }
        if cancel.is_cancelled() {
            let _ = outbox.send(JobEvent::Cancelled { job: id });
            continue;
        }
        let _ = outbox.send(JobEvent::Started { job: id });
        let mut reporter = Reporter {
            job: id,
            cancel,
            stop,
            queue,
            outbox,
            stage: "waiting",
            pass_begun: Instant::now(),
            pass: (1, 1),
        };
        let mut timings = Timings::default();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let backend = backend.get_or_insert_with(&mut make);
            execute(backend.as_mut(), &job, &mut reporter, &mut timings)
        }));
        let event = match outcome {
            Ok(Ok(Made { image, paste, facts, mended })) => {
                JobEvent::Finished { job: id, image, paste, facts, timings, mended }
            }
            Ok(Err(GenerateError::Cancelled)) => JobEvent::Cancelled { job: id },
            Ok(Err(error)) => JobEvent::Failed { job: id, error: Arc::new(error) },
            Err(panic) => {
                // What the panic left behind is not to be trusted, not even to go quietly.
                let broken = backend.take();
                let _ = catch_unwind(AssertUnwindSafe(move || drop(broken)));
                let error = GenerateError::Run(format!(
                    "a defect stopped the picture ({}); your work is safe, please report it",
                    panic_text(panic.as_ref())
                ));
                JobEvent::Failed { job: id, error: Arc::new(error) }
            }
        };
        if outbox.send(event).is_err() {
            return;
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_string())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into())
}

struct Reporter<'a> {
    job: JobId,
    cancel: Cancel,
    stop: &'a Cancel,
    queue: &'a Queue,
    outbox: &'a Sender<JobEvent>,
    stage: &'static str,
    pass_begun: Instant,
    /// Number and count of passes.
    pass: (u32, u32),
}

impl Reporter<'_> {
    /// Sends what may get lost.
    fn mention(&self, event: JobEvent) {
        if self.outbox.len() < MAX_LOOKS {
            let _ = self.outbox.try_send(event);
        }
    }
}

impl Monitor for Reporter<'_> {
    /// Being asked often within a step, this is also where the queue is looked after while a job runs.
    fn cancelled(&self) -> bool {
        self.queue.drop_cancelled(self.outbox);
        self.cancel.is_cancelled() || self.stop.is_cancelled()
    }

    fn wants_preview(&self) -> bool {
        self.outbox.len() < MAX_LOOKS
    }

    fn pass(&mut self, rect: Rect, paste: &Arc<GrayImage>, number: u32, of: u32) {
        self.pass = (number, of);
        self.mention(JobEvent::Pass { job: self.job, rect, paste: paste.clone() });
    }

    fn thrift(&mut self, fit: &Fit) {
        self.mention(JobEvent::Thrift { job: self.job, fit: fit.clone() });
    }

    fn stage(&mut self, name: &'static str) {
        self.stage = name;
        self.pass_begun = Instant::now();
        let event = JobEvent::Progress {
            job: self.job,
            stage: name,
            step: 0,
            steps: 0,
            step_secs: 0.0,
            secs_left: None,
            pass: self.pass.0,
            passes: self.pass.1,
        };
        self.mention(event);
    }

    fn step(&mut self, step: u32, steps: u32, secs: f64, preview: Option<Preview>) {
        let mean = self.pass_begun.elapsed().as_secs_f64() / f64::from(step.max(1));
        let event = JobEvent::Progress {
            job: self.job,
            stage: self.stage,
            step,
            steps,
            step_secs: secs,
            secs_left: Some(mean * f64::from(steps.saturating_sub(step))),
            pass: self.pass.0,
            passes: self.pass.1,
        };
        self.mention(event);
        if let Some(preview) = preview {
            self.mention(JobEvent::Preview { job: self.job, step, preview });
        }
    }
}
