//! Brushes as files: the ones that come with the program, and reading and writing of others.

use super::brush::Brush;

/// Why a preset was not read.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// It is longer than any brush is.
    #[error("the preset has {0} bytes, more than {MAX_BYTES}")]
    TooLong(usize),
    /// It is not TOML, or not that of a brush.
    #[error("not a brush preset: {0}")]
    Syntax(#[from] toml::de::Error),
    /// It could not be written as TOML.
    #[error("the brush cannot be written: {0}")]
    Write(#[from] toml::ser::Error),
}

/// The longest preset that is read.
pub const MAX_BYTES: usize = 64 * 1024;

const BUILT_IN: [&str; 24] = [
    include_str!("../../assets/brushes/round.toml"),
    include_str!("../../assets/brushes/soft-round.toml"),
    include_str!("../../assets/brushes/hard-round.toml"),
    include_str!("../../assets/brushes/airbrush.toml"),
    include_str!("../../assets/brushes/eraser.toml"),
    include_str!("../../assets/brushes/soft-eraser.toml"),
    include_str!("../../assets/brushes/pencil.toml"),
    include_str!("../../assets/brushes/soft-pencil.toml"),
    include_str!("../../assets/brushes/ink-pen.toml"),
    include_str!("../../assets/brushes/calligraphy.toml"),
    include_str!("../../assets/brushes/marker.toml"),
    include_str!("../../assets/brushes/chalk.toml"),
    include_str!("../../assets/brushes/charcoal.toml"),
    include_str!("../../assets/brushes/bristle.toml"),
    include_str!("../../assets/brushes/dry-brush.toml"),
    include_str!("../../assets/brushes/oil.toml"),
    include_str!("../../assets/brushes/palette-knife.toml"),
    include_str!("../../assets/brushes/gouache.toml"),
    include_str!("../../assets/brushes/watercolour.toml"),
    include_str!("../../assets/brushes/sponge.toml"),
    include_str!("../../assets/brushes/splatter.toml"),
    include_str!("../../assets/brushes/foliage.toml"),
    include_str!("../../assets/brushes/smudge.toml"),
    include_str!("../../assets/brushes/clone.toml"),
];

/// The brushes that come with the program, in the order of their list.
pub fn built_in() -> Vec<Brush> {
    BUILT_IN.iter().map(|text| from_toml(text).expect("a preset of ours, which a test reads")).collect()
}

/// Reads a brush; what it does not say is as in [`Brush::default`], and numbers out of range are clamped.
pub fn from_toml(text: &str) -> Result<Brush, PresetError> {
    if text.len() > MAX_BYTES {
        return Err(PresetError::TooLong(text.len()));
    }
    Ok(toml::from_str::<Brush>(text)?.sanitised())
}

/// Writes a brush.
pub fn to_toml(brush: &Brush) -> Result<String, PresetError> {
    Ok(toml::to_string_pretty(brush)?)
}
