//! The tablets of a Wayland session, by the protocol tablet-v2 on the window's own connection.
//!
//! A thread listens, so that the window sleeps until a pen says something and hears it at once.

use super::{Report, tool::Tool};
use crate::ui::listening::{hear, wait, wayland_window};
use eframe::egui::Context;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use wayland_backend::client::ObjectId;
use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::{wl_registry, wl_seat::WlSeat};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, delegate_noop, event_created_child};
use wayland_protocols::wp::tablet::zv2::client::{
    zwp_tablet_manager_v2::ZwpTabletManagerV2,
    zwp_tablet_pad_dial_v2::ZwpTabletPadDialV2,
    zwp_tablet_pad_group_v2::{
        self as group, EVT_DIAL_OPCODE, EVT_RING_OPCODE, EVT_STRIP_OPCODE, ZwpTabletPadGroupV2,
    },
    zwp_tablet_pad_ring_v2::ZwpTabletPadRingV2,
    zwp_tablet_pad_strip_v2::ZwpTabletPadStripV2,
    zwp_tablet_pad_v2::{self as pad, EVT_GROUP_OPCODE, ZwpTabletPadV2},
    zwp_tablet_seat_v2::{
        self as tablet_seat, EVT_PAD_ADDED_OPCODE, EVT_TABLET_ADDED_OPCODE, EVT_TOOL_ADDED_OPCODE,
        ZwpTabletSeatV2,
    },
    zwp_tablet_tool_v2::{self as tool, ZwpTabletToolV2},
    zwp_tablet_v2::{self as tablet, ZwpTabletV2},
};

/// What the pens said and nobody took yet.
type Reports = Arc<Mutex<Vec<Report>>>;

/// The thread that listens.
pub struct Tablets {
    reports: Reports,
    /// Closed to end the thread.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Tablets {
    /// Begins to listen; `None` where the window is not one of Wayland.
    pub fn new(cc: &eframe::CreationContext) -> Option<Self> {
        let (connection, surface) = wayland_window(cc)?;
        let (stop, stopped) = UnixStream::pair().ok()?;
        let reports = Reports::default();
        let ear = Ear {
            surface,
            tools: HashMap::new(),
            manager: None,
            reports: reports.clone(),
            ctx: cc.egui_ctx.clone(),
            stopped,
            ends: false,
        };
        let listen = move || {
            // An error is that of the connection, which ends the window too.
            let _ = listen(connection, ear);
        };
        let thread = std::thread::Builder::new().name("tablets".to_owned()).spawn(listen).ok()?;
        Some(Self { reports, stop: Some(stop), thread: Some(thread) })
    }

    /// What was said since the last time.
    pub fn take(&mut self) -> Vec<Report> {
        std::mem::take(&mut *self.reports.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The thread wakes the window.
    pub fn look_again(&self, _near: bool) -> Option<std::time::Duration> {
        None
    }
}

impl Drop for Tablets {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Hears the tablets until the ear's `stopped` is closed from the other side.
fn listen(connection: Connection, mut ear: Ear) -> Result<(), Box<dyn std::error::Error>> {
    let (globals, mut queue) = registry_queue_init::<Ear>(&connection)?;
    let handle = queue.handle();
    // The first version says all that is needed of pens; the second has more of the buttons beside the surface.
    ear.manager = globals.bind(&handle, 1..=1, ()).ok();
    if ear.manager.is_none() {
        return Ok(());
    }
    for global in globals.contents().clone_list() {
        ear.seat(globals.registry(), global.name, &global.interface, &handle);
    }
    let turn = |ear: &mut Ear| if ear.ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let result = hear(&mut queue, &mut ear, turn, |ear, connection| {
        let [says, ends] = wait(connection, ear.stopped.as_fd(), None)?;
        ear.ends = ends;
        Ok(says && !ends)
    });
    // What was bound may be told something until the connection ends, so its queue must not go before.
    std::mem::forget((queue, connection));
    result
}

/// What the thread knows.
struct Ear {
    /// The window: pens over its decorations are not ours.
    surface: ObjectId,
    tools: HashMap<ObjectId, Tool>,
    manager: Option<ZwpTabletManagerV2>,
    reports: Reports,
    ctx: Context,
    stopped: UnixStream,
    /// `stopped` was closed.
    ends: bool,
}

impl Ear {
    /// Asks for the tablets of a seat, if the global is one.
    fn seat(
        &self,
        registry: &wl_registry::WlRegistry,
        name: u32,
        interface: &str,
        handle: &QueueHandle<Self>,
    ) {
        let Some(manager) = self.manager.as_ref().filter(|_| interface == WlSeat::interface().name) else {
            return;
        };
        let seat: WlSeat = registry.bind(name, 1, handle, ());
        manager.get_tablet_seat(&seat, handle, ());
    }
}

impl Dispatch<wl_registry::WlRegistry, GlobalListContents> for Ear {
    fn event(
        ear: &mut Self,
        registry: &wl_registry::WlRegistry,
        event: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        handle: &QueueHandle<Self>,
    ) {
        if let wl_registry::Event::Global { name, interface, .. } = event {
            ear.seat(registry, name, &interface, handle);
        }
    }
}

impl Dispatch<ZwpTabletToolV2, ()> for Ear {
    fn event(
        ear: &mut Self,
        proxy: &ZwpTabletToolV2,
        event: tool::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let removed = matches!(event, tool::Event::Removed);
        let tool = ear.tools.entry(proxy.id()).or_default();
        if let tool::Event::ProximityIn { surface, .. } = &event {
            tool.come(surface.id() == ear.surface);
        }
        if let Some(report) = tool.hear(event) {
            ear.reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
            ear.ctx.request_repaint();
        }
        if removed {
            ear.tools.remove(&proxy.id());
            proxy.destroy();
        }
    }
}

impl Dispatch<ZwpTabletV2, ()> for Ear {
    fn event(
        _: &mut Self,
        proxy: &ZwpTabletV2,
        event: tablet::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if matches!(event, tablet::Event::Removed) {
            proxy.destroy();
        }
    }
}

impl Dispatch<ZwpTabletSeatV2, ()> for Ear {
    fn event(
        _: &mut Self,
        _: &ZwpTabletSeatV2,
        _: tablet_seat::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }

    event_created_child!(Ear, ZwpTabletSeatV2, [
        EVT_PAD_ADDED_OPCODE => (ZwpTabletPadV2, ()),
        EVT_TABLET_ADDED_OPCODE => (ZwpTabletV2, ()),
        EVT_TOOL_ADDED_OPCODE => (ZwpTabletToolV2, ()),
    ]);
}

// The buttons beside the surface: nothing is taken of them, but what they bring along has to have a place.

impl Dispatch<ZwpTabletPadV2, ()> for Ear {
    fn event(
        _: &mut Self,
        proxy: &ZwpTabletPadV2,
        event: pad::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if matches!(event, pad::Event::Removed) {
            proxy.destroy();
        }
    }

    event_created_child!(Ear, ZwpTabletPadV2, [EVT_GROUP_OPCODE => (ZwpTabletPadGroupV2, ())]);
}

impl Dispatch<ZwpTabletPadGroupV2, ()> for Ear {
    fn event(
        _: &mut Self,
        _: &ZwpTabletPadGroupV2,
        _: group::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }

    event_created_child!(Ear, ZwpTabletPadGroupV2, [
        EVT_RING_OPCODE => (ZwpTabletPadRingV2, ()),
        EVT_STRIP_OPCODE => (ZwpTabletPadStripV2, ()),
        EVT_DIAL_OPCODE => (ZwpTabletPadDialV2, ()),
    ]);
}

delegate_noop!(Ear: ignore WlSeat);
delegate_noop!(Ear: ignore ZwpTabletManagerV2);
delegate_noop!(Ear: ignore ZwpTabletPadRingV2);
delegate_noop!(Ear: ignore ZwpTabletPadStripV2);
delegate_noop!(Ear: ignore ZwpTabletPadDialV2);
