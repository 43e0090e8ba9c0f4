//! Tools: what the pointer does on the canvas. A tool knows canvas positions and keys, no window.

mod brush;
pub mod overlay;
mod picker;

pub use brush::BrushTool;
pub use overlay::{Handle, Mark, Overlay};
pub use picker::PickerTool;

use super::action::Action;
use super::brushes::BrushShelf;
use super::colors::Colors;
use super::command::{Command, Effect, Notice, NoticeKind};
use super::opened::OpenDocument;
use super::options::ToolOptions;
use crate::document::LayerId;
use crate::geom::Point;
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
    /// Takes a colour.
    Picker,
    /// Moves the view.
    Pan,
    /// Zooms the view.
    Zoom,
}

impl ToolKind {
    /// In the order of the tool bar.
    pub const ALL: [ToolKind; 5] =
        [ToolKind::Brush, ToolKind::Eraser, ToolKind::Picker, ToolKind::Pan, ToolKind::Zoom];

    /// The action that takes it in hand; its label is the tool's name.
    pub const fn action(self) -> Action {
        match self {
            ToolKind::Brush => Action::ToolBrush,
            ToolKind::Eraser => Action::ToolEraser,
            ToolKind::Picker => Action::ToolPicker,
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
            ToolKind::Picker => "Click to take a colour as foreground, with Ctrl as background.",
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
    /// What is to be done afterwards.
    pub out: Outcome,
}

/// What a tool wants done after an event.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The document changed and this is the name of the step.
    pub commit: Option<String>,
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

/// The states of all tools, and which one is in hand.
#[derive(Debug)]
pub struct Toolbox {
    /// In hand.
    pub kind: ToolKind,
    brush: BrushTool,
    picker: PickerTool,
}

impl Default for Toolbox {
    fn default() -> Self {
        Self { kind: ToolKind::Brush, brush: BrushTool::default(), picker: PickerTool }
    }
}

impl Toolbox {
    /// The pointer did something over the canvas.
    pub fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        // Alt borrows the picker while painting, as everywhere.
        let painting = matches!(self.kind, ToolKind::Brush | ToolKind::Eraser);
        if painting && event.modifiers.alt && !self.brush.busy() && !self.brush.wants_alt(cx) {
            return self.picker.pointer(cx, event);
        }
        match self.kind {
            ToolKind::Brush => self.brush.pointer(cx, event, false),
            ToolKind::Eraser => self.brush.pointer(cx, event, true),
            ToolKind::Picker => self.picker.pointer(cx, event),
            ToolKind::Pan | ToolKind::Zoom => {}
        }
    }

    /// Escape, or another tool: drops what is not finished. Returns whether there was anything.
    pub fn cancel(&mut self, cx: &mut Cx) -> bool {
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser => self.brush.cancel(cx),
            ToolKind::Picker | ToolKind::Pan | ToolKind::Zoom => false,
        }
    }

    /// Enter: finishes what is open. Returns whether there was anything.
    pub fn confirm(&mut self, cx: &mut Cx) -> bool {
        let _ = cx;
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser | ToolKind::Picker | ToolKind::Pan | ToolKind::Zoom => false,
        }
    }

    /// Whether a gesture is under way.
    pub fn busy(&self) -> bool {
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser => self.brush.busy(),
            ToolKind::Picker | ToolKind::Pan | ToolKind::Zoom => false,
        }
    }

    /// Whether the operation that is previewed is this tool's own.
    pub fn owns_preview(&self) -> bool {
        false
    }

    /// What is drawn over the canvas.
    pub fn overlay(&self, open: &OpenDocument, options: &ToolOptions) -> Overlay {
        let mut overlay = Overlay::default();
        let _ = open;
        match self.kind {
            ToolKind::Brush | ToolKind::Eraser => self.brush.overlay(options, &mut overlay),
            ToolKind::Picker | ToolKind::Pan | ToolKind::Zoom => {}
        }
        overlay
    }
}
