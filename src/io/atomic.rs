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
    let mut failed = None;
    let done = {
        let noting = Noting { file: file.as_file_mut(), failed: &mut failed };
        let mut buffered = BufWriter::with_capacity(1 << 16, noting);
        fill(&mut buffered).and_then(|()| buffered.flush().map_err(|why| why.to_string()))
    };
    if let Err(why) = done {
        // An encoder's own words for a full disk help nobody.
        return Err(failed.map_or_else(|| FileError::write(path, why), in_folder));
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

/// A file that is written over a long time: like [`write_atomic`], it is at its place completely or not at all. Dropped
/// without [`AtomicFile::commit`] it leaves nothing behind.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    file: tempfile::NamedTempFile,
}

impl AtomicFile {
    /// Begins a file that is to be at `path`.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let (target, folder, file) = open_beside(path)?;
        Ok(Self { path: path.into(), target, folder, file })
    }

    /// Another handle of it, for an encoder that does not give its own back.
    pub fn handle(&self) -> Result<std::fs::File, FileError> {
        self.file.as_file().try_clone().map_err(|why| self.failed(&why))
    }

    /// What went wrong with it, for people.
    pub fn failed(&self, why: &std::io::Error) -> FileError {
        FileError::write(&self.path, explain(why, &self.folder))
    }

    /// Puts it at its place.
    pub fn commit(self) -> Result<(), FileError> {
        let in_folder = |why: std::io::Error| FileError::write(&self.path, explain(&why, &self.folder));
        self.file.as_file().sync_all().map_err(in_folder)?;
        self.file.persist(&self.target).map_err(|e| in_folder(e.error))?;
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.file.write(data)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl std::io::Seek for AtomicFile {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

/// A file that remembers why writing to it failed first.
struct Noting<'a> {
    file: &'a mut std::fs::File,
    failed: &'a mut Option<std::io::Error>,
}

impl Write for Noting<'_> {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.file.write(data).inspect_err(|why| {
            if why.kind() != std::io::ErrorKind::Interrupted && self.failed.is_none() {
                *self.failed = Some(
                    why.raw_os_error().map_or_else(|| why.kind().into(), std::io::Error::from_raw_os_error),
                );
            }
        })
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
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

/// What went wrong in `folder`, and the way out.
pub(super) fn explain(why: &std::io::Error, folder: &Path) -> String {
    use std::io::ErrorKind;
    let folder = folder.display();
    match why.kind() {
        ErrorKind::NotFound => format!("the folder {folder} does not exist"),
        ErrorKind::PermissionDenied => format!("the folder {folder} is not writable; choose another"),
        ErrorKind::ReadOnlyFilesystem => {
            format!("the folder {folder} is on a disk that is read-only; choose another")
        }
        ErrorKind::StorageFull => {
            format!("the disk is full (folder {folder}); make room or choose another folder")
        }
        ErrorKind::QuotaExceeded => {
            format!("your share of the disk is used up (folder {folder}); make room or choose another folder")
        }
        ErrorKind::FileTooLarge => format!(
            "it would be larger than the disk, or a limit on the size of files, allows (folder {folder}); choose another"
        ),
        _ => format!("{why} (folder {folder})"),
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
