//! The text tool.

use super::support::*;
use scumble::color::Rgba;
use scumble::editor::tool::{TextCommand, ToolCommand};
use scumble::editor::{Action, Command};
use scumble::geom::Point;
use scumble::paint::text::{Fonts, Placed, Text};

fn write(desk: &mut Desk, words: &str) {
    let text = Text { text: words.into(), size_px: 40.0, ..Text::default() };
    desk.editor.apply(Command::Tool(ToolCommand::Text(TextCommand::Edit(text))));
}

#[test]
fn a_text_is_a_layer_that_can_be_changed_again() {
    let mut desk = Desk::with(Action::ToolText);
    let layers = desk.editor.doc().layers().len();
    desk.one_step("Text", |desk| {
        desk.click((30.0, 100.0), NONE);
        write(desk, "Moin\nWelt");
        desk.editor.confirm();
    });
    assert_eq!(desk.editor.doc().layers().len(), layers + 1);
    assert_eq!(desk.editor.active_layer().unwrap().name, "Moin");
    let placed = Placed::of_layer(desk.editor.doc(), desk.layer()).unwrap();
    assert_eq!((placed.at, placed.color), (Point::new(30.0, 100.0), Rgba::BLACK));
    let bounds = desk.pixels().content_bounds();
    assert!(placed.text.bounds(placed.at, &mut Fonts::embedded()).contains_rect(&bounds));
    // A click on it takes it up, on another tool's layer too; the same layer is set anew.
    let middle = (f64::from(bounds.x0 + bounds.x1) / 2.0, f64::from(bounds.y0 + bounds.y1) / 2.0);
    let id = desk.layer();
    desk.one_step("Edit text", |desk| {
        desk.click(middle, NONE);
        write(desk, "Hallo");
        desk.editor.confirm();
    });
    assert_eq!((desk.layer(), desk.editor.active_layer().unwrap().name.as_str()), (id, "Hallo"));
    assert_eq!(desk.editor.doc().layers().len(), layers + 1);
    desk.escaped(|desk| {
        desk.click(middle, NONE);
        write(desk, "Weg");
    });
}

#[test]
fn texts_are_dragged_coloured_and_dropped_when_empty() {
    let mut desk = Desk::with(Action::ToolText);
    desk.escaped(|desk| {
        desk.click((30.0, 100.0), NONE);
        write(desk, "Moin");
    });
    let before = desk.editor.doc().clone();
    desk.click((30.0, 100.0), NONE);
    desk.editor.confirm();
    assert!(*desk.editor.doc() == before, "an empty text left a layer");
    desk.one_step("Text", |desk| {
        desk.click((30.0, 100.0), NONE);
        write(desk, "Moin");
        desk.drag(&[(40.0, 90.0), (60.3, 110.4)], NONE);
        desk.editor.apply(Command::SetColor { color: RED, settled: true });
        // Nothing else may change meanwhile.
        desk.act(Action::NewLayer);
        desk.editor.confirm();
    });
    let placed = Placed::of_layer(desk.editor.doc(), desk.layer()).unwrap();
    assert_eq!((placed.at, placed.color), (Point::new(50.0, 120.0), RED));
    // The move tool takes the text's place along.
    desk.act(Action::ToolMove);
    desk.drag(&[(60.0, 110.0), (65.0, 113.0)], NONE);
    let placed = Placed::of_layer(desk.editor.doc(), desk.layer()).unwrap();
    assert_eq!(placed.at, Point::new(55.0, 123.0));
    // A press elsewhere applies.
    desk.act(Action::ToolText);
    desk.one_step("Text", |desk| {
        desk.click((20.0, 200.0), NONE);
        write(desk, "Zwei");
        desk.click((220.0, 30.0), NONE);
    });
}
