//! Opening a file of any known kind as a document.

use super::load::{decode_bytes, read_file};
use super::profile::{self, Meaning};
use super::{FileError, TextChunk, is_document, ora, read_text};
use crate::document::rgba8::from_straight16;
use crate::document::{Document, Pixels};
use crate::geom::Rect;
use image::{ColorType, DynamicImage};
use std::io::Read;
use std::path::Path;

/// An opened file.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The picture. Of a flat picture: one layer, named after the file, and a page of its size.
    pub document: Document,
    /// The texts that a flat picture carries (see [`read_text`]); a document keeps its own with its layers.
    pub texts: Vec<TextChunk>,
    /// Whether the picture has 16 bits a channel.
    pub deep: bool,
    /// What is not as in the file.
    pub remarks: Vec<Remark>,
}

/// Something that an opened picture lacks, to be shown to whoever opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    /// It is animated.
    #[error("only the first picture of the animation was opened")]
    FirstFrame,
    /// It is a JPEG of printing inks.
    #[error("the picture is made for print (CMYK); its colours are only about right")]
    Inks,
    /// Its colour profile was not used.
    #[error("the colour profile could not be used ({0}); colours were taken for sRGB")]
    Profile(&'static str),
}

/// Opens `.ora`, PNG, JPEG or WebP, by content. Colours become sRGB where the file has a colour profile; 16-bit samples
/// keep their bits; grey and palette pictures become colour; EXIF orientation is applied. Errors name the file.
///
/// Limits: [`super::MAX_FILE_BYTES`], [`super::MAX_SIDE`], [`super::MAX_PIXELS`] for pictures, those of [`ora`] for
/// documents.
pub fn open(path: &Path) -> Result<Opened, FileError> {
    if is_archive(path) || is_document(path) {
        return Ok(Opened {
            document: ora::load(path)?,
            texts: Vec::new(),
            deep: false,
            remarks: Vec::new(),
        });
    }
    let bytes = read_file(path)?;
    let decoded = decode_bytes(path, &bytes)?;
    let mut remarks = Vec::new();
    if is_animated(&bytes) {
        remarks.push(Remark::FirstFrame);
    }
    let inks = jpeg_channels(&bytes) == Some(4);
    if inks {
        remarks.push(Remark::Inks);
    }
    let gray = !decoded.image.color().has_color();
    let deep = is_deep(&decoded.image);
    // The decoder has made RGB of inks already, by rule of thumb.
    let meaning = match decoded.profile.filter(|_| !inks) {
        Some(profile) => profile::meaning(&profile, gray),
        None => Meaning::Srgb,
    };
    if let Meaning::Unknown(why) = &meaning {
        remarks.push(Remark::Profile(why));
    }
    let (width, height) = (decoded.image.width(), decoded.image.height());
    let page = Rect::from_size(0, 0, width, height);
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut document = Document::with_layer(page, &name);
    let active = document.active;
    if let Some(layer) = active.and_then(|id| document.layer_mut(id))
        && let Some(pixels) = layer.pixels_mut()
    {
        *pixels = to_pixels(decoded.image, page, &meaning);
    }
    // A picture whose texts are broken is a picture all the same.
    let texts = read_text(path).unwrap_or_default();
    Ok(Opened { document, texts, deep, remarks })
}

fn is_archive(path: &Path) -> bool {
    let mut magic = [0; 4];
    std::fs::File::open(path)
        .is_ok_and(|mut file| file.read_exact(&mut magic).is_ok() && magic == *b"PK\x03\x04")
}

fn is_deep(image: &DynamicImage) -> bool {
    matches!(image.color(), ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16)
}

fn to_pixels(image: DynamicImage, page: Rect, meaning: &Meaning) -> Pixels {
    let deep = is_deep(&image);
    match meaning {
        Meaning::Srgb | Meaning::Unknown(_) if !deep => {
            Pixels::from_rgba8(page, &image.into_rgba8()).unwrap_or_default()
        }
        Meaning::Srgb | Meaning::Unknown(_) => wide(image, page, |_| {}),
        Meaning::Other(conversion) => wide(image, page, |rows| {
            conversion.apply(rows);
        }),
    }
}

/// Samples of 16 bits, changed by `convert`, to tiles.
fn wide(image: DynamicImage, page: Rect, convert: impl Fn(&mut [u16])) -> Pixels {
    let mut out = Pixels::default();
    let width = page.width() as usize;
    let mut samples = image.into_rgba16().into_raw();
    // A row of tiles at a time.
    for (band, rows) in samples.chunks_mut(width * 4 * 64).enumerate() {
        convert(rows);
        let mut planes = [0; 4].map(|_| Vec::with_capacity(rows.len() / 4));
        for px in rows.chunks_exact(4) {
            let px = from_straight16([px[0], px[1], px[2], px[3]]);
            planes.iter_mut().zip(px).for_each(|(plane, v)| plane.push(v));
        }
        let height = (rows.len() / 4 / width) as u32;
        let rect = Rect::from_size(0, band as i32 * 64, width as u32, height);
        out.write(rect, [&planes[0], &planes[1], &planes[2], &planes[3]]);
    }
    out
}

/// Whether a PNG or WebP is animated.
fn is_animated(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\x89PNG") {
        return png_chunks(bytes).take_while(|name| *name != b"IDAT").any(|name| name == b"acTL");
    }
    // RIFF, its size, "WEBP", "VP8X", its size, flags.
    bytes.get(8..16) == Some(b"WEBPVP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
}

/// The names of the chunks of a PNG.
fn png_chunks(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let name = rest.get(4..8)?;
        // Name, length and checksum have twelve bytes.
        rest = rest.get(length.checked_add(12)?..).unwrap_or_default();
        Some(name)
    })
}

/// How many channels a JPEG has; `None` for other files.
fn jpeg_channels(bytes: &[u8]) -> Option<u8> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (&[mark, kind], after) = rest.split_first_chunk()?;
        if mark != 0xff {
            return None;
        }
        let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
        match kind {
            // Padding.
            0xff => rest = rest.get(1..)?,
            // Frame headers: length, depth, height, width, channels.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return after.get(7).copied(),
            // The scan: no frame came.
            0xda | 0xd9 => return None,
            _ => rest = after.get(length..)?,
        }
    }
}
