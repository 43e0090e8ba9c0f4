//! Scales, rotates, skews and bends a layer, or what is selected of it, by a box with handles.

mod frame;

use super::crop::REACH_PX;
use super::grip::{self, Grip};
use super::{Command, Cursor, Cx, Handle, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::LayerId;
use crate::editor::opened::DocId;
use crate::editor::work::Operation;
use crate::geom::{Point, Rect};
use crate::paint::transform::{Axis, masked};
pub(in crate::editor) use frame::BoxFrame;

/// What the options bar asks of the transform tool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TransformCommand {
    /// The top left of the rectangle around the box is to be there, canvas pixels.
    MoveTo {
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
    },
    /// The box is to be this many times as wide and high as what it holds; negative = flipped.
    Scale {
        /// Width.
        width: f64,
        /// Height.
        height: f64,
    },
    /// The box is to be turned so far clockwise, in turns.
    Rotate(f64),
    /// Exchanges left and right, or top and bottom.
    Flip(Axis),
    /// As it was.
    Reset,
}

/// Where the box is, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformState {
    /// Top left of the rectangle around it, canvas pixels.
    pub at: Point,
    /// Width and height by what it holds.
    pub scale: (f64, f64),
    /// Clockwise rotation in turns, -0.5..=0.5.
    pub turns: f64,
    /// Whether it differs from where it began.
    pub changed: bool,
}

/// The transform tool.
#[derive(Debug, Default)]
pub(super) struct TransformTool {
    session: Option<Session>,
}

#[derive(Debug)]
struct Session {
    doc: DocId,
    layer: LayerId,
    frame: BoxFrame,
    grab: Option<Grab>,
}

#[derive(Clone, Copy, Debug)]
struct Grab {
    what: What,
    at: Point,
    start: BoxFrame,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Grip(Grip),
    Pivot,
}

const STEP_TURNS: f64 = 1.0 / 24.0;
const PIVOT_PX: f64 = 7.0;

impl TransformTool {
    /// Takes the active layer up. Returns why not, if there is nothing to take.
    fn open(&mut self, cx: &Cx) -> Result<(), &'static str> {
        let doc = &cx.open.doc;
        let layer =
            doc.active.and_then(|id| doc.layer(id)).ok_or("No layer is chosen: click one in the panel.")?;
        if layer.locked {
            return Err("The layer is locked: unlock it in the layers panel to transform it.");
        }
        let bounds = match (&doc.selection, layer.pixels()) {
            (Some(mask), Some(pixels)) => masked(pixels, mask).content_bounds(),
            _ => layer.content_bounds(),
        };
        if bounds.is_empty() {
            let selected = doc.selection.is_some();
            return Err(if selected { "Nothing of the layer is selected." } else { "The layer is empty." });
        }
        self.session =
            Some(Session { doc: cx.open.id, layer: layer.id, frame: BoxFrame::around(bounds), grab: None });
        Ok(())
    }

    fn changed(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.frame.changed())
    }

    /// Where the box is.
    pub(super) fn state(&self) -> Option<TransformState> {
        self.session.as_ref().map(|s| s.frame.state())
    }

    /// Does what the options bar asks.
    pub(super) fn command(&mut self, cx: &mut Cx, command: TransformCommand) -> bool {
        let Some(session) = &mut self.session else { return false };
        session.frame = session.frame.told(command);
        self.show(cx);
        true
    }

    /// Has the picture made anew.
    fn show(&self, cx: &mut Cx) {
        let Some(session) = &self.session else { return };
        if !session.frame.changed() {
            return cx.ask(Command::CancelPreview);
        }
        if let Some(map) = session.frame.map() {
            cx.ask(Command::Preview(Operation::Transform(session.layer, map, cx.options.resample)));
        }
    }

    fn press(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if self.session.is_none()
            && let Err(why) = self.open(cx)
        {
            return cx.warn(why);
        }
        let scale = cx.canvas_length(1.0);
        let Some(session) = &mut self.session else { return };
        let what = session.under(event.pos(), scale);
        session.grab = Some(Grab { what, at: event.pos(), start: session.frame });
    }

    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let keep = cx.options.transform_keeps != event.modifiers.shift;
        let Some(session) = &mut self.session else { return };
        let Some(Grab { what, at, start }) = session.grab else { return };
        let (to, held) = (event.pos(), event.modifiers);
        if at == to {
            return;
        }
        let next = match what {
            What::Pivot => {
                session.frame.pivot = to;
                return;
            }
            What::Grip(Grip::Inside) => Some(start.moved(super::outline::along_axis(to - at, held.shift))),
            What::Grip(Grip::Outside) => {
                Some(start.rotated_between(at, to, held.shift.then_some(STEP_TURNS)))
            }
            What::Grip(grip) if held.ctrl => start.distorted(grip, to - at, held.shift),
            What::Grip(grip) => start.scaled(grip, at, to, keep, held.alt),
        };
        if let Some(next) = next.filter(|next| next.is_sound()) {
            session.frame = next;
            self.show(cx);
        }
    }
}

impl Session {
    /// What is at a canvas position; `scale` is the length of a screen pixel.
    fn under(&self, at: Point, scale: f64) -> What {
        if self.frame.pivot.distance(at) <= PIVOT_PX * scale {
            return What::Pivot;
        }
        What::Grip(grip::hit(&self.frame.quad, at, REACH_PX * scale))
    }
}

impl Tool for TransformTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if self.session.as_ref().is_some_and(|s| s.doc != cx.open.id) {
            self.session = None;
        }
        match event.phase {
            Phase::Hover => {
                if self.session.is_none() && !cx.previewing {
                    // Without a layer that can be taken up there is no box; why, a press says.
                    let _ = self.open(cx);
                }
            }
            Phase::Down => self.press(cx, event),
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                if let Some(session) = &mut self.session {
                    session.grab = None;
                }
            }
        }
    }

    fn begin(&mut self, cx: &mut Cx) {
        self.session = None;
        if !cx.previewing
            && let Err(why) = self.open(cx)
        {
            cx.warn(why);
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let changed = self.changed();
        if changed {
            cx.ask(Command::CancelPreview);
        }
        self.session = None;
        changed
    }

    fn confirm(&mut self, cx: &mut Cx) -> bool {
        if !self.changed() {
            return false;
        }
        self.show(cx);
        self.session = None;
        cx.ask(Command::ApplyPreview);
        true
    }

    fn applied(&mut self, cx: &mut Cx) {
        // The next box is around what there is now. Without a layer that can be taken up there is none.
        if !self.changed() && !self.busy() {
            self.session = None;
            let _ = self.open(cx);
        }
    }

    fn nudge(&mut self, cx: &mut Cx, dx: i32, dy: i32) -> bool {
        let Some(session) = &mut self.session else { return false };
        session.frame = session.frame.moved(Point::new(f64::from(dx), f64::from(dy)));
        self.show(cx);
        true
    }

    fn refresh(&mut self, cx: &mut Cx) {
        if self.changed() {
            self.show(cx);
        }
    }

    fn busy(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.grab.is_some())
    }

    fn holds_work(&self) -> Option<&'static str> {
        self.changed().then_some("Transform")
    }

    fn owns_preview(&self) -> bool {
        self.changed()
    }

    fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        let Some(session) = self.session.as_ref().filter(|s| s.doc == scene.open.id) else { return };
        let BoxFrame { quad, pivot, .. } = session.frame;
        overlay.line(quad.to_vec(), true);
        for at in quad.into_iter().chain(grip::middles(&quad)) {
            overlay.handle(at, Handle::Square);
        }
        overlay.handle(pivot, Handle::Cross);
        if session.grab.is_some_and(|grab| grab.what == What::Grip(Grip::Outside)) {
            overlay.label(pivot, format!("{:.1}°", session.frame.state().turns * 360.0));
        }
    }

    fn cursor(&self, scene: &Scene, at: Point, held: Modifiers) -> Cursor {
        let Some(session) = self.session.as_ref().filter(|s| s.doc == scene.open.id) else {
            return Cursor::Forbidden;
        };
        let what = session.grab.map_or_else(|| session.under(at, scene.canvas_length(1.0)), |grab| grab.what);
        match what {
            What::Pivot => Cursor::Press,
            What::Grip(Grip::Inside) => Cursor::Move,
            What::Grip(Grip::Outside) => Cursor::Rotate,
            What::Grip(Grip::Corner(_) | Grip::Edge(_)) if held.ctrl => Cursor::Distort,
            What::Grip(grip) => grip::outward(&session.frame.quad, grip)
                .map_or(Cursor::Move, |turns| Cursor::Resize { turns }),
        }
    }
}

impl BoxFrame {
    /// What a rectangle becomes.
    fn around(from: Rect) -> Self {
        let quad = from.corners();
        Self { from, quad, pivot: quad[0].lerp(quad[2], 0.5) }
    }
}
