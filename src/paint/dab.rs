//! One touch of the brush, and how a path becomes a row of them.

use super::brush::{Brush, Follow, Input, Output};
use super::hash::{signed, unit};
use super::path::Node;
use crate::color::Hsv;
use crate::geom::{Point, sin_cos_turns};

/// One touch of the brush.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dab {
    /// Centre on the canvas.
    pub center: Point,
    /// Half the diameter in canvas pixels.
    pub radius_px: f32,
    /// Solid part of the radius of a round tip, 0..=1.
    pub hardness: f32,
    /// Height of the tip by its width, 0..=1.
    pub roundness: f32,
    /// Rotation of the tip in turns, clockwise.
    pub turns: f64,
    /// The tip is flipped top to bottom before it is rotated.
    pub flipped: bool,
    /// What it adds, 0..=1.
    pub flow: f32,
    /// What it does not go beyond, 0..=1.
    pub opacity: f32,
    /// sRGB-encoded, straight.
    pub color: [f32; 3],
    /// Length of the stroke up to here in canvas pixels.
    pub along_px: f32,
}

/// Walks along a path and says where dabs lie.
#[derive(Clone, Debug)]
pub struct Placer {
    seed: u64,
    color: [f32; 3],
    /// The last point, unless the path has not begun.
    last: Option<Node>,
    /// Canvas pixels to go to the next dab.
    to_next: f64,
    /// Length so far in canvas pixels.
    length: f64,
    /// Direction of the path in turns.
    direction: f64,
    index: u64,
}

impl Placer {
    /// A placer at the beginning of a stroke.
    pub fn new(seed: u64, color: [f32; 3]) -> Self {
        Self { seed, color, last: None, to_next: 0.0, length: 0.0, direction: 0.0, index: 0 }
    }

    /// Goes straight on to `node` and hands out the dabs on the way.
    pub fn go(&mut self, brush: &Brush, node: Node, out: &mut Vec<Dab>) {
        let Some(last) = self.last.replace(node) else {
            self.place(brush, &node, out);
            return;
        };
        let step = node.pos - last.pos;
        let length = step.length();
        if length <= 0.0 {
            return;
        }
        self.direction = turns_of(step);
        let mut at = self.to_next;
        while at <= length {
            let here = last.lerp(&node, at / length);
            self.length += at;
            self.place(brush, &here, out);
            self.length -= at;
            at += self.to_next;
        }
        self.to_next = at - length;
        self.length += length;
    }

    /// Lays the dabs of one step and sets the distance to the next.
    fn place(&mut self, brush: &Brush, node: &Node, out: &mut Vec<Dab>) {
        let mut step = 0.0f64;
        for _ in 0..brush.count {
            let dab = self.dab(brush, node);
            step = step.max(f64::from(dab.radius_px) * 2.0);
            if dab.flow * dab.opacity > 0.0 {
                out.push(dab);
            }
            self.index += 1;
        }
        self.to_next = (step * f64::from(brush.spacing)).max(0.5);
    }

    fn dab(&self, brush: &Brush, node: &Node) -> Dab {
        let chance = |salt: u64| signed(self.seed, self.index * 16 + salt);
        let gain = |output: Output| {
            let driven = brush.dynamics.iter().filter(|d| d.output == output);
            driven.map(|d| d.curve.at(self.input(d.input, node))).product::<f32>()
        };
        let turned: f32 = brush
            .dynamics
            .iter()
            .filter(|d| d.output == Output::Angle)
            .map(|d| d.curve.at(self.input(d.input, node)))
            .sum();
        let j = &brush.jitter;
        let diameter = brush.size_px * gain(Output::Size) * (1.0 - j.size * unit(self.seed, self.index * 16));
        let base = match brush.follow {
            Follow::Fixed => 0.0,
            Follow::Direction => self.direction,
            Follow::Tilt => turns_of(Point::new(f64::from(node.tilt[0]), f64::from(node.tilt[1]))),
        };
        let hardness = match brush.tip {
            super::Tip::Round { hardness } => hardness * gain(Output::Hardness),
            super::Tip::Texture { .. } | super::Tip::Bristle { .. } => 1.0,
        };
        let (sin, cos) = sin_cos_turns(f64::from(unit(self.seed, self.index * 16 + 7)));
        let thrown = f64::from(
            unit(self.seed, self.index * 16 + 8) * brush.scatter * gain(Output::Scatter) * diameter,
        );
        Dab {
            center: node.pos + Point::new(cos, sin) * thrown,
            radius_px: diameter / 2.0,
            hardness,
            roundness: brush.roundness * gain(Output::Roundness),
            turns: base + f64::from(brush.angle_turns + turned + j.angle * 0.5 * chance(1)),
            flipped: false,
            flow: brush.flow * gain(Output::Flow),
            opacity: brush.opacity
                * gain(Output::Opacity)
                * (1.0 - j.opacity * unit(self.seed, self.index * 16 + 2)),
            color: self.jittered(brush, chance),
            along_px: self.length as f32,
        }
    }

    fn jittered(&self, brush: &Brush, chance: impl Fn(u64) -> f32) -> [f32; 3] {
        let j = &brush.jitter;
        let [r, g, b] = self.color;
        if j.hue + j.saturation + j.value == 0.0 {
            return [r, g, b];
        }
        let mut hsv = Hsv::from_srgb(r, g, b);
        hsv.h += j.hue * 0.5 * chance(3);
        hsv.s = (hsv.s + j.saturation * chance(4)).clamp(0.0, 1.0);
        hsv.v = (hsv.v + j.value * chance(5)).clamp(0.0, 1.0);
        hsv.to_srgb()
    }

    fn input(&self, input: Input, node: &Node) -> f32 {
        match input {
            Input::Pressure => node.pressure,
            Input::Speed => node.speed / (node.speed + 1500.0),
            Input::Tilt => (node.tilt[0] * node.tilt[0] + node.tilt[1] * node.tilt[1]).sqrt().min(1.0),
            Input::Random => unit(self.seed, self.index * 16 + 6),
            Input::Fade => (self.length / 1000.0).min(1.0) as f32,
        }
    }
}

/// The direction of a vector in turns, by a polynomial that is the same on every platform; off by less than 2e-4.
pub(crate) fn turns_of(v: Point) -> f64 {
    let (x, y) = (v.x.abs(), v.y.abs());
    let (lo, hi) = (x.min(y), x.max(y));
    if hi == 0.0 {
        return 0.0;
    }
    // Rajan, Wang, Inkol and Joyal 2006: arctangent on 0..=1.
    let z = lo / hi;
    let a = z / 8.0 + 0.273 / std::f64::consts::TAU * z * (1.0 - z);
    let a = if y > x { 0.25 - a } else { a };
    let a = if v.x < 0.0 { 0.5 - a } else { a };
    if v.y < 0.0 { -a } else { a }
}
