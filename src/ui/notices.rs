//! Notices: what happened, in a corner, never in the way.

use super::icons;
use crate::editor::{Notice, NoticeKind};
use eframe::egui::{self, Align2, Color32, Context, Frame, RichText, vec2};

/// How many stay in view.
const MOST: usize = 5;

struct Shown {
    notice: Notice,
    until_secs: f64,
}

/// The notices that are in view.
#[derive(Default)]
pub struct Notices {
    shown: Vec<Shown>,
}

impl Notices {
    /// Shows a notice: errors until they are closed, others for some seconds.
    pub fn push(&mut self, notice: Notice, now_secs: f64) {
        let secs = match notice.kind {
            NoticeKind::Info => 4.0,
            NoticeKind::Warning => 8.0,
            NoticeKind::Error => f64::INFINITY,
        };
        // The same again is not shown twice.
        self.shown.retain(|s| s.notice != notice);
        self.shown.push(Shown { notice, until_secs: now_secs + secs });
        if self.shown.len() > MOST {
            self.shown.remove(0);
        }
    }

    /// What is in view.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|s| s.notice.text.as_str())
    }

    /// Draws them.
    pub fn show(&mut self, ctx: &Context, now_secs: f64) {
        self.shown.retain(|s| s.until_secs > now_secs);
        let next = self.shown.iter().map(|s| s.until_secs).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now_secs).max(0.01)));
        }
        if self.shown.is_empty() {
            return;
        }
        let mut closed = None;
        egui::Area::new(egui::Id::unique("notices"))
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -40.0))
            .order(egui::Order::Foreground)
            .show(ctx, |ui| {
                for (i, shown) in self.shown.iter().enumerate() {
                    let (icon, color) = match shown.notice.kind {
                        NoticeKind::Info => (icons::INFO, super::theme::ACCENT),
                        NoticeKind::Warning => (icons::WARNING, Color32::from_rgb(230, 170, 60)),
                        NoticeKind::Error => (icons::ERROR, Color32::from_rgb(225, 85, 75)),
                    };
                    Frame::popup(ui.style()).show(ui, |ui| {
                        ui.horizontal(|ui| {
                            ui.set_max_width(520.0);
                            ui.label(RichText::new(icon).color(color).size(16.0));
                            ui.add(egui::Label::new(&shown.notice.text).wrap());
                            if super::widgets::icon_button(ui, icons::CLOSE, "Close notice", false).clicked()
                            {
                                closed = Some(i);
                            }
                        });
                    });
                }
            });
        if let Some(i) = closed {
            self.shown.remove(i);
        }
    }
}
