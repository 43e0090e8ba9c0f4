//! Operations that are shown before they are applied.

use super::work::Operation;
use super::{Editor, NoticeKind};
use crate::document::Document;

/// An operation on its way.
pub(super) struct Previewed {
    operation: Operation,
    /// The number of the newest order.
    number: u64,
    /// What the newest finished order made, and whether that is the newest order.
    result: Option<(Document, bool)>,
    /// Apply as soon as the newest order is finished.
    applying: bool,
    /// Whether the canvas shows it.
    visible: bool,
}

impl Previewed {
    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    pub(super) fn shown(&self) -> Option<&Document> {
        self.result.as_ref().filter(|_| self.visible).map(|(doc, _)| doc)
    }

    pub(super) fn visible(&self) -> bool {
        self.visible
    }

    /// Whether it will be applied as soon as it is ready.
    pub(super) fn applying(&self) -> bool {
        self.applying
    }

    pub(super) fn ready(&self) -> bool {
        self.result.as_ref().is_some_and(|(_, newest)| *newest)
    }
}

impl Editor {
    pub(super) fn set_preview(&mut self, operation: Operation) {
        match &mut self.preview {
            Some(preview) if preview.operation == operation => {}
            Some(preview) if !preview.applying => {
                preview.number = self.worker.order(&self.documents[self.current].doc, &operation);
                preview.operation = operation;
                if let Some((_, newest)) = &mut preview.result {
                    *newest = false;
                }
            }
            Some(_) => {}
            None => {
                let number = self.worker.order(&self.documents[self.current].doc, &operation);
                self.preview =
                    Some(Previewed { operation, number, result: None, applying: false, visible: true });
            }
        }
    }

    /// Shows the picture with or without the operation.
    pub(super) fn show_preview(&mut self, visible: bool) {
        if let Some(preview) = &mut self.preview {
            preview.visible = visible;
        }
    }

    pub(super) fn operate(&mut self, operation: Operation) {
        if self.may_edit() {
            self.set_preview(operation);
            self.apply_preview();
        }
    }

    pub(super) fn apply_preview(&mut self) {
        let Some(preview) = &mut self.preview else { return };
        preview.applying = true;
        if !preview.ready() {
            return;
        }
        let Some(Previewed { operation, result: Some((doc, _)), .. }) = self.preview.take() else { return };
        let open = self.open_mut();
        // Which layer is painted on may have been chosen anew meanwhile; it is no part of the operation.
        let active = open.doc.active;
        open.doc = doc;
        if let Some(id) = active.filter(|id| open.doc.layer(*id).is_some()) {
            open.doc.active = Some(id);
        }
        self.commit(operation.name());
        if matches!(operation, Operation::Filter(..) | Operation::Restroke(..)) {
            self.last_filter = Some(operation);
        }
    }

    pub(super) fn take_work(&mut self) {
        let done: Vec<_> = self.worker.done().collect();
        for done in done {
            let Some(preview) = &mut self.preview else { continue };
            let newest = preview.number == done.number;
            match done.result {
                Ok(doc) => preview.result = Some((doc, newest)),
                Err(why) if newest => {
                    let name = preview.operation.name();
                    self.preview = None;
                    self.tell(NoticeKind::Error, format!("{name} failed ({why}). The picture is as it was."));
                    continue;
                }
                Err(_) => continue,
            }
            if newest && preview.applying {
                self.apply_preview();
            }
        }
    }
}
