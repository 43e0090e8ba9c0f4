//! `scheduler_config.json` as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the network predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictionType {
    /// The noise.
    Epsilon,
    /// The velocity `sqrt(a) * noise - sqrt(1-a) * x0` (Salimans & Ho 2022).
    VPrediction,
    /// The clean latents.
    Sample,
}

/// How the training noise levels rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetaSchedule {
    /// Linear in beta.
    Linear,
    /// Linear in the square root of beta (Stable Diffusion).
    ScaledLinear,
    /// Cosine (Nichol & Dhariwal 2021), called `squaredcos_cap_v2`.
    #[serde(rename = "squaredcos_cap_v2")]
    SquaredCosCapV2,
}

/// The raw fields of a `scheduler_config.json`. Fields that are absent take the default of the class of the
/// sampler that is chosen, exactly as diffusers' `from_config` does: therefore the raw map is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchedulerConfig {
    /// Field name to value.
    pub fields: Map<String, Value>,
}
