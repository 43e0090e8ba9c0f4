//! A band along the border of a region: what is repainted to hide a seam that is there already.

use super::{masks, morphology, seam};
use crate::generate::picture::Mask;

/// Half the width of the band, pixels of a 512 px model.
const REACH_PX: f32 = 32.0;
/// The same as a part of the region's diagonal.
const REACH: f32 = 0.05;

/// Where `region` (1 on one side of the border, 0 on the other) changes from one pixel to the next: 1 at the border,
/// falling to 0 on both sides. `unit` as of [`masks::unit`]. `None` where there is no border: that of the picture is none.
pub fn along(region: &Mask, unit: f32) -> Option<Mask> {
    let inside = masks::binary(region, seam::LEVEL);
    let (grown, shrunk) = (morphology::dilate(&inside, 1), morphology::erode(&inside, 1));
    let line: Vec<f32> = grown.data.iter().zip(&shrunk.data).map(|(g, s)| g - s).collect();
    let line = Mask { data: line, ..inside };
    if !line.any() {
        return None;
    }
    let (w, h) = (inside.width as usize, inside.height as usize);
    let bounds = masks::bounds_by(w as u32, h as u32, |x, y| inside.data[y * w + x] > 0.0);
    let reach = (REACH_PX * unit).max(REACH * masks::diagonal(&bounds)).round().max(4.0) as u32;
    let mut band = morphology::tent_blur(&morphology::dilate(&line, reach / 2), reach / 2);
    morphology::snap(&mut band);
    Some(band)
}
