//! Frames against the truth: levels are cut from one large picture, so that what a frame should show is known. Beside
//! ours runs the way it is usually done, which fails here: crops of whole pixels, the inner picture pasted hard.

use super::world::{World, layer_of, mean_rgb, psnr};
use image::imageops::FilterType;
use image::{RgbImage, imageops};
use scumble::document::{Document, Level, Placement, levels};
use scumble::geom::{Point, Rect};
use scumble::zoom::{Camera, Direction, Frame, Look, Renderer, Travel, View};

const SIDE: u32 = 256;
const SIZE: (u32, u32) = (160, 90);
const LEVELS: usize = 3;

fn travel() -> Travel {
    Travel { seconds_per_level: 0.4, ..Travel::default() }
}

/// Every level's page as a picture.
fn pages(doc: &Document) -> Vec<RgbImage> {
    let size = (SIDE, SIDE);
    let page = |k: usize| {
        let view = doc.at_level(k);
        let rgba = scumble::document::composite::flatten_rgba8(
            &view,
            view.page,
            scumble::document::rgba8::Alpha::Straight,
        );
        RgbImage::from_fn(size.0, size.1, |x, y| {
            let i = ((y * size.0 + x) * 4) as usize;
            image::Rgb([rgba[i], rgba[i + 1], rgba[i + 2]])
        })
    };
    (0..doc.levels.len()).map(page).collect()
}

/// The usual way: the outer picture cropped by whole pixels, the inner one scaled to whole pixels and pasted.
fn naive(pages: &[RgbImage], depth: f64) -> Frame {
    let k = (depth.floor() as usize).min(pages.len() - 2);
    let scale = 2f64.powf(depth - k as f64) / 2.0;
    let side = f64::from(SIDE);
    let even = |v: f64| (v.ceil() as u32).min(SIDE);
    let (w, h) = (even(side * scale), even(side * scale * f64::from(SIZE.1) / f64::from(SIZE.0)));
    let crop = imageops::crop_imm(&pages[k + 1], (SIDE - w) / 2, (SIDE - h) / 2, w, h).to_image();
    let mut out = imageops::resize(&crop, SIZE.0, SIZE.1, FilterType::Lanczos3);
    let inner = (f64::from(SIZE.0) / (2.0 * scale)).ceil() as u32;
    let small = imageops::resize(&pages[k], inner, inner, FilterType::Lanczos3);
    let at = |outer: u32| (i64::from(outer) - i64::from(inner)) / 2;
    imageops::overlay(&mut out, &small, at(SIZE.0), at(SIZE.1));
    Frame { width: SIZE.0, height: SIZE.1, rgb: out.into_raw() }
}

/// The corner and the width of a view, in pixels of the innermost level.
fn in_innermost(doc: &Document, view: &View) -> (Point, f64) {
    let level = view.level as usize;
    let place = scumble::document::level::place_between(&doc.levels, 0, level);
    let (centre, span) = (place.inward(view.centre), view.span_px * place.factor);
    let high = span * f64::from(SIZE.1) / f64::from(SIZE.0);
    (centre - Point::new(span / 2.0, high / 2.0), span)
}

struct Measured {
    psnr: f64,
    jump: f64,
    drift: f64,
}

/// Worst of all frames.
fn measure(world: &World, doc: &Document, corner: Point, frame: impl Fn(&View, f64) -> Frame) -> Measured {
    let camera = Camera::new(doc, &travel(), SIZE);
    let (first, _) = camera.depths();
    let mut worst = Measured { psnr: f64::INFINITY, jump: 0.0, drift: 0.0 };
    let mut before: Option<([f64; 3], i64)> = None;
    for index in 0..camera.frames() {
        let view = camera.view(index);
        let (at, span) = in_innermost(doc, &view);
        let depth = (span.ln() - first) / 2f64.ln();
        let (seen, truth) = (frame(&view, depth), world.frame(corner + at, span, SIZE));
        worst.psnr = worst.psnr.min(psnr(&seen.rgb, &truth.rgb));
        let (a, b) = (mean_rgb(&seen.rgb), mean_rgb(&truth.rgb));
        let error = [0, 1, 2].map(|c| a[c] - b[c]);
        worst.drift = error.iter().fold(worst.drift, |worst, e| worst.max(e.abs()));
        let level = (depth - 1e-9).floor() as i64;
        if let Some((old, last)) = before
            && last != level
        {
            worst.jump = (0..3).fold(worst.jump, |worst, c| worst.max((error[c] - old[c]).abs()));
        }
        before = Some((error, level));
    }
    worst
}

#[test]
fn every_frame_is_the_true_one() {
    let world = World::natural(1024);
    let (doc, corner) = world.levels(SIDE, LEVELS);
    let renderer = std::cell::RefCell::new(Renderer::new(doc.clone(), false, Look::default()));
    let ours = measure(&world, &doc, corner, |view, _| renderer.borrow_mut().frame(view, SIZE));
    let pages = pages(&doc);
    let theirs = measure(&world, &doc, corner, |_, depth| naive(&pages, depth));
    for (who, m) in [("ours", &ours), ("naive", &theirs)] {
        println!(
            "{who}: worst frame {:.2} dB, mean colour jumps {:.3}/255 at a switch, is off by {:.3}/255",
            m.psnr, m.jump, m.drift
        );
    }
    assert!(ours.psnr > 38.0, "{:.2} dB", ours.psnr);
    assert!(ours.jump < 0.5 && ours.drift < 0.5, "{:.3}, {:.3}", ours.jump, ours.drift);
    assert!(theirs.psnr < 38.0, "the naive way passes: the test is too easy");
}

/// How far each level's colours are off, 8-bit units of sRGB: what is left between levels that were painted one by one
/// after colours were matched, or after one was repainted.
const DRIFTS: [[f32; 3]; 4] = [[2.0, 0.0, -1.0], [-2.0, 2.0, 2.0], [3.0, -1.0, 0.0], [-1.0, 2.0, -3.0]];

/// By how much the mean colour jumps: where the camera passes from one pair of levels to the next, and anywhere.
struct Jumps {
    at_switches: f64,
    anywhere: f64,
}

/// A zoom through levels of other colours changes its mean colour all the time, and that is right: the new level takes
/// up more and more of the frame. What is not right is a step. So each change from frame to frame is compared with the
/// mean of the changes before and after it, which is what a smooth way would give; the rest is the jump. Content has a
/// part in it too, which is the same for both ways of rendering.
fn jumps(doc: &Document, frame: impl Fn(&View, f64) -> Frame) -> Jumps {
    let camera = Camera::new(doc, &Travel { fps: 60, ..travel() }, SIZE);
    let (first, _) = camera.depths();
    let mut seen: Vec<([f64; 3], i64)> = Vec::new();
    for index in 0..camera.frames() {
        let view = camera.view(index);
        let (_, span) = in_innermost(doc, &view);
        let depth = (span.ln() - first) / 2f64.ln();
        seen.push((mean_rgb(&frame(&view, depth).rgb), (depth - 1e-9).floor() as i64));
    }
    let mut jumps = Jumps { at_switches: 0.0, anywhere: 0.0 };
    for four in seen.windows(4) {
        let change = |i: usize, c: usize| four[i + 1].0[c] - four[i].0[c];
        let jump = (0..3).map(|c| (change(1, c) - (change(0, c) + change(2, c)) / 2.0).abs());
        let jump = jump.fold(0.0, f64::max);
        jumps.anywhere = jumps.anywhere.max(jump);
        if four[1].1 != four[2].1 {
            jumps.at_switches = jumps.at_switches.max(jump);
        }
    }
    jumps
}

#[test]
fn levels_of_other_colours_do_not_flash() {
    let world = World::from_fn(2048, 2048, |x, y| {
        let wave = |far: f32, k: f32| (x / far + k).sin() * (y / far * 0.8 - k).cos();
        let all = |k: f32| [400.0, 90.0, 20.0, 5.0].iter().map(|far| wave(*far, k)).sum::<f32>();
        [all(0.0), all(1.0), all(2.0)].map(|v| 0.3 + 0.06 * v)
    });
    let (doc, _) = world.drifting_levels(SIDE, &DRIFTS);
    let renderer = std::cell::RefCell::new(Renderer::new(doc.clone(), false, Look::default()));
    let ours = jumps(&doc, |view, _| renderer.borrow_mut().frame(view, SIZE));
    let pages = pages(&doc);
    let theirs = jumps(&doc, |_, depth| naive(&pages, depth));
    for (who, m) in [("ours", &ours), ("naive", &theirs)] {
        println!(
            "{who}: mean colour jumps {:.3}/255 at a switch of levels, {:.3}/255 anywhere",
            m.at_switches, m.anywhere
        );
    }
    assert!(ours.anywhere < 0.5, "{:.3}", ours.anywhere);
    assert!(theirs.at_switches > 0.5, "the naive way passes: the test is too easy");
}

/// Soft dots on grey, where and how large in pixels of the world.
fn dots(side: usize) -> (World, Vec<(Point, f64)>) {
    let middle = side as f64 / 2.0;
    let dots: Vec<(Point, f64)> = (0..14)
        .map(|k| {
            let (angle, far) = (f64::from(k) * 2.4, middle * 0.9 / 1.28f64.powi(k));
            let (x, y) = (middle + angle.cos() * far, middle + angle.sin() * far * 0.5);
            (Point::new(x, y), (far * 0.045).max(2.0))
        })
        .collect();
    let world = World::from_fn(side, side, |x, y| {
        let bright = |(at, size): &(Point, f64)| {
            let away = Point::new(f64::from(x), f64::from(y)).distance(*at) / size;
            (-away * away / 2.0).exp() as f32
        };
        [0.05 + 0.8 * dots.iter().map(bright).sum::<f32>(); 3]
    });
    (world, dots)
}

/// Where the dot near `at` is, by its weight in light; `None` where it is not wholly seen, too small or too large.
fn found(frame: &Frame, at: Point, size: f64) -> Option<Point> {
    let reach = size * 4.0;
    let inside = |v: f64, side: u32| v - reach >= 0.0 && v + reach <= f64::from(side);
    if !inside(at.x, frame.width) || !inside(at.y, frame.height) || !(1.2..6.0).contains(&size) {
        return None;
    }
    let (mut sum, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0);
    for y in (at.y - reach) as u32..(at.y + reach).ceil() as u32 {
        for x in (at.x - reach) as u32..(at.x + reach).ceil() as u32 {
            let here = Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let value = frame.rgb[((y * frame.width + x) * 3) as usize];
            let light = f64::from(scumble::color::srgb_to_linear(f32::from(value) / 255.0)) - 0.05;
            // Beyond the dot only rounding is left.
            let weight = if here.distance(at) < reach { light.max(0.0) } else { 0.0 };
            sum += weight;
            x_sum += weight * here.x;
            y_sum += weight * here.y;
        }
    }
    (sum > 0.0).then(|| Point::new(x_sum / sum, y_sum / sum))
}

/// By how much the motion of dots between frames differs from the geometric one at most, pixels, and of how many.
fn jitter(
    doc: &Document,
    corner: Point,
    dots: &[(Point, f64)],
    frame: impl Fn(&View, f64) -> Frame,
) -> (f64, usize) {
    let camera = Camera::new(doc, &travel(), SIZE);
    let (first, _) = camera.depths();
    let mut before: Vec<Option<Point>> = vec![None; dots.len()];
    let (mut worst, mut count) = (0.0f64, 0);
    for index in 0..camera.frames() {
        let view = camera.view(index);
        let (at, span) = in_innermost(doc, &view);
        let seen = frame(&view, (span.ln() - first) / 2f64.ln());
        let step = span / f64::from(SIZE.0);
        for (dot, before) in dots.iter().zip(&mut before) {
            let expected = (dot.0 - corner - at) * (1.0 / step);
            let error = found(&seen, expected, dot.1 / step).map(|p| p - expected);
            if let (Some(old), Some(new)) = (*before, error) {
                worst = worst.max(new.distance(old));
                count += 1;
            }
            *before = error;
        }
    }
    (worst, count)
}

#[test]
fn points_move_as_geometry_says() {
    let (world, dots) = dots(1024);
    let (doc, corner) = world.levels(SIDE, LEVELS);
    let renderer = std::cell::RefCell::new(Renderer::new(doc.clone(), false, Look::default()));
    let (ours, count) = jitter(&doc, corner, &dots, |view, _| renderer.borrow_mut().frame(view, SIZE));
    let pages = pages(&doc);
    let (theirs, _) = jitter(&doc, corner, &dots, |_, depth| naive(&pages, depth));
    println!("{count} motions of dots: ours off by {ours:.4} px at most, naive by {theirs:.3} px");
    assert!(count > 40, "too few dots were seen: {count}");
    assert!(ours < 0.1, "{ours} px");
    assert!(theirs > 0.1, "the naive way passes: the test is too easy");
}

#[test]
fn a_turned_camera_sees_the_same() {
    let world = World::natural(512);
    let (doc, _) = world.levels(SIDE, 2);
    let mut renderer = Renderer::new(doc, false, Look::default());
    let view = View { level: 0, centre: Point::new(128.0, 128.0), span_px: 220.0, turns: 0.0 };
    let straight = renderer.frame(&view, (96, 96));
    // Turned by right angles the pixels are those of the straight frame; both ways have to agree.
    for (turns, at) in [
        (0.25, (|x, y| (95 - y, x)) as fn(usize, usize) -> (usize, usize)),
        (0.5, |x, y| (95 - x, 95 - y)),
        (0.75, |x, y| (y, 95 - x)),
    ] {
        let turned = renderer.frame(&View { turns, ..view }, (96, 96));
        let mut expected = Vec::new();
        for y in 0..96 {
            for x in 0..96 {
                let (sx, sy) = at(x, y);
                expected.extend(&straight.rgb[(sy * 96 + sx) * 3..][..3]);
            }
        }
        let likeness = psnr(&turned.rgb, &expected);
        println!("turned by {turns}: {likeness:.1} dB");
        assert!(likeness > 45.0);
    }
}

fn difference(a: &Frame, b: &Frame) -> f64 {
    let sum: f64 = a.rgb.iter().zip(&b.rgb).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    (sum / a.rgb.len() as f64).sqrt()
}

/// Two levels of a picture that holds itself, a quarter as large, in its middle.
fn ring_of_levels() -> Document {
    let page = Rect::from_size(0, 0, 128, 128);
    let at = |k: i32| {
        World::from_fn(128, 128, |x, y| {
            let (x, y) = ((x - 64.0) * 2f32.powi(k), (y - 64.0) * 2f32.powi(k));
            let (far, angle) = ((x * x + y * y).sqrt().max(1e-3), y.atan2(x));
            let turn = far.log2() / 2.0 * std::f32::consts::TAU;
            [0.5 + 0.4 * (turn + 2.0 * angle).sin(), 0.5 + 0.3 * (turn - 3.0 * angle).cos(), 0.4]
        })
    };
    let mut doc = Document::new(page);
    let layer = layer_of(&mut doc, page, &at(0).light);
    doc.levels[0] = Level { layers: vec![layer.into()], ..Level::new(page) };
    let layer = layer_of(&mut doc, page, &at(1).light);
    let place = Placement::centred(page, page, 2.0);
    levels::add_outer(&mut doc, Level { layers: vec![layer.into()], ..Level::new(page) }, place);
    doc.levels[1].place = place;
    doc
}

#[test]
fn a_loop_has_no_end() {
    let doc = ring_of_levels();
    for (direction, turns) in
        [(Direction::Out, 0.0), (Direction::In, 0.0), (Direction::Both, 0.0), (Direction::In, 0.5)]
    {
        let way = Travel { direction, looped: true, turns_per_level: turns, ..travel() };
        let camera = Camera::new(&doc, &way, (96, 54));
        let mut renderer = Renderer::new(doc.clone(), way.is_ring(), Look::default());
        let frames: Vec<Frame> =
            (0..camera.frames()).map(|i| renderer.frame(&camera.view(i), (96, 54))).collect();
        let steps: Vec<f64> = frames.windows(2).map(|pair| difference(&pair[0], &pair[1])).collect();
        let most = steps.iter().copied().fold(0.0, f64::max);
        let over = difference(frames.last().unwrap(), &frames[0]);
        println!(
            "{direction:?}, {turns} turns: neighbours differ by {most:.2} at most, last and first by {over:.2}"
        );
        assert!(over <= most * 1.02, "{direction:?}: {over} after {most}");
        assert!(most > 0.5, "nothing moves");
    }
}

#[test]
fn the_camera_starts_and_stops_softly_and_stays_on_the_pages() {
    let page = Rect::from_size(0, 0, 100, 80);
    let mut doc = Document::new(page);
    for corner in [(0.0, 0.0), (50.0, 40.0), (10.0, 30.0)] {
        let place = Placement::with_corner(page, Point::new(corner.0, corner.1), 2.0);
        levels::add_outer(&mut doc, Level::new(page), place);
    }
    let way = Travel { ease_s: 0.8, hold_s: 0.5, seconds_per_level: 2.0, fps: 60, ..Travel::default() };
    for direction in [Direction::Out, Direction::In, Direction::Both] {
        let camera = Camera::new(&doc, &Travel { direction, ..way.clone() }, (160, 90));
        let place = scumble::document::level::place_between(&doc.levels, 0, 3);
        let mut last: Option<(f64, Point)> = None;
        let mut speed: Option<(f64, Point)> = None;
        for index in 0..camera.frames() {
            let view = camera.view(index);
            let inner = scumble::document::level::place_between(&doc.levels, 0, view.level as usize);
            let (centre, span) = (inner.inward(view.centre), view.span_px * inner.factor);
            let half = Point::new(span / 2.0, span * 90.0 / 320.0);
            for corner in [centre - half, centre + half] {
                let at = place.outward(corner);
                assert!(at.x > -1e-6 && at.y > -1e-6 && at.x < 100.0 + 1e-6 && at.y < 80.0 + 1e-6, "{at:?}");
            }
            // In widths of the view, so that the same motion is the same number everywhere.
            let now = (span.ln(), centre);
            if let Some((depth, old)) = last {
                let step = (now.0 - depth, (now.1 - old) * (1.0 / span));
                if let Some((was, moved)) = speed {
                    assert!((step.0 - was).abs() < 0.002, "speed jumps by {} at {index}", step.0 - was);
                    assert!((step.1 - moved).length() < 0.002, "it swerves at {index}");
                }
                speed = Some(step);
            }
            last = Some(now);
        }
        let (first, end) = (camera.view(0), camera.view(camera.frames() - 1));
        let (inner, outer) = (camera.at_depth(0.0), camera.at_depth(1e9));
        let ends = match direction {
            Direction::Out => (inner, outer),
            Direction::In => (outer, inner),
            Direction::Both => (inner, inner),
        };
        assert!((first.span_px - ends.0.span_px).abs() < 1e-6 && (end.span_px - ends.1.span_px).abs() < 1e-6);
    }
}
