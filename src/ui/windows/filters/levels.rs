//! Levels: which tones become black, middle and white.

use super::plot;
use crate::editor::histogram::Histogram;
use crate::ui::windows::rows::{self, Look};
use eframe::egui::{
    Color32, CursorIcon, Id, Mesh, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

/// The closest that black and white come.
const GAP: f32 = 1.0 / 255.0;
/// What [`Levels::auto`] lets go at each end.
const CLIPPED: f32 = 0.001;

/// The settings.
pub struct Levels {
    /// What becomes 0.
    pub black: f32,
    /// What becomes 1.
    pub white: f32,
    /// Of the middle.
    pub gamma: f32,
    /// What 0 and 1 become.
    pub out: [f32; 2],
}

impl Levels {
    /// Draws them; returns the first field.
    pub fn show(&mut self, ui: &mut Ui, histogram: Option<&Histogram>) -> Response {
        self.plot(ui, histogram);
        let mut first = None;
        rows::row(ui, "Input", |ui| {
            let [mut black, mut white] = [self.black, self.white].map(|v| v * 255.0);
            let field = rows::number(ui, "Black point", &mut black, 0.0..=254.0, 1.0, Look::WHOLE);
            if field.changed() {
                self.black = (black / 255.0).min(1.0 - GAP);
                self.white = self.white.max(self.black + GAP);
            }
            first = Some(field.on_hover_text("Tones up to this become black"));
            let field = rows::number(ui, "Gamma", &mut self.gamma, 0.1..=10.0, 0.01, Look::FINE);
            field.on_hover_text("Above 1 the middle tones get lighter");
            let field = rows::number(ui, "White point", &mut white, 1.0..=255.0, 1.0, Look::WHOLE);
            if field.changed() {
                self.white = (white / 255.0).max(GAP);
                self.black = self.black.min(self.white - GAP);
            }
            field.on_hover_text("Tones from this on become white");
        });
        self.output_strip(ui);
        rows::row(ui, "Output", |ui| {
            for (value, label, tip) in [
                (0, "Output black", "What black becomes"),
                (1, "Output white", "What white becomes; below black it turns the picture over"),
            ] {
                let mut shown = self.out[value] * 255.0;
                let field = rows::number(ui, label, &mut shown, 0.0..=255.0, 1.0, Look::WHOLE);
                if field.changed() {
                    self.out[value] = shown / 255.0;
                }
                field.on_hover_text(tip);
            }
        });
        rows::row(ui, "", |ui| {
            let button = ui.add_enabled(histogram.is_some(), eframe::egui::Button::new("Auto"));
            if button.on_hover_text("Stretches the tones that are there over the whole range").clicked()
                && let Some(histogram) = histogram
            {
                self.auto(histogram);
            }
        });
        first.unwrap_or_else(|| ui.label(""))
    }

    /// The range of the tones that are there.
    fn auto(&mut self, histogram: &Histogram) {
        if let Some((low, high)) = histogram.range(CLIPPED)
            && high > low
        {
            (self.black, self.white, self.gamma) = (low, high, 1.0);
        }
    }

    /// Where the middle tone stands between black and white: what becomes one half.
    fn middle(&self) -> f32 {
        self.black + (self.white - self.black) * 0.5f32.powf(self.gamma)
    }

    fn plot(&mut self, ui: &mut Ui, histogram: Option<&Histogram>) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 110.0), Sense::HOVER);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Histogram"));
        let field = Rect::from_min_max(rect.min + vec2(6.0, 0.0), rect.max - vec2(6.0, 14.0));
        let painter = ui.painter().clone();
        plot::ground(ui, &painter, field);
        match histogram {
            Some(histogram) => plot::bars(&painter, field, histogram, 3, plot::color(ui, 3)),
            None => {
                let spinner = Rect::from_center_size(field.center(), vec2(20.0, 20.0));
                ui.place(spinner, eframe::egui::Spinner::new());
            }
        }
        let at = |v: f32| field.min.x + v * field.width();
        let tone = |x: f32| ((x - field.min.x) / field.width()).clamp(0.0, 1.0);
        let y = field.max.y;
        if let Some(x) = handle(ui, "black", "Black handle", at(self.black), y, Color32::BLACK) {
            self.black = tone(x).min(self.white - GAP);
        }
        if let Some(x) = handle(ui, "white", "White handle", at(self.white), y, Color32::WHITE) {
            self.white = tone(x).max(self.black + GAP);
        }
        if let Some(x) = handle(ui, "middle", "Gamma handle", at(self.middle()), y, Color32::GRAY) {
            let t = ((tone(x) - self.black) / (self.white - self.black)).clamp(0.001, 0.999);
            self.gamma = (t.ln() / 0.5f32.ln()).clamp(0.1, 10.0);
        }
    }

    fn output_strip(&mut self, ui: &mut Ui) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::HOVER);
        let strip = Rect::from_min_max(rect.min + vec2(6.0, 0.0), rect.max - vec2(6.0, 14.0));
        let mut mesh = Mesh::default();
        for (x, color) in [(strip.min.x, Color32::BLACK), (strip.max.x, Color32::WHITE)] {
            mesh.colored_vertex(pos2(x, strip.min.y), color);
            mesh.colored_vertex(pos2(x, strip.max.y), color);
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(1, 2, 3);
        ui.painter().add(Shape::mesh(mesh));
        for (i, (name, label, color)) in [
            ("out-black", "Output black handle", Color32::BLACK),
            ("out-white", "Output white handle", Color32::WHITE),
        ]
        .into_iter()
        .enumerate()
        {
            let x = strip.min.x + self.out[i] * strip.width();
            if let Some(x) = handle(ui, name, label, x, strip.max.y, color) {
                self.out[i] = ((x - strip.min.x) / strip.width()).clamp(0.0, 1.0);
            }
        }
    }
}

/// A small triangle below a scale. Returns where it was dragged to. It takes no focus: the numbers below do.
fn handle(ui: &mut Ui, name: &str, label: &str, x: f32, y: f32, color: Color32) -> Option<f32> {
    let id: Id = ui.scope_id().with(name);
    let rect = Rect::from_min_max(pos2(x - 7.0, y - 2.0), pos2(x + 7.0, y + 13.0));
    let response = ui.interact(rect, id, Sense::DRAG).on_hover_cursor(CursorIcon::ResizeHorizontal);
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, label));
    let stroke = if response.hovered() || response.dragged() {
        Stroke::new(1.5, crate::ui::theme::ACCENT)
    } else {
        Stroke::new(1.0, ui.visuals().widgets.noninteractive.fg_stroke.color)
    };
    let points = vec![pos2(x, y), pos2(x + 6.0, y + 11.0), pos2(x - 6.0, y + 11.0)];
    ui.painter().add(Shape::convex_polygon(points, color, stroke));
    response.dragged().then(|| response.interact_pointer_pos()).flatten().map(|p| p.x)
}
