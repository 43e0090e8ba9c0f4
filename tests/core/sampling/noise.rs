//! Random numbers.

use scumble::sampling::RngKind;
use scumble::sampling::noise::brownian::BrownianPath;
use scumble::sampling::noise::mt19937::TorchGenerator;
use scumble::sampling::noise::philox::{philox_4x32_10, randn};
use scumble::sampling::noise::seed_sequence::generate_state;
use scumble::sampling::noise::{CanvasNoise, Draw, NoiseSource, TorchNoise, source};

use super::stored::{Stored, deviation};

const SEEDS: [u64; 6] = [0, 1, 42, 12345, (1 << 32) + 7, i64::MAX as u64];

fn assert_bits(what: &str, got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert_eq!(g.to_bits(), w.to_bits(), "{what}, number {i}: {g} instead of {w}");
    }
}

#[test]
fn torch_numbers_to_the_bit() {
    let stored = Stored::open("randn.safetensors");
    for seed in SEEDS {
        let top = if seed == 0 || seed == 42 { 100 } else { 20 };
        let got: Vec<f32> = (1..=top).flat_map(|n| TorchGenerator::new(seed).randn(n)).collect();
        assert_bits(&format!("seed {seed}, all"), &got, &stored.f32(&format!("{seed}.all")));

        let big = TorchGenerator::new(seed).randn(4 * 64 * 64);
        let every97: Vec<f32> = big.iter().copied().step_by(97).collect();
        assert_bits("first", &big[..256], &stored.f32(&format!("{seed}.big.first")));
        assert_bits("last", &big[big.len() - 256..], &stored.f32(&format!("{seed}.big.last")));
        assert_bits("every 97th", &every97, &stored.f32(&format!("{seed}.big.every97")));

        // Consecutive calls: the scalar path keeps a number over calls of the other one.
        let mut generator = TorchGenerator::new(seed);
        for (k, n) in [5, 17, 3, 252, 16, 1, 6].into_iter().enumerate() {
            let want = stored.f32(&format!("{seed}.row.{k}"));
            assert_bits(&format!("seed {seed}, row {k}"), &generator.randn(n), &want);
        }
    }
}

#[test]
fn only_the_low_half_of_a_torch_seed_counts() {
    assert_eq!(TorchGenerator::new(7).randn(20), TorchGenerator::new((1 << 40) + 7).randn(20));
}

#[test]
fn philox_known_answers() {
    // Random123's kat_vectors.
    for (counter, key, want) in [
        ([0; 4], [0; 2], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]),
        ([u32::MAX; 4], [u32::MAX; 2], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]),
        (
            [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
            [0xa4093822, 0x299f31d0],
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
        ),
    ] {
        assert_eq!(philox_4x32_10(counter, key), want);
    }
}

#[test]
fn philox_numbers_are_those_of_cuda() {
    // torch.manual_seed(0); torch.randn(12, device="cuda"), as widely published.
    let want = [
        -0.924_662_6,
        -0.425_344_15,
        -2.643_845_8,
        0.145_183_88,
        -0.120_866_47,
        -0.579_725_6,
        -0.622_851_2,
        -0.328_387_1,
        -1.074_542_3,
        -0.363_144_07,
        -1.671_050_7,
        2.265_505,
    ];
    for (got, want) in randn(0, 0, 12).into_iter().zip(want) {
        assert!((got - want).abs() < 3e-7, "{got} {want}");
    }
    // Later calls go on, they do not repeat.
    let mut source = source(RngKind::Philox, 0, (0, 0));
    let first = source.normal(Draw::Init, [1, 1, 3, 4]);
    let second = source.normal(Draw::Init, [1, 1, 3, 4]);
    assert_eq!(first, randn(0, 0, 12));
    assert_eq!(second, randn(0, 1, 12));
}

#[test]
fn picture_k_of_a_batch_has_seed_plus_k() {
    for kind in RngKind::ALL {
        for seed in [5, u64::MAX] {
            let mut batch = source(*kind, seed, (-3, 8));
            let mut single = source(*kind, seed.wrapping_add(1), (-3, 8));
            for draw in [Draw::Init, Draw::Step(0, 0), Draw::Step(1, 0)] {
                let both = batch.normal(draw, [2, 4, 3, 5]);
                assert_eq!(both[60..], single.normal(draw, [1, 4, 3, 5]), "{kind} {seed}");
            }
            assert_eq!(batch.keyed(1, 99, [4, 3, 5]), single.keyed(0, 99, [4, 3, 5]), "{kind} keyed");
        }
    }
}

/// The value of channel `c` at canvas position `(x, y)` in a frame.
fn at(frame: &[f32], origin: (i64, i64), size: (usize, usize), c: usize, (x, y): (i64, i64)) -> f32 {
    let (column, row) = ((x - origin.0) as usize, (y - origin.1) as usize);
    frame[(c * size.1 + row) * size.0 + column]
}

#[test]
fn canvas_noise_agrees_where_frames_overlap() {
    let far = i64::from(u32::MAX) + 3;
    for draw in [Draw::Init, Draw::Posterior, Draw::Step(3, 1)] {
        for corner in [(0, 0), (-20, -7), (far, -far)] {
            let (a, b) = (corner, (corner.0 + 5, corner.1 - 4));
            let left = CanvasNoise::new(9, a).normal(draw, [1, 4, 16, 24]);
            let right = CanvasNoise::new(9, b).normal(draw, [1, 4, 32, 8]);
            for c in 0..4 {
                for y in a.1..a.1 + 16 {
                    for x in b.0..b.0 + 8 {
                        let (l, r) = (at(&left, a, (24, 16), c, (x, y)), at(&right, b, (8, 32), c, (x, y)));
                        assert_eq!(l.to_bits(), r.to_bits(), "{draw:?} {corner:?} {c} {x} {y}");
                    }
                }
            }
        }
    }
}

#[test]
fn noise_is_standard_normal_and_uncorrelated() {
    const SIDE: usize = 256;
    let n = (SIDE * SIDE) as f64;
    for kind in RngKind::ALL {
        let mut planes: Vec<Vec<f64>> = Vec::new();
        let mut add = |seed, draw, origin| {
            let values = source(*kind, seed, origin).normal(draw, [1, 2, SIDE, SIDE]);
            planes.extend(values.chunks(SIDE * SIDE).map(|p| p.iter().map(|v| f64::from(*v)).collect()));
        };
        add(1, Draw::Init, (-128, -128));
        add(2, Draw::Init, (-128, -128));
        if *kind == RngKind::Canvas {
            add(1, Draw::Step(0, 0), (-128, -128));
            add(1, Draw::Step(1, 0), (-128, -128));
            add(1, Draw::Init, (128, -128));
        }
        // 6 standard errors: one false alarm in hundreds of millions.
        let noise = 6.0 / n.sqrt();
        for plane in &planes {
            let moment = |p: i32| plane.iter().map(|v| v.powi(p)).sum::<f64>() / n;
            assert!(moment(1).abs() < noise, "{kind}: mean {}", moment(1));
            assert!((moment(2) - 1.0).abs() < 1.5 * noise, "{kind}: variance {}", moment(2));
            assert!(moment(3).abs() < 4.0 * noise, "{kind}: skewness {}", moment(3));
            assert!((moment(4) - 3.0).abs() < 10.0 * noise, "{kind}: kurtosis {}", moment(4));
            for shift in [1, 2, SIDE, SIDE + 1, 8 * SIDE] {
                let c = plane.iter().zip(&plane[shift..]).map(|(a, b)| a * b).sum::<f64>() / n;
                assert!(c.abs() < noise, "{kind}: correlation {c} at distance {shift}");
            }
        }
        for (i, a) in planes.iter().enumerate() {
            for b in &planes[i + 1..] {
                let c = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
                assert!(c.abs() < noise, "{kind}: correlation {c} of two planes");
            }
        }
    }
}

#[test]
fn seed_sequence_is_that_of_numpy() {
    // np.random.SeedSequence(entropy, spawn_key=..., pool_size=...).generate_state(4)
    assert_eq!(generate_state::<4, 4>(0, &[]), [2968811710, 3677149159, 745650761, 2884920346]);
    assert_eq!(generate_state::<24, 4>(5, &[0, 0]), [2064821470, 1826486279, 462128158, 875869577]);
    assert_eq!(generate_state::<24, 4>(4294967303, &[3, 2]), [2138258832, 2721314681, 3149129324, 415862099]);
    assert_eq!(
        generate_state::<8, 4>(18446744073709551615, &[8589934593, 35]),
        [3814936646, 3865633325, 630777670, 4260577628]
    );
    assert_eq!(generate_state::<24, 4>(42, &[]), [387750627, 2536650517, 4078839648, 2023786165]);
}

#[test]
fn brownian_path_is_that_of_torchsde() {
    let stored = Stored::open("brownian.safetensors");
    let sigmas = stored.f32("sigmas");
    for seed in [0, 42, (1 << 32) + 7] {
        let torch = TorchNoise::new(seed);
        let ends = (f64::from(sigmas[sigmas.len() - 1]), f64::from(sigmas[0]));
        let mut path = BrownianPath::new(seed, ends.0, ends.1);
        // In any order: backwards, then forwards from memory.
        for k in (0..sigmas.len() - 1).rev().chain(0..sigmas.len() - 1) {
            let got = path.noise(sigmas[k], sigmas[k + 1], [1, 4, 4, 4], &torch);
            // All but the last bit: the scale is a square root, which PyTorch does not round correctly.
            let miss = deviation(&got, &stored.f32(&format!("{seed}.{k}")));
            assert!(miss < 2e-7, "seed {seed}, {k}: {miss:.1e}");
        }
    }
}

#[test]
fn brownian_increments_add_up() {
    for kind in RngKind::ALL {
        let source = source(*kind, 3, (-4, 2));
        let mut path = BrownianPath::new(3, 0.03, 14.0);
        let shape = [2, 4, 8, 8];
        let mut increment = |from: f32, to: f32| -> Vec<f32> {
            let scale = (to - from).abs().sqrt();
            path.noise(from, to, shape, &*source).into_iter().map(|n| n * scale).collect()
        };
        let whole = increment(10.0, 0.5);
        let parts = [increment(10.0, 7.3), increment(7.3, 1.25), increment(1.25, 0.5)];
        for (i, w) in whole.iter().enumerate() {
            let sum: f32 = parts.iter().map(|p| p[i]).sum();
            assert!((sum - w).abs() < 1e-4, "{kind}: {sum} {w}");
        }
        let variance = whole.iter().map(|w| w * w).sum::<f32>() / whole.len() as f32 / 9.5;
        assert!((variance - 1.0).abs() < 0.4, "{kind}: {variance}");
        // Beyond the ends there is nothing; an empty interval has no noise.
        assert_eq!(increment(20.0, 15.0), vec![0.0; 512]);
    }
}
