//! The window without a screen.

mod paint;
mod panels;
mod support;
