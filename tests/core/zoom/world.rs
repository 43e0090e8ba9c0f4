//! One large picture, known everywhere, and what is cut from it: levels, and the true frames.

use scumble::color::{linear_to_srgb, srgb_to_linear};
use scumble::document::{Document, Layer, Level, Pixels, Placement, levels};
use scumble::geom::{Point, Rect};
use scumble::zoom::Frame;

/// Linear light, three values a pixel.
pub struct World {
    pub width: usize,
    pub height: usize,
    pub light: Vec<[f32; 3]>,
}

fn hash(x: i64, y: i64, k: i64) -> f32 {
    let mut z =
        (x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B) ^ k.wrapping_mul(0xC2B2_AE35)) as u64;
    z = (z ^ (z >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z >> 40) as f32) / (1u64 << 24) as f32
}

/// Smooth noise of cells `cell` pixels wide.
fn noise(x: f32, y: f32, cell: f32, k: i64) -> f32 {
    let (u, v) = (x / cell, y / cell);
    let (i, j) = (u.floor(), v.floor());
    let s = |t: f32| t * t * t * (t * (6.0 * t - 15.0) + 10.0);
    let (fx, fy) = (s(u - i), s(v - j));
    let at = |dx: i64, dy: i64| hash(i as i64 + dx, j as i64 + dy, k);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
    top + (bottom - top) * fy
}

impl World {
    pub fn from_fn(width: usize, height: usize, f: impl Fn(f32, f32) -> [f32; 3]) -> Self {
        let at = |i: usize| f((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        Self { width, height, light: (0..width * height).map(at).collect() }
    }

    /// Clouds over clouds: as much detail at every scale, as pictures have it, with edges of discs between.
    pub fn natural(side: usize) -> Self {
        Self::from_fn(side, side, |x, y| {
            let mut rgb = [0.0f32; 3];
            for (c, v) in rgb.iter_mut().enumerate() {
                let (mut sum, mut size, mut cell) = (0.0, 0.0, side as f32 / 3.0);
                while cell >= 2.0 {
                    let weight = cell.powf(0.4);
                    sum += weight * noise(x, y, cell, c as i64 * 31 + cell as i64);
                    size += weight;
                    cell /= 2.0;
                }
                *v = sum / size;
            }
            let middle = side as f32 / 2.0;
            for k in 0..9 {
                let (angle, far) = (k as f32 * 2.4, side as f32 * 0.42 / 1.5f32.powi(k));
                let (cx, cy) = (middle + angle.cos() * far, middle + angle.sin() * far);
                let away = ((x - cx).powi(2) + (y - cy).powi(2)).sqrt();
                // An edge as soft as a lens leaves it.
                let edge = ((far * 0.18 - away) / 1.5).clamp(-1.0, 1.0) * 0.25 + 0.25;
                rgb[k as usize % 3] += edge * 0.4;
            }
            rgb.map(|v| srgb_to_linear((v * 0.9).clamp(0.02, 0.98)))
        })
    }

    /// What lies in the rectangle from `corner` on, `span` by `span * h / w` pixels, as `w` by `h` pixels: Lanczos, three
    /// lobes, wide enough for the reduction, straight from the large picture.
    pub fn seen(&self, corner: Point, span: f64, (w, h): (usize, usize)) -> Vec<[f32; 3]> {
        let step = span / w as f64;
        let taps = |corner: f64, i: usize, limit: usize| -> Vec<(usize, f32)> {
            let wide = step.max(1.0);
            let centre = corner + (i as f64 + 0.5) * step - 0.5;
            let (from, to) = ((centre - 3.0 * wide).ceil() as i64, (centre + 3.0 * wide).floor() as i64);
            let kernel = |d: f64| {
                let p = std::f64::consts::PI * d;
                if d.abs() < 1e-9 { 1.0 } else { 3.0 * p.sin() * (p / 3.0).sin() / (p * p) }
            };
            let raw: Vec<(usize, f64)> = (from..=to)
                .map(|t| (t.clamp(0, limit as i64 - 1) as usize, kernel((t as f64 - centre) / wide)))
                .collect();
            let sum: f64 = raw.iter().map(|r| r.1).sum();
            raw.into_iter().map(|(t, v)| (t, (v / sum) as f32)).collect()
        };
        let across: Vec<_> = (0..w).map(|i| taps(corner.x, i, self.width)).collect();
        let down: Vec<_> = (0..h).map(|i| taps(corner.y, i, self.height)).collect();
        let (first, last) = (down[0][0].0, down[h - 1].iter().map(|t| t.0).max().unwrap());
        let rows: Vec<Vec<[f32; 3]>> = (first..=last)
            .map(|y| {
                let row = &self.light[y * self.width..(y + 1) * self.width];
                let px = |taps: &Vec<(usize, f32)>| {
                    let mut sum = [0.0f32; 3];
                    for &(x, v) in taps {
                        (0..3).for_each(|c| sum[c] += row[x][c] * v);
                    }
                    sum
                };
                across.iter().map(px).collect()
            })
            .collect();
        let mut out = Vec::with_capacity(w * h);
        for taps in &down {
            let mut line = vec![[0.0f32; 3]; w];
            for &(y, v) in taps {
                for (sum, px) in line.iter_mut().zip(&rows[y - first]) {
                    (0..3).for_each(|c| sum[c] += px[c] * v);
                }
            }
            out.extend(line);
        }
        out
    }

    /// The same as a frame.
    pub fn frame(&self, corner: Point, span: f64, size: (u32, u32)) -> Frame {
        let light = self.seen(corner, span, (size.0 as usize, size.1 as usize));
        Frame { width: size.0, height: size.1, rgb: bytes(&light) }
    }

    /// Levels of `side` pixels that show the middle of the world, each twice as much as the one inside it, and the
    /// corner of the innermost page in the world.
    pub fn levels(&self, side: u32, count: usize) -> (Document, Point) {
        self.drifting_levels(side, &vec![[0.0; 3]; count])
    }

    /// The same with a level for each drift, by which all of its page is off, 8-bit units of sRGB: its middle still shows
    /// the level inside it as that one was never seen.
    pub fn drifting_levels(&self, side: u32, drifts: &[[f32; 3]]) -> (Document, Point) {
        let page = Rect::from_size(0, 0, side, side);
        let middle = Point::new(self.width as f64 / 2.0, self.height as f64 / 2.0);
        let corner = |k: usize| {
            let half = f64::from(side) * f64::from(1u32 << k) / 2.0;
            middle - Point::new(half, half)
        };
        let mut doc = Document::new(page);
        for (k, drift) in drifts.iter().enumerate() {
            let span = f64::from(side) * f64::from(1u32 << k);
            let mut light = self.seen(corner(k), span, (side as usize, side as usize));
            for (v, by) in
                light.iter_mut().flat_map(|px| px.iter_mut().zip(drift)).filter(|(_, by)| **by != 0.0)
            {
                *v = srgb_to_linear((linear_to_srgb(v.clamp(0.0, 1.0)) + by / 255.0).clamp(0.0, 1.0));
            }
            let layer = layer_of(&mut doc, page, &light);
            let level = Level { layers: vec![layer.into()], ..Level::new(page) };
            if k == 0 {
                doc.levels[0] = level;
            } else {
                levels::add_outer(&mut doc, level, Placement::centred(page, page, 2.0));
            }
        }
        (doc, corner(0))
    }
}

/// An opaque layer of 16 bits a channel.
pub fn layer_of(doc: &mut Document, page: Rect, light: &[[f32; 3]]) -> Layer {
    let plane = |c: usize| -> Vec<u16> {
        let deep = |px: &[f32; 3]| (linear_to_srgb(px[c].clamp(0.0, 1.0)) * 65_535.0).round() as u16;
        light.iter().map(deep).collect()
    };
    let mut pixels = Pixels::default();
    let (r, g, b) = (plane(0), plane(1), plane(2));
    pixels.write(page, [&r, &g, &b, &vec![u16::MAX; light.len()]]);
    Layer::raster(doc.next_layer_id(), "picture", pixels)
}

pub fn bytes(light: &[[f32; 3]]) -> Vec<u8> {
    let byte = |v: f32| (linear_to_srgb(v.clamp(0.0, 1.0)) * 255.0).round() as u8;
    light.iter().flat_map(|px| px.map(byte)).collect()
}

/// Decibels.
pub fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 / (sum / a.len() as f64).max(1e-9)).log10()
}

pub fn mean_rgb(rgb: &[u8]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for px in rgb.chunks_exact(3) {
        (0..3).for_each(|c| sum[c] += f64::from(px[c]));
    }
    sum.map(|v| v / (rgb.len() / 3) as f64)
}
