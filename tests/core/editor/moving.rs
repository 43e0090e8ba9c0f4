//! Move, transform, page and crop.

use super::support::*;
use scumble::document::{Document, selection};
use scumble::editor::options::CropAspect;
use scumble::editor::tool::{Phase, ToolCommand, ToolKind, TransformCommand};
use scumble::editor::{Action, Command, NoticeKind};
use scumble::geom::{Point, Projective, Rect};
use scumble::paint::transform::{Axis, Resample, transform};

const SQUARE: Rect = Rect::new(30, 40, 70, 80);

#[test]
fn a_layer_is_moved_by_whole_pixels() {
    let mut desk = Desk::with_square(Action::ToolMove, SQUARE);
    desk.one_step("Move layer", |desk| desk.drag(&[(50.0, 50.0), (52.0, 80.0), (71.4, 39.8)], NONE));
    assert_eq!(*desk.pixels(), square(SQUARE.translate(21, -10)));
    desk.escaped(|desk| desk.press(&[(60.0, 60.0), (90.0, 90.0)], NONE));
    // Shift: along the longer axis.
    desk.drag(&[(60.0, 60.0), (90.0, 70.0)], SHIFT);
    assert_eq!(desk.pixels().content_bounds(), SQUARE.translate(51, -10));
    // Back to where it was is no step.
    let steps = desk.steps();
    desk.drag(&[(60.0, 60.0), (90.0, 70.0), (60.0, 60.0)], NONE);
    assert_eq!(desk.steps(), steps);
}

#[test]
fn what_is_selected_floats_over_what_stays() {
    let mut desk = Desk::with_square(Action::ToolSelectRect, SQUARE);
    let before = desk.pixels().clone();
    desk.drag(&[(30.0, 40.0), (50.0, 60.0)], NONE);
    desk.act(Action::ToolMove);
    let part = Rect::new(30, 40, 50, 60);
    desk.one_step("Move pixels", |desk| desk.drag(&[(40.0, 50.0), (60.0, 60.0)], NONE));
    assert_eq!(desk.selection(), Some(&rect_mask(part.translate(20, 10))));
    assert_eq!((desk.pixel(35, 45)[3], desk.pixel(60, 65)), (0, RED.to_px()));
    // Moved on, it does not take along what it lay on; moved back, nothing has happened.
    desk.drag(&[(40.0, 50.0), (20.0, 40.0)], NONE);
    assert_eq!(*desk.pixels(), before);
    assert_eq!(desk.selection(), Some(&rect_mask(part)));
}

#[test]
fn arrows_nudge_and_quick_ones_are_one_step() {
    let mut desk = Desk::with_square(Action::ToolMove, SQUARE);
    desk.one_step("Move layer", |desk| {
        for (right, down) in [(1, 0), (10, 0), (0, -1)] {
            desk.editor.apply(Command::Nudge { right, down });
        }
    });
    assert_eq!(desk.pixels().content_bounds(), SQUARE.translate(11, -1));
    // A mirrored view: to the right is to the left.
    desk.act(Action::MirrorView);
    desk.editor.apply(Command::Nudge { right: 1, down: 0 });
    assert_eq!(desk.pixels().content_bounds(), SQUARE.translate(10, -1));
}

#[test]
fn a_layer_too_large_for_a_frame_is_moved_by_the_worker() {
    let large = Rect::new(0, 0, 2048, 2048);
    let mut desk = Desk::with_square(Action::ToolMove, large);
    desk.one_step("Move layer", |desk| desk.drag(&[(50.0, 50.0), (60.0, 60.0), (63.0, 45.0)], NONE));
    assert_eq!(desk.pixels().content_bounds(), large.translate(13, -5));
    desk.escaped(|desk| desk.press(&[(60.0, 60.0), (90.0, 90.0)], NONE));
}

#[test]
fn the_topmost_layer_under_the_pointer_can_be_taken() {
    let mut desk = Desk::with_square(Action::ToolMove, SQUARE);
    let below = desk.layer();
    desk.act(Action::NewLayer);
    desk.drag(&[(50.0, 50.0), (60.0, 60.0)], CTRL);
    assert_eq!(desk.layer(), below);
    assert_eq!(desk.pixels().content_bounds(), SQUARE.translate(10, 10));
}

/// What the function makes of the document with that map.
fn mapped(doc: &Document, map: &Projective, how: Resample) -> Document {
    let mut doc = doc.clone();
    let id = doc.active.unwrap();
    transform(&mut doc, id, map, how);
    doc
}

#[test]
fn handles_scale_as_the_function_does() {
    let mut desk = Desk::with_square(Action::ToolTransform, SQUARE);
    desk.options(|options| options.transform_keeps = false);
    let map = Projective::scaling(1.5, 1.25, Point::new(30.0, 40.0));
    let want = mapped(desk.editor.doc(), &map, Resample::Bicubic);
    desk.one_step("Transform", |desk| {
        desk.drag(&[(70.0, 80.0), (95.0, 85.0), (90.0, 90.0)], NONE);
        let state = desk.editor.toolbox().transform_state().unwrap();
        assert!((state.scale.0 - 1.5).abs() < 1e-9 && (state.scale.1 - 1.25).abs() < 1e-9);
        assert!(desk.editor.shown().layer(desk.layer()) != desk.editor.active_layer(), "not shown");
        desk.editor.confirm();
    });
    let (got, want) = (desk.pixels(), want.layer(desk.layer()).unwrap().pixels().unwrap());
    assert_eq!(got.content_bounds(), want.content_bounds());
    let all = got.content_bounds();
    let most = got.read(all).concat().iter().zip(want.read(all).concat()).map(|(a, b)| a.abs_diff(b)).max();
    assert!(most.unwrap() <= 2, "{most:?}");
}

#[test]
fn numbers_moves_flips_and_turns_are_exact() {
    let tell = |desk: &mut Desk, command| desk.editor.apply(Command::Tool(ToolCommand::Transform(command)));
    let mut desk = Desk::with_square(Action::ToolTransform, SQUARE);
    desk.one_step("Transform", |desk| {
        tell(desk, TransformCommand::MoveTo { x: 100.0, y: 20.0 });
        desk.editor.confirm();
    });
    assert_eq!(*desk.pixels(), square(Rect::new(100, 20, 140, 60)));
    desk.pointer(Phase::Hover, (5.0, 5.0), NONE);
    desk.one_step("Transform", |desk| {
        tell(desk, TransformCommand::Rotate(0.25));
        tell(desk, TransformCommand::Flip(Axis::Horizontal));
        tell(desk, TransformCommand::MoveTo { x: 10.0, y: 10.0 });
        desk.editor.confirm();
    });
    assert_eq!(*desk.pixels(), square(Rect::new(10, 10, 50, 50)));
}

#[test]
fn escape_and_reset_leave_the_layer_and_other_tools_apply() {
    let mut desk = Desk::with_square(Action::ToolTransform, SQUARE);
    desk.escaped(|desk| desk.drag(&[(40.0, 50.0), (80.0, 90.0)], NONE));
    // Nothing else may change while it is open.
    desk.drag(&[(40.0, 50.0), (60.0, 50.0)], NONE);
    assert!(desk.editor.toolbox().holds_work().is_some());
    let before = desk.editor.doc().clone();
    desk.editor.take_effects();
    desk.act(Action::FillForeground);
    assert!(*desk.editor.doc() == before);
    let told = desk.editor.take_effects();
    assert!(
        told.iter().any(|e| matches!(e, scumble::editor::Effect::Tell(n) if n.kind == NoticeKind::Info)),
        "{told:?}"
    );
    // Another tool applies it.
    desk.one_step("Transform", |desk| desk.act(Action::ToolBrush));
    assert_eq!(desk.editor.tool(), ToolKind::Brush);
    assert_eq!(desk.pixels().content_bounds(), SQUARE.translate(20, 0));
}

#[test]
fn selected_pixels_are_transformed_alone() {
    let mut desk = Desk::with_square(Action::ToolSelectRect, SQUARE);
    desk.drag(&[(30.0, 40.0), (70.0, 60.0)], NONE);
    desk.act(Action::ToolTransform);
    desk.one_step("Transform", |desk| {
        desk.drag(&[(40.0, 50.0), (140.0, 50.0)], NONE);
        desk.editor.confirm();
    });
    assert_eq!(desk.selection(), Some(&rect_mask(Rect::new(130, 40, 170, 60))));
    assert_eq!(
        (desk.pixel(35, 45)[3], desk.pixel(135, 45), desk.pixel(60, 70)),
        (0, RED.to_px(), RED.to_px())
    );
}

#[test]
fn the_page_is_set_cropped_and_left_alone() {
    let mut desk = Desk::with_square(Action::ToolCrop, SQUARE);
    let page = desk.editor.doc().page;
    // An edge, then a corner; nothing happens before Enter.
    desk.drag(&[(f64::from(SIDE), 100.0), (300.0, 120.0)], NONE);
    desk.drag(&[(0.0, 0.0), (50.0, 20.0)], NONE);
    assert_eq!(desk.editor.toolbox().page_frame(), Some(Rect::new(50, 20, 300, SIDE)));
    assert_eq!(desk.editor.doc().page, page);
    desk.escaped(|_| {});
    assert_eq!(desk.editor.toolbox().page_frame(), None);
    desk.one_step("Page size", |desk| {
        desk.drag(&[(0.0, 0.0), (50.0, 20.0)], NONE);
        desk.editor.confirm();
    });
    assert_eq!((desk.editor.doc().page.x0, desk.pixels().content_bounds()), (50, SQUARE));
    desk.act(Action::Undo);
    desk.options(|options| options.crop_deletes = true);
    desk.one_step("Crop", |desk| {
        desk.drag(&[(0.0, 0.0), (50.0, 20.0)], NONE);
        desk.editor.confirm();
    });
    assert_eq!(desk.pixels().content_bounds(), Rect::new(50, 40, 70, 80));
}

#[test]
fn page_frames_keep_ratios_and_steps() {
    let mut desk = Desk::with(Action::ToolCrop);
    let frame = |desk: &Desk| desk.editor.toolbox().page_frame().unwrap();
    // Ctrl: steps of 8 px. Inside: the frame moves. Outside: a new one.
    desk.drag(&[(256.0, 256.0), (203.0, 190.0)], CTRL);
    assert_eq!(frame(&desk), Rect::new(0, 0, 200, 192));
    desk.drag(&[(100.0, 100.0), (115.0, 93.0)], NONE);
    assert_eq!(frame(&desk), Rect::new(15, -7, 215, 185));
    desk.editor.escape();
    desk.drag(&[(300.0, 10.0), (340.0, 70.0)], NONE);
    assert_eq!(frame(&desk), Rect::new(300, 10, 341, 71));
    desk.editor.escape();
    // A ratio fits the frame at once, and is kept.
    desk.options(|options| options.crop_aspect = CropAspect::SixteenNine);
    assert_eq!(frame(&desk), Rect::new(0, 56, 256, 200));
    desk.drag(&[(256.0, 200.0), (160.0, 180.0)], NONE);
    assert_eq!((frame(&desk).width(), frame(&desk).height()), (220, 124));
    desk.editor.apply(Command::Tool(ToolCommand::Page(Rect::new(0, 0, 512, 100))));
    assert_eq!(frame(&desk), Rect::new(0, 0, 512, 100));
}

#[test]
fn lifting_shares_what_is_not_touched() {
    let desk = Desk::with_square(Action::ToolMove, Rect::new(0, 0, 640, 640));
    let mask = selection::rect(Rect::new(10, 10, 30, 30));
    let left = scumble::paint::transform::without(desk.pixels(), &mask);
    assert!(left.bytes_not_in(desk.pixels()) <= 64 * 64 * 8 + 4096, "more than one tile was copied");
    let lifted = scumble::paint::transform::masked(desk.pixels(), &mask);
    assert_eq!(lifted.content_bounds(), Rect::new(10, 10, 30, 30));
    let both = scumble::paint::transform::over(&left, &lifted);
    assert_eq!(both, *desk.pixels());
}
