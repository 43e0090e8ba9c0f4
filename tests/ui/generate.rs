//! Generation through the window, with a backend that does what its script says.

use crate::support::{Dropped, Window};
use eframe::egui::{self, Key, Modifiers, Pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use scumble::editor::generation::{Frame, GenerateCommand as G, Kind, WORDS_NOTE};
use scumble::editor::{Action, Command, ViewCommand};
use scumble::generate::fake::{Mishap, Script};
use scumble::generate::{Request, metadata};
use scumble::geom::{Point, Rect};
use std::time::Duration;

#[test]
fn words_are_typed_a_picture_is_made_shown_and_accepted() {
    let mut window = Window::generating(Script::default());
    window.act(Action::ToolBrush);
    window.show_panel("Generate");
    window.harness.get_by_label("Prompt").focus();
    window.steps(1);
    window.harness.get_by_label("Prompt").type_text("a red house");
    window.steps(2);
    assert_eq!(window.app().editor.generation().options.prompt, "a red house");
    window.key(Modifiers::COMMAND, Key::Enter);
    window.until("a candidate", |app| app.editor.generation().candidates().len() == 1);
    window.steps(2);
    let layers = window.app().editor.doc().layers().len();
    window.harness.get_by_label("Accept candidate").click();
    window.steps(3);
    assert_eq!(window.app().editor.doc().layers().len(), layers + 1);
    assert!(window.app().editor.generation().candidates().is_empty());
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().editor.doc().layers().len(), layers);
}

#[test]
fn pulling_the_page_outward_fills_what_is_new() {
    let mut window = Window::generating(Script::default());
    window.act(Action::ToolCrop);
    let old = window.app().editor.doc().page;
    window.drag(&[(256.0, 128.0), (280.0, 128.0), (300.0, 128.0)]);
    let page = window.app().editor.doc().page;
    assert!(page.x1 > old.x1 && page.y1 == old.y1, "{page:?}");
    window.until("the extension", |app| {
        app.editor.generation().progress().is_none() && app.editor.generation().waiting().len() == 0
    });
    window.steps(2);
    let new = scumble::geom::Rect { x0: old.x1, ..page };
    let rgba = scumble::document::composite::flatten_rgba8(
        window.app().editor.doc(),
        new,
        scumble::document::rgba8::Alpha::Straight,
    );
    assert!(rgba.chunks_exact(4).all(|px| px[3] == 255), "something is empty");
}

fn empty_px(window: &Window, rect: Rect) -> usize {
    let alpha = scumble::document::rgba8::Alpha::Straight;
    let rgba = scumble::document::composite::flatten_rgba8(window.app().editor.doc(), rect, alpha);
    rgba.chunks_exact(4).filter(|px| px[3] < 255).count()
}

fn idle(app: &scumble::ui::app::App) -> bool {
    app.editor.generation().progress().is_none() && app.editor.generation().waiting().len() == 0
}

/// Presses on the handle beside the right edge and moves it by canvas pixels, without letting go. Returns where.
fn pull_right_edge(window: &mut Window, by: f64) -> Pos2 {
    let page = window.app().editor.doc().page;
    let edge = window.screen(Point::new(f64::from(page.x1), f64::from(page.y0 + page.y1) / 2.0));
    let handle = edge + egui::vec2(28.0, 0.0);
    let scale = window.app().editor.viewport().zoom as f32;
    window.harness.hover_at(handle);
    window.harness.step();
    window.press(handle, true, Modifiers::NONE);
    for part in [0.4, 0.8, 1.0] {
        let at = handle + egui::vec2(by as f32 * scale * part, 0.0);
        window.harness.event(egui::Event::PointerMoved(at));
        window.harness.step();
    }
    handle + egui::vec2(by as f32 * scale, 0.0)
}

#[test]
fn pulling_a_handle_beside_the_page_fills_what_is_new_whatever_the_tool() {
    let mut window = Window::generating(Script { step: Duration::from_millis(20), ..Script::default() });
    window.act(Action::ToolBrush);
    let old = window.app().editor.doc().page;
    let before = window.app().editor.doc().clone();
    // On the handle it says what pulling does.
    let edge = window.screen(Point::new(f64::from(old.x1), f64::from(old.y1) / 2.0));
    window.harness.hover_at(edge + egui::vec2(28.0, 0.0));
    window.steps(2);
    assert!(
        window.harness.query_by_label_contains("Pull outward: the page grows and the model fills").is_some()
    );
    let at = pull_right_edge(&mut window, 64.0);
    assert_eq!(window.app().editor.doc().page, old, "the page is as it was until the pointer lets go");
    window.steps(1);
    assert!(window.harness.query_by_label_contains("Let go: the page grows and the model fills").is_some());
    window.press(at, false, Modifiers::NONE);
    window.steps(1);
    let page = window.app().editor.doc().page;
    assert_eq!((page.x0, page.y0, page.y1), (old.x0, old.y0, old.y1));
    assert!((old.x1 + 60..=old.x1 + 68).contains(&page.x1), "{page:?}");
    // Previews come while it is filled.
    let new = Rect { x0: old.x1, ..page };
    window.until("a preview", |app| app.editor.generation().overlay(app.editor.open().id).is_some());
    window.until("the extension", idle);
    window.steps(2);
    assert_eq!(empty_px(&window, new), 0);
    // One step back is the page as it was.
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().editor.doc().page, old);
    assert_eq!(window.app().editor.doc().layers(), before.layers());
}

#[test]
fn escape_lets_go_of_a_pull_and_later_stops_the_filling() {
    let script = Script { mishaps: vec![Mishap::Hang(2)], ..Script::default() };
    let mut window = Window::generating(script);
    window.act(Action::ToolBrush);
    let old = window.app().editor.doc().page;
    let at = pull_right_edge(&mut window, 64.0);
    window.key(Modifiers::NONE, Key::Escape);
    window.harness.event(egui::Event::PointerMoved(at + egui::vec2(9.0, 5.0)));
    window.steps(1);
    window.press(at + egui::vec2(9.0, 5.0), false, Modifiers::NONE);
    window.steps(2);
    assert_eq!(window.app().editor.doc().page, old);
    assert_eq!(window.app().editor.open().history.names().len(), 1, "something was done");
    assert!(idle(window.app()));
    // Let go, and then stopped: the page stays, nothing more is painted, undo takes it back.
    let at = pull_right_edge(&mut window, 64.0);
    window.press(at, false, Modifiers::NONE);
    window.until("the first step", |app| app.editor.generation().progress().is_some_and(|p| p.step == 1));
    window.key(Modifiers::NONE, Key::Escape);
    window.until("the end", idle);
    window.steps(2);
    let page = window.app().editor.doc().page;
    assert!(page.x1 > old.x1 && empty_px(&window, Rect { x0: old.x1, ..page }) > 0);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.app().editor.doc().page, old);
}

#[test]
fn a_pull_over_a_panel_within_one_frame_is_a_pull() {
    let mut window = Window::generating(Script::default());
    let old = window.app().editor.doc().page;
    let edge = window.screen(Point::new(f64::from(old.x1), f64::from(old.y1) / 2.0));
    let (handle, panel) = (edge + egui::vec2(28.0, 0.0), Pos2::new(1150.0, edge.y));
    window.harness.hover_at(handle);
    window.harness.step();
    // A slow window hears of all of it at once.
    let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
    let events = &mut window.harness.input_mut().events;
    events.push(egui::Event::PointerButton { pos: handle, button, pressed: true, modifiers });
    events.extend([0.5, 1.0].map(|part| egui::Event::PointerMoved(handle.lerp(panel, part))));
    window.harness.step();
    window.press(panel, false, Modifiers::NONE);
    window.steps(2);
    assert!(window.app().editor.doc().page.x1 > old.x1, "the press was not heard");
}

#[test]
fn filling_is_switched_off_in_the_menu_and_stays_off() {
    let mut window = Window::generating(Script::default());
    let menu =
        window.harness.get_all_by_label("Generate").find(|n| n.rect().top() < 20.0).expect("a menu").rect();
    window.press(menu.center(), true, Modifiers::NONE);
    window.press(menu.center(), false, Modifiers::NONE);
    window.steps(3);
    window.harness.get_by_label("Fill what pulling the page larger adds").click();
    window.steps(3);
    let old = window.app().editor.doc().page;
    let at = pull_right_edge(&mut window, 64.0);
    window.press(at, false, Modifiers::NONE);
    window.steps(3);
    let page = window.app().editor.doc().page;
    assert!(page.x1 > old.x1 && idle(window.app()), "{page:?}");
    assert_eq!(window.app().editor.open().history.names().last(), Some("Page size"));
    // The page tool's button says the same.
    window.act(Action::ToolCrop);
    window.steps(2);
    assert!(!window.app().editor.options().pull_fills);
    window.harness.get_by_label("Fill what is new by generation").click();
    window.steps(2);
    assert!(window.app().editor.options().pull_fills);
}

#[test]
fn pulling_inward_cuts_and_generates_nothing() {
    let mut window = Window::generating(Script::default());
    let old = window.app().editor.doc().page;
    let at = pull_right_edge(&mut window, -64.0);
    window.press(at, false, Modifiers::NONE);
    window.steps(3);
    assert!(window.app().editor.doc().page.x1 < old.x1);
    assert!(idle(window.app()) && window.app().editor.doc().layers().len() == 2);
}

#[test]
fn the_panel_mends_the_border_of_what_is_selected() {
    let mut window = Window::generating(Script::default());
    window.act(Action::ToolSelectRect);
    window.drag(&[(60.0, 60.0), (120.0, 120.0), (190.0, 190.0)]);
    window.show_panel("Generate");
    window.harness.get_by_label("Mend seam").scroll_to_me();
    window.steps(3);
    window.harness.get_by_label("Mend seam").click();
    window.steps(2);
    window.until("a candidate", |app| app.editor.generation().candidates().len() == 1);
    let candidate = window.app().editor.generation().candidates()[0].clone();
    assert!(candidate.request.along_border && candidate.mended.is_some());
    let (edge, middle) = (candidate.pixels.pixel(60, 120)[3], candidate.pixels.pixel(125, 125)[3]);
    assert!(edge > 0 && middle == 0, "{edge} {middle}");
}

#[test]
fn escape_stops_a_picture_within_a_step() {
    let script = Script { mishaps: vec![Mishap::Hang(2)], ..Script::default() };
    let mut window = Window::generating(script);
    window.act(Action::Generate);
    window.until("the first step", |app| app.editor.generation().progress().is_some_and(|p| p.step == 1));
    window.key(Modifiers::NONE, Key::Escape);
    window.until("the end", |app| app.editor.generation().progress().is_none());
    assert!(window.app().editor.generation().candidates().is_empty());
}

#[test]
fn the_change_brush_paints_strength_and_q_goes_back() {
    let mut window = Window::generating(Script::default());
    window.key(Modifiers::NONE, Key::Q);
    window.drag(&[(60.0, 100.0), (120.0, 100.0), (180.0, 110.0)]);
    let change = window.app().editor.doc().change.clone().expect("a change mask");
    assert!(change.pixel(120, 100)[0] > 60_000);
    assert_eq!(change.pixel(120, 220)[0], 0);
    window.key(Modifiers::NONE, Key::Q);
    window.key(Modifiers::COMMAND, Key::Z);
    assert!(window.app().editor.doc().change.is_none());
}

fn options(window: &mut Window, change: impl FnOnce(&mut scumble::editor::generation::GenerateOptions)) {
    let mut options = window.app().editor.generation().options.clone();
    change(&mut options);
    window.command(Command::Generate(G::SetOptions(Box::new(options))));
}

/// Drags what bears a label by points on the screen.
fn drag_label(window: &mut Window, label: &str, by: egui::Vec2, held: Modifiers) {
    let from: Pos2 = window.harness.get_by_label_contains(label).rect().center();
    window.harness.hover_at(from);
    window.harness.step();
    window.harness.event(egui::Event::ModifiersChanged(held));
    window.press(from, true, held);
    for part in [0.3, 0.7, 1.0] {
        window.harness.event(egui::Event::PointerMoved(from + by * part));
        window.harness.step();
    }
    window.press(from + by, false, held);
    window.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.steps(3);
}

fn make(window: &mut Window, n: usize) {
    let before = window.app().editor.generation().candidates().len();
    window.act(Action::Generate);
    window.until("the pictures", |app| app.editor.generation().candidates().len() == before + n);
    window.until("the end", |app| app.editor.generation().progress().is_none());
    window.steps(2);
}

#[test]
fn the_frame_is_dragged_pulled_nudged_and_let_go_on_the_canvas() {
    let mut window = Window::generating(Script::default());
    window.command(Command::View(ViewCommand::ZoomTo(1.0)));
    window.command(Command::View(ViewCommand::CenterOn(Point::new(128.0, 128.0))));
    window.act(Action::ToolBrush);
    window.steps(2);
    let before = window.app().editor.doc().clone();
    // A corner: in steps of 64 px, here from the lower right inward.
    drag_label(
        &mut window,
        "Pull generation frame: bottom right",
        egui::vec2(-70.0, -120.0),
        Modifiers::NONE,
    );
    let frame = |window: &Window| window.app().editor.doc().frame;
    assert_eq!(frame(&window), Some(Rect::new(0, 0, 192, 128)));
    drag_label(&mut window, "Pull generation frame: right edge", egui::vec2(-20.0, 0.0), Modifiers::COMMAND);
    assert_eq!(frame(&window), Some(Rect::new(0, 0, 176, 128)), "steps of 8 px");
    drag_label(&mut window, "Pull generation frame: top edge", egui::vec2(0.0, 5.0), Modifiers::ALT);
    assert_eq!(frame(&window), Some(Rect::new(0, 5, 176, 128)), "freely");
    // Its label moves it.
    drag_label(&mut window, "Generation frame,", egui::vec2(60.0, 64.0), Modifiers::NONE);
    assert_eq!(frame(&window), Some(Rect::new(64, 64, 240, 187)));
    // Nothing was painted by all that, and nothing is a step of the history.
    assert_eq!(window.app().editor.doc().layers(), before.layers());
    assert_eq!(window.app().editor.open().history.names().len(), 1);
    // Arrow keys, once the label has the focus.
    window.harness.get_by_label_contains("Generation frame,").click();
    window.steps(2);
    window.key(Modifiers::COMMAND, Key::ArrowLeft);
    window.key(Modifiers::ALT, Key::ArrowDown);
    assert_eq!(frame(&window), Some(Rect::new(56, 65, 232, 188)));
    window.key(Modifiers::NONE, Key::Escape);
    // What is asked for is the frame.
    make(&mut window, 1);
    assert_eq!(window.app().editor.generation().candidates()[0].frame, Rect::new(56, 65, 232, 188));
    window.harness.get_by_label("The frame follows page or selection again").click();
    window.steps(3);
    assert_eq!(frame(&window), None);
    // With the page tool, whose handles lie there, those of the frame are gone.
    window.act(Action::ToolCrop);
    assert!(window.harness.query_by_label_contains("Pull generation frame").is_none());
}

#[test]
fn painting_at_the_edge_of_the_frame_paints() {
    let mut window = Window::generating(Script::default());
    window.command(Command::PickBrush("Hard round".into()));
    window.command(Command::Generate(G::SetFrame(Frame::Fixed(Rect::new(64, 64, 192, 192)))));
    window.drag(&[(64.0, 100.0), (128.0, 128.0), (192.0, 150.0)]);
    let layer = window.app().editor.active_layer().unwrap();
    assert!(layer.pixels().unwrap().pixel(64, 100)[3] > 0, "the border of the frame took the stroke");
    assert_eq!(window.app().editor.doc().frame, Some(Rect::new(64, 64, 192, 192)));
}

#[test]
fn candidates_are_browsed_compared_put_aside_and_fetched_back() {
    let mut window = Window::generating(Script::default());
    options(&mut window, |o| o.batch = 2);
    make(&mut window, 2);
    let ids: Vec<_> = window.app().editor.generation().candidates().iter().map(|c| c.id).collect();
    window.act(Action::NextCandidate);
    window.act(Action::PreviousCandidate);
    // Held: the canvas beneath; let go: the candidate again.
    window.harness.get_by_label("Canvas").focus();
    window.steps(1);
    window.command(Command::Generate(G::Show(Some(ids[0]))));
    let seen = |window: &Window| window.app().editor.shown() != window.app().editor.doc();
    assert!(seen(&window));
    window.harness.key_down(Key::Backslash);
    window.steps(2);
    assert!(!seen(&window), "the key does not hide the candidate");
    window.harness.key_up(Key::Backslash);
    window.steps(2);
    assert!(seen(&window), "the candidate stays hidden");
    window.harness.get_by_label("Discard candidate").click();
    window.steps(2);
    assert_eq!(window.app().editor.generation().candidates().len(), 1);
    window.show_panel("History");
    window.harness.get_by_label("Rejected pictures (1)").click();
    window.steps(8);
    let seed = window.app().editor.generation().picture(ids[0]).unwrap().request.seed;
    window.harness.get_by_label(&format!("Fetch back (seed {seed})")).click();
    window.steps(3);
    assert_eq!(window.app().editor.generation().candidates().len(), 2);
    // As a file: the place is asked for, the file says how it was made.
    let file = window.folder.path().join("kept.png");
    window.dialogs.answer(vec![file.clone()]);
    window.harness.get_by_label("Save candidate as file").click();
    window.until("the file", |_| file.exists());
    window.until("it is whole", |app| app.editor.file_work().is_none());
    let request = metadata::request_of(&scumble::io::read_png_text(&file).unwrap()).unwrap();
    assert_eq!(request.seed, seed);
    window.harness.get_by_label("Discard all candidates").click();
    window.steps(3);
    assert!(window.app().editor.generation().candidates().is_empty());
}

#[test]
fn a_dropped_picture_offers_its_settings_or_opens() {
    let mut window = Window::generating(Script::default());
    let request = Request {
        prompt: "a mill".into(),
        seed: 4711,
        steps: 13,
        width: 128,
        height: 96,
        ..Request::default()
    };
    let file = window.folder.path().join("mill.png");
    let texts = metadata::texts(&request, 0, (8, 8));
    scumble::io::save_png(&file, &image::RgbaImage::new(8, 8), &texts).unwrap();
    let drop = |window: &mut Window| {
        window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(file.clone())));
        window.harness.step();
    };
    drop(&mut window);
    window.until("the offer", |app| app.notices().any(|text| text.contains("a mill")));
    window.steps(3);
    window.harness.get_by_label("Take its settings").click();
    window.steps(3);
    let options = &window.app().editor.generation().options;
    assert_eq!((options.prompt.as_str(), options.seed, options.style.steps), ("a mill", 4711, 13));
    let frame = window.app().editor.generation().frame_rect(window.app().editor.doc());
    assert_eq!((frame.width(), frame.height()), (128, 96));
    let documents = window.app().editor.documents().len();
    drop(&mut window);
    window.until("the offer", |app| app.notices().any(|text| text.contains("a mill")));
    window.steps(3);
    window.harness.get_by_label("Open picture").click();
    window.until("it is open", |app| {
        app.editor.documents().len() > documents || app.editor.doc().page.width() == 8
    });
}

#[test]
fn the_panel_says_what_is_wanted_and_where() {
    let mut window = Window::generating(Script::default());
    window.show_panel("Generate");
    // Words of a layer.
    window.harness.get_by_label("Words of the layer").focus();
    window.steps(1);
    window.harness.get_by_label("Words of the layer").type_text("red roses");
    window.steps(2);
    let layer = window.app().editor.active_layer().unwrap();
    assert_eq!(layer.notes.get(WORDS_NOTE).map(String::as_str), Some("red roses"));
    let id = layer.id;
    // Where it has paint they go to the model, as a region.
    window.command(Command::Act(Action::FillForeground));
    make(&mut window, 1);
    let regions = window.app().editor.generation().candidates()[0].request.regions.clone();
    assert_eq!(regions.len(), 1);
    assert!(regions[0].prompt.contains("red roses"), "{}", regions[0].prompt);
    window.act(Action::Undo);
    window.act(Action::Undo);
    let notes = &window.app().editor.doc().layer(id).unwrap().notes;
    assert!(!notes.contains_key(WORDS_NOTE), "the words are an undo step");
    // Intent and context.
    window.harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Intent").click();
    window.steps(4);
    window.harness.get_by_label("Add an object").click();
    window.steps(4);
    window.harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Context").click();
    window.steps(4);
    window.harness.get_by_label("Page").click();
    window.steps(4);
    let options = &window.app().editor.generation().options;
    assert_eq!(options.intent.label(), "Add an object");
    assert_eq!(options.sees.label(), "Page");
}

#[test]
fn a_style_picture_is_chosen_shown_and_cleared() {
    let mut window = Window::generating(Script::default());
    window.show_panel("Generate");
    let file = window.folder.path().join("style.png");
    let picture = image::RgbaImage::from_pixel(40, 20, image::Rgba([200, 30, 60, 255]));
    scumble::io::save_png(&file, &picture, &[]).unwrap();
    window.dialogs.answer(vec![file.clone()]);
    window.harness.get_by_label("Choose style picture").click_accesskit();
    window.until("the style picture", |app| app.editor.generation().style_picture().is_some());
    window.steps(3);
    make(&mut window, 1);
    let request = window.app().editor.generation().candidates()[0].request.clone();
    assert_eq!(request.style.map(|s| s.path), Some(file.display().to_string()));
    window.harness.get_by_label("Clear style picture").click_accesskit();
    window.steps(3);
    assert_eq!(window.app().editor.generation().options.style_picture, None);
    assert!(window.app().editor.generation().style_picture().is_none());
    // One that cannot be read is a notice, and the slot is empty again.
    let broken = window.folder.path().join("broken.png");
    std::fs::write(&broken, b"no picture").unwrap();
    window.command(Command::Generate(G::SetStylePicture(Some(broken))));
    window.until("the notice", |app| app.notices().any(|text| text.contains("style picture")));
    assert_eq!(window.app().editor.generation().options.style_picture, None);
}

#[test]
fn an_enlarged_page_is_a_document_of_its_own() {
    let mut window = Window::generating(Script::default());
    let page = window.app().editor.doc().page;
    let before = window.app().editor.doc().clone();
    window.act(Action::UpscaleTwice);
    window.until("the picture", |app| app.editor.generation().candidates().len() == 1);
    let candidate = window.app().editor.generation().candidates()[0].clone();
    assert_eq!(candidate.picture.dimensions(), (page.width() * 2, page.height() * 2));
    assert!(window.app().editor.generation().overlay(candidate.document).is_some());
    window.steps(2);
    window.harness.get_by_label("Accept candidate").click();
    window.steps(3);
    let editor = &window.app().editor;
    assert_eq!((editor.doc().page.width(), editor.doc().page.height()), (512, 512));
    assert!(editor.open().modified());
    assert_eq!(editor.document(candidate.document).unwrap().doc, before);
}

#[test]
fn panning_beyond_the_page_offers_more_canvas() {
    let mut window = Window::generating(Script::default());
    options(&mut window, |o| o.auto_extend = true);
    window.command(Command::View(ViewCommand::ZoomTo(2.0)));
    window.command(Command::View(ViewCommand::CenterOn(Point::new(256.0, 128.0))));
    window.steps(2);
    let old = window.app().editor.doc().page;
    window.harness.get_by_label_contains("Extend here (Enter)").click();
    window.steps(2);
    let page = window.app().editor.doc().page;
    assert!(page.x1 > old.x1 && page.y0 == old.y0, "{page:?}");
    window.until("the extension", |app| {
        app.editor.generation().progress().is_none() && app.editor.generation().waiting().len() == 0
    });
    window.act(Action::Undo);
    assert_eq!(window.app().editor.doc().page, old);
}

#[test]
fn previews_lie_in_the_frame_the_queue_keeps_its_order_and_live_gives_way() {
    let script = Script { step: Duration::from_millis(15), ..Script::default() };
    let mut window = Window::generating(script);
    window.command(Command::Generate(G::SetFrame(Frame::Fixed(Rect::new(64, 64, 128, 128)))));
    for seed in [1, 2, 3] {
        options(&mut window, |o| (o.seed, o.seed_locked, o.style.steps) = (seed, true, 6));
        window.command(Command::Generate(if seed == 3 { G::StartFirst } else { G::Start }));
    }
    let id = window.app().editor.open().id;
    window.until("a preview", |app| app.editor.generation().overlay(id).is_some());
    let bounds = window.app().editor.generation().overlay(id).unwrap().content_bounds();
    assert!(Rect::new(64, 64, 128, 128).contains_rect(&bounds), "{bounds:?}");
    window.until("three", |app| app.editor.generation().candidates().len() == 3);
    let seeds: Vec<u64> =
        window.app().editor.generation().candidates().iter().map(|c| c.request.seed).collect();
    assert_eq!(seeds, [1, 3, 2], "the one that was put first comes next");
    window.command(Command::Generate(G::DiscardAll));
    // Live: a stroke in the middle of a picture ends it, and another is made.
    options(&mut window, |o| (o.live.on, o.live.steps, o.live.strength) = (true, 60, 1.0));
    window.until("a live picture begins", |app| {
        app.editor.generation().progress().is_some_and(|p| p.kind == Kind::Live && p.step > 0)
    });
    let first = window.app().editor.generation().progress().unwrap().number;
    window.command(Command::PickBrush("Hard round".into()));
    window.drag(&[(70.0, 70.0), (100.0, 90.0), (120.0, 110.0)]);
    window.until("another begins", |app| {
        app.editor.generation().progress().is_some_and(|p| p.kind == Kind::Live && p.number != first)
    });
}

#[test]
fn closing_asks_before_pictures_go_that_nobody_accepted() {
    let mut window = Window::generating(Script::default());
    window.show_panel("Generate");
    let before = window.app().editor.open().id;
    make(&mut window, 1);
    window.act(Action::CloseDocument);
    window.steps(3);
    window.harness.get_by_label_contains("One picture is in the strip");
    window.harness.get_by_label("Cancel").click();
    window.steps(3);
    assert_eq!(window.app().editor.open().id, before);
    assert_eq!(window.app().editor.generation().candidates().len(), 1);
    // Leaving asks too.
    window.act(Action::Quit);
    window.steps(3);
    window.harness.get_by_label_contains("leaving drops what was not accepted");
    window.harness.get_by_label("Cancel").click();
    window.steps(3);
    window.act(Action::CloseDocument);
    window.steps(3);
    window.harness.get_by_role_and_label(egui::accesskit::Role::Button, "Close").click();
    window.steps(3);
    assert_ne!(window.app().editor.open().id, before);
    // A picture that was discarded was seen and left: nothing is asked for it.
    make(&mut window, 1);
    window.act(Action::DiscardCandidate);
    let id = window.app().editor.open().id;
    window.act(Action::CloseDocument);
    assert!(window.harness.query_by_label("Cancel").is_none());
    assert_ne!(window.app().editor.open().id, id);
}

#[test]
fn a_style_of_ones_own_is_saved_picked_and_deleted() {
    let mut window = Window::generating(Script::default());
    window.show_panel("Generate");
    options(&mut window, |o| {
        o.style.steps = 33;
        o.style.template = "{prompt} on old paper".into();
    });
    window.harness.get_by_label("Advanced").click_accesskit();
    window.steps(30);
    window.harness.get_by_label("Name of the style").focus();
    window.steps(1);
    // The program's own names are taken.
    window.harness.get_by_label("Name of the style").type_text("Ink");
    window.steps(2);
    assert!(window.harness.get_by_label("Save style").accesskit_node().is_disabled());
    window.harness.get_by_label("Name of the style").type_text(" on paper");
    window.steps(2);
    window.harness.get_by_label("Save style").click_accesskit();
    window.steps(3);
    let own = window.app().editor.generation().options.own_styles.clone();
    assert_eq!(own.len(), 1);
    assert_eq!((own[0].name.as_str(), own[0].steps, own[0].model.as_str()), ("Ink on paper", 33, "starter"));
    // Another one, and back to it by the list.
    for name in ["Plain", "Ink on paper"] {
        window.harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Style").click_accesskit();
        window.steps(4);
        window.harness.get_by_label(name).click();
        window.steps(4);
        assert_eq!(window.app().editor.generation().options.style.name, name);
    }
    make(&mut window, 1);
    let request = window.app().editor.generation().candidates()[0].request.clone();
    assert_eq!((request.steps, request.prompt.contains("on old paper")), (33, true));
    window.harness.get_by_label("Delete style").click_accesskit();
    window.steps(3);
    assert!(window.app().editor.generation().options.own_styles.is_empty());
}
