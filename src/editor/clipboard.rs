//! Cut, copy and paste of pixels. What was copied here is pasted with all its bits and in its place; what comes from
//! other programs arrives as 8-bit RGBA.

use super::{Editor, Effect, NoticeKind, tool};
use crate::document::rgba8::Alpha;
use crate::document::{Layer, LayerId, Pixels, composite, edit};
use crate::geom::Rect;
use crate::paint::transform::masked;

/// What was copied.
pub(super) struct Clip {
    pixels: Pixels,
    bounds: Rect,
    /// As it went to the system, to know it again.
    rgba: Vec<u8>,
}

/// Larger pictures are not given to the system.
const MAX_SYSTEM_PX: u64 = 64 << 20;

impl Editor {
    pub(super) fn copy(&mut self, merged: bool) -> bool {
        let doc = self.doc();
        let selection = doc.selection.clone();
        let pixels = if merged {
            composite::composite(doc, doc.page)
        } else {
            match self.active_layer().map(|layer| (layer.pixels(), layer)) {
                Some((Some(pixels), _)) => pixels.clone(),
                Some((None, group)) => composite::composite_layers(group.children(), &group.tiles()),
                None => return false,
            }
        };
        let pixels = selection.map_or(pixels.clone(), |mask| masked(&pixels, &mask));
        let bounds = pixels.content_bounds();
        if bounds.is_empty() {
            self.tell(NoticeKind::Info, "There is nothing to copy here.");
            return false;
        }
        let mut rgba = Vec::new();
        if bounds.area() <= MAX_SYSTEM_PX {
            rgba = pixels.to_rgba8(bounds, Alpha::Straight);
            self.effects.push(Effect::CopyPicture {
                width: bounds.width(),
                height: bounds.height(),
                rgba: rgba.clone(),
            });
        }
        self.clipboard = Some(Clip { pixels, bounds, rgba });
        true
    }

    pub(super) fn cut(&mut self) {
        if let Ok(id) = tool::paintable(self.open())
            && self.copy(false)
        {
            self.edit("Cut", |doc| drop(edit::clear(doc, id)));
        }
    }

    pub(super) fn paste_in_place(&mut self) {
        match &self.clipboard {
            Some(clip) => {
                let layer = Layer::raster(LayerId(0), "Pasted", clip.pixels.clone());
                self.add_named_layer(layer, "Paste in place");
            }
            None => self.effects.push(Effect::AskPaste),
        }
    }

    /// A picture from the system's clipboard, or dropped: in the middle of the view, or where it was cut if it is ours.
    pub(super) fn paste_picture(&mut self, width: u32, height: u32, rgba: &[u8]) {
        let clip = self.clipboard.as_ref();
        let own = clip.filter(|c| c.bounds.width() == width && c.bounds.height() == height && c.rgba == rgba);
        let (mut pixels, bounds) = match own {
            Some(clip) => (clip.pixels.clone(), clip.bounds),
            None => {
                let bounds = Rect::from_size(0, 0, width, height);
                match Pixels::from_rgba8(bounds, rgba) {
                    Some(pixels) => (pixels, bounds),
                    None => {
                        return self.tell(NoticeKind::Warning, "The clipboard holds no picture that fits.");
                    }
                }
            }
        };
        let seen = self.viewport().seen();
        let place = if own.is_some() && !bounds.intersect(&seen).is_empty() {
            bounds
        } else {
            let target = seen.intersect(&self.page());
            let target = if target.is_empty() { self.page() } else { target };
            let (cx, cy) = ((target.x0 + target.x1) / 2, (target.y0 + target.y1) / 2);
            Rect::from_size(cx - width as i32 / 2, cy - height as i32 / 2, width, height)
        };
        pixels = pixels.translated(place.x0 - bounds.x0, place.y0 - bounds.y0);
        self.add_named_layer(Layer::raster(LayerId(0), "Pasted", pixels), "Paste");
    }
}
