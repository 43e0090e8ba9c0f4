//! The window without a screen.

mod generate;
mod paint;
mod panels;
mod support;
mod tools;
