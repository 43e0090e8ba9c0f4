//! The window without a screen.

mod files;
mod paint;
mod support;
