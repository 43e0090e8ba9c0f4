//! The smoothest field that agrees with given values: the membrane equation `laplace v = v / length^2`, solved
//! coarse to fine. With an infinite length it continues the given values smoothly (a fill); with a finite one it
//! also dies away with the distance (a correction that must not reach far).

use rayon::prelude::*;

/// Replaces every value that is not `known` (one flag per pixel) in a field of `channels` interleaved channels and
/// `width` columns. `length` is in pixels. Where nothing is known the field is left alone. Linear in the number of
/// pixels.
pub fn fill(data: &mut [f32], channels: usize, width: usize, known: &[bool], length: f32) {
    if !known.iter().any(|&k| k) || known.iter().all(|&k| k) {
        return;
    }
    debug_assert_eq!(data.len(), known.len() * channels);
    level(data, channels, width, known, 1.0 / length.powi(2), 0);
}

fn level(data: &mut [f32], c: usize, w: usize, known: &[bool], screen: f32, depth: u32) {
    let h = known.len() / w;
    if w <= 2 && h <= 2 {
        coarsest(data, c, known);
    } else {
        let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
        let (mut coarse, coarse_known) = shrink(data, c, w, h, known);
        // A pixel twice as wide sees the length half as long.
        level(&mut coarse, c, cw, &coarse_known, screen * 4.0, depth + 1);
        enlarge(&coarse, c, (cw, ch), data, w, known);
    }
    // Coarse levels carry the shape and are cheap: smooth them longer.
    for _ in 0..(10 + 6 * depth).min(60) {
        for colour in 0..2 {
            relax(data, c, w, h, known, screen, colour);
        }
    }
}

/// One pixel or a few: the mean of what is known (relaxation at this level and finer lets it die away).
fn coarsest(data: &mut [f32], c: usize, known: &[bool]) {
    let count = known.iter().filter(|&&k| k).count().max(1) as f32;
    for channel in 0..c {
        let sum: f32 = (0..known.len()).filter(|&i| known[i]).map(|i| data[i * c + channel]).sum();
        for i in (0..known.len()).filter(|&i| !known[i]) {
            data[i * c + channel] = sum / count;
        }
    }
}

/// Means of 2x2 blocks over what is known in them.
fn shrink(data: &[f32], c: usize, w: usize, h: usize, known: &[bool]) -> (Vec<f32>, Vec<bool>) {
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let mut out = vec![0.0f32; cw * ch * c];
    let mut out_known = vec![false; cw * ch];
    out.par_chunks_mut(cw * c).zip(out_known.par_chunks_mut(cw)).enumerate().for_each(
        |(cy, (row, row_known))| {
            for cx in 0..cw {
                let mut count = 0.0;
                for y in 2 * cy..(2 * cy + 2).min(h) {
                    for x in 2 * cx..(2 * cx + 2).min(w) {
                        let i = y * w + x;
                        if known[i] {
                            count += 1.0;
                            for channel in 0..c {
                                row[cx * c + channel] += data[i * c + channel];
                            }
                        }
                    }
                }
                if count > 0.0 {
                    row_known[cx] = true;
                    row[cx * c..(cx + 1) * c].iter_mut().for_each(|v| *v /= count);
                }
            }
        },
    );
    (out, out_known)
}

/// Bilinear first guess for what is not known.
fn enlarge(coarse: &[f32], c: usize, (cw, ch): (usize, usize), data: &mut [f32], w: usize, known: &[bool]) {
    let split = |i: usize, n: usize| {
        let near = i / 2;
        let far = if i.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(n - 1) };
        (near, far)
    };
    data.par_chunks_mut(w * c).zip(known.par_chunks(w)).enumerate().for_each(|(y, (row, known))| {
        let (y0, y1) = split(y, ch);
        for x in (0..w).filter(|&x| !known[x]) {
            let (x0, x1) = split(x, cw);
            for channel in 0..c {
                let v = |x: usize, y: usize| coarse[(y * cw + x) * c + channel];
                let near = 0.75 * v(x0, y0) + 0.25 * v(x1, y0);
                let far = 0.75 * v(x0, y1) + 0.25 * v(x1, y1);
                row[x * c + channel] = 0.75 * near + 0.25 * far;
            }
        }
    });
}

/// One half of a red-black Gauss-Seidel sweep: pixels of one colour read only the other, so rows may be done in any
/// order with the same result.
fn relax(data: &mut [f32], c: usize, w: usize, h: usize, known: &[bool], screen: f32, colour: usize) {
    let stride = w * c;
    // Rows are cut into bands; a band reads the rows next to it as they were before this half sweep, of which it
    // needs only pixels of the other colour, and those do not change in it.
    let band = 32;
    let edges: Vec<(Vec<f32>, Vec<f32>)> = (0..h.div_ceil(band))
        .map(|b| {
            let (top, bottom) = (b * band, ((b + 1) * band).min(h));
            let above = if top > 0 { data[(top - 1) * stride..top * stride].to_vec() } else { vec![] };
            let below =
                if bottom < h { data[bottom * stride..(bottom + 1) * stride].to_vec() } else { vec![] };
            (above, below)
        })
        .collect();
    let bands = data.par_chunks_mut(band * stride).zip(known.par_chunks(band * w)).zip(edges.par_iter());
    bands.enumerate().for_each(|(b, ((data, known), (above, below)))| {
        let rows = known.len() / w;
        for y in 0..rows {
            let first = (b * band + y + colour) % 2;
            for x in (first..w).step_by(2).filter(|x| !known[y * w + x]) {
                for channel in 0..c {
                    let i = y * stride + x * c + channel;
                    let (mut sum, mut count) = (0.0, 0.0);
                    let mut add = |v: f32| {
                        sum += v;
                        count += 1.0;
                    };
                    if x > 0 {
                        add(data[i - c]);
                    }
                    if x + 1 < w {
                        add(data[i + c]);
                    }
                    if y > 0 {
                        add(data[i - stride]);
                    } else if !above.is_empty() {
                        add(above[x * c + channel]);
                    }
                    if y + 1 < rows {
                        add(data[i + stride]);
                    } else if !below.is_empty() {
                        add(below[x * c + channel]);
                    }
                    data[i] = sum / (count + screen);
                }
            }
        }
    });
}
