//! Levels in the editor: made, flown through, repainted, filmed.

use super::super::zoom::world::psnr;
use scumble::document::{Document, LevelPoint, levels};
use scumble::editor::generation::{GenerateCommand, GenerateOptions, ModelChoice, Models, requests_of};
use scumble::editor::zooming::{FilmKind, WalkStop, ZoomCommand as Z, ZoomOptions};
use scumble::editor::{Action, Command, Editor, Effect, Folders, Settings, ViewCommand};
use scumble::generate::fake::{FakeBackend, Script};
use scumble::geom::{Point, Rect};
use scumble::zoom::video::Format;
use scumble::zoom::{Camera, Direction, Look, Renderer, Travel, growth};
use std::sync::Arc;
use std::time::{Duration, Instant};

struct Studio {
    editor: Editor,
    clock: f64,
}

impl Studio {
    fn new(colour: Option<[f32; 3]>) -> Self {
        Self::scripted(Script { colour, ..Script::default() })
    }

    fn scripted(script: Script) -> Self {
        let (backend, _) = FakeBackend::new(script);
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
    let seed = studio.editor.doc().levels[1].seed;
    assert_ne!(seed, before.levels[1].seed);
    // With a locked seed, too: else it would be made as it was.
    let locked = GenerateOptions {
        seed: seed.unwrap(),
        seed_locked: true,
        ..studio.editor.generation().options.clone()
    };
    studio.editor.apply(Command::Generate(GenerateCommand::SetOptions(Box::new(locked))));
    studio.zoom(Z::Reroll(1));
    studio.until("a third ring", |e| !e.zooming().growing() && e.doc().levels[1].seed != seed);
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
    // It goes on with what is asked for meanwhile, and with what becomes of the levels.
    let mut slow = options.clone();
    slow.travel.seconds_per_level = 1.0;
    slow.format = Format::Gif;
    studio.zoom(Z::SetOptions(Box::new(slow)));
    studio.until("the slower film", |e| e.zooming().playing().is_some_and(|p| p.frames == 20));
    studio.zoom(Z::SetOptions(Box::new(ZoomOptions { format: Format::Gif, ..options.clone() })));
    studio.until("the film", |e| e.zooming().playing().is_some_and(|p| p.frames == 10));
    let film = studio.editor.zooming().playing().unwrap().film;
    studio.zoom(Z::Reroll(1));
    studio.until("the film of another level", |e| {
        !e.zooming().growing() && e.zooming().playing().is_some_and(|p| p.film != film)
    });
    studio.zoom(Z::Play(false));
    assert!(studio.editor.zooming().playing().is_none());
    // A name without an ending means the format that is chosen, and writes over nothing that was not named.
    let path = folder.path().join("zoom.gif");
    studio.zoom(Z::ExportTo(path.with_extension("")));
    studio.until("the film", |e| e.zooming().film().is_none());
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    studio.zoom(Z::ExportTo(path.with_extension("")));
    studio.until("the end", |e| e.zooming().film().is_none());
    assert!(studio.told().iter().any(|t| t.contains("zoom.gif already")));
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written);
    studio.zoom(Z::ExportTo(path.clone()));
    studio.until("the film", |e| e.zooming().film().is_none());
    assert!(std::fs::metadata(&path).unwrap().modified().unwrap() > written);
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

#[test]
fn the_ring_is_closed_stopped_and_undone() {
    let step = Duration::from_millis(10);
    let mut studio = Studio::scripted(Script { colour: Some([0.2, 0.5, 0.8]), step, ..Script::default() });
    studio.grow(&["around"]);
    let before = studio.editor.doc().clone();
    // Stopped: nothing is left of it.
    studio.zoom(Z::CloseRing);
    studio.until("the ring's job", |e| e.generation().progress().is_some_and(|p| p.step > 0));
    studio.zoom(Z::Stop);
    studio.until("the end", |e| !e.zooming().growing() && e.generation().progress().is_none());
    assert!(!growth::is_closed(studio.editor.doc()));
    assert_eq!(studio.editor.doc().levels, before.levels);
    studio.zoom(Z::CloseRing);
    studio.until("the ring", |e| growth::is_closed(e.doc()) && !e.zooming().growing());
    assert_eq!(studio.editor.doc().level, 0, "what was made is shown");
    let names: Vec<String> = studio.editor.open().history.names().map(str::to_owned).collect();
    assert_eq!(names.last().unwrap(), "Close the ring");
    // The layer holds the copy and what leads to it, and leaves the border of the page alone.
    let ring = studio.editor.doc().layers().last().unwrap().pixels().unwrap().clone();
    let page = studio.editor.doc().page;
    assert!(page.grow(-2).contains_rect(&ring.content_bounds()), "{:?}", ring.content_bounds());
    // The camera takes it for a loop in one direction.
    let mut options = studio.editor.zooming().options.clone();
    options.travel.looped = true;
    options.travel.fps = 60;
    let film = options.film(true);
    assert!(film.travel.is_ring() && !options.film(false).travel.is_ring());
    let doc = studio.editor.doc().clone();
    let camera = Camera::new(&doc, &film.travel, (48, 36));
    let mut renderer = Renderer::new(doc, true, Look::default());
    let frames: Vec<_> =
        (0..camera.frames()).map(|i| renderer.frame(&camera.view(i), (48, 36)).rgb).collect();
    let differs = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>();
    let changes: Vec<f64> = frames.windows(2).map(|pair| differs(&pair[0], &pair[1])).collect();
    let over = differs(frames.last().unwrap(), &frames[0]);
    // The step over the end lies between those before and after it. At 60 frames a second neighbouring steps differ by
    // 2 %; a jump would not become smaller with them.
    let beside = changes[0].max(*changes.last().unwrap());
    assert!(
        over > 0.0 && over <= 1.03 * beside,
        "the last frame does not lead into the first: {over}, {beside}"
    );
    studio.settle();
    studio.zoom(Z::CloseRing);
    assert!(studio.told().iter().any(|t| t.contains("closed already")));
    studio.editor.apply(Command::Act(Action::Undo));
    assert!(!growth::is_closed(studio.editor.doc()));
    assert_eq!(studio.editor.doc().levels[0].layers, before.levels[0].layers);
    studio.editor.apply(Command::Act(Action::Redo));
    assert!(growth::is_closed(studio.editor.doc()));
}

/// Options for a walk of five pictures.
fn walking() -> ZoomOptions {
    let mut options = ZoomOptions { size: (64, 48), filmed: FilmKind::Walk, ..ZoomOptions::default() };
    options.travel.fps = 8;
    options.walk.seconds_per_stop = 0.5;
    options.walk.stops[0].words = "a meadow in spring".into();
    options.walk.stops[1] = WalkStop { words: "a meadow in winter".into(), seed: 9, locked: true };
    options
}

#[test]
fn a_walk_is_made_played_written_and_made_anew() {
    let mut studio = Studio::new(None);
    let folder = tempfile::tempdir().unwrap();
    studio.zoom(Z::MakeWalk);
    assert!(studio.told().iter().any(|t| t.contains("two stops")), "the stops are all the same");
    studio.zoom(Z::SetOptions(Box::new(walking())));
    studio.until("the plan", |e| e.zooming().walk().frames == 5);
    studio.zoom(Z::ExportTo(folder.path().join("early.gif")));
    assert!(studio.told().iter().any(|t| t.contains("5 pictures of the walk are missing")));
    let before = studio.editor.doc().clone();
    studio.zoom(Z::MakeWalk);
    assert!(studio.editor.zooming().walk().making);
    studio.until("pictures", |e| !e.zooming().walk().making);
    assert_eq!(studio.editor.zooming().walk().made, 5);
    assert!(studio.editor.zooming().walk_picture().is_some());
    assert_eq!(studio.editor.doc().levels, before.levels, "the walk is no part of the document");
    assert_eq!(studio.editor.generation().candidates().len(), 0);
    studio.zoom(Z::Play(true));
    studio.until("a frame", |e| e.zooming().playing().is_some_and(|p| p.frames == 5));
    studio.zoom(Z::Play(false));
    let path = folder.path().join("walk.gif");
    studio.zoom(Z::ExportTo(path.clone()));
    studio.until("the film", |e| e.zooming().film().is_none());
    assert!(studio.told().iter().any(|t| t.contains("5 frames")));
    assert!(std::fs::metadata(&path).unwrap().len() > 200);
    // Another format or quality needs no other pictures, other words do, and the old ones are still there.
    let good = studio.editor.zooming().options.clone();
    let mut options = good.clone();
    options.quality = 10;
    options.walk.stops[1].words = "a meadow at night".into();
    studio.zoom(Z::SetOptions(Box::new(options)));
    studio.until("another plan", |e| e.zooming().walk().made == 0);
    studio.zoom(Z::SetOptions(Box::new(ZoomOptions { quality: 10, ..good })));
    studio.until("the old plan", |e| e.zooming().walk().made == 5);
    // All there: others are made, with another seed where it is not locked.
    studio.zoom(Z::MakeWalk);
    studio.until("others", |e| !e.zooming().walk().making);
    let stops = &studio.editor.zooming().options.walk.stops;
    assert!(stops[0].seed != 1 && stops[1].seed == 9, "{stops:?}");
    assert_eq!(studio.editor.zooming().walk().made, 5);
}

#[test]
fn a_walk_is_stopped_and_goes_on_where_it_was() {
    let step = Duration::from_millis(4);
    let mut studio = Studio::scripted(Script { step, ..Script::default() });
    studio.zoom(Z::SetOptions(Box::new(walking())));
    studio.zoom(Z::MakeWalk);
    studio.until("two pictures", |e| e.zooming().walk().made == 2);
    assert!(studio.editor.zooming().walk().secs_left.is_some_and(|s| s > 0.0));
    studio.zoom(Z::StopWalk);
    studio.until("the end", |e| !e.zooming().walk().making && e.generation().progress().is_none());
    assert_eq!(studio.editor.zooming().walk().made, 2);
    studio.zoom(Z::MakeWalk);
    studio.until("the rest", |e| !e.zooming().walk().making);
    assert!(studio.told().iter().any(|t| t.contains("3 pictures were made")));
    // Escape and "stop" stop it as they stop any picture; a change of words does too.
    let mut options = walking();
    options.walk.stops[0].words = "a meadow in autumn".into();
    for stop in [Command::Act(Action::StopGenerating), Command::Zoom(Z::SetOptions(Box::new(options)))] {
        let mut start = walking();
        start.walk.stops[1].seed += 1;
        studio.zoom(Z::SetOptions(Box::new(start)));
        studio.zoom(Z::MakeWalk);
        studio.until("a picture's job", |e| e.generation().progress().is_some_and(|p| p.step > 0));
        studio.editor.apply(stop);
        studio.until("the end", |e| !e.zooming().walk().making && e.generation().progress().is_none());
        assert!(studio.editor.zooming().walk().made < 5);
    }
}

#[test]
fn the_way_of_the_camera_is_kept_between_starts() {
    let folder = tempfile::tempdir().unwrap();
    let folders = Folders { config: Some(folder.path().into()), state: None };
    let start = || {
        let settings = Settings::load(&folder.path().join("settings.toml")).unwrap();
        Editor::new(folders.clone(), settings, Vec::new(), None, Arc::new(|| {}))
    };
    let mut options = walking();
    options.travel = Travel {
        direction: Direction::Both,
        seconds_per_level: 3.5,
        ease_s: 0.25,
        hold_s: 1.5,
        turns_per_level: 0.5,
        looped: true,
        fps: 60,
    };
    (options.size, options.quality, options.format) = ((1080, 1920), 61, Format::WebM);
    (options.factor, options.depth_strength, options.auto_extend) = (3.0, 0.7, true);
    let mut editor = start();
    assert_eq!(editor.zooming().options, ZoomOptions::default());
    editor.apply(Command::Zoom(Z::SetOptions(Box::new(options.clone()))));
    drop(editor);
    // All but which of the two films is in front.
    assert_eq!(start().zooming().options, ZoomOptions { filmed: FilmKind::Zoom, ..options });
    std::fs::write(folder.path().join("settings.toml"), "[zoom]\nfactor = 99.0\n[zoom.travel]\nfps = 0\n")
        .unwrap();
    let editor = start();
    assert_eq!((editor.zooming().options.factor, editor.zooming().options.travel.fps), (4.0, 1));
}

#[test]
fn what_a_model_makes_of_levels_keeps_its_request() {
    let mut studio = Studio::new(None);
    studio.editor.apply(Command::Act(Action::FillForeground));
    studio.grow(&["a town", "a land"]);
    studio.zoom(Z::Deeper("a door".into()));
    studio.until("the door", |e| e.doc().levels.len() == 4 && !e.zooming().growing());
    studio.zoom(Z::CloseRing);
    studio.until("the ring", |e| growth::is_closed(e.doc()) && !e.zooming().growing());
    let made = |editor: &Editor| {
        let mut found = Vec::new();
        for (k, level) in editor.doc().levels.iter().enumerate() {
            for layer in &level.layers {
                let requests = requests_of(layer);
                found.extend(requests.into_iter().map(|r| (k, layer.name.clone(), r.prompt, r.seed)));
            }
        }
        found
    };
    let all = made(&studio.editor);
    let names: Vec<(usize, &str)> = all.iter().map(|m| (m.0, m.1.as_str())).collect();
    assert_eq!(names, [(0, "Detail"), (0, "Ring"), (2, "Surroundings"), (3, "Surroundings")]);
    assert!(
        all[0].2.contains("a door") && all[2].2.contains("a town") && all[3].2.contains("a land"),
        "{all:?}"
    );
    // Made anew, it keeps the new one alone; undone, the old one.
    studio.zoom(Z::Reroll(3));
    studio.until("the land", |e| !e.zooming().growing() && e.generation().progress().is_none());
    let again = made(&studio.editor);
    assert_eq!((again.len(), &again[..3]), (4, &all[..3]));
    assert_ne!(again[3].3, all[3].3);
    studio.editor.apply(Command::Act(Action::Undo));
    assert_eq!(made(&studio.editor), all);
}
