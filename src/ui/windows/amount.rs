//! One number for what changes the selection.

use super::dialog::{Dialog, Outcome, Place};
use super::rows::{self, Look};
use crate::editor::{Action, Command};
use crate::ui::widgets::Frame;
use eframe::egui::Context;

/// Which number is asked for.
pub struct Amount {
    action: Action,
    value: f32,
    fresh: bool,
}

impl Amount {
    /// For an action that needs a number of pixels.
    pub fn new(action: Action, last: Option<f32>) -> Self {
        Self { action, value: last.unwrap_or(8.0), fresh: true }
    }

    /// The action and its number, to be remembered.
    pub fn last(&self) -> (Action, f32) {
        (self.action, self.value)
    }

    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let (title, label, tip) = match self.action {
            Action::GrowSelection => ("Grow selection", "By", "How far its edge moves outwards"),
            Action::ShrinkSelection => ("Shrink selection", "By", "How far its edge moves inwards"),
            Action::FeatherSelection => ("Feather selection", "Radius", "How soft its edge gets"),
            _ => ("Selection border", "Width", "Of the band along its edge that stays"),
        };
        let soft = self.action == Action::FeatherSelection;
        let ready = frame.editor.doc().selection.is_some();
        let dialog = Dialog { title, finish: Some("Apply"), ready, width: 270.0, place: Place::Middle };
        let outcome = dialog.show(
            ctx,
            |ui| {
                let look = Look { decimals: usize::from(soft), ..Look::PIXELS };
                let range = if soft { 0.1..=250.0 } else { 1.0..=250.0 };
                let field = rows::slider(ui, label, tip, &mut self.value, range, look);
                if std::mem::take(&mut self.fresh) {
                    field.request_focus();
                }
                if !ready {
                    ui.weak("Nothing is selected.");
                }
            },
            |_| {},
        );
        if outcome == Outcome::Done {
            let whole = self.value.round().max(1.0);
            frame.ask(match self.action {
                Action::GrowSelection => Command::GrowSelection(whole as i32),
                Action::ShrinkSelection => Command::GrowSelection(-(whole as i32)),
                Action::FeatherSelection => Command::FeatherSelection(self.value),
                _ => Command::BorderSelection(whole as u32),
            });
        }
        outcome == Outcome::Open
    }
}
