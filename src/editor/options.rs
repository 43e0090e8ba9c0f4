//! Options of tools: plain data that the options bar edits and the settings keep.

use crate::document::selection::Combine;
use crate::geom::Point;
use crate::paint::Symmetry;
use crate::paint::fill::FillSettings;
use crate::paint::text::Text;
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

/// Which ratio the page tool keeps; upright where the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CropAspect {
    /// None.
    #[default]
    Free,
    /// 1 to 1.
    Square,
    /// 3 to 2.
    ThreeTwo,
    /// 4 to 3.
    FourThree,
    /// 16 to 9.
    SixteenNine,
    /// That of the page.
    Original,
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
    /// Diameter of the change brush in canvas pixels.
    pub change_brush_px: f32,
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
    /// Transform: width and height keep their ratio without Shift.
    pub transform_keeps: bool,
    /// Page tool: which ratio it keeps.
    pub crop_aspect: CropAspect,
    /// Page tool: what lies outside the new page is removed.
    pub crop_deletes: bool,
    /// Pulling an edge or a corner of the page outward lets generation fill what is new, at once.
    pub pull_fills: bool,
    /// The page has handles whatever the tool.
    pub page_handles: bool,
    /// How the next text is set.
    pub text: Text,
}

impl Default for ToolOptions {
    fn default() -> Self {
        Self {
            symmetry: Symmetry::Off,
            change_brush_px: 80.0,
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
            transform_keeps: true,
            crop_aspect: CropAspect::Free,
            crop_deletes: false,
            pull_fills: true,
            page_handles: true,
            text: Text::default(),
        }
    }
}

impl ToolOptions {
    /// With every number in its range: they come out of a file.
    pub fn sanitised(mut self) -> Self {
        let within =
            |v: f32, lo: f32, hi: f32, other: f32| if v.is_finite() { v.clamp(lo, hi) } else { other };
        let within64 =
            |v: f64, lo: f64, hi: f64, other: f64| if v.is_finite() { v.clamp(lo, hi) } else { other };
        self.string_px = within64(self.string_px, 1.0, 2000.0, 60.0);
        self.outline_px = within64(self.outline_px, 0.5, 500.0, 4.0);
        self.pick_radius_px = self.pick_radius_px.clamp(0, 64);
        for flood in [&mut self.fill.flood, &mut self.wand.flood] {
            flood.tolerance = within(flood.tolerance, 0.0, 1.0, 0.1);
            flood.gap_px = flood.gap_px.min(64);
            flood.grow_px = flood.grow_px.clamp(-64, 64);
        }
        let select = &mut self.select;
        select.feather_px = within(select.feather_px, 0.0, 500.0, 0.0);
        select.brush_px = within(select.brush_px, 1.0, crate::paint::Brush::MAX_SIZE_PX, 60.0);
        select.brush_hardness = within(select.brush_hardness, 0.0, 1.0, 0.8);
        let finite = |p: Point| p.x.is_finite() && p.y.is_finite();
        match &mut self.symmetry {
            Symmetry::Mirror { center, turns } if finite(*center) && turns.is_finite() => {}
            Symmetry::Radial { center, count, .. } if finite(*center) => *count = (*count).clamp(2, 64),
            other => *other = Symmetry::Off,
        }
        self
    }
}
