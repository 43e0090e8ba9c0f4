//! Levels of an infinite zoom, and its videos.

mod films;
mod frames;
mod growth;
mod levels;
mod walk;
pub mod world;
