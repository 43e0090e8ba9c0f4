//! Pictures dragged out of the window as files, and where files lie that are dragged into it; winit says neither.
//!
//! Within the window a picture is carried by egui. As soon as its file is written, the system may take it too: under
//! X11 a thread follows the pointer and speaks with the windows of other programs, under Wayland, on Windows and macOS
//! the system drags it, over our own window as well. Under Wayland files that come from other programs are taken here
//! and handed to egui, which hears of them from winit elsewhere.

mod file;
#[cfg(target_os = "linux")]
mod line;
#[cfg(any(windows, target_os = "macos"))]
mod native;
pub mod slot;
#[cfg(all(test, target_os = "linux"))]
mod tests;
#[cfg(target_os = "linux")]
mod wayland;
#[cfg(target_os = "linux")]
mod x11;

use crate::editor::generation::{CandidateId, GenerateCommand};
use crate::editor::{Command, Editor, Notice, NoticeKind};
use crossbeam_channel::TryRecvError;
#[cfg(target_os = "linux")]
use eframe::egui::HoveredFile;
use eframe::egui::{
    Color32, Context, DragAndDrop, Event, Id, LayerId, Modifiers, Order, PointerButton, Pos2, RawInput, Rect,
    TextureId, Vec2, pos2, vec2,
};
#[cfg(target_os = "linux")]
use line::{Ask, Line, Pixels, Said};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Height of a picture at the pointer, in points.
const CARRIED_HEIGHT: f32 = 64.0;

/// A picture that the pointer carries, as the payload of egui's drag and drop.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// Which.
    pub id: CandidateId,
    /// It, small.
    pub texture: TextureId,
    /// Size of that.
    pub size: Vec2,
}

/// Where something was dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// There, in points.
    At(Pos2),
    /// Nobody knows.
    Unknown,
    /// It may be known in one of the next frames.
    Later,
}

/// What is dragged out of and into the window.
#[derive(Default)]
pub struct Drags {
    /// Where files for other programs are written.
    base: PathBuf,
    #[cfg(target_os = "linux")]
    line: Option<Line>,
    #[cfg(any(windows, target_os = "macos"))]
    native: native::Native,
    carries: Option<Carries>,
    /// Pictures that were let go of over the style slot before their file was written.
    late: Vec<file::Writing>,
    /// Where what the system drags over the window is, if it says so.
    over: Option<Pos2>,
    /// What that is, if the system tells it to us and not to winit.
    brought: bool,
    /// The file that was dragged out last: when it comes back it is ours.
    own: Option<PathBuf>,
    /// The thread was asked where the pointer is.
    #[cfg(target_os = "linux")]
    watching: bool,
}

/// A picture that is carried.
struct Carries {
    what: Arc<Carried>,
    writing: file::Writing,
    /// Its file, when that is written.
    path: Option<PathBuf>,
    /// The system has it, and the pointer.
    taken: bool,
}

impl Drags {
    /// Below `state` are the files for other programs; of the old ones only `kept` is kept. `cc`: the real window, if
    /// there is one.
    pub fn new(cc: Option<&eframe::CreationContext>, state: Option<&Path>, kept: Option<PathBuf>) -> Self {
        let beside = state.and_then(Path::parent).map(|folder| folder.join("dragged"));
        let base = beside.unwrap_or_else(|| std::env::temp_dir().join("scumble-dragged"));
        file::clean(base.clone(), kept);
        #[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
        let _ = cc;
        Self {
            base,
            #[cfg(target_os = "linux")]
            line: cc.and_then(|cc| wayland::connect(cc).or_else(|| x11::connect(cc))),
            #[cfg(any(windows, target_os = "macos"))]
            native: cc.map(native::Native::new).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Lets go of the window.
    pub fn close(&mut self) {
        #[cfg(target_os = "linux")]
        {
            self.line = None;
        }
    }

    /// Takes what the system said and adds it to the input of the next frame.
    pub fn pump(&mut self, ctx: &Context, input: &mut RawInput) {
        #[cfg(target_os = "linux")]
        if let Some(line) = &self.line {
            let scale = match line.pixels {
                Pixels::Physical => 1.0 / ctx.pixels_per_point(),
                Pixels::Logical => 1.0 / ctx.zoom_factor(),
            };
            let to_points = |at: [f32; 2]| pos2(at[0], at[1]) * scale;
            let brings = line.pixels == Pixels::Logical;
            for said in line.take() {
                match said {
                    Said::Over(at) => {
                        self.over = at.map(to_points);
                        self.brought = brings && at.is_some();
                    }
                    Said::Dropped(files, at) => {
                        self.over = Some(to_points(at));
                        self.brought = false;
                        let files = files.unwrap_or_else(|| self.own.clone().into_iter().collect());
                        let files = files.into_iter().map(|path| Arc::new(DroppedFile(path)) as _);
                        input.dropped_files.extend(files);
                    }
                    Said::Took => self.taken(ctx, input),
                    Said::Ended => self.carries = self.carries.take().filter(|c| !c.taken),
                }
            }
            if self.brought {
                let ours = self.carries.as_ref().is_some_and(|c| c.taken);
                let path = self.own.clone().filter(|_| ours);
                input.hovered_files.push(HoveredFile { path, ..HoveredFile::default() });
            }
        }
        #[cfg(any(windows, target_os = "macos"))]
        {
            if self.native.took() {
                self.taken(ctx, input);
            }
            if self.native.ended() {
                self.carries = None;
            }
        }
        #[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
        let _ = (ctx, input);
    }

    /// The system has the pointer: what egui believes to be held is let go of.
    fn taken(&mut self, ctx: &Context, input: &mut RawInput) {
        let Some(carries) = &mut self.carries else { return };
        carries.taken = true;
        let pos = ctx.input(|i| i.pointer.latest_pos()).unwrap_or_default();
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        input.events.push(Event::PointerButton { pos, button, pressed: false, modifiers });
        input.events.push(Event::PointerGone);
    }

    /// Writes the file of what is carried, lets the system have it, and takes what was let go of over the style slot.
    /// To be called after the panels were drawn. Returns what went wrong.
    pub fn carry(&mut self, ctx: &Context, editor: &Editor, commands: &mut Vec<Command>) -> Option<Notice> {
        let mut failed = None;
        let payload = DragAndDrop::payload::<Carried>(ctx);
        if let Some(what) = &payload
            && self.carries.as_ref().is_none_or(|c| !Arc::ptr_eq(&c.what, what))
        {
            self.begin(ctx, editor, what);
        }
        if let Some(carries) = self.carries.as_mut().filter(|c| c.path.is_none()) {
            match written(&carries.writing) {
                Some(Ok(path)) => self.file_is_there(path),
                Some(Err(why)) => {
                    failed = Some(why);
                    DragAndDrop::clear_payload(ctx);
                    self.carries = None;
                }
                None => {}
            }
        }
        if self.carries.as_ref().is_some_and(|c| !c.taken) {
            let (released, at) = ctx.input(|i| (i.pointer.any_released(), i.pointer.interact_pos()));
            match (payload.is_some(), released) {
                (true, true) => self.let_go(ctx, at, commands),
                (true, false) => self.show(ctx, at),
                (false, _) => self.cancel(),
            }
        } else if self.brought && self.carries.is_some() {
            self.show(ctx, self.over);
        }
        self.late.retain(|writing| match written(writing) {
            Some(Ok(path)) => {
                commands.push(style(path));
                false
            }
            Some(Err(why)) => {
                failed = Some(why);
                false
            }
            None => true,
        });
        failed.map(|text| Notice { kind: NoticeKind::Error, text })
    }

    fn begin(&mut self, ctx: &Context, editor: &Editor, what: &Arc<Carried>) {
        self.cancel();
        let Some(candidate) = editor.generation().picture(what.id).cloned() else {
            return DragAndDrop::clear_payload(ctx);
        };
        #[cfg(target_os = "linux")]
        if let Some(line) = &self.line {
            line.begin();
        }
        let writing = file::write(candidate, self.base.clone(), ctx.clone());
        self.carries = Some(Carries { what: what.clone(), writing, path: None, taken: false });
    }

    fn file_is_there(&mut self, path: PathBuf) {
        self.own = Some(path.clone());
        #[cfg(target_os = "linux")]
        if let Some(line) = &self.line {
            line.ask(Ask::Drag(path.clone()));
        }
        #[cfg(any(windows, target_os = "macos"))]
        self.native.wish(path.clone());
        if let Some(carries) = &mut self.carries {
            carries.path = Some(path);
        }
    }

    fn let_go(&mut self, ctx: &Context, at: Option<Pos2>, commands: &mut Vec<Command>) {
        let Some(carries) = self.carries.take() else { return };
        // Another window may lie over the slot.
        if !self.elsewhere() && at.is_some_and(|at| slot::lies_at(ctx, at)) {
            match carries.path {
                Some(path) => commands.push(style(path)),
                None => self.late.push(carries.writing),
            }
        }
        // Under X11 the thread sees it by itself, and drops on what is there.
        #[cfg(target_os = "linux")]
        if let Some(line) = self.line.as_ref().filter(|line| line.pixels == Pixels::Logical) {
            line.ask(Ask::Cancel);
        }
        #[cfg(any(windows, target_os = "macos"))]
        self.native.forget();
    }

    fn elsewhere(&self) -> bool {
        #[cfg(target_os = "linux")]
        return self.line.as_ref().is_some_and(Line::elsewhere);
        #[cfg(not(target_os = "linux"))]
        false
    }

    fn cancel(&mut self) {
        if self.carries.take().is_some() {
            #[cfg(target_os = "linux")]
            if let Some(line) = &self.line {
                line.ask(Ask::Cancel);
            }
            #[cfg(any(windows, target_os = "macos"))]
            self.native.forget();
        }
    }

    /// The picture at the pointer, and the slot that takes it.
    fn show(&self, ctx: &Context, at: Option<Pos2>) {
        let at = at.filter(|_| !self.elsewhere());
        slot::show(ctx, at);
        if let (Some(at), Some(carries)) = (at, &self.carries) {
            let Carried { texture, size, .. } = *carries.what;
            let size = size * (CARRIED_HEIGHT / size.y.max(1.0));
            let rect = Rect::from_min_size(at + vec2(14.0, 14.0), size);
            let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("carried picture")));
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            painter.image(texture, rect, whole, Color32::from_white_alpha(200));
        }
    }

    /// Whether a dropped file is the one that we dragged.
    pub fn is_own(&self, path: &Path) -> bool {
        // Systems spell paths differently, but the folder's name is used once.
        let last = |path: &Path| path.parent().and_then(Path::file_name).map(ToOwned::to_owned);
        self.own.as_ref().is_some_and(|own| own.file_name() == path.file_name() && last(own) == last(path))
    }

    /// Files of other programs are over the window: where, if it is known.
    pub fn hover(&mut self, ctx: &Context) -> Option<Pos2> {
        match self.place(ctx) {
            Place::At(at) => Some(at),
            Place::Unknown | Place::Later => None,
        }
    }

    /// Where what is dropped lies.
    pub fn place(&mut self, ctx: &Context) -> Place {
        #[cfg(target_os = "linux")]
        if let Some(line) = &self.line {
            if let Some(at) = self.over {
                return Place::At(at);
            }
            if !self.watching {
                self.watching = true;
                line.ask(Ask::Watch(true));
            }
            return Place::Later;
        }
        #[cfg(windows)]
        if let Some(at) = self.native.pointer(1.0 / ctx.pixels_per_point()) {
            return Place::At(at);
        }
        match ctx.pointer_latest_pos() {
            Some(at) => Place::At(at),
            // It is told nothing while files are dragged, but with the pointer's next move.
            None if cfg!(target_os = "macos") => Place::Later,
            None => Place::Unknown,
        }
    }

    /// Nothing hovers, and what was dropped is taken.
    pub fn rest(&mut self) {
        #[cfg(target_os = "linux")]
        if std::mem::take(&mut self.watching)
            && let Some(line) = &self.line
        {
            line.ask(Ask::Watch(false));
            self.over = None;
        }
        if !self.brought {
            self.over = None;
        }
    }

    /// Lets the system drag what is carried, where that has to be done by the window's thread.
    #[cfg(any(windows, target_os = "macos"))]
    pub fn start(&mut self, frame: &eframe::Frame, ctx: &Context) {
        self.native.start(frame, ctx);
    }

    /// The threads do it.
    #[cfg(not(any(windows, target_os = "macos")))]
    pub fn start(&mut self, _frame: &eframe::Frame, _ctx: &Context) {}
}

fn style(path: PathBuf) -> Command {
    Command::Generate(GenerateCommand::SetStylePicture(Some(path)))
}

fn written(writing: &file::Writing) -> Option<Result<PathBuf, String>> {
    match writing.try_recv() {
        Ok(done) => Some(done),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Disconnected) => {
            Some(Err("The picture could not be written as a file.".to_owned()))
        }
    }
}

/// A file that we took from the system.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct DroppedFile(PathBuf);

#[cfg(target_os = "linux")]
impl eframe::egui::DroppedFile for DroppedFile {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|why| why.to_string())
    }
}
