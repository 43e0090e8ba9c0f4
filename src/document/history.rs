//! Undo and redo: a line of snapshots. A snapshot is a clone of the document, so a step costs the tiles that it
//! changed and nothing else.

use super::{Damage, Document};
use std::collections::VecDeque;

/// One step of the line.
#[derive(Clone, Debug)]
struct Step {
    name: String,
    doc: Document,
    /// Bytes of pixels that this step has and the one before it does not.
    new_bytes: usize,
}

/// The line of steps and where in it the document is.
#[derive(Clone, Debug)]
pub struct History {
    steps: VecDeque<Step>,
    at: usize,
    budget_bytes: usize,
    /// Bytes of pixels that older steps hold and newer ones do not: what forgetting can free.
    held_bytes: usize,
}

/// One gibibyte.
pub const DEFAULT_BUDGET_BYTES: usize = 1 << 30;

impl History {
    /// A line that begins with `doc`.
    pub fn new(name: impl Into<String>, doc: &Document, budget_bytes: usize) -> Self {
        let first = Step { name: name.into(), doc: doc.clone(), new_bytes: 0 };
        Self { steps: VecDeque::from([first]), at: 0, budget_bytes, held_bytes: 0 }
    }

    /// Adds a step after the current one; steps that were undone are forgotten, and so are the oldest ones while
    /// the line holds more bytes than its budget. The step before the current one always stays.
    pub fn commit(&mut self, name: impl Into<String>, doc: &Document) {
        for step in self.steps.drain(self.at + 1..) {
            self.held_bytes -= step.new_bytes;
        }
        let new_bytes = doc.bytes_not_in(&self.steps[self.at].doc);
        self.held_bytes += new_bytes;
        self.steps.push_back(Step { name: name.into(), doc: doc.clone(), new_bytes });
        self.at += 1;
        self.forget_over_budget();
    }

    /// Replaces the current step: for a slider that is dragged, where every value is not a step of its own.
    pub fn amend(&mut self, name: impl Into<String>, doc: &Document) {
        if self.at == 0 {
            return self.commit(name, doc);
        }
        self.at -= 1;
        self.commit(name, doc);
    }

    /// Sets what the current step holds, and leaves its name and those that were undone: for what follows from it by
    /// itself.
    pub fn retouch(&mut self, doc: &Document) {
        let before = self.at.checked_sub(1).map(|before| doc.bytes_not_in(&self.steps[before].doc));
        let step = &mut self.steps[self.at];
        let new_bytes = before.unwrap_or(0);
        self.held_bytes = self.held_bytes - step.new_bytes + new_bytes;
        (step.doc, step.new_bytes) = (doc.clone(), new_bytes);
    }

    /// Changes what step `index` and all after it hold, those that were undone too: for what was begun by that step and is
    /// finished only now.
    pub fn retouch_since(&mut self, index: usize, mut change: impl FnMut(&mut Document)) {
        for at in index..self.steps.len() {
            change(&mut self.steps[at].doc);
            let before = at.checked_sub(1).map(|before| &self.steps[before].doc);
            let new_bytes = before.map_or(0, |before| self.steps[at].doc.bytes_not_in(before));
            self.held_bytes = self.held_bytes - self.steps[at].new_bytes + new_bytes;
            self.steps[at].new_bytes = new_bytes;
        }
        self.forget_over_budget();
    }

    fn forget_over_budget(&mut self) {
        while self.held_bytes > self.budget_bytes && self.at > 1 {
            self.steps.pop_front();
            self.at -= 1;
            // The new oldest step is the ground that others are measured against.
            self.held_bytes -= self.steps[0].new_bytes;
            self.steps[0].new_bytes = 0;
        }
    }

    /// Goes to step `index` of [`History::names`]: `doc` becomes that snapshot. Does nothing if there is none.
    pub fn jump(&mut self, index: usize, doc: &mut Document) -> Damage {
        let Some(step) = self.steps.get(index) else { return Damage::none() };
        let damage = step.doc.damage_from(doc);
        *doc = step.doc.clone();
        self.at = index;
        damage
    }

    /// Goes one step back.
    pub fn undo(&mut self, doc: &mut Document) -> Damage {
        self.at.checked_sub(1).map_or_else(Damage::none, |index| self.jump(index, doc))
    }

    /// Goes one step forward.
    pub fn redo(&mut self, doc: &mut Document) -> Damage {
        self.jump(self.at + 1, doc)
    }

    /// Whether there is a step to go back to.
    pub fn can_undo(&self) -> bool {
        self.at > 0
    }

    /// Whether there is a step to go forward to.
    pub fn can_redo(&self) -> bool {
        self.at + 1 < self.steps.len()
    }

    /// The names of all steps, oldest first.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.steps.iter().map(|step| step.name.as_str())
    }

    /// The index of the current step.
    pub fn current(&self) -> usize {
        self.at
    }

    /// The snapshot of step `index`.
    pub fn snapshot(&self, index: usize) -> Option<&Document> {
        self.steps.get(index).map(|step| &step.doc)
    }

    /// Bytes of pixels held beyond the oldest snapshot.
    pub fn bytes(&self) -> usize {
        self.held_bytes
    }

    /// Changes the budget and forgets what is over it.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget_bytes = bytes;
        self.forget_over_budget();
    }
}
