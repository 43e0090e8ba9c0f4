//! A painter who does what comes to mind: strokes, pictures, cancelling, undo, extending, other styles, another model,
//! live painting, in any order, with the model inside the binary and a small Stable Diffusion in a folder. Nothing may panic, memory has to come back, and the window's thread
//! may not stand still.
//!
//! 40 actions; `SCUMBLE_SOAK=300` for the whole of it, where blocks of the window's thread are an error too.

use scumble::color::Rgba;
use scumble::diffusion::{CandleBackend, DTypeChoice, DeviceChoice, Placement};
use scumble::editor::generation::{Finish, GenerateCommand as G, ModelChoice, Models, built_in_styles};
use scumble::editor::tool::{Modifiers, Phase, PointerEvent};
use scumble::editor::{Action, Command, Editor, Effect, Folders, NoticeKind, Settings};
use scumble::geom::{Point, Rect};
use scumble::paint::PenSample;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A model of another kind: `AutoencoderKL`, no input for inpainting, random weights.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pipelines/sd1-4ch");

/// The random numbers of the walk: a seed is a walk.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

struct Walk {
    editor: Editor,
    begun: Instant,
    chance: Chance,
    errors: Vec<String>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let placement = Placement::new(DeviceChoice::Cpu, DTypeChoice::F32).unwrap();
        let models = Models {
            make: Box::new(move || Box::new(CandleBackend::new(placement.clone()))),
            choices: [("starter", 256), (FOLDER, 64)]
                .map(|(id, native_px)| ModelChoice { id: id.into(), name: id.into(), native_px })
                .into(),
            ask: None,
        };
        let mut settings = Settings { new_size: (192, 160), undo_mib: 16, ..Settings::default() };
        settings.generate.prompt = "a lake at sunset".into();
        settings.generate.style.steps = 4;
        let editor = Editor::new(Folders::default(), settings, Vec::new(), Some(models), Arc::new(|| ()));
        Self { editor, begun: Instant::now(), chance: Chance(seed), errors: Vec::new() }
    }

    fn tick(&mut self) {
        self.editor.tick(self.begun.elapsed().as_secs_f64());
        for effect in self.editor.take_effects() {
            if let Effect::Tell(notice) = effect
                && notice.kind == NoticeKind::Error
            {
                self.errors.push(notice.text);
            }
        }
    }

    fn rest(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.tick();
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    fn until_idle(&mut self) {
        let begun = Instant::now();
        loop {
            self.tick();
            let generation = self.editor.generation();
            if generation.progress().is_none() && generation.waiting().len() == 0 {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(300), "it does not come to rest");
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    fn stroke(&mut self) {
        let page = self.editor.doc().page;
        let at = |c: &mut Chance| {
            Point::new(
                f64::from(page.x0) + c.below(u64::from(page.width())) as f64,
                f64::from(page.y0) + c.below(u64::from(page.height())) as f64,
            )
        };
        let (from, to) = (at(&mut self.chance), at(&mut self.chance));
        for i in 0..12u32 {
            let pos = from.lerp(to, f64::from(i) / 11.0);
            let phase = match i {
                0 => Phase::Down,
                11 => Phase::Up,
                _ => Phase::Drag,
            };
            let sample =
                PenSample { pos, pressure: Some(0.7), tilt: [0.0; 2], time_secs: f64::from(i) * 0.01 };
            let modifiers = Modifiers::default();
            self.editor.pointer(&PointerEvent { phase, samples: vec![sample], modifiers, clicks: 1 });
            self.tick();
        }
    }

    fn options(&mut self, change: impl FnOnce(&mut scumble::editor::generation::GenerateOptions)) {
        let mut options = self.editor.generation().options.clone();
        change(&mut options);
        self.editor.apply(Command::Generate(G::SetOptions(Box::new(options))));
    }

    fn step(&mut self) -> &'static str {
        let page = self.editor.doc().page;
        let what = match self.chance.below(21) {
            0..=5 => {
                let part = |c: &mut Chance| c.below(100) as f32 / 100.0;
                let color = Rgba::rgb(part(&mut self.chance), part(&mut self.chance), part(&mut self.chance));
                self.editor.apply(Command::SetColor { color, settled: true });
                self.editor.apply(Command::Act(Action::ToolBrush));
                self.stroke();
                "paint"
            }
            6 => {
                self.editor.apply(Command::Act(Action::ToolChange));
                self.stroke();
                "paint the change mask"
            }
            7..=9 => {
                self.editor.apply(Command::Generate(G::Start));
                "generate"
            }
            10 => {
                self.editor.apply(Command::Generate(G::CancelAll));
                "cancel"
            }
            11 | 12 => {
                self.editor.apply(Command::Act(Action::Undo));
                "undo"
            }
            13 => {
                self.editor.apply(Command::Act(Action::Redo));
                "redo"
            }
            14 if page.width() < 320 => {
                let page = Rect { x1: page.x1 + 48, ..page };
                self.editor.apply(Command::Generate(G::Extend(page)));
                "extend"
            }
            14 | 15 => {
                let id = self.editor.generation().shown();
                self.editor.apply(Command::Generate(id.map_or(G::DiscardAll, G::Accept)));
                "accept"
            }
            16 => {
                let styles = built_in_styles();
                let style = styles[self.chance.below(styles.len() as u64) as usize].clone();
                self.options(|o| {
                    o.style = style;
                    o.style.steps = 4;
                });
                "another style"
            }
            17 => {
                self.options(|o| {
                    o.live.on = !o.live.on;
                    o.live.steps = 3;
                });
                "live on or off"
            }
            18 => {
                let other =
                    if self.editor.generation().options.model() == FOLDER { "starter" } else { FOLDER };
                self.options(|o| o.choose_model(other));
                "another model"
            }
            19 => {
                self.editor.apply(Command::Act(Action::SelectAll));
                self.editor.apply(Command::Act(Action::Deselect));
                "select"
            }
            _ => {
                self.editor.apply(Command::Act(Action::DiscardCandidate));
                "put aside"
            }
        };
        let pause = Duration::from_millis(5 + self.chance.below(150));
        self.rest(pause);
        what
    }

    /// Everything closed and forgotten, as before the first action.
    fn calm(&mut self) {
        self.options(|o| {
            o.live.on = false;
            o.style.finish = Finish::None;
        });
        self.editor.apply(Command::Generate(G::CancelAll));
        self.until_idle();
        let id = self.editor.open().id;
        self.editor.apply(Command::CloseDocument { id, force: true });
        self.rest(Duration::from_millis(300));
    }
}

/// Gives back what the allocator only keeps for later, so that what is measured is what the program holds.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    // SAFETY: the C library's own function, which any thread may call at any time.
    unsafe { malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

/// Resident memory in KiB; `None` where the system does not say.
fn resident_kib() -> Option<u64> {
    give_back();
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_walk_of_random_actions_neither_panics_nor_leaks_nor_blocks() {
    let whole: Option<usize> = std::env::var("SCUMBLE_SOAK").ok().and_then(|n| n.parse().ok());
    let actions = whole.unwrap_or(40);
    let mut walk = Walk::new(300);
    let rounds = 4;
    let mut levels = Vec::new();
    let mut counts = std::collections::BTreeMap::new();
    for round in 0..rounds {
        for _ in 0..actions / rounds {
            *counts.entry(walk.step()).or_insert(0) += 1;
        }
        walk.calm();
        levels.push(resident_kib());
        println!("round {round}: {:?} KiB", levels[round]);
    }
    let watchdog = walk.editor.watchdog();
    println!(
        "{actions} actions {counts:?}; {} measurements, longest {:.1} ms, {} over 50 ms: {:?}",
        watchdog.watched(),
        watchdog.longest().as_secs_f64() * 1e3,
        watchdog.blocks().len(),
        watchdog.blocks()
    );
    // What is impossible is said, as a notice; a fault never is.
    assert!(walk.errors.iter().all(|e| !e.contains("fault") && !e.contains("panic")), "{:?}", walk.errors);
    if whole.is_some() {
        assert!(watchdog.blocks().is_empty(), "the window's thread stood still");
        // The level is that after the first round, which loads the model.
        if let (Some(Some(first)), Some(Some(last))) = (levels.first(), levels.last()) {
            assert!(*last <= first + first / 10, "memory went from {first} to {last} KiB");
        }
    }
}
