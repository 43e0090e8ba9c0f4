//! The noise levels that the model was trained with.

use super::settings::{Betas, Settings};
use super::{BetaSchedule, SamplingError};

/// The training schedule. Rounded as PyTorch rounds it: single precision throughout, the running product in double.
#[derive(Clone, Debug)]
pub struct Table {
    /// Products of `1 - beta`, one per training timestep, falling. The last is exactly 0 for zero terminal SNR.
    pub alphas_cumprod: Vec<f32>,
    /// `sqrt((1-a)/a)`, rising. For zero terminal SNR the last stands for `a = 2^-24`: close to infinite, though the one
    /// before it may be larger.
    pub sigmas: Vec<f32>,
    /// Logarithms of `sigmas`.
    pub log_sigmas: Vec<f32>,
}

impl Table {
    /// The table of `settings`.
    ///
    /// # Errors
    /// [`SamplingError::Config`] when a noise level is zero or infinite.
    pub fn new(settings: &Settings) -> Result<Self, SamplingError> {
        let mut betas = betas(settings);
        if settings.zero_snr {
            betas = rescale_zero_terminal_snr(&betas);
        }
        let alphas_cumprod = cumprod(betas.iter().map(|b| 1.0 - b));
        let mut capped = alphas_cumprod.clone();
        if let (true, Some(last)) = (settings.zero_snr, capped.last_mut()) {
            // The smallest number of half precision: sigma stays finite.
            *last = 1.0 / 16_777_216.0;
        }
        let sigmas: Vec<f32> = capped.iter().map(|a| ((1.0 - a) / a).sqrt()).collect();
        if !sigmas.iter().all(|s| s.is_finite() && *s > 0.0) {
            return Err(SamplingError::Config {
                field: if matches!(settings.betas, Betas::Trained(_)) { "trained_betas" } else { "beta_end" },
                value: format!("{} training timesteps", settings.train_steps),
                why: "the noise levels that follow are not all finite and positive".into(),
            });
        }
        let log_sigmas = sigmas.iter().map(|s| f64::from(*s).ln() as f32).collect();
        Ok(Self { alphas_cumprod, sigmas, log_sigmas })
    }

    /// Number of training timesteps.
    pub fn len(&self) -> usize {
        self.sigmas.len()
    }

    /// Sigma at a timestep that may lie between two entries (`numpy.interp`: constant outside the table).
    pub fn sigma_at(&self, t: f64) -> f64 {
        let last = self.sigmas.len() - 1;
        if t <= 0.0 {
            return f64::from(self.sigmas[0]);
        }
        let low = t as usize;
        if low >= last {
            return f64::from(self.sigmas[last]);
        }
        let (a, b) = (f64::from(self.sigmas[low]), f64::from(self.sigmas[low + 1]));
        (b - a) * (t - low as f64) + a
    }

    /// The timestep, usually fractional, at which the training had noise level `sigma`: linear in log sigma.
    pub fn time_of(&self, sigma: f64) -> f64 {
        let log = sigma.max(1e-10).ln();
        let (low, a, b) = self.bracket(|entry| f64::from(entry) <= log);
        let w = if a == b { 0.0 } else { ((f64::from(a) - log) / f64::from(a - b)).clamp(0.0, 1.0) };
        (1.0 - w) * low as f64 + w * (low + 1) as f64
    }

    /// [`time_of`](Self::time_of) in single precision, as the midpoints of DPM2 are found.
    pub fn time_of_f32(&self, sigma: f32) -> f32 {
        let log = f64::from(sigma.max(1e-10)).ln() as f32;
        let (low, a, b) = self.bracket(|entry| entry <= log);
        let w = if a == b { 0.0 } else { ((a - log) / (a - b)).clamp(0.0, 1.0) };
        (1.0 - w) * low as f32 + w * (low + 1) as f32
    }

    /// The two neighbours in the logarithmic table around the last entry that is `below`.
    fn bracket(&self, below: impl Fn(f32) -> bool) -> (usize, f32, f32) {
        let logs = &self.log_sigmas;
        // From the noisy end: the last entry need not be the largest.
        let low = logs.iter().rposition(|entry| below(*entry)).unwrap_or(0);
        let low = low.min(logs.len().saturating_sub(2));
        (low, logs[low], logs[(low + 1).min(logs.len() - 1)])
    }
}

fn betas(settings: &Settings) -> Vec<f32> {
    let n = settings.train_steps;
    match &settings.betas {
        Betas::Trained(list) => list.iter().map(|b| *b as f32).collect(),
        Betas::Schedule(BetaSchedule::Linear, start, end) => linspace_f32(*start as f32, *end as f32, n),
        Betas::Schedule(BetaSchedule::ScaledLinear, start, end) => {
            linspace_f32(start.sqrt() as f32, end.sqrt() as f32, n).into_iter().map(|b| b * b).collect()
        }
        Betas::Schedule(BetaSchedule::SquaredCosCapV2, ..) => {
            let alpha_bar = |t: f64| ((t + 0.008) / 1.008 * std::f64::consts::PI / 2.0).cos().powi(2);
            let n = n as f64;
            (0..settings.train_steps)
                .map(|i| (1.0 - alpha_bar((i + 1) as f64 / n) / alpha_bar(i as f64 / n)).min(0.999) as f32)
                .collect()
        }
    }
}

/// `torch.linspace`: counted from both ends towards the middle, with fused steps.
pub fn linspace_f32(start: f32, end: f32, n: usize) -> Vec<f32> {
    let step = if n > 1 { (end - start) / (n - 1) as f32 } else { 0.0 };
    (0..n)
        .map(|i| {
            if i < n / 2 {
                step.mul_add(i as f32, start)
            } else if n == 1 {
                start
            } else {
                (-step).mul_add((n - 1 - i) as f32, end)
            }
        })
        .collect()
}

fn cumprod(values: impl Iterator<Item = f32>) -> Vec<f32> {
    values
        .scan(1.0f64, |product, v| {
            *product *= f64::from(v);
            Some(*product as f32)
        })
        .collect()
}

/// Shifts and scales the schedule so that the last timestep is pure noise (Lin et al. 2023, arXiv 2305.08891,
/// algorithm 1).
fn rescale_zero_terminal_snr(betas: &[f32]) -> Vec<f32> {
    let mut roots: Vec<f32> = cumprod(betas.iter().map(|b| 1.0 - b)).into_iter().map(f32::sqrt).collect();
    let (Some(&first), Some(&last)) = (roots.first(), roots.last()) else { return Vec::new() };
    let scale = first / (first - last);
    roots.iter_mut().for_each(|r| *r = (*r - last) * scale);
    let squares: Vec<f32> = roots.into_iter().map(|r| r * r).collect();
    let first = 1.0 - squares[0];
    std::iter::once(first).chain(squares.windows(2).map(|w| 1.0 - w[1] / w[0])).collect()
}
