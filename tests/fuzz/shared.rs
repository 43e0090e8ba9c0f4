//! What is done with foreign bytes: by the fuzz targets, and by `tests/core/files/seeds.rs` with the files in `seeds`.

use scumble::document::Document;
use scumble::geom::Rect;
use scumble::io::journal::{self, Peek};
use scumble::io::{self, gpl, ora};
use scumble::paint::preset;
use scumble::paint::text::{Fonts, Placed};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// A folder of this process; its files are written over again and again.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("scumble-fuzz-{}", std::process::id()));
    let _ = std::fs::create_dir_all(&folder);
    folder
}

/// OpenRaster: what is read can be saved and read again.
pub fn ora(bytes: &[u8]) {
    let Ok(doc) = ora::load_bytes(bytes, Path::new("fuzz.ora")) else { return };
    // Layers that share their tiles count once each: more than there is.
    let held = doc.bytes_not_in(&Document::new(Rect::new(0, 0, 1, 1)));
    if doc.page.area() > 1 << 20 || held > 1 << 20 {
        return;
    }
    let path = folder().join("again.ora");
    if ora::save(&path, &doc).is_ok() {
        assert!(ora::load(&path).is_ok_and(|again| again == doc));
    }
}

/// A file of any kind.
pub fn open(bytes: &[u8]) {
    let path = folder().join("picture");
    if std::fs::write(&path, bytes).is_ok()
        && let Ok(opened) = io::open(&path)
    {
        assert!(!opened.document.page.is_empty());
    }
}

/// Palettes: what is read can be written and has as many colours then.
pub fn gpl(bytes: &[u8]) {
    let Ok(palette) = gpl::load_bytes(bytes, Path::new("fuzz.gpl")) else { return };
    let again = gpl::load_bytes(gpl::format(&palette).as_bytes(), Path::new("again.gpl"));
    assert!(again.is_ok_and(|again| again.colors.len() == palette.colors.len()));
}

/// Lists of dropped files: each is an absolute path, and comes back as what it is written as.
#[cfg(unix)]
pub fn uris(bytes: &[u8]) {
    use scumble::io::uris::{decode, encode};
    let files = decode(bytes);
    assert!(files.len() <= 1000);
    for file in files {
        assert!(file.is_absolute());
        assert_eq!(decode(encode(&file).as_bytes()), [file]);
    }
}

/// Brushes: what is read is written and read again the same.
pub fn preset(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(brush) = preset::from_toml(text) else { return };
    let written = preset::to_toml(&brush).expect("a brush that was read can be written");
    assert_eq!(preset::from_toml(&written).expect("and read again"), brush);
}

/// Journals, their checksums made right so that records are read.
pub fn journal(bytes: &[u8]) {
    let folder = folder().join("journal");
    let _ = std::fs::create_dir_all(&folder);
    let mut bytes = [b"SCJL\x01\0\0\0", bytes].concat();
    seal(&mut bytes);
    if std::fs::write(folder.join("journal-000001.scj"), &bytes).is_ok() {
        let peek = journal::peek(&folder);
        if let Some(found) = journal::recover(&folder) {
            assert!(matches!(peek, Peek::Found { note, .. } if note == found.note));
        }
    }
}

/// Makes the checksums of a journal right.
pub fn seal(bytes: &mut [u8]) {
    let Some(magic) = bytes.get(..8) else { return };
    let (mut chain, mut at) = (crc32fast::hash(magic), 8);
    while let Some(head) = bytes.get(at..at + 9) {
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(payload) = bytes.get(at + 9..at + 9 + length) else { return };
        let covered = [&chain.to_le_bytes(), &head[4..5], &head[..4], payload].concat();
        chain = crc32fast::hash(&covered);
        bytes[at + 5..at + 9].copy_from_slice(&chain.to_le_bytes());
        at += 9 + length;
    }
}

thread_local! {
    static FONTS: RefCell<Fonts> = RefCell::new(Fonts::embedded());
}

/// Notes of text layers: set within limits, written and read again the same.
pub fn text(bytes: &[u8]) {
    let Ok(note) = std::str::from_utf8(bytes) else { return };
    let Some(placed) = Placed::from_note(note) else { return };
    // Long texts are tested, but not a hundred times a second.
    if placed.text.text.len() < 200 {
        let outlines = FONTS.with_borrow_mut(|fonts| placed.text.outlines(fonts));
        assert!(outlines.iter().flatten().all(|p| p.x.is_finite() && p.y.is_finite()));
    }
    let again = Placed::from_note(&placed.note());
    assert!(again.is_some_and(|again| again.text == placed.text));
}
