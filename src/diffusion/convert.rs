//! Between pictures, masks and tensors.

use candle_core::{DType, Device, Result, Tensor};

use super::device::Placement;
use crate::generate::{Mask, Picture};
use crate::sampling::Latents;

/// `[1, 3, h, w]` with values -1..1 in the compute type.
///
/// # Errors
/// Candle's.
pub fn picture_to_tensor(picture: &Picture, placement: &Placement) -> Result<Tensor> {
    let (w, h) = (picture.width as usize, picture.height as usize);
    let mut planes = vec![0f32; 3 * w * h];
    for (i, rgb) in picture.data.chunks_exact(3).enumerate() {
        for c in 0..3 {
            planes[c * w * h + i] = 2.0 * rgb[c] - 1.0;
        }
    }
    Tensor::from_vec(planes, (1, 3, h, w), &Device::Cpu)?
        .to_device(&placement.device)?
        .to_dtype(placement.compute)
}

/// The other way: `x / 2 + 0.5`, clamped to 0..1.
///
/// # Errors
/// Candle's.
pub fn tensor_to_picture(tensor: &Tensor) -> Result<Picture> {
    let (_, _, h, w) = tensor.dims4()?;
    let planes = to_vec(tensor)?;
    let mut data = Vec::with_capacity(3 * w * h);
    for i in 0..w * h {
        for c in 0..3 {
            data.push((planes[c * w * h + i] / 2.0 + 0.5).clamp(0.0, 1.0));
        }
    }
    Ok(Picture { width: w as u32, height: h as u32, data })
}

/// Values in f32 on the processor.
///
/// # Errors
/// Candle's.
pub fn to_vec(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.to_dtype(DType::F32)?.to_device(&Device::Cpu)?.flatten_all()?.to_vec1()
}

/// Latents as a tensor in the compute type.
///
/// # Errors
/// Candle's.
pub fn latents_to_tensor(latents: &Latents, placement: &Placement) -> Result<Tensor> {
    let [b, c, h, w] = latents.shape;
    Tensor::from_slice(&latents.data, (b, c, h, w), &Device::Cpu)?
        .to_device(&placement.device)?
        .to_dtype(placement.compute)
}

/// `picture` enlarged to `width` x `height` by repeating its last column and row.
pub fn pad_picture(picture: &Picture, width: u32, height: u32) -> Picture {
    let mut data = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            data.extend(picture.pixel(x.min(picture.width - 1), y.min(picture.height - 1)));
        }
    }
    Picture { width, height, data }
}

/// The same for a mask.
pub fn pad_mask(mask: &Mask, width: u32, height: u32) -> Mask {
    let data = (0..height)
        .flat_map(|y| (0..width).map(move |x| mask.get(x.min(mask.width - 1), y.min(mask.height - 1))))
        .collect();
    Mask { width, height, data }
}

/// The upper left `width` x `height` pixels.
pub fn crop_picture(picture: &Picture, width: u32, height: u32) -> Picture {
    if (picture.width, picture.height) == (width, height) {
        return picture.clone();
    }
    let row = picture.width as usize * 3;
    let data =
        (0..height as usize).flat_map(|y| &picture.data[y * row..][..width as usize * 3]).copied().collect();
    Picture { width, height, data }
}

/// A mask at latent size. `binary`: 1 where the upper left pixel of the cell is at least one half (what the
/// reference pipelines do). Else the mean of the cell.
pub fn mask_to_latent(mask: &Mask, factor: usize, binary: bool) -> Vec<f32> {
    let (w, h) = (mask.width as usize / factor, mask.height as usize / factor);
    let at = |x: usize, y: usize| mask.data[y * mask.width as usize + x];
    let mut out = Vec::with_capacity(w * h);
    for y in 0..h {
        for x in 0..w {
            out.push(if binary {
                f32::from(at(x * factor, y * factor) >= 0.5)
            } else {
                let mut sum = 0.0;
                for dy in 0..factor {
                    for dx in 0..factor {
                        sum += at(x * factor + dx, y * factor + dy);
                    }
                }
                sum / (factor * factor) as f32
            });
        }
    }
    out
}
