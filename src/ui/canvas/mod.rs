//! The canvas in the window: drawn by the GPU, painted on by pointer, pen and fingers.

pub mod adapter;
mod frame;
mod gpu;
mod input;
mod overlay;
pub mod picture;
mod torus;

use super::pen::PenState;
use super::widgets::Frame;
use crate::editor::{Command, ViewCommand};
use crate::geom::Point;
use crossbeam_channel::unbounded;
use eframe::egui::{self, Response, Role, Sense, Ui, WidgetInfo};
use eframe::egui_wgpu;
use picture::PictureView;
use std::time::Duration;

pub use input::Deed;
use input::Input;

/// How often the outline of the selection moves.
const ANTS: Duration = Duration::from_millis(125);
/// How long it moves after anything was done, in seconds: then an idle window costs nothing with a selection either.
const ANTS_MOVE_SECS: f64 = 4.0;

/// The canvas.
pub struct Canvas {
    picture: PictureView,
    input: Input,
    frame: frame::FrameHandles,
    linear_target: bool,
    focused_once: bool,
    /// When somebody last did something, on egui's clock.
    last_deed: f64,
}

impl Canvas {
    /// With a renderer the picture is drawn; without one (in tests) everything else works.
    pub fn new(state: Option<&egui_wgpu::RenderState>) -> Self {
        let messages = state.map(|state| {
            let (send, receive) = unbounded();
            let gpu = gpu::CanvasGpu::new(state, receive);
            state.renderer.write().callback_resources.insert(gpu);
            send
        });
        let linear_target = state.is_some_and(|s| s.target_format.is_srgb());
        Self {
            picture: PictureView::new(messages),
            input: Input::default(),
            frame: frame::FrameHandles::default(),
            linear_target,
            focused_once: false,
            last_deed: 0.0,
        }
    }

    /// What the pen reports from now on.
    pub fn set_pen(&mut self, pen: PenState) {
        self.input.pen = pen;
    }

    /// What the pen reported last.
    pub fn pen(&self) -> PenState {
        self.input.pen
    }

    /// Where the pointer is on the canvas.
    pub fn pointer(&self) -> Option<Point> {
        self.input.pointer()
    }

    /// Draws it and takes input. Pointer events for tools are returned; they are the editor's at once, before commands.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) -> (Response, Vec<Deed>) {
        let (_, rect) = ui.allocate_space(ui.available_size());
        // An id of its own: it keeps the focus when panels around it come and go.
        let response = ui.interact(rect, egui::Id::unique("canvas"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Canvas"));
        let scale = f64::from(ui.ctx().pixels_per_point());
        let size = (f64::from(rect.width()) * scale, f64::from(rect.height()) * scale);
        let (w, h) = (size.0.round(), size.1.round());
        if frame.editor.viewport().size_px != (w, h) {
            frame.ask(Command::View(ViewCommand::Resize { width: w, height: h }));
        }
        // Tab, arrows and Escape are the canvas' own while it has the focus.
        let pressed = ui.input(|i| i.pointer.any_pressed().then(|| i.pointer.interact_pos()).flatten());
        let pressed = pressed.is_some_and(|pos| response.contains_pointer() && !self.input.is_taken(pos));
        if !self.focused_once || pressed {
            response.request_focus();
            self.focused_once = true;
        }
        if response.has_focus() {
            let filter =
                egui::EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
            ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
            arrows(ui, frame);
        }
        let deeds = self.input.read(ui, rect, &response, frame);
        self.draw(ui, rect, frame);
        overlay::draw(ui, rect, frame.editor, self.input.pointer());
        self.frame.show(ui, rect, frame, &response);
        self.input.taken = self.frame.take_spots();
        self.input.cursor(ui, rect, &response, frame.editor);
        (response, deeds)
    }

    fn draw(&mut self, ui: &mut Ui, rect: egui::Rect, frame: &Frame) {
        let editor = frame.editor;
        let ctx = ui.ctx().clone();
        let scale = ctx.pixels_per_point();
        let mut looks = super::theme::canvas_looks(ui.visuals().dark_mode, scale);
        looks.pixel_grid = editor.settings().pixel_grid;
        looks.linear_target = self.linear_target;
        let doc = editor.shown();
        if doc.selection.is_some() {
            let (time, focused, deed) = ctx.input(|i| (i.time, i.focused, !i.events.is_empty()));
            if deed {
                self.last_deed = time;
            }
            looks.phase = (((time / ANTS.as_secs_f64()).floor() / 8.0).fract()) as f32;
            // A window in the background stands still, and so does one that nobody touches.
            if focused && time - self.last_deed < ANTS_MOVE_SECS {
                ctx.request_repaint_after(ANTS);
            }
        }
        let view = editor.viewport();
        let focus = self.input.pointer().unwrap_or(view.center);
        let window = ((rect.min.x * scale).round(), (rect.min.y * scale).round());
        let (draw, more) = self.picture.update(editor.open().id, doc, view, focus, &looks, window);
        if let Some(draw) = draw {
            ui.painter().add(egui_wgpu::Callback::new_paint_callback(rect, draw));
        }
        if more {
            ctx.request_repaint();
        }
    }
}

/// Arrow keys move what the tool in hand moves: by one pixel, with Shift by ten.
fn arrows(ui: &Ui, frame: &mut Frame) {
    let pressed = |event: &egui::Event| {
        let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return None };
        if modifiers.command || modifiers.alt {
            return None;
        }
        let (right, down) = match key {
            egui::Key::ArrowLeft => (-1, 0),
            egui::Key::ArrowRight => (1, 0),
            egui::Key::ArrowUp => (0, -1),
            egui::Key::ArrowDown => (0, 1),
            _ => return None,
        };
        let by = if modifiers.shift { 10 } else { 1 };
        Some(Command::Nudge { right: right * by, down: down * by })
    };
    let commands: Vec<Command> = ui.input(|i| i.events.iter().filter_map(pressed).collect());
    commands.into_iter().for_each(|command| frame.ask(command));
}
