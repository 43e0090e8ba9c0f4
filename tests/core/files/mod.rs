//! Documents, palettes and the journal on disk.

mod foreign;
mod full;
mod gpl;
mod hostile;
mod journal;
mod open;
mod ora;
mod recovery;
mod seeds;
mod zip;

use crate::document::support::{Dice, random_document, random_mask};
use scumble::document::{Document, LayerId, Level, Made, Placement};
use scumble::geom::Rect;

/// A random document that uses everything that a document has.
fn full_document(seed: u64) -> Document {
    let mut dice = Dice(seed ^ 0xf11e);
    let mut doc = random_document(seed);
    let mut ids: Vec<LayerId> = Vec::new();
    doc.walk(|layer| ids.push(layer.id));
    for id in &ids {
        if let Some(layer) = doc.layer_mut(*id) {
            layer.locked = dice.chance(0.2);
            layer.alpha_locked = dice.chance(0.2);
            if dice.chance(0.3) {
                layer.notes.insert("request".into(), format!("{{\"seed\": {}}}", dice.below(1000)));
                layer.name = "<\"漢字\" & 'é'>\n\u{1}\t🎨".into();
            }
        }
    }
    doc.page = Rect::from_size(dice.range(-90, 60), dice.range(-90, 60), 300, 170);
    doc.selection = dice.chance(0.5).then(|| random_mask(&mut dice));
    doc.active = dice.chance(0.8).then(|| ids[dice.below(ids.len())]);
    if dice.chance(0.5) {
        // Another level above or below the one that is shown; its layers have ids of their own.
        let mut other = random_document(seed + 1000);
        other.levels[0].layers.retain(|layer| layer.children().is_empty());
        let mut layers = std::mem::take(&mut other.levels[0].layers);
        for layer in &mut layers {
            std::sync::Arc::make_mut(layer).id = doc.next_layer_id();
        }
        // Each level is a whole page with what belongs to it.
        let page = Rect::from_size(dice.range(-90, 60), dice.range(-90, 60), 200, 120);
        let active = layers.last().map(|layer| layer.id).filter(|_| dice.chance(0.5));
        let selection = dice.chance(0.5).then(|| random_mask(&mut dice));
        let change = dice.chance(0.5).then(|| random_mask(&mut dice));
        let made = if dice.chance(0.5) { Made::Outward(1 << 52) } else { Made::Inward(7) };
        let seed = dice.chance(0.5).then_some(u64::MAX);
        let words = if dice.chance(0.5) { "a \"castle\" <漢字>" } else { "" };
        let level =
            Level { layers, active, selection, change, words: words.into(), seed, made, ..Level::new(page) };
        doc.levels.push(level);
        doc.levels[0].place =
            Placement::centred(doc.levels[0].page, page, 1.25 + f64::from(dice.range(0, 11)) / 4.0);
        if dice.chance(0.5) {
            doc.levels.swap(0, 1);
            doc.level = 1;
        }
    }
    if dice.chance(0.5) {
        doc.next_layer_id();
    }
    doc
}
