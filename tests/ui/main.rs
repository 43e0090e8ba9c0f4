//! The window without a screen.

mod paint;
mod snapshots;
mod support;
mod windows;
