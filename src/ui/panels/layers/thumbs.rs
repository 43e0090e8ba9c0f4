//! Thumbnails of layers and masks as textures, made again only when what they show changed.

use crate::document::{Content, Layer, LayerId, Mask, composite};
use crate::editor::DocId;
use crate::geom::Rect;
use eframe::egui::{Color32, ColorImage, Context, TextureHandle, TextureOptions};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What thumbnails may cost in a frame.
const BUDGET: Duration = Duration::from_millis(4);
/// Seconds between two thumbnails of a layer while something is being drawn.
const PAUSE_SECS: f64 = 0.33;
/// Frames after which a thumbnail that was not asked for is dropped.
const KEPT_FRAMES: u64 = 600;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Content,
    Mask,
}

struct Entry {
    /// What it shows. It shares its tiles with the picture.
    layer: Arc<Layer>,
    page: Rect,
    size_px: [u32; 2],
    texture: TextureHandle,
    made_secs: f64,
    asked: u64,
}

/// All thumbnails.
#[derive(Default)]
pub struct Thumbs {
    entries: HashMap<(DocId, LayerId, Kind), Entry>,
    frame: u64,
    spent: Duration,
}

/// What a thumbnail is of.
pub struct Subject<'a> {
    /// In which document.
    pub doc: DocId,
    /// Of which layer.
    pub layer: &'a Arc<Layer>,
    /// The part of the canvas.
    pub page: Rect,
    /// Size of the texture.
    pub size_px: [u32; 2],
}

impl Thumbs {
    /// A new frame begins.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        self.spent = Duration::ZERO;
        let frame = self.frame;
        self.entries.retain(|_, e| e.asked + KEPT_FRAMES > frame);
    }

    /// The thumbnail of the pixels of a layer.
    pub fn content(&mut self, ctx: &Context, of: &Subject, busy: bool) -> Option<TextureHandle> {
        self.get(ctx, of, Kind::Content, busy)
    }

    /// The thumbnail of its mask.
    pub fn mask(&mut self, ctx: &Context, of: &Subject, busy: bool) -> Option<TextureHandle> {
        self.get(ctx, of, Kind::Mask, busy)
    }

    fn get(&mut self, ctx: &Context, of: &Subject, kind: Kind, busy: bool) -> Option<TextureHandle> {
        let now = ctx.input(|i| i.time);
        let key = (of.doc, of.layer.id, kind);
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.asked = self.frame;
            if entry.page == of.page && entry.size_px == of.size_px && same(&entry.layer, of.layer, kind) {
                entry.layer = of.layer.clone();
                return Some(entry.texture.clone());
            }
            let wait = entry.made_secs + PAUSE_SECS - now;
            if busy && wait > 0.0 {
                ctx.request_repaint_after_secs(wait as f32);
                return Some(entry.texture.clone());
            }
        }
        if self.spent >= BUDGET {
            ctx.request_repaint();
            return self.entries.get(&key).map(|e| e.texture.clone());
        }
        let started = Instant::now();
        let image = match kind {
            Kind::Content => content_image(of),
            Kind::Mask => mask_image(of)?,
        };
        let texture = match self.entries.remove(&key) {
            Some(Entry { mut texture, .. }) => {
                texture.set(image, TextureOptions::LINEAR);
                texture
            }
            None => ctx.load_texture("layer", image, TextureOptions::LINEAR),
        };
        self.spent += started.elapsed();
        let entry = Entry {
            layer: of.layer.clone(),
            page: of.page,
            size_px: of.size_px,
            texture: texture.clone(),
            made_secs: now,
            asked: self.frame,
        };
        self.entries.insert(key, entry);
        Some(texture)
    }
}

/// Whether both look the same in the thumbnail: mostly told by pointers.
fn same(a: &Arc<Layer>, b: &Arc<Layer>, kind: Kind) -> bool {
    if Arc::ptr_eq(a, b) {
        return true;
    }
    match kind {
        Kind::Content => match (&a.content, &b.content) {
            (Content::Raster(a), Content::Raster(b)) => {
                let mut same = a.background() == b.background();
                a.diff(b, |_| same = false);
                same
            }
            (a, b) => a == b,
        },
        Kind::Mask => match (&a.mask, &b.mask) {
            (Some(a), Some(b)) => {
                let mut same = a.coverage.background() == b.coverage.background();
                a.coverage.diff(&b.coverage, |_| same = false);
                same
            }
            (a, b) => a.is_none() && b.is_none(),
        },
    }
}

fn content_image(of: &Subject) -> ColorImage {
    let [w, h] = of.size_px;
    let rgba = composite::thumbnail(of.layer, of.page, w, h);
    // Squares of five points or so, however dense the screen.
    let square = (h / 6).max(2);
    let pixels = rgba.chunks_exact(4).enumerate().map(|(i, px)| {
        let (x, y) = (i as u32 % w, i as u32 / w);
        let ground = if (x / square + y / square).is_multiple_of(2) { 255u32 } else { 205 };
        let alpha = u32::from(px[3]);
        let mix = |v: u8| ((u32::from(v) * alpha + ground * (255 - alpha) + 127) / 255) as u8;
        Color32::from_rgb(mix(px[0]), mix(px[1]), mix(px[2]))
    });
    ColorImage::new([w as usize, h as usize], pixels.collect())
}

fn mask_image(of: &Subject) -> Option<ColorImage> {
    let mask: &Mask = &of.layer.mask.as_ref()?.coverage;
    let [w, h] = of.size_px;
    let at = |from: i32, span: u32, i: u32, n: u32| {
        from + ((u64::from(span) * (2 * u64::from(i) + 1)) / (2 * u64::from(n))) as i32
    };
    let mut pixels = Vec::with_capacity((w * h) as usize);
    for y in 0..h {
        for x in 0..w {
            let sum: u32 = (0..4)
                .map(|s| {
                    let px = at(of.page.x0, of.page.width(), x * 2 + s % 2, w * 2);
                    let py = at(of.page.y0, of.page.height(), y * 2 + s / 2, h * 2);
                    u32::from(mask.pixel(px, py)[0])
                })
                .sum();
            pixels.push(Color32::from_gray((sum / 4 / 257) as u8));
        }
    }
    Some(ColorImage::new([w as usize, h as usize], pixels))
}
