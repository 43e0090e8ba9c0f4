//! The page pulled larger: what its layers say of their making, what undo and Escape take back.

use crate::studio::{Studio, studio};
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::document::{Document, Layer};
use scumble::editor::generation::{GenerateCommand as G, Kind, REQUEST_NOTE, requests_of};
use scumble::editor::options::ToolOptions;
use scumble::editor::tool::{Modifiers, Phase, PointerEvent};
use scumble::editor::{Action, Command, LayerCommand, Settings, ViewCommand};
use scumble::generate::Request;
use scumble::generate::fake::{Mishap, Script};
use scumble::geom::{Point, Rect};
use scumble::paint::PenSample;
use std::sync::Arc;
use std::time::Duration;

fn extension(doc: &Document) -> &Arc<Layer> {
    doc.layers().iter().rev().find(|layer| layer.name == "Extension").expect("an extension")
}

fn seen(doc: &Document, rect: Rect) -> Vec<u8> {
    flatten_rgba8(doc, rect, Alpha::Straight)
}

fn full(doc: &Document, rect: Rect) -> bool {
    seen(doc, rect).chunks_exact(4).all(|px| px[3] == 255)
}

/// A view of the page in which a screen pixel is a canvas pixel, and the brush.
fn painter(script: Script) -> Studio {
    let mut studio = studio(script);
    studio.editor.apply(Command::View(ViewCommand::Resize { width: 640.0, height: 480.0 }));
    studio.editor.apply(Command::View(ViewCommand::ZoomTo(1.0)));
    studio.editor.apply(Command::Act(Action::ToolBrush));
    studio
}

fn pointer(studio: &mut Studio, phase: Phase, at: (f64, f64)) {
    let pos = Point::new(at.0, at.1);
    let samples = vec![PenSample { pos, pressure: None, tilt: [0.0; 2], time_secs: 0.0 }];
    studio.editor.pointer(&PointerEvent { phase, samples, modifiers: Modifiers::default(), clicks: 1 });
}

/// Pulls from `from` to `to` and lets go.
fn pull(studio: &mut Studio, from: (f64, f64), to: (f64, f64)) {
    pointer(studio, Phase::Down, from);
    pointer(studio, Phase::Drag, ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0));
    pointer(studio, Phase::Drag, to);
    pointer(studio, Phase::Up, to);
}

/// Handles of a page of 128 by 96 pixels: right edge, lower right corner.
const RIGHT: (f64, f64) = (128.0 + 28.0, 48.0);
const CORNER: (f64, f64) = (128.0 + 28.0, 96.0 + 28.0);

#[test]
fn an_extension_keeps_the_requests_of_its_frames() {
    let mut studio = studio(Script::default());
    studio.options(|o| (o.seed, o.seed_locked) = (77, false));
    studio.ask(G::Extend(Rect::new(-64, -48, 192, 144)));
    let waiting = studio.editor.generation().waiting().map(|w| w.frame).collect::<Vec<_>>();
    assert!(waiting.len() > 3, "{waiting:?}");
    assert!(!extension(studio.editor.doc()).notes.contains_key(REQUEST_NOTE), "nothing is painted yet");
    studio.until("the end", Studio::idle);
    studio.tick();
    let layer = extension(studio.editor.doc()).clone();
    let requests = requests_of(&layer);
    assert_eq!(requests.len(), waiting.len() + 1, "one for each frame");
    for (request, frame) in requests[1..].iter().zip(&waiting) {
        assert_eq!((request.seed, request.prompt.as_str(), request.steps), (77, "a test", 4));
        assert_eq!((request.width, request.height), (frame.width(), frame.height()));
        assert_eq!(request.origin, (i64::from(frame.x0), i64::from(frame.y0)));
    }
    // Whoever knows of one request finds the first.
    let first: Request = serde_json::from_str(&layer.notes[REQUEST_NOTE]).unwrap();
    assert_eq!(first, requests[0]);
    // One step, in the file, and back again from there.
    let steps: Vec<&str> = studio.editor.open().history.names().collect();
    assert_eq!(steps, ["Open", "Extend"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ora");
    scumble::io::ora::save(&path, studio.editor.doc()).unwrap();
    let read = scumble::io::ora::load(&path).unwrap();
    assert_eq!(requests_of(extension(&read)), requests);
    // Its words and settings are taken up from the layer.
    studio.options(|o| (o.prompt, o.seed) = ("something else".into(), 1));
    studio.act(Action::LayerSettings);
    let options = &studio.editor.generation().options;
    assert_eq!((options.prompt.as_str(), options.seed, options.style.steps), ("a test", 77, 4));
}

#[test]
fn an_extension_of_one_frame_keeps_one_request_and_a_picture_of_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut studio = studio(Script::default());
    studio.ask(G::Extend(Rect::new(0, 0, 176, 96)));
    studio.until("the end", Studio::idle);
    studio.tick();
    let layer = extension(studio.editor.doc());
    assert_eq!(layer.notes.keys().collect::<Vec<_>>(), [REQUEST_NOTE]);
    let request = requests_of(layer).remove(0);
    let path = folder.path().join("a.png");
    studio.editor.apply(Command::ExportTo(studio.editor.open().id, path.clone(), Box::default()));
    studio.until("the file", |e| e.file_work().is_none() && path.exists());
    let texts = scumble::io::read_png_text(&path).unwrap();
    assert_eq!(scumble::generate::metadata::request_of(&texts), Some(request));
}

#[test]
fn what_is_finished_late_belongs_to_the_step_that_began_it() {
    let script = Script { step: Duration::from_millis(15), ..Script::default() };
    let mut studio = studio(script);
    let (old, wide, high) = (studio.editor.doc().page, Rect::new(0, 0, 192, 96), Rect::new(0, 0, 192, 160));
    let before = seen(studio.editor.doc(), old);
    // Two pulls, the second while the first is painted, and something else in between.
    studio.ask(G::Extend(wide));
    studio.editor.apply(Command::Act(Action::NewLayer));
    studio.ask(G::Extend(high));
    studio.until("the end", Studio::idle);
    studio.tick();
    assert!(full(studio.editor.doc(), high));
    let names: Vec<String> = studio.editor.open().history.names().map(str::to_owned).collect();
    assert_eq!(names, ["Open", "Extend", "New layer", "Extend"]);
    studio.act(Action::Undo);
    assert_eq!(studio.editor.doc().page, wide);
    assert!(full(studio.editor.doc(), wide), "the second pull took of the first with it");
    assert_eq!(requests_of(extension(studio.editor.doc())).len(), 1);
    studio.act(Action::Undo);
    assert!(full(studio.editor.doc(), wide));
    studio.act(Action::Undo);
    assert_eq!((studio.editor.doc().page, seen(studio.editor.doc(), old)), (old, before));
    for _ in 0..3 {
        studio.act(Action::Redo);
    }
    assert!(full(studio.editor.doc(), high), "and forward again");
}

#[test]
fn empty_places_of_the_old_page_stay_empty() {
    let mut studio = studio(Script::default());
    let paper = studio.editor.doc().layers()[0].id;
    studio.editor.apply(Command::Layer(paper, LayerCommand::Remove));
    let (old, new) = (studio.editor.doc().page, Rect::new(-40, 0, 128, 140));
    studio.ask(G::Extend(new));
    studio.until("the end", Studio::idle);
    studio.tick();
    assert_eq!(studio.complaints(), Vec::<String>::new());
    assert!(seen(studio.editor.doc(), old).iter().all(|v| *v == 0), "something is painted on the old page");
    for part in [Rect::new(-40, 0, 0, 140), Rect::new(0, 96, 128, 140)] {
        assert!(full(studio.editor.doc(), part), "{part:?} has empty places");
    }
}

#[test]
fn undoing_an_extension_stops_it() {
    let script = Script { mishaps: vec![Mishap::Hang(2)], ..Script::default() };
    let mut studio = studio(script);
    studio.ask(G::Extend(Rect::new(-64, -48, 192, 144)));
    studio.until("a step", |e| e.generation().progress().is_some_and(|p| p.step == 1));
    assert!(studio.editor.generation().waiting().len() > 3);
    studio.act(Action::Undo);
    studio.until("the end", Studio::idle);
    assert_eq!(studio.passes.try_iter().count(), 1, "frames of an undone extension were painted");
    assert_eq!(studio.editor.open().history.current(), 0);
}

#[test]
fn escape_stops_all_of_an_extension_and_undo_is_one_step() {
    let mut studio = studio(Script { step: Duration::from_millis(40), ..Script::default() });
    let old = studio.editor.doc().page;
    studio.ask(G::Extend(Rect::new(-64, -48, 192, 144)));
    studio.until("the second frame", |e| {
        !requests_of(extension(e.doc())).is_empty() && e.generation().progress().is_some_and(|p| p.step > 0)
    });
    assert!(studio.editor.generation().waiting().len() > 1);
    // What somebody asked for besides is made all the same.
    studio.ask(G::Start);
    studio.editor.escape();
    studio.until("the end", Studio::idle);
    assert_eq!(requests_of(extension(studio.editor.doc())).len(), 1, "the frame that was there stays");
    assert_eq!(studio.editor.generation().candidates().len(), 1);
    studio.act(Action::Undo);
    assert_eq!((studio.editor.doc().page, studio.editor.doc().layers().len()), (old, 2));
}

#[test]
fn a_handle_pulled_outward_fills_with_any_tool() {
    for tool in [Action::ToolBrush, Action::ToolSelectRect, Action::ToolMove] {
        let mut studio = painter(Script::default());
        studio.editor.apply(Command::Act(tool));
        let (old, before) = (studio.editor.doc().page, studio.page());
        pointer(&mut studio, Phase::Down, CORNER);
        pointer(&mut studio, Phase::Drag, (CORNER.0 + 20.0, CORNER.1 + 10.0));
        pointer(&mut studio, Phase::Drag, (CORNER.0 + 64.0, CORNER.1 + 32.0));
        // It says what is about to happen, and where.
        assert!(
            studio.editor.hint(None).starts_with("Let go: the page grows and the model fills"),
            "{tool:?}"
        );
        let overlay = studio.editor.overlay();
        let new: u64 = overlay
            .marks
            .iter()
            .map(|m| match m {
                scumble::editor::tool::Mark::New { part } => part.area(),
                _ => 0,
            })
            .sum();
        assert_eq!(new, 192 * 128 - 128 * 96);
        pointer(&mut studio, Phase::Up, (CORNER.0 + 64.0, CORNER.1 + 32.0));
        let page = Rect::new(0, 0, 192, 128);
        assert_eq!(studio.editor.doc().page, page, "{tool:?}");
        assert!(matches!(studio.editor.generation().progress().map(|p| p.kind), Some(Kind::Extend { .. })));
        studio.until("the end", Studio::idle);
        studio.tick();
        assert!(full(studio.editor.doc(), page), "{tool:?}: something is empty");
        assert_eq!(seen(studio.editor.doc(), old), before, "{tool:?}: old pixels changed");
        studio.act(Action::Undo);
        assert_eq!((studio.editor.doc().page, studio.page()), (old, before));
    }
}

#[test]
fn a_pull_that_is_not_outward_or_not_to_fill_generates_nothing() {
    let mut studio = painter(Script::default());
    let idle = |studio: &mut Studio| {
        studio.tick();
        assert!(Studio::idle(&studio.editor) && studio.passes.is_empty(), "something is generated");
    };
    // Inward.
    pointer(&mut studio, Phase::Down, RIGHT);
    pointer(&mut studio, Phase::Drag, (RIGHT.0 - 32.0, RIGHT.1));
    assert!(studio.editor.hint(None).contains("nothing is generated"));
    pointer(&mut studio, Phase::Up, (RIGHT.0 - 32.0, RIGHT.1));
    assert_eq!(studio.editor.doc().page, Rect::new(0, 0, 96, 96));
    idle(&mut studio);
    studio.act(Action::Undo);
    // A corner outward on one side and inward on the other: a new page, no extension.
    pull(&mut studio, CORNER, (CORNER.0 + 40.0, CORNER.1 - 40.0));
    assert_eq!(studio.editor.doc().page, Rect::new(0, 0, 168, 56));
    idle(&mut studio);
    studio.act(Action::Undo);
    // A press that does not move.
    pull(&mut studio, RIGHT, RIGHT);
    assert_eq!(studio.editor.open().history.current(), 0);
    idle(&mut studio);
    // Escape while pulling.
    pointer(&mut studio, Phase::Down, RIGHT);
    pointer(&mut studio, Phase::Drag, (RIGHT.0 + 64.0, RIGHT.1));
    studio.editor.escape();
    pointer(&mut studio, Phase::Drag, (RIGHT.0 + 70.0, RIGHT.1));
    pointer(&mut studio, Phase::Up, (RIGHT.0 + 70.0, RIGHT.1));
    assert_eq!(studio.editor.doc().page, Rect::new(0, 0, 128, 96));
    assert_eq!(studio.editor.open().history.current(), 0);
    idle(&mut studio);
    // Switched off.
    assert_eq!(studio.editor.checked(Action::PullFills), Some(true));
    studio.act(Action::PullFills);
    assert_eq!(studio.editor.checked(Action::PullFills), Some(false));
    assert!(studio.editor.hint(Some(Point::new(RIGHT.0, RIGHT.1))).contains("empty canvas"));
    pull(&mut studio, RIGHT, (RIGHT.0 + 64.0, RIGHT.1));
    assert_eq!(studio.editor.doc().page, Rect::new(0, 0, 192, 96));
    idle(&mut studio);
}

#[test]
fn the_page_tool_fills_at_once_by_its_handles_and_with_enter_otherwise() {
    let mut studio = painter(Script::default());
    studio.editor.apply(Command::Act(Action::ToolCrop));
    pull(&mut studio, (128.0, 48.0), (192.0, 48.0));
    assert_eq!(studio.editor.doc().page, Rect::new(0, 0, 192, 96));
    studio.until("the end", Studio::idle);
    studio.tick();
    assert!(full(studio.editor.doc(), Rect::new(0, 0, 192, 96)));
    // By numbers it waits.
    let page = Rect::new(0, 0, 192, 128);
    studio.editor.apply(Command::Tool(scumble::editor::tool::ToolCommand::Page(page)));
    studio.tick();
    assert!(Studio::idle(&studio.editor) && studio.editor.doc().page.height() == 96);
    assert!(studio.editor.hint(None).starts_with("Enter:"));
    studio.editor.confirm();
    studio.until("the end", Studio::idle);
    studio.tick();
    assert!(full(studio.editor.doc(), page));
}

#[test]
fn filling_is_on_by_default_and_kept() {
    assert!(ToolOptions::default().pull_fills);
    let mut settings = Settings::default();
    settings.tools.pull_fills = false;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, settings.to_toml()).unwrap();
    assert!(!Settings::load(&path).unwrap().tools.pull_fills);
    // A file from before it was usual says that of another name.
    std::fs::write(&path, "[tools]\ncrop_fills = false\n").unwrap();
    assert!(Settings::load(&path).unwrap().tools.pull_fills);
}
