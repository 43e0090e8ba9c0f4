//! Tests of what needs no network.

mod display;
mod document;
mod engine;
mod files;
mod io;
mod layering;
mod metadata;
mod packaging;
mod paint;
mod plan;
mod prng;
mod prompt;
mod region;
mod sampling;
mod seam;
