//! What this program is and what it is made of.

use super::dialog::{Dialog, Outcome, Place};
use eframe::egui::{Context, RichText, Ui};

/// The window.
pub struct About;

const LICENCE: &str = include_str!("../../../LICENSE");

impl About {
    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, adapter: &str) -> bool {
        let dialog =
            Dialog { title: "About Scumble", finish: None, ready: true, width: 400.0, place: Place::Middle };
        let mut copy = false;
        let outcome = dialog.show(
            ctx,
            |ui| contents(ui, adapter),
            |ui| {
                copy = ui
                    .button("Copy")
                    .on_hover_text("Copies version and graphics, for a report of a fault")
                    .clicked();
            },
        );
        if copy {
            ctx.copy_text(format!("{}\n{}\nGraphics: {adapter}\n", version(), features()));
        }
        outcome == Outcome::Open
    }
}

fn contents(ui: &mut Ui, adapter: &str) {
    ui.heading(version());
    ui.label("A native painting application in which a diffusion model is one of the brushes.");
    ui.add_space(6.0);
    ui.label(features());
    ui.label(format!("Graphics: {adapter}"));
    ui.add_space(6.0);
    ui.collapsing("Licence", |ui| {
        ui.label(RichText::new(LICENCE).small());
    });
    ui.collapsing("Made with", |ui| {
        for line in [
            "Icons: Phosphor Icons (MIT licence).",
            "Fonts: Ubuntu Light (Ubuntu Font Licence 1.0), Hack (MIT licence and Bitstream Vera licence), \
             Noto Emoji (SIL Open Font Licence 1.1), emoji-icon-font (MIT licence).",
            "Window: egui, eframe and egui_tiles, winit, rfd (MIT or Apache 2.0 licence).",
            "Graphics: wgpu (MIT or Apache 2.0 licence).",
            "Files: image, png, flate2, lz4_flex, quick-xml, toml, serde (MIT or Apache 2.0 licence).",
            "Diffusion, where it is built in: candle, tokenizers, safetensors (MIT or Apache 2.0 licence).",
        ] {
            ui.label(RichText::new(line).small());
        }
    });
}

fn version() -> String {
    format!("Scumble {}", env!("CARGO_PKG_VERSION"))
}

/// How the program was built.
fn features() -> String {
    let with = |on: bool, name: &'static str| on.then_some(name);
    let parts: Vec<&str> = [
        with(cfg!(feature = "inference"), "diffusion"),
        with(cfg!(feature = "cuda"), "CUDA"),
        with(cfg!(feature = "metal"), "Metal"),
        with(cfg!(feature = "accelerate"), "Accelerate"),
        with(cfg!(feature = "mkl"), "MKL"),
        with(cfg!(debug_assertions), "checks for faults"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let built =
        if parts.is_empty() { "without diffusion".to_owned() } else { format!("with {}", parts.join(", ")) };
    format!("Built {built}, for {} on {}.", std::env::consts::OS, std::env::consts::ARCH)
}
