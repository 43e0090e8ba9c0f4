//! Threads beside the window that hear what winit does not tell: how they wait, and how those of Wayland listen on the
//! window's own connection.

use raw_window_handle::{HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::os::fd::BorrowedFd;
use std::time::Duration;
use wayland_backend::client::{Backend, ObjectId, WaylandError};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, EventQueue, Proxy};

/// Waits until one of the two has something, or that long. Which of them have.
///
/// # Errors
/// Those of `poll`. To be interrupted is none: then neither has anything.
pub fn wait(one: BorrowedFd, other: BorrowedFd, longest: Option<Duration>) -> std::io::Result<[bool; 2]> {
    let mut waits = [one, other].map(|file| PollFd::from_borrowed_fd(file, PollFlags::IN));
    let longest = longest.map(|d| Timespec {
        tv_sec: d.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: d.subsec_nanos().into(),
    });
    match poll(&mut waits, longest.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(waits.map(|wait| !wait.revents().is_empty())),
        Err(error) => Err(error.into()),
    }
}

/// The window's own connection and its surface; `None` where the window is not one of Wayland.
///
/// They may be used for as long as the window lives: whoever takes them ends what uses them before the window is gone.
pub fn wayland_window(cc: &eframe::CreationContext) -> Option<(Connection, ObjectId)> {
    let RawDisplayHandle::Wayland(display) = cc.display_handle().ok()?.as_raw() else { return None };
    let RawWindowHandle::Wayland(window) = cc.window_handle().ok()?.as_raw() else { return None };
    // SAFETY: the window, which holds its display, lives as long as the program in it, and the program owns those who
    // ask for this, whose threads end before it is gone.
    #[allow(unsafe_code)]
    unsafe {
        let backend = Backend::from_foreign_display(display.display.as_ptr().cast());
        let surface = ObjectId::from_ptr(WlSurface::interface(), window.surface.as_ptr().cast()).ok()?;
        Some((Connection::from_backend(backend), surface))
    }
}

/// Hears what a queue of the window's connection brings, until `turn` breaks off. `turn` is asked before each wait;
/// `wait` waits, and says whether the connection has something.
///
/// # Errors
/// Those of the connection, which end the window too, and of `wait`.
pub fn hear<T>(
    queue: &mut EventQueue<T>,
    state: &mut T,
    mut turn: impl FnMut(&mut T) -> ControlFlow<()>,
    mut wait: impl FnMut(&mut T, BorrowedFd) -> std::io::Result<bool>,
) -> Result<(), Box<dyn std::error::Error>> {
    loop {
        queue.dispatch_pending(state)?;
        let turned = turn(state);
        queue.flush()?;
        if turned.is_break() {
            return Ok(());
        }
        let Some(guard) = queue.prepare_read() else { continue };
        if wait(state, guard.connection_fd())? {
            match guard.read() {
                Ok(_) => {}
                // Another thread of the window was faster.
                Err(WaylandError::Io(error)) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
