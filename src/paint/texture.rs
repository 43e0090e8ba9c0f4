//! Procedural pictures of tips and surfaces: no files, the same on every machine.

use super::hash::{hash, signed, unit};
use crate::geom::sin_cos_turns;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// Tools that leave a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TipTexture {
    /// A stick of chalk: crumbling inside and at the rim.
    Chalk,
    /// Compressed charcoal: denser, streaked.
    Charcoal,
    /// Pores.
    Sponge,
    /// Drops of many sizes.
    Splatter,
    /// A soft cloud.
    Cloud,
    /// A few grasses.
    Grass,
}

/// Surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrainKind {
    /// Fine tooth.
    Paper,
    /// Cold-pressed watercolour paper.
    Rough,
    /// Woven threads.
    Canvas,
}

/// A square picture with coarser copies of itself. The outermost ring of each is 0, so that what lies outside may be
/// looked up at the nearest texel.
#[derive(Debug)]
pub struct Bitmap {
    /// From the finest on; level `k` has `SIZE >> k` pixels a side.
    levels: Vec<Vec<f32>>,
}

/// One level of a [`Bitmap`].
#[derive(Clone, Copy)]
pub(crate) struct Texels<'a> {
    pub(crate) values: &'a [f32],
    /// Texels a side, a power of two.
    pub(crate) size: usize,
    /// There is more than a texel per canvas pixel: the nearest one will do.
    pub(crate) fine: bool,
}

impl Bitmap {
    const SIZE: usize = 256;

    fn new(value: impl Fn(f32, f32) -> f32) -> Self {
        let n = Self::SIZE;
        let texels = (0..n * n).map(|i| value(texel_center(i % n), texel_center(i / n)).clamp(0.0, 1.0));
        Self::from_texels(texels.collect())
    }

    /// From `SIZE * SIZE` values, of which nothing outside of the disc remains: the size of a brush means its circle.
    fn from_texels(mut texels: Vec<f32>) -> Self {
        let n = Self::SIZE;
        for (i, v) in texels.iter_mut().enumerate() {
            let (u, v2) = (texel_center(i % n), texel_center(i / n));
            *v *= ((1.0 - (u * u + v2 * v2).sqrt()) * 16.0).clamp(0.0, 1.0);
        }
        let mut levels = vec![texels];
        let mut size = n;
        while size > 4 {
            let fine = &levels[levels.len() - 1];
            let half = size / 2;
            let coarse = (0..half * half)
                .map(|i| {
                    let j = (i / half) * 2 * size + (i % half) * 2;
                    (fine[j] + fine[j + 1] + fine[j + size] + fine[j + size + 1]) / 4.0
                })
                .collect();
            levels.push(coarse);
            size = half;
        }
        for (k, level) in levels.iter_mut().enumerate() {
            let size = n >> k;
            for i in 0..size {
                for at in [i, (size - 1) * size + i, i * size, i * size + size - 1] {
                    level[at] = 0.0;
                }
            }
        }
        Self { levels }
    }

    /// The coarsest level that has one and a half texels per canvas pixel of a dab of this radius, else the finest.
    pub(crate) fn level(&self, radius_px: f32) -> Texels<'_> {
        let enough = |k: usize| (Self::SIZE >> k) as f32 >= radius_px * 3.0;
        let k = (0..self.levels.len()).rev().find(|&k| enough(k)).unwrap_or(0);
        Texels { values: &self.levels[k], size: Self::SIZE >> k, fine: enough(k) }
    }
}

fn texel_center(i: usize) -> f32 {
    (i as f32 + 0.5) / Bitmap::SIZE as f32 * 2.0 - 1.0
}

/// Smooth noise 0..=1 with one random value per unit, repeating after `period` units.
fn noise(seed: u64, x: f32, y: f32, period: i64) -> f32 {
    let (xi, yi) = (x.floor(), y.floor());
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (tx, ty) = (smooth(x - xi), smooth(y - yi));
    let corner = |dx: i64, dy: i64| {
        let (x, y) = ((xi as i64 + dx).rem_euclid(period), (yi as i64 + dy).rem_euclid(period));
        unit(seed, (y as u64) << 32 | x as u64)
    };
    let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * tx;
    let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * tx;
    top + (bottom - top) * ty
}

fn cloudy(seed: u64, u: f32, v: f32, cells: f32) -> f32 {
    let far = 1 << 20;
    (noise(seed, u * cells + 500.0, v * cells + 500.0, far) * 0.6
        + noise(seed ^ 1, u * cells * 2.1 + 500.0, v * cells * 2.1 + 500.0, far) * 0.4
        - 0.2)
        / 0.6
}

fn chalk(u: f32, v: f32) -> f32 {
    let r = (u * u + v * v).sqrt();
    let body = (1.15 - r) * 3.0;
    (body.min(1.0) * 1.6 * cloudy(11, u, v, 14.0) + cloudy(12, u, v, 40.0) - 0.75) * 2.0
}

fn charcoal(u: f32, v: f32) -> f32 {
    let r = (u * u + v * v).sqrt();
    let streak = cloudy(21, u * 0.25, v, 26.0);
    ((1.1 - r) * 2.5).min(1.0) * (0.35 + streak * 0.9) - cloudy(22, u, v, 50.0) * 0.35
}

fn sponge(u: f32, v: f32) -> f32 {
    let r = (u * u + v * v).sqrt();
    (cloudy(31, u, v, 7.0) * 1.4 + cloudy(32, u, v, 18.0) * 0.6 - 0.55 - r * r * 0.5) * 3.0
}

fn cloud(u: f32, v: f32) -> f32 {
    let r2 = u * u + v * v;
    (1.0 - r2).max(0.0) * (0.35 + cloudy(41, u, v, 4.0) * 0.9)
}

/// Discs `(x, y, radius, height)` as a picture: the highest wins, rims are antialiased.
fn discs(list: &[(f32, f32, f32, f32)]) -> Bitmap {
    let n = Bitmap::SIZE;
    let texel = 2.0 / n as f32;
    let mut out = vec![0.0f32; n * n];
    for &(x, y, r, h) in list {
        let span = |c: f32| {
            let at = |v: f32| (((v + 1.0) / texel).max(0.0) as usize).min(n);
            at(c - r - texel)..at(c + r + 2.0 * texel)
        };
        for j in span(y) {
            for i in span(x) {
                let (dx, dy) = (texel_center(i) - x, texel_center(j) - y);
                let d = (dx * dx + dy * dy).sqrt();
                let v = &mut out[j * n + i];
                *v = v.max(h * ((r - d) / texel + 0.5).clamp(0.0, 1.0));
            }
        }
    }
    Bitmap::from_texels(out)
}

fn splatter() -> Bitmap {
    let drops: Vec<_> = (0..60)
        .map(|i| {
            let (s, c) = sin_cos_turns(f64::from(unit(51, i * 3)));
            let far = unit(51, i * 3 + 1).sqrt() * 0.92;
            let r = 0.015 + 0.1 * unit(51, i * 3 + 2) * unit(52, i) * unit(53, i) * (1.2 - far);
            (c as f32 * far, s as f32 * far, r, 1.0)
        })
        .collect();
    discs(&drops)
}

fn grass(u: f32, v: f32) -> f32 {
    (0..9u64).fold(0.0, |best: f32, i| {
        let root = signed(61, i) * 0.5;
        let lean = signed(62, i) * 0.5;
        let t = (0.9 - v) / (1.1 + 0.7 * unit(63, i));
        if !(0.0..=1.0).contains(&t) {
            return best;
        }
        let x = root + lean * t * t;
        best.max((0.045 * (1.0 - t) + 0.01 - (u - x).abs()) * 60.0)
    })
}

/// The picture of a tool, computed once.
pub(crate) fn tip_bitmap(texture: TipTexture) -> Arc<Bitmap> {
    static TIPS: [OnceLock<Arc<Bitmap>>; 6] = [const { OnceLock::new() }; 6];
    let (index, make): (usize, fn() -> Bitmap) = match texture {
        TipTexture::Chalk => (0, || Bitmap::new(chalk)),
        TipTexture::Charcoal => (1, || Bitmap::new(charcoal)),
        TipTexture::Sponge => (2, || Bitmap::new(sponge)),
        TipTexture::Splatter => (3, splatter),
        TipTexture::Cloud => (4, || Bitmap::new(cloud)),
        TipTexture::Grass => (5, || Bitmap::new(grass)),
    };
    TIPS[index].get_or_init(|| Arc::new(make())).clone()
}

/// A bundle of `count` hairs spread evenly over the disc; `raggedness` makes some thin, some short.
pub(crate) fn bristles(count: u32, raggedness: f32) -> Bitmap {
    let seed = hash(71, u64::from(count));
    let spread = 0.9 / (count as f32).sqrt();
    let hairs: Vec<_> = (0..u64::from(count))
        .map(|i| {
            // Vogel's sunflower: even, without rows.
            let (s, c) = sin_cos_turns(i as f64 * 0.381_966_011_250_105);
            let far = ((i as f32 + 0.5) / count as f32).sqrt() * (1.0 - spread * 0.6);
            let x = c as f32 * far + signed(seed, i * 4) * spread * 0.4;
            let y = s as f32 * far + signed(seed, i * 4 + 1) * spread * 0.4;
            let r = spread * (0.85 - 0.6 * raggedness * unit(seed, i * 4 + 2));
            (x, y, r, 1.0 - 0.9 * raggedness * unit(seed, i * 4 + 3))
        })
        .collect();
    discs(&hairs)
}

/// A surface: depth of its valleys 0..=1, repeating after 256 canvas pixels in both directions.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Arc<Vec<f32>>);

impl Pattern {
    const SIZE: i32 = 256;

    /// `n` values from canvas pixel `(x, y)` to the right; they must not cross a tile border.
    pub(crate) fn row(&self, x: i32, y: i32, n: usize) -> &[f32] {
        let at = (y.rem_euclid(Self::SIZE) * Self::SIZE + x.rem_euclid(Self::SIZE)) as usize;
        &self.0[at..at + n]
    }
}

/// A surface whose features are `scale` times their own size.
pub(crate) fn grain_pattern(kind: GrainKind, scale: f32) -> Pattern {
    let n = Pattern::SIZE;
    // Whole cells per period, so that it repeats without a seam.
    let cells = |size_px: f32| (n as f32 / (size_px * scale)).round().max(2.0);
    let octave = |seed: u64, size_px: f32, x: i32, y: i32| {
        let c = cells(size_px);
        noise(seed, x as f32 * c / n as f32, y as f32 * c / n as f32, c as i64)
    };
    let stretch = |v: f32| ((v - 0.5) * 1.6 + 0.5).clamp(0.0, 1.0);
    let value = |x: i32, y: i32| match kind {
        GrainKind::Paper => stretch(octave(81, 2.3, x, y) * 0.6 + octave(82, 5.0, x, y) * 0.4),
        GrainKind::Rough => stretch(octave(83, 7.0, x, y) * 0.65 + octave(84, 3.0, x, y) * 0.35),
        GrainKind::Canvas => {
            let c = f64::from(cells(8.0));
            let wave = |p: i32| sin_cos_turns(f64::from(p) * c / f64::from(n)).0 as f32;
            let weave = wave(x) * wave(y) * 0.5 + 0.5;
            (weave * 0.75 + octave(85, 3.0, x, y) * 0.25).clamp(0.0, 1.0)
        }
    };
    Pattern(Arc::new((0..n * n).map(|i| value(i % n, i / n)).collect()))
}
