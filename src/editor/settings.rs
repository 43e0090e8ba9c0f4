//! What survives a restart.

use super::files::ExportChoice;
use super::generation::GenerateOptions;
use super::options::ToolOptions;
use super::zooming::ZoomOptions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How the window looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Dark grey.
    #[default]
    Dark,
    /// Light grey.
    Light,
    /// As the system has it.
    System,
}

/// How many files are remembered.
pub const RECENT_FILES: usize = 12;
/// The longest settings file that is read.
pub const MAX_BYTES: u64 = 1 << 20;

/// Settings of the program; unknown and missing entries of the file do no harm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Dark or light.
    pub theme: Theme,
    /// Scale of the interface, 0.75..=2.
    pub ui_scale: f32,
    /// Seconds after a change until the journal has it, 1..=10.
    pub autosave_secs: f64,
    /// What undo may hold, in MiB.
    pub undo_mib: usize,
    /// Draw the grid of pixels when they are large.
    pub pixel_grid: bool,
    /// The outline of the brush at the pointer.
    pub brush_outline: bool,
    /// Quality of JPEG files, 1..=100.
    pub jpeg_quality: u8,
    /// Size of the page of the last new document.
    pub new_size: (u32, u32),
    /// Files that were opened or saved last, the newest first.
    pub recent_files: Vec<PathBuf>,
    /// Shortcuts that differ from the table: the action's name and its keys.
    pub shortcuts: BTreeMap<String, String>,
    /// Foreground, background and recent colours as #rrggbb.
    pub colors: Vec<String>,
    /// The preset in hand.
    pub brush: String,
    /// How the panels lie, in the words of the window.
    pub panels: Option<String>,
    /// Options of tools.
    pub tools: ToolOptions,
    /// Words, style and numbers of generation.
    pub generate: GenerateOptions,
    /// The way of the camera, films and walks.
    pub zoom: ZoomOptions,
    /// How the last copy was written.
    pub export: ExportChoice,
}

/// Settings that were read.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// They.
    pub settings: Settings,
    /// What was wrong.
    pub complaint: Option<String>,
    /// Whether the file must not be written.
    pub leave_file: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            ui_scale: 1.0,
            autosave_secs: 5.0,
            undo_mib: 1024,
            pixel_grid: true,
            brush_outline: true,
            jpeg_quality: crate::io::save::JPEG_QUALITY,
            new_size: (1024, 1024),
            recent_files: Vec::new(),
            shortcuts: BTreeMap::new(),
            colors: Vec::new(),
            brush: "Round".into(),
            panels: None,
            tools: ToolOptions::default(),
            generate: GenerateOptions::default(),
            zoom: ZoomOptions::default(),
            export: ExportChoice::default(),
        }
    }
}

impl Settings {
    /// With every number in its range: the file is foreign data.
    pub fn sanitised(mut self) -> Self {
        let in_range = |v: f64, lo: f64, hi: f64, otherwise: f64| {
            if v.is_finite() { v.clamp(lo, hi) } else { otherwise }
        };
        self.ui_scale = in_range(f64::from(self.ui_scale), 0.75, 2.0, 1.0) as f32;
        self.autosave_secs = in_range(self.autosave_secs, 1.0, 10.0, 5.0);
        self.undo_mib = self.undo_mib.clamp(16, 1 << 20);
        self.jpeg_quality = self.jpeg_quality.clamp(1, 100);
        self.new_size = (self.new_size.0.clamp(1, 16_384), self.new_size.1.clamp(1, 16_384));
        self.recent_files.truncate(RECENT_FILES);
        let picture = &mut self.export.picture;
        picture.jpeg_quality = picture.jpeg_quality.clamp(1, 100);
        picture.scale = in_range(picture.scale, 0.001, 64.0, 1.0);
        self
    }

    /// Reads settings; what cannot be read is put aside as `settings.toml.bad`, and the settings are as they come.
    pub fn restore(path: &Path) -> Restored {
        let why = match Self::load(path) {
            Ok(settings) => return Restored { settings, ..Restored::default() },
            Err(why) => why,
        };
        let mut aside = path.as_os_str().to_owned();
        aside.push(".bad");
        let aside = PathBuf::from(aside);
        let moved = std::fs::rename(path, &aside).or_else(|_| std::fs::copy(path, &aside).map(drop));
        let complaint = match &moved {
            Ok(()) => format!(
                "The settings could not be read and are as they come; the old ones are kept in {}. {why}",
                aside.display()
            ),
            Err(_) => format!(
                "The settings could not be read and are as they come. What you set now is not kept, so that the file \
                 stays as it is. {why}"
            ),
        };
        Restored { settings: Self::default(), complaint: Some(complaint), leave_file: moved.is_err() }
    }

    /// Reads settings; without a file, as they come.
    ///
    /// # Errors
    /// When there is a file that cannot be read, in words.
    pub fn load(path: &Path) -> Result<Self, String> {
        let text = match std::fs::metadata(path) {
            Ok(meta) if meta.len() > MAX_BYTES => return Err(format!("{} is too long", path.display())),
            Ok(_) => {
                std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(format!("cannot read {}: {e}", path.display())),
        };
        let settings: Self = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(settings.sanitised())
    }

    /// The text of the settings file.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    /// Puts a file first among the recent ones.
    pub fn remember_file(&mut self, path: &Path) {
        self.recent_files.retain(|p| p != path);
        self.recent_files.insert(0, path.to_path_buf());
        self.recent_files.truncate(RECENT_FILES);
    }
}
