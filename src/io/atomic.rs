//! Writing a file so that it is there completely or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::FileError;

/// Writes `path` through `fill`: into a temporary file of the same folder, synced to disk and renamed at the end. If
/// anything fails the temporary file is removed and an older `path` stays as it was. Links are followed, an older
/// file's permissions are kept.
pub fn write_atomic(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), String>,
) -> Result<(), FileError> {
    let (target, folder, mut file) = open_beside(path)?;
    let in_folder = |why: std::io::Error| FileError::write(path, explain(&why, &folder));
    {
        let mut buffered = BufWriter::with_capacity(1 << 16, file.as_file_mut());
        fill(&mut buffered).map_err(|why| FileError::write(path, why))?;
        buffered.flush().map_err(in_folder)?;
    }
    file.as_file().sync_all().map_err(in_folder)?;
    file.persist(&target).map_err(|e| in_folder(e.error))?;
    // The rename itself must survive a power cut. Not every file system can sync a folder: then it is its affair.
    #[cfg(unix)]
    if let Ok(folder) = std::fs::File::open(&folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Whether `path` can be written: its folder exists and takes a file, and its name says a known format. For asking
/// before long work, not after it. Pictures only: see [`check_savable`] for documents.
pub fn check_writable(path: &Path) -> Result<(), FileError> {
    super::Format::from_path(path)?;
    open_beside(path).map(|_| ())
}

/// Whether a document can be saved as `path`: its folder exists and takes a file, and its name ends in `.ora`.
pub fn check_savable(path: &Path) -> Result<(), FileError> {
    if !super::is_document(path) {
        return Err(FileError::UnknownFormat {
            path: path.into(),
            endings: ".ora, which keeps the layers; pictures (.png, .jpg, .webp) are exported",
        });
    }
    open_beside(path).map(|_| ())
}

/// The real target, its folder, and a temporary file in it.
fn open_beside(path: &Path) -> Result<(PathBuf, PathBuf, tempfile::NamedTempFile), FileError> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if target.is_dir() {
        return Err(FileError::write(path, "it is a folder; name a file in it"));
    }
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let file = builder(&target)
        .tempfile_in(&folder)
        .map_err(|why| FileError::write(path, explain(&why, &folder)))?;
    Ok((target, folder, file))
}

fn explain(why: &std::io::Error, folder: &Path) -> String {
    match why.kind() {
        std::io::ErrorKind::NotFound => format!("the folder {} does not exist", folder.display()),
        std::io::ErrorKind::PermissionDenied => format!("the folder {} is not writable", folder.display()),
        _ => format!("{why} (folder {})", folder.display()),
    }
}

fn builder(target: &Path) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".scumble-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is private by default; a picture is what the user's umask says.
        let permissions = std::fs::metadata(target)
            .map(|m| m.permissions())
            .unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666));
        builder.permissions(permissions);
    }
    #[cfg(not(unix))]
    let _ = target;
    builder
}
