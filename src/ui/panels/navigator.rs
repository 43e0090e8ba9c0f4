//! The page from afar, and where the view is on it.

use crate::document::rgba8::Alpha;
use crate::document::{Document, TILE, TilePos, composite};
use crate::editor::viewport::{MAX_ZOOM, MIN_ZOOM};
use crate::editor::{Action, Command, DocId, ViewCommand};
use crate::geom::{Point, Rect as PageRect};
use crate::ui::bars::Bar;
use crate::ui::widgets::{Frame, action_button};
use crate::ui::{icons, theme};
use crossbeam_channel::{Receiver, Sender, bounded};
use eframe::egui::{
    self, Color32, ColorImage, Context, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, WidgetInfo, pos2, vec2,
};
use std::collections::HashMap;
use std::sync::Arc;

/// The longer side of the picture is at most about this.
const SIDE_PX: u32 = 384;
/// Seconds between two pictures.
const PAUSE_SECS: f64 = 0.5;

/// A picture of the whole tiles that the page touches.
struct Small {
    rgba: Vec<u8>,
    size: [usize; 2],
    /// What it covers, in canvas pixels.
    covers: PageRect,
}

struct Thread {
    orders: Sender<(DocId, Document)>,
    done: Receiver<Small>,
}

/// What the panel remembers.
#[derive(Default)]
pub struct NavigatorPanel {
    thread: Option<Thread>,
    /// What was ordered last, and when.
    ordered: Option<(DocId, Document, f64)>,
    under_way: bool,
    shown: Option<(TextureHandle, PageRect)>,
}

impl NavigatorPanel {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        self.update(ui.ctx(), frame);
        let controls = 3.0 * 28.0;
        let size = vec2(ui.available_width(), (ui.available_height() - controls).max(40.0));
        let (area, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Navigator picture"));
        let page = frame.editor.doc().page;
        let fit = Fit::new(page, area.shrink(4.0));
        self.paint(ui, frame, area, &fit);
        let response = response.on_hover_text("Drag to move the view, turn the wheel to zoom");
        if let Some(p) = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on()) {
            frame.ask(Command::View(ViewCommand::CenterOn(fit.to_canvas(p))));
        }
        if response.hovered() {
            let wheel: f32 = ui.input(|i| {
                let turned = |e: &egui::Event| match e {
                    egui::Event::MouseWheel { delta, .. } => delta.y.signum(),
                    _ => 0.0,
                };
                i.events.iter().map(turned).sum()
            });
            if wheel != 0.0 {
                let zoom = frame.editor.viewport().zoom * 1.15f64.powf(f64::from(wheel));
                frame.ask(Command::View(ViewCommand::ZoomTo(zoom)));
            }
        }
        controls_below(ui, frame);
    }

    /// Has a new picture made when the page looks different, not too often.
    fn update(&mut self, ctx: &Context, frame: &Frame) {
        let now = ctx.input(|i| i.time);
        if let Some(thread) = &self.thread {
            for small in thread.done.try_iter() {
                self.under_way = false;
                let image = ColorImage::from_rgba_premultiplied(small.size, &small.rgba);
                let texture = ctx.load_texture("navigator", image, TextureOptions::LINEAR);
                self.shown = Some((texture, small.covers));
            }
        }
        let (id, doc) = (frame.editor.open().id, frame.editor.shown());
        let fresh = self.ordered.as_ref().is_some_and(|(of, seen, _)| *of == id && looks_same(seen, doc));
        if fresh || self.under_way {
            return;
        }
        let since = self
            .ordered
            .as_ref()
            .map_or(f64::INFINITY, |(of, _, at)| if *of == id { now - at } else { PAUSE_SECS });
        if since < PAUSE_SECS {
            ctx.request_repaint_after_secs((PAUSE_SECS - since) as f32);
            return;
        }
        let thread = self.thread.get_or_insert_with(|| start(ctx.clone()));
        if thread.orders.try_send((id, doc.clone())).is_ok() {
            self.under_way = true;
            self.ordered = Some((id, doc.clone(), now));
        }
    }

    fn paint(&self, ui: &Ui, frame: &Frame, area: Rect, fit: &Fit) {
        let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
        painter.rect_filled(area, 3.0, ui.visuals().extreme_bg_color);
        let page = fit.rect();
        painter.rect_filled(page, 0.0, Color32::from_gray(if ui.visuals().dark_mode { 140 } else { 235 }));
        if let Some((texture, covers)) = &self.shown {
            let corner = |x: i32, y: i32| fit.to_screen(Point::new(f64::from(x), f64::from(y)));
            let rect = Rect::from_min_max(corner(covers.x0, covers.y0), corner(covers.x1, covers.y1));
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            // The tiles reach over the page; only the page is shown.
            painter.with_clip_rect(page.intersect(painter.clip_rect())).image(
                texture.id(),
                rect,
                uv,
                Color32::WHITE,
            );
        }
        painter.rect_stroke(page, 0.0, ui.visuals().widgets.noninteractive.bg_stroke, StrokeKind::Outside);
        let view = frame.editor.viewport();
        let (w, h) = view.size_px;
        let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
        let points: Vec<Pos2> =
            corners.iter().map(|(x, y)| fit.to_screen(view.to_canvas(Point::new(*x, *y)))).collect();
        painter.add(Shape::closed_line(points.clone(), Stroke::new(3.0, Color32::from_black_alpha(150))));
        painter.add(Shape::closed_line(points, Stroke::new(1.5, theme::ACCENT)));
    }
}

/// Zoom, rotation and what else turns the view.
fn controls_below(ui: &mut Ui, frame: &mut Frame) {
    let view = *frame.editor.viewport();
    let mut zoom = view.zoom as f32;
    let bar = Bar::new("Zoom", &mut zoom, MIN_ZOOM as f32..=MAX_ZOOM as f32).name("View zoom");
    if bar.logarithmic().shown(100.0, 1, " %").text_width(58.0).show(ui).changed {
        frame.ask(Command::View(ViewCommand::ZoomTo(f64::from(zoom))));
    }
    let before = ((view.turns + 0.5).rem_euclid(1.0) - 0.5) as f32;
    let mut turns = before;
    let bar = Bar::new("Rotation", &mut turns, -0.5..=0.5).name("View rotation");
    if bar.shown(360.0, 1, "°").text_width(58.0).show(ui).changed {
        let by = f64::from(turns - before);
        let anchor = Point::new(view.size_px.0 / 2.0, view.size_px.1 / 2.0);
        // Seen in a mirror it turns the other way.
        let turns = if view.mirrored { -by } else { by };
        frame.ask(Command::View(ViewCommand::RotateBy { turns, anchor }));
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        action_button(ui, frame, icons::FLIP, Action::MirrorView);
        for (words, action) in
            [("Fit", Action::ZoomFit), ("100 %", Action::ZoomActual), ("Straight", Action::ResetView)]
        {
            let response = ui.button(words);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, action.label()));
            if response.on_hover_text(action.label()).clicked() {
                frame.act(action);
            }
        }
    });
}

/// How the page lies in the panel.
struct Fit {
    page: PageRect,
    scale: f64,
    origin: Pos2,
}

impl Fit {
    fn new(page: PageRect, area: Rect) -> Self {
        let (w, h) = (f64::from(page.width().max(1)), f64::from(page.height().max(1)));
        let scale = (f64::from(area.width()) / w).min(f64::from(area.height()) / h).max(1e-6);
        let size = vec2((w * scale) as f32, (h * scale) as f32);
        Self { page, scale, origin: area.center() - size / 2.0 }
    }

    fn to_screen(&self, p: Point) -> Pos2 {
        let (x, y) = (p.x - f64::from(self.page.x0), p.y - f64::from(self.page.y0));
        self.origin + vec2((x * self.scale) as f32, (y * self.scale) as f32)
    }

    fn to_canvas(&self, p: Pos2) -> Point {
        let d = p - self.origin;
        let at = |v: f32, from: i32| f64::from(v) / self.scale + f64::from(from);
        Point::new(at(d.x, self.page.x0), at(d.y, self.page.y0))
    }

    fn rect(&self) -> Rect {
        let p = self.page;
        let at = |x: i32, y: i32| self.to_screen(Point::new(f64::from(x), f64::from(y)));
        Rect::from_min_max(at(p.x0, p.y0), at(p.x1, p.y1))
    }
}

/// Whether both look the same, told by pointers first.
fn looks_same(a: &Document, b: &Document) -> bool {
    let pointers = a.page == b.page
        && a.level == b.level
        && a.layers().len() == b.layers().len()
        && a.layers().iter().zip(b.layers()).all(|(a, b)| Arc::ptr_eq(a, b));
    pointers || a.damage_from(b).is_empty()
}

fn start(ctx: Context) -> Thread {
    let (orders, inbox) = bounded::<(DocId, Document)>(1);
    let (outbox, done) = bounded(1);
    let spawned = std::thread::Builder::new().name("scumble-navigator".into()).spawn(move || {
        let mut shrunk = Shrunk::default();
        // Ends when the panel is dropped.
        while let Ok((id, doc)) = inbox.recv() {
            if outbox.send(shrunk.picture(id, &doc)).is_err() {
                break;
            }
            ctx.request_repaint();
        }
    });
    // Without a thread the page stays grey; the view can still be moved.
    drop(spawned);
    Thread { orders, done }
}

/// Shrunken tiles of the page; those that changed are made again.
#[derive(Default)]
struct Shrunk {
    seen: Option<(DocId, Document)>,
    side: usize,
    tiles: HashMap<TilePos, Option<Vec<u8>>>,
}

impl Shrunk {
    fn picture(&mut self, id: DocId, doc: &Document) -> Small {
        let long = doc.page.width().max(doc.page.height());
        let mut side = TILE as usize;
        while side > 1 && long * side as u32 / TILE as u32 > SIDE_PX {
            side /= 2;
        }
        match &self.seen {
            Some((of, seen)) if *of == id && self.side == side => {
                let damage = doc.damage_from(seen);
                self.tiles.retain(|pos, _| !damage.covers(*pos));
            }
            Some(_) | None => self.tiles.clear(),
        }
        self.side = side;
        self.seen = Some((id, doc.clone()));
        let last = TilePos::holding(doc.page.x1 - 1, doc.page.y1 - 1);
        let first = TilePos::holding(doc.page.x0, doc.page.y0);
        let inside =
            |pos: &TilePos| (first.x..=last.x).contains(&pos.x) && (first.y..=last.y).contains(&pos.y);
        self.tiles.retain(|pos, _| inside(pos));
        let all: Vec<TilePos> =
            (first.y..=last.y).flat_map(|y| (first.x..=last.x).map(move |x| TilePos::new(x, y))).collect();
        let missing: Vec<TilePos> = all.iter().copied().filter(|pos| !self.tiles.contains_key(pos)).collect();
        // In parts, so that a large page is never held at full size.
        for part in missing.chunks(64) {
            let made = composite::composite_rgba8(doc, part, Alpha::Premultiplied);
            for (pos, tile) in part.iter().zip(made) {
                self.tiles.insert(*pos, tile.map(|tile| shrink(&tile, side)));
            }
        }
        let (columns, rows) = ((last.x - first.x + 1) as usize, (last.y - first.y + 1) as usize);
        let width = columns * side;
        let mut rgba = vec![0u8; width * rows * side * 4];
        for (i, pos) in all.iter().enumerate() {
            let Some(Some(tile)) = self.tiles.get(pos) else { continue };
            for (y, row) in tile.chunks_exact(side * 4).enumerate() {
                let at = ((i / columns * side + y) * width + i % columns * side) * 4;
                rgba[at..at + side * 4].copy_from_slice(row);
            }
        }
        let covers = PageRect::new(first.x * TILE, first.y * TILE, (last.x + 1) * TILE, (last.y + 1) * TILE);
        Small { rgba, size: [width, rows * side], covers }
    }
}

/// A tile of 64 × 64 as one of `side` × `side`, each pixel the mean of its square.
fn shrink(tile: &[u8], side: usize) -> Vec<u8> {
    let n = TILE as usize / side;
    let mut out = Vec::with_capacity(side * side * 4);
    for y in 0..side {
        for x in 0..side {
            for c in 0..4 {
                let sum: u32 = (0..n * n)
                    .map(|k| u32::from(tile[(((y * n + k / n) * TILE as usize) + x * n + k % n) * 4 + c]))
                    .sum();
                out.push((sum / (n * n) as u32) as u8);
            }
        }
    }
    out
}
