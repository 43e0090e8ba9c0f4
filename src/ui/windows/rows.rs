//! Rows of windows: a word at the left, what it names at the right.

use eframe::egui::emath::Numeric;
use eframe::egui::{DragValue, Response, Role, Slider, Ui, WidgetInfo, vec2};
use std::ops::RangeInclusive;

/// Width of the words in points.
const WORDS: f32 = 104.0;

/// A word and something beside it, which should be given the word as its name.
pub fn row<R>(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(WORDS, ui.spacing().interact_size.y), egui_sense());
        let text = eframe::egui::Label::new(label).truncate().selectable(false);
        ui.place(rect, AtLeft(text));
        add(ui)
    })
    .inner
}

const fn egui_sense() -> eframe::egui::Sense {
    eframe::egui::Sense::HOVER
}

/// A label that begins at the left of its place.
struct AtLeft(eframe::egui::Label);

impl eframe::egui::Widget for AtLeft {
    fn ui(self, ui: &mut Ui) -> Response {
        let layout = eframe::egui::Layout::left_to_right(eframe::egui::Align::Center);
        ui.with_layout(layout, |ui| ui.add(self.0)).inner
    }
}

/// How a number is shown.
#[derive(Clone, Copy)]
pub struct Look {
    /// After the number.
    pub suffix: &'static str,
    /// Digits after the point.
    pub decimals: usize,
    /// The slider's steps are equal ratios.
    pub logarithmic: bool,
}

impl Look {
    /// A whole number.
    pub const WHOLE: Self = Self { suffix: "", decimals: 0, logarithmic: false };
    /// A number with two digits after the point.
    pub const FINE: Self = Self { suffix: "", decimals: 2, logarithmic: false };
    /// Pixels.
    pub const PIXELS: Self = Self { suffix: " px", decimals: 0, logarithmic: true };
}

/// A slider with its number.
pub fn slider<N: Numeric>(
    ui: &mut Ui,
    label: &str,
    tip: &str,
    value: &mut N,
    range: RangeInclusive<N>,
    look: Look,
) -> Response {
    row(ui, label, |ui| {
        ui.spacing_mut().slider_width = (ui.available_width() - 78.0).max(60.0);
        let slider = Slider::new(value, range)
            .suffix(look.suffix)
            .max_decimals(look.decimals)
            .logarithmic(look.logarithmic);
        ui.add(slider).accessible_name(label).on_hover_text(tip)
    })
}

/// A percentage of a number between 0 and 1 (or -1 and 1).
pub fn percent(ui: &mut Ui, label: &str, tip: &str, value: &mut f32, range: RangeInclusive<f32>) -> Response {
    let mut shown = *value * 100.0;
    let range = range.start() * 100.0..=range.end() * 100.0;
    let look = Look { suffix: " %", decimals: 0, logarithmic: false };
    let response = slider(ui, label, tip, &mut shown, range, look);
    if response.changed() {
        *value = shown / 100.0;
    }
    response
}

/// A number to be typed or dragged.
pub fn number<N: Numeric>(
    ui: &mut Ui,
    label: &str,
    value: &mut N,
    range: RangeInclusive<N>,
    speed: f64,
    look: Look,
) -> Response {
    let drag =
        DragValue::new(value).range(range).speed(speed).suffix(look.suffix).max_decimals(look.decimals);
    let response = ui.add_sized(vec2(70.0, ui.spacing().interact_size.y), drag);
    response.accessible_name(label)
}

/// Gives a field the focus, with its text selected: what is typed replaces it.
pub fn take_focus(response: &Response) {
    use eframe::egui::text::{CCursor, CCursorRange};
    use eframe::egui::text_edit::TextEditState;
    response.request_focus();
    let mut state = TextEditState::load(&response.ctx, response.id).unwrap_or_default();
    // The end is cut to the length of the text.
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), CCursor::new(64))));
    state.store(&response.ctx, response.id);
}

/// A box to tick, in the column of the values.
pub fn tick(ui: &mut Ui, label: &str, tip: &str, value: &mut bool) -> Response {
    row(ui, "", |ui| ui.checkbox(value, label).on_hover_text(tip))
}

/// One of several words.
pub fn choice<T: PartialEq + Copy>(ui: &mut Ui, label: &str, value: &mut T, of: &[(T, &str)]) -> bool {
    row(ui, label, |ui| {
        let mut changed = false;
        let word = of.iter().find(|(v, _)| v == value).map_or("", |(_, word)| *word);
        let width = ui.available_width().min(220.0);
        let combo = eframe::egui::ComboBox::from_id_salt(label).selected_text(word).width(width);
        let response = combo
            .show_ui(ui, |ui| {
                for (v, word) in of {
                    changed |= ui.selectable_value(value, *v, *word).changed();
                }
            })
            .response;
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, true, label);
            info.current_text_value = Some(word.to_owned());
            info
        });
        changed
    })
}

/// A number of chance with a button for another one.
pub fn dice(ui: &mut Ui, seed: &mut u64) -> bool {
    row(ui, "Seed", |ui| {
        let mut shown = *seed % 1_000_000;
        let mut changed = number(ui, "Seed", &mut shown, 0..=999_999, 1.0, Look::WHOLE).changed();
        if changed {
            *seed = shown;
        }
        if crate::ui::widgets::icon_button(ui, crate::ui::icons::DICE, "Another seed", false).clicked() {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
                % 1_000_000;
            changed = true;
        }
        changed
    })
}
