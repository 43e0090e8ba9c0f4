//! Pictures and masks as plain values.

/// An opaque picture in sRGB, interleaved `R G B`, each 0..=1 (not linear light: what the VAE is trained on).
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height * 3` values, rows from the top.
    pub data: Vec<f32>,
}

impl Picture {
    /// A picture of one colour.
    pub fn filled(width: u32, height: u32, rgb: [f32; 3]) -> Self {
        let data = rgb.iter().copied().cycle().take(width as usize * height as usize * 3).collect();
        Self { width, height, data }
    }

    /// The colour at `(x, y)`.
    pub fn pixel(&self, x: u32, y: u32) -> [f32; 3] {
        let i = (y as usize * self.width as usize + x as usize) * 3;
        [self.data[i], self.data[i + 1], self.data[i + 2]]
    }

    /// From 8 bits a channel.
    pub fn from_rgb8(image: &image::RgbImage) -> Self {
        Self {
            width: image.width(),
            height: image.height(),
            data: image.as_raw().iter().map(|&v| f32::from(v) / 255.0).collect(),
        }
    }

    /// To 8 bits a channel: clamped, rounded half to even as numpy (and so diffusers) does.
    pub fn to_rgb8(&self) -> image::RgbImage {
        let raw = self.data.iter().map(|&v| (v.clamp(0.0, 1.0) * 255.0).round_ties_even() as u8).collect();
        image::RgbImage::from_raw(self.width, self.height, raw).expect("data has width * height * 3 values")
    }
}

/// A soft mask, each value 0..=1 (what 1 means is said where it is used).
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` values, rows from the top.
    pub data: Vec<f32>,
}

impl Mask {
    /// A mask of one value.
    pub fn filled(width: u32, height: u32, value: f32) -> Self {
        Self { width, height, data: vec![value; width as usize * height as usize] }
    }

    /// The value at `(x, y)`.
    pub fn get(&self, x: u32, y: u32) -> f32 {
        self.data[y as usize * self.width as usize + x as usize]
    }

    /// From 8 bits.
    pub fn from_gray8(image: &image::GrayImage) -> Self {
        Self {
            width: image.width(),
            height: image.height(),
            data: image.as_raw().iter().map(|&v| f32::from(v) / 255.0).collect(),
        }
    }

    /// Whether any value is above 0.
    pub fn any(&self) -> bool {
        self.data.iter().any(|&v| v > 0.0)
    }
}
