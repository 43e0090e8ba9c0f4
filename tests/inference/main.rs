//! Tests of the engine.

mod backend;
mod cli;
mod files;
mod kernels;
mod parity;
mod starter;
mod support;
mod text;
mod vae;
