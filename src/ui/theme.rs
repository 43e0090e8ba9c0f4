//! One coherent look, dark and light.

use super::canvas::picture::Looks;
use crate::editor::settings;
use eframe::egui::style::{HandleShape, WidgetVisuals};
use eframe::egui::{
    Color32, Context, CornerRadius, FontDefinitions, FontFamily, FontId, Margin, Stroke, Style, TextStyle,
    Theme, ThemePreference, Visuals, vec2,
};

/// What marks the thing that is chosen.
pub const ACCENT: Color32 = Color32::from_rgb(0x4c, 0x8d, 0xd9);

/// Sets fonts, spacing and colours of both themes.
pub fn install(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    super::icons::add_to(&mut fonts);
    ctx.set_fonts(fonts);
    // Ctrl and plus zoom the canvas; the interface has keys and a setting of its own.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| {
            spacing(style);
            style.visuals = visuals(theme);
        });
    }
}

/// Chooses a theme and the scale of the interface.
pub fn choose(ctx: &Context, theme: settings::Theme, scale: f32) {
    ctx.set_theme(match theme {
        settings::Theme::Dark => ThemePreference::Dark,
        settings::Theme::Light => ThemePreference::Light,
        settings::Theme::System => ThemePreference::System,
    });
    ctx.set_zoom_factor(scale);
}

fn spacing(style: &mut Style) {
    style.text_styles = [
        (TextStyle::Small, FontId::new(10.5, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(16.0, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
    ]
    .into();
    let s = &mut style.spacing;
    s.item_spacing = vec2(6.0, 5.0);
    s.button_padding = vec2(7.0, 3.0);
    s.interact_size = vec2(28.0, 22.0);
    s.menu_margin = Margin::same(5);
    s.window_margin = Margin::same(10);
    s.slider_width = 110.0;
    s.slider_rail_height = 4.0;
    s.combo_width = 90.0;
}

struct Tones {
    panel: u8,
    window: u8,
    field: u8,
    idle: u8,
    hovered: u8,
    active: u8,
    line: u8,
    text: u8,
    strong: u8,
}

fn visuals(theme: Theme) -> Visuals {
    let (mut v, t) = match theme {
        Theme::Dark => (
            Visuals::dark(),
            Tones {
                panel: 38,
                window: 44,
                field: 27,
                idle: 56,
                hovered: 70,
                active: 84,
                line: 24,
                text: 205,
                strong: 240,
            },
        ),
        Theme::Light => (
            Visuals::light(),
            Tones {
                panel: 226,
                window: 234,
                field: 248,
                idle: 211,
                hovered: 200,
                active: 188,
                line: 190,
                text: 45,
                strong: 10,
            },
        ),
    };
    let gray = Color32::from_gray;
    v.panel_fill = gray(t.panel);
    v.window_fill = gray(t.window);
    v.window_stroke = Stroke::new(1.0, gray(t.line));
    v.extreme_bg_color = gray(t.field);
    v.faint_bg_color = gray(t.panel.saturating_add(4));
    v.window_corner_radius = CornerRadius::same(6);
    v.menu_corner_radius = CornerRadius::same(5);
    v.selection.bg_fill = ACCENT.gamma_multiply(if theme == Theme::Dark { 0.75 } else { 0.45 });
    v.selection.stroke = Stroke::new(1.0, gray(t.strong));
    v.hyperlink_color = ACCENT;
    v.slider_trailing_fill = true;
    v.handle_shape = HandleShape::Rect { aspect_ratio: 0.5 };
    let widget = |fill: u8, text: u8, line: u8| WidgetVisuals {
        bg_fill: gray(fill),
        weak_bg_fill: gray(fill),
        bg_stroke: Stroke::new(1.0, gray(line)),
        corner_radius: CornerRadius::same(4),
        fg_stroke: Stroke::new(1.0, gray(text)),
        expansion: 0.0,
    };
    v.widgets.noninteractive = widget(t.panel, t.text, t.line);
    v.widgets.inactive = WidgetVisuals { bg_stroke: Stroke::NONE, ..widget(t.idle, t.text, t.line) };
    // Empty boxes and the rails of sliders stand out from what they lie on.
    v.widgets.inactive.bg_fill = gray(if theme == Theme::Dark { t.idle + 24 } else { t.idle - 34 });
    v.widgets.hovered = WidgetVisuals { bg_stroke: Stroke::NONE, ..widget(t.hovered, t.strong, t.line) };
    v.widgets.active = WidgetVisuals { bg_stroke: Stroke::NONE, ..widget(t.active, t.strong, t.line) };
    v.widgets.open = WidgetVisuals { bg_stroke: Stroke::NONE, ..widget(t.hovered, t.strong, t.line) };
    v
}

/// Colours around and under the picture.
pub fn canvas_looks(dark: bool, pixels_per_point: f32) -> Looks {
    let gray = |v: u8| [f32::from(v) / 255.0; 3];
    Looks {
        around: gray(if dark { 52 } else { 165 }),
        light: gray(if dark { 125 } else { 255 }),
        dark: gray(if dark { 105 } else { 225 }),
        edge: gray(if dark { 15 } else { 90 }),
        square_px: (8.0 * pixels_per_point).round(),
        pixel_grid: true,
        phase: 0.0,
        linear_target: false,
    }
}
