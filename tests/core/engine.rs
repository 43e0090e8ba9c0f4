//! The inference thread with a scripted backend: what it tells and when, how it stops, what it survives. Nothing
//! here sleeps to be right: tests wait for events, and runs that must last hang until they are cancelled.

mod pictures;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use image::RgbaImage;
use scumble::generate::backend::{Backend, GenerateError, ModelFacts, Monitor, Pass, Timings};
use scumble::generate::engine::{Engine, Inputs, Job, JobEvent, JobHandle, JobId};
use scumble::generate::fake::{FakeBackend, Mishap, Script};
use scumble::generate::picture::Picture;
use scumble::generate::request::Request;

use crate::plan::facts;

/// How long an event may take on a busy machine. Only defects wait that long.
const SOON: Duration = Duration::from_secs(20);
/// Native size of the scripted model.
const NATIVE: u32 = 64;

struct Rig {
    engine: Engine,
    passes: Receiver<Pass>,
    /// How often a backend was built.
    built: Arc<AtomicUsize>,
}

impl Rig {
    fn new(script: Script) -> Self {
        let (fake, passes) = FakeBackend::new(script);
        let built = Arc::new(AtomicUsize::new(0));
        let count = built.clone();
        let engine = start(move || {
            count.fetch_add(1, Ordering::SeqCst);
            Box::new(fake.clone())
        });
        Self { engine, passes, built }
    }

    fn with_mishaps(mishaps: &[Mishap]) -> Self {
        Self::new(Script { mishaps: mishaps.to_vec(), ..Script::default() })
    }

    fn submit(&mut self, request: Request) -> JobHandle {
        self.engine.submit(job(request)).unwrap()
    }

    fn event(&self) -> JobEvent {
        self.engine.events().recv_timeout(SOON).expect("an event in time")
    }

    fn pass(&self) -> Pass {
        self.passes.recv_timeout(SOON).expect("a pass in time")
    }

    /// All events up to the final one of `job`.
    fn until_final(&self, job: JobId) -> Vec<JobEvent> {
        let mut events = vec![self.event()];
        while !events.last().is_some_and(|e| e.is_final() && e.job() == job) {
            events.push(self.event());
        }
        events
    }

    fn outcome(&self, job: JobId) -> JobEvent {
        self.until_final(job).pop().unwrap()
    }

    fn picture(&mut self, job: Job) -> RgbaImage {
        let id = self.engine.submit(job).unwrap().id;
        image_of(self.outcome(id))
    }

    fn built(&self) -> usize {
        self.built.load(Ordering::SeqCst)
    }
}

/// An engine whose panics, which are expected, are not printed.
fn start(make: impl FnMut() -> Box<dyn Backend> + Send + 'static) -> Engine {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() != Some("scumble-inference") {
                print(info);
            }
        }));
    });
    Engine::start(make).unwrap()
}

fn request(steps: u32) -> Request {
    Request { width: 24, height: 16, steps, ..Request::default() }
}

fn job(request: Request) -> Job {
    Job { request, index: 0, inputs: Inputs::default() }
}

fn image_of(event: JobEvent) -> RgbaImage {
    match event {
        JobEvent::Finished { image, .. } => image,
        other => panic!("no picture but {other:?}"),
    }
}

fn failure(event: &JobEvent) -> &GenerateError {
    match event {
        JobEvent::Failed { error, .. } => error,
        other => panic!("no failure but {other:?}"),
    }
}

fn is_cancelled(event: &JobEvent) -> bool {
    matches!(event, JobEvent::Cancelled { .. })
}

/// Checks order and completeness of one job's events, few enough that none may be dropped: every step is told, with
/// a preview.
fn check_story(events: &[JobEvent], id: JobId, passes: &[u32]) {
    let mut told = events.iter().filter(|e| e.job() == id);
    assert!(matches!(told.next(), Some(JobEvent::Started { .. })));
    for &of in passes {
        assert!(matches!(told.next(), Some(JobEvent::Pass { .. })));
        match told.next() {
            Some(JobEvent::Progress { stage: "painting", step: 0, steps: 0, secs_left: None, .. }) => {}
            other => panic!("no stage but {other:?}"),
        }
        for k in 1..=of {
            match told.next() {
                Some(&JobEvent::Progress {
                    stage: "painting", step, steps, secs_left: Some(left), ..
                }) => {
                    assert_eq!((step, steps), (k, of));
                    assert!(left >= 0.0 && (k < of || left == 0.0), "{left} s left at {k} of {of}");
                }
                other => panic!("no progress but {other:?}"),
            }
            match told.next() {
                Some(JobEvent::Preview { step, preview, .. }) => {
                    assert_eq!(*step, k);
                    assert!(!preview.picture.data.is_empty());
                }
                other => panic!("no preview but {other:?}"),
            }
        }
    }
    assert!(told.next().unwrap().is_final());
    assert!(told.next().is_none(), "more after the end");
}

#[test]
fn events_come_in_order_with_a_preview_every_step_and_one_end() {
    let mut rig = Rig::new(Script::default());
    let mut events = Vec::new();
    let ids: Vec<JobId> = (1..=3).map(|k| rig.submit(request(3 * k)).id).collect();
    assert!(ids.is_sorted() && ids[0] != ids[1] && ids[1] != ids[2]);
    for &id in &ids {
        events.extend(rig.until_final(id));
    }
    for (k, &id) in (1..).zip(&ids) {
        check_story(&events, id, &[3 * k]);
    }
    assert!(events.iter().map(JobEvent::job).is_sorted(), "jobs were mixed");
    match events.last().unwrap() {
        JobEvent::Finished { image, facts, timings, .. } => {
            assert_eq!(
                (image.dimensions(), facts.arch.as_str(), timings.step_s.len()),
                ((24, 16), "fake", 9)
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(rig.built(), 1);
}

/// Other programs only add to what is measured, so the best of a few counts.
#[test]
fn a_running_job_is_cancelled_within_a_step() {
    let step = Duration::from_millis(50);
    let mut rig = Rig::new(Script { step, ..Script::default() });
    let mut best = Duration::MAX;
    for _ in 0..8 {
        let job = rig.submit(request(1000));
        while !matches!(rig.event(), JobEvent::Progress { step: 1.., .. }) {}
        let asked = Instant::now();
        job.cancel.cancel();
        let events = rig.until_final(job.id);
        best = best.min(asked.elapsed());
        assert!(is_cancelled(events.last().unwrap()));
        if best < step {
            break;
        }
    }
    assert!(best < step, "took {best:?}");
    let next = rig.submit(request(1));
    image_of(rig.outcome(next.id));
    assert!(rig.built() == 1, "cancelling costs no model");
}

#[test]
fn a_waiting_job_is_cancelled_at_once_and_never_run() {
    let mut rig = Rig::with_mishaps(&[Mishap::Hang(2)]);
    let running = rig.submit(request(3));
    rig.pass();
    let handles: Vec<JobHandle> = (0..5).map(|_| rig.submit(request(2))).collect();
    for k in [3, 1] {
        handles[k].cancel.cancel();
        // The running job hangs: this does not wait for its turn.
        let events = rig.until_final(handles[k].id);
        assert!(is_cancelled(events.last().unwrap()));
        assert!(events.iter().filter(|e| e.job() == handles[k].id).count() == 1, "it was started");
    }
    running.cancel.cancel();
    let events = rig.until_final(handles[4].id);
    let ends: Vec<(JobId, bool)> =
        events.iter().filter(|e| e.is_final()).map(|e| (e.job(), is_cancelled(e))).collect();
    let done = |k: usize| (handles[k].id, false);
    assert_eq!(ends, [(running.id, true), done(0), done(2), done(4)]);
    assert_eq!(rig.passes.try_iter().count(), 3, "passes of cancelled jobs");
}

#[test]
fn a_job_cancelled_in_its_last_moment_makes_no_picture() {
    struct Late(Receiver<JobHandle>);
    impl Backend for Late {
        fn run(&mut self, p: &Pass, _: &mut dyn Monitor, _: &mut Timings) -> Result<Picture, GenerateError> {
            self.0.recv().unwrap().cancel.cancel();
            Ok(Picture::filled(p.width, p.height, [0.0; 3]))
        }
        fn describe(&mut self, _: &str) -> Result<ModelFacts, GenerateError> {
            Ok(facts(NATIVE))
        }
    }
    let (send, slot) = crossbeam_channel::unbounded();
    let mut engine = start(move || Box::new(Late(slot.clone())));
    let handle = engine.submit(job(request(1))).unwrap();
    send.send(handle).unwrap();
    assert!(matches!(engine.events().recv_timeout(SOON).unwrap(), JobEvent::Started { .. }));
    assert!(matches!(engine.events().recv_timeout(SOON).unwrap(), JobEvent::Pass { .. }));
    assert!(is_cancelled(&engine.events().recv_timeout(SOON).unwrap()));
}

#[test]
fn a_failure_says_why_and_the_next_job_works() {
    let mut rig = Rig::with_mishaps(&[Mishap::Fail(2)]);
    let (bad, good) = (rig.submit(request(3)), rig.submit(request(3)));
    let events = rig.until_final(bad.id);
    let previews = events.iter().filter(|e| matches!(e, JobEvent::Preview { .. })).count();
    assert_eq!(previews, 1);
    match failure(events.last().unwrap()) {
        GenerateError::Run(text) => assert_eq!(text, "the script says so"),
        other => panic!("{other:?}"),
    }
    check_story(&rig.until_final(good.id), good.id, &[3]);
    assert_eq!(rig.built(), 1, "an error is no reason to load the model again");
}

#[test]
fn a_panic_is_a_failure_and_the_backend_is_rebuilt() {
    let mut rig = Rig::with_mishaps(&[Mishap::Panic(2), Mishap::None, Mishap::Panic(1)]);
    for (bad, built) in [(true, 1), (false, 2), (true, 2), (false, 3)] {
        let id = rig.submit(request(3)).id;
        let end = rig.outcome(id);
        assert_eq!(rig.built(), built);
        if bad {
            let text = failure(&end).to_string();
            assert!(text.contains("the script says so"), "{text}");
            assert!(text.contains("your work is safe") && text.contains("report"), "{text}");
        } else {
            image_of(end);
        }
    }
}

/// Panics while it is built, described, run, or thrown away, and returns nonsense.
#[test]
fn no_defect_of_a_backend_ends_the_thread() {
    struct Broken(usize);
    impl Backend for Broken {
        fn run(&mut self, p: &Pass, _: &mut dyn Monitor, _: &mut Timings) -> Result<Picture, GenerateError> {
            let (w, h, n) = (p.width, p.height, (p.width * p.height * 3) as usize);
            match self.0 {
                2 => Ok(Picture::filled(w + 1, h, [0.5; 3])),
                3 => Ok(Picture { width: w, height: h, data: vec![0.5; n - 1] }),
                4 => panic!("run"),
                5 => std::panic::panic_any(7),
                _ => Ok(Picture::filled(w, h, [0.5; 3])),
            }
        }
        fn describe(&mut self, model: &str) -> Result<ModelFacts, GenerateError> {
            match self.0 {
                1 => panic!("describe"),
                6 => Err(GenerateError::Model(format!("{model} is not there"))),
                _ => Ok(facts(NATIVE)),
            }
        }
    }
    impl Drop for Broken {
        fn drop(&mut self) {
            if self.0 == 4 {
                panic!("drop");
            }
        }
    }
    let mut count = 0..;
    let mut engine = start(move || {
        let k = count.next().unwrap();
        assert!(k != 0, "make");
        Box::new(Broken(k))
    });
    for text in
        ["(make)", "(describe)", "another size", "values", "(run)", "(no message)", "starter is not there"]
    {
        engine.submit(job(request(1))).unwrap();
        assert!(matches!(engine.events().recv_timeout(SOON).unwrap(), JobEvent::Started { .. }));
        // A defect before the first pass leaves none to tell of.
        let mut end = engine.events().recv_timeout(SOON).unwrap();
        if matches!(end, JobEvent::Pass { .. }) {
            end = engine.events().recv_timeout(SOON).unwrap();
        }
        assert!(failure(&end).to_string().contains(text), "{text}: {end:?}");
    }
}

#[test]
fn who_reads_nothing_loses_looks_but_no_result() {
    let mut rig = Rig::new(Script::default());
    let ids: Vec<JobId> = (0..60).map(|_| rig.submit(request(20)).id).collect();
    // All are made although nobody reads.
    for _ in &ids {
        rig.pass();
    }
    let events = rig.until_final(ids[59]);
    let looks = events.iter().filter(|e| matches!(e, JobEvent::Preview { .. })).count();
    // Those of the last job were perhaps read already while it ran.
    assert!((1..=64 + 20).contains(&looks), "{looks} previews were kept");
    let started: Vec<JobId> =
        events.iter().filter(|e| matches!(e, JobEvent::Started { .. })).map(JobEvent::job).collect();
    let ended: Vec<JobId> = events.iter().filter(|e| e.is_final()).map(JobEvent::job).collect();
    assert_eq!((&started, &ended), (&ids, &ids));
    // Who reads again sees everything again.
    let id = rig.submit(request(20)).id;
    check_story(&rig.until_final(id), id, &[20]);
}

#[test]
fn with_no_room_for_results_the_thread_waits_and_can_still_be_dropped() {
    let mut rig = Rig::new(Script::default());
    let ids: Vec<JobId> = (0..240).map(|_| rig.submit(request(1)).id).collect();
    let begun = Instant::now();
    while !rig.engine.events().is_full() {
        assert!(begun.elapsed() < SOON, "{} events", rig.engine.events().len());
        std::thread::yield_now();
    }
    let mut ends = HashMap::new();
    for event in rig.until_final(ids[239]).iter().filter(|e| e.is_final()) {
        *ends.entry(event.job()).or_insert(0) += 1;
    }
    assert!(ends.len() == 240 && ends.values().all(|&n| n == 1));

    (0..240).for_each(|_| drop(rig.submit(request(1))));
    let begun = Instant::now();
    while !rig.engine.events().is_full() {
        assert!(begun.elapsed() < SOON);
        std::thread::yield_now();
    }
    let begun = Instant::now();
    drop(rig.engine);
    assert!(begun.elapsed() < SOON);
}

#[test]
fn a_full_queue_says_so_at_once_and_has_room_again_after_cancelling() {
    let mut rig = Rig::with_mishaps(&[Mishap::Hang(1)]);
    let running = rig.submit(request(1));
    rig.pass();
    let begun = Instant::now();
    let mut waiting = Vec::new();
    let error = loop {
        match rig.engine.submit(job(request(1))) {
            Ok(handle) => waiting.push(handle),
            Err(error) => break error,
        }
        assert!(waiting.len() < 10_000, "no limit");
    };
    assert!(begun.elapsed() < SOON, "submit waited");
    assert!(waiting.len() >= 16);
    let text = error.to_string();
    assert!(text.contains(&waiting.len().to_string()) && text.contains("remove"), "{text}");
    for round in 0..3 {
        let cancelled = waiting.remove(round * 3);
        cancelled.cancel.cancel();
        assert!(is_cancelled(&rig.outcome(cancelled.id)));
        waiting.push(rig.submit(request(1)));
        assert!(rig.engine.submit(job(request(1))).is_err());
    }
    running.cancel.cancel();
    assert!(is_cancelled(&rig.outcome(running.id)));
    for handle in &waiting {
        image_of(rig.outcome(handle.id));
    }
    assert!(rig.engine.events().is_empty());
}

#[test]
fn dropping_the_engine_ends_a_running_job() {
    let mut rig = Rig::with_mishaps(&[Mishap::Hang(1)]);
    (0..10).for_each(|_| drop(rig.submit(request(1))));
    rig.pass();
    let begun = Instant::now();
    drop(rig.engine);
    assert!(begun.elapsed() < Duration::from_secs(5), "took {:?}", begun.elapsed());
    // Disconnected, not empty: the thread is gone with its backend, and no waiting job was run.
    assert_eq!(rig.passes.try_recv(), Err(crossbeam_channel::TryRecvError::Disconnected));
    drop(Rig::new(Script::default()));
}
