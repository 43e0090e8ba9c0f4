//! The style: a picture that lends its colours, and the numbers behind the panel's choices.

use super::{GeneratePanel, scope};
use crate::editor::generation::{
    Finish, GenerateCommand as G, GenerateOptions, MAX_WORDS, Scope, built_in_styles,
};
use crate::editor::{Action, Command};
use crate::sampling::SamplerKind;
use crate::ui::dragging::slot;
use crate::ui::icons;
use crate::ui::widgets::{Frame, action_button, icon_button};
use eframe::egui::{
    Button, CollapsingHeader, ColorImage, ComboBox, Image, Rect, Slider, TextEdit, TextureOptions, Ui, pos2,
};

impl GeneratePanel {
    /// The slot of the style picture: what is dropped or chosen lends its colours.
    pub(super) fn style(&mut self, ui: &mut Ui, frame: &mut Frame, options: &mut GenerateOptions) {
        ui.separator();
        let slot = ui.scope(|ui| self.style_slot(ui, frame, options)).response.rect;
        slot::mark(ui, Rect::from_min_max(slot.min, pos2(ui.max_rect().right(), slot.max.y)));
    }

    fn style_slot(&mut self, ui: &mut Ui, frame: &mut Frame, options: &mut GenerateOptions) {
        ui.horizontal(|ui| {
            let label = ui.label("Style picture");
            label.on_hover_text("Results take on its colours; drop a picture or a candidate here");
            let choose = ui.button(if options.style_picture.is_some() { "Change…" } else { "Choose…" });
            if choose.accessible_name("Choose style picture").clicked() {
                frame.ask(Command::Generate(G::AskStylePicture));
            }
            if options.style_picture.is_some()
                && icon_button(ui, icons::CLOSE, "Clear style picture", false).clicked()
            {
                options.style_picture = None;
            }
        });
        let Some(style) = frame.editor.generation().style_picture() else { return };
        if options.style_picture.is_none() {
            return;
        }
        if self.style.as_ref().is_none_or(|(path, _)| *path != style.path) {
            let size = [style.picture.width() as usize, style.picture.height() as usize];
            let image = ColorImage::from_rgba_unmultiplied(size, style.picture.as_raw());
            let texture = ui.ctx().load_texture("style picture", image, TextureOptions::LINEAR);
            self.style = Some((style.path.clone(), texture));
        }
        ui.horizontal(|ui| {
            if let Some((path, texture)) = &self.style {
                let size = texture.size_vec2();
                let size = size * (40.0 / size.y.max(size.x / 2.0));
                let response = ui.add(Image::new((texture.id(), size)).alt_text("Style picture"));
                response.on_hover_text(path.display().to_string());
            }
            let mut percent = options.style_amount * 100.0;
            let slider =
                Slider::new(&mut percent, 0.0..=100.0).suffix(" %").fixed_decimals(0).text("Style amount");
            if ui.add(slider).changed() {
                options.style_amount = percent / 100.0;
            }
        });
    }

    pub(super) fn advanced(&mut self, ui: &mut Ui, frame: &mut Frame, options: &mut GenerateOptions) {
        CollapsingHeader::new("Advanced").show(ui, |ui| {
            let template =
                TextEdit::singleline(&mut options.style.template).hint_text("{prompt}, oil painting");
            ui.horizontal(|ui| {
                ui.label("Template");
                ui.add(template.desired_width(f32::INFINITY).char_limit(MAX_WORDS))
                    .on_hover_text("The style's words; {prompt} stands for yours")
                    .accessible_name("Template of the style");
            });
            ui.add(Slider::new(&mut options.style.steps, 1..=100).text("Steps"));
            ui.add(Slider::new(&mut options.style.cfg_scale, 1.0..=20.0).text("CFG scale"));
            let name = options.style.sampler.map_or("as the model says".into(), |s| format!("{s:?}"));
            let combo = ComboBox::from_label("Sampler").selected_text(name);
            combo.show_ui(ui, |ui| {
                ui.selectable_value(&mut options.style.sampler, None, "as the model says");
                for sampler in SamplerKind::ALL.iter().copied() {
                    ui.selectable_value(&mut options.style.sampler, Some(sampler), format!("{sampler:?}"));
                }
            });
            ComboBox::from_label("Without a mask").selected_text(scope(options.scope)).show_ui(ui, |ui| {
                for value in [Scope::Auto, Scope::Frame] {
                    ui.selectable_value(&mut options.scope, value, scope(value));
                }
            });
            let finish = match &options.style.finish {
                Finish::None => "as it is made".to_owned(),
                Finish::Strokes(brush) => format!("in strokes: {brush}"),
            };
            ComboBox::from_label("Finish").selected_text(finish).show_ui(ui, |ui| {
                ui.selectable_value(&mut options.style.finish, Finish::None, "as it is made");
                for preset in frame.editor.brushes().presets() {
                    if preset.brush.mode == crate::paint::Mode::Paint {
                        let name = preset.brush.name.clone();
                        let value = Finish::Strokes(name.clone());
                        ui.selectable_value(&mut options.style.finish, value, format!("in strokes: {name}"));
                    }
                }
            });
            self.own_styles(ui, options);
            ui.horizontal(|ui| {
                ui.label("Frame");
                action_button(ui, frame, icons::CROP, Action::FrameFix);
                action_button(ui, frame, icons::NAVIGATOR, Action::FrameFollow);
            });
            let mend = ui.checkbox(&mut options.mend_seam, "Mend seams");
            mend.on_hover_text("Repaints a seam that shows once more, and keeps that if it is better");
            let extend = ui.checkbox(&mut options.auto_extend, "Auto-extend");
            extend.on_hover_text("Panning into empty canvas beside the page offers to extend it there");
        });
    }

    /// Saving the numbers above as a style, and forgetting one.
    fn own_styles(&mut self, ui: &mut Ui, options: &mut GenerateOptions) {
        ui.horizontal(|ui| {
            let field =
                TextEdit::singleline(&mut self.style_name).hint_text("Name of a style").desired_width(120.0);
            ui.add(field.char_limit(40)).accessible_name("Name of the style");
            let taken = built_in_styles().iter().any(|s| s.name == self.style_name.trim());
            let can = !taken && !self.style_name.trim().is_empty();
            let save = ui.add_enabled(can, Button::new("Save style"));
            let save = save
                .on_hover_text("Keeps model, template, steps, guidance, sampler and finish under this name");
            if save.on_disabled_hover_text("A name that none of the program's own styles has").clicked()
                && options.save_style(&self.style_name)
            {
                self.style_name.clear();
            }
            let own = options.own_styles.iter().any(|s| s.name == options.style.name);
            if own && icon_button(ui, icons::TRASH, "Delete style", false).clicked() {
                let name = options.style.name.clone();
                options.delete_style(&name);
            }
        });
    }
}
