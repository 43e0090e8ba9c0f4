//! The application without a window: documents, tools, brushes, colours, settings, and what commands do to them.
//!
//! The window shows an [`Editor`] and gives it [`Command`]s and pointer events; what only a window can do comes back
//! as [`Effect`]s. Slow work is done by two threads: files by `scumble-files`, long changes of pixels by
//! `scumble-work`. The editor looks at what they have done in [`Editor::tick`] and never waits for them.

mod act;
pub mod action;
pub mod brushes;
mod clipboard;
pub mod colors;
pub mod command;
pub mod display;
mod documents;
pub mod files;
pub mod histogram;
mod layers;
pub mod opened;
pub mod options;
mod preview;
pub mod settings;
pub mod tool;
pub mod viewport;
pub mod work;

pub use action::{Action, Menu};
pub use command::{Command, Effect, LayerCommand, Notice, NoticeKind, ViewCommand};
pub use opened::{DocId, OpenDocument};
pub use settings::Settings;
pub use viewport::Viewport;

use crate::document::{Document, Layer, LayerId};
use crate::geom::Rect;
use brushes::BrushShelf;
use colors::Colors;
use files::{FileRequest, FileThread};
use options::ToolOptions;
use preview::Previewed;
use std::path::PathBuf;
use tool::{Cx, Outcome, Overlay, PointerEvent, Toolbox};
use work::{Waker, Worker};

/// Where the program keeps what is its own; `None` = nowhere, nothing is kept.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// Settings and presets.
    pub config: Option<PathBuf>,
    /// Journals.
    pub state: Option<PathBuf>,
}

impl Folders {
    fn settings_file(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|f| f.join("settings.toml"))
    }

    fn brushes(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|f| f.join("brushes"))
    }
}

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
    last_filter: Option<work::Operation>,
    clipboard: Option<clipboard::Clip>,
    last_selection: Option<crate::document::Mask>,
    effects: Vec<Effect>,
    /// What the last step was, for values that are dragged: they become one step.
    merging: Option<(DocId, LayerId, &'static str, f64)>,
    now_secs: f64,
    folders: Folders,
    files: FileThread,
    worker: Worker,
}

impl Editor {
    /// A program with one empty document. `waker` is called from threads when [`Editor::tick`] has something to do.
    pub fn new(
        folders: Folders,
        settings: Settings,
        own_brushes: Vec<crate::paint::Brush>,
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
            options: settings.tools.clone(),
            brushes,
            colors: Colors::default(),
            erase: false,
            pen_eraser: false,
            preview: None,
            last_filter: None,
            clipboard: None,
            last_selection: None,
            effects: Vec::new(),
            merging: None,
            now_secs: 0.0,
            files: FileThread::start(folders.state.clone(), waker.clone()),
            worker: Worker::start(waker),
            folders,
            settings,
        };
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
        self.preview.as_ref().and_then(Previewed::shown).unwrap_or(&self.open().doc)
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
        self.toolbox.kind
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
        self.erase || self.pen_eraser || self.toolbox.kind == tool::ToolKind::Eraser
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
        self.toolbox.overlay(self.open(), &self.options)
    }

    /// Whether a gesture (a stroke, a drag) is under way.
    pub fn busy(&self) -> bool {
        self.toolbox.busy()
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
        if event.phase != tool::Phase::Hover && self.preview.is_some() && !self.toolbox.owns_preview() {
            if event.phase == tool::Phase::Down {
                self.tell_preview_open();
            }
            return;
        }
        self.with_tool(|toolbox, cx| toolbox.pointer(cx, event));
    }

    /// Enter: finishes what the tool has open.
    pub fn confirm(&mut self) {
        if !self.with_tool(Toolbox::confirm) && self.preview.is_some() {
            self.apply(Command::ApplyPreview);
        }
    }

    /// Escape: drops what is not finished.
    pub fn escape(&mut self) {
        if !self.with_tool(Toolbox::cancel) && self.preview.is_some() {
            self.apply(Command::CancelPreview);
        }
    }

    fn with_tool<R>(&mut self, run: impl FnOnce(&mut Toolbox, &mut Cx) -> R) -> R {
        let mut cx = Cx {
            open: &mut self.documents[self.current],
            options: &self.options,
            brushes: &mut self.brushes,
            colors: &mut self.colors,
            erase: self.erase || self.pen_eraser,
            now_secs: self.now_secs,
            out: Outcome::default(),
        };
        let result = run(&mut self.toolbox, &mut cx);
        let Outcome { commit, commands, effects } = cx.out;
        self.effects.extend(effects);
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
        self.with_tool(Toolbox::cancel);
        if self.preview.is_some() {
            self.tell_preview_open();
        }
        self.preview.is_none()
    }

    fn tell_preview_open(&mut self) {
        let name = self.preview.as_ref().map_or("", |p| p.operation().name());
        self.tell(NoticeKind::Info, format!("Apply or cancel “{name}” first (Enter or Escape)."));
    }

    /// Does what is asked.
    pub fn apply(&mut self, command: Command) {
        match command {
            Command::Act(action) => self.act(action),
            Command::Layer(id, command) => self.layer_command(id, command),
            Command::View(command) => self.view_command(command),
            Command::JumpHistory(step) => self.jump(step),
            Command::ShowDocument(id) => self.show_document(id),
            Command::CloseDocument { id, force } => self.close_document(id, force),
            Command::QuitNow => self.quit_now(),
            Command::NewDocument { name, width, height, ground } => {
                self.new_document(&name, width, height, ground)
            }
            Command::OpenFiles(paths) => self.open_files(paths, false),
            Command::OpenAsLayers(paths) => self.open_files(paths, true),
            Command::SaveTo(id, path) => self.save_to(id, path),
            Command::ExportTo(path, choice) => self.export_to(path, choice),
            Command::ImportPalette(path) => self.files.send(FileRequest::ReadPalette(path)),
            Command::ExportPalette(path) => {
                self.files.send(FileRequest::WritePalette(path, self.colors.palette.clone()));
            }
            Command::PastePicture { width, height, rgba } => self.paste_picture(width, height, &rgba),
            Command::PenEraser(used) => self.pen_eraser = used,
            Command::SetPage(page) => {
                if page != self.doc().page && !page.is_empty() {
                    self.edit("Page size", |doc| drop(crate::document::edit::set_page(doc, page)));
                }
            }
            Command::CropTo(page) => self.edit("Crop", |doc| drop(crate::document::edit::crop(doc, page))),
            Command::SetBrush(brush) => self.brushes.set(*brush),
            Command::PickBrush(name) => self.pick_brush(&name),
            Command::SaveBrush => self.save_brush(),
            Command::DeleteBrush(name) => self.delete_brush(&name),
            Command::SetColor { color, settled } => {
                self.colors.foreground = color;
                if settled {
                    self.colors.remember(color);
                }
            }
            Command::AddSwatch => self.add_swatch(),
            Command::RemoveSwatch(index) => {
                if index < self.colors.palette.colors.len() {
                    self.colors.palette.colors.remove(index);
                }
            }
            Command::SetOptions(options) => self.options = *options,
            Command::SetSymmetry(symmetry) => self.options.symmetry = symmetry,
            Command::SetSettings(settings) => self.set_settings(*settings),
            Command::GrowSelection(by) => self.change_selection("Grow selection", |mask| {
                if by >= 0 {
                    crate::document::selection::grow(mask, by.unsigned_abs())
                } else {
                    crate::document::selection::shrink(mask, by.unsigned_abs())
                }
            }),
            Command::FeatherSelection(px) => {
                self.change_selection("Feather selection", |mask| {
                    crate::document::selection::feather(mask, px)
                });
            }
            Command::BorderSelection(px) => {
                self.change_selection("Selection border", |mask| {
                    crate::document::selection::border(mask, px)
                });
            }
            Command::Preview(operation) => self.set_preview(operation),
            Command::ShowPreview(shown) => self.show_preview(shown),
            Command::ApplyPreview => self.apply_preview(),
            Command::CancelPreview => self.preview = None,
            Command::Operate(operation) => self.operate(operation),
            Command::Recover(_) | Command::DiscardRecovered(_) => {}
            Command::AddLayer(layer) => self.add_layer(*layer),
        }
    }

    /// Looks at the clock and at what the threads have done. Call it every frame. `now_secs` counts from any origin.
    pub fn tick(&mut self, now_secs: f64) {
        self.now_secs = now_secs;
        self.take_file_events();
        self.take_work();
        self.keep_journals();
    }

    /// When [`Editor::tick`] wants to be called again although nothing happens, in seconds of its clock.
    pub fn next_deadline(&self) -> Option<f64> {
        let due = |open: &OpenDocument| open.changed_secs.map(|since| since + self.settings.autosave_secs);
        self.documents.iter().filter_map(due).min_by(f64::total_cmp)
    }

    fn view_command(&mut self, command: ViewCommand) {
        let open = self.open_mut();
        let view = &mut open.viewport;
        match command {
            ViewCommand::Resize { width, height } => {
                view.size_px = (width, height);
                if !open.placed {
                    open.placed = true;
                    view.fit(open.doc.page);
                }
            }
            ViewCommand::Pan { dx, dy } => view.pan(dx, dy),
            ViewCommand::ZoomBy { factor, anchor } => view.zoom_to(view.zoom * factor, anchor),
            ViewCommand::ZoomTo(zoom) => {
                let middle = crate::geom::Point::new(view.size_px.0 / 2.0, view.size_px.1 / 2.0);
                view.zoom_to(zoom, middle);
            }
            ViewCommand::RotateBy { turns, anchor } => view.rotate_by(turns, anchor),
            ViewCommand::CenterOn(point) => view.center = point,
        }
    }

    fn set_settings(&mut self, settings: Settings) {
        self.settings = settings.sanitised();
        let budget = self.settings.undo_mib << 20;
        self.documents.iter_mut().for_each(|open| open.history.set_budget(budget));
        self.store_settings();
    }

    fn restore_colors(&mut self) {
        let mut colors = self.settings.colors.iter().filter_map(|text| crate::color::Rgba::from_hex(text));
        if let Some(color) = colors.next() {
            self.colors.foreground = color;
        }
        if let Some(color) = colors.next() {
            self.colors.background = color;
        }
        self.colors.recent = colors.take(colors::RECENT).collect();
    }

    /// Writes the settings with the state of tools, brush and colours.
    pub fn store_settings(&mut self) {
        self.settings.tools = self.options.clone();
        self.settings.brush = self.brushes.brush().name.clone();
        let colors = [self.colors.foreground, self.colors.background].into_iter();
        self.settings.colors = colors.chain(self.colors.recent.iter().copied()).map(|c| c.to_hex()).collect();
        if let Some(path) = self.folders.settings_file() {
            self.files.send(FileRequest::WriteText(path, self.settings.to_toml()));
        }
    }

    fn pick_brush(&mut self, name: &str) {
        if !self.brushes.pick(name) {
            return self.tell(NoticeKind::Warning, format!("There is no brush called “{name}”."));
        }
        if self.toolbox.kind != tool::ToolKind::Eraser {
            self.take_tool(tool::ToolKind::Brush);
        }
    }

    fn save_brush(&mut self) {
        let brush = self.brushes.keep().clone();
        if let (Some(folder), Ok(text)) = (self.folders.brushes(), crate::paint::preset::to_toml(&brush)) {
            self.files.send(FileRequest::WriteText(folder.join(brush_file(&brush.name)), text));
        }
        self.tell(NoticeKind::Info, format!("The brush “{}” is kept.", brush.name));
    }

    fn delete_brush(&mut self, name: &str) {
        if self.brushes.forget(name)
            && let Some(folder) = self.folders.brushes()
        {
            self.files.send(FileRequest::Remove(folder.join(brush_file(name))));
        }
    }

    fn add_swatch(&mut self) {
        let color = self.colors.foreground;
        let [r, g, b, _] = color.to_rgba8();
        let swatch = crate::io::gpl::Swatch { rgb: [r, g, b], name: color.to_hex() };
        self.colors.palette.colors.push(swatch);
    }

    fn take_tool(&mut self, kind: tool::ToolKind) {
        if self.toolbox.kind != kind {
            self.with_tool(Toolbox::cancel);
            self.toolbox.kind = kind;
        }
    }

    fn page(&self) -> Rect {
        self.doc().page
    }
}

/// The file name of a user's preset.
fn brush_file(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(80)
        .collect();
    format!("{safe}.toml")
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The program ends by a fault: what the journal does not have yet, it gets now.
            self.now_secs = f64::MAX;
            self.keep_journals();
        }
        self.files.finish();
    }
}
