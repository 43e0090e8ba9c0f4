//! Documents and files in the window: tabs, questions before something is closed, export, recovery, dropped files.
//! None of the windows blocks: painting goes on beside them.

pub mod drops;
mod export;
mod questions;
mod recovery;
pub mod tabs;

use super::widgets::Frame;
use crate::editor::{DocId, Editor, Effect};
use eframe::egui::{Align2, Context, Key, Vec2, Window};
use export::ExportWindow;

/// Which of these windows are open.
#[derive(Default)]
pub struct Filing {
    /// Documents of which is asked whether to save them.
    close: Vec<DocId>,
    quit: bool,
    export: Option<ExportWindow>,
    recovery: bool,
    /// A question that has just come takes the focus.
    fresh: bool,
}

impl Filing {
    /// Takes a question of the editor.
    pub fn take(&mut self, effect: &Effect) {
        match effect {
            Effect::AskClose(id) => {
                self.close.retain(|known| known != id);
                self.close.push(*id);
                self.fresh = true;
            }
            Effect::AskQuit => {
                self.quit = true;
                self.fresh = true;
            }
            Effect::OfferRecovery => self.recovery = true,
            _ => {}
        }
    }

    /// Opens the export window with what was chosen last.
    pub fn open_export(&mut self, editor: &Editor) {
        self.export = Some(ExportWindow::new(editor));
    }

    /// Opens the list of found documents.
    pub fn open_recovery(&mut self) {
        self.recovery = true;
    }

    /// Draws what is open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) {
        let fresh = std::mem::take(&mut self.fresh);
        recovery::show(ctx, frame, &mut self.recovery);
        if let Some(window) = &mut self.export
            && !window.show(ctx, frame)
        {
            self.export = None;
        }
        if self.quit {
            self.close.clear();
            self.quit = questions::quit(ctx, frame, fresh);
        }
        // One at a time; what was closed or saved meanwhile needs no answer.
        let editor = frame.editor;
        self.close.retain(|id| {
            editor.document(*id).is_some_and(|open| open.differs() || editor.unaccepted(*id) > 0)
        });
        if let Some(id) = self.close.last().copied()
            && !questions::close(ctx, frame, id, fresh)
        {
            self.close.pop();
        }
    }
}

/// A window in the middle that cannot be folded.
fn window(title: &'static str) -> Window<'static> {
    Window::new(title).collapsible(false).resizable(false).anchor(Align2::CENTER_CENTER, Vec2::ZERO)
}

/// Whether Escape was pressed for a window.
fn escape(ctx: &Context) -> bool {
    !ctx.any_popup_open() && ctx.input(|i| i.key_pressed(Key::Escape))
}
