//! The real window code in a test harness.

use crossbeam_channel::bounded;
use eframe::egui;
use egui_kittest::Harness;
use scumble::editor::generation::{ModelChoice, Models};
use scumble::editor::{Action, Command, Folders};
use scumble::generate::fake::{FakeBackend, Script};
use scumble::geom::Point;
use scumble::ui::app::{App, Start};
use scumble::ui::dialogs::{Answer, Ask, Chosen, Dialogs};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Answers file dialogs from a list and writes down what was asked.
#[derive(Clone, Default)]
pub struct Scripted {
    answers: Arc<Mutex<VecDeque<Chosen>>>,
    pub asked: Arc<Mutex<Vec<Ask>>>,
}

impl Scripted {
    pub fn answer(&self, paths: Vec<PathBuf>) {
        self.answers.lock().unwrap().push_back(Ok(paths));
    }

    /// The next dialog cannot be shown.
    pub fn fail(&self, why: &str) {
        self.answers.lock().unwrap().push_back(Err(why.into()));
    }
}

impl Dialogs for Scripted {
    fn ask(&mut self, ask: Ask, wake: Arc<dyn Fn() + Send + Sync>) -> Answer {
        self.asked.lock().unwrap().push(ask);
        let (send, answer) = bounded(1);
        send.send(self.answers.lock().unwrap().pop_front().unwrap_or(Ok(Vec::new()))).unwrap();
        wake();
        answer
    }
}

/// A window with its own folders, which go when it goes.
pub struct Window {
    pub harness: Harness<'static, App>,
    pub dialogs: Scripted,
    pub folder: tempfile::TempDir,
}

/// Size of the window in points; one point is one pixel.
pub const SIZE: egui::Vec2 = egui::vec2(1200.0, 800.0);

impl Window {
    /// Without a renderer.
    pub fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    pub fn in_folder(folder: tempfile::TempDir) -> Self {
        Self::build(folder, Harness::builder(), None)
    }

    /// Models of which one does what its script says.
    pub fn fake(script: Script) -> Models {
        let (fake, _) = FakeBackend::new(script);
        Models {
            make: Box::new(move || Box::new(fake.clone())),
            choices: vec![ModelChoice { id: "starter".into(), name: "Fake".into(), native_px: 64 }],
            ask: None,
        }
    }

    /// With a backend that does what its script says.
    pub fn generating(script: Script) -> Self {
        let models = Self::fake(script);
        let mut window = Self::build(tempfile::tempdir().unwrap(), Harness::builder(), Some(models));
        // Small, so that a test takes no time.
        let (width, height, ground) = (256, 256, scumble::color::Rgba::WHITE);
        window.command(Command::NewDocument { name: "Small".into(), width, height, ground });
        // As it is made: strokes take their time.
        let mut options = window.app().editor.generation().options.clone();
        options.style = scumble::editor::generation::Style::default();
        window.command(Command::Generate(scumble::editor::generation::GenerateCommand::SetOptions(
            Box::new(options),
        )));
        window
    }

    /// With a renderer, for pictures of the window; `None` if there is no graphics adapter.
    pub fn build(
        folder: tempfile::TempDir,
        builder: egui_kittest::HarnessBuilder<App>,
        models: Option<Models>,
    ) -> Self {
        let dialogs = Scripted::default();
        let start = Start {
            folders: Folders {
                config: Some(folder.path().join("config")),
                state: Some(folder.path().join("state")),
            },
            files: Vec::new(),
            dialogs: Box::new(dialogs.clone()),
            models,
            pens: false,
        };
        let builder = builder.with_size(SIZE).with_step_dt(1.0 / 60.0).with_max_steps(400);
        let harness = builder.build_eframe(move |cc| App::new(cc, start));
        let mut window = Self { harness, dialogs, folder };
        window.steps(3);
        window
    }

    pub fn app(&self) -> &App {
        self.harness.state()
    }

    pub fn steps(&mut self, n: usize) {
        self.harness.run_steps(n);
    }

    /// Steps until something holds, for what threads do; gives up after half a minute.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&App) -> bool) {
        let started = std::time::Instant::now();
        while !holds(self.harness.state()) {
            assert!(started.elapsed().as_secs() < 30, "{what} did not happen");
            self.harness.step();
            std::thread::yield_now();
        }
    }

    /// Brings a panel to the front by its tab.
    pub fn show_panel(&mut self, title: &str) {
        use egui_kittest::kittest::Queryable;
        let wanted = format!(" {title}");
        let tabs: Vec<_> = self.harness.query_all_by_label_contains(&wanted).map(|n| n.rect()).collect();
        let tab = tabs.into_iter().find(|r| r.height() < 40.0).expect("a tab");
        self.harness.hover_at(tab.center());
        self.harness.step();
        self.button(tab.center(), true);
        self.button(tab.center(), false);
        self.steps(2);
    }

    pub fn act(&mut self, action: Action) {
        self.command(Command::Act(action));
    }

    pub fn command(&mut self, command: Command) {
        self.harness.state_mut().editor.apply(command);
        self.steps(2);
        self.until("what was asked", |app| !app.editor.preview_state().1);
    }

    /// Where a canvas point is in the window.
    pub fn screen(&self, canvas: Point) -> egui::Pos2 {
        use egui_kittest::kittest::Queryable;
        let corner = self.harness.get_by_label("Canvas").rect().min;
        let p = self.app().editor.viewport().to_screen(canvas);
        corner + egui::vec2(p.x as f32, p.y as f32)
    }

    /// The canvas point at a screen position.
    pub fn canvas(&self, at: egui::Pos2) -> Point {
        use egui_kittest::kittest::Queryable;
        let corner = self.harness.get_by_label("Canvas").rect().min;
        let p = at - corner;
        self.app().editor.viewport().to_canvas(Point::new(f64::from(p.x), f64::from(p.y)))
    }

    /// Drags the pointer through canvas points, one frame each.
    pub fn drag(&mut self, points: &[(f64, f64)]) {
        let at = |window: &Self, p: (f64, f64)| window.screen(Point::new(p.0, p.1));
        let first = at(self, points[0]);
        self.harness.hover_at(first);
        self.harness.step();
        self.button(first, true);
        for p in &points[1..] {
            let pos = at(self, *p);
            self.harness.event(egui::Event::PointerMoved(pos));
            self.harness.step();
        }
        let last = at(self, points[points.len() - 1]);
        self.button(last, false);
        self.steps(2);
    }

    pub fn click(&mut self, point: (f64, f64)) {
        self.drag(&[point]);
    }

    fn button(&mut self, pos: egui::Pos2, pressed: bool) {
        self.press(pos, pressed, egui::Modifiers::NONE);
    }

    /// Presses the first button or lets it go, with keys held.
    pub fn press(&mut self, pos: egui::Pos2, pressed: bool, modifiers: egui::Modifiers) {
        let button = egui::PointerButton::Primary;
        self.harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
        self.harness.step();
    }

    pub fn key(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(2);
    }
}

/// A file that is dropped on the window.
#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}
