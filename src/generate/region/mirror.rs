//! A picture continued beyond its edge by its own reflection: the layers of a landscape go on at their height, with
//! colours and contrasts that belong to it, where a smooth continuation fades to the mean of all of them.

use rayon::prelude::*;

use crate::generate::picture::{Mask, Picture};

/// Offset to the nearest known pixel; far away for none.
pub(super) type Offset = (i32, i32);
const NONE: Offset = (1 << 14, 1 << 14);

/// The picture with what is under `mask` (above 0) replaced by the reflection at the nearest pixel that is not; mid grey
/// where there is none. Where the reflection runs out of picture it turns round.
pub fn mirrored(picture: &Picture, mask: &Mask) -> Picture {
    let (w, h) = (mask.width as usize, mask.height as usize);
    let known: Vec<bool> = mask.data.iter().map(|&m| m <= 0.0).collect();
    if !known.contains(&true) {
        return Picture::filled(picture.width, picture.height, [0.5; 3]);
    }
    let nearest = nearest_known(&known, w, h);
    let inside = |x: i32, y: i32| x >= 0 && y >= 0 && x < w as i32 && y < h as i32;
    let is_known = |x: i32, y: i32| inside(x, y) && known[y as usize * w + x as usize];
    let mut out = picture.clone();
    out.data.par_chunks_mut(3 * w).enumerate().for_each(|(y, row)| {
        for x in (0..w).filter(|x| !known[y * w + x]) {
            let (dx, dy) = nearest[y * w + x];
            let edge = (x as i32 + dx, y as i32 + dy);
            let (sx, sy) = reflected(edge, (dx, dy), is_known);
            let from = (sy as usize * w + sx as usize) * 3;
            row[3 * x..3 * x + 3].copy_from_slice(&picture.data[from..from + 3]);
        }
    });
    out
}

/// The pixel as far behind `edge` as the way `(dx, dy)` to it is long, turning round where the known ends.
fn reflected(edge: (i32, i32), (dx, dy): Offset, is_known: impl Fn(i32, i32) -> bool) -> (i32, i32) {
    let straight = (edge.0 + dx, edge.1 + dy);
    if is_known(straight.0, straight.1) {
        return straight;
    }
    let length = dx.abs().max(dy.abs()).max(1);
    let at = |k: i32| {
        let part = |d: i32| (f64::from(d) * f64::from(k) / f64::from(length)).round() as i32;
        (edge.0 + part(dx), edge.1 + part(dy))
    };
    let there = |k: &i32| {
        let (x, y) = at(*k);
        is_known(x, y)
    };
    let room = (1..=length).take_while(there).count() as i32;
    // There and back again.
    let k = if room == 0 { 0 } else { length % (2 * room) };
    at(if k > room { 2 * room - k } else { k })
}

/// For each pixel the way to the nearest known one, by two sweeps over the rows (Danielsson 1980, "Euclidean distance
/// mapping"): exact but for rare ties.
pub(super) fn nearest_known(known: &[bool], w: usize, h: usize) -> Vec<Offset> {
    let mut out: Vec<Offset> = known.iter().map(|&k| if k { (0, 0) } else { NONE }).collect();
    let square = |(x, y): Offset| i64::from(x).pow(2) + i64::from(y).pow(2);
    let look = |out: &mut Vec<Offset>, x: usize, y: usize, dx: i32, dy: i32| {
        let (nx, ny) = (x as i32 + dx, y as i32 + dy);
        if nx < 0 || ny < 0 || nx >= w as i32 || ny >= h as i32 {
            return;
        }
        let (ox, oy) = out[ny as usize * w + nx as usize];
        let by_it = (ox + dx, oy + dy);
        if square(by_it) < square(out[y * w + x]) {
            out[y * w + x] = by_it;
        }
    };
    for y in 0..h {
        for x in 0..w {
            for (dx, dy) in [(0, -1), (-1, -1), (1, -1), (-1, 0)] {
                look(&mut out, x, y, dx, dy);
            }
        }
        for x in (0..w).rev() {
            look(&mut out, x, y, 1, 0);
        }
    }
    for y in (0..h).rev() {
        for x in (0..w).rev() {
            for (dx, dy) in [(0, 1), (-1, 1), (1, 1), (1, 0)] {
                look(&mut out, x, y, dx, dy);
            }
        }
        for x in 0..w {
            look(&mut out, x, y, -1, 0);
        }
    }
    out
}
