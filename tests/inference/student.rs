//! The few-step network beside the other in a model's folder.

use crate::support::{Quiet, backend, copy_folder, fixture, plain_pass};
use scumble::generate::{Backend, Pass, Timings};
use scumble::models::Model;
use scumble::sampling::SamplerKind;
use std::path::Path;

/// The weights of `from` with every value of the last layer turned round.
fn turned_round(from: &Path, to: &Path) {
    let bytes = std::fs::read(from).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut parts: Vec<(String, safetensors::Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, tensor) in tensors.iter() {
        let mut data = tensor.data().to_vec();
        if name.starts_with("conv_out.") {
            let width = tensor.dtype().bitsize() / 8;
            // The sign is the highest bit of the last byte.
            data.chunks_exact_mut(width).for_each(|v| v[width - 1] ^= 0x80);
        }
        parts.push((name.to_owned(), tensor.dtype(), tensor.shape().to_vec(), data));
    }
    let views = parts.iter().map(|(name, dtype, shape, data)| {
        (name.clone(), safetensors::tensor::TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    safetensors::serialize_to_file(views, None, to).unwrap();
}

#[test]
fn the_few_step_network_paints_without_guidance() {
    let from = fixture("pipelines/sd1-9ch");
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&from, folder.path());
    let weights = "diffusion_pytorch_model.safetensors";
    copy_folder(&from.join("unet"), &folder.path().join("unet_student"));
    turned_round(&from.join("unet").join(weights), &folder.path().join("unet").join(weights));
    let id = folder.path().display().to_string();
    assert_eq!(Model::open(&id).unwrap().few_steps(), Some(4));
    std::fs::write(folder.path().join("starter.json"), r#"{ "few_steps": 3 }"#).unwrap();
    assert_eq!(Model::open(&id).unwrap().few_steps(), Some(3));

    let mut backend = backend();
    let mut run = |model: &str, few_step: bool, cfg_scale: f32, sampler: Option<SamplerKind>| {
        let pass = Pass { few_step, cfg_scale, sampler, prompt: "a hill".into(), ..plain_pass(model) };
        backend.run(&pass, &mut Quiet::default(), &mut Timings::default())
    };
    let plain = from.display().to_string();
    let wanted = run(&plain, false, 1.0, Some(SamplerKind::Lcm)).unwrap();
    // The student is the network of the first folder; guidance is left out whatever is asked for.
    assert_eq!(run(&id, true, 7.0, None).unwrap(), wanted);
    // The network beside it is another one, before and after.
    let other = run(&id, false, 1.0, Some(SamplerKind::Lcm)).unwrap();
    assert_ne!(other, wanted);
    assert_eq!(run(&id, true, 1.0, None).unwrap(), wanted);
    // Where there is none, that is said.
    let error = run(&plain, true, 1.0, None).unwrap_err().to_string();
    assert!(error.contains("no few-step network"), "{error}");
}

#[test]
fn a_few_step_network_that_does_not_fit_is_named() {
    let from = fixture("pipelines/sd1-9ch");
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&from, folder.path());
    copy_folder(&fixture("pipelines/sd1-4ch").join("unet"), &folder.path().join("unet_student"));
    let error = Model::open(&folder.path().display().to_string()).unwrap_err().to_string();
    assert!(error.contains("unet_student"), "{error}");
}
