//! The shortcuts in use, at a glance, with what the pointer does.

use super::dialog::{Dialog, Outcome, Place};
use crate::editor::{Action, Menu};
use crate::ui::keys;
use crate::ui::widgets::Frame;
use eframe::egui::{self, Context, RichText, Ui};

/// The window.
pub struct CheatSheet;

/// What needs no action of the table.
const POINTER: [(&str, &str); 9] = [
    ("Move the canvas", "Space or middle button, drag"),
    ("Rotate the canvas", "Shift+Space, drag"),
    ("Zoom", "Wheel, or Ctrl+Space, drag"),
    ("Scroll", "Shift or Alt, wheel"),
    ("Straight line", "Shift, click"),
    ("Pick a colour", "Alt, click"),
    ("Finish, apply", "Enter"),
    ("Drop, cancel", "Escape"),
    ("Zoom, move, rotate", "Two fingers"),
];

impl CheatSheet {
    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let wide = (ctx.content_rect().width() - 80.0).clamp(300.0, 860.0);
        let dialog = Dialog {
            title: "Shortcuts at a glance",
            finish: None,
            ready: true,
            width: wide,
            place: Place::Middle,
        };
        let mut change = false;
        let outcome = dialog.show(
            ctx,
            |ui| columns(ui, frame, wide),
            |ui| {
                change = ui.button("Change…").on_hover_text("Opens the keyboard shortcuts").clicked();
            },
        );
        if change {
            frame.act(Action::Shortcuts);
            return false;
        }
        outcome == Outcome::Open
    }
}

fn columns(ui: &mut Ui, frame: &Frame, wide: f32) {
    let settings = frame.editor.settings();
    let of_menu = |menu: Menu| -> Vec<(&str, String)> {
        let actions = Action::ALL.iter().copied().filter(|a| a.menu() == menu);
        actions
            .map(|a| (a.label(), keys::all_shown(settings, a)))
            .filter(|(_, keys)| !keys.is_empty())
            .collect()
    };
    let mut blocks: Vec<(&str, Vec<(&str, String)>)> =
        vec![("Pointer", POINTER.iter().map(|(what, keys)| (*what, (*keys).to_owned())).collect())];
    blocks.extend(
        Menu::ALL.into_iter().map(|menu| (menu.label(), of_menu(menu))).filter(|(_, list)| !list.is_empty()),
    );
    let count = ((wide / 270.0) as usize).clamp(1, 3);
    let mut lists: Vec<Vec<_>> = vec![Vec::new(); count];
    let mut heights = vec![0; count];
    for block in blocks {
        // The shortest column takes the next block.
        let shortest = (0..count).min_by_key(|i| heights[*i]).unwrap_or(0);
        heights[shortest] += block.1.len() + 2;
        lists[shortest].push(block);
    }
    ui.columns(count, |columns| {
        for (ui, blocks) in columns.iter_mut().zip(lists) {
            for (title, list) in blocks {
                ui.label(RichText::new(title).strong());
                egui::Grid::new(title).num_columns(2).spacing([10.0, 1.0]).striped(true).show(ui, |ui| {
                    for (what, keys) in list {
                        ui.label(RichText::new(what.trim_end_matches('…')).small());
                        ui.label(RichText::new(keys).small().strong());
                        ui.end_row();
                    }
                });
                ui.add_space(8.0);
            }
        }
    });
}
