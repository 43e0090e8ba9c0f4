//! Outlines to coverage.

use super::tile::{ONE, TILE};
use super::tilemap::Mask;
use crate::geom::{Point, Rect};
use rayon::prelude::*;

/// What counts as inside where an outline crosses itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Wound around at least once.
    NonZero,
    /// Wound around an odd number of times.
    EvenOdd,
}

/// Scan lines per pixel row. Horizontally coverage is exact, so this is the only step that shows.
const SUB: usize = 16;

#[derive(Clone, Copy)]
struct Edge {
    top: f64,
    bottom: f64,
    x_at_top: f64,
    slope: f64,
    winding: i32,
}

fn edges(outlines: &[Vec<Point>]) -> Vec<Edge> {
    let mut out = Vec::new();
    for outline in outlines {
        for (i, &a) in outline.iter().enumerate() {
            let b = outline[(i + 1) % outline.len()];
            if a.y == b.y || ![a.x, a.y, b.x, b.y].iter().all(|v| v.is_finite()) {
                continue;
            }
            let (a, b, winding) = if a.y < b.y { (a, b, 1) } else { (b, a, -1) };
            let slope = (b.x - a.x) / (b.y - a.y);
            out.push(Edge { top: a.y, bottom: b.y, x_at_top: a.x, slope, winding });
        }
    }
    out.sort_by(|a, b| a.top.total_cmp(&b.top));
    out
}

/// The coverage of the inside of closed outlines (the last point joins the first). Without antialiasing a pixel is
/// in when its centre is.
pub fn fill(outlines: &[Vec<Point>], rule: Rule, antialias: bool) -> Mask {
    let points: Vec<Point> = outlines.iter().flatten().copied().collect();
    // Farther than any canvas: a stray coordinate must not ask for the whole plane.
    let bounds = Rect::around(&points).intersect(&Rect::new(-(1 << 16), -(1 << 16), 1 << 16, 1 << 16));
    let mut mask = Mask::default();
    if bounds.is_empty() {
        return mask;
    }
    let edges = edges(outlines);
    let mut bands = Vec::new();
    let mut y = bounds.y0;
    while y < bounds.y1 {
        let next = ((y.div_euclid(TILE) + 1) * TILE).min(bounds.y1);
        bands.push(Rect::new(bounds.x0, y, bounds.x1, next));
        y = next;
    }
    // A few bands at a time, so that a huge selection does not need a huge buffer.
    for group in bands.chunks(8) {
        let planes: Vec<Vec<u16>> =
            group.par_iter().map(|band| fill_band(&edges, *band, rule, antialias)).collect();
        for (band, plane) in group.iter().zip(&planes) {
            mask.write(*band, [plane]);
        }
    }
    mask
}

fn fill_band(edges: &[Edge], band: Rect, rule: Rule, antialias: bool) -> Vec<u16> {
    let width = band.width() as usize;
    let mut out = vec![0u16; width * band.height() as usize];
    let in_band: Vec<Edge> = edges
        .iter()
        .take_while(|e| e.top < f64::from(band.y1))
        .filter(|e| e.bottom > f64::from(band.y0))
        .copied()
        .collect();
    let lines = if antialias { SUB } else { 1 };
    let mut crossings: Vec<(f64, i32)> = Vec::new();
    let mut sum = vec![0f32; width + 2];
    for (row, y) in out.chunks_exact_mut(width).zip(band.y0..) {
        sum.fill(0.0);
        for line in 0..lines {
            let at = f64::from(y) + (line as f64 + 0.5) / lines as f64;
            crossings.clear();
            for e in in_band.iter().take_while(|e| e.top <= at).filter(|e| at < e.bottom) {
                crossings.push((e.x_at_top + (at - e.top) * e.slope - f64::from(band.x0), e.winding));
            }
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut winding = 0;
            for pair in crossings.windows(2) {
                winding += pair[0].1;
                let inside = match rule {
                    Rule::NonZero => winding != 0,
                    Rule::EvenOdd => winding % 2 != 0,
                };
                if inside {
                    let (a, b) = (pair[0].0, pair[1].0);
                    let (a, b) = if antialias { (a, b) } else { ((a - 0.5).ceil(), (b - 0.5).ceil()) };
                    add_span(&mut sum, a.clamp(0.0, width as f64), b.clamp(0.0, width as f64));
                }
            }
        }
        let mut coverage = 0.0;
        for (v, d) in row.iter_mut().zip(&sum) {
            coverage += d;
            *v = ((coverage / lines as f32).clamp(0.0, 1.0) * f32::from(ONE) + 0.5) as u16;
        }
    }
    out
}

/// Adds the coverage of the span `a..b` as differences: the running sum of `sum` is the coverage.
fn add_span(sum: &mut [f32], a: f64, b: f64) {
    let mut edge = |x: f64, sign: f32| {
        let i = x as usize;
        let part = (x - i as f64) as f32;
        sum[i] += sign * (1.0 - part);
        sum[i + 1] += sign * part;
    };
    edge(a, 1.0);
    edge(b, -1.0);
}
