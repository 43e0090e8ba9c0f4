//! Pictures of brushes, made on a thread and kept as textures.

use crate::color::Rgba;
use crate::paint::{Brush, preset};
use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};
use std::collections::HashMap;

/// What a picture was asked to show.
#[derive(Clone, Debug, PartialEq)]
struct Wish {
    brush: Brush,
    size_px: [u32; 2],
    light_ink: bool,
}

#[derive(Default)]
struct Entry {
    wanted: Option<Wish>,
    shown: Option<(Wish, TextureHandle)>,
}

struct Thread {
    orders: Sender<(String, Wish)>,
    done: Receiver<(String, Wish, Vec<u8>)>,
}

/// Pictures by key. While a new one is made, the old one is shown.
#[derive(Default)]
pub struct StrokePictures {
    entries: HashMap<String, Entry>,
    thread: Option<Thread>,
}

impl StrokePictures {
    /// The picture of `brush`, if any was finished yet.
    pub fn get(
        &mut self,
        ctx: &Context,
        key: &str,
        brush: &Brush,
        size_px: [u32; 2],
    ) -> Option<&TextureHandle> {
        self.take_done(ctx);
        let light_ink = ctx.theme() == eframe::egui::Theme::Dark;
        let entry = self.entries.entry(key.to_owned()).or_default();
        let fits =
            |wish: &Wish| wish.brush == *brush && wish.size_px == size_px && wish.light_ink == light_ink;
        let there = entry.shown.as_ref().is_some_and(|(wish, _)| fits(wish));
        // One order for a key at a time: a slider that is dragged must not fill the queue.
        if !there && entry.wanted.is_none() {
            let wish = Wish { brush: brush.clone(), size_px, light_ink };
            let thread = self.thread.get_or_insert_with(|| start(ctx.clone()));
            if thread.orders.send((key.to_owned(), wish.clone())).is_ok() {
                entry.wanted = Some(wish);
            }
        }
        self.entries.get(key).and_then(|e| e.shown.as_ref()).map(|(_, texture)| texture)
    }

    fn take_done(&mut self, ctx: &Context) {
        let Some(thread) = &self.thread else { return };
        for (key, wish, rgba) in thread.done.try_iter() {
            let size = wish.size_px.map(|v| v as usize);
            let image = ColorImage::from_rgba_unmultiplied(size, &rgba);
            let texture = ctx.load_texture(format!("brush {key}"), image, TextureOptions::LINEAR);
            let entry = self.entries.entry(key).or_default();
            entry.wanted = None;
            entry.shown = Some((wish, texture));
        }
    }
}

fn start(ctx: Context) -> Thread {
    let (orders, inbox) = unbounded::<(String, Wish)>();
    let (outbox, done) = unbounded();
    let spawned = std::thread::Builder::new().name("scumble-strokes".into()).spawn(move || {
        // Ends when the pictures are dropped.
        while let Ok((key, wish)) = inbox.recv() {
            let ink = if wish.light_ink { Rgba::rgb(0.92, 0.92, 0.92) } else { Rgba::rgb(0.08, 0.08, 0.08) };
            let [w, h] = wish.size_px;
            let rgba = preset::preview(&wish.brush, w, h, ink);
            if outbox.send((key, wish, rgba)).is_err() {
                break;
            }
            ctx.request_repaint();
        }
    });
    // Without a thread there are no pictures; names are still there.
    drop(spawned);
    Thread { orders, done }
}
