//! The geometry of masks, contexts and sizes against tables, and the properties of what works on pixels.

use scumble::generate::picture::{Mask, Picture};
use scumble::generate::region::color_match::{color_match, kept_weights};
use scumble::generate::region::context::{
    Context, align, context, fit, mask_bounds, model_size, second_size, surroundings, with_known_third,
};
use scumble::generate::region::masks::{Edge, Geometry, denoise_mask, fill_mask, paste_mask, unit};
use scumble::generate::region::strength::{snap_strength, steps_for_strength};
use scumble::generate::region::{fill, lab, membrane, morphology, resample, seam};
use scumble::generate::request::Fill;
use scumble::geom::Rect;

use crate::prng::Prng;

fn picture(width: u32, height: u32, f: impl Fn(u32, u32) -> [f32; 3]) -> Picture {
    let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| f(x, y)).collect();
    Picture { width, height, data }
}

fn mask(width: u32, height: u32, f: impl Fn(u32, u32) -> f32) -> Mask {
    let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| f(x, y)).collect();
    Mask { width, height, data }
}

fn noise(prng: &mut Prng, width: u32, height: u32) -> Picture {
    let n = width as usize * height as usize * 3;
    Picture { width, height, data: (0..n).map(|_| prng.unit()).collect() }
}

#[test]
fn strength_gives_steps() {
    for (steps, strength, min, expect) in [
        (20, 1.0, 4, (20, 0)),
        (20, 0.6, 4, (20, 8)),
        (20, 0.5, 4, (20, 10)),
        (20, 0.2, 4, (20, 16)),
        (20, 0.1, 4, (40, 36)),
        (20, 0.05, 4, (80, 76)),
        (20, 0.3, 4, (20, 14)),
        (8, 0.3, 3, (10, 7)),
        (4, 0.4, 4, (10, 6)),
        (1, 0.4, 4, (2, 1)),
        (20, 0.0, 4, (20, 20)),
        (1000, 0.0001, 4, (1000, 996)),
    ] {
        assert_eq!(steps_for_strength(steps, strength, min), expect, "{steps} steps, strength {strength}");
    }
    for (steps, strength, expect) in [(20, 0.52, 0.5), (20, 0.0, 0.05), (4, 0.9, 1.0), (0, 0.3, 1.0)] {
        assert_eq!(snap_strength(steps, strength), expect);
    }
}

#[test]
fn widths_follow_strength_and_diagonal() {
    let g = |s, d, u| {
        let g = Geometry::new(&Edge::default(), s, d, u);
        (g.feather, g.grow, g.blend)
    };
    // The worked example: a selection of 512 x 512.
    assert_eq!(g(1.0, 724.08, 1.0), (72, 40, 25));
    assert_eq!(g(1.0, 100.0, 1.0), (32, 20, 25));
    assert_eq!(g(0.5, 100.0, 1.0), (16, 12, 20));
    assert_eq!(g(0.5, 724.08, 1.0), (36, 22, 25));
    assert_eq!(g(0.0, 724.08, 1.0), (0, 4, 4));
    // A model of 128 px: a quarter of the fixed widths.
    assert_eq!(g(1.0, 50.0, unit(128)), (8, 5, 9));
    assert_eq!(g(1.0, 181.0, unit(128)), (18, 10, 19));
    assert_eq!((unit(512), unit(1024), unit(256)), (1.0, 1.0, 0.5));
    let off = Edge { feather: 0.0, ..Edge::default() };
    assert_eq!(Geometry::new(&off, 1.0, 700.0, 1.0), Geometry::default());
}

#[test]
fn the_worked_example_has_its_ramps() {
    // Columns right of a selection whose last column is 99; wide enough to be one-dimensional.
    let selection = mask(240, 9, |x, _| f32::from(u8::from(x < 100)));
    let g = Geometry { feather: 72, grow: 40, blend: 25 };
    let denoise = denoise_mask(&selection, &g);
    let paste = paste_mask(&denoise, &g);
    let at = |m: &Mask, beyond: u32| m.get(99 + beyond, 4);
    assert!(at(&denoise, 4) == 1.0 && at(&denoise, 12) < 1.0);
    assert!((at(&denoise, 40) - 0.5).abs() < 0.03, "{}", at(&denoise, 40));
    assert!(at(&denoise, 76) > 0.0 && at(&denoise, 77) == 0.0);
    assert!(at(&paste, 50) == 1.0 && at(&paste, 58) < 1.0);
    assert!((at(&paste, 64) - 0.5).abs() < 0.06, "{}", at(&paste, 64));
    assert!(at(&paste, 76) > 0.0 && at(&paste, 77) == 0.0);
    for beyond in 1..140 {
        assert!(
            at(&denoise, beyond) <= at(&denoise, beyond - 1) && at(&paste, beyond) <= at(&paste, beyond - 1)
        );
    }
}

#[test]
fn masks_reach_as_far_as_documented_and_no_farther() {
    let mut prng = Prng(41);
    for _ in 0..60 {
        let (w, h) = (20 + prng.below(120) as u32, 20 + prng.below(120) as u32);
        let greys = prng.below(2) == 0;
        let seeds: Vec<(u32, u32, f32)> = (0..1 + prng.below(4))
            .map(|_| {
                (
                    prng.below(w as usize) as u32,
                    prng.below(h as usize) as u32,
                    if greys { prng.unit() } else { 1.0 },
                )
            })
            .collect();
        let painted = mask(w, h, |x, y| {
            seeds
                .iter()
                .filter(|s| x.abs_diff(s.0) < 9 && y.abs_diff(s.1) < 5)
                .map(|s| s.2)
                .fold(0.0, f32::max)
        });
        let g = Geometry::new(&Edge::default(), prng.unit(), prng.unit() * 400.0, [0.25, 1.0][prng.below(2)]);
        let denoise = denoise_mask(&painted, &g);
        let paste = paste_mask(&denoise, &g);
        let filled = fill_mask(&painted, &denoise, &g, 1.0);
        let reach = morphology::dilate(&painted, g.reach());
        for (i, &m) in painted.data.iter().enumerate() {
            if m > 0.0 {
                assert!(denoise.data[i] == if m > 0.99 { 1.0 } else { m } && paste.data[i] == 1.0);
            }
            assert!(reach.data[i] > 0.0 || denoise.data[i] == 0.0);
            assert!(denoise.data[i] > 0.0 || (paste.data[i] == 0.0 && filled.data[i] == 0.0));
            assert!((0.0..=1.0).contains(&denoise.data[i]) && (0.0..=1.0).contains(&paste.data[i]));
            assert!(m <= 0.99 || filled.data[i] == 1.0);
        }
    }
}

#[test]
fn morphology_agrees_with_its_definition() {
    let mut prng = Prng(42);
    for _ in 0..40 {
        let (w, h, r) = (1 + prng.below(40) as u32, 1 + prng.below(40) as u32, prng.below(12) as u32);
        let m = mask(w, h, |_, _| 0.0);
        let m = Mask { data: m.data.iter().map(|_| (prng.below(5) as f32) / 4.0).collect(), ..m };
        let window = |x: u32, y: u32| {
            let (r, m) = (r as i32, &m);
            (-r..=r).flat_map(move |dy| {
                (-r..=r).map(move |dx| {
                    let clamp = |v: i32, n: u32| v.clamp(0, n as i32 - 1) as u32;
                    m.get(clamp(x as i32 + dx, w), clamp(y as i32 + dy, h))
                })
            })
        };
        let (big, small, mean) =
            (morphology::dilate(&m, r), morphology::erode(&m, r), morphology::box_blur(&m, r));
        for y in 0..h {
            for x in 0..w {
                assert_eq!(big.get(x, y), window(x, y).fold(0.0, f32::max));
                assert_eq!(small.get(x, y), window(x, y).fold(1.0, f32::min));
                let expect = window(x, y).sum::<f32>() / ((2 * r + 1) * (2 * r + 1)) as f32;
                assert!((mean.get(x, y) - expect).abs() < 1e-5);
            }
        }
        for blurred in [morphology::tent_blur(&m, r), morphology::gaussian_blur(&m, r)] {
            let (lo, hi) = (small.data.iter(), big.data.iter());
            assert!(
                blurred.data.iter().zip(lo.zip(hi)).all(|(v, (lo, hi))| *v >= lo - 1e-5 && *v <= hi + 1e-5)
            );
        }
    }
}

#[test]
fn blurs_are_symmetric() {
    let point = mask(41, 41, |x, y| f32::from(u8::from((x, y) == (20, 20))));
    for blurred in [
        morphology::tent_blur(&point, 7),
        morphology::gaussian_blur(&point, 7),
        morphology::box_blur(&point, 7),
    ] {
        for d in 0..=20 {
            let v = [
                blurred.get(20 + d, 20),
                blurred.get(20 - d, 20),
                blurred.get(20, 20 + d),
                blurred.get(20, 20 - d),
            ];
            assert!(v.iter().all(|x| (x - v[0]).abs() < 1e-7), "{d}: {v:?}");
            assert_eq!(v[0] > 0.0, d <= 7);
        }
    }
}

#[test]
fn bounds_and_contexts() {
    let edge = Edge::default();
    // 512 x 512 in the middle of 2048 x 2048: 72 + 4 + 43 = 119 each side, 750 -> 752.
    let selection = Rect::new(768, 768, 1280, 1280);
    let bounds = mask_bounds(selection, &edge, 1.0, 512, (2048, 2048));
    assert_eq!((bounds.width(), bounds.height()), (752, 752));
    assert!(bounds.x0 <= 768 - 119 && bounds.x1 >= 1280 + 119);
    // Padding: the larger of 2048/16 and 752/2.
    let around = surroundings(bounds, 512, (2048, 2048));
    assert_eq!((around.width(), around.height()), (1504, 1504));
    // A small selection gets half the native side, moved inside at the corner; its context the native square.
    let corner = mask_bounds(Rect::new(0, 0, 10, 10), &edge, 1.0, 512, (1024, 1024));
    assert_eq!(corner, Rect::new(0, 0, 256, 256));
    assert_eq!(surroundings(corner, 512, (1024, 1024)), Rect::new(0, 0, 512, 512));
    let starter = mask_bounds(Rect::new(0, 0, 10, 10), &edge, 1.0, 128, (1024, 1024));
    assert_eq!(starter, Rect::new(0, 0, 64, 64));
    // A canvas smaller than any of that is taken whole.
    assert_eq!(surroundings(Rect::new(3, 3, 9, 9), 512, (100, 60)), Rect::new(0, 0, 100, 60));
    // A wide selection: full padding on the short side, half on the long one.
    let wide = surroundings(Rect::new(1000, 1000, 1800, 1200), 512, (4000, 4000));
    assert_eq!((wide.width(), wide.height()), (800 + 250 + 6, 200 + 2 * 250 + 4));
    // Rules.
    let whole = Rect::new(0, 0, 2048, 2048);
    for (rule, strength, expect) in [
        (Context::Auto, 1.0, around),
        (Context::Auto, 0.99, bounds),
        (Context::Selection, 1.0, bounds),
        (Context::Whole, 0.3, whole),
    ] {
        assert_eq!(context(bounds, rule, strength, 512, (2048, 2048)), expect);
    }
}

#[test]
fn rectangles_stay_inside_and_hold_the_selection() {
    let mut prng = Prng(43);
    for _ in 0..3000 {
        let canvas = (1 + prng.below(3000) as u32, 1 + prng.below(3000) as u32);
        let x0 = prng.below(canvas.0 as usize) as i32;
        let y0 = prng.below(canvas.1 as usize) as i32;
        let selection = Rect::new(
            x0,
            y0,
            x0 + 1 + prng.below(canvas.0 as usize - x0 as usize) as i32,
            y0 + 1 + prng.below(canvas.1 as usize - y0 as usize) as i32,
        );
        let whole = Rect::from_size(0, 0, canvas.0, canvas.1);
        let (strength, native) = (prng.unit(), [16, 128, 512, 1024][prng.below(4)]);
        let edge = Edge::default();
        let bounds = mask_bounds(selection, &edge, strength, native, canvas);
        let g = Geometry::new(
            &edge,
            strength,
            (selection.width() as f32).hypot(selection.height() as f32),
            unit(native),
        );
        let reach = selection.grow(g.reach() as i32).intersect(&whole);
        let around = surroundings(bounds, native, canvas);
        let known = with_known_third(around, selection, canvas);
        let aligned = align(around, (prng.below(999) as i64 - 500, 7), 8, canvas);
        for (outer, inner) in [
            (bounds, reach),
            (around, bounds),
            (known, around),
            (aligned, around),
            (whole, known),
            (whole, aligned),
        ] {
            assert_eq!(outer.intersect(&inner), inner, "{outer:?} must hold {inner:?} on {canvas:?}");
        }
        let enough = known.area() - known.intersect(&selection).area();
        assert!(known == whole || enough * 3 >= known.area());
        let fitted = fit(selection, 64, 8, canvas);
        assert!(fitted.width() == canvas.0 || (fitted.width().is_multiple_of(8) && fitted.width() >= 64));
    }
}

#[test]
fn model_sizes() {
    for (w, h, native, expect) in [
        (512, 512, 512, (512, 512)),
        (768, 512, 512, (768, 512)),
        (700, 500, 512, (700, 500)), // as it is: the backend pads
        (600, 600, 512, (600, 600)),
        (1024, 1024, 512, (632, 632)), // 393,216 pixels, rounded up to 8
        (2048, 1024, 512, (888, 448)),
        (256, 256, 512, (512, 512)),
        (256, 128, 512, (728, 368)),
        (1024, 1024, 1024, (1024, 1024)),
        (2048, 2048, 1024, (1024, 1024)),
        (400, 400, 1024, (800, 800)),
        (128, 128, 128, (128, 128)),
        (256, 256, 128, (160, 160)),
        (1, 200, 1024, (8, 1280)),
    ] {
        let size = model_size(w, h, native, 8);
        assert_eq!((size.width, size.height), expect, "{w}x{h} at {native}");
        assert!(f64::from(size.width) >= f64::from(w) * size.scale - 1e-3);
        assert!(f64::from(size.width) < f64::from(w) * size.scale + 9.0);
    }
    assert_eq!(second_size(512, 512, 128, 8).scale, 1.0);
    assert!(second_size(1024, 1024, 128, 8).scale < 0.51);
    assert!(second_size(4000, 3000, 1024, 8).scale < 0.75);
}

#[test]
fn resampling_keeps_constants_means_and_identity() {
    let mut prng = Prng(44);
    for _ in 0..40 {
        let (w, h) = (1 + prng.below(90) as u32, 1 + prng.below(90) as u32);
        let (ow, oh) = (1 + prng.below(150) as u32, 1 + prng.below(150) as u32);
        let flat = resample::resize(&Picture::filled(w, h, [0.2, 0.5, 0.9]), ow, oh);
        assert!(flat.data.chunks(3).all(|p| (p[0] - 0.2).abs() < 1e-5 && (p[2] - 0.9).abs() < 1e-5));
        let random = noise(&mut prng, w, h);
        assert_eq!(resample::resize(&random, w, h), random);
        assert!(resample::resize(&random, ow, oh).data.iter().all(|v| (0.0..=1.0).contains(v)));
    }
    // Smooth mid-tones: nothing is clamped, so shrinking by any factor keeps the mean.
    let smooth = picture(240, 180, |x, y| {
        [
            0.5 + 0.2 * (x as f32 / 17.0).sin(),
            0.5 + 0.2 * (y as f32 / 11.0).cos(),
            0.3 + (x + y) as f32 / 1400.0,
        ]
    });
    let mean = |p: &Picture, c: usize| {
        p.data.iter().skip(c).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / (p.data.len() / 3) as f64
    };
    for (w, h) in [(120, 90), (60, 45), (97, 53), (480, 360)] {
        let small = resample::resize(&smooth, w, h);
        for c in 0..3 {
            assert!((mean(&small, c) - mean(&smooth, c)).abs() < 2e-3, "{w}x{h}");
        }
    }
    // There and back is close for smooth content, and exactly in place.
    let size = model_size(240, 180, 64, 8);
    assert!(size.scale < 0.5);
    let back = resample::from_model(&resample::to_model(&smooth, &size), &size, 240, 180);
    let worst = back.data.iter().zip(&smooth.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 0.03, "{worst}");
    let covered = resample::cover(&smooth, 50, 100);
    assert_eq!((covered.width, covered.height), (50, 100));
}

#[test]
fn fills_leave_kept_pixels_and_forget_the_others() {
    let mut prng = Prng(45);
    for kind in [Fill::Blur, Fill::Border, Fill::Neutral, Fill::Noise, Fill::Original, Fill::Auto] {
        let (w, h) = (30 + prng.below(60) as u32, 30 + prng.below(60) as u32);
        let before = noise(&mut prng, w, h);
        let (x0, y0) = (prng.below(25) as u32, prng.below(25) as u32);
        let m = mask(w, h, |x, y| match (x.max(x0) - x0).min(y.max(y0) - y0) {
            0 => 0.0,
            1..4 => 0.4,
            _ => 1.0,
        });
        let after = fill::fill(&before, &m, kind, 0.2, 9);
        // Other content under the mask, same result where it is 1.
        let mut other = before.clone();
        for (pixel, _) in other.data.chunks_mut(3).zip(&m.data).filter(|(_, m)| **m == 1.0) {
            pixel.fill(1.0);
        }
        let after_other = fill::fill(&other, &m, kind, 0.2, 9);
        for (i, &m) in m.data.iter().enumerate() {
            let range = 3 * i..3 * i + 3;
            if m == 0.0 {
                assert_eq!(after.data[range.clone()], before.data[range.clone()], "{kind:?}");
            } else if m == 1.0 && kind != Fill::Original {
                assert_eq!(after.data[range.clone()], after_other.data[range.clone()], "{kind:?}");
            }
            assert!(after.data[range].iter().all(|v| (0.0..=1.0).contains(v)));
        }
    }
    let all = Mask::filled(20, 20, 1.0);
    for kind in [Fill::Blur, Fill::Border] {
        let filled = fill::fill(&noise(&mut prng, 20, 20), &all, kind, 1.0, 0);
        assert!(filled.data.iter().all(|v| (v - 0.5).abs() < 1e-5), "nothing known: mid grey");
    }
}

#[test]
fn fill_is_chosen_by_intent() {
    use Fill::{Auto, Blur, Border, Neutral, Original};
    for (asked, strength, spans, extended, expect) in [
        (Auto, 1.0, false, false, Blur),
        (Auto, 1.0, true, false, Border),
        (Auto, 0.9, true, false, Original),
        (Auto, 0.9, false, true, Border),
        (Neutral, 0.9, true, true, Neutral),
        (Original, 1.0, true, true, Original),
    ] {
        assert_eq!(fill::resolve(asked, strength, spans, extended), expect);
    }
}

#[test]
fn the_membrane_continues_gradients_and_dies_away() {
    // A linear ramp is harmonic: the hole is filled with the ramp itself.
    let (w, h) = (64usize, 48usize);
    let ramp: Vec<f32> = (0..w * h).map(|i| 0.2 + 0.01 * (i % w) as f32).collect();
    let known: Vec<bool> =
        (0..w * h).map(|i| !((10..50).contains(&(i % w)) && (8..40).contains(&(i / w)))).collect();
    let mut field: Vec<f32> = ramp.iter().zip(&known).map(|(v, k)| if *k { *v } else { 9.0 }).collect();
    membrane::fill(&mut field, 1, w, &known, f32::INFINITY);
    let worst = field.iter().zip(&ramp).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 0.02, "{worst}");
    // One known column, finite length: about exp(-distance / length).
    let known: Vec<bool> = (0..300 * 20).map(|i| i % 300 == 0).collect();
    let mut field = vec![0.0; 300 * 20];
    known.iter().zip(&mut field).filter(|(k, _)| **k).for_each(|(_, v)| *v = 1.0);
    membrane::fill(&mut field, 1, 300, &known, 30.0);
    for distance in [5, 30, 60, 120] {
        let expect = (-(distance as f32) / 30.0).exp();
        assert!(
            (field[10 * 300 + distance] - expect).abs() < 0.06,
            "{distance}: {}",
            field[10 * 300 + distance]
        );
    }
    let mut nothing = vec![0.3; 12];
    membrane::fill(&mut nothing, 1, 4, &[false; 12], 5.0);
    assert!(nothing.iter().all(|v| *v == 0.3));
}

#[test]
fn lab_matches_published_values() {
    // sRGB primaries and greys under D65 (Lindbloom's calculator).
    for (rgb, expect) in [
        ([1.0, 1.0, 1.0], [100.0, 0.0, 0.0]),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        ([1.0, 0.0, 0.0], [53.24, 80.09, 67.2]),
        ([0.0, 1.0, 0.0], [87.73, -86.18, 83.18]),
        ([0.0, 0.0, 1.0], [32.3, 79.19, -107.86]),
        ([0.5, 0.5, 0.5], [53.39, 0.0, 0.0]),
    ] {
        let lab = lab::lab_from_srgb(rgb);
        assert!((0..3).all(|i| (lab[i] - expect[i]).abs() < 0.03), "{rgb:?}: {lab:?}");
        assert!((0..3).all(|i| (lab::srgb_from_lab(lab)[i] - rgb[i]).abs() < 2e-3));
    }
}

#[test]
fn colours_are_matched_on_kept_pixels() {
    let mut prng = Prng(46);
    let reference = noise(&mut prng, 60, 50);
    let m = mask(60, 50, |x, _| if x > 30 { 1.0 } else { 0.0 });
    let weights = kept_weights(&m);
    // Same statistics: nothing changes.
    let mut same = reference.clone();
    color_match(&mut same, &reference, &weights, 1.0);
    assert_eq!(same, reference);
    // A darker, flatter copy comes back.
    let soft =
        picture(60, 50, |x, y| [0.3 + 0.004 * x as f32, 0.4 + 0.005 * y as f32, 0.5 + 0.002 * x as f32]);
    let mut shifted = soft.clone();
    shifted.data.iter_mut().for_each(|v| *v = 0.8 * *v + 0.02);
    let mut matched = shifted.clone();
    color_match(&mut matched, &soft, &weights, 1.0);
    let error = |p: &Picture| p.data.iter().zip(&soft.data).map(|(a, b)| (a - b).abs()).sum::<f32>() / 9000.0;
    assert!(error(&matched) < 0.15 * error(&shifted), "{} of {}", error(&matched), error(&shifted));
    // Strength 0, nothing kept, flat surroundings: nothing breaks.
    let mut untouched = shifted.clone();
    color_match(&mut untouched, &soft, &weights, 0.0);
    assert_eq!(untouched, shifted);
    color_match(&mut untouched, &soft, &vec![0.0; 3000], 1.0);
    assert_eq!(untouched, shifted);
    let flat = Picture::filled(60, 50, [0.5; 3]);
    color_match(&mut untouched, &flat, &weights, 1.0);
    assert!(untouched.data.iter().all(|v| v.is_finite() && (0.0..=1.0).contains(v)));
    let mut from_flat = flat.clone();
    color_match(&mut from_flat, &reference, &weights, 1.0);
    assert!(from_flat.data.chunks(3).all(|p| p == &from_flat.data[..3]), "no noise is blown up");
}

#[test]
fn the_seam_score_sees_steps_and_forgives_texture() {
    let half = mask(64, 64, |x, _| f32::from(u8::from(x >= 32)));
    let step = |by: f32| {
        let p = picture(64, 64, |x, y| {
            let v = 0.3 + 0.003 * (x + y) as f32 + if x >= 32 { by } else { 0.0 };
            [v, v, v]
        });
        seam::score(&p, &half, 0.5)
    };
    let (none, small, large) = (step(0.0), step(0.02), step(0.1));
    assert_eq!(none.pairs, 64);
    assert!((none.gradient_ratio - 1.0).abs() < 0.05 && none.step < 0.1, "{none:?}");
    assert!(small.step > 1.5 && small.step < 3.0 && large.step > 8.0, "{small:?} {large:?}");
    assert!(large.gradient_ratio > 8.0);
    let mut prng = Prng(47);
    let rough = seam::score(&noise(&mut prng, 64, 64), &half, 0.5);
    assert!((rough.gradient_ratio - 1.0).abs() < 0.25, "{rough:?}");
    assert_eq!(seam::score(&noise(&mut prng, 9, 9), &Mask::filled(9, 9, 1.0), 0.5).pairs, 0);
}
