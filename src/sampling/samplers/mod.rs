//! The solvers, and the one way to get them.

mod course;
mod ddim;
mod euler;
mod multistep;
mod predict;

use super::settings::Settings;
use super::spacing;
use super::table::Table;
use super::{Sampler, SamplerKind, SamplingError, ScheduleKind, SchedulerConfig};

/// A sampler for one picture of `steps` steps.
///
/// Without a `schedule` the configuration decides, exactly as diffusers' `SchedulerClass.from_config(config)` with the
/// class of `kind`. With one, `karras`, `exponential` and `beta` re-space the noise levels that the configuration's
/// timestep spacing gives (the class' `use_*_sigmas` switches); `normal`, `sgm_uniform` and `ddim_uniform` stand for
/// the timestep spacings `linspace`, `trailing` and `leading`; `simple` picks evenly spaced entries of the model's own
/// sigma table. `seed` is the request's: only `dpmpp_sde` needs it, to seed its Brownian path.
///
/// # Errors
/// [`SamplingError::Config`] for configurations that are not supported or make no sense, [`SamplingError::Steps`] for
/// step counts outside `1..=num_train_timesteps` or that do not fit the spacing, [`SamplingError::Schedule`] for
/// samplers that are bound to the timesteps of their training.
pub fn build(
    kind: SamplerKind,
    schedule: Option<ScheduleKind>,
    config: &SchedulerConfig,
    steps: usize,
    seed: u64,
) -> Result<Box<dyn Sampler>, SamplingError> {
    let _ = seed;
    let mut settings = Settings::read(config, kind)?;
    spacing::apply(schedule, &mut settings);
    if !(1..=settings.train_steps).contains(&steps) {
        let why = format!("this model allows 1 to {}", settings.train_steps);
        return Err(SamplingError::Steps { steps, why });
    }
    let table = Table::new(&settings)?;
    let (settings, table) = (&settings, &table);
    match kind {
        SamplerKind::Ddim => ddim::ddim(settings, table, steps),
        SamplerKind::Ddpm => ddim::ddpm(settings, table, steps),
        SamplerKind::Euler => Ok(euler::euler(settings, table, steps)),
        SamplerKind::EulerA => Ok(euler::euler_ancestral(settings, table, steps)),
        SamplerKind::Dpmpp2m => multistep::multistep(settings, table, steps, false),
        SamplerKind::Dpmpp2mSde => multistep::multistep(settings, table, steps, true),
        other => Err(SamplingError::Config { field: "_class_name", value: other.to_string(), why: "todo".into() }),
    }
}
