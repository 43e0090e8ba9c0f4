//! Pictures enlarged and repainted in tiles, and seams repainted once more.

use std::sync::Arc;

use image::RgbaImage;
use scumble::generate::backend::Pass;
use scumble::generate::engine::Inputs;
use scumble::generate::picture::Picture;
use scumble::generate::plan::Tiles;
use scumble::generate::request::Request;
use scumble::geom::Rect;

use super::{Ear, NATIVE, filled, gray, make, model, scene, sized, source};
use crate::plan::facts;
use crate::prng::Prng;

/// The mean difference between neighbours across the borders of tiles over that everywhere else.
fn border_against_interior(image: &RgbaImage, rects: &[Rect]) -> f64 {
    let (w, h) = image.dimensions();
    let edges = |pick: fn(&Rect) -> [i32; 2]| -> Vec<i32> { rects.iter().flat_map(pick).collect() };
    let (xs, ys) = (edges(|r| [r.x0, r.x1]), edges(|r| [r.y0, r.y1]));
    let (mut on, mut off) = ((0.0, 0.0), (0.0, 0.0));
    let mut add = |a: &image::Rgba<u8>, b: &image::Rgba<u8>, edge: bool| {
        let d: f64 = (0..3).map(|c| f64::from(a[c].abs_diff(b[c]))).sum();
        let sum = if edge { &mut on } else { &mut off };
        *sum = (sum.0 + d, sum.1 + 1.0);
    };
    for (x, y) in (1..h).flat_map(|y| (1..w).map(move |x| (x, y))) {
        let here = image.get_pixel(x, y);
        add(image.get_pixel(x - 1, y), here, xs.contains(&(x as i32)));
        add(image.get_pixel(x, y - 1), here, ys.contains(&(y as i32)));
    }
    (on.0 / on.1) / (off.0 / off.1)
}

#[test]
fn tiles_cover_an_enlarged_picture_without_a_seam() {
    let init = scene(150, 110);
    for factor in [1, 2, 4] {
        let request =
            sized(&init, Request { upscale: factor, strength: 0.3, origin: (-13, 27), ..Request::default() });
        let inputs = Inputs { init: Some(Arc::new(init.clone())), ..Inputs::default() };
        let mut number = 0;
        // Every tile comes back in colours of its own, and with grain.
        let mut prng = Prng(5);
        let mut backend = model(move |pass: &Pass| {
            number += 1;
            let shift = [0.12, -0.1, 0.08][number % 3];
            let mut picture = pass.init.clone().unwrap();
            picture.data.iter_mut().for_each(|v| *v += shift + 0.1 * (prng.unit() - 0.5));
            picture
        });
        let mut ear = Ear::default();
        let made = make(&mut backend, &request, &inputs, &mut ear);
        assert_eq!(made.image.dimensions(), (150 * factor, 110 * factor));
        assert!(made.paste.pixels().all(|p| p[0] == 255) && made.image.pixels().all(|p| p[3] == 255));
        let tiles: Vec<Rect> = ear.passes.iter().map(|p| p.0).collect();
        assert_eq!(tiles.len(), backend.passes.len());
        for ((k, (rect, number, of)), pass) in ear.passes.iter().enumerate().zip(&backend.passes) {
            assert_eq!((*number, *of), (k as u32 + 1, tiles.len() as u32));
            assert_eq!((rect.width(), rect.height()), (pass.width, pass.height));
            assert!(pass.width <= NATIVE + 8 && pass.height <= NATIVE + 8, "{rect:?}");
            let world =
                (-13 * i64::from(factor) + i64::from(rect.x0), 27 * i64::from(factor) + i64::from(rect.y0));
            assert_eq!(pass.origin, world);
            assert!(rect.x0 == 0 || world.0 % 8 == 0, "a tile begins within a latent pixel: {world:?}");
        }
        let whole = Rect::from_size(0, 0, 150 * factor, 110 * factor);
        let covered = |x: i32, y: i32| tiles.iter().any(|t| t.x0 <= x && x < t.x1 && t.y0 <= y && y < t.y1);
        assert!((0..whole.x1).all(|x| (0..whole.y1).all(|y| covered(x, y))), "a gap");
        let ratio = border_against_interior(&made.image, &tiles);
        println!(
            "factor {factor}: {} tiles, gradient at their borders {ratio:.3} of the interior's",
            tiles.len()
        );
        assert!(ratio < 1.15, "{ratio}");
        // What a tile is shown holds what its neighbour became.
        let (first, second) = (&backend.passes[0], &backend.passes[1]);
        let overlap = tiles[0].intersect(&tiles[1]);
        assert!(overlap.width() >= NATIVE / 8, "{overlap:?}");
        let x = (overlap.x0 - tiles[0].x0) as u32;
        assert_ne!(first.init.as_ref().unwrap().pixel(x, 9), second.init.as_ref().unwrap().pixel(0, 9));
        let ramp = second.mask.as_ref().unwrap();
        assert!(ramp.get(0, 9) < 0.1 && ramp.get(overlap.width(), 9) == 1.0);
    }
}

#[test]
fn enlarging_keeps_alpha_and_a_mask_keeps_the_rest() {
    let mut init = scene(100, 90);
    for (x, _, pixel) in init.enumerate_pixels_mut() {
        pixel[3] = if x < 20 { 0 } else { 255 };
    }
    let inputs = Inputs { init: Some(Arc::new(init.clone())), ..Inputs::default() };
    let request = sized(&init, Request { upscale: 2, strength: 0.3, ..Request::default() });
    let made =
        make(&mut model(|p: &Pass| filled(p, [1.0, 0.0, 0.0])), &request, &inputs, &mut Ear::default());
    assert_eq!((made.image.get_pixel(10, 50)[3], made.image.get_pixel(100, 50)[3]), (0, 255));

    let mask = gray(100, 90, |x, y| if x > 70 && y < 30 { 255 } else { 0 });
    let inputs = Inputs { mask: Some(mask), ..inputs };
    let request = Request { upscale: 1, mask: source(), ..request };
    let mut ear = Ear::default();
    let made = make(&mut model(|p: &Pass| filled(p, [1.0, 0.0, 0.0])), &request, &inputs, &mut ear);
    let all =
        Tiles::new(&Request { mask: None, ..request }, &facts(NATIVE), &Inputs { mask: None, ..inputs }, 0);
    assert!(ear.passes.len() < all.unwrap().len(), "tiles without a change were painted");
    let mut kept = 0;
    for (x, y, _) in made.paste.enumerate_pixels().filter(|(_, _, p)| p[0] == 0) {
        assert_eq!(made.image.get_pixel(x, y), init.get_pixel(x, y));
        kept += 1;
    }
    assert!(kept > 4000 && made.image != init);
}

/// Paints what is there, in the wrong light where it may change; the passes after the first do better.
fn careless(better: bool) -> impl FnMut(&Pass) -> Picture + Send {
    let mut number = 0;
    move |pass: &Pass| {
        number += 1;
        let mut picture = pass.init.clone().unwrap();
        let off = if number > 1 && better { 0.0 } else { 0.4 };
        if let Some(mask) = &pass.mask {
            for (rgb, m) in picture.data.chunks_exact_mut(3).zip(&mask.data) {
                rgb.iter_mut().for_each(|v| *v += off * f32::from(u8::from(*m > 0.9)));
            }
        }
        picture
    }
}

#[test]
fn a_bad_seam_is_mended_and_kept_only_if_it_is_better() {
    let init = scene(64, 64);
    let mask = gray(64, 64, |x, y| if (20..44).contains(&x) && (20..44).contains(&y) { 255 } else { 0 });
    let inputs = Inputs { init: Some(Arc::new(init.clone())), mask: Some(mask), ..Inputs::default() };
    let request = sized(&init, Request { mask: source(), mend_seam: true, ..Request::default() });
    for better in [true, false] {
        let mut ear = Ear::default();
        let mut backend = model(careless(better));
        let made = make(&mut backend, &request, &inputs, &mut ear);
        let Some(mended) = made.mended else { continue };
        assert_eq!(backend.passes.len(), 2);
        assert!(backend.passes[1].strength < 0.5 && mended.before.is_visible());
        assert_eq!(mended.kept, mended.after.badness() < mended.before.badness());
        let without = Request { mend_seam: false, ..request.clone() };
        let plain = make(&mut model(careless(better)), &without, &inputs, &mut Ear::default());
        assert!(plain.mended.is_none());
        assert_eq!(mended.kept, made.image != plain.image);
        for (x, y, _) in made.paste.enumerate_pixels().filter(|(_, _, p)| p[0] == 0) {
            assert_eq!(made.image.get_pixel(x, y), init.get_pixel(x, y));
        }
    }
}
