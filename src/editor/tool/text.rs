//! Writes texts on layers of their own, which can be changed later.

use super::selecting::CLICK_PX;
use super::{Cursor, Cx, Handle, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::color::Rgba;
use crate::document::edit::{self, Place};
use crate::document::{Content, Document, Layer, LayerId, Pixels};
use crate::editor::opened::DocId;
use crate::geom::{Point, Rect};
use crate::paint::text::{self, Fonts, Placed, Text};
use crossbeam_channel::{Receiver, bounded};
use std::sync::Arc;

/// What the window asks of the text tool.
#[derive(Clone, Debug, PartialEq)]
pub enum TextCommand {
    /// The text is to be this.
    Edit(Text),
}

/// A text that is being written.
#[derive(Clone, Debug)]
pub struct Writing {
    doc: DocId,
    layer: LayerId,
    /// The text as it is now.
    pub placed: Placed,
    /// Whether it is a new one.
    pub fresh: bool,
    /// Counts texts, so that a window knows a new one from the last.
    pub number: u64,
    base: Document,
    bounds: Rect,
    /// The foreground when it was last looked at: another one colours the text.
    foreground: Rgba,
}

/// The text tool.
#[derive(Default)]
pub(super) struct TextTool {
    fonts: Option<Fonts>,
    /// The fonts of the system, on their way from the thread that looks for them.
    coming: Option<Receiver<Fonts>>,
    families: Vec<String>,
    writing: Option<Writing>,
    drag: Option<(Point, Point, bool)>,
    written: u64,
}

/// Characters of a layer's name that come from its text.
const NAME_CHARS: usize = 40;
/// Screen pixels around a text in which it can be taken.
const MARGIN_PX: f64 = 8.0;

impl TextTool {
    /// The text that is being written.
    pub(super) fn writing(&self) -> Option<&Writing> {
        self.writing.as_ref()
    }

    /// The names of font families, once they are known.
    pub(super) fn families(&self) -> &[String] {
        &self.families
    }

    fn look_for_fonts(&mut self) {
        if self.coming.is_some() || !self.families.is_empty() {
            return;
        }
        let (send, receive) = bounded(1);
        let found = std::thread::Builder::new().name("scumble-fonts".into()).spawn(move || {
            // Nobody waits for them if the program ends first.
            let _ = send.send(Fonts::system());
        });
        self.coming = found.is_ok().then_some(receive);
    }

    fn take_fonts(&mut self) {
        if let Some(fonts) = self.coming.as_ref().and_then(|coming| coming.try_recv().ok()) {
            self.families = fonts.families();
            self.fonts = Some(fonts);
            self.coming = None;
        }
    }

    /// Shows the text as it is now.
    fn show(&mut self, cx: &mut Cx) {
        self.take_fonts();
        let Some(writing) = &mut self.writing else { return };
        let mut doc = writing.base.clone();
        if writing.fresh {
            let layer = Layer::raster(writing.layer, "Text", Pixels::default());
            doc.reserve_layer_id(writing.layer);
            let place = Place::above(&doc, doc.active);
            edit::add(&mut doc, layer, place);
        }
        let named = doc.layer(writing.layer).map(|l| l.name.clone()).unwrap_or_default();
        let before = Placed::of_layer(&writing.base, writing.layer).map(|p| name_of(&p.text.text));
        if writing.fresh || before.is_some_and(|before| before == named) {
            edit::rename(&mut doc, writing.layer, &name_of(&writing.placed.text.text));
        }
        let fonts = self.fonts.get_or_insert_with(Fonts::embedded);
        text::set_layer(&mut doc, writing.layer, &writing.placed, fonts);
        writing.bounds = doc.layer(writing.layer).map(Layer::content_bounds).unwrap_or_default();
        cx.open.doc = doc;
    }

    /// Does what the window asks.
    pub(super) fn command(&mut self, cx: &mut Cx, command: TextCommand) -> bool {
        let TextCommand::Edit(text) = command;
        let Some(writing) = &mut self.writing else { return false };
        writing.placed.text = text;
        self.show(cx);
        true
    }

    fn press(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let at = event.pos();
        if let Some(writing) = &self.writing {
            if !reach(writing.bounds, writing.placed.at, cx.canvas_length(MARGIN_PX)).contains_point(at) {
                self.confirm(cx);
                return;
            }
        } else {
            self.take_up(cx, at);
        }
        self.drag = self.writing.as_ref().map(|writing| (at, writing.placed.at, false));
    }

    /// Begins a new text, or takes up the one that is there.
    fn take_up(&mut self, cx: &mut Cx, at: Point) {
        let base = cx.open.doc.clone();
        let found = text_at(base.layers(), at).and_then(|id| Some((id, Placed::of_layer(&base, id)?)));
        let foreground = cx.colors.foreground;
        let (layer, placed, fresh) = match found {
            Some((id, placed)) => {
                if base.layer(id).is_some_and(|layer| layer.locked) {
                    return cx
                        .warn("The text's layer is locked: unlock it in the layers panel to change it.");
                }
                edit::set_active(&mut cx.open.doc, id);
                (id, placed, false)
            }
            None => {
                let text = Text { text: String::new(), ..cx.options.text.clone() };
                let id = cx.open.doc.clone().next_layer_id();
                (id, Placed { text, at, color: foreground }, true)
            }
        };
        self.written += 1;
        let base = cx.open.doc.clone();
        let (doc, bounds, number) = (cx.open.id, Rect::default(), self.written);
        self.writing = Some(Writing { doc, layer, placed, fresh, number, base, bounds, foreground });
        self.show(cx);
    }

    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let click = cx.canvas_length(CLICK_PX);
        let (Some((from, start, moved)), Some(writing)) = (&mut self.drag, &mut self.writing) else { return };
        let by = event.pos() - *from;
        *moved |= by.length() > click;
        if *moved {
            // Whole pixels: a letter looks the same wherever it is dragged.
            let at = *start + Point::new(by.x.round(), by.y.round());
            if at != writing.placed.at {
                writing.placed.at = at;
                self.show(cx);
            }
        }
    }
}

trait ContainsPoint {
    fn contains_point(&self, p: Point) -> bool;
}

impl ContainsPoint for Rect {
    fn contains_point(&self, p: Point) -> bool {
        self.contains(p.x.floor() as i32, p.y.floor() as i32)
    }
}

/// Where a text can be taken; an empty one at its anchor.
fn reach(bounds: Rect, anchor: Point, margin: f64) -> Rect {
    let around = if bounds.is_empty() { Rect::around(&[anchor]) } else { bounds };
    around.grow(margin.ceil().clamp(1.0, 1e4) as i32)
}

/// The topmost text layer that is seen around a point.
fn text_at(layers: &[Arc<Layer>], at: Point) -> Option<LayerId> {
    layers.iter().rev().filter(|layer| layer.visible).find_map(|layer| match &layer.content {
        Content::Raster(pixels) => (layer.notes.contains_key(text::NOTE)
            && pixels.content_bounds().contains_point(at))
        .then_some(layer.id),
        Content::Group(children) => text_at(children, at),
    })
}

/// What a layer of that text is called.
fn name_of(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("Text");
    line.chars().take(NAME_CHARS).collect()
}

impl Tool for TextTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        self.take_fonts();
        match event.phase {
            Phase::Hover => {}
            Phase::Down => self.press(cx, event),
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                self.drag = None;
            }
        }
    }

    fn begin(&mut self, _cx: &mut Cx) {
        self.look_for_fonts();
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        self.drag = None;
        let Some(writing) = self.writing.take() else { return false };
        if writing.doc == cx.open.id {
            cx.open.doc = writing.base;
        }
        true
    }

    fn confirm(&mut self, cx: &mut Cx) -> bool {
        let Some(writing) = &self.writing else { return false };
        let empty = writing.fresh && writing.placed.text.text.trim().is_empty();
        let same = Placed::of_layer(&writing.base, writing.layer).as_ref() == Some(&writing.placed);
        if empty || same || writing.doc != cx.open.id {
            return self.cancel(cx);
        }
        cx.commit(if writing.fresh { "Text" } else { "Edit text" });
        self.drag = None;
        self.writing = None;
        true
    }

    fn nudge(&mut self, cx: &mut Cx, dx: i32, dy: i32) -> bool {
        let Some(writing) = &mut self.writing else { return false };
        writing.placed.at = writing.placed.at + Point::new(f64::from(dx), f64::from(dy));
        self.show(cx);
        true
    }

    fn refresh(&mut self, cx: &mut Cx) {
        self.take_fonts();
        let Some(writing) = &mut self.writing else { return };
        if writing.foreground != cx.colors.foreground {
            writing.foreground = cx.colors.foreground;
            writing.placed.color = cx.colors.foreground;
            self.show(cx);
        }
    }

    fn busy(&self) -> bool {
        self.writing.is_some()
    }

    fn holds_work(&self) -> Option<&'static str> {
        self.writing.as_ref().map(|_| "Text")
    }

    fn overlay(&self, _scene: &Scene, overlay: &mut Overlay) {
        let Some(writing) = &self.writing else { return };
        if !writing.bounds.is_empty() {
            overlay.line(writing.bounds.grow(2).corners().to_vec(), true);
        }
        overlay.handle(writing.placed.at, Handle::Round);
    }

    fn cursor(&self, scene: &Scene, at: Point, _held: Modifiers) -> Cursor {
        let margin = scene.canvas_length(MARGIN_PX);
        let over = |w: &Writing| reach(w.bounds, w.placed.at, margin).contains_point(at);
        if self.drag.is_some() || self.writing.as_ref().is_some_and(over) {
            Cursor::Move
        } else {
            Cursor::Text
        }
    }
}
