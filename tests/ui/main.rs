//! The window without a screen.

mod dragging;
mod files;
mod generate;
mod paint;
mod panels;
mod snapshots;
mod support;
mod tools;
mod windows;
mod zoom;
