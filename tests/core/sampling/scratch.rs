use safetensors::SafeTensors;
use scumble::sampling::noise::mt19937::TorchGenerator;
fn get(t: &SafeTensors, n: &str) -> Vec<f32> {
    t.tensor(n).unwrap().data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}
#[test]
fn randn() {
    let bytes = std::fs::read("/work/tmp/sampling/randn.safetensors").unwrap();
    let t = SafeTensors::deserialize(&bytes).unwrap();
    for seed in [0u64, 42, 1234567, (1 << 33) + 5, u64::MAX] {
        for n in [1usize, 2, 7, 15, 16, 17, 31, 32, 100, 16384] {
            let want = get(&t, &format!("{seed}/{n}"));
            let got = TorchGenerator::new(seed).randn(n);
            let bad = want.iter().zip(&got).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
            println!("{seed} {n} bad {bad}");
        }
        let want = get(&t, &format!("{seed}/mixed"));
        let mut g = TorchGenerator::new(seed);
        let got: Vec<f32> = [3, 16, 2, 40, 15, 1, 4096].iter().flat_map(|n| g.randn(*n)).collect();
        let bad = want.iter().zip(&got).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        println!("{seed} mixed bad {bad}");
    }
}
