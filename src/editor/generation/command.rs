//! What the window asks of generation.

use super::candidate::CandidateId;
use super::frame::Frame;
use super::jobs::JobNumber;
use super::options::GenerateOptions;
use crate::geom::Rect;

/// Something about generation.
#[derive(Clone, Debug, PartialEq)]
pub enum GenerateCommand {
    /// Makes pictures of the frame; the call waits its turn.
    Start,
    /// The same before everything that waits.
    StartFirst,
    /// The same instead of everything that waits and runs.
    Replace,
    /// Stops the running job.
    Cancel,
    /// Stops it and forgets what waits.
    CancelAll,
    /// Stands still after the running job, or goes on.
    Pause(bool),
    /// Forgets a waiting job.
    Remove(JobNumber),
    /// Moves a waiting job to that place of the queue.
    Move(JobNumber, usize),
    /// Shows a candidate over the canvas, or none.
    Show(Option<CandidateId>),
    /// Shows the next or the one before.
    ShowNext(bool),
    /// Makes a candidate a layer.
    Accept(CandidateId),
    /// Throws a candidate away.
    Discard(CandidateId),
    /// Throws all away.
    DiscardAll,
    /// Makes another from the same words with another seed.
    MoreLike(CandidateId),
    /// Makes four variations: its picture, repainted at a low strength.
    Vary(CandidateId),
    /// Takes words, seed and numbers of a candidate.
    Recall(CandidateId),
    /// Other options.
    SetOptions(Box<GenerateOptions>),
    /// Puts the frame.
    SetFrame(Frame),
    /// Makes the selection the change mask (added at full strength).
    ChangeFromSelection,
    /// Makes the change mask the selection.
    SelectionFromChange,
    /// Nothing is painted any more.
    ClearChange,
    /// Grows the change mask by pixels (shrinks it when negative).
    GrowChange(i32),
    /// Softens the change mask.
    FeatherChange(f32),
    /// Makes the page larger and fills what is new.
    Extend(Rect),
    /// Makes the live picture a layer.
    AcceptLive,
    /// Repaints the frame at a low strength.
    Refine(f32),
}
