//! Pictures that were made and put aside: they can be fetched back, made again, written as files, or forgotten.

use crate::editor::Command;
use crate::editor::generation::{Candidate, CandidateId, GenerateCommand as G};
use crate::ui::candidates::{carry, thumbnail};
use crate::ui::dragging::Carried;
use crate::ui::focus;
use crate::ui::icons;
use crate::ui::widgets::{Frame, icon_button};
use eframe::egui::{
    CollapsingHeader, Image, Label, RichText, Role, ScrollArea, Sense, TextureHandle, Ui, WidgetInfo, vec2,
};
use std::collections::HashMap;

/// Height of thumbnails in points.
const HEIGHT: f32 = 44.0;

/// What the list remembers.
#[derive(Default)]
pub struct Rejected {
    thumbnails: HashMap<CandidateId, TextureHandle>,
}

impl Rejected {
    /// Draws them, the newest first; nothing if there are none.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let editor = frame.editor;
        let rejected: Vec<&Candidate> = editor.generation().rejected_of(editor.open().id).rev().collect();
        self.thumbnails.retain(|id, _| rejected.iter().any(|c| c.id == *id));
        if rejected.is_empty() {
            return;
        }
        let title = format!("Rejected pictures ({})", rejected.len());
        let header = CollapsingHeader::new(title).id_salt("rejected");
        header.show(ui, |ui| {
            if ui.button("Forget all").on_hover_text("Throws these pictures away for good").clicked() {
                frame.ask(Command::Generate(G::ForgetRejected));
            }
            ScrollArea::vertical().id_salt("rejected list").max_height(200.0).show(ui, |ui| {
                for candidate in rejected {
                    self.row(ui, frame, candidate);
                }
                focus::follow(ui);
            });
        });
    }

    fn row(&mut self, ui: &mut Ui, frame: &mut Frame, candidate: &Candidate) {
        let id = candidate.id;
        let texture = self.thumbnails.entry(id).or_insert_with(|| thumbnail(ui.ctx(), candidate, 96));
        let carried = Carried { id, texture: texture.id(), size: texture.size_vec2() };
        let size = vec2(HEIGHT * (carried.size.x / carried.size.y).clamp(0.25, 2.5), HEIGHT);
        let seed = candidate.request.seed;
        ui.horizontal(|ui| {
            let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
            carry(&response, carried);
            Image::new((carried.texture, size)).paint_at(ui, rect);
            let label = format!("Rejected picture with seed {seed}");
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            let hint =
                "Fetches it back among the candidates; drag it to another program, or onto the style slot";
            if response.on_hover_text(hint).clicked() {
                frame.ask(Command::Generate(G::Restore(id)));
            }
            ui.vertical(|ui| {
                let words = if candidate.request.prompt.is_empty() {
                    "(no words)"
                } else {
                    &candidate.request.prompt
                };
                ui.add(Label::new(RichText::new(words).small()).truncate())
                    .on_hover_text(&candidate.request.prompt);
                ui.horizontal(|ui| {
                    let mut button = |ui: &mut Ui, icon: &str, what: &str, command: G| {
                        if icon_button(ui, icon, &format!("{what} (seed {seed})"), false).clicked() {
                            frame.ask(Command::Generate(command));
                        }
                    };
                    button(ui, icons::UNDO, "Fetch back", G::Restore(id));
                    button(ui, icons::SLIDERS, "Take words, seed and numbers", G::Recall(id));
                    button(ui, icons::DICE, "Make again with the panel's words", G::Rerun(id));
                    button(ui, icons::SAVE, "Save as file", G::AskSave(id));
                    button(ui, icons::COPY, "Copy picture", G::Copy(id));
                    button(ui, icons::TRASH, "Forget", G::Forget(id));
                });
            });
        });
    }
}
