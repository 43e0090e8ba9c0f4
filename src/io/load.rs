//! Reading pictures and masks.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits, RgbaImage};

use super::{FileError, MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE, TextChunk, exif, png_text};

const SHRINK: &str = "make it smaller in an image editor first";

/// Loads PNG (any depth, palette), JPEG or WebP as sRGB with alpha, upright (EXIF orientation is applied). The
/// content decides about the format, not the name. Of an animation the first frame is taken; colour profiles are
/// not applied ([`super::open()`] does).
pub fn load_picture(path: &Path) -> Result<RgbaImage, FileError> {
    // 16-bit samples are rounded to 8.
    Ok(decode(path)?.into_rgba8())
}

/// Loads a mask: white = change. Colours count by their luminance, alpha is ignored.
pub fn load_mask(path: &Path) -> Result<GrayImage, FileError> {
    Ok(decode(path)?.into_luma8())
}

/// The texts that a PNG, JPEG or WebP file carries: all of a PNG's; `parameters` and `scumble` of the others.
pub fn read_text(path: &Path) -> Result<Vec<TextChunk>, FileError> {
    let bytes = read_file(path)?;
    if bytes.starts_with(b"\x89PNG") {
        return png_text::read_png_text(path);
    }
    let block = decoder(path, &bytes)?.exif_metadata().map_err(|e| broken(path, e))?;
    Ok(block.map(|b| exif::read(&b)).unwrap_or_default())
}

/// The file's bytes, if it is not too large.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, FileError> {
    let fail = |e| FileError::read(path, e);
    let file = File::open(path).map_err(fail)?;
    let meta = file.metadata().map_err(fail)?;
    if meta.is_dir() {
        return Err(fail(std::io::Error::other("it is a folder; name a file in it")));
    }
    let too_large = |bytes: u64| FileError::TooLarge {
        path: path.into(),
        what: format!(
            "is {:.1} GiB; at most {} GiB are read",
            bytes as f64 / (1u64 << 30) as f64,
            MAX_FILE_BYTES >> 30
        ),
        fix: SHRINK,
    };
    if meta.len() > MAX_FILE_BYTES {
        return Err(too_large(meta.len()));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    // A device or pipe has no length: stop at the limit all the same.
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

fn broken(path: &Path, why: image::ImageError) -> FileError {
    FileError::Decode { path: path.into(), why: why.to_string() }
}

fn decoder<'a>(path: &Path, bytes: &'a [u8]) -> Result<impl ImageDecoder + 'a, FileError> {
    if bytes.is_empty() {
        return Err(FileError::Decode { path: path.into(), why: "the file is empty".into() });
    }
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader = reader.with_guessed_format().map_err(|e| FileError::read(path, e))?;
    let mut limits = Limits::default();
    // Room for 16-bit samples of the largest picture and for the decoder's own tables.
    limits.max_alloc = Some(MAX_PIXELS * 8 + (64 << 20));
    reader.limits(limits);
    reader.into_decoder().map_err(|e| broken(path, e))
}

fn decode(path: &Path) -> Result<DynamicImage, FileError> {
    Ok(decode_bytes(path, &read_file(path)?)?.image)
}

/// A decoded picture, upright.
pub(super) struct Decoded {
    pub(super) image: DynamicImage,
    /// The ICC profile that its colours are meant in.
    pub(super) profile: Option<Vec<u8>>,
}

pub(super) fn decode_bytes(path: &Path, bytes: &[u8]) -> Result<Decoded, FileError> {
    let mut decoder = decoder(path, bytes)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(FileError::TooLarge {
            path: path.into(),
            what: format!(
                "is {width}x{height} pixels; at most {MAX_SIDE} on a side and {} megapixels are read",
                MAX_PIXELS >> 20
            ),
            fix: SHRINK,
        });
    }
    let orientation = decoder.orientation().map_err(|e| broken(path, e))?;
    // A broken profile is as good as none.
    let profile = decoder.icc_profile().ok().flatten();
    let mut image = DynamicImage::from_decoder(decoder).map_err(|e| broken(path, e))?;
    image.apply_orientation(orientation);
    Ok(Decoded { image, profile })
}
