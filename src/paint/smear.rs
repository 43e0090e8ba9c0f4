//! Brushes that take up what they pass over: smudge and oil.

use super::brush::Prepared;
use super::dab::Dab;
use super::stamp::{Stamp, Window, move_toward};
use crate::color::Oklab;
use crate::document::tile::tiles_in;
use crate::document::tilemap::offset;
use crate::document::wide::{round_u16, wide_fn};
use crate::document::{Mask, Pixels, Slot, TILE};
use crate::geom::Rect;

/// What one image of the stroke carries along.
#[derive(Default)]
pub(crate) struct Carrier {
    /// Smudge: the pixels that lay under the last dab, and how many a side.
    patch: Option<(i32, [Vec<u16>; 4])>,
    /// Oil: the colour on the hairs and how opaque it is.
    paint: Option<(Oklab, f32)>,
}

/// The layer and what confines the edit.
pub(crate) struct Ground<'a> {
    pub(crate) pixels: &'a mut Pixels,
    pub(crate) selection: Option<&'a Mask>,
    pub(crate) keep_alpha: bool,
}

wide_fn! {
    fn drag(now: &mut [u16], carried: &[u16], mask: &[f32], strength: f32) {
        for ((v, &c), &m) in now.iter_mut().zip(carried).zip(mask) {
            let old = f32::from(*v);
            *v = round_u16(old + (f32::from(c) - old) * (m * strength));
        }
    }
}

fn select(mask: &mut [f32], rect: Rect, selection: Option<&Mask>) {
    let Some(selection) = selection else { return };
    let [plane] = selection.read(rect);
    mask.iter_mut().zip(&plane).for_each(|(m, &s)| *m *= f32::from(s) / 65535.0);
}

/// Drags the pixels under the last dab to this one; the first dab only takes them up. Returns what it touched.
pub(crate) fn smudge(
    dab: &Dab,
    brush: &Prepared,
    carrier: &mut Carrier,
    ground: &mut Ground,
    mask: &mut Vec<f32>,
) -> Rect {
    let reach = (brush.brush.size_px / 2.0).ceil() as i32 + 2;
    let side = reach * 2 + 1;
    let (cx, cy) = (dab.center.x.floor() as i32, dab.center.y.floor() as i32);
    let rect = Rect::new(cx - reach, cy - reach, cx - reach + side, cy - reach + side);
    let before = ground.pixels.read(rect);
    let Some((_, carried)) = carrier.patch.take().filter(|(n, _)| *n == side) else {
        carrier.patch = Some((side, before));
        return Rect::default();
    };
    Stamp::new(dab, brush).mask(rect, mask);
    let mut after = before.clone();
    for (plane, from) in after.iter_mut().zip(&carried) {
        drag(plane, from, mask, dab.flow * dab.opacity);
    }
    let mut shown = after.clone();
    if ground.selection.is_some() {
        select(mask, rect, ground.selection);
        shown = before.clone();
        for (plane, from) in shown.iter_mut().zip(&carried) {
            drag(plane, from, mask, dab.flow * dab.opacity);
        }
    }
    if ground.keep_alpha {
        restore_alpha(&mut shown, &before[3]);
    }
    let [r, g, b, a] = &shown;
    ground.pixels.write(rect, [r, g, b, a]);
    carrier.patch = Some((side, after));
    rect
}

/// Puts alpha back to what it was and scales colours accordingly.
fn restore_alpha(planes: &mut [Vec<u16>; 4], alpha: &[u16]) {
    let [r, g, b, a] = planes;
    for (i, &keep) in alpha.iter().enumerate() {
        for plane in [&mut *r, &mut *g, &mut *b] {
            let straight = u64::from(plane[i]) * u64::from(keep) / u64::from(a[i].max(1));
            plane[i] = straight.min(u64::from(keep)) as u16;
        }
    }
    a.copy_from_slice(alpha);
}

/// The mean premultiplied colour under the mask, from a grid of about twelve by twelve samples.
fn mean_under(pixels: &Pixels, rect: Rect, mask: &[f32]) -> [f32; 4] {
    let (w, h) = (rect.width() as usize, rect.height() as usize);
    let (sx, sy) = ((w / 12).max(1), (h / 12).max(1));
    let (mut sum, mut weight) = ([0.0f32; 4], 0.0f32);
    for y in (sy / 2..h).step_by(sy) {
        for x in (sx / 2..w).step_by(sx) {
            let m = mask[y * w + x];
            let px = pixels.pixel(rect.x0 + x as i32, rect.y0 + y as i32);
            sum.iter_mut().zip(px).for_each(|(s, v)| *s += f32::from(v) / 65535.0 * m);
            weight += m;
        }
    }
    sum.map(|s| s / weight.max(1e-6))
}

/// How an oil brush takes and gives.
pub(crate) struct Oil {
    pub(crate) pickup: f32,
    pub(crate) load_px: f32,
}

/// Lays the colour that the hairs carry, mixed with what they took up, and takes up what lies here. Colours mix in
/// OKLab. Returns what it touched.
pub(crate) fn mix(
    dab: &Dab,
    brush: &Prepared,
    oil: &Oil,
    carrier: &mut Carrier,
    ground: &mut Ground,
    mask: &mut Vec<f32>,
) -> Rect {
    let stamp = Stamp::new(dab, brush);
    stamp.mask(stamp.bounds, mask);
    let under = mean_under(ground.pixels, stamp.bounds, mask);
    let own = Oklab::from_srgb(dab.color[0], dab.color[1], dab.color[2]);
    let full = if oil.load_px > 0.0 { (1.0 - dab.along_px / oil.load_px).clamp(0.0, 1.0) } else { 1.0 };
    let (mut color, mut alpha) = carrier.paint.unwrap_or((own, full));
    // Fresh paint flows from the reservoir while there is some.
    color = color.lerp(own, 0.15 * full);
    if under[3] > 1e-3 {
        let there = Oklab::from_srgb(under[0] / under[3], under[1] / under[3], under[2] / under[3]);
        color = color.lerp(there, oil.pickup * under[3]);
    }
    alpha += ((full + under[3] * (1.0 - full)) - alpha) * 0.2;
    carrier.paint = Some((color, alpha));
    let [r, g, b] = color.to_srgb();
    let to = [r * alpha, g * alpha, b * alpha, alpha];
    select(mask, stamp.bounds, ground.selection);
    let width = stamp.bounds.width() as usize;
    let mut part_mask = Vec::new();
    for pos in tiles_in(stamp.bounds) {
        let part = pos.rect().intersect(&stamp.bounds);
        part_mask.clear();
        for y in part.y0..part.y1 {
            let from = (y - stamp.bounds.y0) as usize * width + (part.x0 - stamp.bounds.x0) as usize;
            part_mask.extend_from_slice(&mask[from..from + part.width() as usize]);
        }
        if ground.keep_alpha && matches!(ground.pixels.slot(pos), Slot::Solid([_, _, _, 0])) {
            continue;
        }
        let tile = ground.pixels.tile_mut(pos);
        let mut planes = tile.planes.each_mut().map(|p| &mut p[..]);
        let window =
            Window { start: offset(part.x0, part.y0), stride: TILE as usize, width: part.width() as usize };
        move_toward(&mut planes, window, &part_mask, dab.flow * dab.opacity, to, ground.keep_alpha);
    }
    stamp.bounds
}
