//! Strokes through the window.

use crate::support::Window;
use eframe::egui::{Key, Modifiers};
use scumble::document::rgba8::straight8;
use scumble::editor::Command;
use scumble::geom::Rect;

fn alpha(window: &Window, x: i32, y: i32) -> u8 {
    let layer = window.app().editor.active_layer().unwrap();
    straight8(layer.pixels().unwrap().pixel(x, y))[3]
}

#[test]
fn a_stroke_paints_and_undo_takes_it_back() {
    let mut window = Window::new();
    window.command(Command::PickBrush("Hard round".into()));
    window.drag(&[(200.0, 300.0), (300.0, 300.0), (500.0, 300.0), (700.0, 300.0)]);
    assert!(alpha(&window, 450, 300) > 200, "the stroke is not where it was painted");
    assert_eq!(alpha(&window, 450, 500), 0);
    let painted = window.app().editor.active_layer().unwrap().content_bounds();
    assert!(Rect::new(150, 250, 750, 350).contains_rect(&painted), "{painted:?}");
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(alpha(&window, 450, 300), 0);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!(alpha(&window, 450, 300) > 200);
}
