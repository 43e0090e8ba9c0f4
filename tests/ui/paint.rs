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

/// Two fingers at screen positions, as the window system sends them.
fn fingers(window: &mut Window, phase: eframe::egui::TouchPhase, at: [eframe::egui::Pos2; 2]) {
    use eframe::egui::{Event, TouchDeviceId, TouchId};
    for (id, pos) in at.into_iter().enumerate() {
        let (device_id, id) = (TouchDeviceId(1), TouchId(id as u64 + 1));
        window.harness.event(Event::Touch { device_id, id, phase, pos, force: Some(0.5) });
    }
    window.steps(1);
}

#[test]
fn two_fingers_move_zoom_and_turn_the_view_and_paint_nothing() {
    use eframe::egui::{Event, PointerButton, TouchDeviceId, TouchId, TouchPhase, pos2, vec2};
    let mut window = Window::new();
    let before = window.app().editor.doc().clone();
    let middle = window.screen(scumble::geom::Point::new(400.0, 400.0));
    // The first finger begins a stroke.
    let (left, right) = (middle - vec2(60.0, 0.0), middle + vec2(60.0, 0.0));
    let (device_id, id, force) = (TouchDeviceId(1), TouchId(1), Some(0.5));
    window.harness.event(Event::Touch { device_id, id, phase: TouchPhase::Start, pos: left, force });
    let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
    window.harness.event(Event::PointerMoved(left));
    window.harness.event(Event::PointerButton { pos: left, button, pressed: true, modifiers });
    window.steps(1);
    // The second one comes: the stroke is taken back.
    let second = TouchId(2);
    let start = Event::Touch { device_id, id: second, phase: TouchPhase::Start, pos: right, force };
    window.harness.event(start);
    window.steps(1);
    let view = |window: &Window| *window.app().editor.viewport();
    let (start, held) = (view(&window), window.canvas(middle));
    // Apart to twice the distance, a quarter turn, and 40 points to the right and down.
    let n = 16;
    for i in 1..=n {
        let t = i as f32 / n as f32;
        let (radius, angle) = (60.0 * (1.0 + t), t * std::f32::consts::FRAC_PI_2);
        let center = middle + vec2(40.0, 40.0) * t;
        let arm = vec2(angle.cos(), angle.sin()) * radius;
        fingers(&mut window, TouchPhase::Move, [center - arm, center + arm]);
    }
    let now = view(&window);
    assert!((now.zoom / start.zoom - 2.0).abs() < 0.02, "zoom {} to {}", start.zoom, now.zoom);
    let turned = (now.turns - start.turns).rem_euclid(1.0);
    assert!((turned - 0.25).abs() < 0.01, "turned by {turned}");
    // What was between the fingers still is.
    let there = window.canvas(middle + vec2(40.0, 40.0));
    assert!(there.distance(held) < 2.0, "{held:?} became {there:?}");
    fingers(&mut window, TouchPhase::End, [pos2(0.0, 0.0); 2]);
    window.steps(2);
    assert!(*window.app().editor.doc() == before, "the fingers painted");
    assert!(!window.app().editor.busy());
}
