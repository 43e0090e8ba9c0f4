//! The export window: as what a copy is written.

use super::{escape, window};
use crate::editor::files::{ExportChoice, ExportFormat};
use crate::editor::{Command, Editor};
use crate::io::export::exported_size;
use crate::ui::widgets::Frame;
use eframe::egui::{self, ComboBox, Context, DragValue, Grid, Slider, Ui};

/// What is chosen in it.
pub struct ExportWindow {
    choice: ExportChoice,
}

impl ExportWindow {
    /// With what was chosen last.
    pub fn new(editor: &Editor) -> Self {
        Self { choice: editor.settings().export.clone() }
    }

    /// Draws it. Returns whether it stays open.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let mut stays = !escape(ctx);
        window("Export").show(ctx, |ui| {
            ui.set_width(330.0);
            Grid::new("export").num_columns(2).spacing([12.0, 7.0]).show(ui, |ui| self.rows(ui, frame));
            ui.separator();
            ui.horizontal(|ui| {
                if ui.button("Choose file…").clicked() {
                    frame.ask(Command::Export(Box::new(self.choice.clone())));
                    stays = false;
                }
                if ui.button("Cancel").clicked() {
                    stays = false;
                }
            });
        });
        stays
    }

    fn rows(&mut self, ui: &mut Ui, frame: &Frame) {
        let ExportChoice { format, metadata, picture } = &mut self.choice;
        let label = ui.label("Format");
        ComboBox::from_id_salt("export format")
            .selected_text(format.label())
            .show_ui(ui, |ui| {
                for each in ExportFormat::ALL {
                    ui.selectable_value(format, each, each.label());
                }
            })
            .response
            .labelled_by(label.id);
        ui.end_row();
        if *format == ExportFormat::Ora {
            ui.label("");
            ui.label("A copy with all layers.");
            ui.end_row();
            return;
        }
        if *format == ExportFormat::Jpeg {
            let label = ui.label("Quality");
            ui.add(Slider::new(&mut picture.jpeg_quality, 1..=100)).labelled_by(label.id);
            ui.end_row();
        } else {
            ui.label("Transparency");
            let mut keep = !picture.opaque;
            ui.checkbox(&mut keep, "Keep transparency");
            picture.opaque = !keep;
            ui.end_row();
        }
        if *format == ExportFormat::Jpeg || picture.opaque {
            let label = ui.label("Background");
            ui.color_edit_button_srgb(&mut picture.background).labelled_by(label.id);
            ui.end_row();
        }
        if *format == ExportFormat::Png {
            ui.label("Depth");
            ui.checkbox(&mut picture.deep, "16 bits a channel");
            ui.end_row();
        }
        let label = ui.label("Scale");
        ui.horizontal(|ui| {
            let mut percent = picture.scale * 100.0;
            let drag =
                DragValue::new(&mut percent).range(1.0..=1600.0).speed(1.0).suffix(" %").max_decimals(2);
            let response = ui.add(drag).labelled_by(label.id);
            response.widget_info(|| egui::WidgetInfo::drag_value(true, percent));
            if response.changed() {
                picture.scale = percent / 100.0;
            }
            for whole in [50.0, 100.0, 200.0] {
                if ui.small_button(format!("{whole} %")).clicked() {
                    picture.scale = whole / 100.0;
                }
            }
        });
        ui.end_row();
        ui.label("");
        let (width, height) = exported_size(frame.editor.doc(), picture.scale);
        ui.label(format!("{width} × {height} px"));
        ui.end_row();
        ui.label("Metadata");
        ui.checkbox(metadata, "Keep texts of the file").on_hover_text(
            "Descriptions and parameters that came with the file, or that a model wrote into it",
        );
        ui.end_row();
    }
}
