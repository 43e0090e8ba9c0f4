//! What can be done now, and what is switched on: what menus and buttons show.

use super::generation::REQUEST_NOTE;
use super::tool::ToolKind;
use super::{Action, Editor};
use crate::document::edit;
use crate::paint::Symmetry;

impl Editor {
    /// Whether the action can be done now; menus grey out the others.
    pub fn enabled(&self, action: Action) -> bool {
        use Action as A;
        let layer = self.active_layer();
        match action {
            A::Undo => self.open().history.can_undo() || self.busy() || self.preview.is_some(),
            A::Redo => self.open().history.can_redo(),
            A::Deselect
            | A::CropToSelection
            | A::GrowSelection
            | A::ShrinkSelection
            | A::FeatherSelection
            | A::BorderSelection
            | A::MaskFromSelection => self.doc().selection.is_some(),
            A::Reselect => self.last_selection.is_some(),
            A::DeleteLayer
            | A::DuplicateLayer
            | A::RenameLayer
            | A::GroupLayer
            | A::LayerUp
            | A::LayerDown => layer.is_some(),
            A::ToggleVisible | A::ToggleLock | A::ToggleAlphaLock | A::ToggleClipping | A::SelectOpaque => {
                layer.is_some()
            }
            A::Ungroup => layer.is_some_and(|l| l.pixels().is_none()),
            A::MergeDown => self
                .doc()
                .active
                .and_then(|id| edit::locate(self.doc(), id))
                .is_some_and(|place| place.index > 0),
            A::AddMask => layer.is_some_and(|l| l.mask.is_none()),
            A::ToggleEditMask | A::ToggleMask | A::ApplyMask | A::DeleteMask => {
                layer.is_some_and(|l| l.mask.is_some())
            }
            A::RepeatFilter => self.last_filter.is_some(),
            A::StopGenerating => self.generation.progress().is_some(),
            A::LayerSettings => layer.is_some_and(|l| l.notes.contains_key(REQUEST_NOTE)),
            A::MendSeam => layer.is_some() || self.doc().selection.is_some(),
            A::PullFills => self.generation.available(),
            A::AcceptCandidate
            | A::DiscardCandidate
            | A::RerunCandidate
            | A::InitFromCandidate
            | A::UpscaleCandidate
            | A::SaveCandidate
            | A::CopyCandidate => self.generation.shown_in(self.open().id).is_some(),
            A::NextCandidate | A::PreviousCandidate => {
                self.generation.candidates_of(self.open().id).next().is_some()
            }
            A::PeekCanvas => self.generation.peeking() || self.generation.overlay(self.open().id).is_some(),
            A::FrameFollow => self.doc().frame.is_some(),
            A::SelectionFromChange | A::ClearChange => self.doc().change.is_some(),
            A::ChangeFromSelection => self.doc().selection.is_some(),
            A::NextDocument | A::PreviousDocument => self.documents.len() > 1,
            A::Recover => !self.found.is_empty(),
            _ => true,
        }
    }

    /// Whether the action is switched on, for those that switch.
    pub fn checked(&self, action: Action) -> Option<bool> {
        use Action as A;
        let layer = self.active_layer();
        match action {
            A::ToggleVisible => layer.map(|l| l.visible),
            A::ToggleLock => layer.map(|l| l.locked),
            A::ToggleAlphaLock => layer.map(|l| l.alpha_locked),
            A::ToggleClipping => layer.map(|l| l.clipping),
            A::ToggleMask => layer.and_then(|l| l.mask.as_ref()).map(|m| m.enabled),
            A::ToggleEditMask => Some(self.open().edit_mask),
            A::EraseMode => Some(self.erase),
            A::LivePainting => Some(self.generation.options.live.on),
            A::PeekCanvas => Some(self.generation.peeking()),
            A::AutoExtend => Some(self.generation.options.auto_extend),
            A::PullFills => Some(self.pull_fills()),
            A::MirrorPainting => Some(self.options.symmetry != Symmetry::Off),
            A::MirrorView => Some(self.viewport().mirrored),
            A::TogglePixelGrid => Some(self.settings.pixel_grid),
            A::TogglePageHandles => Some(self.options.page_handles),
            _ => ToolKind::ALL.into_iter().find(|k| k.action() == action).map(|k| k == self.toolbox.kind()),
        }
    }
}
