//! Which keys do what: searched, recorded, and taken from one another.

use super::dialog::{Dialog, Outcome, Place};
use crate::editor::{Action, Command, Menu, Settings};
use crate::ui::focus;
use crate::ui::icons;
use crate::ui::keys::{self, Shortcut};
use crate::ui::widgets::{Frame, icon_button_sized};
use eframe::egui::{self, Context, Event, Key, RichText, Role, Ui, WidgetInfo, vec2};

/// The window.
pub struct ShortcutsWindow {
    search: String,
    recording: Option<Recording>,
    conflict: Option<Conflict>,
    fresh: bool,
}

/// An action whose keys are being pressed.
#[derive(Clone, Copy, PartialEq)]
struct Recording {
    action: Action,
    /// Beside those that it has.
    added: bool,
}

/// Keys that another action has.
struct Conflict {
    recording: Recording,
    shortcut: Shortcut,
    others: Vec<Action>,
}

impl ShortcutsWindow {
    /// Just opened.
    pub fn new() -> Self {
        Self { search: String::new(), recording: None, conflict: None, fresh: true }
    }

    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let before = frame.editor.settings();
        let mut settings = before.clone();
        self.record(ctx, &mut settings);
        let mut reset = false;
        let dialog = Dialog {
            title: "Keyboard shortcuts",
            finish: None,
            ready: true,
            width: 470.0,
            place: Place::Middle,
        };
        let outcome = dialog.show(
            ctx,
            |ui| self.contents(ui, &mut settings),
            |ui| {
                let changed = !before.shortcuts.is_empty();
                let button = ui.add_enabled(changed, egui::Button::new("Reset all"));
                reset = button.on_hover_text("All shortcuts as they come").clicked();
            },
        );
        if reset {
            settings.shortcuts.clear();
        }
        if settings != *before {
            frame.ask(Command::SetSettings(Box::new(settings)));
        }
        outcome == Outcome::Open
    }

    /// Takes the next key press for the action that is recorded; nothing else in the program sees it.
    fn record(&mut self, ctx: &Context, settings: &mut Settings) {
        let Some(recording) = self.recording else { return };
        let press = ctx.input_mut(|input| {
            let held = input.modifiers;
            let found = input.events.iter().find_map(|event| match event {
                Event::Paste(_) | Event::PasteImage(_) => {
                    let held = egui::Modifiers { command: true, ..held };
                    Some(keys::Press { key: Key::V, physical: Some(Key::V), held, repeat: false })
                }
                _ => keys::press_of(event, held),
            });
            input.events.retain(|event| {
                !matches!(
                    event,
                    Event::Key { .. }
                        | Event::Text(_)
                        | Event::Copy
                        | Event::Cut
                        | Event::Paste(_)
                        | Event::PasteImage(_)
                )
            });
            found.filter(|press| !is_modifier(press.key))
        });
        let Some(press) = press else { return };
        self.recording = None;
        // These keep their meaning.
        if matches!(press.key, Key::Escape | Key::Enter | Key::Space) {
            return;
        }
        let shortcut = Shortcut::pressed(press.key, press.held);
        let others = keys::owners(settings, shortcut, recording.action);
        if others.is_empty() {
            give(settings, recording, shortcut);
        } else {
            self.conflict = Some(Conflict { recording, shortcut, others });
        }
    }

    fn contents(&mut self, ui: &mut Ui, settings: &mut Settings) {
        let field = egui::TextEdit::singleline(&mut self.search)
            .hint_text("Search by name or keys")
            .desired_width(f32::INFINITY);
        let response = ui.add(field).accessible_name("Search shortcuts");
        if std::mem::take(&mut self.fresh) {
            response.request_focus();
        }
        self.solve(ui, settings);
        ui.separator();
        let wanted = self.search.trim().to_lowercase();
        let fits = |settings: &Settings, action: Action| {
            action.label().to_lowercase().contains(&wanted)
                || keys::keys_of(settings, action).to_lowercase().contains(&wanted)
                || keys::all_shown(settings, action).to_lowercase().contains(&wanted)
        };
        egui::ScrollArea::vertical()
            .id_salt("shortcut-list")
            .max_height(380.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for menu in Menu::ALL {
                    let of_menu = Action::ALL.iter().copied().filter(|a| a.menu() == menu);
                    let found: Vec<Action> = of_menu.filter(|a| fits(settings, *a)).collect();
                    if found.is_empty() {
                        continue;
                    }
                    ui.add_space(4.0);
                    ui.label(RichText::new(menu.label()).strong());
                    for action in found {
                        self.line(ui, settings, action);
                    }
                }
                focus::follow(ui);
            });
    }

    /// What to do about keys that another action has.
    fn solve(&mut self, ui: &mut Ui, settings: &mut Settings) {
        let Some(conflict) = &self.conflict else { return };
        let names: Vec<&str> = conflict.others.iter().map(|a| a.label()).collect();
        let text =
            format!("{} {} already “{}”.", icons::WARNING, conflict.shortcut.shown(), names.join("”, “"));
        let mut solved = false;
        ui.group(|ui| {
            ui.label(text);
            ui.horizontal(|ui| {
                let take = ui.button(format!("Use it for “{}”", conflict.recording.action.label()));
                if take.on_hover_text("The other one loses it").clicked() {
                    for other in &conflict.others {
                        let left: Vec<Shortcut> = keys::shortcuts_of(settings, *other)
                            .filter(|s| *s != conflict.shortcut)
                            .collect();
                        keys::set_shortcuts(settings, *other, &left);
                    }
                    give(settings, conflict.recording, conflict.shortcut);
                    solved = true;
                }
                solved |= ui.button("Leave it").on_hover_text("Nothing changes").clicked();
            });
        });
        if solved {
            self.conflict = None;
        }
    }

    fn line(&mut self, ui: &mut Ui, settings: &mut Settings, action: Action) {
        ui.push_id(action.id(), |ui| {
            ui.horizontal(|ui| {
                let height = ui.spacing().interact_size.y;
                ui.add_sized(vec2(210.0, height), Left(action.label()));
                let recorded = self.recording.filter(|r| r.action == action);
                let text = match recorded {
                    Some(_) => "Press keys…".to_owned(),
                    None => keys::all_shown(settings, action),
                };
                let twice = keys::shortcuts_of(settings, action)
                    .any(|s| !keys::owners(settings, s, action).is_empty());
                let text = if twice { format!("{} {text}", icons::WARNING) } else { text };
                let button = egui::Button::new(text.clone())
                    .min_size(vec2(130.0, height))
                    .selected(recorded.is_some());
                let response = ui.add(button).on_hover_text("Click, then press the keys; Escape leaves it");
                response.widget_info(|| {
                    WidgetInfo::labeled(Role::Button, true, format!("Keys of {}: {text}", action.label()))
                });
                if recorded.is_some() {
                    hold_focus(ui, &response);
                }
                let label = action.label();
                let mut begin = response.clicked().then_some(Recording { action, added: false });
                if icon_button_sized(ui, icons::PLUS, &format!("Add keys to {label}"), false, 20.0).clicked()
                {
                    begin = Some(Recording { action, added: true });
                }
                if let Some(begin) = begin {
                    self.recording = Some(begin);
                    self.conflict = None;
                }
                if icon_button_sized(ui, icons::CLOSE, &format!("No keys for {label}"), false, 20.0).clicked()
                {
                    keys::set_shortcuts(settings, action, &[]);
                }
                let changed = settings.shortcuts.contains_key(action.id());
                let reset = ui.add_enabled_ui(changed, |ui| {
                    icon_button_sized(ui, icons::UNDO, &format!("Reset keys of {label}"), false, 20.0)
                });
                if reset.inner.clicked() {
                    settings.shortcuts.remove(action.id());
                }
            });
        });
    }
}

/// Keeps the focus on the button while keys are recorded, Tab and arrows too.
fn hold_focus(ui: &Ui, response: &egui::Response) {
    response.request_focus();
    let filter =
        egui::EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
}

fn give(settings: &mut Settings, recording: Recording, shortcut: Shortcut) {
    let mut all: Vec<Shortcut> = match recording.added {
        true => keys::shortcuts_of(settings, recording.action).filter(|s| *s != shortcut).collect(),
        false => Vec::new(),
    };
    all.push(shortcut);
    keys::set_shortcuts(settings, recording.action, &all);
}

fn is_modifier(key: Key) -> bool {
    Key::ShiftLeft <= key && key <= Key::SuperRight || matches!(key, Key::CapsLock | Key::NumLock | Key::Fn)
}

/// A label at the left of its place.
struct Left(&'static str);

impl egui::Widget for Left {
    fn ui(self, ui: &mut Ui) -> egui::Response {
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.with_layout(layout, |ui| ui.add(egui::Label::new(self.0).truncate())).inner
    }
}
