//! A level's page as light: linear, premultiplied, at full size and at halves, quarters and so on of it.

use super::resample::{Rows, Taps, vertical};
use crate::color::srgb_to_linear;
use crate::document::composite::composite;
use crate::document::{Document, Pixels};
use crate::geom::{Point, Rect};
use rayon::prelude::*;
use std::sync::OnceLock;

/// A pixel: red, green, blue in linear light times alpha, and alpha.
pub(super) type Light = [f32; 4];

/// Pixels that are repeated beyond each edge, so that no filter asks for what is not there.
pub(super) const PAD: usize = 12;
/// Longest side of the last reduction, pixels: what is larger than a pixel on the screen never needs a smaller one.
const LEAST_SIDE: usize = 1;

/// Rows of light with repeated edges.
#[derive(Debug)]
pub(super) struct Plane {
    /// Without the padding.
    pub(super) width: usize,
    /// Without the padding.
    pub(super) height: usize,
    px: Vec<Light>,
}

impl Plane {
    fn new(width: usize, height: usize) -> Self {
        let px = vec![[0.0; 4]; (width + 2 * PAD) * (height + 2 * PAD)];
        Self { width, height, px }
    }

    /// Of `width * height` pixels.
    pub(super) fn of(light: &[Light], width: usize, height: usize) -> Self {
        let mut plane = Self::new(width, height);
        for (row, light) in plane.inner_rows().zip(light.chunks_exact(width)) {
            row[PAD..PAD + width].copy_from_slice(light);
        }
        plane.pad();
        plane
    }

    fn stride(&self) -> usize {
        self.width + 2 * PAD
    }

    /// Row `y` from -PAD to `height + PAD` - 1, with PAD pixels before its first; farther rows are the last ones.
    pub(super) fn row(&self, y: isize) -> &[Light] {
        let y = (y + PAD as isize).clamp(0, (self.height + 2 * PAD) as isize - 1) as usize;
        &self.px[y * self.stride()..(y + 1) * self.stride()]
    }

    /// The rows within, without padding above and below.
    fn inner_rows(&mut self) -> std::slice::ChunksExactMut<'_, Light> {
        let (stride, height) = (self.stride(), self.height);
        self.px[PAD * stride..(PAD + height) * stride].chunks_exact_mut(stride)
    }

    /// Repeats the edges.
    fn pad(&mut self) {
        let (width, height, stride) = (self.width, self.height, self.stride());
        for row in self.inner_rows() {
            let (first, last) = (row[PAD], row[PAD + width - 1]);
            row[..PAD].fill(first);
            row[PAD + width..].fill(last);
        }
        for y in 0..PAD {
            self.px.copy_within(PAD * stride..(PAD + 1) * stride, y * stride);
            let last = (PAD + height - 1) * stride;
            self.px.copy_within(last..last + stride, (PAD + height + y) * stride);
        }
    }

    /// Half as wide and high: pixel i of it is centred on the edge between pixels 2i and 2i + 1. Lanczos, three lobes.
    fn halved(&self) -> Plane {
        let mut out = Plane::new(self.width.div_ceil(2), self.height.div_ceil(2));
        let across = Taps::halving(out.width);
        let down = Taps::halving(out.height);
        let (width, stride) = (out.width, out.stride());
        let height = out.height;
        let bands = out.px[PAD * stride..(PAD + height) * stride].par_chunks_mut(stride * 32);
        bands.enumerate().for_each(|(band, rows)| {
            let mut cache = Rows::new(down.count, width);
            for (i, row) in rows.chunks_exact_mut(stride).enumerate() {
                let y = band * 32 + i;
                let (weights, sources) =
                    cache.gather(self, &down, y, &across, std::slice::from_ref(&(0..width)));
                let target = &mut row[PAD..PAD + width];
                vertical(&sources, weights, target.as_flattened_mut());
                for px in target {
                    tame(px);
                }
            }
        });
        out.pad();
        out
    }
}

/// From this many source pixels a pixel on, the next reduction joins in, so that none appears at once.
const MIX_FROM: f64 = 1.6;

/// Which reduction serves for `step` pixels of the page a pixel.
pub(super) fn mip(step: f64) -> usize {
    step.max(1.0).log2().floor().min(30.0) as usize
}

/// `size.0` by `size.1` pixels of a plane, from `corner` on.
pub(super) fn resample(plane: &Plane, corner: (f64, f64), step: f64, size: (usize, usize)) -> Vec<Light> {
    let across = Taps::new(size.0, step, plane.width, |i| corner.0 + step * (i as f64 + 0.5));
    let down = Taps::new(size.1, step, plane.height, |i| corner.1 + step * (i as f64 + 0.5));
    let mut out = vec![[0.0; 4]; size.0 * size.1];
    out.par_chunks_mut(size.0.max(1) * 32).enumerate().for_each(|(band, rows)| {
        let mut cache = Rows::new(down.count, size.0);
        for (i, row) in rows.chunks_exact_mut(size.0).enumerate() {
            let (weights, sources) =
                cache.gather(plane, &down, band * 32 + i, &across, std::slice::from_ref(&(0..size.0)));
            vertical(&sources, weights, row.as_flattened_mut());
        }
    });
    out
}

/// A filter overshoots at edges: no light is negative, no alpha above 1.
fn tame(px: &mut Light) {
    for v in px.iter_mut() {
        *v = v.max(0.0);
    }
    px[3] = px[3].min(1.0);
}

/// A page and its reductions; what is not needed may be missing.
#[derive(Debug)]
pub(super) struct Pyramid {
    /// Plane m is 2^m times smaller.
    planes: Vec<Option<Plane>>,
    /// Whether every pixel of the page is opaque.
    pub(super) opaque: bool,
}

impl Pyramid {
    /// Of the page of the level that `doc` shows.
    pub(super) fn new(doc: &Document) -> Self {
        Self::of(&composite(doc, doc.page), doc.page)
    }

    /// Of the part of `pixels` that lies in `page`.
    pub(super) fn of(pixels: &Pixels, page: Rect) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let mut plane = Plane::new(width, height);
        let lut = linear_lut();
        let bands: Vec<(usize, &mut [Light])> = {
            let stride = plane.stride();
            let rows = &mut plane.px[PAD * stride..(PAD + height) * stride];
            rows.chunks_mut(stride * 64).enumerate().collect()
        };
        let stride = width + 2 * PAD;
        let opaque = bands
            .into_par_iter()
            .map(|(band, rows)| {
                let y0 = page.y0 + band as i32 * 64;
                let part = Rect::new(page.x0, y0, page.x1, (y0 + 64).min(page.y1));
                let [r, g, b, a] = pixels.read(part);
                let mut opaque = true;
                for (i, px) in
                    rows.chunks_exact_mut(stride).flat_map(|row| &mut row[PAD..PAD + width]).enumerate()
                {
                    *px = light([r[i], g[i], b[i], a[i]], lut);
                    opaque &= a[i] == u16::MAX;
                }
                opaque
            })
            .reduce(|| true, |a, b| a && b);
        plane.pad();
        Self::grown(plane, opaque)
    }

    /// Of opaque light.
    pub(super) fn of_light(light: &[Light], width: usize, height: usize) -> Self {
        Self::grown(Plane::of(light, width, height), true)
    }

    fn grown(plane: Plane, opaque: bool) -> Self {
        let mut planes = vec![plane];
        while let Some(last) = planes.last()
            && last.width.max(last.height) > LEAST_SIDE
        {
            let half = last.halved();
            planes.push(half);
        }
        Self { planes: planes.into_iter().map(Some).collect(), opaque }
    }

    /// What lies from `corner` on (pixels of the page, from its upper left corner), `size.0` by `size.1` pixels, each of
    /// them `step` of the page's: filtered as frames are, so that it looks like the page seen from as far away.
    pub(super) fn resampled(&self, corner: Point, step: f64, size: (usize, usize)) -> Option<Vec<Light>> {
        let (planes, mix) = self.planes_for(step)?;
        let mut out: Vec<Light> = Vec::new();
        for (i, (m, plane)) in planes.iter().enumerate() {
            let shrink = f64::from(1u32 << m);
            let light = resample(plane, (corner.x / shrink, corner.y / shrink), step / shrink, size);
            if i == 0 {
                out = light;
            } else {
                for (a, b) in out.as_flattened_mut().iter_mut().zip(light.as_flattened()) {
                    *a += (b - *a) * mix;
                }
            }
        }
        Some(out)
    }

    /// The reductions for `step` pixels of the page a pixel, with their numbers, and the share of the second.
    pub(super) fn planes_for(&self, step: f64) -> Option<(Vec<(usize, &Plane)>, f32)> {
        let (m, plane) = self.plane(mip(step))?;
        let rest = step / f64::from(1u32 << m);
        let mix = ((rest - MIX_FROM) / (2.0 - MIX_FROM)).clamp(0.0, 1.0) as f32;
        let mut planes = vec![(m, plane)];
        if mix > 0.0
            && let Some((next, plane)) = self.plane(m + 1)
            && next > m
        {
            planes.push((next, plane));
        }
        Some((planes, mix))
    }

    /// The reduction for `m`, or the last there is, with its number; `None` if it was let go.
    pub(super) fn plane(&self, m: usize) -> Option<(usize, &Plane)> {
        let m = m.min(self.planes.len() - 1);
        self.planes[m].as_ref().map(|plane| (m, plane))
    }

    /// Lets go of the planes before `m`: they are large.
    pub(super) fn forget_before(&mut self, m: usize) {
        let end = m.min(self.planes.len() - 1);
        self.planes[..end].iter_mut().for_each(|plane| *plane = None);
    }
}

/// sRGB of 16 bits to light.
fn linear_lut() -> &'static [f32] {
    static LUT: OnceLock<Vec<f32>> = OnceLock::new();
    LUT.get_or_init(|| (0..=65_535u32).map(|v| srgb_to_linear(v as f32 / 65_535.0)).collect())
}

fn light(px: [u16; 4], lut: &[f32]) -> Light {
    let [r, g, b, a] = px;
    match a {
        u16::MAX => [lut[r as usize], lut[g as usize], lut[b as usize], 1.0],
        0 => [0.0; 4],
        _ => {
            let alpha = f32::from(a) / 65_535.0;
            let straight =
                |c: u16| ((u32::from(c) * 65_535 + u32::from(a) / 2) / u32::from(a)).min(65_535) as usize;
            [lut[straight(r)] * alpha, lut[straight(g)] * alpha, lut[straight(b)] * alpha, alpha]
        }
    }
}
