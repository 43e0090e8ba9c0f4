//! What becomes of finished pictures: they wait, are taken, put aside, fetched back or forgotten; and what of that the
//! journal has to be told, so that none is lost when the program dies.

use super::{Candidate, CandidateId, Generation};
use crate::editor::opened::DocId;
use crate::io::shelf::Board;

/// How many rejected pictures are remembered.
pub const MAX_REJECTED: usize = 100;
/// How many bytes of pixels they may hold.
pub const MAX_REJECTED_BYTES: u64 = 512 << 20;

/// Something for the journal.
pub(crate) enum ShelfChange {
    /// A picture is there.
    Put(Box<Candidate>, Board),
    /// It changed its board.
    Shift(DocId, CandidateId, Board),
    /// It is gone for good.
    Remove(DocId, CandidateId),
}

impl ShelfChange {
    /// Of which document.
    pub(crate) fn document(&self) -> DocId {
        match self {
            ShelfChange::Put(candidate, _) => candidate.document,
            ShelfChange::Shift(document, ..) | ShelfChange::Remove(document, _) => *document,
        }
    }
}

/// What the journal has not been told yet.
#[derive(Default)]
pub(super) struct Outbox {
    changes: Vec<ShelfChange>,
    /// Pictures that are layers now. Their files go when the journal has the layer.
    taken: Vec<(DocId, CandidateId)>,
}

impl Generation {
    /// A new picture, after those of its call that are no worse. Returns whether it is the best of its call.
    pub(super) fn add_candidate(&mut self, candidate: Candidate) -> bool {
        self.shelf.changes.push(ShelfChange::Put(Box::new(candidate.clone()), Board::Waiting));
        let of_batch = |c: &Candidate| candidate.batch != 0 && c.batch == candidate.batch;
        let first = self.candidates.iter().position(of_batch);
        let last = self.candidates.iter().rposition(of_batch).map_or(self.candidates.len(), |at| at + 1);
        let at = (first.unwrap_or(last)..last)
            .find(|&at| visible_seam(&self.candidates[at]) > visible_seam(&candidate) + 0.05)
            .unwrap_or(last);
        self.candidates.insert(at, candidate);
        first.is_none_or(|first| at == first)
    }

    /// Fetches pictures out of a journal.
    pub(crate) fn restore_kept(&mut self, document: DocId, pictures: Vec<(Board, Candidate)>) {
        for (board, candidate) in pictures {
            let candidate = Candidate { id: CandidateId(self.number()), document, ..candidate };
            self.shelf.changes.push(ShelfChange::Put(Box::new(candidate.clone()), board));
            match board {
                Board::Waiting => self.candidates.push(candidate),
                Board::Rejected => self.rejected.push(candidate),
            }
        }
        self.trim_rejected();
    }

    fn take_out(&mut self, id: CandidateId) -> Option<Candidate> {
        let at = self.candidates.iter().position(|c| c.id == id)?;
        let candidate = self.candidates.remove(at);
        if self.shown == Some(id) {
            // The next one of its document takes its place.
            let of_document = |c: &&Candidate| c.document == candidate.document;
            let next = self.candidates[at..].iter().find(of_document);
            let next = next.or_else(|| self.candidates[..at].iter().rfind(of_document)).map(|c| c.id);
            self.show(next);
        }
        Some(candidate)
    }

    /// Puts a candidate aside.
    pub(crate) fn discard(&mut self, id: CandidateId) {
        if let Some(candidate) = self.take_out(id) {
            self.shelf.changes.push(ShelfChange::Shift(candidate.document, id, Board::Rejected));
            self.rejected.push(candidate);
            self.trim_rejected();
        }
    }

    /// Puts all candidates of a document aside.
    pub(crate) fn discard_all(&mut self, of: DocId) {
        let ids: Vec<CandidateId> = self.candidates_of(of).map(|c| c.id).collect();
        self.show(None);
        ids.into_iter().for_each(|id| self.discard(id));
    }

    /// A candidate became a layer.
    pub(crate) fn taken(&mut self, id: CandidateId) {
        if let Some(candidate) = self.take_out(id) {
            self.shelf.taken.push((candidate.document, id));
        }
        self.show(None);
    }

    /// Fetches a rejected picture back.
    pub(crate) fn restore(&mut self, id: CandidateId) {
        if let Some(at) = self.rejected.iter().position(|c| c.id == id) {
            let candidate = self.rejected.remove(at);
            self.shelf.changes.push(ShelfChange::Shift(candidate.document, id, Board::Waiting));
            self.candidates.push(candidate);
            self.show(Some(id));
        }
    }

    /// Forgets a picture for good.
    pub(crate) fn forget_picture(&mut self, id: CandidateId) {
        let rejected = self.rejected.iter().position(|c| c.id == id).map(|at| self.rejected.remove(at));
        if let Some(candidate) = rejected.or_else(|| self.take_out(id)) {
            self.shelf.changes.push(ShelfChange::Remove(candidate.document, id));
        }
    }

    /// Forgets all rejected pictures of a document.
    pub(crate) fn forget_rejected(&mut self, of: DocId) {
        let ids: Vec<CandidateId> = self.rejected_of(of).map(|c| c.id).collect();
        ids.into_iter().for_each(|id| self.forget_picture(id));
    }

    /// A picture, whether it waits or was put aside.
    pub fn picture(&self, id: CandidateId) -> Option<&Candidate> {
        self.candidates.iter().chain(&self.rejected).find(|c| c.id == id)
    }

    fn trim_rejected(&mut self) {
        // 8-bit picture and, at most as large, what it adds in 16 bits.
        let bytes = |c: &Candidate| c.frame.area() * 12;
        let mut held: u64 = self.rejected.iter().map(bytes).sum();
        while self.rejected.len() > MAX_REJECTED || (held > MAX_REJECTED_BYTES && self.rejected.len() > 1) {
            let oldest = self.rejected.remove(0);
            held -= bytes(&oldest);
            self.shelf.changes.push(ShelfChange::Remove(oldest.document, oldest.id));
        }
    }

    /// What the journal has to be told.
    pub(crate) fn take_shelf_changes(&mut self) -> Vec<ShelfChange> {
        std::mem::take(&mut self.shelf.changes)
    }

    /// Pictures that became part of a document since it was given to the journal.
    pub(crate) fn take_taken(&mut self, of: DocId) -> Vec<CandidateId> {
        let (those, others) =
            std::mem::take(&mut self.shelf.taken).into_iter().partition(|(id, _)| *id == of);
        self.shelf.taken = others;
        those.into_iter().map(|(_, picture)| picture).collect()
    }

    /// A document is closed: nothing is to be told of its pictures.
    pub(super) fn forget_shelf(&mut self, of: DocId) {
        self.shelf.changes.retain(|c| c.document() != of);
        self.shelf.taken.retain(|(id, _)| *id != of);
    }

    /// How many pictures wait for a document.
    pub(crate) fn waiting_for(&self, id: DocId) -> usize {
        self.candidates_of(id).count()
    }
}

/// How much one sees of a picture's seam; a picture without one has none.
fn visible_seam(candidate: &Candidate) -> f32 {
    candidate.seam.map_or(0.0, |seam| seam.step)
}
