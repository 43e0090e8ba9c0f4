//! Noise on the way from one seed to another.

use super::{Draw, NoiseSource};

/// Vectors that point the same way within this are mixed straight: the arc between them has no length to divide by.
const PARALLEL: f64 = 0.9995;

/// Every draw of one generator turned towards that of another, on the arc between them: the numbers stay as normal as
/// those of each, which a straight mix would make too quiet.
pub struct Between {
    from: Box<dyn NoiseSource>,
    to: Box<dyn NoiseSource>,
    t: f32,
}

impl Between {
    /// `t` of the way, 0..=1.
    pub fn new(from: Box<dyn NoiseSource>, to: Box<dyn NoiseSource>, t: f32) -> Self {
        Self { from, to, t: t.clamp(0.0, 1.0) }
    }
}

impl NoiseSource for Between {
    fn normal(&mut self, draw: Draw, shape: [usize; 4]) -> Vec<f32> {
        let (from, to) = (self.from.normal(draw, shape), self.to.normal(draw, shape));
        slerp(from, &to, self.t)
    }

    fn keyed(&self, picture: u64, key: u64, shape: [usize; 3]) -> Vec<f32> {
        slerp(self.from.keyed(picture, key, shape), &self.to.keyed(picture, key, shape), self.t)
    }
}

/// Spherical interpolation (Shoemake 1985), `t` of the way; exact at both ends.
pub fn slerp(mut from: Vec<f32>, to: &[f32], t: f32) -> Vec<f32> {
    if t <= 0.0 {
        return from;
    }
    if t >= 1.0 {
        return to.to_vec();
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let length = (dot(&from, &from) * dot(to, to)).sqrt();
    let cosine = if length > 0.0 { dot(&from, to) / length } else { 1.0 };
    let t = f64::from(t);
    let (a, b) = if cosine.abs() > PARALLEL {
        (1.0 - t, t)
    } else {
        let angle = cosine.clamp(-1.0, 1.0).acos();
        (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin())
    };
    for (from, to) in from.iter_mut().zip(to) {
        *from = (f64::from(*from) * a + f64::from(*to) * b) as f32;
    }
    from
}

#[cfg(test)]
mod tests {
    use super::super::{TorchNoise, source};
    use super::*;
    use crate::sampling::RngKind;

    #[test]
    fn the_way_keeps_its_loudness_and_its_ends() {
        let shape = [1, 4, 16, 16];
        let draw = |seed| TorchNoise::new(seed).normal(Draw::Init, shape);
        let power = |v: &[f32]| v.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / v.len() as f64;
        for step in 0..=8 {
            let t = step as f32 / 8.0;
            let make = |seed| source(RngKind::Torch, seed, (0, 0));
            let mixed = Between::new(make(3), make(4), t).normal(Draw::Init, shape);
            let expected = power(&draw(3)) * f64::from(1.0 - t) + power(&draw(4)) * f64::from(t);
            assert!((power(&mixed) / expected - 1.0).abs() < 0.08, "{t}: {} of {expected}", power(&mixed));
            match step {
                0 => assert_eq!(mixed, draw(3)),
                8 => assert_eq!(mixed, draw(4)),
                _ => assert!(mixed != draw(3) && mixed != draw(4)),
            }
        }
        let same = draw(5);
        let still = slerp(same.clone(), &same, 0.3);
        assert!(still.iter().zip(&same).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
