//! Blend modes against the formulas of the specification, written once more in `f64`.

use scumble::document::blend::{blend_pixel, blend_rgb};
use scumble::document::edit::{self, Place};
use scumble::document::{BlendMode, Document, Layer, Pixels, composite};
use scumble::geom::Rect;

type Rgb = [f64; 3];

fn separable(mode: BlendMode, b: f64, s: f64) -> Option<f64> {
    use BlendMode::*;
    Some(match mode {
        Normal | PassThrough => s,
        Multiply => b * s,
        Screen => 1.0 - (1.0 - b) * (1.0 - s),
        Overlay => return separable(HardLight, s, b),
        Darken => b.min(s),
        Lighten => b.max(s),
        ColorDodge if b == 0.0 => 0.0,
        ColorDodge if s == 1.0 => 1.0,
        ColorDodge => 1f64.min(b / (1.0 - s)),
        ColorBurn if b == 1.0 => 1.0,
        ColorBurn if s == 0.0 => 0.0,
        ColorBurn => 1.0 - 1f64.min((1.0 - b) / s),
        HardLight if s <= 0.5 => b * 2.0 * s,
        HardLight => return separable(Screen, b, 2.0 * s - 1.0),
        SoftLight if s <= 0.5 => b - (1.0 - 2.0 * s) * b * (1.0 - b),
        SoftLight => {
            let d = if b <= 0.25 { ((16.0 * b - 12.0) * b + 4.0) * b } else { b.sqrt() };
            b + (2.0 * s - 1.0) * (d - b)
        }
        Difference => (b - s).abs(),
        Exclusion => b + s - 2.0 * b * s,
        Add => 1f64.min(b + s),
        Subtract => 0f64.max(b - s),
        Divide if s == 0.0 => f64::from(u8::from(b > 0.0)),
        Divide => 1f64.min(b / s),
        LinearBurn => 0f64.max(b + s - 1.0),
        VividLight if s <= 0.5 => return separable(ColorBurn, b, 2.0 * s),
        VividLight => return separable(ColorDodge, b, 2.0 * s - 1.0),
        LinearLight => (b + 2.0 * s - 1.0).clamp(0.0, 1.0),
        PinLight if s <= 0.5 => b.min(2.0 * s),
        PinLight => b.max(2.0 * s - 1.0),
        Hue | Saturation | Color | Luminosity => return None,
    })
}

fn lum(c: Rgb) -> f64 {
    0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]
}

fn clip_color(c: Rgb) -> Rgb {
    let l = lum(c);
    let n = c[0].min(c[1]).min(c[2]);
    let x = c[0].max(c[1]).max(c[2]);
    let c = if n < 0.0 { c.map(|v| l + (v - l) * l / (l - n)) } else { c };
    if x > 1.0 { c.map(|v| l + (v - l) * (1.0 - l) / (x - l)) } else { c }
}

fn set_lum(c: Rgb, l: f64) -> Rgb {
    let d = l - lum(c);
    clip_color(c.map(|v| v + d))
}

fn sat(c: Rgb) -> f64 {
    c[0].max(c[1]).max(c[2]) - c[0].min(c[1]).min(c[2])
}

/// As the specification has it: by the order of the channels.
fn set_sat(c: Rgb, s: f64) -> Rgb {
    let mut order = [0, 1, 2];
    order.sort_by(|&i, &j| c[i].total_cmp(&c[j]));
    let [min, mid, max] = order;
    let mut out = [0.0; 3];
    if c[max] > c[min] {
        out[mid] = (c[mid] - c[min]) * s / (c[max] - c[min]);
        out[max] = s;
    }
    out
}

fn reference(mode: BlendMode, b: Rgb, s: Rgb) -> Rgb {
    match mode {
        BlendMode::Hue => set_lum(set_sat(s, sat(b)), lum(b)),
        BlendMode::Saturation => set_lum(set_sat(b, sat(s)), lum(b)),
        BlendMode::Color => set_lum(s, lum(b)),
        BlendMode::Luminosity => set_lum(b, lum(s)),
        mode => [0, 1, 2].map(|i| separable(mode, b[i], s[i]).expect("a separable mode")),
    }
}

const STEPS: [f64; 9] = [0.0, 0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, 1.0];

fn colors() -> Vec<Rgb> {
    let mut out = Vec::new();
    for (i, &r) in STEPS.iter().enumerate() {
        for (j, &g) in STEPS.iter().enumerate() {
            out.push([r, g, STEPS[(i * 2 + j * 5) % 9]]);
        }
    }
    out
}

#[test]
fn every_mode_is_its_formula() {
    for mode in BlendMode::ALL {
        for b in colors() {
            for s in colors() {
                // From the values that f32 has, so that only the formula is compared.
                let (b32, s32) = (b.map(|v| v as f32), s.map(|v| v as f32));
                let want = reference(mode, b32.map(f64::from), s32.map(f64::from));
                let got = blend_rgb(mode, b32, s32);
                for c in 0..3 {
                    assert!(
                        (f64::from(got[c]) - want[c]).abs() < 3e-6,
                        "{mode:?} {b:?} {s:?}: {got:?} {want:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn alpha_follows_the_general_formula() {
    for mode in BlendMode::ALL {
        for &ab in &STEPS {
            for &a in &STEPS {
                let (b, s) = ([0.2, 0.8, 0.6], [0.7, 0.1, 0.4]);
                let mixed = reference(mode, b, s);
                let pre = |c: Rgb, a: f64| [c[0] * a, c[1] * a, c[2] * a, a].map(|v| v as f32);
                let got = blend_pixel(mode, pre(b, ab), pre(s, a));
                for c in 0..3 {
                    let want = a * (1.0 - ab) * s[c] + a * ab * mixed[c] + (1.0 - a) * ab * b[c];
                    assert!((f64::from(got[c]) - want).abs() < 3e-6, "{mode:?} {ab} {a}");
                }
                assert!((f64::from(got[3]) - (a + ab - a * ab)).abs() < 1e-6);
            }
        }
    }
}

/// The vector loops of the compositor give what the formula gives, to the last of 16 bits.
#[test]
fn composited_tiles_follow_the_formula() {
    let page = Rect::new(0, 0, 64, 64);
    for mode in BlendMode::ALL {
        let mut doc = Document::new(page);
        let mut layers = [Pixels::default(), Pixels::default()];
        let all = colors();
        for i in 0..4096 {
            let (b, s) = (all[i % 81], all[(i / 81 * 7 + i) % 81]);
            let (ab, a) = (STEPS[i % 7 + 2], STEPS[i / 7 % 9]);
            for (pixels, (c, a)) in layers.iter_mut().zip([(b, ab), (s, a)]) {
                let px = [c[0] * a, c[1] * a, c[2] * a, a].map(|v| (v * 65535.0).round() as u16);
                pixels.set_pixel(i as i32 % 64, i as i32 / 64, px);
            }
        }
        for pixels in layers.clone() {
            let id = doc.next_layer_id();
            let mut layer = Layer::raster(id, "layer", pixels);
            if id.0 == 2 {
                layer.blend = mode;
            }
            edit::add(&mut doc, layer, Place { parent: None, index: usize::MAX });
        }
        let out = composite::composite(&doc, page);
        for i in 0..4096 {
            let (x, y) = (i % 64, i / 64);
            let f = |p: &Pixels| p.pixel(x, y).map(|v| f64::from(v) / 65535.0);
            let (b, s) = (f(&layers[0]), f(&layers[1]));
            let straight = |p: [f64; 4]| [0, 1, 2].map(|c| if p[3] > 0.0 { p[c] / p[3] } else { 0.0 });
            let mixed = reference(mode, straight(b), straight(s));
            for c in 0..3 {
                let want = s[c] * (1.0 - b[3]) + b[c] * (1.0 - s[3]) + s[3] * b[3] * mixed[c];
                let got = f64::from(out.pixel(x, y)[c]);
                assert!(
                    (got - want * 65535.0).abs() < 0.75,
                    "{mode:?} {b:?} {s:?}: {got} {}",
                    want * 65535.0
                );
            }
        }
    }
}
