//! Curves from 0..=1 to 0..=1, of dynamics and of the curves filter.

use serde::{Deserialize, Serialize};

/// A curve through points `[x, y]`, monotone between them (Fritsch and Carlson 1980), so that it never overshoots.
/// Left of the first and right of the last point it is flat; without points it is the diagonal.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<[f32; 2]>", into = "Vec<[f32; 2]>")]
pub struct Curve {
    points: Vec<[f32; 2]>,
    slopes: Vec<f32>,
}

impl From<Vec<[f32; 2]>> for Curve {
    fn from(points: Vec<[f32; 2]>) -> Self {
        Self::new(points)
    }
}

impl From<Curve> for Vec<[f32; 2]> {
    fn from(curve: Curve) -> Self {
        curve.points
    }
}

impl Curve {
    /// The curve through `points`, in any order; numbers that are not finite are left out, others are clamped.
    pub fn new(mut points: Vec<[f32; 2]>) -> Self {
        points.retain(|p| p.iter().all(|v| v.is_finite()));
        points.iter_mut().flatten().for_each(|v| *v = v.clamp(0.0, 1.0));
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        points.dedup_by(|a, b| a[0] - b[0] < 1e-4);
        let slopes = slopes(&points);
        Self { points, slopes }
    }

    /// From `(0, from)` straight to `(1, to)`.
    pub fn linear(from: f32, to: f32) -> Self {
        Self::new(vec![[0.0, from], [1.0, to]])
    }

    /// The points, by x.
    pub fn points(&self) -> &[[f32; 2]] {
        &self.points
    }

    /// The value at `x`.
    pub fn at(&self, x: f32) -> f32 {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return x.clamp(0.0, 1.0);
        };
        if x.is_nan() || x <= first[0] {
            return first[1];
        }
        if x >= last[0] {
            return last[1];
        }
        let i = self.points.partition_point(|p| p[0] <= x) - 1;
        let ([x0, y0], [x1, y1]) = (self.points[i], self.points[i + 1]);
        let h = x1 - x0;
        let t = (x - x0) / h;
        let (t2, t3) = (t * t, t * t * t);
        let v = (2.0 * t3 - 3.0 * t2 + 1.0) * y0
            + (t3 - 2.0 * t2 + t) * h * self.slopes[i]
            + (3.0 * t2 - 2.0 * t3) * y1
            + (t3 - t2) * h * self.slopes[i + 1];
        v.clamp(0.0, 1.0)
    }
}

fn slopes(points: &[[f32; 2]]) -> Vec<f32> {
    let n = points.len();
    if n < 2 {
        return vec![0.0; n];
    }
    let secant: Vec<f32> = points.windows(2).map(|p| (p[1][1] - p[0][1]) / (p[1][0] - p[0][0])).collect();
    let mut m = vec![0.0; n];
    (m[0], m[n - 1]) = (secant[0], secant[n - 2]);
    for i in 1..n - 1 {
        m[i] = if secant[i - 1] * secant[i] <= 0.0 { 0.0 } else { (secant[i - 1] + secant[i]) / 2.0 };
    }
    for (i, &s) in secant.iter().enumerate() {
        if s == 0.0 {
            (m[i], m[i + 1]) = (0.0, 0.0);
            continue;
        }
        let (a, b) = (m[i] / s, m[i + 1] / s);
        let r = (a * a + b * b).sqrt();
        if r > 3.0 {
            (m[i], m[i + 1]) = (3.0 * a / r * s, 3.0 * b / r * s);
        }
    }
    m
}
