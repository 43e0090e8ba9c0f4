//! Brushes as files: the ones that come with the program, and reading and writing of others.

use super::brush::{Brush, Mode};
use super::stroke::{CloneSource, PenSample, Setup, Stroke, Target};
use crate::color::Rgba;
use crate::document::composite::flatten_rgba8;
use crate::document::rgba8::Alpha;
use crate::document::{Document, LayerId};
use crate::geom::{Point, Rect, sin_cos_turns};

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

/// A picture of the brush for lists: a wave drawn with it, 8-bit RGBA, straight alpha, rows from the top. Brushes that
/// need something to work on get a patch of two colours.
pub fn preview(brush: &Brush, width: u32, height: u32, color: Rgba) -> Vec<u8> {
    let page = Rect::from_size(0, 0, width.clamp(1, 1024), height.clamp(1, 1024));
    let mut doc = Document::with_layer(page, "preview");
    let id = doc.active.unwrap_or(LayerId(0));
    let (w, h) = (f64::from(page.width()), f64::from(page.height()));
    if brush.mode != Mode::Paint
        && let Some(pixels) = doc.layer_mut(id).and_then(|l| l.pixels_mut())
    {
        let middle = page.x1 / 2;
        pixels.fill_rect(Rect { x1: middle, ..page }, Rgba::rgb(0.85, 0.65, 0.25).to_px());
        pixels.fill_rect(Rect { x0: middle, ..page }, Rgba::rgb(0.35, 0.5, 0.65).to_px());
    }
    let mut brush = brush.clone();
    brush.size_px = brush.size_px.min(page.height() as f32 * 0.4);
    let mut setup = Setup { string_px: 1.0, ..Setup::new(Target::Layer(id), color) };
    setup.clone_from = Some(CloneSource { offset: (page.x1 / 3, 0), pixels: None });
    let samples: Vec<PenSample> = (0..=48)
        .map(|i| {
            let t = f64::from(i) / 48.0;
            let pos = Point::new(w * (0.1 + 0.8 * t), h * (0.5 + 0.22 * sin_cos_turns(t).0));
            let pressure = Some((0.15 + 3.4 * t * (1.0 - t)).min(1.0) as f32);
            PenSample { pos, pressure, tilt: [0.3, 0.2], time_secs: t }
        })
        .collect();
    let mut stroke = Stroke::begin(&doc, &brush.prepare(), setup);
    stroke.extend(&mut doc, &samples);
    stroke.finish(&mut doc);
    flatten_rgba8(&doc, page, Alpha::Straight)
}
