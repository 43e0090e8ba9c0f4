//! Settings of the program. They take effect at once.

use super::dialog::{Dialog, Outcome, Place};
use super::rows::{self, Look};
use crate::editor::settings::Theme;
use crate::editor::{Action, Command, Settings};
use crate::ui::widgets::Frame;
use eframe::egui::{Context, RichText, Ui};

/// The window.
pub struct SettingsWindow {
    /// The scale while its slider is dragged: the interface must not move under the pointer.
    scale: Option<f32>,
    fresh: bool,
}

impl SettingsWindow {
    /// Just opened.
    pub fn new() -> Self {
        Self { scale: None, fresh: true }
    }

    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let before = frame.editor.settings();
        let mut settings = before.clone();
        let mut reset = false;
        let mut shortcuts = false;
        let dialog =
            Dialog { title: "Settings", finish: None, ready: true, width: 340.0, place: Place::Middle };
        let outcome = dialog.show(
            ctx,
            |ui| {
                self.look(ui, &mut settings);
                canvas(ui, &mut settings);
                files(ui, &mut settings);
                rows::row(ui, "", |ui| {
                    shortcuts =
                        ui.button("Keyboard shortcuts…").on_hover_text("Which keys do what").clicked();
                });
            },
            |ui| {
                reset = ui.button("Reset").on_hover_text("All of these as they come").clicked();
            },
        );
        if reset {
            let fresh = Settings::default();
            settings = Settings {
                theme: fresh.theme,
                ui_scale: fresh.ui_scale,
                autosave_secs: fresh.autosave_secs,
                undo_mib: fresh.undo_mib,
                pixel_grid: fresh.pixel_grid,
                brush_outline: fresh.brush_outline,
                jpeg_quality: fresh.jpeg_quality,
                ..settings
            };
        }
        if settings != *before {
            frame.ask(Command::SetSettings(Box::new(settings)));
        }
        if shortcuts {
            frame.act(Action::Shortcuts);
        }
        outcome == Outcome::Open
    }

    fn look(&mut self, ui: &mut Ui, settings: &mut Settings) {
        heading(ui, "Looks");
        let themes = [(Theme::Dark, "Dark"), (Theme::Light, "Light"), (Theme::System, "As the system")];
        rows::row(ui, "Theme", |ui| {
            for (theme, word) in themes {
                let response = ui.radio_value(&mut settings.theme, theme, word);
                if theme == Theme::Dark && std::mem::take(&mut self.fresh) {
                    response.request_focus();
                }
            }
        });
        let mut percent = self.scale.unwrap_or(settings.ui_scale) * 100.0;
        let look = Look { suffix: " %", ..Look::WHOLE };
        let tip = "Size of words and buttons (Ctrl+Alt++ and Ctrl+Alt+-)";
        let response = rows::slider(ui, "Interface", tip, &mut percent, 75.0..=200.0, look);
        let scale = (percent / 5.0).round() * 0.05;
        if response.changed() {
            self.scale = Some(scale);
        }
        if !response.dragged()
            && let Some(scale) = self.scale.take()
        {
            settings.ui_scale = scale;
        }
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(text).strong());
}

fn canvas(ui: &mut Ui, settings: &mut Settings) {
    heading(ui, "On the canvas");
    rows::tick(
        ui,
        "Grid of pixels from 800 %",
        "Lines between pixels when they are large",
        &mut settings.pixel_grid,
    );
    rows::tick(
        ui,
        "Outline of the brush",
        "Shows at the pointer how large the brush is",
        &mut settings.brush_outline,
    );
}

fn files(ui: &mut Ui, settings: &mut Settings) {
    heading(ui, "Work");
    let look = Look { suffix: " s", ..Look::WHOLE };
    let tip = "How long after a change it is safe from a crash";
    rows::slider(ui, "Keep after", tip, &mut settings.autosave_secs, 1.0..=10.0, look);
    let look = Look { suffix: " MiB", decimals: 0, logarithmic: true };
    let tip = "Memory for undo, of each picture; the oldest steps go first";
    rows::slider(ui, "Undo memory", tip, &mut settings.undo_mib, 16..=16_384, look);
    let tip = "Quality of JPEG files where nothing else is said";
    rows::slider(ui, "JPEG quality", tip, &mut settings.jpeg_quality, 1..=100, Look::WHOLE);
}
