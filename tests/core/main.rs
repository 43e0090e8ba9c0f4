//! Tests of what needs no network.

mod io;
mod metadata;
mod plan;
mod prng;
mod prompt;
mod sampling;
