//! Seams in numbers: what the refinements gain over a naive paste, with models that get colours wrong.

use image::{GrayImage, Luma, Rgba, RgbaImage};
use scumble::generate::backend::Pass;
use scumble::generate::picture::{Mask, Picture};
use scumble::generate::plan::plan;
use scumble::generate::region::context::model_size;
use scumble::generate::region::seam::{self, SeamScore};
use scumble::generate::request::{Margins, Request};

use crate::plan::{facts, run};

/// A smooth sky with a slow wave.
fn scene(x: f32, y: f32) -> [f32; 3] {
    let wave = 0.05 * (x / 40.0).sin();
    [0.35 + 0.001 * y + wave, 0.45 + 0.0012 * y, 0.7 - 0.001 * y - 0.5 * wave]
}

fn scene_picture(width: u32, height: u32, offset: (f32, f32)) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b] = scene(x as f32 + offset.0, y as f32 + offset.1).map(|v| (v * 255.0).round() as u8);
        Rgba([r, g, b, 255])
    })
}

/// A model that knows the scene but answers darker, flatter, bluer and with an uneven tint.
fn wrong_colours(pass: &Pass, scale: f32) -> Picture {
    let mut data = Vec::new();
    for y in 0..pass.height {
        for x in 0..pass.width {
            let (wx, wy) = (pass.origin.0 as f32 + x as f32, pass.origin.1 as f32 + y as f32);
            let tint = 0.02 * (wy / 60.0).sin();
            let [r, g, b] = scene(wx / scale, wy / scale);
            data.extend([0.85 * r + tint, 0.85 * g + 0.02, (0.9 * b + 0.1).min(1.0)]);
        }
    }
    Picture { width: pass.width, height: pass.height, data }
}

fn picture(rgba: &RgbaImage) -> Picture {
    Picture::from_rgb8(&image::DynamicImage::ImageRgba8(rgba.clone()).to_rgb8())
}

fn compare(name: &str, out: &RgbaImage, naive: &RgbaImage, mask: &Mask) -> (SeamScore, SeamScore) {
    let ours = seam::score(&picture(out), mask, 0.5);
    let paste = seam::score(&picture(naive), mask, 0.5);
    println!(
        "{name}: step {:.2} (naive {:.2}), ratio {:.2} (naive {:.2})",
        ours.step, paste.step, ours.gradient_ratio, paste.gradient_ratio
    );
    (ours, paste)
}

#[test]
fn outpainting_leaves_no_step() {
    let init = scene_picture(192, 160, (0.0, 0.0));
    for (name, native, margins) in [
        ("right", 256, Margins { right: 64, ..Margins::default() }),
        ("left and top", 256, Margins { left: 48, top: 56, ..Margins::default() }),
        ("around", 256, Margins { left: 64, top: 64, right: 64, bottom: 64 }),
        ("right, two passes", 80, Margins { right: 64, ..Margins::default() }),
        ("around, two passes", 96, Margins { left: 64, top: 64, right: 64, bottom: 64 }),
    ] {
        let request = Request { width: 192, height: 160, outpaint: margins, ..Request::default() };
        let plan = plan(&request, &facts(native), Some(&init), None, 0).unwrap();
        assert_eq!(plan.has_second_pass(), native < 200, "{name}");
        let context = plan.context();
        let answer = |pass: &Pass| {
            let shrunk = pass.strength == 1.0 && plan.has_second_pass();
            let scale = model_size(context.width(), context.height(), native, 8).scale as f32;
            wrong_colours(pass, if shrunk { scale } else { 1.0 })
        };
        let out = run(&plan, answer);
        let size = plan.size();
        let whole = Pass {
            width: size.0,
            height: size.1,
            origin: (-i64::from(margins.left), -i64::from(margins.top)),
            ..plan.first_pass()
        };
        let raw = wrong_colours(&whole, 1.0).to_rgb8();
        let (mut naive, mask) = (out.clone(), plan.paste_mask());
        for (x, y, pixel) in naive.enumerate_pixels_mut().filter(|(x, y, _)| mask.get(*x, *y) > 0.0) {
            let [r, g, b] = raw.get_pixel(x, y).0;
            *pixel = Rgba([r, g, b, 255]);
        }
        for (x, y, pixel) in init.enumerate_pixels() {
            assert_eq!(out.get_pixel(x + margins.left, y + margins.top), pixel);
        }
        let (ours, paste) = compare(name, &out, &naive, &mask);
        assert!(paste.step > 3.0 * ours.step && ours.step < 1.5, "{name}: {ours:?} against {paste:?}");
        assert!(ours.gradient_ratio < 1.6, "{name}: {ours:?}");
        // The correction must not spoil what is far away: close to the true scene everywhere.
        let far = out.enumerate_pixels().map(|(x, y, p)| {
            let expect = scene(x as f32 - margins.left as f32, y as f32 - margins.top as f32);
            (0..3).map(|c| (f32::from(p[c]) / 255.0 - expect[c]).abs()).fold(0.0, f32::max)
        });
        assert!(far.fold(0.0, f32::max) < 0.09, "{name}");
    }
}

#[test]
fn inpainting_leaves_no_step_with_either_pass() {
    for (name, size, native, box_) in [("one pass", 256, 256, 64..160), ("two passes", 512, 128, 128..320)] {
        let init = scene_picture(size, size, (0.0, 0.0));
        let mask = GrayImage::from_fn(size, size, |x, y| {
            Luma([if box_.contains(&x) && box_.contains(&y) { 255 } else { 0 }])
        });
        let request = Request { width: size, height: size, ..Request::default() };
        let plan = plan(&request, &facts(native), Some(&init), Some(&mask), 0).unwrap();
        assert_eq!(plan.has_second_pass(), native == 128);
        let context = plan.context();
        let out = run(&plan, |pass| {
            let scale = model_size(context.width(), context.height(), native, 8).scale as f32;
            wrong_colours(pass, if pass.strength < 1.0 { 1.0 } else { scale })
        });
        let raw =
            wrong_colours(&Pass { width: size, height: size, origin: (0, 0), ..plan.first_pass() }, 1.0);
        let raw = raw.to_rgb8();
        let mut naive = init.clone();
        for (x, y, m) in mask.enumerate_pixels().filter(|(_, _, m)| m[0] > 0) {
            let p = raw.get_pixel(x, y);
            naive.put_pixel(x, y, Rgba([p[0], p[1], p[2], m[0]]));
        }
        let hard = Mask::from_gray8(&mask);
        let ours = seam::score(&picture(&out), &plan.paste_mask(), 0.5);
        let paste = seam::score(&picture(&naive), &hard, 0.5);
        println!("inpaint, {name}: step {:.2} (naive {:.2})", ours.step, paste.step);
        assert!(paste.step > 3.0 * ours.step && ours.step < 1.0, "{name}: {ours:?} against {paste:?}");
    }
}
