#![doc = include_str!("ARCHITECTURE.md")]

// Rooms in dependency order: a room may use only what stands above it (tests/core/layering.rs).
pub mod geom;

pub mod color;

pub mod document;

pub mod paint;

pub mod io;

pub mod sampling;

pub mod generate;

pub mod zoom;

pub mod editor;

#[cfg(feature = "gui")]
pub mod ui;

#[cfg(feature = "inference")]
pub mod models;

#[cfg(feature = "inference")]
pub mod diffusion;

#[cfg(feature = "inference")]
pub mod cli;
