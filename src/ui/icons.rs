//! Icons: glyphs of the Phosphor family (assets/icons), as text.

use crate::editor::tool::ToolKind;
use eframe::egui::{FontData, FontDefinitions, FontFamily};
use std::sync::Arc;

macro_rules! icons {
    ($($name:ident $code:literal;)*) => {
        $(#[allow(missing_docs)] pub const $name: &str = $code;)*
    };
}

icons! {
    BRUSH "\u{E6F0}";
    ERASER "\u{E21E}";
    FILL "\u{E392}";
    GRADIENT "\u{EB42}";
    SHAPES "\u{EC5E}";
    TEXT "\u{E48A}";
    PICKER "\u{E568}";
    SELECT_RECT "\u{E69A}";
    SELECT_ELLIPSE "\u{E602}";
    LASSO "\u{EDC6}";
    POLYGON "\u{E6D0}";
    WAND "\u{E6B6}";
    PALETTE "\u{E6C8}";
    SELECT_BRUSH "\u{E590}";
    MOVE "\u{E0A4}";
    TRANSFORM "\u{E6CE}";
    CROP "\u{E1D4}";
    HAND "\u{E298}";
    ZOOM "\u{E30C}";
    LAYERS "\u{E466}";
    HISTORY "\u{E1A0}";
    EYE "\u{E220}";
    EYE_OFF "\u{E224}";
    LOCK "\u{E2FA}";
    UNLOCK "\u{E306}";
    FOLDER "\u{E24A}";
    FOLDER_OPEN "\u{E256}";
    FOLDER_PLUS "\u{E258}";
    FILE_PLUS "\u{E236}";
    PLUS "\u{E3D4}";
    MINUS "\u{E32A}";
    TRASH "\u{E4A6}";
    COPY "\u{E1CA}";
    UP "\u{E08E}";
    DOWN "\u{E03E}";
    CHECKERBOARD "\u{E8C4}";
    CLIP "\u{E04A}";
    MASK "\u{E18C}";
    MORE "\u{E208}";
    CLOSE "\u{E4F6}";
    CHECK "\u{E182}";
    WARNING "\u{E4E0}";
    ERROR "\u{E4E2}";
    INFO "\u{E2CE}";
    NAVIGATOR "\u{E1C8}";
    SWAP "\u{E0A0}";
    GEAR "\u{E270}";
    SUN "\u{E472}";
    MOON "\u{E330}";
    SAVE "\u{E248}";
    UNDO "\u{E038}";
    REDO "\u{E036}";
    FLIP "\u{ED6A}";
    KEYBOARD "\u{E2D8}";
    CARET_DOWN "\u{E136}";
    CARET_RIGHT "\u{E13A}";
    SLIDERS "\u{E434}";
    DICE "\u{E1EE}";
    MERGE_DOWN "\u{E05C}";
    SELECT_ALL "\u{E746}";
    SELECT_REPLACE "\u{E45E}";
    SELECT_ADD "\u{E87E}";
    SELECT_SUBTRACT "\u{EBD6}";
    SELECT_INTERSECT "\u{E2D2}";
    SPARKLE "\u{E6A2}";
    STAR "\u{E46A}";
    SWATCHES "\u{E5B8}";
    DROP "\u{E210}";
    LINE "\u{E6D2}";
    RECTANGLE "\u{E45E}";
    CIRCLE "\u{E18A}";
    ALIGN_CENTER "\u{E480}";
    ALIGN_LEFT "\u{E484}";
    ALIGN_RIGHT "\u{E486}";
    FLIP_VERTICAL "\u{ED6C}";
}

/// Adds the icons to the fonts of the window, behind the letters.
pub fn add_to(fonts: &mut FontDefinitions) {
    let data = FontData::from_static(include_bytes!("../../assets/icons/Phosphor.ttf"));
    fonts.font_data.insert("phosphor".into(), Arc::new(data));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        let list = fonts.families.entry(family).or_default();
        list.insert(1.min(list.len()), "phosphor".into());
    }
}

/// The icon of a tool.
pub const fn of_tool(kind: ToolKind) -> &'static str {
    match kind {
        ToolKind::Brush => BRUSH,
        ToolKind::Eraser => ERASER,
        ToolKind::Change => SPARKLE,
        ToolKind::Fill => FILL,
        ToolKind::Gradient => GRADIENT,
        ToolKind::Shape => SHAPES,
        ToolKind::Text => TEXT,
        ToolKind::Picker => PICKER,
        ToolKind::SelectRect => SELECT_RECT,
        ToolKind::SelectEllipse => SELECT_ELLIPSE,
        ToolKind::Lasso => LASSO,
        ToolKind::Polygon => POLYGON,
        ToolKind::Wand => WAND,
        ToolKind::SelectColor => PALETTE,
        ToolKind::SelectBrush => SELECT_BRUSH,
        ToolKind::Move => MOVE,
        ToolKind::Transform => TRANSFORM,
        ToolKind::Crop => CROP,
        ToolKind::Pan => HAND,
        ToolKind::Zoom => ZOOM,
    }
}
