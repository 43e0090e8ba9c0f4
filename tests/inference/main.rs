//! Tests of the engine.

mod backend;
mod canvas;
mod cli;
mod files;
mod kernels;
mod memory;
mod parity;
mod regions;
mod soak;
mod starter;
mod student;
mod support;
mod text;
mod vae;
