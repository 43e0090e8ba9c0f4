//! Tests of what needs no network.

mod crash;
mod display;
mod document;
mod editor;
mod engine;
mod files;
mod generation;
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
mod zoom;
