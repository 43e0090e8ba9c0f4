//! Tests of the engine.

mod parity;
mod support;
