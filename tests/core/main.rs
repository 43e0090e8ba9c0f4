//! Tests of what needs no network.

mod engine;
mod io;
mod layering;
mod metadata;
mod plan;
mod prng;
mod prompt;
mod region;
mod sampling;
mod seam;
