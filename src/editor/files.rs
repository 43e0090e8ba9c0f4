//! The file thread: opens, saves, exports and keeps the journal, so that the window never waits for the disk.

use super::opened::DocId;
use super::work::{Waker, panic_words};
use crate::document::rgba8::Alpha;
use crate::document::{Document, Layer, Pixels, composite};
use crate::geom::Rect;
use crate::io::gpl::Palette;
use crate::io::journal::Journal;
use crate::io::{self, FileError, TextChunk};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a copy is written.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportChoice {
    /// Of JPEG files, 1..=100.
    pub jpeg_quality: u8,
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
        /// Texts of pictures.
        texts: Vec<TextChunk>,
    },
    /// Writes a copy.
    Export {
        /// What.
        doc: Document,
        /// Where.
        path: PathBuf,
        /// Texts of pictures.
        texts: Vec<TextChunk>,
        /// How.
        choice: ExportChoice,
    },
    /// Brings the journal of a document up to date.
    Journal {
        /// Which.
        id: DocId,
        /// What.
        doc: Document,
        /// Kept with it: the file's path.
        note: String,
    },
    /// The document is closed: its journal is not needed.
    Forget(DocId),
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
    },
    /// A picture or document was read that becomes a layer.
    Layer {
        /// Of this document.
        into: DocId,
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
    /// A copy was written.
    Exported(PathBuf),
    /// The journal has what it was given.
    Journaled(DocId),
    /// A palette was read.
    Palette(Palette),
    /// Something failed; the words say what and the way out.
    Failed(String),
}

/// The thread, seen from the editor.
pub struct FileThread {
    requests: Sender<FileRequest>,
    events: Receiver<FileEvent>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl FileThread {
    /// Starts it. Journals lie in `journals`; `None` = none are kept.
    pub fn start(journals: Option<PathBuf>, waker: Waker) -> Self {
        let (requests, inbox) = unbounded::<FileRequest>();
        let (outbox, events) = unbounded();
        let thread = std::thread::Builder::new()
            .name("scumble-files".into())
            .spawn(move || {
                let mut desk = Desk { journals, open: HashMap::new() };
                while let Ok(request) = inbox.recv() {
                    let run = std::panic::AssertUnwindSafe(|| desk.serve(request));
                    let event = std::panic::catch_unwind(run).unwrap_or_else(|why| {
                        let why = panic_words(&*why);
                        Some(FileEvent::Failed(format!(
                            "A fault while working on a file ({why}). Nothing open is lost."
                        )))
                    });
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

struct Desk {
    journals: Option<PathBuf>,
    open: HashMap<DocId, Journal>,
}

impl Desk {
    fn serve(&mut self, request: FileRequest) -> Option<FileEvent> {
        let failed = |e: FileError| FileEvent::Failed(e.to_string());
        match request {
            FileRequest::Open { path, into: None } => Some(match open(&path) {
                Ok((doc, texts)) => FileEvent::Opened { path, doc, texts },
                Err(e) => failed(e),
            }),
            FileRequest::Open { path, into: Some(into) } => Some(match open(&path) {
                Ok((doc, _)) => FileEvent::Layer { into, layer: Box::new(as_layer(&path, &doc)) },
                Err(e) => failed(e),
            }),
            FileRequest::Save { id, doc, path, texts } => Some(match write(&path, &doc, &texts) {
                Ok(()) => FileEvent::Saved { id, doc, path },
                Err(e) => failed(e),
            }),
            FileRequest::Export { doc, path, texts, choice } => {
                let _ = choice;
                Some(match write(&path, &doc, &texts) {
                    Ok(()) => FileEvent::Exported(path),
                    Err(e) => failed(e),
                })
            }
            FileRequest::Journal { id, doc, note } => match self.journal(id, &doc, &note) {
                Ok(()) => Some(FileEvent::Journaled(id)),
                Err(e) => Some(failed(e)),
            },
            FileRequest::Forget(id) => {
                let journal = self.open.remove(&id)?;
                journal.discard().err().map(failed)
            }
            FileRequest::ReadPalette(path) => Some(match io::gpl::load(&path) {
                Ok(palette) => FileEvent::Palette(palette),
                Err(e) => failed(e),
            }),
            FileRequest::WritePalette(path, palette) => Some(match io::gpl::save(&path, &palette) {
                Ok(()) => FileEvent::Exported(path),
                Err(e) => failed(e),
            }),
            FileRequest::WriteText(path, text) => {
                let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
                let written =
                    folder.map_err(|e| format!("cannot make the folder of {}: {e}", path.display()));
                let written = written.and_then(|()| {
                    let write = |out: &mut dyn std::io::Write| {
                        out.write_all(text.as_bytes()).map_err(|e| e.to_string())
                    };
                    io::atomic::write_atomic(&path, |out| write(out)).map_err(|e| e.to_string())
                });
                written.err().map(FileEvent::Failed)
            }
            FileRequest::Remove(path) => match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    Some(FileEvent::Failed(format!("cannot remove {}: {e}", path.display())))
                }
                Ok(()) | Err(_) => None,
            },
        }
    }

    fn journal(&mut self, id: DocId, doc: &Document, note: &str) -> Result<(), FileError> {
        let Some(base) = &self.journals else { return Ok(()) };
        if !self.open.contains_key(&id) {
            let journal = Journal::create(&base.join(format!("document-{}", id.0)))?;
            self.open.insert(id, journal);
        }
        match self.open.get_mut(&id) {
            Some(journal) => journal.write(doc, note).map(|_| ()),
            None => Ok(()),
        }
    }
}

fn is_ora(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("ora"))
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "Picture".into(), |s| s.to_string_lossy().into_owned())
}

fn open(path: &Path) -> Result<(Document, Vec<TextChunk>), FileError> {
    if is_ora(path) {
        return Ok((io::ora::load(path)?, Vec::new()));
    }
    let picture = io::load_picture(path)?;
    let texts = io::read_text(path).unwrap_or_default();
    let page = Rect::from_size(0, 0, picture.width(), picture.height());
    let mut doc = Document::new(page);
    let id = doc.next_layer_id();
    let pixels = Pixels::from_rgba8(page, picture.as_raw()).unwrap_or_default();
    doc.layers_mut().push(Arc::new(Layer::raster(id, stem(path), pixels)));
    doc.active = Some(id);
    Ok((doc, texts))
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

fn write(path: &Path, doc: &Document, texts: &[TextChunk]) -> Result<(), FileError> {
    if is_ora(path) {
        return io::ora::save(path, doc);
    }
    let rgba = composite::flatten_rgba8(doc, doc.page, Alpha::Straight);
    let picture = image::RgbaImage::from_raw(doc.page.width(), doc.page.height(), rgba).unwrap_or_default();
    io::save_picture(path, &picture, texts).map(|_| ())
}
