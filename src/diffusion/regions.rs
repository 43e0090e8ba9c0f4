//! Which words apply where, at latent size.

use super::convert;
use crate::generate::Pass;

/// The prompts of a pass and their shares of each latent place, the main one first. Prompts without a share anywhere
/// are left out; a prompt that is left alone has `None`, so that it runs exactly as if it were the only one.
///
/// A cell's share is the mean over its pixels. The main prompt has what the regions leave, regions that together claim
/// more than all are scaled down to it.
pub fn shares(pass: &Pass, factor: usize) -> Vec<(String, Option<Vec<f32>>)> {
    if pass.regions.is_empty() {
        return vec![(pass.prompt.clone(), None)];
    }
    let padded = |v: u32| (v as usize).div_ceil(factor) as u32 * factor as u32;
    let (width, height) = (padded(pass.width), padded(pass.height));
    let mut all: Vec<(String, Vec<f32>)> = Vec::new();
    for region in &pass.regions {
        let mask = convert::pad_mask(&region.share, width, height);
        all.push((region.prompt.clone(), convert::mask_to_latent(&mask, factor, false)));
    }
    let places = width as usize / factor * (height as usize / factor);
    let mut rest = vec![1.0f32; places];
    for (i, rest) in rest.iter_mut().enumerate() {
        let sum: f32 = all.iter().map(|(_, share)| share[i]).sum();
        // Means of shares that sum to 1 do so up to rounding.
        let scale = if sum > 1.0 - 1e-4 { 1.0 / sum } else { 1.0 };
        all.iter_mut().for_each(|(_, share)| share[i] *= scale);
        *rest = if sum > 1.0 - 1e-4 { 0.0 } else { 1.0 - sum };
    }
    all.insert(0, (pass.prompt.clone(), rest));
    all.retain(|(_, share)| share.iter().any(|&s| s > 0.0));
    let alone = all.len() == 1;
    all.into_iter().map(|(prompt, share)| (prompt, (!alone).then_some(share))).collect()
}
