//! What outlasts the program beside documents: settings, brushes, colours.

use super::files::FileRequest;
use super::{Editor, NoticeKind, SETTLE_SECS, Settings, colors, tool};

impl Editor {
    pub(super) fn set_settings(&mut self, settings: Settings) {
        self.settings = settings.sanitised();
        let budget = self.settings.undo_mib << 20;
        self.documents.iter_mut().for_each(|open| open.history.set_budget(budget));
        self.settings_changed();
    }

    /// Leaves the settings file as it is while the program runs: it could not be read, and is not to be lost.
    pub fn keep_settings_file(&mut self) {
        self.settings_kept = true;
    }

    /// The settings are written soon: what is dragged is one change.
    pub(super) fn settings_changed(&mut self) {
        self.settings_due.get_or_insert(self.now_secs + SETTLE_SECS);
    }

    pub(super) fn restore_colors(&mut self) {
        let mut colors = self.settings.colors.iter().filter_map(|text| crate::color::Rgba::from_hex(text));
        if let Some(color) = colors.next() {
            self.colors.foreground = color;
        }
        if let Some(color) = colors.next() {
            self.colors.background = color;
        }
        self.colors.recent = colors.take(colors::RECENT).collect();
    }

    /// Writes the settings with the state of tools, brush and colours.
    pub fn store_settings(&mut self) {
        self.settings.tools = self.options.clone();
        self.settings.generate = self.generation.options.clone();
        self.settings.zoom = self.zooming.options.clone();
        self.settings.brush = self.brushes.brush().name.clone();
        let colors = [self.colors.foreground, self.colors.background].into_iter();
        self.settings.colors = colors.chain(self.colors.recent.iter().copied()).map(|c| c.to_hex()).collect();
        self.settings_due = None;
        let text = self.settings.to_toml();
        if let Some(path) = self.folders.settings_file()
            && text != self.settings_text
            && !self.settings_kept
        {
            self.settings_text.clone_from(&text);
            self.files.send(FileRequest::WriteText(path, text));
        }
    }

    pub(super) fn pick_brush(&mut self, name: &str) {
        if !self.brushes.pick(name) {
            return self.tell(NoticeKind::Warning, format!("There is no brush called “{name}”."));
        }
        if self.toolbox.kind() != tool::ToolKind::Eraser {
            self.take_tool(tool::ToolKind::Brush);
        }
    }

    pub(super) fn save_brush(&mut self) {
        let brush = self.brushes.keep().clone();
        if let (Some(folder), Ok(text)) = (self.folders.brushes(), crate::paint::preset::to_toml(&brush)) {
            self.files.send(FileRequest::WriteText(folder.join(brush_file(&brush.name)), text));
        }
        self.tell(NoticeKind::Info, format!("The brush “{}” is kept.", brush.name));
    }

    pub(super) fn delete_brush(&mut self, name: &str) {
        if self.brushes.forget(name)
            && let Some(folder) = self.folders.brushes()
        {
            self.files.send(FileRequest::Remove(folder.join(brush_file(name))));
        }
    }

    pub(super) fn add_swatch(&mut self) {
        let color = self.colors.foreground;
        let [r, g, b, _] = color.to_rgba8();
        let swatch = crate::io::gpl::Swatch { rgb: [r, g, b], name: color.to_hex() };
        self.colors.palette.colors.push(swatch);
    }
}

/// The file name of a user's preset.
fn brush_file(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(80)
        .collect();
    format!("{safe}.toml")
}
