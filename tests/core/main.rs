//! Tests of what needs no network.

mod prng;

mod plan;
mod prompt;
