//! The program is killed while it paints, and everything is there again.
//!
//! The child is this test program, run again with a folder in its environment: it paints with the real editor, file
//! and journal threads and clock, autosaving every second, and says each step of the history that it finished. It is
//! killed with SIGKILL at a random (seeded) moment. What it painted is the same for the same number of events, so
//! that this process can paint it again and compare every pixel.
//!
//! 12 kills; 30 with `SCUMBLE_CRASH_KILLS=30`. To look into the folder of any killed program: `SCUMBLE_CRASH_LOOK`.

use crate::prng::Prng;
use scumble::document::Document;
use scumble::editor::generation::REQUEST_NOTE;
use scumble::editor::tool::{Modifiers, Phase, PointerEvent};
use scumble::editor::{Action, Command, Editor, Folders, Settings};
use scumble::geom::Point;
use scumble::io::{recovery, shelf};
use scumble::paint::PenSample;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CHILD: &str = "SCUMBLE_CRASH_CHILD";
const INTERVAL: Duration = Duration::from_secs(1);
/// For the disk, the scheduler and a machine that does other things.
const SLACK: Duration = Duration::from_millis(1500);
const AT_ONCE: usize = 3;

/// Paints without end, the same every time.
struct Painter {
    editor: Editor,
    prng: Prng,
    events: usize,
    stroke: Option<usize>,
    at: Point,
}

impl Painter {
    fn new(state: Option<&Path>) -> Self {
        let settings =
            Settings { autosave_secs: INTERVAL.as_secs_f64(), new_size: (500, 400), ..Settings::default() };
        let folders = Folders { config: None, state: state.map(Path::to_path_buf) };
        let mut editor = Editor::new(folders, settings, Vec::new(), None, Arc::new(|| {}));
        editor.apply(Command::PickBrush("Hard round".into()));
        Self { editor, prng: Prng(7), events: 0, stroke: None, at: Point::default() }
    }

    /// One event. Returns whether it finished a step of the history.
    fn step(&mut self, now_secs: f64) -> bool {
        self.events += 1;
        let phase = match self.stroke {
            None if self.prng.below(6) == 0 => {
                let action = match self.prng.below(5) {
                    0 => Action::Undo,
                    1 => Action::NewLayer,
                    2 => Action::DuplicateLayer,
                    3 => Action::FlipLayerHorizontal,
                    _ => Action::Redo,
                };
                // Layers without end would make the test slow, not better.
                let many = self.editor.doc().layers().len() > 6;
                let action = if many { Action::DeleteLayer } else { action };
                self.editor.apply(Command::Act(action));
                // What the worker does is a state of its own; strokes in the middle of it would come at any time.
                while self.editor.preview_state().1 {
                    self.editor.tick(now_secs);
                    std::thread::yield_now();
                }
                return true;
            }
            None => {
                self.stroke = Some(3 + self.prng.below(20));
                self.at =
                    Point::new(f64::from(self.prng.unit()) * 500.0, f64::from(self.prng.unit()) * 400.0);
                Phase::Down
            }
            Some(0) => {
                self.stroke = None;
                Phase::Up
            }
            Some(n) => {
                self.stroke = Some(n - 1);
                self.at.x += f64::from(self.prng.unit()) * 60.0 - 30.0;
                self.at.y += f64::from(self.prng.unit()) * 60.0 - 30.0;
                Phase::Drag
            }
        };
        let time_secs = self.events as f64 / 100.0;
        let sample = PenSample { pos: self.at, pressure: Some(0.8), tilt: [0.0; 2], time_secs };
        let modifiers = Modifiers::default();
        self.editor.pointer(&PointerEvent { phase, samples: vec![sample], modifiers, clicks: 1 });
        phase == Phase::Up
    }
}

/// Not a test by itself: the program that is killed.
#[test]
fn crash_child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let mut painter = Painter::new(Some(Path::new(&folder)));
    let started = Instant::now();
    let mut out = std::io::stdout();
    // Ends by itself should nobody kill it.
    while started.elapsed() < Duration::from_secs(60) {
        let done = painter.step(started.elapsed().as_secs_f64());
        painter.editor.tick(started.elapsed().as_secs_f64());
        if done {
            let _ = writeln!(out, "finished {}", painter.events);
            let _ = out.flush();
        }
        std::thread::sleep(Duration::from_millis(6));
    }
}

/// What one kill left behind.
struct Killed {
    /// Events that must be there, by what the child said long enough before.
    owed: usize,
    /// The last event that it said.
    last: usize,
    left: Option<Document>,
}

fn kill_one(after: Duration) -> Killed {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["crash::crash_child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said: Arc<Mutex<Vec<(Instant, usize)>>> = Arc::default();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let listener = std::thread::spawn({
        let said = said.clone();
        move || {
            for line in lines.map_while(Result::ok) {
                // The harness writes its own words before the first.
                let number = line.rsplit_once("finished ").and_then(|(_, n)| n.trim().parse().ok());
                if let Some(n) = number {
                    said.lock().unwrap().push((Instant::now(), n));
                }
            }
        }
    });
    let patience = Instant::now();
    while said.lock().unwrap().is_empty() {
        assert!(patience.elapsed().as_secs() < 30, "the child does not paint");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(after);
    let killed = Instant::now();
    child.kill().unwrap();
    child.wait().unwrap();
    listener.join().unwrap();
    let said = said.lock().unwrap();
    let owed = said.iter().rev().find(|(at, _)| *at + INTERVAL + SLACK <= killed).map_or(0, |(_, n)| *n);
    let orphans = recovery::orphans(folder.path());
    assert!(orphans.len() <= 1, "one document was open, {} are found", orphans.len());
    let left = orphans.first().map(|orphan| orphan.recover().expect("found, but not readable").document);
    Killed { owed, last: said.last().unwrap().1, left }
}

#[test]
fn what_is_painted_survives_being_killed_at_any_moment() {
    let kills = std::env::var("SCUMBLE_CRASH_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let mut prng = Prng(0xdead);
    let moments: Vec<Duration> =
        (0..kills).map(|_| Duration::from_millis(200 + prng.below(5000) as u64)).collect();
    let mut killed = Vec::new();
    for some in moments.chunks(AT_ONCE) {
        let threads: Vec<_> = some
            .iter()
            .map(|after| {
                std::thread::spawn({
                    let after = *after;
                    move || kill_one(after)
                })
            })
            .collect();
        killed.extend(threads.into_iter().map(|t| t.join().unwrap()));
    }
    let owing = killed.iter().filter(|k| k.owed > 0).count();
    assert!(owing * 4 >= kills, "only {owing} of {kills} kills came late enough to owe anything");
    // Painted again, until every document that was recovered has been met.
    let mut painter = Painter::new(None);
    let mut lost = 0;
    let mut open: Vec<(&Document, &Killed)> = Vec::new();
    for killed in &killed {
        match &killed.left {
            Some(doc) => open.push((doc, killed)),
            None => assert_eq!(killed.owed, 0, "nothing is left of {} events", killed.owed),
        }
    }
    // Some events after the last that was said: the child was killed before it could say more.
    let end = killed.iter().map(|k| k.last).max().unwrap() + 60;
    while !open.is_empty() && painter.events < end {
        painter.step(0.0);
        let (events, doc) = (painter.events, painter.editor.doc());
        open.retain(|(left, killed)| {
            let met = events >= killed.owed && events <= killed.last + 60 && *left == doc;
            lost += usize::from(met) * killed.last.saturating_sub(events);
            !met
        });
    }
    if let Some((_, killed)) = open.first() {
        panic!("a recovered document is no state from event {} to {}", killed.owed, killed.last);
    }
    println!("{kills} kills, {owing} owing, {lost} events lost in all");
}

/// Tells what lies in the folder of a program that was killed by hand: which rows of its documents have dark paint (in
/// layers that no model made), how many layers a model made, how large the page is, and how many pictures wait.
#[test]
fn look_into_a_folder() {
    let Some(folder) = std::env::var_os("SCUMBLE_CRASH_LOOK") else { return };
    for orphan in recovery::orphans(Path::new(&folder)) {
        println!("\nnote {}", orphan.note());
        let waiting =
            shelf::read(orphan.folder()).iter().filter(|k| k.board == shelf::Board::Waiting).count();
        let Some(recovered) = orphan.recover() else { continue };
        let mut doc = recovered.document;
        let made: Vec<_> =
            doc.layers().iter().filter(|l| l.notes.contains_key(REQUEST_NOTE)).map(|l| l.id).collect();
        println!(
            "state made {} waiting {waiting} page {} {}",
            made.len(),
            doc.page.width(),
            doc.page.height()
        );
        for id in made {
            if let Some(layer) = doc.layer_mut(id) {
                layer.visible = false;
            }
        }
        let page = doc.page;
        let seen = scumble::document::composite::flatten_rgba8(
            &doc,
            page,
            scumble::document::rgba8::Alpha::Straight,
        );
        let row = |y: usize| &seen[y * page.width() as usize * 4..(y + 1) * page.width() as usize * 4];
        let dark = |y: &usize| row(*y).chunks_exact(4).filter(|px| px[0] < 100 && px[3] > 200).count() > 60;
        let rows: Vec<String> = (0..page.height() as usize).filter(dark).map(|y| y.to_string()).collect();
        println!("rows {}", rows.join(" "));
    }
}
