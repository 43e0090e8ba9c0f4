//! File dialogs: the system's own, on threads of their own, so that the window goes on. Tests give a double.

use crossbeam_channel::{Receiver, bounded};
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
    /// One picture.
    Picture,
    /// A palette.
    PaletteOpen,
    /// One place for a palette.
    PaletteSave,
}

/// The chosen files; none = cancelled.
pub type Answer = Receiver<Vec<PathBuf>>;

/// Who asks for files.
pub trait Dialogs {
    /// Asks; the answer comes later. `wake` is called when it is there.
    fn ask(&mut self, ask: Ask, wake: Arc<dyn Fn() + Send + Sync>) -> Answer;
}

/// The dialogs of the system.
#[derive(Debug, Default)]
pub struct SystemDialogs;

impl Dialogs for SystemDialogs {
    fn ask(&mut self, ask: Ask, wake: Arc<dyn Fn() + Send + Sync>) -> Answer {
        let (send, answer) = bounded(1);
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
                Ask::Picture => one(dialog.add_filter("Pictures", &pictures[1..]).pick_file()),
                Ask::PaletteOpen => one(dialog.add_filter("GIMP palette", &["gpl"]).pick_file()),
                Ask::PaletteSave => {
                    one(dialog.add_filter("GIMP palette", &["gpl"]).set_file_name("palette.gpl").save_file())
                }
            };
            let _ = send.send(paths);
            wake();
        });
        // Without a thread the sender is gone and the answer is "cancelled".
        drop(spawned);
        answer
    }
}
