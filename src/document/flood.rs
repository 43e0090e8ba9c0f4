//! Regions of similar colour: what the magic wand selects and the bucket fills.

use super::tile::{ONE, tiles_in};
use super::tilemap::{Mask, Pixels, Slot, offset};
use crate::geom::Rect;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// What counts as one region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FloodSettings {
    /// Greatest difference of any premultiplied channel from the pixel that was clicked, 0..=1.
    pub tolerance: f32,
    /// Only what hangs together with that pixel; otherwise every similar pixel (select by colour).
    pub contiguous: bool,
    /// Openings up to this wide do not let the region out.
    pub gap_px: u32,
    /// Pixels by which the region is grown (shrunk when negative), to reach under line work.
    pub grow_px: i32,
    /// Pixels at the rim that are partly similar are partly covered.
    pub antialias: bool,
}

impl Default for FloodSettings {
    fn default() -> Self {
        Self { tolerance: 0.1, contiguous: true, gap_px: 0, grow_px: 0, antialias: true }
    }
}

/// A flat plane of what can be filled.
struct Field {
    rect: Rect,
    w: usize,
    h: usize,
    /// Difference from the seed colour, 0..=65535.
    difference: Vec<u16>,
    limit: u16,
}

impl Field {
    fn free(&self, i: usize) -> bool {
        self.difference[i] <= self.limit
    }
}

/// The region of `pixels` within `bounds` that is similar to the pixel at `seed`. Empty if `seed` lies outside.
pub fn flood(pixels: &Pixels, seed: (i32, i32), bounds: Rect, settings: &FloodSettings) -> Mask {
    if !bounds.contains(seed.0, seed.1) || bounds.area() > 1 << 28 {
        return Mask::default();
    }
    let field = field(pixels, seed, bounds, settings);
    let mut inside = vec![false; field.difference.len()];
    let start = (seed.1 - bounds.y0) as usize * field.w + (seed.0 - bounds.x0) as usize;
    if !settings.contiguous {
        inside.par_iter_mut().enumerate().for_each(|(i, v)| *v = field.free(i));
    } else if settings.gap_px < 2 {
        spans(&field, start, &mut inside, |i| field.free(i));
    } else {
        flood_with_gaps(&field, start, &mut inside, settings.gap_px);
    }
    let mut mask = Mask::default();
    mask.write(bounds, [&coverage(&field, &inside, settings.antialias)]);
    match settings.grow_px {
        0 => mask,
        n if n > 0 => super::selection::grow(&mask, n as u32),
        n => super::selection::shrink(&mask, n.unsigned_abs()),
    }
}

fn field(pixels: &Pixels, seed: (i32, i32), bounds: Rect, settings: &FloodSettings) -> Field {
    let target = pixels.pixel(seed.0, seed.1);
    let w = bounds.width() as usize;
    let mut difference = vec![0u16; w * bounds.height() as usize];
    let distance =
        |px: [u16; 4]| px.iter().zip(target).map(|(&v, t)| v.abs_diff(t)).max().unwrap_or_default();
    difference.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        let y = bounds.y0 + y as i32;
        let line = Rect::new(bounds.x0, y, bounds.x1, y + 1);
        for pos in tiles_in(line) {
            let part = pos.rect().intersect(&line);
            let out = &mut row[(part.x0 - bounds.x0) as usize..(part.x1 - bounds.x0) as usize];
            match pixels.slot(pos) {
                Slot::Solid(px) => out.fill(distance(*px)),
                Slot::Pixels(tile) => {
                    let from = offset(part.x0, y);
                    let [r, g, b, a] = tile.planes.each_ref().map(|p| &p[from..from + out.len()]);
                    for (i, v) in out.iter_mut().enumerate() {
                        *v = distance([r[i], g[i], b[i], a[i]]);
                    }
                }
            }
        }
    });
    let limit = (settings.tolerance.clamp(0.0, 1.0) * f32::from(ONE)) as u16;
    Field { rect: bounds, w, h: bounds.height() as usize, difference, limit }
}

/// Fills the four-connected region of `open` pixels around `start`, a horizontal span at a time.
fn spans(field: &Field, start: usize, inside: &mut [bool], open: impl Fn(usize) -> bool) {
    let (w, h) = (field.w, field.h);
    let mut todo = vec![start];
    while let Some(at) = todo.pop() {
        if inside[at] || !open(at) {
            continue;
        }
        let row = at / w * w;
        let (mut x0, mut x1) = (at, at);
        while x0 > row && !inside[x0 - 1] && open(x0 - 1) {
            x0 -= 1;
        }
        while x1 + 1 < row + w && !inside[x1 + 1] && open(x1 + 1) {
            x1 += 1;
        }
        inside[x0..=x1].fill(true);
        let above = row.checked_sub(w);
        let below = (row / w + 1 < h).then_some(row + w);
        for next in [above, below].into_iter().flatten() {
            // One seed per open span of the neighbour row.
            let mut before = false;
            let (first, last) = (x0 - row + next, x1 - row + next);
            for (i, &done) in inside.iter().enumerate().take(last + 1).skip(first) {
                let now = !done && open(i);
                if now && !before {
                    todo.push(i);
                }
                before = now;
            }
        }
    }
}

/// Fills what a ball of `gap` pixels can reach, and then what lies between its path and the lines.
fn flood_with_gaps(field: &Field, start: usize, inside: &mut [bool], gap: u32) {
    let radius = (gap.min(1000) as usize).div_ceil(2);
    let distance = distance_to_lines(field);
    // In thirds of a pixel, as the distance is.
    let wide = |i: usize| distance[i] as usize > 3 * radius;
    let Some(start) = nearest(field, start, radius * 2 + 1, &wide) else {
        return spans(field, start, inside, |i| field.free(i));
    };
    spans(field, start, inside, wide);
    let rim: Vec<usize> = (0..inside.len()).filter(|&i| inside[i]).collect();
    spread(field, rim, inside, radius + 1);
}

/// The nearest pixel that is `wide`, within `steps` steps through free ones.
fn nearest(field: &Field, start: usize, steps: usize, wide: &impl Fn(usize) -> bool) -> Option<usize> {
    let mut seen = vec![false; field.difference.len()];
    let mut ring = vec![start];
    seen[start] = true;
    for _ in 0..=steps {
        if let Some(&found) = ring.iter().find(|&&i| wide(i)) {
            return Some(found);
        }
        let mut next = Vec::new();
        for i in ring {
            for n in neighbours(field, i) {
                if !seen[n] && field.free(n) {
                    seen[n] = true;
                    next.push(n);
                }
            }
        }
        ring = next;
    }
    None
}

fn neighbours(field: &Field, i: usize) -> impl Iterator<Item = usize> {
    let (w, x, y) = (field.w, i % field.w, i / field.w);
    [
        (x > 0).then(|| i - 1),
        (x + 1 < w).then(|| i + 1),
        (y > 0).then(|| i - w),
        (y + 1 < field.h).then(|| i + w),
    ]
    .into_iter()
    .flatten()
}

/// Grows `inside` by `steps` steps through free pixels. Steps go diagonally too, so that corners are reached, but
/// not between two pixels that are not free, so that no line is crossed.
fn spread(field: &Field, mut ring: Vec<usize>, inside: &mut [bool], steps: usize) {
    let (w, h) = (field.w, field.h);
    for _ in 0..steps {
        let mut next = Vec::new();
        for i in ring {
            let (x, y) = (i % w, i / w);
            for ny in y.saturating_sub(1)..(y + 2).min(h) {
                for nx in x.saturating_sub(1)..(x + 2).min(w) {
                    let n = ny * w + nx;
                    let open = field.free(n) && field.free(ny * w + x) && field.free(y * w + nx);
                    if !inside[n] && open {
                        inside[n] = true;
                        next.push(n);
                    }
                }
            }
        }
        ring = next;
    }
}

/// Distance of each pixel to the nearest one that is not free, in thirds of a pixel: the 3-4 chamfer distance of
/// Borgefors 1986, two passes. Outside of the field is free.
fn distance_to_lines(field: &Field) -> Vec<u16> {
    let (w, h) = (field.w, field.h);
    let far = u16::MAX - 4;
    let mut d: Vec<u16> = (0..w * h).map(|i| if field.free(i) { far } else { 0 }).collect();
    for y in 0..h {
        for x in 0..w {
            let i = y * w + x;
            let mut v = d[i];
            if x > 0 {
                v = v.min(d[i - 1] + 3);
            }
            if y > 0 {
                v = v.min(d[i - w] + 3);
                if x > 0 {
                    v = v.min(d[i - w - 1] + 4);
                }
                if x + 1 < w {
                    v = v.min(d[i - w + 1] + 4);
                }
            }
            d[i] = v.min(far);
        }
    }
    for y in (0..h).rev() {
        for x in (0..w).rev() {
            let i = y * w + x;
            let mut v = d[i];
            if x + 1 < w {
                v = v.min(d[i + 1] + 3);
            }
            if y + 1 < h {
                v = v.min(d[i + w] + 3);
                if x + 1 < w {
                    v = v.min(d[i + w + 1] + 4);
                }
                if x > 0 {
                    v = v.min(d[i + w - 1] + 4);
                }
            }
            d[i] = v.min(far);
        }
    }
    d
}

/// Full coverage inside; with antialiasing a pixel that touches the inside is covered by how similar it is, so that
/// paint reaches under the soft rim of a line.
fn coverage(field: &Field, inside: &[bool], antialias: bool) -> Vec<u16> {
    let mut out = vec![0u16; inside.len()];
    out.par_chunks_mut(field.w).enumerate().for_each(|(y, row)| {
        for (x, v) in row.iter_mut().enumerate() {
            let i = y * field.w + x;
            if inside[i] {
                *v = ONE;
            } else if antialias && !field.free(i) && neighbours(field, i).any(|n| inside[n]) {
                let over = u32::from(field.difference[i] - field.limit);
                let room = u32::from(ONE - field.limit).max(1);
                *v = ONE - (over * u32::from(ONE) / room) as u16;
            }
        }
    });
    debug_assert_eq!(field.rect.area() as usize, out.len());
    out
}
