//! What holds for everything that can be asked for.

use std::sync::Arc;

use scumble::generate::backend::Pass;
use scumble::generate::engine::Inputs;
use scumble::generate::picture::Picture;
use scumble::generate::region::resample;
use scumble::generate::request::{Margins, Request};
use scumble::geom::Rect;

use super::{Ear, gray, make, model, opaque, region, scene, sized, source};
use crate::plan::random_picture;
use crate::prng::Prng;

/// Random frames, masks, strengths and all that a request may ask for: what is kept keeps its bytes, nothing lies
/// outside of the frame, and the same request is the same picture.
#[test]
fn whatever_is_asked_for_kept_pixels_stay_and_pictures_repeat() {
    let mut prng = Prng(77);
    let mut seen = [0; 5];
    for round in 0..120 {
        let (w, h) = (40 + prng.below(120) as u32, 40 + prng.below(120) as u32);
        let mut init = random_picture(&mut prng, w, h);
        if prng.below(4) == 0 {
            let x0 = prng.below(w as usize) as u32;
            init.enumerate_pixels_mut().filter(|(x, _, _)| *x >= x0).for_each(|(_, _, p)| p[3] = 0);
        }
        let (x0, y0) = (prng.below(w as usize) as u32, prng.below(h as usize) as u32);
        let value = [255, 180, 30][prng.below(3)];
        let mask =
            gray(w, h, |x, y| if x >= x0 && y >= y0 && x < x0 + 40 && y < y0 + 30 { value } else { 0 });
        let mask = (prng.below(4) > 0).then_some(mask);
        let upscale = if mask.is_some() && prng.below(3) == 0 { 1 + prng.below(2) as u32 } else { 0 };
        let margin = if upscale == 0 && prng.below(3) == 0 { prng.below(50) as u32 } else { 0 };
        let split = prng.below(w as usize) as u32;
        let with = [prng.below(2) == 0, prng.below(2) == 0, prng.below(2) == 0];
        let request = sized(
            &init,
            Request {
                strength: [1.0, 0.6, 0.2][prng.below(3)],
                mask: mask.as_ref().and(source()),
                upscale,
                outpaint: Margins { right: margin, top: margin / 2, ..Margins::default() },
                regions: if with[0] { vec![region("here", 1.0)] } else { Vec::new() },
                style: if with[1] { source() } else { None },
                mend_seam: with[2],
                seed: prng.next(),
                ..Request::default()
            },
        );
        let inputs = Inputs {
            init: Some(Arc::new(init.clone())),
            mask,
            regions: if with[0] {
                vec![gray(w, h, |x, _| if x < split { 255 } else { 0 })]
            } else {
                Vec::new()
            },
            style: with[1].then(|| Arc::new(scene(20, 20))),
        };
        let paint = |pass: &Pass| {
            let mut prng = Prng(pass.seed ^ pass.origin.0 as u64);
            let n = pass.width as usize * pass.height as usize * 3;
            Picture { width: pass.width, height: pass.height, data: (0..n).map(|_| prng.unit()).collect() }
        };
        let mut ear = Ear::default();
        let mut backend = model(paint);
        let made = make(&mut backend, &request, &inputs, &mut ear);
        let again = make(&mut model(paint), &request, &inputs, &mut Ear::default());
        assert_eq!(made.image, again.image, "round {round}");
        let factor = upscale.max(1);
        let size = ((w + margin) * factor, (h + margin / 2) * factor);
        assert_eq!((made.image.dimensions(), made.paste.dimensions()), (size, size), "round {round}");
        let whole = Rect::from_size(0, 0, size.0, size.1);
        assert!(ear.passes.iter().all(|(rect, _, _)| rect.intersect(&whole) == *rect && !rect.is_empty()));
        assert!(backend.passes.iter().all(|p| with[0] || p.regions.is_empty()));
        if factor == 1 {
            for (x, y, pixel) in made.image.enumerate_pixels() {
                let was = y.checked_sub(margin / 2).filter(|_| x < w).map(|y| init.get_pixel(x, y));
                match was {
                    Some(was) if made.paste.get_pixel(x, y)[0] == 0 => {
                        assert_eq!(pixel, was, "round {round} at {x},{y}");
                    }
                    Some(_) => {}
                    None => assert!(made.paste.get_pixel(x, y)[0] > 0, "round {round} at {x},{y}"),
                }
            }
        } else {
            let enlarged = resample::resize(&opaque(&init), size.0, size.1).to_rgb8();
            let opaque = init.pixels().all(|p| p[3] == 255);
            for (x, y, paste) in made.paste.enumerate_pixels().filter(|_| opaque) {
                let same = made.image.get_pixel(x, y).0[..3] == enlarged.get_pixel(x, y).0;
                assert!(paste[0] > 0 || same, "round {round} at {x},{y}");
            }
        }
        let kinds = [with[0], with[1], made.mended.is_some(), upscale == 1, upscale == 2];
        seen.iter_mut().zip(kinds).for_each(|(s, k)| *s += i32::from(k));
    }
    assert!(seen.iter().all(|&n| n > 5), "{seen:?}");
}
