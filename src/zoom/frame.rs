//! A view to a picture: every level where it is the finest, filtered for its size on the screen, melting into the next
//! over a ring.
//!
//! Levels are drawn from the outermost inward. Where the view is not turned the filters run along rows and columns;
//! what a finer level is going to cover is left out.

use super::camera::View;
use super::pyramid::{Light, PAD, Plane, Pyramid, mip};
use super::resample::{Phases, Rows, Taps, vertical};
use crate::color::linear_to_srgb;
use crate::document::wide::wide_fn;
use crate::document::{Document, Level};
use crate::geom::{Point, Rect, sin_cos_turns};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::OnceLock;

/// Rows that one thread makes at a time.
const BAND: usize = 16;
/// A level smaller than this on the screen is left out, pixels.
const LEAST_PX: f64 = 1.0;

/// A picture of 8 bits a channel, sRGB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// `width * height * 3` values, rows from the top.
    pub rgb: Vec<u8>,
}

/// Width of the ring in which an inner level melts into the outer one, by the side of its page, unless told otherwise.
pub const FEATHER: f64 = 0.06;

/// How levels are put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Width of the ring in which an inner level melts into the outer one, by the side of its page.
    pub feather: f64,
    /// What is behind everything, sRGB.
    pub background: [u8; 3],
}

impl Default for Look {
    fn default() -> Self {
        Self { feather: FEATHER, background: [0; 3] }
    }
}

/// Makes frames of the levels of a document.
pub struct Renderer {
    doc: Document,
    /// Whether the innermost level holds the outermost.
    ring: bool,
    look: Look,
    pyramids: Vec<Option<Pyramid>>,
}

/// A level on the screen.
#[derive(Clone, Copy, Debug)]
struct Shown {
    level: usize,
    /// The canvas point in the middle of the frame.
    centre: Point,
    /// Pixels of the level for each of the frame.
    step: f64,
    /// Nothing is behind it.
    last: bool,
}

impl Shown {
    fn mip(&self) -> usize {
        mip(self.step)
    }
}

impl Renderer {
    /// For the levels of `doc`; with `ring` the outermost lies in the innermost.
    pub fn new(doc: Document, ring: bool, look: Look) -> Self {
        let pyramids = doc.levels.iter().map(|_| None).collect();
        Self { doc, ring, look, pyramids }
    }

    /// The document that it shows.
    pub fn document(&self) -> &Document {
        &self.doc
    }

    /// Shows another state: only levels that differ are prepared anew.
    pub fn set_document(&mut self, doc: Document) {
        let mut old: Vec<(Level, Option<Pyramid>)> = std::mem::take(&mut self.doc.levels)
            .into_iter()
            .zip(std::mem::take(&mut self.pyramids))
            .collect();
        let same = |a: &Level, b: &Level| a.page == b.page && a.layers == b.layers;
        for level in &doc.levels {
            let found = old.iter().position(|(known, _)| same(known, level));
            self.pyramids.push(found.and_then(|i| old.swap_remove(i).1));
        }
        self.doc = doc;
    }

    fn level(&self, k: i64) -> &Level {
        &self.doc.levels[k.rem_euclid(self.doc.levels.len() as i64) as usize]
    }

    /// The levels that a view shows, the outermost first.
    fn shown(&self, view: &View, size: (u32, u32)) -> Vec<Shown> {
        let n = self.doc.levels.len() as i64;
        let exists = |k: i64| self.ring || (0..n).contains(&k);
        let start = if self.ring { view.level } else { view.level.clamp(0, n - 1) };
        let base = view.span_px / f64::from(size.0);
        let mut shown = Vec::new();
        // Outward, until one covers the frame.
        let (mut k, mut centre, mut step) = (start, view.centre, base);
        loop {
            let level = (k.rem_euclid(n)) as usize;
            let covers = covers(self.level(k).page, centre, step, view.turns, size, self.look.feather);
            // Not known before it was prepared: then this is asked again.
            let opaque = self.pyramids[level].as_ref().is_none_or(|p| p.opaque);
            let last = (covers && opaque) || !exists(k + 1) || shown.len() > 64;
            shown.push(Shown { level, centre, step, last });
            if last {
                break;
            }
            let place = self.level(k).place;
            (centre, step) = (place.outward(centre), step / place.factor);
            k += 1;
        }
        shown.reverse();
        // Inward, until they are too small to be seen.
        let (mut k, mut centre, mut step) = (start - 1, view.centre, base);
        while exists(k) {
            let (place, page) = (self.level(k).place, self.level(k).page);
            (centre, step) = (place.inward(centre), step * place.factor);
            let far = Point::new(f64::from(page.width()), f64::from(page.height())).length();
            let middle = Point::new(
                f64::from(page.x0) + f64::from(page.width()) / 2.0,
                f64::from(page.y0) + f64::from(page.height()) / 2.0,
            );
            let reach = Point::new(f64::from(size.0), f64::from(size.1)).length() / 2.0 * step;
            let small = f64::from(page.width().max(page.height())) / step < LEAST_PX;
            if small || middle.distance(centre) > reach + far / 2.0 {
                break;
            }
            shown.push(Shown { level: k.rem_euclid(n) as usize, centre, step, last: false });
            k -= 1;
        }
        shown
    }

    /// Makes the reductions that are needed, and lets go of large ones that are not.
    fn prepare(&mut self, shown: &[Shown]) {
        let mut need: Vec<Option<usize>> = vec![None; self.pyramids.len()];
        for s in shown {
            let least = need[s.level].map_or(s.mip(), |m| m.min(s.mip()));
            need[s.level] = Some(least);
        }
        for (level, (pyramid, need)) in self.pyramids.iter_mut().zip(&need).enumerate() {
            if let Some(need) = need
                && pyramid.as_ref().is_none_or(|p| p.plane(*need).is_none())
            {
                *pyramid = Some(Pyramid::new(&self.doc.at_level(level)));
            }
            if let Some(pyramid) = pyramid {
                pyramid.forget_before(need.map_or(2, |need| need.saturating_sub(1).min(2)));
            }
        }
    }

    /// What `view` shows, `size.0` by `size.1` pixels.
    pub fn frame(&mut self, view: &View, size: (u32, u32)) -> Frame {
        // What is opaque is known only once it was prepared.
        let mut shown = self.shown(view, size);
        loop {
            self.prepare(&shown);
            let again = self.shown(view, size);
            let same = again.len() == shown.len();
            shown = again;
            if same {
                break;
            }
        }
        let (w, h) = (size.0 as usize, size.1 as usize);
        let mut rgb = vec![0u8; w * h * 3];
        let turned = view.turns.rem_euclid(1.0) != 0.0;
        let flat: Vec<Flat> = match turned {
            false => shown.iter().filter_map(|s| self.flat(s, size)).collect(),
            true => Vec::new(),
        };
        let askew: Vec<Askew> = match turned {
            true => shown.iter().filter_map(|s| self.askew(s, view.turns)).collect(),
            false => Vec::new(),
        };
        let background = self.look.background.map(|v| crate::color::srgb_to_linear(f32::from(v) / 255.0));
        rgb.par_chunks_mut(w * 3 * BAND).enumerate().for_each_init(
            Scratch::default,
            |scratch, (band, out)| {
                let rows = band * BAND..(band * BAND + out.len() / (w * 3));
                scratch.light.clear();
                scratch.light.resize(w * rows.len(), [0.0; 4]);
                for (i, level) in flat.iter().enumerate() {
                    level.draw(&flat[i + 1..], rows.clone(), w, scratch);
                }
                for level in &askew {
                    level.draw(rows.clone(), (w, h), scratch);
                }
                encode(&scratch.light, background, srgb_lut(), out);
            },
        );
        Frame { width: size.0, height: size.1, rgb }
    }

    fn flat(&self, s: &Shown, size: (u32, u32)) -> Option<Flat<'_>> {
        let page = self.doc.levels[s.level].page;
        let pyramid = self.pyramids[s.level].as_ref()?;
        let (x, fx, core_x) = self.axis((page.x0, page.x1), s.centre.x, s, size.0 as usize);
        let (y, fy, core_y) = self.axis((page.y0, page.y1), s.centre.y, s, size.1 as usize);
        if x.is_empty() || y.is_empty() {
            return None;
        }
        let (planes, mix) = self.pyramids[s.level].as_ref()?.planes_for(s.step)?;
        let sources = planes
            .into_iter()
            .map(|(m, plane)| {
                let shrink = f64::from(1u32 << m.min(30));
                let at = |from: usize, origin: i32, centre: f64, side: u32| {
                    let corner = centre - f64::from(origin) - s.step * f64::from(side) / 2.0;
                    move |i: usize| (corner + s.step * ((from + i) as f64 + 0.5)) / shrink
                };
                let step = s.step / shrink;
                Source {
                    plane,
                    across: Taps::new(x.len(), step, plane.width, at(x.start, page.x0, s.centre.x, size.0)),
                    down: Taps::new(y.len(), step, plane.height, at(y.start, page.y0, s.centre.y, size.1)),
                }
            })
            .collect();
        let core = pyramid.opaque.then_some((core_x, core_y));
        Some(Flat { sources, mix, x, y, fx, fy, core })
    }

    /// Along one axis: the pixels of the frame on which the page lies, how far it shows on each, and on which it does
    /// fully.
    fn axis(
        &self,
        page: (i32, i32),
        centre: f64,
        s: &Shown,
        side: usize,
    ) -> (Range<usize>, Vec<f32>, Range<usize>) {
        if s.last {
            return (0..side, vec![1.0; side], 0..side);
        }
        let (a, b) = (f64::from(page.0), f64::from(page.1));
        let screen = |v: f64| (v - centre) / s.step + side as f64 / 2.0;
        let first = (screen(a) - 0.5).ceil().clamp(0.0, side as f64) as usize;
        let end = ((screen(b) - 0.5).floor() + 1.0).clamp(first as f64, side as f64) as usize;
        let ring = (b - a) * self.look.feather;
        let shows = |i: usize| {
            let at = centre + (i as f64 + 0.5 - side as f64 / 2.0) * s.step;
            smooth((at - a).min(b - at) / ring)
        };
        let fade: Vec<f32> = (first..end).map(shows).collect();
        let whole = |v: &f32| *v >= 1.0;
        let core = match fade.iter().position(whole) {
            Some(from) => first + from..first + fade.iter().rposition(whole).unwrap_or(from) + 1,
            None => first..first,
        };
        (first..end, fade, core)
    }

    fn askew(&self, s: &Shown, turns: f64) -> Option<Askew<'_>> {
        let page = self.doc.levels[s.level].page;
        let (planes, mix) = self.pyramids[s.level].as_ref()?.planes_for(s.step)?;
        let sources = planes
            .into_iter()
            .map(|(m, plane)| {
                let shrink = f64::from(1u32 << m.min(30));
                (plane, shrink, Phases::new(s.step / shrink))
            })
            .collect();
        let feather = if s.last { 0.0 } else { self.look.feather };
        Some(Askew {
            sources,
            mix,
            page,
            centre: s.centre,
            step: s.step,
            turn: sin_cos_turns(turns),
            feather,
        })
    }
}

/// Zero up to 0, one from 1 on, smooth between.
fn smooth(v: f64) -> f32 {
    let v = v.clamp(0.0, 1.0);
    (v * v * (3.0 - 2.0 * v)) as f32
}

/// Whether the page shows fully on the whole frame.
fn covers(page: Rect, centre: Point, step: f64, turns: f64, size: (u32, u32), feather: f64) -> bool {
    let (s, c) = sin_cos_turns(turns);
    let (w, h) = (f64::from(size.0) / 2.0 * step, f64::from(size.1) / 2.0 * step);
    let reach = (w * c.abs() + h * s.abs(), w * s.abs() + h * c.abs());
    let inset = (f64::from(page.width()) * feather, f64::from(page.height()) * feather);
    f64::from(page.x0) + inset.0 <= centre.x - reach.0
        && f64::from(page.x1) - inset.0 >= centre.x + reach.0
        && f64::from(page.y0) + inset.1 <= centre.y - reach.1
        && f64::from(page.y1) - inset.1 >= centre.y + reach.1
}

#[derive(Default)]
struct Scratch {
    /// The rows that are being made.
    light: Vec<Light>,
    row: Vec<Light>,
    second: Vec<Light>,
}

struct Source<'a> {
    plane: &'a Plane,
    across: Taps,
    down: Taps,
}

/// A level that is not turned.
struct Flat<'a> {
    /// One plane, or two that are mixed.
    sources: Vec<Source<'a>>,
    /// Share of the second.
    mix: f32,
    /// Columns of the frame on which it lies.
    x: Range<usize>,
    /// Rows of the frame on which it lies.
    y: Range<usize>,
    /// How far it shows in each column.
    fx: Vec<f32>,
    /// How far it shows in each row.
    fy: Vec<f32>,
    /// Columns and rows where nothing behind it is seen.
    core: Option<(Range<usize>, Range<usize>)>,
}

impl Flat<'_> {
    /// Draws its part of `rows` of the frame. What is `finer` is drawn later.
    fn draw(&self, finer: &[Flat], rows: Range<usize>, width: usize, scratch: &mut Scratch) {
        let own = rows.start.max(self.y.start)..rows.end.min(self.y.end);
        if own.is_empty() {
            return;
        }
        let hidden = finer
            .iter()
            .find_map(|f| f.core.as_ref())
            .filter(|(_, y)| y.start <= own.start && y.end >= own.end);
        let n = self.x.len();
        let gap = hidden.map_or((n, n), |(x, _)| {
            let (a, b) = (x.start.max(self.x.start), x.end.min(self.x.end));
            if a >= b { (n, n) } else { (a - self.x.start, b - self.x.start) }
        });
        let spans = [0..gap.0, gap.1..n];
        let spans: Vec<Range<usize>> = spans.into_iter().filter(|s| !s.is_empty()).collect();
        let mut caches: Vec<Rows> = self.sources.iter().map(|s| Rows::new(s.down.count, n)).collect();
        scratch.row.resize(n.max(scratch.row.len()), [0.0; 4]);
        scratch.second.resize(n.max(scratch.second.len()), [0.0; 4]);
        for y in own {
            let line = y - self.y.start;
            for (i, (source, cache)) in self.sources.iter().zip(&mut caches).enumerate() {
                let (weights, taps) = cache.gather(source.plane, &source.down, line, &source.across, &spans);
                let out = if i == 0 { &mut scratch.row } else { &mut scratch.second };
                for span in &spans {
                    let part = span.start * 4..span.end * 4;
                    let taps: Vec<&[f32]> = taps.iter().map(|row| &row[part.clone()]).collect();
                    vertical(&taps, weights, out[span.clone()].as_flattened_mut());
                }
            }
            let start = (y - rows.start) * width + self.x.start;
            for span in &spans {
                let row = &mut scratch.row[span.clone()];
                if self.sources.len() > 1 {
                    mix(row.as_flattened_mut(), scratch.second[span.clone()].as_flattened(), self.mix);
                }
                let target = &mut scratch.light[start + span.start..start + span.end];
                over(target, row, &self.fx[span.clone()], self.fy[line]);
            }
        }
    }
}

/// A level that is turned.
struct Askew<'a> {
    /// Planes, how much they are reduced, and their filters.
    sources: Vec<(&'a Plane, f64, Phases)>,
    mix: f32,
    page: Rect,
    centre: Point,
    step: f64,
    /// Sine and cosine.
    turn: (f64, f64),
    feather: f64,
}

impl Askew<'_> {
    fn draw(&self, rows: Range<usize>, (w, h): (usize, usize), scratch: &mut Scratch) {
        let (s, c) = (self.turn.0 * self.step, self.turn.1 * self.step);
        let page = self.page;
        let (pw, ph) = (f64::from(page.width()), f64::from(page.height()));
        for y in rows.clone() {
            let dy = y as f64 + 0.5 - h as f64 / 2.0;
            for x in 0..w {
                let dx = x as f64 + 0.5 - w as f64 / 2.0;
                // The camera turns clockwise.
                let at_x = self.centre.x + c * dx - s * dy - f64::from(page.x0);
                let at_y = self.centre.y + s * dx + c * dy - f64::from(page.y0);
                let shows = if self.feather > 0.0 {
                    let (rx, ry) = (pw * self.feather, ph * self.feather);
                    smooth(at_x.min(pw - at_x) / rx) * smooth(at_y.min(ph - at_y) / ry)
                } else {
                    1.0
                };
                if shows <= 0.0 {
                    continue;
                }
                let mut px = sample(&self.sources[0], at_x, at_y);
                if let Some(second) = self.sources.get(1) {
                    let other = sample(second, at_x, at_y);
                    (0..4).for_each(|c| px[c] += (other[c] - px[c]) * self.mix);
                }
                let target = &mut scratch.light[(y - rows.start) * w + x..][..1];
                over(target, &[px], &[shows], 1.0);
            }
        }
    }
}

fn sample((plane, shrink, phases): &(&Plane, f64, Phases), x: f64, y: f64) -> Light {
    // Beyond the edge the padding holds what is needed, and no more.
    let limit = |v: f64, side: usize| v.clamp(-1.0, side as f64 + 1.0);
    let (x0, wx) = phases.at(limit(x / shrink, plane.width));
    let (y0, wy) = phases.at(limit(y / shrink, plane.height));
    let from = (x0 + PAD as isize) as usize;
    let mut sum = [0.0f32; 4];
    for (k, wy) in wy.iter().enumerate() {
        let row = &plane.row(y0 + k as isize)[from..from + wx.len()];
        let mut line = [0.0f32; 4];
        for (px, w) in row.iter().zip(wx) {
            (0..4).for_each(|c| line[c] += px[c] * w);
        }
        (0..4).for_each(|c| sum[c] += line[c] * wy);
    }
    sum
}

wide_fn! {
    fn mix(row: &mut [f32], other: &[f32], share: f32) {
        for (a, b) in row.iter_mut().zip(other) {
            *a += (b - *a) * share;
        }
    }
}

wide_fn! {
    /// Lays `source` over `target`, shown by `fx` times `fy`.
    fn over(target: &mut [Light], source: &[Light], fx: &[f32], fy: f32) {
        for ((t, s), f) in target.iter_mut().zip(source).zip(fx) {
            let f = f * fy;
            let keep = 1.0 - f * s[3];
            for c in 0..4 {
                t[c] = t[c] * keep + s[c] * f;
            }
        }
    }
}

/// Steps of the table from light to sRGB: fine enough for black.
const STEPS: usize = 16_384;

fn srgb_lut() -> &'static [u8] {
    static LUT: OnceLock<Vec<u8>> = OnceLock::new();
    LUT.get_or_init(|| {
        let step = |i: usize| linear_to_srgb(i as f32 / (STEPS - 1) as f32);
        (0..STEPS).map(|i| (step(i) * 255.0).round().clamp(0.0, 255.0) as u8).collect()
    })
}

/// Light over a background to 8-bit sRGB.
fn encode(light: &[Light], background: [f32; 3], lut: &[u8], out: &mut [u8]) {
    let top = (STEPS - 1) as f32;
    for (out, px) in out.as_chunks_mut::<3>().0.iter_mut().zip(light) {
        let clear = 1.0 - px[3];
        for c in 0..3 {
            let v = (px[c] + background[c] * clear).clamp(0.0, 1.0);
            out[c] = lut[((v * top + 0.5) as usize).min(STEPS - 1)];
        }
    }
}
