//! PNG to tiles and back, 64 rows at a time: a picture is never in memory as a whole besides its tiles.

use super::super::flaw::Flaw;
use super::super::tiles::MAX_COORDINATE;
use super::{Budget, MAX_PNG_PIXELS, MAX_PNG_SIDE};
use crate::document::rgba8::{Alpha, from_straight8, from_straight16, premultiply_plane, straighten};
use crate::document::tile::{TILE, Tile, TilePos, tiles_in};
use crate::document::{Mask, Pixels, Slot};
use crate::geom::Rect;
use png::{BitDepth, ColorType, DeflateCompression, Filter, Transformations};
use std::io::{Cursor, Write};

const TILE_BYTES: u64 = size_of::<Tile<4>>() as u64;

/// The parts of `rect` that share a row of tiles, from the top.
pub(super) fn bands(rect: Rect) -> impl Iterator<Item = Rect> {
    let mut y = rect.y0;
    std::iter::from_fn(move || {
        let next = ((y.div_euclid(TILE) + 1) * TILE).min(rect.y1);
        let band = Rect::new(rect.x0, y, rect.x1, next);
        y = next;
        (!band.is_empty()).then_some(band)
    })
}

/// Encodes RGBA of 8 bits that come row by row in pieces.
pub(super) fn encode_png(
    width: u32,
    height: u32,
    pieces: impl Iterator<Item = Vec<u8>>,
) -> Result<Vec<u8>, Flaw> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_deflate_compression(DeflateCompression::Level(LEVEL));
    encoder.set_filter(FILTER);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer_with_size(1 << 20)?;
    for piece in pieces {
        stream.write_all(&piece)?;
    }
    stream.finish()?;
    writer.finish()?;
    Ok(out)
}

/// Measured on noisy and on soft pictures: as small as level 4 with Paeth, written in half the time, read in half.
const LEVEL: u8 = 3;
const FILTER: Filter = Filter::Sub;

/// What `rect` of a layer shows, masked, as 8-bit RGBA with straight alpha.
pub(super) fn straight_rgba8(pixels: &Pixels, mask: Option<&Mask>, rect: Rect) -> Vec<u8> {
    let Some(mask) = mask else { return pixels.to_rgba8(rect, Alpha::Straight) };
    let [m] = mask.read(rect);
    let mut planes = pixels.read(rect);
    for plane in &mut planes {
        for (v, &m) in plane.iter_mut().zip(&m) {
            *v = ((u32::from(*v) * u32::from(m) + 32_767) / 65_535) as u16;
        }
    }
    straighten(&planes, Alpha::Straight)
}

/// How the samples of a pixel lie in a decoded row.
#[derive(Clone, Copy)]
enum Samples {
    Gray8,
    Rgba8,
    Gray16,
    Rgba16,
}

impl Samples {
    fn bytes(self) -> usize {
        match self {
            Self::Gray8 => 2,
            Self::Rgba8 => 4,
            Self::Gray16 => 4,
            Self::Rgba16 => 8,
        }
    }

    fn pixel(self, px: &[u8]) -> [u16; 4] {
        let wide = |i: usize| u16::from_be_bytes([px[2 * i], px[2 * i + 1]]);
        match self {
            Self::Gray8 => from_straight8([px[0], px[0], px[0], px[1]]),
            Self::Rgba8 => from_straight8([px[0], px[1], px[2], px[3]]),
            Self::Gray16 => from_straight16([wide(0), wide(0), wide(0), wide(1)]),
            Self::Rgba16 => from_straight16([wide(0), wide(1), wide(2), wide(3)]),
        }
    }
}

/// Decodes a PNG of any kind whose upper left pixel is canvas pixel `(x, y)`.
pub(super) fn decode_png(bytes: &[u8], x: i32, y: i32, budget: &Budget) -> Result<Pixels, Flaw> {
    let limits = png::Limits { bytes: 64 << 20 };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let (width, height, interlaced) = (reader.info().width, reader.info().height, reader.info().interlaced);
    let pixels = u64::from(width) * u64::from(height);
    if width > MAX_PNG_SIDE || height > MAX_PNG_SIDE || pixels > MAX_PNG_PIXELS {
        return Err(Flaw::Limit(format!(
            "it is {width}x{height} pixels; at most {MAX_PNG_SIDE} on a side and {} megapixels are read",
            MAX_PNG_PIXELS >> 20
        )));
    }
    let margin = MAX_COORDINATE - MAX_PNG_SIDE as i32 - TILE;
    if x.abs() > margin || y.abs() > margin {
        return Err(Flaw::Bad("it lies too far out"));
    }
    let samples = match reader.output_color_type() {
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Samples::Gray8,
        (ColorType::Rgba, BitDepth::Eight) => Samples::Rgba8,
        (ColorType::GrayscaleAlpha, BitDepth::Sixteen) => Samples::Gray16,
        (ColorType::Rgba, BitDepth::Sixteen) => Samples::Rgba16,
        _ => return Err(Flaw::Bad("its kind of pixels is not known")),
    };
    let rect = Rect::from_size(x, y, width, height);
    let row_bytes = width as usize * samples.bytes();
    let mut out = Pixels::default();
    if interlaced {
        // All passes are needed before the first row is whole.
        budget.charge(row_bytes as u64 * u64::from(height))?;
        let mut whole = vec![0; row_bytes * height as usize];
        reader.next_frame(&mut whole)?;
        for band in bands(rect) {
            let from = (band.y0 - rect.y0) as usize * row_bytes;
            let rows = &whole[from..from + band.height() as usize * row_bytes];
            place(&mut out, band, rows, samples, budget)?;
        }
        return Ok(out);
    }
    let mut rows = Vec::new();
    for band in bands(rect) {
        rows.clear();
        for _ in 0..band.height() {
            budget.charge(row_bytes as u64)?;
            let row = reader.next_row()?.ok_or(Flaw::Cut("it"))?;
            rows.extend_from_slice(row.data().get(..row_bytes).ok_or(Flaw::Cut("it"))?);
        }
        place(&mut out, band, &rows, samples, budget)?;
    }
    Ok(out)
}

/// Puts the rows of one band of tiles into `out`.
fn place(out: &mut Pixels, band: Rect, rows: &[u8], samples: Samples, budget: &Budget) -> Result<(), Flaw> {
    debug_assert_eq!(rows.len(), band.area() as usize * samples.bytes());
    // One after the other: the layers keep the cores busy.
    for pos in tiles_in(band) {
        let slot = slot(pos, band, rows, samples);
        if matches!(slot, Slot::Pixels(_)) {
            budget.charge(TILE_BYTES)?;
        }
        out.set_slot(pos, slot);
    }
    Ok(())
}

fn slot(pos: TilePos, band: Rect, rows: &[u8], samples: Samples) -> Slot<4> {
    let size = samples.bytes();
    let part = pos.rect().intersect(&band);
    let row = |y: i32| {
        let from = ((y - band.y0) as usize * band.width() as usize + (part.x0 - band.x0) as usize) * size;
        &rows[from..from + part.width() as usize * size]
    };
    // Most tiles of most layers are empty: that is seen before pixels are converted.
    let first = &row(part.y0)[..size];
    if part == pos.rect() && (part.y0..part.y1).all(|y| row(y).chunks_exact(size).all(|px| px == first)) {
        return Slot::Solid(samples.pixel(first));
    }
    let mut tile = Tile::filled([0; 4]);
    for y in part.y0..part.y1 {
        let to = ((y - pos.rect().y0) * TILE + part.x0 - pos.rect().x0) as usize;
        match samples {
            Samples::Rgba8 => put_rgba8(&mut tile, to, row(y)),
            Samples::Gray8 | Samples::Gray16 | Samples::Rgba16 => {
                for (i, px) in row(y).chunks_exact(size).enumerate() {
                    tile.put(to + i, samples.pixel(px));
                }
            }
        }
    }
    Slot::from_tile(tile)
}

/// Puts a row of at most 64 pixels at offset `to`: the way that nearly all layers go.
fn put_rgba8(tile: &mut Tile<4>, to: usize, row: &[u8]) {
    let mut eight = [[0u8; TILE as usize]; 4];
    let n = row.len() / 4;
    for (i, px) in row.chunks_exact(4).enumerate().take(n) {
        (0..4).for_each(|c| eight[c][i] = px[c]);
    }
    let [r, g, b, a] = &eight;
    for (plane, c) in tile.planes.iter_mut().zip([r, g, b, &[255; TILE as usize]]) {
        premultiply_plane(&c[..n], &a[..n], &mut plane[to..to + n]);
    }
}
