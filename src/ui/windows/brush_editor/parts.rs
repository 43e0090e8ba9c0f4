//! The parts of a brush, as bars and choices.

use crate::paint::Brush;
use crate::paint::brush::{Follow, Grain, Jitter, Mode, Stabiliser, Tip};
use crate::paint::texture::{GrainKind, TipTexture};
use crate::ui::bars::{Bar, choice};
use eframe::egui::{RichText, Ui};

/// Width of the text before bars.
const TEXT: f32 = 92.0;

#[derive(Clone, Copy, PartialEq)]
enum TipKind {
    Round,
    Texture,
    Bristle,
}

/// The shape of a dab.
pub fn tip(ui: &mut Ui, brush: &mut Brush) {
    let mut kind = match brush.tip {
        Tip::Round { .. } => TipKind::Round,
        Tip::Texture { .. } => TipKind::Texture,
        Tip::Bristle { .. } => TipKind::Bristle,
    };
    let words = [(TipKind::Round, "Round"), (TipKind::Texture, "Texture"), (TipKind::Bristle, "Bristles")];
    if choice(ui, "Tip", &mut kind, &words) {
        brush.tip = match kind {
            TipKind::Round => Tip::Round { hardness: 0.8 },
            TipKind::Texture => Tip::Texture { texture: TipTexture::Chalk },
            TipKind::Bristle => Tip::Bristle { count: 60, raggedness: 0.5 },
        };
    }
    match &mut brush.tip {
        Tip::Round { hardness } => {
            let tip = "Part of the radius that is solid; the rest fades out";
            Bar::new("Hardness", hardness, 0.0..=1.0)
                .name("Brush hardness")
                .tip(tip)
                .percent()
                .text_width(TEXT)
                .show(ui);
        }
        Tip::Texture { texture } => {
            use TipTexture as T;
            let words = [
                (T::Chalk, "Chalk"),
                (T::Charcoal, "Charcoal"),
                (T::Sponge, "Sponge"),
                (T::Splatter, "Splatter"),
                (T::Cloud, "Cloud"),
                (T::Grass, "Grass"),
            ];
            choice(ui, "Tip texture", texture, &words);
        }
        Tip::Bristle { count, raggedness } => {
            let mut hairs = *count as f32;
            let bar = Bar::new("Hairs", &mut hairs, 1.0..=400.0).name("Brush hairs").logarithmic().whole();
            bar.text_width(TEXT).show(ui);
            *count = hairs.round() as u32;
            let tip = "How much the hairs differ";
            Bar::new("Raggedness", raggedness, 0.0..=1.0)
                .name("Brush raggedness")
                .tip(tip)
                .percent()
                .text_width(TEXT)
                .show(ui);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum ModeKind {
    Paint,
    Erase,
    Smudge,
    Mix,
    Clone,
}

/// What the dabs do to the layer.
pub fn mode(ui: &mut Ui, brush: &mut Brush) {
    let mut kind = match brush.mode {
        Mode::Paint => ModeKind::Paint,
        Mode::Erase => ModeKind::Erase,
        Mode::Smudge => ModeKind::Smudge,
        Mode::Mix { .. } => ModeKind::Mix,
        Mode::Clone => ModeKind::Clone,
    };
    let words = [
        (ModeKind::Paint, "Paint"),
        (ModeKind::Erase, "Erase"),
        (ModeKind::Smudge, "Smudge"),
        (ModeKind::Mix, "Mix"),
        (ModeKind::Clone, "Clone"),
    ];
    if choice(ui, "Mode", &mut kind, &words) {
        brush.mode = match kind {
            ModeKind::Paint => Mode::Paint,
            ModeKind::Erase => Mode::Erase,
            ModeKind::Smudge => Mode::Smudge,
            ModeKind::Mix => Mode::Mix { pickup: 0.3, load_px: 0.0 },
            ModeKind::Clone => Mode::Clone,
        };
    }
    let words = match &mut brush.mode {
        Mode::Paint => "Lays colour.",
        Mode::Erase => "Takes paint away.",
        Mode::Smudge => "Drags what is there along; flow is how much of it.",
        Mode::Clone => "Lays what is elsewhere on the layer.",
        Mode::Mix { pickup, load_px } => {
            let tip = "How fast the brush takes up what it passes over";
            Bar::new("Pick-up", pickup, 0.0..=1.0)
                .name("Brush pick-up")
                .tip(tip)
                .percent()
                .text_width(TEXT)
                .show(ui);
            let tip = "Length after which the brush has no colour of its own left; 0 = it never runs dry";
            let bar =
                Bar::new("Load", load_px, 0.0..=5000.0).name("Brush load").tip(tip).shown(1.0, 0, " px");
            bar.text_width(TEXT).show(ui);
            "Lays colour that mixes with what is there, as oil does."
        }
    };
    ui.label(RichText::new(words).weak().small());
}

/// Size, density and distance.
pub fn dabs(ui: &mut Ui, brush: &mut Brush) {
    let bar =
        Bar::new("Size", &mut brush.size_px, 1.0..=Brush::MAX_SIZE_PX).name("Brush diameter").logarithmic();
    bar.shown(1.0, 1, " px").text_width(TEXT).show(ui);
    let tip = "The most that one stroke covers";
    percent(ui, ("Opacity", "Brush opacity", tip), &mut brush.opacity);
    percent(ui, ("Flow", "Brush flow", "What one dab adds"), &mut brush.flow);
    let tip = "Distance between dabs in diameters";
    let bar =
        Bar::new("Spacing", &mut brush.spacing, 0.01..=10.0).name("Brush spacing").tip(tip).logarithmic();
    bar.shown(100.0, 0, " %").text_width(TEXT).show(ui);
    let tip = "How far dabs are thrown off the path, in diameters";
    let bar = Bar::new("Scatter", &mut brush.scatter, 0.0..=10.0).name("Brush scatter").tip(tip);
    bar.shown(100.0, 0, " %").text_width(TEXT).show(ui);
    let mut count = brush.count as f32;
    let bar = Bar::new("Count", &mut count, 1.0..=32.0).name("Brush count").tip("Dabs at each step").whole();
    bar.text_width(TEXT).show(ui);
    brush.count = count.round() as u32;
}

fn percent(ui: &mut Ui, (text, name, tip): (&str, &str, &str), value: &mut f32) {
    Bar::new(text, value, 0.0..=1.0).name(name).tip(tip).percent().text_width(TEXT).show(ui);
}

/// How the tip is turned.
pub fn rotation(ui: &mut Ui, brush: &mut Brush) {
    let bar = Bar::new("Angle", &mut brush.angle_turns, -0.5..=0.5).name("Brush angle").shown(360.0, 0, "°");
    bar.text_width(TEXT).show(ui);
    let tip = "Height of the tip by its width";
    let bar = Bar::new("Roundness", &mut brush.roundness, 0.02..=1.0).name("Brush roundness").tip(tip);
    bar.percent().text_width(TEXT).show(ui);
    ui.label(RichText::new("The angle is added to").weak().small());
    let words =
        [(Follow::Fixed, "Nothing"), (Follow::Direction, "Direction of the stroke"), (Follow::Tilt, "Tilt")];
    choice(ui, "Follow", &mut brush.follow, &words);
}

/// Random differences.
pub fn jitter(ui: &mut Ui, brush: &mut Brush) {
    let Jitter { size, opacity, angle, hue, saturation, value } = &mut brush.jitter;
    percent(ui, ("Size", "Size jitter", "Part of the diameter that is left to chance"), size);
    percent(ui, ("Opacity", "Opacity jitter", "Part of the opacity that is left to chance"), opacity);
    percent(ui, ("Angle", "Angle jitter", "100 % = half a turn either way"), angle);
    percent(ui, ("Hue", "Hue jitter", "100 % = half a turn of hue either way"), hue);
    percent(ui, ("Saturation", "Saturation jitter", "How much saturation differs between dabs"), saturation);
    percent(ui, ("Value", "Value jitter", "How much lightness differs between dabs"), value);
}

/// Grain and the wet rim.
pub fn surface(ui: &mut Ui, brush: &mut Brush) {
    let mut kind = brush.grain.map(|g| g.kind);
    let words = [
        (None, "Smooth"),
        (Some(GrainKind::Paper), "Paper"),
        (Some(GrainKind::Rough), "Rough"),
        (Some(GrainKind::Canvas), "Canvas"),
    ];
    if choice(ui, "Grain", &mut kind, &words) {
        let old = brush.grain.unwrap_or(Grain { kind: GrainKind::Paper, scale: 1.0, depth: 0.5 });
        brush.grain = kind.map(|kind| Grain { kind, ..old });
    }
    if let Some(grain) = &mut brush.grain {
        let bar = Bar::new("Scale", &mut grain.scale, 0.25..=8.0).name("Grain scale").logarithmic();
        bar.shown(100.0, 0, " %").text_width(TEXT).show(ui);
        percent(
            ui,
            ("Depth", "Grain depth", "How much of the surface light strokes leave bare"),
            &mut grain.depth,
        );
    }
    let tip = "Watercolour: how much darker the rim of the stroke is than its inside";
    percent(ui, ("Wet edge", "Wet edge", tip), &mut brush.wet_edge);
}

/// How the hand is steadied.
pub fn stabiliser(ui: &mut Ui, brush: &mut Brush) {
    let words = [(Stabiliser::Off, "Off"), (Stabiliser::Basic, "Basic"), (Stabiliser::Strong, "Strong")];
    choice(ui, "Stabiliser", &mut brush.stabiliser, &words);
    let words = match brush.stabiliser {
        Stabiliser::Off => "Every movement counts as it is.",
        Stabiliser::Basic => "A moving average of the last movements.",
        Stabiliser::Strong => "The brush is pulled on a string.",
    };
    ui.label(RichText::new(words).weak().small());
}
