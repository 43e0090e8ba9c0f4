//! What commands do to layers and to the selection.

use super::generation::{MAX_WORDS, WORDS_NOTE};
use super::whole::SelectionChange;
use super::work::Operation;
use super::{Editor, LayerCommand, NoticeKind};
use crate::document::edit::{self, Place};
use crate::document::{Content, Document, Layer, LayerId, LayerMask, Layers, Mask};

/// Values that change again within this time become one step.
const MERGE_SECS: f64 = 1.0;

impl Editor {
    pub(super) fn layer_command(&mut self, id: LayerId, command: LayerCommand) {
        if self.doc().layer(id).is_none() {
            return;
        }
        match command {
            LayerCommand::Activate => self.activate(id),
            LayerCommand::EditMask(mask) => {
                self.activate(id);
                let masked = self.doc().layer(id).is_some_and(|l| l.mask.is_some());
                self.open_mut().edit_mask = mask && masked;
            }
            LayerCommand::Rename(name) => {
                let name = name.trim().to_owned();
                if !name.is_empty() && self.doc().layer(id).is_some_and(|l| l.name != name) {
                    self.edit("Rename layer", |doc| drop(edit::rename(doc, id, &name)));
                }
            }
            LayerCommand::Opacity(value) => {
                self.edit_merging(id, "Layer opacity", |doc| drop(edit::set_opacity(doc, id, value)));
            }
            LayerCommand::Visible(visible) => {
                let name = if visible { "Show layer" } else { "Hide layer" };
                self.edit(name, |doc| drop(edit::set_visible(doc, id, visible)));
            }
            LayerCommand::Solo => self.edit("Show only this layer", |doc| solo(doc, id)),
            LayerCommand::Locked(locked) => {
                let name = if locked { "Lock layer" } else { "Unlock layer" };
                self.edit(name, |doc| drop(edit::set_locked(doc, id, locked)));
            }
            LayerCommand::AlphaLocked(locked) => {
                let name = if locked { "Lock alpha" } else { "Unlock alpha" };
                self.edit(name, |doc| drop(edit::set_alpha_locked(doc, id, locked)));
            }
            LayerCommand::Clipping(clipping) => {
                let name = if clipping { "Clip layer" } else { "Release clipped layer" };
                self.edit(name, |doc| drop(edit::set_clipping(doc, id, clipping)));
            }
            LayerCommand::Blend(mode) => {
                self.edit_merging(id, "Blend mode", |doc| drop(edit::set_blend(doc, id, mode)));
            }
            LayerCommand::Words(words) => {
                let ends = words.char_indices().map(|(i, c)| i + c.len_utf8());
                let end = ends.take_while(|n| *n <= MAX_WORDS).last().unwrap_or(0);
                let value = Some(words[..end].to_owned()).filter(|w| !w.trim().is_empty());
                self.edit_merging(id, "Words of the layer", |doc| {
                    drop(edit::set_note(doc, id, WORDS_NOTE, value));
                });
            }
            LayerCommand::MaskEnabled(enabled) => self.edit("Layer mask off or on", |doc| {
                if let Some(mask) = doc.layer(id).and_then(|l| l.mask.clone()) {
                    edit::set_mask(doc, id, Some(LayerMask { enabled, ..mask }));
                }
            }),
            LayerCommand::MoveTo(place) => self.move_layer(id, place),
            LayerCommand::Duplicate => self.edit("Duplicate layer", |doc| drop(edit::duplicate(doc, id))),
            LayerCommand::Remove => self.remove_layer(id),
        }
    }

    /// Choosing a layer is no step of its own, but is kept with the document.
    fn activate(&mut self, id: LayerId) {
        if self.doc().active != Some(id) {
            self.with_tool(super::Toolbox::settle);
            if self.preview.is_some() {
                return self.tell_preview_open();
            }
            let open = self.open_mut();
            edit::set_active(&mut open.doc, id);
            open.edit_mask = false;
        }
    }

    fn move_layer(&mut self, id: LayerId, place: Place) {
        let mut moved = self.doc().clone();
        edit::move_to(&mut moved, id, place);
        if moved.path(id) != self.doc().path(id) {
            self.edit("Move layer", |doc| *doc = moved);
        }
    }

    fn remove_layer(&mut self, id: LayerId) {
        if self.doc().layer(id).is_some_and(|l| l.locked) {
            return self.tell(NoticeKind::Warning, "The layer is locked: unlock it to delete it.");
        }
        self.edit("Delete layer", |doc| drop(edit::remove(doc, id)));
    }

    /// Changes a value that may be dragged: changes of the same kind in quick succession are one step.
    fn edit_merging(&mut self, id: LayerId, name: &'static str, change: impl FnOnce(&mut Document)) {
        if !self.may_edit() {
            return;
        }
        let before = self.doc().clone();
        change(&mut self.open_mut().doc);
        if *self.doc() != before {
            self.commit_merging(id, name);
        }
    }

    /// Makes what the document is now an undo step, or more of the step before if that is of the same kind.
    pub(super) fn commit_merging(&mut self, id: LayerId, name: &'static str) {
        let now = self.now_secs;
        let key = (self.open().id, id, name);
        let merge = self.merging.is_some_and(|(d, i, n, at)| (d, i, n) == key && now - at < MERGE_SECS);
        if merge && self.open().history.names().nth(self.open().history.current()) == Some(name) {
            self.open_mut().amend(name, now);
        } else {
            self.open_mut().commit(name, now);
        }
        self.merging = Some((key.0, key.1, key.2, now));
    }

    pub(super) fn add_layer(&mut self, layer: Layer) {
        self.add_named_layer(layer, "Add layer");
    }

    /// Adds a layer, whose id is set here, above the active one.
    pub(super) fn add_named_layer(&mut self, mut layer: Layer, step: &str) {
        self.edit(step, |doc| {
            renumber(doc, &mut layer);
            let place = Place::above(doc, doc.active);
            edit::add(doc, layer, place);
        });
    }

    pub(super) fn new_layer(&mut self, group: bool) {
        let mut names = Vec::new();
        self.doc().walk(|layer| names.push(layer.name.clone()));
        let word = if group { "Group" } else { "Layer" };
        let name =
            (1..).map(|n| format!("{word} {n}")).find(|name| !names.contains(name)).unwrap_or_default();
        let layer = if group {
            Layer::group(LayerId(0), name, Layers::new())
        } else {
            Layer::raster(LayerId(0), name, crate::document::Pixels::default())
        };
        let step = if group { "New group" } else { "New layer" };
        self.edit(step, |doc| {
            let mut layer = layer;
            renumber(doc, &mut layer);
            // Into a group that is chosen, else above the layer that is.
            let place = match doc.active.and_then(|id| doc.layer(id)) {
                Some(Layer { id, content: Content::Group(_), .. }) => {
                    Place { parent: Some(*id), index: usize::MAX }
                }
                _ => Place::above(doc, doc.active),
            };
            edit::add(doc, layer, place);
        });
    }

    /// Moves the active layer past its neighbour, or out of its group at its end.
    pub(super) fn shift_layer(&mut self, up: bool) {
        let Some(id) = self.doc().active else { return };
        let Some(at) = edit::locate(self.doc(), id) else { return };
        let siblings = match at.parent {
            Some(parent) => self.doc().layer(parent).map_or(0, |l| l.children().len()),
            None => self.doc().layers().len(),
        };
        let out = at.parent.and_then(|parent| edit::locate(self.doc(), parent));
        let place = match (up, out) {
            (true, _) if at.index + 1 < siblings => Place { index: at.index + 2, ..at },
            (true, Some(group)) => Place { index: group.index + 1, ..group },
            (false, _) if at.index > 0 => Place { index: at.index - 1, ..at },
            (false, Some(group)) => group,
            (true | false, None) => return,
        };
        self.move_layer(id, place);
    }

    /// Chooses the next layer above or below, in the order of the panel.
    pub(super) fn choose_neighbour(&mut self, up: bool) {
        fn list(layers: &[std::sync::Arc<Layer>], out: &mut Vec<LayerId>) {
            for layer in layers {
                list(layer.children(), out);
                out.push(layer.id);
            }
        }
        let mut ids = Vec::new();
        list(self.doc().layers(), &mut ids);
        let at = self.doc().active.and_then(|id| ids.iter().position(|i| *i == id));
        let next = match (at, up) {
            (Some(at), true) => ids.get(at + 1),
            (Some(at), false) => at.checked_sub(1).and_then(|at| ids.get(at)),
            (None, _) => ids.last(),
        };
        if let Some(&id) = next {
            self.activate(id);
        }
    }

    pub(super) fn set_selection(&mut self, name: &str, selection: Option<Mask>) {
        let selection = selection.filter(|mask| mask.background() != [0] || !mask.tile_bounds().is_empty());
        if self.doc().selection == selection {
            return;
        }
        if let Some(old) = self.doc().selection.clone() {
            self.last_selection = Some(old);
        }
        self.edit(name, |doc| drop(edit::set_selection(doc, selection)));
    }

    pub(super) fn change_selection(&mut self, change: SelectionChange) {
        if change.needs_selection() && self.doc().selection.is_none() {
            return self.tell(NoticeKind::Info, "Nothing is selected.");
        }
        self.operate(Operation::Select(Box::new(change)));
    }
}

pub(super) fn renumber(doc: &mut Document, layer: &mut Layer) {
    layer.id = doc.next_layer_id();
    if let Content::Group(layers) = &mut layer.content {
        layers.iter_mut().for_each(|layer| renumber(doc, std::sync::Arc::make_mut(layer)));
    }
}

/// Hides all siblings; if they are hidden already, shows them.
fn solo(doc: &mut Document, id: LayerId) {
    let Some(at) = edit::locate(doc, id) else { return };
    let siblings: Vec<(LayerId, bool)> = match at.parent {
        Some(parent) => doc.layer(parent).map_or(&[][..], |l| l.children()),
        None => doc.layers(),
    }
    .iter()
    .map(|l| (l.id, l.visible))
    .collect();
    let alone = siblings.iter().all(|(sibling, visible)| *visible == (*sibling == id));
    for (sibling, _) in siblings {
        edit::set_visible(doc, sibling, alone || sibling == id);
    }
}
