//! Which of the model's noise levels a run visits.

use super::settings::{Interpolation, Respacing, Settings, Spacing};
use super::special::beta_quantile;
use super::table::{Table, linspace_f32};
use super::{SamplingError, ScheduleKind};

/// Timesteps and noise levels of the steps, before solvers add their intermediate ones.
#[derive(Clone, Debug)]
pub struct Levels {
    /// The time of each step as the model's embedding wants it.
    pub timesteps: Vec<f64>,
    /// Noise level of each step, without the end.
    pub sigmas: Vec<f64>,
    /// Noise level of the end.
    pub last: f32,
}

impl Levels {
    /// All noise levels with the end, in single precision. `timesteps.len() + 1` values.
    pub fn sigmas_f32(&self) -> Vec<f32> {
        let mut all: Vec<f32> = self.sigmas.iter().map(|s| *s as f32).collect();
        all.push(self.last);
        // Log-linear interpolation lays out one level more than there are steps.
        all.truncate(self.timesteps.len() + 1);
        all
    }
}

/// `settings` with the spacing that `schedule` stands for; without a schedule they stay as the configuration has them.
pub fn apply(schedule: Option<ScheduleKind>, settings: &mut Settings) {
    let Some(schedule) = schedule else { return };
    let spacing = settings.spacing;
    (settings.respacing, settings.spacing) = match schedule {
        ScheduleKind::Karras => (Respacing::Karras, spacing),
        ScheduleKind::Exponential => (Respacing::Exponential, spacing),
        ScheduleKind::Beta => (Respacing::Beta, spacing),
        ScheduleKind::Normal => (Respacing::None, Spacing::Linspace),
        ScheduleKind::SgmUniform => (Respacing::None, Spacing::Trailing),
        ScheduleKind::DdimUniform => (Respacing::None, Spacing::Leading),
        ScheduleKind::Simple => (Respacing::None, Spacing::Simple),
    };
}

/// Levels of the k-diffusion family (Euler, Heun, DPM2, their ancestral and SDE relatives): possibly fractional times.
/// `single` says whether the class lays the times out in single precision.
pub fn k_levels(settings: &Settings, table: &Table, steps: usize, single: bool) -> Levels {
    let mut timesteps = match settings.spacing {
        Spacing::Linspace => linspace(0.0, (table.len() - 1) as f64, steps).into_iter().rev().collect(),
        other => stepped(other, table.len(), table.len(), steps, settings.steps_offset),
    };
    if single {
        timesteps.iter_mut().for_each(|t| *t = f64::from(*t as f32));
    }
    let mut sigmas: Vec<f64> = match settings.interpolation {
        Interpolation::Linear => timesteps.iter().map(|t| table.sigma_at(*t)).collect(),
        Interpolation::LogLinear => {
            let (low, high) = (table.log_sigmas[0], table.log_sigmas[table.len() - 1]);
            let logs = linspace_f32(high, low, steps + 1);
            logs.into_iter().map(|log| f64::from(f64::from(log).exp() as f32)).collect()
        }
    };
    let ends = (sigmas[0], sigmas[sigmas.len() - 1]);
    if let Some(respaced) = respace(settings, ends, steps) {
        timesteps = respaced.iter().map(|s| table.time_of(*s)).collect();
        sigmas = respaced;
    }
    let last = if settings.final_sigma_zero { 0.0 } else { table.sigmas[0] };
    Levels { timesteps, sigmas, last }
}

/// Levels of the multistep family (DPM-Solver++, UniPC): whole times, and one interval more than there are steps, so
/// that the last step does not end at timestep 0. `round` says whether re-spaced times are rounded rather than cut.
pub fn multistep_levels(settings: &Settings, table: &Table, steps: usize, round: bool) -> Levels {
    let train = table.len();
    let last_timestep = train - clipped(settings, table);
    let timesteps: Vec<f64> = match settings.spacing {
        Spacing::Linspace => {
            let all = linspace(0.0, last_timestep as f64 - 1.0, steps + 1);
            all[1..].iter().rev().map(|t| t.round_ties_even()).collect()
        }
        Spacing::Leading => {
            let stride = last_timestep / (steps + 1);
            (1..=steps).rev().map(|i| (i * stride + settings.steps_offset) as f64).collect()
        }
        other => stepped(other, last_timestep, train, steps, settings.steps_offset),
    };
    let ends = (f64::from(table.sigmas[train - 1]), f64::from(table.sigmas[0]));
    match respace(settings, ends, steps) {
        None => {
            let sigmas = timesteps.iter().map(|t| table.sigma_at(*t)).collect();
            let last = if settings.final_sigma_zero { 0.0 } else { table.sigmas[0] };
            Levels { timesteps, sigmas, last }
        }
        Some(sigmas) => {
            let times = sigmas.iter().map(|s| table.time_of(*s));
            let timesteps = if round {
                times.map(f64::round_ties_even).collect()
            } else {
                times.map(f64::trunc).collect()
            };
            let last = if settings.final_sigma_zero { 0.0 } else { table.sigmas[0] };
            Levels { timesteps, sigmas, last }
        }
    }
}

/// Whole timesteps of the classes that index the table of alphas (DDIM, DDPM, PNDM), largest first.
///
/// # Errors
/// [`SamplingError::Steps`] when one lies beyond the table (a `steps_offset` with too many steps).
pub fn table_timesteps(settings: &Settings, train: usize, steps: usize) -> Result<Vec<usize>, SamplingError> {
    let timesteps: Vec<usize> = match settings.spacing {
        Spacing::Linspace => {
            let all = linspace(0.0, (train - 1) as f64, steps);
            all.into_iter().rev().map(|t| t.round_ties_even() as usize).collect()
        }
        other => stepped(other, train, train, steps, settings.steps_offset)
            .into_iter()
            .map(|t| t as usize)
            .collect(),
    };
    match timesteps.iter().find(|t| **t >= train) {
        None => Ok(timesteps),
        Some(t) => Err(SamplingError::Steps {
            steps,
            why: format!(
                "with steps_offset {} the first timestep would be {t}, but the model knows 0 to {}; use fewer steps",
                settings.steps_offset,
                train - 1
            ),
        }),
    }
}

/// Leading, trailing and simple spacing below `last`, for a table of `train` entries.
fn stepped(spacing: Spacing, last: usize, train: usize, steps: usize, offset: usize) -> Vec<f64> {
    let stride = train as f64 / steps as f64;
    match spacing {
        Spacing::Leading => (0..steps).rev().map(|i| (i * (train / steps) + offset) as f64).collect(),
        Spacing::Simple => (0..steps).map(|i| (train - 1 - (i as f64 * stride) as usize) as f64).collect(),
        // For some step counts (61 of 1000) rounding gives numpy.arange, and so diffusers, one entry too many, which
        // would be timestep -1. It is left out here.
        Spacing::Trailing | Spacing::Linspace => {
            let last = last as f64;
            let delta = (last - stride) - last;
            (0..steps)
                .map(|i| last + i as f64 * delta)
                .take_while(|t| *t > 0.0)
                .map(|t| (t.round_ties_even() - 1.0).max(0.0))
                .collect()
        }
    }
}

/// Number of noisiest timesteps that `lambda_min_clipped` leaves out.
fn clipped(settings: &Settings, table: &Table) -> usize {
    let Some(limit) = settings.lambda_min_clipped else { return 0 };
    // lambda = log(alpha / sigma) = -log of our sigma. At least one timestep stays.
    let count = table.log_sigmas.iter().rev().take_while(|log| -f64::from(**log) < limit).count();
    count.min(table.len() - 1)
}

/// `steps` noise levels between the ends `(largest, smallest)`, or `None` when the timesteps decide.
fn respace(settings: &Settings, ends: (f64, f64), steps: usize) -> Option<Vec<f64>> {
    let max = settings.sigma_max.unwrap_or(ends.0);
    let min = settings.sigma_min.unwrap_or(ends.1);
    Some(match settings.respacing {
        Respacing::None => return None,
        Respacing::Karras => {
            const RHO: f64 = 7.0;
            let (low, high) = (min.powf(1.0 / RHO), max.powf(1.0 / RHO));
            linspace(0.0, 1.0, steps).iter().map(|ramp| (high + ramp * (low - high)).powf(RHO)).collect()
        }
        Respacing::Exponential => linspace(max.ln(), min.ln(), steps).into_iter().map(f64::exp).collect(),
        Respacing::Lu => {
            // Single precision ends: diffusers takes the logarithms from the table.
            let (high, low) = (f64::from(ends.0.ln() as f32), f64::from(ends.1.ln() as f32));
            linspace(0.0, 1.0, steps).iter().map(|ramp| (high + ramp * (low - high)).exp()).collect()
        }
        Respacing::Beta => linspace(0.0, 1.0, steps)
            .iter()
            .map(|ramp| min + beta_quantile(1.0 - ramp, 0.6, 0.6) * (max - min))
            .collect(),
    })
}

/// `numpy.linspace`.
pub fn linspace(start: f64, end: f64, n: usize) -> Vec<f64> {
    if n < 2 {
        return vec![start; n];
    }
    let step = (end - start) / (n - 1) as f64;
    let mut all: Vec<f64> = (0..n).map(|i| i as f64 * step + start).collect();
    all[n - 1] = end;
    all
}
