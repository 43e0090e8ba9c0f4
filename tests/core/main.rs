//! Tests of what needs no network.

mod prng;

mod io;
mod layering;
mod metadata;
mod plan;
mod prompt;
mod region;
mod seam;
