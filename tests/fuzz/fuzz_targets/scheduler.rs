//! `scheduler_config.json` of any content: a sampler or an error, for every sampler and schedule.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::sampling::{SamplerKind, ScheduleKind, SchedulerConfig, build};

fuzz_target!(|data: (u8, u8, u8, &str)| {
    let Ok(config) = serde_json::from_str::<SchedulerConfig>(data.3) else { return };
    let kind = SamplerKind::ALL[usize::from(data.0) % SamplerKind::ALL.len()];
    let schedule = ScheduleKind::ALL.get(usize::from(data.1) % 9).copied();
    let steps = usize::from(data.2);
    if let Ok(sampler) = build(kind, schedule, &config, steps, 0) {
        assert_eq!(sampler.sigmas().len(), sampler.timesteps().len() + 1);
    }
});
