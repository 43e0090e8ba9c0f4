//! Weights out of safetensors files: memory-mapped, converted tensor by tensor, never held twice.

use std::collections::HashMap;
use std::sync::Arc;

use candle_core::{DType, Tensor, WithDType};
use rayon::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::device::Placement;
use crate::models::{Bytes, Component, Model, ModelError};

struct Entry {
    file: usize,
    dtype: Dtype,
    shape: Vec<usize>,
    start: usize,
    len: usize,
}

struct Inner {
    /// For messages: the component's folder or file.
    name: String,
    files: Vec<(String, Bytes)>,
    entries: HashMap<String, Entry>,
    placement: Placement,
}

/// The tensors below one path of a component.
#[derive(Clone)]
pub struct Weights {
    inner: Arc<Inner>,
    path: String,
}

/// What stands in a weight file, without its data.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// Full name.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Type as the file names it (F16, F32, ...).
    pub dtype: String,
}

impl Weights {
    /// Opens the weights of `component`.
    ///
    /// # Errors
    /// [`ModelError`]: a missing or damaged file.
    pub fn open(model: &Model, component: Component, placement: &Placement) -> Result<Self, ModelError> {
        let mut files = Vec::new();
        let mut entries = HashMap::new();
        for relative in model.weight_files(component)? {
            let name = model.files.full_name(&relative);
            let bytes = model.files.map(&relative)?;
            read_header(&name, &bytes, files.len(), &mut entries)?;
            files.push((name, bytes));
        }
        let name = match files.as_slice() {
            [(one, _)] => one.clone(),
            _ => model.files.full_name(component.folder()),
        };
        Ok(Self {
            inner: Arc::new(Inner { name, files, entries, placement: placement.clone() }),
            path: String::new(),
        })
    }

    /// Where tensors go.
    pub fn placement(&self) -> &Placement {
        &self.inner.placement
    }

    /// One level down.
    pub fn pp(&self, part: impl std::fmt::Display) -> Self {
        let path = if self.path.is_empty() { part.to_string() } else { format!("{}.{part}", self.path) };
        Self { inner: self.inner.clone(), path }
    }

    fn full(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }

    /// Whether tensor `name` is there.
    pub fn has(&self, name: &str) -> bool {
        self.inner.entries.contains_key(&self.full(name))
    }

    /// Whether anything is there whose name starts with `part`, as a path.
    pub fn has_path(&self, part: &str) -> bool {
        let prefix = format!("{}.", self.full(part));
        self.inner.entries.keys().any(|k| k.starts_with(&prefix))
    }

    /// Everything that the files hold.
    pub fn infos(&self) -> Vec<TensorInfo> {
        let mut all: Vec<_> = self
            .inner
            .entries
            .iter()
            .map(|(name, e)| TensorInfo {
                name: name.clone(),
                shape: e.shape.clone(),
                dtype: format!("{:?}", e.dtype),
            })
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// Tensor `name` of exactly `shape`, in the placement's storage type.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] when it is missing or of another shape.
    pub fn get(&self, shape: &[usize], name: &str) -> Result<Tensor, ModelError> {
        self.get_as(shape, name, self.inner.placement.storage)
    }

    /// The same in type `dtype`.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_as(&self, shape: &[usize], name: &str, dtype: DType) -> Result<Tensor, ModelError> {
        self.get_shaped(&[shape], name, dtype).map(|(tensor, _)| tensor)
    }

    /// Tensor `name` in one of several allowed shapes (a 1x1 convolution saved as a linear layer and the other
    /// way round), reshaped to the first; says which it was.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_shaped(
        &self,
        shapes: &[&[usize]],
        name: &str,
        dtype: DType,
    ) -> Result<(Tensor, usize), ModelError> {
        let full = self.full(name);
        let wrong =
            |why: String| ModelError::Tensor { file: self.inner.name.clone(), tensor: full.clone(), why };
        let entry = self.inner.entries.get(&full).ok_or_else(|| wrong("is missing".into()))?;
        let which = shapes.iter().position(|s| **s == *entry.shape).ok_or_else(|| {
            wrong(format!("has shape {:?}, but the config asks for {:?}", entry.shape, shapes[0]))
        })?;
        let (file, bytes) = &self.inner.files[entry.file];
        let raw = &bytes[entry.start..entry.start + entry.len];
        let tensor = to_tensor(raw, entry.dtype, shapes[0], dtype)
            .map_err(|why| ModelError::Weights {
                file: file.clone(),
                why: format!("tensor '{full}': {why}"),
            })?
            .to_device(&self.inner.placement.device)
            .map_err(|e| ModelError::Weights { file: file.clone(), why: e.to_string() })?;
        bytes.release(entry.start, entry.len);
        Ok((tensor, which))
    }
}

/// Reads the header of `bytes` into `entries`. The crate checks offsets, lengths and overflow.
fn read_header(
    file: &str,
    bytes: &Bytes,
    index: usize,
    entries: &mut HashMap<String, Entry>,
) -> Result<(), ModelError> {
    let damaged = |why: String| ModelError::Weights { file: file.into(), why };
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| damaged(e.to_string()))?;
    let base = bytes.as_ptr() as usize;
    for (name, view) in tensors.iter() {
        let data = view.data();
        entries.insert(
            name.to_string(),
            Entry {
                file: index,
                dtype: view.dtype(),
                shape: view.shape().to_vec(),
                start: data.as_ptr() as usize - base,
                len: data.len(),
            },
        );
    }
    Ok(())
}

/// Values converted a task.
const BLOCK: usize = 1 << 16;

fn to_tensor(raw: &[u8], from: Dtype, shape: &[usize], to: DType) -> Result<Tensor, String> {
    use half::{bf16, f16};
    // Straight into the wanted type, in parallel: no second copy of a whole tensor on the way.
    macro_rules! into {
        ($read:expr, $width:literal) => {
            match to {
                DType::F16 => convert::<$width, f16>(raw, shape, |b| f16::from_f32($read(b))),
                DType::BF16 => convert::<$width, bf16>(raw, shape, |b| bf16::from_f32($read(b))),
                _ => convert::<$width, f32>(raw, shape, $read),
            }
        };
    }
    match from {
        Dtype::F32 => into!(f32::from_le_bytes, 4),
        Dtype::F16 => into!(|b| f16::from_le_bytes(b).to_f32(), 2),
        Dtype::BF16 => into!(|b| bf16::from_le_bytes(b).to_f32(), 2),
        Dtype::F64 => into!(|b| f64::from_le_bytes(b) as f32, 8),
        other => Err(format!("type {other:?} is not supported (F32, F16, BF16 and F64 are)")),
    }
}

fn convert<const WIDTH: usize, T: WithDType>(
    raw: &[u8],
    shape: &[usize],
    read: impl Fn([u8; WIDTH]) -> T + Sync,
) -> Result<Tensor, String> {
    let (values, _) = raw.as_chunks::<WIDTH>();
    let mut out = vec![T::zero(); values.len()];
    out.par_chunks_mut(BLOCK).zip(values.par_chunks(BLOCK)).for_each(|(out, values)| {
        for (to, from) in out.iter_mut().zip(values) {
            *to = read(*from);
        }
    });
    Tensor::from_vec(out, shape, &candle_core::Device::Cpu).map_err(|e| e.to_string())
}
