//! The journal: whatever happens to its file, the last whole state comes back.

use super::full_document;
use crate::document::support::{Dice, random_edit};
use scumble::document::{Document, ONE};
use scumble::geom::Rect;
use scumble::io::journal::{Journal, Recovered, Written, discard, recover};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// A journal of several states, its bytes, and the length of the file after each state.
fn sample(folder: &Path, seed: u64, states: usize) -> (Vec<Document>, Vec<u8>, Vec<usize>) {
    let mut dice = Dice(seed);
    let mut doc = full_document(seed);
    let mut journal = Journal::create(folder).unwrap();
    let (mut docs, mut lengths) = (Vec::new(), Vec::new());
    for i in 0..states {
        journal.write(&doc, &format!("state {i}")).unwrap();
        let path = &files(folder)[0];
        lengths.push(std::fs::metadata(path).unwrap().len() as usize);
        docs.push(doc.clone());
        for _ in 0..3 {
            random_edit(&mut dice, &mut doc);
        }
    }
    let bytes = std::fs::read(&files(folder)[0]).unwrap();
    (docs, bytes, lengths)
}

#[test]
fn every_state_comes_back() {
    for seed in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(folder.path()).unwrap();
        assert_eq!(recover(folder.path()), None);
        let mut dice = Dice(seed);
        let mut document = full_document(seed);
        for i in 0..25 {
            let note = format!("note {i}");
            journal.write(&document, &note).unwrap();
            assert_eq!(journal.write(&document, &note).unwrap(), Written::Nothing);
            let found = recover(folder.path());
            assert_eq!(found, Some(Recovered { document: document.clone(), note }), "{seed} {i}");
            random_edit(&mut dice, &mut document);
        }
        assert_eq!(files(folder.path()).len(), 1);
        journal.discard().unwrap();
        assert!(!folder.path().exists() && recover(folder.path()).is_none());
        discard(folder.path()).unwrap();
    }
}

#[test]
fn only_what_changed_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut doc = Document::with_layer(Rect::new(0, 0, 2048, 2048), "big");
    let id = doc.active.unwrap();
    let mut dice = Dice(5);
    let noise = |doc: &mut Document, dice: &mut Dice, area: Rect| {
        let planes: [Vec<u16>; 4] =
            std::array::from_fn(|_| (0..area.area()).map(|_| dice.next() as u16).collect());
        let [r, g, b, a] = &planes;
        doc.layer_mut(id).unwrap().pixels_mut().unwrap().write(area, [r, g, b, a]);
    };
    noise(&mut doc, &mut dice, Rect::new(0, 0, 2048, 2048));
    let mut journal = Journal::create(folder.path()).unwrap();
    let Written::Snapshot(bytes) = journal.write(&doc, "").unwrap() else { panic!("a snapshot comes first") };
    assert!(bytes > 32 << 20, "{bytes}");
    let mut snapshots = 0;
    for i in 0..2100 {
        noise(&mut doc, &mut dice, Rect::from_size(i % 32 * 64, i / 32 % 32 * 64, 64, 64));
        match journal.write(&doc, "").unwrap() {
            Written::Changes(bytes) => assert!((32_000..34_000).contains(&bytes), "{bytes}"),
            Written::Snapshot(again) => {
                assert!(again < bytes + 1000);
                snapshots += 1;
            }
            Written::Nothing => panic!("a tile changed"),
        }
        if i % 700 == 0 {
            assert_eq!(recover(folder.path()).unwrap().document, doc);
        }
    }
    assert_eq!(snapshots, 1, "the file does not grow for ever");
    assert_eq!(recover(folder.path()).unwrap().document, doc);
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_torn_or_damaged_journal_gives_the_last_whole_state() {
    for seed in [3, 8] {
        let folder = tempfile::tempdir().unwrap();
        let (docs, bytes, lengths) = sample(folder.path(), seed, 6);
        let path = files(folder.path())[0].clone();
        // Record boundaries, found by walking the file; and what lies around them.
        let mut boundaries = vec![0, 1, 7, 8];
        let mut at = 8;
        while at < bytes.len() {
            let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
            boundaries.extend([at, at + 1, at + 8, at + 9, at + 9 + length / 2]);
            at += 9 + length;
        }
        assert_eq!(at, bytes.len());
        let mut dice = Dice(seed);
        boundaries.extend((0..60).map(|_| dice.below(bytes.len())));
        // The last state that ends at or before the damage.
        let want = |damage: usize| {
            let whole = lengths.iter().filter(|length| **length <= damage).count();
            whole.checked_sub(1).map(|i| (docs[i].clone(), format!("state {i}")))
        };
        for &at in &boundaries {
            let found = |bytes: &[u8]| {
                std::fs::write(&path, bytes).unwrap();
                recover(folder.path()).map(|r| (r.document, r.note))
            };
            assert_eq!(found(&bytes[..at]), want(at), "cut at {at}");
            let mut padded = bytes[..at].to_vec();
            padded.resize(bytes.len(), 0);
            // Zeros that happen to be what stood there are no damage.
            if let Some(first) = (at..bytes.len()).find(|&i| bytes[i] != 0) {
                assert_eq!(found(&padded), want(first), "zeros from {at}");
            }
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << dice.below(8);
            assert_eq!(found(&flipped), want(at), "bit flipped at {at}");
        }
    }
}

#[test]
fn a_failed_write_costs_nothing_that_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut doc = full_document(1);
    let mut journal = Journal::create(folder.path()).unwrap();
    journal.write(&doc, "good").unwrap();
    let good = doc.clone();
    doc.page = Rect::default();
    assert!(journal.write(&doc, "bad").is_err());
    assert_eq!(recover(folder.path()).unwrap().document, good);
    doc.page = good.page.grow(1);
    assert!(matches!(journal.write(&doc, "better").unwrap(), Written::Snapshot(_)));
    assert_eq!(recover(folder.path()).unwrap().note, "better");
    // The next run's journal replaces this one only when it has something.
    let mut next = Journal::create(folder.path()).unwrap();
    assert_eq!(recover(folder.path()).unwrap().note, "better");
    // Death between writing the new generation and removing the old one: the new one counts, but if it is broken
    // the old one does.
    let old = std::fs::read(&files(folder.path())[0]).unwrap();
    let old_path = files(folder.path())[0].clone();
    next.write(&good, "newest").unwrap();
    std::fs::write(&old_path, &old).unwrap();
    assert_eq!(recover(folder.path()).unwrap().note, "newest");
    std::fs::write(&files(folder.path())[1], &old[..100]).unwrap();
    assert_eq!(recover(folder.path()).unwrap().note, "better");
}

const CHILD: &str = "SCUMBLE_TEST_JOURNAL";

/// The document after so many steps of the child.
fn step(doc: &mut Document, i: i32) {
    let id = doc.active.unwrap();
    let pixels = doc.layer_mut(id).unwrap().pixels_mut().unwrap();
    for k in 0..40 {
        let v = (i * 7919 + k * 104_729) as u16;
        pixels.set_pixel(i * 37 % 900, k * 20 + i % 20, [v, v / 2, 0, ONE]);
    }
}

/// Not a test by itself: what the next one kills.
#[test]
fn child_that_writes_a_journal() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let mut doc = Document::with_layer(Rect::new(0, 0, 900, 800), "one");
    let mut journal = Journal::create(Path::new(&folder)).unwrap();
    for i in 0.. {
        step(&mut doc, i);
        journal.write(&doc, &i.to_string()).unwrap();
        println!("written {i}");
    }
}

#[test]
fn killed_at_any_moment() {
    let mut dice = Dice(99);
    for round in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "files::journal::child_that_writes_a_journal", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let written = |line: &String| line.rsplit("written ").next().and_then(|n| n.parse::<i32>().ok());
        let mut last = lines.by_ref().find_map(|line| written(&line)).unwrap();
        std::thread::sleep(std::time::Duration::from_micros(dice.below(60_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            last = written(&line).unwrap_or(last);
        }
        let found = recover(folder.path()).unwrap();
        let steps: i32 = found.note.parse().unwrap();
        assert!((last..=last + 1).contains(&steps), "round {round}: {steps} of {last}");
        let mut doc = Document::with_layer(Rect::new(0, 0, 900, 800), "one");
        (0..=steps).for_each(|i| step(&mut doc, i));
        assert_eq!(found.document, doc);
    }
}
