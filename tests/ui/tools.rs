//! The options of tools, through their labels, and keys that reach tools.

use crate::support::Window;
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use scumble::document::{Combine, Pixels};
use scumble::editor::options::ShapeInk;
use scumble::editor::{Action, Command};
use scumble::geom::Rect;

const SQUARE: Rect = Rect::new(300, 300, 400, 400);

/// With a red square on the active layer.
fn with_square() -> Window {
    let mut window = Window::new();
    let mut pixels = Pixels::default();
    pixels.fill_rect(SQUARE, [65_535, 0, 0, 65_535]);
    let layer = scumble::document::Layer::raster(scumble::document::LayerId(0), "Square", pixels);
    window.command(Command::AddLayer(Box::new(layer)));
    window
}

fn bounds(window: &Window) -> Rect {
    window.app().editor.active_layer().unwrap().content_bounds()
}

/// Types a number into the field of that name.
fn fill(window: &mut Window, label: &str, number: &str) {
    window.harness.get_by_role_and_label(Role::SpinButton, label).click();
    window.steps(3);
    window.key(Modifiers::COMMAND, Key::A);
    window.harness.event(Event::Text(number.to_owned()));
    window.steps(2);
    window.key(Modifiers::NONE, Key::Enter);
    window.steps(3);
}

#[test]
fn options_are_set_by_their_names() {
    let mut window = Window::new();
    window.act(Action::ToolSelectRect);
    window.harness.get_by_label("Add to the selection (Shift)").click();
    window.steps(3);
    fill(&mut window, "Feather", "12");
    let select = window.app().editor.options().select;
    assert_eq!((select.combine, select.feather_px), (Combine::Add, 12.0));
    window.act(Action::ToolShape);
    window.harness.get_by_role_and_label(Role::ComboBox, "Ink").click();
    window.steps(4);
    window.harness.get_by_label("Outline").click();
    window.steps(4);
    assert_eq!(window.app().editor.options().shape_ink, ShapeInk::Outline);
    fill(&mut window, "Width", "9");
    assert_eq!(window.app().editor.options().outline_px, 9.0);
    // Every tool draws its options.
    for kind in scumble::editor::tool::ToolKind::ALL {
        window.act(kind.action());
        assert_eq!(window.app().editor.tool(), kind);
    }
}

#[test]
fn a_transform_is_typed_and_applied() {
    let mut window = with_square();
    window.act(Action::ToolTransform);
    fill(&mut window, "X", "500");
    fill(&mut window, "Width", "50");
    assert!(window.app().editor.toolbox().transform_state().unwrap().changed);
    assert_eq!(bounds(&window), SQUARE);
    let apply = format!("{} Apply", scumble::ui::icons::CHECK);
    window.harness.get_by_label(&apply).click();
    window.until("the transform", |app| app.editor.previewed().is_none());
    window.steps(2);
    // Proportions are kept; the box shrinks about its middle.
    let (want, got) = (Rect::new(525, 325, 575, 375), bounds(&window));
    // The bicubic kernel reaches two pixels of the smaller picture beyond the edge.
    assert!(want.grow(2).contains_rect(&got) && got.contains_rect(&want), "{got:?}");
    let alpha = |x: i32| {
        let layer = window.app().editor.active_layer().unwrap();
        f32::from(layer.pixels().unwrap().pixel(x, 350)[3]) / 65_535.0
    };
    assert!(alpha(524) < 0.2 && alpha(525) > 0.8, "{} {}", alpha(524), alpha(525));
}

#[test]
fn arrow_keys_reach_the_tool_while_the_canvas_has_the_focus() {
    let mut window = with_square();
    window.act(Action::ToolMove);
    window.key(Modifiers::NONE, Key::ArrowRight);
    window.key(Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(bounds(&window), SQUARE.translate(1, 10));
}

#[test]
fn a_text_is_written_in_its_window() {
    let mut window = Window::new();
    window.act(Action::ToolText);
    let layers = window.app().editor.doc().layers().len();
    window.click((300.0, 300.0));
    window.steps(4);
    window.harness.event(Event::Text("Moin".to_owned()));
    window.steps(3);
    assert_eq!(window.app().editor.toolbox().writing().unwrap().placed.text.text, "Moin");
    window.key(Modifiers::COMMAND, Key::Enter);
    window.steps(3);
    let editor = &window.app().editor;
    assert!(editor.toolbox().writing().is_none());
    assert_eq!(editor.doc().layers().len(), layers + 1);
    assert_eq!(editor.active_layer().unwrap().name, "Moin");
}

#[test]
fn the_outline_of_a_selection_stands_still_when_nobody_does_anything() {
    let mut window = Window::new();
    window.act(Action::SelectAll);
    window.steps(2);
    let delay = |window: &Window| {
        window.harness.output().viewport_output[&eframe::egui::ViewportId::ROOT].repaint_delay.as_secs_f64()
    };
    assert!(delay(&window) < 0.2, "it does not move at all");
    let begun = window.harness.ctx.input(|i| i.time);
    while window.harness.ctx.input(|i| i.time) < begun + 6.0 {
        window.steps(1);
    }
    assert!(delay(&window) > 0.5, "it moves for ever: next frame in {} s", delay(&window));
    // It moves again as soon as somebody is there.
    window.harness.hover_at(eframe::egui::pos2(500.0, 400.0));
    window.steps(1);
    assert!(delay(&window) < 0.2);
}
