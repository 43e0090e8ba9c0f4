//! Shortcuts: the table's, with what the settings change.

use crate::editor::{Action, Settings};
use eframe::egui::{Context, Event, InputState, Key, Modifiers};

/// A key with what has to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Control, or the command key of a Mac.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// Alt, or option.
    pub alt: bool,
    /// The key.
    pub key: Key,
}

/// The keys of an action, as text: several shortcuts are separated by spaces.
pub fn keys_of(settings: &Settings, action: Action) -> &str {
    settings.shortcuts.get(action.id()).map_or(action.default_keys(), String::as_str)
}

/// Its first shortcut as menus show it; "" = none.
pub fn shown(settings: &Settings, action: Action) -> String {
    let first = keys_of(settings, action).split_whitespace().next().unwrap_or_default();
    if cfg!(target_os = "macos") {
        first.replace("Ctrl", "⌘").replace("Alt", "⌥")
    } else {
        first.to_owned()
    }
}

impl Shortcut {
    /// Reads `Ctrl+Shift+P`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut out = Self { ctrl: false, shift: false, alt: false, key: Key::A };
        let mut rest = text;
        loop {
            // The key itself may be a plus.
            let (word, after) = match rest.split_once('+') {
                Some((word, after)) if !word.is_empty() && !after.is_empty() => (word, after),
                Some(_) | None => {
                    out.key = Key::from_name(rest)?;
                    return Some(out);
                }
            };
            match word {
                "Ctrl" => out.ctrl = true,
                "Shift" => out.shift = true,
                "Alt" => out.alt = true,
                _ => return None,
            }
            rest = after;
        }
    }

    /// As [`Shortcut::parse`] reads it.
    pub fn to_text(self) -> String {
        let held = [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")];
        let held: String = held.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        format!("{held}{}", self.key.symbol_or_name())
    }

    /// Whether that key press is it. `physical` is the key of the same place on a plain keyboard: what Shift makes of
    /// a key differs between layouts.
    pub fn matches(self, key: Key, physical: Option<Key>, held: Modifiers) -> bool {
        let modifiers = self.ctrl == held.command && self.alt == held.alt;
        // A plus is typed with Shift on many keyboards, without on others.
        let typed = self.key == key && (self.shift == held.shift || (!self.shift && is_sign(key)));
        modifiers && (typed || (self.shift == held.shift && physical == Some(self.key) && is_sign(self.key)))
    }
}

fn is_sign(key: Key) -> bool {
    matches!(
        key,
        Key::Plus
            | Key::Equals
            | Key::Minus
            | Key::OpenBracket
            | Key::CloseBracket
            | Key::OpenCurlyBracket
            | Key::CloseCurlyBracket
            | Key::Slash
            | Key::Comma
    )
}

/// The actions whose keys were pressed in this frame, in their order. While text is being typed, only shortcuts with
/// Ctrl count, and not those of text editing.
pub fn pressed(ctx: &Context, settings: &Settings) -> Vec<Action> {
    let typing = ctx.text_edit_focused();
    ctx.input(|input| {
        let mut out = Vec::new();
        for event in &input.events {
            if let Some(action) = action_of(input, event, settings, typing) {
                out.push(action);
            }
        }
        out
    })
}

fn action_of(_input: &InputState, event: &Event, settings: &Settings, typing: bool) -> Option<Action> {
    // Copy, cut and paste come as events of their own.
    let clipboard = match event {
        Event::Copy => Some(Action::Copy),
        Event::Cut => Some(Action::Cut),
        _ => None,
    };
    if clipboard.is_some() {
        return clipboard.filter(|_| !typing);
    }
    let Event::Key { key, physical_key, pressed: true, modifiers, .. } = event else { return None };
    if typing && (!modifiers.command || matches!(key, Key::A | Key::C | Key::V | Key::X | Key::Y | Key::Z)) {
        return None;
    }
    Action::ALL.iter().copied().find(|action| {
        let mut shortcuts = keys_of(settings, *action).split_whitespace().filter_map(Shortcut::parse);
        shortcuts.any(|s| s.matches(*key, *physical_key, *modifiers))
    })
}
