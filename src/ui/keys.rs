//! Shortcuts: the table's, with what the settings change.

use crate::editor::{Action, Settings};
use eframe::egui::{Context, Event, Key, Modifiers};

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

/// The shortcuts of an action; words that are none are left out.
pub fn shortcuts_of(settings: &Settings, action: Action) -> impl Iterator<Item = Shortcut> + '_ {
    keys_of(settings, action).split_whitespace().filter_map(Shortcut::parse)
}

/// Gives an action other shortcuts; those of the table are not written down.
pub fn set_shortcuts(settings: &mut Settings, action: Action, shortcuts: &[Shortcut]) {
    let texts: Vec<String> = shortcuts.iter().map(|s| s.to_text()).collect();
    let default: Vec<Shortcut> =
        action.default_keys().split_whitespace().filter_map(Shortcut::parse).collect();
    if default == shortcuts {
        settings.shortcuts.remove(action.id());
    } else {
        settings.shortcuts.insert(action.id().to_owned(), texts.join(" "));
    }
}

/// The actions besides `of` that have the shortcut too.
pub fn owners(settings: &Settings, shortcut: Shortcut, of: Action) -> Vec<Action> {
    let has = |action: Action| shortcuts_of(settings, action).any(|s| s == shortcut);
    Action::ALL.iter().copied().filter(|action| *action != of && has(*action)).collect()
}

/// Its first shortcut as menus show it; "" = none.
pub fn shown(settings: &Settings, action: Action) -> String {
    shortcuts_of(settings, action).next().map(Shortcut::shown).unwrap_or_default()
}

/// All its shortcuts as lists show them.
pub fn all_shown(settings: &Settings, action: Action) -> String {
    let all: Vec<String> = shortcuts_of(settings, action).map(Shortcut::shown).collect();
    all.join(", ")
}

/// The key in the words of the settings file, which every font can show.
fn key_text(key: Key) -> &'static str {
    match key {
        Key::Minus => "-",
        Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp => key.name(),
        _ => key.symbol_or_name(),
    }
}

impl Shortcut {
    /// What was pressed.
    pub fn pressed(key: Key, held: Modifiers) -> Self {
        Self { ctrl: held.command, shift: held.shift, alt: held.alt, key }
    }

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
        format!("{held}{}", key_text(self.key))
    }

    /// In the words of the system.
    pub fn shown(self) -> String {
        if !cfg!(target_os = "macos") {
            return self.to_text();
        }
        let held = [(self.alt, "⌥"), (self.shift, "⇧"), (self.ctrl, "⌘")];
        let held: String = held.iter().filter(|(on, _)| *on).map(|(_, sign)| *sign).collect();
        format!("{held}{}", key_text(self.key))
    }

    /// Whether that key press is it, as far as the key is concerned that the layout names.
    fn is(self, key: Key, held: Modifiers) -> bool {
        // The control key of a Mac is not its command key.
        let control_alone = held.ctrl && !held.command;
        self == Self::pressed(key, held) && !control_alone
    }

    /// Whether that key press may be meant. `physical` is the key of the same place on a plain keyboard: what Shift
    /// makes of a key differs between layouts.
    pub fn matches(self, key: Key, physical: Option<Key>, held: Modifiers) -> bool {
        if self.is(key, held) {
            return true;
        }
        if !is_sign(self.key) || (held.ctrl && !held.command) {
            return false;
        }
        let modifiers = self.ctrl == held.command && self.alt == held.alt;
        // A plus is typed with Shift on many keyboards, without on others.
        let typed = modifiers && self.key == key && !self.shift;
        // Shift and the key of the bracket give a brace.
        let placed = modifiers && self.shift == held.shift && physical == Some(self.key);
        // A bracket is typed with AltGr on many keyboards; some systems report that as Ctrl and Alt.
        let alt_gr = self.key == key
            && physical != Some(key)
            && held.command
            && held.alt
            && !self.ctrl
            && !self.alt
            && self.shift == held.shift;
        typed || placed || alt_gr
    }
}

/// Keys whose sign stands elsewhere, or needs other keys held, on other layouts.
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
            | Key::Backslash
            | Key::Pipe
            | Key::Comma
            | Key::Period
            | Key::Colon
            | Key::Semicolon
            | Key::Quote
            | Key::Backtick
            | Key::Questionmark
            | Key::Exclamationmark
    )
}

/// A key press of this frame: what it would be as a shortcut, and the place of its key.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    /// The key in the layout's words.
    pub key: Key,
    /// The key in its place.
    pub physical: Option<Key>,
    /// What was held.
    pub held: Modifiers,
    /// The system repeats it because it is held down.
    pub repeat: bool,
}

/// The key press that an event is. Copy, cut and paste come as events of their own, with Shift too.
pub fn press_of(event: &Event, held_now: Modifiers) -> Option<Press> {
    let held = Modifiers { command: true, ..held_now };
    let clipboard = |key| Some(Press { key, physical: Some(key), held, repeat: false });
    match event {
        Event::Copy => clipboard(Key::C),
        Event::Cut => clipboard(Key::X),
        // Without Shift the picture itself is taken from the event.
        Event::Paste(_) | Event::PasteImage(_) if held_now.shift || held_now.alt => clipboard(Key::V),
        Event::Key { key, physical_key, pressed: true, modifiers, repeat } => {
            Some(Press { key: *key, physical: *physical_key, held: *modifiers, repeat: *repeat })
        }
        _ => None,
    }
}

/// The actions whose keys were pressed in this frame, in their order. While text is being typed, only shortcuts with
/// Ctrl count, and not those of text editing. `typing`: a field had the focus when the frame began. A click elsewhere in
/// the same frame takes it away, but not the keys that were pressed before.
pub fn pressed(ctx: &Context, settings: &Settings, typing: bool) -> Vec<Action> {
    let typing = typing || ctx.text_edit_focused();
    ctx.input(|input| {
        let presses = input.events.iter().filter_map(|event| press_of(event, input.modifiers));
        presses
            .filter(|press| !typing || for_the_program(press))
            .filter_map(|p| action_of(p, settings))
            .collect()
    })
}

/// Whether a key of the action's shortcuts was let go in this frame.
pub fn released(ctx: &Context, settings: &Settings, action: Action) -> bool {
    ctx.input(|input| shortcuts_of(settings, action).any(|s| input.key_released(s.key)))
}

/// Whether a key press is not the text field's that has the focus.
fn for_the_program(press: &Press) -> bool {
    let editing = matches!(press.key, Key::A | Key::C | Key::V | Key::X | Key::Y | Key::Z)
        || matches!(press.key, Key::Backspace | Key::Delete | Key::Home | Key::End | Key::Insert)
        || matches!(press.key, Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown);
    let function = Key::F1 <= press.key && press.key <= Key::F12;
    // Ctrl and Alt together may be AltGr, which types signs.
    let types_a_sign = press.held.alt && press.physical.is_some_and(|place| place != press.key);
    let commanding = press.held.command && !types_a_sign;
    function || (commanding && !editing)
}

/// What a key press asks for: what exactly it is goes before what it may be meant as.
pub fn action_of(press: Press, settings: &Settings) -> Option<Action> {
    let find = |fits: &dyn Fn(Shortcut) -> bool| {
        Action::ALL.iter().copied().find(|action| shortcuts_of(settings, *action).any(fits))
    };
    let action = find(&|s| s.is(press.key, press.held))
        .or_else(|| find(&|s| s.matches(press.key, press.physical, press.held)))?;
    (!press.repeat || repeats(action)).then_some(action)
}

/// Whether holding the keys down goes on doing it: what moves by steps does, what switches does not.
fn repeats(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Undo
            | A::Redo
            | A::BrushSmaller
            | A::BrushLarger
            | A::BrushSofter
            | A::BrushHarder
            | A::OpacityLower
            | A::OpacityHigher
            | A::ZoomIn
            | A::ZoomOut
            | A::RotateViewClockwise
            | A::RotateViewCounter
            | A::LayerUp
            | A::LayerDown
            | A::SelectLayerAbove
            | A::SelectLayerBelow
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    const NONE: Modifiers = Modifiers::NONE;

    fn hit(key: Key, physical: Key, held: Modifiers) -> Option<Action> {
        action_of(Press { key, physical: Some(physical), held, repeat: false }, &Settings::default())
    }

    #[test]
    fn the_table_parses_and_no_two_actions_share_keys() {
        let mut seen: HashMap<Shortcut, Action> = HashMap::new();
        for action in Action::ALL {
            for word in action.default_keys().split_whitespace() {
                let shortcut =
                    Shortcut::parse(word).unwrap_or_else(|| panic!("{action:?}: {word} is no shortcut"));
                assert_eq!(shortcut.to_text(), word.replace("Ctrl+Shift+Alt", "Ctrl+Alt+Shift"));
                if let Some(other) = seen.insert(shortcut, *action) {
                    panic!("{word} is of {other:?} and of {action:?}");
                }
            }
        }
    }

    #[test]
    fn every_shortcut_reads_back_as_it_was_written() {
        for key in Key::ALL.iter().copied() {
            for bits in 0..8 {
                let shortcut = Shortcut { ctrl: bits & 1 > 0, shift: bits & 2 > 0, alt: bits & 4 > 0, key };
                let text = shortcut.to_text();
                assert!(!text.contains(' '), "{text:?}");
                assert_eq!(Shortcut::parse(&text), Some(shortcut), "{text}");
            }
        }
        for text in ["", "+", "Ctrl+", "Hyper+A", "Ctrl+Nothing"] {
            let parsed = Shortcut::parse(text);
            assert!(parsed.is_none() || text == "+", "{text:?} is {parsed:?}");
        }
    }

    #[test]
    fn signs_are_found_on_other_layouts() {
        let shift = Modifiers::SHIFT;
        // American: Shift and [ give {.
        assert_eq!(hit(Key::OpenCurlyBracket, Key::OpenBracket, shift), Some(Action::BrushSofter));
        assert_eq!(hit(Key::OpenBracket, Key::OpenBracket, NONE), Some(Action::BrushSmaller));
        // German: AltGr and 8 give [, on some systems reported as Ctrl and Alt.
        assert_eq!(hit(Key::OpenBracket, Key::Num8, NONE), Some(Action::BrushSmaller));
        let alt_gr = Modifiers { alt: true, ctrl: true, command: true, ..NONE };
        assert_eq!(hit(Key::OpenBracket, Key::Num8, alt_gr), Some(Action::BrushSmaller));
        // Plus with Shift (American) and without (German).
        assert_eq!(hit(Key::Plus, Key::Equals, shift), Some(Action::ZoomIn));
        assert_eq!(hit(Key::Plus, Key::CloseBracket, NONE), Some(Action::ZoomIn));
        assert_eq!(hit(Key::Plus, Key::Equals, shift | Modifiers::COMMAND), Some(Action::ZoomIn));
        // A slash with Shift on 7.
        assert_eq!(hit(Key::Slash, Key::Num7, shift), Some(Action::ToggleAlphaLock));
    }

    #[test]
    fn letters_need_exactly_what_is_held() {
        assert_eq!(hit(Key::E, Key::E, NONE), Some(Action::ToolEraser));
        assert_eq!(hit(Key::E, Key::E, Modifiers::SHIFT), Some(Action::EraseMode));
        assert_eq!(hit(Key::E, Key::E, Modifiers::COMMAND), Some(Action::Export));
        assert_eq!(hit(Key::E, Key::E, Modifiers::COMMAND | Modifiers::ALT), Some(Action::MergeDown));
        // AZERTY: the key in the place of Q says A.
        assert_eq!(hit(Key::A, Key::Q, Modifiers::COMMAND), Some(Action::SelectAll));
        // The control key of a Mac.
        assert_eq!(hit(Key::Z, Key::Z, Modifiers { ctrl: true, ..NONE }), None);
    }

    #[test]
    fn own_shortcuts_replace_the_table_and_defaults_are_not_kept() {
        let mut settings = Settings::default();
        let own = Shortcut::parse("Ctrl+Alt+9").unwrap();
        set_shortcuts(&mut settings, Action::ToolBrush, &[own]);
        assert_eq!(keys_of(&settings, Action::ToolBrush), "Ctrl+Alt+9");
        assert_eq!(owners(&settings, own, Action::Undo), [Action::ToolBrush]);
        let press = |key| Press { key, physical: None, held: NONE, repeat: false };
        assert_eq!(action_of(press(Key::B), &settings), None);
        set_shortcuts(&mut settings, Action::ToolBrush, &[Shortcut::parse("B").unwrap()]);
        assert!(settings.shortcuts.is_empty());
        assert_eq!(action_of(press(Key::B), &settings), Some(Action::ToolBrush));
    }

    #[test]
    fn holding_a_key_repeats_steps_and_not_switches() {
        let held = |key| Press { key, physical: Some(key), held: NONE, repeat: true };
        assert_eq!(action_of(held(Key::OpenBracket), &Settings::default()), Some(Action::BrushSmaller));
        assert_eq!(action_of(held(Key::X), &Settings::default()), None);
    }

    #[test]
    fn copy_events_are_key_presses_with_what_is_held() {
        let press = press_of(&Event::Copy, Modifiers::SHIFT | Modifiers::COMMAND).unwrap();
        assert_eq!(action_of(press, &Settings::default()), Some(Action::CopyMerged));
        let press = press_of(&Event::Paste("x".into()), Modifiers::SHIFT | Modifiers::COMMAND).unwrap();
        assert_eq!(action_of(press, &Settings::default()), Some(Action::PasteInPlace));
        assert!(press_of(&Event::Paste("x".into()), Modifiers::COMMAND).is_none());
    }
}
