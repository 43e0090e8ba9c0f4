//! Strokes onto a flat canvas, by the brush engine.

use super::trace::Line;
use super::{Picture, Settings};
use crate::document::Pixels;
use crate::geom::{Point, Rect};
use crate::paint::brush::Prepared;
use crate::paint::dab::{Dab, Placer};
use crate::paint::path::{Curved, Node};
use crate::paint::resolve::{Shaping, flat_row};
use crate::paint::stamp::{Stamp, Window, add_coverage};
use rayon::prelude::*;
use std::sync::Arc;

/// Rows of a band: strokes are laid band by band on all cores, each band with all its strokes in order, so that the
/// result does not depend on how many cores there are.
const BAND: usize = 64;

/// What is painted on: opaque, planes of 16 bits, at `scale` times the picture.
pub(super) struct Canvas {
    w: usize,
    h: usize,
    scale: f64,
    planes: [Vec<u16>; 4],
}

/// A stroke as dabs.
struct Laid {
    dabs: Vec<Dab>,
    bounds: Rect,
    color: [f32; 3],
}

impl Canvas {
    pub(super) fn new(w: usize, h: usize, ground: [u16; 3], scale: f64) -> Self {
        let [r, g, b] = ground;
        Self { w, h, scale, planes: [r, g, b, u16::MAX].map(|v| vec![v; w * h]) }
    }

    /// What is painted so far, by area at the size of the picture.
    pub(super) fn shrunk(&self, w: usize, h: usize) -> Picture {
        let shrink = |plane: &Vec<u16>| {
            if (w, h) == (self.w, self.h) {
                return plane.clone();
            }
            let span = |i: usize, n: usize| {
                let a = ((i as f64 * self.scale) as usize).min(n - 1);
                (a, (((i + 1) as f64 * self.scale) as usize).clamp(a + 1, n))
            };
            (0..w * h)
                .into_par_iter()
                .map(|i| {
                    let ((x0, x1), (y0, y1)) = (span(i % w, self.w), span(i / w, self.h));
                    let rows = (y0..y1).map(|y| &plane[y * self.w + x0..y * self.w + x1]);
                    let sum: u64 = rows.flatten().map(|&v| u64::from(v)).sum();
                    (sum / ((x1 - x0) * (y1 - y0)) as u64) as u16
                })
                .collect()
        };
        Picture { w, h, planes: [shrink(&self.planes[0]), shrink(&self.planes[1]), shrink(&self.planes[2])] }
    }

    pub(super) fn lay(&mut self, lines: &[Line], settings: &Settings) {
        let prepared = settings.brush_of(20.0).prepare();
        let laid: Vec<Laid> =
            lines.par_iter().map(|line| dabs(line, self.scale, settings, &prepared)).collect();
        let mut by_band = vec![Vec::new(); self.h.div_ceil(BAND)];
        for (i, stroke) in laid.iter().enumerate() {
            let first = stroke.bounds.y0.max(0) as usize / BAND;
            let last = (stroke.bounds.y1.max(0) as usize).min(self.h).div_ceil(BAND);
            for band in by_band.iter_mut().take(last).skip(first) {
                band.push(i);
            }
        }
        let brush = &settings.brush;
        let shaping = Shaping {
            grain: prepared.grain.as_ref(),
            depth: brush.grain.map_or(0.0, |g| g.depth),
            wet_edge: brush.wet_edge.clamp(0.0, 1.0),
            cap: brush.opacity.clamp(0.0, 1.0),
        };
        let size = self.w * BAND;
        let [r, g, b, a] = &mut self.planes;
        let w = self.w;
        (r.par_chunks_mut(size), g.par_chunks_mut(size), b.par_chunks_mut(size), a.par_chunks_mut(size))
            .into_par_iter()
            .zip(by_band)
            .enumerate()
            .for_each(|(index, ((r, g, b, a), strokes))| {
                let y = (index * BAND) as i32;
                let rect = Rect::new(0, y, w as i32, y + (r.len() / w) as i32);
                let mut band =
                    Band { rect, planes: [r, g, b, a], raw: Vec::new(), mask: Vec::new(), row: Vec::new() };
                for i in strokes {
                    band.lay(&laid[i], &prepared, &shaping);
                }
            });
    }

    pub(super) fn into_pixels(self, x: i32, y: i32) -> Pixels {
        let mut out = Pixels::default();
        let [r, g, b, a] = &self.planes;
        out.write(Rect::from_size(x, y, self.w as u32, self.h as u32), [r, g, b, a]);
        out
    }
}

/// Some rows of the canvas and room to work.
struct Band<'a> {
    rect: Rect,
    planes: [&'a mut [u16]; 4],
    raw: Vec<u16>,
    mask: Vec<f32>,
    row: Vec<f32>,
}

impl Band<'_> {
    /// Adds up the dabs of one stroke and lays its colour.
    fn lay(&mut self, stroke: &Laid, brush: &Arc<Prepared>, shaping: &Shaping) {
        let part = stroke.bounds.intersect(&self.rect);
        if part.is_empty() {
            return;
        }
        let width = part.width() as usize;
        self.raw.clear();
        self.raw.resize(part.area() as usize, 0);
        for dab in &stroke.dabs {
            let stamp = Stamp::new(dab, brush);
            let here = stamp.bounds.intersect(&part);
            if here.is_empty() {
                continue;
            }
            stamp.mask(here, &mut self.mask);
            let start = (here.y0 - part.y0) as usize * width + (here.x0 - part.x0) as usize;
            let window = Window { start, stride: width, width: here.width() as usize };
            add_coverage(&mut self.raw, window, &self.mask, dab.flow, dab.opacity);
        }
        let stride = self.rect.width() as usize;
        for (raw, y) in self.raw.chunks_exact(width).zip(part.y0..) {
            let at = (y - self.rect.y0) as usize * stride + part.x0 as usize;
            let mut rows = self.planes.each_mut().map(|p| &mut p[at..at + width]);
            flat_row(&mut rows, raw, &mut self.row, stroke.color, shaping, (part.x0, y));
        }
    }
}

/// The dabs of a line, as if a pen had drawn it: lighter at both ends.
fn dabs(line: &Line, scale: f64, settings: &Settings, prepared: &Arc<Prepared>) -> Laid {
    let mut brush = prepared.brush.clone();
    brush.size_px = (line.radius * 2.0 * scale as f32).clamp(1.0, crate::paint::Brush::MAX_SIZE_PX);
    brush.spacing = brush.spacing.max(settings.brush.spacing);
    let mut curved = Curved::default();
    let mut placer = Placer::new(line.seed, line.color);
    let mut dabs = Vec::new();
    let last = line.points.len() - 1;
    for (i, p) in line.points.iter().enumerate() {
        let ends = i.min(last - i) as f32;
        let node = Node {
            pos: Point::new(p.x * scale, p.y * scale),
            pressure: if last < 2 { 0.85 } else { (0.6 + 0.25 * ends).min(1.0) },
            tilt: [0.0; 2],
            speed: 0.0,
        };
        curved.push(node, |node| placer.go(&brush, node, &mut dabs));
    }
    curved.finish(|node| placer.go(&brush, node, &mut dabs));
    let bounds = dabs.iter().fold(Rect::default(), |all, dab| all.union(&Stamp::new(dab, prepared).bounds));
    Laid { dabs, bounds, color: line.color }
}
