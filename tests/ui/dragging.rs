//! Pictures carried within the window, and files dropped in places of it.

use crate::support::{Dropped, Window};
use eframe::egui::{self, Event, Key, Modifiers, Pos2};
use egui_kittest::kittest::Queryable;
use scumble::editor::Action;
use scumble::editor::generation::CandidateId;
use scumble::generate::fake::Script;
use scumble::generate::metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A window with one candidate and the Generate panel in front.
fn window() -> (Window, CandidateId, u64) {
    let mut window = Window::generating(Script::default());
    window.show_panel("Generate");
    window.act(Action::Generate);
    window.until("a candidate", |app| app.editor.generation().candidates().len() == 1);
    window.steps(2);
    let candidate = &window.app().editor.generation().candidates()[0];
    let (id, seed) = (candidate.id, candidate.request.seed);
    (window, id, seed)
}

/// The middle of the slot, which comes into view while something is dragged.
fn slot(window: &mut Window) -> Pos2 {
    window.steps(30);
    window.harness.get_by_label("Style picture").rect().center()
}

/// Where nothing takes anything.
fn nowhere(window: &Window) -> Pos2 {
    window.harness.get_by_label("Canvas").rect().center()
}

fn style(window: &Window) -> Option<PathBuf> {
    window.app().editor.generation().options.style_picture.clone()
}

/// How many documents are the dropped picture.
fn opened(app: &scumble::ui::App) -> usize {
    app.editor.documents().iter().filter(|d| d.doc.page.width() == 9).count()
}

/// The files that were written for other programs.
fn files(window: &Window) -> Vec<PathBuf> {
    files_in(window.folder.path())
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let below = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let pictures = below(folder.join("dragged")).flat_map(below);
    pictures.filter(|path| path.extension().is_some_and(|e| e == "png")).collect()
}

/// Presses on a thumbnail and moves to the canvas in steps.
fn pull(window: &mut Window, label: &str) -> Pos2 {
    let (from, to) = (window.harness.get_by_label(label).rect().center(), nowhere(window));
    window.harness.hover_at(from);
    window.harness.step();
    window.press(from, true, Modifiers::NONE);
    for step in 1..=8 {
        move_to(window, from.lerp(to, step as f32 / 8.0));
    }
    to
}

fn move_to(window: &mut Window, to: Pos2) {
    window.harness.event(Event::PointerMoved(to));
    window.harness.step();
}

/// Lets files hover for some frames, or no longer.
fn hover(window: &mut Window, files: &[&Path]) {
    let hovered = |path: &&Path| egui::HoveredFile { path: Some(path.to_path_buf()), ..Default::default() };
    window.harness.input_mut().hovered_files = files.iter().map(hovered).collect();
    window.steps(2);
}

fn seed_in(file: &Path) -> u64 {
    metadata::request_of(&scumble::io::read_png_text(file).unwrap()).unwrap().seed
}

fn drop_files(window: &mut Window, files: &[&Path], at: Pos2, modifiers: Modifiers) {
    window.harness.event(Event::ModifiersChanged(modifiers));
    move_to(window, at);
    let input = window.harness.input_mut();
    input.hovered_files.clear();
    input.dropped_files.extend(files.iter().map(|path| Arc::new(Dropped(path.to_path_buf())) as _));
    window.harness.step();
    window.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    window.steps(2);
}

fn picture(window: &Window) -> PathBuf {
    let file = window.folder.path().join("a style.png");
    scumble::io::save_png(&file, &image::RgbaImage::new(9, 7), &[]).unwrap();
    file
}

#[test]
fn a_candidate_pulled_onto_the_slot_is_the_style_picture() {
    let (mut window, id, seed) = window();
    pull(&mut window, &format!("Candidate with seed {seed}"));
    let to = slot(&mut window);
    move_to(&mut window, to);
    assert_eq!(style(&window), None, "not before it is let go of");
    window.press(to, false, Modifiers::NONE);
    window.until("the style", |app| app.editor.generation().options.style_picture.is_some());
    let file = style(&window).unwrap();
    assert_eq!(files(&window), [file.as_path()]);
    assert_eq!(seed_in(&file), seed, "it says how it was made");
    let name = window.app().editor.generation().picture(id).unwrap().file_name();
    assert_eq!(file.file_name().unwrap().to_str().unwrap(), name);
    window.until("it is read", |app| app.editor.generation().style_picture().is_some());
    assert_eq!(window.app().editor.generation().candidates().len(), 1, "it is still a candidate");
    assert_eq!(window.app().editor.documents().len(), 1);
}

#[test]
fn let_go_of_elsewhere_or_given_up_nothing_happens() {
    let (mut window, _, seed) = window();
    let (label, folder) = (format!("Candidate with seed {seed}"), window.folder.path().to_owned());
    let documents = window.app().editor.documents().len();
    let before = window.app().editor.doc().clone();
    let canvas = pull(&mut window, &label);
    window.press(canvas, false, Modifiers::NONE);
    // Escape gives it up, so that letting go over the slot is nothing.
    pull(&mut window, &label);
    let to = slot(&mut window);
    move_to(&mut window, to);
    window.key(Modifiers::NONE, Key::Escape);
    window.press(to, false, Modifiers::NONE);
    window.until("both files", |_| files_in(&folder).len() == 2);
    window.steps(20);
    assert_eq!(style(&window), None);
    assert_eq!(window.app().editor.documents().len(), documents);
    assert_eq!(*window.app().editor.doc(), before, "the pull painted nothing");
    // A click is no pull.
    window.harness.get_by_label(&label).click();
    window.steps(20);
    assert_eq!(files(&window).len(), 2);
}

#[test]
fn a_slot_that_is_not_in_view_takes_nothing() {
    let (mut window, _, seed) = window();
    let (label, folder) = (format!("Candidate with seed {seed}"), window.folder.path().to_owned());
    pull(&mut window, &label);
    let to = slot(&mut window);
    window.press(nowhere(&window), false, Modifiers::NONE);
    window.show_panel("Navigator");
    assert!(window.harness.query_by_label("Style picture").is_none(), "the panel is in front");
    pull(&mut window, &label);
    move_to(&mut window, to);
    window.press(to, false, Modifiers::NONE);
    window.until("both files", |_| files_in(&folder).len() == 2);
    window.steps(20);
    assert_eq!(style(&window), None);
}

#[test]
fn the_panel_of_the_slot_comes_to_the_front_when_something_is_dragged_to_its_tab() {
    let (mut window, _, seed) = window();
    let tab =
        window.harness.query_all_by_label_contains(" Generate").map(|n| n.rect()).find(|r| r.height() < 40.0);
    window.show_panel("Navigator");
    pull(&mut window, &format!("Candidate with seed {seed}"));
    assert!(window.harness.query_by_label("Style picture").is_none());
    move_to(&mut window, tab.expect("a tab").center());
    let to = slot(&mut window);
    move_to(&mut window, to);
    window.press(to, false, Modifiers::NONE);
    window.until("the style", |app| app.editor.generation().options.style_picture.is_some());
}

#[test]
fn a_rejected_picture_can_be_pulled_too() {
    let (mut window, id, seed) = window();
    window.act(Action::DiscardCandidate);
    window.show_panel("History");
    window.harness.get_by_label("Rejected pictures (1)").click();
    window.steps(8);
    pull(&mut window, &format!("Rejected picture with seed {seed}"));
    let to = slot(&mut window);
    move_to(&mut window, to);
    window.press(to, false, Modifiers::NONE);
    window.until("the style", |app| app.editor.generation().options.style_picture.is_some());
    assert_eq!(seed_in(&style(&window).unwrap()), seed);
    let open = window.app().editor.open().id;
    assert!(window.app().editor.generation().rejected_of(open).any(|c| c.id == id), "it stays");
}

#[test]
fn a_file_dropped_on_the_slot_is_the_style_picture_and_elsewhere_a_document() {
    let (mut window, ..) = window();
    let file = picture(&window);
    hover(&mut window, &[&file]);
    let at = slot(&mut window);
    drop_files(&mut window, &[&file], at, Modifiers::NONE);
    assert_eq!(style(&window), Some(file.clone()));
    assert_eq!(window.app().editor.documents().len(), 1);
    let at = nowhere(&window);
    drop_files(&mut window, &[&file], at, Modifiers::NONE);
    window.until("it is open", |app| opened(app) == 1);
}

#[test]
fn ctrl_makes_it_the_style_picture_wherever_it_is_dropped() {
    let (mut window, ..) = window();
    let (file, at) = (picture(&window), nowhere(&window));
    drop_files(&mut window, &[&file], at, Modifiers::COMMAND);
    assert_eq!(style(&window), Some(file));
}

#[test]
fn several_files_on_the_slot_are_opened() {
    let (mut window, ..) = window();
    let file = picture(&window);
    let other = window.folder.path().join("other.png");
    std::fs::copy(&file, &other).unwrap();
    hover(&mut window, &[&file]);
    let at = slot(&mut window);
    drop_files(&mut window, &[&file, &other], at, Modifiers::NONE);
    assert_eq!(style(&window), None);
    window.until("they are open", |app| opened(app) == 2);
}

#[test]
fn hovering_files_say_what_a_drop_would_do() {
    let (mut window, ..) = window();
    let file = picture(&window);
    let words = |window: &Window| {
        let shapes = &window.harness.output().shapes;
        let text = shapes.iter().find_map(|shape| match &shape.shape {
            egui::Shape::Text(text) if text.galley.text().starts_with("Drop to") => {
                Some(text.galley.text().to_owned())
            }
            _ => None,
        });
        text.expect("words over the window")
    };
    hover(&mut window, &[&file]);
    let at = slot(&mut window);
    move_to(&mut window, at);
    assert_eq!(words(&window), "Drop to make it the style picture");
    let at = nowhere(&window);
    move_to(&mut window, at);
    assert!(words(&window).starts_with("Drop to open it"));
}
