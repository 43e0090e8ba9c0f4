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

#[test]
fn the_force_of_a_finger_is_pressure() {
    use eframe::egui::{Event, PointerButton, TouchDeviceId, TouchId, TouchPhase};
    use scumble::geom::Point;
    let mut covered = Vec::new();
    for force in [0.15, 0.95] {
        let mut window = Window::new();
        window.command(Command::PickBrush("Ink pen".into()));
        for i in 0..12 {
            let pos = window.screen(Point::new(300.0 + 20.0 * f64::from(i), 400.0));
            let (phase, button) = match i {
                0 => (TouchPhase::Start, Some(true)),
                11 => (TouchPhase::End, Some(false)),
                _ => (TouchPhase::Move, None),
            };
            // As the window system sends them: the touch, then the pointer that it stands for.
            let (device_id, id) = (TouchDeviceId(1), TouchId(1));
            window.harness.event(Event::Touch { device_id, id, phase, pos, force: Some(force) });
            window.harness.event(Event::PointerMoved(pos));
            if let Some(pressed) = button {
                let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
                window.harness.event(Event::PointerButton { pos, button, pressed, modifiers });
            }
            window.steps(1);
        }
        window.steps(2);
        covered.push((380..420).map(|y| u32::from(alpha(&window, 400, y))).sum::<u32>());
    }
    assert!(covered[0] > 0 && covered[1] > covered[0] * 3 / 2, "{covered:?}");
}
