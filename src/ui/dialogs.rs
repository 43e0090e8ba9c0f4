//! File dialogs: the system's own, on threads of their own, so that the window goes on. Tests give a double.

use crate::zoom::video::Format;
use crossbeam_channel::{Receiver, bounded};
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

/// What files are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Files to open.
    Open,
    /// One place for a document.
    Save(PathBuf),
    /// One place for a picture.
    Export(PathBuf),
    /// One place for a film.
    Film(PathBuf),
    /// One picture.
    Picture,
    /// A palette.
    PaletteOpen,
    /// One place for a palette.
    PaletteSave,
}

/// The chosen files, none = cancelled; or why nobody could be asked, with the way out.
pub type Chosen = Result<Vec<PathBuf>, String>;
/// Where that comes from.
pub type Answer = Receiver<Chosen>;

/// Who asks for files.
pub trait Dialogs {
    /// Asks; the answer comes later. `wake` is called when it is there.
    fn ask(&mut self, ask: Ask, wake: Arc<dyn Fn() + Send + Sync>) -> Answer;
}

/// The dialogs of the system.
#[derive(Debug, Default)]
pub struct SystemDialogs;

/// What is said where no dialog can be shown.
pub const NO_DIALOG: &str = "No file dialog could be shown. Install zenity, or xdg-desktop-portal and what serves it on \
                             this desktop, such as xdg-desktop-portal-gtk.";

thread_local! {
    /// Whether the dialog of this thread could not be shown.
    static FAILED: RefCell<bool> = const { RefCell::new(false) };
}

/// rfd answers "nothing was chosen" where it could not ask, and tells only the log so, on the thread that asked.
struct Complaints;

impl log::Log for Complaints {
    fn enabled(&self, about: &log::Metadata) -> bool {
        about.level() == log::Level::Error && about.target().starts_with("rfd")
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            FAILED.with(|failed| *failed.borrow_mut() = true);
        }
    }

    fn flush(&self) {}
}

impl Dialogs for SystemDialogs {
    fn ask(&mut self, ask: Ask, wake: Arc<dyn Fn() + Send + Sync>) -> Answer {
        let (send, answer) = bounded(1);
        if log::set_logger(&Complaints).is_ok() {
            log::set_max_level(log::LevelFilter::Error);
        }
        let spawned = std::thread::Builder::new().name("scumble-dialog".into()).spawn(move || {
            let one = |path: Option<PathBuf>| path.into_iter().collect::<Vec<_>>();
            let pictures = ["ora", "png", "jpg", "jpeg", "webp"];
            let at = |dialog: rfd::FileDialog, path: &PathBuf| {
                let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
                let dialog = dialog.set_file_name(name);
                match path.parent().filter(|p| p.is_absolute()) {
                    Some(folder) => dialog.set_directory(folder),
                    None => dialog,
                }
            };
            let dialog = rfd::FileDialog::new();
            let paths = match ask {
                Ask::Open => dialog.add_filter("Pictures", &pictures).pick_files().unwrap_or_default(),
                Ask::Save(path) => {
                    let dialog =
                        dialog.add_filter("OpenRaster", &["ora"]).add_filter("Pictures", &pictures[1..]);
                    one(at(dialog, &path).save_file())
                }
                Ask::Export(path) => {
                    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_owned();
                    let dialog = dialog.add_filter("As chosen", &[ending]).add_filter("Pictures", &pictures);
                    one(at(dialog, &path).save_file())
                }
                Ask::Film(path) => {
                    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_owned();
                    let dialog = dialog.add_filter("As chosen", &[ending]);
                    let dialog = dialog.add_filter("Films", &Format::ALL.map(Format::ending));
                    one(at(dialog, &path).save_file())
                }
                Ask::Picture => one(dialog.add_filter("Pictures", &pictures[1..]).pick_file()),
                Ask::PaletteOpen => one(dialog.add_filter("GIMP palette", &["gpl"]).pick_file()),
                Ask::PaletteSave => {
                    one(dialog.add_filter("GIMP palette", &["gpl"]).set_file_name("palette.gpl").save_file())
                }
            };
            let failed = FAILED.with(|failed| *failed.borrow()) && paths.is_empty();
            let _ = send.send(if failed { Err(NO_DIALOG.to_owned()) } else { Ok(paths) });
            wake();
        });
        // Without a thread the sender is gone and the answer is "cancelled".
        drop(spawned);
        answer
    }
}
