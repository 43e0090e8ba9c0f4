//! Sessions: the living are left alone, the dead are claimed once.

use super::full_document;
use scumble::document::Document;
use scumble::geom::Rect;
use scumble::io::recovery::{Orphan, Session, orphans};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const CHILD: &str = "SCUMBLE_TEST_SESSION_CHILD";

fn sessions(base: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(base).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn notes(orphans: &[Orphan]) -> BTreeSet<String> {
    orphans.iter().map(|orphan| orphan.note().to_owned()).collect()
}

/// Not a test by itself: a program with two documents that waits to be killed, or one that only asks for orphans.
#[test]
fn child_with_a_session() {
    let Some(job) = std::env::var_os(CHILD) else { return };
    let job = job.into_string().unwrap();
    let (what, base) = job.split_once(' ').unwrap();
    if what == "ask" {
        println!("claimed {}", orphans(Path::new(base)).len());
        return;
    }
    let session = Session::begin(Path::new(base)).unwrap();
    for number in [1, 2] {
        let mut journal = session.journal(number).unwrap();
        journal.write(&full_document(number), &format!("{what} {number}")).unwrap();
    }
    // Begun, but nothing written.
    session.journal(3).unwrap();
    println!("ready");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn child(job: &str, base: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "files::recovery::child_with_a_session", "--nocapture"])
        .env(CHILD, format!("{job} {}", base.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.find(|line| line.ends_with("ready") || line.contains("claimed ")).unwrap();
    if said.contains("claimed ") {
        // It goes on to say that its test has passed.
        lines.for_each(drop);
    }
    (child, said)
}

#[test]
fn what_a_killed_program_had_open_is_claimed_once() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    let (mut alive, _) = child("alive", base);
    let (mut killed, _) = child("killed", base);
    assert!(orphans(base).is_empty(), "both live");
    killed.kill().unwrap();
    killed.wait().unwrap();
    let found = orphans(base);
    assert_eq!(notes(&found), ["killed 1", "killed 2"].map(str::to_owned).into());
    assert!(found.iter().all(|orphan| orphan.modified().elapsed().is_ok_and(|age| age.as_secs() < 600)));
    // They are ours now, for every other program and for ourselves.
    let (mut other, said) = child("ask", base);
    other.wait().unwrap();
    assert!(said.ends_with("claimed 0"), "{said}");
    assert!(orphans(base).is_empty());
    for orphan in &found {
        let number = orphan.note().rsplit(' ').next().unwrap().parse().unwrap();
        assert_eq!(orphan.recover().unwrap().document, full_document(number));
    }
    // A claim that is dropped leaves everything for the next one.
    drop(found);
    let mut found = orphans(base);
    assert_eq!(found.len(), 2);
    found.pop().unwrap().discard().unwrap();
    assert_eq!(sessions(base).len(), 2);
    found.pop().unwrap().discard().unwrap();
    assert_eq!(sessions(base).len(), 1, "only that of the living program is left");
    assert!(orphans(base).is_empty());
    alive.kill().unwrap();
    alive.wait().unwrap();
    assert_eq!(notes(&orphans(base)), ["alive 1", "alive 2"].map(str::to_owned).into());
}

#[test]
fn a_session_that_ends_leaves_nothing() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path().join("made/on/the/way");
    assert!(orphans(&base).is_empty());
    let session = Session::begin(&base).unwrap();
    let second = Session::begin(&base).unwrap();
    assert_ne!(session.folder(), second.folder());
    let mut journal = session.journal(7).unwrap();
    journal.write(&full_document(1), "").unwrap();
    assert!(orphans(&base).is_empty(), "a session is not its own orphan");
    drop(journal);
    session.end().unwrap();
    assert_eq!(sessions(&base), [second.folder()]);
    // Dropped without an end, as in a panic: its document is there, and an empty one is cleared away.
    let doc = Document::with_layer(Rect::new(0, 0, 9, 9), "kept");
    second.journal(1).unwrap().write(&doc, "path").unwrap();
    drop(second);
    drop(Session::begin(&base).unwrap());
    let found = orphans(&base);
    assert_eq!((found.len(), found[0].recover().unwrap().document), (1, doc));
    assert_eq!(sessions(&base).len(), 1);
}

#[test]
fn only_what_holds_nothing_is_cleared_away() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    let session = |name: &str, bytes: Option<&[u8]>| {
        let folder = base.join(format!("session-{name}/document-1"));
        std::fs::create_dir_all(&folder).unwrap();
        if let Some(bytes) = bytes {
            std::fs::write(folder.join("journal-000001.scj"), bytes).unwrap();
        }
    };
    // A whole journal to make others of.
    let origin = Session::begin(base).unwrap();
    origin.journal(1).unwrap().write(&full_document(2), "whole").unwrap();
    let bytes = std::fs::read(origin.document_folder(1).join("journal-000001.scj")).unwrap();
    origin.end().unwrap();
    session("empty", None);
    session("zero", Some(b""));
    session("cut", Some(&bytes[..bytes.len() / 2]));
    session("noise", Some(&[7; 500]));
    session("whole", Some(&bytes));
    let mut newer = bytes.clone();
    newer[4] += 1;
    session("newer", Some(&newer));
    // A state of a newer version in a journal of this one.
    let mut state = b"SCJL\x01\0\0\0".to_vec();
    let commit = br#"{"note":"?","document":{"of":"the future"}}"#;
    let head = [&(commit.len() as u32).to_le_bytes()[..], &[3]].concat();
    let covered = [&crc32fast::hash(&state).to_le_bytes()[..], &head[4..], &head[..4], commit].concat();
    state.extend([&head[..], &crc32fast::hash(&covered).to_le_bytes(), commit].concat());
    session("later", Some(&state));
    // Not ours.
    std::fs::create_dir(base.join("pictures")).unwrap();
    std::fs::create_dir_all(base.join("session-foreign")).unwrap();
    std::fs::write(base.join("session-foreign/letter.txt"), "dear").unwrap();
    let found = orphans(base);
    assert_eq!(notes(&found), ["whole".to_owned()].into());
    drop(found);
    let mut left: Vec<_> =
        sessions(base).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
    left.sort();
    assert_eq!(left, ["pictures", "session-foreign", "session-later", "session-newer", "session-whole"]);
    assert!(base.join("session-foreign/letter.txt").exists());
}

/// Programs that start at once: each has a session, and each orphan one owner.
#[test]
fn many_start_at_once() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    let doc = Document::with_layer(Rect::new(0, 0, 9, 9), "one");
    for round in 0..8 {
        let dead: Vec<Session> = (0..3).map(|_| Session::begin(base).unwrap()).collect();
        for session in &dead {
            session.journal(1).unwrap().write(&doc, "dead").unwrap();
        }
        drop(dead);
        let start = std::sync::Barrier::new(8);
        let (claimed, living): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let session = Session::begin(base).unwrap();
                        let claimed = orphans(base);
                        session.journal(1).unwrap().write(&doc, "living").unwrap();
                        (claimed, session)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).unzip()
        });
        let claimed: Vec<Orphan> = claimed.into_iter().flatten().collect();
        let folders: BTreeSet<_> = claimed.iter().map(|orphan| orphan.folder().to_owned()).collect();
        assert_eq!((claimed.len(), folders.len()), (3, 3), "round {round}");
        assert!(claimed.iter().all(|orphan| orphan.note() == "dead"));
        for session in living {
            assert!(session.document_folder(1).exists(), "nobody clears away what a program has open");
            session.end().unwrap();
        }
        claimed.into_iter().for_each(|orphan| orphan.discard().unwrap());
        assert!(sessions(base).is_empty(), "round {round}");
    }
}
