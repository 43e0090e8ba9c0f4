//! What the process itself used.

/// Largest resident memory so far in MiB; `None` where the system does not say.
pub fn peak_rss_mb() -> Option<f64> {
    // Not `getrusage` on Linux: there a program begins with the peak of the one that started it.
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some((kib / 1024.0 * 10.0).round() / 10.0)
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: the call fills the struct it is given.
        let ok = unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } == 0;
        // SAFETY: filled, and zero is a valid value anyhow.
        let max = unsafe { usage.assume_init() }.ru_maxrss as f64;
        // Bytes on macOS, kilobytes elsewhere.
        let bytes = if cfg!(target_os = "macos") { max } else { max * 1024.0 };
        ok.then_some((bytes / f64::from(1 << 20) * 10.0).round() / 10.0)
    }
    #[cfg(not(unix))]
    None
}

/// The median, 0 when there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}
