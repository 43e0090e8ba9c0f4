//! Text to outlines.

use super::{Align, Fonts, Text};
use crate::geom::Point;
use cosmic_text::skrifa::instance::{LocationRef, Size};
use cosmic_text::skrifa::outline::{DrawSettings, OutlinePen};
use cosmic_text::skrifa::{FontRef, GlyphId, MetadataProvider};
use cosmic_text::{Attrs, Buffer, CacheKeyFlags, Family, Metrics, Shaping, Style, Weight, Wrap};

/// A curve is replaced by straight pieces that miss it by less than this, in pixels.
const FLATNESS_PX: f64 = 0.02;
/// Slant of an italic that the family lacks: the tangent of 14°, as cosmic-text draws it.
const SLANT: f64 = 0.249_328;
/// A bold that the family lacks is drawn twice, this far apart by the size: a stem of Inter is 0.095 wide.
const SMEAR: f64 = 0.04;

/// One glyph of the line.
struct Placement {
    font: cosmic_text::fontdb::ID,
    weight: Weight,
    glyph: u16,
    origin: Point,
    slanted: bool,
}

pub(super) fn outlines(text: &Text, fonts: &mut Fonts) -> Vec<Vec<Point>> {
    let size = f64::from(text.size_px);
    let mut out = Vec::new();
    for Placement { font, weight, glyph, origin, slanted } in placements(text, fonts) {
        let smeared = text.bold && fonts.weight_of(font) < 600;
        let Some(font) = fonts.system.get_font(font, weight) else { continue };
        let Some((face, variable)) = face_of(font.data(), fonts, font.id()) else { continue };
        let location = face.axes().location([("wght", f32::from(weight.0))]);
        let location = if variable { LocationRef::from(&location) } else { LocationRef::default() };
        let Some(shape) = face.outline_glyphs().get(GlyphId::from(glyph)) else { continue };
        let units = face.metrics(Size::unscaled(), location).units_per_em;
        let scale = size / f64::from(units.max(1));
        let slant = if slanted { SLANT } else { 0.0 };
        let mut pen = Pen { origin, scale, slant, done: Vec::new(), open: Vec::new() };
        // In font units, because scaled outlines of some formats are rounded to 1/64 px.
        let settings = DrawSettings::unhinted(Size::unscaled(), location);
        if shape.draw(settings, &mut pen).is_err() {
            continue;
        }
        let drawn = pen.finish();
        // A variable font is as bold as it was asked to be.
        if smeared && !variable {
            let aside = Point::new(size * SMEAR, 0.0);
            out.extend(drawn.iter().map(|outline| outline.iter().map(|&p| p + aside).collect()));
        }
        out.extend(drawn);
    }
    out
}

fn face_of<'a>(data: &'a [u8], fonts: &Fonts, id: cosmic_text::fontdb::ID) -> Option<(FontRef<'a>, bool)> {
    let index = fonts.system.db().face(id)?.index;
    let face = FontRef::from_index(data, index).ok()?;
    let variable = face.axes().iter().any(|axis| axis.tag() == cosmic_text::skrifa::Tag::new(b"wght"));
    Some((face, variable))
}

/// Where every glyph stands, its origin on the baseline.
fn placements(text: &Text, fonts: &mut Fonts) -> Vec<Placement> {
    let size = text.size_px;
    let mut buffer = Buffer::new_empty(Metrics::new(size, size * text.line_height));
    buffer.set_wrap(Wrap::None);
    let family = fonts.known(text.family.as_deref()).to_owned();
    let attrs = Attrs::new()
        .family(Family::Name(&family))
        .weight(if text.bold { Weight::BOLD } else { Weight::NORMAL })
        .style(if text.italic { Style::Italic } else { Style::Normal })
        .letter_spacing(text.letter_spacing);
    buffer.set_text(&text.text, &attrs, Shaping::Advanced, None);
    buffer.shape_until_scroll(&mut fonts.system, false);
    let step = f64::from(size) * f64::from(text.line_height);
    let mut out = Vec::new();
    let lines = buffer.lines.iter().map(|line| line.layout_opt().map_or(&[][..], Vec::as_slice));
    for (row, line) in lines.enumerate() {
        for piece in line {
            let left = piece.glyphs.iter().map(|g| g.x).fold(f32::INFINITY, f32::min);
            let right = piece.glyphs.iter().map(|g| g.x + g.w).fold(f32::NEG_INFINITY, f32::max);
            let anchor = match text.align {
                Align::Left => left,
                Align::Center => (left + right) / 2.0,
                Align::Right => right,
            };
            for g in &piece.glyphs {
                let x = f64::from(g.x - anchor) + f64::from(g.font_size) * f64::from(g.x_offset);
                let y = f64::from(g.y) - f64::from(g.font_size) * f64::from(g.y_offset);
                out.push(Placement {
                    font: g.font_id,
                    weight: g.font_weight,
                    glyph: g.glyph_id,
                    origin: Point::new(x, row as f64 * step + y),
                    slanted: g.cache_key_flags.contains(CacheKeyFlags::FAKE_ITALIC),
                });
            }
        }
    }
    out
}

/// Flattens what a font draws; its y points up, ours down.
struct Pen {
    origin: Point,
    /// Pixels of a font unit.
    scale: f64,
    slant: f64,
    done: Vec<Vec<Point>>,
    open: Vec<Point>,
}

impl Pen {
    fn place(&self, x: f32, y: f32) -> Point {
        let (x, y) = (f64::from(x) * self.scale, f64::from(y) * self.scale);
        Point::new(self.origin.x + x + self.slant * y, self.origin.y - y)
    }

    fn last(&self) -> Point {
        self.open.last().copied().unwrap_or(self.origin)
    }

    fn finish(mut self) -> Vec<Vec<Point>> {
        self.close();
        self.done
    }
}

/// Pieces for a curve whose second differences are at most `bend` pixels: the chord of a piece of parameter length
/// 1/n misses by `bend` / (4 n²) for a quadratic, `bend` 3 / (4 n²) for a cubic.
fn pieces(bend: f64) -> usize {
    ((bend / FLATNESS_PX).sqrt().ceil() as usize).clamp(1, 256)
}

fn second(a: Point, b: Point, c: Point) -> f64 {
    (a - b * 2.0 + c).length()
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.close();
        let p = self.place(x, y);
        self.open.push(p);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let p = self.place(x, y);
        self.open.push(p);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (a, b, c) = (self.last(), self.place(cx, cy), self.place(x, y));
        let n = pieces(second(a, b, c) / 4.0);
        for i in 1..=n {
            let t = i as f64 / n as f64;
            self.open.push(a.lerp(b, t).lerp(b.lerp(c, t), t));
        }
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (a, b, c, d) = (self.last(), self.place(cx0, cy0), self.place(cx1, cy1), self.place(x, y));
        let n = pieces(second(a, b, c).max(second(b, c, d)) * 0.75);
        for i in 1..=n {
            let t = i as f64 / n as f64;
            let (p, q, r) = (a.lerp(b, t), b.lerp(c, t), c.lerp(d, t));
            self.open.push(p.lerp(q, t).lerp(q.lerp(r, t), t));
        }
    }

    fn close(&mut self) {
        if self.open.len() > 2 {
            self.done.push(std::mem::take(&mut self.open));
        }
        self.open.clear();
    }
}
