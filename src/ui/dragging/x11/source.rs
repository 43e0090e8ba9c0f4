//! A file that is dragged, from the press of the button until the other program has it.

use super::target::{Target, Under};
use super::{Server, answered};
use crate::io::uris;
use crate::ui::dragging::line::Ear;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt, CreateWindowAux, EventMask, KeyButMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Timestamp, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

/// How long a window may take to say whether it takes something.
const ANSWER: Duration = Duration::from_secs(1);
/// How long a program may take to fetch what was dropped on it.
const FETCH: Duration = Duration::from_secs(10);

/// The hidden window that owns what is dragged.
pub struct Source {
    window: Window,
    /// The file that was dragged last, and since when it is ours: some ask late.
    offer: Option<(PathBuf, Timestamp)>,
    drag: Option<Drag>,
}

struct Drag {
    path: PathBuf,
    began: Instant,
    /// The window that was entered.
    over: Option<Target>,
    /// Where it was told to be last.
    at: (i16, i16),
    /// When a place was told that was not answered yet.
    asked: Option<Instant>,
    /// A newer place, to be told after the answer.
    moved: bool,
    /// The window takes it.
    accepted: bool,
    phase: Phase,
}

#[derive(Clone, Copy)]
enum Phase {
    /// Asked what the time is.
    Begins,
    /// The button is held.
    Held,
    /// It was let go of; the window has yet to say whether it takes it.
    Released,
    /// It was dropped, then.
    Dropped(Instant),
}

impl Source {
    /// Makes the window.
    pub fn new(server: &Server) -> Result<Self, ReplyOrIdError> {
        let window = server.conn.generate_id()?;
        let aux = CreateWindowAux::new().override_redirect(1).event_mask(EventMask::PROPERTY_CHANGE);
        let (kind, visual) = (WindowClass::INPUT_OUTPUT, x11rb::COPY_FROM_PARENT);
        let depth = x11rb::COPY_DEPTH_FROM_PARENT;
        server.conn.create_window(depth, window, server.root, -10, -10, 1, 1, 0, kind, visual, &aux)?;
        Ok(Self { window, offer: None, drag: None })
    }

    /// Whether something is dragged.
    pub fn busy(&self) -> bool {
        self.drag.is_some()
    }

    /// Begins to drag a file.
    pub fn begin(&mut self, server: &Server, path: PathBuf) -> Result<(), ConnectionError> {
        self.cancel(server)?;
        // The server answers with the time, by which the selection becomes ours.
        let (window, name) = (self.window, AtomEnum::WM_NAME);
        server.conn.change_property8(PropMode::REPLACE, window, name, AtomEnum::STRING, b"Scumble")?;
        self.drag = Some(Drag {
            path,
            began: Instant::now(),
            over: None,
            at: (i16::MIN, i16::MIN),
            asked: None,
            moved: false,
            accepted: false,
            phase: Phase::Begins,
        });
        Ok(())
    }

    /// Ends it without a drop. What was dropped already can no longer be fetched back.
    pub fn cancel(&mut self, server: &Server) -> Result<(), ConnectionError> {
        match self.drag.take() {
            Some(Drag {
                over: Some(target), phase: Phase::Begins | Phase::Held | Phase::Released, ..
            }) => server.leave(target, self.window),
            _ => Ok(()),
        }
    }

    /// Takes what a window or the server said.
    pub fn hear(&mut self, server: &Server, event: &Event) -> Result<(), ConnectionError> {
        match event {
            Event::SelectionRequest(request) => self.serve(server, request),
            Event::PropertyNotify(event) if event.window == self.window => {
                if let Some(drag) = self.drag.as_mut().filter(|d| matches!(d.phase, Phase::Begins)) {
                    drag.phase = Phase::Held;
                    self.offer = Some((drag.path.clone(), event.time));
                    let selection = server.atoms.XdndSelection;
                    server.conn.set_selection_owner(self.window, selection, event.time)?;
                }
                Ok(())
            }
            // Another program drags something.
            Event::SelectionClear(event) if event.selection == server.atoms.XdndSelection => {
                self.cancel(server)
            }
            Event::ClientMessage(event) if event.window == self.window => {
                let data = event.data.as_data32();
                let Some(drag) = self.drag.as_mut().filter(|d| d.over.is_some_and(|t| t.is(data[0]))) else {
                    return Ok(());
                };
                if event.type_ == server.atoms.XdndStatus {
                    drag.asked = None;
                    drag.accepted = data[1] & 1 == 1;
                } else if event.type_ == server.atoms.XdndFinished {
                    self.drag = None;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Follows the pointer. Returns whether the drag has ended.
    pub fn look(&mut self, server: &Server, ear: &Ear) -> Result<bool, ConnectionError> {
        let Some(drag) = &mut self.drag else { return Ok(false) };
        let late = drag.asked.is_some_and(|asked| asked.elapsed() > ANSWER);
        let time = self.offer.as_ref().map_or(x11rb::CURRENT_TIME, |offer| offer.1);
        let ended = match drag.phase {
            // A server that does not tell the time tells nothing.
            Phase::Begins => drag.began.elapsed() > ANSWER,
            Phase::Held => {
                if late {
                    drag.asked = None;
                    drag.accepted = false;
                }
                drag.follow(server, ear, self.window, time)?
            }
            Phase::Released => match drag.over {
                Some(target) if drag.asked.is_none() && !drag.moved && drag.accepted => {
                    server.drop_on(target, self.window, time)?;
                    drag.phase = Phase::Dropped(Instant::now());
                    false
                }
                Some(_) if drag.asked.is_some() && !late => false,
                Some(target) if drag.moved && !late => {
                    drag.tell(server, target, self.window, time)?;
                    false
                }
                Some(target) => {
                    server.leave(target, self.window)?;
                    true
                }
                None => true,
            },
            Phase::Dropped(at) => at.elapsed() > FETCH,
        };
        if ended {
            self.drag = None;
        }
        Ok(ended)
    }

    /// Gives the file to who asks for it.
    fn serve(&self, server: &Server, request: &SelectionRequestEvent) -> Result<(), ConnectionError> {
        // Old programs leave it out.
        let property = if request.property == x11rb::NONE { request.target } else { request.property };
        let given = match &self.offer {
            Some((path, since)) if request.selection == server.atoms.XdndSelection => {
                let given = (request.requestor, property, request.target);
                give(server, given, path, *since)?
            }
            _ => false,
        };
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if given { property } else { x11rb::NONE },
        };
        server.conn.send_event(false, request.requestor, EventMask::NO_EVENT, answer)?;
        Ok(())
    }
}

/// Writes what is asked for into a property of the asking window; whether we have it.
fn give(
    server: &Server,
    (to, property, target): (Window, Atom, Atom),
    path: &std::path::Path,
    since: Timestamp,
) -> Result<bool, ConnectionError> {
    let (conn, atoms, mode) = (&server.conn, &server.atoms, PropMode::REPLACE);
    if target == atoms.UriList {
        conn.change_property8(mode, to, property, target, uris::encode(path).as_bytes())?;
    } else if [atoms.Plain, atoms.PlainUtf8, atoms.UTF8_STRING].contains(&target) {
        conn.change_property8(mode, to, property, target, uris::plain(path).as_bytes())?;
    } else if target == atoms.TARGETS {
        let known =
            [atoms.TARGETS, atoms.TIMESTAMP, atoms.UriList, atoms.PlainUtf8, atoms.Plain, atoms.UTF8_STRING];
        conn.change_property32(mode, to, property, AtomEnum::ATOM, &known)?;
    } else if target == atoms.TIMESTAMP {
        conn.change_property32(mode, to, property, AtomEnum::INTEGER, &[since])?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

impl Drag {
    /// Tells the window under the pointer. Returns whether there is nothing to wait for after the button is let go.
    fn follow(
        &mut self,
        server: &Server,
        ear: &Ear,
        source: Window,
        time: Timestamp,
    ) -> Result<bool, ConnectionError> {
        let Some(pointer) = answered(server.conn.query_pointer(server.root)?.reply())? else {
            return Ok(true);
        };
        let at = (pointer.root_x, pointer.root_y);
        let under = server.under(at.0, at.1)?;
        ear.is_elsewhere(under != Under::Ours);
        let target = match under {
            Under::Target(target) => Some(target),
            Under::Ours | Under::Nothing => None,
        };
        if target != self.over {
            if let Some(left) = std::mem::replace(&mut self.over, target) {
                server.leave(left, source)?;
            }
            (self.asked, self.accepted, self.moved) = (None, false, target.is_some());
            if let Some(target) = target {
                server.enter(target, source)?;
            }
        }
        self.moved |= target.is_some() && self.at != at;
        self.at = at;
        if let Some(target) = target.filter(|_| self.moved && self.asked.is_none()) {
            self.tell(server, target, source, time)?;
        }
        if !pointer.mask.contains(KeyButMask::BUTTON1) {
            self.phase = Phase::Released;
            return Ok(self.over.is_none());
        }
        Ok(false)
    }

    fn tell(
        &mut self,
        server: &Server,
        target: Target,
        source: Window,
        time: Timestamp,
    ) -> Result<(), ConnectionError> {
        self.asked = Some(Instant::now());
        self.moved = false;
        server.position(target, source, self.at, time)
    }
}
