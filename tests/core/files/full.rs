//! No space, no permission: the old file stays, nothing half written is left, and the error says what to do.

use super::full_document;
use scumble::document::Document;
use scumble::io::journal::{Journal, recover};
use scumble::io::{self, ExportSettings, ora};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHILD: &str = "SCUMBLE_TEST_FULL_CHILD";
/// What the first version of every file is made of, and the second.
const SEEDS: [u64; 2] = [4, 9];

fn doc(version: usize) -> Document {
    full_document(SEEDS[version])
}

fn write_all(folder: &Path, version: usize) -> Vec<Result<(), String>> {
    let doc = doc(version);
    let picture = |name: &str| {
        io::export(&folder.join(name), &doc, &ExportSettings::default()).map(drop).map_err(|e| e.to_string())
    };
    let journal = || Journal::create(&folder.join("journal"))?.write(&doc, &version.to_string()).map(drop);
    vec![
        ora::save(&folder.join("a.ora"), &doc).map_err(|e| e.to_string()),
        picture("a.png"),
        picture("a.jpg"),
        picture("a.webp"),
        journal().map_err(|e| e.to_string()),
    ]
}

const NAMES: [&str; 5] = ["a.ora", "a.png", "a.jpg", "a.webp", "journal"];

/// Every file below `folder` and its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(contents(&path));
        } else {
            out.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    out
}

/// Not a test by itself: writes the second version of everything and prints what came of it.
#[test]
fn child_that_writes_all() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    for (name, result) in NAMES.iter().zip(write_all(Path::new(&folder), 1)) {
        println!("result {name} {}", result.map_or_else(|why| why, |()| "ok".into()));
    }
}

/// Runs that child by a shell after `before`, as `$0`. Returns what came of each file.
#[cfg(unix)]
fn child(before: &str, folder: &Path) -> BTreeMap<String, String> {
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("{before} exec \"$0\" --exact files::full::child_that_writes_all --nocapture"))
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = |line: &str| {
        let (name, what) = line.split_once("result ")?.1.split_once(' ')?;
        Some((name.to_owned(), what.to_owned()))
    };
    let results: BTreeMap<_, _> = text.lines().filter_map(result).collect();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(results.len(), NAMES.len(), "{text}{errors}");
    results
}

/// That all writing failed, that errors name file and way out, and that nothing has changed.
#[cfg(unix)]
fn assert_untouched(
    folder: &Path,
    before: &BTreeMap<PathBuf, Vec<u8>>,
    results: &BTreeMap<String, String>,
    why: &str,
) {
    for name in NAMES {
        let said = &results[name];
        assert!(said.contains(name) && said.contains(why), "{name}: {said}");
    }
    let after = contents(folder);
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "no partial file");
    assert!(after == *before, "every byte is as it was");
    assert_eq!(ora::load(&folder.join("a.ora")).unwrap(), doc(0));
    let found = recover(&folder.join("journal")).unwrap();
    assert_eq!((found.document, found.note.as_str()), (doc(0), "0"));
}

#[cfg(unix)]
fn first_version(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    assert!(write_all(folder, 0).iter().all(Result::is_ok));
    let before = contents(folder);
    assert_eq!(before.len(), NAMES.len());
    before
}

/// A limit on the size of files stops every write in the middle, as a full disk does.
#[cfg(unix)]
#[test]
fn files_that_may_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    let before = first_version(folder.path());
    // One block: 512 or 1024 bytes. The signal is ignored, so that the write fails instead.
    let results = child("trap '' XFSZ; ulimit -f 1;", folder.path());
    assert_untouched(folder.path(), &before, &results, "a limit on the size of files");
    // Without the limit the same child writes all.
    let results = child("", folder.path());
    assert!(results.values().all(|said| said == "ok"), "{results:?}");
    assert_eq!(ora::load(&folder.path().join("a.ora")).unwrap(), doc(1));
    assert_eq!(recover(&folder.path().join("journal")).unwrap().note, "1");
}

/// A disk of 1 MB that another file fills up to the last page, in a mount of the child's own.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let shell = |script: String| Command::new("unshare").args(["-rm", "sh", "-c", &script]).output();
    let mount = format!("mount -t tmpfs -o size=1m none '{at}'");
    if !shell(mount.clone()).is_ok_and(|output| output.status.success()) {
        println!("skipped: this system lets no user mount a file system (unshare -rm)");
        return;
    }
    // All within one shell: the mount is gone with it. The old files are written while there is room.
    let test = std::env::current_exe().unwrap();
    let run =
        format!("{CHILD}='{at}' '{}' --exact files::full::child_that_writes_all --nocapture", test.display());
    let sums = format!("(cd '{at}'; find . -type f ! -name fill | sort | xargs cksum)");
    let script = format!(
        "{mount}; {run} >/dev/null; {sums}; dd if=/dev/zero of='{at}/fill' bs=4k 2>/dev/null; {run}; echo then; {sums}"
    );
    let output = shell(script).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (first, then) = text.split_once("then\n").unwrap();
    let sums: Vec<&str> = first.lines().filter(|line| line.contains(" ./")).collect();
    assert_eq!(sums.len(), NAMES.len(), "{text}");
    assert_eq!(sums, then.lines().collect::<Vec<_>>(), "{text}");
    for name in NAMES {
        let said = first.lines().find(|line| line.contains(&format!("result {name} "))).unwrap();
        assert!(said.contains("the disk is full") && said.contains(name), "{said}");
    }
}

/// A folder that takes no file. Root writes everywhere: then a mount that is read-only stands for it.
#[cfg(unix)]
#[test]
fn a_folder_that_is_not_writable() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let before = first_version(folder.path());
    let lock = |mode: u32| {
        for path in [folder.path().join("journal"), folder.path().to_owned()] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    lock(0o555);
    let probe = folder.path().join("probe");
    if std::fs::write(&probe, "").is_err() {
        let results = child("", folder.path());
        lock(0o755);
        assert_untouched(folder.path(), &before, &results, "is not writable");
        return;
    }
    lock(0o755);
    std::fs::remove_file(&probe).unwrap();
    let at = folder.path().display();
    let mount = format!("mount --bind '{at}' '{at}' && mount -o remount,ro,bind '{at}'");
    let probe = Command::new("unshare").args(["-m", "sh", "-c", &mount]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("skipped: this user may write everywhere, and no mount can be made read-only");
        return;
    }
    let script = format!(
        "[ -n \"$INNER\" ] || INNER=1 exec unshare -m sh -c \"{mount}; exec \\\"\\$0\\\" --exact files::full::child_that_writes_all --nocapture\" \"$0\";"
    );
    let results = child(&script, folder.path());
    assert_untouched(folder.path(), &before, &results, "is on a disk that is read-only");
}
