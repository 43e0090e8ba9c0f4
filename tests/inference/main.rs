//! Tests of the engine.

mod backend;
mod canvas;
mod cli;
mod files;
mod kernels;
mod parity;
mod soak;
mod starter;
mod support;
mod text;
mod vae;
