//! The size of the image: the picture with all layers is scaled.

use super::dialog::{Dialog, Outcome, Place};
use super::rows::{self, Look};
use crate::editor::work::Operation;
use crate::editor::{Command, Editor};
use crate::io::MAX_SIDE;
use crate::paint::transform::Resample;
use crate::ui::widgets::Frame;
use eframe::egui::{Context, Ui};

/// What is typed in.
pub struct ImageSize {
    from: (u32, u32),
    width: u32,
    height: u32,
    linked: bool,
    how: Resample,
    fresh: bool,
}

impl ImageSize {
    /// Of the page as it is.
    pub fn new(editor: &Editor) -> Self {
        let page = editor.doc().page;
        let from = (page.width(), page.height());
        Self { from, width: from.0, height: from.1, linked: true, how: Resample::Bicubic, fresh: true }
    }

    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let page = frame.editor.doc().page;
        if (page.width(), page.height()) != self.from {
            *self = Self { linked: self.linked, how: self.how, fresh: false, ..Self::new(frame.editor) };
        }
        let dialog = Dialog {
            title: "Image size",
            finish: Some("Apply"),
            ready: true,
            width: 300.0,
            place: Place::Middle,
        };
        match dialog.show(ctx, |ui| self.contents(ui), |_| {}) {
            Outcome::Open => true,
            Outcome::Cancelled => false,
            Outcome::Done => {
                if (self.width, self.height) != self.from {
                    let (width, height, how) = (self.width, self.height, self.how);
                    frame.ask(Command::Operate(Operation::Resize { width, height, how }));
                }
                false
            }
        }
    }

    fn contents(&mut self, ui: &mut Ui) {
        let look = Look { suffix: " px", ..Look::WHOLE };
        let (w, h) = (f64::from(self.from.0), f64::from(self.from.1));
        let side = |v: f64| (v.round() as u32).clamp(1, MAX_SIDE);
        rows::row(ui, "Width", |ui| {
            let field = rows::number(ui, "Width", &mut self.width, 1..=MAX_SIDE, 2.0, look);
            if std::mem::take(&mut self.fresh) {
                rows::take_focus(&field);
            }
            let mut percent = f64::from(self.width) / w * 100.0;
            let as_percent = rows::number(ui, "Width in percent", &mut percent, 0.1..=6400.0, 0.5, PERCENT);
            if as_percent.changed() {
                self.width = side(w * percent / 100.0);
            }
            if self.linked && (field.changed() || as_percent.changed()) {
                self.height = side(f64::from(self.width) * h / w);
            }
        });
        rows::row(ui, "Height", |ui| {
            let field = rows::number(ui, "Height", &mut self.height, 1..=MAX_SIDE, 2.0, look);
            let mut percent = f64::from(self.height) / h * 100.0;
            let as_percent = rows::number(ui, "Height in percent", &mut percent, 0.1..=6400.0, 0.5, PERCENT);
            if as_percent.changed() {
                self.height = side(h * percent / 100.0);
            }
            if self.linked && (field.changed() || as_percent.changed()) {
                self.width = side(f64::from(self.height) * w / h);
            }
        });
        let tip = "Width and height change together";
        if rows::tick(ui, "Keep the proportions", tip, &mut self.linked).changed() && self.linked {
            self.height = side(f64::from(self.width) * h / w);
        }
        let kinds = [(Resample::Bicubic, "Smooth (bicubic)"), (Resample::Nearest, "Sharp (nearest pixel)")];
        rows::choice(ui, "Pixels between", &mut self.how, &kinds);
        rows::row(ui, "", |ui| ui.weak(super::new_document::estimate(self.width, self.height)));
    }
}

const PERCENT: Look = Look { suffix: " %", decimals: 1, logarithmic: false };
