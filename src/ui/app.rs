//! The program in a window.

mod effects;

use super::candidates::{self, Strip};
use super::canvas::{Canvas, Deed};
use super::dialogs::{Answer, Dialogs, SystemDialogs};
use super::dragging::Drags;
use super::filing::{self, Filing};
use super::focus::{Goal, Keyboard, focus_next};
use super::notices::Notices;
use super::palette::Palette;
use super::panels::Dock;
use super::pen::Pens;
use super::widgets::Frame;
use super::windows::Windows;
use super::{focus, keys, menus, options_bar, status_bar, theme, toolbar};
use crate::editor::generation::GenerateCommand;
use crate::editor::settings::{Restored, Theme};
use crate::editor::{Action, Command, Editor, Folders, Notice, NoticeKind, Settings};
use effects::Asked;
use eframe::egui::{self, Context, Key, ViewportCommand};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// The window's part of the program.
pub struct App {
    /// The application.
    pub editor: Editor,
    canvas: Canvas,
    strip: Strip,
    pens: Pens,
    drags: Drags,
    drops: filing::drops::Drops,
    dock: Dock,
    palette: Palette,
    windows: Windows,
    filing: Filing,
    notices: Notices,
    dialogs: Box<dyn Dialogs>,
    asked: Vec<(Asked, Answer)>,
    panels_hidden: bool,
    /// The panels or the menus are to get the focus.
    focus: Option<Goal>,
    keyboard: Keyboard,
    canvas_focused: bool,
    /// The canvas is to get the focus.
    focus_canvas: bool,
    /// What the theme was last set to.
    looks: Option<(Theme, f32)>,
    title: String,
    quitting: bool,
    /// Text was being typed when the last frame ended.
    typing: bool,
    /// When the program began, until the first frame is on the screen; only where that is measured.
    began: Option<std::time::Instant>,
    clock: Clock,
}

/// The time of the window, which egui does not keep while the window is hidden.
struct Clock {
    /// What egui said last, and when.
    last: (f64, Instant),
}

impl Clock {
    fn now_secs(&mut self, ctx: &Context) -> f64 {
        let time = ctx.input(|i| i.time);
        if time > self.last.0 {
            self.last = (time, Instant::now());
            return time;
        }
        time + self.last.1.elapsed().as_secs_f64()
    }
}

/// How the program is started.
pub struct Start {
    /// Where it keeps what is its own.
    pub folders: Folders,
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// Who asks for files.
    pub dialogs: Box<dyn Dialogs>,
    /// What runs models.
    pub models: Option<crate::editor::generation::Models>,
    /// Whether there is a real window, whose tablets are listened to and which drags to other programs.
    pub pens: bool,
}

impl App {
    /// The program in the window of `cc`.
    pub fn new(cc: &eframe::CreationContext, start: Start) -> Self {
        theme::install(&cc.egui_ctx);
        let restored = start.folders.config.as_ref().map(|f| Settings::restore(&f.join("settings.toml")));
        let Restored { settings, complaint, leave_file } = restored.unwrap_or_default();
        let brushes =
            start.folders.config.as_ref().map(|f| own_brushes(&f.join("brushes"))).unwrap_or_default();
        let ctx = cc.egui_ctx.clone();
        let waker = Arc::new(move || ctx.request_repaint());
        let (state, style) = (start.folders.state.clone(), settings.generate.style_picture.clone());
        let drags = Drags::new(start.pens.then_some(cc), state.as_deref(), style);
        let dock = Dock::restore(settings.panels.as_deref());
        let mut editor = Editor::new(start.folders, settings, brushes, start.models, waker);
        if leave_file {
            editor.keep_settings_file();
        }
        if !start.files.is_empty() {
            editor.apply(Command::OpenFiles(start.files));
        }
        let mut notices = Notices::default();
        if let Some(why) = complaint {
            notices.push(Notice { kind: NoticeKind::Error, text: why }, 0.0);
        }
        let mut windows = Windows::default();
        windows.set_adapter(super::canvas::adapter::words(cc.wgpu_render_state.as_ref()));
        Self {
            editor,
            canvas: Canvas::new(cc.wgpu_render_state.as_ref()),
            strip: Strip::default(),
            pens: if start.pens { Pens::new(cc) } else { Pens::default() },
            drags,
            drops: filing::drops::Drops::default(),
            dock,
            palette: Palette::default(),
            windows,
            filing: Filing::default(),
            notices,
            dialogs: start.dialogs,
            asked: Vec::new(),
            panels_hidden: false,
            focus: None,
            keyboard: Keyboard::default(),
            canvas_focused: false,
            focus_canvas: false,
            looks: None,
            title: String::new(),
            quitting: false,
            typing: false,
            began: None,
            clock: Clock { last: (-1.0, Instant::now()) },
        }
    }

    /// The notices in view.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        self.notices.texts()
    }

    fn shortcuts(&mut self, ctx: &Context, canvas_focused: bool, commands: &mut Vec<Command>) {
        for action in keys::pressed(ctx, self.editor.settings(), self.typing) {
            // Tab moves the focus, unless the canvas has it.
            let tab = action == Action::TogglePanels && ctx.input(|i| i.key_pressed(Key::Tab));
            if !tab || canvas_focused {
                commands.push(Command::Act(action));
            }
        }
    }

    /// Enter and Escape finish and drop what is under way; Escape brings the focus back to the canvas.
    /// `typing`: a field of text had the focus when the frame began, so that the keys were its own.
    fn enter_escape(&mut self, ctx: &Context, canvas: &egui::Response, typing: bool) {
        let (enter, escape) = ctx.input(|i| (i.key_pressed(Key::Enter), i.key_pressed(Key::Escape)));
        if self.palette.is_open() || ctx.any_popup_open() {
            return;
        }
        let here = !typing && (canvas.has_focus() || ctx.memory(|m| m.focused()).is_none());
        if enter && here {
            self.editor.confirm();
        }
        if escape {
            if here {
                self.editor.escape();
            }
            canvas.request_focus();
        }
    }

    /// Says how panels that were hidden come back.
    fn tell_hidden(&mut self, ctx: &Context) {
        if self.panels_hidden {
            let keys = keys::shown(self.editor.settings(), Action::TogglePanels);
            let how = if keys.is_empty() { "Window, Hide panels" } else { &keys };
            let text = format!("The panels are hidden. {how} brings them back.");
            self.notices.push(Notice { kind: NoticeKind::Info, text }, ctx.input(|i| i.time));
        }
    }

    /// Takes the keyboard focus to the panels or the menus; from anywhere but the canvas, back to it.
    fn move_focus(&mut self, ctx: &Context, goal: Goal) {
        if goal == Goal::Panels && !self.canvas_focused && ctx.memory(|m| m.focused()).is_some() {
            self.focus_canvas = true;
        } else {
            self.panels_hidden &= goal == Goal::Menus;
            if let Goal::Panel(panel) = goal {
                self.dock.go_to(panel);
            }
            self.focus = Some(goal);
        }
        ctx.request_repaint();
    }

    fn closing(&mut self, ctx: &Context) {
        if ctx.input(|i| i.viewport().close_requested()) && !self.quitting {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.editor.apply(Command::Act(Action::Quit));
        }
    }

    /// Keeps how the panels lie with the settings.
    fn store_layout(&mut self) {
        let panels = self.dock.to_text();
        if panels.is_some() && panels != self.editor.settings().panels {
            let settings = Settings { panels, ..self.editor.settings().clone() };
            self.editor.apply(Command::SetSettings(Box::new(settings)));
        }
    }

    fn update_title(&mut self, ctx: &Context) {
        let open = self.editor.open();
        let star = if open.modified() { "*" } else { "" };
        let title = format!("{}{star} – Scumble", open.title());
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn layout(&mut self, ui: &mut egui::Ui, commands: &mut Vec<Command>) -> (egui::Response, Vec<Deed>) {
        let mut frame = Frame { editor: &self.editor, commands };
        let goal = self.focus.take();
        egui::Panel::top("menu").show(ui, |ui| menus::show(ui, &mut frame, goal == Some(Goal::Menus)));
        if !self.panels_hidden {
            egui::Panel::top("options").exact_size(38.0).show(ui, |ui| {
                ui.centered_and_justified(|ui| {
                    options_bar::show(ui, &mut frame);
                });
            });
            egui::Panel::bottom("status")
                .show(ui, |ui| status_bar::show(ui, &mut frame, self.canvas.pointer()));
            egui::Panel::left("tools").exact_size(44.0).resizable(false).show(ui, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| {
                    toolbar::show(ui, &mut frame);
                    focus::follow(ui);
                });
            });
            let right = egui::Panel::right("panels").default_size(270.0).size_range(200.0..=520.0);
            right.frame(egui::Frame::new().fill(ui.visuals().panel_fill)).show(ui, |ui| {
                if goal == Some(Goal::Panels) {
                    focus_next(ui);
                }
                self.dock.show(ui, &mut frame);
            });
        }
        filing::tabs::show(ui, &mut frame);
        if Strip::wanted(&frame) && !self.panels_hidden {
            let strip = egui::Panel::bottom("candidates").exact_size(candidates::STRIP_HEIGHT);
            strip.show(ui, |ui| self.strip.show(ui, &mut frame));
        }
        let none = egui::Frame::NONE;
        egui::CentralPanel::default().frame(none).show(ui, |ui| self.canvas.show(ui, &mut frame)).inner
    }
}

impl eframe::App for App {
    /// Runs before every picture, and also while the window is hidden.
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        let watch = self.editor.watchdog_mut().begin();
        let now = self.clock.now_secs(ctx);
        self.editor.tick(now);
        self.closing(ctx);
        let mut commands = Vec::new();
        self.answers(now, &mut commands);
        commands.into_iter().for_each(|command| self.editor.apply(command));
        self.effects(ctx);
        if let Some(at) = self.editor.next_deadline() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((at - now).max(0.01)));
        }
        self.editor.watchdog_mut().end(watch, || "a turn without a picture of the window".into());
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let window = &*frame;
        let ctx = ui.ctx().clone();
        let watch = self.editor.watchdog_mut().begin();
        // As the last frame left it: Escape takes the focus away before this one begins.
        let typing = self.typing;
        // The second call comes when the first frame is shown.
        if ctx.cumulative_frame_nr() > 0
            && let Some(began) = self.began.take()
        {
            eprintln!("first frame after {} ms", began.elapsed().as_millis());
        }
        let looks = (self.editor.settings().theme, self.editor.settings().ui_scale);
        if self.looks != Some(looks) {
            theme::choose(&ctx, looks.0, looks.1);
            self.looks = Some(looks);
        }
        let now = ctx.input(|i| i.time);
        let mut commands = Vec::new();
        self.keyboard.begin(&ctx);
        let (canvas, deeds) = self.layout(ui, &mut commands);
        for deed in deeds {
            match deed {
                Deed::Pointer(event) => self.editor.pointer(&event),
                Deed::Escape => self.editor.escape(),
            }
        }
        self.canvas_focused = canvas.has_focus();
        let mut closed = std::mem::take(&mut self.focus_canvas);
        {
            let mut frame = Frame { editor: &self.editor, commands: &mut commands };
            closed |= self.windows.show(&ctx, &mut frame);
            closed |= self.palette.show(&ctx, &mut frame);
            self.filing.show(&ctx, &mut frame);
        }
        closed |= self.notices.show(&ctx, now, &mut commands);
        if closed {
            canvas.request_focus();
        }
        self.keyboard.end(&ctx, canvas.id);
        self.shortcuts(&ctx, canvas.has_focus(), &mut commands);
        if self.editor.generation().peeking()
            && keys::released(&ctx, self.editor.settings(), Action::PeekCanvas)
        {
            commands.push(Command::Generate(GenerateCommand::Peek(false)));
        }
        self.enter_escape(&ctx, &canvas, typing);
        self.typing = ctx.text_edit_focused();
        if let Some(notice) = self.drags.carry(&ctx, &self.editor, &mut commands) {
            self.notices.push(notice, now);
        }
        self.drops.take(&ctx, &mut self.drags, &mut commands);
        if !commands.is_empty() {
            // What they changed is seen in the next frame.
            ctx.request_repaint();
        }
        commands.into_iter().for_each(|command| self.editor.apply(command));
        self.effects(&ctx);
        // Not while a border is still dragged.
        if !ctx.input(|i| i.pointer.any_down()) && self.dock.take_changed() {
            self.store_layout();
        }
        self.update_title(&ctx);
        if let Some(at) = self.editor.next_deadline() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((at - now).max(0.01)));
        }
        // Not where the input is taken: what is asked for before a frame begins counts as done by it.
        if let Some(soon) = self.pens.look_again() {
            ctx.request_repaint_after(soon);
        }
        self.editor.watchdog_mut().end(watch, || "a picture of the window".into());
        self.drags.start(window, &ctx);
    }

    fn raw_input_hook(&mut self, ctx: &Context, input: &mut egui::RawInput) {
        self.pens.pump(input, 1.0 / ctx.zoom_factor());
        self.drags.pump(ctx, input);
        let pen = self.pens.state();
        if pen.eraser != self.canvas.pen().eraser {
            self.editor.apply(Command::PenEraser(pen.eraser));
        }
        self.canvas.set_pen(pen);
    }

    fn on_exit(&mut self) {
        self.pens.close();
        self.drags.close();
        self.store_layout();
        self.editor.store_settings();
    }
}

/// The presets of the user; what cannot be read is left alone.
fn own_brushes(folder: &std::path::Path) -> Vec<crate::paint::Brush> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> =
        files.map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).take(1000).collect();
    paths.sort();
    let small = |path: &PathBuf| {
        std::fs::metadata(path).is_ok_and(|m| m.len() <= crate::paint::preset::MAX_BYTES as u64)
    };
    let read = |path: PathBuf| crate::paint::preset::from_toml(&std::fs::read_to_string(path).ok()?).ok();
    paths.into_iter().filter(small).filter_map(read).collect()
}

/// The program's icon for the task bar.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon/scumble-128.png")).unwrap_or_default()
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When no window or no graphics adapter can be had, in words that say what is missing.
pub fn run(files: Vec<PathBuf>, models: Option<crate::editor::generation::Models>) -> Result<(), String> {
    let folders = Folders {
        config: dirs::config_dir().map(|f| f.join("scumble")),
        state: dirs::state_dir().or_else(dirs::data_local_dir).map(|f| f.join("scumble").join("recovery")),
    };
    let kept = folders.state.clone();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Scumble")
            .with_app_id("org.scumble.Scumble")
            .with_inner_size([1360.0, 860.0])
            .with_min_inner_size([640.0, 420.0])
            .with_icon(icon())
            .with_drag_and_drop(true),
        wgpu_options: super::canvas::adapter::configuration(),
        ..Default::default()
    };
    let start = move || Start { folders, files, dialogs: Box::new(SystemDialogs), models, pens: true };
    let began = std::env::var_os("SCUMBLE_TIME_START").map(|_| std::time::Instant::now());
    let make = move |cc: &eframe::CreationContext| {
        let app = App { began, ..App::new(cc, start()) };
        if began.is_some() {
            cc.egui_ctx.request_repaint();
        }
        app
    };
    let run = std::panic::AssertUnwindSafe(move || {
        eframe::run_native("Scumble", options, Box::new(move |cc| Ok(Box::new(make(cc)))))
    });
    match std::panic::catch_unwind(run) {
        Ok(result) => result.map_err(|why| super::canvas::adapter::complaint(&why.to_string())),
        // What happened was written by the panic itself; the editor has given its pictures to the journal.
        Err(_) => Err(match kept {
            Some(folder) => format!(
                "the program has a fault and had to end. Pictures that were not saved are kept in {}; the program \
                 offers them when it is started again.",
                folder.display()
            ),
            None => "the program has a fault and had to end.".to_owned(),
        }),
    }
}
