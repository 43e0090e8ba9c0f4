//! Colour: wheel, sliders, hexadecimal, recent colours, palette.

mod swatches;
mod wheel;

use crate::color::{Hsv, Oklab, Oklch, Rgba};
use crate::editor::{Action, Command};
use crate::ui::bars::{Bar, choice};
use crate::ui::focus;
use crate::ui::icons;
use crate::ui::widgets::{Frame, action_button, color32};
use eframe::egui::{
    Color32, Key, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextStyle, Ui, WidgetInfo,
    vec2,
};
use wheel::{opaque, paint_color};

/// The most chroma that a slider offers; no colour of sRGB has more.
const MAX_CHROMA: f32 = 0.33;

/// In which numbers a colour is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Space {
    #[default]
    Oklch,
    Hsv,
    Rgb,
}

/// What the panel remembers.
#[derive(Default)]
pub struct ColorsPanel {
    space: Space,
    /// The foreground in other words. Grey has no hue and black no saturation: here they are kept.
    hsv: Hsv,
    lch: Oklch,
    /// The colour of which these are the words.
    known: Option<Rgba>,
    held: Option<wheel::Part>,
    hex: String,
    typing: bool,
}

impl ColorsPanel {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        self.learn(frame.editor.colors().foreground);
        ScrollArea::vertical().id_salt("colours").min_scrolled_height(20.0).auto_shrink([false, false]).show(
            ui,
            |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.horizontal_top(|ui| {
                    let side = (ui.available_width() - 120.0).clamp(96.0, 136.0);
                    let before = self.hsv;
                    let settled = wheel::show(ui, &mut self.hsv, &mut self.held, side);
                    if self.hsv != before || settled {
                        self.ask(frame, self.hsv.to_srgb(), settled);
                    }
                    ui.vertical(|ui| {
                        patches(ui, frame);
                        ui.add_space(4.0);
                        self.hex_field(ui, frame);
                        ui.add_space(2.0);
                        ui.spacing_mut().button_padding.x = 4.0;
                        ui.style_mut().override_text_style = Some(TextStyle::Small);
                        let words = [(Space::Oklch, "OKLCh"), (Space::Hsv, "HSV"), (Space::Rgb, "RGB")];
                        choice(ui, "Colour space", &mut self.space, &words);
                    });
                });
                match self.space {
                    Space::Oklch => self.oklch(ui, frame),
                    Space::Hsv => self.hsv(ui, frame),
                    Space::Rgb => self.rgb(ui, frame),
                }
                ui.add_space(2.0);
                swatches::recent(ui, frame);
                ui.add_space(2.0);
                swatches::palette(ui, frame);
                focus::follow(ui);
            },
        );
    }

    /// Puts the foreground into other words, unless it is the one that they are of.
    fn learn(&mut self, color: Rgba) {
        if self.known == Some(color) {
            return;
        }
        let hsv = Hsv::from_srgb(color.r, color.g, color.b);
        let lch = Oklch::from(Oklab::from_srgb(color.r, color.g, color.b));
        self.take_hsv(hsv);
        self.take_lch(lch);
        self.known = Some(color);
    }

    fn take_hsv(&mut self, new: Hsv) {
        self.hsv = Hsv {
            h: if new.s < 1e-4 || new.v < 1e-4 { self.hsv.h } else { new.h },
            s: if new.v < 1e-4 { self.hsv.s } else { new.s },
            v: new.v,
        };
    }

    fn take_lch(&mut self, new: Oklch) {
        self.lch = Oklch { h: if new.c < 1e-3 { self.lch.h } else { new.h }, ..new };
    }

    fn ask(&mut self, frame: &mut Frame, [r, g, b]: [f32; 3], settled: bool) {
        let color = Rgba { r, g, b, ..frame.editor.colors().foreground };
        self.known = Some(color);
        match self.space {
            // The words that are being set stay as they are, the others follow.
            Space::Oklch if self.held.is_none() => self.take_hsv(Hsv::from_srgb(r, g, b)),
            _ => self.take_lch(Oklch::from(Oklab::from_srgb(r, g, b))),
        }
        if self.space == Space::Rgb {
            self.take_hsv(Hsv::from_srgb(r, g, b));
        }
        frame.ask(Command::SetColor { color, settled });
    }

    fn oklch(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let now = self.lch;
        let mut lch = now;
        let color = |lch: Oklch| opaque(lch.to_srgb_in_gamut());
        let (l, c, h) = (
            |t: f32| color(Oklch { l: t, ..now }),
            |t: f32| color(Oklch { c: t * MAX_CHROMA, ..now }),
            |t: f32| color(Oklch { h: t, ..now }),
        );
        let width = 18.0;
        let mut settled = false;
        let bars = [
            Bar::new("L", &mut lch.l, 0.0..=1.0).name("Lightness").shown(100.0, 1, " %").rail(&l),
            Bar::new("C", &mut lch.c, 0.0..=MAX_CHROMA).name("Chroma").shown(1.0, 3, "").rail(&c),
            Bar::new("h", &mut lch.h, 0.0..=1.0).name("Perceptual hue").shown(360.0, 1, "°").rail(&h),
        ];
        for bar in bars {
            settled |= bar.text_width(width).show(ui).settled;
        }
        if lch != now || settled {
            self.lch = lch;
            self.ask(frame, lch.to_srgb_in_gamut(), settled);
        }
    }

    fn hsv(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let now = self.hsv;
        let mut hsv = now;
        let (h, s, v) = (
            |t: f32| paint_color(Hsv { h: t, s: 1.0, v: 1.0 }),
            |t: f32| paint_color(Hsv { s: t, ..now }),
            |t: f32| paint_color(Hsv { v: t, ..now }),
        );
        let mut settled = false;
        let bars = [
            Bar::new("H", &mut hsv.h, 0.0..=1.0).name("Hue").shown(360.0, 1, "°").rail(&h),
            Bar::new("S", &mut hsv.s, 0.0..=1.0).name("Saturation").shown(100.0, 1, " %").rail(&s),
            Bar::new("V", &mut hsv.v, 0.0..=1.0).name("Value").shown(100.0, 1, " %").rail(&v),
        ];
        for bar in bars {
            settled |= bar.text_width(18.0).show(ui).settled;
        }
        if hsv != now || settled {
            self.hsv = hsv;
            self.ask(frame, hsv.to_srgb(), settled);
        }
    }

    fn rgb(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let now = frame.editor.colors().foreground;
        let mut rgb = [now.r, now.g, now.b];
        let mut settled = false;
        for (i, (text, name)) in [("R", "Red"), ("G", "Green"), ("B", "Blue")].into_iter().enumerate() {
            let rail = |t: f32| {
                let mut rgb = [now.r, now.g, now.b];
                rgb[i] = t;
                opaque(rgb)
            };
            let bar = Bar::new(text, &mut rgb[i], 0.0..=1.0).name(name).shown(255.0, 1, "").rail(&rail);
            settled |= bar.text_width(18.0).show(ui).settled;
        }
        if rgb != [now.r, now.g, now.b] || settled {
            self.ask(frame, rgb, settled);
        }
    }

    fn hex_field(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let now = frame.editor.colors().foreground.to_hex();
        if !self.typing {
            self.hex = now;
        }
        let parsed = Rgba::from_hex(&self.hex);
        let mut field =
            TextEdit::singleline(&mut self.hex).char_limit(9).desired_width(68.0).font(TextStyle::Monospace);
        if parsed.is_none() {
            field = field.text_color(ui.visuals().error_fg_color);
        }
        let response = ui.add(field).accessible_name("Hexadecimal colour");
        if parsed.is_none() {
            let stroke = Stroke::new(1.0, ui.visuals().error_fg_color);
            ui.painter().rect_stroke(response.rect, 3.0, stroke, StrokeKind::Outside);
        }
        let response = response.on_hover_text("#rgb or #rrggbb, then Enter");
        self.typing = response.has_focus();
        if response.lost_focus() && !ui.input(|i| i.key_pressed(Key::Escape)) {
            // The field may have changed since it was parsed above.
            if let Some(color) =
                Rgba::from_hex(&self.hex).filter(|c| c.to_hex() != frame.editor.colors().foreground.to_hex())
            {
                frame.ask(Command::SetColor { color, settled: true });
            }
        }
    }
}

/// Foreground over background, and what exchanges them.
fn patches(ui: &mut Ui, frame: &mut Frame) {
    let colors = frame.editor.colors().clone();
    let (rect, _) = ui.allocate_exact_size(vec2(68.0, 52.0), Sense::hover());
    let back = Rect::from_min_size(rect.min + vec2(24.0, 18.0), vec2(44.0, 34.0));
    let front = Rect::from_min_size(rect.min, vec2(44.0, 34.0));
    // The background is below: it is asked and drawn first.
    let (to_swap, to_keep) = ("Background", "Foreground");
    for (patch, color, name) in [(back, colors.background, to_swap), (front, colors.foreground, to_keep)] {
        let response = ui.interact(patch, ui.make_persistent_id(name), Sense::click());
        let label = format!("{name} {}", color.to_hex());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        ui.painter().rect_filled(patch, 3.0, color32(color));
        ui.painter().rect_stroke(patch, 3.0, Stroke::new(1.0, Color32::from_gray(20)), StrokeKind::Outside);
        let light = if response.hovered() || response.has_focus() { 255 } else { 200 };
        ui.painter().rect_stroke(patch, 3.0, Stroke::new(1.0, Color32::from_gray(light)), StrokeKind::Inside);
        if response.clicked() {
            if name == to_swap {
                frame.act(Action::SwapColors);
            } else {
                frame.ask(Command::SetColor { color, settled: true });
            }
        }
        let what = if name == to_swap { "a click brings it to the front" } else { "a click remembers it" };
        response.on_hover_text(format!("{label}: {what}"));
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 4.0;
        action_button(ui, frame, icons::SWAP, Action::SwapColors);
        action_button(ui, frame, icons::MASK, Action::DefaultColors);
    });
}
