//! Plans that change a part of a picture: a painted mask, empty canvas, or both at once.

use image::{GrayImage, RgbaImage};

use super::extras::Extras;
use super::{Next, base_pass, canvas_origin, check};
use crate::generate::backend::{GenerateError, ModelFacts, Pass};
use crate::generate::picture::{Mask, Picture};
use crate::generate::region::color_match::{color_match, kept_weights};
use crate::generate::region::context::{self, ModelSize};
use crate::generate::region::masks::{self, Edge, Geometry, SECOND_STRENGTH};
use crate::generate::region::resample::{crop, crop_mask, from_model, mask_to_model, to_model};
use crate::generate::region::strength::{MIN_STEPS, steps_for_strength};
use crate::generate::region::{border, fill, outpaint, stitch};
use crate::generate::request::{Fill, Request};
use crate::geom::Rect;

/// A second pass must bring at least this much more resolution.
const WORTH_A_PASS: f64 = 1.1;

/// A part of a canvas on its way through the model. Pictures and masks are of the context, in canvas pixels, unless
/// they say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Masked {
    canvas: RgbaImage,
    origin: (i64, i64),
    context: Rect,
    size: ModelSize,
    /// What was there, empty areas continued smoothly.
    original: Picture,
    /// The same in model pixels: what colours are matched to.
    reference: Picture,
    /// What the model is shown, in model pixels.
    shown: Picture,
    /// Empty canvas, 1 - alpha; `None` if there is none.
    hole: Option<Mask>,
    /// Painted and empty areas with their rings, whatever the strength.
    denoise: Mask,
    paste: Mask,
    /// Distance over which corrections at the edge of empty canvas die away.
    ring: u32,
    strength: f32,
    /// Strength at which empty canvas is painted.
    hole_strength: f32,
    /// How much of the guidance it is painted with.
    hole_guidance: f32,
    /// Denoise mask of what is painted alone, if anything is.
    painted: Option<Mask>,
    second: Option<Second>,
    pub(super) extras: Extras,
}

#[derive(Clone, Debug)]
struct Second {
    /// In canvas pixels.
    rect: Rect,
    size: ModelSize,
}

/// The mask at a pixel of the canvas (which may have grown), 0 outside it.
pub(super) fn mask_at(mask: Option<&GrayImage>, request: &Request, x: u32, y: u32) -> u8 {
    let (Some(x), Some(y)) = (x.checked_sub(request.outpaint.left), y.checked_sub(request.outpaint.top))
    else {
        return 0;
    };
    mask.filter(|m| x < m.width() && y < m.height()).map_or(0, |m| m.get_pixel(x, y)[0])
}

impl Masked {
    pub(super) fn new(
        request: &Request,
        facts: &ModelFacts,
        canvas: RgbaImage,
        mask: Option<&GrayImage>,
        extras: Extras,
        index: u64,
    ) -> Result<Self, GenerateError> {
        let dims = canvas.dimensions();
        let (edge, unit, native) = (Edge::default(), masks::unit(facts.native_px), facts.native_px);
        let painted_bounds = mask.map(masks::bounds).unwrap_or_default();
        let painted_bounds =
            painted_bounds.translate(request.outpaint.left as i32, request.outpaint.top as i32);
        let raw = canvas.as_raw();
        let hole_bounds =
            masks::bounds_by(dims.0, dims.1, |x, y| raw[(y * dims.0 as usize + x) * 4 + 3] < 255);
        let has_hole = !hole_bounds.is_empty();
        let selection =
            if painted_bounds.is_empty() { hole_bounds } else { painted_bounds.union(&hole_bounds) };
        if selection.is_empty() {
            return Err(check::empty_mask());
        }
        let strength = if has_hole { 1.0 } else { request.strength };
        let bounds = context::mask_bounds(selection, &edge, strength, native, dims);
        let mut around = context::context(bounds, request.context, strength, native, dims);
        if has_hole {
            around = context::with_known_third(around, hole_bounds, dims);
        }
        let origin = canvas_origin(request);
        let around = context::align(around, origin, facts.multiple_px, dims);
        let size = context::model_size(around.width(), around.height(), native, facts.multiple_px);

        let geometry = Geometry::new(&edge, request.strength, masks::diagonal(&painted_bounds), unit);
        let ring = outpaint::ring_px(around, unit);
        let painted = painted_mask(request, mask, around);
        let painted_denoise = painted.as_ref().map(|m| masks::denoise_mask(m, &geometry));
        let hole = has_hole.then(|| outpaint::hole_mask(&canvas, around));
        let original = opaque_context(&canvas, around, hole.as_ref());
        let reference = to_model(&original, &size);
        let spans = selection.width() == dims.0 || selection.height() == dims.1;
        let shown = {
            let for_paint = fill::resolve(request.fill, request.strength, spans, false);
            let mut replaced = hole.clone().unwrap_or(Mask::filled(around.width(), around.height(), 0.0));
            if let (Some(painted), Some(denoise), true) =
                (&painted, &painted_denoise, for_paint != Fill::Original)
            {
                replaced = lighter(&replaced, &masks::fill_mask(painted, denoise, &geometry, unit));
            }
            let kind = match fill::resolve(request.fill, request.strength, spans, has_hole) {
                Fill::Original if has_hole => Fill::Border,
                kind => kind,
            };
            let seed = request.seed.wrapping_add(index);
            fill::fill(&reference, &mask_to_model(&replaced, &size), kind, unit, seed)
        };
        let nothing = Mask::filled(around.width(), around.height(), 0.0);
        let mut paste = painted_denoise.as_ref().map_or(nothing.clone(), |d| masks::paste_mask(d, &geometry));
        if let Some(hole) = &hole {
            // Empty pixels are not pasted over but filled from below, corrected at their edge.
            paste.data.iter_mut().zip(&hole.data).filter(|(_, h)| **h > 0.0).for_each(|(p, _)| *p = 0.0);
        }
        let hole_denoise = hole.as_ref().map(|h| outpaint::denoise_mask(h, ring));
        let denoise =
            lighter(painted_denoise.as_ref().unwrap_or(&nothing), hole_denoise.as_ref().unwrap_or(&nothing));
        let second = second(around, bounds, &size, facts);
        Ok(Self {
            canvas,
            origin,
            context: around,
            size,
            original,
            reference,
            shown,
            hole,
            denoise,
            paste,
            ring,
            strength: request.strength,
            hole_strength: hole_strength(request, facts),
            hole_guidance: facts.hole_guidance,
            painted: painted_denoise,
            second,
            extras,
        })
    }

    /// Empty canvas has a strength of its own, the model's. The larger one is that of the run, and the other moves into
    /// the mask: what has less strength joins when a run of that strength would begin.
    pub(super) fn first_pass(&self, request: &Request, index: u64) -> Pass {
        let mut mask = self.denoise.clone();
        let mut strength = self.strength;
        if let Some(hole) = &self.hole {
            let of_painted = if self.painted.is_some() { self.strength } else { 0.0 };
            strength = of_painted.max(self.hole_strength);
            let painted = self.painted.as_ref().map(|p| &p.data);
            mask = outpaint::denoise_mask(hole, self.ring);
            for (i, m) in mask.data.iter_mut().enumerate() {
                let painted = painted.map_or(0.0, |p| p[i] * self.strength);
                *m = (*m * self.hole_strength).max(painted) / strength;
            }
        }
        let mut pass = Pass {
            strength,
            origin: self.world(self.context, self.size.scale),
            init: Some(self.shown.clone()),
            mask: Some(mask_to_model(&mask, &self.size)),
            ..base_pass(request, index, (self.size.width, self.size.height), true)
        };
        // Under a painted mask words are meant for what is painted there; around a picture for the whole.
        if self.hole.is_some() && self.painted.is_none() && pass.cfg_scale > 1.0 {
            pass.cfg_scale = 1.0 + (pass.cfg_scale - 1.0) * self.hole_guidance;
        }
        self.extras.dress(&mut pass, self.context, &self.size);
        pass
    }

    pub(super) fn after_first(&self, first: &Pass, mut picture: Picture) -> Next {
        let denoise = mask_to_model(&self.denoise, &self.size);
        self.match_colours(&mut picture, &self.reference, &denoise);
        let picture = from_model(&picture, &self.size, self.context.width(), self.context.height());
        let Some(Second { rect, size }) = &self.second else {
            return Next::Done(self.finish(self.context, picture));
        };
        let mut shown = self.original.clone();
        let replaced = self.hole.as_ref().map_or(self.paste.clone(), |h| lighter(h, &self.paste));
        for ((shown, new), m) in
            shown.data.chunks_exact_mut(3).zip(picture.data.chunks_exact(3)).zip(replaced.data)
        {
            shown.iter_mut().zip(new).for_each(|(s, n)| *s += (n - *s) * m);
        }
        let local = self.local(*rect);
        let of_second = SECOND_STRENGTH.min(if self.hole.is_some() { 1.0 } else { self.strength });
        let mut pass = Pass {
            width: size.width,
            height: size.height,
            steps: steps_for_strength(first.steps, of_second, MIN_STEPS).0,
            strength: of_second,
            origin: self.world(*rect, size.scale),
            init: Some(to_model(&crop(&shown, local), size)),
            mask: Some(mask_to_model(&crop_mask(&self.denoise, local), size)),
            ..first.clone()
        };
        self.extras.dress(&mut pass, *rect, size);
        Next::Second(Box::new(pass))
    }

    pub(super) fn after_second(&self, mut picture: Picture) -> RgbaImage {
        let Some(Second { rect, size }) = &self.second else { panic!("no second pass was planned") };
        let got = (picture.width, picture.height);
        assert_eq!(got, (size.width, size.height), "the backend returned another size");
        let local = self.local(*rect);
        let reference = to_model(&crop(&self.original, local), size);
        let denoise = mask_to_model(&crop_mask(&self.denoise, local), size);
        self.match_colours(&mut picture, &reference, &denoise);
        self.finish(*rect, from_model(&picture, size, rect.width(), rect.height()))
    }

    /// Next to empty canvas only the ring counts: colours far away say nothing about the seam.
    fn match_colours(&self, picture: &mut Picture, reference: &Picture, denoise: &Mask) {
        border::clean(picture);
        let all = kept_weights(denoise);
        let near: Vec<f32> =
            all.iter().zip(&denoise.data).map(|(w, d)| if *d > 0.0 { *w } else { 0.0 }).collect();
        let enough = near.iter().filter(|w| **w > 0.0).count() >= 64;
        color_match(picture, reference, if self.hole.is_some() && enough { &near } else { &all }, 1.0);
    }

    /// Pastes `picture`, which covers `rect` of the canvas.
    fn finish(&self, rect: Rect, mut picture: Picture) -> RgbaImage {
        let mut out = self.canvas.clone();
        if self.extras.has_style() {
            let new = crop_mask(&self.denoise, self.local(rect));
            self.extras.stylise(&mut picture, Some(&new.data));
        }
        stitch::paste(&mut out, rect, &picture, &crop_mask(&self.paste, self.local(rect)));
        if self.hole.is_some() {
            let frame = (self.context.width() + self.context.height()) / 2;
            outpaint::meet_edges(&mut picture, &out, rect, self.ring.max(frame / 4) as f32);
            stitch::paste_under(&mut out, rect, &picture);
        }
        out
    }

    pub(super) fn canvas(&self) -> &RgbaImage {
        &self.canvas
    }

    pub(super) fn context(&self) -> Rect {
        self.context
    }

    pub(super) fn second_rect(&self) -> Rect {
        self.second.as_ref().map_or(self.context, |second| second.rect)
    }

    /// What the last pass covers, and at which size.
    pub(super) fn finest(&self) -> (Rect, ModelSize) {
        self.second.as_ref().map_or((self.context, self.size), |second| (second.rect, second.size))
    }

    pub(super) fn has_second_pass(&self) -> bool {
        self.second.is_some()
    }

    /// The paste mask on the canvas, empty pixels included.
    pub(super) fn paste_mask(&self) -> Mask {
        let (width, height) = self.canvas.dimensions();
        let mut out = Mask::filled(width, height, 0.0);
        let columns = self.context.width() as usize;
        for (i, &paste) in self.paste.data.iter().enumerate() {
            let x = self.context.x0 as usize + i % columns;
            let y = self.context.y0 as usize + i / columns;
            let hole = self.hole.as_ref().is_some_and(|h| h.data[i] > 0.0);
            out.data[y * width as usize + x] = if hole { 1.0 } else { paste };
        }
        out
    }

    /// A rectangle of the canvas in pixels of the context.
    fn local(&self, rect: Rect) -> Rect {
        rect.translate(-self.context.x0, -self.context.y0)
    }

    /// World position of a rectangle of the canvas, in pixels of `scale`.
    pub(super) fn world(&self, rect: Rect, scale: f64) -> (i64, i64) {
        let at = |canvas: i64, offset: i32| ((canvas + i64::from(offset)) as f64 * scale).floor() as i64;
        (at(self.origin.0, rect.x0), at(self.origin.1, rect.y0))
    }
}

fn hole_strength(request: &Request, facts: &ModelFacts) -> f32 {
    // Without a fill there is nothing to be led by.
    match request.fill {
        Fill::Auto | Fill::Original | Fill::Border | Fill::Blur => facts.hole_strength,
        Fill::Neutral | Fill::Noise => 1.0,
    }
}

/// Plans the second pass: only where the first was shrunk, over the selection's bounds.
fn second(context: Rect, bounds: Rect, size: &ModelSize, facts: &ModelFacts) -> Option<Second> {
    let rect = bounds.intersect(&context);
    let finer = context::second_size(rect.width(), rect.height(), facts.native_px, facts.multiple_px);
    (size.scale < 1.0 && finer.scale >= size.scale * WORTH_A_PASS).then_some(Second { rect, size: finer })
}

/// The pixels of a rectangle, row by row.
pub(super) fn rows(rect: Rect) -> impl Iterator<Item = (u32, u32)> {
    (rect.y0..rect.y1).flat_map(move |y| (rect.x0..rect.x1).map(move |x| (x as u32, y as u32)))
}

/// The mask inside `rect` of the canvas.
fn painted_mask(request: &Request, mask: Option<&GrayImage>, rect: Rect) -> Option<Mask> {
    mask?;
    let data = rows(rect).map(|(x, y)| f32::from(mask_at(mask, request, x, y)) / 255.0).collect();
    Some(Mask { width: rect.width(), height: rect.height(), data })
}

/// What the canvas shows inside `rect`, over a smooth continuation where it is empty.
fn opaque_context(canvas: &RgbaImage, rect: Rect, hole: Option<&Mask>) -> Picture {
    let mut data = Vec::with_capacity(rect.area() as usize * 3);
    for y in rect.y0..rect.y1 {
        let start = (y as usize * canvas.width() as usize + rect.x0 as usize) * 4;
        let row = &canvas.as_raw()[start..start + rect.width() as usize * 4];
        data.extend(row.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]].map(|v| f32::from(v) / 255.0)));
    }
    let picture = Picture { width: rect.width(), height: rect.height(), data };
    let Some(hole) = hole else { return picture };
    let mut out = picture.clone();
    let below = fill::continued(&picture, hole);
    for ((out, below), h) in out.data.chunks_exact_mut(3).zip(below.data.chunks_exact(3)).zip(&hole.data) {
        out.iter_mut().zip(below).for_each(|(o, b)| *o += (b - *o) * h);
    }
    out
}

/// The larger value at each pixel.
fn lighter(a: &Mask, b: &Mask) -> Mask {
    Mask { data: a.data.iter().zip(&b.data).map(|(a, b)| a.max(*b)).collect(), ..*a }
}
