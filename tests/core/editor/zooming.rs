//! Levels in the editor: made, flown through, repainted, filmed.

use super::super::zoom::world::psnr;
use scumble::document::{Document, LevelPoint, levels};
use scumble::editor::generation::{ModelChoice, Models};
use scumble::editor::zooming::{ZoomCommand as Z, ZoomOptions};
use scumble::editor::{Action, Command, Editor, Effect, Folders, Settings, ViewCommand};
use scumble::generate::fake::{FakeBackend, Script};
use scumble::geom::{Point, Rect};
use std::sync::Arc;
use std::time::{Duration, Instant};

struct Studio {
    editor: Editor,
    clock: f64,
}

impl Studio {
    fn new(colour: Option<[f32; 3]>) -> Self {
        let (backend, _) = FakeBackend::new(Script { colour, ..Script::default() });
        let models = Models {
            make: Box::new(move || Box::new(backend.clone())),
            choices: vec![ModelChoice { id: "starter".into(), name: "starter".into(), native_px: 64 }],
            ask: None,
        };
        let settings = Settings { new_size: (128, 96), ..Settings::default() };
        let mut editor = Editor::new(Folders::default(), settings, Vec::new(), Some(models), Arc::new(|| {}));
        editor.apply(Command::View(ViewCommand::Resize { width: 640.0, height: 480.0 }));
        Self { editor, clock: 0.0 }
    }

    fn until(&mut self, what: &str, done: impl Fn(&Editor) -> bool) {
        let begun = Instant::now();
        loop {
            self.clock += 0.02;
            self.editor.tick(self.clock);
            if done(&self.editor) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "waited for {what} in vain");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn zoom(&mut self, command: Z) {
        self.editor.apply(Command::Zoom(command));
    }

    /// Makes levels with these words and waits until they are painted and settled.
    fn grow(&mut self, words: &[&str]) {
        let count = self.editor.doc().levels.len() + words.len();
        self.zoom(Z::Outward(words.iter().map(|w| w.to_string()).collect()));
        self.until("levels", |e| {
            e.doc().levels.len() == count && !e.zooming().growing() && e.generation().progress().is_none()
        });
        self.settle();
    }

    /// Lets threads do what follows a change.
    fn settle(&mut self) {
        for _ in 0..60 {
            self.clock += 0.02;
            self.editor.tick(self.clock);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn told(&mut self) -> Vec<String> {
        let told = |effect| if let Effect::Tell(notice) = effect { Some(notice.text) } else { None };
        self.editor.take_effects().into_iter().filter_map(told).collect()
    }
}

fn opaque(doc: &Document, level: usize) -> bool {
    let view = doc.at_level(level);
    let rgba = scumble::document::composite::flatten_rgba8(
        &view,
        view.page,
        scumble::document::rgba8::Alpha::Straight,
    );
    rgba.chunks_exact(4).all(|px| px[3] == 255)
}

#[test]
fn levels_are_made_in_one_go_and_undone_one_by_one() {
    let mut studio = Studio::new(None);
    let before = studio.editor.doc().clone();
    studio.grow(&["a field", "a valley", "a country"]);
    let doc = studio.editor.doc();
    assert_eq!((doc.levels.len(), doc.level), (4, 3));
    let words: Vec<&str> = doc.levels.iter().map(|l| l.words.as_str()).collect();
    assert_eq!(words, ["", "a field", "a valley", "a country"]);
    for level in 0..4 {
        assert!(opaque(doc, level), "level {level} has holes");
    }
    let steps: Vec<String> = studio.editor.open().history.names().map(str::to_owned).collect();
    assert_eq!(steps[1..], ["Extend outward", "Extend outward", "Extend outward"]);
    let after = doc.clone();
    for left in [3, 2, 1] {
        studio.editor.apply(Command::Act(Action::Undo));
        studio.settle();
        assert_eq!(studio.editor.doc().levels.len(), left);
    }
    assert_eq!(studio.editor.doc().levels[0].layers, before.levels[0].layers);
    for _ in 0..3 {
        studio.editor.apply(Command::Act(Action::Redo));
    }
    studio.settle();
    assert_eq!(studio.editor.doc().levels.len(), 4);
    assert_eq!(studio.editor.doc().levels[3].layers, after.levels[3].layers);
}

#[test]
fn the_wheel_flies_through_all_levels_without_a_jump() {
    let mut studio = Studio::new(None);
    studio.grow(&["one", "two", "three"]);
    studio.zoom(Z::Go(0));
    let anchor = Point::new(330.0, 250.0);
    let inner = |e: &Editor| {
        // Where a point of the innermost level is on the screen, and how large a pixel of it is there.
        let doc = e.doc();
        let at =
            |p: Point| e.viewport().to_screen(LevelPoint::new(0, p).carried(&doc.levels, doc.level).at());
        (at(Point::new(60.0, 50.0)), at(Point::new(61.0, 50.0)).x - at(Point::new(60.0, 50.0)).x)
    };
    let mut crossed = 0;
    for (factor, end) in [(0.93f64, 3), (1.0 / 0.93, 0)] {
        for step in 0..60 {
            let (before, size) = inner(&studio.editor);
            let level = studio.editor.doc().level;
            studio.editor.apply(Command::View(ViewCommand::ZoomBy { factor, anchor }));
            let (after, grown) = inner(&studio.editor);
            let expected = anchor + (before - anchor) * factor;
            // At 100 % and above views begin on whole pixels, of the level that is shown.
            assert!(after.distance(expected) < 1.5, "step {step}: {after:?} instead of {expected:?}");
            assert!((grown / size / factor - 1.0).abs() < 1e-6, "step {step}: the size jumps");
            let now = studio.editor.doc().level;
            crossed += usize::from(now != level);
            assert!(now.abs_diff(level) <= 1);
        }
        assert_eq!(studio.editor.doc().level, end, "by {factor}");
    }
    assert_eq!(crossed, 6);
}

#[test]
fn what_surrounds_a_page_is_shown_around_it() {
    let mut studio = Studio::new(Some([0.1, 0.6, 0.2]));
    studio.grow(&["around"]);
    studio.zoom(Z::Go(0));
    let layers = studio.editor.doc().layers().len();
    studio.editor.apply(Command::View(ViewCommand::ZoomTo(3.2)));
    studio.until("surroundings", |e| e.shown().page != e.doc().page);
    let shown = studio.editor.shown();
    assert_eq!(shown.page, Rect::new(-64, -48, 192, 144));
    let seen = scumble::document::composite::flatten_rgba8(
        shown,
        Rect::new(-40, 20, -39, 21),
        scumble::document::rgba8::Alpha::Straight,
    );
    assert!(seen[1] > seen[0] && seen[3] == 255, "{seen:?}");
    // The document itself knows nothing of it.
    assert_eq!(studio.editor.doc().page, Rect::new(0, 0, 128, 96));
    assert_eq!(studio.editor.doc().layers().len(), layers);
}

#[test]
fn repainting_a_level_changes_its_copies_and_nothing_else() {
    let mut studio = Studio::new(None);
    studio.grow(&["one", "two"]);
    let before = studio.editor.doc().clone();
    studio.zoom(Z::Go(0));
    studio.settle();
    studio.editor.apply(Command::Act(Action::FillForeground));
    studio.until("copies", |e| {
        let copy = |doc: &Document, k: usize| {
            let id = levels::inner_copy(&doc.levels[k]).unwrap();
            doc.at_level(k).layer(id).unwrap().clone()
        };
        (1..3).all(|k| copy(e.doc(), k) != copy(&before, k))
    });
    let doc = studio.editor.doc();
    for k in [1, 2] {
        assert!(Arc::ptr_eq(&doc.levels[k].layers[0], &before.levels[k].layers[0]), "a ring changed");
    }
    // One step: undoing the paint takes the copies back as well.
    studio.editor.apply(Command::Act(Action::Undo));
    assert_eq!(studio.editor.doc().levels[2], before.levels[2]);
}

#[test]
fn detail_is_made_and_held() {
    let mut studio = Studio::new(Some([0.8, 0.3, 0.2]));
    let options = ZoomOptions { depth_strength: 0.5, ..ZoomOptions::default() };
    studio.zoom(Z::SetOptions(Box::new(options)));
    studio.zoom(Z::Deeper("moss".into()));
    studio.until("detail", |e| e.doc().levels.len() == 2 && !e.zooming().growing());
    let doc = studio.editor.doc();
    assert_eq!((doc.level, doc.words.as_str()), (0, "moss"));
    let held = studio.editor.zooming().held().unwrap();
    assert!(held.is_held() && held.before > 5.0, "{held:?}");
    let parent = doc.at_level(1);
    let (shrunk, rect) = scumble::zoom::growth::shrunk_page(doc, 0, &doc.levels[0].place);
    let straight = scumble::document::rgba8::Alpha::Straight;
    let seen = scumble::document::composite::flatten_rgba8(&parent, rect, straight);
    assert!(psnr(&shrunk.to_rgba8(rect, straight), &seen) > 40.0);
}

#[test]
fn a_level_is_made_anew_removed_and_renamed() {
    let mut studio = Studio::new(None);
    studio.grow(&["one", "two"]);
    let before = studio.editor.doc().clone();
    studio.zoom(Z::Reroll(1));
    studio.until("another ring", |e| {
        !e.zooming().growing() && e.doc().levels[1].layers[0].pixels() != before.levels[1].layers[0].pixels()
    });
    assert!(opaque(studio.editor.doc(), 1));
    assert_ne!(studio.editor.doc().levels[1].seed, before.levels[1].seed);
    studio.settle();
    studio.zoom(Z::SwapWords(1, 2));
    assert_eq!(studio.editor.doc().levels[1].words, "two");
    studio.zoom(Z::Words(1, "three".into(), "in ink".into()));
    assert_eq!(studio.editor.doc().levels[1].prompt(), "three, in ink");
    studio.zoom(Z::Remove(1));
    let doc = studio.editor.doc();
    assert_eq!((doc.levels.len(), doc.levels[0].place.factor), (2, 4.0));
    studio.editor.apply(Command::Act(Action::Undo));
    assert_eq!(studio.editor.doc().levels.len(), 3);
}

#[test]
fn films_are_played_written_and_cancelled() {
    let mut studio = Studio::new(None);
    let folder = tempfile::tempdir().unwrap();
    studio.zoom(Z::ExportTo(folder.path().join("early.gif")));
    assert!(studio.told().iter().any(|t| t.contains("one level only")));
    studio.grow(&["one"]);
    let mut options = ZoomOptions { size: (64, 48), ..ZoomOptions::default() };
    options.travel.seconds_per_level = 0.5;
    options.travel.fps = 20;
    studio.zoom(Z::SetOptions(Box::new(options.clone())));
    studio.zoom(Z::Play(true));
    studio.until("a frame", |e| e.zooming().playing().is_some());
    assert_eq!(studio.editor.zooming().playing().unwrap().frames, 10);
    studio.zoom(Z::Play(false));
    assert!(studio.editor.zooming().playing().is_none());
    let path = folder.path().join("zoom.gif");
    studio.zoom(Z::ExportTo(path.clone()));
    studio.until("the film", |e| e.zooming().film().is_none());
    assert!(std::fs::metadata(&path).unwrap().len() > 1000);
    assert!(studio.told().iter().any(|t| t.contains("10 frames")));
    options.travel.seconds_per_level = 500.0;
    studio.zoom(Z::SetOptions(Box::new(options)));
    let long = folder.path().join("long.gif");
    studio.zoom(Z::ExportTo(long.clone()));
    studio.until("some frames", |e| e.zooming().film().is_some_and(|f| f.frame > 3));
    studio.zoom(Z::CancelExport);
    studio.until("the end", |e| e.zooming().film().is_none());
    assert!(studio.told().iter().any(|t| t.contains("cancelled")));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["zoom.gif"]);
}
