//! Colours at hand.

use crate::color::Rgba;
use crate::io::gpl::Palette;

/// How many recent colours are remembered.
pub const RECENT: usize = 24;

/// Foreground, background, recent colours and a palette.
#[derive(Clone, Debug)]
pub struct Colors {
    /// What is painted with.
    pub foreground: Rgba,
    /// What gradients end in and erased paper shows.
    pub background: Rgba,
    /// The last colours that were chosen, the newest first.
    pub recent: Vec<Rgba>,
    /// Swatches.
    pub palette: Palette,
}

impl Default for Colors {
    fn default() -> Self {
        Self {
            foreground: Rgba::BLACK,
            background: Rgba::WHITE,
            recent: Vec::new(),
            palette: basic_palette(),
        }
    }
}

impl Colors {
    /// Exchanges foreground and background.
    pub fn swap(&mut self) {
        std::mem::swap(&mut self.foreground, &mut self.background);
    }

    /// Black on white.
    pub fn reset(&mut self) {
        (self.foreground, self.background) = (Rgba::BLACK, Rgba::WHITE);
    }

    /// Puts a colour first among the recent ones.
    pub fn remember(&mut self, color: Rgba) {
        let key = color.to_rgba8();
        self.recent.retain(|c| c.to_rgba8() != key);
        self.recent.insert(0, color);
        self.recent.truncate(RECENT);
    }
}

/// A palette to begin with: greys, and twelve hues of equal lightness steps in OKLCh.
pub fn basic_palette() -> Palette {
    use crate::color::Oklch;
    let mut palette = Palette { name: "Basic".into(), columns: 12, ..Palette::default() };
    let mut add = |rgb: [f32; 3], name: String| {
        let [r, g, b, _] = Rgba::rgb(rgb[0], rgb[1], rgb[2]).to_rgba8();
        palette.colors.push(crate::io::gpl::Swatch { rgb: [r, g, b], name });
    };
    for i in 0..12 {
        let v = i as f32 / 11.0;
        add([v; 3], format!("Grey {}", (v * 100.0).round()));
    }
    for l in [0.85, 0.7, 0.55, 0.4f32] {
        for i in 0..12 {
            let h = i as f32 / 12.0;
            add(
                Oklch { l, c: 0.16, h }.to_srgb_in_gamut(),
                format!("Hue {} lightness {}", i * 30, l * 100.0),
            );
        }
    }
    palette
}
