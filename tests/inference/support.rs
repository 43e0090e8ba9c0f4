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
        regions: Vec::new(),
        bare: false,
        savings: Vec::new(),
        few_step: false,
        toward: None,
    }
}

/// The program.
pub fn scumble() -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_scumble"));
    // Nobody's own models may change what a test sees.
    command.env("SCUMBLE_MODELS", fixture("pipelines"));
    command
}

/// Runs the program with `args` (split at spaces, `~` stands for a space inside one).
pub fn run(args: &str) -> std::process::Output {
    let args = args.split_whitespace().map(|a| a.replace('~', " "));
    scumble().args(args).output().expect("the program starts")
}

/// Copies a folder.
pub fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

/// The starter on the processor.
pub fn backend() -> scumble::diffusion::CandleBackend {
    use scumble::diffusion::{CandleBackend, DTypeChoice, DeviceChoice, Placement};
    CandleBackend::new(Placement::new(DeviceChoice::Cpu, DTypeChoice::F32).expect("the processor"))
}
