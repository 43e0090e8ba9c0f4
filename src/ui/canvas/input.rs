//! Pointer, pen, wheel and fingers over the canvas.
//!
//! Every event of a frame counts: a fast stroke has many in one frame, and each is a sample of the curve.

use super::overlay;
use crate::editor::tool::{Cursor, Modifiers, Phase, PointerEvent, ToolKind};
use crate::editor::{Command, Editor, ViewCommand, Viewport};
use crate::geom::Point;
use crate::paint::PenSample;
use crate::ui::pen::PenState;
use crate::ui::widgets::Frame;
use eframe::egui::{
    self, CursorIcon, Event, Key, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, Rect, Response,
    TouchPhase, Ui,
};

/// Something for the editor that is not a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// For the tool in hand.
    Pointer(PointerEvent),
    /// Drop what is under way: a second finger came down.
    Escape,
}

/// What a drag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drag {
    Tool,
    Pan,
    Rotate,
    Zoom { from: Pos2 },
}

/// What is pressed and where.
#[derive(Debug, Default)]
pub struct Input {
    drag: Option<(Drag, PointerButton)>,
    /// Last position on the screen in points.
    last: Option<Pos2>,
    /// On the canvas.
    canvas: Option<Point>,
    /// Of the finger or pen that is down.
    force: Option<f32>,
    touching: usize,
    last_press: Option<(f64, Pos2)>,
    clicks: u32,
    last_secs: f64,
    /// What a tablet reports beside the pointer.
    pub pen: PenState,
    /// Where something else lies over the canvas and takes the pointer, points.
    pub taken: Vec<Rect>,
}

/// Presses within this time and distance are one double click.
const DOUBLE_SECS: f64 = 0.35;
const DOUBLE_POINTS: f32 = 6.0;

impl Input {
    /// Where the pointer is on the canvas.
    pub fn pointer(&self) -> Option<Point> {
        self.canvas
    }

    /// Whether something that lies over the canvas takes the pointer there.
    pub fn is_taken(&self, pos: Pos2) -> bool {
        self.drag.is_none() && self.taken.iter().any(|rect| rect.contains(pos))
    }

    /// Takes what happened in this frame.
    pub fn read(&mut self, ui: &Ui, rect: Rect, response: &Response, frame: &mut Frame) -> Vec<Deed> {
        let ctx = ui.ctx();
        let (events, modifiers, space, now) =
            ctx.input(|i| (i.events.clone(), i.modifiers, i.key_down(Key::Space), i.time));
        let typing = ctx.text_edit_focused();
        let over = response.contains_pointer();
        let scale = f64::from(ctx.pixels_per_point());
        let mut deeds = Vec::new();
        if self.fingers(ui, rect, scale, frame, &mut deeds) {
            // Fingers that come or go meanwhile are counted all the same: the last one takes its force with it.
            for event in &events {
                if let Event::Touch { phase, .. } = event {
                    self.count_finger(*phase);
                }
            }
            self.last_secs = now;
            return deeds;
        }
        let held = Modifiers { shift: modifiers.shift, ctrl: modifiers.command, alt: modifiers.alt };
        // The events of a frame came one after the other since the last frame; when, nobody says.
        let n = events.len().max(1) as f64;
        let since = self.last_secs.max(now - 0.1);
        let mut samples: Vec<PenSample> = Vec::new();
        let flush = |samples: &mut Vec<PenSample>, phase: Phase, clicks: u32, deeds: &mut Vec<Deed>| {
            if !samples.is_empty() {
                let samples = std::mem::take(samples);
                deeds.push(Deed::Pointer(PointerEvent { phase, samples, modifiers: held, clicks }));
            }
        };
        for (i, event) in events.iter().enumerate() {
            let time = since + (now - since) * (i + 1) as f64 / n;
            match event {
                Event::Touch { phase, force, .. } => {
                    self.count_finger(*phase);
                    match phase {
                        TouchPhase::Start => self.force = force.filter(|f| *f > 0.0),
                        TouchPhase::Move => self.force = force.filter(|f| *f > 0.0).or(self.force),
                        // Until the button is let go, which comes after it.
                        TouchPhase::End | TouchPhase::Cancel => {}
                    }
                }
                Event::PointerMoved(pos) => {
                    let from = self.last.replace(*pos);
                    let sample = self.sample(*pos, rect, scale, frame.editor, time);
                    let over = over && !self.is_taken(*pos);
                    self.canvas = over.then_some(sample.pos);
                    match self.drag {
                        Some((Drag::Tool, _)) => samples.push(sample),
                        Some((drag, _)) => self.navigate(drag, from, *pos, rect, scale, frame),
                        None if over => samples.push(sample),
                        None => {}
                    }
                }
                Event::PointerButton { pos, button, pressed: true, .. } => {
                    // By the end of a slow frame the pointer may be elsewhere.
                    let over = if moved_on(ctx, *pos) { lies_at(ctx, response, *pos) } else { over };
                    if self.drag.is_some() || !over || !rect.contains(*pos) || self.is_taken(*pos) {
                        continue;
                    }
                    flush(&mut samples, Phase::Hover, 0, &mut deeds);
                    self.last = Some(*pos);
                    let drag = kind_of(frame.editor.tool(), *button, space && !typing, held, *pos);
                    let Some(drag) = drag else { continue };
                    self.drag = Some((drag, *button));
                    let double = self
                        .last_press
                        .is_some_and(|(t, p)| now - t < DOUBLE_SECS && p.distance(*pos) < DOUBLE_POINTS);
                    self.clicks = if double { self.clicks + 1 } else { 1 };
                    self.last_press = Some((now, *pos));
                    if drag == Drag::Tool {
                        samples.push(self.sample(*pos, rect, scale, frame.editor, time));
                        flush(&mut samples, Phase::Down, self.clicks, &mut deeds);
                    }
                }
                Event::PointerButton { pos, button, pressed: false, .. } => {
                    let Some((drag, with)) = self.drag else { continue };
                    if with != *button {
                        continue;
                    }
                    self.drag = None;
                    match drag {
                        Drag::Tool => {
                            flush(&mut samples, Phase::Drag, self.clicks, &mut deeds);
                            samples.push(self.sample(*pos, rect, scale, frame.editor, time));
                            flush(&mut samples, Phase::Up, self.clicks, &mut deeds);
                        }
                        Drag::Zoom { from } if from.distance(*pos) < 4.0 => {
                            let anchor = screen(*pos, rect, scale);
                            let factor = if held.alt { 0.5 } else { 2.0 };
                            frame.ask(Command::View(ViewCommand::ZoomBy { factor, anchor }));
                        }
                        Drag::Pan | Drag::Rotate | Drag::Zoom { .. } => {}
                    }
                    if self.touching == 0 {
                        self.force = None;
                    }
                }
                Event::PointerGone => self.canvas = None,
                Event::MouseWheel { unit, delta, source, modifiers, .. } if over => {
                    self.wheel(*unit, *delta, *source, *modifiers, rect, scale, frame);
                }
                Event::Zoom(factor) if over => {
                    let anchor = screen(self.last.unwrap_or(rect.center()), rect, scale);
                    frame.ask(Command::View(ViewCommand::ZoomBy { factor: f64::from(*factor), anchor }));
                }
                _ => {}
            }
        }
        let phase = if matches!(self.drag, Some((Drag::Tool, _))) { Phase::Drag } else { Phase::Hover };
        flush(&mut samples, phase, self.clicks, &mut deeds);
        self.last_secs = now;
        deeds
    }

    fn count_finger(&mut self, phase: TouchPhase) {
        match phase {
            TouchPhase::Start => self.touching += 1,
            TouchPhase::Move => {}
            TouchPhase::End | TouchPhase::Cancel => {
                self.touching = self.touching.saturating_sub(1);
                if self.touching == 0 && self.drag.is_none() {
                    self.force = None;
                }
            }
        }
    }

    fn sample(&self, pos: Pos2, rect: Rect, scale: f64, editor: &Editor, time_secs: f64) -> PenSample {
        let canvas = editor.viewport().to_canvas(screen(pos, rect, scale));
        let pressure = self.force.or(self.pen.pressure.filter(|_| self.pen.near));
        PenSample { pos: canvas, pressure, tilt: self.pen.tilt, time_secs }
    }

    fn navigate(&self, drag: Drag, from: Option<Pos2>, to: Pos2, rect: Rect, scale: f64, frame: &mut Frame) {
        let Some(from) = from else { return };
        let (a, b) = (screen(from, rect, scale), screen(to, rect, scale));
        let command = match drag {
            Drag::Tool => return,
            Drag::Pan => ViewCommand::Pan { dx: b.x - a.x, dy: b.y - a.y },
            Drag::Rotate => {
                let c = rect.center();
                let angle = |p: Pos2| f64::from((p.y - c.y).atan2(p.x - c.x)) / std::f64::consts::TAU;
                ViewCommand::RotateBy { turns: angle(to) - angle(from), anchor: screen(c, rect, scale) }
            }
            Drag::Zoom { from: begun } => {
                let up = f64::from(from.y - to.y);
                ViewCommand::ZoomBy { factor: (up * 0.01).exp(), anchor: screen(begun, rect, scale) }
            }
        };
        frame.ask(Command::View(command));
    }

    /// A wheel zooms about the pointer; a trackpad pans, and zooms with Ctrl.
    #[allow(clippy::too_many_arguments)]
    fn wheel(
        &self,
        unit: MouseWheelUnit,
        delta: egui::Vec2,
        source: MouseWheelSource,
        held: egui::Modifiers,
        rect: Rect,
        scale: f64,
        frame: &mut Frame,
    ) {
        let pad = match source {
            MouseWheelSource::Trackpad | MouseWheelSource::Momentum => true,
            MouseWheelSource::Wheel => false,
            MouseWheelSource::Unknown => unit == MouseWheelUnit::Point,
        };
        let points = match unit {
            MouseWheelUnit::Point => 1.0,
            MouseWheelUnit::Line => 50.0,
            MouseWheelUnit::Page => f64::from(rect.height()),
        };
        let (dx, dy) = (f64::from(delta.x) * points, f64::from(delta.y) * points);
        let anchor = screen(self.last.unwrap_or(rect.center()), rect, scale);
        let command = if (pad || held.shift || held.alt) && !held.command {
            // Shift turns an upright wheel sideways where the system does not.
            let sideways = held.shift && dx == 0.0;
            let (dx, dy) = if sideways { (dy, 0.0) } else { (dx, dy) };
            ViewCommand::Pan { dx: dx * scale, dy: dy * scale }
        } else {
            ViewCommand::ZoomBy { factor: (dy * 0.004).exp(), anchor }
        };
        frame.ask(Command::View(command));
    }

    /// Two fingers pan, zoom and rotate; what the first one began to paint is taken back.
    fn fingers(&mut self, ui: &Ui, rect: Rect, scale: f64, frame: &mut Frame, deeds: &mut Vec<Deed>) -> bool {
        let Some(touch) = ui.ctx().multi_touch() else { return false };
        if touch.num_touches < 2 {
            return false;
        }
        if self.drag.take().is_some() {
            deeds.push(Deed::Escape);
        }
        let anchor = screen(touch.center_pos, rect, scale);
        let d = touch.translation_delta;
        frame.ask(Command::View(ViewCommand::Pan { dx: f64::from(d.x) * scale, dy: f64::from(d.y) * scale }));
        frame.ask(Command::View(ViewCommand::ZoomBy { factor: f64::from(touch.zoom_delta), anchor }));
        let turns = f64::from(touch.rotation_delta) / std::f64::consts::TAU;
        frame.ask(Command::View(ViewCommand::RotateBy { turns, anchor }));
        true
    }

    /// The pointer's look: the outline of the brush, or a cursor that says what a drag does.
    pub fn cursor(&self, ui: &Ui, rect: Rect, response: &Response, editor: &Editor) {
        if !response.contains_pointer() || self.last.is_some_and(|pos| self.is_taken(pos)) {
            return;
        }
        let (space, held) = ui.input(|i| (i.key_down(Key::Space), i.modifiers));
        let held = Modifiers { shift: held.shift, ctrl: held.command, alt: held.alt };
        let looks = match self.canvas {
            Some(at) => editor.cursor(at, held),
            None => Cursor::Cross,
        };
        let view = editor.viewport();
        let points = |canvas_px: f64| (canvas_px * view.zoom / f64::from(ui.ctx().pixels_per_point())) as f32;
        let painter = ui.painter().with_clip_rect(rect);
        let icon = match (self.drag, looks) {
            (Some((Drag::Pan, _)), _) => CursorIcon::Grabbing,
            _ if space => CursorIcon::Grab,
            (_, Cursor::Grab) => CursorIcon::Grab,
            (_, Cursor::Zoom) => CursorIcon::ZoomIn,
            (_, Cursor::Cross) => CursorIcon::Crosshair,
            (_, Cursor::Brush) => match self.last.filter(|_| editor.settings().brush_outline) {
                Some(pos) => {
                    let brush = editor.brushes().brush();
                    let turns = brush.angle_turns + view.turns as f32;
                    let turns = if view.mirrored { -turns } else { turns };
                    let radius = points(f64::from(brush.size_px) / 2.0);
                    overlay::brush_outline(&painter, pos, radius, brush.roundness, turns);
                    CursorIcon::None
                }
                None => CursorIcon::Crosshair,
            },
            (_, Cursor::Ring { diameter_px }) => match self.last {
                Some(pos) => {
                    overlay::brush_outline(&painter, pos, points(diameter_px / 2.0), 1.0, 0.0);
                    CursorIcon::None
                }
                None => CursorIcon::Crosshair,
            },
            (_, Cursor::Move) => CursorIcon::Move,
            (_, Cursor::Resize { turns }) => resize_icon(turns, view),
            (_, Cursor::Rotate) => CursorIcon::Alias,
            (_, Cursor::Distort) => CursorIcon::AllScroll,
            (_, Cursor::Text) => CursorIcon::Text,
            (_, Cursor::Press) => CursorIcon::PointingHand,
            (_, Cursor::Forbidden) => CursorIcon::NotAllowed,
        };
        ui.ctx().set_cursor_icon(icon);
    }
}

/// The double arrow that is nearest to a canvas direction as it lies on the screen.
fn resize_icon(turns: f64, view: &Viewport) -> CursorIcon {
    let seen = turns + view.turns;
    let seen = if view.mirrored { 0.5 - seen } else { seen };
    match (seen * 8.0).round().rem_euclid(4.0) as u8 {
        0 => CursorIcon::ResizeHorizontal,
        1 => CursorIcon::ResizeNwSe,
        2 => CursorIcon::ResizeVertical,
        _ => CursorIcon::ResizeNeSw,
    }
}

/// What pressing that button does.
fn kind_of(tool: ToolKind, button: PointerButton, space: bool, held: Modifiers, at: Pos2) -> Option<Drag> {
    match button {
        PointerButton::Middle => Some(if held.shift { Drag::Rotate } else { Drag::Pan }),
        PointerButton::Primary if space => Some(match (held.ctrl, held.shift) {
            (true, _) => Drag::Zoom { from: at },
            (false, true) => Drag::Rotate,
            (false, false) => Drag::Pan,
        }),
        PointerButton::Primary if tool == ToolKind::Pan => Some(Drag::Pan),
        PointerButton::Primary if tool == ToolKind::Zoom => Some(Drag::Zoom { from: at }),
        PointerButton::Primary => Some(Drag::Tool),
        PointerButton::Secondary | PointerButton::Extra1 | PointerButton::Extra2 => None,
    }
}

/// Whether the pointer was somewhere else by the end of the frame.
fn moved_on(ctx: &egui::Context, pos: Pos2) -> bool {
    ctx.input(|i| i.pointer.latest_pos()) != Some(pos)
}

/// Whether no window and no menu lies over a widget there.
fn lies_at(ctx: &egui::Context, widget: &Response, pos: Pos2) -> bool {
    widget.rect.contains(pos) && ctx.layer_id_at(pos).is_none_or(|layer| layer == widget.layer_id)
}

/// Physical pixels of the view.
fn screen(pos: Pos2, rect: Rect, scale: f64) -> Point {
    Point::new(f64::from(pos.x - rect.min.x) * scale, f64::from(pos.y - rect.min.y) * scale)
}
