//! The small model inside the binary. Only its files are named here; everything about it is read from its
//! configs, so better weights replace it without a change of code.

use super::files::Embedded;

/// Its id.
pub const ID: &str = "starter";

macro_rules! embed {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../assets/starter/", $path)))),+]
    };
}

/// Its files.
pub const FILES: Embedded = embed![
    "model_index.json",
    "starter.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/tokenizer.json",
    "tokenizer/tokenizer_config.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors",
    "unet_student/config.json",
    "unet_student/diffusion_pytorch_model.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
];
