//! Generation through the window, with a backend that does what its script says.

use crate::support::Window;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use scumble::editor::Action;
use scumble::generate::fake::{Mishap, Script};

#[test]
fn words_are_typed_a_picture_is_made_shown_and_accepted() {
    let mut window = Window::generating(Script::default());
    window.act(Action::ToolBrush);
    window.show_panel("Generate");
    window.harness.get_by_label("Prompt").focus();
    window.steps(1);
    window.harness.get_by_label("Prompt").type_text("a red house");
    window.steps(2);
    assert_eq!(window.app().editor.generation().options.prompt, "a red house");
    window.key(Modifiers::COMMAND, Key::Enter);
    window.until("a candidate", |app| app.editor.generation().candidates().len() == 1);
    window.steps(2);
    let layers = window.app().editor.doc().layers().len();
    window.harness.get_by_label("Accept candidate").click();
    window.steps(3);
    assert_eq!(window.app().editor.doc().layers().len(), layers + 1);
    assert!(window.app().editor.generation().candidates().is_empty());
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().editor.doc().layers().len(), layers);
}

#[test]
fn pulling_the_page_outward_fills_what_is_new() {
    let mut window = Window::generating(Script::default());
    let mut options = window.app().editor.options().clone();
    options.crop_fills = true;
    window.command(scumble::editor::Command::SetOptions(Box::new(options)));
    window.act(Action::ToolCrop);
    let old = window.app().editor.doc().page;
    window.drag(&[(256.0, 128.0), (280.0, 128.0), (300.0, 128.0)]);
    let page = window.app().editor.doc().page;
    assert!(page.x1 > old.x1 && page.y1 == old.y1, "{page:?}");
    window.until("the extension", |app| {
        app.editor.generation().progress().is_none() && app.editor.generation().waiting().len() == 0
    });
    window.steps(2);
    let new = scumble::geom::Rect { x0: old.x1, ..page };
    let rgba = scumble::document::composite::flatten_rgba8(
        window.app().editor.doc(),
        new,
        scumble::document::rgba8::Alpha::Straight,
    );
    assert!(rgba.chunks_exact(4).all(|px| px[3] == 255), "something is empty");
}

#[test]
fn escape_stops_a_picture_within_a_step() {
    let script = Script { mishaps: vec![Mishap::Hang(2)], ..Script::default() };
    let mut window = Window::generating(script);
    window.act(Action::Generate);
    window.until("the first step", |app| app.editor.generation().progress().is_some_and(|p| p.step == 1));
    window.key(Modifiers::NONE, Key::Escape);
    window.until("the end", |app| app.editor.generation().progress().is_none());
    assert!(window.app().editor.generation().candidates().is_empty());
}

#[test]
fn the_change_brush_paints_strength_and_q_goes_back() {
    let mut window = Window::generating(Script::default());
    window.key(Modifiers::NONE, Key::Q);
    window.drag(&[(60.0, 100.0), (120.0, 100.0), (180.0, 110.0)]);
    let change = window.app().editor.doc().change.clone().expect("a change mask");
    assert!(change.pixel(120, 100)[0] > 60_000);
    assert_eq!(change.pixel(120, 220)[0], 0);
    window.key(Modifiers::NONE, Key::Q);
    window.key(Modifiers::COMMAND, Key::Z);
    assert!(window.app().editor.doc().change.is_none());
}
