//! From a strength to steps.

/// Never run fewer steps than this at low strength, where the caller has no better number.
pub const MIN_STEPS: u32 = 4;

/// Steps of the whole schedule and the one to start at, so that about `steps * strength` are run but never
/// fewer than `min_steps`: below that the schedule is made longer instead (`floor(min_steps / strength)`), so
/// that a low strength does not collapse to one or two coarse steps. Strength 0 runs none.
pub fn steps_for_strength(steps: u32, strength: f32, min_steps: u32) -> (u32, u32) {
    if strength <= 0.0 || strength.is_nan() {
        return (steps, steps);
    }
    let strength = f64::from(strength.min(1.0));
    let start = (f64::from(steps) * (1.0 - strength)).round() as u32;
    let min_steps = min_steps.min(steps);
    if steps - start >= min_steps {
        return (steps, start);
    }
    let total = (f64::from(min_steps) / strength + 1e-4).floor().min(1000.0) as u32;
    let total = total.max(min_steps);
    (total, total - min_steps)
}

/// The nearest strength that `steps` steps can tell apart from its neighbours (what a slider snaps to); never 0.
pub fn snap_strength(steps: u32, strength: f32) -> f32 {
    let steps = steps.max(1) as f32;
    (strength * steps).round().clamp(1.0, steps) / steps
}
