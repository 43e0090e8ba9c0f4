//! The way of the camera, the film played, and the film written.

use crate::editor::Command;
use crate::editor::zooming::{ZoomCommand as Z, ZoomOptions};
use crate::ui::widgets::Frame;
use crate::zoom::Direction;
use crate::zoom::video::Format;
use eframe::egui::{
    Checkbox, ColorImage, ComboBox, DragValue, Grid, Image, ProgressBar, RichText, TextureHandle,
    TextureOptions, Ui, vec2,
};

/// What the part remembers.
#[derive(Default)]
pub struct FilmPart {
    texture: Option<(u32, TextureHandle)>,
}

/// Sizes that are asked for often.
const SIZES: [(&str, (u32, u32)); 7] = [
    ("1280 × 720 (16:9)", (1280, 720)),
    ("1920 × 1080 (16:9)", (1920, 1080)),
    ("3840 × 2160 (16:9)", (3840, 2160)),
    ("720 × 1280 (9:16)", (720, 1280)),
    ("1080 × 1920 (9:16)", (1080, 1920)),
    ("512 × 512 (1:1)", (512, 512)),
    ("1080 × 1080 (1:1)", (1080, 1080)),
];

impl FilmPart {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame, options: &mut ZoomOptions) {
        Grid::new("camera").num_columns(2).spacing([8.0, 5.0]).show(ui, |ui| camera(ui, options));
        ui.add(Checkbox::new(&mut options.travel.looped, "Loop")).on_hover_text(
            "The last frame leads into the first: there and back, or where the levels are a ring",
        );
        self.played(ui, frame);
        written(ui, frame);
    }

    fn played(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let playing = frame.editor.zooming().playing();
        if playing.is_none() {
            self.texture = None;
        }
        let on = playing.is_some();
        ui.horizontal(|ui| {
            if ui.selectable_label(on, if on { "Stop the film" } else { "Play the film" }).clicked() {
                frame.ask(Command::Zoom(Z::Play(!on)));
            }
            if let Some(playing) = playing {
                let text = format!("frame {} of {}", playing.index + 1, playing.frames);
                ui.label(RichText::new(text).weak().small());
            }
        });
        let Some(playing) = playing else { return };
        let picture = &playing.frame;
        let image = || ColorImage::from_rgb([picture.width as usize, picture.height as usize], &picture.rgb);
        match &mut self.texture {
            Some((index, texture)) => {
                if *index != playing.index {
                    texture.set(image(), TextureOptions::LINEAR);
                    *index = playing.index;
                }
            }
            None => {
                let texture = ui.ctx().load_texture("film", image(), TextureOptions::LINEAR);
                self.texture = Some((playing.index, texture));
            }
        }
        if let Some((_, texture)) = &self.texture {
            let size = texture.size_vec2();
            let scale = (ui.available_width() / size.x).min(260.0 / size.y);
            ui.add(Image::new(texture).fit_to_exact_size(size * scale)).on_hover_text("The film");
        }
    }
}

fn camera(ui: &mut Ui, options: &mut ZoomOptions) {
    let travel = &mut options.travel;
    let label = ui.label("Direction");
    let name = |direction: Direction| match direction {
        Direction::Out => "Out",
        Direction::In => "In",
        Direction::Both => "Out and back",
    };
    let combo = ComboBox::from_id_salt("direction").selected_text(name(travel.direction));
    let response = combo.show_ui(ui, |ui| {
        for each in [Direction::Out, Direction::In, Direction::Both] {
            ui.selectable_value(&mut travel.direction, each, name(each));
        }
    });
    response.response.labelled_by(label.id);
    ui.end_row();
    let number = |ui: &mut Ui, text: &str, value: &mut f64, range: std::ops::RangeInclusive<f64>| {
        let label = ui.label(text);
        ui.add(DragValue::new(value).range(range).speed(0.05).fixed_decimals(2)).labelled_by(label.id);
        ui.end_row();
    };
    number(ui, "Seconds per level", &mut travel.seconds_per_level, 0.05..=600.0);
    number(ui, "Soft start and stop, s", &mut travel.ease_s, 0.0..=60.0);
    number(ui, "Rest at the ends, s", &mut travel.hold_s, 0.0..=60.0);
    number(ui, "Turns per level", &mut travel.turns_per_level, -10.0..=10.0);
    let label = ui.label("Frames a second");
    let combo = ComboBox::from_id_salt("fps").selected_text(travel.fps.to_string());
    let response = combo.show_ui(ui, |ui| {
        for each in [24, 25, 30, 60] {
            ui.selectable_value(&mut travel.fps, each, each.to_string());
        }
    });
    response.response.labelled_by(label.id);
    ui.end_row();
    let label = ui.label("Size");
    let found = SIZES.iter().find(|(_, size)| *size == options.size);
    let text =
        found.map_or_else(|| format!("{} × {}", options.size.0, options.size.1), |(name, _)| (*name).into());
    let response = ComboBox::from_id_salt("film size").selected_text(text).show_ui(ui, |ui| {
        for (name, size) in SIZES {
            ui.selectable_value(&mut options.size, size, name);
        }
    });
    response.response.labelled_by(label.id);
    ui.end_row();
    let label = ui.label("Quality");
    ui.add(DragValue::new(&mut options.quality).range(1..=100)).labelled_by(label.id);
    ui.end_row();
    let label = ui.label("Film format");
    let response =
        ComboBox::from_id_salt("film format").selected_text(options.format.label()).show_ui(ui, |ui| {
            for each in Format::ALL {
                ui.selectable_value(&mut options.format, each, each.label());
            }
        });
    response.response.labelled_by(label.id);
    ui.end_row();
}

/// The export and how far it is.
fn written(ui: &mut Ui, frame: &mut Frame) {
    let Some(film) = frame.editor.zooming().film() else {
        if ui.button("Export film…").clicked() {
            frame.ask(Command::Zoom(Z::Export));
        }
        return;
    };
    let done = film.frame as f32 / film.frames.max(1) as f32;
    let text = if film.stopping {
        "stopping".to_owned()
    } else {
        format!("{} of {} frames, {:.0} s left", film.frame, film.frames, film.secs_left)
    };
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 90.0).max(60.0);
        ui.add_sized(vec2(width, 18.0), ProgressBar::new(done).text(text));
        if ui.button("Cancel film").clicked() {
            frame.ask(Command::Zoom(Z::CancelExport));
        }
    });
}
