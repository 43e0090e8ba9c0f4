//! The files below `tests/fixtures/numbers`.

use std::collections::HashMap;
use std::path::PathBuf;

use safetensors::SafeTensors;

/// The path of a stored file.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/numbers").join(name)
}

/// A file of tensors, as bytes.
pub struct Stored(HashMap<String, Vec<u8>>);

impl Stored {
    pub fn open(name: &str) -> Self {
        let path = path(name);
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let file = SafeTensors::deserialize(&bytes).expect("a safetensors file");
        Self(file.tensors().into_iter().map(|(name, tensor)| (name, tensor.data().to_vec())).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn bytes(&self, name: &str) -> &[u8] {
        self.0.get(name).unwrap_or_else(|| panic!("no tensor {name}"))
    }

    pub fn f32(&self, name: &str) -> Vec<f32> {
        self.bytes(name).chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    }

    pub fn f64(&self, name: &str) -> Vec<f64> {
        self.bytes(name).chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
    }
}

/// Largest difference, in units of the largest magnitude that is wanted.
pub fn deviation(got: &[f32], want: &[f32]) -> f64 {
    assert_eq!(got.len(), want.len(), "different lengths");
    let size = want.iter().fold(1e-30, |size, w| f64::from(w.abs()).max(size));
    got.iter().zip(want).fold(0.0, |worst, (g, w)| {
        let miss = f64::from(g - w).abs() / size;
        // A NaN must not hide.
        if miss <= worst { worst } else { miss }
    })
}
