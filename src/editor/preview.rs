//! Operations that are shown before they are applied.

use super::tool::{Phase, PointerEvent};
use super::work::Operation;
use super::{Action, Command, Editor, Menu, NoticeKind};
use crate::document::{Document, LayerId};

/// An operation on its way.
pub(super) struct Previewed {
    operation: Operation,
    /// The layer that was painted on when it was asked for.
    active: Option<LayerId>,
    /// The number of the newest order.
    number: u64,
    /// What the newest finished order made.
    result: Option<Made>,
    /// Apply as soon as the newest order is finished.
    applying: bool,
    /// Whether the canvas shows it.
    visible: bool,
}

struct Made {
    doc: Document,
    /// Whether it is another picture than before.
    changed: bool,
    /// Whether it is what the newest order asked for.
    newest: bool,
}

/// What came while an operation was being applied. Clicks of the bucket follow one another faster than a large region
/// is found; none is lost.
pub(super) enum Late {
    /// The pointer did something.
    Pointer(PointerEvent),
    /// Something was asked for.
    Command(Command),
}

/// More of it is not kept: nobody draws blindly for so long.
const MAX_LATE: usize = 20_000;

impl Previewed {
    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    pub(super) fn shown(&self) -> Option<&Document> {
        self.result.as_ref().filter(|_| self.visible).map(|made| &made.doc)
    }

    pub(super) fn visible(&self) -> bool {
        self.visible
    }

    /// Whether it will be applied as soon as it is ready.
    pub(super) fn applying(&self) -> bool {
        self.applying
    }

    pub(super) fn ready(&self) -> bool {
        self.result.as_ref().is_some_and(|made| made.newest)
    }
}

impl Editor {
    pub(super) fn set_preview(&mut self, operation: Operation) {
        match &mut self.preview {
            Some(preview) if preview.operation == operation => {}
            Some(preview) if !preview.applying => {
                preview.number = self.worker.order(&self.documents[self.current].doc, &operation);
                preview.operation = operation;
                if let Some(made) = &mut preview.result {
                    made.newest = false;
                }
            }
            Some(_) => {}
            None => {
                let number = self.worker.order(&self.documents[self.current].doc, &operation);
                let active = self.doc().active;
                self.preview = Some(Previewed {
                    operation,
                    active,
                    number,
                    result: None,
                    applying: false,
                    visible: true,
                });
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
        let Some(Previewed { operation, active, result: Some(made), .. }) = self.preview.take() else {
            return;
        };
        if made.changed {
            self.adopt(&operation, active, made.doc);
        }
        if matches!(operation, Operation::Filter(..) | Operation::Restroke(..)) {
            self.last_filter = Some(operation);
        }
        self.with_tool(super::Toolbox::applied);
        self.do_late();
    }

    /// Makes what an operation made an undo step.
    fn adopt(&mut self, operation: &Operation, before: Option<LayerId>, doc: Document) {
        if matches!(operation, Operation::Select(_))
            && let Some(old) = self.doc().selection.clone()
        {
            self.last_selection = Some(old);
        }
        let open = self.open_mut();
        // Another layer may have been chosen meanwhile; that is no part of the operation.
        let chosen = open.doc.active.filter(|id| Some(*id) != before);
        open.doc = doc;
        if let Some(id) = chosen.filter(|id| open.doc.layer(*id).is_some()) {
            open.doc.active = Some(id);
        }
        self.commit(operation.name());
    }

    /// Drops the operation, and what waited for it.
    pub(super) fn drop_preview(&mut self) {
        self.preview = None;
        self.late.clear();
    }

    /// Whether an operation is being applied.
    pub(super) fn applying(&self) -> bool {
        self.preview.as_ref().is_some_and(Previewed::applying)
    }

    /// Keeps something for when the operation that is being applied is done.
    pub(super) fn defer(&mut self, late: Late) {
        if self.late.len() < MAX_LATE {
            self.late.push_back(late);
        }
    }

    /// Whether a command has to wait for the operation that is being applied: it changes the picture, or what a late
    /// gesture will do.
    pub(super) fn waits(&self, command: &Command) -> bool {
        match command {
            Command::View(_)
            | Command::Preview(_)
            | Command::ShowPreview(_)
            | Command::ApplyPreview
            | Command::CancelPreview
            // What is typed must not lag behind: the next letter is added to what the editor holds.
            | Command::SetSettings(_)
            | Command::Act(Action::Undo | Action::Redo) => false,
            Command::Generate(command) => command.touches_picture(),
            _ if !self.late.is_empty() => true,
            Command::Act(action) => match action.menu() {
                Menu::Image | Menu::Layer | Menu::Select | Menu::Filter | Menu::Generate => true,
                Menu::Edit => !matches!(action, Action::Settings | Action::Shortcuts),
                Menu::File => matches!(action, Action::Save | Action::SaveAs | Action::Export),
                Menu::View | Menu::Tool | Menu::Brush | Menu::Window | Menu::Help => false,
            },
            Command::Nudge { .. }
            | Command::Layer(..)
            | Command::JumpHistory(_)
            | Command::PastePicture { .. }
            | Command::SetPage(_)
            | Command::CropTo(_)
            | Command::GrowSelection(_)
            | Command::FeatherSelection(_)
            | Command::BorderSelection(_)
            | Command::Operate(_)
            | Command::AddLayer(_)
            | Command::SetChange(_) => true,
            _ => false,
        }
    }

    /// Takes back the last gesture or command that still waits. Returns whether there was one.
    pub(super) fn take_back_late(&mut self) -> bool {
        let begins = |late: &Late| match late {
            Late::Pointer(event) => event.phase == Phase::Down,
            Late::Command(_) => true,
        };
        let Some(at) = self.late.iter().rposition(begins) else { return false };
        self.late.truncate(at);
        true
    }

    /// Does what waited, until something has to wait again.
    fn do_late(&mut self) {
        while !self.applying()
            && let Some(late) = self.late.pop_front()
        {
            match late {
                Late::Pointer(event) => self.pointer(&event),
                Late::Command(command) => self.apply(command),
            }
        }
    }

    pub(super) fn take_work(&mut self) {
        let done: Vec<_> = self.worker.done().collect();
        for done in done {
            let Some(preview) = &mut self.preview else { continue };
            let newest = preview.number == done.number;
            match done.result {
                Ok((doc, changed)) => preview.result = Some(Made { doc, changed, newest }),
                Err(why) if newest => {
                    let name = preview.operation.name();
                    self.preview = None;
                    self.tell(NoticeKind::Error, format!("{name} failed ({why}). The picture is as it was."));
                    self.do_late();
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
