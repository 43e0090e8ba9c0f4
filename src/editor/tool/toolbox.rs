//! One of each tool, and which one is in hand.

use super::brush::BrushTool;
use super::bucket::BucketTool;
use super::change::ChangeTool;
use super::crop::{CropTool, Outlook};
use super::gradient::GradientTool;
use super::lasso::LassoTool;
use super::marquee::MarqueeTool;
use super::move_layer::MoveTool;
use super::outline::OutlineDrag;
use super::page_handles::PageHandles;
use super::picker::PickerTool;
use super::polygon::PolygonTool;
use super::select_brush::SelectBrushTool;
use super::shape::ShapeTool;
use super::text::{TextTool, Writing};
use super::transform::{TransformState, TransformTool};
use super::wand::WandTool;
use super::{Cursor, Cx, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool, ToolCommand, ToolKind};
use crate::geom::{Point, Rect};

/// The states of all tools, and which one is in hand.
pub struct Toolbox {
    kind: ToolKind,
    brush: BrushTool,
    bucket: BucketTool,
    change: ChangeTool,
    gradient: GradientTool,
    shape: ShapeTool,
    text: TextTool,
    picker: PickerTool,
    /// Drags the outline of the selection, whichever selection tool is in hand.
    outline: OutlineDrag,
    page_handles: PageHandles,
    rect: MarqueeTool,
    ellipse: MarqueeTool,
    lasso: LassoTool,
    polygon: PolygonTool,
    wand: WandTool,
    select_color: WandTool,
    select_brush: SelectBrushTool,
    mover: MoveTool,
    transform: TransformTool,
    crop: CropTool,
    view: ViewTool,
}

/// Pan and zoom: the window does it all.
struct ViewTool(Cursor);

impl Tool for ViewTool {
    fn pointer(&mut self, _cx: &mut Cx, _event: &PointerEvent) {}

    fn cursor(&self, _scene: &Scene, _at: Point, _held: Modifiers) -> Cursor {
        self.0
    }
}

impl Default for Toolbox {
    fn default() -> Self {
        Self {
            kind: ToolKind::Brush,
            brush: BrushTool::default(),
            bucket: BucketTool::default(),
            change: ChangeTool::default(),
            gradient: GradientTool::default(),
            shape: ShapeTool::default(),
            text: TextTool::default(),
            picker: PickerTool::default(),
            outline: OutlineDrag::default(),
            page_handles: PageHandles::default(),
            rect: MarqueeTool::new(false),
            ellipse: MarqueeTool::new(true),
            lasso: LassoTool::default(),
            polygon: PolygonTool::default(),
            wand: WandTool::new(true),
            select_color: WandTool::new(false),
            select_brush: SelectBrushTool::default(),
            mover: MoveTool::default(),
            transform: TransformTool::default(),
            crop: CropTool::default(),
            view: ViewTool(Cursor::Grab),
        }
    }
}

impl Toolbox {
    /// The tool in hand.
    pub fn kind(&self) -> ToolKind {
        self.kind
    }

    fn tool(&self) -> &dyn Tool {
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser => &self.brush,
            ToolKind::Change => &self.change,
            ToolKind::Fill => &self.bucket,
            ToolKind::Gradient => &self.gradient,
            ToolKind::Shape => &self.shape,
            ToolKind::Text => &self.text,
            ToolKind::Picker => &self.picker,
            ToolKind::SelectRect => &self.rect,
            ToolKind::SelectEllipse => &self.ellipse,
            ToolKind::Lasso => &self.lasso,
            ToolKind::Polygon => &self.polygon,
            ToolKind::Wand => &self.wand,
            ToolKind::SelectColor => &self.select_color,
            ToolKind::SelectBrush => &self.select_brush,
            ToolKind::Move => &self.mover,
            ToolKind::Transform => &self.transform,
            ToolKind::Crop => &self.crop,
            ToolKind::Pan | ToolKind::Zoom => &self.view,
        }
    }

    fn tool_mut(&mut self) -> &mut dyn Tool {
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser => &mut self.brush,
            ToolKind::Change => &mut self.change,
            ToolKind::Fill => &mut self.bucket,
            ToolKind::Gradient => &mut self.gradient,
            ToolKind::Shape => &mut self.shape,
            ToolKind::Text => &mut self.text,
            ToolKind::Picker => &mut self.picker,
            ToolKind::SelectRect => &mut self.rect,
            ToolKind::SelectEllipse => &mut self.ellipse,
            ToolKind::Lasso => &mut self.lasso,
            ToolKind::Polygon => &mut self.polygon,
            ToolKind::Wand => &mut self.wand,
            ToolKind::SelectColor => &mut self.select_color,
            ToolKind::SelectBrush => &mut self.select_brush,
            ToolKind::Move => &mut self.mover,
            ToolKind::Transform => &mut self.transform,
            ToolKind::Crop => &mut self.crop,
            ToolKind::Pan | ToolKind::Zoom => &mut self.view,
        }
    }

    /// Takes a tool in hand. What the one before had open must be settled.
    pub fn take(&mut self, cx: &mut Cx, kind: ToolKind) {
        self.kind = kind;
        self.brush.eraser = kind == ToolKind::Eraser;
        self.view.0 = if kind == ToolKind::Zoom { Cursor::Zoom } else { Cursor::Grab };
        self.tool_mut().begin(cx);
    }

    /// Whether the tool paints, so that Alt borrows the picker.
    fn borrows_picker(&self, cx: &Cx) -> bool {
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser => !self.brush.wants_alt(cx),
            ToolKind::Fill => true,
            ToolKind::Gradient
            | ToolKind::Shape
            | ToolKind::Text
            | ToolKind::Picker
            | ToolKind::SelectRect
            | ToolKind::SelectEllipse
            | ToolKind::Lasso
            | ToolKind::Polygon
            | ToolKind::Wand
            | ToolKind::SelectColor
            | ToolKind::SelectBrush
            | ToolKind::Change
            | ToolKind::Move
            | ToolKind::Transform
            | ToolKind::Crop
            | ToolKind::Pan
            | ToolKind::Zoom => false,
        }
    }

    /// Whether a press inside the selection drags its outline.
    fn drags_outline(&self) -> bool {
        match self.kind {
            ToolKind::SelectRect
            | ToolKind::SelectEllipse
            | ToolKind::Lasso
            | ToolKind::Polygon
            | ToolKind::Wand
            | ToolKind::SelectColor => !self.tool().busy(),
            ToolKind::Brush
            | ToolKind::Eraser
            | ToolKind::Fill
            | ToolKind::Gradient
            | ToolKind::Shape
            | ToolKind::Text
            | ToolKind::Picker
            | ToolKind::SelectBrush
            | ToolKind::Change
            | ToolKind::Move
            | ToolKind::Transform
            | ToolKind::Crop
            | ToolKind::Pan
            | ToolKind::Zoom => false,
        }
    }

    /// Whether the handles of the page are at hand: tools that have handles of their own, or move the view, do without.
    fn shows_page_handles(&self) -> bool {
        let own = matches!(self.kind, ToolKind::Transform | ToolKind::Crop | ToolKind::Pan | ToolKind::Zoom);
        !own && !self.tool().busy() && !self.outline.busy() && !self.picker.busy()
    }

    /// What is said of a pull at the page, or of a handle that `pointer` is on.
    pub(in crate::editor) fn page_hint(&self, scene: &Scene, pointer: Option<Point>) -> Option<String> {
        let in_hand = (self.kind == ToolKind::Crop).then(|| self.crop.outlook(scene)).flatten();
        let text = match self.page_handles.outlook(scene).or(in_hand) {
            Some(Outlook::Filled) => {
                "Let go: the page grows and the model fills what is new, with the words of the Generate panel. \
                 Escape: as it was."
            }
            Some(Outlook::FilledLater) => {
                "Enter: the page grows and the model fills what is new. Escape: as it was."
            }
            Some(Outlook::Empty | Outlook::Shrinks) => {
                return self.page_handles.busy().then(|| {
                    "Let go: the page gets this size, nothing is generated. Escape: as it was.".to_owned()
                });
            }
            None if pointer.is_some_and(|at| self.on_page_handle(scene, at)) && scene.fills => {
                "Pull outward: the page grows and the model fills what is new. Pull inward: it shrinks. \
                 Switched off in the Generate menu."
            }
            None if pointer.is_some_and(|at| self.on_page_handle(scene, at)) => {
                "Pull outward: the page gets empty canvas. Pull inward: it shrinks."
            }
            None => return None,
        };
        Some(text.to_owned())
    }

    /// A few words beside the pointer on a handle of the page.
    pub(in crate::editor) fn handle_tip(&self, scene: &Scene, pointer: Point) -> Option<&'static str> {
        let words =
            if scene.fills { "Pull outward to extend the picture" } else { "Pull to resize the page" };
        (!self.busy() && self.on_page_handle(scene, pointer)).then_some(words)
    }

    fn on_page_handle(&self, scene: &Scene, at: Point) -> bool {
        self.shows_page_handles() && self.page_handles.is_at(scene, at)
    }

    /// The pointer did something over the canvas.
    pub fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if self.page_handles.busy() {
            return self.page_handles.pointer(cx, event);
        }
        if event.phase == Phase::Down && self.shows_page_handles() && self.page_handles.press(cx, event) {
            return;
        }
        let alt = event.modifiers.alt && event.phase == Phase::Down && !self.tool().busy();
        if self.picker.busy() || (alt && self.borrows_picker(cx)) {
            return self.picker.pointer(cx, event);
        }
        if self.outline.busy()
            || (event.phase == Phase::Down && self.drags_outline() && self.outline.takes(cx, event))
        {
            // A press that did not move is the tool's own.
            for event in self.outline.pointer(cx, event) {
                self.tool_mut().pointer(cx, &event);
            }
            return;
        }
        self.tool_mut().pointer(cx, event);
    }

    /// Escape: drops what is not finished. Returns whether there was anything.
    pub fn cancel(&mut self, cx: &mut Cx) -> bool {
        let borrowed = self.outline.cancel(cx) | self.picker.cancel(cx) | self.page_handles.cancel(cx);
        self.tool_mut().cancel(cx) | borrowed
    }

    /// Enter: finishes what is open. Returns whether there was anything.
    pub fn confirm(&mut self, cx: &mut Cx) -> bool {
        self.tool_mut().confirm(cx)
    }

    /// Another tool or another layer: applies what would be a loss, drops the rest.
    pub fn settle(&mut self, cx: &mut Cx) {
        if self.holds_work().is_none() || !self.confirm(cx) {
            self.cancel(cx);
        }
    }

    /// Takes the last part of what is open back: a corner of a polygon. Returns whether there was anything.
    pub fn step_back(&mut self, cx: &mut Cx) -> bool {
        self.tool_mut().step_back(cx)
    }

    /// Does what the options bar or a key asks. Returns whether there was anything to do.
    pub fn command(&mut self, cx: &mut Cx, command: ToolCommand) -> bool {
        match command {
            ToolCommand::Nudge { dx, dy } if self.drags_outline() => super::outline::nudge(cx, dx, dy),
            ToolCommand::Nudge { dx, dy } => self.tool_mut().nudge(cx, dx, dy),
            ToolCommand::Confirm => self.confirm(cx),
            ToolCommand::Cancel => self.cancel(cx),
            ToolCommand::Transform(command) => self.transform.command(cx, command),
            ToolCommand::Page(frame) => self.crop.set_frame(cx, frame),
            ToolCommand::Text(command) => self.text.command(cx, command),
        }
    }

    /// Options or colours changed.
    pub fn refresh(&mut self, cx: &mut Cx) {
        self.tool_mut().refresh(cx);
    }

    /// An operation was applied: a tool that shows what there is to take looks again.
    pub fn applied(&mut self, cx: &mut Cx) {
        self.tool_mut().applied(cx);
    }

    /// Whether a gesture is under way.
    pub fn busy(&self) -> bool {
        self.outline.busy() || self.picker.busy() || self.page_handles.busy() || self.tool().busy()
    }

    /// What has to be applied or cancelled before anything else changes, by name.
    pub fn holds_work(&self) -> Option<&'static str> {
        self.tool().holds_work()
    }

    /// Whether the operation that is previewed is this tool's own.
    pub fn owns_preview(&self) -> bool {
        self.tool().owns_preview()
    }

    /// The box of the transform tool, if it is in hand and has one.
    pub fn transform_state(&self) -> Option<TransformState> {
        if self.kind == ToolKind::Transform { self.transform.state() } else { None }
    }

    /// The frame of the page tool where it differs from the page.
    pub fn page_frame(&self) -> Option<Rect> {
        self.crop.frame()
    }

    /// The text that is being written.
    pub fn writing(&self) -> Option<&Writing> {
        self.text.writing()
    }

    /// The names of font families, once they are known.
    pub fn font_families(&self) -> &[String] {
        self.text.families()
    }

    /// What is drawn over the canvas.
    pub(in crate::editor) fn overlay(&self, scene: &Scene) -> Overlay {
        let mut overlay = Overlay::default();
        if self.shows_page_handles() {
            self.page_handles.overlay(scene, &mut overlay);
        }
        self.tool().overlay(scene, &mut overlay);
        if self.kind != ToolKind::Picker {
            self.picker.overlay(scene, &mut overlay);
        }
        overlay
    }

    /// What the pointer looks like at a canvas position.
    pub(in crate::editor) fn cursor(&self, scene: &Scene, at: Point, held: Modifiers) -> Cursor {
        if self.outline.busy()
            || (self.drags_outline() && super::outline::inside(scene.open, scene.options, at, held))
        {
            return Cursor::Move;
        }
        let handle = self.page_handles.cursor(scene, at).filter(|_| self.shows_page_handles());
        handle.unwrap_or_else(|| self.tool().cursor(scene, at, held))
    }
}
