//! Options of tools: plain data that the options bar edits and the settings keep.

use crate::document::selection::Combine;
use crate::paint::Symmetry;
use crate::paint::fill::FillSettings;
use crate::paint::transform::Resample;
use serde::{Deserialize, Serialize};

/// Which shape the shape tool draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShapeKind {
    /// From point to point.
    #[default]
    Line,
    /// With right angles.
    Rectangle,
    /// In a rectangle.
    Ellipse,
}

/// How shapes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShapeInk {
    /// The outline, by the brush.
    #[default]
    Brush,
    /// The outline, of even width.
    Outline,
    /// The inside.
    Fill,
    /// The inside in the foreground, the outline in the background colour.
    Both,
}

/// Which way gradients run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradientKind {
    /// Along a line.
    #[default]
    Linear,
    /// In circles.
    Radial,
}

/// Which colours gradients have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradientInk {
    /// Foreground to background.
    #[default]
    ForegroundToBackground,
    /// Foreground to nothing.
    ForegroundToClear,
}

/// How the selection tools work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelectOptions {
    /// What a new selection does to the old one; Shift adds, Alt subtracts, both intersect.
    pub combine: Combine,
    /// Softened by this standard deviation in canvas pixels.
    pub feather_px: f32,
    /// Diameter of the selection brush in canvas pixels.
    pub brush_px: f32,
    /// Hardness of the selection brush, 0..=1.
    pub brush_hardness: f32,
}

impl Default for SelectOptions {
    fn default() -> Self {
        Self { combine: Combine::Replace, feather_px: 0.0, brush_px: 60.0, brush_hardness: 0.8 }
    }
}

/// Options of all tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolOptions {
    /// Copies of strokes.
    pub symmetry: Symmetry,
    /// Length of the strong stabiliser's string in screen pixels.
    pub string_px: f64,
    /// Bucket.
    pub fill: FillSettings,
    /// Wand and select by colour.
    pub wand: FillSettings,
    /// Selection tools.
    pub select: SelectOptions,
    /// Shape tool: which.
    pub shape: ShapeKind,
    /// Shape tool: how.
    pub shape_ink: ShapeInk,
    /// Width of even outlines in canvas pixels.
    pub outline_px: f64,
    /// Gradient tool: which way.
    pub gradient: GradientKind,
    /// Gradient tool: which colours.
    pub gradient_ink: GradientInk,
    /// Gradient tool: mirrored beyond its end.
    pub gradient_reflect: bool,
    /// The picker looks at the layer that is painted on, not at what is seen.
    pub pick_layer: bool,
    /// The picker takes the mean of a square of this radius in canvas pixels.
    pub pick_radius_px: i32,
    /// Move and transform: how pixels between pixels are made up.
    pub resample: Resample,
    /// Move tool: takes the topmost layer under the pointer.
    pub move_picks_layer: bool,
}

impl Default for ToolOptions {
    fn default() -> Self {
        Self {
            symmetry: Symmetry::Off,
            string_px: 60.0,
            fill: FillSettings { sample_all: true, ..FillSettings::default() },
            wand: FillSettings { sample_all: true, ..FillSettings::default() },
            select: SelectOptions::default(),
            shape: ShapeKind::Line,
            shape_ink: ShapeInk::Brush,
            outline_px: 4.0,
            gradient: GradientKind::Linear,
            gradient_ink: GradientInk::ForegroundToBackground,
            gradient_reflect: false,
            pick_layer: false,
            pick_radius_px: 0,
            resample: Resample::Bicubic,
            move_picks_layer: false,
        }
    }
}
