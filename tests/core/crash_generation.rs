//! The program is killed while it generates, while a picture is accepted, and while the page is extended: what was on
//! the canvas is there again, and so are the pictures that nobody had accepted yet.
//!
//! The child is this test program, run again with a folder in its environment. It works with the real editor, engine
//! and journal threads, and a scripted backend; it says each state of its document by number, with the seeds of the
//! pictures that wait, and what it is about. It is killed with SIGKILL at a random (seeded) moment. The states are the
//! same each time, so that this process can make them again and look which one was recovered.
//!
//! 9 kills; more with `SCUMBLE_CRASH_KILLS`.

use crate::prng::Prng;
use crate::studio::{Studio, studio_in};
use scumble::document::Document;
use scumble::editor::generation::{Candidate, CandidateId, GenerateCommand as G};
use scumble::editor::tool::{Modifiers, Phase, PointerEvent};
use scumble::editor::{DocId, Folders};
use scumble::generate::fake::Script;
use scumble::geom::{Point, Rect};
use scumble::io::{recovery, shelf};
use scumble::paint::PenSample;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CHILD: &str = "SCUMBLE_CRASH_GENERATING_CHILD";
/// The time of the settings.
const INTERVAL: Duration = Duration::from_secs(1);
/// For the disk, the scheduler and a machine that does other things.
const SLACK: Duration = Duration::from_millis(1500);

/// What the painter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Paint,
    Generate,
    Accept,
    Extend,
}

/// Hears the number of the document's state, the seeds of the pictures that wait, and what is done.
type Tell = Box<dyn FnMut(usize, &BTreeSet<u64>, About)>;

/// Works without end, the same every time.
struct Painter {
    studio: Studio,
    prng: Prng,
    states: Vec<Document>,
    seeds: BTreeSet<u64>,
    tell: Tell,
    about: About,
}

impl Painter {
    fn new(state: Option<&Path>, step: Duration, tell: Tell) -> Self {
        let folders = Folders { config: None, state: state.map(Path::to_path_buf) };
        let studio = studio_in(folders, Script { step, ..Script::default() });
        let (states, seeds) = (vec![studio.editor.doc().clone()], BTreeSet::new());
        Self { studio, prng: Prng(21), states, seeds, tell, about: About::Paint }
    }

    fn look(&mut self) {
        let seeds: BTreeSet<u64> =
            self.studio.editor.generation().candidates().iter().map(|c| c.request.seed).collect();
        let doc = self.studio.editor.doc();
        let new = self.states.last() != Some(doc);
        if new {
            self.states.push(doc.clone());
        }
        if new || seeds != self.seeds {
            self.seeds = seeds;
            (self.tell)(self.states.len() - 1, &self.seeds, self.about);
        }
    }

    fn about(&mut self, about: About) {
        self.about = about;
        (self.tell)(self.states.len() - 1, &self.seeds, about);
    }

    fn until(&mut self, holds: impl Fn(&Studio) -> bool) {
        loop {
            self.studio.tick();
            self.look();
            if holds(&self.studio) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ticks for a while, as a window does whose owner looks at the picture.
    fn rest(&mut self, time: Duration) {
        let begun = Instant::now();
        self.until(|_| begun.elapsed() >= time);
    }

    fn stroke(&mut self) {
        let page = self.studio.editor.doc().page;
        let mut at = Point::new(
            f64::from(page.x0) + f64::from(self.prng.unit()) * f64::from(page.width()),
            f64::from(page.y0) + f64::from(self.prng.unit()) * f64::from(page.height()),
        );
        for i in 0..6 {
            let phase = [Phase::Down, Phase::Drag, Phase::Up][usize::from(i > 0) + usize::from(i == 5)];
            at.x += f64::from(self.prng.unit()) * 20.0 - 10.0;
            let sample =
                PenSample { pos: at, pressure: Some(0.8), tilt: [0.0; 2], time_secs: f64::from(i) * 0.01 };
            let modifiers = Modifiers::default();
            let event = PointerEvent { phase, samples: vec![sample], modifiers, clicks: 1 };
            self.studio.editor.pointer(&event);
            self.look();
        }
    }

    fn round(&mut self, n: usize, rest: Duration) {
        self.about(About::Paint);
        self.stroke();
        self.rest(rest);
        self.about(About::Generate);
        let before = self.studio.editor.generation().candidates().len();
        self.studio.ask(G::Start);
        self.until(|s| s.editor.generation().candidates().len() > before && Studio::idle(&s.editor));
        let id = self.studio.editor.generation().candidates()[before].id;
        match n % 3 {
            0 => {
                self.about(About::Accept);
                self.studio.ask(G::Accept(id));
                self.look();
                self.rest(rest);
            }
            1 if before < 4 => {}
            _ => self.studio.ask(G::Discard(id)),
        }
        if n % 4 == 3 {
            self.about(About::Extend);
            let page = self.studio.editor.doc().page;
            let wide = page.width() < 400;
            let page =
                if wide { Rect { x1: page.x1 + 40, ..page } } else { Rect { y1: page.y1 + 40, ..page } };
            self.studio.ask(G::Extend(page));
            self.look();
            self.until(|s| Studio::idle(&s.editor));
            self.rest(Duration::from_millis(4));
        }
    }
}

/// Not a test by itself: the program that is killed.
#[test]
fn generating_child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let mut out = std::io::stdout();
    let tell = move |n: usize, seeds: &BTreeSet<u64>, about: About| {
        let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
        let _ = writeln!(out, "state {n} {about:?} {}", seeds.join(","));
        let _ = out.flush();
    };
    let mut painter = Painter::new(Some(Path::new(&folder)), Duration::from_millis(40), Box::new(tell));
    let begun = Instant::now();
    // Ends by itself should nobody kill it.
    for n in 0.. {
        painter.round(n, Duration::from_millis(120));
        if begun.elapsed() > Duration::from_secs(60) {
            break;
        }
    }
}

#[derive(Clone, Debug)]
struct Said {
    at: Instant,
    state: usize,
    about: String,
    seeds: BTreeSet<u64>,
}

/// What one kill left behind.
struct Killed {
    owed: Option<Said>,
    last: Said,
    left: Option<Document>,
    pictures: BTreeSet<u64>,
}

fn read_line(line: &str) -> Option<Said> {
    let mut words = line.rsplit_once("state ")?.1.split_whitespace();
    let state = words.next()?.parse().ok()?;
    let about = words.next()?.to_owned();
    let seeds = words.next().map(|s| s.split(',').filter_map(|n| n.parse().ok()).collect());
    Some(Said { at: Instant::now(), state, about, seeds: seeds.unwrap_or_default() })
}

fn kill_one(after: Duration) -> Killed {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["crash_generation::generating_child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said: Arc<Mutex<Vec<Said>>> = Arc::default();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let listener = std::thread::spawn({
        let said = said.clone();
        move || {
            for line in lines.map_while(Result::ok) {
                if let Some(line) = read_line(&line) {
                    said.lock().unwrap().push(line);
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
    let owed = said.iter().rev().find(|s| s.at + INTERVAL + SLACK <= killed).cloned();
    let orphans = recovery::orphans(folder.path());
    assert!(orphans.len() <= 1, "one document was open, {} are found", orphans.len());
    let left = orphans.first().map(|orphan| orphan.recover().expect("found, but not readable").document);
    let pictures = orphans.first().map(|orphan| shelf::read(orphan.folder())).unwrap_or_default();
    let pictures = pictures
        .iter()
        .filter(|kept| kept.board == shelf::Board::Waiting)
        .map(|kept| {
            let read = Candidate::from_document(CandidateId(kept.number), DocId(1), &kept.doc);
            read.expect("a kept picture is no candidate").request.seed
        })
        .collect();
    Killed { owed, last: said.last().unwrap().clone(), left, pictures }
}

#[test]
fn nothing_is_lost_when_the_program_is_killed_while_it_generates() {
    let kills = std::env::var("SCUMBLE_CRASH_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(9);
    let mut prng = Prng(0xbeef);
    let mut killed = Vec::new();
    while killed.len() < kills {
        let threads: Vec<_> = (0..3.min(kills - killed.len()))
            .map(|_| {
                let after = Duration::from_millis(2600 + prng.below(3500) as u64);
                std::thread::spawn(move || kill_one(after))
            })
            .collect();
        killed.extend(threads.into_iter().map(|t| t.join().unwrap()));
    }
    // Made again, until the last state that anybody spoke of has been passed.
    let end = killed.iter().map(|k| k.last.state).max().unwrap() + 12;
    let mut painter = Painter::new(None, Duration::ZERO, Box::new(|_, _, _| ()));
    for n in 0.. {
        if painter.states.len() > end {
            break;
        }
        painter.round(n, Duration::ZERO);
    }
    let mut abouts = BTreeSet::new();
    for (n, k) in killed.iter().enumerate() {
        abouts.insert(k.last.about.clone());
        let Some(owed) = &k.owed else { continue };
        let doc = k.left.as_ref().unwrap_or_else(|| panic!("kill {n}: nothing is left of {owed:?}"));
        let met = painter.states.iter().rposition(|state| state == doc);
        let met = met.unwrap_or_else(|| panic!("kill {n}: what was recovered is no state that ever was"));
        assert!(met >= owed.state, "kill {n}: state {met} was recovered, {} is owed", owed.state);
        let wanted: BTreeSet<u64> = owed.seeds.intersection(&k.last.seeds).copied().collect();
        assert!(
            wanted.is_subset(&k.pictures),
            "kill {n} ({}): of the waiting pictures {wanted:?} only {:?} are there",
            k.last.about,
            k.pictures
        );
    }
    let owing = killed.iter().filter(|k| k.owed.is_some()).count();
    let waiting: usize = killed.iter().map(|k| k.pictures.len()).sum();
    println!("{kills} kills, {owing} owing, while {abouts:?}; {waiting} waiting pictures came back");
    assert!(owing * 4 >= kills, "only {owing} of {kills} kills came late enough to owe anything");
}
