//! The brushes at hand: those that come with the program, those of the user, and the one that is held.

use crate::paint::{Brush, Prepared, preset};
use std::sync::Arc;

/// Presets and the brush in hand.
#[derive(Debug)]
pub struct BrushShelf {
    /// All presets, in the order of their list.
    presets: Vec<Preset>,
    /// The brush in hand, which may differ from its preset.
    brush: Brush,
    prepared: Arc<Prepared>,
}

/// A brush in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// The brush.
    pub brush: Brush,
    /// Whether the user made or changed it: it has a file of its own.
    pub own: bool,
}

impl BrushShelf {
    /// The presets that come with the program, and `own` ones, which replace those of the same name.
    pub fn new(own: Vec<Brush>) -> Self {
        let mut presets: Vec<Preset> =
            preset::built_in().into_iter().map(|brush| Preset { brush, own: false }).collect();
        for brush in own {
            put(&mut presets, brush);
        }
        let brush = presets.first().map(|p| p.brush.clone()).unwrap_or_default();
        Self { presets, prepared: brush.clone().prepare(), brush }
    }

    /// The list.
    pub fn presets(&self) -> &[Preset] {
        &self.presets
    }

    /// The brush in hand.
    pub fn brush(&self) -> &Brush {
        &self.brush
    }

    /// The brush in hand, ready to paint.
    pub fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }

    /// Takes another brush in hand.
    pub fn set(&mut self, brush: Brush) {
        let brush = brush.sanitised();
        if brush != self.brush {
            self.prepared = brush.clone().prepare();
            self.brush = brush;
        }
    }

    /// Takes a preset in hand. Returns whether there is one of that name.
    pub fn pick(&mut self, name: &str) -> bool {
        let found = self.presets.iter().find(|p| p.brush.name == name).map(|p| p.brush.clone());
        found.map(|brush| self.set(brush)).is_some()
    }

    /// Whether the brush in hand differs from its preset.
    pub fn changed(&self) -> bool {
        self.presets.iter().find(|p| p.brush.name == self.brush.name).is_none_or(|p| p.brush != self.brush)
    }

    /// Keeps the brush in hand as a preset.
    pub fn keep(&mut self) -> &Brush {
        put(&mut self.presets, self.brush.clone());
        &self.brush
    }

    /// Removes the user's preset; one that came with the program is as it came. Returns whether there was one.
    pub fn forget(&mut self, name: &str) -> bool {
        let Some(at) = self.presets.iter().position(|p| p.own && p.brush.name == name) else { return false };
        match preset::built_in().into_iter().find(|b| b.name == name) {
            Some(brush) => self.presets[at] = Preset { brush, own: false },
            None => {
                self.presets.remove(at);
            }
        }
        true
    }
}

fn put(presets: &mut Vec<Preset>, brush: Brush) {
    let preset = Preset { brush, own: true };
    match presets.iter_mut().find(|p| p.brush.name == preset.brush.name) {
        Some(old) => *old = preset,
        None => presets.push(preset),
    }
}
