//! Questions before something is closed.

use super::{escape, window};
use crate::editor::{Command, DocId};
use crate::ui::widgets::Frame;
use eframe::egui::{Context, ScrollArea, Ui};

/// Whether to save a document before it is closed. Returns whether the question is still open.
pub fn close(ctx: &Context, frame: &mut Frame, id: DocId, fresh: bool) -> bool {
    let Some(open) = frame.editor.document(id) else { return false };
    let mut asking = !escape(ctx);
    window("Save before closing?").show(ctx, |ui| {
        ui.set_width(340.0);
        ui.label(format!("“{}” has changes that are not saved.", open.title()));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let answers = [
                ("Save", Some(Command::SaveAndClose(id))),
                ("Discard", Some(Command::CloseDocument { id, force: true })),
                ("Cancel", None),
            ];
            asking &= !answer(ui, frame, answers, fresh);
        });
    });
    asking
}

/// What to do with changed documents before the program ends. Returns whether the question is still open.
pub fn quit(ctx: &Context, frame: &mut Frame, fresh: bool) -> bool {
    let changed: Vec<String> =
        frame.editor.documents().iter().filter(|open| open.differs()).map(|open| open.title()).collect();
    let mut asking = !escape(ctx);
    window("Save before leaving?").show(ctx, |ui| {
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
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let answers = [
                ("Save all", Some(Command::SaveAllAndQuit)),
                ("Discard all", Some(Command::QuitNow)),
                ("Cancel", None),
            ];
            asking &= !answer(ui, frame, answers, fresh);
        });
    });
    asking
}

/// Buttons of which the first has the focus to begin with. Returns whether one was pressed.
fn answer(ui: &mut Ui, frame: &mut Frame, answers: [(&str, Option<Command>); 3], fresh: bool) -> bool {
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
