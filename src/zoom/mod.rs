//! INFINITE ZOOM: from levels to frames, from frames to a video; and how new levels are made.
//!
//! A [`Camera`] says what each frame shows, a [`Renderer`] makes it from the levels of a document, a
//! [`video::Writer`] takes it. [`export()`] lets them run side by side; what is held in memory does not
//! depend on how long the film is. A [`walk`] makes its frames another way and is written alike.

pub mod camera;
pub mod export;
pub mod frame;
pub mod growth;
mod pyramid;
mod resample;
pub mod video;
pub mod walk;

pub use camera::{Camera, Direction, Travel, View};
pub use export::{Film, Progress, Report, export};
pub use frame::{Frame, Look, Renderer};
