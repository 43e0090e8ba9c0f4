//! Holding an inner level to its parent: shrunk again, it has to be the part that it was made from.
//!
//! By iterated back-projection (Irani & Peleg 1991): what the shrunk child lacks against the parent is enlarged and
//! added, a few times over. That moves only what the parent can show, the low frequencies; the detail stays.

use crate::color::linear_to_srgb;
use crate::document::Pixels;
use crate::geom::{Point, Rect};
use crate::zoom::pyramid::{Light, Plane, Pyramid, resample};

/// Rounds of correction.
const ROUNDS: usize = 6;
/// Root mean square in 1/255 of sRGB up to which a child counts as held.
pub const TOLERANCE: f64 = 1.0;

/// How well a child matches its parent, in 1/255 of sRGB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Root mean square as the model left it.
    pub before: f64,
    /// Root mean square after the correction.
    pub after: f64,
    /// The most that any value is off after it.
    pub worst: f64,
}

impl Held {
    /// Whether it matches within [`TOLERANCE`].
    pub fn is_held(&self) -> bool {
        self.after <= TOLERANCE
    }
}

/// The part that a child is made from.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    light: Vec<Light>,
    width: usize,
    height: usize,
    factor: f64,
}

impl Parent {
    /// The part from `corner` on (pixels of the page) that becomes `size` pixels when it is enlarged by `factor`.
    pub(super) fn new(pyramid: &Pyramid, corner: Point, factor: f64, size: (usize, usize)) -> Self {
        let side = |v: usize| ((v as f64 / factor) + 1e-6).floor().max(1.0) as usize;
        let (width, height) = (side(size.0), side(size.1));
        let light = pyramid.resampled(corner, 1.0, (width, height)).unwrap_or_default();
        Self { light, width, height, factor }
    }

    /// The child's light, corrected, and how well it fits.
    pub(super) fn hold(&self, child: &Pixels, page: Rect) -> (Vec<Light>, Held) {
        let (w, h) = (page.width() as usize, page.height() as usize);
        let own = Pyramid::of(child, page);
        let mut light = own.resampled(Point::default(), 1.0, (w, h)).unwrap_or_default();
        let mut shrunk = self.shrunk(&light, w, h);
        let before = difference(&shrunk, &self.light).0;
        for _ in 0..ROUNDS {
            let lacking: Vec<Light> =
                self.light.iter().zip(&shrunk).map(|(a, b)| [0, 1, 2, 3].map(|c| a[c] - b[c])).collect();
            let plane = Plane::of(&lacking, self.width, self.height);
            let more = resample(&plane, (0.0, 0.0), 1.0 / self.factor, (w, h));
            for (px, more) in light.iter_mut().zip(&more) {
                (0..3).for_each(|c| px[c] = (px[c] + more[c]).clamp(0.0, 1.0));
                px[3] = 1.0;
            }
            shrunk = self.shrunk(&light, w, h);
        }
        let (after, worst) = difference(&shrunk, &self.light);
        (light, Held { before, after, worst })
    }

    /// The child as the parent shows it: filtered as frames are.
    fn shrunk(&self, light: &[Light], w: usize, h: usize) -> Vec<Light> {
        let pyramid = Pyramid::of_light(light, w, h);
        pyramid.resampled(Point::default(), self.factor, (self.width, self.height)).unwrap_or_default()
    }
}

/// Root mean square and the most of the difference, in 1/255 of sRGB.
fn difference(a: &[Light], b: &[Light]) -> (f64, f64) {
    let (mut sum, mut most) = (0.0, 0.0f64);
    for (a, b) in a.iter().zip(b) {
        for c in 0..3 {
            let value = |v: f32| f64::from(linear_to_srgb(v.clamp(0.0, 1.0))) * 255.0;
            let d = value(a[c]) - value(b[c]);
            sum += d * d;
            most = most.max(d.abs());
        }
    }
    ((sum / (3 * a.len()).max(1) as f64).sqrt(), most)
}
