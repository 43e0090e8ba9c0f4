//! Watches how long the thread of the window is held: what takes longer than [`BLOCK`] is felt by who paints. It stays in
//! the program; in debug builds every block is written to stderr.

use std::time::{Duration, Instant};

/// What is felt.
pub const BLOCK: Duration = Duration::from_millis(50);
/// How many blocks are remembered.
const MOST: usize = 200;

/// Something that took too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What was done.
    pub what: String,
    /// How long it took.
    pub time: Duration,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Watchdog {
    /// Within what is being measured: only the outermost is counted.
    depth: u32,
    longest: Duration,
    blocks: Vec<Block>,
    watched: u64,
}

/// A measurement under way.
#[derive(Debug)]
#[must_use]
pub struct Watch(Instant);

impl Watchdog {
    /// Something begins.
    pub fn begin(&mut self) -> Watch {
        self.depth += 1;
        Watch(Instant::now())
    }

    /// It is done; `what` names it if it took long.
    pub fn end(&mut self, watch: Watch, what: impl FnOnce() -> String) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            return;
        }
        let time = watch.0.elapsed();
        self.watched += 1;
        self.longest = self.longest.max(time);
        if time <= BLOCK {
            return;
        }
        let block = Block { what: what(), time };
        if cfg!(debug_assertions) {
            eprintln!("the window stood still for {} ms: {}", time.as_millis(), block.what);
        }
        if self.blocks.len() < MOST {
            self.blocks.push(block);
        }
    }

    /// The longest time that anything took.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// What took longer than [`BLOCK`], in its order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// How many things were measured.
    pub fn watched(&self) -> u64 {
        self.watched
    }
}
