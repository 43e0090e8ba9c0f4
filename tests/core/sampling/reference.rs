//! Scheduler trajectories.
