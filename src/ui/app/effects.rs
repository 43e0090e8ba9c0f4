//! What the editor asks of the window, and what its dialogs answer.

use super::App;
use crate::editor::files::ExportChoice;
use crate::editor::generation::{CandidateId, GenerateCommand};
use crate::editor::settings::Theme;
use crate::editor::zooming::ZoomCommand;
use crate::editor::{Action, Command, DocId, Effect, Notice, NoticeKind};
use crate::ui::dialogs::Ask;
use crate::ui::focus::Goal;
use crate::ui::widgets::Frame;
use eframe::egui::{self, Context, ViewportCommand};
use std::sync::Arc;

/// What an answer is for.
pub(super) enum Asked {
    Open { as_layers: bool },
    Save(DocId),
    Export(DocId, Box<ExportChoice>),
    PaletteOpen,
    PaletteSave,
    Picture(CandidateId),
    Style,
    Film,
}

impl App {
    pub(super) fn effects(&mut self, ctx: &Context) {
        let now = ctx.input(|i| i.time);
        for effect in self.editor.take_effects() {
            match effect {
                Effect::Window(action) => self.window_action(ctx, action),
                Effect::AskOpen { as_layers } => self.ask(ctx, Asked::Open { as_layers }, Ask::Open),
                Effect::AskSave { id, suggestion } => self.ask(ctx, Asked::Save(id), Ask::Save(suggestion)),
                Effect::AskPaletteOpen => self.ask(ctx, Asked::PaletteOpen, Ask::PaletteOpen),
                Effect::AskPaletteSave => self.ask(ctx, Asked::PaletteSave, Ask::PaletteSave),
                Effect::AskFilm { suggestion } => self.ask(ctx, Asked::Film, Ask::Film(suggestion)),
                Effect::AskPaste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
                Effect::CopyPicture { width, height, rgba } => {
                    let size = [width as usize, height as usize];
                    ctx.copy_image(egui::ColorImage::from_rgba_unmultiplied(size, &rgba));
                }
                Effect::Tell(notice) => self.notices.push(notice, now),
                Effect::AskExport { id, suggestion, choice } => {
                    self.ask(ctx, Asked::Export(id, choice), Ask::Export(suggestion));
                }
                Effect::AskStyle => self.ask(ctx, Asked::Style, Ask::Picture),
                Effect::AskSavePicture { id, suggestion } => {
                    self.ask(ctx, Asked::Picture(id), Ask::Export(suggestion));
                }
                Effect::OfferSettings { path, request } => self.notices.offer(path, request, now),
                Effect::AskClose(_) | Effect::AskQuit | Effect::OfferRecovery => {
                    // Nobody can answer a question in a window that is put away.
                    if ctx.input(|i| i.viewport().minimized) == Some(true) && effect != Effect::OfferRecovery
                    {
                        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
                    }
                    self.filing.take(&effect);
                }
                Effect::Quit => {
                    self.quitting = true;
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
    }

    fn ask(&mut self, ctx: &Context, asked: Asked, ask: Ask) {
        let ctx = ctx.clone();
        let answer = self.dialogs.ask(ask, Arc::new(move || ctx.request_repaint()));
        self.asked.push((asked, answer));
    }

    /// Takes the answers of file dialogs.
    pub(super) fn answers(&mut self, now: f64, commands: &mut Vec<Command>) {
        let notices = &mut self.notices;
        self.asked.retain(|(asked, answer)| {
            let paths = match answer.try_recv() {
                Ok(Ok(paths)) => paths,
                Ok(Err(text)) => {
                    notices.push(Notice { kind: NoticeKind::Error, text }, now);
                    Vec::new()
                }
                Err(crossbeam_channel::TryRecvError::Empty) => return true,
                // The dialog could not be shown: as if it had been cancelled.
                Err(crossbeam_channel::TryRecvError::Disconnected) => Vec::new(),
            };
            let first = paths.first().cloned();
            match (asked, first) {
                (Asked::Save(id), None) => commands.push(Command::SaveCancelled(*id)),
                (_, None) => {}
                (Asked::Open { as_layers: false }, Some(_)) => commands.push(Command::OpenFiles(paths)),
                (Asked::Open { as_layers: true }, Some(_)) => commands.push(Command::OpenAsLayers(paths)),
                (Asked::Save(id), Some(path)) => commands.push(Command::SaveTo(*id, path)),
                (Asked::Export(id, choice), Some(path)) => {
                    commands.push(Command::ExportTo(*id, path, choice.clone()));
                }
                (Asked::Picture(id), Some(path)) => {
                    commands.push(Command::Generate(GenerateCommand::SaveAs(*id, path)));
                }
                (Asked::Style, Some(path)) => {
                    commands.push(Command::Generate(GenerateCommand::SetStylePicture(Some(path))));
                }
                (Asked::Film, Some(path)) => commands.push(Command::Zoom(ZoomCommand::ExportTo(path))),
                (Asked::PaletteOpen, Some(path)) => commands.push(Command::ImportPalette(path)),
                (Asked::PaletteSave, Some(path)) => commands.push(Command::ExportPalette(path)),
            }
            false
        });
    }

    fn window_action(&mut self, ctx: &Context, action: Action) {
        if let Some(goal) = Goal::of(action) {
            return self.move_focus(ctx, goal);
        }
        let mut settings = self.editor.settings().clone();
        match action {
            Action::CommandPalette => return self.palette.toggle(),
            Action::TogglePanels => {
                self.panels_hidden = !self.panels_hidden;
                return self.tell_hidden(ctx);
            }
            Action::Export => return self.filing.open_export(&self.editor),
            Action::Recover => return self.filing.open_recovery(),
            Action::Messages => return self.notices.toggle_log(),
            Action::CloseNotices => return self.notices.close_all(),
            Action::ResetPanels => return self.dock.reset(),
            Action::FullScreen => {
                let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
                return ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!full));
            }
            Action::ToggleTheme => {
                let dark = ctx.theme() == egui::Theme::Dark;
                settings.theme = if dark { Theme::Light } else { Theme::Dark };
            }
            Action::UiLarger => settings.ui_scale += 0.125,
            Action::UiSmaller => settings.ui_scale -= 0.125,
            Action::RenameLayer => {
                let frame = Frame { editor: &self.editor, commands: &mut Vec::new() };
                return self.dock.rename_layer(&frame);
            }
            _ => {
                self.windows.open(action, &self.editor);
                return;
            }
        }
        self.editor.apply(Command::SetSettings(Box::new(settings)));
    }
}
