//! The picture: tiles, layers, blending, damage, history, selections.

mod blend;
mod composite;
mod edits;
mod flood;
mod history;
mod selection;
pub mod support;
mod tiles;
