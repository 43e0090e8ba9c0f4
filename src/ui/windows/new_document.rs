//! A new picture: its size, ground and name.

use super::dialog::{Dialog, Outcome, Place};
use super::rows::{self, Look};
use crate::color::Rgba;
use crate::editor::Command;
use crate::io::MAX_SIDE;
use crate::ui::icons;
use crate::ui::widgets::{Frame, icon_button, swatch};
use eframe::egui::{Context, Ui};

/// Sizes with a name, in pixels.
const PRESETS: [(&str, u32, u32); 14] = [
    ("Square 1024", 1024, 1024),
    ("Square 512 (SD 1.5)", 512, 512),
    ("Square 768", 768, 768),
    ("Portrait 512 × 768", 512, 768),
    ("Portrait 832 × 1216", 832, 1216),
    ("Landscape 768 × 512", 768, 512),
    ("A4, 150 dpi", 1240, 1754),
    ("A4, 300 dpi", 2480, 3508),
    ("A5, 150 dpi", 874, 1240),
    ("A5, 300 dpi", 1748, 2480),
    ("HD 1920 × 1080", 1920, 1080),
    ("4K 3840 × 2160", 3840, 2160),
    ("Phone wallpaper", 1290, 2796),
    ("Icon 64", 64, 64),
];

/// What lies under the paint.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ground {
    White,
    Clear,
    Foreground,
    Background,
}

/// What is typed in.
pub struct NewDocument {
    name: String,
    width: u32,
    height: u32,
    ground: Ground,
    fresh: bool,
}

impl NewDocument {
    /// With the size of the last new picture.
    pub fn new(frame: &crate::editor::Editor) -> Self {
        let (width, height) = frame.settings().new_size;
        Self { name: "Untitled".into(), width, height, ground: Ground::White, fresh: true }
    }

    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let dialog = Dialog {
            title: "New picture",
            finish: Some("Create"),
            ready: true,
            width: 320.0,
            place: Place::Middle,
        };
        let colors = frame.editor.colors();
        let (front, back) = (colors.foreground, colors.background);
        match dialog.show(ctx, |ui| self.contents(ui, front, back), |_| {}) {
            Outcome::Open => true,
            Outcome::Cancelled => false,
            Outcome::Done => {
                let ground = match self.ground {
                    Ground::White => Rgba::WHITE,
                    Ground::Clear => Rgba::CLEAR,
                    Ground::Foreground => front,
                    Ground::Background => back,
                };
                let name = if self.name.trim().is_empty() { "Untitled" } else { self.name.trim() }.to_owned();
                frame.ask(Command::NewDocument { name, width: self.width, height: self.height, ground });
                false
            }
        }
    }

    fn contents(&mut self, ui: &mut Ui, front: Rgba, back: Rgba) {
        rows::row(ui, "Name", |ui| {
            let field = eframe::egui::TextEdit::singleline(&mut self.name)
                .desired_width(f32::INFINITY)
                .char_limit(200);
            let response = ui.add(field).accessible_name("Name");
            if std::mem::take(&mut self.fresh) {
                rows::take_focus(&response);
            }
        });
        let mut size = (self.width, self.height);
        let named: Vec<((u32, u32), &str)> = PRESETS.iter().map(|(name, w, h)| ((*w, *h), *name)).collect();
        let known = named.iter().any(|(s, _)| *s == size);
        let mut list = named;
        if !known {
            list.insert(0, (size, "Own size"));
        }
        if rows::choice(ui, "Preset", &mut size, &list) {
            (self.width, self.height) = size;
        }
        rows::row(ui, "Size", |ui| {
            rows::number(
                ui,
                "Width",
                &mut self.width,
                1..=MAX_SIDE,
                2.0,
                Look { suffix: " px", ..Look::WHOLE },
            );
            ui.label("×");
            rows::number(
                ui,
                "Height",
                &mut self.height,
                1..=MAX_SIDE,
                2.0,
                Look { suffix: " px", ..Look::WHOLE },
            );
            if icon_button(ui, icons::SWAP, "Exchange width and height", false).clicked() {
                std::mem::swap(&mut self.width, &mut self.height);
            }
        });
        rows::row(ui, "Ground", |ui| {
            ui.vertical(|ui| {
                ui.radio_value(&mut self.ground, Ground::White, "White");
                ui.radio_value(&mut self.ground, Ground::Clear, "Transparent");
                for (ground, label, color) in [
                    (Ground::Foreground, "Foreground colour", front),
                    (Ground::Background, "Background colour", back),
                ] {
                    ui.horizontal(|ui| {
                        ui.radio_value(&mut self.ground, ground, label);
                        if swatch(ui, color, 16.0, &format!("Use the {}", label.to_lowercase())).clicked() {
                            self.ground = ground;
                        }
                    });
                }
            });
        });
        rows::row(ui, "", |ui| {
            ui.weak(estimate(self.width, self.height))
                .on_hover_text("Memory of one layer that is full of paint");
        });
    }
}

/// Size in megapixels and memory of a full layer, 8 bytes a pixel.
pub fn estimate(width: u32, height: u32) -> String {
    let pixels = f64::from(width) * f64::from(height);
    let mib = pixels * 8.0 / f64::from(1 << 20);
    format!("{:.1} megapixels, {mib:.0} MiB a layer", pixels / 1e6)
}
