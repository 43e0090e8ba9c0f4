//! The size of the page: paint stays where it is, more or less of it is exported.

use super::dialog::{Dialog, Outcome, Place};
use super::rows::{self, Look};
use crate::editor::{Command, Editor};
use crate::geom::Rect;
use crate::io::MAX_SIDE;
use crate::ui::icons;
use crate::ui::widgets::{Frame, icon_button};
use eframe::egui::{self, Context, Role, Ui, WidgetInfo, vec2};

/// What is typed in.
pub struct PageSize {
    page: Rect,
    width: u32,
    height: u32,
    /// Width and height are what is added.
    relative: bool,
    added: [i32; 2],
    /// Column and row of the part of the page that stays: 0 = left or top, 2 = right or bottom.
    anchor: (usize, usize),
    /// Paint outside of the new page is thrown away.
    cut: bool,
    fresh: bool,
}

const ROWS: [&str; 3] = ["top", "middle", "bottom"];
const COLUMNS: [&str; 3] = ["left", "centre", "right"];

impl PageSize {
    /// Of the page as it is.
    pub fn new(editor: &Editor) -> Self {
        let page = editor.doc().page;
        let (width, height) = (page.width(), page.height());
        Self { page, width, height, relative: false, added: [0, 0], anchor: (1, 1), cut: false, fresh: true }
    }

    /// Draws it. Returns whether it is still open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        if frame.editor.doc().page != self.page {
            // Undone, or another document: what was typed is about another page.
            *self = Self { fresh: false, ..Self::new(frame.editor) };
        }
        let dialog = Dialog {
            title: "Page size",
            finish: Some("Apply"),
            ready: true,
            width: 300.0,
            place: Place::Middle,
        };
        match dialog.show(ctx, |ui| self.contents(ui), |_| {}) {
            Outcome::Open => true,
            Outcome::Cancelled => false,
            Outcome::Done => {
                let page = self.result();
                if page != self.page || self.cut {
                    frame.ask(if self.cut { Command::CropTo(page) } else { Command::SetPage(page) });
                }
                false
            }
        }
    }

    fn contents(&mut self, ui: &mut Ui) {
        let look = Look { suffix: " px", ..Look::WHOLE };
        let most = MAX_SIDE as i32;
        rows::row(ui, "Size", |ui| {
            let first = if self.relative {
                let [w, h] = &mut self.added;
                let (low_w, low_h) = (1 - self.page.width() as i32, 1 - self.page.height() as i32);
                let first = rows::number(ui, "Added width", w, low_w..=most, 2.0, look);
                ui.label("×");
                rows::number(ui, "Added height", h, low_h..=most, 2.0, look);
                first
            } else {
                let first = rows::number(ui, "Width", &mut self.width, 1..=MAX_SIDE, 2.0, look);
                ui.label("×");
                rows::number(ui, "Height", &mut self.height, 1..=MAX_SIDE, 2.0, look);
                first
            };
            if std::mem::take(&mut self.fresh) {
                rows::take_focus(&first);
            }
            if !self.relative && icon_button(ui, icons::SWAP, "Exchange width and height", false).clicked() {
                std::mem::swap(&mut self.width, &mut self.height);
            }
        });
        let tip = "The numbers are what is added to the page";
        if rows::tick(ui, "Relative", tip, &mut self.relative).changed() {
            let old = [self.page.width(), self.page.height()].map(|v| v as i32);
            if self.relative {
                self.added = [self.width as i32 - old[0], self.height as i32 - old[1]];
            } else {
                let [w, h] = [0, 1].map(|i| (old[i] + self.added[i]).clamp(1, most) as u32);
                (self.width, self.height) = (w, h);
            }
        }
        rows::row(ui, "Anchor", |ui| self.anchors(ui));
        rows::tick(ui, "Cut what lies outside", "Otherwise paint outside of the page is kept", &mut self.cut);
        let new = self.result();
        rows::row(ui, "", |ui| {
            ui.weak(format!(
                "{} × {} px becomes {} × {} px",
                self.page.width(),
                self.page.height(),
                new.width(),
                new.height()
            ));
        });
    }

    /// Which part of the page stays where it is.
    fn anchors(&mut self, ui: &mut Ui) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
            for (y, row) in ROWS.iter().enumerate() {
                ui.horizontal(|ui| {
                    for (x, column) in COLUMNS.iter().enumerate() {
                        let chosen = self.anchor == (x, y);
                        let mark = if chosen { icons::CIRCLE } else { " " };
                        let button = egui::Button::new(mark).selected(chosen).min_size(vec2(24.0, 24.0));
                        let label = format!("Anchor {row} {column}");
                        let response = ui.add(button).on_hover_text(&label);
                        response
                            .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &label));
                        if response.clicked() {
                            self.anchor = (x, y);
                        }
                    }
                });
            }
        });
    }

    fn result(&self) -> Rect {
        let old = [self.page.width(), self.page.height()].map(|v| v as i32);
        let new = if self.relative {
            [0, 1].map(|i| (old[i] + self.added[i]).clamp(1, MAX_SIDE as i32))
        } else {
            [self.width as i32, self.height as i32]
        };
        let shift = |i: usize, part: usize| (old[i] - new[i]) * part as i32 / 2;
        let (x, y) = (self.page.x0 + shift(0, self.anchor.0), self.page.y0 + shift(1, self.anchor.1));
        Rect::from_size(x, y, new[0] as u32, new[1] as u32)
    }
}
