//! Plans that make or repaint a whole picture.

use image::RgbaImage;

use super::extras::Extras;
use super::{Next, base_pass, equals_reference, opaque};
use crate::generate::backend::{ModelFacts, Pass};
use crate::generate::picture::Picture;
use crate::generate::region::border;
use crate::generate::region::context::{self, ModelSize};
use crate::generate::region::masks::SECOND_STRENGTH;
use crate::generate::region::resample::{from_model, to_model};
use crate::generate::region::strength::{MIN_STEPS, steps_for_strength};
use crate::generate::request::Request;
use crate::geom::Rect;

/// From this strength on it is the model that decides what lies where; below it the picture does, at any size.
const COMPOSES: f32 = 0.7;

/// A whole picture on its way through the model: at once, or, where it is clearly larger than what the model was
/// trained on, first small, so that there is one picture and not several side by side, and then large for the detail.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    /// Of the finished picture.
    width: u32,
    height: u32,
    /// Of the first pass.
    size: ModelSize,
    second: Option<ModelSize>,
    /// Whether the picture's border is mended, see [`border`].
    clean: bool,
    extras: Extras,
}

impl Whole {
    /// Plans a picture of the request's size, from `init` of that size if there is one; with its first pass.
    pub(super) fn new(
        request: &Request,
        facts: &ModelFacts,
        init: Option<Picture>,
        extras: Extras,
        index: u64,
    ) -> (Self, Pass) {
        let (width, height) = (request.width, request.height);
        let as_it_is = ModelSize { scale: 1.0, width, height };
        let composes = init.is_none() || request.strength >= COMPOSES;
        let size = match context::model_size(width, height, facts.native_px, facts.multiple_px) {
            smaller if smaller.scale < 1.0 && composes && !request.plain => smaller,
            _ => as_it_is,
        };
        let second = (size.scale < 1.0)
            .then(|| context::second_size(width, height, facts.native_px, facts.multiple_px));
        let strength = if init.is_some() { request.strength } else { 1.0 };
        let init = init.map(|init| if size.scale < 1.0 { to_model(&init, &size) } else { init });
        let clean = !equals_reference(request, false);
        let whole = Self { width, height, size, second, clean, extras };
        let first = base_pass(request, index, (size.width, size.height), false);
        (whole.clone(), whole.dressed(Pass { strength, init, ..first }, &size))
    }

    fn dressed(&self, mut pass: Pass, size: &ModelSize) -> Pass {
        let scaled = |v: i64| if size.scale == 1.0 { v } else { (v as f64 * size.scale).floor() as i64 };
        pass.origin = (scaled(pass.origin.0), scaled(pass.origin.1));
        self.extras.dress(&mut pass, Rect::from_size(0, 0, self.width, self.height), size);
        pass
    }

    /// Width and height of the finished picture.
    pub(super) fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    pub(super) fn has_second_pass(&self) -> bool {
        self.second.is_some()
    }

    /// What follows the first pass; `origin` is the request's.
    pub(super) fn after_first(&self, first: &Pass, origin: (i64, i64), mut picture: Picture) -> Next {
        let Some(size) = &self.second else { return Next::Done(self.finish(picture)) };
        // Before it is enlarged: afterwards the faulty border is wider.
        border::clean(&mut picture);
        let large = from_model(&picture, &self.size, self.width, self.height);
        let strength =
            if first.init.is_some() { SECOND_STRENGTH.min(first.strength) } else { SECOND_STRENGTH };
        let pass = Pass {
            width: size.width,
            height: size.height,
            steps: steps_for_strength(first.steps, strength, MIN_STEPS).0,
            strength,
            origin,
            init: Some(to_model(&large, size)),
            sample_posterior: false,
            ..first.clone()
        };
        Next::Second(Box::new(self.dressed(pass, size)))
    }

    /// The finished picture from the second pass'.
    ///
    /// # Panics
    /// When no second pass was planned.
    pub(super) fn after_second(&self, picture: &Picture) -> RgbaImage {
        let size = self.second.as_ref().expect("no second pass was planned");
        self.finish(from_model(picture, size, self.width, self.height))
    }

    fn finish(&self, mut picture: Picture) -> RgbaImage {
        if self.clean {
            border::clean(&mut picture);
        }
        self.extras.stylise(&mut picture, None);
        opaque(&picture)
    }
}
