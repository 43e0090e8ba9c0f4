//! Notices: what happened, in a corner, never in the way; and the list of those that are gone.

use super::icons;
use super::windows::dialog::{Dialog, Outcome, Place};
use crate::editor::generation::GenerateCommand;
use crate::editor::{Command, Notice, NoticeKind};
use crate::generate::Request;
use eframe::egui::accesskit::{Live, Role};
use eframe::egui::{self, Align2, Color32, Context, Frame, RichText, Ui, vec2};
use std::collections::VecDeque;
use std::path::PathBuf;

/// How many stay in view.
const MOST: usize = 5;
/// How many are remembered.
const LOGGED: usize = 200;
/// How long one takes to fade.
const FADE_SECS: f64 = 0.4;

/// A question with buttons that nobody has to answer.
struct Offer {
    path: PathBuf,
    request: Box<Request>,
}

struct Shown {
    notice: Notice,
    offer: Option<Offer>,
    until_secs: f64,
}

/// The notices that are in view, and the log.
#[derive(Default)]
pub struct Notices {
    shown: Vec<Shown>,
    /// The newest first.
    log: VecDeque<(f64, Notice)>,
    log_open: bool,
}

impl Notices {
    /// Shows a notice: errors until they are closed, others for some seconds.
    pub fn push(&mut self, notice: Notice, now_secs: f64) {
        let secs = match notice.kind {
            // Long ones take longer to read.
            NoticeKind::Info => 4.0 + notice.text.len() as f64 * 0.02,
            NoticeKind::Warning => 8.0 + notice.text.len() as f64 * 0.02,
            NoticeKind::Error => f64::INFINITY,
        };
        self.put(notice, None, now_secs + secs, now_secs);
    }

    /// Offers to take the settings of a dropped picture; it stays until it is answered or closed.
    pub fn offer(&mut self, path: PathBuf, request: Box<Request>, now_secs: f64) {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let words: String = request.prompt.chars().take(80).collect();
        let text = format!("{name} says how it was made: {words}");
        let notice = Notice { kind: NoticeKind::Info, text };
        self.put(notice, Some(Offer { path, request }), f64::INFINITY, now_secs);
    }

    fn put(&mut self, notice: Notice, offer: Option<Offer>, until_secs: f64, now_secs: f64) {
        self.log.push_front((now_secs, notice.clone()));
        self.log.truncate(LOGGED);
        // The same again is not shown twice.
        self.shown.retain(|s| s.notice != notice);
        self.shown.push(Shown { notice, offer, until_secs });
        if self.shown.len() > MOST {
            // An error stays longer than what is less bad.
            let first = self.shown.iter().position(|s| s.notice.kind != NoticeKind::Error).unwrap_or(0);
            self.shown.remove(first);
        }
    }

    /// What is in view.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|s| s.notice.text.as_str())
    }

    /// Closes all that are in view.
    pub fn close_all(&mut self) {
        self.shown.clear();
    }

    /// Opens or closes the list of past notices.
    pub fn toggle_log(&mut self) {
        self.log_open = !self.log_open;
    }

    /// Draws them. Returns whether the list of past notices was closed.
    pub fn show(&mut self, ctx: &Context, now_secs: f64, commands: &mut Vec<Command>) -> bool {
        let closed = self.show_log(ctx, now_secs);
        self.shown.retain(|s| s.until_secs > now_secs);
        let next = self.shown.iter().map(|s| s.until_secs - FADE_SECS).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now_secs).max(0.02)));
        }
        let mut close = None;
        for (i, shown) in self.shown.iter().enumerate().rev() {
            // The newest is the lowest; each has an area of its own, so that screen readers say each once.
            let above: f32 = self.shown[i + 1..].iter().map(|s| height(ctx, s)).sum();
            if self.one(ctx, shown, above, now_secs, commands) {
                close = Some(i);
            }
        }
        if let Some(i) = close {
            self.shown.remove(i);
        }
        closed
    }

    fn one(
        &self,
        ctx: &Context,
        shown: &Shown,
        above: f32,
        now_secs: f64,
        commands: &mut Vec<Command>,
    ) -> bool {
        let left = (shown.until_secs - now_secs) / FADE_SECS;
        let id = area_id(shown);
        let role = if shown.notice.kind == NoticeKind::Info { Role::Status } else { Role::Alert };
        let mut close = false;
        let area = egui::Area::new(id)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -40.0 - above))
            .order(egui::Order::Foreground)
            .accessible_name(shown.notice.text.clone())
            .role(role);
        area.show(ctx, |ui| {
            ui.set_opacity(left.clamp(0.0, 1.0) as f32);
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.set_max_width(520.0);
                    sign(ui, shown.notice.kind);
                    ui.add(egui::Label::new(&shown.notice.text).wrap());
                    close = super::widgets::icon_button(ui, icons::CLOSE, "Close notice", false).clicked();
                });
                if let Some(offer) = &shown.offer {
                    close |= answer(ui, offer, commands);
                }
            });
        });
        ctx.accesskit_node_builder(id, |node| {
            node.set_live(if role == Role::Alert { Live::Assertive } else { Live::Polite });
        });
        close
    }

    fn show_log(&mut self, ctx: &Context, now_secs: f64) -> bool {
        if !self.log_open {
            return false;
        }
        let mut clear = false;
        let dialog =
            Dialog { title: "Messages", finish: None, ready: true, width: 420.0, place: Place::Middle };
        let outcome = dialog.show(
            ctx,
            |ui| {
                if self.log.is_empty() {
                    ui.weak("Nothing has been said yet.");
                }
                for (at, notice) in &self.log {
                    ui.horizontal(|ui| {
                        sign(ui, notice.kind);
                        ui.weak(ago(now_secs - at));
                        ui.add(egui::Label::new(&notice.text).wrap().selectable(true));
                    });
                }
            },
            |ui| {
                let button = ui.add_enabled(!self.log.is_empty(), egui::Button::new("Clear"));
                clear = button.on_hover_text("Forgets them").clicked();
            },
        );
        if clear {
            self.log.clear();
        }
        self.log_open = outcome == Outcome::Open;
        !self.log_open
    }
}

/// The buttons of an offer. Returns whether one was pressed.
fn answer(ui: &mut Ui, offer: &Offer, commands: &mut Vec<Command>) -> bool {
    ui.horizontal(|ui| {
        let take = ui.button("Take its settings");
        let take =
            take.on_hover_text("Words, seed, steps, sampler and size go to the generate panel").clicked();
        let open = ui.button("Open picture").on_hover_text("Opens it as a document").clicked();
        if take {
            commands.push(Command::Generate(GenerateCommand::TakeSettings(offer.request.clone())));
        }
        if open {
            commands.push(Command::OpenFiles(vec![offer.path.clone()]));
        }
        take || open
    })
    .inner
}

fn area_id(shown: &Shown) -> egui::Id {
    egui::Id::unique(("notice", shown.notice.text.as_str()))
}

/// How much room a notice takes, as it was drawn last.
fn height(ctx: &Context, shown: &Shown) -> f32 {
    ctx.memory(|m| m.area_rect(area_id(shown))).map_or(38.0, |rect| rect.height()) + 4.0
}

fn sign(ui: &mut Ui, kind: NoticeKind) {
    let (icon, color) = match kind {
        NoticeKind::Info => (icons::INFO, super::theme::ACCENT),
        NoticeKind::Warning => (icons::WARNING, Color32::from_rgb(230, 170, 60)),
        NoticeKind::Error => (icons::ERROR, Color32::from_rgb(225, 85, 75)),
    };
    ui.label(RichText::new(icon).color(color).size(16.0));
}

fn ago(secs: f64) -> String {
    if secs < 60.0 { format!("{:.0} s ago", secs.max(0.0)) } else { format!("{:.0} min ago", secs / 60.0) }
}
