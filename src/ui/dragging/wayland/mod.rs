//! Dragging under Wayland, on the window's own connection: winit takes no part in it there.
//!
//! A thread has a queue of its own for it. The system drags on behalf of a press of the button, whose number comes from
//! a pointer of our own; from then on the window's pointer hears nothing, and the picture comes back to us like a file
//! of any other program when it is over the window.

mod drop;
mod globals;

use super::line::{Ask, Ear, Line, Pixels, Said};
use crate::io::uris;
use crate::ui::listening::{hear, wayland_window};
use drop::Brought;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use wayland_backend::client::ObjectId;
use wayland_client::globals::registry_queue_init;
use wayland_client::protocol::{
    wl_data_device::WlDataDevice, wl_data_device_manager::DndAction,
    wl_data_device_manager::WlDataDeviceManager, wl_data_source::WlDataSource, wl_pointer::WlPointer,
    wl_seat::WlSeat, wl_surface::WlSurface,
};
use wayland_client::{Connection, Proxy, QueueHandle};

/// The first version in which both sides agree on what is done with what is dropped, and say when it is done.
const VERSION: u32 = 3;

/// Begins to listen; `None` where the window is not one of Wayland.
pub fn connect(cc: &eframe::CreationContext) -> Option<Line> {
    let (connection, surface) = wayland_window(cc)?;
    Line::start("dragging", Pixels::Logical, &cc.egui_ctx, move |ear| {
        // An error is that of the connection, which ends the window too.
        let _ = listen(connection, surface, ear);
    })
}

fn listen(connection: Connection, surface: ObjectId, ear: Ear) -> Result<(), Box<dyn std::error::Error>> {
    let (globals, mut queue) = registry_queue_init::<Hand>(&connection)?;
    let handle = queue.handle();
    let Ok(manager) = globals.bind(&handle, VERSION..=VERSION, ()) else { return Ok(()) };
    let surface = WlSurface::from_id(&connection, surface)?;
    let mut hand = Hand {
        ear,
        surface,
        manager,
        seats: Vec::new(),
        source: None,
        offers: HashMap::new(),
        brought: None,
    };
    for global in globals.contents().clone_list() {
        hand.add_seat(globals.registry(), global.name, &global.interface, &handle);
    }
    let turn = |hand: &mut Hand| {
        let Ok(asked) = hand.ear.asked() else {
            hand.cancel();
            return ControlFlow::Break(());
        };
        asked.into_iter().for_each(|ask| hand.obey(ask, &handle));
        ControlFlow::Continue(())
    };
    let result = hear(&mut queue, &mut hand, turn, |hand, connection| hand.ear.wait(connection, None));
    // What was bound may be told something until the connection ends, so its queue must not go before.
    std::mem::forget((queue, connection));
    result
}

/// What the thread knows.
struct Hand {
    ear: Ear,
    /// The window.
    surface: WlSurface,
    manager: WlDataDeviceManager,
    seats: Vec<Seat>,
    /// What is dragged out of the window.
    source: Option<Source>,
    /// Whether what other programs offer is files.
    offers: HashMap<ObjectId, bool>,
    /// What is over the window.
    brought: Option<Brought>,
}

/// A person's devices.
struct Seat {
    seat: WlSeat,
    device: WlDataDevice,
    pointer: Option<WlPointer>,
    /// The number of the press of the first button on our window, while it is held.
    press: Option<u32>,
}

struct Source {
    source: WlDataSource,
    path: PathBuf,
    /// The system has the pointer.
    taken: bool,
}

impl Hand {
    fn obey(&mut self, ask: Ask, handle: &QueueHandle<Self>) {
        match ask {
            Ask::Drag(path) => self.drag(path, handle),
            Ask::Cancel => self.cancel(),
            // Wayland tells by itself.
            Ask::Watch(_) => {}
        }
    }

    /// Lets the system drag a file, if the button is still held. A pen is no pointer here: it cannot.
    fn drag(&mut self, path: PathBuf, handle: &QueueHandle<Self>) {
        self.cancel();
        let Some((device, press)) = self.seats.iter().find_map(|s| Some((s.device.clone(), s.press?))) else {
            return;
        };
        let source = self.manager.create_data_source(handle, ());
        for mime in [uris::MIME, drop::PLAIN_UTF8, drop::PLAIN] {
            source.offer(mime.to_owned());
        }
        source.set_actions(DndAction::Copy);
        device.start_drag(Some(&source), &self.surface, None, press);
        self.source = Some(Source { source, path, taken: false });
    }

    /// Without its source the system drags nothing.
    fn cancel(&mut self) {
        if let Some(source) = self.source.take() {
            source.source.destroy();
            self.ear.voice.say(Said::Ended);
        }
    }

    /// The window's pointer went away: if something is to be dragged, that is why.
    fn pointer_left(&mut self) {
        if let Some(source) = self.source.as_mut().filter(|s| !s.taken) {
            source.taken = true;
            self.ear.voice.say(Said::Took);
        }
    }
}
