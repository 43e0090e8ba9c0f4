//! Tests of what needs no network.

mod document;
mod paint;
