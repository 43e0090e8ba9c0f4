//! What is set for the active layer: blend mode, opacity, locks.

use crate::document::{BlendMode, Layer};
use crate::editor::{Action, Command, LayerCommand};
use crate::ui::bars::Bar;
use crate::ui::icons;
use crate::ui::widgets::{Frame, action_button};
use eframe::egui::{ComboBox, Event, EventFilter, Key, Ui, WidgetInfo};

/// Draws it.
pub fn show(ui: &mut Ui, frame: &mut Frame) {
    let layer = frame.editor.active_layer().cloned();
    ui.add_enabled_ui(layer.is_some(), |ui| {
        ui.horizontal(|ui| {
            tight(ui);
            let buttons = 3.0 * 28.0;
            blend(ui, frame, layer.as_ref(), (ui.available_width() - buttons).max(80.0));
            action_button(ui, frame, icons::LOCK, Action::ToggleLock);
            action_button(ui, frame, icons::CHECKERBOARD, Action::ToggleAlphaLock);
            action_button(ui, frame, icons::CLIP, Action::ToggleClipping);
        });
        let mut opacity = layer.as_ref().map_or(1.0, |l| l.opacity);
        let bar =
            Bar::new("Opacity", &mut opacity, 0.0..=1.0).name("Layer opacity").percent().text_width(52.0);
        if bar.show(ui).changed
            && let Some(layer) = &layer
        {
            frame.ask(Command::Layer(layer.id, LayerCommand::Opacity(opacity)));
        }
    });
}

/// Icon buttons side by side without much air: a panel may be narrow.
pub fn tight(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.x = 3.0;
    ui.spacing_mut().button_padding.x = 3.0;
}

/// Whether a line stands above the mode in the list.
const fn starts_group(mode: BlendMode) -> bool {
    matches!(
        mode,
        BlendMode::Darken | BlendMode::Lighten | BlendMode::Overlay | BlendMode::Difference | BlendMode::Hue
    )
}

/// The modes that the layer may have.
fn modes(group: bool) -> Vec<BlendMode> {
    BlendMode::ALL.into_iter().filter(|mode| group || *mode != BlendMode::PassThrough).collect()
}

fn blend(ui: &mut Ui, frame: &mut Frame, layer: Option<&Layer>, width: f32) {
    let now = layer.map_or(BlendMode::Normal, |l| l.blend);
    let modes = modes(layer.is_some_and(|l| l.pixels().is_none()));
    let mut chosen = now;
    let combo =
        ComboBox::from_id_salt("blend mode").selected_text(now.name()).width(width - 8.0).height(520.0);
    let response = combo
        .show_ui(ui, |ui| {
            for mode in &modes {
                if starts_group(*mode) {
                    ui.separator();
                }
                let response = ui.selectable_label(*mode == now, mode.name());
                if response.clicked() {
                    chosen = *mode;
                }
                if *mode == now {
                    response.scroll_to_me(None);
                }
            }
        })
        .response;
    let enabled = response.enabled();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(eframe::egui::Role::ComboBox, enabled, "Blend mode");
        info.current_text_value = Some(now.name().to_owned());
        info
    });
    let response = response.on_hover_text("Blend mode: the wheel and the arrow keys step through");
    // The wheel over it and arrow keys on it try one after the other.
    let mut steps = 0i64;
    if response.hovered() {
        steps += ui.input(|i| {
            let down = |e: &Event| match e {
                Event::MouseWheel { delta, .. } if delta.y < 0.0 => 1,
                Event::MouseWheel { delta, .. } if delta.y > 0.0 => -1,
                _ => 0,
            };
            i.events.iter().map(down).sum::<i64>()
        });
    }
    if response.has_focus() {
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        steps += ui.input(|i| i.num_presses(Key::ArrowDown) as i64 - i.num_presses(Key::ArrowUp) as i64);
    }
    if steps != 0 && response.enabled() {
        let at = modes.iter().position(|m| *m == chosen).unwrap_or(0) as i64;
        chosen = modes[(at + steps).clamp(0, modes.len() as i64 - 1) as usize];
    }
    if let Some(layer) = layer.filter(|_| chosen != now) {
        frame.ask(Command::Layer(layer.id, LayerCommand::Blend(chosen)));
    }
}
