//! What each action of the table does.

use super::tool::{ToolKind, paintable};
use super::whole::{SelectionChange, WholeChange};
use super::work::{Operation, first_settings};
use super::zooming::ZoomCommand;
use super::{Action, Command, Editor, Effect, LayerCommand, NoticeKind};
use crate::document::edit;
use crate::document::{Document, LayerId, LayerMask, Mask, selection};
use crate::geom::Point;
use crate::paint::brush::Tip;
use crate::paint::filter::Filter;
use crate::paint::transform::Axis;
use crate::paint::{Brush, Stabiliser, Symmetry, restroke};

impl Editor {
    /// Does what the action says.
    pub(super) fn act(&mut self, action: Action) {
        use Action as A;
        if matches!(action, A::FillBackground | A::Clear) && self.with_tool(super::Toolbox::step_back) {
            return;
        }
        match action {
            A::NewDocument | A::PageSize | A::ImageSize | A::Settings | A::Shortcuts | A::Export => {
                self.window(action)
            }
            A::GrowSelection | A::ShrinkSelection | A::FeatherSelection | A::BorderSelection => {
                self.window(action)
            }
            A::BrushEditor
            | A::CommandPalette
            | A::TogglePanels
            | A::ToggleTheme
            | A::UiLarger
            | A::UiSmaller => {
                self.window(action);
            }
            A::Recover | A::FullScreen | A::ResetPanels | A::About | A::RenameLayer => self.window(action),
            A::FocusPanels | A::FocusMenus | A::Messages | A::CloseNotices | A::CheatSheet => {
                self.window(action)
            }
            A::GoToColors | A::GoToGenerate | A::GoToNavigator | A::GoToBrushes => self.window(action),
            A::GoToLayers | A::GoToHistory | A::GoToZoom => self.window(action),
            A::Open => self.effects.push(Effect::AskOpen { as_layers: false }),
            A::OpenAsLayer => self.effects.push(Effect::AskOpen { as_layers: true }),
            A::Save => self.save(self.open().id, false),
            A::SaveAs => self.save(self.open().id, true),
            A::CloseDocument => self.close_document(self.open().id, false),
            A::Quit => self.quit(),
            A::Undo | A::Redo => self.travel(action == A::Undo),
            A::Cut => self.cut(),
            A::Copy | A::CopyMerged => self.copy(action == A::CopyMerged),
            A::Paste | A::PasteInPlace => self.paste(action),
            A::Clear => self.whole_layer(WholeChange::Clear),
            A::FillForeground | A::FillBackground => {
                let front = action == A::FillForeground;
                let color = if front { self.colors.foreground } else { self.colors.background };
                self.whole_layer(|id| WholeChange::Fill(id, color));
            }
            A::CropToSelection => match self.doc().selection.as_ref().map(Mask::content_bounds) {
                Some(bounds) if !bounds.is_empty() => self.apply(Command::CropTo(bounds)),
                _ => self.tell(NoticeKind::Info, "Nothing is selected."),
            },
            A::TrimPage => self.whole(WholeChange::Trim),
            A::FlipImageHorizontal | A::FlipImageVertical => {
                let axis = if action == A::FlipImageHorizontal { Axis::Horizontal } else { Axis::Vertical };
                self.whole(WholeChange::FlipImage(axis));
            }
            A::RotateImageClockwise | A::RotateImageCounter => {
                self.whole(WholeChange::RotateImage { clockwise: action == A::RotateImageClockwise });
            }
            A::FlattenImage => self.operate(Operation::Flatten),
            A::NewLayer | A::NewGroup => self.new_layer(action == A::NewGroup),
            A::DuplicateLayer => self.on_active(LayerCommand::Duplicate),
            A::DeleteLayer => self.on_active(LayerCommand::Remove),
            A::GroupLayer => {
                if let Some(id) = self.doc().active {
                    self.edit("Group layer", |doc| drop(edit::group(doc, &[id], "Group")));
                }
            }
            A::Ungroup => {
                if let Some(id) = self.doc().active {
                    self.edit("Ungroup", |doc| drop(edit::ungroup(doc, id)));
                }
            }
            A::MergeDown => {
                if let Some(id) = self.doc().active {
                    self.operate(Operation::MergeDown(id));
                }
            }
            A::StampVisible => self.whole(WholeChange::StampVisible),
            A::LayerUp | A::LayerDown => self.shift_layer(action == A::LayerUp),
            A::SelectLayerAbove | A::SelectLayerBelow => self.choose_neighbour(action == A::SelectLayerAbove),
            A::ToggleVisible => self.toggle(|l| LayerCommand::Visible(!l.visible)),
            A::ToggleLock => self.toggle(|l| LayerCommand::Locked(!l.locked)),
            A::ToggleAlphaLock => self.toggle(|l| LayerCommand::AlphaLocked(!l.alpha_locked)),
            A::ToggleClipping => self.toggle(|l| LayerCommand::Clipping(!l.clipping)),
            A::ToggleMask => {
                self.toggle(|l| LayerCommand::MaskEnabled(!l.mask.as_ref().is_some_and(|m| m.enabled)))
            }
            A::AddMask => self.mask("Add layer mask", |doc, id| {
                drop(edit::set_mask(doc, id, Some(LayerMask::reveal_all())));
            }),
            A::MaskFromSelection => self.mask("Layer mask from selection", |doc, id| {
                drop(edit::mask_from_selection(doc, id));
            }),
            A::ApplyMask => {
                if let Some(id) = self.doc().active {
                    self.whole(WholeChange::ApplyMask(id));
                }
            }
            A::DeleteMask => self.mask("Delete layer mask", |doc, id| drop(edit::set_mask(doc, id, None))),
            A::ToggleEditMask => {
                let open = self.open_mut();
                open.edit_mask = !open.edit_mask;
            }
            A::FlipLayerHorizontal | A::FlipLayerVertical => {
                let axis = if action == A::FlipLayerHorizontal { Axis::Horizontal } else { Axis::Vertical };
                self.whole_layer(|id| WholeChange::FlipLayer(id, axis));
            }
            A::SelectAll => self.set_selection("Select all", Some(selection::rect(self.page()))),
            A::Deselect => self.set_selection("Deselect", None),
            A::Reselect => match self.last_selection.clone() {
                Some(mask) => self.set_selection("Reselect", Some(mask)),
                None => self.tell(NoticeKind::Info, "Nothing was selected before."),
            },
            A::InvertSelection => self.change_selection(SelectionChange::Invert),
            A::SelectOpaque => {
                if let Some(id) = self.doc().active {
                    self.change_selection(SelectionChange::Opaque(id));
                }
            }
            A::FilterLevels | A::FilterCurves | A::FilterHueSaturation => self.filter(first_settings(action)),
            A::FilterBlur | A::FilterSharpen | A::FilterNoise => self.filter(first_settings(action)),
            A::FilterInvert | A::FilterDesaturate => self.filter_now(first_settings(action)),
            A::Restroke => {
                if let Some(id) = self.layer_for_change()
                    && self.may_edit()
                {
                    self.apply(Command::Preview(Operation::Restroke(
                        id,
                        Box::<restroke::Settings>::default(),
                    )));
                }
            }
            A::RepeatFilter => self.repeat_filter(),
            A::Generate
            | A::GenerateFirst
            | A::GenerateInstead
            | A::Refine
            | A::MendSeam
            | A::LayerSettings
            | A::UpscaleTwice
            | A::UpscaleFourTimes
            | A::UpscaleCandidate
            | A::StopGenerating
            | A::StopAll => {
                self.generate_action(action);
            }
            A::AcceptCandidate | A::DiscardCandidate | A::NextCandidate | A::PreviousCandidate => {
                self.generate_action(action);
            }
            A::LivePainting
            | A::KeepLive
            | A::ChangeFromSelection
            | A::SelectionFromChange
            | A::ClearChange => {
                self.generate_action(action);
            }
            A::FrameFix
            | A::FrameFollow
            | A::PeekCanvas
            | A::AutoExtend
            | A::RerunCandidate
            | A::InitFromCandidate
            | A::SaveCandidate
            | A::CopyCandidate => self.generate_action(action),
            A::ToolChange => {
                // Q goes there and back.
                let there = self.toolbox.kind() == ToolKind::Change;
                self.take_tool(if there { ToolKind::Brush } else { ToolKind::Change });
            }
            A::BrushSmaller | A::BrushLarger => self.scale_brush(action == A::BrushLarger),
            A::BrushSofter | A::BrushHarder => self.soften_brush(action == A::BrushHarder),
            A::OpacityLower | A::OpacityHigher => {
                let step = if action == A::OpacityHigher { 0.1 } else { -0.1 };
                let mut brush = self.brushes.brush().clone();
                brush.opacity = (brush.opacity + step).clamp(0.05, 1.0);
                self.brushes.set(brush);
            }
            A::EraseMode => self.erase = !self.erase,
            A::SwapColors | A::DefaultColors => {
                if action == A::SwapColors {
                    self.colors.swap();
                } else {
                    self.colors.reset();
                }
                self.with_tool(super::Toolbox::refresh);
            }
            A::CycleStabiliser => self.cycle_stabiliser(),
            A::MirrorPainting => self.toggle_mirror(),
            A::ImportPalette => self.effects.push(Effect::AskPaletteOpen),
            A::ExportPalette => self.effects.push(Effect::AskPaletteSave),
            A::ToolBrush
            | A::ToolEraser
            | A::ToolFill
            | A::ToolGradient
            | A::ToolShape
            | A::ToolText
            | A::ToolPicker => {
                self.tool_action(action);
            }
            A::ToolSelectRect | A::ToolSelectEllipse | A::ToolLasso | A::ToolPolygon | A::ToolWand => {
                self.tool_action(action);
            }
            A::ToolSelectColor | A::ToolSelectBrush | A::ToolMove | A::ToolTransform | A::ToolCrop => {
                self.tool_action(action);
            }
            A::ToolPan | A::ToolZoom => self.tool_action(action),
            A::ZoomIn | A::ZoomOut => {
                self.open_mut().viewport.zoom_step(action == A::ZoomIn);
                self.cross_levels(action == A::ZoomOut);
            }
            A::LevelOutward | A::LevelInward => {
                let level = self.doc().level;
                let next = if action == A::LevelOutward { Some(level + 1) } else { level.checked_sub(1) };
                if let Some(next) = next {
                    self.zoom_command(ZoomCommand::Go(next));
                }
            }
            A::ExtendOutward | A::GoDeeper => {
                let words = self.generation().options.prompt.clone();
                self.zoom_command(match action {
                    A::GoDeeper => ZoomCommand::Deeper(words),
                    _ => ZoomCommand::Outward(vec![words]),
                });
            }
            A::CloseRing => self.zoom_command(ZoomCommand::CloseRing),
            A::ExportFilm => self.zoom_command(ZoomCommand::Export),
            A::ZoomActual => self.apply(Command::View(super::ViewCommand::ZoomTo(1.0))),
            A::ZoomFit => {
                let page = self.page();
                self.open_mut().viewport.fit(page);
            }
            A::RotateViewClockwise | A::RotateViewCounter => {
                let turns = if action == A::RotateViewClockwise { 1.0 } else { -1.0 } / 24.0;
                let (w, h) = self.viewport().size_px;
                let anchor = Point::new(w / 2.0, h / 2.0);
                self.apply(Command::View(super::ViewCommand::RotateBy { turns, anchor }));
            }
            A::MirrorView => self.open_mut().viewport.mirror(),
            A::ResetView => self.open_mut().viewport.straighten(),
            A::TogglePixelGrid => self.settings.pixel_grid = !self.settings.pixel_grid,
            A::TogglePageHandles => self.options.page_handles = !self.options.page_handles,
            A::PullFills => self.options.pull_fills = !self.options.pull_fills,
            A::NextDocument | A::PreviousDocument => {
                let n = self.documents.len();
                let step = if action == A::NextDocument { 1 } else { n - 1 };
                self.show_document(self.documents[(self.current + step) % n].id);
            }
        }
    }

    fn window(&mut self, action: Action) {
        self.effects.push(Effect::Window(action));
    }

    fn tool_action(&mut self, action: Action) {
        if let Some(kind) = ToolKind::ALL.into_iter().find(|kind| kind.action() == action) {
            self.take_tool(kind);
        }
    }

    /// The active layer if its pixels can be changed; otherwise says why not.
    fn layer_for_change(&mut self) -> Option<LayerId> {
        match paintable(self.open()) {
            Ok(id) => Some(id),
            Err(why) => {
                self.tell(NoticeKind::Warning, why);
                None
            }
        }
    }

    fn whole(&mut self, change: WholeChange) {
        self.operate(Operation::Whole(change));
    }

    fn whole_layer(&mut self, change: impl FnOnce(LayerId) -> WholeChange) {
        if let Some(id) = self.layer_for_change() {
            self.whole(change(id));
        }
    }

    fn on_active(&mut self, command: LayerCommand) {
        if let Some(id) = self.doc().active {
            self.layer_command(id, command);
        }
    }

    fn toggle(&mut self, command: impl FnOnce(&crate::document::Layer) -> LayerCommand) {
        if let Some(layer) = self.active_layer() {
            let (id, command) = (layer.id, command(layer));
            self.layer_command(id, command);
        }
    }

    fn mask(&mut self, name: &str, change: impl FnOnce(&mut Document, LayerId)) {
        if let Some(id) = self.doc().active {
            self.edit(name, |doc| change(doc, id));
        }
    }

    fn travel(&mut self, back: bool) {
        // Undo in the middle of a gesture takes the gesture back.
        if (back && self.with_tool(super::Toolbox::step_back)) || self.with_tool(super::Toolbox::cancel) {
            return;
        }
        if back && self.take_back_late() {
            return;
        }
        if self.preview.take().is_some() {
            return;
        }
        let current = self.open().history.current();
        let step = if back { current.checked_sub(1) } else { Some(current + 1) };
        if let Some(step) = step {
            self.jump(step);
        }
    }

    pub(super) fn jump(&mut self, step: usize) {
        self.with_tool(super::Toolbox::cancel);
        self.drop_preview();
        self.merging = None;
        let now = self.now_secs;
        let open = self.open_mut();
        let frame = open.doc.frame;
        let level = open.doc.level;
        open.history.jump(step, &mut open.doc);
        if open.doc.level == level {
            open.doc.frame = frame;
        }
        open.touched(now);
        if open.doc.level != level {
            // The view was of another level.
            open.viewport.fit(open.doc.page);
            let (id, level) = (open.id, open.doc.level);
            self.generation.hide_other_levels(id, level);
        }
    }

    fn filter(&mut self, filter: Filter) {
        if let Some(id) = self.layer_for_change()
            && self.may_edit()
        {
            self.set_preview(Operation::Filter(id, filter));
        }
    }

    fn filter_now(&mut self, filter: Filter) {
        if let Some(id) = self.layer_for_change() {
            self.operate(Operation::Filter(id, filter));
        }
    }

    fn repeat_filter(&mut self) {
        let Some(id) = self.layer_for_change() else { return };
        match self.last_filter.clone() {
            Some(Operation::Filter(_, filter)) => self.operate(Operation::Filter(id, filter)),
            Some(Operation::Restroke(_, settings)) => self.operate(Operation::Restroke(id, settings)),
            Some(_) | None => self.tell(NoticeKind::Info, "No filter has been used yet."),
        }
    }

    fn scale_brush(&mut self, larger: bool) {
        // Steps of one pixel for small brushes, of a tenth for large ones.
        let scaled = |size: f32| {
            let step = (size * 0.1).max(1.0);
            if larger { (size + step).round() } else { (size - step).round() }
        };
        if self.toolbox.kind() == ToolKind::SelectBrush {
            self.options.select.brush_px =
                scaled(self.options.select.brush_px).clamp(1.0, Brush::MAX_SIZE_PX);
            return;
        }
        let mut brush = self.brushes.brush().clone();
        brush.size_px = scaled(brush.size_px);
        self.brushes.set(brush);
    }

    fn soften_brush(&mut self, harder: bool) {
        let mut brush = self.brushes.brush().clone();
        if let Tip::Round { hardness } = &mut brush.tip {
            *hardness = (*hardness + if harder { 0.1 } else { -0.1 }).clamp(0.0, 1.0);
            self.brushes.set(brush);
        } else {
            self.tell(NoticeKind::Info, "Only round tips have a hardness.");
        }
    }

    fn cycle_stabiliser(&mut self) {
        let mut brush = self.brushes.brush().clone();
        let (next, word) = match brush.stabiliser {
            Stabiliser::Off => (Stabiliser::Basic, "basic"),
            Stabiliser::Basic => (Stabiliser::Strong, "strong"),
            Stabiliser::Strong => (Stabiliser::Off, "off"),
        };
        brush.stabiliser = next;
        self.brushes.set(brush);
        self.tell(NoticeKind::Info, format!("Stabiliser: {word}."));
    }

    fn toggle_mirror(&mut self) {
        let page = self.page();
        let center = Point::new(f64::from(page.x0 + page.x1) / 2.0, f64::from(page.y0 + page.y1) / 2.0);
        self.options.symmetry = match self.options.symmetry {
            Symmetry::Off => Symmetry::Mirror { center, turns: 0.25 },
            Symmetry::Mirror { .. } | Symmetry::Radial { .. } => Symmetry::Off,
        };
    }
}
