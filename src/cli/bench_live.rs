//! `scumble bench live`: how long live painting lets a painter wait, measured through the editor that the window uses.

use super::CliError;
use super::stats::median;
use crate::color::Rgba;
use crate::diffusion::text::TokenCounter;
use crate::diffusion::{CandleBackend, Placement};
use crate::document::tile::tiles_in;
use crate::editor::display::{Display, Plane};
use crate::editor::generation::{Kind, ModelChoice, ModelLore, Models};
use crate::editor::tool::{Modifiers, Phase, PointerEvent};
use crate::editor::{Command, Editor, Folders, Settings};
use crate::generate::Footprint;
use crate::generate::prompt::TokenCount;
use crate::geom::Point;
use crate::paint::PenSample;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Reports of a pen come about this often.
const REPORT: Duration = Duration::from_millis(8);
/// What takes longer is a defect.
const PATIENCE: Duration = Duration::from_secs(60);

/// As in the window, live painting takes the few-step network once it is known that the model has one.
#[derive(Default)]
struct Lore(TokenCounter);

impl ModelLore for Lore {
    fn tokens(&self, model: &str, text: &str) -> Option<TokenCount> {
        self.0.count(model, text)
    }

    fn footprint(&self, _model: &str) -> Option<Footprint> {
        None
    }

    fn few_steps(&self, model: &str) -> Option<u32> {
        crate::models::Model::open(model).ok()?.few_steps()
    }
}

struct Bench {
    editor: Editor,
    display: Display,
    begun: Instant,
}

/// Paints `strokes` strokes on a page of `side` pixels with live painting on.
pub fn run(side: u32, strokes: u32, as_json: bool) -> Result<(), CliError> {
    let placement =
        Placement::new(crate::diffusion::DeviceChoice::Auto, crate::diffusion::DTypeChoice::Auto)?;
    let models = Models {
        make: Box::new(move || Box::new(CandleBackend::new(placement.clone()))),
        choices: vec![ModelChoice { id: "starter".into(), name: "starter".into(), native_px: 256 }],
        ask: Some(Arc::new(Lore::default())),
    };
    let mut settings = Settings { new_size: (side, side), ..Settings::default() };
    settings.generate.prompt = "a lake at sunset".into();
    settings.generate.live.on = true;
    settings.generate.seed_locked = true;
    let editor = Editor::new(Folders::default(), settings, Vec::new(), Some(models), Arc::new(|| ()));
    let display = Display::new(editor.doc());
    let mut bench = Bench { editor, display, begun: Instant::now() };
    // The model is known and loaded and the words are read before anything is timed.
    bench.until(|e| e.generation().few_steps().is_some())?;
    bench.until(|e| e.generation().overlay(e.open().id).is_some())?;
    bench.until(idle)?;
    let (mut first, mut whole, mut pen) = (Vec::new(), Vec::new(), Vec::new());
    for stroke in 0..strokes {
        bench.stroke(f64::from(side), stroke, &mut pen)?;
        let lifted = Instant::now();
        bench.until(|e| {
            e.generation().progress().is_some_and(|p| p.kind == Kind::Live && !p.stopping && p.step > 0)
        })?;
        first.push(lifted.elapsed().as_secs_f64() * 1e3);
        bench.until(idle)?;
        whole.push(lifted.elapsed().as_secs_f64() * 1e3);
    }
    pen.sort_by(f64::total_cmp);
    let p99 = pen[(pen.len() - 1) * 99 / 100];
    let worst = pen[pen.len() - 1];
    if as_json {
        println!(
            "{}",
            json!({"side_px": side, "strokes": strokes, "first_preview_ms": median(&first), "picture_ms": median(&whole),
                   "pen_p99_ms": p99, "pen_worst_ms": worst, "pen_median_ms": median(&pen)})
        );
        return Ok(());
    }
    println!(
        "first preview after the pen lifts  {:7.0} ms (median of {strokes}; goal 250 at 256 px)",
        median(&first)
    );
    println!("whole picture                      {:7.0} ms (goal 1500)", median(&whole));
    println!(
        "pen report to tiles of the screen  {:7.2} ms median, {p99:.2} ms 99th percentile (goal 16), {worst:.2} ms worst",
        median(&pen)
    );
    Ok(())
}

fn idle(editor: &Editor) -> bool {
    editor.generation().progress().is_none() && editor.generation().waiting().len() == 0
}

impl Bench {
    fn until(&mut self, mut holds: impl FnMut(&Editor) -> bool) -> Result<(), CliError> {
        let begun = Instant::now();
        loop {
            self.editor.tick(self.begun.elapsed().as_secs_f64());
            if holds(&self.editor) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(CliError::Failure("live painting does not answer".into()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// One stroke of forty reports; each is timed from the report until the tiles that show it are made.
    fn stroke(&mut self, side: f64, number: u32, times: &mut Vec<f64>) -> Result<(), CliError> {
        let hue = f64::from(number % 7) / 7.0;
        let color = Rgba::rgb(0.9 - 0.6 * hue as f32, 0.4, 0.2 + 0.7 * hue as f32);
        self.editor.apply(Command::SetColor { color, settled: true });
        let y = side * (0.1 + 0.8 * f64::from(number % 9) / 9.0);
        for i in 0..40 {
            let at = Point::new(side * (0.1 + 0.02 * f64::from(i)), y + f64::from(i % 5));
            let phase = match i {
                0 => Phase::Down,
                39 => Phase::Up,
                _ => Phase::Drag,
            };
            let sample = PenSample {
                pos: at,
                pressure: Some(0.7),
                tilt: [0.0; 2],
                time_secs: self.begun.elapsed().as_secs_f64(),
            };
            let begun = Instant::now();
            let event =
                PointerEvent { phase, samples: vec![sample], modifiers: Modifiers::default(), clicks: 1 };
            self.editor.pointer(&event);
            self.editor.tick(self.begun.elapsed().as_secs_f64());
            self.display.sync(self.editor.shown());
            let page = self.editor.doc().page;
            let missing: Vec<_> =
                tiles_in(page).filter(|pos| self.display.get(Plane::Picture, 0, *pos).is_none()).collect();
            self.display.make(Plane::Picture, 0, &missing);
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            std::thread::sleep(REPORT.saturating_sub(begun.elapsed()));
        }
        Ok(())
    }
}
