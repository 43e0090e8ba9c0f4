//! Tests of what needs no network.

mod crash;
mod crash_generation;
mod display;
mod document;
mod editor;
mod engine;
mod extending;
mod extras;
mod files;
mod generation;
mod io;
mod layering;
mod mending;
mod metadata;
mod packaging;
mod paint;
mod plan;
mod prng;
mod prompt;
mod region;
mod results;
mod sampling;
mod seam;
mod studio;
mod zoom;
