//! Files and pictures that come from other programs.

use crate::editor::Command;
use crate::editor::generation::GenerateCommand;
use crate::ui::theme;
use eframe::egui::{self, Align2, Color32, Context, FontId, Id, LayerId, Order, Stroke, StrokeKind};
use std::path::PathBuf;

/// Takes dropped files and pasted pictures, and says over the window what a drop would do.
pub fn take(ctx: &Context, commands: &mut Vec<Command>) {
    let (dropped, hovering, shift, ctrl) = ctx.input(|i| {
        let files: Vec<PathBuf> = i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect();
        (files, i.raw.hovered_files.len(), i.modifiers.shift, i.modifiers.command)
    });
    let dropped: Vec<PathBuf> = dropped.into_iter().filter(|p| !p.as_os_str().is_empty()).collect();
    if let ([style], true) = (dropped.as_slice(), ctrl) {
        commands.push(Command::Generate(GenerateCommand::SetStylePicture(Some(style.clone()))));
    } else if !dropped.is_empty() {
        // With Shift as layers, as documents otherwise.
        commands.push(if shift { Command::OpenAsLayers(dropped) } else { Command::Dropped(dropped) });
    } else if hovering > 0 {
        hint(ctx, hovering, shift);
    }
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

fn hint(ctx: &Context, files: usize, shift: bool) {
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop hint")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, Color32::from_black_alpha(150));
    painter.rect_stroke(rect.shrink(6.0), 6.0, Stroke::new(2.0, theme::ACCENT), StrokeKind::Inside);
    let what = if files == 1 { "Drop to open it" } else { "Drop to open them" };
    let text = if shift {
        format!("{what} in this document, as layers")
    } else {
        format!("{what} · with Shift: as layers · with Ctrl: as style picture")
    };
    painter.text(rect.center(), Align2::CENTER_CENTER, text, FontId::proportional(20.0), Color32::WHITE);
}
