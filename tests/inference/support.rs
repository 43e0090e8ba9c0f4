//! What the tests share.

use std::path::PathBuf;

use scumble::generate::{Monitor, Pass, Preview};
use scumble::sampling::RngKind;

/// `tests/fixtures/<path>`.
pub fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// Hears everything and says nothing.
#[derive(Default)]
pub struct Quiet {
    /// Steps heard of.
    pub steps: u32,
    /// Ask for previews.
    pub previews: bool,
}

impl Monitor for Quiet {
    fn cancelled(&self) -> bool {
        false
    }
    fn wants_preview(&self) -> bool {
        self.previews
    }
    fn stage(&mut self, _name: &'static str) {}
    fn step(&mut self, _step: u32, _steps: u32, _secs: f64, _preview: Option<Preview>) {
        self.steps += 1;
    }
}

/// A pass with everything at its plainest.
pub fn plain_pass(model: &str) -> Pass {
    Pass {
        model: model.into(),
        prompt: String::new(),
        negative: String::new(),
        width: 64,
        height: 64,
        steps: 4,
        cfg_scale: 1.0,
        guidance_rescale: 0.0,
        sampler: None,
        schedule: None,
        seed: 0,
        rng: RngKind::Torch,
        clip_skip: 0,
        strength: 1.0,
        sample_posterior: true,
        origin: (0, 0),
        init: None,
        mask: None,
        binary_mask: true,
    }
}
