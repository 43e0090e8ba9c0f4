//! Infinite zoom through the window: three levels made, flown through, one repainted, the film exported and cancelled.

use crate::support::Window;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use scumble::editor::zooming::{WalkStop, ZoomCommand, ZoomOptions};
use scumble::editor::{Action, Command};
use scumble::generate::fake::Script;
use scumble::ui::dialogs::Ask;
use scumble::zoom::growth;
use std::time::Duration;

fn with_levels() -> Window {
    let mut window = Window::generating(Script::default());
    window.show_panel("Zoom");
    window.harness.get_by_label("Words for new levels").focus();
    window.steps(1);
    window.harness.get_by_label("Words for new levels").type_text("a meadow\na valley");
    window.steps(2);
    window.harness.get_by_label("Extend outward").click();
    window.until("two levels", |app| app.editor.doc().levels.len() == 3 && !app.editor.zooming().growing());
    window.steps(3);
    window
}

#[test]
fn levels_are_made_flown_through_and_repainted() {
    let mut window = with_levels();
    let doc = window.app().editor.doc();
    assert_eq!(
        (doc.level, doc.levels[1].words.as_str(), doc.levels[2].words.as_str()),
        (2, "a meadow", "a valley")
    );
    // In and out again with the wheel, over the middle of the canvas.
    let middle = window.harness.get_by_label("Canvas").rect().center();
    for (by, end) in [(1.0, 0), (-1.0, 2)] {
        for _ in 0..60 {
            window.harness.hover_at(middle);
            window.harness.event(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: egui::vec2(0.0, by),
                modifiers: Modifiers::NONE,
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
            });
            window.steps(1);
            if window.app().editor.doc().level == end {
                break;
            }
        }
        assert_eq!(window.app().editor.doc().level, end);
    }
    high(&mut window);
    // A click on the strip shows a level; paint on it changes its copy in the next one.
    window.harness.get_by_label("Level 1").click();
    window.steps(3);
    assert_eq!(window.app().editor.doc().level, 1);
    let copy = window.app().editor.doc().levels[2].layers[1].clone();
    window.until("quiet", |app| app.editor.generation().progress().is_none());
    for _ in 0..20 {
        window.steps(1);
    }
    window.act(Action::ToolBrush);
    window.drag(&[(60.0, 60.0), (128.0, 100.0), (200.0, 60.0)]);
    window.until("the copy", |app| app.editor.doc().levels[2].layers[1] != copy);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().editor.doc().levels[2].layers[1], copy);
}

#[test]
fn words_are_typed_and_levels_removed_in_the_strip() {
    let mut window = with_levels();
    high(&mut window);
    window.harness.get_by_label("Words of level 1").focus();
    window.steps(1);
    window.harness.get_by_label("Words of level 1").type_text(" at dawn");
    window.steps(1);
    window.key(Modifiers::NONE, Key::Enter);
    assert!(window.app().editor.doc().levels[1].words.contains("at dawn"));
    window.harness.get_by_label("Words of level 1 outward").click();
    window.steps(2);
    assert!(window.app().editor.doc().levels[2].words.contains("at dawn"));
    window.harness.get_by_label("Remove level 1").click();
    window.steps(2);
    assert_eq!(window.app().editor.doc().levels.len(), 2);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().editor.doc().levels.len(), 3);
}

#[test]
fn the_film_is_played_exported_and_cancelled() {
    let mut window = with_levels();
    let mut options = ZoomOptions { size: (64, 64), ..ZoomOptions::default() };
    options.travel.seconds_per_level = 0.2;
    window.command(Command::Zoom(ZoomCommand::SetOptions(Box::new(options.clone()))));
    window.command(Command::Zoom(ZoomCommand::Play(true)));
    window.until("a frame", |app| app.editor.zooming().playing().is_some());
    window.steps(2);
    window.command(Command::Zoom(ZoomCommand::Play(false)));
    let path = window.folder.path().join("zoom.gif");
    window.dialogs.answer(vec![path.clone()]);
    window.act(Action::ExportFilm);
    window.until("the film", |app| app.editor.zooming().film().is_none() && path.exists());
    assert!(matches!(window.dialogs.asked.lock().unwrap().last(), Some(Ask::Film(_))));
    options.travel.seconds_per_level = 400.0;
    window.command(Command::Zoom(ZoomCommand::SetOptions(Box::new(options))));
    let long = window.folder.path().join("long.gif");
    window.dialogs.answer(vec![long.clone()]);
    window.act(Action::ExportFilm);
    window.until("some frames", |app| app.editor.zooming().film().is_some_and(|f| f.frame > 2));
    window.command(Command::Zoom(ZoomCommand::CancelExport));
    window.until("the end", |app| app.editor.zooming().film().is_none());
    assert!(!long.exists());
}

/// The window so high that nothing of the panel has to be scrolled to.
fn high(window: &mut Window) {
    window.harness.set_size(egui::vec2(1200.0, 1900.0));
    window.steps(3);
}

fn press(window: &mut Window, label: &str) {
    window.harness.get_by_label(label).click();
    window.steps(3);
}

fn type_into(window: &mut Window, label: &str, text: &str) {
    window.harness.get_by_label(label).focus();
    window.steps(1);
    window.harness.get_by_label(label).type_text(text);
    window.steps(2);
}

fn options(window: &Window) -> &ZoomOptions {
    &window.app().editor.zooming().options
}

#[test]
fn the_ring_is_closed_by_its_button() {
    let mut window = with_levels();
    high(&mut window);
    press(&mut window, "Zoom film");
    press(&mut window, "Loop");
    assert!(options(&window).travel.looped);
    let open = "In one direction it loops once the ring is closed (Levels).";
    assert!(window.harness.query_by_label(open).is_some());
    press(&mut window, "Levels");
    press(&mut window, "Close the ring");
    window.until("the ring", |app| growth::is_closed(app.editor.doc()) && !app.editor.zooming().growing());
    window.steps(3);
    press(&mut window, "Close the ring");
    assert!(!window.app().editor.zooming().growing(), "it is closed: the button does nothing");
    press(&mut window, "Zoom film");
    assert!(window.harness.query_by_label(open).is_none());
    // The film goes around.
    press(&mut window, "Play the film");
    window.until("a frame", |app| app.editor.zooming().playing().is_some());
    window.steps(2);
    press(&mut window, "Stop the film");
    window.key(Modifiers::COMMAND, Key::Z);
    assert!(!growth::is_closed(window.app().editor.doc()));
}

#[test]
fn what_was_set_for_films_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::in_folder(folder);
    high(&mut window);
    window.show_panel("Zoom");
    press(&mut window, "Zoom film");
    press(&mut window, "Loop");
    press(&mut window, "Prompt travel");
    press(&mut window, "Soft at stops");
    type_into(&mut window, "Words of stop 1", "a lake");
    let before = options(&window).clone();
    assert!(before.travel.looped && !before.walk.ease && before.walk.stops[0].words == "a lake");
    let Window { harness, folder, .. } = window;
    drop(harness);
    let window = Window::in_folder(folder);
    assert_eq!(*options(&window), ZoomOptions { filmed: Default::default(), ..before });
}

#[test]
fn a_walk_is_set_up_made_played_and_written() {
    let mut window = Window::generating(Script::default());
    high(&mut window);
    let mut small = ZoomOptions { size: (64, 64), ..ZoomOptions::default() };
    small.travel.fps = 8;
    small.walk.seconds_per_stop = 0.25;
    window.command(Command::Zoom(ZoomCommand::SetOptions(Box::new(small))));
    window.show_panel("Zoom");
    press(&mut window, "Prompt travel");
    type_into(&mut window, "Words of stop 1", "spring");
    type_into(&mut window, "Words of stop 2", "winter");
    press(&mut window, "Lock seed of stop 2");
    press(&mut window, &format!("{} Add stop", scumble::ui::icons::PLUS));
    type_into(&mut window, "Words of stop 3", "summer");
    press(&mut window, "New seed for stop 3");
    press(&mut window, "Move stop 3 up");
    let stops: Vec<(String, bool)> =
        options(&window).walk.stops.iter().map(|s| (s.words.clone(), s.locked)).collect();
    let expected = [("spring", false), ("summer", false), ("winter", true)].map(|(w, l)| (w.to_owned(), l));
    assert_eq!(stops, expected);
    assert_ne!(options(&window).walk.stops[1].seed, options(&window).walk.stops[0].seed);
    press(&mut window, "Move stop 1 down");
    press(&mut window, "Remove stop 1");
    let stops = options(&window).walk.stops.clone();
    assert_eq!(stops.len(), 2);
    assert_eq!((stops[0].words.as_str(), stops[1].words.as_str()), ("spring", "winter"));
    assert!(window.harness.query_by_label("0 of 3 are there").is_some());
    press(&mut window, "Make pictures");
    window.until("pictures", |app| !app.editor.zooming().walk().making);
    window.steps(2);
    assert!(window.harness.query_by_label("3 of 3 are there").is_some());
    press(&mut window, "Play the film");
    window.until("a frame", |app| app.editor.zooming().playing().is_some_and(|p| p.frames == 3));
    window.steps(2);
    assert!(window.harness.query_by_label("The film").is_some(), "it is shown");
    press(&mut window, "Stop the film");
    let path = window.folder.path().join("walk.gif");
    window.dialogs.answer(vec![path.clone()]);
    press(&mut window, "Export film…");
    window.until("the film", |app| app.editor.zooming().film().is_none() && path.exists());
    assert!(matches!(window.dialogs.asked.lock().unwrap().last(), Some(Ask::Film(_))));
    press(&mut window, "Make others");
    window.until("others", |app| !app.editor.zooming().walk().making);
    assert_ne!(options(&window).walk.stops[0].seed, stops[0].seed);
    assert_eq!(options(&window).walk.stops[1].seed, stops[1].seed, "it is locked");
}

#[test]
fn a_walk_shows_its_pictures_and_is_stopped() {
    let mut window = Window::generating(Script { step: Duration::from_millis(2), ..Script::default() });
    high(&mut window);
    let mut long = ZoomOptions { size: (64, 64), ..ZoomOptions::default() };
    long.walk.stops[1] = WalkStop { words: "elsewhere".into(), seed: 7, locked: false };
    window.command(Command::Zoom(ZoomCommand::SetOptions(Box::new(long))));
    window.show_panel("Zoom");
    press(&mut window, "Prompt travel");
    press(&mut window, "Make pictures");
    window.until("two pictures", |app| app.editor.zooming().walk().made >= 2);
    window.steps(2);
    assert!(window.harness.query_by_label("The picture that was made last").is_some());
    assert!(window.harness.query_by_label_contains("of 61 pictures").is_some());
    press(&mut window, "Stop making pictures");
    window.until("the end", |app| app.editor.generation().progress().is_none());
    let walk = window.app().editor.zooming().walk();
    assert!(!walk.making && walk.made >= 2 && walk.made < 61, "{walk:?}");
    window.steps(2);
    assert!(window.harness.query_by_label("Make pictures").is_some());
}

/// What has the keyboard, by its name or, where it has none, what is in it.
fn at_keyboard(window: &Window) -> (String, egui::Rect) {
    let node = window.harness.get_by(|node| node.is_focused());
    let node = node.accesskit_node();
    let name = node.label().or_else(|| node.value()).unwrap_or_default();
    let rect = window.harness.get_by(|node| node.is_focused()).rect();
    (name, rect)
}

/// Presses Tab until something of that name has the keyboard, and checks that each stop on the way is in view.
fn tab_to(window: &mut Window, name: &str) {
    let view = egui::Rect::from_min_size(egui::Pos2::ZERO, window.harness.ctx.content_rect().size());
    for _ in 0..60 {
        window.key(Modifiers::NONE, Key::Tab);
        window.steps(30);
        let (at, rect) = at_keyboard(window);
        assert!(view.expand(1.0).contains_rect(rect), "{at} is out of view: {rect:?}");
        if at == name {
            return;
        }
    }
    panic!("Tab does not come to {name}");
}

#[test]
fn a_walk_is_made_by_keyboard_alone() {
    let mut window = Window::generating(Script::default());
    let mut small = ZoomOptions { size: (64, 64), ..ZoomOptions::default() };
    small.travel.fps = 8;
    small.walk.seconds_per_stop = 0.25;
    window.command(Command::Zoom(ZoomCommand::SetOptions(Box::new(small))));
    window.act(Action::GoToZoom);
    window.steps(3);
    assert_eq!(at_keyboard(&window).0, "Levels");
    tab_to(&mut window, "Prompt travel");
    window.key(Modifiers::NONE, Key::Space);
    for (stop, words) in [(1, "spring"), (2, "winter")] {
        tab_to(&mut window, &format!("Words of stop {stop}"));
        window.harness.event(egui::Event::Text(words.into()));
        window.steps(2);
        // Enter takes the focus away; Tab goes on from here all the same.
        window.key(Modifiers::NONE, Key::Enter);
        tab_to(&mut window, &format!("Seed of stop {stop}"));
        window.harness.event(egui::Event::Text(format!("{}", 40 + stop)));
        window.steps(2);
        window.key(Modifiers::NONE, Key::Enter);
    }
    tab_to(&mut window, &format!("{} Add stop", scumble::ui::icons::PLUS));
    window.key(Modifiers::NONE, Key::Enter);
    window.steps(2);
    assert_eq!(at_keyboard(&window).0, "Words of stop 3");
    let stops: Vec<(String, u64)> =
        options(&window).walk.stops.iter().map(|s| (s.words.clone(), s.seed)).collect();
    assert_eq!(stops, [("spring", 41), ("winter", 42), ("", 42)].map(|(w, s)| (w.to_owned(), s)));
    // A list that is opened, walked with arrows and closed leaves the keyboard where it was.
    tab_to(&mut window, "Film format");
    window.key(Modifiers::NONE, Key::Enter);
    window.key(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(at_keyboard(&window).0, "PNG sequence");
    window.key(Modifiers::NONE, Key::Enter);
    window.steps(3);
    assert_eq!(options(&window).format, scumble::zoom::video::Format::Sequence);
    window.key(Modifiers::NONE, Key::Tab);
    assert_eq!(at_keyboard(&window).0, "Soft at stops");
    tab_to(&mut window, "Loop");
    window.key(Modifiers::NONE, Key::Space);
    assert!(options(&window).walk.looped);
    window.act(Action::GoToZoom);
    tab_to(&mut window, "Make pictures");
    window.key(Modifiers::NONE, Key::Space);
    window.until("pictures", |app| {
        let walk = app.editor.zooming().walk();
        !walk.making && walk.made == 6
    });
    window.steps(2);
    window.key(Modifiers::NONE, Key::Tab);
    let near = at_keyboard(&window).0;
    assert!(["Make others", "Play the film"].contains(&near.as_str()), "the keyboard went to {near}");
    if near != "Play the film" {
        tab_to(&mut window, "Play the film");
    }
    window.key(Modifiers::NONE, Key::Space);
    window.until("a frame", |app| app.editor.zooming().playing().is_some_and(|p| p.frames == 6));
    window.dialogs.fail("nobody can be asked");
    tab_to(&mut window, "Export film…");
    window.key(Modifiers::NONE, Key::Space);
    assert!(window.app().notices().any(|text| text == "nobody can be asked"));
}

#[test]
fn keys_that_were_typed_before_a_click_choose_no_tool() {
    let mut window = Window::generating(Script::default());
    window.show_panel("Zoom");
    let tool = window.app().editor.tool();
    window.harness.get_by_label("Words for new levels").focus();
    window.steps(2);
    // On a slow machine one frame brings both: the key of a letter, and a click elsewhere.
    let pos = window.harness.get_by_label("Zoom film").rect().center();
    let click = |pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let key = |pressed| egui::Event::Key {
        key: Key::E,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    for event in [key(true), key(false), egui::Event::PointerMoved(pos), click(true), click(false)] {
        window.harness.input_mut().events.push(event);
    }
    window.steps(3);
    assert_eq!(window.app().editor.tool(), tool);
}

#[test]
fn buttons_that_make_levels_stay_where_they_are() {
    let mut window = Window::generating(Script::default());
    window.show_panel("Zoom");
    let place = |window: &Window| window.harness.get_by_label("Extend outward").rect();
    let before = place(&window);
    press(&mut window, "Extend outward");
    window.until("a level", |app| app.editor.doc().levels.len() == 2 && !app.editor.zooming().growing());
    window.steps(3);
    assert_eq!(place(&window), before);
}
