//! Memory: predicted, and saved where it is short.

use std::sync::Arc;

use scumble::generate::backend::{GenerateError, Pass, Timings};
use scumble::generate::engine::{Inputs, Job, execute};
use scumble::generate::memory::{Footprint, Saving};
use scumble::generate::request::Request;

use super::{Ear, filled, gray, make, model, scene, sized, source};
use crate::plan::facts;

/// About a Stable Diffusion 1.x in 32 bits.
fn footprint() -> Footprint {
    Footprint {
        text: 492 << 20,
        unet: 3_439 << 20,
        vae: 335 << 20,
        keeps_text: false,
        factor: 8,
        unet_per_place: 28_000,
        vae_per_px: 2_560,
    }
}

#[test]
fn memory_grows_with_the_picture_and_savings_are_made_in_order() {
    let f = footprint();
    let need = |side: u32, prompts: u32, savings: &[Saving]| f.need(side, side, prompts, savings);
    for side in [64, 256, 512, 704] {
        assert!(need(side, 2, &[]) <= need(side + 64, 2, &[]), "{side}");
    }
    assert!(need(512, 2, &[]) < need(576, 2, &[]));
    assert!(need(512, 4, &[]) >= need(512, 2, &[]));
    assert!(need(512, 2, &[Saving::SmallTiles]) < need(512, 2, &[]));
    let whole = need(768, 2, &[]);
    assert_eq!(f.fit(768, 768, 2, whole).unwrap().savings, []);
    let mut before: Vec<Saving> = Vec::new();
    let mut smallest = 1.0;
    for tenth in (0..=100).rev() {
        let available = whole / 100 * tenth;
        let Some(fit) = f.fit(768, 768, 2, available) else {
            assert!(available < need(64, 2, &[Saving::OneByOne, Saving::SmallTiles]) + (1 << 20));
            continue;
        };
        assert!(fit.need <= available && fit.wanted == whole);
        assert!(fit.savings.starts_with(&before), "{:?} after {before:?}", fit.savings);
        assert!(fit.savings.is_sorted() && fit.scale <= smallest);
        assert_eq!(fit.savings.contains(&Saving::Smaller), fit.scale < 1.0);
        (before, smallest) = (fit.savings, fit.scale);
    }
    assert_eq!(before, [Saving::SmallTiles], "the weights are most of it: {before:?} {smallest}");
    // A small model at a large size has more to give.
    let f = Footprint { text: 0, unet: 20 << 20, vae: 1 << 20, unet_per_place: 200_000, ..footprint() };
    let (whole, mut before, mut smallest) = (f.need(768, 768, 2, &[]), Vec::new(), 1.0);
    for hundredth in (0..=100).rev() {
        let Some(fit) = f.fit(768, 768, 2, whole / 100 * hundredth) else { continue };
        assert!(fit.need <= whole / 100 * hundredth && fit.scale <= smallest);
        (before, smallest) = (fit.savings, fit.scale);
    }
    assert!(before.ends_with(&[Saving::Smaller]) && smallest < 0.4, "{before:?} {smallest}");
}

#[test]
fn a_picture_that_does_not_fit_is_painted_smaller_and_said_so() {
    let init = scene(192, 160);
    let mask = gray(192, 160, |x, _| if x > 90 { 255 } else { 0 });
    let request = sized(&init, Request { mask: source(), ..Request::default() });
    let inputs = Inputs { init: Some(Arc::new(init.clone())), mask: Some(mask), ..Inputs::default() };
    let small = Footprint { vae_per_px: 40_000, factor: 8, ..Footprint::default() };
    let mut backend = model(|p: &Pass| filled(p, [0.1, 0.2, 0.9]));
    backend.facts = facts(192);
    backend.footprint = Some((small, 400 << 20));
    let mut ear = Ear::default();
    let made = make(&mut backend, &request, &inputs, &mut ear);
    assert_eq!(made.image.dimensions(), (192, 160));
    assert!(ear.fits[0].savings.ends_with(&[Saving::Smaller]), "{:?}", ear.fits);
    let pass = &backend.passes[0];
    assert!(pass.width < 160 && pass.savings == ear.fits[0].savings);
    let init_size = pass.init.as_ref().map(|p| (p.width, p.height));
    assert_eq!(init_size, Some((pass.width, pass.height)));
    for (x, y, _) in made.paste.enumerate_pixels().filter(|(_, _, p)| p[0] == 0) {
        assert_eq!(made.image.get_pixel(x, y), init.get_pixel(x, y));
    }
    backend.footprint = Some((Footprint { unet: 1 << 40, ..Footprint::default() }, 1 << 20));
    let job = Job { request, index: 0, inputs };
    let refused = execute(&mut backend, &job, &mut Ear::default(), &mut Timings::default());
    assert!(matches!(refused, Err(GenerateError::Run(_))), "{refused:?}");
}
