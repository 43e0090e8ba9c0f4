//! From the model's answer to the clean latents.

use super::course::{Call, alpha_sigma, zip};
use crate::sampling::PredictionType;
use crate::sampling::settings::Bound;

/// Clean latents from the answer at noise level `sigma`, for latents `x0 + sigma * noise`.
pub fn x0_exploding(prediction: PredictionType, call: &Call, sigma: f32) -> Vec<f32> {
    match prediction {
        PredictionType::Epsilon => zip(call.sample, call.output, |x, out| x - sigma * out),
        PredictionType::VPrediction => {
            let power = sigma * sigma + 1.0;
            let c_out = -sigma / power.sqrt();
            zip(call.sample, call.output, |x, out| out * c_out + x / power)
        }
        PredictionType::Sample => call.output.to_vec(),
    }
}

/// Clean latents from the answer for latents `alpha * x0 + sigma * noise`.
pub fn x0_preserving(prediction: PredictionType, call: &Call, (alpha, sigma): (f32, f32)) -> Vec<f32> {
    match prediction {
        PredictionType::Epsilon => zip(call.sample, call.output, |x, out| (x - sigma * out) / alpha),
        PredictionType::VPrediction => zip(call.sample, call.output, |x, out| alpha * x - sigma * out),
        PredictionType::Sample => call.output.to_vec(),
    }
}

/// Noise from the answer for latents `alpha * x0 + sigma * noise`.
pub fn noise_preserving(prediction: PredictionType, call: &Call, (alpha, sigma): (f32, f32)) -> Vec<f32> {
    match prediction {
        PredictionType::Epsilon => call.output.to_vec(),
        PredictionType::VPrediction => zip(call.sample, call.output, |x, out| alpha * out + sigma * x),
        PredictionType::Sample => zip(call.sample, call.output, |x, out| (x - alpha * out) / sigma),
    }
}

/// [`x0_preserving`] at the noise-to-signal ratio `sigma`.
pub fn x0_at(prediction: PredictionType, call: &Call, sigma: f32) -> Vec<f32> {
    x0_preserving(prediction, call, alpha_sigma(sigma))
}

impl Bound {
    /// Keeps the clean latents `x0` of shape `shape` within bounds.
    pub fn apply(self, x0: &mut [f32], shape: [usize; 4]) {
        match self {
            Bound::None => {}
            Bound::Clip(range) => x0.iter_mut().for_each(|v| *v = v.clamp(-range, range)),
            Bound::Threshold { ratio, max } => {
                let picture = (shape[1] * shape[2] * shape[3]).max(1);
                for item in x0.chunks_mut(picture) {
                    let mut sorted: Vec<f32> = item.iter().map(|v| v.abs()).collect();
                    sorted.sort_by(f32::total_cmp);
                    let limit = quantile(&sorted, ratio).max(1.0).min(max);
                    item.iter_mut().for_each(|v| *v = v.clamp(-limit, limit) / limit);
                }
            }
        }
    }
}

/// Quantile of sorted values, linear between two of them.
fn quantile(sorted: &[f32], ratio: f64) -> f32 {
    let rank = ratio as f32 * (sorted.len() - 1) as f32;
    let low = rank.floor();
    let (a, b) = (sorted[low as usize], sorted[(low as usize + 1).min(sorted.len() - 1)]);
    a + (rank - low) * (b - a)
}
