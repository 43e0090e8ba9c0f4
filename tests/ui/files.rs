//! Files, questions before something is lost, and recovery, through the window.

use crate::support::{Dropped, Window};
use eframe::egui::{self, Modifiers};
use egui_kittest::kittest::Queryable;
use scumble::document::rgba8::straight8;
use scumble::editor::files::{ExportChoice, ExportFormat};
use scumble::editor::{Action, Command, Settings};
use scumble::io::ExportSettings;
use scumble::ui::app::App;
use scumble::ui::dialogs::Ask;
use std::path::{Path, PathBuf};

fn paint(window: &mut Window, y: f64) {
    window.command(Command::PickBrush("Hard round".into()));
    window.drag(&[(200.0, y), (300.0, y), (500.0, y)]);
}

fn alpha(app: &App, x: i32, y: i32) -> u8 {
    let doc = app.editor.doc();
    let mut top = 0;
    doc.walk(|layer| {
        let [red, _, _, alpha] = layer.pixels().map_or([255; 4], |p| straight8(p.pixel(x, y)));
        // The paper is white.
        top = top.max(if red < 100 { alpha } else { 0 });
    });
    top
}

fn menu(window: &mut Window, entry: &str) {
    window.harness.get_by_label("File").click();
    window.steps(3);
    window.harness.get_by_label(entry).click();
    window.steps(3);
}

fn click(window: &mut Window, label: &str) {
    window.harness.get_by_label(label).click();
    window.steps(3);
}

fn asks(window: &Window, label: &str) -> bool {
    window.harness.query_by_label(label).is_some()
}

fn saved(app: &App) -> bool {
    !app.editor.open().modified() && app.editor.file_work().is_none()
}

fn notice(app: &App, words: &str) -> bool {
    app.notices().any(|text| text.contains(words))
}

/// Waits for the question, which may come some frames later.
fn until_asked(window: &mut Window, label: &str) {
    for _ in 0..200 {
        if asks(window, label) {
            return;
        }
        window.steps(1);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("“{label}” was not asked");
}

#[test]
fn a_document_goes_out_and_comes_back_through_menu_and_dialog() {
    let mut window = Window::new();
    paint(&mut window, 300.0);
    let file = window.folder.path().join("cat.ora");
    window.dialogs.answer(vec![file.clone()]);
    menu(&mut window, "Save");
    window.until("saving", saved);
    assert_eq!(window.dialogs.asked.lock().unwrap()[0], Ask::Save("Untitled.ora".into()));
    assert_eq!(window.app().editor.open().title(), "cat.ora");
    let painted = window.app().editor.doc().clone();
    // Again, now without being asked.
    paint(&mut window, 500.0);
    assert!(window.app().editor.open().modified());
    window.key(Modifiers::COMMAND, egui::Key::S);
    window.until("saving again", saved);
    assert_eq!(window.dialogs.asked.lock().unwrap().len(), 1);
    window.act(Action::CloseDocument);
    assert_eq!(window.app().editor.open().title(), "Untitled");
    window.dialogs.answer(vec![file]);
    menu(&mut window, "Open…");
    window.until("opening", |app| app.editor.open().path.is_some());
    assert_eq!(alpha(window.app(), 400, 300), 255);
    assert_eq!(alpha(window.app(), 400, 500), 255);
    assert_eq!(window.app().editor.doc().layers().len(), painted.layers().len());
}

#[test]
fn a_flat_copy_never_passes_for_the_document() {
    let mut window = Window::new();
    paint(&mut window, 300.0);
    let file = window.folder.path().join("flat.png");
    window.dialogs.answer(vec![file.clone()]);
    window.act(Action::SaveAs);
    window.until("the warning", |app| notice(app, "flat picture"));
    assert!(window.app().editor.open().modified(), "the layers are nowhere else");
    window.command(Command::OpenFiles(vec![file]));
    window.until("opening", |app| app.editor.documents().len() == 2);
    assert_eq!(window.app().editor.doc().layers().len(), 1);
    // A picture of one layer is saved where it came from.
    paint(&mut window, 600.0);
    window.act(Action::Save);
    window.until("saving", saved);
}

#[test]
fn a_failed_save_closes_nothing_and_keeps_the_old_file() {
    let mut window = Window::new();
    let folder = window.folder.path().join("docs");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("a.ora");
    window.command(Command::SaveTo(window.app().editor.open().id, file.clone()));
    window.until("saving", |app| app.editor.open().path.is_some());
    let aside = window.folder.path().join("aside");
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "a file where the folder was").unwrap();
    paint(&mut window, 300.0);
    window.act(Action::CloseDocument);
    click(&mut window, "Save");
    window.until("the notice", |app| notice(app, "cannot write"));
    assert_eq!(window.app().editor.open().path.as_deref(), Some(file.as_path()));
    assert!(window.app().editor.open().modified());
    assert!(scumble::io::open(&aside.join("a.ora")).is_ok());
}

#[test]
fn closing_asks_and_each_answer_does_what_it_says() {
    let mut window = Window::new();
    paint(&mut window, 300.0);
    window.key(Modifiers::COMMAND, egui::Key::W);
    assert!(asks(&window, "Discard"));
    click(&mut window, "Cancel");
    assert!(!asks(&window, "Discard"));
    assert_eq!(alpha(window.app(), 400, 300), 255);
    // Saving asks where; that question cancelled, nothing closes.
    window.act(Action::CloseDocument);
    click(&mut window, "Save");
    window.steps(5);
    assert_eq!(alpha(window.app(), 400, 300), 255);
    let file = window.folder.path().join("kept.ora");
    window.dialogs.answer(vec![file.clone()]);
    window.act(Action::CloseDocument);
    click(&mut window, "Save");
    window.until("closing", |app| app.editor.open().history.names().len() == 1);
    assert!(file.is_file());
    window.click((400.0, 300.0));
    assert_eq!(alpha(window.app(), 400, 300), 255);
    window.act(Action::CloseDocument);
    click(&mut window, "Discard");
    assert_eq!(alpha(window.app(), 400, 300), 0);
}

#[test]
fn leaving_saves_everything_first() {
    let mut window = Window::new();
    paint(&mut window, 300.0);
    window.command(Command::NewDocument {
        name: "Second".into(),
        width: 600,
        height: 600,
        ground: scumble::color::Rgba::WHITE,
    });
    paint(&mut window, 200.0);
    window.act(Action::Quit);
    assert!(asks(&window, "Discard all"));
    click(&mut window, "Cancel");
    // One name given, the other question cancelled: the program stays.
    let (one, two) = (window.folder.path().join("one.ora"), window.folder.path().join("two.ora"));
    window.dialogs.answer(vec![one.clone()]);
    window.act(Action::Quit);
    click(&mut window, "Save all");
    window.until("one", |app| app.editor.documents().iter().any(|d| !d.modified()));
    window.steps(5);
    assert_eq!(window.app().editor.documents().iter().filter(|d| d.modified()).count(), 1);
    window.dialogs.answer(vec![two.clone()]);
    window.act(Action::Quit);
    click(&mut window, "Save all");
    window.until("both", |app| app.editor.documents().iter().all(|d| !d.modified()));
    assert!(one.is_file() && two.is_file());
    let folder = close(window);
    assert!(journals(folder.path()).is_empty(), "a program that ended well leaves no journal");
}

/// Drops the program and keeps its folder.
fn close(window: Window) -> tempfile::TempDir {
    let Window { harness, folder, .. } = window;
    drop(harness);
    folder
}

fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("state")).into_iter().flatten().flatten();
    entries.map(|e| e.path()).collect()
}

#[test]
fn what_was_not_saved_is_offered_at_the_next_start() {
    let mut window = Window::new();
    paint(&mut window, 300.0);
    // It goes without having been left: what is due later is written now.
    let folder = close(window);
    let mut window = Window::in_folder(folder);
    until_asked(&mut window, "Recover Untitled");
    assert!(!window.app().editor.open().modified(), "nothing is opened before the answer");
    click(&mut window, "Recover Untitled");
    window.until("recovering", |app| app.editor.open().modified());
    assert_eq!(alpha(window.app(), 400, 300), 255);
    // Saving does not write over anything without asking.
    window.act(Action::Save);
    assert!(matches!(window.dialogs.asked.lock().unwrap()[0], Ask::Save(_)));
    // Still there, in the journal of the new session only.
    let folder = close(window);
    assert_eq!(journals(folder.path()).len(), 1);
    let mut window = Window::in_folder(folder);
    until_asked(&mut window, "Later");
    click(&mut window, "Later");
    let folder = close(window);
    let mut window = Window::in_folder(folder);
    until_asked(&mut window, "Discard Untitled");
    click(&mut window, "Discard Untitled");
    window.act(Action::Quit);
    let folder = close(window);
    assert!(journals(folder.path()).is_empty(), "{:?}", journals(folder.path()));
}

#[test]
fn tabs_show_and_close_documents() {
    let mut window = Window::new();
    assert!(!asks(&window, "Close Untitled"));
    window.command(Command::OpenFiles(pictures(&window)));
    window.until("opening", |app| app.editor.documents().len() == 2);
    window.steps(2);
    let title = |window: &Window| window.app().editor.open().title();
    window.harness.get_by_label("Document one.png").click();
    window.steps(3);
    assert_eq!(title(&window), "one.png");
    window.key(Modifiers::COMMAND, egui::Key::Tab);
    assert_eq!(title(&window), "two.png");
    click(&mut window, "Close two.png");
    assert_eq!(window.app().editor.documents().len(), 1);
}

fn pictures(window: &Window) -> Vec<PathBuf> {
    ["one.png", "two.png"]
        .map(|name| {
            let path = window.folder.path().join(name);
            let picture = image::RgbaImage::from_pixel(40, 30, image::Rgba([200, 30, 30, 255]));
            scumble::io::save_picture(&path, &picture, &[]).unwrap();
            path
        })
        .to_vec()
}

#[test]
fn dropped_files_open_and_with_shift_become_layers() {
    let mut window = Window::new();
    let files = pictures(&window);
    let drop_file = |window: &mut Window, path: &Path, modifiers: Modifiers| {
        window.harness.event(egui::Event::ModifiersChanged(modifiers));
        window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_path_buf())));
        window.steps(1);
        window.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    };
    drop_file(&mut window, &files[0], Modifiers::NONE);
    window.until("opening", |app| app.editor.open().title() == "one.png");
    drop_file(&mut window, &files[1], Modifiers::SHIFT);
    window.until("a layer", |app| app.editor.doc().layers().len() == 2);
    assert_eq!(window.app().editor.active_layer().unwrap().name, "two");
}

#[test]
fn a_missing_recent_file_says_so_and_goes() {
    let mut window = Window::new();
    let file = pictures(&window).remove(0);
    window.command(Command::OpenFiles(vec![file.clone()]));
    window.until("opening", |app| app.editor.open().path.is_some());
    window.act(Action::CloseDocument);
    assert_eq!(window.app().editor.settings().recent_files, std::slice::from_ref(&file));
    std::fs::remove_file(&file).unwrap();
    window.command(Command::OpenFiles(vec![file]));
    window.until("the notice", |app| notice(app, "one.png"));
    assert!(window.app().editor.settings().recent_files.is_empty());
}

#[test]
fn exporting_remembers_how() {
    let mut window = Window::new();
    window.act(Action::Export);
    assert!(asks(&window, "Choose file…"));
    let choice = ExportChoice {
        format: ExportFormat::Jpeg,
        metadata: false,
        picture: ExportSettings { scale: 0.5, jpeg_quality: 70, ..ExportSettings::default() },
    };
    // A name without an ending gets that of the format.
    window.dialogs.answer(vec![window.folder.path().join("v1.2")]);
    window.command(Command::Export(Box::new(choice.clone())));
    let file = window.folder.path().join("v1.2.jpg");
    window.until("exporting", |_| file.is_file());
    assert_eq!(scumble::io::open(&file).unwrap().document.page.width(), 512);
    assert_eq!(window.app().editor.settings().export, choice);
    assert!(!window.app().editor.open().modified());
}

#[test]
fn settings_outlive_the_program_and_a_broken_file_is_put_aside() {
    let mut window = Window::new();
    let mut settings = window.app().editor.settings().clone();
    settings.autosave_secs = 2.0;
    settings.jpeg_quality = 61;
    window.command(Command::SetSettings(Box::new(settings)));
    let folder = close(window);
    let window = Window::in_folder(folder);
    assert_eq!(window.app().editor.settings().jpeg_quality, 61);
    let folder = close(window);
    let file = folder.path().join("config/settings.toml");
    std::fs::write(&file, "theme = [").unwrap();
    let window = Window::in_folder(folder);
    assert!(notice(window.app(), "settings.toml.bad"));
    let folder = close(window);
    assert_eq!(std::fs::read_to_string(folder.path().join("config/settings.toml.bad")).unwrap(), "theme = [");
    assert!(Settings::load(&file).is_ok());
}

#[test]
fn a_journal_that_cannot_be_written_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state"), "a file where the folder should be").unwrap();
    let mut window = Window::in_folder(folder);
    let mut settings = window.app().editor.settings().clone();
    settings.autosave_secs = 1.0;
    window.command(Command::SetSettings(Box::new(settings)));
    for y in [200.0, 300.0, 400.0] {
        paint(&mut window, y);
    }
    window.until("the notice", |app| notice(app, "not being kept safe"));
    assert_eq!(window.app().notices().count(), 1);
}
