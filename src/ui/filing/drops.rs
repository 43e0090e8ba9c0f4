//! Files and pictures that come from other programs.

use crate::editor::Command;
use crate::editor::generation::GenerateCommand;
use crate::ui::dragging::{Drags, Place, slot};
use crate::ui::theme;
use eframe::egui::{self, Align2, Color32, Context, FontId, Id, LayerId, Order, Stroke, StrokeKind};
use std::path::PathBuf;
use std::time::Duration;

/// How long the place of a drop is waited for.
const PLACE_SECS: f64 = 0.3;

/// What was dropped and is not yet taken.
#[derive(Default)]
pub struct Drops {
    waits: Option<Waits>,
}

/// Files whose place is not known yet.
struct Waits {
    files: Vec<PathBuf>,
    keys: Keys,
    until: f64,
}

/// Keys that were held when something was dropped.
#[derive(Clone, Copy)]
struct Keys {
    shift: bool,
    ctrl: bool,
}

impl Drops {
    /// Takes dropped files and pasted pictures, and says over the window what a drop would do. To be called after the
    /// panels were drawn.
    pub fn take(&mut self, ctx: &Context, drags: &mut Drags, commands: &mut Vec<Command>) {
        let (dropped, keys, now) = ctx.input(|i| {
            let files: Vec<PathBuf> = i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect();
            (files, Keys { shift: i.modifiers.shift, ctrl: i.modifiers.command }, i.time)
        });
        let dropped: Vec<PathBuf> = dropped.into_iter().filter(|p| !p.as_os_str().is_empty()).collect();
        if !dropped.is_empty() {
            // Two at once are of one program that says each by itself.
            let mut files = self.waits.take().map_or_else(Vec::new, |waits| waits.files);
            files.extend(dropped);
            self.waits = Some(Waits { files, keys, until: now + PLACE_SECS });
        }
        if let Some(waits) = self.waits.take() {
            match drags.place(ctx) {
                Place::Later if now < waits.until => {
                    self.waits = Some(waits);
                    ctx.request_repaint_after(Duration::from_millis(16));
                }
                place => {
                    commands.extend(command(ctx, waits.files, waits.keys, place, drags));
                    drags.rest();
                }
            }
        } else {
            hover(ctx, drags, keys);
        }
        paste(ctx, commands);
    }
}

/// What is to be done with files that were dropped.
fn command(ctx: &Context, files: Vec<PathBuf>, keys: Keys, place: Place, drags: &Drags) -> Option<Command> {
    let on_slot = matches!(place, Place::At(at) if slot::lies_at(ctx, at));
    let own = files.iter().any(|path| drags.is_own(path));
    match files.as_slice() {
        [style] if on_slot || (keys.ctrl && !own) => {
            Some(Command::Generate(GenerateCommand::SetStylePicture(Some(style.clone()))))
        }
        // A candidate that is put back where it came from.
        _ if own => None,
        // With Shift as layers, as documents otherwise.
        _ if keys.shift => Some(Command::OpenAsLayers(files)),
        _ => Some(Command::Dropped(files)),
    }
}

/// Says what would be done with what is over the window.
fn hover(ctx: &Context, drags: &mut Drags, keys: Keys) {
    let (files, own) = ctx.input(|i| {
        let own = i.raw.hovered_files.iter().any(|f| f.path.as_ref().is_some_and(|path| drags.is_own(path)));
        (i.raw.hovered_files.len(), own)
    });
    if files == 0 {
        return drags.rest();
    }
    let at = drags.hover(ctx);
    if !own {
        let on_slot = files == 1 && at.is_some_and(|at| slot::lies_at(ctx, at));
        hint(ctx, files, keys.shift, on_slot);
    }
    if files == 1 {
        slot::show(ctx, at);
    }
    // Where the place has to be asked for.
    ctx.request_repaint_after(Duration::from_millis(50));
}

fn paste(ctx: &Context, commands: &mut Vec<Command>) {
    let pasted = ctx.input(|i| {
        i.events.iter().find_map(|e| match e {
            egui::Event::PasteImage(image) => Some(image.clone()),
            _ => None,
        })
    });
    if let Some(image) = pasted {
        let rgba = image.pixels.iter().flat_map(|c| c.to_srgba_unmultiplied()).collect();
        let [width, height] = image.size.map(|v| v as u32);
        commands.push(Command::PastePicture { width, height, rgba });
    }
}

fn hint(ctx: &Context, files: usize, shift: bool, on_slot: bool) {
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop hint")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, Color32::from_black_alpha(150));
    painter.rect_stroke(rect.shrink(6.0), 6.0, Stroke::new(2.0, theme::ACCENT), StrokeKind::Inside);
    let what = if files == 1 { "Drop to open it" } else { "Drop to open them" };
    let text = if on_slot {
        "Drop to make it the style picture".to_owned()
    } else if shift {
        format!("{what} in this document, as layers")
    } else {
        format!("{what} · with Shift: as layers · with Ctrl or on its slot: as style picture")
    };
    painter.text(rect.center(), Align2::CENTER_CENTER, text, FontId::proportional(20.0), Color32::WHITE);
}
