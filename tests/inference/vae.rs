//! Tiles show no seam.

use candle_core::{Device, Tensor};
use scumble::diffusion::vae::{TileLayout, TilePolicy, Vae};
use scumble::diffusion::weights::Weights;
use scumble::diffusion::{DTypeChoice, DeviceChoice, Placement};
use scumble::models::{Component, Model};

use crate::support::fixture;

fn vae(name: &str) -> Vae {
    let id =
        if name == "starter" { name.into() } else { fixture("pipelines").join(name).display().to_string() };
    let model = Model::open(&id).expect("a model");
    let placement = Placement::new(DeviceChoice::Cpu, DTypeChoice::F32).expect("the processor");
    Vae::new(&Weights::open(&model, Component::Vae, &placement).expect("weights"), &model).expect("a VAE")
}

/// Smooth latents with some detail.
fn latents(channels: usize, h: usize, w: usize) -> Tensor {
    let values: Vec<f32> = (0..channels * h * w)
        .map(|i| {
            let (c, y, x) = (i / (h * w), i / w % h, i % w);
            ((x as f32 * 0.13 + c as f32).sin() + (y as f32 * 0.09).cos()) * 0.6
                + ((i * 7919 % 101) as f32 / 101.0 - 0.5) * 0.2
        })
        .collect();
    Tensor::from_vec(values, (1, channels, h, w), &Device::Cpu).unwrap()
}

#[test]
fn tiles_cover_everything_and_overlap() {
    for (side, len, overlap) in [(10, 16, 4), (16, 16, 4), (17, 16, 4), (100, 16, 4), (64, 8, 7), (5, 1, 0)] {
        let layout = TileLayout::new(side, len, overlap);
        assert_eq!(layout.starts[0], 0);
        assert_eq!(layout.starts.last().unwrap() + layout.len, side);
        for pair in layout.starts.windows(2) {
            assert!(
                pair[1] > pair[0] && pair[1] + overlap <= pair[0] + layout.len,
                "{side} {len} {overlap}: {pair:?}"
            );
        }
    }
}

/// The tiled picture's steps at tile borders stand against its steps elsewhere.
fn tile_seam(vae: &mut Vae, channels: usize) -> (f32, f32) {
    let z = latents(channels, 40, 56);
    vae.tiles = TilePolicy { above_px: usize::MAX, ..TilePolicy::default() };
    let whole = vae.decode(&z, &|| Ok(())).expect("a picture");
    let side = 16 * vae.factor();
    vae.tiles = TilePolicy { above_px: 1, side_px: side, overlap_px: side / 2 };
    let tiled = vae.decode(&z, &|| Ok(())).expect("a picture");
    assert_eq!(whole.dims(), tiled.dims());
    let difference = (&tiled - &whole).unwrap();
    let rms = difference.sqr().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
    // A seam is a jump of the difference between neighbouring columns.
    let width = difference.dim(3).unwrap();
    let left = difference.narrow(3, 0, width - 1).unwrap();
    let right = difference.narrow(3, 1, width - 1).unwrap();
    let jumps = (right - left).unwrap().abs().unwrap().mean((0, 1, 2)).unwrap().to_vec1::<f32>().unwrap();
    (rms, jumps.iter().copied().fold(0.0, f32::max))
}

#[test]
fn tiled_decoding_has_no_seam() {
    for name in ["starter", "sd1-4ch"] {
        let mut vae = vae(name);
        let (rms, jump) = tile_seam(&mut vae, 4);
        println!("{name}: tiled against whole: rms {rms:.5}, largest jump between columns {jump:.5} (of 2)");
        // one step of 8 bits is 0.0078
        assert!(jump < 0.0078, "{name}: a seam of {jump}");
    }
}

#[test]
fn tiled_encoding_is_close_to_whole_encoding() {
    let mut vae = vae("starter");
    let image = vae.decode(&latents(4, 32, 48), &|| Ok(())).unwrap();
    let whole = vae.encode(&image, &|| Ok(())).unwrap().mean;
    vae.tiles = TilePolicy { above_px: 1, side_px: 128, overlap_px: 64 };
    let tiled = vae.encode(&image, &|| Ok(())).unwrap().mean;
    let worst = (tiled - whole).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert!(worst < 0.02, "{worst}");
}
