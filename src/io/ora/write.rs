//! A document to the bytes of an `.ora` file.

use super::super::flaw::Flaw;
use super::super::record::{DocumentRecord, Owner, Plane, page_is_sane};
use super::super::tiles::{encode_plane, fits_8_bits};
use super::super::zip::{Method, ZipWriter};
use super::raster::{bands, encode_png, straight_rgba8};
use super::stack::{self, BaseContent, BaseLayer, BaseStack};
use super::{
    MAX_JSON_BYTES, MAX_PNG_PIXELS, MAX_PNG_SIDE, MERGED, MIMETYPE, PngRecord, RECORD, Record, STACK,
    THUMBNAIL,
};
use crate::document::composite::flatten_rgba8;
use crate::document::rgba8::Alpha;
use crate::document::{Content, Document, Layer, LayerId, Mask, Pixels};
use crate::geom::Rect;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// Longest side of the thumbnail, by the specification.
const THUMBNAIL_SIDE: u32 = 256;

/// Writes `doc` in one pass. As many planes are in memory in their encoded form as there are cores.
pub(super) fn write(out: &mut dyn Write, doc: &Document) -> Result<(), Flaw> {
    let page = doc.page;
    if !page_is_sane(page) || page.width() > MAX_PNG_SIDE || page.height() > MAX_PNG_SIDE {
        return Err(Flaw::Limit(format!(
            "the page is {}x{} pixels; 1 to {MAX_PNG_SIDE} on a side are possible",
            page.width(),
            page.height()
        )));
    }
    let mut planes: Vec<(Owner, Plane)> = Vec::new();
    let record = DocumentRecord::of(doc, |owner, plane| {
        planes.push((owner, plane));
        (planes.len() - 1) as u32
    })?;
    let shown = shown_layers(doc);
    let mut zip = ZipWriter::new(out);
    zip.add("mimetype", MIMETYPE.as_bytes(), Method::Stored)?;
    let (merged, thumbnail) = merged(doc)?;
    let mut pngs = BTreeMap::new();
    let numbered: Vec<(u32, &(Owner, Plane))> = (0..).zip(&planes).collect();
    for group in numbered.chunks(rayon::current_num_threads().max(1)) {
        let encoded: Vec<Encoded> =
            group.par_iter().map(|(_, plane)| encode(plane, &shown, page)).collect::<Result<_, _>>()?;
        for ((number, _), encoded) in group.iter().zip(encoded) {
            if let Some(png) = encoded.png {
                let src = format!("data/layer{number}.png");
                let crc = zip.add(&src, &png.bytes, Method::Stored)?;
                pngs.insert(*number, PngRecord { src, crc, x: png.x, y: png.y, masked: png.masked });
            }
            if let Some(tiles) = encoded.tiles {
                zip.add(&super::plane_entry(*number), &tiles, Method::Stored)?;
            }
        }
    }
    zip.add(MERGED, &merged, Method::Stored)?;
    zip.add(THUMBNAIL, &thumbnail, Method::Stored)?;
    let png_of: BTreeMap<LayerId, &PngRecord> = numbered
        .iter()
        .filter_map(|(number, (owner, _))| match owner {
            Owner::Layer(id) => Some((*id, pngs.get(number)?)),
            Owner::MaskOf(_) | Owner::Selection(_) | Owner::Change(_) => None,
        })
        .collect();
    let stack = BaseStack {
        width: page.width(),
        height: page.height(),
        layers: base_layers(doc.layers(), doc, &png_of),
    };
    let stack_crc = zip.add(STACK, stack::write(&stack).as_bytes(), Method::Deflated)?;
    let record = serde_json::to_vec_pretty(&Record { stack_crc, pngs, document: record })?;
    if record.len() as u64 > MAX_JSON_BYTES {
        return Err(Flaw::Limit("the texts that are kept with its layers are too long".into()));
    }
    zip.add(RECORD, &record, Method::Deflated)?;
    zip.finish()?;
    Ok(())
}

/// The raster layers of the level that is shown, with the masks that hide something.
fn shown_layers(doc: &Document) -> BTreeMap<LayerId, Option<Mask>> {
    let mut out = BTreeMap::new();
    doc.walk(|layer| {
        if layer.pixels().is_some() {
            let mask = layer.mask.as_ref().filter(|mask| mask.enabled);
            out.insert(layer.id, mask.map(|mask| mask.coverage.clone()));
        }
    });
    out
}

struct Png {
    bytes: Vec<u8>,
    x: i32,
    y: i32,
    masked: bool,
}

#[derive(Default)]
struct Encoded {
    png: Option<Png>,
    tiles: Option<Vec<u8>>,
}

fn encode(
    (owner, plane): &(Owner, Plane),
    shown: &BTreeMap<LayerId, Option<Mask>>,
    page: Rect,
) -> Result<Encoded, Flaw> {
    let pixels = match plane {
        Plane::Mask(mask) => return Ok(Encoded { png: None, tiles: Some(encode_plane(mask)?) }),
        Plane::Pixels(pixels) => pixels,
    };
    let mask = match owner {
        Owner::Layer(id) => shown.get(id),
        Owner::MaskOf(_) | Owner::Selection(_) | Owner::Change(_) => None,
    };
    let Some(mask) = mask else {
        return Ok(Encoded { png: None, tiles: Some(encode_plane(pixels)?) });
    };
    let (rect, whole) = png_rect(pixels, page);
    let exact = whole && mask.is_none() && pixels.tiles().all(|(_, slot)| fits_8_bits(slot));
    let tiles = if exact { None } else { Some(encode_plane(pixels)?) };
    let rows = bands(rect).map(|band| straight_rgba8(pixels, mask.as_ref(), band));
    let bytes = encode_png(rect.width(), rect.height(), rows)?;
    Ok(Encoded { png: Some(Png { bytes, x: rect.x0, y: rect.y0, masked: mask.is_some() }), tiles })
}

/// What of a layer goes into its PNG, and whether that is all of it. An empty layer is one clear pixel, because a
/// PNG cannot be empty.
fn png_rect(pixels: &Pixels, page: Rect) -> (Rect, bool) {
    let fits =
        |r: Rect| r.width() <= MAX_PNG_SIDE && r.height() <= MAX_PNG_SIDE && r.area() <= MAX_PNG_PIXELS;
    let bounds = pixels.content_bounds();
    let everywhere = pixels.background() != [0; 4];
    let bounds = if everywhere { bounds.union(&page) } else { bounds };
    let (rect, whole) = if fits(bounds) { (bounds, !everywhere) } else { (bounds.intersect(&page), false) };
    if rect.is_empty() { (Rect::from_size(page.x0, page.y0, 1, 1), whole) } else { (rect, whole) }
}

fn base_layers(
    layers: &[Arc<Layer>],
    doc: &Document,
    pngs: &BTreeMap<LayerId, &PngRecord>,
) -> Vec<BaseLayer> {
    let base = |layer: &Arc<Layer>| BaseLayer {
        name: layer.name.clone(),
        opacity: layer.opacity,
        visible: layer.visible,
        locked: layer.locked,
        selected: doc.active == Some(layer.id),
        blend: layer.blend,
        clipping: layer.clipping,
        content: match (&layer.content, pngs.get(&layer.id)) {
            (Content::Group(children), _) => BaseContent::Group(base_layers(children, doc, pngs)),
            (Content::Raster(_), png) => {
                let (src, x, y) = png.map_or((String::new(), 0, 0), |png| {
                    (png.src.clone(), png.x - doc.page.x0, png.y - doc.page.y0)
                });
                BaseContent::Png { src, x, y }
            }
        },
    };
    layers.iter().rev().map(base).collect()
}

/// The merged image and its thumbnail.
fn merged(doc: &Document) -> Result<(Vec<u8>, Vec<u8>), Flaw> {
    let (page, mut small) = (doc.page, Thumbnail::new(doc.page));
    // Several rows of tiles at a time keep all cores busy with compositing.
    let step = 64 * 2 * rayon::current_num_threads().max(1) as i32;
    let mut y = page.y0;
    let rows = std::iter::from_fn(|| {
        let band = Rect::new(page.x0, y, page.x1, (y + step).min(page.y1));
        y = band.y1;
        (!band.is_empty()).then(|| {
            let rows = flatten_rgba8(doc, band, Alpha::Straight);
            small.add(&rows);
            rows
        })
    });
    let merged = encode_png(page.width(), page.height(), rows)?;
    let (width, height) = (small.width, small.height);
    Ok((merged, encode_png(width, height, std::iter::once(small.finish()))?))
}

/// The mean of squares of pixels, while rows pass by.
struct Thumbnail {
    width: u32,
    height: u32,
    page_width: usize,
    /// Pixels that become one, in both directions.
    shrink: usize,
    rows: usize,
    /// Colour times alpha (three), alpha, pixels.
    sums: Vec<[u64; 5]>,
}

impl Thumbnail {
    fn new(page: Rect) -> Self {
        let shrink = page.width().max(page.height()).div_ceil(THUMBNAIL_SIDE);
        let (width, height) = (page.width().div_ceil(shrink), page.height().div_ceil(shrink));
        let sums = vec![[0; 5]; (width * height) as usize];
        Self { width, height, page_width: page.width() as usize, shrink: shrink as usize, rows: 0, sums }
    }

    fn add(&mut self, rgba: &[u8]) {
        for row in rgba.chunks_exact(self.page_width * 4) {
            let start = self.rows / self.shrink * self.width as usize;
            for (group, sum) in row.chunks(self.shrink * 4).zip(&mut self.sums[start..]) {
                for px in group.chunks_exact(4) {
                    let a = u64::from(px[3]);
                    (0..3).for_each(|c| sum[c] += u64::from(px[c]) * a);
                    sum[3] += a;
                    sum[4] += 1;
                }
            }
            self.rows += 1;
        }
    }

    fn finish(self) -> Vec<u8> {
        let mean = |sum: u64, of: u64| ((sum + of / 2) / of.max(1)) as u8;
        self.sums
            .iter()
            .flat_map(|s| [mean(s[0], s[3]), mean(s[1], s[3]), mean(s[2], s[3]), mean(s[3], s[4])])
            .collect()
    }
}
