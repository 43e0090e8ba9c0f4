//! Questions before something is closed.

use super::{escape, window};
use crate::editor::{Command, DocId};
use crate::ui::widgets::Frame;
use eframe::egui::{Context, ScrollArea, Ui};

/// Whether to save a document before it is closed, and whether it may take pictures along that nobody accepted.
/// Returns whether the question is still open.
pub fn close(ctx: &Context, frame: &mut Frame, id: DocId, fresh: bool) -> bool {
    let Some(open) = frame.editor.document(id) else { return false };
    let (title, changed, left) = (open.title(), open.differs(), frame.editor.unaccepted(id));
    let mut asking = !escape(ctx);
    window(if changed { "Save before closing?" } else { "Close with pictures left?" }).show(ctx, |ui| {
        ui.set_width(340.0);
        if changed {
            ui.label(format!("“{title}” has changes that are not saved."));
        }
        if left > 0 {
            ui.label(format!(
                "{} in the strip of “{title}”: closing drops what was not accepted.",
                pictures(left)
            ));
        }
        ui.add_space(8.0);
        let answers = if changed {
            [
                ("Save", Some(Command::SaveAndClose(id))),
                ("Discard", Some(Command::CloseDocument { id, force: true })),
                ("Cancel", None),
            ]
            .to_vec()
        } else {
            [("Close", Some(Command::CloseDocument { id, force: true })), ("Cancel", None)].to_vec()
        };
        ui.horizontal(|ui| asking &= !answer(ui, frame, answers, fresh));
    });
    asking
}

fn pictures(n: usize) -> String {
    if n == 1 { "One picture is".to_owned() } else { format!("{n} pictures are") }
}

/// What to do with changed documents before the program ends. Returns whether the question is still open.
pub fn quit(ctx: &Context, frame: &mut Frame, fresh: bool) -> bool {
    let documents = frame.editor.documents();
    let changed: Vec<String> =
        documents.iter().filter(|open| open.differs()).map(|open| open.title()).collect();
    let left: usize = documents.iter().map(|open| frame.editor.unaccepted(open.id)).sum();
    let mut asking = !escape(ctx);
    window(if changed.is_empty() { "Leave with pictures left?" } else { "Save before leaving?" }).show(
        ctx,
        |ui| {
            ui.set_width(360.0);
            ui.label(match changed.len() {
                0 => "Everything is saved.".to_owned(),
                1 => "One document has changes that are not saved:".to_owned(),
                n => format!("{n} documents have changes that are not saved:"),
            });
            ScrollArea::vertical().max_height(200.0).show(ui, |ui| {
                for title in &changed {
                    ui.label(format!("•  {title}"));
                }
            });
            if left > 0 {
                ui.label(format!("{} in the strip: leaving drops what was not accepted.", pictures(left)));
            }
            ui.add_space(8.0);
            let answers = if changed.is_empty() {
                [("Leave", Some(Command::QuitNow)), ("Cancel", None)].to_vec()
            } else {
                [
                    ("Save all", Some(Command::SaveAllAndQuit)),
                    ("Discard all", Some(Command::QuitNow)),
                    ("Cancel", None),
                ]
                .to_vec()
            };
            ui.horizontal(|ui| asking &= !answer(ui, frame, answers, fresh));
        },
    );
    asking
}

/// Buttons of which the first has the focus to begin with. Returns whether one was pressed.
fn answer(ui: &mut Ui, frame: &mut Frame, answers: Vec<(&str, Option<Command>)>, fresh: bool) -> bool {
    let mut answered = false;
    for (i, (label, command)) in answers.into_iter().enumerate() {
        let button = ui.button(label);
        if i == 0 && fresh {
            button.request_focus();
        }
        if button.clicked() {
            answered = true;
            if let Some(command) = command {
                frame.ask(command);
            }
        }
    }
    answered
}
