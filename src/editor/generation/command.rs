//! What the window asks of generation.

use super::candidate::CandidateId;
use super::frame::Frame;
use super::jobs::JobNumber;
use super::options::GenerateOptions;
use crate::generate::Request;
use crate::geom::Rect;
use std::path::PathBuf;

impl GenerateCommand {
    /// Whether it takes the picture as it is, or changes it.
    pub fn touches_picture(&self) -> bool {
        use GenerateCommand as G;
        match self {
            G::Start | G::StartFirst | G::Replace | G::Accept(_) | G::Rerun(_) | G::UseAsInit(_) => true,
            G::MoreLike(_) | G::Vary(_) | G::Extend(_) | G::AcceptLive | G::Refine(_) => true,
            G::Upscale(_) | G::UpscaleCandidate(..) | G::MendSeam => true,
            G::ChangeFromSelection | G::SelectionFromChange | G::ClearChange => true,
            G::GrowChange(_) | G::FeatherChange(_) => true,
            G::Cancel | G::CancelAll | G::Pause(_) | G::Remove(_) | G::Move(..) => false,
            G::Show(_) | G::ShowNext(_) | G::Discard(_) | G::DiscardAll | G::Restore(_) => false,
            G::Forget(_) | G::ForgetRejected | G::AskSave(_) | G::SaveAs(..) | G::Copy(_) => false,
            G::Peek(_) | G::Recall(_) | G::TakeSettings(_) | G::SetOptions(_) => false,
            G::AskStylePicture | G::SetStylePicture(_) | G::SetFrame(_) | G::NudgeFrame { .. } => false,
        }
    }
}

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
    /// Puts a candidate aside, among the rejected ones.
    Discard(CandidateId),
    /// Puts all aside.
    DiscardAll,
    /// Fetches a rejected picture back among the candidates.
    Restore(CandidateId),
    /// Throws a picture away for good.
    Forget(CandidateId),
    /// Throws all rejected pictures away for good.
    ForgetRejected,
    /// Makes another from the panel's words, model and style, with the seed and the frame of that one.
    Rerun(CandidateId),
    /// Makes another from the panel's words, beginning with the picture of that one.
    UseAsInit(CandidateId),
    /// Asks where to write a picture as a file.
    AskSave(CandidateId),
    /// Writes a picture as a file.
    SaveAs(CandidateId, PathBuf),
    /// Puts a picture on the clipboard.
    Copy(CandidateId),
    /// Shows the canvas without what lies over it, for as long as it is so.
    Peek(bool),
    /// Makes another from the same words with another seed.
    MoreLike(CandidateId),
    /// Makes four variations: its picture, repainted at a low strength.
    Vary(CandidateId),
    /// Takes words, seed and numbers of a candidate.
    Recall(CandidateId),
    /// Takes words, seed and numbers of a request, of a picture file, say.
    TakeSettings(Box<Request>),
    /// Other options.
    SetOptions(Box<GenerateOptions>),
    /// Asks for a style picture.
    AskStylePicture,
    /// Takes a picture as style, or none.
    SetStylePicture(Option<PathBuf>),
    /// Puts the frame.
    SetFrame(Frame),
    /// Moves the frame by so many steps of a size; it is fixed from then on.
    NudgeFrame {
        /// To the right.
        right: i32,
        /// Down.
        down: i32,
    },
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
    /// Repaints the frame at a low strength, in tiles where it is large.
    Refine(f32),
    /// Repaints a band along the border of what is selected, or else of what the active layer covers.
    MendSeam,
    /// Enlarges the page, or what is selected, so many times, and repaints it in tiles.
    Upscale(u32),
    /// The same of a candidate.
    UpscaleCandidate(CandidateId, u32),
}
