//! Words and what becomes of them.

mod style;

use crate::editor::generation::{
    GenerateCommand as G, GenerateOptions, Intent, Kind, MAX_WORDS, Scope, Sees, next_seed,
    options::MAX_BATCH, words_of,
};
use crate::editor::tool::ToolKind;
use crate::editor::{Action, Command, LayerCommand};
use crate::generate::prompt::TokenCount;
use crate::generate::region::strength::{MIN_STEPS, steps_for_strength};
use crate::ui::focus;
use crate::ui::widgets::{Frame, icon_button};
use crate::ui::{icons, keys};
use eframe::egui::{
    Button, ComboBox, DragValue, ProgressBar, Rect, RichText, ScrollArea, Sense, Slider, Stroke, StrokeKind,
    TextEdit, TextureHandle, Ui, vec2,
};
use std::path::PathBuf;

/// What the panel remembers.
#[derive(Default)]
pub struct GeneratePanel {
    /// The style picture as it is shown, by its file.
    style: Option<(PathBuf, TextureHandle)>,
    /// The name that a style is to be saved under.
    style_name: String,
}

impl GeneratePanel {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        if !frame.editor.generation().available() {
            ui.label("This program was built without anything that runs a model.");
            return;
        }
        let before = frame.editor.generation().options.clone();
        let mut options = before.clone();
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            choices(ui, frame, &mut options);
            words(ui, frame, &mut options);
            wanted(ui, &mut options);
            amount(ui, frame, &mut options);
            run(ui, frame, &mut options);
            change(ui, frame);
            self.style(ui, frame, &mut options);
            layer_words(ui, frame);
            larger(ui, frame);
            live(ui, frame, &mut options);
            self.advanced(ui, frame, &mut options);
            queue(ui, frame);
            focus::follow(ui);
        });
        if options != before {
            frame.ask(Command::Generate(G::SetOptions(Box::new(options))));
        }
    }
}

/// Words that apply where the active layer has paint.
fn layer_words(ui: &mut Ui, frame: &mut Frame) {
    let Some(layer) = frame.editor.active_layer() else { return };
    let (id, mut words) = (layer.id, words_of(layer).to_owned());
    let name: String = layer.name.chars().take(24).collect();
    let hint = format!("Only where “{name}” has paint");
    let field =
        TextEdit::singleline(&mut words).hint_text(hint).desired_width(f32::INFINITY).char_limit(MAX_WORDS);
    let response = ui.add(field).on_hover_text(
        "Words of the layer: they take the place of the prompt where it has paint. They are saved with it.",
    );
    if response.accessible_name("Words of the layer").changed() {
        frame.ask(Command::Layer(id, LayerCommand::Words(words)));
    }
    let doc = frame.editor.doc();
    let worded = doc.layers().iter().filter(|l| l.visible && !words_of(l).trim().is_empty());
    let names: Vec<&str> = worded.map(|l| l.name.as_str()).collect();
    if !names.is_empty() {
        ui.label(RichText::new(format!("Layers with words: {}", names.join(", "))).weak().small());
    }
}

/// Refining and enlarging.
fn larger(ui: &mut Ui, frame: &mut Frame) {
    ui.horizontal_wrapped(|ui| {
        let buttons = [
            ("Refine", Action::Refine, "Repaints the frame a little (30 %), in tiles where it is large"),
            (
                "Mend seam",
                Action::MendSeam,
                "Repaints a band along the selection's border, or along the edge of the chosen layer: hides the edge of \
                 what was pasted",
            ),
            (
                "Enlarge 2×",
                Action::UpscaleTwice,
                "Enlarges page or selection and repaints it in tiles: a new document",
            ),
            ("4×", Action::UpscaleFourTimes, "Enlarges page or selection four times: a new document"),
        ];
        for (words, action, hint) in buttons {
            let button = ui.button(words).accessible_name(action.label()).on_hover_text(hint);
            if button.clicked() {
                frame.act(action);
            }
        }
    });
}

fn choices(ui: &mut Ui, frame: &Frame, options: &mut GenerateOptions) {
    ui.horizontal(|ui| {
        let styles = options.styles();
        let combo = ComboBox::from_id_salt("style").selected_text(options.style.name.clone()).width(100.0);
        let response = combo.show_ui(ui, |ui| {
            for style in styles {
                if ui.selectable_label(style.name == options.style.name, &style.name).clicked() {
                    options.style = style;
                }
            }
        });
        response
            .response
            .on_hover_text("Style: model, words, sampler and finish in one")
            .accessible_name("Style");
        let combo = ComboBox::from_id_salt("model").selected_text(options.model().to_owned()).width(110.0);
        let response = combo.show_ui(ui, |ui| {
            for choice in &frame.editor.generation().choices {
                let loaded = frame.editor.generation().loaded() == Some(choice.id.as_str());
                let name = if loaded { format!("{} (loaded)", choice.name) } else { choice.name.clone() };
                if ui.selectable_label(choice.id == options.model(), name).clicked() {
                    options.choose_model(&choice.id);
                }
            }
        });
        response.response.on_hover_text("Model").accessible_name("Model");
    });
    let generation = frame.editor.generation();
    let loaded = generation.loaded() == Some(options.model());
    if let Some(weights) = generation.weights_need() {
        let state = if loaded { "loaded, holds" } else { "not loaded yet, will hold" };
        let words = format!("{state} {}", bytes(weights));
        let hint = "The model's weights in memory. One model is held at a time: another one takes its place when it paints.";
        ui.label(RichText::new(words).weak().small()).on_hover_text(hint);
    }
}

fn words(ui: &mut Ui, frame: &Frame, options: &mut GenerateOptions) {
    let count = frame.editor.generation().word_count();
    let hint = "What to paint. {red|blue} takes one by chance, __colours__ a line of wildcards/colours.txt.";
    let field =
        TextEdit::multiline(&mut options.prompt).hint_text(hint).desired_rows(3).desired_width(f32::INFINITY);
    ui.add(field).accessible_name("Prompt");
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("prompts").selected_text("Earlier prompts").width(120.0);
        let response = combo.show_ui(ui, |ui| {
            for prompt in options.history.clone() {
                let short: String = prompt.chars().take(60).collect();
                if ui.selectable_label(false, short).clicked() {
                    options.prompt = prompt;
                }
            }
        });
        response.response.accessible_name("Earlier prompts");
        tokens(ui, "Prompt tokens", count.and_then(|c| c.prompt.as_ref()));
    });
    let field =
        TextEdit::singleline(&mut options.negative).hint_text("What to avoid").desired_width(f32::INFINITY);
    ui.add(field).accessible_name("Negative prompt");
    if !options.avoided().is_empty() {
        ui.horizontal(|ui| tokens(ui, "Negative tokens", count.and_then(|c| c.negative.as_ref())));
    }
}

/// How many tokens a text is, with a mark for each window of the text encoder: how full it is.
fn tokens(ui: &mut Ui, name: &str, count: Option<&TokenCount>) {
    let Some(count) = count else { return };
    let text = RichText::new(count.to_string()).weak().small();
    let hint = "Tokens of the words with those of the style. The model reads them in windows; a phrase that lies \
                across two is read apart. BREAK begins a new window.";
    ui.label(text).on_hover_text(hint).accessible_name(format!("{name}: {count}"));
    for used in count.used.iter().take(12) {
        let (rect, _) = ui.allocate_exact_size(vec2(18.0, 6.0), Sense::hover());
        let color = ui.visuals().weak_text_color();
        ui.painter().rect_stroke(rect, 1.0, Stroke::new(1.0, color), StrokeKind::Inside);
        let part = (*used as f32 / count.window.max(1) as f32).min(1.0);
        let full = Rect::from_min_size(rect.min, vec2(rect.width() * part, rect.height()));
        ui.painter().rect_filled(full, 1.0, color);
    }
}

/// What the list of intents shows while it is closed: alone, "Automatic" would not say what is automatic.
fn intent_words(intent: Intent) -> &'static str {
    if intent == Intent::Auto { "Fill or expand" } else { intent.label() }
}

/// What is wanted where something is marked, and how much the model looks at.
fn wanted(ui: &mut Ui, options: &mut GenerateOptions) {
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("intent").selected_text(intent_words(options.intent)).width(120.0);
        let response = combo.show_ui(ui, |ui| {
            for intent in Intent::ALL {
                let choice = ui.selectable_value(&mut options.intent, intent, intent.label());
                choice.on_hover_text(intent.help());
            }
        });
        response.response.on_hover_text(options.intent.help()).accessible_name("Intent");
        let combo = ComboBox::from_id_salt("sees").selected_text(format!("sees {}", options.sees.label().to_lowercase())).width(80.0);
        let response = combo.show_ui(ui, |ui| {
            for sees in Sees::ALL {
                ui.selectable_value(&mut options.sees, sees, sees.label());
            }
        });
        let hint = "Context: how much of the picture the model looks at. A dotted line on the canvas shows it where \
                    it is not the frame.";
        response.response.on_hover_text(hint).accessible_name("Context");
    });
}

fn amount(ui: &mut Ui, frame: &Frame, options: &mut GenerateOptions) {
    let painted = frame.editor.doc().change.is_some();
    ui.add_enabled_ui(!painted, |ui| {
        let mut percent = options.strength * 100.0;
        let slider = Slider::new(&mut percent, 1.0..=100.0).suffix(" %").fixed_decimals(0).text("Creativity");
        let response = ui.add(slider);
        if response.changed() {
            options.strength = percent / 100.0;
        }
        response.on_hover_text("How much may change: 100 % ignores what is there").on_disabled_hover_text(
            "The change mask says how much may change: clear it to use one strength for everything",
        );
    });
    let (steps, start) = steps_for_strength(options.style.steps, options.strength, MIN_STEPS);
    let note = if painted {
        "as painted on the change mask".to_owned()
    } else {
        format!("{} of {steps} steps", steps - start)
    };
    ui.label(RichText::new(note).weak().small());
}

fn run(ui: &mut Ui, frame: &mut Frame, options: &mut GenerateOptions) {
    let progress = frame.editor.generation().progress().filter(|p| p.kind != Kind::Live);
    let keys = keys::shown(frame.editor.settings(), Action::Generate);
    ui.horizontal(|ui| {
        let label = RichText::new(format!("{} Generate", icons::SPARKLE)).strong();
        let button = Button::new(label).min_size(vec2(120.0, 28.0));
        let response = ui.add(button).accessible_name("Generate").on_hover_text(keys);
        if response.clicked() {
            frame.ask(Command::Generate(G::Start));
        }
        let batch = DragValue::new(&mut options.batch).range(1..=MAX_BATCH).prefix("× ");
        ui.add(batch).on_hover_text("Pictures at once").accessible_name("Batch");
        if progress.is_some() {
            let stop = ui.button("Stop").on_hover_text("Stops the picture that is being made (Escape)");
            if stop.clicked() {
                frame.ask(Command::Generate(G::Cancel));
            }
        }
    });
    ui.horizontal(|ui| {
        ui.add(DragValue::new(&mut options.seed).prefix("seed ")).accessible_name("Seed");
        let lock = if options.seed_locked { icons::LOCK } else { icons::UNLOCK };
        if icon_button(ui, lock, "Lock seed", options.seed_locked).clicked() {
            options.seed_locked = !options.seed_locked;
        }
        if icon_button(ui, icons::DICE, "New seed", false).clicked() {
            options.seed = next_seed(options.seed);
        }
    });
    if let Some(need) = frame.editor.generation().memory_need(frame.editor.doc()) {
        let words = format!("needs about {} of memory", bytes(need));
        let hint = "At its peak, weights and all. What does not fit is made with less: prompts one after the other, \
                    small tiles, then a smaller picture that is enlarged; a notice says so.";
        ui.label(RichText::new(words).weak().small()).on_hover_text(hint);
    }
    if let Some(p) = progress {
        let part = if p.steps > 0 { p.step as f32 / p.steps as f32 } else { 0.0 };
        let left = p.secs_left.map(|s| format!(" · {s:.1} s left")).unwrap_or_default();
        let pass = if p.passes.1 > 1 { format!(" {} of {}", p.passes.0, p.passes.1) } else { String::new() };
        let text = if p.stopping { "stopping".to_owned() } else { format!("{}{pass}{left}", p.stage) };
        ui.add(ProgressBar::new(part).text(text).desired_height(16.0));
    }
}

fn change(ui: &mut Ui, frame: &mut Frame) {
    ui.separator();
    ui.horizontal(|ui| {
        ui.label("Change mask");
        let brush = frame.editor.tool() == ToolKind::Change;
        if icon_button(ui, icons::SELECT_BRUSH, Action::ToolChange.label(), brush).clicked() {
            frame.act(Action::ToolChange);
        }
        let ask = |frame: &mut Frame, command| frame.ask(Command::Generate(command));
        if icon_button(ui, icons::SELECT_RECT, "Change mask from selection", false).clicked() {
            ask(frame, G::ChangeFromSelection);
        }
        let painted = frame.editor.doc().change.is_some();
        ui.add_enabled_ui(painted, |ui| {
            if icon_button(ui, icons::SELECT_ALL, "Selection from change mask", false).clicked() {
                ask(frame, G::SelectionFromChange);
            }
            if icon_button(ui, icons::PLUS, "Grow change mask", false).clicked() {
                ask(frame, G::GrowChange(8));
            }
            if icon_button(ui, icons::MINUS, "Shrink change mask", false).clicked() {
                ask(frame, G::GrowChange(-8));
            }
            if icon_button(ui, icons::DROP, "Feather change mask", false).clicked() {
                ask(frame, G::FeatherChange(8.0));
            }
            if icon_button(ui, icons::TRASH, "Clear change mask", false).clicked() {
                ask(frame, G::ClearChange);
            }
        });
    });
}

fn live(ui: &mut Ui, frame: &mut Frame, options: &mut GenerateOptions) {
    ui.horizontal(|ui| {
        ui.checkbox(&mut options.live.on, "Live painting").on_hover_text("Every stroke makes a new picture");
        if options.live.on && ui.button("Keep").on_hover_text("Makes the live picture a layer").clicked() {
            frame.ask(Command::Generate(G::AcceptLive));
        }
    });
    if options.live.on {
        ui.add(Slider::new(&mut options.live.strength, 0.05..=1.0).text("Live strength"));
        ui.add(Slider::new(&mut options.live.opacity, 0.0..=1.0).text("Live opacity"));
        ui.add(Slider::new(&mut options.live.steps, 2..=30).text("Live steps"));
    }
}

/// Bytes in words.
fn bytes(n: u64) -> String {
    let mib = n as f64 / f64::from(1 << 20);
    if mib < 1000.0 { format!("{mib:.0} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}

const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Auto => "Selection, empty canvas, or all",
        Scope::Frame => "The whole frame",
        Scope::Empty => "Empty canvas only",
        Scope::Others => "All but what is marked",
    }
}

fn queue(ui: &mut Ui, frame: &mut Frame) {
    let waiting: Vec<_> = frame
        .editor
        .generation()
        .waiting()
        .filter(|w| w.kind != Kind::Live)
        .map(|w| (w.number, w.request.prompt.clone(), w.request.seed))
        .collect();
    if waiting.is_empty() {
        return;
    }
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(format!("{} waiting", waiting.len()));
        let mut paused = frame.editor.generation().paused();
        if ui.checkbox(&mut paused, "Pause queue").changed() {
            frame.ask(Command::Generate(G::Pause(paused)));
        }
        if ui.button("Clear queue").clicked() {
            frame.ask(Command::Generate(G::CancelAll));
        }
    });
    for (i, (number, prompt, seed)) in waiting.into_iter().enumerate().take(20) {
        ui.horizontal(|ui| {
            if icon_button(ui, icons::UP, &format!("Move job {} up", i + 1), false).clicked() && i > 0 {
                frame.ask(Command::Generate(G::Move(number, i - 1)));
            }
            if icon_button(ui, icons::CLOSE, &format!("Remove job {}", i + 1), false).clicked() {
                frame.ask(Command::Generate(G::Remove(number)));
            }
            let short: String = prompt.chars().take(28).collect();
            ui.label(RichText::new(format!("{short} ({seed})")).small());
        });
    }
}
