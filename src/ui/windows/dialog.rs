//! The frame that the windows over the canvas share: title, buttons, and what Enter and Escape do.

use crate::ui::focus;
use eframe::egui::{self, Align, Align2, Context, Key, Layout, Modifiers, Ui, Vec2, vec2};

/// What became of a window in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still open.
    Open,
    /// The button at the right was pressed, or Enter.
    Done,
    /// Cancel, Escape, or the cross.
    Cancelled,
}

/// How a window looks and behaves.
pub struct Dialog<'a> {
    /// Its title.
    pub title: &'a str,
    /// What the button that finishes says; `None` = there is only Close.
    pub finish: Option<&'a str>,
    /// Whether it can be finished now.
    pub ready: bool,
    /// Width in points.
    pub width: f32,
    /// Where it first stands.
    pub place: Place,
}

/// Where a window first stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the middle.
    Middle,
    /// At the top right of the canvas: what it changes stays in view.
    Corner,
}

impl Dialog<'_> {
    /// Draws it. `contents` is drawn above the buttons, in a part that scrolls where the program's window is small;
    /// `extra` stands at the left of the buttons.
    pub fn show(self, ctx: &Context, contents: impl FnOnce(&mut Ui), extra: impl FnOnce(&mut Ui)) -> Outcome {
        // Asked before the contents are drawn: a field gives up the focus when it sees Enter.
        let typing = ctx.text_edit_focused();
        let popup = ctx.any_popup_open();
        let focused = ctx.memory(|m| m.focused());
        let screen = ctx.content_rect();
        let mut open = true;
        let mut outcome = Outcome::Open;
        let window = egui::Window::new(self.title)
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .default_width(self.width)
            .constrain_to(screen);
        let window = match self.place {
            Place::Middle => window.pivot(Align2::CENTER_CENTER).default_pos(screen.center()),
            Place::Corner => {
                // Beside the panels at the right.
                let x = (screen.max.x - 290.0).max(screen.min.x + self.width + 60.0);
                window.pivot(Align2::RIGHT_TOP).default_pos(egui::pos2(x, screen.min.y + 90.0))
            }
        };
        let shown = window.show(ctx, |ui| {
            ui.set_width(self.width);
            let most = (screen.height() - 150.0).max(120.0);
            egui::ScrollArea::vertical().max_height(most).show(ui, |ui| {
                ui.set_width(self.width);
                contents(ui);
                focus::follow(ui);
            });
            ui.add_space(4.0);
            ui.separator();
            ui.horizontal(|ui| {
                extra(ui);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    outcome = self.buttons(ui);
                });
            });
        });
        if !open {
            return Outcome::Cancelled;
        }
        if outcome != Outcome::Open || popup {
            return outcome;
        }
        let layer = shown.map(|s| s.response.layer_id);
        let focused = focused.and_then(|id| ctx.read_response(id));
        let place = focused.as_ref().map(|r| r.layer_id);
        let inside = place.is_some() && place == layer;
        let elsewhere = place.is_some_and(|p| Some(p) != layer && p.order != egui::Order::Background);
        if elsewhere {
            return Outcome::Open;
        }
        // A button that has the focus takes Enter for itself; fields and sliders do not need it.
        let button = inside && !typing && focused.is_some_and(|r| r.sense.senses_click());
        let enter = self.finish.is_some() && self.ready && !button;
        ctx.input_mut(|i| {
            if i.consume_key(Modifiers::NONE, Key::Escape) {
                Outcome::Cancelled
            } else if enter && i.consume_key(Modifiers::NONE, Key::Enter) {
                Outcome::Done
            } else {
                Outcome::Open
            }
        })
    }

    fn buttons(&self, ui: &mut Ui) -> Outcome {
        let size: Vec2 = vec2(76.0, 24.0);
        let mut outcome = Outcome::Open;
        if let Some(finish) = self.finish {
            let button = egui::Button::new(finish).min_size(size).selected(true);
            if ui.add_enabled(self.ready, button).on_hover_text("Enter").clicked() {
                outcome = Outcome::Done;
            }
        }
        let word = if self.finish.is_some() { "Cancel" } else { "Close" };
        if ui.add(egui::Button::new(word).min_size(size)).on_hover_text("Escape").clicked() {
            outcome = Outcome::Cancelled;
        }
        outcome
    }
}
