//! Tests of what needs no network.

mod prng;

mod io;
mod metadata;
mod plan;
mod prompt;
