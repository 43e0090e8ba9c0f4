//! The frame of generation on the canvas: drawn always, dragged by its label, pulled by its handles, whichever tool is
//! in hand. Handles lie outside of the frame, so that they are in nobody's way who paints in it.

use crate::editor::generation::frame::{FINE_SNAP_PX, Frame as Place, SNAP_PX, Snap, dragged};
use crate::editor::generation::{GenerateCommand as G, Kind, Progress};
use crate::editor::tool::ToolKind;
use crate::editor::tool::grip::{self, Grip};
use crate::editor::{Command, Editor};
use crate::geom::{Point, Rect as CanvasRect};
use crate::ui::widgets::{Frame, icon_button_sized};
use crate::ui::{icons, theme};
use eframe::egui::{
    self, Button, Color32, CursorIcon, EventFilter, FontId, Id, Key, Modifiers, Painter, Pos2, Rect,
    Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

/// Distance of handles from the frame, points.
const OUT: f32 = 9.0;
/// Side of a handle, points.
const SIDE: f32 = 8.0;
/// How far a handle can be missed.
const MISS: f32 = 3.0;

/// What is being dragged.
#[derive(Clone, Copy, Debug)]
struct Drag {
    grip: Grip,
    start: CanvasRect,
    at: Point,
    /// The frame at the press, for Escape.
    before: Option<CanvasRect>,
}

/// What the frame remembers between pictures of the window.
#[derive(Debug, Default)]
pub struct FrameHandles {
    drag: Option<Drag>,
    /// Where it takes the pointer, points.
    spots: Vec<Rect>,
}

/// The canvas in the window: where canvas points lie.
struct Sheet<'a> {
    editor: &'a Editor,
    rect: Rect,
    scale: f64,
}

impl Sheet<'_> {
    fn at(&self, p: Point) -> Pos2 {
        let s = self.editor.viewport().to_screen(p);
        self.rect.min + vec2((s.x / self.scale) as f32, (s.y / self.scale) as f32)
    }

    fn canvas(&self, pos: Pos2) -> Point {
        let d = pos - self.rect.min;
        self.editor.viewport().to_canvas(Point::new(f64::from(d.x) * self.scale, f64::from(d.y) * self.scale))
    }

    fn corners(&self, rect: CanvasRect) -> [Pos2; 4] {
        rect.corners().map(|p| self.at(p))
    }
}

impl FrameHandles {
    /// Where it takes the pointer instead of the canvas beneath, as it was drawn last.
    pub fn take_spots(&mut self) -> Vec<Rect> {
        std::mem::take(&mut self.spots)
    }

    /// Draws the frame and what belongs to it, and takes what is done to it.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, frame: &mut Frame, canvas: &Response) {
        if !frame.editor.generation().available() {
            return;
        }
        let editor = frame.editor;
        let sheet = Sheet { editor, rect, scale: f64::from(ui.ctx().pixels_per_point()) };
        let painter = ui.painter().with_clip_rect(rect);
        let id = editor.open().id;
        // The live picture begins anew with every stroke: the frame stays as it is meanwhile.
        let of_document = |p: &Progress| p.document == id && !matches!(p.kind, Kind::Live | Kind::Walk);
        let running = editor.generation().progress().filter(of_document);
        let own = editor.generation().frame_rect(editor.doc());
        let shown = running.as_ref().map_or(own, |p| p.frame);
        outline(&painter, &sheet, shown);
        let view = running.as_ref().and_then(|_| editor.generation().running_view(id));
        let view = view.unwrap_or_else(|| editor.generation().view_rect(editor.doc()));
        if view != shown {
            model_view(&painter, &sheet, view);
        }
        let still = running.is_none();
        let handles = still && !has_own_handles(editor.tool());
        let top = self.label(ui, &sheet, frame, shown, running.as_ref(), canvas);
        if handles {
            self.handles(ui, &sheet, frame, own, canvas);
        }
        if still && editor.doc().frame.is_some() {
            self.spots.push(follow_button(ui, top, frame));
        }
        if let Some(page) = editor.extend_offer() {
            self.spots.extend(offer(ui, &sheet, page, frame));
        }
    }

    /// The words at the frame; they move it.
    fn label(
        &mut self,
        ui: &Ui,
        sheet: &Sheet,
        frame: &mut Frame,
        shown: CanvasRect,
        running: Option<&Progress>,
        canvas: &Response,
    ) -> Rect {
        let corners = sheet.corners(shown);
        let top = corners.iter().copied().fold(corners[0], |a, b| if b.y < a.y - 0.5 { b } else { a });
        let text = running.map_or_else(|| format!("{} × {}", shown.width(), shown.height()), progress_words);
        let painter = ui.painter().with_clip_rect(sheet.rect);
        let galley = painter.layout_no_wrap(text.clone(), FontId::proportional(11.0), Color32::WHITE);
        let size = galley.size() + vec2(8.0, 4.0);
        // In view as long as any of the frame is.
        // Above the handles.
        let mut corner = top - vec2(0.0, size.y + OUT + SIDE / 2.0 + MISS + 2.0);
        let all = Rect::from_points(&corners);
        if all.intersects(sheet.rect) {
            // The left and upper edge count where there is no room for both.
            corner.x = corner.x.min(sheet.rect.right() - size.x - 30.0).max(sheet.rect.left() + 2.0);
            corner.y = corner.y.min(sheet.rect.bottom() - size.y - 2.0).max(sheet.rect.top() + 2.0);
        }
        let label = Rect::from_min_size(corner, size);
        let mut hot = false;
        if running.is_none() && sheet.rect.intersects(label) {
            self.spots.push(label.intersect(sheet.rect));
            let response = ui.interact(
                label.intersect(sheet.rect),
                Id::unique("generation frame"),
                Sense::click_and_drag(),
            );
            response
                .widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Generation frame, {text}")));
            hot = response.hovered() || response.has_focus() || response.dragged();
            self.drag(ui, sheet, frame, &response, Grip::Inside, shown, canvas);
            nudge(ui, frame, &response, canvas);
            let response = response.on_hover_cursor(CursorIcon::Move);
            response.on_hover_text(
                "Drag to move the generation frame: 64 px steps, with Ctrl 8 px, with Alt freely. Arrow keys move it too.",
            );
        }
        let fill = theme::ACCENT.gamma_multiply(if hot { 1.0 } else { 0.8 });
        painter.rect_filled(label, 3.0, fill);
        painter.galley(label.min + vec2(4.0, 2.0), galley, Color32::WHITE);
        label
    }

    fn handles(&mut self, ui: &Ui, sheet: &Sheet, frame: &mut Frame, own: CanvasRect, canvas: &Response) {
        let corners = own.corners();
        let middles = grip::middles(&corners);
        let middle = sheet.at(corners[0].lerp(corners[2], 0.5));
        const NAMES: [&str; 8] = [
            "top left corner",
            "top right corner",
            "bottom right corner",
            "bottom left corner",
            "top edge",
            "right edge",
            "bottom edge",
            "left edge",
        ];
        for (i, at) in corners.into_iter().chain(middles).enumerate() {
            let grip = if i < 4 { Grip::Corner(i) } else { Grip::Edge(i - 4) };
            let on = sheet.at(at);
            let out = (on - middle).normalized() * if i < 4 { OUT * 1.3 } else { OUT };
            let spot = Rect::from_center_size(on + out, egui::Vec2::splat(SIDE));
            if !sheet.rect.intersects(spot) {
                continue;
            }
            let id = Id::unique(("generation frame handle", i));
            self.spots.push(spot.expand(MISS).intersect(sheet.rect));
            let response = ui.interact(spot.expand(MISS).intersect(sheet.rect), id, Sense::drag());
            let label = format!("Pull generation frame: {}", NAMES[i]);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            self.drag(ui, sheet, frame, &response, grip, own, canvas);
            let hot = response.hovered() || response.dragged();
            let painter = ui.painter().with_clip_rect(sheet.rect);
            let fill = if hot { Color32::WHITE } else { theme::ACCENT };
            painter.rect(
                spot,
                2.0,
                fill,
                Stroke::new(1.0, Color32::from_black_alpha(180)),
                StrokeKind::Outside,
            );
            let angle = (on - middle).angle();
            response.on_hover_cursor(resize_cursor(angle)).on_hover_text(label);
        }
        if matches!(frame.editor.tool(), ToolKind::Pan | ToolKind::Zoom | ToolKind::Move) {
            self.border(ui, sheet, frame, own, canvas);
        }
    }

    /// With tools that do not paint, the border can be taken too.
    fn border(&mut self, ui: &Ui, sheet: &Sheet, frame: &mut Frame, own: CanvasRect, canvas: &Response) {
        let corners = sheet.corners(own);
        for i in 0..4 {
            let (a, b) = (corners[i], corners[(i + 1) % 4]);
            let upright = (a.x - b.x).abs() < 0.5 || (a.y - b.y).abs() < 0.5;
            let strip = Rect::from_two_pos(a, b).expand(MISS).intersect(sheet.rect);
            if !upright || strip.is_negative() {
                continue;
            }
            self.spots.push(strip);
            let response = ui.interact(strip, Id::unique(("generation frame border", i)), Sense::drag());
            response.widget_info(|| {
                WidgetInfo::labeled(Role::Button, true, format!("Move generation frame {}", i + 1))
            });
            self.drag(ui, sheet, frame, &response, Grip::Inside, own, canvas);
            response.on_hover_cursor(CursorIcon::Move);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn drag(
        &mut self,
        ui: &Ui,
        sheet: &Sheet,
        frame: &mut Frame,
        response: &Response,
        grip: Grip,
        now: CanvasRect,
        canvas: &Response,
    ) {
        if response.drag_started()
            && let Some(pos) = ui.input(|i| i.pointer.press_origin()).or(response.interact_pointer_pos())
        {
            let before = sheet.editor.doc().frame;
            self.drag = Some(Drag { grip, start: now, at: sheet.canvas(pos), before });
        }
        let Some(drag) = self.drag.filter(|d| d.grip == grip) else { return };
        if response.dragged()
            && let Some(pos) = response.interact_pointer_pos()
        {
            if ui.input(|i| i.key_pressed(Key::Escape)) {
                self.drag = None;
                let place = drag.before.map_or(Place::Follow, Place::Fixed);
                return frame.ask(Command::Generate(G::SetFrame(place)));
            }
            let held = ui.input(|i| i.modifiers);
            let snap = match (held.alt, held.command) {
                (true, _) => Snap::Free,
                (false, true) => Snap::Fine,
                (false, false) => Snap::Coarse,
            };
            let by = sheet.canvas(pos) - drag.at;
            let to = dragged(drag.start, grip, by, snap, sheet.editor.doc().page);
            if to != now {
                frame.ask(Command::Generate(G::SetFrame(Place::Fixed(to))));
            }
        }
        if response.drag_stopped() {
            self.drag = None;
            canvas.request_focus();
        }
    }
}

/// Arrow keys move a frame whose label has the focus; Escape gives the focus back.
fn nudge(ui: &Ui, frame: &mut Frame, response: &Response, canvas: &Response) {
    if response.clicked() {
        response.request_focus();
    }
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    // Taken out of the input: some of these keys are shortcuts elsewhere.
    let steps = [(Modifiers::ALT, 1), (Modifiers::COMMAND, FINE_SNAP_PX), (Modifiers::NONE, SNAP_PX)];
    let (right, down) = ui.input_mut(|i| {
        steps.into_iter().fold((0, 0), |(right, down), (held, step)| {
            let mut pressed = |key| i.count_and_consume_key(held, key) as i32 * step;
            let x = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
            (right + x, down + pressed(Key::ArrowDown) - pressed(Key::ArrowUp))
        })
    });
    if (right, down) != (0, 0) {
        frame.ask(Command::Generate(G::NudgeFrame { right, down }));
    }
    if ui.input(|i| i.key_pressed(Key::Enter)) {
        canvas.request_focus();
    }
}

/// Tools whose own handles lie where those of the frame do.
fn has_own_handles(tool: ToolKind) -> bool {
    matches!(tool, ToolKind::Crop | ToolKind::Transform)
}

fn resize_cursor(angle: f32) -> CursorIcon {
    match (angle / std::f32::consts::FRAC_PI_4).round().rem_euclid(4.0) as u8 {
        0 => CursorIcon::ResizeHorizontal,
        1 => CursorIcon::ResizeNwSe,
        2 => CursorIcon::ResizeVertical,
        _ => CursorIcon::ResizeNeSw,
    }
}

fn progress_words(p: &Progress) -> String {
    let left = p.secs_left.map(|s| format!(" · {s:.0} s")).unwrap_or_default();
    let steps = if p.steps > 0 { format!(" {}/{}", p.step, p.steps) } else { String::new() };
    let pass = if p.passes.1 > 1 { format!(" ({} of {})", p.passes.0, p.passes.1) } else { String::new() };
    let stage = if p.stopping { "stopping" } else { p.stage };
    format!("{stage}{steps}{pass}{left}")
}

fn outline(painter: &Painter, sheet: &Sheet, rect: CanvasRect) {
    let mut points = sheet.corners(rect).to_vec();
    points.push(points[0]);
    painter.add(Shape::line(points.clone(), Stroke::new(2.5, Color32::from_black_alpha(70))));
    painter.extend(Shape::dashed_line(&points, Stroke::new(1.5, theme::ACCENT), 8.0, 5.0));
}

/// What the model looks at, where that is not the frame: a dotted line.
fn model_view(painter: &Painter, sheet: &Sheet, rect: CanvasRect) {
    let mut points = sheet.corners(rect).to_vec();
    points.push(points[0]);
    painter.extend(Shape::dotted_line(&points, theme::ACCENT.gamma_multiply(0.9), 5.0, 1.2));
    let at = points.iter().copied().fold(points[0], |a, b| if b.y > a.y { b } else { a });
    let galley = painter.layout_no_wrap("the model sees".into(), FontId::proportional(10.0), theme::ACCENT);
    let spot = pos2(at.x.min(sheet.rect.right() - galley.size().x - 4.0), at.y + 3.0);
    let back = Rect::from_min_size(spot, galley.size()).expand(2.0);
    painter.rect_filled(back, 2.0, Color32::from_black_alpha(120));
    painter.galley(spot, galley, theme::ACCENT);
}

/// Lets a frame that was put somewhere follow again.
fn follow_button(ui: &mut Ui, label: Rect, frame: &mut Frame) -> Rect {
    let spot =
        Rect::from_min_size(pos2(label.right() + 3.0, label.top()), vec2(label.height(), label.height()));
    let mut child = ui.new_child(UiBuilder::new().max_rect(spot));
    let words = "The frame follows page or selection again";
    if icon_button_sized(&mut child, icons::NAVIGATOR, words, false, label.height()).clicked() {
        frame.ask(Command::Generate(G::SetFrame(Place::Follow)));
    }
    spot
}

/// The next piece of canvas beside the page, with a button that makes it; returns where that is.
fn offer(ui: &mut Ui, sheet: &Sheet, page: CanvasRect, frame: &mut Frame) -> Option<Rect> {
    let old = sheet.editor.doc().page;
    let new = CanvasRect {
        x0: if page.x1 > old.x1 { old.x1 } else { page.x0 },
        y0: if page.y1 > old.y1 { old.y1 } else { page.y0 },
        x1: if page.x0 < old.x0 { old.x0 } else { page.x1 },
        y1: if page.y0 < old.y0 { old.y0 } else { page.y1 },
    };
    let corners = sheet.corners(new);
    let painter = ui.painter().with_clip_rect(sheet.rect);
    painter.add(Shape::convex_polygon(corners.to_vec(), theme::ACCENT.gamma_multiply(0.12), Stroke::NONE));
    let mut points = corners.to_vec();
    points.push(points[0]);
    painter.extend(Shape::dashed_line(&points, Stroke::new(1.0, theme::ACCENT), 3.0, 4.0));
    let visible = Rect::from_points(&corners).intersect(sheet.rect);
    if visible.is_negative() {
        return None;
    }
    let size = vec2(150.0, 26.0);
    let spot = Rect::from_center_size(visible.center(), size);
    let shift = vec2(
        (sheet.rect.left() - spot.left()).max(0.0) - (spot.right() - sheet.rect.right()).max(0.0),
        (sheet.rect.top() - spot.top()).max(0.0) - (spot.bottom() - sheet.rect.bottom()).max(0.0),
    );
    let mut child = ui.new_child(UiBuilder::new().max_rect(spot.translate(shift)));
    let button = Button::new(format!("{} Extend here (Enter)", icons::SPARKLE)).min_size(size);
    let response = child.add(button).on_hover_text("Grows the page and fills what is new; Escape declines");
    if response.clicked() {
        frame.ask(Command::Generate(G::Extend(page)));
    }
    Some(response.rect)
}
