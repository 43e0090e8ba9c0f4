//! The way of the camera, the film played, and the film written.

use crate::editor::Command;
use crate::editor::zooming::{FilmState, ZoomCommand as Z, ZoomOptions};
use crate::ui::widgets::{Frame, time_left};
use crate::zoom::video::Format;
use crate::zoom::{Direction, Travel, growth};
use eframe::egui::{
    Button, Checkbox, ColorImage, ComboBox, DragValue, Grid, Image, Label, ProgressBar, RichText,
    TextureHandle, TextureOptions, Ui, vec2,
};

/// What the part remembers.
#[derive(Default)]
pub struct FilmPart {
    picture: Moving,
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
    /// Draws what films have in common: the film played, and the film written.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let zooming = frame.editor.zooming();
        let (playing, written) = (zooming.playing(), zooming.film());
        if playing.is_none() {
            self.picture = Moving::default();
        }
        let on = playing.is_some();
        ui.horizontal(|ui| {
            let play = Button::new(if on { "Stop the film" } else { "Play the film" }).selected(on);
            if ui.add(play).clicked() {
                frame.ask(Command::Zoom(Z::Play(!on)));
            }
            if written.is_none() && ui.button("Export film…").clicked() {
                frame.ask(Command::Zoom(Z::Export));
            }
            if let Some(playing) = playing {
                let text = format!("{} of {}", playing.index + 1, playing.frames);
                ui.label(RichText::new(text).weak().small()).on_hover_text("The frame that is shown");
            }
        });
        if let Some(film) = written {
            being_written(ui, frame, &film);
        }
        if let Some(playing) = playing {
            let number = u64::from(playing.film) << 32 | u64::from(playing.index);
            self.picture.show(ui, number, &playing.frame, "The film");
        }
    }
}

/// A picture of frames that follow each other.
#[derive(Default)]
pub struct Moving {
    texture: Option<(u64, TextureHandle)>,
}

impl Moving {
    /// Draws `frame`; another number means another frame.
    pub fn show(&mut self, ui: &mut Ui, number: u64, frame: &crate::zoom::Frame, name: &str) {
        let image = || ColorImage::from_rgb([frame.width as usize, frame.height as usize], &frame.rgb);
        match &mut self.texture {
            Some((shown, texture)) => {
                if *shown != number {
                    texture.set(image(), TextureOptions::LINEAR);
                    *shown = number;
                }
            }
            None => {
                self.texture = Some((number, ui.ctx().load_texture(name, image(), TextureOptions::LINEAR)));
            }
        }
        if let Some((_, texture)) = &self.texture {
            let size = texture.size_vec2();
            let scale = (ui.available_width() / size.x).min(260.0 / size.y);
            ui.add(Image::new(texture).fit_to_exact_size(size * scale).alt_text(name)).on_hover_text(name);
        }
    }
}

/// The way of the camera, and how its film is written.
pub fn camera(ui: &mut Ui, frame: &Frame, options: &mut ZoomOptions) {
    Grid::new("camera").num_columns(2).spacing([8.0, 5.0]).show(ui, |ui| {
        let film = options.film(growth::is_closed(frame.editor.doc()));
        path(ui, &mut options.travel, film.travel.is_ring());
        output(ui, options);
    });
    let travel = &mut options.travel;
    ui.add(Checkbox::new(&mut travel.looped, "Loop"))
        .on_hover_text("The last frame leads into the first: there and back, or where the levels are a ring");
    let one_way = travel.looped && travel.direction != Direction::Both;
    if one_way && !growth::is_closed(frame.editor.doc()) {
        let text = "In one direction it loops once the ring is closed (Levels).";
        ui.add(Label::new(RichText::new(text).weak().small()).wrap());
    }
}

/// `ring`: it goes round and round, so that it has no ends.
fn path(ui: &mut Ui, travel: &mut Travel, ring: bool) {
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
    number(ui, "Seconds per level", &mut travel.seconds_per_level, 0.05..=600.0);
    for (text, value) in
        [("Soft start and stop, s", &mut travel.ease_s), ("Rest at the ends, s", &mut travel.hold_s)]
    {
        let label = ui.label(text);
        let drag = DragValue::new(value).range(0.0..=60.0).speed(0.05).fixed_decimals(2);
        let drag = ui.add_enabled(!ring, drag).labelled_by(label.id);
        drag.on_disabled_hover_text("A loop in one direction has no ends");
        ui.end_row();
    }
    number(ui, "Turns per level", &mut travel.turns_per_level, -10.0..=10.0);
}

/// A row of a grid with a number.
pub fn number(ui: &mut Ui, text: &str, value: &mut f64, range: std::ops::RangeInclusive<f64>) {
    let label = ui.label(text);
    ui.add(DragValue::new(value).range(range).speed(0.05).fixed_decimals(2)).labelled_by(label.id);
    ui.end_row();
}

/// Rows of a grid: how a film is written, of whichever kind.
pub fn output(ui: &mut Ui, options: &mut ZoomOptions) {
    let label = ui.label("Frames a second");
    let fps = &mut options.travel.fps;
    let response = ComboBox::from_id_salt("fps").selected_text(fps.to_string()).show_ui(ui, |ui| {
        for each in [8, 12, 24, 25, 30, 60] {
            ui.selectable_value(fps, each, each.to_string());
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

/// How far the export is.
fn being_written(ui: &mut Ui, frame: &mut Frame, film: &FilmState) {
    let done = film.frame as f32 / film.frames.max(1) as f32;
    let text = if film.stopping {
        "stopping".to_owned()
    } else {
        format!("{} of {} frames, {}", film.frame, film.frames, time_left(film.secs_left))
    };
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 90.0).max(60.0);
        ui.add_sized(vec2(width, 18.0), ProgressBar::new(done).text(text));
        if ui.button("Cancel film").clicked() {
            frame.ask(Command::Zoom(Z::CancelExport));
        }
    });
}
