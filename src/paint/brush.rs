//! What a brush is: data, as it stands in a preset file.

use super::curve::Curve;
use super::texture::{Bitmap, GrainKind, Pattern, TipTexture, bristles, grain_pattern, tip_bitmap};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The shape that a dab leaves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Tip {
    /// A disc or ellipse.
    Round {
        /// Part of the radius that is solid, 0..=1; the rest fades out. 1 = a sharp, antialiased edge.
        hardness: f32,
    },
    /// A procedural picture of a tool.
    Texture {
        /// Which one.
        texture: TipTexture,
    },
    /// A bundle of hairs.
    Bristle {
        /// How many, 1..=400.
        count: u32,
        /// How much the hairs differ, 0..=1.
        raggedness: f32,
    },
}

/// What the dabs do to the layer.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Mode {
    /// Lay colour.
    #[default]
    Paint,
    /// Take alpha away.
    Erase,
    /// Drag what is there along; flow is how much of it.
    Smudge,
    /// Lay colour that mixes with what is picked up from the layer (oil).
    Mix {
        /// How fast the brush takes up what it passes over, 0..=1.
        pickup: f32,
        /// Length in canvas pixels after which the brush has no colour of its own left; 0 = it never runs dry.
        load_px: f32,
    },
    /// Lay what is elsewhere on the layer.
    Clone,
}

/// What a [`Dynamic`] is driven by; each 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Of the pen; of a mouse, 1 less a part of its speed.
    Pressure,
    /// 0 = at rest, 1/2 at 1500 canvas pixels a second.
    Speed,
    /// 0 = upright, 1 = flat.
    Tilt,
    /// New for every dab.
    Random,
    /// Length of the stroke so far, 1 at 1000 canvas pixels.
    Fade,
}

/// What a [`Dynamic`] drives. All but the angle are multiplied by the value of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// Diameter.
    Size,
    /// The most that the stroke covers here.
    Opacity,
    /// What one dab adds.
    Flow,
    /// Hardness of a round tip.
    Hardness,
    /// Distance of scattered dabs.
    Scatter,
    /// Width of the tip across.
    Roundness,
    /// Turned by the value of the curve in turns.
    Angle,
}

/// One input that drives one output through a curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dynamic {
    /// What drives.
    pub input: Input,
    /// What is driven.
    pub output: Output,
    /// How.
    #[serde(default)]
    pub curve: Curve,
}

/// What the angle of the tip follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Follow {
    /// Nothing.
    #[default]
    Fixed,
    /// The direction of the stroke.
    Direction,
    /// The direction in which the pen leans.
    Tilt,
}

/// Random differences between dabs, each 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jitter {
    /// Part of the diameter.
    pub size: f32,
    /// Part of the opacity.
    pub opacity: f32,
    /// Half turns.
    pub angle: f32,
    /// Half turns of hue.
    pub hue: f32,
    /// Saturation.
    pub saturation: f32,
    /// Value.
    pub value: f32,
}

/// The surface that is painted on; it stays in place while strokes pass over it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grain {
    /// Which one.
    pub kind: GrainKind,
    /// Size of its features relative to its own, 0.25..=8.
    pub scale: f32,
    /// 0 = not seen, 1 = light strokes touch only its peaks.
    pub depth: f32,
}

/// How the hand is steadied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stabiliser {
    /// Every sample counts as it is.
    Off,
    /// A moving average of the last samples.
    #[default]
    Basic,
    /// The brush is pulled on a string.
    Strong,
}

/// A brush.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brush {
    /// The name that people see.
    pub name: String,
    /// Under which heading it is listed.
    pub group: String,
    /// The shape of a dab.
    pub tip: Tip,
    /// What the dabs do.
    pub mode: Mode,
    /// Diameter in canvas pixels, 1..=2000.
    pub size_px: f32,
    /// The most that one stroke covers, 0..=1.
    pub opacity: f32,
    /// What one dab adds, 0..=1.
    pub flow: f32,
    /// Distance between dabs in diameters.
    pub spacing: f32,
    /// Rotation of the tip in turns, clockwise.
    pub angle_turns: f32,
    /// What the rotation is added to.
    pub follow: Follow,
    /// Height of the tip by its width, 0..=1.
    pub roundness: f32,
    /// How far dabs are thrown off the path, in diameters.
    pub scatter: f32,
    /// Dabs at each step.
    pub count: u32,
    /// Random differences.
    pub jitter: Jitter,
    /// The surface, if it shows.
    pub grain: Option<Grain>,
    /// Watercolour: how much darker the rim of the stroke is than its inside, 0..=1.
    pub wet_edge: f32,
    /// How the hand is steadied.
    pub stabiliser: Stabiliser,
    /// Pressure, speed, tilt and chance.
    pub dynamics: Vec<Dynamic>,
}

impl Default for Brush {
    fn default() -> Self {
        Self {
            name: "Round".into(),
            group: "Basic".into(),
            tip: Tip::Round { hardness: 0.8 },
            mode: Mode::Paint,
            size_px: 20.0,
            opacity: 1.0,
            flow: 1.0,
            spacing: 0.1,
            angle_turns: 0.0,
            follow: Follow::Fixed,
            roundness: 1.0,
            scatter: 0.0,
            count: 1,
            jitter: Jitter::default(),
            grain: None,
            wet_edge: 0.0,
            stabiliser: Stabiliser::Basic,
            dynamics: Vec::new(),
        }
    }
}

impl Brush {
    /// Greatest diameter in canvas pixels.
    pub const MAX_SIZE_PX: f32 = 2000.0;

    /// The brush with every number in the range that the fields name: presets are foreign data.
    pub fn sanitised(mut self) -> Self {
        let fix = |v: &mut f32, lo: f32, hi: f32, otherwise: f32| {
            *v = if v.is_finite() { v.clamp(lo, hi) } else { otherwise };
        };
        fix(&mut self.size_px, 1.0, Self::MAX_SIZE_PX, 20.0);
        for v in [&mut self.opacity, &mut self.flow] {
            fix(v, 0.0, 1.0, 1.0);
        }
        fix(&mut self.spacing, 0.01, 10.0, 0.1);
        fix(&mut self.angle_turns, -1.0, 1.0, 0.0);
        fix(&mut self.roundness, 0.02, 1.0, 1.0);
        fix(&mut self.scatter, 0.0, 10.0, 0.0);
        fix(&mut self.wet_edge, 0.0, 1.0, 0.0);
        self.count = self.count.clamp(1, 32);
        let j = &mut self.jitter;
        for v in [&mut j.size, &mut j.opacity, &mut j.angle, &mut j.hue, &mut j.saturation, &mut j.value] {
            fix(v, 0.0, 1.0, 0.0);
        }
        if let Some(grain) = &mut self.grain {
            fix(&mut grain.scale, 0.25, 8.0, 1.0);
            fix(&mut grain.depth, 0.0, 1.0, 0.0);
        }
        match &mut self.tip {
            Tip::Round { hardness } => fix(hardness, 0.0, 1.0, 0.8),
            Tip::Texture { .. } => {}
            Tip::Bristle { count, raggedness } => {
                *count = (*count).clamp(1, 400);
                fix(raggedness, 0.0, 1.0, 0.5);
            }
        }
        if let Mode::Mix { pickup, load_px } = &mut self.mode {
            fix(pickup, 0.0, 1.0, 0.3);
            fix(load_px, 0.0, 1e6, 0.0);
        }
        self
    }

    /// Makes the brush ready to paint: its pictures are computed once, not for every stroke.
    pub fn prepare(self) -> Arc<Prepared> {
        let brush = self.sanitised();
        let bitmap = match brush.tip {
            Tip::Round { .. } => None,
            Tip::Texture { texture } => Some(tip_bitmap(texture)),
            Tip::Bristle { count, raggedness } => Some(Arc::new(bristles(count, raggedness))),
        };
        let grain = brush.grain.filter(|g| g.depth > 0.0).map(|g| grain_pattern(g.kind, g.scale));
        Arc::new(Prepared { brush, bitmap, grain })
    }
}

/// A brush with its pictures.
#[derive(Debug)]
pub struct Prepared {
    /// The brush.
    pub brush: Brush,
    /// The picture of the tip, unless it is round.
    pub(crate) bitmap: Option<Arc<Bitmap>>,
    /// The surface.
    pub(crate) grain: Option<Pattern>,
}
