//! The application without a window: documents, tools, brushes, colours, settings, and what commands do to them.
//!
//! The window shows an [`Editor`] and gives it [`Command`]s and pointer events; what only a window can do comes back
//! as [`Effect`]s. Slow work is done by three threads: files by `scumble-files`, journals by `scumble-journal`, long
//! changes of pixels by `scumble-work`. The editor looks at what they have done in [`Editor::tick`] and never waits for them.

mod act;
pub mod action;
mod action_state;
pub mod brushes;
mod candidates;
pub mod clipboard;
pub mod colors;
pub mod command;
pub mod display;
mod documents;
pub mod drawing;
pub mod files;
pub mod floating;
mod folders;
mod generating;
pub mod generation;
pub mod histogram;
pub mod journals;
mod keeping;
mod layers;
mod obey;
pub mod opened;
pub mod options;
mod preview;
mod recovery;
mod saving;
pub mod settings;
pub mod tool;
pub mod viewport;
pub mod watchdog;
pub mod whole;
pub mod work;
pub mod zooming;

pub use action::{Action, Menu};
pub use command::{Command, Effect, LayerCommand, Notice, NoticeKind, ViewCommand};
pub use folders::Folders;
pub use opened::{DocId, OpenDocument};
pub use settings::Settings;
pub use viewport::Viewport;

use crate::document::{Document, Layer, LayerId};
use crate::geom::Rect;
use brushes::BrushShelf;
use colors::Colors;
use files::FileThread;
use journals::{Found, JournalThread};
use options::ToolOptions;
use preview::Previewed;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tool::{Cursor, Cx, Modifiers, Outcome, Overlay, PointerEvent, Scene, Toolbox};
use work::{Waker, Worker};

/// How long settings may change before they are written.
const SETTLE_SECS: f64 = 1.0;

/// The application.
pub struct Editor {
    documents: Vec<OpenDocument>,
    current: usize,
    next_id: u64,
    toolbox: Toolbox,
    options: ToolOptions,
    brushes: BrushShelf,
    colors: Colors,
    settings: Settings,
    erase: bool,
    pen_eraser: bool,
    preview: Option<Previewed>,
    /// What came while an operation was being applied; done when it is.
    late: std::collections::VecDeque<preview::Late>,
    last_filter: Option<work::Operation>,
    clipboard: Option<std::sync::Arc<clipboard::Clip>>,
    copying: Option<clipboard::Copying>,
    waker: Waker,
    last_selection: Option<crate::document::Mask>,
    effects: Vec<Effect>,
    /// What the last step was, for values that are dragged: they become one step.
    merging: Option<(DocId, LayerId, &'static str, f64)>,
    now_secs: f64,
    folders: Folders,
    files: FileThread,
    journals: JournalThread,
    worker: Worker,
    generation: generation::Generation,
    zooming: zooming::Zooming,
    /// The picture with a preview or a candidate over it.
    shown_with_overlay: Option<Document>,
    /// Finished parts of extensions that wait for the end of a gesture.
    extensions: Vec<generation::Painted>,
    /// An offer to extend the page that was not wanted.
    declined: Option<(DocId, Rect)>,
    /// Files that are being read.
    opening: Vec<PathBuf>,
    /// How many copies are being written.
    exporting: usize,
    /// Leave the program when everything is saved.
    leaving: bool,
    /// The program has been left in good order: no journal is needed.
    ended: bool,
    /// What a program that died has left.
    found: Vec<Found>,
    /// Of these, what is being read.
    recovering: BTreeMap<usize, Found>,
    /// When the settings are to be written.
    settings_due: Option<f64>,
    /// The settings file as it was written last.
    settings_text: String,
    /// Whether the settings file is left as it is.
    settings_kept: bool,
    watchdog: watchdog::Watchdog,
}

impl Editor {
    /// A program with one empty document. `waker` is called from threads when [`Editor::tick`] has something to do.
    pub fn new(
        folders: Folders,
        settings: Settings,
        own_brushes: Vec<crate::paint::Brush>,
        models: Option<generation::Models>,
        waker: Waker,
    ) -> Self {
        let settings = settings.sanitised();
        let mut brushes = BrushShelf::new(own_brushes);
        brushes.pick(&settings.brush);
        let mut editor = Self {
            documents: Vec::new(),
            current: 0,
            next_id: 1,
            toolbox: Toolbox::default(),
            options: settings.tools.clone().sanitised(),
            brushes,
            colors: Colors::default(),
            erase: false,
            pen_eraser: false,
            preview: None,
            late: Default::default(),
            last_filter: None,
            clipboard: None,
            copying: None,
            waker: waker.clone(),
            last_selection: None,
            effects: Vec::new(),
            merging: None,
            now_secs: 0.0,
            generation: generation::Generation::new(models, settings.generate.clone(), waker.clone()),
            zooming: zooming::Zooming::new(settings.zoom.clone(), waker.clone()),
            shown_with_overlay: None,
            extensions: Vec::new(),
            declined: None,
            files: FileThread::start(waker.clone()),
            journals: JournalThread::start(folders.state.clone(), waker.clone()),
            worker: Worker::start(waker),
            opening: Vec::new(),
            exporting: 0,
            leaving: false,
            ended: false,
            found: Vec::new(),
            recovering: BTreeMap::new(),
            settings_due: None,
            settings_text: String::new(),
            settings_kept: false,
            watchdog: watchdog::Watchdog::default(),
            folders,
            settings,
        };
        editor.generation.wildcards = editor.folders.config.as_ref().map(|f| f.join("wildcards"));
        editor.restore_colors();
        let (width, height) = editor.settings.new_size;
        editor.new_document("Untitled", width, height, crate::color::Rgba::WHITE);
        editor
    }

    /// The document that is shown.
    pub fn open(&self) -> &OpenDocument {
        &self.documents[self.current]
    }

    fn open_mut(&mut self) -> &mut OpenDocument {
        &mut self.documents[self.current]
    }

    /// All documents, in the order of their tabs; never empty.
    pub fn documents(&self) -> &[OpenDocument] {
        &self.documents
    }

    /// The picture that is edited.
    pub fn doc(&self) -> &Document {
        &self.open().doc
    }

    /// The picture that is to be shown: the edited one, or the preview of an operation.
    pub fn shown(&self) -> &Document {
        let plain = || self.preview.as_ref().and_then(Previewed::shown).unwrap_or(&self.open().doc);
        self.shown_with_overlay.as_ref().unwrap_or_else(plain)
    }

    /// Generation: frame, jobs, candidates.
    pub fn generation(&self) -> &generation::Generation {
        &self.generation
    }

    /// The layer that is painted on.
    pub fn active_layer(&self) -> Option<&Layer> {
        self.doc().active.and_then(|id| self.doc().layer(id))
    }

    /// How the canvas lies on the screen.
    pub fn viewport(&self) -> &Viewport {
        &self.open().viewport
    }

    /// The tool in hand.
    pub fn tool(&self) -> tool::ToolKind {
        self.toolbox.kind()
    }

    /// Options of tools.
    pub fn options(&self) -> &ToolOptions {
        &self.options
    }

    /// Brushes.
    pub fn brushes(&self) -> &BrushShelf {
        &self.brushes
    }

    /// Colours.
    pub fn colors(&self) -> &Colors {
        &self.colors
    }

    /// Settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether any brush erases.
    pub fn erasing(&self) -> bool {
        self.erase || self.pen_eraser || self.toolbox.kind() == tool::ToolKind::Eraser
    }

    /// The operation that is previewed, and whether its picture is up to date.
    pub fn previewed(&self) -> Option<(&work::Operation, bool)> {
        self.preview.as_ref().map(|p| (p.operation(), p.ready()))
    }

    /// Whether the effect of the previewed operation is shown, and whether it is being applied: it can then no longer
    /// be changed.
    pub fn preview_state(&self) -> (bool, bool) {
        self.preview.as_ref().map_or((true, false), |p| (p.visible(), p.applying()))
    }

    /// What the tool in hand draws over the canvas.
    pub fn overlay(&self) -> Overlay {
        self.toolbox.overlay(&self.scene())
    }

    /// What the pointer looks like at a canvas position.
    pub fn cursor(&self, at: crate::geom::Point, held: Modifiers) -> Cursor {
        self.toolbox.cursor(&self.scene(), at, held)
    }

    fn scene(&self) -> Scene<'_> {
        Scene { open: self.open(), options: &self.options, fills: self.pull_fills() }
    }

    /// Whether a model fills what is new where the page is pulled larger.
    pub fn pull_fills(&self) -> bool {
        self.options.pull_fills && self.generation.available()
    }

    /// What the status bar says with the pointer at a canvas position: what a handle of the page does or is about to do,
    /// else how the tool is used.
    pub fn hint(&self, pointer: Option<crate::geom::Point>) -> String {
        let of_page = self.toolbox.page_hint(&self.scene(), pointer);
        of_page.unwrap_or_else(|| self.tool().hint().to_owned())
    }

    /// A few words beside the pointer where it is on a handle of the page.
    pub fn handle_tip(&self, pointer: crate::geom::Point) -> Option<&'static str> {
        self.toolbox.handle_tip(&self.scene(), pointer)
    }

    /// The tools: what they have open, for the options bar.
    pub fn toolbox(&self) -> &Toolbox {
        &self.toolbox
    }

    /// Whether a gesture (a stroke, a drag) is under way.
    pub fn busy(&self) -> bool {
        self.toolbox.busy()
    }

    /// How long the window's thread was held by what was done here.
    pub fn watchdog(&self) -> &watchdog::Watchdog {
        &self.watchdog
    }

    /// The same for who does something around the editor: a whole frame, say.
    pub fn watchdog_mut(&mut self) -> &mut watchdog::Watchdog {
        &mut self.watchdog
    }

    /// What the window is to do; each is given once.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn tell(&mut self, kind: NoticeKind, text: impl Into<String>) {
        self.effects.push(Effect::Tell(Notice { kind, text: text.into() }));
    }

    /// The pointer did something over the canvas.
    pub fn pointer(&mut self, event: &PointerEvent) {
        let watch = self.watchdog.begin();
        self.take_pointer(event);
        let tool = self.toolbox.kind();
        self.watchdog.end(watch, || format!("{:?} of {tool:?}", event.phase));
    }

    fn take_pointer(&mut self, event: &PointerEvent) {
        if event.phase != tool::Phase::Hover && self.preview.is_some() && !self.toolbox.owns_preview() {
            if self.applying() {
                self.defer(preview::Late::Pointer(event.clone()));
            } else if event.phase == tool::Phase::Down {
                self.tell_preview_open();
            }
            return;
        }
        self.with_tool(|toolbox, cx| toolbox.pointer(cx, event));
        self.keep_journals();
    }

    /// Enter: finishes what the tool has open.
    pub fn confirm(&mut self) {
        if self.with_tool(Toolbox::confirm) {
            return;
        }
        if self.preview.is_some() {
            self.apply(Command::ApplyPreview);
        } else if let Some(id) = self.generation.shown_in(self.open().id) {
            self.apply(Command::Generate(generation::GenerateCommand::Accept(id)));
        } else if let Some(page) = self.extend_offer() {
            self.apply(Command::Generate(generation::GenerateCommand::Extend(page)));
        }
    }

    /// Escape: drops what is not finished.
    pub fn escape(&mut self) {
        use generation::{GenerateCommand, Kind};
        if self.with_tool(Toolbox::cancel) {
            return;
        }
        if self.preview.is_some() {
            self.apply(Command::CancelPreview);
        } else if self.generation.progress().is_some_and(|p| p.kind != Kind::Live && !p.stopping) {
            self.apply(Command::Generate(GenerateCommand::Cancel));
        } else if self.generation.shown_in(self.open().id).is_some() {
            self.apply(Command::Generate(GenerateCommand::Show(None)));
        } else {
            self.decline_offer();
        }
    }

    fn with_tool<R>(&mut self, run: impl FnOnce(&mut Toolbox, &mut Cx) -> R) -> R {
        let fills = self.pull_fills();
        let mut cx = Cx {
            open: &mut self.documents[self.current],
            options: &self.options,
            brushes: &mut self.brushes,
            colors: &mut self.colors,
            erase: self.erase || self.pen_eraser,
            now_secs: self.now_secs,
            previewing: self.preview.is_some(),
            fills,
            out: Outcome::default(),
        };
        let result = run(&mut self.toolbox, &mut cx);
        let Outcome { commit, merge, selection, commands, effects } = cx.out;
        self.effects.extend(effects);
        if let Some((layer, name)) = merge {
            self.commit_merging(layer, name);
        }
        if let Some((name, selection)) = selection {
            self.set_selection(name, selection);
        }
        if let Some(name) = commit {
            self.commit(&name);
        }
        commands.into_iter().for_each(|command| self.apply(command));
        result
    }

    /// Makes what the document is now an undo step.
    fn commit(&mut self, name: &str) {
        let now = self.now_secs;
        self.merging = None;
        self.open_mut().commit(name, now);
    }

    /// Changes the document in one undo step, unless something else is being previewed.
    fn edit(&mut self, name: &str, change: impl FnOnce(&mut Document)) {
        if !self.may_edit() {
            return;
        }
        change(&mut self.open_mut().doc);
        self.commit(name);
    }

    /// Whether nothing is open that has to be finished first; says so if there is.
    fn may_edit(&mut self) -> bool {
        if let Some(name) = self.toolbox.holds_work() {
            self.tell_open(name);
            return false;
        }
        self.with_tool(Toolbox::cancel);
        if self.preview.is_some() {
            self.tell_preview_open();
        }
        self.preview.is_none()
    }

    fn tell_preview_open(&mut self) {
        let name = self.preview.as_ref().map_or("", |p| p.operation().name());
        self.tell_open(name);
    }

    fn tell_open(&mut self, name: &str) {
        self.tell(NoticeKind::Info, format!("Apply or cancel “{name}” first (Enter or Escape)."));
    }

    /// Looks at the clock and at what the threads have done. Call it every frame. `now_secs` counts from any origin.
    pub fn tick(&mut self, now_secs: f64) {
        self.now_secs = now_secs;
        let watch = self.watchdog.begin();
        self.take_file_events();
        self.take_journal_events();
        self.take_work();
        self.take_copied();
        self.take_generation();
        self.take_zooming();
        self.keep_journals();
        if self.settings_due.is_some_and(|due| now_secs >= due) {
            self.store_settings();
        }
        self.watchdog.end(watch, || "looking at what threads did".into());
    }

    /// When [`Editor::tick`] wants to be called again although nothing happens, in seconds of its clock.
    pub fn next_deadline(&self) -> Option<f64> {
        // What is not in the middle of a gesture is with the journal's thread already, which has its own clock.
        let journal = self.open().changed_secs.map(|since| since + self.settings.autosave_secs);
        journal.into_iter().chain(self.settings_due).min_by(f64::total_cmp)
    }

    fn page(&self) -> Rect {
        self.doc().page
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The program ends by a fault: what the journal does not have yet, it gets now.
            self.now_secs = f64::MAX;
        } else if self.settings_due.is_some() {
            self.store_settings();
        }
        if self.ended && !std::thread::panicking() {
            self.journals.end();
        } else {
            self.keep_journals();
            self.journals.stop();
        }
        self.files.finish();
    }
}
