//! Infinite zoom through the window: three levels made, flown through, one repainted, the film exported and cancelled.

use crate::support::Window;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use scumble::editor::zooming::{ZoomCommand, ZoomOptions};
use scumble::editor::{Action, Command};
use scumble::generate::fake::Script;
use scumble::ui::dialogs::Ask;

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
    assert!(matches!(window.dialogs.asked.lock().unwrap().last(), Some(Ask::Export(_))));
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
