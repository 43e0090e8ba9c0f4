//! A narrow pass over the seam of a picture that is done.

use image::RgbaImage;

use super::masked::Masked;
use crate::generate::backend::Pass;
use crate::generate::picture::{Mask, Picture};
use crate::generate::region::color_match::color_match;
use crate::generate::region::resample::{crop_mask, from_model, mask_to_model, to_model};
use crate::generate::region::strength::{MIN_STEPS, steps_for_strength};
use crate::generate::region::{masks, morphology, outpaint, seam, stitch};
use crate::geom::Rect;

/// How much the pass may change.
const STRENGTH: f32 = 0.4;
/// Width of the band that is repainted, pixels of a 512 px model.
const BAND_PX: f32 = 64.0;

/// A band around the seam, ready to be repainted.
#[derive(Clone, Debug)]
pub struct Mend {
    rect: Rect,
    /// Of the rectangle: 1 on the seam, 0 beyond the band.
    band: Mask,
    reach: u32,
    pass: Pass,
}

impl Mend {
    /// What it paints, in pixels of the finished picture.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// The pass to run.
    pub fn pass(&self) -> &Pass {
        &self.pass
    }
}

impl Masked {
    /// Plans the mending of `image`; `None` if it has no seam.
    pub(super) fn mend(&self, first: &Pass, image: &RgbaImage, native_px: u32) -> Option<Mend> {
        let (rect, size) = self.finest();
        let reach = ((BAND_PX / 2.0 * masks::unit(native_px)).round() as u32).max(4);
        let paste = crop_mask(&self.paste_mask(), rect);
        let inside = masks::binary(&paste, seam::LEVEL);
        let core = morphology::erode(&inside, 1);
        let line: Vec<f32> = inside.data.iter().zip(&core.data).map(|(i, c)| i - c).collect();
        let line = Mask { data: line, ..inside };
        if !line.any() {
            return None;
        }
        let mut band = morphology::tent_blur(&morphology::dilate(&line, reach / 2), reach / 2);
        morphology::snap(&mut band);
        let mut pass = Pass {
            width: size.width,
            height: size.height,
            steps: steps_for_strength(first.steps, STRENGTH, MIN_STEPS).0,
            strength: STRENGTH,
            origin: self.world(rect, size.scale),
            init: Some(to_model(&crop_of(image, rect), &size)),
            mask: Some(mask_to_model(&band, &size)),
            ..first.clone()
        };
        self.extras.dress(&mut pass, rect, &size);
        Some(Mend { rect, band, reach, pass })
    }

    /// `image` with what the pass made of the band. Kept pixels stay.
    pub(super) fn mended(&self, mend: &Mend, image: &RgbaImage, picture: &Picture) -> RgbaImage {
        let Mend { rect, band, reach, .. } = mend;
        let (_, size) = self.finest();
        let before = crop_of(image, *rect);
        let mut picture = from_model(picture, &size, rect.width(), rect.height());
        let around: Vec<f32> = band.data.iter().map(|b| 1.0 - b).collect();
        color_match(&mut picture, &before, &around, 1.0);
        let paste = crop_mask(&self.paste_mask(), *rect);
        let amount = band.data.iter().zip(&paste.data).map(|(b, p)| b * p).collect();
        let amount = Mask { data: amount, ..*band };
        let mut out = image.clone();
        // Next to empty canvas the kept side cannot give way: the new side bends to it.
        outpaint::meet_edges(&mut picture, self.canvas(), *rect, *reach as f32);
        stitch::paste(&mut out, *rect, &picture, &amount);
        out
    }
}

fn crop_of(image: &RgbaImage, rect: Rect) -> Picture {
    let part = image::imageops::crop_imm(image, rect.x0 as u32, rect.y0 as u32, rect.width(), rect.height());
    Picture::from_rgb8(&image::DynamicImage::ImageRgba8(part.to_image()).to_rgb8())
}
