//! The geometry that decides quality: which pixels the model may change, which it looks at, what it sees where
//! something is to go away, and how its picture gets back without a seam. Pure functions on plain pictures.
//!
//! Two masks are told apart. The *denoise mask* is wide: 1 where the model paints from the first step, falling
//! to 0 across a ring where it joins later and later (differential diffusion). The *paste mask* is narrower and
//! lies inside it: what is taken over. Pixels of paste mask 0 stay byte-identical.
//!
//! Lengths that are meant for models trained on 512 px (a 32 px transition, a 65 px blur) are scaled by
//! [`unit`](masks::unit) for models of another native size.

pub mod band;
pub mod beyond;
pub mod border;
pub mod color_match;
pub mod context;
pub mod fill;
pub mod lab;
pub mod masks;
pub mod membrane;
pub mod mirror;
pub mod morphology;
pub mod outpaint;
pub mod palette;
pub mod resample;
pub mod seam;
pub mod stitch;
pub mod strength;
