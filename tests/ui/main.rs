//! The window without a screen.

mod paint;
mod support;
mod windows;
