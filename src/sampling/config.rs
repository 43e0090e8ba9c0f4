//! `scheduler_config.json` as data, read with limits: the file is foreign input.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{SamplerKind, SamplingError};

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

impl SchedulerConfig {
    /// The sampler that the folder itself asks for (`_class_name`).
    ///
    /// A class that is not among ours gets its nearest relative: the singlestep DPM-Solver and unknown classes
    /// DPM-Solver++(2M), DEIS the equally fast UniPC, LMS plain Euler, the ancestral DPM2 plain DPM2.
    pub fn default_sampler(&self) -> SamplerKind {
        let text = |key| self.fields.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("_class_name") {
            "DDIMScheduler" => SamplerKind::Ddim,
            "DDPMScheduler" => SamplerKind::Ddpm,
            "EulerDiscreteScheduler" | "LMSDiscreteScheduler" => SamplerKind::Euler,
            "EulerAncestralDiscreteScheduler" => SamplerKind::EulerA,
            "HeunDiscreteScheduler" => SamplerKind::Heun,
            "KDPM2DiscreteScheduler" | "KDPM2AncestralDiscreteScheduler" => SamplerKind::Dpm2,
            "DPMSolverSDEScheduler" => SamplerKind::DpmppSde,
            "UniPCMultistepScheduler" | "DEISMultistepScheduler" => SamplerKind::UniPc,
            "PNDMScheduler" => SamplerKind::Pndm,
            "LCMScheduler" => SamplerKind::Lcm,
            "TCDScheduler" => SamplerKind::Tcd,
            "DPMSolverMultistepScheduler" if text("algorithm_type").starts_with("sde-") => {
                SamplerKind::Dpmpp2mSde
            }
            _ => SamplerKind::Dpmpp2m,
        }
    }

    /// The value of `key` when the file says something about it: neither absent, nor `null`, nor listed in
    /// `_use_default_values` (which diffusers writes for fields that were never set).
    pub(super) fn given(&self, key: &str) -> Option<&Value> {
        let value = self.fields.get(key).filter(|v| !v.is_null())?;
        let is_default = |list: &Value| {
            list.as_array().is_some_and(|names| names.iter().any(|name| name.as_str() == Some(key)))
        };
        (!self.fields.get("_use_default_values").is_some_and(is_default)).then_some(value)
    }

    /// A number within `range`, both ends included.
    pub(super) fn number(&self, key: &'static str, range: (f64, f64)) -> Result<Option<f64>, SamplingError> {
        let Some(value) = self.given(key) else { return Ok(None) };
        match value.as_f64() {
            Some(x) if x.is_finite() && (range.0..=range.1).contains(&x) => Ok(Some(x)),
            _ => Err(error(key, value, format!("a number from {} to {} is needed", range.0, range.1))),
        }
    }

    /// A whole number within `range`, both ends included.
    pub(super) fn count(
        &self,
        key: &'static str,
        range: (usize, usize),
    ) -> Result<Option<usize>, SamplingError> {
        let Some(value) = self.given(key) else { return Ok(None) };
        match value.as_u64().and_then(|n| usize::try_from(n).ok()) {
            Some(n) if (range.0..=range.1).contains(&n) => Ok(Some(n)),
            _ => Err(error(key, value, format!("a whole number from {} to {} is needed", range.0, range.1))),
        }
    }

    /// A switch. An explicit `null` is off, as Python reads it, whatever the default is.
    pub(super) fn switch(&self, key: &'static str) -> Result<Option<bool>, SamplingError> {
        match self.fields.get(key) {
            Some(Value::Null) => Ok(Some(false)),
            _ => match self.given(key) {
                None => Ok(None),
                Some(Value::Bool(on)) => Ok(Some(*on)),
                Some(value) => Err(error(key, value, "true or false is needed".into())),
            },
        }
    }

    /// One of the names in `table`.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &'static str,
        table: &[(&str, T)],
    ) -> Result<Option<T>, SamplingError> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let known = |name: &str| table.iter().find(|(text, _)| *text == name).map(|(_, item)| *item);
        match value.as_str().and_then(known) {
            Some(item) => Ok(Some(item)),
            None => {
                let names: Vec<_> = table.iter().map(|(text, _)| *text).collect();
                Err(error(key, value, format!("supported are {}", names.join(", "))))
            }
        }
    }

    /// A list of numbers within `range`, at most `limit` long.
    pub(super) fn numbers(
        &self,
        key: &'static str,
        range: (f64, f64),
        limit: usize,
    ) -> Result<Option<Vec<f64>>, SamplingError> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let Some(list) = value.as_array().filter(|list| list.len() <= limit) else {
            return Err(error(key, value, format!("a list of at most {limit} numbers is needed")));
        };
        list.iter()
            .map(|item| match item.as_f64() {
                Some(x) if (range.0..=range.1).contains(&x) => Ok(x),
                _ => Err(error(key, item, format!("a number from {} to {} is needed", range.0, range.1))),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Refuses the field when it is switched on.
    pub(super) fn refuse(&self, key: &'static str, why: &str) -> Result<(), SamplingError> {
        match self.given(key) {
            Some(value @ Value::Bool(true)) => Err(error(key, value, why.into())),
            _ => Ok(()),
        }
    }
}

/// An error about `key` that quotes the value, shortened: a foreign file may hold megabytes.
pub(super) fn error(field: &'static str, value: &Value, why: String) -> SamplingError {
    const LIMIT: usize = 80;
    let text = value.to_string();
    let value = match text.char_indices().nth(LIMIT) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    };
    SamplingError::Config { field, value, why }
}
