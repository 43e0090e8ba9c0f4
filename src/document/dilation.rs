//! Grey-scale dilation by a disc: every pixel takes the greatest coverage within the disc around it.
//!
//! Most masks are full or empty but for a soft rim. What full pixels reach is found in time that does not depend on
//! the radius: the distance up or down to the next full pixel of the column makes an interval of the row, and the
//! intervals together are what the disc covers. Only pixels that soft ones alone reach are looked at one by one.
//! Masks that are soft all over take the greatest of one run for every row of the disc instead.

use super::tile::ONE;
use rayon::prelude::*;

/// Dilates a plane of `w` by `h` by a disc of `radius` (all in pixels): offsets (dx, dy) with dx² + dy² ≤ (radius + ½)².
pub(super) fn dilate(plane: &[u16], w: usize, h: usize, radius: usize) -> Vec<u16> {
    let r2 = radius * radius + radius;
    let half: Vec<usize> = (0..=radius).map(|dy| (r2 - dy * dy).isqrt()).collect();
    let full = covered(plane, w, h, &half, |v| v == ONE);
    let any = covered(plane, w, h, &half, |v| v > 0);
    let soft: Vec<Vec<(usize, u16)>> = plane
        .par_chunks(w)
        .map(|row| row.iter().copied().enumerate().filter(|(_, v)| *v > 0 && *v < ONE).collect())
        .collect();
    let rim = full.par_iter().zip(&any).filter(|(full, any)| !**full && **any).count();
    let softs: usize = soft.iter().map(Vec::len).sum();
    // A row of the disc costs a search, and what it finds; a run costs about three steps for every pixel.
    let by_pixel = rim as f64 * (2 * radius + 1) as f64 * (4.0 + softs as f64 / h as f64);
    if by_pixel > (w * h) as f64 * (2 * radius + 1) as f64 * 3.0 {
        return by_runs(plane, w, h, &half);
    }
    let mut out = vec![0u16; w * h];
    out.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        for (x, v) in row.iter_mut().enumerate() {
            *v = match (full[y * w + x], any[y * w + x]) {
                (true, _) => ONE,
                (false, false) => 0,
                (false, true) => greatest(&soft, (x, y), &half),
            };
        }
    });
    out
}

/// Which pixels a disc around any pixel that `counts` covers.
fn covered(
    plane: &[u16],
    w: usize,
    h: usize,
    half: &[usize],
    counts: impl Fn(u16) -> bool + Sync,
) -> Vec<bool> {
    let far = half.len();
    // Rows to the next pixel that counts, up or down; `far` = out of reach.
    let mut above = vec![far as u32; w * h];
    let mut last = vec![far as u32; w];
    for (row, source) in above.chunks_exact_mut(w).zip(plane.chunks_exact(w)) {
        for ((d, last), v) in row.iter_mut().zip(&mut last).zip(source) {
            *last = if counts(*v) { 0 } else { (*last + 1).min(far as u32) };
            *d = *last;
        }
    }
    last.fill(far as u32);
    for (row, source) in above.chunks_exact_mut(w).zip(plane.chunks_exact(w)).rev() {
        for ((d, last), v) in row.iter_mut().zip(&mut last).zip(source) {
            *last = if counts(*v) { 0 } else { (*last + 1).min(far as u32) };
            *d = (*d).min(*last);
        }
    }
    let mut out = vec![false; w * h];
    out.par_chunks_mut(w).zip(above.par_chunks(w)).for_each_init(Vec::new, |ends, (row, distances)| {
        ends.clear();
        ends.resize(w + 1, 0i32);
        for (x, d) in distances.iter().enumerate() {
            if let Some(half) = half.get(*d as usize) {
                ends[x.saturating_sub(*half)] += 1;
                ends[(x + half + 1).min(w)] -= 1;
            }
        }
        let mut open = 0;
        for (covered, change) in row.iter_mut().zip(ends.iter()) {
            open += change;
            *covered = open > 0;
        }
    });
    out
}

/// The greatest of the soft pixels, listed by rows from left to right, within the disc around a pixel.
fn greatest(soft: &[Vec<(usize, u16)>], (x, y): (usize, usize), half: &[usize]) -> u16 {
    let radius = half.len() - 1;
    let rows = y.saturating_sub(radius)..(y + radius + 1).min(soft.len());
    rows.map(|from| {
        let half = half[from.abs_diff(y)];
        let row = &soft[from];
        let start = row.partition_point(|(at, _)| at + half < x);
        row[start..].iter().take_while(|(at, _)| *at <= x + half).map(|(_, v)| *v).max().unwrap_or(0)
    })
    .max()
    .unwrap_or(0)
}

/// The same as the maximum of horizontal runs: for every row offset one run whose length the circle gives.
fn by_runs(plane: &[u16], w: usize, h: usize, half: &[usize]) -> Vec<u16> {
    let mut out = vec![0u16; w * h];
    out.par_chunks_mut(w).enumerate().for_each_init(Vec::new, |buffer, (y, row)| {
        for (dy, &half) in half.iter().enumerate() {
            let rows = [y.checked_sub(dy), (dy > 0 && y + dy < h).then_some(y + dy)];
            for from in rows.into_iter().flatten() {
                let source = &plane[from * w..from * w + w];
                if source.iter().any(|&v| v != 0) {
                    max_run(source, half, row, buffer);
                }
            }
        }
    });
    out
}

/// `out = max(out, greatest of source within ±half)`, by van Herk's and Gil and Werman's two running maxima.
fn max_run(source: &[u16], half: usize, out: &mut [u16], buffer: &mut Vec<u16>) {
    let n = source.len();
    let k = 2 * half + 1;
    let padded = (n + 2 * half).div_ceil(k) * k;
    buffer.clear();
    buffer.resize(padded * 2, 0);
    let (forward, backward) = buffer.split_at_mut(padded);
    forward[half..half + n].copy_from_slice(source);
    backward.copy_from_slice(forward);
    for block in forward.chunks_exact_mut(k) {
        (1..k).for_each(|i| block[i] = block[i].max(block[i - 1]));
    }
    for block in backward.chunks_exact_mut(k) {
        (1..k).rev().for_each(|i| block[i - 1] = block[i - 1].max(block[i]));
    }
    for ((v, &b), &f) in out.iter_mut().zip(&backward[..n]).zip(&forward[k - 1..k - 1 + n]) {
        *v = (*v).max(b).max(f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane of discs and specks, hard, with a soft rim, or soft all over.
    fn plane(seed: u32, w: usize, h: usize, softness: f32) -> Vec<u16> {
        let mut state = seed;
        let mut next = move |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % n
        };
        let mut out = vec![0u16; w * h];
        for _ in 0..5 {
            let (cx, cy, r) = (next(w) as f32, next(h) as f32, next(12) as f32);
            for (i, v) in out.iter_mut().enumerate() {
                let d = ((i % w) as f32 - cx).hypot((i / w) as f32 - cy);
                let soft = ((r - d) / softness + 0.5).clamp(0.0, 1.0);
                *v = (*v).max((soft * f32::from(ONE)) as u16);
            }
        }
        out
    }

    #[test]
    fn intervals_and_runs_agree() {
        for seed in 0..12 {
            let (w, h) = (61 + seed as usize % 3, 47);
            for softness in [1e-3, 1.5, 30.0] {
                let plane = plane(seed, w, h, softness);
                for radius in [1usize, 2, 5, 17, 60] {
                    let r2 = radius * radius + radius;
                    let half: Vec<usize> = (0..=radius).map(|dy| (r2 - dy * dy).isqrt()).collect();
                    let got = dilate(&plane, w, h, radius);
                    assert!(got == by_runs(&plane, w, h, &half), "seed {seed}, {softness}, {radius}");
                }
            }
        }
    }
}
