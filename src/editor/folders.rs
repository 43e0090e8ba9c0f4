//! Where things are kept.

use std::path::PathBuf;

/// Where the program keeps what is its own; `None` = nowhere, nothing is kept.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// Settings and presets.
    pub config: Option<PathBuf>,
    /// Journals.
    pub state: Option<PathBuf>,
}

impl Folders {
    pub(super) fn settings_file(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|f| f.join("settings.toml"))
    }

    pub(super) fn brushes(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|f| f.join("brushes"))
    }
}
