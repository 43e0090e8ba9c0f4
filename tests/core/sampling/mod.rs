//! Noise, schedules and solvers against stored reference values.

mod building;
mod configuration;
mod noise;
mod reference;
mod schedules;
mod stored;
