//! The models that the program knows by name: the one inside the binary and the folders in the user's models
//! directory.

use std::path::{Path, PathBuf};

use super::starter;

/// Environment variable that names another models directory.
pub const MODELS_DIR_VAR: &str = "SCUMBLE_MODELS";

/// A model that can be asked for by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What to give to `-m`.
    pub id: String,
    /// Its folder; `None` inside the binary.
    pub path: Option<PathBuf>,
}

/// Where models are looked for: `$SCUMBLE_MODELS`, else `scumble/models` in the user's data folder.
pub fn models_dir() -> Option<PathBuf> {
    match std::env::var_os(MODELS_DIR_VAR) {
        Some(dir) if !dir.is_empty() => Some(PathBuf::from(dir)),
        _ => dirs::data_dir().map(|dir| dir.join("scumble").join("models")),
    }
}

/// All of them, the one inside the binary first.
pub fn list() -> Vec<Entry> {
    let mut all = vec![Entry { id: starter::ID.into(), path: None }];
    if let Some(dir) = models_dir() {
        all.extend(folders_in(&dir));
    }
    all
}

/// The folders below `dir` that look like models, by name.
pub fn folders_in(dir: &Path) -> Vec<Entry> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<Entry> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.join("model_index.json").is_file() || p.join("unet").join("config.json").is_file())
        .filter_map(|p| Some(Entry { id: p.file_name()?.to_str()?.to_string(), path: Some(p) }))
        .collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

/// The folder of id `id`, when it is one of the models directory.
pub fn find(id: &str) -> Option<PathBuf> {
    // An id is a plain name: no path may be smuggled in.
    if id.is_empty() || id.contains(['/', '\\']) || id.starts_with('.') {
        return None;
    }
    folders_in(&models_dir()?).into_iter().find(|e| e.id == id)?.path
}
