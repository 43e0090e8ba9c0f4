//! Tests of what needs no network.

mod plan;
mod prng;
mod prompt;
mod sampling;
