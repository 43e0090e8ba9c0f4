//! Pictures as files for other programs.

use crate::editor::files::write_picture;
use crate::editor::generation::Candidate;
use crossbeam_channel::{Receiver, bounded};
use eframe::egui::Context;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Each file has a folder of its own, so that its name is as one would save it.
const PREFIX: &str = "drag-";
/// The other program may read the file long after it was dropped.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// A file that is being written.
pub type Writing = Receiver<Result<PathBuf, String>>;

/// Begins to write a picture as PNG with how it was made, below `base`.
pub fn write(candidate: Candidate, base: PathBuf, ctx: Context) -> Writing {
    let (done, writing) = bounded(1);
    // Without a thread nothing is sent, which says that it failed.
    let _ = std::thread::Builder::new().name("dragged-picture".to_owned()).spawn(move || {
        let _ = done.send(write_now(&candidate, &base));
        ctx.request_repaint();
    });
    writing
}

fn write_now(candidate: &Candidate, base: &Path) -> Result<PathBuf, String> {
    let failed = |why: std::io::Error| format!("Cannot write into {}: {why}", base.display());
    std::fs::create_dir_all(base).map_err(failed)?;
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(base).map_err(failed)?;
    let path = folder.path().join(candidate.file_name());
    write_picture(candidate, &path).map_err(|why| why.to_string())?;
    drop(folder.keep());
    Ok(path)
}

/// Removes in the background what was written for other programs more than a day ago, but not `kept`.
pub fn clean(base: PathBuf, kept: Option<PathBuf>) {
    let _ = std::thread::Builder::new()
        .name("dragged-cleaning".to_owned())
        .spawn(move || clean_before(&base, kept.as_deref(), SystemTime::now() - KEEP));
}

fn clean_before(base: &Path, kept: Option<&Path>, before: SystemTime) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let kept = kept.is_some_and(|kept| kept.starts_with(entry.path()));
        let old = || entry.metadata().is_ok_and(|m| m.is_dir() && m.modified().is_ok_and(|at| at < before));
        if ours && !kept && old() {
            // What cannot be removed now may be the next time.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_goes_but_not_what_is_in_use() {
        let base = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let folder = base.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join("a.png"), b"").unwrap();
            folder
        };
        let (old, style, other) = (make("drag-old"), make("drag-style"), make("other"));
        let later = SystemTime::now() + Duration::from_secs(1);
        clean_before(base.path(), Some(&style.join("a.png")), SystemTime::now() - KEEP);
        assert!(old.exists(), "it is new");
        clean_before(base.path(), Some(&style.join("a.png")), later);
        assert!(!old.exists() && style.exists() && other.exists());
        clean_before(&base.path().join("nothing"), None, later);
    }
}
