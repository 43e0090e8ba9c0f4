//! Hostile and mutated files: no panic, and no memory beyond the stated limits.

use super::full_document;
use super::seeds::shared::seal;
use super::zip::{Kind, png, rgba, zip};
use crate::document::support::Dice;
use scumble::document::Document;
use scumble::geom::Rect;
use scumble::io::{gpl, journal, ora};
use std::path::Path;

const NAME: &str = "hostile.ora";

fn load(bytes: &[u8]) -> Result<Document, String> {
    ora::load_bytes(bytes, Path::new(NAME)).map_err(|why| why.to_string())
}

/// Changes some bytes, cuts, repeats or swaps pieces.
fn mutate(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        if out.is_empty() {
            break;
        }
        let (at, n) = (dice.below(out.len()), dice.below(40));
        let end = (at + n).min(out.len());
        match dice.below(7) {
            0 => out.truncate(at),
            1 => drop(out.drain(at..end)),
            2 => {
                let piece = out[at..end].to_vec();
                let to = dice.below(out.len());
                out.splice(to..to, piece);
            }
            3 => out[at] = [0, 1, 0x7f, 0x80, 0xff][dice.below(5)],
            4 => out[at..end].fill(0xff),
            5 => out[at] ^= 1 << dice.below(8),
            _ => out[at] = dice.next() as u8,
        }
    }
    out
}

/// Bytes of pixels that the document holds; more than it may have asked for is a failure.
fn assert_within(doc: &Document, file_bytes: usize) {
    let held = doc.bytes_not_in(&Document::new(Rect::new(0, 0, 1, 1)));
    assert!(held as u64 <= ora::decoded_bytes_for(file_bytes as u64), "{held} of {file_bytes}");
}

/// Most memory this process ever had, bytes; 0 where that cannot be known.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}

#[test]
fn mutated_openraster_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.ora");
    let mut dice = Dice(41);
    for seed in 0..6 {
        ora::save(&path, &full_document(seed)).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..150 {
            let bytes = mutate(&mut dice, &bytes);
            if let Ok(doc) = load(&bytes) {
                assert_within(&doc, bytes.len());
            }
        }
        // Mutated contents in a sound archive: what checksums would catch otherwise.
        let entries = super::zip::unzip(&bytes);
        for _ in 0..150 {
            let at = dice.below(entries.len());
            let stack_crc = dice.chance(0.5);
            let changed: Vec<(String, Vec<u8>)> = entries
                .iter()
                .enumerate()
                .map(|(i, (name, _, data))| {
                    (name.clone(), if i == at { mutate(&mut dice, data) } else { data.clone() })
                })
                .filter(|(name, _)| stack_crc || name != "scumble/document.json")
                .collect();
            let parts: Vec<_> =
                changed.iter().map(|(n, d)| (n.as_str(), d.as_slice(), Kind::Stored)).collect();
            if let Ok(doc) = load(&zip(&parts)) {
                assert_within(&doc, bytes.len() * 2);
                let _ = ora::save(&path, &doc);
            }
        }
    }
}

#[test]
fn mutated_palettes() {
    let mut dice = Dice(42);
    let text = b"GIMP Palette\nName: Some\nColumns: 8\nChannels: RGBA\n#\n  1   2   3  4\tone\n255 255 255 9\t\xc3\xa9\n";
    for _ in 0..20_000 {
        let _ = gpl::load_bytes(&mutate(&mut dice, text), Path::new("x.gpl"));
    }
}

#[test]
fn mutated_journals() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(43);
    let mut writer = journal::Journal::create(folder.path()).unwrap();
    let docs = [full_document(4), full_document(5)];
    for doc in &docs {
        writer.write(doc, "").unwrap();
    }
    let path = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&path).unwrap();
    for i in 0..600 {
        let mut bytes = mutate(&mut dice, &bytes);
        if i % 2 == 0 {
            seal(&mut bytes);
        }
        std::fs::write(&path, &bytes).unwrap();
        if let Some(found) = journal::recover(folder.path()) {
            assert_within(&found.document, bytes.len());
        }
    }
}

#[test]
fn small_files_may_not_ask_for_gigabytes() {
    const MIMETYPE: (&str, &[u8], Kind) = ("mimetype", b"image/openraster", Kind::Stored);
    let stack = |layers: String| format!("<image w='64' h='64'><stack>{layers}</stack></image>").into_bytes();
    let before = peak_memory();
    // A header that claims 512 megapixels and has one row, plain and interlaced.
    let mut claims = rgba(4, 4, &[7; 64]);
    claims[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x80, 0]);
    let fix = |png: &mut Vec<u8>| {
        let crc = crc32fast::hash(&png[12..29]).to_be_bytes();
        png[29..33].copy_from_slice(&crc);
    };
    fix(&mut claims);
    let mut interlaced = claims.clone();
    interlaced[28] = 1;
    fix(&mut interlaced);
    let one = stack("<layer src='a.png'/>".into());
    for png in [&claims, &interlaced] {
        let bytes = zip(&[MIMETYPE, ("a.png", png, Kind::Deflated), ("stack.xml", &one, Kind::Deflated)]);
        assert!(bytes.len() < 1000);
        assert!(load(&bytes).unwrap_err().contains(NAME));
    }
    // Every tile of many layers differs from one value, and all layers share a small PNG.
    let rows: Vec<u8> = (0..4096u32 * 4096).map(|i| (i % 64 / 32) as u8 * 255).collect();
    let small = png(4096, 4096, png::ColorType::Grayscale, png::BitDepth::Eight, &rows);
    let layers = (0..2000).map(|i| format!("<layer src='a.png' x='{i}'/>")).collect();
    let bytes =
        zip(&[MIMETYPE, ("a.png", &small, Kind::Deflated), ("stack.xml", &stack(layers), Kind::Deflated)]);
    assert!(bytes.len() < 40_000, "{}", bytes.len());
    let error = load(&bytes).unwrap_err();
    assert!(error.contains("may ask for"), "{error}");
    // One pixel, placed everywhere: each takes a tile.
    let dot = rgba(1, 1, &[1, 2, 3, 255]);
    let layers = (0..16_000).map(|i| format!("<layer src='a.png' x='{i}'/>")).collect();
    let bytes =
        zip(&[MIMETYPE, ("a.png", &dot, Kind::Stored), ("stack.xml", &stack(layers), Kind::Deflated)]);
    if let Ok(doc) = load(&bytes) {
        assert_within(&doc, bytes.len());
    }
    // Sizes that are not so: an entry of "10 GB", a list of entries that is larger than the file.
    let mut bytes = zip(&[MIMETYPE, ("stack.xml", &one, Kind::Deflated)]);
    let list = bytes.len() - 22 - 4 - 46 - 9;
    bytes[list + 24..list + 28].fill(0xf0);
    assert!(load(&bytes).unwrap_err().contains("stack.xml"));
    let at = bytes.len() - 22 - 4 + 12;
    bytes[at..at + 4].fill(0xf0);
    assert!(load(&bytes).is_err());
    // A megabyte of XML that was a kilobyte.
    let bomb = zip(&[MIMETYPE, ("stack.xml", &vec![b' '; 17 << 20], Kind::Deflated)]);
    assert!(load(&bomb).unwrap_err().contains("at most"));
    // Other tests of this process may run meanwhile: their memory is in the sum, but gigabytes are not.
    let grown = peak_memory() - before;
    assert!(grown < 2 << 30, "{grown}");
}
