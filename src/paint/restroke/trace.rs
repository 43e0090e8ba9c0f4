//! Where strokes run and what colour they have.

use super::field::Directions;
use super::{Pass, Picture, Settings, difference};
use crate::color::Hsv;
use crate::geom::Point;
use crate::paint::hash::{hash, signed, unit};
use rayon::prelude::*;

/// A stroke, in pixels of the picture.
pub(super) struct Line {
    pub(super) points: Vec<Point>,
    pub(super) radius: f32,
    pub(super) color: [f32; 3],
    pub(super) seed: u64,
}

/// The strokes of one pass, in the order in which they are laid.
pub(super) fn strokes(
    reference: &Picture,
    now: &Picture,
    field: &Directions,
    pass: &Pass,
    settings: &Settings,
) -> Vec<Line> {
    let cell = ((pass.radius * 0.85).round() as usize).max(2);
    let (nx, ny) = (reference.w.div_ceil(cell), reference.h.div_ceil(cell));
    let mut lines: Vec<(u64, Line)> = (0..nx * ny)
        .into_par_iter()
        .filter_map(|i| {
            let (x0, y0) = (i % nx * cell, i / nx * cell);
            let at = worst(reference, now, x0, y0, cell, pass.threshold)?;
            let seed = hash(settings.seed.wrapping_add(pass.index), i as u64);
            // Laid in random order, so that no row covers the one before it.
            Some((hash(seed, 0), trace(reference, now, field, pass, settings, at, seed)))
        })
        .collect();
    lines.sort_by_key(|(order, _)| *order);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The pixel of the cell that is farthest off, if the cell is off by more than the threshold on average.
fn worst(a: &Picture, b: &Picture, x0: usize, y0: usize, cell: usize, threshold: f32) -> Option<usize> {
    let (mut sum, mut n, mut most, mut at) = (0.0, 0.0, -1.0, 0);
    for y in y0..(y0 + cell).min(a.h) {
        for x in x0..(x0 + cell).min(a.w) {
            let i = y * a.w + x;
            let d = difference(a.at(i), b.at(i));
            sum += d;
            n += 1.0;
            if d > most {
                (most, at) = (d, i);
            }
        }
    }
    (sum / n > threshold).then_some(at)
}

fn trace(
    reference: &Picture,
    now: &Picture,
    field: &Directions,
    pass: &Pass,
    settings: &Settings,
    start: usize,
    seed: u64,
) -> Line {
    let own = reference.at(start);
    let (mut x, mut y) = ((start % reference.w) as f32 + 0.5, (start / reference.w) as f32 + 0.5);
    let mut way = field.at(x, y);
    if unit(seed, 1) < 0.5 {
        way = way.map(|v| -v);
    }
    let inertia = 0.9 - 0.8 * settings.curvature.clamp(0.0, 1.0);
    let most = settings.length.clamp(1.0, 60.0) * (0.55 + 0.9 * unit(seed, 2));
    let mut points = vec![Point::new(f64::from(x), f64::from(y))];
    while (points.len() as f32) < most.max(2.0) {
        let along = field.at(x, y);
        let sign = if along[0] * way[0] + along[1] * way[1] < 0.0 { -1.0 } else { 1.0 };
        let turn = |i: usize| (1.0 - inertia) * sign * along[i] + inertia * way[i];
        let (dx, dy) = (turn(0), turn(1));
        let length = (dx * dx + dy * dy).sqrt().max(1e-6);
        way = [dx / length, dy / length];
        (x, y) = (x + way[0] * pass.radius, y + way[1] * pass.radius);
        if x < 0.0 || y < 0.0 || x >= reference.w as f32 || y >= reference.h as f32 {
            break;
        }
        let i = y as usize * reference.w + x as usize;
        // It ends where what is there is nearer to the picture than its own colour.
        let there = reference.at(i);
        if points.len() > 2 && difference(there, now.at(i)) < difference(there, own) {
            break;
        }
        points.push(Point::new(f64::from(x), f64::from(y)));
    }
    if points.len() == 1 {
        let half = Point::new(f64::from(way[0]), f64::from(way[1])) * f64::from(pass.radius * 0.5);
        points = vec![points[0] - half, points[0] + half];
    }
    Line {
        points,
        radius: pass.radius * (0.75 + 0.5 * unit(seed, 3)),
        color: jittered(own, settings, seed),
        seed,
    }
}

fn jittered(c: [f32; 3], settings: &Settings, seed: u64) -> [f32; 3] {
    let amount = settings.color_jitter.clamp(0.0, 1.0);
    let mut hsv = Hsv::from_srgb(c[0], c[1], c[2]);
    hsv.h += amount * 0.15 * signed(seed, 4);
    hsv.s = (hsv.s * (1.0 + amount * signed(seed, 5))).clamp(0.0, 1.0);
    hsv.v = (hsv.v * (1.0 + amount * signed(seed, 6))).clamp(0.0, 1.0);
    hsv.to_srgb()
}
