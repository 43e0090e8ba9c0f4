//! Zoom, position and hints, at the bottom.

use super::widgets::Frame;
use crate::editor::{Action, Command, ViewCommand};
use crate::geom::Point;
use eframe::egui::{Align, DragValue, Layout, Ui};

/// Draws it. `pointer` is where the pointer is on the canvas.
pub fn show(ui: &mut Ui, frame: &mut Frame, pointer: Option<Point>) {
    ui.horizontal(|ui| {
        let view = *frame.editor.viewport();
        let mut percent = view.zoom * 100.0;
        let speed = percent * 0.01;
        let drag = DragValue::new(&mut percent).range(1.0..=6400.0).speed(speed).suffix(" %").max_decimals(1);
        let response = ui.add(drag).on_hover_text("Zoom: drag, or click and type");
        response.widget_info(|| eframe::egui::WidgetInfo::drag_value(true, percent));
        if response.changed() {
            frame.ask(Command::View(ViewCommand::ZoomTo(percent / 100.0)));
        }
        if ui.button("Fit").on_hover_text("Fit the page into the window (Ctrl+0)").clicked() {
            frame.act(Action::ZoomFit);
        }
        let turned = view.turns != 0.0 || view.mirrored;
        if turned {
            let degrees = (view.turns * 360.0).round();
            let mirrored = if view.mirrored { ", mirrored" } else { "" };
            if ui.button(format!("{degrees}°{mirrored}")).on_hover_text("Straighten the view (5)").clicked()
            {
                frame.act(Action::ResetView);
            }
        }
        ui.separator();
        let page = frame.editor.doc().page;
        ui.label(format!("{} × {} px", page.width(), page.height()));
        if let Some(p) = pointer {
            ui.separator();
            ui.monospace(format!("{:>5}, {:>5}", p.x.floor(), p.y.floor()));
        }
        ui.separator();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if let Some(work) = frame.editor.file_work() {
                ui.spinner();
                ui.label(work);
                ui.separator();
            }
            let working = frame.editor.previewed().filter(|(_, ready)| !ready);
            match working {
                Some((operation, _)) => {
                    ui.spinner();
                    ui.label(format!("{}…", operation.name()))
                }
                None => ui.add(eframe::egui::Label::new(frame.editor.hint(pointer)).truncate()),
            }
        });
    });
}
