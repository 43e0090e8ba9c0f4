//! Our processor kernels against candle's own operations.

use candle_core::{DType, Device, Tensor};
use scumble::diffusion::kernels::{activation, attention, conv, linear, norm};

fn random(shape: &[usize]) -> Tensor {
    Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap()
}

fn worst(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.dims(), b.dims());
    (a - b).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap().to_scalar().unwrap()
}

#[test]
fn convolutions_equal_candles() {
    // batch, in, out, h, w, kernel, stride
    let shapes = [
        (1, 3, 5, 8, 8, 3, 1),
        (2, 7, 4, 33, 30, 3, 1),
        (2, 4, 6, 64, 25, 3, 1),
        (1, 5, 3, 9, 9, 3, 2),
        (2, 4, 4, 31, 40, 3, 2),
        (3, 8, 8, 17, 12, 1, 1),
        (1, 2, 3, 40, 41, 5, 1),
        (1, 4, 4, 1, 1, 3, 1),
        (1, 4, 4, 1, 40, 3, 1),
    ];
    for (b, ci, co, h, w, k, stride) in shapes {
        let (x, weight, bias) = (random(&[b, ci, h, w]), random(&[co, ci, k, k]), random(&[co]));
        let pad = k / 2;
        let geometry = conv::Geometry { kernel: k, stride, pad_begin: pad, pad_end: pad };
        let packed = conv::pack(&weight).unwrap();
        let ours = conv::conv2d(&x, &packed, Some(&bias), geometry).unwrap();
        let theirs = x.conv2d(&weight, pad, stride, 1, 1).unwrap();
        let theirs = theirs.broadcast_add(&bias.reshape((1, co, 1, 1)).unwrap()).unwrap();
        let difference = worst(&ours, &theirs);
        assert!(difference < 1e-4, "{b}x{ci}->{co} {h}x{w} k{k} s{stride}: {difference}");
    }
    // padding on one side only
    let (x, weight) = (random(&[1, 3, 10, 30]), random(&[4, 3, 3, 3]));
    let geometry = conv::Geometry { kernel: 3, stride: 2, pad_begin: 0, pad_end: 1 };
    let ours = conv::conv2d(&x, &conv::pack(&weight).unwrap(), None, geometry).unwrap();
    let padded = x.pad_with_zeros(2, 0, 1).unwrap().pad_with_zeros(3, 0, 1).unwrap();
    assert!(worst(&ours, &padded.conv2d(&weight, 0, 2, 1, 1).unwrap()) < 1e-4);
}

#[test]
fn attention_equals_the_formula() {
    for (b, rows, len, heads, dim, causal) in
        [(1, 5, 7, 1, 8, false), (2, 300, 77, 4, 10, false), (1, 33, 33, 3, 4, true), (2, 1, 9, 2, 6, false)]
    {
        let width = heads * dim;
        let (q, k, v) = (random(&[b, rows, width]), random(&[b, len, width]), random(&[b, len, width]));
        let ours = attention::attention(&q, &k, &v, heads, causal).unwrap();
        let split = |t: &Tensor, n: usize| {
            t.reshape((b, n, heads, dim)).unwrap().transpose(1, 2).unwrap().contiguous().unwrap()
        };
        let (q, k, v) = (split(&q, rows), split(&k, len), split(&v, len));
        let scores = q.matmul(&k.t().unwrap()).unwrap();
        let mut scores = (scores / (dim as f64).sqrt()).unwrap();
        if causal {
            let mask: Vec<f32> =
                (0..rows * len).map(|i| if i % len > i / len { f32::NEG_INFINITY } else { 0.0 }).collect();
            scores =
                scores.broadcast_add(&Tensor::from_vec(mask, (rows, len), &Device::Cpu).unwrap()).unwrap();
        }
        let weights = candle_softmax(&scores);
        let theirs = weights.matmul(&v).unwrap().transpose(1, 2).unwrap().reshape((b, rows, width)).unwrap();
        let difference = worst(&ours, &theirs);
        assert!(difference < 1e-5, "{b} {rows} {len} {heads} {dim} {causal}: {difference}");
    }
}

fn candle_softmax(x: &Tensor) -> Tensor {
    let max = x.max_keepdim(candle_core::D::Minus1).unwrap();
    let e = x.broadcast_sub(&max).unwrap().exp().unwrap();
    let sum = e.sum_keepdim(candle_core::D::Minus1).unwrap();
    e.broadcast_div(&sum).unwrap()
}

#[test]
fn norms_and_activations_equal_the_formulas() {
    let (x, w, b) = (random(&[2, 12, 9, 7]), random(&[12]), random(&[12]));
    for silu in [false, true] {
        let ours = norm::group_norm(&x, &w, &b, 4, 1e-5, silu).unwrap();
        let grouped = x.reshape((2, 4, 3 * 63)).unwrap();
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim(2).unwrap()).unwrap();
        let var = centred.sqr().unwrap().mean_keepdim(2).unwrap();
        let normed = centred.broadcast_div(&(var + 1e-5).unwrap().sqrt().unwrap()).unwrap();
        let normed = normed.reshape((2, 12, 9, 7)).unwrap();
        let scaled = normed
            .broadcast_mul(&w.reshape((1, 12, 1, 1)).unwrap())
            .unwrap()
            .broadcast_add(&b.reshape((1, 12, 1, 1)).unwrap())
            .unwrap();
        let theirs = if silu { scaled.silu().unwrap() } else { scaled };
        assert!(worst(&ours, &theirs) < 1e-5);
    }
    let wide = (random(&[3, 50, 64]) * 4.0).unwrap();
    assert!(worst(&activation::silu(&wide).unwrap(), &wide.silu().unwrap()) < 2e-6);
    assert!(worst(&activation::gelu(&wide).unwrap(), &wide.gelu_erf().unwrap()) < 2e-6);
    let halves = wide.chunk(2, 2).unwrap();
    let theirs = (&halves[0] * halves[1].gelu_erf().unwrap()).unwrap();
    assert!(worst(&activation::geglu(&wide).unwrap(), &theirs) < 1e-5);
    let far = Tensor::new(&[-1e30f32, -200.0, -87.5, 0.0, 87.5, 200.0, 1e30], &Device::Cpu).unwrap();
    let values = activation::silu(&far).unwrap().to_vec1::<f32>().unwrap();
    assert!(values.iter().all(|v| v.is_finite()), "{values:?}");
}

#[test]
fn sixteen_bit_weights_are_widened() {
    let (x, weight, bias) = (random(&[4, 10, 24]), random(&[16, 24]), random(&[16]));
    for dtype in [DType::F16, DType::BF16] {
        let narrow = weight.to_dtype(dtype).unwrap();
        let wide = narrow.to_dtype(DType::F32).unwrap();
        let ours = linear::linear(&x, &narrow, Some(&bias)).unwrap();
        let flat = x.reshape((40, 24)).unwrap().matmul(&wide.t().unwrap()).unwrap();
        let theirs = flat.reshape((4, 10, 16)).unwrap().broadcast_add(&bias).unwrap();
        assert!(worst(&ours, &theirs) < 1e-5);
    }
    let image = random(&[1, 4, 30, 30]);
    let kernel = random(&[4, 4, 3, 3]).to_dtype(DType::F16).unwrap();
    let geometry = conv::Geometry { kernel: 3, stride: 1, pad_begin: 1, pad_end: 1 };
    let ours = conv::conv2d(&image, &conv::pack(&kernel).unwrap(), None, geometry).unwrap();
    let theirs = image.conv2d(&kernel.to_dtype(DType::F32).unwrap(), 1, 1, 1, 1).unwrap();
    assert!(worst(&ours, &theirs) < 1e-4);
}
