//! Enlarging a picture and repainting it tile by tile.
//!
//! The whole picture is enlarged first. Then tiles of the model's own size are repainted one after the other, each seeing
//! what its neighbours to the left and above became: across the overlap the denoise mask rises from 0 to 1, so that a
//! tile begins with its neighbour's pixels, and the paste mask does the same, so that what difference is left is faded
//! over. The noise belongs to the canvas, so tiles agree where they overlap; and each tile keeps the colours of what it
//! repaints at the scale of a quarter tile, so that none can drift.

use std::sync::Arc;

use image::{GrayImage, RgbaImage};

use super::extras::Extras;
use super::{base_pass, check, masked};
use crate::generate::backend::{GenerateError, ModelFacts, Pass};
use crate::generate::picture::{Mask, Picture};
use crate::generate::region::context::ModelSize;
use crate::generate::region::masks::{self, Edge, Geometry};
use crate::generate::region::strength::{MIN_STEPS, steps_for_strength};
use crate::generate::region::{border, morphology, resample, stitch};
use crate::generate::request::{Inputs, Request};
use crate::geom::Rect;
use crate::sampling::RngKind;

/// Part of a tile that overlaps its neighbour.
const OVERLAP: u32 = 4;

/// A picture on its way through the tiles.
#[derive(Clone, Debug)]
pub struct Tiles {
    base: Pass,
    canvas: RgbaImage,
    /// What may change, and what is taken over; `None`: everything.
    masks: Option<(Mask, Mask)>,
    tiles: Vec<Tile>,
    origin: (i64, i64),
    extras: Extras,
    paste: Arc<GrayImage>,
    radius: u32,
}

#[derive(Clone, Copy, Debug)]
struct Tile {
    rect: Rect,
    /// Pixels that overlap the neighbour to the left, and above.
    left: u32,
    top: u32,
}

impl Tiles {
    /// Plans picture number `index` of a batch. The result is `request.upscale` times as large as the initial picture,
    /// its alpha enlarged; with a mask only what is white is repainted, and at factor 1 the rest stays byte-identical.
    ///
    /// # Errors
    /// [`GenerateError::Request`].
    pub fn new(
        request: &Request,
        facts: &ModelFacts,
        inputs: &Inputs,
        index: u64,
    ) -> Result<Self, GenerateError> {
        let (init, mask) = (inputs.init.as_deref(), inputs.mask.as_deref());
        check(request, init.map(RgbaImage::dimensions), mask)?;
        let Some(init) = init.filter(|_| request.upscale > 0) else {
            return Err(GenerateError::Request("tiles need a picture and a factor".into()));
        };
        check::same_size(request, init.dimensions())?;
        let factor = request.upscale;
        let extras = Extras::new(request, inputs, init.dimensions())?.enlarged(factor);
        let mut canvas = enlarge(init, factor);
        let dims = canvas.dimensions();
        let world = |v: i64| v.saturating_mul(i64::from(factor));
        let origin = (world(request.origin.0), world(request.origin.1));
        let masks = mask.map(|mask| change(&check::clean(mask), request, facts, factor));
        if extras.has_style() {
            stylise(&extras, &mut canvas, masks.as_ref().map(|(_, paste)| paste));
        }
        let mut tiles = layout(facts, origin, dims);
        if let Some((denoise, _)) = &masks {
            tiles.retain(|tile| resample::crop_mask(denoise, tile.rect).any());
        }
        let paste = match &masks {
            Some((_, paste)) => crate::generate::engine::to_gray8(paste),
            None => GrayImage::from_pixel(dims.0, dims.1, image::Luma([255])),
        };
        let strength = request.strength;
        let base = Pass {
            steps: steps_for_strength(request.steps, strength, MIN_STEPS).0,
            rng: RngKind::Canvas,
            ..base_pass(request, index, dims, true)
        };
        let radius = (facts.native_px / 4).max(1);
        Ok(Self { base, canvas, masks, tiles, origin, extras, paste: Arc::new(paste), radius })
    }

    /// How many tiles there are to paint.
    pub fn len(&self) -> usize {
        self.tiles.len()
    }

    /// Whether nothing is to be painted.
    pub fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }

    /// Where tile `number` lies in the finished picture.
    pub fn rect(&self, number: usize) -> Rect {
        self.tiles[number].rect
    }

    /// What is new in the finished picture: 0 = as it was, enlarged.
    pub fn paste(&self) -> &Arc<GrayImage> {
        &self.paste
    }

    /// The pass that paints tile `number`; those before it must have been taken.
    pub fn pass(&self, number: usize) -> Pass {
        let tile = self.tiles[number];
        let mut mask = tile.ramp(|t| t);
        if let Some((denoise, _)) = &self.masks {
            multiply(&mut mask, &resample::crop_mask(denoise, tile.rect));
        }
        let (width, height) = (tile.rect.width(), tile.rect.height());
        let mut pass = Pass {
            width,
            height,
            origin: (self.origin.0 + i64::from(tile.rect.x0), self.origin.1 + i64::from(tile.rect.y0)),
            init: Some(self.crop(tile.rect)),
            mask: Some(mask),
            ..self.base.clone()
        };
        self.extras.dress(&mut pass, tile.rect, &ModelSize { scale: 1.0, width, height });
        pass
    }

    /// Takes over the picture that the pass of tile `number` made.
    ///
    /// # Panics
    /// When it has another size than the pass asked for.
    pub fn take(&mut self, number: usize, mut picture: Picture) {
        let tile = self.tiles[number];
        let before = self.crop(tile.rect);
        border::clean(&mut picture);
        keep_colours(&mut picture, &before, self.radius);
        // Flat at both ends: no line shows where the fade begins.
        let mut paste = tile.ramp(|t| t * t * (3.0 - 2.0 * t));
        if let Some((_, of_mask)) = &self.masks {
            multiply(&mut paste, &resample::crop_mask(of_mask, tile.rect));
        }
        paste_over(&mut self.canvas, tile.rect, &picture, &paste);
    }

    /// The picture as far as it is.
    pub fn finish(self) -> RgbaImage {
        self.canvas
    }

    fn crop(&self, rect: Rect) -> Picture {
        let part = image::imageops::crop_imm(
            &self.canvas,
            rect.x0 as u32,
            rect.y0 as u32,
            rect.width(),
            rect.height(),
        );
        Picture::from_rgb8(&image::DynamicImage::ImageRgba8(part.to_image()).to_rgb8())
    }
}

impl Tile {
    /// 1, rising from 0 across what overlaps the neighbours that came before.
    fn ramp(&self, shape: impl Fn(f32) -> f32) -> Mask {
        let (w, h) = (self.rect.width(), self.rect.height());
        let rise = |i: u32, n: u32| if i < n { (i as f32 + 0.5) / n as f32 } else { 1.0 };
        let across: Vec<f32> = (0..w).map(|x| shape(rise(x, self.left))).collect();
        let rows = (0..h).flat_map(|y| {
            let down = shape(rise(y, self.top));
            across.iter().map(move |a| a * down)
        });
        Mask { width: w, height: h, data: rows.collect() }
    }
}

/// Tiles of the model's own size over `dims`, row by row. They begin at whole latent pixels of the world.
fn layout(facts: &ModelFacts, origin: (i64, i64), dims: (u32, u32)) -> Vec<Tile> {
    let (xs, ys) = (axis(facts, origin.0, dims.0), axis(facts, origin.1, dims.1));
    let mut tiles = Vec::with_capacity(xs.len() * ys.len());
    for &(y0, y1, top) in &ys {
        for &(x0, x1, left) in &xs {
            tiles.push(Tile { rect: Rect::new(x0, y0, x1, y1), left, top });
        }
    }
    tiles
}

/// Begin, end and overlap with the one before of the tiles along one axis.
fn axis(facts: &ModelFacts, origin: i64, size: u32) -> Vec<(i32, i32, u32)> {
    let (size, side, m) = (i64::from(size), i64::from(facts.native_px), i64::from(facts.multiple_px.max(1)));
    if size <= side {
        return vec![(0, size as i32, 0)];
    }
    let stride = (side - side / i64::from(OVERLAP)).max(1);
    let count = (size - side + stride - 1) / stride + 1;
    let mut out: Vec<(i32, i32, u32)> = Vec::new();
    for k in 0..count {
        let even = k * (size - side) / (count - 1);
        let start = ((even + origin).div_euclid(m) * m - origin).max(0);
        let end = if k + 1 == count { size } else { (start + side).min(size) };
        let overlap = out.last().map_or(0, |&(_, before, _)| (i64::from(before) - start).max(0));
        out.push((start as i32, end as i32, overlap as u32));
    }
    out
}

/// The denoise and the paste mask of a painted mask on the enlarged canvas.
fn change(mask: &GrayImage, request: &Request, facts: &ModelFacts, factor: u32) -> (Mask, Mask) {
    let bounds = masks::bounds(mask);
    let painted = Mask::from_gray8(mask);
    let size =
        ModelSize { scale: f64::from(factor), width: mask.width() * factor, height: mask.height() * factor };
    let painted = resample::mask_to_model(&painted, &size);
    let diagonal = masks::diagonal(&bounds) * factor as f32;
    let geometry = Geometry::new(&Edge::default(), request.strength, diagonal, masks::unit(facts.native_px));
    let denoise = masks::denoise_mask(&painted, &geometry);
    let paste = masks::paste_mask(&denoise, &geometry);
    (denoise, paste)
}

/// `factor` times as large, by Lanczos on premultiplied colours; alpha by a triangle.
fn enlarge(init: &RgbaImage, factor: u32) -> RgbaImage {
    if factor == 1 {
        return init.clone();
    }
    let (width, height) = (init.width() * factor, init.height() * factor);
    let alpha = Mask {
        width: init.width(),
        height: init.height(),
        data: init.pixels().map(|p| f32::from(p[3]) / 255.0).collect(),
    };
    let opaque = alpha.data.iter().all(|&a| a >= 1.0);
    let mut picture = Picture::from_rgb8(&image::DynamicImage::ImageRgba8(init.clone()).to_rgb8());
    if !opaque {
        for (rgb, a) in picture.data.chunks_exact_mut(3).zip(&alpha.data) {
            rgb.iter_mut().for_each(|v| *v *= a);
        }
    }
    let picture = resample::resize(&picture, width, height);
    let size = ModelSize { scale: f64::from(factor), width, height };
    let alpha = resample::mask_to_model(&alpha, &size);
    RgbaImage::from_fn(width, height, |x, y| {
        let a = if opaque { 1.0 } else { alpha.get(x, y) };
        let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round_ties_even() as u8;
        let [r, g, b] = picture.pixel(x, y).map(|v| byte(if a > 0.0 { v / a } else { 0.0 }));
        image::Rgba([r, g, b, byte(a)])
    })
}

/// Colours of the canvas moved towards the style as far as `paste` is above 0; alpha stays.
fn stylise(extras: &Extras, canvas: &mut RgbaImage, paste: Option<&Mask>) {
    let (width, height) = canvas.dimensions();
    let mut picture = Picture::from_rgb8(&image::DynamicImage::ImageRgba8(canvas.clone()).to_rgb8());
    let everywhere = Mask::filled(width, height, 1.0);
    let paste = paste.unwrap_or(&everywhere);
    let weights: Vec<f32> =
        canvas.pixels().zip(&paste.data).map(|(p, m)| f32::from(p[3]) / 255.0 * m).collect();
    extras.stylise(&mut picture, Some(&weights));
    paste_over(canvas, Rect::from_size(0, 0, width, height), &picture, paste);
}

/// Gives `picture` the colours of `before` at the scale of `radius` pixels; what is finer stays its own.
fn keep_colours(picture: &mut Picture, before: &Picture, radius: u32) {
    let difference: Vec<f32> = before.data.iter().zip(&picture.data).map(|(b, p)| b - p).collect();
    let difference = Picture { data: difference, ..*before };
    let smooth = morphology::gaussian_blur_picture(&difference, radius);
    for (v, d) in picture.data.iter_mut().zip(smooth.data) {
        *v = (*v + d).clamp(0.0, 1.0);
    }
}

/// Mixes `picture` into the colours of the canvas; alpha stays, pixels of mask 0 are not touched.
fn paste_over(canvas: &mut RgbaImage, rect: Rect, picture: &Picture, mask: &Mask) {
    let alpha: Vec<u8> = masked::rows(rect).map(|(x, y)| canvas.get_pixel(x, y)[3]).collect();
    stitch::paste(canvas, rect, picture, mask);
    for ((x, y), alpha) in masked::rows(rect).zip(alpha) {
        canvas.get_pixel_mut(x, y)[3] = alpha;
    }
}

fn multiply(mask: &mut Mask, by: &Mask) {
    mask.data.iter_mut().zip(&by.data).for_each(|(m, b)| *m *= b);
}
