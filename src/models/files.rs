//! The bytes of a model: a folder on disk, or files inside the binary. Both take the same path from here on.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use super::ModelError;

/// Configs and tokenizers are small; anything above this is not one.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// Files inside the binary: path relative to the model's folder, and content.
pub type Embedded = &'static [(&'static str, &'static [u8])];

/// Where a model's files are.
#[derive(Clone, Debug)]
pub enum Files {
    /// A folder.
    Folder(PathBuf),
    /// Inside the binary.
    Embedded {
        /// Name for messages.
        name: &'static str,
        /// The files.
        files: Embedded,
    },
}

/// The content of a weight file.
#[derive(Clone)]
pub enum Bytes {
    /// Memory-mapped.
    Mapped(Arc<Mmap>),
    /// Inside the binary.
    Static(&'static [u8]),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Static(bytes) => bytes,
        }
    }
}

impl Bytes {
    /// Tells the system that `offset..offset+len` was copied and need not stay in memory, so that weights are
    /// not held twice. Does nothing where that is not possible.
    pub fn release(&self, offset: usize, len: usize) {
        #[cfg(unix)]
        if let Bytes::Mapped(map) = self {
            // SAFETY: the map is a private read-only view of a file: dropped pages are read again when touched.
            let _ = unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, offset, len) };
        }
        #[cfg(not(unix))]
        let _ = (offset, len);
    }
}

impl Files {
    /// How the model is called in messages: its folder or id.
    pub fn name(&self) -> String {
        match self {
            Files::Folder(path) => path.display().to_string(),
            Files::Embedded { name, .. } => (*name).to_string(),
        }
    }

    /// A file's full name for messages.
    pub fn full_name(&self, relative: &str) -> String {
        match self {
            Files::Folder(path) => path.join(relative).display().to_string(),
            Files::Embedded { name, .. } => format!("{name}:{relative}"),
        }
    }

    /// Whether `relative` is there.
    pub fn exists(&self, relative: &str) -> bool {
        match self {
            Files::Folder(path) => path.join(relative).is_file(),
            Files::Embedded { files, .. } => files.iter().any(|(name, _)| *name == relative),
        }
    }

    /// Names of the files in folder `component`, sorted.
    pub fn list(&self, component: &str) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Files::Folder(path) => std::fs::read_dir(path.join(component))
                .map(|dir| dir.flatten().filter_map(|e| e.file_name().into_string().ok()).collect())
                .unwrap_or_default(),
            Files::Embedded { files, .. } => files
                .iter()
                .filter_map(|(name, _)| name.strip_prefix(component)?.strip_prefix('/').map(str::to_string))
                .collect(),
        };
        names.sort();
        names
    }

    /// Reads a small file (config, tokenizer).
    ///
    /// # Errors
    /// [`ModelError::Missing`] or [`ModelError::Read`] (also above 64 MiB).
    pub fn read(&self, relative: &str) -> Result<Vec<u8>, ModelError> {
        match self {
            Files::Embedded { files, .. } => files
                .iter()
                .find(|(name, _)| *name == relative)
                .map(|(_, bytes)| bytes.to_vec())
                .ok_or_else(|| self.missing(relative)),
            Files::Folder(path) => {
                let file = self.open(&path.join(relative), relative)?;
                let mut bytes = Vec::new();
                let read = file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes);
                match read {
                    Ok(n) if n as u64 <= MAX_TEXT_BYTES => Ok(bytes),
                    Ok(_) => Err(self.unreadable(relative, "it is larger than 64 MiB".into())),
                    Err(e) => Err(self.unreadable(relative, e.to_string())),
                }
            }
        }
    }

    /// Opens a weight file without reading it.
    ///
    /// # Errors
    /// [`ModelError::Missing`], [`ModelError::Read`].
    pub fn map(&self, relative: &str) -> Result<Bytes, ModelError> {
        match self {
            Files::Embedded { files, .. } => files
                .iter()
                .find(|(name, _)| *name == relative)
                .map(|(_, bytes)| Bytes::Static(bytes))
                .ok_or_else(|| self.missing(relative)),
            Files::Folder(path) => {
                let file = self.open(&path.join(relative), relative)?;
                let len = file.metadata().map_err(|e| self.unreadable(relative, e.to_string()))?.len();
                if len == 0 {
                    return Err(ModelError::Weights {
                        file: self.full_name(relative),
                        why: "it is empty".into(),
                    });
                }
                // SAFETY: the map is read-only. Another program that cuts the file short while it is mapped can
                // kill the process (SIGBUS), as with every program that maps its weights.
                let map =
                    unsafe { Mmap::map(&file) }.map_err(|e| self.unreadable(relative, e.to_string()))?;
                Ok(Bytes::Mapped(Arc::new(map)))
            }
        }
    }

    /// The error for a file that is not there.
    pub fn missing(&self, relative: &str) -> ModelError {
        ModelError::Missing { folder: self.name(), file: relative.into() }
    }

    fn unreadable(&self, relative: &str, why: String) -> ModelError {
        ModelError::Read { file: self.full_name(relative), why }
    }

    fn open(&self, path: &Path, relative: &str) -> Result<File, ModelError> {
        File::open(path).map_err(|e| {
            if e.kind() == std::io::ErrorKind::NotFound {
                self.missing(relative)
            } else {
                self.unreadable(relative, e.to_string())
            }
        })
    }
}
