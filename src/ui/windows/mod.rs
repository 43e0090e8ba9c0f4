//! Windows over the canvas that ask for more: none blocks.

mod about;
mod amount;
mod brush_editor;
mod cheat_sheet;
pub mod curve_graph;
pub mod dialog;
mod filters;
mod image_size;
mod new_document;
mod page_size;
pub mod rows;
mod settings;
mod shortcuts;

use super::widgets::Frame;
use crate::editor::{Action, Editor};
use eframe::egui::Context;
use std::collections::HashMap;

/// Which are open, and what is typed in them.
#[derive(Default)]
pub struct Windows {
    brush_editor: brush_editor::BrushEditor,
    filters: filters::Filters,
    new_document: Option<new_document::NewDocument>,
    page_size: Option<page_size::PageSize>,
    image_size: Option<image_size::ImageSize>,
    amount: Option<amount::Amount>,
    /// The numbers that were last used for the selection.
    amounts: HashMap<Action, f32>,
    settings: Option<settings::SettingsWindow>,
    shortcuts: Option<shortcuts::ShortcutsWindow>,
    cheat_sheet: Option<cheat_sheet::CheatSheet>,
    about: Option<about::About>,
    /// What draws the canvas, in words.
    adapter: String,
}

impl Windows {
    /// Says what draws the canvas, for those who ask.
    pub fn set_adapter(&mut self, adapter: String) {
        self.adapter = adapter;
    }

    /// Opens the window that the action asks for. Returns whether there is one.
    pub fn open(&mut self, action: Action, editor: &Editor) -> bool {
        match action {
            Action::NewDocument => self.new_document = Some(new_document::NewDocument::new(editor)),
            Action::PageSize => self.page_size = Some(page_size::PageSize::new(editor)),
            Action::ImageSize => self.image_size = Some(image_size::ImageSize::new(editor)),
            Action::GrowSelection
            | Action::ShrinkSelection
            | Action::FeatherSelection
            | Action::BorderSelection => {
                self.amount = Some(amount::Amount::new(action, self.amounts.get(&action).copied()));
            }
            Action::Settings => self.settings = Some(settings::SettingsWindow::new()),
            Action::Shortcuts => self.shortcuts = Some(shortcuts::ShortcutsWindow::new()),
            Action::CheatSheet => self.cheat_sheet = Some(cheat_sheet::CheatSheet),
            Action::About => self.about = Some(about::About),
            Action::BrushEditor => self.brush_editor.toggle(),
            _ => return false,
        }
        true
    }

    /// Draws them. Returns whether one was closed: the canvas then gets the focus.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let mut closed = false;
        self.brush_editor.show(ctx, frame);
        // Those that were opened later take Enter and Escape first.
        keep(&mut self.shortcuts, &mut closed, |w| w.show(ctx, frame));
        keep(&mut self.about, &mut closed, |w| w.show(ctx, &self.adapter));
        keep(&mut self.cheat_sheet, &mut closed, |w| w.show(ctx, frame));
        keep(&mut self.settings, &mut closed, |w| w.show(ctx, frame));
        keep(&mut self.amount, &mut closed, |w| {
            let open = w.show(ctx, frame);
            let (action, value) = w.last();
            self.amounts.insert(action, value);
            open
        });
        keep(&mut self.new_document, &mut closed, |w| w.show(ctx, frame));
        keep(&mut self.page_size, &mut closed, |w| w.show(ctx, frame));
        keep(&mut self.image_size, &mut closed, |w| w.show(ctx, frame));
        closed |= self.filters.show(ctx, frame);
        closed
    }
}

/// Draws a window that is open and forgets it when it is not any more.
fn keep<T>(window: &mut Option<T>, closed: &mut bool, show: impl FnOnce(&mut T) -> bool) {
    if let Some(open) = window
        && !show(open)
    {
        *window = None;
        *closed = true;
    }
}
