//! Processor kernels that candle lacks or has slower: convolution, attention, group norm, linear layers and
//! activations, all on contiguous f32. Weights may be f16 or bf16; they are widened layer by layer.
//!
//! Work is cut by shape only, never by the number of threads, and every output element is summed in one fixed
//! order: the same bytes with 1 and with 16 threads.

pub mod activation;
pub mod attention;
pub mod conv;
pub mod linear;
pub mod math;
pub mod norm;

use std::borrow::Cow;

use candle_core::{CpuStorage, Error, Layout, Result};
use rayon::prelude::*;

/// The contiguous f32 values behind a tensor.
pub(super) fn f32_slice<'a>(storage: &'a CpuStorage, layout: &Layout, what: &str) -> Result<&'a [f32]> {
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => Err(Error::Msg(format!("{what}: input is not contiguous")).bt()),
    }
}

/// The same for weights, widened to f32 where they are kept in 16 bits.
pub(super) fn weight_slice<'a>(
    storage: &'a CpuStorage,
    layout: &Layout,
    what: &str,
) -> Result<Cow<'a, [f32]>> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        return Err(Error::Msg(format!("{what}: weight is not contiguous")).bt());
    };
    match storage {
        CpuStorage::F32(v) => Ok(Cow::Borrowed(&v[start..end])),
        CpuStorage::F16(v) => {
            let mut wide = vec![0f32; end - start];
            wide.par_chunks_mut(1 << 15).zip(v[start..end].par_chunks(1 << 15)).for_each(|(to, from)| {
                half::slice::HalfFloatSliceExt::convert_to_f32_slice(from, to);
            });
            Ok(Cow::Owned(wide))
        }
        CpuStorage::BF16(v) => {
            let mut wide = vec![0f32; end - start];
            wide.par_chunks_mut(1 << 15).zip(v[start..end].par_chunks(1 << 15)).for_each(|(to, from)| {
                half::slice::HalfFloatSliceExt::convert_to_f32_slice(from, to);
            });
            Ok(Cow::Owned(wide))
        }
        _ => Err(Error::Msg(format!("{what}: weights must be f32, f16 or bf16")).bt()),
    }
}

/// A pointer that tasks share; each writes its own elements only.
#[derive(Clone, Copy)]
pub(super) struct SharedMut(pub *mut f32);
// SAFETY: every use below splits the target so that no two tasks touch the same element.
unsafe impl Send for SharedMut {}
unsafe impl Sync for SharedMut {}

impl SharedMut {
    pub(super) fn get(&self) -> *mut f32 {
        self.0
    }
}

/// `dst = [dst +] lhs * rhs` on row-major f32 matrices with given row strides: `dst` m x n, `lhs` m x k with
/// strides `(lhs_rs, lhs_cs)`, `rhs` k x n with strides `(rhs_rs, rhs_cs)`.
///
/// # Safety
/// All pointers must be valid for the strides and sizes given, and `dst` must not overlap the others.
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn gemm_f32(
    (m, n, k): (usize, usize, usize),
    dst: *mut f32,
    dst_rs: usize,
    accumulate: bool,
    lhs: *const f32,
    (lhs_rs, lhs_cs): (usize, usize),
    rhs: *const f32,
    (rhs_rs, rhs_cs): (usize, usize),
    scale: f32,
    parallel: bool,
) {
    let parallelism = match rayon::current_num_threads() {
        threads if parallel && threads > 1 => gemm::Parallelism::Rayon(threads),
        _ => gemm::Parallelism::None,
    };
    // SAFETY: passed on from the caller.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst,
            1,
            dst_rs as isize,
            accumulate,
            lhs,
            lhs_cs as isize,
            lhs_rs as isize,
            rhs,
            rhs_cs as isize,
            rhs_rs as isize,
            1.0,
            scale,
            false,
            false,
            false,
            parallelism,
        );
    }
}
