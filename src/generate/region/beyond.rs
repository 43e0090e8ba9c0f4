//! A picture continued beyond its edge by the colours along it: what is above goes on upward and what is below downward, a
//! horizon goes on sideways, and what stands in the middle is not repeated.

use super::{masks, mirror, morphology};
use crate::generate::picture::{Mask, Picture};

/// The outermost pixels that say which colours go on: fewer would be led astray by a single stroke.
const DEPTH: u32 = 4;

/// The picture with what is under `mask` (above 0) replaced by the colours at the nearest edge, the farther away the longer
/// the stretch of edge that they are the mean of; mid grey where there is no edge.
pub fn extended(picture: &Picture, mask: &Mask) -> Picture {
    let known: Vec<bool> = mask.data.iter().map(|&m| m <= 0.0).collect();
    if !known.contains(&true) {
        return Picture::filled(picture.width, picture.height, [0.5; 3]);
    }
    let open = masks::binary(mask, 0.0);
    let near = morphology::dilate(&open, 1);
    let edge = Mask { data: open.data.iter().zip(&near.data).map(|(o, n)| n - o).collect(), ..open };
    let kept = Mask { data: open.data.iter().map(|o| 1.0 - o).collect(), ..open };
    let colours = morphology::mean_where(picture, &kept, DEPTH, picture);
    let (carried, _) = carried(&colours, &edge, &known, f32::INFINITY);
    let mut out = picture.clone();
    for i in (0..known.len()).filter(|&i| !known[i]) {
        out.data[3 * i..3 * i + 3].copy_from_slice(&carried.data[3 * i..3 * i + 3]);
    }
    out
}

/// Values along an edge (`edge` is 1 there) carried away from it as far as `reach`: at each pixel the mean over a stretch of
/// edge around the nearest known one, as long as it is far; 0 beyond. Also how far each pixel is.
pub(super) fn carried(values: &Picture, edge: &Mask, known: &[bool], reach: f32) -> (Picture, Vec<f32>) {
    let (w, h) = (edge.width as usize, edge.height as usize);
    let nearest = mirror::nearest_known(known, w, h);
    let distances: Vec<f32> = nearest.iter().map(|&(dx, dy)| (dx as f32).hypot(dy as f32)).collect();
    let farthest = distances.iter().fold(1.0f32, |a, d| a.max(d.min(reach))).min((w + h) as f32);
    let mut levels = vec![values.clone()];
    let mut radius = 1;
    while radius as f32 <= farthest {
        levels.push(morphology::mean_where(values, edge, radius, values));
        radius *= 2;
    }
    let mut out = Picture::filled(edge.width, edge.height, [0.0; 3]);
    for (i, (dx, dy)) in nearest.into_iter().enumerate().filter(|(i, _)| distances[*i] <= reach) {
        let from = i as i32 + dy * w as i32 + dx;
        // Level k is the mean over 2^(k-1) pixels to either side; half the distance is wanted.
        let level = distances[i].max(1.0).log2().min((levels.len() - 1) as f32);
        let (low, t) = (level.floor() as usize, level.fract());
        let high = (low + 1).min(levels.len() - 1);
        for c in 0..3 {
            let at = 3 * from as usize + c;
            let (a, b) = (levels[low].data[at], levels[high].data[at]);
            out.data[3 * i + c] = a + (b - a) * t;
        }
    }
    (out, distances)
}
