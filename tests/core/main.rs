//! Tests of what needs no network.

mod prng;
mod prompt;
mod sampling;
