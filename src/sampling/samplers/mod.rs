//! The solvers, and the one way to get them.

mod consistency;
mod course;
mod ddim;
mod euler;
mod multistep;
mod pndm;
mod predict;
mod second_order;
mod singlestep;
mod unipc;

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
    check_schedule(kind, schedule)?;
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
        SamplerKind::Heun => Ok(second_order::heun(settings, table, steps)),
        SamplerKind::Dpm2 => Ok(second_order::dpm2(settings, table, steps)),
        SamplerKind::Dpmpp2sA => Ok(singlestep::two_s_ancestral(settings, table, steps)),
        SamplerKind::DpmppSde => singlestep::sde(settings, table, steps, seed),
        SamplerKind::UniPc => unipc::unipc(settings, table, steps),
        SamplerKind::Pndm => pndm::pndm(settings, table, steps),
        SamplerKind::Lcm => consistency::lcm(settings, table, steps, schedule),
        SamplerKind::Tcd => consistency::tcd(settings, table, steps, schedule),
        SamplerKind::EulerA => Ok(euler::euler_ancestral(settings, table, steps)),
        SamplerKind::Dpmpp2m => multistep::multistep(settings, table, steps, false),
        SamplerKind::Dpmpp2mSde => multistep::multistep(settings, table, steps, true),
    }
}

/// Refuses schedules for samplers that are bound to the timesteps of their training.
fn check_schedule(kind: SamplerKind, schedule: Option<ScheduleKind>) -> Result<(), SamplingError> {
    use ScheduleKind::{Beta, Exponential, Karras, Simple};
    let Some(schedule) = schedule else { return Ok(()) };
    let why = match (kind, schedule) {
        (SamplerKind::Pndm, Karras | Exponential | Beta | Simple) => {
            "it needs evenly spaced timesteps; use normal, sgm_uniform or ddim_uniform"
        }
        (SamplerKind::Lcm | SamplerKind::Tcd, Karras | Exponential | Beta) => {
            "it needs whole timesteps; use normal, sgm_uniform, simple or ddim_uniform, or leave the schedule out"
        }
        _ => return Ok(()),
    };
    Err(SamplingError::Schedule { sampler: kind, schedule, why })
}
