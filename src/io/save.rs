//! Writing pictures.

use std::io::Write;
use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, RgbaImage};

use super::atomic::write_atomic;
use super::{FileError, TextChunk, exif};

/// JPEG quality of [`save_picture`].
pub const JPEG_QUALITY: u8 = 95;

/// A format that pictures are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lossless, with alpha.
    Png,
    /// Lossy, no alpha.
    Jpeg,
    /// Lossless here, with alpha.
    WebP,
}

impl Format {
    /// By the name's ending, whatever its case.
    pub fn from_path(path: &Path) -> Result<Self, FileError> {
        let ending = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("png") => Ok(Self::Png),
            Some("jpg" | "jpeg") => Ok(Self::Jpeg),
            Some("webp") => Ok(Self::WebP),
            Some("ora") => Err(FileError::UnknownFormat {
                path: path.into(),
                endings: ".png, .jpg, .jpeg or .webp here: only pictures are written, .ora holds documents with layers",
            }),
            _ => Err(FileError::UnknownFormat { path: path.into(), endings: ".png, .jpg, .jpeg or .webp" }),
        }
    }
}

/// Writes a picture in the format that the name says, atomically. Without transparency no alpha is written.
///
/// PNG keeps all `texts`. JPEG (quality [`JPEG_QUALITY`], transparency over white) and WebP (lossless) keep
/// `parameters` and `scumble` in EXIF, where other programs look; if they do not fit there the picture is written
/// without. Returns whether all texts were kept.
pub fn save_picture(path: &Path, picture: &RgbaImage, texts: &[TextChunk]) -> Result<bool, FileError> {
    write_picture(path, picture, texts, JPEG_QUALITY, [255; 3])
}

/// [`save_picture`] with a JPEG quality (1..=100) and the colour that takes the place of transparency in a JPEG.
pub(super) fn write_picture(
    path: &Path,
    picture: &RgbaImage,
    texts: &[TextChunk],
    jpeg_quality: u8,
    background: [u8; 3],
) -> Result<bool, FileError> {
    match Format::from_path(path)? {
        Format::Png => save_png(path, picture, texts).map(|()| true),
        Format::Jpeg => {
            let rgb = rgb_over(picture, background);
            let (block, kept) = exif_block(texts);
            write_atomic(path, |out| {
                let mut encoder =
                    image::codecs::jpeg::JpegEncoder::new_with_quality(out, jpeg_quality.clamp(1, 100));
                block.map_or(Ok(()), |b| encoder.set_exif_metadata(b)).map_err(|e| e.to_string())?;
                let (w, h) = picture.dimensions();
                encoder.write_image(&rgb, w, h, ExtendedColorType::Rgb8).map_err(|e| e.to_string())
            })?;
            Ok(kept)
        }
        Format::WebP => {
            let (block, kept) = exif_block(texts);
            write_atomic(path, |out| {
                let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(out);
                block.map_or(Ok(()), |b| encoder.set_exif_metadata(b)).map_err(|e| e.to_string())?;
                let (w, h) = picture.dimensions();
                let result = match opaque_rgb(picture) {
                    Some(rgb) => encoder.write_image(&rgb, w, h, ExtendedColorType::Rgb8),
                    None => encoder.write_image(picture.as_raw(), w, h, ExtendedColorType::Rgba8),
                };
                result.map_err(|e| e.to_string())
            })?;
            Ok(kept)
        }
    }
}

/// Writes a PNG atomically: RGB where the picture is opaque, else RGBA; 8 bits, marked as sRGB. Texts are written
/// as `tEXt`, or `iTXt` where they are not Latin-1, before the picture.
pub fn save_png(path: &Path, picture: &RgbaImage, texts: &[TextChunk]) -> Result<(), FileError> {
    write_atomic(path, |out| encode_png(out, picture, texts).map_err(|e| e.to_string()))
}

fn encode_png(
    out: &mut dyn Write,
    picture: &RgbaImage,
    texts: &[TextChunk],
) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(out, picture.width(), picture.height());
    let rgb = opaque_rgb(picture);
    encoder.set_color(if rgb.is_some() { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_depth(png::BitDepth::Eight);
    describe(&mut encoder, texts)?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb.as_deref().unwrap_or(picture.as_raw()))?;
    writer.finish()
}

/// Marks a PNG as sRGB and adds its texts.
pub(super) fn describe<W: Write>(
    encoder: &mut png::Encoder<W>,
    texts: &[TextChunk],
) -> Result<(), png::EncodingError> {
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    for TextChunk { keyword, text } in texts {
        let text = text.replace('\0', " "); // the one character that PNG cannot store
        if text.chars().all(|c| u32::from(c) < 256) {
            encoder.add_text_chunk(keyword.clone(), text)?;
        } else {
            encoder.add_itxt_chunk(keyword.clone(), text)?;
        }
    }
    Ok(())
}

/// The texts as EXIF and whether all found room.
fn exif_block(texts: &[TextChunk]) -> (Option<Vec<u8>>, bool) {
    let known = |t: &TextChunk| matches!(t.keyword.as_str(), "parameters" | "scumble");
    match exif::write(texts) {
        Some(block) if block.len() > exif::MAX_BYTES => (None, false),
        block => (block, texts.iter().all(known)),
    }
}

fn opaque_rgb(picture: &RgbaImage) -> Option<Vec<u8>> {
    let opaque = picture.pixels().all(|p| p[3] == 255);
    opaque.then(|| picture.pixels().flat_map(|p| [p[0], p[1], p[2]]).collect())
}

fn rgb_over(picture: &RgbaImage, background: [u8; 3]) -> Vec<u8> {
    let over = |v: u8, a: u8, under: u8| {
        let (v, a, under) = (u32::from(v), u32::from(a), u32::from(under));
        ((v * a + under * (255 - a) + 127) / 255) as u8
    };
    let over = |p: &image::Rgba<u8>| [0, 1, 2].map(|c| over(p[c], p[3], background[c]));
    picture.pixels().flat_map(over).collect()
}
