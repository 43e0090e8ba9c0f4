//! A backend without a network, for tests of everything above it: it does what its script says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::backend::{Backend, GenerateError, ModelFacts, Monitor, Pass, Preview, Timings};
use super::picture::Picture;

/// What a run does besides making steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mishap {
    /// Nothing.
    #[default]
    None,
    /// Fails with a message at this step.
    Fail(u32),
    /// Panics at this step.
    Panic(u32),
    /// Stays in this step until it is cancelled (fails after [`PATIENCE`], so that a defect ends a test).
    Hang(u32),
}

/// How long a run hangs at most.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How a run behaves.
#[derive(Clone, Debug)]
pub struct Script {
    /// How long a step takes. It is slept in slices of a millisecond, so that cancelling is seen within a step.
    pub step: Duration,
    /// What goes wrong in each run, by its number from 0; runs beyond the list go well.
    pub mishaps: Vec<Mishap>,
    /// Colour of the made picture; `None` derives it from the seed. Where a picture was given, the mask decides
    /// between the two.
    pub colour: Option<[f32; 3]>,
    /// What it says of every model.
    pub facts: ModelFacts,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            step: Duration::ZERO,
            mishaps: Vec::new(),
            colour: None,
            facts: ModelFacts {
                native_px: 64,
                multiple_px: 8,
                inpainting: false,
                hole_strength: 1.0,
                hole_guidance: 1.0,
                arch: "fake".into(),
            },
        }
    }
}

/// The backend. Every pass it is given can be read from the receiver that came with it. Clones go on in the same
/// script, as a backend does that is rebuilt after a mishap.
#[derive(Clone)]
pub struct FakeBackend {
    script: Script,
    passes: Sender<Pass>,
    runs: Arc<AtomicUsize>,
}

impl FakeBackend {
    /// A backend and where its passes arrive.
    pub fn new(script: Script) -> (Self, Receiver<Pass>) {
        let (passes, seen) = unbounded();
        (Self { script, passes, runs: Arc::default() }, seen)
    }

    /// The colour that `seed` gives.
    pub fn colour_of(seed: u64) -> [f32; 3] {
        let byte = |shift: u32| ((seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) & 0xFF) as f32 / 255.0;
        [byte(40), byte(48), byte(56)]
    }

    fn paint(&self, pass: &Pass, done: f32) -> Picture {
        let colour = self.script.colour.unwrap_or_else(|| Self::colour_of(pass.seed));
        let mut picture = match &pass.init {
            Some(init) => init.clone(),
            None => Picture::filled(pass.width, pass.height, [0.5; 3]),
        };
        for (i, rgb) in picture.data.chunks_exact_mut(3).enumerate() {
            let m = pass.mask.as_ref().map_or(1.0, |m| m.data[i]);
            let amount = done * if pass.init.is_some() && pass.mask.is_none() { pass.strength } else { m };
            for (v, c) in rgb.iter_mut().zip(colour) {
                *v += (c - *v) * amount;
            }
        }
        picture
    }
}

impl Backend for FakeBackend {
    fn run(
        &mut self,
        pass: &Pass,
        monitor: &mut dyn Monitor,
        timings: &mut Timings,
    ) -> Result<Picture, GenerateError> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let mishap = self.script.mishaps.get(run).copied().unwrap_or_default();
        let _ = self.passes.send(pass.clone());
        monitor.stage("painting");
        for step in 1..=pass.steps {
            let hangs = mishap == Mishap::Hang(step);
            // By the clock: a millisecond's sleep takes longer than that.
            let end = Instant::now() + if hangs { PATIENCE } else { self.script.step };
            loop {
                if monitor.cancelled() {
                    return Err(GenerateError::Cancelled);
                }
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                std::thread::sleep(left.min(Duration::from_millis(1)));
            }
            match mishap {
                Mishap::Fail(at) if at == step => {
                    return Err(GenerateError::Run("the script says so".into()));
                }
                Mishap::Panic(at) if at == step => panic!("the script says so"),
                Mishap::Hang(_) if hangs => return Err(GenerateError::Run("nobody cancelled".into())),
                _ => {}
            }
            timings.step_s.push(self.script.step.as_secs_f64());
            let preview = monitor
                .wants_preview()
                .then(|| Preview { picture: self.paint(pass, step as f32 / pass.steps as f32) });
            monitor.step(step, pass.steps, self.script.step.as_secs_f64(), preview);
        }
        Ok(self.paint(pass, 1.0))
    }

    fn describe(&mut self, _model: &str) -> Result<ModelFacts, GenerateError> {
        Ok(self.script.facts.clone())
    }
}
