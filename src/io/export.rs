//! What is seen of a document's page as a picture file.

use super::atomic::write_atomic;
use super::save::{Format, describe, write_picture};
use super::{FileError, JPEG_QUALITY, TextChunk};
use crate::document::Document;
use crate::document::composite::{composite, flatten_rgba8};
use crate::document::rgba8::{Alpha, straight8, straight16};
use image::imageops::FilterType;
use image::{ImageBuffer, Rgba, RgbaImage};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Most pixels of an exported picture (256 megapixels).
pub const MAX_EXPORT_PIXELS: u64 = 256 << 20;
/// Longest side of a WebP, by its format.
const MAX_WEBP_SIDE: u32 = 16_383;
/// Longest side of other pictures; JPEG's by its format.
const MAX_SIDE: u32 = 65_535;

/// How a picture is exported. Its format is what the file's name ends in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportSettings {
    /// Quality of a JPEG, 1..=100.
    pub jpeg_quality: u8,
    /// sRGB, 8 bits a channel: takes the place of transparency in a JPEG, and in other formats if `opaque`.
    pub background: [u8; 3],
    /// Lay the picture on `background` in every format.
    pub opaque: bool,
    /// Pixels of the file by pixels of the page, in both directions; 0.001..=64.
    pub scale: f64,
    /// PNG only: 16 bits a channel instead of 8.
    pub deep: bool,
    /// What the file carries, see [`super::save_picture`].
    #[serde(skip)]
    pub texts: Vec<TextChunk>,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            jpeg_quality: JPEG_QUALITY,
            background: [255; 3],
            opaque: false,
            scale: 1.0,
            deep: false,
            texts: Vec::new(),
        }
    }
}

/// The size of the picture that [`export`] writes, in pixels; at least 1 on a side.
pub fn exported_size(doc: &Document, scale: f64) -> (u32, u32) {
    let scale = if scale.is_finite() { scale.clamp(0.001, 64.0) } else { 1.0 };
    let side = |v: u32| (f64::from(v) * scale).round().clamp(1.0, f64::from(u32::MAX)) as u32;
    (side(doc.page.width()), side(doc.page.height()))
}

/// Writes what is seen of the page as PNG, JPEG or lossless WebP, completely or not at all. Marked as sRGB where the
/// format can say it. Returns whether all texts were kept.
pub fn export(path: &Path, doc: &Document, settings: &ExportSettings) -> Result<bool, FileError> {
    let format = Format::from_path(path)?;
    let (width, height) = exported_size(doc, settings.scale);
    let side = if format == Format::WebP { MAX_WEBP_SIDE } else { MAX_SIDE };
    if width > side || height > side || u64::from(width) * u64::from(height) > MAX_EXPORT_PIXELS {
        return Err(FileError::TooLarge {
            path: path.into(),
            what: format!(
                "would be {width}x{height} pixels; at most {side} on a side and {} megapixels are written",
                MAX_EXPORT_PIXELS >> 20
            ),
            fix: "export it at a smaller scale, or save it as .ora",
        });
    }
    if doc.page.is_empty() {
        return Err(FileError::write(path, "the page is empty; give it a size first"));
    }
    let deep = settings.deep && format == Format::Png;
    let same = (width, height) == (doc.page.width(), doc.page.height());
    if same && !deep {
        // The way without a detour: an opened 8-bit picture comes out as it went in.
        let rgba = flatten_rgba8(doc, doc.page, Alpha::Straight);
        let picture = RgbaImage::from_raw(width, height, rgba).unwrap_or_default();
        return finish(path, picture, settings);
    }
    let mut wide = premultiplied(doc);
    if !same {
        // Premultiplied, so that clear pixels have no say in the colour of their neighbours.
        wide = image::imageops::resize(&wide, width, height, FilterType::CatmullRom);
        // The filter overshoots at edges; no colour is brighter than its alpha.
        wide.pixels_mut().for_each(|px| (0..3).for_each(|c| px[c] = px[c].min(px[3])));
    }
    if deep {
        return write_deep(path, &wide, settings).map(|()| true);
    }
    let picture = RgbaImage::from_fn(width, height, |x, y| Rgba(straight8(wide.get_pixel(x, y).0)));
    finish(path, picture, settings)
}

type Wide = ImageBuffer<Rgba<u16>, Vec<u16>>;

/// The page, 16 bits a channel, premultiplied.
fn premultiplied(doc: &Document) -> Wide {
    let [r, g, b, a] = composite(doc, doc.page).read(doc.page);
    let samples = (0..a.len()).flat_map(|i| [r[i], g[i], b[i], a[i]]).collect();
    ImageBuffer::from_raw(doc.page.width(), doc.page.height(), samples).unwrap_or_default()
}

fn finish(path: &Path, mut picture: RgbaImage, settings: &ExportSettings) -> Result<bool, FileError> {
    if settings.opaque {
        for px in picture.pixels_mut() {
            let a = u32::from(px[3]);
            let over =
                |v: u8, under: u8| ((u32::from(v) * a + u32::from(under) * (255 - a) + 127) / 255) as u8;
            let [r, g, b] = settings.background;
            *px = Rgba([over(px[0], r), over(px[1], g), over(px[2], b), 255]);
        }
    }
    write_picture(path, &picture, &settings.texts, settings.jpeg_quality, settings.background)
}

fn write_deep(path: &Path, picture: &Wide, settings: &ExportSettings) -> Result<(), FileError> {
    let mut bytes = Vec::with_capacity(picture.len() * 2);
    for px in picture.pixels() {
        let mut px = px.0;
        if settings.opaque {
            let clear = u32::from(u16::MAX - px[3]);
            for (v, under) in px.iter_mut().zip(settings.background) {
                *v = v.saturating_add(((u32::from(under) * 257 * clear + 32_767) / 65_535) as u16);
            }
            px[3] = u16::MAX;
        }
        straight16(px).iter().for_each(|v| bytes.extend(v.to_be_bytes()));
    }
    write_atomic(path, |out| {
        let encode = || {
            let mut encoder = png::Encoder::new(out, picture.width(), picture.height());
            encoder.set_color(png::ColorType::Rgba);
            encoder.set_depth(png::BitDepth::Sixteen);
            describe(&mut encoder, &settings.texts)?;
            let mut writer = encoder.write_header()?;
            writer.write_image_data(&bytes)?;
            writer.finish()
        };
        encode().map_err(|e: png::EncodingError| e.to_string())
    })
}
