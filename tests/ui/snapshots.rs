//! Pictures of the window, and the canvas on the screen against the picture itself.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test ui snapshots` draws them anew.

use crate::support::Window;
use eframe::egui::{self, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use egui_kittest::{SnapshotOptions, try_image_snapshot_options};
use image::RgbaImage;
use scumble::color::Rgba;
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::editor::settings::Theme;
use scumble::editor::{Action, Command, ViewCommand};
use scumble::geom::Point;

/// A window with a renderer, or nothing where no graphics adapter (nor software driver) is there.
fn window(size: egui::Vec2) -> Option<Window> {
    // The renderer has no other way to say that there is no adapter.
    let state = std::panic::catch_unwind(|| {
        create_render_state(default_wgpu_setup(), eframe::egui_wgpu::RendererOptions::PREDICTABLE)
    });
    let Ok(state) = state else {
        eprintln!("skipped: no graphics adapter and no software driver (mesa-vulkan-drivers) is installed");
        return None;
    };
    let builder = egui_kittest::Harness::builder().renderer(WgpuTestRenderer::from_render_state(state));
    let mut window = Window::build(tempfile::tempdir().unwrap(), builder, None);
    window.harness.set_size(size);
    window.steps(2);
    Some(window)
}

/// A picture of 96 × 64 pixels, transparent at the right, with a stroke and a few colours.
fn painted(window: &mut Window) {
    window.command(Command::NewDocument {
        name: "Golden".into(),
        width: 96,
        height: 64,
        ground: Rgba::CLEAR,
    });
    window.command(Command::View(ViewCommand::ZoomTo(4.0)));
    window.command(Command::PickBrush("Hard round".into()));
    for (y, color) in
        [(16.0, Rgba::rgb(0.9, 0.2, 0.1)), (32.0, Rgba::rgb(0.1, 0.4, 0.8)), (48.0, Rgba::BLACK)]
    {
        window.command(Command::SetColor { color, settled: true });
        window.drag(&[(10.0, y), (30.0, y + 4.0), (50.0, y - 4.0), (70.0, y)]);
    }
}

fn zoom(window: &mut Window, zoom: f64) {
    window.command(Command::View(ViewCommand::ZoomTo(zoom)));
    window.command(Command::View(ViewCommand::CenterOn(Point::new(48.0, 32.0))));
    window.harness.remove_cursor();
    window.steps(4);
}

fn whole(window: &mut Window) -> RgbaImage {
    window.harness.remove_cursor();
    window.steps(4);
    window.harness.render().unwrap()
}

/// The middle of the canvas.
fn canvas(window: &mut Window, width: u32, height: u32) -> RgbaImage {
    let rect = window.harness.get_by_label("Canvas").rect();
    let image = whole(window);
    let (x, y) = (rect.center().x as u32 - width / 2, rect.center().y as u32 - height / 2);
    image::imageops::crop_imm(&image, x, y, width, height).to_image()
}

/// Compares with the stored picture. Software drivers of different versions round edges of letters and lines a little
/// differently: a few pixels may differ visibly, the others by what nobody sees.
fn golden(image: &RgbaImage, name: &str) {
    let options =
        SnapshotOptions::new().threshold(1.0).max_failed_pixels(24usize).output_path("tests/ui/snapshots");
    if let Err(why) = try_image_snapshot_options(image, name, &options) {
        panic!("{why}");
    }
}

#[test]
fn the_window_dark_and_light_and_a_menu() {
    let Some(mut window) = window(vec2(760.0, 480.0)) else { return };
    painted(&mut window);
    let image = whole(&mut window);
    golden(&image, "window-dark");
    let mut settings = window.app().editor.settings().clone();
    settings.theme = Theme::Light;
    window.command(Command::SetSettings(Box::new(settings)));
    let image = whole(&mut window);
    golden(&image, "window-light");
    window.harness.get_by_label("Select").click();
    window.steps(6);
    let image = window.harness.render().unwrap();
    golden(&image::imageops::crop_imm(&image, 100, 0, 330, 300).to_image(), "menu");
}

#[test]
fn the_canvas_small_large_turned_and_selected() {
    let Some(mut window) = window(vec2(760.0, 480.0)) else { return };
    painted(&mut window);
    zoom(&mut window, 0.25);
    let image = canvas(&mut window, 64, 48);
    golden(&image, "canvas-25");
    zoom(&mut window, 8.0);
    let image = canvas(&mut window, 200, 160);
    golden(&image, "canvas-800-grid");
    zoom(&mut window, 2.0);
    let (w, h) = window.app().editor.viewport().size_px;
    let anchor = Point::new(w / 2.0, h / 2.0);
    window.command(Command::View(ViewCommand::RotateBy { turns: 1.0 / 12.0, anchor }));
    let image = canvas(&mut window, 240, 200);
    golden(&image, "canvas-turned");
    window.act(Action::ResetView);
    zoom(&mut window, 2.0);
    window.act(Action::SelectAll);
    window.command(Command::GrowSelection(-12));
    // The outline moves: the same time gives the same picture.
    let now = window.harness.ctx.input(|i| i.time);
    let image = canvas(&mut window, 220, 160);
    assert!(now < 60.0);
    let marching = image.pixels().filter(|p| p.0 == [0, 0, 0, 255] || p.0 == [255, 255, 255, 255]).count();
    assert!(marching > 200, "no outline of the selection: {marching}");
}

/// At 100 % a pixel of the screen is a pixel of the picture over the squares of the ground.
#[test]
fn the_canvas_shows_the_picture_itself() {
    let Some(mut window) = window(vec2(760.0, 480.0)) else { return };
    painted(&mut window);
    zoom(&mut window, 1.0);
    let rect = window.harness.get_by_label("Canvas").rect();
    let image = whole(&mut window);
    let editor = &window.app().editor;
    let page = editor.doc().page;
    let truth = flatten_rgba8(editor.doc(), page, Alpha::Premultiplied);
    let corner = editor.viewport().to_screen(Point::new(0.0, 0.0));
    assert_eq!((corner.x.fract(), corner.y.fract()), (0.0, 0.0), "the view is not at whole pixels");
    let mut worst = 0;
    for (i, px) in truth.chunks_exact(4).enumerate() {
        let (x, y) = (i as u32 % page.width(), i as u32 / page.width());
        let s = (corner.x as u32 + x, corner.y as u32 + y);
        let square = (s.0 / 8 + s.1 / 8) % 2;
        let ground = if square == 1 { 105.0 } else { 125.0 };
        let shown = image.get_pixel(rect.min.x as u32 + s.0, rect.min.y as u32 + s.1);
        for c in 0..3 {
            let wanted = f32::from(px[c]) + ground * (1.0 - f32::from(px[3]) / 255.0);
            worst = worst.max((f32::from(shown.0[c]) - wanted).abs().round() as u32);
        }
    }
    assert!(worst <= 1, "the screen differs from the picture by {worst}");
}

/// Strokes through window, tool and engine, to the bit.
#[test]
fn strokes_are_the_same_on_every_machine() {
    let wanted = [
        ("Round", 14643377189175139801),
        ("Pencil", 14552662113547972062),
        ("Chalk", 4782257680322248618),
        ("Oil", 5110720176467754737),
        ("Watercolour", 15064454258657078914),
        ("Airbrush", 12620219724632633538),
    ];
    let mut found = Vec::new();
    for (name, _) in wanted {
        let mut window = Window::new();
        window.command(Command::PickBrush(name.into()));
        window.command(Command::SetColor { color: Rgba::rgb(0.2, 0.5, 0.7), settled: true });
        // At a zoom that carries positions exactly, whatever room the window leaves.
        zoom(&mut window, 0.5);
        window.drag(&[(200.0, 300.0), (260.0, 340.0), (420.0, 260.0), (600.0, 380.0), (700.0, 300.0)]);
        window.key(Modifiers::NONE, egui::Key::Escape);
        let editor = &window.app().editor;
        found.push((name, fnv(&flatten_rgba8(editor.doc(), editor.doc().page, Alpha::Straight))));
    }
    assert_eq!(found, wanted);
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}
