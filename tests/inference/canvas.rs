//! The whole way of a painter, with the model inside the binary: sketch, generate, repaint a part, extend, save.

use scumble::color::Rgba;
use scumble::diffusion::{CandleBackend, DTypeChoice, DeviceChoice, Placement};
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::editor::generation::{GenerateCommand as G, ModelChoice, Models};
use scumble::editor::tool::{Modifiers, Phase, PointerEvent, ToolKind};
use scumble::editor::{Action, Command, Editor, Effect, Folders, NoticeKind, Settings};
use scumble::geom::{Point, Rect};
use scumble::io::ora;
use scumble::paint::PenSample;
use std::sync::Arc;
use std::time::{Duration, Instant};

struct Painter {
    editor: Editor,
    begun: Instant,
}

impl Painter {
    fn new() -> Self {
        let placement = Placement::new(DeviceChoice::Cpu, DTypeChoice::F32).unwrap();
        let models = Models {
            make: Box::new(move || Box::new(CandleBackend::new(placement.clone()))),
            choices: vec![ModelChoice { id: "starter".into(), name: "starter".into(), native_px: 256 }],
            ask: None,
        };
        let mut settings = Settings { new_size: (256, 192), ..Settings::default() };
        settings.generate.prompt = "a lake at sunset".into();
        settings.generate.style.steps = 12;
        settings.generate.seed = 7;
        let editor = Editor::new(Folders::default(), settings, Vec::new(), Some(models), Arc::new(|| ()));
        Self { editor, begun: Instant::now() }
    }

    fn until(&mut self, what: &str, mut holds: impl FnMut(&Editor) -> bool) {
        let begun = Instant::now();
        loop {
            self.editor.tick(self.begun.elapsed().as_secs_f64());
            for effect in self.editor.take_effects() {
                if let Effect::Tell(notice) = effect {
                    assert_ne!(notice.kind, NoticeKind::Error, "{}", notice.text);
                }
            }
            if holds(&self.editor) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "{what} did not happen");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn idle(editor: &Editor) -> bool {
        editor.generation().progress().is_none() && editor.generation().waiting().len() == 0
    }

    fn stroke(&mut self, points: &[(f64, f64)]) {
        for (i, (x, y)) in points.iter().enumerate() {
            let phase = if i == 0 { Phase::Down } else { Phase::Drag };
            let pos = Point::new(*x, *y);
            let sample = PenSample { pos, pressure: Some(1.0), tilt: [0.0; 2], time_secs: i as f64 * 0.01 };
            let event =
                PointerEvent { phase, samples: vec![sample], modifiers: Modifiers::default(), clicks: 1 };
            self.editor.pointer(&event);
            if i + 1 == points.len() {
                self.editor.pointer(&PointerEvent { phase: Phase::Up, ..event });
            }
        }
    }

    fn paint(&mut self, color: Rgba, points: &[(f64, f64)]) {
        self.editor.apply(Command::SetColor { color, settled: true });
        self.stroke(points);
    }

    fn page(&self) -> Vec<u8> {
        self.within(self.editor.doc().page)
    }

    fn within(&self, rect: Rect) -> Vec<u8> {
        flatten_rgba8(self.editor.doc(), rect, Alpha::Straight)
    }

    /// Generates, waits, accepts; returns where the new layer has paint.
    fn generate(&mut self) -> scumble::document::Pixels {
        self.editor.apply(Command::Generate(G::Start));
        self.until("a candidate", |e| !e.generation().candidates().is_empty());
        let id = self.editor.generation().candidates()[0].id;
        self.editor.apply(Command::Generate(G::Accept(id)));
        self.until("the end", Self::idle);
        self.editor.doc().layers().last().unwrap().pixels().unwrap().clone()
    }
}

#[test]
fn from_a_sketch_to_an_extended_painting_on_disk() {
    let mut painter = Painter::new();
    let mut brush = painter.editor.brushes().brush().clone();
    brush.size_px = 60.0;
    painter.editor.apply(Command::SetBrush(Box::new(brush)));
    for y in [20.0, 60.0, 90.0] {
        painter.paint(Rgba::rgb(0.95, 0.6, 0.3), &[(0.0, y), (128.0, y + 5.0), (256.0, y)]);
    }
    for y in [130.0, 170.0] {
        painter.paint(Rgba::rgb(0.2, 0.3, 0.5), &[(0.0, y), (128.0, y), (256.0, y)]);
    }
    let sketch = painter.page();
    let mut options = painter.editor.generation().options.clone();
    options.strength = 0.6;
    painter.editor.apply(Command::Generate(G::SetOptions(Box::new(options))));
    painter.generate();
    let painting = painter.page();
    let far = |a: &[u8], b: &[u8]| {
        a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
    };
    let moved = far(&sketch, &painting);
    assert!((3.0..60.0).contains(&moved), "the painting is {moved} from its sketch");

    // A part of it anew: everything outside stays, byte for byte.
    painter.editor.apply(Command::Act(Action::ToolChange));
    assert_eq!(painter.editor.tool(), ToolKind::Change);
    let mut options = painter.editor.generation().options.clone();
    options.prompt = "mountains at night".into();
    painter.editor.apply(Command::Generate(G::SetOptions(Box::new(options))));
    let mut tools = painter.editor.options().clone();
    tools.change_brush_px = 50.0;
    painter.editor.apply(Command::SetOptions(Box::new(tools)));
    painter.stroke(&[(90.0, 100.0), (130.0, 100.0), (160.0, 110.0)]);
    let added = painter.generate();
    assert!(painter.editor.doc().change.is_none(), "the change mask is still there");
    let repainted = painter.page();
    let mut changed = 0;
    for (i, (a, b)) in painting.chunks_exact(4).zip(repainted.chunks_exact(4)).enumerate() {
        if added.pixel(i as i32 % 256, i as i32 / 256)[3] == 0 {
            assert_eq!(a, b, "a kept pixel changed");
        } else {
            changed += usize::from(a != b);
        }
    }
    assert!(changed > 1500, "only {changed} pixels changed under the mask");

    // Half a page to the right, of what is there.
    let mut options = painter.editor.generation().options.clone();
    options.prompt = "a lake at sunset".into();
    painter.editor.apply(Command::Generate(G::SetOptions(Box::new(options))));
    let old = painter.editor.doc().page;
    let page = Rect { x1: old.x1 + 128, ..old };
    painter.editor.apply(Command::Generate(G::Extend(page)));
    painter.until("the extension", Painter::idle);
    painter.until("the last part", |e| {
        e.doc().layers().last().unwrap().pixels().unwrap().content_bounds().x1 == page.x1
    });
    assert_eq!(painter.within(old), repainted, "an old pixel changed");
    let whole = painter.page();
    assert!(whole.chunks_exact(4).all(|px| px[3] == 255), "something is empty");

    // Saved and read again.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("painting.ora");
    let id = painter.editor.open().id;
    painter.editor.apply(Command::SaveTo(id, path.clone()));
    painter.until("the saving", |e| !e.open().modified());
    assert_eq!(ora::load(&path).unwrap(), *painter.editor.doc());
    if let Some(folder) = std::env::var_os("SCUMBLE_TEST_PICTURES") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::copy(&path, folder.join("painting.ora")).unwrap();
        for (name, size, rgba) in [
            ("sketch", (256, 192), sketch),
            ("painting", (256, 192), painting),
            ("repainted", (256, 192), repainted),
            ("extended", (384, 192), whole),
        ] {
            image::save_buffer(
                folder.join(format!("{name}.png")),
                &rgba,
                size.0,
                size.1,
                image::ColorType::Rgba8,
            )
            .unwrap();
        }
    }
}
