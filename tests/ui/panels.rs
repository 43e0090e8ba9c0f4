//! The panels at the right, through their labels.

use crate::support::Window;
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::Queryable;
use scumble::color::Rgba;
use scumble::document::{BlendMode, LayerId};
use scumble::editor::{Action, Command};
use scumble::ui::icons;

fn tall() -> Window {
    let mut window = Window::new();
    window.harness.set_size(vec2(1200.0, 1600.0));
    window.steps(4);
    window
}

fn click(window: &mut Window, label: &str) {
    window.harness.get_by_label(label).click();
    window.steps(4);
}

/// Scrolls there first.
fn reach(window: &mut Window, label: &str) {
    window.harness.get_by_label(label).scroll_to_me();
    // The way there is animated.
    window.steps(40);
}

fn tab(window: &mut Window, icon: &str, title: &str) {
    click(window, &format!("{icon} {title}"));
}

fn write(window: &mut Window, label: &str, text: &str) {
    click(window, label);
    window.key(Modifiers::COMMAND, Key::A);
    window.harness.event(Event::Text(text.to_owned()));
    window.steps(2);
}

fn center(window: &Window, label: &str) -> Pos2 {
    window.harness.get_by_label(label).rect().center()
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.harness.event(Event::PointerMoved(from));
    window.steps(1);
    window.harness.event(button(from, true));
    window.steps(1);
    for i in 1..=8 {
        window.harness.event(Event::PointerMoved(from + (to - from) * (i as f32 / 8.0)));
        window.steps(1);
    }
    window.harness.event(button(to, false));
    window.steps(4);
}

fn names(window: &Window) -> Vec<String> {
    let mut out = Vec::new();
    window.app().editor.doc().walk(|l| out.push(l.name.clone()));
    out
}

fn id(window: &Window, name: &str) -> LayerId {
    let mut found = None;
    window.app().editor.doc().walk(|l| {
        if l.name == name {
            found = Some(l.id);
        }
    });
    found.unwrap_or_else(|| panic!("no layer {name}"))
}

#[test]
fn layers_are_added_hidden_and_shown() {
    let mut window = tall();
    assert_eq!(names(&window), ["Paper", "Layer 1"]);
    click(&mut window, "New layer");
    assert_eq!(names(&window), ["Paper", "Layer 1", "Layer 2"]);
    click(&mut window, "Hide Layer 1");
    let hidden = id(&window, "Layer 1");
    assert!(!window.app().editor.doc().layer(hidden).unwrap().visible);
    window.act(Action::Undo);
    assert!(window.app().editor.doc().layer(hidden).unwrap().visible);
    window.act(Action::Undo);
    assert_eq!(names(&window), ["Paper", "Layer 1"]);
    window.harness.get_by_label("Hide Layer 1").click_modifiers(Modifiers::ALT);
    window.steps(3);
    assert!(
        !window.app().editor.doc().layer(id(&window, "Paper")).unwrap().visible,
        "Alt did not show it alone"
    );
}

#[test]
fn a_name_is_edited_in_place() {
    let mut window = tall();
    click(&mut window, "Layer Layer 1");
    window.key(Modifiers::NONE, Key::F2);
    window.steps(2);
    window.harness.event(Event::Text("Sky".into()));
    window.steps(2);
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(names(&window), ["Paper", "Sky"]);
    window.act(Action::Undo);
    assert_eq!(names(&window), ["Paper", "Layer 1"]);
    window.key(Modifiers::NONE, Key::F2);
    window.steps(2);
    window.harness.event(Event::Text("Nothing".into()));
    window.steps(2);
    window.key(Modifiers::NONE, Key::Escape);
    assert_eq!(names(&window), ["Paper", "Layer 1"]);
}

#[test]
fn opacity_and_blend_mode() {
    let mut window = tall();
    window.harness.get_by_label("Layer opacity").set_value_accesskit(40.0);
    window.steps(3);
    let layer = id(&window, "Layer 1");
    let opacity = |window: &Window| window.app().editor.doc().layer(layer).unwrap().opacity;
    assert!((opacity(&window) - 0.4).abs() < 1e-3);
    let steps = window.app().editor.open().history.names().len();
    let rail = window.harness.get_by_label("Layer opacity").rect();
    drag(&mut window, rail.center(), rail.left_center() + vec2(3.0, 0.0));
    assert!(opacity(&window) < 0.1);
    assert!(window.app().editor.open().history.names().len() <= steps + 1, "a drag is one step");
    click(&mut window, "Blend mode");
    click(&mut window, "Multiply");
    let blend = |window: &Window| window.app().editor.doc().layer(layer).unwrap().blend;
    assert_eq!(blend(&window), BlendMode::Multiply);
    window.act(Action::Undo);
    assert_eq!(blend(&window), BlendMode::Normal);
}

#[test]
fn rows_are_dragged_above_each_other_and_into_groups() {
    let mut window = tall();
    let top = center(&window, "Layer Layer 1");
    let paper = center(&window, "Layer Paper");
    drag(&mut window, paper, top - vec2(0.0, 14.0));
    assert_eq!(names(&window), ["Layer 1", "Paper"]);
    window.act(Action::Undo);
    assert_eq!(names(&window), ["Paper", "Layer 1"]);
    click(&mut window, "New group");
    let group = id(&window, "Group 1");
    let (from, to) = (center(&window, "Layer Layer 1"), center(&window, "Layer Group 1"));
    drag(&mut window, from, to);
    assert_eq!(window.app().editor.doc().layer(group).unwrap().children().len(), 1, "{:?}", names(&window));
    click(&mut window, "Fold group Group 1");
    assert!(window.harness.query_by_label("Layer Layer 1").is_none(), "a folded group lists nothing");
    click(&mut window, "Unfold group Group 1");
    assert!(window.harness.query_by_label("Layer Layer 1").is_some());
    window.act(Action::Undo);
    assert!(window.app().editor.doc().layer(group).unwrap().children().is_empty());
}

#[test]
fn masks_are_chosen_and_switched_off() {
    let mut window = tall();
    click(&mut window, "Add layer mask");
    let layer = id(&window, "Layer 1");
    click(&mut window, "Mask of Layer 1");
    assert!(window.app().editor.open().edit_mask);
    click(&mut window, "Paint on Layer 1");
    assert!(!window.app().editor.open().edit_mask);
    window.harness.get_by_label("Mask of Layer 1").click_modifiers(Modifiers::SHIFT);
    window.steps(3);
    let enabled =
        |window: &Window| window.app().editor.doc().layer(layer).unwrap().mask.as_ref().map(|m| m.enabled);
    assert_eq!(enabled(&window), Some(false));
    window.act(Action::Undo);
    assert_eq!(enabled(&window), Some(true));
    window.act(Action::Undo);
    assert_eq!(enabled(&window), None);
}

#[test]
fn the_keyboard_walks_the_layers() {
    let mut window = tall();
    click(&mut window, "New layer");
    click(&mut window, "Layer Layer 2");
    window.key(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.app().editor.doc().active, Some(id(&window, "Layer 1")));
    window.key(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(window.app().editor.doc().active, Some(id(&window, "Layer 2")));
    window.key(Modifiers::NONE, Key::Delete);
    assert_eq!(names(&window), ["Paper", "Layer 1"]);
}

#[test]
fn the_menu_of_a_row_acts_on_its_layer() {
    let mut window = tall();
    window.harness.get_by_label("Layer Paper").click_secondary();
    window.steps(4);
    click(&mut window, "Duplicate layer: Paper");
    assert_eq!(names(&window), ["Paper", "Paper copy", "Layer 1"]);
}

#[test]
fn history_goes_where_it_is_clicked() {
    let mut window = tall();
    click(&mut window, "New layer");
    click(&mut window, "New layer");
    tab(&mut window, icons::HISTORY, "History");
    click(&mut window, "Step 1: New layer");
    assert_eq!(names(&window).len(), 3);
    assert_eq!(window.app().editor.open().history.current(), 1);
    window.key(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.app().editor.open().history.current(), 2);
}

#[test]
fn brushes_are_found_edited_and_kept() {
    let mut window = tall();
    write(&mut window, "Search brushes", "charc");
    click(&mut window, "Charcoal");
    assert_eq!(window.app().editor.brushes().brush().name, "Charcoal");
    window.act(Action::BrushEditor);
    window.steps(4);
    window.harness.get_by_label("Brush spacing").set_value_accesskit(50.0);
    window.steps(3);
    assert!((window.app().editor.brushes().brush().spacing - 0.5).abs() < 1e-3);
    assert!(window.app().editor.brushes().changed());
    click(&mut window, "Reset to preset");
    assert!(!window.app().editor.brushes().changed());
    window.harness.get_by_label("Brush spacing").set_value_accesskit(50.0);
    window.steps(3);
    write(&mut window, "Brush name", "My coal");
    click(&mut window, "Save preset");
    assert_eq!(window.app().editor.brushes().brush().name, "My coal");
    assert!(!window.app().editor.brushes().changed());
    let file = window.folder.path().join("config/brushes/my-coal.toml");
    window.until("the brush in its file", |_| file.exists());
    let Window { harness, folder, .. } = window;
    drop(harness);
    let mut window = Window::in_folder(folder);
    let presets = window.app().editor.brushes().presets();
    let kept = presets.iter().find(|p| p.brush.name == "My coal").expect("the brush is not there again");
    assert!(kept.own && (kept.brush.spacing - 0.5).abs() < 1e-3);
    window.harness.set_size(vec2(1200.0, 1600.0));
    window.steps(3);
    write(&mut window, "Search brushes", "my coal");
    // The options bar names the brush, too.
    window.harness.get_all_by_label("My coal").last().unwrap().click_secondary();
    window.steps(4);
    click(&mut window, "Delete own preset");
    assert!(!window.app().editor.brushes().presets().iter().any(|p| p.brush.name == "My coal"));
}

#[test]
fn dynamics_are_added_and_their_curve_is_edited() {
    let mut window = tall();
    window.command(Command::PickBrush("Hard round".into()));
    window.act(Action::BrushEditor);
    window.steps(4);
    let before = window.app().editor.brushes().brush().dynamics.len();
    reach(&mut window, "Add dynamic");
    click(&mut window, "Add dynamic");
    let dynamics = window.app().editor.brushes().brush().dynamics.clone();
    assert_eq!(dynamics.len(), before + 1);
    reach(&mut window, &format!("Curve of dynamic {}", before + 1));
    let rect = window.harness.get_by_label(&format!("Curve of dynamic {}", before + 1)).rect();
    let corner = rect.shrink(5.0).right_top();
    drag(&mut window, corner + vec2(-1.0, 1.0), rect.center());
    let curve = window.app().editor.brushes().brush().dynamics[before].curve.clone();
    assert!(curve.points()[1][1] < 0.7, "{:?}", curve.points());
    reach(&mut window, &format!("Remove dynamic {}", before + 1));
    click(&mut window, &format!("Remove dynamic {}", before + 1));
    assert_eq!(window.app().editor.brushes().brush().dynamics.len(), before);
}

#[test]
fn colours_by_number_swatch_and_key() {
    let mut window = tall();
    write(&mut window, "Hexadecimal colour", "#336699");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.app().editor.colors().foreground.to_hex(), "#336699");
    assert_eq!(window.app().editor.colors().recent[0].to_hex(), "#336699");
    write(&mut window, "Hexadecimal colour", "#12345");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.app().editor.colors().foreground.to_hex(), "#336699", "half a colour is none");
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::X);
    assert_eq!(window.app().editor.colors().background.to_hex(), "#336699");
    window.key(Modifiers::NONE, Key::D);
    assert_eq!(window.app().editor.colors().background, Rgba::WHITE);
    click(&mut window, "Swatch Grey 100");
    assert_eq!(window.app().editor.colors().foreground, Rgba::WHITE);
    window.harness.get_by_label("Swatch Grey 0").click_modifiers(Modifiers::COMMAND);
    window.steps(3);
    assert_eq!(window.app().editor.colors().background, Rgba::BLACK);
}

#[test]
fn grey_keeps_the_hue() {
    let mut window = tall();
    click(&mut window, "Colour space: HSV");
    let set = |window: &mut Window, label: &str, value: f64| {
        window.harness.get_by_label(label).set_value_accesskit(value);
        window.steps(3);
    };
    set(&mut window, "Value", 80.0);
    set(&mut window, "Saturation", 50.0);
    set(&mut window, "Hue", 210.0);
    let blue = window.app().editor.colors().foreground;
    set(&mut window, "Saturation", 0.0);
    set(&mut window, "Saturation", 50.0);
    let again = window.app().editor.colors().foreground;
    assert_eq!(blue.to_hex(), again.to_hex());
    assert_eq!(blue.to_hex(), "#6699cc");
}

#[test]
fn palettes_are_read_and_changed() {
    let mut window = tall();
    let path = window.folder.path().join("Two.gpl");
    std::fs::write(&path, "GIMP Palette\nName: Two\nColumns: 2\n#\n200  10  20\tRuby\n 10 200  20\tMoss\n")
        .unwrap();
    window.dialogs.answer(vec![path]);
    click(&mut window, "Import palette…");
    window.until("the palette", |app| app.editor.colors().palette.name == "Two");
    window.steps(3);
    click(&mut window, "Swatch Moss");
    assert_eq!(window.app().editor.colors().foreground.to_hex(), "#0ac814");
    click(&mut window, "Add colour to palette");
    assert_eq!(window.app().editor.colors().palette.colors.len(), 3);
    window.harness.get_by_label("Swatch Ruby").click_secondary();
    window.steps(4);
    click(&mut window, "Remove from palette");
    assert_eq!(window.app().editor.colors().palette.colors.len(), 2);
}

#[test]
fn the_navigator_moves_the_view() {
    let mut window = tall();
    tab(&mut window, icons::NAVIGATOR, "Navigator");
    window.harness.get_by_label("View zoom").set_value_accesskit(200.0);
    window.steps(3);
    assert!((window.app().editor.viewport().zoom - 2.0).abs() < 1e-3);
    let rect = window.harness.get_by_label("Navigator picture").rect();
    let before = window.app().editor.viewport().center;
    drag(&mut window, rect.center(), rect.center() + vec2(30.0, 20.0));
    let after = window.app().editor.viewport().center;
    assert!(after.x > before.x && after.y > before.y, "{before:?} {after:?}");
    window.harness.get_by_label("View rotation").set_value_accesskit(30.0);
    window.steps(3);
    assert!((window.app().editor.viewport().turns * 360.0 - 30.0).abs() < 0.1);
}

#[test]
fn layouts_of_older_versions_get_the_new_panels() {
    use scumble::ui::panels::Dock;
    let dock = Dock::restore(None);
    let text = dock.to_text().unwrap();
    assert!(text.contains("Navigator"));
    let again = Dock::restore(Some(&text)).to_text().unwrap();
    assert_eq!(text, again);
    // As it was before there was a navigator.
    let mut old: serde_json::Value = serde_json::from_str(&text).unwrap();
    let tiles = old["tiles"]["tiles"].as_object_mut().unwrap();
    let gone: Vec<String> = tiles
        .iter()
        .filter(|(_, tile)| tile.to_string().contains("\"Navigator\""))
        .map(|(id, _)| id.clone())
        .collect();
    assert_eq!(gone.len(), 1, "{text}");
    let number: u64 = gone[0].parse().unwrap();
    tiles.remove(&gone[0]);
    for tile in tiles.values_mut() {
        if let Some(children) = tile.pointer_mut("/Container/Tabs/children").and_then(|c| c.as_array_mut()) {
            children.retain(|c| c.as_u64() != Some(number));
        }
    }
    let old = old.to_string();
    assert!(!old.contains("Navigator"));
    assert!(Dock::restore(Some(&old)).to_text().unwrap().contains("Navigator"));
    assert!(Dock::restore(Some("nonsense")).to_text().unwrap().contains("Navigator"));
}

#[test]
fn every_control_of_the_panels_has_a_name() {
    let mut window = tall();
    window.act(Action::BrushEditor);
    window.steps(4);
    let nameless = window.harness.unnamed_widgets();
    let nameless: Vec<_> = nameless.into_iter().filter(|w| !w.contains("egui_tiles")).collect();
    assert!(nameless.is_empty(), "{nameless:#?}");
}
