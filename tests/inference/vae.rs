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

const STARTER_CHANNELS: usize = 12;

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

/// Mean jump between neighbouring columns, for every column.
fn column_jumps(image: &Tensor) -> Vec<f32> {
    let width = image.dim(3).unwrap();
    let left = image.narrow(3, 0, width - 1).unwrap();
    let right = image.narrow(3, 1, width - 1).unwrap();
    (right - left).unwrap().abs().unwrap().mean((0, 1, 2)).unwrap().to_vec1::<f32>().unwrap()
}

fn never() -> TilePolicy {
    TilePolicy { above_px: usize::MAX, ..TilePolicy::default() }
}

/// A picture decoded at once and in tiles of `len` latents that overlap by half.
fn whole_and_tiled(vae: &Vae, channels: usize, len: usize) -> (Tensor, Tensor) {
    let z = latents(channels, 40, 56);
    let whole = vae.decode(&z, &never(), &|| Ok(())).expect("a picture");
    let side = len * vae.factor();
    let tiles = TilePolicy { above_px: 1, side_px: side, overlap_px: side / 2 };
    let tiled = vae.decode(&z, &tiles, &|| Ok(())).expect("a picture");
    assert_eq!(whole.dims(), tiled.dims());
    (whole, tiled)
}

fn largest(values: &[f32]) -> f32 {
    values.iter().copied().fold(0.0, f32::max)
}

#[test]
fn tiled_decoding_has_no_seam() {
    // Without norms and attention, tiles differ from the whole only by what lies beyond their overlap.
    let (whole, tiled) = whole_and_tiled(&vae("starter"), STARTER_CHANNELS, 32);
    let jump = largest(&column_jumps(&(&tiled - &whole).unwrap()));
    println!(
        "starter: largest jump of the difference between columns {jump:.5} (one step of 8 bits is 0.0078)"
    );
    assert!(jump < 0.0078, "a seam of {jump}");
    // Group norms and attention see their tile only: with random weights that changes the whole picture. But no
    // column where a tile begins or ends may stand out from the columns around it.
    let vae = vae("sd1-4ch");
    let (_, tiled) = whole_and_tiled(&vae, 4, 16);
    let jumps = column_jumps(&tiled);
    for start in TileLayout::new(56, 16, 8).starts {
        for edge in [start * vae.factor(), (start + 16) * vae.factor()] {
            if edge < 16 || edge + 16 > jumps.len() {
                continue; // the picture's own border
            }
            let mut around: Vec<f32> = jumps[edge - 12..edge + 12].to_vec();
            around.sort_by(f32::total_cmp);
            assert!(
                jumps[edge - 1] < 2.0 * around[12],
                "column {edge}: {} among {}",
                jumps[edge - 1],
                around[12]
            );
        }
    }
}

#[test]
fn tiled_encoding_is_close_to_whole_encoding() {
    let vae = vae("starter");
    let tiles = TilePolicy { above_px: 1, side_px: 256, overlap_px: 128 };
    let image = vae.decode(&latents(STARTER_CHANNELS, 32, 48), &never(), &|| Ok(())).unwrap();
    let whole = vae.encode(&image, &never(), &|| Ok(())).unwrap().mean;
    let tiled = vae.encode(&image, &tiles, &|| Ok(())).unwrap().mean;
    assert!((&tiled - &whole).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap() > 0.0);
    let decode = |latents: &Tensor| vae.decode(latents, &never(), &|| Ok(())).unwrap();
    let (a, b) = (decode(&whole), decode(&tiled));
    let worst = (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    println!("largest difference of the decoded pictures {worst:.4} of 2");
    assert!(worst < 0.0157, "more than two steps of 8 bits: {worst}");
}
