//! What a request says beside words, pictures and masks: words for regions, a picture for style.

use image::GrayImage;

use crate::generate::backend::{GenerateError, Pass, PassRegion};
use crate::generate::picture::{Mask, Picture};
use crate::generate::region::context::ModelSize;
use crate::generate::region::palette::{self, Palette};
use crate::generate::region::resample::{crop_mask, mask_to_model};
use crate::generate::request::{Inputs, MAX_REGION_WEIGHT, MAX_REGIONS, Request};
use crate::geom::Rect;

/// Regions and style of a request, ready for any part of its canvas.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    /// Words and their shares on the canvas.
    regions: Vec<(String, Mask)>,
    style: Option<(Palette, f32)>,
}

impl Extras {
    /// Reads them off the inputs. `picture` is the size that region masks have; the canvas is that and the margins.
    pub(super) fn new(
        request: &Request,
        inputs: &Inputs,
        picture: (u32, u32),
    ) -> Result<Self, GenerateError> {
        check(request, inputs, picture)?;
        let m = &request.outpaint;
        let canvas = (picture.0 + m.left + m.right, picture.1 + m.top + m.bottom);
        let masks = inputs.regions.iter().map(|mask| on_canvas(mask, (m.left, m.top), canvas));
        let weights = request.regions.iter().map(|r| r.weight);
        let shares = shares(masks.collect(), weights.collect());
        let prompts = request.regions.iter().map(|r| r.prompt.clone());
        let style = inputs.style.as_deref().filter(|_| request.style.is_some()).and_then(|picture| {
            let rgb = image::DynamicImage::ImageRgba8(picture.clone()).to_rgb8();
            let weights: Vec<f32> = picture.pixels().map(|p| f32::from(p[3]) / 255.0).collect();
            Palette::of(&Picture::from_rgb8(&rgb), Some(&weights))
        });
        let style = style.map(|palette| (palette, request.style_amount));
        Ok(Self { regions: prompts.zip(shares).collect(), style })
    }

    /// Gives a pass over `rect` of the canvas its regions.
    pub(super) fn dress(&self, pass: &mut Pass, rect: Rect, size: &ModelSize) {
        let part = |(prompt, share): &(String, Mask)| PassRegion {
            prompt: prompt.clone(),
            share: mask_to_model(&crop_mask(share, rect), size),
        };
        pass.regions = self.regions.iter().map(part).filter(|r| r.share.any()).collect();
    }

    /// The same on a canvas that is `factor` times as large.
    pub(super) fn enlarged(mut self, factor: u32) -> Self {
        let scale = f64::from(factor);
        for (_, share) in &mut self.regions {
            let size = ModelSize { scale, width: share.width * factor, height: share.height * factor };
            *share = mask_to_model(share, &size);
        }
        self
    }

    /// Whether there is a style.
    pub(super) fn has_style(&self) -> bool {
        self.style.is_some()
    }

    /// Moves colours towards the style; the present ones are read off the pixels with `weights`.
    pub(super) fn stylise(&self, picture: &mut Picture, weights: Option<&[f32]>) {
        if let Some((palette, amount)) = &self.style {
            palette::transfer(picture, weights, palette, *amount);
        }
    }
}

fn check(request: &Request, inputs: &Inputs, picture: (u32, u32)) -> Result<(), GenerateError> {
    let fail = |text: String| Err(GenerateError::Request(text));
    let regions = &request.regions;
    if regions.len() > MAX_REGIONS {
        return fail(format!(
            "there are words for {} parts of the picture: at most {MAX_REGIONS} work",
            regions.len()
        ));
    }
    if regions.len() != inputs.regions.len() {
        return fail(format!(
            "there are words for {} parts of the picture but {} masks: each needs one",
            regions.len(),
            inputs.regions.len()
        ));
    }
    for (i, (region, mask)) in regions.iter().zip(&inputs.regions).enumerate() {
        if !(region.weight > 0.0 && region.weight <= MAX_REGION_WEIGHT) {
            return fail(format!(
                "the weight {} of region {} is not above 0 and up to {MAX_REGION_WEIGHT}",
                region.weight,
                i + 1
            ));
        }
        if mask.dimensions() != picture {
            let (w, h) = mask.dimensions();
            return fail(format!(
                "the mask of region {} is {w}x{h} but the picture is {}x{}: make them the same size",
                i + 1,
                picture.0,
                picture.1
            ));
        }
    }
    if !(0.0..=1.0).contains(&request.style_amount) {
        return fail(format!("style amount {} is not between 0 (none) and 1 (all)", request.style_amount));
    }
    if request.style.is_some() != inputs.style.is_some() {
        return fail("a style needs its picture, and the picture a style to be named".into());
    }
    Ok(())
}

/// A mask of the picture on the canvas that grew: beyond the picture a region goes on as at its border.
fn on_canvas(mask: &GrayImage, (left, top): (u32, u32), canvas: (u32, u32)) -> Mask {
    let at = |v: u32, before: u32, size: u32| v.saturating_sub(before).min(size - 1);
    let rows = (0..canvas.1).flat_map(|y| (0..canvas.0).map(move |x| (x, y)));
    let value = |(x, y)| {
        let place = (at(x, left, mask.width()), at(y, top, mask.height()));
        f32::from(mask.get_pixel(place.0, place.1)[0]) / 255.0
    };
    Mask { width: canvas.0, height: canvas.1, data: rows.map(value).collect() }
}

/// Weighted masks to shares: together at most 1 at each pixel.
fn shares(mut masks: Vec<Mask>, weights: Vec<f32>) -> Vec<Mask> {
    let pixels = masks.first().map_or(0, |m| m.data.len());
    for i in 0..pixels {
        let sum: f32 = masks.iter().zip(&weights).map(|(m, w)| m.data[i] * w).sum();
        let scale = 1.0 / sum.max(1.0);
        for (mask, weight) in masks.iter_mut().zip(&weights) {
            mask.data[i] *= weight * scale;
        }
    }
    masks
}
