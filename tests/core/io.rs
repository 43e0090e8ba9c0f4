//! Files in and out, hostile ones included.

use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, ImageBuffer, ImageEncoder, Luma, Rgb, Rgba, RgbaImage};
use scumble::io::{
    FileError, TextChunk, load_mask, load_picture, read_png_text, read_text, save_picture, save_png,
};

use crate::plan::random_picture;
use crate::prng::Prng;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn png_keeps_pixels_and_texts() {
    let folder = folder();
    let mut picture = random_picture(&mut Prng(31), 37, 21);
    let texts = vec![
        TextChunk::new("parameters", "a \"boat\"\nNegative prompt: é, ü\nSteps: 3"),
        TextChunk::new("scumble", r#"{"prompt":"漢字 🎨"}"#),
    ];
    let path = folder.path().join("out.png");
    save_png(&path, &picture, &texts).unwrap();
    assert_eq!(image::open(&path).unwrap().color(), image::ColorType::Rgb8);
    assert_eq!(load_picture(&path).unwrap(), picture);
    assert_eq!(read_png_text(&path).unwrap(), texts);
    assert_eq!(read_text(&path).unwrap(), texts);
    picture.put_pixel(3, 3, Rgba([9, 8, 7, 100]));
    save_png(&path, &picture, &[]).unwrap();
    assert_eq!(load_picture(&path).unwrap(), picture);
    assert!(read_png_text(&path).unwrap().is_empty());
    assert_eq!(names(folder.path()), ["out.png"], "no temporary file stays");
}

#[test]
fn jpeg_and_webp_keep_texts_too() {
    let folder = folder();
    let picture = RgbaImage::from_fn(40, 30, |x, y| Rgba([x as u8 * 4, y as u8 * 4, 90, 255]));
    let texts =
        vec![TextChunk::new("parameters", "bö漢🎨\nSteps: 3"), TextChunk::new("scumble", r#"{"a":"é"}"#)];
    for name in ["a.jpg", "b.JPEG", "c.webp"] {
        let path = folder.path().join(name);
        assert!(save_picture(&path, &picture, &texts).unwrap());
        assert_eq!(read_text(&path).unwrap(), texts, "{name}");
        let back = load_picture(&path).unwrap();
        assert_eq!(back.dimensions(), picture.dimensions());
        let worst = back.pixels().zip(picture.pixels()).map(|(a, b)| a[0].abs_diff(b[0])).max().unwrap();
        assert!(worst <= if name == "c.webp" { 0 } else { 12 }, "{name}: {worst}");
        assert!(save_picture(&path, &picture, &[]).unwrap());
        assert!(read_text(&path).unwrap().is_empty());
        // Too long for a JPEG segment: the picture is written all the same, and it is said.
        let long = [TextChunk::new("parameters", "x".repeat(40_000))];
        assert!(!save_picture(&path, &picture, &long).unwrap());
        assert!(load_picture(&path).is_ok());
    }
    let clear = RgbaImage::from_pixel(8, 8, Rgba([200, 0, 0, 0]));
    save_picture(&folder.path().join("clear.jpg"), &clear, &[]).unwrap();
    assert_eq!(load_picture(&folder.path().join("clear.jpg")).unwrap().get_pixel(4, 4), &Rgba([255; 4]));
    save_picture(&folder.path().join("clear.webp"), &clear, &[]).unwrap();
    assert_eq!(load_picture(&folder.path().join("clear.webp")).unwrap().get_pixel(4, 4)[3], 0);
}

#[test]
fn all_kinds_of_png_are_read() {
    let folder = folder();
    let save = |name: &str, image: DynamicImage| {
        let path = folder.path().join(name);
        image.save(&path).unwrap();
        path
    };
    let deep = ImageBuffer::from_fn(4, 4, |x, _| Rgb([(x * 20_000) as u16, 65_535, 128]));
    let deep = load_picture(&save("deep.png", DynamicImage::ImageRgb16(deep))).unwrap();
    assert_eq!(deep.get_pixel(3, 0), &Rgba([233, 255, 0, 255]));
    let gray =
        load_picture(&save("gray.png", DynamicImage::ImageLuma8(GrayImage::from_pixel(3, 2, Luma([77])))));
    assert_eq!(gray.unwrap().get_pixel(0, 0), &Rgba([77, 77, 77, 255]));
    // A palette with transparency, one bit per pixel.
    let path = folder.path().join("palette.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 8, 1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette(vec![10, 20, 30, 200, 100, 0]);
    encoder.set_trns(vec![0]);
    encoder.write_header().unwrap().write_image_data(&[0b0101_0101]).unwrap();
    let palette = load_picture(&path).unwrap();
    assert_eq!(
        (palette.get_pixel(0, 0), palette.get_pixel(1, 0)),
        (&Rgba([10, 20, 30, 0]), &Rgba([200, 100, 0, 255]))
    );
    // Content, not the name, decides.
    let odd = folder.path().join("really_a_png.jpg");
    std::fs::copy(&path, &odd).unwrap();
    assert!(load_picture(&odd).is_ok());
}

#[test]
fn jpeg_orientation_is_applied() {
    let folder = folder();
    let path = folder.path().join("turned.jpg");
    let picture =
        image::RgbImage::from_fn(32, 16, |x, _| Rgb(if x < 16 { [250, 0, 0] } else { [0, 0, 250] }));
    // Orientation 6: turn right to stand upright.
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new(std::fs::File::create(&path).unwrap());
    encoder.set_exif_metadata(exif).unwrap();
    encoder.write_image(&picture, 32, 16, image::ExtendedColorType::Rgb8).unwrap();
    let upright = load_picture(&path).unwrap();
    assert_eq!(upright.dimensions(), (16, 32));
    assert!(upright.get_pixel(8, 4)[0] > 200 && upright.get_pixel(8, 28)[2] > 200);
}

#[test]
fn masks_are_luminance() {
    let folder = folder();
    let path = folder.path().join("mask.png");
    let mut picture = RgbaImage::from_pixel(4, 4, Rgba([255, 255, 255, 255]));
    picture.put_pixel(0, 0, Rgba([0, 0, 0, 255]));
    picture.put_pixel(1, 0, Rgba([128, 128, 128, 255]));
    picture.put_pixel(2, 0, Rgba([255, 255, 255, 0]));
    picture.save(&path).unwrap();
    let mask = load_mask(&path).unwrap();
    let row: Vec<u8> = (0..4).map(|x| mask.get_pixel(x, 0)[0]).collect();
    assert_eq!(row, [0, 128, 255, 255]);
}

/// A PNG that claims `width` by `height` pixels but holds next to nothing.
fn bomb(path: &Path, width: u32, height: u32, bits: u8) {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([bits, 6, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", header), (b"IDAT", vec![0x78, 0x9c, 3, 0, 0, 0, 0, 1]), (b"IEND", vec![])]
    {
        out.extend((data.len() as u32).to_be_bytes());
        let body: Vec<u8> = name.iter().copied().chain(data).collect();
        let crc = body.iter().fold(!0u32, |crc, b| {
            (0..8).fold(crc ^ u32::from(*b), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
        });
        out.extend(body);
        out.extend((!crc).to_be_bytes());
    }
    std::fs::write(path, out).unwrap();
}

#[test]
fn hostile_and_broken_files_are_refused_with_their_name() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name);
    let refuse = |path: PathBuf, expect: &str| {
        let error = load_picture(&path).unwrap_err();
        let text = error.to_string();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(text.contains(expect) && text.contains(&name), "{text}");
        assert!(
            read_text(&path).is_err()
                || matches!(error, FileError::TooLarge { .. } | FileError::Decode { .. })
        );
    };
    bomb(&file("wide.png"), 1_000_000, 1, 8);
    refuse(file("wide.png"), "1000000x1 pixels; at most 16384");
    bomb(&file("big.png"), 16_384, 16_384, 16);
    refuse(file("big.png"), "64 megapixels");
    bomb(&file("zero.png"), 0, 4, 8);
    refuse(file("zero.png"), "not a readable picture");
    bomb(&file("hollow.png"), 8000, 8000, 8);
    refuse(file("hollow.png"), "not a readable picture");
    std::fs::write(file("empty.png"), b"").unwrap();
    refuse(file("empty.png"), "empty");
    std::fs::write(file("text.png"), b"hello, I am text").unwrap();
    refuse(file("text.png"), "PNG, JPEG and WebP");
    refuse(file("missing.png"), "cannot read");
    std::fs::create_dir(file("dir.png")).unwrap();
    refuse(file("dir.png"), "folder");
    // Every truncation of a good file gives an error or a picture, never a panic.
    let good = file("good.png");
    save_png(&good, &random_picture(&mut Prng(33), 20, 20), &[TextChunk::new("k", "v")]).unwrap();
    let bytes = std::fs::read(&good).unwrap();
    let mut prng = Prng(34);
    for cut in 0..bytes.len() {
        std::fs::write(file("cut.png"), &bytes[..cut]).unwrap();
        let _ = (load_picture(&file("cut.png")), read_text(&file("cut.png")));
        let mut flipped = bytes.clone();
        flipped[prng.below(bytes.len())] ^= 1 << prng.below(8);
        std::fs::write(file("cut.png"), flipped).unwrap();
        let _ = (load_picture(&file("cut.png")), read_text(&file("cut.png")));
    }
    // A huge sparse file is refused by its length alone.
    let sparse = std::fs::File::create(file("sparse.png")).unwrap();
    sparse.set_len((1 << 30) + 1).unwrap();
    refuse(file("sparse.png"), "at most 1 GiB");
}

#[test]
fn a_text_bomb_is_left_out() {
    let folder = folder();
    let path = folder.path().join("bomb.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 1, 1);
    encoder.add_ztxt_chunk("bomb".into(), "x".repeat(60 << 20)).unwrap();
    encoder.add_text_chunk("parameters".into(), "fine".into()).unwrap();
    encoder.write_header().unwrap().write_image_data(&[0]).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 1 << 20);
    assert_eq!(read_png_text(&path).unwrap(), [TextChunk::new("parameters", "fine")]);
}

#[test]
fn failed_writes_leave_nothing_and_name_the_folder() {
    let folder = folder();
    let picture = RgbaImage::from_pixel(2, 2, Rgba([1, 2, 3, 255]));
    let gone = folder.path().join("no/such/out.png");
    let text = save_png(&gone, &picture, &[]).unwrap_err().to_string();
    assert!(text.contains("no/such does not exist") && text.contains("out.png"), "{text}");
    let text = save_picture(&folder.path().join("out.gif"), &picture, &[]).unwrap_err().to_string();
    assert!(text.contains(".png, .jpg, .jpeg or .webp"), "{text}");
    let text = save_picture(&folder.path().join("out"), &picture, &[]).unwrap_err().to_string();
    assert!(text.contains(".webp"), "{text}");
    let old = folder.path().join("old.png");
    save_png(&old, &picture, &[]).unwrap();
    let before = std::fs::read(&old).unwrap();
    let failed = scumble::io::atomic::write_atomic(&old, |out| {
        out.write_all(b"half").unwrap();
        Err("the disk is full".into())
    });
    assert!(failed.unwrap_err().to_string().contains("disk is full"));
    assert_eq!(std::fs::read(&old).unwrap(), before);
    assert_eq!(names(folder.path()), ["old.png"]);
    assert!(save_png(&old, &picture, &[TextChunk::new("", "keyword too short")]).is_err());
    assert_eq!(std::fs::read(&old).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_permissions_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let picture = RgbaImage::from_pixel(2, 2, Rgba([1, 2, 3, 255]));
    let (real, link) = (folder.path().join("real.png"), folder.path().join("link.png"));
    save_png(&real, &picture, &[]).unwrap();
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert!(mode(&real) & 0o400 != 0 && mode(&real) & 0o111 == 0);
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    save_png(&link, &RgbaImage::from_pixel(2, 2, Rgba([9, 9, 9, 255])), &[]).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!((load_picture(&real).unwrap().get_pixel(0, 0)[0], mode(&real)), (9, 0o640));
}
