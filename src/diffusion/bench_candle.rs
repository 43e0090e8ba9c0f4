//! candle-transformers' UNet beside ours, on the same weights, in one process.

use std::time::Instant;

use candle_core::{DType, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::stable_diffusion::unet_2d::{
    BlockConfig, UNet2DConditionModel, UNet2DConditionModelConfig,
};

use super::backend::CandleBackend;
use super::unet::{Conditioning, RunError};
use crate::generate::GenerateError;
use crate::models::{Component, Files, Model};

/// Seconds of `steps` network calls, ours and candle-transformers' in turn, after one of each that warms up. The
/// largest difference of the two outputs is printed: a race between different computations means nothing.
///
/// # Errors
/// [`GenerateError`], also for models that candle-transformers has no config for.
pub fn against_candle(
    backend: &mut CandleBackend,
    id: &str,
    (w, h): (u32, u32),
    steps: u32,
    guided: bool,
) -> Result<Vec<(f64, f64)>, GenerateError> {
    let failed = |e: candle_core::Error| GenerateError::Run(e.to_string());
    let placement = backend.placement().clone();
    let model = backend.open(id)?.clone();
    let theirs = load(&model, &placement).map_err(failed)?;
    let factor = model.vae.scale_factor();
    let batch = if guided { 2 } else { 1 };
    let shape = (batch, model.unet.in_channels, h as usize / factor, w as usize / factor);
    let x = Tensor::randn(0f32, 1.0, shape, &placement.device).map_err(failed)?;
    let text = Tensor::randn(0f32, 1.0, (batch, model.context, model.clip.hidden_size), &placement.device)
        .map_err(failed)?;
    let (_, _, ours, _) = backend.parts(id)?;
    let conditioning = Conditioning { text: &text, guidance: None, residuals: None };
    let mut pairs = Vec::new();
    for i in 0..=steps {
        let begun = Instant::now();
        let a = ours.forward(&x, 500.0, &conditioning, &|| false).map_err(|e| match e {
            RunError::Cancelled => GenerateError::Cancelled,
            RunError::Candle(e) => failed(e),
        })?;
        let ours_s = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let b = theirs.forward(&x, 500.0, &text).map_err(failed)?;
        let theirs_s = begun.elapsed().as_secs_f64();
        if i > 0 {
            pairs.push((ours_s, theirs_s));
        } else {
            let worst = (|| (a - b)?.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>())().map_err(failed)?;
            eprintln!("largest difference of the two networks' outputs: {worst:.2e}");
        }
    }
    Ok(pairs)
}

fn load(model: &Model, placement: &super::Placement) -> candle_core::Result<UNet2DConditionModel> {
    let Files::Folder(folder) = &model.files else { candle_core::bail!("give a model folder with -m") };
    let c = &model.unet;
    let blocks = (0..c.levels())
        .map(|i| BlockConfig {
            out_channels: c.block_out_channels[i],
            use_cross_attn: c.down_block_types[i]
                .starts_with("Cross")
                .then(|| c.transformer_layers_per_block.get(i).unwrap_or(1)),
            attention_head_dim: c.attention_head_dim.get(i).unwrap_or(8),
        })
        .collect();
    let config = UNet2DConditionModelConfig {
        center_input_sample: c.center_input_sample,
        flip_sin_to_cos: c.flip_sin_to_cos,
        freq_shift: c.freq_shift,
        blocks,
        layers_per_block: c.layers_per_block.get(0).unwrap_or(2),
        downsample_padding: c.downsample_padding,
        mid_block_scale_factor: c.mid_block_scale_factor,
        norm_num_groups: c.norm_num_groups.unwrap_or(32),
        norm_eps: c.norm_eps,
        cross_attention_dim: c.cross_attention_dim.get(0).unwrap_or(768),
        sliced_attention_size: None,
        use_linear_projection: c.use_linear_projection,
    };
    let names = model.weight_files(Component::Unet).map_err(candle_core::Error::msg)?;
    let paths: Vec<_> = names.iter().map(|n| folder.join(n)).collect();
    // SAFETY: as for our own weights: the files must not be cut short while they are mapped.
    let vb = unsafe { VarBuilder::from_mmaped_safetensors(&paths, DType::F32, &placement.device)? };
    UNet2DConditionModel::new(vb, c.in_channels, c.out_channels, false, config)
}
