//! Attention in blocks of query rows: scores of one block live in a buffer a thread keeps, so that memory does
//! not grow with the square of the picture. Heads are read in place by stride, nothing is transposed.

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::math::softmax;
use super::{SharedMut, f32_slice, gemm_f32};

/// Query rows a block.
const BLOCK: usize = 128;

struct AttentionOp {
    heads: usize,
    causal: bool,
}

thread_local! {
    static SCORES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl CustomOp3 for AttentionOp {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        q: &CpuStorage,
        q_layout: &Layout,
        k: &CpuStorage,
        k_layout: &Layout,
        v: &CpuStorage,
        v_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let queries = f32_slice(q, q_layout, "attention")?;
        let keys = f32_slice(k, k_layout, "attention")?;
        let values = f32_slice(v, v_layout, "attention")?;
        let (batch, rows, width) = q_layout.shape().dims3()?;
        let (_, len, _) = k_layout.shape().dims3()?;
        let (heads, dim) = (self.heads, width / self.heads);
        let scale = 1.0 / (dim as f32).sqrt();
        let mut out = vec![0f32; queries.len()];
        let target = SharedMut(out.as_mut_ptr());
        let blocks = rows.div_ceil(BLOCK);
        (0..batch * heads * blocks).into_par_iter().for_each(|task| {
            let (b, rest) = (task / (heads * blocks), task % (heads * blocks));
            let (head, block) = (rest / blocks, rest % blocks);
            let first = block * BLOCK;
            let m = BLOCK.min(rows - first);
            let at_q = (b * rows + first) * width + head * dim;
            let at_k = b * len * width + head * dim;
            SCORES.with_borrow_mut(|scores| {
                scores.resize(BLOCK * len, 0.0);
                // SAFETY: q is [batch, rows, width], k and v [batch, len, width], contiguous; this task alone
                // writes the rows `first..first+m` of head `head` of item `b`.
                unsafe {
                    gemm_f32(
                        (m, len, dim),
                        scores.as_mut_ptr(),
                        len,
                        false,
                        queries.as_ptr().add(at_q),
                        (width, 1),
                        keys.as_ptr().add(at_k),
                        (1, width),
                        scale,
                        false,
                    );
                    for (i, row) in scores.chunks_exact_mut(len).take(m).enumerate() {
                        if self.causal {
                            row[first + i + 1..].fill(f32::NEG_INFINITY);
                        }
                        softmax(row);
                        if self.causal {
                            // exp() is clamped, so a masked place would keep a trace
                            row[first + i + 1..].fill(0.0);
                        }
                    }
                    gemm_f32(
                        (m, dim, len),
                        target.get().add(at_q),
                        width,
                        false,
                        scores.as_ptr(),
                        (len, 1),
                        values.as_ptr().add(at_k),
                        (width, 1),
                        1.0,
                        false,
                    );
                }
            });
        });
        Ok((CpuStorage::F32(out), q_layout.shape().clone()))
    }
}

/// Multi-head attention of `q` `[batch, rows, width]` over `k`, `v` `[batch, len, width]`, contiguous f32 on the
/// processor. `causal`: row i sees the first i + 1 places only (rows == len).
///
/// # Errors
/// When shapes or types are others.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, heads: usize, causal: bool) -> Result<Tensor> {
    q.apply_op3_no_bwd(k, v, &AttentionOp { heads, causal })
}
