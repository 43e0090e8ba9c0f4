//! Text: words set to outlines, and outlines to pixels.
//!
//! Fonts are found, matched and shaped by cosmic-text (ligatures, kerning, right-to-left and mixed scripts, fonts that
//! step in where one lacks a character). Its rasteriser is not used: glyph outlines are taken from the font unhinted
//! and filled by [`polygon::fill`], so that a letter is as crisp at 2000 px as at 20 and the same on every machine.
//!
//! A text layer is a layer of pixels with a note (see [`Placed`]) that says which text it shows. Whoever edits the
//! text sets it anew with [`set_layer`]; whoever paints on it has pixels.

mod fonts;
mod outline;

pub use fonts::Fonts;

use super::fill::paint_mask;
use crate::color::Rgba;
use crate::document::polygon::{self, Rule};
use crate::document::{Damage, Document, LayerId, Mask, Pixels, edit};
use crate::geom::{Point, Rect};
use serde::{Deserialize, Serialize};

/// Most characters of a text; what follows is not set.
pub const MAX_CHARS: usize = 10_000;
/// Most bytes of a note that is read.
pub const MAX_NOTE_BYTES: usize = 1 << 20;
/// Sizes in canvas pixels.
pub const SIZES_PX: std::ops::RangeInclusive<f32> = 1.0..=4096.0;
/// The key of the note that makes a layer a text layer.
pub const NOTE: &str = "text";

/// Where lines begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Lines begin at the anchor.
    #[default]
    Left,
    /// Their middles are at the anchor.
    Center,
    /// They end at the anchor.
    Right,
}

/// A text and how it is set. Numbers beyond their limits are taken for the nearest limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Text {
    /// The words; `\n` begins a new line. At most [`MAX_CHARS`] are set.
    pub text: String,
    /// Name of a family of [`Fonts::families`]; `None`, or one that is not there: the font inside the program.
    pub family: Option<String>,
    /// Height of the em square in canvas pixels, within [`SIZES_PX`].
    pub size_px: f32,
    /// Bold; where the family has none, drawn wider.
    pub bold: bool,
    /// Italic; where the family has none, slanted.
    pub italic: bool,
    /// From one baseline to the next by the size, 0.1..=10.
    pub line_height: f32,
    /// Added between characters, by the size, -1..=10.
    pub letter_spacing: f32,
    /// Where lines begin and end.
    pub align: Align,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            text: String::new(),
            family: None,
            size_px: 48.0,
            bold: false,
            italic: false,
            line_height: 1.25,
            letter_spacing: 0.0,
            align: Align::Left,
        }
    }
}

impl Text {
    /// The text within the limits.
    fn limited(&self) -> Self {
        let within = |v: f32, lo: f32, hi: f32, other: f32| if v.is_nan() { other } else { v.clamp(lo, hi) };
        Self {
            text: self.text.chars().take(MAX_CHARS).collect(),
            size_px: within(self.size_px, *SIZES_PX.start(), *SIZES_PX.end(), 48.0),
            line_height: within(self.line_height, 0.1, 10.0, 1.25),
            letter_spacing: within(self.letter_spacing, -1.0, 10.0, 0.0),
            ..self.clone()
        }
    }

    /// The closed outlines of all glyphs in canvas pixels, for [`Rule::NonZero`]. The origin is the anchor: on the
    /// baseline of the first line, where [`Align`] says.
    pub fn outlines(&self, fonts: &mut Fonts) -> Vec<Vec<Point>> {
        outline::outlines(&self.limited(), fonts)
    }

    /// The rectangle around the outlines with the anchor at `at`; empty where nothing is drawn.
    pub fn bounds(&self, at: Point, fonts: &mut Fonts) -> Rect {
        Rect::around(&moved(self.outlines(fonts), at).concat())
    }

    /// The coverage of the text with the anchor at canvas point `at`, antialiased.
    pub fn mask(&self, at: Point, fonts: &mut Fonts) -> Mask {
        polygon::fill(&moved(self.outlines(fonts), at), Rule::NonZero, true)
    }
}

fn moved(mut outlines: Vec<Vec<Point>>, by: Point) -> Vec<Vec<Point>> {
    outlines.iter_mut().flatten().for_each(|p| *p = *p + by);
    outlines
}

/// Paints the text on a layer with the anchor at canvas point `at`, within the selection, respecting the alpha lock.
pub fn draw(
    doc: &mut Document,
    id: LayerId,
    at: Point,
    text: &Text,
    color: Rgba,
    fonts: &mut Fonts,
) -> Damage {
    paint_mask(doc, id, &text.mask(at, fonts), color, false)
}

/// A text where it stands: all that a text layer needs to be set again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// The text.
    pub text: Text,
    /// Its anchor on the canvas, in pixels.
    pub at: Point,
    /// Its colour.
    pub color: Rgba,
}

impl Placed {
    /// The note to keep with the layer under [`NOTE`].
    pub fn note(&self) -> String {
        // Numbers and strings: nothing that JSON has no place for (it writes what is not finite as null).
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Placed::note`] wrote. `None` if it is something else, or longer than [`MAX_NOTE_BYTES`].
    pub fn from_note(note: &str) -> Option<Self> {
        if note.len() > MAX_NOTE_BYTES {
            return None;
        }
        let placed: Self = serde_json::from_str(note).ok()?;
        (placed.at.x.is_finite() && placed.at.y.is_finite()).then_some(placed)
    }

    /// The text that a layer shows; `None` unless it is a text layer.
    pub fn of_layer(doc: &Document, id: LayerId) -> Option<Self> {
        doc.layer(id)?.notes.get(NOTE).and_then(|note| Self::from_note(note))
    }
}

/// Makes a layer show exactly `placed`, whatever it held, and remember it. The selection and the alpha lock do not
/// count, because nothing is painted: the layer is set. A locked layer and a group stay as they are.
pub fn set_layer(doc: &mut Document, id: LayerId, placed: &Placed, fonts: &mut Fonts) -> Damage {
    if doc.layer(id).is_none_or(|layer| layer.locked || layer.pixels().is_none()) {
        return Damage::none();
    }
    let mask = placed.text.mask(placed.at, fonts);
    edit::with_damage(doc, |doc| {
        let selection = doc.selection.take();
        if let Some(layer) = doc.layer_mut(id) {
            let alpha_locked = std::mem::replace(&mut layer.alpha_locked, false);
            layer.content = crate::document::Content::Raster(Pixels::default());
            layer.notes.insert(NOTE.to_owned(), placed.note());
            paint_mask(doc, id, &mask, placed.color, false);
            edit::set_alpha_locked(doc, id, alpha_locked);
        }
        doc.selection = selection;
    })
}
