//! A rough look at latents without a decoder: a linear map from latent channels to colour.

use crate::generate::{Picture, Preview};
use crate::sampling::Latents;

/// Rows: latent channel; columns: R, G, B, for the autoencoder of Stable Diffusion 1.x and 2.x. The factors are
/// a least-squares fit that InvokeAI publishes (Apache-2.0).
const SD: [[f32; 3]; 4] = [
    [0.3444, 0.1385, 0.0670],
    [0.1247, 0.4027, 0.1494],
    [-0.3192, 0.2513, 0.2103],
    [-0.1307, -0.1874, -0.7445],
];

/// A picture at latent size out of one item of `latents` (in the UNet's scale). Autoencoders of other than four
/// channels show their first three.
pub fn linear(latents: &Latents) -> Preview {
    let [_, channels, h, w] = latents.shape;
    let plane = h * w;
    let mut data = Vec::with_capacity(plane * 3);
    for i in 0..plane {
        let mut rgb = [0f32; 3];
        for (c, sd) in SD.iter().enumerate().take(channels) {
            let value = latents.data[c * plane + i];
            // Another autoencoder's channels mean something else: show the first three as they are.
            let row =
                if channels == 4 { *sd } else { std::array::from_fn(|k| if k == c { 0.25 } else { 0.0 }) };
            for (v, weight) in rgb.iter_mut().zip(row) {
                *v += value * weight;
            }
        }
        data.extend(rgb.map(|v| (v * 0.5 + 0.5).clamp(0.0, 1.0)));
    }
    Preview { picture: Picture { width: w as u32, height: h as u32, data } }
}

/// One item of `latents`, each value the mean of `by` x `by`; what is over at the right and below is left out.
pub fn pooled(latents: &Latents, by: usize) -> Latents {
    let [_, channels, h, w] = latents.shape;
    let (oh, ow) = ((h / by).max(1), (w / by).max(1));
    let mut data = Vec::with_capacity(channels * oh * ow);
    for c in 0..channels {
        for (y, x) in (0..oh).flat_map(|y| (0..ow).map(move |x| (y, x))) {
            let (rows, columns) = (y * by..(y * by + by).min(h), x * by..(x * by + by).min(w));
            let count = (rows.len() * columns.len()) as f32;
            let row = |y: usize| &latents.data[(c * h + y) * w..][columns.clone()];
            data.push(rows.map(|y| row(y).iter().sum::<f32>()).sum::<f32>() / count);
        }
    }
    Latents { data, shape: [1, channels, oh, ow] }
}
