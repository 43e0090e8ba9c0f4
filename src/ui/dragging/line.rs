//! What the window and the thread that speaks with the system say to each other.

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use eframe::egui::Context;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the window asks.
#[derive(Debug, PartialEq)]
pub enum Ask {
    /// Drags the file for as long as the button is held.
    Drag(PathBuf),
    /// Ends that without dropping anything.
    Cancel,
    /// Says where the pointer is, or no longer.
    Watch(bool),
}

/// What the thread says. Places are in pixels of the window, see [`Pixels`].
#[derive(Debug, PartialEq)]
pub enum Said {
    /// The pointer drags something over the window.
    Over(Option<[f32; 2]>),
    /// Files were dropped. None: it was our own.
    Dropped(Option<Vec<PathBuf>>, [f32; 2]),
    /// The system has the pointer: the window will not hear that the button is let go.
    Took,
    /// Nothing is dragged out of the window any longer.
    Ended,
}

/// What a pixel of the window is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pixels {
    /// One of the screen.
    Physical,
    /// One of the surface, whose size does not change with the screen's.
    Logical,
}

/// The window's end.
pub struct Line {
    /// What places are counted in.
    pub pixels: Pixels,
    /// Closed to end the thread.
    asks: Option<Sender<Ask>>,
    bell: Option<UnixStream>,
    said: Receiver<Said>,
    elsewhere: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The thread's mouth.
#[derive(Clone)]
pub struct Voice {
    said: Sender<Said>,
    ctx: Context,
}

/// The thread's end.
pub struct Ear {
    /// Says something.
    pub voice: Voice,
    asks: Receiver<Ask>,
    bell: UnixStream,
    elsewhere: Arc<AtomicBool>,
}

impl Line {
    /// Starts the thread.
    pub fn start(
        name: &str,
        pixels: Pixels,
        ctx: &Context,
        run: impl FnOnce(Ear) + Send + 'static,
    ) -> Option<Self> {
        let (mut line, ear) = Self::pair(pixels, ctx)?;
        let thread = std::thread::Builder::new().name(name.to_owned());
        line.thread = Some(thread.spawn(move || run(ear)).ok()?);
        Some(line)
    }

    /// Both ends.
    pub fn pair(pixels: Pixels, ctx: &Context) -> Option<(Self, Ear)> {
        let (asks, asked) = unbounded();
        let (says, said) = unbounded();
        let (bell, rings) = UnixStream::pair().ok()?;
        rings.set_nonblocking(true).ok()?;
        bell.set_nonblocking(true).ok()?;
        let elsewhere = Arc::new(AtomicBool::new(false));
        let voice = Voice { said: says, ctx: ctx.clone() };
        let ear = Ear { voice, asks: asked, bell: rings, elsewhere: elsewhere.clone() };
        Some((Self { pixels, asks: Some(asks), bell: Some(bell), said, elsewhere, thread: None }, ear))
    }

    /// Asks for something. Where the thread has ended nothing comes of it.
    pub fn ask(&self, ask: Ask) {
        if let (Some(asks), Some(mut bell)) = (&self.asks, self.bell.as_ref()) {
            let _ = asks.send(ask);
            // A bell that is full rings.
            let _ = bell.write(&[1]);
        }
    }

    /// What was said since the last time.
    pub fn take(&self) -> Vec<Said> {
        self.said.try_iter().collect()
    }

    /// Something begins to be dragged within the window.
    pub fn begin(&self) {
        self.elsewhere.store(false, Ordering::Relaxed);
    }

    /// What is dragged is over something else than the window, or was when it was let go of.
    pub fn elsewhere(&self) -> bool {
        self.elsewhere.load(Ordering::Relaxed)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.asks = None;
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Voice {
    /// Says something and wakes the window.
    pub fn say(&self, what: Said) {
        let _ = self.said.send(what);
        self.ctx.request_repaint();
    }
}

impl Ear {
    /// What was asked since the last time; an error when the window wants the thread to end.
    pub fn asked(&mut self) -> Result<Vec<Ask>, TryRecvError> {
        let mut rings = [0; 64];
        while matches!(self.bell.read(&mut rings), Ok(n) if n > 0) {}
        let mut asked = Vec::new();
        loop {
            match self.asks.try_recv() {
                Ok(ask) => asked.push(ask),
                Err(TryRecvError::Empty) => return Ok(asked),
                Err(gone) => return Err(gone),
            }
        }
    }

    /// What is dragged is over something else than the window, or not.
    pub fn is_elsewhere(&self, elsewhere: bool) {
        self.elsewhere.store(elsewhere, Ordering::Relaxed);
    }

    /// Waits until the window asks something, `connection` has something, or that long. Whether `connection` has.
    pub fn wait(&self, connection: BorrowedFd, longest: Option<Duration>) -> std::io::Result<bool> {
        let [says, _] = crate::ui::listening::wait(connection, self.bell.as_fd(), longest)?;
        Ok(says)
    }
}
