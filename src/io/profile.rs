//! Colour profiles (ICC) of foreign pictures to sRGB, by moxcms.

use moxcms::{
    ColorProfile, DataColorSpace, Layout, ParsingOptions, Transform16BitExecutor, TransformOptions,
};
use std::sync::Arc;

/// Largest profile that is read, bytes; those of printers have a few MB.
const MAX_BYTES: usize = 16 << 20;

/// What becomes of the colours of a picture.
pub(super) enum Meaning {
    /// They are sRGB, or so near that no 8-bit value would change.
    Srgb,
    /// They become sRGB by this.
    Other(Conversion),
    /// The profile cannot be applied.
    Unknown(&'static str),
}

/// Samples of 16 bits to sRGB.
pub(super) struct Conversion {
    transform: Arc<Transform16BitExecutor>,
    gray: bool,
}

impl Conversion {
    /// Converts straight RGBA in place. Of a grey profile's picture red, green and blue must be equal.
    pub(super) fn apply(&self, rgba: &mut [u16]) -> bool {
        let source: Vec<u16> = if self.gray {
            rgba.chunks_exact(4).flat_map(|px| [px[0], px[3]]).collect()
        } else {
            rgba.to_vec()
        };
        self.transform.transform(&source, rgba).is_ok()
    }

    /// Whether it changes 8-bit colours.
    fn matters(&self) -> bool {
        let steps: Vec<u16> = if self.gray {
            (0..=255).map(|v| v * 257).collect()
        } else {
            (0..=15).map(|v| v * 4369).collect()
        };
        let mut before = Vec::new();
        if self.gray {
            steps.iter().for_each(|&v| before.extend([v, v, v, u16::MAX]));
        } else {
            for &r in &steps {
                for &g in &steps {
                    steps.iter().for_each(|&b| before.extend([r, g, b, u16::MAX]));
                }
            }
        }
        let mut after = before.clone();
        !self.apply(&mut after) || before.iter().zip(&after).any(|(a, b)| a.abs_diff(*b) > 128)
    }
}

/// What the profile of a picture that is grey, or that is RGB, means.
pub(super) fn meaning(profile: &[u8], gray: bool) -> Meaning {
    let options = ParsingOptions { max_profile_size: MAX_BYTES, ..ParsingOptions::default() };
    let Ok(profile) = ColorProfile::new_from_slice_with_options(profile, options) else {
        return Meaning::Unknown("it is broken");
    };
    let layout = match (profile.color_space, gray) {
        (DataColorSpace::Gray, true) => Layout::GrayAlpha,
        (DataColorSpace::Rgb, _) => Layout::Rgba,
        (DataColorSpace::Cmyk, _) => return Meaning::Unknown("it is one of printing inks"),
        _ => return Meaning::Unknown("it is not of the picture's kind"),
    };
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_16bit(layout, &srgb, Layout::Rgba, TransformOptions::default());
    let Ok(transform) = transform else { return Meaning::Unknown("its kind is not known") };
    let conversion = Conversion { transform, gray: layout == Layout::GrayAlpha };
    if conversion.matters() { Meaning::Other(conversion) } else { Meaning::Srgb }
}
