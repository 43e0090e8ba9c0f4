//! The command palette: type a few letters of what you want.

use super::keys;
use super::widgets::Frame;
use crate::editor::Action;
use eframe::egui::{self, Align2, Context, Key, TextEdit, vec2};

/// Its state.
#[derive(Default)]
pub struct Palette {
    open: bool,
    fresh: bool,
    text: String,
    chosen: usize,
}

impl Palette {
    /// Opens or closes it.
    pub fn toggle(&mut self) {
        self.open = !self.open;
        self.fresh = self.open;
        self.text.clear();
        self.chosen = 0;
    }

    /// Draws it.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) {
        if !self.open {
            return;
        }
        let found = matching(&self.text);
        let (up, down, enter, escape) = ctx.input_mut(|i| {
            let mut key = |key| i.consume_key(egui::Modifiers::NONE, key);
            (key(Key::ArrowUp), key(Key::ArrowDown), key(Key::Enter), key(Key::Escape))
        });
        self.chosen = match (up, down) {
            (true, _) => self.chosen.saturating_sub(1),
            (_, true) => self.chosen + 1,
            (false, false) => self.chosen,
        }
        .min(found.len().saturating_sub(1));
        let mut picked = enter.then(|| found.get(self.chosen).copied()).flatten();
        let window =
            egui::Window::new("Command palette").title_bar(false).resizable(false).collapsible(false);
        window.anchor(Align2::CENTER_TOP, vec2(0.0, 70.0)).fixed_size(vec2(440.0, 360.0)).show(ctx, |ui| {
            let field = TextEdit::singleline(&mut self.text)
                .hint_text("What do you want to do?")
                .desired_width(f32::INFINITY);
            let response = ui.add(field).accessible_name("Search commands");
            if self.fresh {
                response.request_focus();
                self.fresh = false;
            }
            if response.changed() {
                self.chosen = 0;
            }
            ui.separator();
            egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                for (i, action) in found.iter().copied().enumerate() {
                    let words = format!("{}   ·   {}", action.label(), action.menu().label());
                    let button = egui::Button::selectable(i == self.chosen, words)
                        .shortcut_text(keys::shown(frame.editor.settings(), action))
                        .min_size(vec2(ui.available_width(), 0.0));
                    let response = ui.add_enabled(frame.editor.enabled(action), button);
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Run {}", action.label()))
                    });
                    if i == self.chosen && (up || down) {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() {
                        picked = Some(action);
                    }
                }
            });
        });
        if let Some(action) = picked {
            self.open = false;
            if frame.editor.enabled(action) {
                frame.act(action);
            }
        } else if escape {
            self.open = false;
        }
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }
}

/// The actions whose words hold all letters of `text` in their order, the closest first.
fn matching(text: &str) -> Vec<Action> {
    let wanted: Vec<char> = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<(usize, Action)> = Action::ALL
        .iter()
        .filter_map(|action| score(action.label(), &wanted).map(|s| (s, *action)))
        .collect();
    found.sort_by_key(|(score, _)| *score);
    found.into_iter().map(|(_, action)| action).collect()
}

/// How far apart the letters stand; less is closer.
fn score(label: &str, wanted: &[char]) -> Option<usize> {
    let mut score = 0;
    let mut rest = label.chars().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace());
    for (i, c) in wanted.iter().enumerate() {
        let skipped = rest.position(|l| l == *c)?;
        // Where the first letter stands counts less than gaps.
        score += if i == 0 { skipped } else { skipped * 4 };
    }
    Some(score)
}
