//! What a model takes in memory, from the headers of its weight files and its configs. Nothing is loaded.

use safetensors::SafeTensors;

use super::config::{UnetConfig, VaeConfig};
use super::{Component, Model, ModelError};
use crate::generate::Footprint;

/// On the processor a text encoder above this is dropped once it has read the words: what it said is remembered, and
/// half a gigabyte is free for the picture.
pub const KEEP_TEXT_ENCODER_BYTES: u64 = 128 << 20;
/// Bytes of a value in the networks' activations.
const VALUE: u64 = 4;

/// The footprint of `model` with weights kept in `weight_bytes` bytes a value.
///
/// # Errors
/// [`ModelError`]: a weight file that is missing or damaged.
pub fn footprint(model: &Model, weight_bytes: u64) -> Result<Footprint, ModelError> {
    let kept = |component| Ok::<_, ModelError>(values(model, component)? * weight_bytes);
    let text = kept(Component::TextEncoder)?;
    Ok(Footprint {
        text,
        unet: kept(Component::Unet)?.max(if model.student.is_some() { kept(Component::Student)? } else { 0 }),
        vae: kept(Component::Vae)?,
        keeps_text: text <= KEEP_TEXT_ENCODER_BYTES,
        factor: model.vae.scale_factor() as u32,
        unet_per_place: unet_per_place(&model.unet) * VALUE,
        vae_per_px: vae_per_px(&model.vae) * VALUE,
    })
}

/// Memory that programs may take before the system runs out of it; `None` where it does not say.
pub fn available() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    let all = system.available_memory();
    // A container may have less than the machine.
    let free = system.cgroup_limits().map_or(all, |limits| limits.free_memory.min(all));
    (free > 0).then_some(free)
}

/// Values in the weight files of `component`.
fn values(model: &Model, component: Component) -> Result<u64, ModelError> {
    let mut sum = 0u64;
    for relative in model.weight_files(component)? {
        let bytes = model.files.map(&relative)?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| ModelError::Weights {
            file: model.files.full_name(&relative),
            why: e.to_string(),
        })?;
        let of_tensor = |shape: &[usize]| shape.iter().fold(1u64, |n, &d| n.saturating_mul(d as u64));
        sum = header.tensors().values().fold(sum, |sum, t| sum.saturating_add(of_tensor(&t.shape)));
    }
    Ok(sum)
}

/// Values that the network holds at once for each latent pixel: the skip connections of all levels, and what the
/// widest block works on.
fn unet_per_place(c: &UnetConfig) -> u64 {
    let width = |level: usize| c.block_out_channels[level] as f64;
    let area = |level: usize| 0.25f64.powi(level as i32);
    let layers = |level: usize| c.layers_per_block.get(level).unwrap_or(1) as f64;
    let (mut skips, mut widest) = (width(0), 0.0f64);
    for level in 0..c.levels() {
        let last = level + 1 == c.levels();
        skips += layers(level) * width(level) * area(level);
        if !last {
            skips += width(level) * area(level + 1);
        }
        let below = if last { width(level) } else { width(level + 1) };
        // A block of the up path: its input beside a skip connection, the same normalised, the output twice.
        let mut block = 2.0 * (below + width(level)) + 2.0 * width(level);
        if c.down_block_types[level].starts_with("Cross") {
            // The gated feed-forward layer of a transformer: eight widths in, four out, and what it is added to.
            block = block.max(15.0 * width(level));
        }
        widest = widest.max(block * area(level));
    }
    (skips + widest).ceil() as u64
}

/// Values that the autoencoder holds at once for each pixel, at full size, where it is widest.
fn vae_per_px(vae: &VaeConfig) -> u64 {
    match vae {
        // The last block takes what the one before enlarged: input, normalised input, output.
        VaeConfig::AutoencoderKL(c) => {
            let (outer, inner) = (c.block_out_channels[0], c.block_out_channels.get(1));
            2 * inner.copied().unwrap_or(outer) as u64 + outer as u64
        }
        // Enlarged, and convolved; a third of a plane more is what threads hold on the way (measured at 512 and 768 px).
        VaeConfig::AutoencoderTiny(c) => 7 * c.decoder_block_out_channels[0] as u64 / 3,
    }
}
