//! Progress on standard error: a bar on a terminal, plain lines otherwise.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress goes.
pub struct Progress {
    bar: Option<ProgressBar>,
    label: String,
}

impl Progress {
    /// For one picture; `label` stands before everything.
    pub fn new(label: String) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{prefix}{msg:28} [{bar:24}] {pos}/{len}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.set_prefix(label.clone());
            bar
        });
        Self { bar, label }
    }

    /// A stage began.
    pub fn stage(&self, name: &'static str) {
        match &self.bar {
            Some(bar) => bar.set_message(name),
            None => eprintln!("{}{name}", self.label),
        }
    }

    /// A step was done, of pass `pass.0` of `pass.1`.
    pub fn step(&self, pass: (u32, u32), step: u32, steps: u32, secs: f64, secs_left: Option<f64>) {
        let mut left = secs_left.map(|s| format!(", {s:.1} s left")).unwrap_or_default();
        if pass.1 > 1 {
            left += &format!(" in pass {}/{}", pass.0, pass.1);
        }
        match &self.bar {
            Some(bar) => {
                bar.set_length(u64::from(steps));
                bar.set_position(u64::from(step));
                bar.set_message(format!("{secs:.2} s a step{left}"));
            }
            None => eprintln!("{}step {step}/{steps}: {secs:.3} s{left}", self.label),
        }
    }

    /// Frame `frame` of `frames` is done. Without a terminal only every tenth part is told.
    pub fn frame(&self, frame: u32, frames: u32, secs_left: f64) {
        let tenth = |n: u32| u64::from(n) * 10 / u64::from(frames.max(1));
        match &self.bar {
            Some(bar) => {
                bar.set_length(u64::from(frames));
                bar.set_position(u64::from(frame));
                bar.set_message(format!("frames, {secs_left:.0} s left"));
            }
            None if tenth(frame) > tenth(frame - 1) => {
                eprintln!("{}frame {frame}/{frames}, {secs_left:.0} s left", self.label);
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
