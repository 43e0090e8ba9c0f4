//! The file thread: opens, saves and exports, so that the window never waits for the disk. What is asked for first is
//! done first: of two savings of one document the later one stays. Journals have a thread of their own
//! ([`super::journals`]), which a long export cannot hold up.

use super::generation::Candidate;
use super::opened::DocId;
use super::work::{Waker, panic_words};
use crate::document::{Document, Layer, composite};
use crate::generate::{Request, metadata};
use crate::io::gpl::Palette;
use crate::io::{self, ExportSettings, FileError, TextChunk};
use crossbeam_channel::{Receiver, Sender, unbounded};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// As what a copy is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Lossless, with alpha.
    #[default]
    Png,
    /// Small, without alpha.
    Jpeg,
    /// Lossless, with alpha, smaller than PNG.
    WebP,
    /// All layers.
    Ora,
}

impl ExportFormat {
    /// In the order of the window.
    pub const ALL: [ExportFormat; 4] =
        [ExportFormat::Png, ExportFormat::Jpeg, ExportFormat::WebP, ExportFormat::Ora];

    /// What files of it end in.
    pub const fn ending(self) -> &'static str {
        match self {
            ExportFormat::Png => "png",
            ExportFormat::Jpeg => "jpg",
            ExportFormat::WebP => "webp",
            ExportFormat::Ora => "ora",
        }
    }

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            ExportFormat::Png => "PNG",
            ExportFormat::Jpeg => "JPEG",
            ExportFormat::WebP => "WebP",
            ExportFormat::Ora => "OpenRaster",
        }
    }

    /// By the ending of a name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "png" => Some(ExportFormat::Png),
            "jpg" | "jpeg" => Some(ExportFormat::Jpeg),
            "webp" => Some(ExportFormat::WebP),
            "ora" => Some(ExportFormat::Ora),
            _ => None,
        }
    }
}

/// How a copy is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportChoice {
    /// As what, unless the name says otherwise.
    pub format: ExportFormat,
    /// With the texts of the file that the picture came from.
    pub metadata: bool,
    /// Size, background, quality.
    pub picture: ExportSettings,
}

impl Default for ExportChoice {
    fn default() -> Self {
        Self { format: ExportFormat::default(), metadata: true, picture: ExportSettings::default() }
    }
}

impl ExportChoice {
    /// The file that is meant by what was typed: a name without a known ending gets one.
    pub fn file(&self, typed: PathBuf) -> PathBuf {
        if ExportFormat::of(&typed).is_some() {
            return typed;
        }
        let mut name = typed.into_os_string();
        name.push(".");
        name.push(self.format.ending());
        name.into()
    }
}

/// What failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Opening a file; `missing`: there is none of that name.
    Open {
        /// The file.
        path: PathBuf,
        /// Whether it is not there at all.
        missing: bool,
    },
    /// Saving that document.
    Save(DocId),
    /// Writing a copy.
    Export,
    /// Something small.
    Other,
}

/// What the thread is asked for.
pub enum FileRequest {
    /// Reads a document or a picture.
    Open {
        /// The file.
        path: PathBuf,
        /// As a layer of this document, not as a document.
        into: Option<DocId>,
    },
    /// Writes a document where it lives.
    Save {
        /// Which.
        id: DocId,
        /// What.
        doc: Document,
        /// Where; the extension says as what.
        path: PathBuf,
        /// As what it is written if it is a picture; with its texts.
        picture: ExportSettings,
    },
    /// Writes a copy.
    Export {
        /// What.
        doc: Document,
        /// Where; the ending says as what.
        path: PathBuf,
        /// How, with the texts of pictures.
        picture: ExportSettings,
    },
    /// Writes a picture that was made, with how it was made.
    SavePicture {
        /// It.
        candidate: Box<Candidate>,
        /// Where; the ending says as what.
        path: PathBuf,
    },
    /// Looks whether a picture says how it was made.
    Look(PathBuf),
    /// Reads a palette.
    ReadPalette(PathBuf),
    /// Writes a palette.
    WritePalette(PathBuf, Palette),
    /// Writes a small text file (settings, presets).
    WriteText(PathBuf, String),
    /// Removes a small file of ours.
    Remove(PathBuf),
}

/// What it answers.
pub enum FileEvent {
    /// A document was read.
    Opened {
        /// Its file.
        path: PathBuf,
        /// What is in it.
        doc: Document,
        /// Texts of a picture.
        texts: Vec<TextChunk>,
        /// Whether it was a picture of 16 bits a channel.
        deep: bool,
        /// What is not as in the file.
        remarks: Vec<io::Remark>,
    },
    /// A picture or document was read that becomes a layer.
    Layer {
        /// Of this document.
        into: DocId,
        /// Its file.
        path: PathBuf,
        /// What is not as in the file.
        remarks: Vec<io::Remark>,
        /// With its content; the id is not yet the document's.
        layer: Box<Layer>,
    },
    /// A document was written.
    Saved {
        /// Which.
        id: DocId,
        /// What was written.
        doc: Document,
        /// Where.
        path: PathBuf,
    },
    /// How a picture was made, if it says so in words that are understood.
    Looked {
        /// The picture.
        path: PathBuf,
        /// How it was made.
        request: Option<Box<Request>>,
    },
    /// A copy was written.
    Exported(PathBuf),
    /// A palette was read.
    Palette(Palette),
    /// A palette was written.
    PaletteWritten(PathBuf),
    /// Something failed.
    Failed {
        /// What.
        what: Failed,
        /// Why, and the way out.
        why: String,
    },
}

/// The thread, seen from the editor.
pub struct FileThread {
    requests: Sender<FileRequest>,
    events: Receiver<FileEvent>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FileThread {
    /// Starts it.
    pub fn start(waker: Waker) -> Self {
        let (requests, inbox) = unbounded::<FileRequest>();
        let (outbox, events) = unbounded();
        let thread = std::thread::Builder::new()
            .name("scumble-files".into())
            .spawn(move || {
                while let Ok(request) = inbox.recv() {
                    let what = request.failed();
                    let run = std::panic::AssertUnwindSafe(|| serve(request));
                    let done = std::panic::catch_unwind(run).unwrap_or_else(|why| {
                        let why = panic_words(&*why);
                        Err(format!("A fault while working on a file ({why}). Nothing open is lost."))
                    });
                    let event = match done {
                        Ok(event) => event,
                        Err(why) => Some(FileEvent::Failed { what: what.seen(), why }),
                    };
                    if let Some(event) = event {
                        if outbox.send(event).is_err() {
                            break;
                        }
                        waker();
                    }
                }
            })
            .ok();
        Self { requests, events, thread }
    }

    /// Asks for something; answers come with [`FileThread::events`].
    pub fn send(&self, request: FileRequest) {
        // The thread lives as long as this does.
        let _ = self.requests.send(request);
    }

    /// What is finished.
    pub fn events(&self) -> impl Iterator<Item = FileEvent> {
        self.events.try_iter()
    }

    /// Waits until everything asked for is done: when the program ends.
    pub fn finish(&mut self) {
        let (nowhere, _) = unbounded();
        self.requests = nowhere;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl FileRequest {
    /// What failed if this fails.
    fn failed(&self) -> Failed {
        match self {
            FileRequest::Open { path, .. } => Failed::Open { path: path.clone(), missing: false },
            FileRequest::Save { id, .. } => Failed::Save(*id),
            FileRequest::Export { .. } | FileRequest::SavePicture { .. } => Failed::Export,
            FileRequest::ReadPalette(_)
            | FileRequest::Look(_)
            | FileRequest::WritePalette(..)
            | FileRequest::WriteText(..)
            | FileRequest::Remove(_) => Failed::Other,
        }
    }
}

impl Failed {
    fn seen(self) -> Self {
        match self {
            Failed::Open { path, .. } => {
                let missing = matches!(path.try_exists(), Ok(false));
                Failed::Open { path, missing }
            }
            other => other,
        }
    }
}

fn serve(request: FileRequest) -> Result<Option<FileEvent>, String> {
    let words = |e: FileError| e.to_string();
    Ok(Some(match request {
        FileRequest::Open { path, into: None } => {
            let io::Opened { document, texts, deep, remarks } = io::open(&path).map_err(words)?;
            FileEvent::Opened { path, doc: document, texts, deep, remarks }
        }
        FileRequest::Open { path, into: Some(into) } => {
            let opened = io::open(&path).map_err(words)?;
            let layer = Box::new(as_layer(&path, &opened.document));
            FileEvent::Layer { into, path, layer, remarks: opened.remarks }
        }
        FileRequest::Save { id, doc, path, picture } => {
            write(&path, &doc, &picture).map_err(words)?;
            FileEvent::Saved { id, doc, path }
        }
        FileRequest::Export { doc, path, picture } => {
            write(&path, &doc, &picture).map_err(words)?;
            FileEvent::Exported(path)
        }
        FileRequest::SavePicture { candidate, path } => {
            write_picture(&candidate, &path).map_err(words)?;
            FileEvent::Exported(path)
        }
        FileRequest::Look(path) => {
            // What cannot be read says nothing; opening it will say why.
            let texts = io::read_png_text(&path).unwrap_or_default();
            FileEvent::Looked { request: metadata::request_of(&texts).map(Box::new), path }
        }
        FileRequest::ReadPalette(path) => FileEvent::Palette(io::gpl::load(&path).map_err(words)?),
        FileRequest::WritePalette(path, palette) => {
            io::gpl::save(&path, &palette).map_err(words)?;
            FileEvent::PaletteWritten(path)
        }
        FileRequest::WriteText(path, text) => {
            let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            folder.map_err(|e| format!("cannot make the folder of {}: {e}", path.display()))?;
            let fill =
                |out: &mut dyn std::io::Write| out.write_all(text.as_bytes()).map_err(|e| e.to_string());
            io::atomic::write_atomic(&path, fill).map_err(words)?;
            return Ok(None);
        }
        FileRequest::Remove(path) => match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("cannot remove {}: {e}", path.display()));
            }
            Ok(()) | Err(_) => return Ok(None),
        },
    }))
}

/// Whether a file of that name holds all of a document.
pub(super) fn is_ora(path: &Path) -> bool {
    ExportFormat::of(path) == Some(ExportFormat::Ora)
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "Picture".into(), |s| s.to_string_lossy().into_owned())
}

fn as_layer(path: &Path, doc: &Document) -> Layer {
    let layers = doc.layers();
    match layers.as_slice() {
        [only] => Layer { name: stem(path), ..Layer::clone(only) },
        _ => {
            let pixels = composite::composite(doc, doc.page);
            Layer::raster(crate::document::LayerId(0), stem(path), pixels)
        }
    }
}

/// Writes a picture that was made, with how it was made; the ending of `path` says as what.
///
/// # Errors
/// If it cannot be written.
pub fn write_picture(candidate: &Candidate, path: &Path) -> Result<(), FileError> {
    let texts = metadata::texts(&candidate.request, 0, candidate.picture.dimensions());
    write(path, &candidate.to_document(), &ExportSettings { texts, ..ExportSettings::default() })
}

fn write(path: &Path, doc: &Document, picture: &ExportSettings) -> Result<(), FileError> {
    if is_ora(path) {
        return io::ora::save(path, doc);
    }
    io::export(path, doc, picture).map(drop)
}
