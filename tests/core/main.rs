//! Tests of what needs no network.

mod crash;
mod document;
mod engine;
mod files;
mod io;
mod layering;
mod metadata;
mod paint;
mod plan;
mod prng;
mod prompt;
mod region;
mod sampling;
mod seam;
