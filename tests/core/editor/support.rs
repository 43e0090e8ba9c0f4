//! An editor with one document, and a hand.

use scumble::color::Rgba;
use scumble::document::edit::set_pixels;
use scumble::document::{Document, LayerId, Mask, Pixels};
use scumble::editor::options::ToolOptions;
use scumble::editor::tool::{Modifiers, Phase, PointerEvent};
use scumble::editor::{Action, Command, Editor, Folders, Settings, ViewCommand};
use scumble::geom::{Point, Rect};
use scumble::paint::PenSample;
use std::sync::Arc;

pub const NONE: Modifiers = Modifiers { shift: false, ctrl: false, alt: false };
pub const SHIFT: Modifiers = Modifiers { shift: true, ..NONE };
pub const CTRL: Modifiers = Modifiers { ctrl: true, ..NONE };
pub const ALT: Modifiers = Modifiers { alt: true, ..NONE };
pub const BOTH: Modifiers = Modifiers { shift: true, alt: true, ..NONE };

/// Side of the page in pixels.
pub const SIDE: i32 = 256;

pub struct Desk {
    pub editor: Editor,
    secs: f64,
}

impl Desk {
    /// A white page at 100 % with an empty layer above it, and a tool in hand.
    pub fn with(tool: Action) -> Self {
        let settings = Settings { new_size: (SIDE as u32, SIDE as u32), ..Settings::default() };
        let editor = Editor::new(Folders::default(), settings, Vec::new(), None, Arc::new(|| {}));
        let mut desk = Self { editor, secs: 0.0 };
        desk.editor.apply(Command::View(ViewCommand::Resize { width: 512.0, height: 512.0 }));
        desk.editor.apply(Command::View(ViewCommand::ZoomTo(1.0)));
        // Seen in `waiting.rs`; elsewhere only what the tool itself draws counts.
        desk.options(|options| options.page_handles = false);
        desk.act(tool);
        desk.editor.take_effects();
        desk
    }

    /// The same with a red square of `rect` on the active layer, as if it had been painted.
    pub fn with_square(tool: Action, rect: Rect) -> Self {
        let mut desk = Self::with(Action::ToolPan);
        let mut pixels = Pixels::default();
        pixels.fill_rect(rect, RED.to_px());
        desk.put(pixels);
        desk.act(tool);
        desk.editor.take_effects();
        desk
    }

    /// Makes the active layer hold these pixels, in a step.
    pub fn put(&mut self, pixels: Pixels) {
        let mut doc = Document::with_layer(Rect::default(), "Square");
        let id = doc.active.unwrap();
        set_pixels(&mut doc, id, pixels);
        self.act(Action::DeleteLayer);
        self.editor.apply(Command::AddLayer(Box::new(doc.layer(id).unwrap().clone())));
    }

    pub fn act(&mut self, action: Action) {
        self.editor.apply(Command::Act(action));
        if self.editor.preview_state().1 {
            self.settle();
        }
    }

    pub fn options(&mut self, change: impl FnOnce(&mut ToolOptions)) {
        let mut options = self.editor.options().clone();
        change(&mut options);
        self.editor.apply(Command::SetOptions(Box::new(options)));
    }

    pub fn pointer(&mut self, phase: Phase, (x, y): (f64, f64), modifiers: Modifiers) {
        self.event(phase, (x, y), modifiers, 1);
    }

    pub fn event(&mut self, phase: Phase, (x, y): (f64, f64), modifiers: Modifiers, clicks: u32) {
        self.secs += 0.01;
        let sample =
            PenSample { pos: Point::new(x, y), pressure: None, tilt: [0.0; 2], time_secs: self.secs };
        self.editor.pointer(&PointerEvent { phase, samples: vec![sample], modifiers, clicks });
    }

    pub fn drag(&mut self, points: &[(f64, f64)], modifiers: Modifiers) {
        self.press(points, modifiers);
        self.pointer(Phase::Up, points[points.len() - 1], modifiers);
        self.settle();
    }

    /// A drag that is not let go.
    pub fn press(&mut self, points: &[(f64, f64)], modifiers: Modifiers) {
        self.pointer(Phase::Hover, points[0], modifiers);
        self.pointer(Phase::Down, points[0], modifiers);
        for p in &points[1..] {
            self.pointer(Phase::Drag, *p, modifiers);
        }
    }

    pub fn click(&mut self, at: (f64, f64), modifiers: Modifiers) {
        self.drag(&[at], modifiers);
    }

    /// Waits for what the worker does.
    pub fn settle(&mut self) {
        let started = std::time::Instant::now();
        loop {
            self.secs += 0.01;
            self.editor.tick(self.secs);
            if self.editor.previewed().is_none_or(|(_, ready)| ready) {
                return;
            }
            assert!(started.elapsed().as_secs() < 20, "the worker does not answer");
            std::thread::yield_now();
        }
    }

    /// Ticks until something holds.
    pub fn until(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        let started = std::time::Instant::now();
        while !holds(self) {
            assert!(started.elapsed().as_secs() < 20, "it never holds");
            self.secs += 0.01;
            self.editor.tick(self.secs);
            std::thread::yield_now();
        }
    }

    pub fn steps(&self) -> usize {
        self.editor.open().history.current()
    }

    pub fn step_name(&self) -> String {
        self.editor.open().history.names().nth(self.steps()).unwrap().to_owned()
    }

    pub fn selection(&self) -> Option<&Mask> {
        self.editor.doc().selection.as_ref()
    }

    pub fn selected(&self, x: i32, y: i32) -> u16 {
        self.selection().map_or(0, |mask| mask.pixel(x, y)[0])
    }

    pub fn layer(&self) -> LayerId {
        self.editor.doc().active.unwrap()
    }

    pub fn pixels(&self) -> &Pixels {
        self.editor.active_layer().unwrap().pixels().unwrap()
    }

    pub fn pixel(&self, x: i32, y: i32) -> [u16; 4] {
        self.pixels().pixel(x, y)
    }

    /// Runs `gesture`; it must be one step of that name, which undo takes back without a trace, and redo brings.
    #[track_caller]
    pub fn one_step(&mut self, name: &str, gesture: impl FnOnce(&mut Self)) {
        let (before, steps) = (self.editor.doc().clone(), self.steps());
        gesture(self);
        self.settle();
        assert_eq!(self.steps(), steps + 1, "not one step");
        assert_eq!(self.step_name(), name);
        let after = self.editor.doc().clone();
        assert!(after != before, "nothing changed");
        self.act(Action::Undo);
        assert!(*self.editor.doc() == before, "undo leaves something");
        self.act(Action::Redo);
        assert!(*self.editor.doc() == after, "redo differs");
    }

    /// Runs `gesture`, then Escape: nothing may be left of it.
    #[track_caller]
    pub fn escaped(&mut self, gesture: impl FnOnce(&mut Self)) {
        let (before, steps) = (self.editor.doc().clone(), self.steps());
        gesture(self);
        self.editor.escape();
        self.settle();
        assert!(*self.editor.doc() == before, "Escape leaves something");
        assert!(self.editor.previewed().is_none() && !self.editor.busy());
        assert_eq!(self.steps(), steps);
    }
}

pub const RED: Rgba = Rgba::rgb(1.0, 0.0, 0.0);

/// A mask of whole pixels, for comparison.
pub fn rect_mask(rect: Rect) -> Mask {
    scumble::document::selection::rect(rect)
}

pub fn square(rect: Rect) -> Pixels {
    let mut pixels = Pixels::default();
    pixels.fill_rect(rect, RED.to_px());
    pixels
}
