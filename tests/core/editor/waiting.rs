//! What comes while an operation is being applied is done afterwards, in order; nothing is lost.

use super::support::{Desk, NONE, RED, SIDE};
use scumble::color::Rgba;
use scumble::document::{Combine, Pixels, selection};
use scumble::editor::tool::{Cursor, Mark, Phase};
use scumble::editor::{Action, Command};
use scumble::geom::{Point, Rect};

/// Four squares of different greys with a gap between them.
fn four() -> Pixels {
    let mut pixels = Pixels::default();
    for (i, (x, y)) in [(20, 20), (120, 20), (20, 120), (120, 120)].into_iter().enumerate() {
        let grey = 0.2 + 0.2 * i as f32;
        pixels.fill_rect(Rect::from_size(x, y, 60, 60), Rgba { r: grey, g: grey, b: grey, a: 1.0 }.to_px());
    }
    pixels
}

/// A press and its end, without waiting for what it asks for.
fn tap(desk: &mut Desk, at: (f64, f64)) {
    desk.pointer(Phase::Down, at, NONE);
    desk.pointer(Phase::Up, at, NONE);
}

fn bucket() -> Desk {
    let mut desk = Desk::with(Action::ToolFill);
    desk.put(four());
    desk.editor.apply(Command::SetColor { color: RED, settled: false });
    desk
}

#[test]
fn clicks_of_the_bucket_faster_than_the_worker_all_fill() {
    let mut desk = bucket();
    let before = desk.steps();
    for at in [(50.0, 50.0), (150.0, 50.0), (50.0, 150.0), (150.0, 150.0)] {
        tap(&mut desk, at);
    }
    // Another colour and another tool, asked for before anything was filled, are of what comes after.
    desk.editor.apply(Command::SetColor { color: Rgba::BLACK, settled: false });
    desk.editor.apply(Command::Act(Action::ToolSelectRect));
    desk.pointer(Phase::Down, (10.0, 10.0), NONE);
    desk.pointer(Phase::Drag, (40.0, 40.0), NONE);
    desk.pointer(Phase::Up, (40.0, 40.0), NONE);
    desk.settle();
    assert_eq!(desk.steps(), before + 5);
    for at in [(50, 50), (150, 50), (50, 150), (150, 150)] {
        assert_eq!(desk.pixel(at.0, at.1), RED.to_px(), "{at:?}");
    }
    assert_eq!(desk.selection(), Some(&selection::rect(Rect::new(10, 10, 40, 40))));
}

#[test]
fn undo_takes_back_what_waits_and_escape_all_of_it() {
    let mut desk = bucket();
    let before = desk.steps();
    tap(&mut desk, (50.0, 50.0));
    tap(&mut desk, (150.0, 50.0));
    tap(&mut desk, (50.0, 150.0));
    desk.editor.apply(Command::Act(Action::Undo));
    desk.settle();
    assert_eq!(desk.steps(), before + 2);
    assert_ne!(desk.pixel(50, 150), RED.to_px());

    let before = desk.steps();
    tap(&mut desk, (50.0, 150.0));
    tap(&mut desk, (150.0, 150.0));
    desk.editor.escape();
    desk.settle();
    assert_eq!(desk.steps(), before);
    assert_ne!(desk.pixel(50, 150), RED.to_px());
    assert_ne!(desk.pixel(150, 150), RED.to_px());
}

#[test]
fn selections_are_changed_one_after_another() {
    let mut desk = Desk::with(Action::ToolSelectRect);
    desk.drag(&[(50.0, 50.0), (100.0, 100.0)], NONE);
    for command in [
        Command::GrowSelection(10),
        Command::GrowSelection(-4),
        Command::BorderSelection(6),
        Command::FeatherSelection(3.0),
    ] {
        desk.editor.apply(command);
    }
    desk.settle();
    let mask = selection::rect(Rect::new(50, 50, 100, 100));
    let mask = selection::shrink(&selection::grow(&mask, 10), 4);
    let mask = selection::feather(&selection::border(&mask, 6), 3.0);
    assert_eq!(desk.selection(), Some(&mask));
    desk.act(Action::InvertSelection);
    let page = selection::rect(Rect::new(0, 0, SIDE, SIDE));
    assert_eq!(desk.selection(), Some(&selection::combine(Some(&page), &mask, Combine::Subtract)));
    // What was selected before can be selected again.
    desk.act(Action::Deselect);
    desk.act(Action::Reselect);
    assert!(desk.selection().is_some());
}

#[test]
fn nothing_changed_is_no_step() {
    let mut desk = bucket();
    desk.act(Action::ToolWand);
    let before = desk.steps();
    for _ in 0..2 {
        desk.click((50.0, 50.0), NONE);
        assert_eq!(desk.steps(), before + 1);
    }
}

#[test]
fn after_a_transform_its_box_is_there_again() {
    let mut desk = Desk::with_square(Action::ToolTransform, Rect::from_size(40, 40, 40, 40));
    let start = desk.editor.toolbox().transform_state().unwrap();
    desk.drag(&[(50.0, 50.0), (70.0, 60.0)], NONE);
    desk.editor.confirm();
    desk.settle();
    assert_eq!(desk.step_name(), "Transform");
    let state = desk.editor.toolbox().transform_state().expect("no box");
    assert_eq!(state.at, start.at + Point::new(20.0, 10.0));
    assert!(!state.changed);
}

#[test]
fn copying_is_done_aside_and_pasting_waits_for_it() {
    let mut desk = Desk::with_square(Action::ToolBrush, Rect::from_size(40, 40, 40, 40));
    desk.editor.apply(Command::Act(Action::Cut));
    desk.editor.apply(Command::Act(Action::PasteInPlace));
    desk.until(|desk| desk.step_name() == "Paste in place");
    assert_eq!(desk.pixel(50, 50), RED.to_px());
    desk.act(Action::Undo);
    assert_eq!(desk.step_name(), "Cut");
    assert_eq!(desk.pixel(50, 50), [0; 4]);
}

#[test]
fn the_page_has_handles_whatever_the_tool() {
    let mut desk = Desk::with(Action::ToolBrush);
    desk.act(Action::TogglePageHandles);
    let handles = |desk: &Desk| {
        let marks = desk.editor.overlay().marks;
        marks.into_iter().filter(|mark| matches!(mark, Mark::Handle { .. })).count()
    };
    assert_eq!(handles(&desk), 8);
    let side = f64::from(SIDE);
    let edge = (side + 28.0, side / 2.0);
    let cursor = desk.editor.cursor(Point::new(edge.0, edge.1), NONE);
    assert!(matches!(cursor, Cursor::Resize { turns } if turns.abs() < 1e-6), "{cursor:?}");
    desk.one_step("Page size", |desk| {
        desk.drag(&[edge, (edge.0 + 30.0, edge.1), (edge.0 + 64.0, edge.1)], NONE)
    });
    assert_eq!(desk.editor.doc().page, Rect::new(0, 0, SIDE + 64, SIDE));
    assert!(desk.pixels().tile_bounds().is_empty(), "the pull painted");
    // Let go with Escape, the page is as it was.
    desk.escaped(|desk| desk.press(&[(-28.0, -28.0), (20.0, 20.0)], NONE));
    // The corner outside cuts both sides.
    desk.drag(&[(side + 64.0 + 28.0, side + 28.0), (side + 28.0, side - 32.0 + 28.0)], NONE);
    assert_eq!(desk.editor.doc().page, Rect::new(0, 0, SIDE, SIDE - 32));
    desk.act(Action::TogglePageHandles);
    assert_eq!(handles(&desk), 0);
    let brush = desk.editor.brushes().brush().name.clone();
    desk.one_step(&brush, |desk| desk.drag(&[edge, (edge.0 + 30.0, edge.1)], NONE));
}
