//! The strip of candidates under the canvas: results that wait to be taken or left.

use super::dragging::Carried;
use super::icons;
use super::widgets::{Frame, icon_button};
use crate::editor::Command;
use crate::editor::generation::{Candidate, CandidateId, GenerateCommand as G};
use crate::ui::focus;
use eframe::egui::{
    self, Button, Color32, ColorImage, Image, Role, ScrollArea, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, WidgetInfo, vec2,
};
use std::collections::HashMap;

/// Height of thumbnails in points.
const HEIGHT: f32 = 96.0;
/// Height of the strip in points.
pub const STRIP_HEIGHT: f32 = HEIGHT + 26.0;

/// What the strip remembers.
#[derive(Default)]
pub struct Strip {
    thumbnails: HashMap<CandidateId, TextureHandle>,
    /// What was shown before the pointer came over another, or before comparing.
    hovering: Option<Option<CandidateId>>,
    /// The button that compares is held.
    comparing: bool,
}

impl Strip {
    /// Whether there is anything to show.
    pub fn wanted(frame: &Frame) -> bool {
        let id = frame.editor.open().id;
        frame.editor.generation().candidates_of(id).next().is_some()
    }

    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let generation = frame.editor.generation();
        let candidates: Vec<&Candidate> = generation.candidates_of(frame.editor.open().id).collect();
        self.thumbnails.retain(|id, _| candidates.iter().any(|c| c.id == *id));
        let shown = generation.shown_in(frame.editor.open().id);
        let mut asked = None;
        ui.horizontal_top(|ui| {
            self.buttons(ui, &candidates, shown, &mut asked);
            ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    let mut over = None;
                    for candidate in &candidates {
                        let response = self.thumbnail(ui, candidate, shown == Some(candidate.id));
                        if response.clicked() {
                            asked = Some(G::Show(Some(candidate.id)));
                            self.hovering = None;
                        } else if response.double_clicked() {
                            asked = Some(G::Accept(candidate.id));
                        } else if response.hovered() {
                            over = Some(candidate.id);
                        }
                    }
                    self.hover(over, shown, &mut asked);
                });
                focus::follow(ui);
            });
        });
        if let Some(command) = asked {
            frame.ask(Command::Generate(command));
        }
    }

    /// What lies under the pointer is shown in its place for as long as it lies there.
    fn hover(&mut self, over: Option<CandidateId>, shown: Option<CandidateId>, asked: &mut Option<G>) {
        match (over, self.hovering) {
            (Some(id), None) if shown != Some(id) => {
                self.hovering = Some(shown);
                *asked = asked.take().or(Some(G::Show(Some(id))));
            }
            (Some(id), Some(_)) if shown != Some(id) => *asked = asked.take().or(Some(G::Show(Some(id)))),
            (None, Some(before)) => {
                self.hovering = None;
                *asked = asked.take().or(Some(G::Show(before)));
            }
            (Some(_), _) | (None, None) => {}
        }
    }

    fn buttons(
        &mut self,
        ui: &mut Ui,
        candidates: &[&Candidate],
        shown: Option<CandidateId>,
        asked: &mut Option<G>,
    ) {
        let chosen = shown;
        ui.vertical(|ui| {
            ui.horizontal(|ui| {
                ui.add_enabled_ui(chosen.is_some(), |ui| {
                    let accept = Button::new(format!("{} Accept", icons::CHECK));
                    let response = ui.add(accept).accessible_name("Accept candidate");
                    if response.on_hover_text("Makes it a layer (Enter)").clicked() {
                        *asked = chosen.map(G::Accept);
                    }
                    let discard = icon_button(ui, icons::TRASH, "Discard candidate", false);
                    if discard.on_hover_text("It stays in the history panel").clicked() {
                        *asked = chosen.map(G::Discard);
                    }
                    if icon_button(ui, icons::SAVE, "Save candidate as file", false).clicked() {
                        *asked = chosen.map(G::AskSave);
                    }
                    if icon_button(ui, icons::COPY, "Copy candidate", false).clicked() {
                        *asked = chosen.map(G::Copy);
                    }
                });
                let all = icon_button(ui, icons::CLOSE, "Discard all candidates", false);
                if all.on_hover_text("They stay in the history panel").clicked() {
                    *asked = Some(G::DiscardAll);
                }
            });
            ui.add_enabled_ui(chosen.is_some(), |ui| {
                ui.horizontal(|ui| {
                    if ui.button("More").on_hover_text("Another of the same words").clicked() {
                        *asked = chosen.map(G::MoreLike);
                    }
                    if ui.button("Vary").on_hover_text("Four variations of it").clicked() {
                        *asked = chosen.map(G::Vary);
                    }
                    if ui.button("Recall").on_hover_text("Takes its words, seed and numbers").clicked() {
                        *asked = chosen.map(G::Recall);
                    }
                });
                ui.horizontal(|ui| {
                    let again = ui.button("Again").on_hover_text(
                        "The same seed and frame with the words, model and style that the panel has now",
                    );
                    if again.clicked() {
                        *asked = chosen.map(G::Rerun);
                    }
                    let begin = ui.button("Begin with it");
                    let words = "Repaints it by the panel's words, as strongly as Creativity says (60 % if that is all)";
                    if begin.on_hover_text(words).clicked() {
                        *asked = chosen.map(G::UseAsInit);
                    }
                    let larger = ui.button("2×").accessible_name("Enlarge candidate");
                    let words = "Enlarges it and repaints it in tiles; accepted, it is a new document";
                    if larger.on_hover_text(words).clicked() {
                        *asked = chosen.map(|id| G::UpscaleCandidate(id, 2));
                    }
                    let compare = ui.button("Compare").on_hover_text("Hold to see the canvas without it (\\)");
                    let held = compare.is_pointer_button_down_on();
                    if held != self.comparing {
                        self.comparing = held;
                        *asked = Some(G::Peek(held));
                    }
                });
            });
            let facts = chosen.and_then(|id| candidates.iter().find(|c| c.id == id)).map(|c| {
                let seam = c.seam.map_or(String::new(), |s| format!(" · seam {:.1}", s.step));
                let mended = c.mended.filter(|m| m.kept).map_or(String::new(), |m| {
                    format!(" (mended, was {:.1})", m.before.step)
                });
                let seam = format!("{seam}{mended}");
                format!("seed {} · {:.1} s{seam}", c.request.seed, c.secs)
            });
            let hint = "Seam: colour step (CIE ΔE) along the edge of what is new; 2.3 is just noticeable";
            ui.small(facts.unwrap_or_default()).on_hover_text(hint);
        });
    }

    fn thumbnail(&mut self, ui: &mut Ui, candidate: &Candidate, chosen: bool) -> egui::Response {
        let texture =
            self.thumbnails.entry(candidate.id).or_insert_with(|| thumbnail(ui.ctx(), candidate, 192));
        let carried = Carried { id: candidate.id, texture: texture.id(), size: texture.size_vec2() };
        let size = vec2(HEIGHT * (carried.size.x / carried.size.y).clamp(0.25, 4.0), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        carry(&response, carried);
        Image::new((texture.id(), size)).paint_at(ui, rect);
        if chosen || response.has_focus() {
            let stroke = Stroke::new(2.0, if chosen { super::theme::ACCENT } else { Color32::WHITE });
            ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
        }
        let label = format!("Candidate with seed {}", candidate.request.seed);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &label));
        if response.dragged() {
            return response;
        }
        let hint = "Drag it to another program, or onto the style slot";
        response.on_hover_text(format!("{}\n{hint}", candidate.request.prompt).trim())
    }
}

/// Lets a picture be dragged by its thumbnail.
pub fn carry(thumbnail: &egui::Response, carried: Carried) {
    if thumbnail.drag_started_by(egui::PointerButton::Primary) {
        thumbnail.dnd_set_drag_payload(carried);
    }
}

/// A small picture of a candidate, `height` pixels high.
pub fn thumbnail(ctx: &egui::Context, candidate: &Candidate, height: u32) -> TextureHandle {
    let (w, h) = candidate.picture.dimensions();
    let scale = (f64::from(height) / f64::from(h)).min(1.0);
    let size = ((f64::from(w) * scale) as u32, (f64::from(h) * scale) as u32);
    let small = image::imageops::thumbnail(candidate.picture.as_ref(), size.0.max(1), size.1.max(1));
    let size = [small.width() as usize, small.height() as usize];
    let image = ColorImage::from_rgba_unmultiplied(size, small.as_raw());
    ctx.load_texture("candidate", image, TextureOptions::LINEAR)
}
