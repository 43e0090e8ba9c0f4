//! Selection tools: exact masks, modifiers, steps.

use super::support::*;
use scumble::document::{Combine, ONE, Pixels, selection};
use scumble::editor::tool::{Modifiers, Phase, ToolCommand};
use scumble::editor::{Action, Command};
use scumble::geom::{Point, Rect};

const FIRST: &[(f64, f64)] = &[(20.2, 30.4), (60.0, 70.0), (99.8, 110.3)];
const FIRST_RECT: Rect = Rect::new(20, 30, 100, 110);

#[test]
fn a_rectangle_selects_whole_pixels_in_one_step() {
    let mut desk = Desk::with(Action::ToolSelectRect);
    desk.one_step("Select rectangle", |desk| desk.drag(FIRST, NONE));
    assert_eq!(desk.selection(), Some(&rect_mask(FIRST_RECT)));
    desk.escaped(|desk| desk.press(&[(130.0, 130.0), (150.0, 180.0)], NONE));
    // A click outside deselects, and so does one inside.
    desk.one_step("Deselect", |desk| desk.click((200.0, 200.0), NONE));
    assert_eq!(desk.selection(), None);
    desk.drag(FIRST, NONE);
    desk.one_step("Deselect", |desk| desk.click((50.0, 50.0), NONE));
}

#[test]
fn keys_at_the_press_combine_and_keys_afterwards_shape() {
    let second = Rect::new(80, 90, 140, 150);
    let drag: &[(f64, f64)] = &[(80.0, 90.0), (140.0, 150.0)];
    for (keys, how) in [(SHIFT, Combine::Add), (ALT, Combine::Subtract), (BOTH, Combine::Intersect)] {
        let mut desk = Desk::with(Action::ToolSelectRect);
        desk.drag(FIRST, NONE);
        desk.drag(drag, keys);
        let want = selection::combine(Some(&rect_mask(FIRST_RECT)), &rect_mask(second), how);
        assert_eq!(desk.selection(), Some(&want), "{how:?}");
    }
    // Afterwards: a square of the longer side, then about the middle, too.
    let shaped = |keys: Modifiers| {
        let mut desk = Desk::with(Action::ToolSelectRect);
        desk.press(&[(100.0, 100.0), (110.0, 105.0)], NONE);
        desk.pointer(Phase::Drag, (130.0, 90.0), keys);
        desk.pointer(Phase::Up, (130.0, 90.0), keys);
        desk.settle();
        desk.selection().unwrap().content_bounds()
    };
    assert_eq!(shaped(NONE), Rect::new(100, 90, 130, 100));
    assert_eq!(shaped(SHIFT), Rect::new(100, 70, 130, 100));
    assert_eq!(shaped(ALT), Rect::new(70, 90, 130, 110));
    assert_eq!(shaped(BOTH), Rect::new(70, 70, 130, 130));
    // Shift that was held for adding squares once it was let go and pressed again.
    let mut desk = Desk::with(Action::ToolSelectRect);
    desk.press(&[(100.0, 100.0), (130.0, 110.0)], SHIFT);
    desk.pointer(Phase::Drag, (140.0, 110.0), NONE);
    desk.pointer(Phase::Up, (140.0, 110.0), SHIFT);
    desk.settle();
    assert_eq!(desk.selection().unwrap().content_bounds(), Rect::new(100, 100, 140, 140));
}

#[test]
fn an_ellipse_a_lasso_and_feathering_give_the_masks_of_their_formulas() {
    let mut desk = Desk::with(Action::ToolSelectEllipse);
    desk.one_step("Select ellipse", |desk| desk.drag(FIRST, NONE));
    let ellipse = selection::ellipse(Point::new(20.0, 30.0), Point::new(100.0, 110.0));
    assert_eq!(desk.selection(), Some(&ellipse));
    desk.options(|options| options.select.feather_px = 6.0);
    desk.act(Action::Deselect);
    desk.drag(FIRST, NONE);
    assert_eq!(desk.selection(), Some(&selection::feather(&ellipse, 6.0)));
    desk.options(|options| options.select.feather_px = 0.0);
    desk.act(Action::Deselect);
    desk.act(Action::ToolLasso);
    let way = [(10.0, 10.0), (90.0, 20.0), (50.0, 80.0)];
    desk.one_step("Lasso", |desk| desk.drag(&way, NONE));
    let points = way.map(|(x, y)| Point::new(x, y));
    assert_eq!(desk.selection(), Some(&selection::lasso(&points)));
    desk.one_step("Deselect", |desk| desk.click((200.0, 200.0), NONE));
    desk.escaped(|desk| desk.press(&way, NONE));
}

#[test]
fn a_press_inside_drags_the_outline_and_not_the_paint() {
    for tool in [Action::ToolSelectRect, Action::ToolLasso, Action::ToolWand, Action::ToolPolygon] {
        let mut desk = Desk::with_square(Action::ToolSelectRect, Rect::new(30, 40, 70, 80));
        desk.drag(FIRST, NONE);
        desk.act(tool);
        let pixels = desk.pixels().clone();
        desk.one_step("Move selection", |desk| desk.drag(&[(50.0, 50.0), (60.0, 52.0), (81.2, 43.9)], NONE));
        assert_eq!(desk.selection(), Some(&rect_mask(FIRST_RECT.translate(31, -6))), "{tool:?}");
        assert_eq!(*desk.pixels(), pixels);
        desk.escaped(|desk| desk.press(&[(90.0, 90.0), (120.0, 120.0)], NONE));
        desk.editor.apply(Command::Tool(ToolCommand::Nudge { dx: -10, dy: 1 }));
        assert_eq!(desk.selection(), Some(&rect_mask(FIRST_RECT.translate(21, -5))));
    }
}

#[test]
fn polygons_are_clicked_together() {
    let corners = [(10.0, 10.0), (90.0, 20.0), (60.0, 90.0), (20.0, 70.0)];
    let mask = selection::lasso(&corners.map(|(x, y)| Point::new(x, y)));
    let clicked = |n: usize| {
        let mut desk = Desk::with(Action::ToolPolygon);
        corners[..n].iter().for_each(|p| desk.click(*p, NONE));
        desk
    };
    // Enter, the first corner and a double click close it.
    let mut desk = clicked(4);
    desk.one_step("Polygon selection", |desk| desk.editor.confirm());
    assert_eq!(desk.selection(), Some(&mask));
    let mut desk = clicked(4);
    desk.click((13.0, 8.0), NONE);
    assert_eq!(desk.selection(), Some(&mask));
    let mut desk = clicked(4);
    desk.event(Phase::Down, corners[3], NONE, 2);
    desk.pointer(Phase::Up, corners[3], NONE);
    desk.settle();
    assert_eq!(desk.selection(), Some(&mask));
    // Backspace and undo take corners back, one at a time; then they are their own again.
    let mut desk = clicked(3);
    desk.click((200.0, 5.0), NONE);
    desk.act(Action::FillBackground);
    desk.click((210.0, 5.0), NONE);
    desk.act(Action::Undo);
    desk.click(corners[3], NONE);
    desk.editor.confirm();
    desk.settle();
    assert_eq!(desk.selection(), Some(&mask));
    assert_eq!(desk.pixels().content_bounds(), Rect::default(), "Backspace filled the layer");
    desk.act(Action::FillBackground);
    assert!(!desk.pixels().content_bounds().is_empty());
    let mut desk = clicked(1);
    desk.act(Action::FillBackground);
    assert!(!desk.editor.busy());
    desk.escaped(|desk| corners.iter().for_each(|p| desk.click(*p, NONE)));
    // Shift: 15° steps.
    let mut desk = clicked(1);
    desk.click((110.0, 12.0), SHIFT);
    desk.click((50.0, 100.0), NONE);
    desk.editor.confirm();
    desk.settle();
    assert_eq!(desk.selection().unwrap().content_bounds().y0, 10);
}

/// Two red squares on the layer, one of them with a hole.
fn squares() -> Pixels {
    let mut pixels = square(Rect::new(20, 20, 60, 60));
    pixels.fill_rect(Rect::new(30, 30, 40, 40), [0; 4]);
    pixels.fill_rect(Rect::new(100, 100, 120, 130), RED.to_px());
    pixels
}

#[test]
fn the_wand_selects_a_region_and_select_by_colour_all_of_them() {
    let mut desk = Desk::with(Action::ToolWand);
    desk.put(squares());
    desk.options(|options| options.wand.flood.antialias = false);
    desk.one_step("Magic wand", |desk| desk.click((25.0, 25.0), NONE));
    let holed = selection::combine(
        Some(&rect_mask(Rect::new(20, 20, 60, 60))),
        &rect_mask(Rect::new(30, 30, 40, 40)),
        Combine::Subtract,
    );
    assert_eq!(desk.selection(), Some(&holed));
    desk.click((35.0, 35.0), SHIFT);
    assert_eq!(desk.selection(), Some(&rect_mask(Rect::new(20, 20, 60, 60))));
    desk.act(Action::Deselect);
    desk.act(Action::ToolSelectColor);
    desk.one_step("Select by colour", |desk| desk.click((110.0, 110.0), NONE));
    let both = selection::combine(Some(&holed), &rect_mask(Rect::new(100, 100, 120, 130)), Combine::Add);
    assert_eq!(desk.selection(), Some(&both));
}

#[test]
fn the_selection_brush_paints_and_erases() {
    let mut desk = Desk::with(Action::ToolSelectBrush);
    desk.options(|options| (options.select.brush_px, options.select.brush_hardness) = (20.0, 1.0));
    let pixels = desk.pixels().clone();
    desk.one_step("Selection brush", |desk| desk.drag(&[(50.0, 50.0), (80.0, 50.0), (120.0, 50.0)], NONE));
    assert_eq!((desk.selected(85, 50), desk.selected(85, 75)), (ONE, 0));
    desk.one_step("Selection brush", |desk| desk.drag(&[(85.0, 30.0), (85.0, 50.0), (85.0, 70.0)], ALT));
    assert_eq!((desk.selected(85, 50), desk.selected(55, 50)), (0, ONE));
    desk.escaped(|desk| desk.press(&[(50.0, 150.0), (80.0, 150.0)], NONE));
    assert_eq!(*desk.pixels(), pixels);
    // Without a selection everything is selected; what is erased is missing from the page.
    desk.act(Action::Deselect);
    desk.drag(&[(50.0, 50.0), (80.0, 50.0)], ALT);
    assert_eq!((desk.selected(65, 50), desk.selected(5, 5), desk.selected(-5, 5)), (0, ONE, 0));
}
