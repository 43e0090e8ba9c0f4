//! Strokes that are laid more than once.

use super::dab::Dab;
use crate::geom::{Point, sin_cos_turns};
use serde::{Deserialize, Serialize};

/// Where copies of a stroke go.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Symmetry {
    /// Nowhere.
    #[default]
    Off,
    /// To the other side of a line.
    Mirror {
        /// A point of the line.
        center: Point,
        /// Direction of the line in turns, 0.25 = upright.
        turns: f64,
    },
    /// Around a point.
    Radial {
        /// The point.
        center: Point,
        /// How many in all, 2..=64.
        count: u32,
        /// Each also mirrored.
        mirrored: bool,
    },
}

/// One copy: first mirrored at the horizontal through the centre, if at all, then rotated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Image {
    center: Point,
    turns: f64,
    mirrored: bool,
}

impl Symmetry {
    /// Every copy, the stroke itself first.
    pub fn images(&self) -> Vec<Image> {
        let image = |center, turns, mirrored| Image { center, turns, mirrored };
        match *self {
            Self::Off => vec![image(Point::default(), 0.0, false)],
            // Mirroring at a line of direction φ: at the horizontal, then by 2 φ.
            Self::Mirror { center, turns } => {
                vec![image(center, 0.0, false), image(center, turns * 2.0, true)]
            }
            Self::Radial { center, count, mirrored } => {
                let n = count.clamp(2, 64);
                let turn = |i: u32| f64::from(i) / f64::from(n);
                let plain = (0..n).map(|i| image(center, turn(i), false));
                // Mirrored at the upright through the centre.
                let other = (0..n).filter(|_| mirrored).map(|i| image(center, 0.5 + turn(i), true));
                plain.chain(other).collect()
            }
        }
    }
}

impl Image {
    /// Where a point goes.
    pub fn point(&self, p: Point) -> Point {
        if self.turns == 0.0 && !self.mirrored {
            return p;
        }
        let d = p - self.center;
        let y = if self.mirrored { -d.y } else { d.y };
        let (s, c) = sin_cos_turns(self.turns);
        self.center + Point::new(c * d.x - s * y, s * d.x + c * y)
    }

    /// Where a dab goes.
    pub fn dab(&self, dab: &Dab) -> Dab {
        Dab {
            center: self.point(dab.center),
            turns: if self.mirrored { self.turns - dab.turns } else { self.turns + dab.turns },
            flipped: dab.flipped ^ self.mirrored,
            ..*dab
        }
    }
}
