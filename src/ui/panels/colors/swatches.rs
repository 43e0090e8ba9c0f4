//! Recent colours and the palette.

use crate::color::Rgba;
use crate::editor::{Action, Command};
use crate::ui::icons;
use crate::ui::widgets::{Frame, action_button, color32, icon_button};
use eframe::egui::{
    Button, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

/// Side of a swatch in points.
const SIDE: f32 = 17.0;

/// The colours that were chosen last, in one row.
pub fn recent(ui: &mut Ui, frame: &mut Frame) {
    let colors = frame.editor.colors().recent.clone();
    if colors.is_empty() {
        return;
    }
    ui.label(RichText::new("Recent").small().weak());
    let n = ((ui.available_width() / SIDE).floor() as usize).max(1);
    let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), SIDE), Sense::hover());
    for (i, color) in colors.into_iter().take(n).enumerate() {
        let rect = Rect::from_min_size(pos2(all.left() + i as f32 * SIDE, all.top()), vec2(SIDE, SIDE));
        let response = patch(ui, rect, ("recent", i), color, &format!("Recent {}", color.to_hex()));
        choose(ui, frame, &response, color);
    }
}

/// The palette: its name, what can be done with it, its colours.
pub fn palette(ui: &mut Ui, frame: &mut Frame) {
    let palette = frame.editor.colors().palette.clone();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 1.0;
        ui.spacing_mut().button_padding.x = 3.0;
        let name = if palette.name.is_empty() { "Palette" } else { &palette.name };
        let text = RichText::new(format!("{} {name}", icons::SWATCHES)).small();
        let width = (ui.available_width() - 3.0 * 26.0).max(30.0);
        let label = eframe::egui::Label::new(text).truncate();
        ui.allocate_ui_with_layout(
            vec2(width, 22.0),
            eframe::egui::Layout::left_to_right(eframe::egui::Align::Center),
            |ui| {
                ui.set_min_width(width);
                ui.add(label).on_hover_text(format!("{name}: {} colours", palette.colors.len()));
            },
        );
        if icon_button(ui, icons::PLUS, "Add colour to palette", false).clicked() {
            frame.ask(Command::AddSwatch);
        }
        action_button(ui, frame, icons::FOLDER_OPEN, Action::ImportPalette);
        action_button(ui, frame, icons::SAVE, Action::ExportPalette);
    });
    if palette.colors.is_empty() {
        ui.label(
            RichText::new("No colours yet: add the current one with +, or import a palette.").weak().small(),
        );
        return;
    }
    let fit = ((ui.available_width() / SIDE).floor() as usize).max(1);
    // As many columns as the palette names, if they can be seen.
    let named = palette.columns as usize;
    let columns = if named > 0 && named <= fit { named } else { fit };
    let side = (ui.available_width() / columns as f32).clamp(SIDE - 3.0, SIDE + 5.0).floor();
    let rows = palette.colors.len().div_ceil(columns);
    let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * side), Sense::hover());
    let clip = ui.clip_rect();
    let foreground = frame.editor.colors().foreground.to_rgba8();
    let first = (((clip.top() - all.top()) / side).floor().max(0.0) as usize).min(rows);
    let last = (((clip.bottom() - all.top()) / side).ceil().max(0.0) as usize).min(rows);
    for i in first * columns..(last * columns).min(palette.colors.len()) {
        let swatch = &palette.colors[i];
        let [r, g, b] = swatch.rgb;
        let color = Rgba::from_rgba8([r, g, b, 255]);
        let at = pos2(all.left() + (i % columns) as f32 * side, all.top() + (i / columns) as f32 * side);
        let name = if swatch.name.is_empty() { color.to_hex() } else { swatch.name.clone() };
        let rect = Rect::from_min_size(at, vec2(side, side));
        let response = patch(ui, rect, ("swatch", i), color, &format!("Swatch {name}"));
        if foreground == [r, g, b, 255] {
            let dark = color.luma() < 0.5;
            let dot = if dark { eframe::egui::Color32::WHITE } else { eframe::egui::Color32::BLACK };
            ui.painter().circle_filled(rect.center(), 2.5, dot);
        }
        choose(ui, frame, &response, color);
        menu(frame, &response, i, color);
        response
            .on_hover_text(format!("{name}  {}\nClick: foreground, Ctrl+click: background", color.to_hex()));
    }
}

fn patch(ui: &Ui, rect: Rect, salt: (&str, usize), color: Rgba, label: &str) -> Response {
    let response = ui.interact(rect, ui.make_persistent_id(salt), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let inner = rect.shrink(0.5);
    ui.painter().rect_filled(inner, 2.0, color32(color));
    let line = ui.visuals().widgets.noninteractive.bg_stroke;
    let stroke = if response.hovered() || response.has_focus() {
        Stroke::new(2.0, ui.visuals().strong_text_color())
    } else {
        line
    };
    ui.painter().rect_stroke(inner, 2.0, stroke, StrokeKind::Inside);
    response
}

fn choose(ui: &Ui, frame: &mut Frame, response: &Response, color: Rgba) {
    if response.clicked() {
        if ui.input(|i| i.modifiers.command) {
            frame.ask(Command::SetBackground(color));
        } else {
            frame.ask(Command::SetColor { color, settled: true });
        }
    }
}

fn menu(frame: &mut Frame, response: &Response, index: usize, color: Rgba) {
    response.context_menu(|ui| {
        let entries = [
            ("Use as foreground", Command::SetColor { color, settled: true }),
            ("Use as background", Command::SetBackground(color)),
            ("Add current colour", Command::AddSwatch),
            ("Remove from palette", Command::RemoveSwatch(index)),
        ];
        for (words, command) in entries {
            if ui.add(Button::new(words).frame(false)).clicked() {
                frame.ask(command);
                ui.close();
            }
        }
    });
}
