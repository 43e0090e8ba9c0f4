//! Which tiles of the picture are seen, at which level of detail, and bringing them to the GPU a little at a time.

use super::gpu::{CHANGE, Draw, Message, SELECTION, UNIFORM_BYTES};
use super::torus::{Torus, period_px};
use crate::document::{Document, TILE, TilePos};
use crate::editor::display::{Display, LEVELS, Plane};
use crate::editor::{DocId, Viewport};
use crate::geom::{Point, Rect};
use crossbeam_channel::Sender;
use std::time::{Duration, Instant};

/// How long a frame may make tiles.
const FRAME_BUDGET: Duration = Duration::from_millis(12);
/// Tiles of level 0 that are made at once: enough for all cores, few enough to look at the clock.
const BATCH: usize = 64;
/// No GPU has to hold a larger texture.
const MAX_TILES: usize = 128;

/// The looks of everything that is not the picture; sRGB-encoded.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Around the page.
    pub around: [f32; 3],
    /// Light squares.
    pub light: [f32; 3],
    /// Dark squares.
    pub dark: [f32; 3],
    /// The edge of the page.
    pub edge: [f32; 3],
    /// Size of squares in physical pixels.
    pub square_px: f32,
    /// Whether large pixels have a grid.
    pub pixel_grid: bool,
    /// Phase of the selection's outline, 0..1.
    pub phase: f32,
    /// Whether the window wants linear light.
    pub linear_target: bool,
}

/// The picture of the document that is shown.
pub struct PictureView {
    display: Option<(DocId, Display)>,
    messages: Option<Sender<Message>>,
    tiles: usize,
    pictures: [Torus; 2],
    selection: Torus,
    change: Torus,
    shown: usize,
}

impl PictureView {
    /// `messages` lead to the GPU; without them nothing is drawn.
    pub fn new(messages: Option<Sender<Message>>) -> Self {
        let torus = |texture| Torus::new(texture, usize::MAX, 1);
        Self {
            display: None,
            messages,
            tiles: 0,
            pictures: [torus(0), torus(1)],
            selection: torus(SELECTION),
            change: torus(CHANGE),
            shown: 0,
        }
    }

    /// Brings what is seen up to date. `focus` (canvas) is where the eye is: what lies near it comes first. Returns
    /// what to draw, and whether there is more to do in the next frame.
    pub fn update(
        &mut self,
        id: DocId,
        doc: &Document,
        view: &Viewport,
        focus: Point,
        looks: &Looks,
        window_px: (f32, f32),
    ) -> (Option<Draw>, bool) {
        match &mut self.display {
            Some((shown, display)) if *shown == id => display.sync(doc),
            _ => {
                self.display = Some((id, Display::new(doc)));
                self.tiles = 0;
            }
        }
        if self.messages.is_none() || view.size_px.0 < 1.0 || view.size_px.1 < 1.0 {
            return (None, false);
        }
        let (level, tiles) = fitting(view);
        if tiles > self.tiles {
            self.resize(tiles, level);
        }
        let seen = seen(view, level);
        let started = Instant::now();
        let mut more = false;
        if self.pictures[self.shown].level != level {
            // The other texture gets ready for the new level; until then the old one is shown.
            let next = 1 - self.shown;
            if self.pictures[next].level != level {
                self.pictures[next].reset(level);
            }
            if self.bring(next, &seen, focus, started) {
                more = true;
            } else {
                self.shown = next;
                self.selection.reset(level);
                self.change.reset(level);
            }
        }
        let shown_level = self.pictures[self.shown].level;
        if shown_level == level {
            more |= self.bring(self.shown, &seen, focus, started);
        } else {
            // What was made before still follows the view.
            let seen = self::seen(view, shown_level);
            self.bring_ready(self.shown, &seen);
        }
        let masks = [
            (doc.selection.is_some(), Plane::Selection, &mut self.selection),
            (doc.change.is_some(), Plane::Change, &mut self.change),
        ];
        for (there, plane, torus) in masks {
            let Some((_, display)) = self.display.as_mut().filter(|_| there) else { continue };
            let seen = self::seen(view, shown_level);
            let send = |upload| drop(self.messages.as_ref().map(|m| m.send(Message::Tile(upload))));
            let missing = torus.update(display, plane, &seen, send);
            display.make(plane, shown_level, &missing);
            torus.update(display, plane, &missing, send);
        }
        let uniforms = self.uniforms(view, doc, looks, window_px);
        (Some(Draw { uniforms, shown: self.shown }), more)
    }

    fn resize(&mut self, tiles: usize, level: usize) {
        self.tiles = tiles;
        self.pictures = [Torus::new(0, level, tiles), Torus::new(1, usize::MAX, tiles)];
        self.selection = Torus::new(SELECTION, level, tiles);
        self.change = Torus::new(CHANGE, level, tiles);
        self.shown = 0;
        if let Some(messages) = &self.messages {
            let _ = messages.send(Message::Resize(tiles as u32));
        }
    }

    fn bring_ready(&mut self, texture: usize, seen: &[TilePos]) -> Vec<TilePos> {
        let Some((_, display)) = &self.display else { return Vec::new() };
        let send = |upload| drop(self.messages.as_ref().map(|m| m.send(Message::Tile(upload))));
        self.pictures[texture].update(display, Plane::Picture, seen, send)
    }

    /// Makes and brings tiles while there is time. Returns whether some are still missing.
    fn bring(&mut self, texture: usize, seen: &[TilePos], focus: Point, started: Instant) -> bool {
        let mut missing = self.bring_ready(texture, seen);
        if missing.is_empty() {
            return false;
        }
        let level = self.pictures[texture].level;
        let side = f64::from(TILE) * f64::from(1u32 << level);
        let near = |pos: &TilePos| {
            let middle = Point::new((f64::from(pos.x) + 0.5) * side, (f64::from(pos.y) + 0.5) * side);
            middle.distance(focus)
        };
        missing.sort_by(|a, b| near(a).total_cmp(&near(b)));
        let batch = (BATCH >> (2 * level).min(16)).max(1);
        let mut made = 0;
        for part in missing.chunks(batch) {
            if let Some((_, display)) = &mut self.display {
                display.make(Plane::Picture, level, part);
            }
            made += part.len();
            if started.elapsed() > FRAME_BUDGET {
                break;
            }
        }
        self.bring_ready(texture, &missing[..made]);
        made < missing.len()
    }

    fn uniforms(
        &self,
        view: &Viewport,
        doc: &Document,
        looks: &Looks,
        window_px: (f32, f32),
    ) -> [u8; UNIFORM_BYTES] {
        let level = self.pictures[self.shown].level;
        let period = period_px(self.tiles, level);
        let corner = view.to_canvas(Point::default());
        let right = view.to_canvas(Point::new(1.0, 0.0)) - corner;
        let down = view.to_canvas(Point::new(0.0, 1.0)) - corner;
        // A multiple of the period, so that texture coordinates are the same with and without it.
        let origin = Point::new((corner.x / period).floor() * period, (corner.y / period).floor() * period);
        let at = corner - origin;
        let page = |v: i32, o: f64| (f64::from(v) - o) as f32;
        let flag = |on: bool| f32::from(u8::from(on));
        let [a, l, d, e] = [looks.around, looks.light, looks.dark, looks.edge];
        let veil = crate::editor::generation::VEIL;
        let vectors: [[f32; 4]; 10] = [
            [right.x as f32, right.y as f32, down.x as f32, down.y as f32],
            [at.x as f32, at.y as f32, window_px.0, window_px.1],
            [
                page(doc.page.x0, origin.x),
                page(doc.page.y0, origin.y),
                page(doc.page.x1, origin.x),
                page(doc.page.y1, origin.y),
            ],
            [view.zoom as f32, (1.0 / period) as f32, f64::from(1u32 << level) as f32, 0.0],
            [flag(looks.pixel_grid), flag(doc.selection.is_some()), looks.phase, flag(looks.linear_target)],
            [a[0], a[1], a[2], 1.0],
            [l[0], l[1], l[2], looks.square_px],
            [d[0], d[1], d[2], 1.0],
            [e[0], e[1], e[2], 1.0],
            [veil.r, veil.g, veil.b, 0.55 * flag(doc.change.is_some())],
        ];
        let mut bytes = [0; UNIFORM_BYTES];
        for (out, v) in bytes.chunks_exact_mut(4).zip(vectors.as_flattened()) {
            out.copy_from_slice(&v.to_ne_bytes());
        }
        bytes
    }
}

/// The level at which a texel is one screen pixel or up to two are, and the tiles that a texture's side then needs.
fn fitting(view: &Viewport) -> (usize, usize) {
    let mut level = (1.0 / view.zoom).log2().floor().clamp(0.0, (LEVELS - 1) as f64) as usize;
    loop {
        let area = tile_rect(view, level);
        let need = (area.width().max(area.height()) as usize).next_power_of_two().max(16);
        if need <= MAX_TILES || level + 1 == LEVELS {
            return (level, need.min(MAX_TILES));
        }
        level += 1;
    }
}

/// The tiles of a level that are seen, as a rectangle of tiles.
fn tile_rect(view: &Viewport, level: usize) -> Rect {
    // One more pixel, for filtering at the edge.
    let seen = view.seen().grow(1 << level);
    let side = TILE << level;
    Rect::new(
        seen.x0.div_euclid(side),
        seen.y0.div_euclid(side),
        (seen.x1 - 1).div_euclid(side) + 1,
        (seen.y1 - 1).div_euclid(side) + 1,
    )
}

fn seen(view: &Viewport, level: usize) -> Vec<TilePos> {
    let area = tile_rect(view, level);
    let area = Rect {
        x1: area.x1.min(area.x0 + MAX_TILES as i32),
        y1: area.y1.min(area.y0 + MAX_TILES as i32),
        ..area
    };
    (area.y0..area.y1).flat_map(|y| (area.x0..area.x1).map(move |x| TilePos::new(x, y))).collect()
}
