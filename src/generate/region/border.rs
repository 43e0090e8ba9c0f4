//! The border of a decoded picture. Convolutions see zeros beyond it, which discolours its outermost pixels a little:
//! a line that nobody sees at the edge of a picture, and everybody once the picture is extended beyond it.

use crate::generate::picture::Picture;

/// Pixels along the border, to either side, over which the discolouration is averaged: texture stays.
const ALONG: usize = 3;
/// Shortest side that has a border worth speaking of.
const SHORTEST: u32 = 32;

/// Takes the discolouration from the outermost pixels: what differs, along a stretch of border, from the pixels next to
/// them.
pub fn clean(picture: &mut Picture) {
    if picture.width.min(picture.height) < SHORTEST {
        return;
    }
    let (w, h) = (picture.width as usize, picture.height as usize);
    // A side is its first pixel, the way along it and the way inward, in pixels.
    let sides = [(0, w as isize, 1, h), (w - 1, w as isize, -1, h)];
    let ends = [(0, 1, w as isize, w), ((h - 1) * w, 1, -(w as isize), w)];
    for (start, along, inward, length) in sides.into_iter().chain(ends) {
        let at = |i: usize, k: isize| (start as isize + i as isize * along + k * inward) as usize * 3;
        let excess: Vec<[f32; 3]> = (0..length)
            .map(|i| std::array::from_fn(|c| picture.data[at(i, 0) + c] - picture.data[at(i, 1) + c]))
            .collect();
        for i in 0..length {
            let near = &excess[i.saturating_sub(ALONG)..(i + ALONG + 1).min(length)];
            for c in 0..3 {
                let mean = near.iter().map(|e| e[c]).sum::<f32>() / near.len() as f32;
                let v = &mut picture.data[at(i, 0) + c];
                *v = (*v - mean).clamp(0.0, 1.0);
            }
        }
    }
}
