//! Dragging under X11, by XDND version 5 on a connection of our own.
//!
//! The window keeps the pointer for as long as the button is held, so nothing is grabbed: the thread looks where the
//! pointer is and speaks with the window beneath it. Files that come from other programs are taken by winit; of them
//! only the place is looked up.

mod source;
mod target;

use super::line::{Ask, Ear, Line, Pixels, Said};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use source::Source;
use std::os::fd::AsFd;
use std::time::Duration;
use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::xproto::{ConnectionExt, KeyButMask, Window};
use x11rb::rust_connection::RustConnection;

/// How often the pointer is looked for.
const LOOK: Duration = Duration::from_millis(16);

x11rb::atom_manager! {
    /// The words of the protocol.
    pub Atoms: AtomsCookie {
        XdndAware,
        XdndProxy,
        XdndSelection,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndActionCopy,
        TARGETS,
        TIMESTAMP,
        UTF8_STRING,
        UriList: b"text/uri-list",
        Plain: b"text/plain",
        PlainUtf8: b"text/plain;charset=utf-8",
    }
}

/// The server and our window.
pub struct Server {
    conn: RustConnection,
    root: Window,
    window: Window,
    atoms: Atoms,
}

/// Begins to follow the pointer when it is asked to; `None` where the window is not one of X11.
pub fn connect(cc: &eframe::CreationContext) -> Option<Line> {
    let window = match cc.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => Window::try_from(handle.window).ok()?,
        RawWindowHandle::Xcb(handle) => handle.window.get(),
        _ => return None,
    };
    Line::start("dragging", Pixels::Physical, &cc.egui_ctx, move |mut ear| {
        // An error is that of the connection, whose end the window sees itself. A drag ends with it.
        let _ = listen(&mut ear, window);
        ear.voice.say(Said::Ended);
    })
}

fn listen(ear: &mut Ear, window: Window) -> Result<(), Box<dyn std::error::Error>> {
    let (conn, screen) = x11rb::connect(None)?;
    let root = conn.setup().roots[screen].root;
    let atoms = Atoms::new(&conn)?.reply()?;
    let server = Server { conn, root, window, atoms };
    let mut source = Source::new(&server)?;
    let mut watch = None;
    loop {
        let Ok(asked) = ear.asked() else {
            source.cancel(&server)?;
            server.conn.flush()?;
            return Ok(());
        };
        for ask in asked {
            match ask {
                Ask::Drag(path) => source.begin(&server, path)?,
                Ask::Cancel => source.cancel(&server)?,
                Ask::Watch(on) => watch = on.then(Watch::default),
            }
        }
        while let Some(event) = server.conn.poll_for_event()? {
            source.hear(&server, &event)?;
        }
        if source.look(&server, ear)? {
            ear.voice.say(Said::Ended);
        }
        if let Some(watch) = &mut watch {
            watch.look(&server, ear)?;
        }
        server.conn.flush()?;
        let busy = source.busy() || watch.is_some();
        // An event may have come with the last reply.
        if let Some(event) = server.conn.poll_for_event()? {
            source.hear(&server, &event)?;
            continue;
        }
        ear.wait(server.conn.stream().as_fd(), busy.then_some(LOOK))?;
    }
}

/// Looks where the pointer is while another program drags something.
#[derive(Default)]
struct Watch {
    last: Option<[f32; 2]>,
    held: bool,
    /// The button was let go of: there it was dropped, wherever the pointer goes now.
    dropped: bool,
}

impl Watch {
    fn look(&mut self, server: &Server, ear: &Ear) -> Result<(), ConnectionError> {
        if self.dropped {
            return Ok(());
        }
        let Some(pointer) = answered(server.conn.query_pointer(server.window)?.reply())? else {
            return Ok(());
        };
        let held = pointer.mask.contains(KeyButMask::BUTTON1);
        self.dropped = self.held && !held;
        self.held = held;
        let at = Some([f32::from(pointer.win_x), f32::from(pointer.win_y)]);
        if at != self.last {
            self.last = at;
            ear.voice.say(Said::Over(at));
        }
        Ok(())
    }
}

/// The reply, if what was asked about is still there.
fn answered<T>(reply: Result<T, ReplyError>) -> Result<Option<T>, ConnectionError> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(ReplyError::X11Error(_)) => Ok(None),
        Err(ReplyError::ConnectionError(error)) => Err(error),
    }
}
