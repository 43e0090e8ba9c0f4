//! The windows over the canvas, worked as a person would: by keys and labels.

use crate::support::Window;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use scumble::color::Rgba;
use scumble::document::Document;
use scumble::document::rgba8::straight8;
use scumble::editor::settings::Theme;
use scumble::editor::tool::ToolKind;
use scumble::editor::work::Operation;
use scumble::editor::{Action, Command};
use scumble::generate::fake::Script;
use scumble::paint::filter::Filter;

const CTRL: Modifiers = Modifiers::COMMAND;

fn step_name(window: &Window) -> String {
    let history = &window.app().editor.open().history;
    history.names().nth(history.current()).unwrap().to_owned()
}

fn type_text(window: &mut Window, text: &str) {
    window.harness.event(Event::Text(text.into()));
    window.steps(2);
}

fn press(window: &mut Window, label: &str) {
    window.harness.get_by_label(label).click();
    window.steps(3);
}

/// A red square on the active layer.
fn red_square(window: &mut Window) {
    window.command(Command::SetColor { color: Rgba::rgb(0.5, 0.25, 0.25), settled: true });
    window.act(Action::SelectAll);
    window.command(Command::GrowSelection(-362));
    window.act(Action::FillForeground);
    window.act(Action::Deselect);
}

fn middle(doc: &Document) -> [u8; 4] {
    straight8(doc.layer(doc.active.unwrap()).unwrap().pixels().unwrap().pixel(512, 512))
}

#[test]
fn the_palette_runs_what_is_typed() {
    let mut window = Window::new();
    let before = window.app().editor.doc().layers().len();
    window.key(CTRL | Modifiers::SHIFT, Key::P);
    type_text(&mut window, "new layer");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.app().editor.doc().layers().len(), before + 1);
    assert!(window.harness.query_by_label("Search commands").is_none(), "the palette is still open");
    // Brushes too; letters with gaps; and what was run last comes first.
    window.key(CTRL | Modifiers::SHIFT, Key::P);
    type_text(&mut window, "brush oil");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.app().editor.brushes().brush().name, "Oil");
    window.key(CTRL | Modifiers::SHIFT, Key::P);
    window.key(Modifiers::NONE, Key::ArrowDown);
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.app().editor.doc().layers().len(), before + 2);
    window.key(CTRL | Modifiers::SHIFT, Key::P);
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.harness.query_by_label("Search commands").is_none());
}

#[test]
fn a_filter_is_previewed_applied_undone_and_cancelled() {
    let mut window = Window::new();
    red_square(&mut window);
    assert_eq!(middle(window.app().editor.doc()), [128, 64, 64, 255]);
    window.key(CTRL, Key::L);
    window.until("the preview", |app| app.editor.previewed().is_some_and(|(_, ready)| ready));
    assert!(window.harness.query_by_label("Black point").is_some(), "no window of levels");
    let Some((Operation::Filter(id, _), _)) = window.app().editor.previewed() else { panic!("no filter") };
    let id = *id;
    let levels = Filter::Levels { black: 0.0, white: 0.5, gamma: 1.0, out_black: 0.0, out_white: 1.0 };
    window.command(Command::Preview(Operation::Filter(id, levels)));
    window.until("the preview", |app| app.editor.previewed().is_some_and(|(_, ready)| ready));
    assert_eq!(middle(window.app().editor.shown())[0], 255);
    assert_eq!(middle(window.app().editor.doc())[0], 128, "the picture itself is not changed yet");
    // Compared with the picture without it.
    press(&mut window, "Preview");
    assert_eq!(middle(window.app().editor.shown())[0], 128);
    press(&mut window, "Preview");
    assert_eq!(middle(window.app().editor.shown())[0], 255);
    press(&mut window, "Reset");
    window.until("the preview", |app| app.editor.previewed().is_some_and(|(_, ready)| ready));
    assert_eq!(middle(window.app().editor.shown())[0], 128);
    // Applied while it is being computed.
    window.command(Command::Preview(Operation::Filter(id, Filter::Blur { sigma_px: 3.0 })));
    press(&mut window, "Apply");
    window.until("applying", |app| app.editor.previewed().is_none());
    window.steps(3);
    assert_eq!(step_name(&window), "Gaussian blur");
    assert!(window.harness.query_by_label("Apply").is_none(), "the window is still open");
    window.key(CTRL, Key::Z);
    assert_eq!(step_name(&window), "Deselect");
    // Cancelled.
    window.key(CTRL, Key::U);
    window.steps(2);
    assert!(window.app().editor.previewed().is_some());
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.app().editor.previewed().is_none());
    assert_eq!(step_name(&window), "Deselect");
}

#[test]
fn enter_applies_from_a_slider() {
    let mut window = Window::new();
    red_square(&mut window);
    window.act(Action::FilterHueSaturation);
    window.steps(2);
    // The first slider has the focus.
    window.key(Modifiers::NONE, Key::ArrowRight);
    window.key(Modifiers::NONE, Key::Enter);
    window.until("applying", |app| app.editor.previewed().is_none());
    assert_eq!(step_name(&window), "Hue and saturation");
}

#[test]
fn a_filter_stays_within_the_selection() {
    let mut window = Window::new();
    red_square(&mut window);
    window.act(Action::SelectAll);
    window.command(Command::GrowSelection(-480));
    window.act(Action::FilterNoise);
    window.until("the preview", |app| app.editor.previewed().is_some_and(|(_, ready)| ready));
    window.key(Modifiers::NONE, Key::Enter);
    window.until("applying", |app| app.editor.previewed().is_none());
    let editor = &window.app().editor;
    let pixels = editor.active_layer().unwrap().pixels().unwrap();
    let at = |x, y| straight8(pixels.pixel(x, y));
    assert_eq!(at(450, 450), [128, 64, 64, 255], "outside of the selection");
    assert!((505..519).any(|x| at(x, 512) != [128, 64, 64, 255]), "nothing changed inside");
}

#[test]
fn a_new_picture_is_made_as_asked() {
    let mut window = Window::new();
    window.key(CTRL, Key::N);
    window.steps(2);
    press(&mut window, "Transparent");
    let was = window.app().editor.settings().new_size;
    press(&mut window, "Create");
    let editor = &window.app().editor;
    assert_eq!((editor.doc().page.width(), editor.doc().page.height()), was);
    assert_eq!(editor.doc().layers().len(), 1, "a transparent picture has no paper");
    assert!(window.harness.query_by_label("Create").is_none());
}

#[test]
fn sizes_are_typed_and_applied_by_enter() {
    let mut window = Window::new();
    window.act(Action::ImageSize);
    window.steps(2);
    type_text(&mut window, "512");
    window.key(Modifiers::NONE, Key::Enter);
    window.until("the new size", |app| app.editor.doc().page.width() == 512);
    let page = window.app().editor.doc().page;
    assert_eq!(page.height(), 512, "the proportions are kept");
    assert_eq!(step_name(&window), "Image size");
    window.act(Action::PageSize);
    window.steps(2);
    type_text(&mut window, "612");
    window.key(Modifiers::NONE, Key::Enter);
    window.steps(3);
    let page = window.app().editor.doc().page;
    assert_eq!((page.width(), page.height(), page.x0), (612, 512, -50), "{page:?}");
}

#[test]
fn settings_survive_a_restart() {
    let mut window = Window::new();
    window.act(Action::Settings);
    window.steps(2);
    press(&mut window, "Light");
    press(&mut window, "Outline of the brush");
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.harness.query_by_label("Outline of the brush").is_none(), "Escape closes the window");
    let Window { harness, folder, .. } = window;
    drop(harness);
    let window = Window::in_folder(folder);
    assert_eq!(window.app().editor.settings().theme, Theme::Light);
    assert!(!window.app().editor.settings().brush_outline);
}

#[test]
fn shortcuts_are_recorded_and_taken_from_one_another() {
    let mut window = Window::new();
    window.act(Action::Shortcuts);
    window.steps(2);
    type_text(&mut window, "zoom");
    press(&mut window, "Keys of Zoom: Z");
    window.key(Modifiers::NONE, Key::J);
    assert_eq!(window.app().editor.settings().shortcuts.get("ToolZoom").map(String::as_str), Some("J"));
    // B is the brush's.
    press(&mut window, "Keys of Zoom: J");
    window.key(Modifiers::NONE, Key::B);
    assert_eq!(window.app().editor.settings().shortcuts.len(), 1, "nothing is taken without asking");
    press(&mut window, "Use it for “Zoom”");
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::B);
    assert_eq!(window.app().editor.tool(), ToolKind::Zoom);
    window.act(Action::Shortcuts);
    window.steps(2);
    press(&mut window, "Reset all");
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::B);
    assert_eq!(window.app().editor.tool(), ToolKind::Brush);
}

#[test]
fn the_keyboard_reaches_panels_and_menus_and_returns() {
    let mut window = Window::new();
    window.steps(2);
    assert!(window.harness.get_by_label("Canvas").is_focused());
    window.key(Modifiers::NONE, Key::F6);
    window.steps(2);
    assert!(!window.harness.get_by_label("Canvas").is_focused(), "F6 did nothing");
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.harness.get_by_label("Canvas").is_focused());
    window.key(Modifiers::NONE, Key::F10);
    window.steps(2);
    assert!(window.harness.get_by_label("File").is_focused());
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::Tab);
    assert!(window.harness.query_by_label("Fit").is_none(), "the panels are still there");
    assert!(window.app().notices().any(|text| text.contains("Tab brings them back")));
    window.key(Modifiers::NONE, Key::F8);
    assert_eq!(window.app().notices().count(), 0);
    window.key(Modifiers::NONE, Key::Tab);
    assert!(window.harness.query_by_label("Fit").is_some());
}

/// What has the keyboard: its role and where it is, and its label, if it has one.
fn at_keyboard(window: &Window) -> (String, Option<String>) {
    let node = window.harness.get_by(|node| node.is_focused());
    let rect = node.rect();
    let node = node.accesskit_node();
    (format!("{:?} at {rect:?}", node.role()), node.label().filter(|label| !label.trim().is_empty()))
}

#[test]
fn every_stop_of_the_tab_key_has_a_label() {
    let mut window = Window::generating(Script::default());
    let mut unnamed = std::collections::BTreeSet::new();
    for panel in [
        Action::GoToColors,
        Action::GoToGenerate,
        Action::GoToNavigator,
        Action::GoToBrushes,
        Action::GoToLayers,
        Action::GoToHistory,
        Action::GoToZoom,
    ] {
        window.act(panel);
        window.steps(2);
        // On to the canvas, where Tab means something else.
        let mut stops = 0;
        while stops < 300 && !window.harness.get_by_label("Canvas").is_focused() {
            let (node, label) = at_keyboard(&window);
            if label.is_none() {
                unnamed.insert(format!("{panel:?}: {node}"));
            }
            window.key(Modifiers::NONE, Key::Tab);
            stops += 1;
        }
        assert!((1..300).contains(&stops), "{panel:?}: {stops} stops to the canvas");
    }
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}

#[test]
fn borders_between_panels_are_moved_by_arrow_keys() {
    let mut window = Window::new();
    window.act(Action::GoToHistory);
    window.steps(2);
    let border = "Border between Brushes and History";
    let height = |window: &Window| window.harness.get_by_label(border).rect().center().y;
    while !window.harness.get_by_label(border).is_focused() {
        window.key(Modifiers::NONE, Key::Tab);
    }
    window.steps(2);
    let before = height(&window);
    window.key(Modifiers::NONE, Key::ArrowUp);
    window.key(Modifiers::NONE, Key::ArrowUp);
    window.steps(2);
    assert!((before - height(&window) - 32.0).abs() < 2.0, "{before} {}", height(&window));
    assert!(window.harness.get_by_label(border).is_focused());
    for _ in 0..60 {
        window.key(Modifiers::NONE, Key::ArrowDown);
    }
    let lowest = height(&window);
    assert!(
        lowest > before && window.harness.get_by_label("Canvas").rect().bottom() - lowest > 40.0,
        "{lowest}"
    );
}

/// What opens a window.
const OPENING: [Action; 19] = [
    Action::NewDocument,
    Action::PageSize,
    Action::ImageSize,
    Action::GrowSelection,
    Action::FeatherSelection,
    Action::Settings,
    Action::Shortcuts,
    Action::CheatSheet,
    Action::About,
    Action::Messages,
    Action::CommandPalette,
    Action::FilterLevels,
    Action::FilterCurves,
    Action::FilterHueSaturation,
    Action::FilterBlur,
    Action::FilterSharpen,
    Action::FilterNoise,
    Action::Restroke,
    Action::BrushEditor,
];

#[test]
fn every_control_has_a_name_and_escape_closes_every_window() {
    let mut window = Window::new();
    let count = |window: &Window| window.harness.root().queryable_count();
    window.steps(2);
    let plain = count(&window);
    for action in OPENING {
        window.act(action);
        window.steps(3);
        let unnamed = window.harness.unnamed_widgets();
        assert!(unnamed.is_empty(), "{action:?}: {unnamed:#?}");
        for _ in 0..2 {
            window.key(Modifiers::NONE, Key::Escape);
        }
        window.key(Modifiers::NONE, Key::F8);
        window.steps(20);
        assert_eq!(count(&window), plain, "{action:?} left a window open");
    }
}

trait Count {
    fn queryable_count(&self) -> usize;
}

impl Count for egui_kittest::Node<'_> {
    fn queryable_count(&self) -> usize {
        use egui_kittest::kittest::NodeT;
        let windows = |n: &egui_kittest::Node| n.accesskit_node().role() == eframe::egui::Role::Window;
        self.children_recursive().filter(windows).count()
    }
}

/// A small generator for the order of things.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

#[test]
fn every_action_can_be_run_at_any_time() {
    for (seed, start) in [(1, "fresh"), (2, "no layers"), (3, "selection"), (4, "small")] {
        let mut window = Window::new();
        window.command(Command::NewDocument {
            name: "Small".into(),
            width: 96,
            height: 64,
            ground: Rgba::WHITE,
        });
        match start {
            "no layers" => {
                window.act(Action::DeleteLayer);
                window.act(Action::DeleteLayer);
            }
            "selection" => {
                window.act(Action::SelectAll);
                window.command(Command::GrowSelection(-10));
            }
            _ => {}
        }
        let mut chance = Chance(seed);
        let mut left: Vec<Action> = Action::ALL.to_vec();
        while !left.is_empty() {
            let action = left.swap_remove(chance.below(left.len()));
            window.harness.state_mut().editor.apply(Command::Act(action));
            if chance.below(3) == 0 {
                window.steps(1);
            }
            match chance.below(8) {
                0 => window.key(Modifiers::NONE, Key::Escape),
                1 => window.key(Modifiers::NONE, Key::Enter),
                2 => window.drag(&[(10.0, 10.0), (30.0, 40.0)]),
                _ => {}
            }
        }
        window.steps(3);
        let editor = &window.app().editor;
        assert!(!editor.documents().is_empty());
        assert!(editor.doc().active.is_none_or(|id| editor.doc().layer(id).is_some()), "{start}");
    }
}
