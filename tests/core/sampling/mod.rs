//! Noise, schedules and solvers against stored reference values.

mod reference;
mod schedules;
mod stored;
