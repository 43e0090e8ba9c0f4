//! Which window is under the pointer, and what it is told.

use super::{Server, answered};
use x11rb::errors::ConnectionError;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, Timestamp, Window,
};

/// The version of the protocol that we speak, and the oldest that is spoken.
const VERSION: u32 = 5;
const OLDEST: u32 = 3;
/// Windows are not nested deeper than that.
const DEEPEST: usize = 64;

/// A window that takes drops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The one under the pointer.
    pub window: Window,
    /// The one that is written to: it, or who stands for it.
    to: Window,
    version: u32,
}

impl Target {
    /// Whether it calls itself so.
    pub fn is(&self, window: Window) -> bool {
        self.window == window || self.to == window
    }
}

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Under {
    /// Our own window.
    Ours,
    /// Something that takes drops.
    Target(Target),
    /// Something that takes none.
    Nothing,
}

impl Server {
    /// What is at a place of the screen.
    pub fn under(&self, x: i16, y: i16) -> Result<Under, ConnectionError> {
        let mut window = self.root;
        for _ in 0..DEEPEST {
            let place = answered(self.conn.translate_coordinates(self.root, window, x, y)?.reply())?;
            window = match place.map_or(0, |place| place.child) {
                0 => break,
                child => child,
            };
            if window == self.window {
                return Ok(Under::Ours);
            }
            if let Some(target) = self.target(window)? {
                return Ok(Under::Target(target));
            }
        }
        // A desktop may be a stand-in for the root.
        Ok(self.target(self.root)?.map_or(Under::Nothing, Under::Target))
    }

    fn target(&self, window: Window) -> Result<Option<Target>, ConnectionError> {
        let (atoms, kind) = (&self.atoms, AtomEnum::WINDOW.into());
        let mut to = window;
        if let Some(proxy) = self.number(window, atoms.XdndProxy, kind)? {
            // One that died is no longer its own.
            if self.number(proxy, atoms.XdndProxy, kind)? == Some(proxy) {
                to = proxy;
            }
        }
        let version = self.number(to, atoms.XdndAware, AtomEnum::ANY.into())?;
        let spoken = version.filter(|version| *version >= OLDEST);
        Ok(spoken.map(|version| Target { window, to, version: version.min(VERSION) }))
    }

    /// The first number of a property.
    fn number(&self, window: Window, property: Atom, kind: Atom) -> Result<Option<u32>, ConnectionError> {
        let reply = answered(self.conn.get_property(false, window, property, kind, 0, 1)?.reply())?;
        Ok(reply.and_then(|reply| reply.value32()?.next()))
    }

    fn tell(&self, target: Target, what: Atom, data: [u32; 5]) -> Result<(), ConnectionError> {
        let event = ClientMessageEvent::new(32, target.window, what, data);
        self.conn.send_event(false, target.to, EventMask::NO_EVENT, event)?;
        Ok(())
    }

    /// `source` comes with files.
    pub fn enter(&self, target: Target, source: Window) -> Result<(), ConnectionError> {
        let Self { atoms, .. } = self;
        let kinds = [atoms.UriList, atoms.PlainUtf8, atoms.Plain];
        let data = [source, target.version << 24, kinds[0], kinds[1], kinds[2]];
        self.tell(target, atoms.XdndEnter, data)
    }

    /// It is there now, in pixels of the screen.
    pub fn position(
        &self,
        target: Target,
        source: Window,
        at: (i16, i16),
        time: Timestamp,
    ) -> Result<(), ConnectionError> {
        let packed = (u32::from(at.0 as u16) << 16) | u32::from(at.1 as u16);
        let data = [source, 0, packed, time, self.atoms.XdndActionCopy];
        self.tell(target, self.atoms.XdndPosition, data)
    }

    /// It goes away again.
    pub fn leave(&self, target: Target, source: Window) -> Result<(), ConnectionError> {
        self.tell(target, self.atoms.XdndLeave, [source, 0, 0, 0, 0])
    }

    /// It is dropped.
    pub fn drop_on(&self, target: Target, source: Window, time: Timestamp) -> Result<(), ConnectionError> {
        self.tell(target, self.atoms.XdndDrop, [source, 0, time, 0, 0])
    }
}
