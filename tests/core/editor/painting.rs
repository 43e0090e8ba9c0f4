//! Bucket, gradient, shapes, picker, symmetry.

use super::support::*;
use scumble::color::Rgba;
use scumble::document::{Document, Pixels};
use scumble::editor::options::{GradientInk, GradientKind, ShapeInk, ShapeKind};
use scumble::editor::tool::{Mark, Phase};
use scumble::editor::{Action, Command};
use scumble::geom::{Point, Rect};
use scumble::paint::fill::{FillSettings, bucket};
use scumble::paint::gradient::{self, Course, Gradient};
use scumble::paint::shape::Shape;
use scumble::paint::{Symmetry, fill};

fn color(desk: &mut Desk, color: Rgba) {
    desk.editor.apply(Command::SetColor { color, settled: true });
}

/// What `change` makes of the document as it is.
fn after(desk: &Desk, change: impl FnOnce(&mut Document)) -> Document {
    let mut doc = desk.editor.doc().clone();
    change(&mut doc);
    doc
}

/// A black frame that divides the layer into an inside and an outside.
fn framed() -> Pixels {
    let mut pixels = Pixels::default();
    pixels.fill_rect(Rect::new(50, 50, 150, 150), Rgba::BLACK.to_px());
    pixels.fill_rect(Rect::new(54, 54, 146, 146), [0; 4]);
    pixels
}

#[test]
fn the_bucket_fills_what_its_function_fills() {
    let mut desk = Desk::with(Action::ToolFill);
    desk.put(framed());
    color(&mut desk, RED);
    let id = desk.layer();
    let settings = FillSettings { sample_all: true, ..FillSettings::default() };
    desk.options(|options| options.fill = settings);
    let want = after(&desk, |doc| drop(bucket(doc, id, (100, 100), &settings, RED)));
    desk.one_step("Fill", |desk| desk.click((100.5, 100.5), NONE));
    assert!(*desk.editor.doc() == want);
    desk.act(Action::Undo);
    // Dragged from the inside to the outside: both, in one step.
    desk.one_step("Fill", |desk| desk.drag(&[(100.0, 100.0), (140.0, 100.0), (200.0, 100.0)], NONE));
    assert_eq!((desk.pixel(100, 100), desk.pixel(200, 200)), (RED.to_px(), RED.to_px()));
    desk.act(Action::Undo);
    desk.escaped(|desk| desk.press(&[(100.0, 100.0), (200.0, 100.0)], NONE));
    // Alt takes a colour and fills nothing.
    let before = desk.editor.doc().clone();
    desk.click((51.5, 51.5), ALT);
    assert!(*desk.editor.doc() == before);
    assert_eq!(desk.editor.colors().foreground.to_rgba8(), Rgba::BLACK.to_rgba8());
}

#[test]
fn tools_that_paint_say_why_they_cannot() {
    for tool in [Action::ToolFill, Action::ToolGradient, Action::ToolShape, Action::ToolMove] {
        let mut desk = Desk::with_square(tool, Rect::new(0, 0, 50, 50));
        desk.act(Action::ToggleLock);
        desk.editor.take_effects();
        let before = desk.editor.doc().clone();
        desk.drag(&[(10.0, 10.0), (40.0, 40.0)], NONE);
        assert!(*desk.editor.doc() == before, "{tool:?}");
        assert!(!desk.editor.take_effects().is_empty(), "{tool:?} says nothing");
    }
}

#[test]
fn gradients_run_along_the_line_that_was_dragged() {
    let mut desk = Desk::with(Action::ToolGradient);
    color(&mut desk, RED);
    let id = desk.layer();
    let (a, b) = (Point::new(20.0, 30.0), Point::new(120.0, 80.0));
    let cases = [
        (GradientKind::Linear, GradientInk::ForegroundToBackground, false, Course::Linear { from: a, to: b }),
        (GradientKind::Radial, GradientInk::ForegroundToClear, true, Course::Radial { center: a, edge: b }),
    ];
    for (kind, ink, reflect, course) in cases {
        desk.options(|options| {
            (options.gradient, options.gradient_ink, options.gradient_reflect) = (kind, ink, reflect);
        });
        let to = match ink {
            GradientInk::ForegroundToBackground => Rgba::WHITE,
            GradientInk::ForegroundToClear => Rgba { a: 0.0, ..RED },
        };
        let gradient = Gradient { reflect, ..Gradient::new(course, RED, to) };
        let want = after(&desk, |doc| drop(gradient::apply(doc, id, &gradient)));
        desk.one_step("Gradient", |desk| desk.drag(&[(20.0, 30.0), (70.0, 90.0), (120.0, 80.0)], NONE));
        assert!(*desk.editor.doc() == want, "{kind:?}");
        desk.act(Action::Undo);
    }
    // It is seen before it is let go, and Escape takes it away.
    desk.escaped(|desk| {
        desk.press(&[(20.0, 30.0), (120.0, 80.0)], NONE);
        desk.settle();
        assert!(*desk.editor.shown() != *desk.editor.doc());
    });
    // A click lays nothing; Shift turns the line to a multiple of 15°.
    let steps = desk.steps();
    desk.click((50.0, 50.0), NONE);
    assert_eq!(desk.steps(), steps);
    desk.options(|options| *options = scumble::editor::options::ToolOptions::default());
    desk.drag(&[(20.0, 30.0), (120.0, 33.0)], SHIFT);
    // Level, but for the noise that hides steps.
    let green = |x: i32, y: i32| i32::from(desk.pixel(x, y)[1]);
    assert!((green(70, 5) - green(70, 250)).abs() < 1200 && green(110, 5) > green(30, 5) + 10_000);
}

#[test]
fn a_gradient_stays_within_the_selection() {
    let mut desk = Desk::with(Action::ToolSelectRect);
    desk.drag(&[(40.0, 40.0), (80.0, 80.0)], NONE);
    desk.act(Action::ToolGradient);
    desk.drag(&[(0.0, 0.0), (200.0, 200.0)], NONE);
    assert_eq!(desk.pixels().content_bounds(), Rect::new(40, 40, 80, 80));
}

#[test]
fn shapes_cover_what_their_formulas_cover() {
    let mut desk = Desk::with(Action::ToolShape);
    color(&mut desk, RED);
    let id = desk.layer();
    let p = |x: f64, y: f64| Point::new(x, y);
    let (a, b) = (p(20.0, 30.0), p(90.0, 60.0));
    // Kind, ink, keys, shape, inside, outline, name.
    let cases = [
        (ShapeKind::Rectangle, ShapeInk::Fill, NONE, Shape::Rectangle { a, b }, "Rectangle"),
        (ShapeKind::Rectangle, ShapeInk::Fill, SHIFT, Shape::Rectangle { a, b: p(90.0, 100.0) }, "Rectangle"),
        (ShapeKind::Ellipse, ShapeInk::Fill, ALT, Shape::Ellipse { a: p(-50.0, 0.0), b }, "Ellipse"),
        (ShapeKind::Ellipse, ShapeInk::Outline, NONE, Shape::Ellipse { a, b }, "Ellipse"),
        (ShapeKind::Line, ShapeInk::Fill, NONE, Shape::Line { a, b }, "Line"),
        (ShapeKind::Rectangle, ShapeInk::Both, NONE, Shape::Rectangle { a, b }, "Rectangle"),
    ];
    for (kind, ink, keys, shape, name) in cases {
        desk.options(|options| (options.shape, options.shape_ink, options.outline_px) = (kind, ink, 5.0));
        let want = after(&desk, |doc| {
            let filled = kind != ShapeKind::Line && ink != ShapeInk::Outline;
            if filled {
                fill::paint_mask(doc, id, &shape.inside(), RED, false);
            }
            if !filled || ink == ShapeInk::Both {
                let color = if ink == ShapeInk::Both { Rgba::WHITE } else { RED };
                fill::paint_mask(doc, id, &shape.outlined(5.0), color, false);
            }
        });
        desk.one_step(name, |desk| {
            desk.drag(
                &[(20.2, 30.1), (50.0, 50.0), (90.0, 59.8)].map(|q: (f64, f64)| {
                    // Lines are not drawn from whole pixels.
                    if kind == ShapeKind::Line { (q.0.round(), q.1.round()) } else { q }
                }),
                keys,
            )
        });
        assert!(*desk.editor.doc() == want, "{kind:?} {ink:?}");
        desk.act(Action::Undo);
    }
    desk.options(|options| (options.shape, options.shape_ink) = (ShapeKind::Rectangle, ShapeInk::Brush));
    desk.one_step("Rectangle", |desk| desk.drag(&[(50.0, 50.0), (150.0, 150.0)], NONE));
    assert!(desk.pixel(100, 50)[3] > 30_000 && desk.pixel(100, 100)[3] == 0);
    desk.escaped(|desk| desk.press(&[(20.0, 30.0), (120.0, 80.0)], NONE));
}

#[test]
fn the_picker_shows_what_it_takes() {
    let mut desk = Desk::with_square(Action::ToolPicker, Rect::new(0, 0, 50, 50));
    desk.press(&[(100.0, 100.0), (20.0, 20.0)], NONE);
    let marks = desk.editor.overlay().marks;
    let swatch = marks.iter().find_map(|mark| match mark {
        Mark::Swatch { color, before, .. } => Some((color.to_rgba8(), before.to_rgba8())),
        _ => None,
    });
    assert_eq!(swatch, Some((RED.to_rgba8(), Rgba::BLACK.to_rgba8())));
    desk.pointer(Phase::Up, (20.0, 20.0), NONE);
    assert_eq!(desk.editor.colors().foreground.to_rgba8(), RED.to_rgba8());
    assert_eq!(desk.editor.colors().background, Rgba::WHITE);
    desk.click((20.0, 20.0), CTRL);
    assert_eq!(desk.editor.colors().background.to_rgba8(), RED.to_rgba8());
    assert!(desk.editor.overlay().marks.is_empty());
    // From the layer alone there is nothing beside the square.
    desk.options(|options| options.pick_layer = true);
    desk.click((100.0, 100.0), NONE);
    assert_eq!(desk.editor.colors().foreground.to_rgba8(), RED.to_rgba8());
}

#[test]
fn the_centre_of_symmetry_is_dragged_with_ctrl() {
    let mut desk = Desk::with(Action::ToolBrush);
    let center = Point::new(100.0, 100.0);
    desk.editor.apply(Command::SetSymmetry(Symmetry::Mirror { center, turns: 0.25 }));
    let before = desk.editor.doc().clone();
    desk.drag(&[(103.0, 98.0), (120.0, 90.0), (60.3, 80.1)], CTRL);
    assert!(*desk.editor.doc() == before);
    let moved = Symmetry::Mirror { center: Point::new(60.5, 80.0), turns: 0.25 };
    assert_eq!(desk.editor.options().symmetry, moved);
    // Away from the centre Ctrl paints.
    desk.drag(&[(200.0, 200.0), (220.0, 200.0)], CTRL);
    assert!(*desk.editor.doc() != before);
}
