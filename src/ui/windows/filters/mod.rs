//! The windows of filters: settings on the left of their effect, which the canvas shows while they change.
//!
//! The settings themselves are the editor's previewed operation; here is only what is no part of it.

mod curves;
mod levels;
mod plot;
mod restroke;

use super::dialog::{Dialog, Outcome, Place};
use super::rows::{self, Look};
use crate::editor::histogram::Histogram;
use crate::editor::work::Operation;
use crate::editor::{Command, DocId};
use crate::paint::filter::Filter;
use crate::ui::widgets::Frame;
use crossbeam_channel::{Receiver, bounded};
use eframe::egui::{Context, Ui};

/// What the filter windows remember while one is open.
#[derive(Default)]
pub struct Filters {
    open: Option<Open>,
}

struct Open {
    document: DocId,
    name: &'static str,
    histogram: Option<Histogram>,
    counting: Option<Receiver<Histogram>>,
    curves: curves::CurvesView,
    /// The first frame: the first field takes the focus.
    fresh: bool,
}

impl Filters {
    /// Draws the window of the operation that is previewed. Returns whether one was closed in this frame.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        let Some((operation, ready)) = frame.editor.previewed() else {
            return self.open.take().is_some();
        };
        if !matches!(operation, Operation::Filter(..) | Operation::Restroke(..)) || !has_settings(operation) {
            return self.open.take().is_some();
        }
        let operation = operation.clone();
        let key = (frame.editor.open().id, operation.name());
        if self.open.as_ref().is_none_or(|open| (open.document, open.name) != key) {
            self.open = Some(Open::new(ctx, frame, key.0, &operation));
        }
        let Some(open) = &mut self.open else { return false };
        open.take_histogram();
        open.draw(ctx, frame, operation, ready)
    }
}

/// Whether there is anything to be set; the others are applied at once.
fn has_settings(operation: &Operation) -> bool {
    !matches!(operation, Operation::Filter(_, Filter::Invert))
}

impl Open {
    fn new(ctx: &Context, frame: &Frame, document: DocId, operation: &Operation) -> Self {
        let wants = matches!(operation, Operation::Filter(_, Filter::Levels { .. } | Filter::Curves { .. }));
        let layer = match operation {
            Operation::Filter(id, _) => frame.editor.doc().layer(*id),
            _ => None,
        };
        let pixels = layer.and_then(|l| l.pixels()).filter(|_| wants).cloned();
        let counting = pixels.and_then(|pixels| {
            let (send, receive) = bounded(1);
            let selection = frame.editor.doc().selection.clone();
            let ctx = ctx.clone();
            let count = move || {
                let _ = send.send(Histogram::of(&pixels, selection.as_ref()));
                ctx.request_repaint();
            };
            // Without a thread there is no histogram; everything else works.
            std::thread::Builder::new().name("scumble-histogram".into()).spawn(count).ok().map(|_| receive)
        });
        let curves = curves::CurvesView::default();
        Self { document, name: operation.name(), histogram: None, counting, curves, fresh: true }
    }

    fn take_histogram(&mut self) {
        if let Some(histogram) = self.counting.as_ref().and_then(|c| c.try_recv().ok()) {
            self.histogram = Some(histogram);
            self.counting = None;
        }
    }

    fn draw(&mut self, ctx: &Context, frame: &mut Frame, operation: Operation, ready: bool) -> bool {
        let (visible, applying) = frame.editor.preview_state();
        let mut changed = operation.clone();
        let mut show = visible;
        let mut reset = false;
        let width = match &operation {
            Operation::Restroke(..) => 340.0,
            _ => 320.0,
        };
        let dialog =
            Dialog { title: self.name, finish: Some("Apply"), ready: !applying, width, place: Place::Corner };
        let (fresh, histogram, curves) = (self.fresh, self.histogram.as_ref(), &mut self.curves);
        let brushes = frame.editor.brushes();
        let outcome = dialog.show(
            ctx,
            |ui| {
                ui.add_enabled_ui(!applying, |ui| match &mut changed {
                    Operation::Filter(_, filter) => settings(ui, filter, histogram, curves, fresh),
                    Operation::Restroke(_, settings) => restroke::show(ui, settings, brushes, fresh),
                    _ => {}
                });
                ui.add_space(2.0);
                ui.horizontal(|ui| {
                    ui.checkbox(&mut show, "Preview").on_hover_text("Shows the effect on the canvas");
                    let before =
                        ui.button("Before").on_hover_text("Hold to see the picture without the effect");
                    if before.is_pointer_button_down_on() {
                        show = false;
                    } else if before.drag_stopped()
                        || before.clicked()
                        || (!visible && before.hovered() && released(ui))
                    {
                        show = true;
                    }
                    if !ready {
                        ui.spinner();
                        ui.label(if applying { "Applying…" } else { "Computing…" });
                    }
                });
            },
            |ui| {
                reset = ui.button("Reset").on_hover_text("The settings as they come").clicked();
            },
        );
        self.fresh = false;
        if show != visible {
            frame.ask(Command::ShowPreview(show));
        }
        if reset {
            changed = operation.as_it_comes();
        }
        if changed != operation {
            frame.ask(Command::Preview(changed));
        }
        match outcome {
            Outcome::Open => false,
            Outcome::Done => {
                frame.ask(Command::ApplyPreview);
                true
            }
            Outcome::Cancelled => {
                frame.ask(Command::CancelPreview);
                true
            }
        }
    }
}

fn released(ui: &Ui) -> bool {
    ui.input(|i| i.pointer.any_released())
}

fn settings(
    ui: &mut Ui,
    filter: &mut Filter,
    histogram: Option<&Histogram>,
    curves: &mut curves::CurvesView,
    fresh: bool,
) {
    let first = match filter {
        Filter::Levels { black, white, gamma, out_black, out_white } => {
            let mut levels =
                levels::Levels { black: *black, white: *white, gamma: *gamma, out: [*out_black, *out_white] };
            let first = levels.show(ui, histogram);
            (*black, *white, *gamma) = (levels.black, levels.white, levels.gamma);
            [*out_black, *out_white] = levels.out;
            Some(first)
        }
        Filter::Curves { all, channels } => {
            curves.show(ui, all, channels, histogram);
            None
        }
        Filter::HueSaturation { hue, saturation, lightness } => {
            let mut degrees = *hue * 360.0;
            let look = Look { suffix: "°", decimals: 0, logarithmic: false };
            let first = rows::slider(ui, "Hue", "Turns all hues", &mut degrees, -180.0..=180.0, look);
            if first.changed() {
                *hue = degrees / 360.0;
            }
            rows::percent(ui, "Saturation", "-100 % is grey, 100 % twice as strong", saturation, -1.0..=1.0);
            rows::percent(ui, "Lightness", "-100 % is black, 100 % white", lightness, -1.0..=1.0);
            Some(first)
        }
        Filter::Blur { sigma_px } => {
            let look = Look { suffix: " px", decimals: 1, logarithmic: true };
            let tip = "Standard deviation: details smaller than this go";
            Some(rows::slider(ui, "Radius", tip, sigma_px, 0.1..=500.0, look))
        }
        Filter::Sharpen { sigma_px, amount } => {
            let look = Look { suffix: " px", decimals: 1, logarithmic: true };
            let first = rows::slider(
                ui,
                "Radius",
                "How wide the edges are that are sharpened",
                sigma_px,
                0.1..=100.0,
                look,
            );
            rows::percent(ui, "Amount", "How much they are sharpened", amount, 0.0..=5.0);
            Some(first)
        }
        Filter::Noise { amount, monochrome, seed } => {
            let first = rows::percent(ui, "Amount", "The largest change of a tone", amount, 0.0..=1.0);
            rows::tick(ui, "The same for all channels", "Grey noise rather than coloured", monochrome);
            rows::dice(ui, seed);
            Some(first)
        }
        Filter::Invert => None,
    };
    match (first, &filter) {
        (Some(first), Filter::Levels { .. }) if fresh => rows::take_focus(&first),
        (Some(first), _) if fresh => first.request_focus(),
        _ => {}
    }
}
