//! Which fonts there are.

use cosmic_text::{FontSystem, fontdb};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Inter Regular (SIL Open Font License, see `assets/fonts`): Latin, Greek and Cyrillic, on every machine.
const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
/// The family of the font inside the program.
pub const EMBEDDED_FAMILY: &str = "Inter";

/// The fonts that texts can be set in. Finding those of the system reads many files: make it on another thread than
/// that of a window, and send it over.
#[derive(Debug)]
pub struct Fonts {
    pub(super) system: FontSystem,
}

impl Fonts {
    /// Only the font inside the program: at once, and the same everywhere.
    pub fn embedded() -> Self {
        Self::of(fontdb::Database::new())
    }

    /// The fonts of the system and the one inside the program. Files that are no fonts are passed over.
    pub fn system() -> Self {
        let mut found = fontdb::Database::new();
        found.load_system_fonts();
        Self::of(found)
    }

    fn of(mut found: fontdb::Database) -> Self {
        found.load_font_source(fontdb::Source::Binary(Arc::new(INTER)));
        found.set_sans_serif_family(EMBEDDED_FAMILY);
        // The locale decides between forms of Han characters only. English stands for none, so that the same fonts
        // give the same text.
        Self { system: FontSystem::new_with_locale_and_db("en-US".to_owned(), found) }
    }

    /// Names of all families, sorted, each once.
    pub fn families(&self) -> Vec<String> {
        let names: BTreeSet<&String> =
            self.system.db().faces().flat_map(|face| face.families.iter().map(|(name, _)| name)).collect();
        names.into_iter().cloned().collect()
    }

    /// The family, if it is there, else the one inside the program.
    pub(super) fn known<'a>(&self, family: Option<&'a str>) -> &'a str {
        let faces = || self.system.db().faces().flat_map(|face| &face.families);
        family.filter(|family| faces().any(|(name, _)| name == family)).unwrap_or(EMBEDDED_FAMILY)
    }

    /// Weight of the face, 400 = regular, 700 = bold.
    pub(super) fn weight_of(&self, id: fontdb::ID) -> u16 {
        self.system.db().face(id).map_or(400, |face| face.weight.0)
    }
}
