//! Tools: what the pointer does on the canvas. A tool knows canvas positions and keys, no window.
//!
//! [`Toolbox`] holds one of each and asks the one in hand through the trait `Tool`. A tool changes the document it is
//! lent and says in [`Outcome`] what is to become of that: a step, a selection, a preview on the worker's thread.

mod brush;
mod bucket;
mod change;
mod crop;
mod gradient;
pub mod grip;
mod lasso;
mod marquee;
mod move_layer;
mod outline;
pub mod overlay;
mod page_handles;
mod picker;
mod polygon;
mod select_brush;
mod selecting;
mod shape;
mod stretch;
mod text;
mod toolbox;
mod transform;
mod wand;

pub use overlay::{Cursor, Handle, Mark, Overlay};
pub use text::TextCommand;
pub use toolbox::Toolbox;
pub use transform::{TransformCommand, TransformState};

use super::action::Action;
use super::brushes::BrushShelf;
use super::colors::Colors;
use super::command::{Command, Effect, Notice, NoticeKind};
use super::opened::OpenDocument;
use super::options::ToolOptions;
use crate::document::{LayerId, Mask};
use crate::geom::{Point, Rect};
use crate::paint::PenSample;
use serde::{Deserialize, Serialize};

/// What the pointer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It moved without being pressed.
    Hover,
    /// It was pressed.
    Down,
    /// It moved while pressed.
    Drag,
    /// It was let go.
    Up,
}

/// Keys that are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// Shift.
    pub shift: bool,
    /// Control, or the command key of a Mac.
    pub ctrl: bool,
    /// Alt, or option.
    pub alt: bool,
}

/// A pointer over the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct PointerEvent {
    /// What it did.
    pub phase: Phase,
    /// Every report since the last event, the newest last; canvas positions. Never empty.
    pub samples: Vec<PenSample>,
    /// Keys.
    pub modifiers: Modifiers,
    /// 1 for a first press, 2 for the second of a double click, and so on.
    pub clicks: u32,
}

impl PointerEvent {
    /// Where the pointer is, canvas pixels.
    pub fn pos(&self) -> Point {
        self.samples.last().map(|s| s.pos).unwrap_or_default()
    }

    /// The canvas pixel that it is on.
    pub fn pixel(&self) -> (i32, i32) {
        let p = self.pos();
        (p.x.floor() as i32, p.y.floor() as i32)
    }
}

/// Which tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToolKind {
    /// Paints.
    Brush,
    /// Erases with the brush in hand.
    Eraser,
    /// Paints how much generation may change.
    Change,
    /// Fills regions.
    Fill,
    /// Lays gradients.
    Gradient,
    /// Draws lines, rectangles and ellipses.
    Shape,
    /// Writes.
    Text,
    /// Takes a colour.
    Picker,
    /// Selects rectangles.
    SelectRect,
    /// Selects ellipses.
    SelectEllipse,
    /// Selects what is circled.
    Lasso,
    /// Selects polygons.
    Polygon,
    /// Selects regions of similar colour.
    Wand,
    /// Selects a colour wherever it is.
    SelectColor,
    /// Paints the selection.
    SelectBrush,
    /// Moves layers.
    Move,
    /// Scales, rotates and bends.
    Transform,
    /// Sets the page.
    Crop,
    /// Moves the view.
    Pan,
    /// Zooms the view.
    Zoom,
}

impl ToolKind {
    /// In the order of the tool bar.
    pub const ALL: [ToolKind; 20] = [
        ToolKind::Brush,
        ToolKind::Eraser,
        ToolKind::Change,
        ToolKind::Fill,
        ToolKind::Gradient,
        ToolKind::Shape,
        ToolKind::Text,
        ToolKind::Picker,
        ToolKind::SelectRect,
        ToolKind::SelectEllipse,
        ToolKind::Lasso,
        ToolKind::Polygon,
        ToolKind::Wand,
        ToolKind::SelectColor,
        ToolKind::SelectBrush,
        ToolKind::Move,
        ToolKind::Transform,
        ToolKind::Crop,
        ToolKind::Pan,
        ToolKind::Zoom,
    ];

    /// The action that takes it in hand; its label is the tool's name.
    pub const fn action(self) -> Action {
        match self {
            ToolKind::Brush => Action::ToolBrush,
            ToolKind::Eraser => Action::ToolEraser,
            ToolKind::Change => Action::ToolChange,
            ToolKind::Fill => Action::ToolFill,
            ToolKind::Gradient => Action::ToolGradient,
            ToolKind::Shape => Action::ToolShape,
            ToolKind::Text => Action::ToolText,
            ToolKind::Picker => Action::ToolPicker,
            ToolKind::SelectRect => Action::ToolSelectRect,
            ToolKind::SelectEllipse => Action::ToolSelectEllipse,
            ToolKind::Lasso => Action::ToolLasso,
            ToolKind::Polygon => Action::ToolPolygon,
            ToolKind::Wand => Action::ToolWand,
            ToolKind::SelectColor => Action::ToolSelectColor,
            ToolKind::SelectBrush => Action::ToolSelectBrush,
            ToolKind::Move => Action::ToolMove,
            ToolKind::Transform => Action::ToolTransform,
            ToolKind::Crop => Action::ToolCrop,
            ToolKind::Pan => Action::ToolPan,
            ToolKind::Zoom => Action::ToolZoom,
        }
    }

    /// What the status bar says about it.
    pub const fn hint(self) -> &'static str {
        match self {
            ToolKind::Brush => {
                "Paint. Shift: straight line from the last stroke. Alt: take a colour. [ ] size."
            }
            ToolKind::Eraser => "Erase with the brush in hand. Shift: straight line. [ ] size.",
            ToolKind::Change => {
                "Paint how much may be made anew: pressure is strength. Alt erases. Q goes back to the brush."
            }
            ToolKind::Fill => {
                "Click to fill with the foreground, drag over several regions. Alt: take a colour."
            }
            ToolKind::Gradient => "Drag from the first colour to the last. Shift: steps of 15°.",
            ToolKind::Shape => "Drag to draw. Shift: square, circle or steps of 15°. Alt: from the middle.",
            ToolKind::Text => {
                "Click to write, or on a text to change it; drag a text to move it. Ctrl+Enter applies."
            }
            ToolKind::Picker => "Click to take a colour as foreground, with Ctrl as background.",
            ToolKind::SelectRect => {
                "Drag to select. Shift first: add, then: square. Alt first: subtract, then: from the middle. Click: deselect."
            }
            ToolKind::SelectEllipse => {
                "Drag to select. Shift first: add, then: circle. Alt first: subtract, then: from the middle. Click: deselect."
            }
            ToolKind::Lasso => "Drag around what to select. Shift: add. Alt: subtract. Both: intersect.",
            ToolKind::Polygon => {
                "Click corners; Enter, a double click or the first corner closes. Backspace: one back. Shift: steps of 15°."
            }
            ToolKind::Wand => "Click a region of similar colour. Shift: add. Alt: subtract. Both: intersect.",
            ToolKind::SelectColor => {
                "Click a colour to select it everywhere. Shift: add. Alt: subtract. Both: intersect."
            }
            ToolKind::SelectBrush => "Paint the selection. Alt: erase it. [ ] size.",
            ToolKind::Move => {
                "Drag the layer, or what is selected of it. Shift: along one axis. Arrows: 1 px, with Shift 10 px."
            }
            ToolKind::Transform => {
                "Drag handles; outside: rotate. Shift: proportions. Alt: about the pivot. Ctrl: distort. Enter applies."
            }
            ToolKind::Crop => {
                "Drag edges, corners or a new page. Shift: proportions. Alt: both sides. Ctrl: steps of 8 px. Enter applies."
            }
            ToolKind::Pan => "Drag to move the view.",
            ToolKind::Zoom => {
                "Click to zoom in, with Alt to zoom out; drag up or down to zoom about the point."
            }
        }
    }
}

/// What a tool works with.
pub struct Cx<'a> {
    /// The document.
    pub open: &'a mut OpenDocument,
    /// Options.
    pub options: &'a ToolOptions,
    /// The brush in hand.
    pub brushes: &'a mut BrushShelf,
    /// Colours.
    pub colors: &'a mut Colors,
    /// Whether any brush erases.
    pub erase: bool,
    /// The clock.
    pub now_secs: f64,
    /// Whether an operation is being previewed.
    pub previewing: bool,
    /// Whether a model fills what is new where the page is pulled larger.
    pub fills: bool,
    /// What is to be done afterwards.
    pub out: Outcome,
}

/// What a tool wants done after an event.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The document changed and this is the name of the step.
    pub commit: Option<String>,
    /// The same for values that change again and again: the layer and the name.
    pub merge: Option<(LayerId, &'static str)>,
    /// The selection is to be this, in a step of this name.
    pub selection: Option<(&'static str, Option<Mask>)>,
    /// For the editor.
    pub commands: Vec<Command>,
    /// For the window.
    pub effects: Vec<Effect>,
}

impl Cx<'_> {
    /// The document changed: an undo step of this name.
    pub fn commit(&mut self, name: impl Into<String>) {
        self.out.commit = Some(name.into());
    }

    /// The selection is to be `selection`: an undo step of this name, unless it is so already.
    pub fn select(&mut self, name: &'static str, selection: Option<Mask>) {
        self.out.selection = Some((name, selection));
    }

    /// Asks the editor for something once the tool is done.
    pub fn ask(&mut self, command: Command) {
        self.out.commands.push(command);
    }

    /// The document changed: an undo step of this name, or more of the step before if that was of the same name, on the
    /// same layer, a moment ago.
    pub fn commit_merging(&mut self, layer: LayerId, name: &'static str) {
        self.out.merge = Some((layer, name));
    }

    /// Tells the person why nothing happens.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.out.effects.push(Effect::Tell(Notice { kind: NoticeKind::Warning, text: text.into() }));
    }

    /// The layer that can be painted on; otherwise says why there is none.
    pub fn paintable(&mut self) -> Option<LayerId> {
        match paintable(self.open) {
            Ok(id) => Some(id),
            Err(why) => {
                self.warn(why);
                None
            }
        }
    }

    /// The same for tools that know no masks.
    pub fn paintable_pixels(&mut self) -> Option<LayerId> {
        if self.open.edit_mask {
            self.warn("This tool works on pixels, not on masks: stop painting on the layer mask to use it.");
            return None;
        }
        self.paintable()
    }

    /// Canvas pixels of a length in physical screen pixels.
    pub fn canvas_length(&self, screen_px: f64) -> f64 {
        screen_px / self.open.viewport.zoom
    }
}

/// The active layer if it can be painted on, or the reason why it cannot.
pub fn paintable(open: &OpenDocument) -> Result<LayerId, &'static str> {
    let doc = &open.doc;
    let Some(layer) = doc.active.and_then(|id| doc.layer(id)) else {
        return Err("No layer is chosen: add one or click one in the layers panel.");
    };
    if layer.locked {
        return Err("The layer is locked: unlock it in the layers panel to change it.");
    }
    if !layer.visible {
        return Err("The layer is hidden: show it to paint on it.");
    }
    if layer.pixels().is_none() && !open.edit_mask {
        return Err("A group holds no paint: choose a layer in it.");
    }
    Ok(layer.id)
}

/// What a tool is asked that has no pointer.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolCommand {
    /// Moves what the tool holds by canvas pixels.
    Nudge {
        /// To the right.
        dx: i32,
        /// Down.
        dy: i32,
    },
    /// As [`super::Editor::confirm`].
    Confirm,
    /// As [`super::Editor::escape`].
    Cancel,
    /// Transform tool.
    Transform(TransformCommand),
    /// Page and crop tool: the frame is to be this.
    Page(Rect),
    /// Text tool.
    Text(TextCommand),
}

/// What a tool that is only looked at may see.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The document.
    pub(super) open: &'a OpenDocument,
    /// Options.
    pub(super) options: &'a ToolOptions,
    /// As [`Cx::fills`].
    pub(super) fills: bool,
}

impl Scene<'_> {
    /// Canvas pixels of a length in physical screen pixels.
    fn canvas_length(&self, screen_px: f64) -> f64 {
        screen_px / self.open.viewport.zoom
    }
}

/// A tool. What most tools have nothing to say to has an answer here.
trait Tool {
    /// The pointer did something over the canvas.
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent);

    /// It was taken in hand.
    fn begin(&mut self, cx: &mut Cx) {
        let _ = cx;
    }

    /// Drops what is not finished. Returns whether there was anything.
    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let _ = cx;
        false
    }

    /// Finishes what is open. Returns whether there was anything.
    fn confirm(&mut self, cx: &mut Cx) -> bool {
        let _ = cx;
        false
    }

    /// Takes the last part of what is open back. Returns whether there was anything.
    fn step_back(&mut self, cx: &mut Cx) -> bool {
        let _ = cx;
        false
    }

    /// Moves what it holds by whole canvas pixels. Returns whether it holds anything.
    fn nudge(&mut self, cx: &mut Cx, dx: i32, dy: i32) -> bool {
        let _ = (cx, dx, dy);
        false
    }

    /// Options or colours changed.
    fn refresh(&mut self, cx: &mut Cx) {
        let _ = cx;
    }

    /// An operation was applied, its own or another.
    fn applied(&mut self, cx: &mut Cx) {
        let _ = cx;
    }

    /// Whether a gesture is under way.
    fn busy(&self) -> bool {
        false
    }

    /// Whether it holds work that nothing else may push away: it has to be applied or cancelled first. Its name.
    fn holds_work(&self) -> Option<&'static str> {
        None
    }

    /// Whether the operation that is previewed is its own.
    fn owns_preview(&self) -> bool {
        false
    }

    /// What is drawn over the canvas.
    fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        let _ = (scene, overlay);
    }

    /// What the pointer looks like at a canvas position.
    fn cursor(&self, scene: &Scene, at: Point, held: Modifiers) -> Cursor {
        let _ = (scene, at, held);
        Cursor::Cross
    }
}
